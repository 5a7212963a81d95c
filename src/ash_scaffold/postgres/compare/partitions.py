"""Partitions: the names they lend to a table's keys and indexes, and their own constraints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.compare.change import Change, Kind
from ash_scaffold.postgres.facts import TableFacts


def compare_partitions(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts]
) -> Iterator[Change]:
    """Yield one change for each table whose errors can name other indexes and keys than before.

    Names that come and go with a key or an index of the table are not told again.
    """
    before, after = _names(old.values()), _names(new.values())
    for table in sorted(old.keys() & new.keys()):
        olds, news = before.get(table, {}), after.get(table, {})
        common = olds.keys() & news.keys()
        was = {name for each in common for name in olds[each]}
        now = {name for each in common for name in news[each]}
        if was != now:
            yield Change(
                kind=Kind.PARTITIONS_CHANGED,
                table=table,
                before=tuple(sorted(was - now)),
                after=tuple(sorted(now - was)),
            )


def compare_partition_constraints(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield the constraints of partitions' own that came and went; names may come up twice."""
    for each in new.partition_constraints:
        if each not in old.partition_constraints:
            yield Change(kind=Kind.CONSTRAINT_ADDED, table=new.name, object=each.name, after=each)
    for each in old.partition_constraints:
        if each not in new.partition_constraints:
            yield Change(
                kind=Kind.CONSTRAINT_DROPPED, table=new.name, object=each.name, before=each
            )


def _names(tables: Iterable[TableFacts]) -> dict[Name, dict[str, tuple[str, ...]]]:
    """Return the lent names of each object, by the table that has it."""
    found: dict[Name, dict[str, tuple[str, ...]]] = {}
    for table in tables:
        own = found.setdefault(table.name, {})
        for index in table.indexes:
            own[index.name] = index.partition_index_names
        for key in (*table.foreign_keys, *table.incoming):
            found.setdefault(key.table, {})[key.name] = key.clone_names
    return found
