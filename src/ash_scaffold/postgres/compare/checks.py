"""Check constraints of tables."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ash_scaffold.postgres.catalog import Check
from ash_scaffold.postgres.compare.change import Change
from ash_scaffold.postgres.compare.objects import CONSTRAINT, compare_objects
from ash_scaffold.postgres.facts import TableFacts


def compare_checks(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed in the expressions, and whether they are validated and enforced."""
    return compare_objects(new.name, old.checks, new.checks, _content, CONSTRAINT)


def _content(check: Check) -> Check:
    return replace(check, name="")
