"""Whether Ecto can load and dump a field's type from and to a column's.

By the loaders of `Ecto.Type` and the Postgrex extensions that decode PostgreSQL's types.
"""

from __future__ import annotations

import msgspec

from ash_scaffold.legacy.model import (
    ArrayType,
    CustomType,
    DateTimeType,
    EmbedType,
    EnumType,
    FieldType,
    MapType,
    PlainType,
    UnknownType,
)
from ash_scaffold.postgres.catalog import Database, TypeKind, TypeUse

_TEXT = frozenset({"text", "varchar", "bpchar", "name", "citext", "ltree", "lquery", "ltxtquery"})
_INTEGERS = frozenset({"int2", "int4", "int8", "oid", "xid", "xid8", "cid"})
_JSON = frozenset({"json", "jsonb"})
_PLAIN: dict[str, frozenset[str]] = {
    "string": _TEXT,
    "id": _INTEGERS,
    "integer": _INTEGERS,
    "float": frozenset({"float4", "float8"}),
    "decimal": frozenset({"numeric"}),
    "boolean": frozenset({"bool"}),
    "binary": frozenset({"bytea", "uuid"}) | _TEXT,
    "bitstring": frozenset({"bit", "varbit"}),
    "binary_id": frozenset({"uuid"}),
    "uuid": frozenset({"uuid"}),
    "map": _JSON | {"hstore"},
    "date": frozenset({"date"}),
    "time": frozenset({"time"}),
    "time_usec": frozenset({"time"}),
    "duration": frozenset({"interval"}),
}
# A domain over a domain over … : PostgreSQL has no limit, people do.
_MAX_DEPTH = 20


class Stored(msgspec.Struct, frozen=True):
    """What a column holds, its domains looked through. `text` is how the catalog names it."""

    name: str
    kind: TypeKind
    array: bool
    text: str
    labels: tuple[str, ...] = ()


def stored_type(use: TypeUse, database: Database) -> Stored:
    """Return what a column of the type holds."""
    text = str(use.name) if use.name.schema != "pg_catalog" else use.name.name
    array = use.is_array
    for _ in range(_MAX_DEPTH):
        type_ = database.types.get(use.name)
        if type_ is None or type_.kind is not TypeKind.DOMAIN or type_.base is None:
            break
        use = type_.base
        array = array or use.is_array
    type_ = database.types.get(use.name)
    kind = TypeKind.BASE if type_ is None else type_.kind
    labels = () if type_ is None else type_.labels
    return Stored(use.name.name, kind, array, text + "[]" * array, labels)


def agrees(type_: FieldType, stored: Stored) -> bool:
    """Whether the two agree. What isn't known of a type is taken to agree."""
    if isinstance(type_, UnknownType):
        return True
    if isinstance(type_, CustomType):
        # A custom type may turn anything into anything: only Ecto's own names say what it stores.
        known = isinstance(type_.stored, PlainType) and type_.stored.name in _PLAIN
        dated = isinstance(type_.stored, DateTimeType)
        return agrees(type_.stored, stored) if type_.stored and (known or dated) else True
    if isinstance(type_, ArrayType):
        if not stored.array:
            return stored.name in _JSON
        return agrees(type_.item, msgspec.structs.replace(stored, array=False))
    if isinstance(type_, EmbedType):
        return stored.name in _JSON and (type_.many or not stored.array)
    if stored.array:
        return False
    if isinstance(type_, MapType):
        return stored.name in _PLAIN["map"]
    if isinstance(type_, DateTimeType):
        return stored.name == "timestamp" or (type_.utc and stored.name == "timestamptz")
    if isinstance(type_, EnumType):
        if type_.storage == "integer":
            return stored.name in _INTEGERS
        return stored.kind is TypeKind.ENUM or stored.name in _TEXT
    if type_.name == "string" and stored.kind is TypeKind.ENUM:
        return True
    return type_.name not in _PLAIN or stored.name in _PLAIN[type_.name]


def usec_of(use: TypeUse) -> bool | None:
    """Whether a column keeps fractions of a second; None when it holds no time of day."""
    name = use.name.name
    if use.name.schema != "pg_catalog" or name not in ("timestamp", "timestamptz", "time"):
        return None
    return use.typmod != 0


def says_usec(type_: FieldType) -> bool | None:
    """Whether a field is read with microseconds; None when it is no time of day."""
    while isinstance(type_, ArrayType):
        type_ = type_.item
    if isinstance(type_, DateTimeType):
        return type_.usec
    if isinstance(type_, PlainType) and type_.name in ("time", "time_usec"):
        return type_.name == "time_usec"
    return None


def described(type_: FieldType) -> str:
    """Return a type as a schema writes it."""
    if isinstance(type_, PlainType):
        return "Ecto.UUID" if type_.name == "uuid" else f":{type_.name}"
    if isinstance(type_, DateTimeType):
        return f":{'utc' if type_.utc else 'naive'}_datetime{'_usec' if type_.usec else ''}"
    if isinstance(type_, ArrayType):
        return f"{{:array, {described(type_.item)}}}"
    if isinstance(type_, MapType):
        return f"{{:map, {described(type_.value)}}}"
    if isinstance(type_, EnumType):
        return "an Ecto.Enum of integers" if type_.storage == "integer" else "an Ecto.Enum"
    if isinstance(type_, EmbedType):
        return f"{'embeds_many' if type_.many else 'embeds_one'} {type_.module}"
    return type_.module if isinstance(type_, CustomType) else type_.text
