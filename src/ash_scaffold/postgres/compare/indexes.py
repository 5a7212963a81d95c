"""Indexes other than those of constraints."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ash_scaffold.postgres.catalog import Index
from ash_scaffold.postgres.compare.change import Change, Kind
from ash_scaffold.postgres.compare.objects import Kinds, compare_objects
from ash_scaffold.postgres.facts import TableFacts

_KINDS = Kinds(Kind.INDEX_ADDED, Kind.INDEX_DROPPED, Kind.INDEX_CHANGED, Kind.INDEX_RENAMED)


def compare_indexes(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed. A constraint's index is told with the constraint."""
    return compare_objects(new.name, _own(old), _own(new), _content, _KINDS)


def _own(table: TableFacts) -> Iterator[Index]:
    return (index for index in table.indexes if not index.constraint)


def _content(index: Index) -> Index:
    # Which columns an expression mentions follows from it; their order is that of the table.
    return replace(index, name="", partition_index_names=(), columns_in_expressions=())
