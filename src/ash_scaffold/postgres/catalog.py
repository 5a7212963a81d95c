"""The catalog of a database as frozen structs, named in PostgreSQL's own terms.

Nothing here knows of Ash. Every tuple has a fixed order: columns by `attnum`, keys as the
catalog orders them, everything else by name. `oid` and `attnum` belong to one database: they
serve to recognise renames there, and are left out of everything that is committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

DEFAULT_SCHEMA = "public"
# In place of a name: all but PostgreSQL's own and those of extensions.
EVERY_SCHEMA = "*"


class Name(NamedTuple):
    """The qualified name of a relation or a type."""

    schema: str
    name: str

    def __str__(self) -> str:
        return self.name if self.schema == DEFAULT_SCHEMA else f"{self.schema}.{self.name}"


class RelationKind(StrEnum):
    """The kinds of `pg_class.relkind` that can be read as a table."""

    TABLE = "table"
    PARTITIONED = "partitioned table"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    FOREIGN = "foreign table"

    @property
    def is_view(self) -> bool:
        """Whether the relation is the result of a query, materialized or not."""
        return self in (RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW)

    @property
    def is_table(self) -> bool:
        """Whether the relation stores rows of its own database and may have keys."""
        return self in (RelationKind.TABLE, RelationKind.PARTITIONED)


class Identity(StrEnum):
    """`pg_attribute.attidentity`."""

    NONE = ""
    ALWAYS = "always"
    BY_DEFAULT = "by default"


class Generated(StrEnum):
    """`pg_attribute.attgenerated`."""

    NONE = ""
    STORED = "stored"
    VIRTUAL = "virtual"


class Action(StrEnum):
    """`pg_constraint.confdeltype` and `confupdtype`."""

    NO_ACTION = "no action"
    RESTRICT = "restrict"
    CASCADE = "cascade"
    SET_NULL = "set null"
    SET_DEFAULT = "set default"


class Match(StrEnum):
    """`pg_constraint.confmatchtype`."""

    SIMPLE = "simple"
    FULL = "full"
    PARTIAL = "partial"


class ConstraintKind(StrEnum):
    """The kinds of `pg_constraint.contype` that reject a row; a unique index is one, too."""

    CHECK = "check"
    FOREIGN_KEY = "foreign key"
    UNIQUE = "unique"
    EXCLUSION = "exclusion"


class TypeKind(StrEnum):
    """`pg_type.typtype`, base types apart by what they are made of."""

    BASE = "base"
    ENUM = "enum"
    DOMAIN = "domain"
    COMPOSITE = "composite"
    RANGE = "range"
    MULTIRANGE = "multirange"


class TypeUse:
    """A type as a column, a field or a domain uses it.

    For an array, `name` is the element's type and `dimensions` is at least 1 (PostgreSQL does not
    enforce the declared number). `typmod` is `atttypmod` as stored, -1 for none, and is the
    element's for an array.

    It is no msgspec struct, so that msgspec leaves its JSON to the hooks of `type_text`.
    """

    __slots__ = ("_hash", "dimensions", "name", "typmod")

    def __init__(self, name: Name, typmod: int = -1, dimensions: int = 0) -> None:
        self.name: Final = name
        self.typmod: Final = typmod
        self.dimensions: Final = dimensions
        self._hash: Final = hash((name, typmod, dimensions))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, TypeUse)
            and self.name == other.name
            and self.typmod == other.typmod
            and self.dimensions == other.dimensions
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"TypeUse({self.name!r}, {self.typmod}, {self.dimensions})"

    @property
    def is_array(self) -> bool:
        """Whether it is an array of `name`."""
        return self.dimensions > 0


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    """A check constraint: of a table (with `columns` from `conkey`) or of a domain (none).

    `expression` is `pg_get_expr` of `conbin`, with an empty search path.
    """

    name: str
    columns: tuple[str, ...]
    expression: str
    validated: bool = True
    enforced: bool = True


class Field(msgspec.Struct, frozen=True, array_like=True):
    """A field of a composite type."""

    name: str
    type: TypeUse


class Type(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A type that some column uses, directly or through others.

    `labels` are an enum's in `enumsortorder`; `base`, `not_null`, `checks` and `default` are a
    domain's; `fields` a composite's; `subtype` a range's element or a multirange's range.
    `extension` names the extension that owns the type, empty for none. `per_tenant` is that of a
    table.
    """

    name: Name
    kind: TypeKind
    oid: int = 0
    per_tenant: bool = False
    extension: str = ""
    comment: str | None = None
    labels: tuple[str, ...] = ()
    base: TypeUse | None = None
    not_null: bool = False
    default: str | None = None
    checks: tuple[Check, ...] = ()
    fields: tuple[Field, ...] = ()
    subtype: TypeUse | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A column of a relation. `default` is the SQL of the default or generation expression.

    `not_null` is true as well when the column's domain (or its base domain) forbids NULL.
    `readable` is false when the role may not SELECT the column.
    """

    name: str
    attnum: int = 0
    type: TypeUse
    not_null: bool = False
    default: str | None = None
    identity: Identity = Identity.NONE
    generated: Generated = Generated.NONE
    collation: str | None = None
    comment: str | None = None
    readable: bool = True

    @property
    def filled(self) -> bool:
        """Whether it has a value when an INSERT names none: a default, identity or generated."""
        return (
            self.default is not None
            or self.identity is not Identity.NONE
            or self.generated is not Generated.NONE
        )

    @property
    def required(self) -> bool:
        """Whether an INSERT that does not name it fails, triggers apart."""
        return self.not_null and not self.filled


class Key(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A primary key or a unique constraint, its columns in key order.

    `index_name` is the index that enforces it. `without_overlaps` marks a temporal key (18+),
    whose last column is a range.
    """

    name: str
    columns: tuple[str, ...]
    index_name: str
    deferrable: bool = False
    deferred: bool = False
    nulls_not_distinct: bool = False
    without_overlaps: bool = False
    include: tuple[str, ...] = ()
    partition_index_names: tuple[str, ...] = ()
    comment: str | None = None


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A foreign key of `table`, its columns paired with the target's in key order.

    `clone_names` are the names of the rows that PostgreSQL derives from it for partitions, on
    either side, in whichever version: an error names one of those. `set_null_columns` are the
    columns of `ON DELETE SET NULL (…)` or `SET DEFAULT (…)` (15+), empty for all.
    """

    name: str
    table: Name
    columns: tuple[str, ...]
    target: Name
    target_columns: tuple[str, ...]
    on_delete: Action = Action.NO_ACTION
    on_update: Action = Action.NO_ACTION
    set_null_columns: tuple[str, ...] = ()
    match: Match = Match.SIMPLE
    deferrable: bool = False
    deferred: bool = False
    validated: bool = True
    enforced: bool = True
    period: bool = False
    clone_names: tuple[str, ...] = ()


class Exclusion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An exclusion constraint; `columns` are the plain columns of its index, in order.

    `definition` is `pg_get_constraintdef`.
    """

    name: str
    columns: tuple[str, ...]
    definition: str
    deferrable: bool = False
    deferred: bool = False
    partition_index_names: tuple[str, ...] = ()


