"""The one decision: from a catalog, the project, and the configuration to Ash resources."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from ash_scaffold.ash.attributes import AttributePlanner, in_config, of_tenant
from ash_scaffold.ash.column_types import ColumnTypes, type_mapper
from ash_scaffold.ash.constraint_messages import ConstraintMessages
from ash_scaffold.ash.constraints import ParentKeys, with_constraints
from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.ecto_types import CallableCode
from ash_scaffold.ash.hints import Legacy, Writable
from ash_scaffold.ash.keys import find_keys, table_key
from ash_scaffold.ash.model import (
    ABSENT,
    Actions,
    Attribute,
    Domain,
    Relationship,
    Resource,
    Strategy,
    SupportType,
)
from ash_scaffold.ash.module_names import Modules, plan_modules
from ash_scaffold.ash.named_values import named_value_problems
from ash_scaffold.ash.naming import attribute_name
from ash_scaffold.ash.project_state import NO_NAMES, CarriedActions, ProjectState
from ash_scaffold.ash.relationships import plan_relationships
from ash_scaffold.ash.scope import Options, Scope, plan_scope
from ash_scaffold.ash.tenancy import (
    NOT_MIGRATED,
    Tenancy,
    multitenancy,
    of_attributes,
    plan_tenancy,
)
from ash_scaffold.ash.types import Family
from ash_scaffold.ash.virtual_keys import VirtualKey, configured_keys, legacy_keys
from ash_scaffold.config.match import Resolver
from ash_scaffold.postgres.catalog import Database, Name, RelationKind
from ash_scaffold.postgres.sql import refresh_statement
from ash_scaffold.problem import Code, Problem, Severity


class PlannedResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource with the draft it was made from. `written` is false outside the run's scope."""

    resource: Resource
    draft: Draft
    written: bool


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that should be in the project. `supports` are the modules that written resources need.

    `extensions` are PostgreSQL extensions whose types the resources use. `tenancy` is None where
    the configuration says nothing of tenants.
    """

    resources: tuple[PlannedResource, ...]
    domains: tuple[Domain, ...]
    supports: tuple[SupportType, ...]
    problems: tuple[Problem, ...]
    extensions: tuple[str, ...]
    scope: Scope
    modules: Modules
    tenancy: Tenancy | None = None


def plan(database: Database, state: ProjectState, config: Resolver, options: Options) -> Plan:
    """Plan every configured and existing domain, and the one that the options name.

    Raises `ScaffoldError` where the configuration or the options can't be followed.
    """
    scope = plan_scope(database, state, config, options)
    names = (table.name for table in database.tables)
    modules = plan_modules(scope.domains, state, config, names, options)
    prepared = prepare(database, state, config, modules)
    tenancy = plan_tenancy(database, config, [each.key for each in prepared.virtual_keys])
    drafts, refused = _draft_tables(database, state, config, scope, modules, prepared, tenancy)
    virtual = [v for v in prepared.virtual_keys if {v.key.table, v.key.target} <= drafts.keys()]
    relationships = plan_relationships(
        drafts, virtual, state.names, prepared.legacy, database.types
    )
    of_tenants = {name for name, each in drafts.items() if each.is_tenant}
    tenants = {drafts[name].module for name in of_tenants}
    parents = ParentKeys(database, drafts, relationships.belongs_to)
    planned, problems = [], [*refused, *relationships.problems]
    for name, draft in drafts.items():
        actions, of_actions = _actions(draft, config, scope.domains[name], prepared.legacy)
        related = relationships.by_table.get(name, ())
        bare = _resource(draft, state.repo_of(name), config, actions, related)
        resource, of_constraints = with_constraints(
            _with_carried(bare, state.carried.get(name)),
            draft,
            relationships.belongs_to,
            parents,
            state.names.get(name, NO_NAMES),
            ConstraintMessages(
                draft,
                prepared.legacy.constraints(name),
                config.config.messages,
                legacy=bool(prepared.legacy.schemas(name)),
            ),
        )
        written = name in scope.written
        if written:
            problems += [*draft.columns.problems, *of_constraints, *of_actions]
            problems += table_problems(draft)
            problems += _to_tenants(draft, resource, tenants, of_tenants)
            if draft.is_tenant and config.owned_by_ash(name):
                problems.append(
                    Code.CUTOVER_REFUSED.at(
                        str(name),
                        NOT_MIGRATED,
                        todo="Go the way back with ash-scaffold cutover --undo, or leave the table "
                        f"global for now: {in_config(name, 'tenancy = false')}.",
                    )
                )
            problems += named_value_problems(draft, database.types)
            if database.has_rows:
                problems += _unpopulated(draft)
        planned.append(PlannedResource(resource=resource, draft=draft, written=written))
    return Plan(
        resources=tuple(planned),
        domains=_domains(planned, modules, state),
        supports=_supports(planned),
        problems=tuple(sorted(problems, key=Problem.sort_key)),
        extensions=_extensions(planned),
        scope=scope,
        modules=modules,
        tenancy=tenancy,
    )


def _resource(
    draft: Draft,
    repo: str,
    config: Resolver,
    actions: Actions | None,
    relationships: tuple[Relationship, ...],
) -> Resource:
    name = draft.name
    return Resource(
        module=draft.module,
        domain=draft.domain,
        repo=repo,
        table=name.name,
        schema=name.schema,
        base=config.use_for(name) or "Ash.Resource",
        extensions=config.extensions_for(name),
        migrate=config.owned_by_ash(name),
        description=config.for_table(name).description or draft.table.comment,
        require_primary_key=draft.key is not None,
        actions=actions,
        multitenancy=multitenancy(draft.tenancy, draft.tenant),
        attributes=draft.columns.attributes,
        relationships=relationships,
    )


def _with_carried(resource: Resource, carried: CarriedActions | None) -> Resource:
    """Return a resource with the fragment of its carried-over actions, which replace defaults."""
    if carried is None:
        return resource
    actions = resource.actions
    if actions is not None:
        actions = msgspec.structs.replace(
            actions,
            create=actions.create and "create" not in carried.replaced,
            update=actions.update and "update" not in carried.replaced,
        )
    fragments = (*resource.fragments, carried.fragment)
    return msgspec.structs.replace(resource, actions=actions, fragments=fragments)


def _draft_tables(
    database: Database,
    state: ProjectState,
    config: Resolver,
    scope: Scope,
    modules: Modules,
    prepared: Prepared,
    tenancy: Tenancy | None,
) -> tuple[dict[Name, Draft], list[Problem]]:
    """Draft every table of a domain, in the database's order; report those without a resource."""
    drafts: dict[Name, Draft] = {}
    problems: list[Problem] = []
    for table in database.tables:
        name, domain = table.name, scope.domains.get(table.name)
        if domain is None:
            continue
        if '"' in name.name or '"' in name.schema:
            problems.append(
                Code.NAME_UNSUPPORTED.at(
                    str(name),
                    "Ecto refuses a table or schema with a double quote in its name: it gets no "
                    "resource.",
                    todo="Rename it in a legacy migration, or read it through a view.",
                )
            )
            continue
        key = table_key(table, config, prepared.legacy)
        columns = prepared.attributes.plan(table, key)
        if key is not None and not columns.by_column().keys() >= set(key.columns):
            key = None
            columns = prepared.attributes.plan(table, None)
        own = None if tenancy is None else of_attributes(tenancy.tables[name], columns.by_column())
        if own is not None and own.tenant_column is not None:
            columns = of_tenant(columns, own.tenant_column)
        if columns.attributes:
            drafts[name] = Draft(
                table=table,
                module=modules.resources[name],
                domain=modules.domains[domain],
                key=key,
                columns=columns,
                by_column=columns.by_column(),
                tenancy=own,
                reachable=name in scope.written or name in state.resources,
            )
        elif name in scope.written:
            problems += columns.problems
            problems.append(
                Code.NO_COLUMNS.at(
                    str(name),
                    "It has no column that Ash can read, and Ecto selects no row without one: "
                    "it gets no resource.",
                )
            )
    return drafts, problems


