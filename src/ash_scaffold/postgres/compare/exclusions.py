"""Exclusion constraints."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ash_scaffold.postgres.catalog import Exclusion
from ash_scaffold.postgres.compare.change import Change
from ash_scaffold.postgres.compare.objects import CONSTRAINT, compare_objects
from ash_scaffold.postgres.facts import TableFacts


def compare_exclusions(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed in the definitions and in deferrability."""
    return compare_objects(new.name, old.exclusions, new.exclusions, _content, CONSTRAINT)


def _content(exclusion: Exclusion) -> Exclusion:
    return replace(exclusion, name="", partition_index_names=())
