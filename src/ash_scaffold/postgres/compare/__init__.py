"""The typed changes between two schemas."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.compare.change import RENAMES, Change, Evidence, Kind, Value
from ash_scaffold.postgres.compare.objects import (
    compare_checks,
    compare_exclusions,
    compare_foreign_keys,
    compare_indexes,
    compare_keys,
    compare_partition_constraints,
    compare_partitions,
    compare_rules,
    compare_triggers,
)
from ash_scaffold.postgres.compare.rename_detection import SaidByConfig, pair
from ash_scaffold.postgres.compare.renames import (
    NOTHING_SAID,
    NOTHING_SEEN,
    Pairing,
    Said,
    Seen,
    SeenTable,
    under_new_names,
)
from ash_scaffold.postgres.compare.tables import (
    compare_columns,
    compare_comments,
    compare_presence,
    compare_table,
    unclear_rename,
)
from ash_scaffold.postgres.compare.text import text
from ash_scaffold.postgres.compare.types import compare_types
from ash_scaffold.postgres.facts import TableFacts, facts_of_database

__all__ = [
    "NOTHING_SAID",
    "NOTHING_SEEN",
    "RENAMES",
    "Change",
    "Evidence",
    "Kind",
    "Pairing",
    "Said",
    "SaidByConfig",
    "Seen",
    "SeenTable",
    "Value",
    "compare",
    "compare_databases",
    "pair",
    "text",
]


def compare(
    old: Mapping[Name, TableFacts],
    new: Mapping[Name, TableFacts],
    pairing: Pairing | None = None,
) -> tuple[Change, ...]:
    """Return what changed from `old` to `new`, in order of table, kind and name.

    `pairing` says what was renamed; without one it is found by evidence alone. What only follows
    a rename (keys, indexes, expressions that mention it) is no change.
    """
    pairing = pair(old, new) if pairing is None else pairing
    return tuple(sorted(_changes(old, new, pairing), key=Change.sort_key))


def compare_databases(
    old: Database,
    new: Database,
    *,
    tables: Collection[Name] | None = None,
    seen: Seen = NOTHING_SEEN,
    said: Said = NOTHING_SAID,
) -> tuple[Change, ...]:
    """Return what changed between two databases, in all tables or those named."""
    before, after = facts_of_database(old, tables), facts_of_database(new, tables)
    return compare(before, after, pair(before, after, seen=seen, said=said))


def _changes(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts], pairing: Pairing
) -> Iterator[Change]:
    yield from compare_presence(old, new, pairing)
    for unclear in pairing.unclear:
        yield unclear_rename(unclear)
    touched = _touched(pairing)
    renamed = {
        facts.name: facts
        for facts in (
            under_new_names(facts, pairing) if touched else facts
            for name, facts in old.items()
            if name in pairing.tables
        )
    }
    gone = {name: facts for name, facts in old.items() if name not in pairing.tables}
    for name, before in renamed.items():
        after = new[name]
        if before != after or name in pairing.columns:
            yield from _table_changes(before, after, pairing)
    # What was dropped stands under its old name, which a renamed or new table may have now.
    before_all = {name: facts for name, facts in gone.items() if name not in renamed} | renamed
    yield from compare_types(renamed, new, pairing.types)
    yield from compare_foreign_keys(before_all, new)
    yield from compare_partitions(before_all, new)


def _touched(pairing: Pairing) -> bool:
    return bool(pairing.types or pairing.columns or any(a != b for a, b in pairing.tables.items()))


def _table_changes(old: TableFacts, new: TableFacts, pairing: Pairing) -> Iterator[Change]:
    yield from compare_table(old, new)
    yield from compare_columns(old, new, pairing)
    yield from compare_keys(old, new)
    yield from compare_checks(old, new)
    yield from compare_exclusions(old, new)
    yield from compare_indexes(old, new)
    yield from compare_triggers(old, new)
    yield from compare_rules(old, new)
    yield from compare_partition_constraints(old, new)
    yield from compare_comments(old, new)