def _actions(
    draft: Draft, config: Resolver, domain: str, legacy: Legacy
) -> tuple[Actions | None, list[Problem]]:
    """Choose the default actions: what the table allows, within what was allowed for."""
    allowed = config.actions_for(draft.name, domain) or "crud"
    if allowed == "none":
        return None, []
    foreign = draft.table.kind is RelationKind.FOREIGN and not draft.table.updatable
    if allowed == "read" or draft.is_view or foreign:
        return Actions(), []
    attributes = draft.columns.attributes
    accept = tuple(
        a.name
        for a in attributes
        if a.writable
        and not a.public
        and not a.allow_nil
        and not a.generated
        and a.default is ABSENT
    )
    missing = [column.name for column in draft.columns.dropped if column.required]
    problems = []
    if missing:
        problems.append(
            Code.NO_CREATE.at(
                str(draft.name),
                f"It has no create action: {', '.join(missing)} must have a value "
                "but has no attribute.",
                todo="Give the column a default, or "
                + (
                    "write its attribute into the resource again."
                    if draft.columns.removed.keys() >= set(missing)
                    else "map its type in [types]."
                ),
            )
        )
    keyed = draft.key is not None
    written = draft.by_column if legacy.schemas(draft.name) else ()
    insert_only = {
        column
        for column in written
        if (field := legacy.field(draft.name, column)) and field.writable is Writable.INSERT
    }
    return (
        Actions(
            destroy=keyed,
            create=not missing,
            update=keyed,
            create_accept=accept,
            update_accept=accept,
            update_only=_updated(attributes, insert_only, accept),
        ),
        problems,
    )


