"""Tables and types put together from the catalog's rows; pure, after all rows were read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter
from typing import Protocol, TypeVar

import msgspec

from ash_scaffold.postgres import constraints
from ash_scaffold.postgres.canonical import canonical
from ash_scaffold.postgres.catalog import (
    Check,
    Column,
    Field,
    ForeignKey,
    Generated,
    Identity,
    Index,
    Key,
    Name,
    RelationKind,
    Table,
    Trigger,
    Type,
    TypeKind,
    TypeUse,
)
from ash_scaffold.postgres.constraints import PartitionIndexes, Relation, index
from ash_scaffold.postgres.rows import (
    KEY,
    RELATION,
    TYPE,
    CheckRow,
    ColumnRow,
    CommentRow,
    DomainCheckRow,
    EnumLabelsRow,
    ExclusionRow,
    ForeignKeyRow,
    IndexPartitionRow,
    IndexRow,
    KeyRow,
    OutsideColumnRow,
    ParentRow,
    PartitionConstraintRow,
    ReadableColumnRow,
    RelationRow,
    RuleRow,
    TriggerRow,
    TypeRow,
)

RELATION_KINDS = {
    "r": RelationKind.TABLE,
    "p": RelationKind.PARTITIONED,
    "v": RelationKind.VIEW,
    "m": RelationKind.MATERIALIZED_VIEW,
    "f": RelationKind.FOREIGN,
}
IDENTITIES = {"": Identity.NONE, "a": Identity.ALWAYS, "d": Identity.BY_DEFAULT}
GENERATED = {"": Generated.NONE, "s": Generated.STORED, "v": Generated.VIRTUAL}
BY_NAME = attrgetter("name")
UPDATE_EVENT, INSERT_EVENT = 4, 8  # the bits of pg_relation_is_updatable


class CatalogRows(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of the catalog, one list per query.

    `per_tenant` and `types_per_tenant` are the relations and types that each tenant's schema has.
    """

    relations: list[RelationRow]
    columns: list[ColumnRow]
    readable_columns: list[ReadableColumnRow]
    types: list[TypeRow]
    enum_labels: list[EnumLabelsRow]
    domain_checks: list[DomainCheckRow]
    keys: list[KeyRow]
    checks: list[CheckRow]
    exclusions: list[ExclusionRow]
    foreign_keys: list[ForeignKeyRow]
    outside_columns: list[OutsideColumnRow]
    indexes: list[IndexRow]
    index_partitions: list[IndexPartitionRow]
    partition_constraints: list[PartitionConstraintRow]
    parents: list[ParentRow]
    triggers: list[TriggerRow]
    rules: list[RuleRow]
    comments: list[CommentRow]
    per_tenant: frozenset[int] = frozenset()
    types_per_tenant: frozenset[int] = frozenset()


class Content(msgspec.Struct, frozen=True):
    """The result of the rows; the fields are those of `catalog.Database`."""

    tables: tuple[Table, ...]
    types: dict[Name, Type]
    outside_foreign_keys: tuple[ForeignKey, ...]


class _OfRelation(Protocol):
    @property
    def relation(self) -> int: ...


RowT = TypeVar("RowT", bound=_OfRelation)


def assemble(rows: CatalogRows) -> Content:
    """Build all tables, in order of schema and name, and the types that they use."""
    wanted = [row for row in rows.relations if not row.of_extension]
    wanted.sort(key=lambda row: (row.schema, row.name))
    oids = {row.oid for row in wanted}
    foreign_keys = constraints.foreign_keys(rows.foreign_keys, _relations(rows), oids)
    assembly = _Assembly(rows, foreign_keys)
    tables = tuple(assembly.table(row) for row in wanted)
    outside = [each for owner, keys in foreign_keys.items() if owner not in oids for each in keys]
    outside.sort(key=lambda each: (each.table, each.name))
    return Content(tables, assembly.types.used(), tuple(outside))


