"""Column defaults that mean the same as an Elixir value; all others stay the database's."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation

from ash_scaffold.ash.model import ABSENT, Absent
from ash_scaffold.ash.type_mapper import Mapped
from ash_scaffold.ash.types import Family
from ash_scaffold.postgres.literal import ArrayConstant, Constant, read_array, read_constant
from ash_scaffold.term import Map, Term

_TRUE = frozenset({"true", "t", "yes", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "off", "0"})
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?\Z")
# Beyond it a term would be longer than anyone wants to read in a resource.
_LONGEST = 400


def is_null(sql: str) -> bool:
    """Whether the default is NULL, as good as none."""
    return read_constant(sql) == Constant(None)


def literal_default(sql: str, mapped: Mapped) -> Term | Absent:
    """Return the value that a default stands for, `ABSENT` when only PostgreSQL can say it."""
    constant = read_constant(sql)
    if constant is None or len(sql) > _LONGEST:
        return ABSENT
    if mapped.is_array:
        return _array(constant)
    if isinstance(constant, ArrayConstant) or constant.text is None:
        return ABSENT
    return _scalar(constant.text, mapped)


def _array(constant: Constant | ArrayConstant) -> Term | Absent:
    """Return an empty list; AshPostgres can't say any other as a default, and warns about it."""
    items = (
        constant.items
        if isinstance(constant, ArrayConstant)
        else read_array(constant.text or "NULL")
    )
    return [] if items == () else ABSENT


def _scalar(text: str, mapped: Mapped) -> Term | Absent:
    match mapped.family:
        case Family.STRING:
            # `char(n)` pads what it stores; its trailing blanks mean nothing.
            return text.rstrip(" ") if mapped.storage == "bpchar" else text
        case Family.BOOLEAN:
            word = text.strip().lower()
            return True if word in _TRUE else False if word in _FALSE else ABSENT
        case Family.INTEGER:
            return int(text) if re.fullmatch(r"\s*[+-]?\d+\s*", text) else ABSENT
        case Family.FLOAT:
            return _finite(text.strip())
        case Family.DECIMAL:
            return _decimal(text.strip())
        case Family.ENUM:
            return mapped.labels.get(text, ABSENT)
        case Family.JSON:
            return _json(text)
        case _:
            return ABSENT


def _finite(text: str) -> float | Absent:
    return float(text) if _NUMBER.match(text) else ABSENT


def _decimal(text: str) -> Decimal | Absent:
    try:
        return Decimal(text) if _NUMBER.match(text) else ABSENT
    except InvalidOperation:
        return ABSENT


def _json(text: str) -> Term | Absent:
    """Return a scalar, an empty list or an empty object.

    A number with a fraction may differ from jsonb's; AshPostgres can't say other lists and objects
    as a default, and warns about them.
    """
    try:
        value = json.loads(text, parse_float=_no_float)
    except ValueError:
        return ABSENT
    if isinstance(value, str | bool | int):
        return value
    if value == []:
        return []
    return Map() if value == {} else ABSENT


def _no_float(text: str) -> float:
    raise ValueError(text)
