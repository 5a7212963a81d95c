from __future__ import annotations

from collections.abc import Collection

from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.compare import (
    NO_EARLIER_NAMES,
    Change,
    EarlierNames,
    RenamedFrom,
    compare,
    detect_renames,
)
from ash_scaffold.postgres.facts import facts_of_database


def compare_databases(
    old: Database,
    new: Database,
    *,
    tables: Collection[Name] | None = None,
    earlier: EarlierNames = NO_EARLIER_NAMES,
    renamed_from: RenamedFrom = lambda _table, _column: None,
) -> tuple[Change, ...]:
    before, after = facts_of_database(old, tables), facts_of_database(new, tables)
    detection = detect_renames(before, after, earlier=earlier, renamed_from=renamed_from)
    return compare(before, after, detection)