def _updated(
    attributes: Iterable[Attribute], insert_only: Collection[str], private: Collection[str]
) -> tuple[str, ...] | None:
    """Return what an update accepts, None where that is every public attribute.

    `insert_only` are the columns that the legacy code sends with an insert alone.
    """
    written = [each for each in attributes if each.writable]
    if not any(each.column in insert_only for each in written):
        return None
    return tuple(
        each.name
        for each in written
        if each.column not in insert_only and (each.public or each.name in private)
    )


def _domains(
    planned: Iterable[PlannedResource], modules: Modules, state: ProjectState
) -> tuple[Domain, ...]:
    members: dict[str, list[str]] = {module: [] for module in modules.domains.values()}
    interface: dict[str, tuple[str, ...]] = {}
    for item in planned:
        if not item.draft.reachable:
            continue
        members[item.resource.domain].append(item.resource.module)
        carried = state.carried.get(item.draft.name)
        if carried is not None and carried.interface:
            interface[item.resource.module] = carried.interface
    return tuple(
        Domain(
            module=module,
            resources=tuple(sorted(found)),
            interface={name: interface[name] for name in sorted(found) if name in interface},
        )
        for module, found in sorted(members.items())
    )


def _supports(planned: Iterable[PlannedResource]) -> tuple[SupportType, ...]:
    found: dict[str, SupportType] = {}
    for item in planned:
        if item.written:
            for support in item.draft.columns.supports:
                found.setdefault(support.module, support)
    return tuple(found[module] for module in sorted(found))


def _extensions(planned: Iterable[PlannedResource]) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                mapped.extension
                for item in planned
                if item.written
                for mapped in item.draft.columns.mapped.values()
                if mapped.extension
            }
        )
    )


class Prepared(msgspec.Struct, frozen=True):
    """The legacy code by table, the keys that the database lacks, and the planner of attributes."""

    legacy: Legacy
    virtual_keys: tuple[VirtualKey, ...]
    attributes: AttributePlanner


def prepare(
    database: Database, state: ProjectState, config: Resolver, modules: Modules
) -> Prepared:
    """Find the keys and the types of all columns, as planning a single table needs them.

    Raises `ScaffoldError` for a configured relationship that can't be.
    """
    legacy = Legacy(state.legacy)
    types = type_mapper(
        database,
        modules.types,
        config,
        legacy,
        geo_postgis=state.geo_postgis,
        renamed=modules.renamed,
        enums=state.enums,
        own=state.own_types,
    )
    virtual_keys = configured_keys(database, config)
    virtual_keys += legacy_keys(database, legacy, virtual_keys)
    keys = find_keys(database, types, config, [each.key for each in virtual_keys], legacy)
    code = CallableCode(state)
    columns = ColumnTypes(types, keys, config, legacy, code)
    planner = AttributePlanner(columns, keys, config, state.names, legacy)
    return Prepared(legacy, virtual_keys, planner)


def table_problems(draft: Draft) -> Iterator[Problem]:
    """Yield the problems of a table as a whole: key, rights, row security, rules, triggers."""
    table, where = draft.table, str(draft.name)

    if not table.readable:
        yield Code.TABLE_UNREADABLE.at(where, "The role may not read the table.")
    if draft.key is not None and draft.key.chosen_from is not None:
        yield Code.KEY_CHOSEN.at(
            where,
            f"It has no primary key; the unique index {draft.key.chosen_from} serves as Ash's.",
            todo=f"Choose another: {in_config(draft.name, 'primary_key = […]')}.",
        )
    if draft.key is not None and draft.key.legacy:
        yield Code.KEY_CHOSEN.at(
            where,
            "It has no primary key; the key of its Ecto schema serves as Ash's: "
            f"{', '.join(draft.key.columns)}.",
            todo=f"Choose another: {in_config(draft.name, 'primary_key = […]')}.",
        )
    if draft.key is None and not draft.is_view:
        yield Code.NO_PRIMARY_KEY.at(
            where,
            "It has no primary key: rows can't be updated or destroyed.",
            todo=f"Name columns that identify a row: {in_config(draft.name, 'primary_key = […]')}.",
        )
    if table.row_security:
        yield Code.ROW_SECURITY.at(
            where,
            "Row-level security decides which rows the role sees; Ash's policies know nothing "
            "of it.",
        )
    for rule in table.rules:
        yield Code.REWRITE_RULE.at(
            where,
            f"The rule {rule} rewrites statements: a write may do something else than it says.",
            todo="Leave out the actions that it changes: "
            + in_config(draft.name, 'actions = "read"')
            + ".",
        )
    if table.inherits and table.kind is RelationKind.TABLE and table.partition_of is None:
        parents = ", ".join(map(str, table.inherits))
        yield Code.INHERITANCE.at(
            where, f"It inherits from {parents}, whose resource shows its rows too."
        )
    yield from _trigger_problems(draft)
    yield from _types_per_tenant(draft)
    for attribute in draft.columns.attributes:
        stem, _, number = attribute.name.rpartition("_")
        if stem == attribute_name(attribute.column) and number.isdigit():
            yield Code.NAME_CHANGED.at(
                f"{where}.{attribute.column}",
                f"Its attribute is {attribute.name}, because another has the plain name.",
                todo="Choose a name: "
                + in_config(draft.name, 'name = "…"', attribute.column)
                + ".",
            )


