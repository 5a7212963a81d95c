"""A type as people write it in DDL: `varchar(255)`, `numeric(12,2)`, `timestamptz(0)[]`."""

from __future__ import annotations

from ash_scaffold.postgres.catalog import TypeUse
from ash_scaffold.postgres.identifier import quote_name

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
_LENGTHS = {"varchar": 4, "bpchar": 4, "bit": 0, "varbit": 0}
_PRECISIONS = frozenset({"time", "timetz", "timestamp", "timestamptz"})
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


def _modifier(name: str, typmod: int) -> str:
    if name in _LENGTHS:
        return f"({typmod - _LENGTHS[name]})"
    if name in _PRECISIONS:
        return f"({typmod})"
    if name == "numeric" and typmod >= 4:
        scale = ((typmod - 4) & 0x7FF ^ 1024) - 1024
        return f"({(typmod - 4) >> 16 & 0xFFFF},{scale})"
    if name == "interval":
        precision = typmod & 0xFFFF
        fields = _INTERVAL_FIELDS.get(typmod >> 16 & 0x7FFF, "")
        return fields + (f"({precision})" if precision != 0xFFFF else "")
    return ""