class _Assembly:
    """The rows of each relation, and their conversion into its table."""

    def __init__(self, rows: CatalogRows, foreign_keys: dict[int, tuple[ForeignKey, ...]]) -> None:
        self._comments = {(row.oid, row.attnum): row.comment for row in rows.comments}
        self.types = TypeCatalog(
            rows.types,
            rows.enum_labels,
            rows.domain_checks,
            self._comments,
            rows.types_per_tenant,
        )
        self._per_tenant = rows.per_tenant
        self._columns = _grouped(rows.columns, attrgetter("attnum"))
        self._readable_columns = _readable_columns(rows.readable_columns)
        self._keys = _grouped(rows.keys, BY_NAME)
        self._checks = _grouped(rows.checks, BY_NAME)
        self._exclusions = _grouped(rows.exclusions, BY_NAME)
        self._foreign_keys = foreign_keys
        self._indexes = _grouped(rows.indexes, BY_NAME)
        self._index_rows = {row.oid: row for row in rows.indexes}
        self._index_partitions = PartitionIndexes(rows.index_partitions)
        self._constraint_indexes = {row.index_oid for row in rows.keys}
        self._constraint_indexes.update(row.index_oid for row in rows.exclusions)
        self._partition_constraints = _grouped(rows.partition_constraints, BY_NAME)
        self._parents = _grouped(rows.parents, BY_NAME)
        self._triggers = _grouped(rows.triggers, BY_NAME)
        self._rules = _grouped(rows.rules, BY_NAME)

    def table(self, row: RelationRow) -> Table:
        columns = self._columns.get(row.oid, ())
        names = {each.attnum: each.name for each in columns}
        readable = self._readable(row, names)
        keys = self._keys.get(row.oid, ())
        parents = sorted(Name(each.schema, each.name) for each in self._parents.get(row.oid, ()))
        return Table(
            name=Name(row.schema, row.name),
            kind=RELATION_KINDS[row.kind],
            oid=row.oid,
            per_tenant=row.oid in self._per_tenant,
            comment=self._comments.get((row.oid, RELATION)),
            columns=tuple(self._column(each, readable) for each in columns),
            primary_key=next((self._key(each, names) for each in keys if each.is_primary), None),
            unique_keys=tuple(self._key(each, names) for each in keys if not each.is_primary),
            foreign_keys=self._foreign_keys.get(row.oid, ()),
            checks=tuple(constraints.check(each, names) for each in self._checks.get(row.oid, ())),
            exclusions=tuple(
                constraints.exclusion(each, names, self._index_partitions)
                for each in self._exclusions.get(row.oid, ())
            ),
            indexes=self._table_indexes(row.oid, names),
            triggers=self._table_triggers(row.oid, names),
            rules=tuple(each.name for each in self._rules.get(row.oid, ())),
            partition_constraints=constraints.of_partitions(
                self._partition_constraints.get(row.oid, ())
            ),
            row_security=row.row_security,
            populated=row.is_populated,
            inherits=() if row.is_partition else tuple(parents),
            partition_of=parents[0] if row.is_partition else None,
            readable=row.schema_usable and (row.may_select or bool(readable)),
            writable=_may(row, INSERT_EVENT, row.may_insert),
            updatable=_may(row, UPDATE_EVENT, row.may_update),
        )

    def _readable(self, row: RelationRow, names: Mapping[int, str]) -> Collection[int]:
        """Return the attribute numbers of the columns that the role may read."""
        if not row.schema_usable:
            return ()
        return names if row.may_select else self._readable_columns.get(row.oid, ())

    def _column(self, row: ColumnRow, readable: Collection[int]) -> Column:
        return Column(
            name=row.name,
            attnum=row.attnum,
            type=self.types.use(row.type, row.typmod, row.dimensions),
            not_null=row.not_null or self.types.not_null(row.type),
            default=row.default and canonical(row.default),
            identity=IDENTITIES[row.identity],
            generated=GENERATED[row.generated],
            collation=row.collation,
            comment=self._comments.get((row.relation, row.attnum)),
            readable=row.attnum in readable,
        )

    def _key(self, row: KeyRow, names: dict[int, str]) -> Key:
        return constraints.key(
            row,
            names,
            self._index_rows[row.index_oid],
            self._index_partitions,
            self._comments.get((row.oid, KEY)),
        )

    def _table_indexes(self, oid: int, names: dict[int, str]) -> tuple[Index, ...]:
        return tuple(
            index(each, names, self._index_partitions, self._constraint_indexes)
            for each in self._indexes.get(oid, ())
        )

    def _table_triggers(self, oid: int, names: dict[int, str]) -> tuple[Trigger, ...]:
        return tuple(
            Trigger(
                name=each.name,
                on_insert=each.on_insert,
                on_update=each.on_update,
                function=Name(each.function_schema, each.function_name),
                columns=tuple(names[attnum] for attnum in each.columns),
                assigns=assigned_columns(each.function_name, each.source),
            )
            for each in self._triggers.get(oid, ())
        )


