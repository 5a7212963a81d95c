"""The one decision: from a catalog, the project, and the configuration to Ash resources."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ash_scaffold.ash.attributes import AttributePlanner
from ash_scaffold.ash.constraints import Constraints, ParentKeys, plan_constraints
from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.hints import Legacy
from ash_scaffold.ash.keys import table_key
from ash_scaffold.ash.model import ABSENT, Actions, Domain, Relationship, Resource, SupportType
from ash_scaffold.ash.modules import Modules, plan_modules
from ash_scaffold.ash.prepare import prepare
from ash_scaffold.ash.project_state import NO_NAMES, ProjectState
from ash_scaffold.ash.relationships import plan_relationships
from ash_scaffold.ash.report import table_problems
from ash_scaffold.ash.scope import Options, Scope, plan_scope
from ash_scaffold.config.match import Resolver
from ash_scaffold.postgres.catalog import (
    Column,
    Database,
    Generated,
    Identity,
    Name,
    RelationKind,
)
from ash_scaffold.problem import Code, Problem, Severity


class PlannedResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource with the draft it was made from. `written` is false outside the run's scope."""

    resource: Resource
    draft: Draft
    written: bool


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that should be in the project. `supports` are the modules that written resources need.

    `extensions` are PostgreSQL extensions whose types the resources use.
    """

    resources: tuple[PlannedResource, ...]
    domains: tuple[Domain, ...]
    supports: tuple[SupportType, ...]
    problems: tuple[Problem, ...]
    extensions: tuple[str, ...]
    scope: Scope
    modules: Modules


def plan(database: Database, state: ProjectState, config: Resolver, options: Options) -> Plan:
    """Plan every configured and existing domain, and the one that is asked for.

    Raises `ScaffoldError` where the configuration or the options can't be followed.
    """
    scope = plan_scope(database, state, config, options)
    names = (table.name for table in database.tables)
    modules = plan_modules(scope.domains, state, config, names, options)
    prepared = prepare(database, state, config, modules)
    legacy, asked = prepared.legacy, prepared.asked
    drafts = _Drafts(database, state, config, scope, modules, legacy, prepared.attributes)
    drafted = drafts.all()
    wishes = [w for w in asked if w.key.table in drafted and w.key.target in drafted]
    relationships = plan_relationships(drafted, wishes, state.names, legacy, database.types)
    parents = ParentKeys(database)
    planned, problems = [], [*drafts.problems, *relationships.problems]
    for name, draft in drafted.items():
        constraints = plan_constraints(
            draft, relationships.belongs_to, parents, state.names.get(name, NO_NAMES).identities
        )
        written = name in scope.written
        actions, found = _actions(draft, config, scope.domains[name])
        if written:
            problems += [*draft.columns.problems, *constraints.problems, *found]
            problems += table_problems(draft)
        resource = _resource(
            draft, state.repo, config, actions, relationships.by_table.get(name, ()), constraints
        )
        planned.append(PlannedResource(resource=resource, draft=draft, written=written))
    return Plan(
        resources=tuple(planned),
        domains=_domains(planned, modules),
        supports=_supports(planned),
        problems=tuple(sorted(problems, key=Problem.sort_key)),
        extensions=_extensions(planned),
        scope=scope,
        modules=modules,
    )


def _resource(
    draft: Draft,
    repo: str,
    config: Resolver,
    actions: Actions | None,
    relationships: tuple[Relationship, ...],
    constraints: Constraints,
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
        attributes=draft.columns.attributes,
        relationships=relationships,
        identities=constraints.identities,
        references=constraints.references,
        check_constraints=constraints.check_constraints,
        unique_index_names=constraints.unique_index_names,
        exclusion_constraint_names=constraints.exclusion_constraint_names,
        foreign_key_names=constraints.foreign_key_names,
    )


class _Drafts:
    def __init__(
        self,
        database: Database,
        state: ProjectState,
        config: Resolver,
        scope: Scope,
        modules: Modules,
        legacy: Legacy,
        attributes: AttributePlanner,
    ) -> None:
        self._legacy = legacy
        self._database = database
        self._state = state
        self._config = config
        self._scope = scope
        self._modules = modules
        self._attributes = attributes
        self.problems: list[Problem] = []

    def all(self) -> dict[Name, Draft]:
        """Draft every table of a domain, in the database's order."""
        found = {}
        for table in self._database.tables:
            domain = self._scope.domains.get(table.name)
            if domain is None:
                continue
            if '"' in table.name.name or '"' in table.name.schema:
                self.problems.append(_unsayable(table.name))
                continue
            key = table_key(table, self._config, self._legacy)
            columns = self._attributes.plan(table, key)
            by_column = columns.by_column()
            if key is not None and not set(key.columns) <= set(by_column):
                key = None
                columns = self._attributes.plan(table, None)
                by_column = columns.by_column()
            if not columns.attributes:
                if table.name in self._scope.written:
                    self.problems += [*columns.problems, _nothing_to_read(table.name)]
                continue
            found[table.name] = Draft(
                table=table,
                module=self._modules.resources[table.name],
                domain=self._modules.domains[domain],
                key=key,
                columns=columns,
                by_column=by_column,
                reachable=table.name in self._scope.written or table.name in self._state.resources,
            )
        return found


def _unsayable(name: Name) -> Problem:
    return Problem(
        severity=Severity.WARNING,
        code=Code.NAME_UNSUPPORTED,
        where=str(name),
        what="Ecto refuses a table or schema with a double quote in its name: it gets no resource.",
        todo="Rename it in a legacy migration, or read it through a view.",
    )


def _nothing_to_read(name: Name) -> Problem:
    return Problem(
        severity=Severity.WARNING,
        code=Code.NO_COLUMNS,
        where=str(name),
        what="It has no column that Ash can read, and Ecto selects no row without one: "
        "it gets no resource.",
        todo="Leave it to the legacy code, or map the types of its columns in [types].",
    )


def _is_filled(column: Column) -> bool:
    """Whether PostgreSQL has a value for the column when an INSERT names none."""
    return (
        not column.not_null
        or column.default is not None
        or column.identity is not Identity.NONE
        or column.generated is not Generated.NONE
    )


def _actions(draft: Draft, config: Resolver, domain: str) -> tuple[Actions | None, list[Problem]]:
    """Choose the default actions: what the table allows, within what was asked for."""
    asked = config.actions_for(draft.name, domain) or "crud"
    if asked == "none":
        return None, []
    foreign = draft.table.kind is RelationKind.FOREIGN and not draft.table.updatable
    if asked == "read" or draft.is_view or foreign:
        return Actions(), []
    accept = tuple(
        a.name
        for a in draft.columns.attributes
        if a.writable
        and not a.public
        and not a.allow_nil
        and not a.generated
        and a.default is ABSENT
    )
    missing = [column.name for column in draft.columns.dropped if not _is_filled(column)]
    problems = []
    if missing:
        problems.append(
            Problem(
                severity=Severity.WARNING,
                code=Code.NO_CREATE,
                where=str(draft.name),
                what=f"It has no create action: {', '.join(missing)} must have a value "
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
    return (
        Actions(
            destroy=keyed,
            create=not missing,
            update=keyed,
            create_accept=accept,
            update_accept=accept,
        ),
        problems,
    )


def _domains(planned: Iterable[PlannedResource], modules: Modules) -> tuple[Domain, ...]:
    members: dict[str, list[str]] = {module: [] for module in modules.domains.values()}
    for item in planned:
        if item.draft.reachable:
            members[item.resource.domain].append(item.resource.module)
    return tuple(
        Domain(module=module, resources=tuple(sorted(found)))
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
