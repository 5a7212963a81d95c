"""Whether the type that an attribute is stored as fits the type of its column."""

from __future__ import annotations

from enum import Enum

from ash_scaffold.postgres.catalog import Database, Name, TypeKind, TypeUse
from ash_scaffold.verify.answer import AttributeAnswer

_CATALOG = "pg_catalog"
# Types whose values PostgreSQL casts into each other without loss in a filter and in a write.
_GROUPS = (
    frozenset({"text", "varchar", "name"}),
    frozenset({"int2", "int4", "int8", "oid"}),
    frozenset({"float4", "float8"}),
    frozenset({"json", "jsonb"}),
    frozenset({"bit", "varbit"}),
)
_TEXTS = frozenset({"text", "varchar", "name", "bpchar", "citext"})
_TIMESTAMPS = frozenset({"timestamp", "timestamptz"})
# Ecto's types of whole seconds.
_WHOLE_SECONDS = frozenset({":utc_datetime", ":naive_datetime", ":time"})
_WHOLE_SECOND_TYPES = frozenset({"AshPostgres.Timestamptz"})
_TIMES = frozenset({"time", "timestamp", "timestamptz"})


class Fit(Enum):
    """How well a storage type fits a column."""

    FITS = ""
    UNKNOWN = "PostgreSQL knows no type of that name"
    OTHER = "reads and writes fail"
    PADDING = "filters miss values that differ in padding or case"
    TIME_ZONE = "filters miss and writes shift when the session's time zone is not UTC"
    SECONDS = "fractions of a second are lost"


def fit(database: Database, column: TypeUse, attribute: AttributeAnswer) -> Fit:
    """Compare the storage type of an attribute, as the server resolved it, with a column's."""
    if attribute.pg_type is None:
        return Fit.UNKNOWN
    schema, name, dimensions = attribute.pg_type
    wanted = _base(database, column)
    said = _base(database, TypeUse(Name(schema, name), dimensions=dimensions))
    if wanted.is_array != said.is_array:
        return Fit.OTHER
    one, other = wanted.name, said.name
    if one == other or any(
        one.schema == other.schema == _CATALOG and {one.name, other.name} <= group
        for group in _GROUPS
    ):
        return Fit.SECONDS if _loses_fractions(wanted, attribute) else Fit.FITS
    if {one.name, other.name} <= _TEXTS:
        return Fit.PADDING
    if {one.name, other.name} <= _TIMESTAMPS:
        return Fit.TIME_ZONE
    return Fit.OTHER


def _base(database: Database, use: TypeUse) -> TypeUse:
    """Take domains off: a value is stored and compared as its base type's."""
    type_ = database.types.get(use.name)
    if type_ is None or type_.kind is not TypeKind.DOMAIN or type_.base is None:
        return use
    base = _base(database, type_.base)
    return TypeUse(base.name, base.typmod, base.dimensions + use.dimensions)


def _loses_fractions(column: TypeUse, attribute: AttributeAnswer) -> bool:
    if column.name.name not in _TIMES or column.typmod == 0:
        return False
    storage = attribute.storage.removeprefix("{:array, ").removesuffix("}")
    return storage in _WHOLE_SECONDS or attribute.type in _WHOLE_SECOND_TYPES
