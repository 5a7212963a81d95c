"""What Ecto schemas say, as frozen structs, in Ecto's own terms.

Columns are named as the database names them: `source` and the like are applied. Paths are
relative to the project's root (with `..` where the legacy code stands elsewhere), lines count
from 1, and sequences keep the order of the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.model import ModuleEntry, Unparsed
from ash_scaffold.syntax.values import Value

DEFAULT_SCHEMA = "public"


class PlainType(msgspec.Struct, frozen=True, tag="plain"):
    """One of Ecto's own types by its name (`string`, `integer`, `map`, `binary_id` …).

    `Ecto.UUID` is `uuid`. What a custom type is stored as may be any name of PostgreSQL's.
    """

    name: str


class DateTimeType(msgspec.Struct, frozen=True, tag="datetime"):
    """`:utc_datetime`, `:naive_datetime` and their `_usec` forms."""

    utc: bool
    usec: bool


class ArrayType(msgspec.Struct, frozen=True, tag="array"):
    """`{:array, item}`."""

    item: FieldType


class MapType(msgspec.Struct, frozen=True, tag="map_of"):
    """`{:map, value}`: a map all of whose values are of one type."""

    value: FieldType


class EnumType(msgspec.Struct, frozen=True, tag="enum"):
    """An `Ecto.Enum` (or EctoEnum): each value's name and what is stored for it, in order."""

    values: tuple[tuple[str, str | int], ...]

    @property
    def storage(self) -> str:
        """`integer` or `string`."""
        return "integer" if any(isinstance(stored, int) for _, stored in self.values) else "string"


class EmbedType(msgspec.Struct, frozen=True, tag="embed"):
    """`embeds_one` or `embeds_many` of an embedded schema, stored as JSON."""

    module: str
    many: bool


class CustomType(msgspec.Struct, frozen=True, tag="custom"):
    """An `Ecto.Type` or `Ecto.ParameterizedType` module.

    `stored` is what its `type/0` or `type/1` says, `None` when that can't be read. `options` are
    those of the field that Ecto itself doesn't know, as written.
    """

    module: str
    stored: FieldType | None = None
    options: tuple[tuple[str, str], ...] = ()


class UnknownType(msgspec.Struct, frozen=True, tag="unknown"):
    """A type that can't be told without running the code, as written."""

    text: str


FieldType: TypeAlias = (
    PlainType | DateTimeType | ArrayType | MapType | EnumType | EmbedType | CustomType | UnknownType
)


class Autogenerate(StrEnum):
    """Who gives a field its value when a row is made without one."""

    NONE = ""
    DATABASE = "database"
    UUID = "uuid"
    CUSTOM = "custom"
    FUNCTION = "function"
    TIMESTAMP = "timestamp"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field that is kept in a column.

    `default` is None without one; `nil` given as a default counts as none. `autogenerate` tells
    `:id` (the database counts) from `:binary_id` and `Ecto.UUID` (made by the client), from a
    custom type's own generator and from a function; `generator` is that type or function, or the
    version of the UUID, as written.
    `redact` is true for `redact: true`, `@schema_redact` and `@derive {Inspect, except: …}`.
    `belongs_to` names the association whose key it is.
    """

    name: str
    column: str
    type: FieldType
    line: int
    primary_key: bool = False
    redact: bool = False
    default: Value = None
    autogenerate: Autogenerate = Autogenerate.NONE
    generator: str = ""
    read_after_writes: bool = False
    writable: str = "always"
    belongs_to: str | None = None


class AssociationKind(StrEnum):
    """Ecto's associations."""

    BELONGS_TO = "belongs_to"
    HAS_ONE = "has_one"
    HAS_MANY = "has_many"
    MANY_TO_MANY = "many_to_many"