def _may(row: RelationRow, event: int, permitted: bool) -> bool:
    """Whether the role may do it, and the relation can: a view may not be updatable at all."""
    possible = row.events is None or bool(row.events & event)
    return row.schema_usable and permitted and possible


def _relations(rows: CatalogRows) -> dict[int, Relation]:
    """Name every relation that a foreign key can speak of, and its columns."""
    relations = {row.oid: Relation(Name(row.schema, row.name), {}) for row in rows.relations}
    for column in rows.columns:
        relations[column.relation].columns[column.attnum] = column.name
    for outside in rows.outside_columns:
        relation = relations.get(outside.relation)
        if relation is None:
            name = Name(outside.schema, outside.name)
            relation = relations[outside.relation] = Relation(name, {})
        relation.columns[outside.attnum] = outside.column
    return relations


def _readable_columns(rows: Iterable[ReadableColumnRow]) -> dict[int, set[int]]:
    columns: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        columns[row.relation].add(row.attnum)
    return dict(columns)


def _grouped(rows: Iterable[RowT], order: Callable[[RowT], int | str]) -> dict[int, list[RowT]]:
    """Group rows by their relation, each group in order."""
    groups: defaultdict[int, list[RowT]] = defaultdict(list)
    for row in sorted(rows, key=order):
        groups[row.relation].append(row)
    return dict(groups)


TYPE_KINDS = {
    "e": TypeKind.ENUM,
    "d": TypeKind.DOMAIN,
    "c": TypeKind.COMPOSITE,
    "r": TypeKind.RANGE,
    "m": TypeKind.MULTIRANGE,
}


