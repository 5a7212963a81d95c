"""The use of a type as one short text that can be read back: `varchar(255)`, `public.mood[]`.

Other than `type_text`, which is for people, it loses nothing that the catalog holds and that two
copies of one schema share. Names are those of `pg_type`; a schema stands before all but those of
`pg_catalog`; modifiers that have no notation in DDL stand as the number itself, in braces. The
declared number of an array's dimensions is left out, because a dump does not have it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ash_scaffold.postgres.catalog import Name, TypeUse

_CATALOG = "pg_catalog"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_IDENTIFIER = r'(?:[A-Za-z_][A-Za-z0-9_]*|"(?:[^"]|"")*")'
_NOTATION = re.compile(
    rf"(?:(?P<schema>{_IDENTIFIER})\.)?(?P<name>{_IDENTIFIER})"
    r"(?:\((?P<first>\d+)(?:,(?P<second>-?\d+))?\)|\{(?P<typmod>\d+)\})?(?P<array>\[\])?\Z"
)
# `atttypmod` of these is the number in parentheses, and a header of 4 for some.
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


@lru_cache(maxsize=4096)
def write_type(use: TypeUse) -> str:
    """Write the use of a type; one dimension stands for any number of them."""
    name = _quoted(use.name.name)
    if use.name.schema != _CATALOG:
        name = f"{_quoted(use.name.schema)}.{name}"
    return name + _modifier(use) + ("[]" if use.dimensions else "")


@lru_cache(maxsize=4096)
def read_type(text: str) -> TypeUse:
    """Read what `write_type` wrote. Raises `ValueError` for any other text."""
    match = _NOTATION.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a type")
    schema = _CATALOG if match["schema"] is None else _unquoted(match["schema"])
    name = _unquoted(match["name"])
    return TypeUse(Name(schema, name), _typmod(match, name), 1 if match["array"] else 0)


def _modifier(use: TypeUse) -> str:
    if use.typmod < 0:
        return ""
    if use.name.schema == _CATALOG:
        header = _HEADERS.get(use.name.name)
        if header is not None and use.typmod >= header:
            return f"({use.typmod - header})"
        if use.name.name == "numeric" and use.typmod >= 4:
            # The layout of `numerictypmodin`: a precision, and a scale of 11 bits with sign.
            value = use.typmod - 4
            written = f"({value >> 16},{((value & 0x7FF) ^ 1024) - 1024})"
            if _numeric_typmod(value >> 16, ((value & 0x7FF) ^ 1024) - 1024) == use.typmod:
                return written
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
    return (precision << 16 | scale & 0x7FF) + 4


def _quoted(name: str) -> str:
    return name if _PLAIN.match(name) else '"' + name.replace('"', '""') + '"'


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"') if text.startswith('"') else text