class Association(msgspec.Struct, frozen=True, kw_only=True):
    """An association, both ends told as columns where they are known.

    `module` is the target's schema and `table` its table; both are `None` when they can't be
    read, and for `through`, which holds the path of association names. `own_column` is on the
    schema's table and `target_column` on the target's (for belongs_to: foreign key and what it
    references; for has_*: the other way round). A many_to_many has a join table, whose two
    columns refer to those. `filtered` marks one with a `where`.
    """

    name: str
    kind: AssociationKind
    line: int
    module: str | None = None
    table: Name | None = None
    own_column: str | None = None
    target_column: str | None = None
    through: tuple[str, ...] = ()
    join_module: str | None = None
    join_table: Name | None = None
    join_own_column: str | None = None
    join_target_column: str | None = None
    filtered: bool = False


class Timestamps(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of `timestamps`, `None` for one that is switched off."""

    created: str | None
    updated: str | None
    type: FieldType


class LegacySchema(msgspec.Struct, frozen=True, kw_only=True):
    """An Ecto schema: a module over a table.

    `schema` is its `@schema_prefix`, `None` for the default schema. `context` is the module that
    its name says it belongs to (`App.Accounts` of `App.Accounts.User`, "" for none);
    `context_module` is where that module is defined, when it is. `line` is the module's.
    `primary_key` holds columns. `virtual` names the fields without a column. `partial` is true
    when some of its body could not be read: what is not in it may be there all the same.
    """

    module: str
    table: str
    schema: str | None
    path: str
    line: int
    context: str
    context_module: ModuleEntry | None = None
    fields: tuple[Field, ...] = ()
    primary_key: tuple[str, ...] = ()
    timestamps: Timestamps | None = None
    associations: tuple[Association, ...] = ()
    virtual: tuple[str, ...] = ()
    partial: bool = False

    @property
    def name(self) -> Name:
        """The table's qualified name."""
        return Name(self.schema or DEFAULT_SCHEMA, self.table)

    def by_column(self) -> dict[str, Field]:
        """Index the fields by their column."""
        return {field.column: field for field in self.fields}

    def field(self, name: str) -> Field | None:
        """Return the field of that name."""
        return next((field for field in self.fields if field.name == name), None)


class EmbeddedSchema(msgspec.Struct, frozen=True, kw_only=True):
    """An embedded schema: the fields are keys of a JSON object, `column` the key."""

    module: str
    path: str
    line: int
    fields: tuple[Field, ...] = ()
    partial: bool = False


class Unread(msgspec.Struct, frozen=True, order=True):
    """Something in the legacy code that can't be told without running it."""

    path: str
    line: int
    module: str
    what: str


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What the legacy code says: its schemas by module name, and what could not be read.

    `unparsed` are files that are not Elixir; `folder` is where the code was looked for, `None`
    for the project itself. `asked` is false when nobody wanted to look.
    """

    schemas: tuple[LegacySchema, ...] = ()
    embedded: tuple[EmbeddedSchema, ...] = ()
    unparsed: tuple[Unparsed, ...] = ()
    unread: tuple[Unread, ...] = ()
    folder: str | None = None
    asked: bool = True

    def by_table(self) -> dict[tuple[str | None, str], tuple[LegacySchema, ...]]:
        """Return the schemas of each table, keyed by prefix and table name."""
        found: dict[tuple[str | None, str], list[LegacySchema]] = {}
        for schema in self.schemas:
            found.setdefault((schema.schema, schema.table), []).append(schema)
        return {table: tuple(schemas) for table, schemas in found.items()}

    def by_name(self) -> Mapping[Name, LegacySchema]:
        """Return the schema to go by for each table: of several the one with the most fields.

        Of those with equally many, one whose context is there, then by module name.
        """
        found: dict[Name, LegacySchema] = {}
        for schema in sorted(self.schemas, key=_rank):
            found.setdefault(schema.name, schema)
        return found


def _rank(schema: LegacySchema) -> tuple[int, bool, str]:
    return (-len(schema.fields), schema.context_module is None, schema.module)
