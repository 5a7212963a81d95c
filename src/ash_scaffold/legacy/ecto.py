"""Ecto schemas as frozen structs: hints about tables, with the details that only Ecto has.

A schema is a `LegacySchema` of `ash.hints`, which planning takes as it is. Beyond that it holds the
types of its fields as Ecto has them, and its associations as written.
Paths are relative to the project's root (with `..` where the legacy code stands elsewhere), lines
count from 1, and sequences keep the order of the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from ash_scaffold.ash.hints import Condition, EnumHint, LegacyField, LegacySchema
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.legacy.evaluate import Pairs
from ash_scaffold.legacy.schema_options import Remark
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.mix_project import ModuleEntry, Unparsed


class PlainType(msgspec.Struct, frozen=True, tag="plain"):
    """One of Ecto's own types by its name (`string`, `integer`, `map`, `binary_id` …).

    `Ecto.UUID` is `uuid`. A custom type may be stored as any type of PostgreSQL.
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


class EmbedType(msgspec.Struct, frozen=True, tag="embed"):
    """`embeds_one` or `embeds_many` of an embedded schema, stored as JSON."""

    module: str
    many: bool


class TypeCode(msgspec.Struct, frozen=True, kw_only=True):
    """The code of a type module, with the fields of `EctoTypeHint`; as given, a library's."""

    is_parameterized: bool | None = None
    per_field: bool = False
    adapter: str | None = None
    encrypted: bool = False
    compares: bool = True
    source: str = ""


LIBRARY = TypeCode()


class CustomType(msgspec.Struct, frozen=True, tag="custom"):
    """An `Ecto.Type` or `Ecto.ParameterizedType` module.

    `stored` is the result of its `type/0` or `type/1`, `None` when that can't be read. `options`
    are those of the field that the type is given.
    """

    module: str
    stored: FieldType | None = None
    options: Pairs = Pairs()
    code: TypeCode = LIBRARY


class UnknownType(msgspec.Struct, frozen=True, tag="unknown"):
    """A type that only running the code would show, as written."""

    text: str


FieldType: TypeAlias = (
    PlainType | DateTimeType | ArrayType | MapType | EnumHint | EmbedType | CustomType | UnknownType
)


class EctoField(LegacyField, frozen=True, kw_only=True):
    """A field that is kept in a column, with its type in Ecto's terms.

    `dumped` is set for an enum that JSON holds in its stored form.
    """

    ecto_type: FieldType
    dumped: bool = False


class EctoAssociation(msgspec.Struct, frozen=True, kw_only=True):
    """An association as it is written: keys are names of fields, not of columns.

    `module` is the target's schema and `table` the table where it names one itself; `module` is
    `None` when it can't be read, and for `through`, which holds the path of association names.
    `foreign_key` is a field of this schema for belongs_to, otherwise of the target's, `references`
    the other end. `join_keys` are, for this schema and the target's, a field of the join table and
    the field it refers to. `filtered` marks one with a `where`, whose conditions are on fields of
    the target; they are empty where one can't be read. `sort` is by fields of the target.
    """

    name: str
    kind: RelationshipKind
    line: int
    module: str | None = None
    table: str | None = None
    foreign_key: str | None = None
    references: str | None = None
    through: tuple[str, ...] = ()
    join_module: str | None = None
    join_table: str | None = None
    join_keys: tuple[tuple[str, str], ...] = ()
    filtered: bool = False
    where: tuple[Condition, ...] = ()
    sort: tuple[tuple[str, str], ...] = ()


class EctoSchema(LegacySchema, frozen=True, kw_only=True):
    """An Ecto schema: a module over a table.

    The schema of `table` is its `@schema_prefix`, or the default one. `context` is the module that
    its name places it in (`App.Accounts` of `App.Accounts.User`, "" for none);
    `context_module` is the definition of that module, if there is one. `line` is the module's.
    `associations` are those of `declared` whose columns are known. `partial` is true when some of
    its body could not be read: fields and associations may be missing. `remarks` are the options
    that a resource does not follow, `derived` the protocols that `@derive` names. `casts` is true
    where its file has a call of `cast`, so changeset functions most likely.
    """

    fields: tuple[EctoField, ...] = ()
    casts: bool = False
    declared: tuple[EctoAssociation, ...] = ()
    context_module: ModuleEntry | None = None
    partial: bool = False
    remarks: tuple[Remark, ...] = ()
    derived: tuple[str, ...] = ()

    def by_column(self) -> dict[str, EctoField]:
        """Index the fields by their column."""
        return {field.column: field for field in self.fields}

    def column(self, field: str) -> str:
        """Return the column of a field; its own name when the schema has no such field."""
        return next((each.column for each in self.fields if each.name == field), field)

    def association(self, name: str) -> EctoAssociation | None:
        """Return the association of that name, as written."""
        return next((each for each in self.declared if each.name == name), None)


class EmbeddedSchema(msgspec.Struct, frozen=True, kw_only=True):
    """An embedded schema: the fields are keys of a JSON object, `column` the key.

    `primary_key` are keys as well.
    """

    module: str
    path: str
    line: int
    fields: tuple[EctoField, ...] = ()
    primary_key: tuple[str, ...] = ()
    partial: bool = False


class Unread(msgspec.Struct, frozen=True, order=True):
    """A part of the legacy code whose meaning only running it would show.

    `target` is the module that an association is to, where that is no schema that was read.
    """

    path: str
    line: int
    module: str
    what: str
    target: str = ""


class OtherRepo(msgspec.Struct, frozen=True):
    """An application of an umbrella whose Ecto schemas are of its own repo's database."""

    app: str
    repo: str
    path: str
    line: int


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """The schemas of the legacy code by module name, and the parts that could not be read.

    `unparsed` are files that are not Elixir; `folder` is where the code was looked for, `None`
    for the project itself. `enabled` is false when the legacy code is left out. The schemas of
    `other_repos` are not among these.
    """

    schemas: tuple[EctoSchema, ...] = ()
    embedded: tuple[EmbeddedSchema, ...] = ()
    unparsed: tuple[Unparsed, ...] = ()
    unread: tuple[Unread, ...] = ()
    other_repos: tuple[OtherRepo, ...] = ()
    folder: str | None = None
    enabled: bool = True

    def by_table(self) -> Mapping[Name, EctoSchema]:
        """Return the leading schema of each table."""
        return {schema.table: schema for schema in self.schemas if schema.first}
