"""Which column of a table is which: by what was seen and said before, else by evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

import msgspec

from ash_scaffold.postgres.catalog import ForeignKey, Key
from ash_scaffold.postgres.compare.change import Evidence
from ash_scaffold.postgres.compare.renames import Pairing, Said, SeenTable, Unclear
from ash_scaffold.postgres.compare.rewrite import under_new_names
from ash_scaffold.postgres.facts import ColumnFacts, TableFacts

_NOT_SEEN: Mapping[str, str] = {}


class ColumnPairs(msgspec.Struct, frozen=True):
    """New names by old ones where they differ, how each is known, and what is unclear."""

    renamed: Mapping[str, str]
    evidence: Mapping[str, Evidence]
    unclear: tuple[Unclear, ...]


class _Gap(msgspec.Struct, frozen=True):
    """Columns that are gone and new ones, between the same neighbours."""

    gone: tuple[str, ...]
    new: tuple[str, ...]
    at_end: bool


def pair_columns(
    old: TableFacts, new: TableFacts, seen: SeenTable | None, said: Said, pairing: Pairing
) -> ColumnPairs:
    """Pair the columns of a table that is on both sides.

    A name that was in use when the database was last seen is what its attribute number says.
    Beyond that a column that is gone and a new one are one if they are each other's only
    candidate: between the same neighbours (PostgreSQL adds columns at the end only), of one type,
    nullability and default, in the same places of the same keys, indexes and checks.
    """
    told = _told(old, new, said)
    certain = _seen(old, new, seen, told)
    pairs = told | certain
    taken = set(pairs.values())
    names = {column.name for column in new.columns}
    for column in old.columns:
        if column.name not in pairs and column.name in names - taken:
            pairs[column.name] = column.name
    likely: dict[str, str] = {}
    unclear: list[Unclear] = []
    for gap in _gaps(old, new, pairs, _closed(seen, new, said)):
        found, asked = _decide(gap, _likeness(old, new, pairs, pairing))
        likely |= found
        unclear += [Unclear(new.name, gone, fresh) for gone, fresh in asked]
    evidence = (
        dict.fromkeys(told, Evidence.SAID)
        | dict.fromkeys(certain, Evidence.SEEN)
        | dict.fromkeys(likely, Evidence.LIKELY)
    )
    renamed = {before: after for before, after in (pairs | likely).items() if before != after}
    return ColumnPairs(
        renamed=renamed,
        evidence={renamed[name]: how for name, how in evidence.items() if name in renamed},
        unclear=tuple(unclear),
    )


def _told(old: TableFacts, new: TableFacts, said: Said) -> dict[str, str]:
    """Take from the configuration what is news: a line may stay there when it has been done."""
    before = {column.name for column in old.columns}
    after = {column.name for column in new.columns}
    found: dict[str, str] = {}
    for name in sorted(after - before):
        was = said.column(new.name, name)
        if was and was in before - after and was not in found:
            found[was] = name
    return found


def _seen(
    old: TableFacts, new: TableFacts, seen: SeenTable | None, told: Mapping[str, str]
) -> dict[str, str]:
    if seen is None:
        return {}
    before = {column.name for column in old.columns}
    taken = set(told.values())
    return {
        was: column.name
        for column in new.columns
        if column.name not in taken
        and (was := seen.columns.get(column.name)) in before
        and was is not None
        and was not in told
    }


def _closed(
    seen: SeenTable | None, new: TableFacts, said: Said
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the old names whose fate is known, and the new names that are said to be new.

    The origin of a new name that was seen before tells nothing here: where it is among the old
    names the two are a pair already, else the database was seen after the old facts were taken.
    """
    declared = frozenset(c.name for c in new.columns if said.column(new.name, c.name) == "")
    if seen is None:
        return frozenset(), declared
    return seen.gone | frozenset(seen.columns.values()), declared


def _gaps(
    old: TableFacts,
    new: TableFacts,
    pairs: Mapping[str, str],
    closed: tuple[frozenset[str], frozenset[str]],
) -> Iterator[_Gap]:
    """Give the places where some columns are gone and others are new."""
    back = {after: before for before, after in pairs.items()}
    gone = _runs(old.columns, lambda name: pairs.get(name))
    fresh = _runs(new.columns, lambda name: name if name in back else None)
    for place, names in gone.items():
        was = tuple(name for name in names if name not in closed[0])
        now = tuple(name for name in fresh.get(place, ()) if name not in closed[1])
        if was and now:
            yield _Gap(was, now, at_end=place[1] is None)