class TypeCatalog:
    """Resolves type oids, and keeps the types that were resolved, with those they are made of."""

    def __init__(
        self,
        rows: Iterable[TypeRow],
        labels: Iterable[EnumLabelsRow],
        checks: Iterable[DomainCheckRow],
        comments: Mapping[tuple[int, int], str],
        per_tenant: Collection[int] = frozenset(),
    ) -> None:
        self._per_tenant = per_tenant
        self._rows = {row.oid: row for row in rows}
        self._labels = {row.type: tuple(row.labels) for row in labels}
        self._checks = _checks_by_domain(checks)
        self._comments = comments
        self._uses: dict[tuple[int, int, int], TypeUse] = {}
        self._used: dict[int, Type] = {}

    def use(self, oid: int, typmod: int, dimensions: int) -> TypeUse:
        """Return the use of a type: of its element, when it is an array type."""
        key = (oid, typmod, dimensions)
        use = self._uses.get(key)
        if use is None:
            use = self._uses[key] = self._resolve(oid, typmod, dimensions)
        return use

    def not_null(self, oid: int) -> bool:
        """Whether the type is a domain that forbids NULL, itself or through its base domain."""
        row = self._rows[oid]
        return row.kind == "d" and (row.not_null or self.not_null(row.base))

    def used(self) -> dict[Name, Type]:
        """Return every type that was resolved so far, and those they are made of, by name."""
        return {type_.name: type_ for type_ in sorted(self._used.values(), key=lambda t: t.name)}

    def _resolve(self, oid: int, typmod: int, dimensions: int) -> TypeUse:
        row = self._rows[oid]
        if row.element:
            row, dimensions = self._rows[row.element], max(dimensions, 1)
        else:
            dimensions = 0
        self._register(row)
        return TypeUse(name=Name(row.schema, row.name), typmod=typmod, dimensions=dimensions)

    def _register(self, row: TypeRow) -> None:
        if row.oid in self._used:
            return
        # Ends, because PostgreSQL lets no type be made of itself, nor of arrays of itself.
        self._used[row.oid] = Type(
            name=Name(row.schema, row.name),
            kind=TYPE_KINDS.get(row.kind, TypeKind.BASE),
            oid=row.oid,
            per_tenant=row.oid in self._per_tenant,
            extension=row.extension,
            comment=self._comments.get((row.oid, TYPE)),
            labels=self._labels.get(row.oid, ()),
            base=self._base(row),
            not_null=row.kind == "d" and row.not_null,
            default=row.default and canonical(row.default),
            checks=self._checks.get(row.oid, ()),
            fields=self._fields(row),
            subtype=self._subtype(row),
        )

    def _base(self, row: TypeRow) -> TypeUse | None:
        return self.use(row.base, row.base_typmod, row.base_dimensions) if row.base else None

    def _subtype(self, row: TypeRow) -> TypeUse | None:
        return self.use(row.subtype, -1, 0) if row.subtype else None

    def _fields(self, row: TypeRow) -> tuple[Field, ...]:
        fields = zip(
            row.field_names or (),
            row.field_types or (),
            row.field_typmods or (),
            row.field_dimensions or (),
            strict=True,
        )
        return tuple(
            Field(name, self.use(oid, typmod, dimensions))
            for name, oid, typmod, dimensions in fields
        )


def _checks_by_domain(rows: Iterable[DomainCheckRow]) -> dict[int, tuple[Check, ...]]:
    checks: defaultdict[int, list[Check]] = defaultdict(list)
    for row in rows:
        checks[row.domain].append(
            Check(
                row.name,
                (),
                canonical(row.expression),
                validated=row.validated,
                enforced=row.enforced,
            )
        )
    return {
        domain: tuple(sorted(own, key=lambda check: check.name)) for domain, own in checks.items()
    }


# Source: PostgreSQL documentation, "Text Search: Triggers for Automatic Updates": the first
# argument is the column. Arguments are kept in pg_trigger.tgargs, each ended by a NUL.
_BUILT_IN = frozenset({"tsvector_update_trigger", "tsvector_update_trigger_column"})
_ASSIGNMENT = re.compile(
    r"\bNEW\s*\.\s*(?:\"((?:[^\"]|\"\")+)\"|([A-Za-z_][\w$]*))\s*:?=(?!=)", re.IGNORECASE
)
_STATEMENT_START = re.compile(r";|\b(?:BEGIN|THEN|ELSE|LOOP)\b", re.IGNORECASE)
_SQL_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def assigned_columns(function: str, source: str | None) -> tuple[str, ...]:
    """Return the columns that a PL/pgSQL trigger function assigns, in order of appearance.

    A comparison in a condition (`IF NEW.a = …`) is no assignment: only a statement's start is.
    """
    if source is None:
        return ()
    if function in _BUILT_IN:
        return (source.split("\\000")[0],)
    found: dict[str, None] = {}
    for statement in _STATEMENT_START.split(_SQL_COMMENT.sub(" ", source)):
        match = _ASSIGNMENT.match(statement.strip())
        if match is not None:
            quoted, plain = match.groups()
            name = quoted.replace('""', '"') if quoted else plain.lower()
            found[name] = None
    return tuple(found)