class PartitionConstraint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A constraint that a partition has of its own: rows of the partitioned table meet it, too."""

    name: str
    kind: ConstraintKind
    columns: tuple[str, ...]


class IndexKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One key of an index: a column, or an expression as `pg_get_indexdef` writes it."""

    column: str | None = None
    expression: str | None = None
    descending: bool = False
    nulls_first: bool = False


class Index(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An index, those of constraints included.

    `constraint` is true when a primary key, unique or exclusion constraint owns it.
    `columns_in_expressions` are the plain columns its expressions and predicate refer to.
    """

    name: str
    method: str
    unique: bool
    keys: tuple[IndexKey, ...]
    include: tuple[str, ...] = ()
    predicate: str | None = None
    columns_in_expressions: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    constraint: bool = False
    valid: bool = True
    partition_index_names: tuple[str, ...] = ()


class Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A user's row trigger that fires before (or instead of) INSERT or UPDATE.

    `columns` are those of `UPDATE OF`; `assigns` are the columns that the function's source
    assigns to as `NEW.column := …`, as far as that can be seen in PL/pgSQL.
    """

    name: str
    on_insert: bool
    on_update: bool
    function: Name
    columns: tuple[str, ...] = ()
    assigns: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A relation that can be read as a table.

    `partition_of` is set for a partition, which is only read when asked for; `inherits` for
    classic inheritance. `rules` are its rewrite rules other than a view's own. `populated` is
    false for a materialized view that holds no rows until it is refreshed: data, no schema.
    With `per_tenant` each tenant's schema has such a table, and `name` is what it is for code that
    names no schema: see `tenant_schemas`.
    """

    name: Name
    kind: RelationKind = RelationKind.TABLE
    oid: int = 0
    per_tenant: bool = False
    comment: str | None = None
    columns: tuple[Column, ...] = ()
    primary_key: Key | None = None
    unique_keys: tuple[Key, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[str, ...] = ()
    row_security: bool = False
    inherits: tuple[Name, ...] = ()
    partition_of: Name | None = None
    partition_constraints: tuple[PartitionConstraint, ...] = ()
    readable: bool = True
    writable: bool = True
    updatable: bool = True
    populated: bool = True

    def filled_by_trigger(self, column: str) -> bool:
        """Whether a trigger gives a new row its value, so that an INSERT need not."""
        # Most tables have none, and this is asked of every column.
        return bool(self.triggers) and any(
            each.on_insert and column in each.assigns for each in self.triggers
        )

    @property
    def nullable(self) -> frozenset[str]:
        """The columns in which a row may have NULL; of a view that is not known."""
        if self.kind.is_view:
            return frozenset()
        return frozenset(column.name for column in self.columns if not column.not_null)

    def column(self, name: str) -> Column:
        """Return the column of that name. Raises `KeyError` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


class Extension(msgspec.Struct, frozen=True):
    """An installed extension and the schema of its objects."""

    name: str
    version: str
    schema: str


class ServerIdentity(msgspec.Struct, frozen=True):
    """The identity of one database of one server among all others (`pg_control_system`)."""

    system_identifier: str
    database_oid: int


class Database(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read: the relations of the chosen schemas, and every type they use.

    `outside_foreign_keys` are those of relations that are not among `tables`: a parent has to
    know the names of keys that can stop its delete. `other_schemas` counts the relations of
    each schema that was not read. `missing_schemas` are those of `schemas` that are not there.
    `versions` are those of Ecto's migrations, None where none are recorded. `has_rows` is false
    for a schema without the rows of its tables, which says nothing of the data. `template` is the
    schema that tables with `per_tenant` were read from, empty without any; `tenant_schemas` are
    the others that have such tables.
    """

    server_version: int
    schemas: tuple[str, ...]
    tables: tuple[Table, ...]
    types: dict[Name, Type]
    extensions: tuple[Extension, ...] = ()
    outside_foreign_keys: tuple[ForeignKey, ...] = ()
    other_schemas: tuple[tuple[str, int], ...] = ()
    identity: ServerIdentity | None = None
    name: str = ""
    missing_schemas: tuple[str, ...] = ()
    versions: frozenset[int] | None = None
    has_rows: bool = True
    template: str = ""
    tenant_schemas: tuple[str, ...] = ()

    def schema_of(self, table: Table) -> str:
        """Return the schema that the table was read from, for SQL."""
        return self.template if table.per_tenant else table.name.schema

    def foreign_keys(self) -> Iterator[ForeignKey]:
        """Give every foreign key, those of tables that were not read included."""
        for table in self.tables:
            yield from table.foreign_keys
        yield from self.outside_foreign_keys

    def table(self, name: Name) -> Table:
        """Return the relation of that name. Raises `KeyError` when there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(str(name))

    def base_type(self, use: TypeUse) -> TypeUse:
        """Return what a domain is over, which its values are stored and compared as; else `use`."""
        type_ = self.types.get(use.name)
        if type_ is None or type_.kind is not TypeKind.DOMAIN or type_.base is None:
            return use
        base = self.base_type(type_.base)
        return TypeUse(base.name, base.typmod, base.dimensions + use.dimensions)
