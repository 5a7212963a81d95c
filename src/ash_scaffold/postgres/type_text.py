"""The use of a type as text: as people write it in DDL, and as a notation that can be read back."""

from __future__ import annotations

import re
from functools import lru_cache

from ash_scaffold.postgres.catalog import Name, TypeUse
from ash_scaffold.postgres.sql import quote_name, unquote_identifier

# Names of pg_type for which DDL has a better-known word.
_WORDS = {
    "bool": "boolean",
    "bpchar": "char",
    "char": '"char"',
    "float4": "real",
    "float8": "double precision",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "varbit": "bit varying",
}
# `atttypmod` of these is the number in parentheses, less a header of 4 for some.
_HEADERS = {
    "varchar": 4,
    "bpchar": 4,
    "bit": 0,
    "varbit": 0,
    "time": 0,
    "timetz": 0,
    "timestamp": 0,
    "timestamptz": 0,
}
NUMERIC_HEADER = 4
# The bits of an interval's typmod that name its fields (`intervaltypmodout`).
_INTERVAL_FIELDS = {
    0x7FFF: "",
    1 << 2: " year",
    1 << 1: " month",
    1 << 3: " day",
    1 << 10: " hour",
    1 << 11: " minute",
    1 << 12: " second",
    1 << 2 | 1 << 1: " year to month",
    1 << 3 | 1 << 10: " day to hour",
    1 << 3 | 1 << 10 | 1 << 11: " day to minute",
    1 << 3 | 1 << 10 | 1 << 11 | 1 << 12: " day to second",
    1 << 10 | 1 << 11: " hour to minute",
    1 << 10 | 1 << 11 | 1 << 12: " hour to second",
    1 << 11 | 1 << 12: " minute to second",
}


def type_text(use: TypeUse) -> str:
    """Write a type with its modifiers and array brackets."""
    name = use.name.name
    builtin = use.name.schema == "pg_catalog"
    word = _WORDS.get(name, name) if builtin else quote_name(use.name)
    modifier = _modifier(name, use.typmod) if builtin and use.typmod >= 0 else ""
    if not modifier and builtin and name == "bpchar":
        word = "bpchar"
    return word + modifier + "[]" * use.dimensions


def numeric_modifiers(typmod: int) -> tuple[int, int]:
    """Return precision and scale of `numeric(p,s)` from an `atttypmod` of at least 4.

    The layout of `numerictypmodin`: p in the upper 16 bits, s in the lower 11, signed (15+).
    """
    value = typmod - NUMERIC_HEADER
    return value >> 16 & 0xFFFF, (value & 0x7FF ^ 1024) - 1024


def _modifier(name: str, typmod: int) -> str:
    if name in _HEADERS:
        return f"({typmod - _HEADERS[name]})"
    if name == "numeric" and typmod >= NUMERIC_HEADER:
        return "({},{})".format(*numeric_modifiers(typmod))
    if name == "interval":
        precision = typmod & 0xFFFF
        fields = _INTERVAL_FIELDS.get(typmod >> 16 & 0x7FFF, "")
        return fields + (f"({precision})" if precision != 0xFFFF else "")
    return ""


_CATALOG = "pg_catalog"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_IDENTIFIER = r'(?:[A-Za-z_][A-Za-z0-9_]*|"(?:[^"]|"")*")'
_NOTATION = re.compile(
    rf"(?:(?P<schema>{_IDENTIFIER})\.)?(?P<name>{_IDENTIFIER})"
    r"(?:\((?P<first>\d+)(?:,(?P<second>-?\d+))?\)|\{(?P<typmod>\d+)\})?(?P<array>\[\])?\Z"
)


@lru_cache(maxsize=4096)
def write_type(use: TypeUse) -> str:
    """Write the use of a type as one short text that can be read back: `public.mood[]`.

    Other than `type_text`, it loses nothing that the catalog holds and that two copies of one
    schema share. Names are those of `pg_type`; a schema stands before all but those of
    `pg_catalog`; modifiers that have no notation in DDL stand as the number itself, in braces.
    The declared number of an array's dimensions is left out, because a dump does not have it.

    It is the `enc_hook` with which msgspec writes the structs of the catalog as JSON.
    """
    name = _quoted(use.name.name)
    if use.name.schema != _CATALOG:
        name = f"{_quoted(use.name.schema)}.{name}"
    return name + _notation_modifier(use) + ("[]" if use.dimensions else "")


@lru_cache(maxsize=4096)
def read_type(text: str) -> TypeUse:
    """Read what `write_type` wrote. Raises `ValueError` for any other text."""
    match = _NOTATION.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a type")
    schema = _CATALOG if match["schema"] is None else unquote_identifier(match["schema"])
    name = unquote_identifier(match["name"])
    return TypeUse(Name(schema, name), _typmod(match, name), 1 if match["array"] else 0)


def decode_type(kind: type, value: object) -> TypeUse:
    """Read the use of a type from its JSON: msgspec's `dec_hook` for the structs of the catalog.

    Raises `ValueError` for any other value, of which msgspec makes a `ValidationError`.
    """
    if kind is TypeUse and isinstance(value, str):
        return read_type(value)
    raise ValueError(f"{value!r} is no {kind.__name__}")


def _notation_modifier(use: TypeUse) -> str:
    if use.typmod < 0:
        return ""
    if use.name.schema == _CATALOG:
        header = _HEADERS.get(use.name.name)
        if header is not None and use.typmod >= header:
            return f"({use.typmod - header})"
        if use.name.name == "numeric" and use.typmod >= NUMERIC_HEADER:
            precision, scale = numeric_modifiers(use.typmod)
            if _numeric_typmod(precision, scale) == use.typmod:
                return f"({precision},{scale})"
    return f"{{{use.typmod}}}"


def _typmod(match: re.Match[str], name: str) -> int:
    if match["typmod"] is not None:
        return int(match["typmod"])
    if match["first"] is None:
        return -1
    if match["second"] is not None:
        return _numeric_typmod(int(match["first"]), int(match["second"]))
    if name not in _HEADERS:
        raise ValueError(f"{match.group()!r} is not a type: {name} has no length")
    return int(match["first"]) + _HEADERS[name]


def _numeric_typmod(precision: int, scale: int) -> int:
    return (precision << 16 | scale & 0x7FF) + NUMERIC_HEADER


def _quoted(name: str) -> str:
    return name if _PLAIN.match(name) else '"' + name.replace('"', '""') + '"'
