"""Compiled resources against the plan of the configuration and the live catalog.

`ash.compare` finds the differences from the plan. The catalog alone answers how a type is stored,
which labels an enum has, and where the foreign key of a relationship leads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

import msgspec

from ash_scaffold.ash.compare import Difference, compare, demanded
from ash_scaffold.ash.compare import Kind as Differs
from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.equivalence import same_constraints
from ash_scaffold.ash.model import (
    IdentityDef,
    ReadResource,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.ash.plan import Plan
from ash_scaffold.postgres.catalog import (
    Column,
    Database,
    ForeignKey,
    Generated,
    Identity,
    Index,
    Name,
    Table,
    TypeKind,
)
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.problem import Severity
from ash_scaffold.report.differences import Families, accept_names, sentence, shown_term
from ash_scaffold.report.finding import Finding
from ash_scaffold.term import Term
from ash_scaffold.verify.answers import (
    Answers,
    AttributeAnswer,
    RelationshipAnswer,
    ResourceAnswer,
)
from ash_scaffold.verify.compiled import Fit, fit, read_compiled
from ash_scaffold.verify.report import Kind, accept_subject

_GIVE_TYPE = "Give it the type that `ash-scaffold inspect` names for the column."
_CORRECT = "Correct it, or run `ash-scaffold resources`."
# The kind of finding, and its severity where a compiled resource fails in another way than code
# that drifts: an unknown constraint raises here and now.
_KINDS: dict[Differs, tuple[Kind, Severity | None]] = {
    Differs.REPO: (Kind.REPO, Severity.ERROR),
    Differs.MIGRATE: (Kind.MIGRATE, None),
    Differs.MULTITENANCY: (Kind.TENANT, None),
    Differs.TENANT_NULLABLE: (Kind.TENANT, None),
    Differs.ATTRIBUTE_MISSING: (Kind.COLUMN, Severity.ERROR),
    Differs.SOURCE: (Kind.COLUMN, Severity.ERROR),
    Differs.TYPE: (Kind.TYPE, None),
    Differs.CONSTRAINTS: (Kind.CONSTRAINTS, None),
    Differs.ALLOW_NIL: (Kind.NULLABLE, None),
    Differs.GENERATED: (Kind.GENERATED, None),
    Differs.WRITABLE: (Kind.WRITABLE, None),
    Differs.DEFAULT: (Kind.DEFAULT, None),
    Differs.RELATIONSHIP_MISSING: (Kind.RELATIONSHIP, Severity.NOTE),
    Differs.RELATIONSHIP_KIND: (Kind.RELATIONSHIP, None),
    Differs.DESTINATION: (Kind.RELATIONSHIP, None),
    Differs.SOURCE_ATTRIBUTE: (Kind.RELATIONSHIP, None),
    Differs.DESTINATION_ATTRIBUTE: (Kind.RELATIONSHIP, None),
    Differs.FILTER: (Kind.RELATIONSHIP, None),
    Differs.THROUGH: (Kind.RELATIONSHIP, None),
    Differs.JOIN_ATTRIBUTE: (Kind.RELATIONSHIP, None),
    Differs.IDENTITY_MISSING: (Kind.CONSTRAINT_NAME, Severity.ERROR),
    Differs.IDENTITY_EXTRA: (Kind.IDENTITY, Severity.ERROR),
    Differs.INDEX_NAME: (Kind.IDENTITY, Severity.ERROR),
    Differs.KEYS: (Kind.IDENTITY, Severity.ERROR),
    Differs.ALL_TENANTS: (Kind.IDENTITY, Severity.ERROR),
    Differs.WHERE: (Kind.IDENTITY, Severity.ERROR),
    Differs.REFERENCE_NAME: (Kind.CONSTRAINT_NAME, Severity.ERROR),
    Differs.CONSTRAINT_UNKNOWN: (Kind.CONSTRAINT_NAME, Severity.ERROR),
}
_CONSTRAINTS = {
    "unique_index_names": "unique index",
    "check_constraints": "check constraint",
    "exclusion_constraint_names": "exclusion constraint",
    "foreign_key_names": "foreign key",
}


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """The database and the plan that resources are compared with.

    `planned` are the resources as they would be generated, by table; `unplanned` those of tables
    that the configuration leaves out, of which only constraint names matter. `types` are the type
    modules that the tool writes, `owned_by_ash` the tables that Ash may migrate. `hand_written`
    are the drafts of the resources that were written before anything was generated of them.
    """

    database: Database
    planned: Mapping[Name, Resource]
    families: Families
    types: frozenset[str]
    unplanned: Mapping[Name, Resource] = {}
    owned_by_ash: frozenset[Name] = frozenset()
    hand_written: Mapping[Name, Draft] = {}


def expect(
    plan: Plan,
    database: Database,
    owned_by_ash: frozenset[Name] = frozenset(),
    unplanned: Mapping[Name, Resource] = {},
    types: Collection[str] = (),
    hand_written: Collection[Name] = (),
) -> Expected:
    """Return the plan and the database that resources are compared with.

    `types` are further type modules that were generated, for types that are no longer in use;
    `hand_written` are the tables whose resources were there before anything was generated.
    """
    return Expected(
        database=database,
        planned={item.draft.name: item.resource for item in plan.resources},
        families=Families(plan.resources),
        types=frozenset(
            (
                *types,
                *(s.module for item in plan.resources for s in item.draft.columns.supports),
            )
        ),
        unplanned=unplanned,
        owned_by_ash=owned_by_ash,
        hand_written={
            item.draft.name: item.draft
            for item in plan.resources
            if item.draft.name in hand_written
        },
    )


def check_resources(answers: Answers, expected: Expected) -> list[Finding]:
    """Find every difference of a resource that needs no row to be read."""
    tables = {table.name: table for table in expected.database.tables}
    compiled = {answer.table_name: answer.module for answer in answers.resources}
    everything = {**expected.unplanned, **expected.planned}
    names = {
        table: {attribute.column: attribute.name for attribute in resource.attributes}
        for table, resource in everything.items()
    }
    pointing = _keys_by_name(expected.database)
    found: list[Finding] = []
    for answer in answers.resources:
        table = tables.get(answer.table_name)
        if table is None:
            found.append(_no_table(answer, tables))
            continue
        at = _Resource(answer, table, expected, compiled)
        planned = expected.planned.get(table.name)
        found += at.outside_plan(planned)
        wrong = dict(at.relationships(tables))
        found += wrong.values()
        found += at.keys_without_belongs_to()
        resource = everything.get(table.name)
        if resource is None:
            continue
        own_keys = {name for key in table.foreign_keys for name in (key.name, *key.clone_names)}
        read = read_compiled(answer, resource, names, own_keys)
        differences = compare(
            resource,
            read,
            columns=[c.name for c in table.columns if c.name not in names[table.name]],
            types=expected.types,
            nullable=table.nullable,
        )
        draft = expected.hand_written.get(table.name)
        for difference in differences if draft is None else demanded(differences, draft):
            if difference.path[:1] == ("relationships",) and {*difference.path[1:2]} & {*wrong}:
                continue
            for finding in at.difference(difference, read, pointing):
                if planned is not None or finding.kind == Kind.CONSTRAINT_NAME:
                    found.append(finding)
    return found


def _keys_by_name(database: Database) -> Mapping[str, list[ForeignKey]]:
    found: dict[str, list[ForeignKey]] = defaultdict(list)
    for key in database.foreign_keys():
        for name in (key.name, *key.clone_names):
            found[name].append(key)
    return found


class _Resource:
    """One compiled resource and its table."""

    def __init__(
        self,
        answer: ResourceAnswer,
        table: Table,
        expected: Expected,
        compiled: Mapping[Name, str],
    ) -> None:
        self._answer = answer
        self._table = table
        self._expected = expected
        self._compiled = compiled
        self._attributes = {attribute.source: attribute for attribute in answer.attributes}
        self._columns = {column.name: column for column in table.columns}
        self._indexes = {index.name: index for index in table.indexes if index.unique}

    def _finding(
        self, kind: Kind, severity: Severity, what: str, todo: str = "", column: str = ""
    ) -> Finding:
        return Finding(
            kind=kind,
            severity=severity,
            module=self._answer.module,
            table=str(self._table.name),
            object=column,
            what=what,
            todo=todo,
        )

    # What the catalog alone decides.

    def outside_plan(self, planned: Resource | None) -> Iterator[Finding]:
        """Yield findings about reserved names, columns, storage types, labels and the key."""
        if planned is None and self._answer.migrate:
            yield from self._migrates()
        for name in self._answer.reserved:
            yield self._finding(
                Kind.RESERVED_NAME,
                Severity.ERROR,
                f"The field {name} has a name that Ash reserves.",
                "Rename it.",
            )
        for attribute in self._answer.attributes:
            column = self._columns.get(attribute.source)
            if column is None:
                yield self._no_column(attribute)
            else:
                yield from self._storage(attribute, column)
                yield from self._labels(attribute, column)
        yield from self._primary_key(planned)

    def _migrates(self) -> Iterator[Finding]:
        if self._table.name not in self._expected.owned_by_ash:
            yield self._finding(
                Kind.MIGRATE,
                Severity.ERROR,
                "The resource does not say `migrate? false`: Ash would write migrations for the "
                "table.",
                "Say `migrate? false` in `postgres`, or list the table in owned_by_ash.",
            )

    def _no_column(self, attribute: AttributeAnswer) -> Finding:
        close = get_close_matches(attribute.source, list(self._columns), n=1)
        hint = f" Is {close[0]} meant?" if close else ""
        return self._finding(
            Kind.SOURCE,
            Severity.ERROR,
            f"The attribute {attribute.name} has the source {attribute.source}, "
            f"and the table has no such column: every read fails.{hint}",
            "Correct `source`, or run `ash-scaffold resources` after the column went.",
            attribute.source,
        )

    def _storage(self, attribute: AttributeAnswer, column: Column) -> Iterator[Finding]:
        found = fit(self._expected.database, column.type, attribute)
        if found is Fit.FITS:
            return
        weak = found in (Fit.PADDING, Fit.TIME_ZONE)
        yield self._finding(
            Kind.TYPE,
            Severity.WARNING if weak else Severity.ERROR,
            f"The attribute {attribute.name} is {attribute.type}, stored as {attribute.storage}, "
            f"and the column is {type_text(column.type)}: {found.value}.",
            _GIVE_TYPE,
            column.name,
        )

    def _labels(self, attribute: AttributeAnswer, column: Column) -> Iterator[Finding]:
        type_ = self._expected.database.types.get(column.type.name)
        if attribute.labels is None or type_ is None or type_.kind is not TypeKind.ENUM:
            return
        missing = [label for label in type_.labels if label not in attribute.labels]
        surplus = [label for label in attribute.labels if label not in type_.labels]
        if missing:
            yield self._finding(
                Kind.ENUM_LABEL,
                Severity.ERROR,
                f"{attribute.type} does not list {_quoted(missing)}, which {type_.name} has: "
                "a row that holds it can't be read.",
                "Add it to the type's values.",
                column.name,
            )
        if surplus:
            yield self._finding(
                Kind.ENUM_LABEL,
                Severity.WARNING,
                f"{attribute.type} lists {_quoted(surplus)}, which {type_.name} does not have: "
                "writing it raises.",
                "Take it out of the type's values, or add it to the enum in legacy code.",
                column.name,
            )

    def _primary_key(self, planned: Resource | None) -> Iterator[Finding]:
        sources = {attribute.name: attribute.source for attribute in self._answer.attributes}
        columns = {sources.get(name, name) for name in self._answer.primary_key}
        table = self._table
        if planned is not None:
            expected = {a.column for a in planned.attributes if a.primary_key}
        else:
            expected = set(table.primary_key.columns) if table.primary_key is not None else set()
        if columns == expected or not expected:
            return
        unique = any(
            index.predicate is None
            and set(_columns(index)) <= columns
            and all(table.column(key.column).not_null for key in index.keys if key.column)
            for index in self._indexes.values()
        )
        has = ", ".join(sorted(columns)) or "none"
        yield self._finding(
            Kind.PRIMARY_KEY,
            Severity.NOTE if unique else Severity.ERROR,
            f"The resource's primary key is {has}, the table's {', '.join(sorted(expected))}."
            + ("" if unique else " Nothing makes it unique: a write could meet several rows."),
            "" if unique else "Set primary_key? true on the attributes of the table's key.",
        )

    def relationships(self, tables: Mapping[Name, Table]) -> Iterator[tuple[str, Finding]]:
        """Yield the relationships, by name, that lead elsewhere than the foreign keys.

        One without a foreign key is the team's own.
        """
        for relationship in self._answer.relationships:
            if relationship.no_attributes or relationship.destination_table is None:
                continue
            other = tables.get(Name(*relationship.destination_table))
            if other is None or relationship.through is not None:
                continue
            what = _wrong_key(relationship, self._table, other)
            if what:
                yield (
                    relationship.name,
                    self._finding(
                        Kind.RELATIONSHIP, Severity.ERROR, f"{relationship.name} {what}", _CORRECT
                    ),
                )

    def keys_without_belongs_to(self) -> Iterator[Finding]:
        """Yield the foreign keys to tables with a resource that no belongs_to follows."""
        belongs_to = [each for each in self._answer.relationships if each.kind == "belongs_to"]
        for key in self._table.foreign_keys:
            if key.target in self._compiled and not any(_follows(each, key) for each in belongs_to):
                yield self._finding(
                    Kind.RELATIONSHIP,
                    Severity.NOTE,
                    f"The foreign key {key.name} to {key.target} has no belongs_to.",
                )

    # The differences from the plan.

    def difference(
        self,
        difference: Difference,
        actual: ReadResource,
        pointing: Mapping[str, list[ForeignKey]],
    ) -> Iterator[Finding]:
        """Yield the findings that a difference stands for, in the words of a compiled resource."""
        if difference.kind not in _KINDS:
            return
        kind, severity = _KINDS[difference.kind]
        severity = severity or self._expected.families.severity(difference)
        accept = accept_names(str(self._table.name), difference)
        for finding in self._findings(difference, kind, severity, actual, pointing):
            names = dict.fromkeys((*accept, *accept_subject(finding)))
            yield msgspec.structs.replace(finding, accept=tuple(names))

    def _findings(
        self,
        difference: Difference,
        kind: Kind,
        severity: Severity,
        actual: ReadResource,
        pointing: Mapping[str, list[ForeignKey]],
    ) -> Iterator[Finding]:
        match difference.kind:
            case Differs.REPO:
                yield self._finding(
                    kind,
                    severity,
                    f"The resource uses {difference.actual}, and the project's repo is "
                    f"{difference.expected}.",
                    "Correct `repo` in `postgres`, or in ash_scaffold.toml.",
                )
            case Differs.MIGRATE if difference.actual is True:
                yield from self._migrates()
            case Differs.ATTRIBUTE_MISSING | Differs.SOURCE:
                column = self._columns[difference.object]
                yield self._finding(
                    kind,
                    severity,
                    f"The column ({type_text(column.type)}) has no attribute.",
                    "Run `ash-scaffold resources`, or exclude the column in ash_scaffold.toml.",
                    column.name,
                )
            case (
                Differs.TYPE
                | Differs.CONSTRAINTS
                | Differs.ALLOW_NIL
                | Differs.GENERATED
                | Differs.WRITABLE
                | Differs.DEFAULT
            ):
                yield from self._option(difference, kind, severity)
            case Differs.RELATIONSHIP_MISSING:
                yield from self._missing_relationship(difference, kind, severity, actual)
            case Differs.IDENTITY_EXTRA | Differs.INDEX_NAME | Differs.KEYS | Differs.WHERE:
                yield from self._identity(difference, kind, severity)
            case Differs.IDENTITY_MISSING:
                yield self._unknown_constraint("unique_index_names", difference.object)
            case Differs.REFERENCE_NAME:
                yield self._unknown_constraint("foreign_key_names", difference.object)
            case Differs.CONSTRAINT_UNKNOWN:
                yield self._unknown_constraint(
                    difference.path[0], difference.object, self._pointing(difference, pointing)
                )
            case _:
                yield self._finding(kind, severity, sentence(difference), _CORRECT)

    def _option(self, difference: Difference, kind: Kind, severity: Severity) -> Iterator[Finding]:
        """Yield what an option of an attribute that differs leads to."""
        attribute = self._attributes.get(difference.object)
        column = self._columns.get(difference.object)
        if attribute is None or column is None:
            return  # paired by its name: its source is no column
        name, expected = attribute.name, difference.expected
        what, todo = sentence(difference), f"Correct {name}, or run `ash-scaffold resources`."
        match difference.kind:
            case Differs.TYPE:
                if fit(self._expected.database, column.type, attribute) is not Fit.FITS:
                    return
                todo = _GIVE_TYPE
            case Differs.CONSTRAINTS:
                yield from self._constraints(difference, kind, severity, name)
                return
            case Differs.ALLOW_NIL if column.not_null:
                what = "The column is NOT NULL and the attribute allows nil: writing nil raises."
                todo = f"Set allow_nil? false on {name}."
            case Differs.ALLOW_NIL:
                what = (
                    "The column takes NULL and the attribute does not allow nil: a row that holds "
                    "it can't be updated."
                )
                todo = f"Take allow_nil? false off {name}, or make the column NOT NULL."
            case Differs.GENERATED if expected is True:
                what = (
                    "The database fills the column, and Ash does not know it: the value is not "
                    "read back after a write, and a create demands one."
                )
                todo = f"Set generated? true on {name}."
            case Differs.GENERATED:
                what = "The attribute is generated, and the database does not fill the column."
                todo = f"Take generated? true off {name}."
                if not (column.not_null and column.default is None):
                    severity = Severity.NOTE
            case Differs.WRITABLE if attribute.writable and _is_generated_always(column):
                what = (
                    "The column is GENERATED ALWAYS and the attribute is writable: every write of "
                    "it raises."
                )
                todo = f"Set writable? false on {name}."
            case Differs.WRITABLE:
                can = "can" if attribute.writable else "can't"
                what = f"The attribute {can} be written, which is not what its column suggests."
                severity, todo = Severity.NOTE, ""
            case _:
                pass
        yield self._finding(kind, severity, what, todo, column.name)

    def _constraints(
        self, difference: Difference, kind: Kind, severity: Severity, name: str
    ) -> Iterator[Finding]:
        """Yield a finding for each option of the type that differs."""
        expected, actual = _options(difference.expected), _options(difference.actual)
        for option in dict.fromkeys((*expected, *actual)):
            wanted, found = expected.get(option), actual.get(option)
            if same_constraints([(option, wanted)], [(option, found)]):
                continue
            yield self._finding(
                kind,
                severity,
                f"The constraint {option} of the attribute {name} is {shown_term(found)}, and the "
                f"column wants {shown_term(wanted)}.",
                f"Set constraints {option}: {shown_term(wanted)} on {name}."
                if option in expected
                else f"Take {option} out of the constraints of {name}.",
                difference.object,
            )

    def _missing_relationship(
        self, difference: Difference, kind: Kind, severity: Severity, actual: ReadResource
    ) -> Iterator[Finding]:
        relationship = difference.expected
        assert isinstance(relationship, Relationship)
        if relationship.kind is not RelationshipKind.BELONGS_TO:
            if relationship.destination in self._compiled.values():
                yield self._finding(kind, severity, sentence(difference))
            return
        known = {each.name for each in actual.resource.foreign_key_names}
        for _table, key in relationship.foreign_keys:
            if key not in known:
                yield self._unknown_constraint("foreign_key_names", key)

    def _identity(
        self, difference: Difference, kind: Kind, severity: Severity
    ) -> Iterator[Finding]:
        """Yield the finding about an identity; not of a view, whose indexes reject no write."""
        if self._table.kind.is_view:
            return
        name, actual = difference.path[1], difference.actual
        index = difference.object
        match difference.kind:
            case Differs.INDEX_NAME | Differs.IDENTITY_EXTRA:
                index = actual.index if isinstance(actual, IdentityDef) else str(actual)
                if index not in self._indexes:
                    what = f"stands for the unique index {index}, which is not there."
                elif isinstance(actual, IdentityDef):
                    what = f"stands for the index {index}, by which no upsert is possible."
                else:
                    what = self._other_columns(index)
            case Differs.KEYS:
                what = self._other_columns(index)
            case _:
                partial = self._indexes[index].predicate is not None
                which = "only the index" if partial else "only the identity"
                what = f"and its index {index} cover different rows: {which} has a condition."
        yield self._finding(
            kind,
            severity,
            f"The identity {name} {what}",
            "Correct it or its name in `identity_index_names`, or run `ash-scaffold resources`.",
        )
        if difference.kind is Differs.INDEX_NAME:
            yield self._unknown_constraint("unique_index_names", difference.object)

    def _other_columns(self, index: str) -> str:
        columns = ", ".join(_columns(self._indexes[index]))
        return f"has other columns than its index {index} ({columns})."

    def _pointing(
        self, difference: Difference, pointing: Mapping[str, list[ForeignKey]]
    ) -> ForeignKey | None:
        """Return the key of another table that an unknown name is of."""
        if difference.path != ("foreign_key_names",):
            return None
        own = self._table.name
        keys = [key for key in pointing.get(difference.object, ()) if key.table != own]
        return next((key for key in keys if key.target == own), next(iter(keys), None))

    def _unknown_constraint(
        self, option: str, name: str, pointing: ForeignKey | None = None
    ) -> Finding:
        of = f" of {pointing.table}, which points here," if pointing is not None else ""
        when = "a delete that it stops" if pointing is not None else "a violation"
        return self._finding(
            Kind.CONSTRAINT_NAME,
            Severity.ERROR,
            f"The {_CONSTRAINTS[option]} {name}{of} is not known to the resource: {when} raises "
            "instead of giving a field error.",
            f"Name it in `{option}`, or run `ash-scaffold resources`.",
        )


def _no_table(answer: ResourceAnswer, tables: Mapping[Name, Table]) -> Finding:
    elsewhere = [name for name in tables if name.name == answer.table]
    hint = f" There is {elsewhere[0].schema}.{elsewhere[0].name}." if elsewhere else ""
    return Finding(
        kind=Kind.TABLE,
        severity=Severity.ERROR,
        module=answer.module,
        table=str(answer.table_name),
        what=f"There is no such table.{hint}",
        todo="Correct `table` and `schema`; a schema beside public may have to be named in "
        "`schemas` of ash_scaffold.toml.",
    )


def _quoted(labels: list[str]) -> str:
    return ", ".join(f"'{label}'" for label in labels)


def _columns(index: Index) -> tuple[str, ...]:
    return tuple(key.column if key.column is not None else "" for key in index.keys)


def _is_generated_always(column: Column) -> bool:
    return column.generated is not Generated.NONE or column.identity is Identity.ALWAYS


def _options(value: object) -> dict[str, Term]:
    """Return type constraints by their names."""
    pairs = value if isinstance(value, list) else []
    return {str(pair[0]): pair[1] for pair in pairs if isinstance(pair, tuple)}


def _wrong_key(relationship: RelationshipAnswer, table: Table, other: Table) -> str:
    """Return the words for a relationship that leads elsewhere than its key, "" for a right one."""
    own, theirs = relationship.source_column, relationship.destination_column
    if own is None or theirs is None:
        return "joins an attribute that is not there."
    if relationship.kind == "belongs_to":
        child, child_column, parent, parent_column = table, own, other, theirs
    else:
        child, child_column, parent, parent_column = other, theirs, table, own
    keys = [key for key in child.foreign_keys if child_column in key.columns]
    fitting = [key for key in keys if key.target == parent.name]
    if not keys:
        return ""
    if not fitting:
        return (
            f"joins {child.name}.{child_column} to {parent.name}, and its foreign key leads to "
            f"{keys[0].target}."
        )
    if not any(_target_of(key, child_column) == parent_column for key in fitting):
        return (
            f"joins {child.name}.{child_column} to {parent.name}.{parent_column}, and the foreign "
            f"key {fitting[0].name} to {_target_of(fitting[0], child_column)}."
        )
    if relationship.kind == "has_one" and not relationship.filtered:
        columns = {column for key in fitting for column in key.columns}
        if not any(set(_columns(index)) <= columns for index in child.indexes if index.unique):
            return f"is a has_one, and {child.name} may have several rows for one key."
    return ""


def _follows(relationship: RelationshipAnswer, key: ForeignKey) -> bool:
    """Whether a belongs_to is that of a key; one of several columns may share each with others."""
    if len(key.columns) > 1:
        table = relationship.destination_table
        if table is None or Name(*table) != key.target:
            return False
    return relationship.source_column in key.columns


def _target_of(key: ForeignKey, column: str) -> str:
    return dict(zip(key.columns, key.target_columns, strict=True))[column]
