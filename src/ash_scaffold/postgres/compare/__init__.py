"""The typed changes between two schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.compare.change import (
    EVERY_TENANT,
    RENAMES,
    Change,
    Evidence,
    Kind,
    Value,
)
from ash_scaffold.postgres.compare.objects import (
    compare_foreign_keys,
    compare_objects,
    compare_partitions,
)
from ash_scaffold.postgres.compare.rename_detection import detect_renames
from ash_scaffold.postgres.compare.renames import (
    NO_EARLIER_NAMES,
    NO_RENAMES,
    CodeEvidence,
    EarlierNames,
    EarlierTable,
    RenameDetection,
    RenamedFrom,
    Renames,
    under_new_names,
    with_constraints,
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
from ash_scaffold.postgres.facts import TableFacts

__all__ = [
    "EVERY_TENANT",
    "NO_EARLIER_NAMES",
    "NO_RENAMES",
    "RENAMES",
    "Change",
    "CodeEvidence",
    "EarlierNames",
    "EarlierTable",
    "Evidence",
    "Kind",
    "RenameDetection",
    "RenamedFrom",
    "Renames",
    "Value",
    "compare",
    "detect_renames",
    "text",
    "with_constraints",
]


def compare(
    old: Mapping[Name, TableFacts],
    new: Mapping[Name, TableFacts],
    detection: RenameDetection | None = None,
) -> tuple[Change, ...]:
    """Return the changes from `old` to `new`, in order of table, kind and name.

    `detection` has the renames; without one they are detected by evidence alone. The effects of a
    rename (on keys, indexes, expressions that mention it) are no changes.
    """
    detection = detect_renames(old, new) if detection is None else detection
    return tuple(sorted(_changes(old, new, detection), key=Change.sort_key))


def _changes(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts], detection: RenameDetection
) -> Iterator[Change]:
    yield from compare_presence(old, new, detection)
    for unclear in detection.unclear:
        yield unclear_rename(unclear)
    renames = detection.renames
    touched = _any_renamed(renames)
    renamed = {
        facts.name: facts
        for facts in (
            under_new_names(facts, renames) if touched else facts
            for name, facts in old.items()
            if name in renames.tables
        )
    }
    dropped = {name: facts for name, facts in old.items() if name not in renames.tables}
    for name, before in renamed.items():
        after = new[name]
        if before != after or name in renames.columns:
            yield from _table_changes(before, after, detection)
    # A dropped table has its old name, which a renamed or new table may have now.
    before_all = {name: facts for name, facts in dropped.items() if name not in renamed} | renamed
    yield from compare_types(renamed, new, renames.types)
    yield from compare_foreign_keys(before_all, new)
    yield from compare_partitions(before_all, new)


def _any_renamed(renames: Renames) -> bool:
    return bool(renames.types or renames.columns or any(a != b for a, b in renames.tables.items()))


def _table_changes(
    old: TableFacts, new: TableFacts, detection: RenameDetection
) -> Iterator[Change]:
    yield from compare_table(old, new)
    yield from compare_columns(old, new, detection)
    yield from compare_objects(old, new)
    yield from compare_comments(old, new)
