"""The value that an insert sends for a field that was given none, read from the field's options.

`default` is a part of the struct, so that every insert sends it; `autogenerate` names a function
that is called for every row. A `nil` is not sent: the column's own default holds then.
"""

from __future__ import annotations

from decimal import Decimal

from ash_scaffold.ash.hints import (
    CallDefault,
    DecimalDefault,
    LegacyDefault,
    ListDefault,
    MapDefault,
    UnreadDefault,
)
from ash_scaffold.legacy.evaluate import Entries, Lambda, Pairs, captured, shown
from ash_scaffold.term import Atom, Capture, Module, Sigil

# JSON, which hints are kept as, has no greater numbers.
_GREATEST = 2**63


def field_default(options: Pairs) -> LegacyDefault:
    """Return the default of a field with these options, `None` where it has none."""
    value = options.get("default")
    if value is not None:
        return as_default(value)
    return _call(options.get("autogenerate"))


def as_default(value: object) -> LegacyDefault:
    """Return a value, other than nil, as it is kept for a hint."""
    found = _value(value)
    return UnreadDefault(shown(value)) if found is None else found


def _value(value: object) -> LegacyDefault:
    """Return a value as a hint, `None` when any part of it can't be one."""
    match value:
        case bool() | str() | float() | Atom() | Module() | Sigil():
            return value
        case int():
            return value if abs(value) < _GREATEST else None
        case Decimal():
            return DecimalDefault(str(value))
        case list():
            items = [(item is None, _value(item)) for item in value]
            if any(found is None and not nil for nil, found in items):
                return None
            return ListDefault(tuple(found for _, found in items))
        case Entries():
            pairs = [(key, item is None, _value(item)) for key, item in value.items]
            if any(found is None and not nil for _, nil, found in pairs):
                return None
            return MapDefault(tuple((key, found) for key, _, found in pairs))
        case Lambda():
            function = captured(value)
            return None if function is None else _of_capture(function)
        case Capture():
            return _of_capture(value)
    return None


def _of_capture(function: Capture) -> CallDefault | None:
    return CallDefault(function.module, function.function) if function.arity == 0 else None


def _call(by: object) -> LegacyDefault:
    """Return the function of `autogenerate: {module, function, arguments}`."""
    match by:
        case (Module() as module, Atom() as function, list() as values):
            args = [_value(each) for each in values]
            if all(found is not None for found in args):
                return CallDefault(module.name, function.name, tuple(args))
    return None


def is_clock(by: object) -> bool:
    """Whether an `autogenerate` is the time of the write, as Ecto and Ash take it themselves."""
    match by:
        case (Module(name="DateTime" | "NaiveDateTime"), Atom(name="utc_now"), _):
            return True
        case (Module(name="Ecto.Schema"), Atom(name="__timestamps__"), _):
            return True
    return False
