"""Elixir, mix and the formatter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ash_scaffold.doctor.facts import Facts
from ash_scaffold.doctor.model import Check, Group, Status, from_problem

# `~> 1.17`, `>= 1.15.0`: what mix.exs asks for, as far as it is a lower bound.
_BOUND = re.compile(r"\s*(?:~>|>=)\s*(\d+)\.(\d+)")
_NUMBERS = re.compile(r"(\d+)\.(\d+)")


def elixir_checks(facts: Facts) -> Iterator[Check]:
    """Say whether mix can be run and how it formats."""
    found = facts.elixir
    if found.version is None:
        fault = f"mix can't be run: {found.fault}." if found.fault else ""
        yield Check(
            group=Group.ELIXIR,
            name="mix",
            status=Status.WARNING,
            what=fault or "There is no mix on the PATH.",
            todo="Install Elixir, or format the files with `mix format` where it is.",
        )
        yield Check(
            group=Group.ELIXIR,
            name="mix-format",
            status=Status.SKIPPED,
            what="Formatting was not tried without mix.",
        )
        return
    yield _version(found.version, facts.elixir_wanted)
    if facts.formatter:
        for problem in facts.formatter:
            yield from_problem(Group.ELIXIR, "mix-format", problem)
        return
    yield Check(group=Group.ELIXIR, name="mix-format", status=Status.OK, what="mix format works.")


def _version(version: str, wanted: str) -> Check:
    there, bound = _NUMBERS.match(version), _BOUND.match(wanted)
    if there is not None and bound is not None and _pair(there) < _pair(bound):
        return Check(
            group=Group.ELIXIR,
            name="mix",
            status=Status.WARNING,
            what=f"Elixir is {version}, and mix.exs asks for {wanted}.",
            todo="It can format, but not compile the project.",
        )
    return Check(group=Group.ELIXIR, name="mix", status=Status.OK, what=f"Elixir {version}.")


def _pair(found: re.Match[str]) -> tuple[int, int]:
    return int(found[1]), int(found[2])
