"""Whether Ecto can load and dump a field's type from and to a column's.

By the loaders of `Ecto.Type` and the Postgrex extensions that decode PostgreSQL's types.
"""

from __future__ import annotations

import msgspec

from ash_scaffold.ash.types import Family, all_rules, row_of
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

# Those of Ecto's own types that some type of PostgreSQL is read by.
_PLAIN = frozenset(name for rule in all_rules() for name in rule.facts.ecto)
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
    rule = row_of(stored.name)
    if isinstance(type_, UnknownType):
        return True
    if isinstance(type_, CustomType):
        # A custom type may turn anything into anything: only Ecto's own names say what it stores.
        known = isinstance(type_.stored, PlainType) and type_.stored.name in _PLAIN
        dated = isinstance(type_.stored, DateTimeType)
        return agrees(type_.stored, stored) if type_.stored and (known or dated) else True
    if isinstance(type_, ArrayType):
        if not stored.array:
            return rule.family is Family.JSON
        return agrees(type_.item, msgspec.structs.replace(stored, array=False))
    if isinstance(type_, EmbedType):
        return rule.family is Family.JSON and (type_.many or not stored.array)
    if stored.array:
        return False
    if isinstance(type_, MapType):
        return "map" in rule.facts.ecto
    if isinstance(type_, DateTimeType):
        return f"{'utc' if type_.utc else 'naive'}_datetime" in rule.facts.ecto
    if isinstance(type_, EnumType):
        if type_.storage == "integer":
            return "integer" in rule.facts.ecto
        return stored.kind is TypeKind.ENUM or "string" in rule.facts.ecto
    if type_.name == "string" and stored.kind is TypeKind.ENUM:
        return True
    return type_.name not in _PLAIN or type_.name in rule.facts.ecto


def usec_of(use: TypeUse) -> bool | None:
    """Whether a column keeps fractions of a second; None when it holds no time of day."""
    if use.name.schema != "pg_catalog" or not row_of(use.name.name).facts.fraction:
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
