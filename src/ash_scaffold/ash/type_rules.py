"""What makes rows of the type map: those that depend on a length or a precision, or repeat.

Sources: PostgreSQL's `atttypmod`, and what Postgrex and AshPostgres make of each type.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ash_scaffold.ash.rule import Constraints, Family, Risk, Rule, Support
from ash_scaffold.term import Atom, Module, Term

STRING_CONSTRAINTS: Constraints = (("trim?", False), ("allow_empty?", True))


def length_of(typmod: int) -> int | None:
    """Return n of `varchar(n)` and `char(n)`: `atttypmod` holds it plus a header of 4."""
    return typmod - 4 if typmod >= 4 else None


def precision_of(typmod: int) -> int:
    """Return the fractional digits of a time type: `atttypmod`, or 6 when there is none."""
    return typmod if typmod >= 0 else 6


def numeric_limits(typmod: int) -> Constraints:
    """Return the bounds of `numeric(p,s)`: plus and minus 10^(p-s) - 10^-s.

    `atttypmod` - 4 holds p in its upper 16 bits and s in its lower 11, signed (15+).
    """
    if typmod < 4:
        return ()
    precision = (typmod - 4) >> 16 & 0xFFFF
    scale = ((typmod - 4) & 0x7FF ^ 1024) - 1024
    largest = Decimal((0, (9,) * precision, -scale))
    text = Decimal(f"{largest:f}")
    return (("min", -text), ("max", text))


def string_constraints(typmod: int) -> Constraints:
    """Return the constraints of `text` and `varchar(n)`."""
    length = length_of(typmod)
    return (*((("max_length", length),) if length is not None else ()), *STRING_CONSTRAINTS)


def bpchar_constraints(typmod: int) -> Constraints:
    """Return the constraints of `char(n)`."""
    length = length_of(typmod)
    return (("max_length", length),) if length is not None else ()


def integer_key(name: str, pg_type: str, low: int, high: int) -> Support:
    """Name the type of a key column that is no int8: storage and limits are its own."""
    return Support(
        name,
        "integer",
        (("type", pg_type), ("storage", Atom(pg_type)), ("min", low), ("max", high)),
    )


def _nil_item(name: str, subtype: Term, text: str) -> Support:
    return Support(name, "nil_item", (("text", text), ("subtype", subtype)))


def own_type(name: str, pg_type: str, template: str, **values: Term) -> Rule:
    """A type of its own, named after the PostgreSQL type it stores."""
    fill: Constraints = (("type", pg_type), ("storage", Atom(pg_type)), *values.items())
    return Rule(storage=pg_type, support=Support(name, template, fill))


def geometry_rule(name: str) -> Rule:
    """Map a geometric type, whose coordinates may be NaN or infinite."""
    rule = own_type(name.capitalize(), name, name)
    return msgspec.structs.replace(rule, risks=(Risk.GEOMETRY_SPECIAL,))


def whole_number(name: str, pg_type: str, low: int, high: int) -> Rule:
    """Map a type of whole numbers within bounds that is compared with its own kind only."""
    return own_type(name, pg_type, "whole_number", min=low, max=high)


def bit_rule(typmod: int) -> Rule:
    """Map `bit(n)`: without n it holds one bit."""
    size = max(typmod, 1)
    pg_type = f"bit({size})"
    return own_type(f"Bit{size}", pg_type, "bit", size=size, varying=False)


def varbit_rule(typmod: int) -> Rule:
    """Map `varbit` and `varbit(n)`."""
    size = typmod if typmod > 0 else None
    return own_type(f"Varbit{size or ''}", "varbit", "bit", size=size, varying=True)


def reported(why: str, todo: str = "") -> Rule:
    """Give the row of a type that gets no attribute: why, and what to do."""
    return Rule(unsupported=why, todo=todo or "Cast it in a view, or leave it to the legacy code.")


_NAIVE = Module("AshPostgres.Timestamptz")
_USEC = Module("AshPostgres.TimestamptzUsec")


def machine_limits(bounds: tuple[int, int]) -> Constraints:
    """Return bounds as constraints."""
    return (("min", bounds[0]), ("max", bounds[1]))


def timestamp_rule(typmod: int) -> Rule:
    """Map a `timestamp`, which is taken for UTC."""
    second = precision_of(typmod) == 0
    name = "utc_datetime" if second else "utc_datetime_usec"
    module = "UtcDatetime" if second else "UtcDatetimeUsec"
    return Rule(
        family=Family.DATETIME,
        storage=name,
        type=Atom(name),
        nil_item=_nil_item(module, Atom(name), "A `timestamp` whose arrays may hold NULL."),
        bound=Atom("naive_datetime_usec"),
        risks=(Risk.INFINITE_TIME,),
        why="taken for UTC, as Ecto's timestamps are",
        naive=_naive_timestamp(second=second),
    )


def _naive_timestamp(*, second: bool) -> Rule:
    """Map a `timestamp` that the legacy code reads as `NaiveDateTime`.

    Ash's own type takes nil in an array, and drops microseconds.
    """
    support = Support("NaiveDatetimeUsec", "naive_datetime_usec")
    return Rule(
        family=Family.DATETIME,
        storage="naive_datetime" if second else "naive_datetime_usec",
        type=Atom("naive_datetime") if second else None,
        support=None if second else support,
        bound=Atom("naive_datetime_usec"),
        risks=(Risk.INFINITE_TIME,),
        why="the Ecto schema takes it for a time of no zone",
    )


def timestamptz_rule(typmod: int) -> Rule:
    """Map a `timestamptz`: Ash's plain types would leave the cast to the session's time zone."""
    second = precision_of(typmod) == 0
    module = _NAIVE if second else _USEC
    return Rule(
        family=Family.DATETIME,
        storage="timestamptz" if second else "timestamptz(6)",
        type=module,
        nil_item=_nil_item(
            module.name.rsplit(".", 1)[-1], module, "A `timestamptz` whose arrays may hold NULL."
        ),
        bound=Atom("utc_datetime_usec"),
        risks=(Risk.INFINITE_TIME,),
        why="casts name timestamptz, so that no session time zone shifts it",
    )


def time_rule(typmod: int) -> Rule:
    """Map a `time`."""
    if precision_of(typmod) == 0:
        return Rule(
            family=Family.TIME,
            storage="time",
            type=Atom("time"),
            bound=Atom("time_usec"),
            risks=(Risk.HOUR_24,),
        )
    return Rule(
        family=Family.TIME,
        storage="time_usec",
        type=Atom("time_usec"),
        nil_item=_nil_item("TimeUsec", Atom("time_usec"), "A `time` whose arrays may hold NULL."),
        bound=Atom("time_usec"),
        risks=(Risk.HOUR_24,),
    )
