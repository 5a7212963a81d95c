"""One text for one expression, whatever server wrote it.

`pg_get_expr` prints the same expression in more than one way: a list of varchar constants changes
when its own output is read back (as after a dump), and PostgreSQL 14 and later print some functions
in SQL's own syntax that 13 prints as calls. The canonical text is the form that every version
reads and prints again unchanged: the list with a cast for each item, functions as calls.

Sources: `ruleutils.c` (`get_rule_expr`, `get_func_sql_syntax`) of PostgreSQL 13 to 18.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_TRIGGERS = re.compile(r"\]\)::| AT TIME ZONE |\b(?:TRIM|SUBSTRING|POSITION|OVERLAY)\(")
_TRIM = {"BOTH": "btrim", "LEADING": "ltrim", "TRAILING": "rtrim"}


def canonical(sql: str) -> str:
    """Return the canonical text of an expression; most already are."""
    if _TRIGGERS.search(sql) is None:
        return sql
    return _rewrite(sql)


def _rewrite(sql: str) -> str:
    """Rewrite from the inside out: the text in parentheses first."""
    out: list[str] = []
    position = 0
    for start, end in _groups(sql):
        out.append(sql[position : start + 1])
        out.append(_rewrite(sql[start + 1 : end]))
        position = end
    out.append(sql[position:])
    text = "".join(out)
    for rule in _RULES:
        text = rule(text)
    return text


def _groups(sql: str, opening: str = "(", closing: str = ")") -> Iterator[tuple[int, int]]:
    """Give the positions of the outermost pairs of brackets, those in quotes apart."""
    depth, begin = 0, 0
    for index, char in _unquoted(sql):
        if char == opening:
            if depth == 0:
                begin = index
            depth += 1
        elif char == closing and depth:
            depth -= 1
            if depth == 0:
                yield begin, index


def _unquoted(sql: str) -> Iterator[tuple[int, str]]:
    quote = ""
    for index, char in enumerate(sql):
        if quote:
            if char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        else:
            yield index, char


def _split(sql: str, separator: str) -> list[str]:
    """Split at a separator that stands in no quotes and no brackets."""
    parts, depth, begin = [], 0, 0
    skip = -1
    for index, char in _unquoted(sql):
        if index < skip:
            continue
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif depth == 0 and sql.startswith(separator, index):
            parts.append(sql[begin:index])
            begin = skip = index + len(separator)
    return [*parts, sql[begin:]]


def _cast_lists(sql: str) -> str:
    """`(ARRAY['a'::character varying])::text[]` → `ARRAY[('a'::character varying)::text]`."""
    for start, end in reversed(list(_groups(sql))):
        inner, rest = sql[start + 1 : end], sql[end + 1 :]
        cast = re.match(r"::(text|character varying)\[\]", rest)
        if cast is None or not (inner.startswith("ARRAY[") and inner.endswith("]")):
            continue
        items = [item.strip() for item in _split(inner[len("ARRAY[") : -1], ",")]
        cast_items = ", ".join(f"({item})::{cast[1]}" for item in items if item)
        sql = f"{sql[:start]}ARRAY[{cast_items}]{rest[cast.end() :]}"
    return sql


def _time_zones(sql: str) -> str:
    """`(a AT TIME ZONE b)` → `timezone(b, a)`."""

    def rewrite(inner: str) -> str | None:
        parts = _split(inner, " AT TIME ZONE ")
        if len(parts) == 2:
            return f"timezone({parts[1]}, {parts[0]})"
        return None

    for start, end in reversed(list(_groups(sql))):
        called = start > 0 and (sql[start - 1].isalnum() or sql[start - 1] in '_"')
        found = rewrite(sql[start + 1 : end])
        if found is not None and not called:
            sql = f"{sql[:start]}{found}{sql[end + 1 :]}"
        elif found is not None:
            sql = f"{sql[: start + 1]}{found}{sql[end:]}"
    return sql


def _call(name: str, rewrite: Callable[[str], str | None]) -> Callable[[str], str]:
    """Build the rule for a function that has a syntax of its own."""

    def rule(sql: str) -> str:
        for start, end in reversed(list(_groups(sql))):
            head = sql[:start]
            if not head.endswith(name):
                continue
            before = head[: -len(name)]
            found = rewrite(sql[start + 1 : end])
            if found is not None and not (before and (before[-1].isalnum() or before[-1] in '_."')):
                sql = f"{before}{found}{sql[end + 1 :]}"
        return sql

    return rule


def _trim(inner: str) -> str | None:
    side, _, rest = inner.partition(" ")
    function = _TRIM.get(side)
    if function is None:
        return None
    if rest.startswith("FROM "):
        return f"{function}({rest[len('FROM ') :]})"
    parts = _split(rest, " FROM ")
    return f"{function}({parts[1]}, {parts[0]})" if len(parts) == 2 else None


def _substring(inner: str) -> str | None:
    parts = _split(inner, " FROM ")
    if len(parts) != 2:
        return None
    return f'"substring"({", ".join([parts[0], *_split(parts[1], " FOR ")])})'


def _position(inner: str) -> str | None:
    parts = [_bare(part) for part in _split(inner, " IN ")]
    return f'"position"({parts[1]}, {parts[0]})' if len(parts) == 2 else None


def _bare(sql: str) -> str:
    """Take away parentheses that hold the whole of it."""
    return sql[1:-1] if list(_groups(sql)) == [(0, len(sql) - 1)] else sql


def _overlay(inner: str) -> str | None:
    parts = _split(inner, " PLACING ")
    if len(parts) != 2:
        return None
    replacement, _, place = parts[1].partition(" FROM ")
    return f'"overlay"({", ".join([parts[0], replacement, *_split(place, " FOR ")])})'


_RULES: tuple[Callable[[str], str], ...] = (
    _cast_lists,
    _call("TRIM", _trim),
    _call("SUBSTRING", _substring),
    _call("POSITION", _position),
    _call("OVERLAY", _overlay),
    _time_zones,
)
