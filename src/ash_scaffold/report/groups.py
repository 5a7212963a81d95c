"""Problems of one kind as one entry: how many, the first places, and what to do about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby, takewhile

import msgspec
from msgspec.structs import replace

from ash_scaffold.counted import counted
from ash_scaffold.problem import Code, Problem, Severity

SHOWN = 3
"""The number of places of a group that are shown unless all are wanted."""

_GAP = "…"
_FEWEST_WORDS = 3
_UP_TO_NAME, _FROM_NAME = re.compile(r"\w+$"), re.compile(r"^\w+")

_MISSING = {Code.LEGACY_TABLE_MISSING: "table", Code.LEGACY_FIELD_WITHOUT_COLUMN: "column"}

# Each of these is a decision of its own.
_APART = frozenset({Code.RENAME_UNCLEAR, Code.CONFLICT})


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One of the places of a group, with what it has of its own: empty where that is common."""

    where: str = ""
    what: str = ""
    todo: str = ""

    def line(self) -> str:
        """Return the place and what is the case there; the place once where `what` names it."""
        if "." in self.where and self.what.startswith(f"{self.where} "):
            return self.what
        return ": ".join(part for part in (self.where, self.what) if part)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Problems of one kind and severity. `what` and `todo` hold for all, empty where they differ.

    `todo` has "…" for the words in which the places differ.
    """

    severity: Severity
    kind: str
    what: str
    todo: str
    places: tuple[Place, ...]

    def heading(self, *, every: bool = False) -> str:
        """Return how many there are, and what is the case in all of them."""
        count = f"{len(self.places)} times"
        if self.what:
            return f"{count}: {self.what}"
        if len(self.places) > SHOWN and not every:
            return f"{count}, the first {SHOWN} here (-v shows all):"
        return f"{count}:"

    def lines(self, *, every: bool = False) -> tuple[str, ...]:
        """Return the lines below the heading of a group of several places.

        With `every` all of them, each with its own `todo` where these differ.
        """
        shown = self.places if every else self.places[:SHOWN]
        lines: list[str] = []
        if self.what and not every:
            more = len(self.places) - len(shown)
            names = ", ".join(place.where for place in shown if place.where)
            lines.append(f"{names} and {more} more (-v shows them)" if more else names)
        else:
            for place in shown:
                lines.append(place.line())
                lines += [f"    {row}" for row in place.todo.splitlines() if every]
        own = every and any(place.todo for place in self.places)
        return tuple(line for line in (*lines, *(() if own else self.todo.splitlines())) if line)


def group_of(severity: Severity, kind: str, places: Sequence[Place]) -> Group:
    """Return the group of places, with what is common to them taken out of each."""
    whats = list(dict.fromkeys(place.what for place in places))
    todos = list(dict.fromkeys(place.todo for place in places))
    what = whats[0] if len(whats) == 1 else ""
    if severity is Severity.NOTE and len(places) >= SHOWN and all(place.where for place in places):
        what = pattern_of(whats)
    todo = pattern_of(todos) or (f"For the first: {todos[0]}" if todos[0] else "")
    return Group(
        severity=severity,
        kind=kind,
        what=what,
        todo=todo,
        places=tuple(
            Place(
                where=place.where,
                what="" if len(whats) == 1 else place.what,
                todo="" if len(todos) == 1 else place.todo,
            )
            for place in places
        ),
    )


def group_problems(problems: Iterable[Problem], *, every: bool = False) -> tuple[Group, ...]:
    """Return the problems in groups, the worst first, else in the order given.

    Errors are in one group only where they have the same way out. Unless `every` is set, what a
    database that is behind the migrations lacks is counted in the problem that says so.
    """
    found: dict[tuple[object, ...], list[Problem]] = {}
    for number, problem in enumerate(problems if every else _counted(tuple(problems))):
        is_error = problem.severity is Severity.ERROR
        own = number if problem.code in _APART else problem.todo if is_error else None
        found.setdefault((problem.severity, problem.code, own), []).append(problem)
    groups = [
        group_of(
            each[0].severity,
            each[0].code.value,
            [Place(where=p.where, what=p.what, todo=p.todo) for p in dict.fromkeys(each)],
        )
        for each in found.values()
    ]
    return tuple(sorted(groups, key=lambda group: group.severity.rank))


def _counted(problems: Sequence[Problem]) -> Sequence[Problem]:
    """Put the number of missing tables and columns into the problem of pending migrations."""
    if not any(problem.code is Code.DATABASE_BEHIND for problem in problems):
        return problems
    lacking = Counter(problem.code for problem in problems if problem.code in _MISSING)
    if not lacking:
        return problems
    counts = " and ".join(
        counted(lacking[code], noun) for code, noun in _MISSING.items() if lacking[code]
    )
    verb = "is" if lacking.total() == 1 else "are"
    missing = f" {counts} that Ecto schemas name {verb} missing (-v shows them)."
    return [
        replace(problem, what=problem.what + missing)
        if problem.code is Code.DATABASE_BEHIND
        else problem
        for problem in problems
        if problem.code not in _MISSING
    ]


def pattern_of(texts: Sequence[str]) -> str:
    """Return what texts have in common, with "…" for the words in which they differ.

    It is empty where they have too little in common.
    """
    if len(texts) == 1:
        return texts[0]
    rows = [text.split(" ") for text in texts]
    least = min(map(len, rows))
    if all(len(row) == least for row in rows):
        words = [_pattern_of_words(each) for each in zip(*rows, strict=True)]
    else:
        head = _alike(rows, least)
        tail = _alike([row[::-1] for row in rows], least - head)
        words = [*rows[0][:head], _GAP, *(rows[0][-tail:] if tail else ())]
    fixed = sum(word != _GAP for word in words)
    if fixed < _FEWEST_WORDS or fixed * 2 < max(map(len, rows)):
        return ""
    return " ".join(word for word, _ in groupby(words))


def _alike(rows: Sequence[Sequence[str]], limit: int) -> int:
    """Return how many of the first words, or characters, are the same in all rows."""
    equal = (len({row[index] for row in rows}) == 1 for index in range(limit))
    return sum(1 for _ in takewhile(bool, equal))


def _pattern_of_words(words: Sequence[str]) -> str:
    """Return the word that all are, else what surrounds the names in them."""
    if len(set(words)) == 1:
        return words[0]
    least = min(map(len, words))
    head = _alike(words, least)
    tail = _alike([word[::-1] for word in words], least - head)
    first, last = words[0][:head], words[0][len(words[0]) - tail :]
    return f"{_UP_TO_NAME.sub('', first)}{_GAP}{_FROM_NAME.sub('', last)}"
