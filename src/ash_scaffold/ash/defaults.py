"""Defaults as terms: those of columns, and those of the legacy code's fields.

A column's default becomes one in Elixir where both mean the same. A field's is what the legacy
code writes, so it has precedence over the column's; where they are equal the column's form holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from ash_scaffold.ash.hints import (
    ArrayHint,
    CallDefault,
    DecimalDefault,
    EnumHint,
    LegacyDefault,
    LegacyField,
    ListDefault,
    MapDefault,
    UnreadDefault,
)
from ash_scaffold.ash.model import ABSENT, Absent
from ash_scaffold.ash.types import Family, Mapped
from ash_scaffold.postgres.sql import ArrayConstant, Constant, read_array, read_constant
from ash_scaffold.term import Atom, Capture, Map, Module, Sigil, Term

_TRUE = frozenset({"true", "t", "yes", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "off", "0"})
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?\Z")
# The length of a default in a note.
_SHOWN = 60
# Beyond it a term would be longer than anyone wants to read in a resource.
_LONGEST = 400


def is_null(sql: str) -> bool:
    """Whether the default is NULL, as good as none."""
    return read_constant(sql) == Constant(None)


def literal_default(sql: str, mapped: Mapped) -> Term | Absent:
    """Return the value of a default, `ABSENT` when only PostgreSQL can express it."""
    constant = read_constant(sql)
    if constant is None or len(sql) > _LONGEST:
        return ABSENT
    if mapped.is_array:
        return _array(constant)
    if isinstance(constant, ArrayConstant) or constant.text is None:
        return ABSENT
    return _scalar(constant.text, mapped)


def _array(constant: Constant | ArrayConstant) -> Term | Absent:
    """Return an empty list; AshPostgres has no other as a default, and warns about it."""
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

    A number with a fraction may differ from jsonb's; AshPostgres can't express other
    lists and objects as a default, and warns about them.
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


def shown_default(value: LegacyDefault) -> str:
    """Return a default as the legacy code has it, short."""
    match value:
        case UnreadDefault(text=text):
            line = " ".join(text.split())
            return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
        case None:
            return "nil"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case Atom(name=name):
            return f":{name}"
        case Module(name=name):
            return name
        case Sigil(name=name, text=text):
            return f"~{name}[{text}]"
        case DecimalDefault(text=text):
            return text
        case ListDefault(items=items):
            return shown_default(UnreadDefault(f"[{', '.join(map(shown_default, items))}]"))
        case MapDefault(items=items):
            pairs = ", ".join(f"{shown_default(k)} => {shown_default(v)}" for k, v in items)
            return shown_default(UnreadDefault(f"%{{{pairs}}}"))
        case CallDefault(module=module, function=function, args=args):
            return f"{module}.{function}({', '.join(map(shown_default, args))})"
    return str(value)


def legacy_default(field: LegacyField, mapped: Mapped) -> Term | Absent:
    """Return a field's default as a value of its attribute's type.

    `ABSENT` where it has none, and where no value of the type is known to be stored alike.
    """
    value = field.default
    if value is None or isinstance(value, UnreadDefault):
        return ABSENT
    if field.custom and not mapped.ecto_type:
        return ABSENT
    if isinstance(value, CallDefault):
        return _called(value, mapped)
    if mapped.ecto_type:
        return _plain(value)
    hint = field.type
    if not mapped.is_array:
        return _fitting(value, mapped, hint if isinstance(hint, EnumHint) else None)
    if not isinstance(value, ListDefault):
        return ABSENT
    item_hint = hint.item if isinstance(hint, ArrayHint) else None
    enum = item_hint if isinstance(item_hint, EnumHint) else None
    items: list[Term] = []
    for each in value.items:
        found = None if each is None else _fitting(each, mapped, enum)
        if isinstance(found, Absent):
            return ABSENT
        items.append(found)
    return items


def condition_value(
    value: LegacyDefault, field: LegacyField | None, mapped: Mapped
) -> Term | Absent:
    """Return a value that a field is compared with, `ABSENT` when it has no form in its type."""
    if mapped.is_array or mapped.ecto_type or (field is not None and field.custom):
        return ABSENT
    hint = field.type if field is not None else None
    enum = hint if isinstance(hint, EnumHint) else None
    if isinstance(value, ListDefault):
        items = _present(_fitting(each, mapped, enum) for each in value.items)
        return ABSENT if items is None else items
    return _fitting(value, mapped, enum)


def _called(value: CallDefault, mapped: Mapped) -> Term | Absent:
    if value == CallDefault("Ecto.UUID", "generate") and mapped.type == Atom("uuid"):
        return Capture("Ash.UUID", "generate", 0)
    if not value.args:
        return Capture(value.module, value.function, 0)
    args = _present(map(_plain, value.args))
    return ABSENT if args is None else (Module(value.module), Atom(value.function), args)


def _present(terms: Iterable[Term | Absent]) -> list[Term] | None:
    """Return terms as a list, `None` when one is missing."""
    found: list[Term] = []
    for each in terms:
        if isinstance(each, Absent):
            return None
        found.append(each)
    return found


def _fitting(value: LegacyDefault, mapped: Mapped, enum: EnumHint | None) -> Term | Absent:
    """Return a value that is neither nil nor a call as one of a type."""
    stored = value
    if enum is not None:
        name = _name(value)
        stored = dict(enum.values).get(name) if name is not None else None
        if stored is None:
            return ABSENT
    number = isinstance(stored, int | float) and not isinstance(stored, bool)
    match mapped.family:
        case Family.ENUM:
            return mapped.labels.get(str(stored), ABSENT)
        case Family.STRING | Family.UUID | Family.BINARY:
            return stored if isinstance(stored, str) else ABSENT
        case Family.BOOLEAN:
            return stored if isinstance(stored, bool) else ABSENT
        case Family.INTEGER:
            return stored if number and isinstance(stored, int) else ABSENT
        case Family.FLOAT:
            return float(stored) if number and isinstance(stored, int | float) else ABSENT
        case Family.DECIMAL:
            if isinstance(stored, DecimalDefault):
                return Decimal(stored.text)
            return Decimal(str(stored)) if number else ABSENT
        case Family.DATETIME | Family.TIME:
            return stored if isinstance(stored, Sigil) else ABSENT
        case Family.JSON:
            return _json_term(stored)
        case _:
            return ABSENT


def _name(value: LegacyDefault) -> str | None:
    """Return the name of an enum's value."""
    match value:
        case Atom(name=name):
            return name
        case Module(name=name):
            return f"Elixir.{name}"
        case bool():
            return "true" if value else "false"
        case str():
            return value
    return None


