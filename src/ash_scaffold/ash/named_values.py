"""Values that fail the read and that the schema itself names: in defaults, checks and indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from ash_scaffold.ash.attributes import in_config
from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.types import Risk
from ash_scaffold.postgres.catalog import Column, Name, Table, Type
from ash_scaffold.problem import Code, Problem

_DAYS = frozenset(Name("pg_catalog", name) for name in ("date", "daterange", "datemultirange"))
# As a whole text, or as a bound of a range.
_INFINITY = r"(?:^|[\['(,{\"])\s*[-+]?(?:infinity|inf)\s*(?=$|[\]'),}\"])"
_SPECIAL = _INFINITY.replace("infinity|inf", "infinity|inf|nan")
_TEXT = re.compile(r"'(?:[^']|'')*'")
# `x < 'infinity'` and `x <> 'infinity'` keep the value out.
_KEPT_OUT = re.compile(r"<>\s*'[-+]?infinity'|<\s*'\+?infinity'|>\s*'-infinity'", re.IGNORECASE)


class _Named(msgspec.Struct, frozen=True):
    """Values by their pattern in a literal; their name and effect in a message, and what to do."""

    pattern: re.Pattern[str]
    name: str
    todo: str
    effect: str = "one such value fails the read of all rows that are read with it"


_TIME = _Named(
    re.compile(_INFINITY, re.IGNORECASE),
    "infinity",
    "Store NULL in its place (in a range, no bound). To read it instead, give the repo Postgrex "
    "types that are defined with `allow_infinite_timestamps: true`, and the column a type of your "
    'own that takes :inf and :"-inf": {type}.',
)
# Postgrex 0.22: `allow_infinite_timestamps` has no bearing on dates.
_DAY = _Named(
    re.compile(_INFINITY, re.IGNORECASE),
    "infinity",
    "Store NULL in its place (in a range, no bound), or a last day such as 9999-12-31, or leave "
    "the column out: {exclude}.",
    "Postgrex reads it as a day of the year 5881610, and fails the read of all rows that are read "
    "with a -infinity",
)
_NUMBER = _Named(re.compile(_SPECIAL, re.IGNORECASE), "NaN or infinity", "Map it: {tolerant}.")
_HOUR = _Named(
    re.compile(r"(?:^|[\['(,{\"])\s*24:00"),
    "24:00",
    "Store 00:00 of the next day, or 23:59:59.999999, or leave the column out: {exclude}.",
)
_VALUES: Mapping[Risk, _Named] = {
    Risk.INFINITE_TIME: _TIME,
    Risk.INFINITE_BOUND: _TIME,
    Risk.FLOAT_SPECIAL: _NUMBER,
    Risk.NUMERIC_SPECIAL: _NUMBER,
    Risk.HOUR_24: _HOUR,
}


def named_value_problems(draft: Draft, types: Mapping[Name, Type]) -> Iterator[Problem]:
    """Warn of every column for which the schema names a value that fails the read.

    A check that keeps the value out names no such value.
    """
    for column in draft.table.columns:
        mapped = draft.columns.mapped.get(column.name)
        risks = mapped.risks if mapped is not None else ()
        if not risks:
            continue
        values = {_VALUES[risk] for risk in risks if risk in _VALUES}
        has_days = _TIME in values and _has_days(column, types)
        for named in sorted(values, key=lambda each: each.name):
            named = _DAY if named is _TIME and has_days else named
            places = [
                place for place, sql in _places(draft.table, column, types) if _names(named, sql)
            ]
            if not places:
                continue
            verb = "names" if len(places) == 1 else "name"
            yield Code.VALUE_RISK.at(
                f"{draft.name}.{column.name}",
                f"{_listed(places)} {verb} {named.name}: {named.effect}.",
                todo=named.todo.format(
                    type=in_config(draft.name, 'type = "…"', column.name),
                    tolerant=in_config(draft.name, 'type = "tolerant"', column.name),
                    exclude=in_config(draft.name, "exclude = true", column.name),
                ),
            )


def _has_days(column: Column, types: Mapping[Name, Type]) -> bool:
    """Whether a column is a date, a range of dates, or an array or a domain of one."""
    name = column.type.name
    while name in types:
        inner = types[name].base or types[name].subtype
        if inner is None:
            break
        name = inner.name
    return name in _DAYS


def _without_kept_out(check: str) -> str:
    """Leave out the values that a check keeps out of the column."""
    return check if " OR " in check.upper() else _KEPT_OUT.sub("", check)


def _names(named: _Named, sql: str) -> bool:
    return any(named.pattern.search(text) for text in _TEXT.findall(sql))


def _places(table: Table, column: Column, types: Mapping[Name, Type]) -> Iterator[tuple[str, str]]:
    """Give every expression about a column, with its name in a sentence."""
    name = column.name
    if column.default is not None and not column.generated:
        yield "its default", column.default
    if column.default is not None and column.generated:
        yield "its expression", column.default
    type_ = types.get(column.type.name)
    while type_ is not None:
        if type_.default is not None:
            yield f"the default of {type_.name}", type_.default
        for check in type_.checks:
            yield f"the check {check.name} of {type_.name}", _without_kept_out(check.expression)
        type_ = types.get(type_.base.name) if type_.base is not None else None
    for check in table.checks:
        if name in check.columns:
            yield f"the check {check.name}", _without_kept_out(check.expression)
    for exclusion in table.exclusions:
        if name in exclusion.columns or _mentions(exclusion.definition, name):
            yield f"the exclusion constraint {exclusion.name}", exclusion.definition
    for index in table.indexes:
        if index.constraint or name not in index.columns_in_expressions:
            continue
        texts = [key.expression or "" for key in index.keys]
        yield f"the index {index.name}", " ".join([*texts, index.predicate or ""])


def _mentions(sql: str, column: str) -> bool:
    outside = _TEXT.sub("''", sql)
    return re.search(rf"(?<![\w$]){re.escape(column)}(?![\w$])", outside) is not None


def _listed(places: list[str]) -> str:
    *first, last = dict.fromkeys(places)
    text = f"{', '.join(first)} and {last}" if first else last
    return text[:1].upper() + text[1:]