def _types_per_tenant(draft: Draft) -> Iterator[Problem]:
    """Yield a note on the columns whose values can't be compared in SQL.

    Tried on Ash: with the storage `:string` a label is one, where a composite or a range is not.
    """
    for column, mapped in draft.columns.mapped.items():
        own = any("per_tenant" in support.values for support in mapped.supports)
        if own and mapped.family is not Family.ENUM:
            yield Code.TYPE_PER_TENANT.at(
                f"{draft.name}.{column}",
                "Its type is in the schema of each tenant, where no SQL of Ash can name it: it is "
                "read, written, sorted and compared with nil; a filter by a value fails.",
            )


def _unpopulated(draft: Draft) -> Iterator[Problem]:
    if not draft.table.populated:
        yield Code.NOT_POPULATED.at(
            str(draft.name),
            "The materialized view is not populated: every read of it fails until it is.",
            todo=f"Run {refresh_statement(draft.name)}",
        )


def _to_tenants(
    draft: Draft, resource: Resource, tenants: Collection[str], targets: Collection[Name]
) -> Iterator[Problem]:
    """Yield a note on the relationships by which a global table leads to rows of tenants.

    With a schema per tenant it is a warning. Seen on Ash: `filter(Plan, users.email == ^email)` for
    one tenant gave the rows of the one before, as Ecto's query cache leaves out a join's schema.
    """
    if draft.is_tenant:
        return
    per_schema = draft.tenancy is not None and draft.tenancy.strategy is Strategy.CONTEXT
    if per_schema:
        yield from _keys_of_one_tenant(draft, targets)
    names = [r.name for r in resource.relationships if {r.destination, r.through} & {*tenants}]
    if names:
        called = "relationship" if len(names) == 1 else "relationships"
        leads = "leads" if len(names) == 1 else "lead"
        if per_schema:
            yield Code.TENANT_NEEDED.at(
                str(draft.name),
                f"Its {called} {', '.join(names)} {leads} from a table of all tenants to tables of "
                f"each: a filter by a path ({names[0]}.id == 1) may run in the schema of another "
                "tenant, which Ecto's query cache remembers.",
                todo=f"Write exists({names[0]}, id == 1) in its place, and give the tenant; loads "
                "and aggregates are right.",
                severity=Severity.WARNING,
            )
            return
        yield Code.TENANT_NEEDED.at(
            str(draft.name),
            f"Its {called} {', '.join(names)} {leads} from a global table to rows of tenants: "
            "without a tenant a load fails, and a filter or `exists` sees the rows of all tenants.",
        )


def _keys_of_one_tenant(draft: Draft, tenants: Collection[Name]) -> Iterator[Problem]:
    keys = [key for key in draft.table.foreign_keys if key.target in tenants]
    for key in keys:
        yield Code.TENANT_NEEDED.at(
            f"{draft.name}.{key.name}",
            f"The key leads to {key.target} of one tenant: with another tenant its relationships "
            "find that one's rows of the same key.",
            todo="Leave the relationships out, or add a column that says whose row it is.",
            severity=Severity.WARNING,
        )


def _trigger_problems(draft: Draft) -> Iterator[Problem]:
    for trigger in draft.table.triggers:
        events = [
            event
            for event, fires in (("insert", trigger.on_insert), ("update", trigger.on_update))
            if fires
        ]
        yield Code.TRIGGER.at(
            str(draft.name),
            f"The trigger {trigger.name} may change a row before {' or '.join(events)}: "
            "a record may not show what was stored.",
        )