def _runs(
    columns: Sequence[ColumnFacts], paired: Callable[[str], str | None]
) -> dict[tuple[str | None, str | None], list[str]]:
    """Return the runs of unpaired columns by their neighbours, these by their new names."""
    runs: dict[tuple[str | None, str | None], list[str]] = {}
    groups = [
        (is_paired, [column.name for column in group])
        for is_paired, group in groupby(columns, key=lambda c: paired(c.name) is not None)
    ]
    for position, (is_paired, names) in enumerate(groups):
        if is_paired:
            continue
        before = paired(groups[position - 1][1][-1]) if position else None
        after = paired(groups[position + 1][1][0]) if position + 1 < len(groups) else None
        runs[before, after] = names
    return runs


def _decide(
    gap: _Gap, alike: Callable[[str, str], int]
) -> tuple[dict[str, str], list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Pair what is unmistakable, and give the rest that may be renames, as gone and new names."""
    found: dict[str, str] = {}
    for index, was in enumerate(gap.gone):
        candidates = [now for now in gap.new if alike(was, now) == _SAME]
        if len(candidates) != 1:
            continue
        (now,) = candidates
        rivals = [name for name in gap.gone if alike(name, now) == _SAME]
        # A rename leaves the order as it is.
        in_order = len(gap.gone) != len(gap.new) or gap.new[index] == now
        if rivals == [was] and in_order:
            found[was] = now
    gone = tuple(name for name in gap.gone if name not in found)
    new = tuple(name for name in gap.new if name not in found.values())
    if not gap.at_end:
        # Nothing can be added here: what is new was there before, under another name.
        return found, [(gone, new)] if gone and new else []
    was_any = tuple(g for g in gone if any(alike(g, n) for n in new))
    now_any = tuple(n for n in new if any(alike(g, n) for g in gone))
    return found, [(was_any, now_any)] if was_any and now_any else []


_SAME, _LIKE = 2, 1


def _likeness(
    old: TableFacts, new: TableFacts, pairs: Mapping[str, str], pairing: Pairing
) -> Callable[[str, str], int]:
    """Tell how alike an old and a new column are: `_SAME`, `_LIKE` (of one type) or 0."""
    after = {column.name: column for column in new.columns}

    def alike(was: str, now: str) -> int:
        named = msgspec.structs.replace(
            pairing,
            columns={
                **pairing.columns,
                new.name: {b: a for b, a in {**pairs, was: now}.items() if a != b},
            },
        )
        rewritten = under_new_names(old, named)
        before = next(column for column in rewritten.columns if column.name == now)
        if before.type != after[now].type:
            return 0
        if _nature(before) != _nature(after[now]) or _uses(rewritten, now) != _uses(new, now):
            return _LIKE
        return _SAME

    return alike


def _nature(column: ColumnFacts) -> ColumnFacts:
    return msgspec.structs.replace(column, comment=None, readable=True)


def _uses(table: TableFacts, column: str) -> list[str]:
    """Describe every key, index and check that a column is part of, without its name."""
    keys: list[Key] = [*table.unique_keys]
    if table.primary_key is not None:
        keys.append(table.primary_key)
    found = [
        repr(("key", key is table.primary_key, key.columns, key.include))
        for key in keys
        if column in key.columns or column in key.include
    ]
    found += [_foreign(key) for key in table.foreign_keys if column in key.columns]
    found += [repr((c.columns, c.expression)) for c in table.checks if column in c.columns]
    found += [repr(each.definition) for each in table.exclusions if column in each.columns]
    found += [
        repr((index.method, index.unique, index.keys, index.include, index.predicate))
        for index in table.indexes
        if column in (*(key.column for key in index.keys), *index.include)
        or column in index.columns_in_expressions
    ]
    return sorted(found)


def _foreign(key: ForeignKey) -> str:
    # The target's columns may be renamed as well.
    return repr((key.columns, key.target, key.on_delete, key.on_update))
