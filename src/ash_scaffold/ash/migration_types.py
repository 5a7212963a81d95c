"""The types that Ash's migrations make of attributes, and how others are said.

Sources: `AshPostgres.MigrationGenerator` (`migration_type/2`), `storage_type` of Ash's types,
Ecto's PostgreSQL connection (`column_type`), and `format_type`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ash_scaffold.ash.model import SupportType
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA
from ash_scaffold.term import Atom, Keyword, Module, Term

_ARRAY = "[]"
# Types as `format_type` writes them, by Ash's types: what Ash's migrations make of an attribute.
_OWN_TYPES: Mapping[Term, str] = {
    Atom("string"): "text",
    Atom("ci_string"): "citext",
    Atom("integer"): "bigint",
    Atom("boolean"): "boolean",
    Atom("date"): "date",
    Atom("uuid"): "uuid",
    Atom("binary"): "bytea",
    Atom("utc_datetime"): "timestamp(0) without time zone",
    Atom("utc_datetime_usec"): "timestamp without time zone",
    Atom("naive_datetime"): "timestamp(0) without time zone",
    Atom("time"): "time(0) without time zone",
    Atom("float"): "double precision",
    Atom("decimal"): "numeric",
    Atom("map"): "jsonb",
    Module("AshPostgres.Ltree"): "ltree",
    Module("AshPostgres.Tsvector"): "tsvector",
    Module("AshPostgres.Timestamptz"): "timestamp with time zone",
    Module("AshPostgres.TimestamptzUsec"): "timestamp(6) with time zone",
}
_RANGES = {"integer": "int8range", "date": "daterange", "datetime": "tstzrange"}
# The types of support modules that say their storage by the template alone.
_TEMPLATES = {"json": "jsonb", "json_item": "jsonb", "float": "double precision"}
_TEMPLATES |= {"decimal": "numeric", "numeric": "numeric"}
_TEMPLATES |= {"naive_datetime_usec": "timestamp without time zone"}
# Names of a storage for what `format_type` calls otherwise.
_STORAGES = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "bool": "boolean",
    "float4": "real",
    "varbit": "bit varying",
    "map": "jsonb",
}
# The short words that Ecto and DDL have for types.
_WORDS = {
    "character varying": "varchar",
    "timestamp without time zone": "utc_datetime_usec",
    "timestamp(0) without time zone": "utc_datetime",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time_usec",
    "time(0) without time zone": "time",
    "double precision": "float",
    "numeric": "decimal",
    "bytea": "binary",
    "bit varying": "varbit",
}
_TIMES = re.compile(r"(timestamp|time)(\(\d\))? (with|without) time zone(.*)\Z")


def own_type(
    type_: Term, constraints: Mapping[str, Term], supports: Mapping[str, SupportType]
) -> str | None:
    """Return the type that Ash makes of an attribute, None where that isn't known."""
    if isinstance(type_, tuple):
        item = constraints.get("items")
        inner = dict(item.items) if isinstance(item, Keyword) else {}
        own = own_type(type_[-1], inner, supports) if len(type_) == 2 else None
        return None if own is None else own + _ARRAY
    if type_ == Atom("range"):
        inner_type = constraints.get("inner_type")
        return _RANGES.get(inner_type.name) if isinstance(inner_type, Atom) else None
    if type_ == Atom("decimal") and {"precision", "scale"} & constraints.keys():
        return None
    if isinstance(type_, Atom | Module) and type_ in _OWN_TYPES:
        return _OWN_TYPES[type_]
    support = supports.get(type_.name) if isinstance(type_, Module) else None
    if support is None:
        return None
    storage = support.values.get("storage")
    if isinstance(storage, Atom):
        return _STORAGES.get(storage.name, storage.name)
    return _TEMPLATES.get(support.template)


def written_type(text: str) -> Atom:
    """Return what `migration_types` says for a type of `format_type`.

    A size is part of the name. As an option of its own (`{:varchar, 255}`) it is lost where a key
    is made of the column, and where a later migration alters anything else of it.
    """
    return Atom(_WORDS.get(text) or ddl_type(text))


def without_public(type_: str) -> str:
    """Return a type without the schema that a migration's search path has."""
    return type_.removeprefix(f"{DEFAULT_SCHEMA}.")


def ddl_type(text: str) -> str:
    """Write a type of `format_type` in fewer words, so that it means the same to SQL."""
    time = _TIMES.match(text)
    if time is not None:
        return f"{time[1]}{'tz' if time[3] == 'with' else ''}{time[2] or ''}{time[4]}"
    return text.replace("character varying", "varchar").replace("character(", "char(")