def _json_term(value: LegacyDefault) -> Term | Absent:
    """Return a value as JSON has it: keys and atoms as texts, dates as ISO 8601."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Atom(name=name) | Sigil(text=name):
            return name
        case ListDefault(items=items):
            found = _present(map(_json_term, items))
            return ABSENT if found is None else found
        case MapDefault(items=items):
            values = _present(_json_term(each) for _, each in items)
            if values is None:
                return ABSENT
            return Map(tuple(zip((_key(key) for key, _ in items), values, strict=True)))
    return ABSENT


def _key(key: str | Atom) -> str:
    return key.name if isinstance(key, Atom) else key


def _plain(value: LegacyDefault) -> Term | Absent:
    """Return an argument of a function as it is written."""
    match value:
        case None | bool() | int() | float() | str() | Atom() | Module() | Sigil():
            return value
        case DecimalDefault(text=text):
            return Decimal(text)
        case ListDefault(items=items):
            found = _present(map(_plain, items))
            return ABSENT if found is None else found
        case MapDefault(items=pairs):
            values = _present(_plain(each) for _, each in pairs)
            keys = [key for key, _ in pairs if isinstance(key, str)]
            if values is None or len(keys) < len(pairs):
                return ABSENT
            return Map(tuple(zip(keys, values, strict=True)))
    return ABSENT


_NOW = re.compile(r"(?:now\(\)|CURRENT_TIMESTAMP|transaction_timestamp\(\))", re.IGNORECASE)
_CLOCKS = frozenset({"DateTime", "NaiveDateTime"})


def same_default(term: Term, sql: str, mapped: Mapped) -> bool:
    """Whether an Elixir default and a column's stand for the same stored value."""
    match term:
        case Capture(module=module, function="utc_now"):
            return module in _CLOCKS and _NOW.search(sql) is not None
        case Capture(module="Ash.UUID"):
            return read_constant(sql) is None
    constant = read_constant(sql)
    if constant is None:
        return False
    if mapped.is_array:
        items = (
            constant.items
            if isinstance(constant, ArrayConstant)
            else read_array(constant.text or "NULL")
        )
        return (
            isinstance(term, list)
            and items is not None
            and len(items) == len(term)
            and all(
                each is None if text is None else _is_same(each, text, mapped)
                for each, text in zip(term, items, strict=True)
            )
        )
    if isinstance(constant, ArrayConstant) or constant.text is None:
        return False
    return _is_same(term, constant.text, mapped)


def _is_same(term: Term, text: str, mapped: Mapped) -> bool:
    """Whether a value is the one that a constant's text stands for."""
    match mapped.family:
        case Family.JSON:
            try:
                return _comparable(term) == _comparable(_as_term(json.loads(text)))
            except ValueError:
                return False
        case Family.DATETIME | Family.TIME:
            return isinstance(term, Sigil) and _moment(term.text) == _moment(text)
        case Family.UUID:
            return isinstance(term, str) and term.lower() == text.lower()
        case Family.BINARY:
            return isinstance(term, str) and text == f"\\x{term.encode().hex()}"
        case Family.STRING if mapped.storage == "bpchar":
            return isinstance(term, str) and term.rstrip(" ") == text.rstrip(" ")
    return _comparable(_scalar(text, mapped)) == _comparable(term)


def _as_term(value: object) -> Term:
    match value:
        case dict():
            return Map(tuple((str(key), _as_term(each)) for key, each in value.items()))
        case list():
            return [_as_term(each) for each in value]
        case None | bool() | int() | float() | str():
            return value
    raise ValueError(type(value).__name__)


def _comparable(term: Term | Absent) -> object:
    """Return a value that is equal for equal values, whatever their kind of number."""
    match term:
        case bool():
            return ("bool", term)
        case int() | float() | Decimal():
            return ("number", Decimal(str(term)))
        case Map(items=items):
            return {key: _comparable(each) for key, each in items}
        case list():
            return [_comparable(each) for each in term]
    return term


def _moment(text: str) -> object:
    """Return a date or time for comparison; one without an offset counts as UTC."""
    text = text.strip()
    try:
        if re.fullmatch(r"\d\d:.*", text):
            return datetime.fromisoformat(f"2000-01-01T{text}")
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
