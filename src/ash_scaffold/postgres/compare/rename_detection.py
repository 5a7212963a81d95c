"""Rename detection: by the database's identity, by the configuration, else by evidence.

Evidence makes a rename only where something speaks for it beside type and place, and nothing
against it (`_speaks_for`): a dropped last column `fax text` and a new `biography text` are two
columns, or one that was renamed, and only the configuration can tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import msgspec
from msgspec.structs import replace

from ash_scaffold.postgres.catalog import Column, ForeignKey, Key, Name, Type, TypeKind
from ash_scaffold.postgres.compare.change import Evidence
from ash_scaffold.postgres.compare.renames import (
    NO_EARLIER_NAMES,
    CodeEvidence,
    EarlierNames,
    EarlierTable,
    RenameDetection,
    RenamedFrom,
    Renames,
    UnclearRename,
    under_new_names,
)
from ash_scaffold.postgres.compare.similar_names import similar_names
from ash_scaffold.postgres.facts import VERSION, TableFacts


def _not_configured(_table: Name, _column: str | None) -> str | None:
    return None


def _no_code(_table: Name, _dropped: str, _new: str) -> bool | None:
    return None


def detect_renames(
    old: Mapping[Name, TableFacts],
    new: Mapping[Name, TableFacts],
    *,
    earlier: EarlierNames = NO_EARLIER_NAMES,
    renamed_from: RenamedFrom = _not_configured,
    code: CodeEvidence = _no_code,
) -> RenameDetection:
    """Find the new name of each table, column and type of the old schema.

    The configuration (`renamed_from`) comes first, then the names at an earlier run on this
    database, then evidence, that of the application's `code` included. Where the evidence is
    ambiguous or too little, the names are in `unclear`.
    """
    types = _rename_types(tuple(old.values()), tuple(new.values()))
    tables = _pair_tables(old, new, earlier, renamed_from, types)
    columns: dict[Name, Mapping[str, str]] = {}
    evidence: dict[tuple[Name, str], Evidence] = {}
    unclear = list(tables.unclear)
    renames = Renames(tables=tables.tables, types=types)
    for before, after in tables.tables.items():
        was = earlier.tables.get(after)
        renamed = was is not None and any(now != old_name for now, old_name in was.columns.items())
        if old[before].columns == new[after].columns and not renamed:
            continue
        found = _pair_columns(old[before], new[after], was, renamed_from, renames, code)
        unclear += found.unclear
        if found.renamed:
            columns[after] = found.renamed
            evidence |= {(after, name): how for name, how in found.evidence.items()}
            renames = replace(renames, columns=dict(columns))
    return RenameDetection(
        renames=renames,
        table_evidence=tables.evidence,
        column_evidence=evidence,
        unclear=tuple(unclear),
    )


_ANY = Name("", "")
# The least part of their columns that two tables have in common to be a possible rename.
_TABLES_ALIKE = 2 / 3


class _TablePairs(msgspec.Struct, frozen=True):
    """New names by old ones of all tables on both sides, the evidence, and the unclear ones."""

    tables: Mapping[Name, Name]
    evidence: Mapping[Name, Evidence]
    unclear: tuple[UnclearRename, ...]


def _pair_tables(
    old: Mapping[Name, TableFacts],
    new: Mapping[Name, TableFacts],
    earlier: EarlierNames,
    renamed_from: RenamedFrom,
    types: Mapping[Name, Name],
) -> _TablePairs:
    """Pair the tables.

    A table that was there at the earlier run is recognised by its oid. Beyond that a table
    that is dropped and a new one are one if they are each other's only candidate: of the same
    columns, and of keys, checks and indexes of the same names, which a rename leaves as they are;
    where there is nothing of a name, their own have to be similar, or their comments the same.
    """
    declared = _declared_tables(old, new, renamed_from)
    identified = {
        was.name: name
        for name, was in sorted(earlier.tables.items())
        if name in new and was.name in old and was.name not in declared
        if name not in declared.values()
    }
    pairs = declared | identified
    taken = set(pairs.values())
    pairs |= {name: name for name in old if name not in pairs and name in new and name not in taken}
    dropped = [
        name
        for name in sorted(old)
        if name not in pairs and name not in earlier.dropped
        if all(name != was.name for was in earlier.tables.values())
    ]
    taken = set(pairs.values())
    fresh = [name for name in sorted(new) if name not in taken and renamed_from(name, None) != ""]
    likely, unclear = _likely_tables(old, new, dropped, fresh, Renames(tables=pairs, types=types))
    evidence = (
        dict.fromkeys(declared, Evidence.CONFIGURED)
        | dict.fromkeys(identified, Evidence.IDENTITY)
        | dict.fromkeys(likely, Evidence.LIKELY)
    )
    tables = pairs | likely
    return _TablePairs(
        tables=tables,
        evidence={tables[name]: how for name, how in evidence.items() if tables[name] != name},
        unclear=unclear,
    )


def _declared_tables(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts], renamed_from: RenamedFrom
) -> dict[Name, Name]:
    """Return the configured renames that are not done yet: the lines may stay afterwards."""
    found: dict[Name, Name] = {}
    for name in sorted(new):
        text = renamed_from(name, None) if name not in old else None
        if not text:
            continue
        schema, dot, rest = text.partition(".")
        written = Name(schema, rest) if dot else Name("public", text)
        for was in (Name(name.schema, text), written):
            if was in old and was not in new and was not in found:
                found[was] = name
                break
    return found


def _likely_tables(
    old: Mapping[Name, TableFacts],
    new: Mapping[Name, TableFacts],
    dropped: Collection[Name],
    fresh: Collection[Name],
    renames: Renames,
) -> tuple[dict[Name, Name], tuple[UnclearRename, ...]]:
    if not dropped or not fresh:
        return {}, ()
    paired = set(renames.tables.values())
    before = {name: _shape(under_new_names(old[name], renames), paired) for name in dropped}
    after = {name: _shape(new[name], paired) for name in fresh}
    olds: defaultdict[TableFacts, list[Name]] = defaultdict(list)
    news: defaultdict[TableFacts, list[Name]] = defaultdict(list)
    for name, shape in before.items():
        olds[shape].append(name)
    for name, shape in after.items():
        news[shape].append(name)
    found = {
        names[0]: news[shape][0]
        for shape, names in olds.items()
        if len(names) == 1 and len(news.get(shape, ())) == 1
        if _one_table(old[names[0]], new[news[shape][0]])
    }
    left = [name for name in dropped if name not in found]
    unclear = []
    for name in fresh:
        if name in found.values():
            continue
        candidates = tuple(was for was in left if _tables_alike(before[was], after[name]))
        if candidates:
            unclear.append(UnclearRename(None, candidates, (name,)))
    return found, tuple(unclear)


def _shape(facts: TableFacts, paired: Collection[Name]) -> TableFacts:
    """Return the facts without the table's own name, and those of tables that may be renamed."""

    def target(name: Name) -> Name:
        return name if name in paired else _ANY

    return replace(
        facts,
        version=VERSION,
        name=_ANY,
        comment=None,
        columns=tuple(
            replace(
                column,
                comment=None,
                default=column.default and column.default.replace(f"'{facts.name.schema}.", "'"),
            )
            for column in facts.columns
        ),
        foreign_keys=tuple(
            replace(key, table=_ANY, target=target(key.target)) for key in facts.foreign_keys
        ),
        # A schema that is renamed takes its functions with it.
        triggers=tuple(
            replace(each, function=Name("", each.function.name)) for each in facts.triggers
        ),
        inherits=tuple(target(name) for name in facts.inherits),
        partition_of=facts.partition_of and target(facts.partition_of),
        types=(),
        incoming=(),
    )


def _one_table(before: TableFacts, after: TableFacts) -> bool:
    """Whether anything beside equal columns speaks for one table, and no comment against it."""
    if before.comment is not None and before.comment != after.comment:
        return False
    named = (
        before.primary_key,
        *before.unique_keys,
        *before.foreign_keys,
        *before.checks,
        *before.exclusions,
        *before.indexes,
        *before.triggers,
    )
    return (
        any(each is not None for each in named)
        or before.comment is not None
        or before.name.name == after.name.name
        or similar_names(before.name.name, after.name.name)
    )


def _tables_alike(before: TableFacts, after: TableFacts) -> bool:
    if before.kind is not after.kind:
        return False
    ours = {(column.name, column.type) for column in before.columns}
    theirs = {(column.name, column.type) for column in after.columns}
    return len(ours & theirs) >= _TABLES_ALIKE * max(len(ours), len(theirs), 1)


class _ColumnPairs(msgspec.Struct, frozen=True):
    """New names by old ones where they differ, the evidence, and the unclear ones."""

    renamed: Mapping[str, str]
    evidence: Mapping[str, Evidence]
    unclear: tuple[UnclearRename, ...]


class _Gap(msgspec.Struct, frozen=True):
    """Dropped columns and new ones, between the same neighbours."""

    dropped: tuple[str, ...]
    new: tuple[str, ...]
    at_end: bool


def _pair_columns(
    old: TableFacts,
    new: TableFacts,
    earlier: EarlierTable | None,
    renamed_from: RenamedFrom,
    renames: Renames,
    code: CodeEvidence,
) -> _ColumnPairs:
    """Pair the columns of a table that is on both sides.

    A column that was there at the earlier run is recognised by its attribute number. Beyond
    that a column that is dropped and a new one are one if they are each other's only
    candidate: between the same neighbours (PostgreSQL adds columns at the end only), of one type,
    nullability and default, in the same places of the same keys, indexes and checks, and if
    something speaks for it that two columns would not have in common by chance (`_speaks_for`).
    """
    declared = _declared_columns(old, new, renamed_from)
    identified = _identified_columns(old, new, earlier, declared)
    pairs = declared | identified
    taken = set(pairs.values())
    names = {column.name for column in new.columns}
    for column in old.columns:
        if column.name not in pairs and column.name in names - taken:
            pairs[column.name] = column.name
    likely: dict[str, str] = {}
    unclear: list[UnclearRename] = []
    for gap in _gaps(old, new, pairs, _closed(earlier, new, renamed_from)):
        found, undecided = _decide(
            gap, _likeness(old, new, pairs, renames), _speaks_for(old, new, code)
        )
        likely |= found
        unclear += [UnclearRename(new.name, dropped, fresh) for dropped, fresh in undecided]
    evidence = (
        dict.fromkeys(declared, Evidence.CONFIGURED)
        | dict.fromkeys(identified, Evidence.IDENTITY)
        | dict.fromkeys(likely, Evidence.LIKELY)
    )
    renamed = {before: after for before, after in (pairs | likely).items() if before != after}
    return _ColumnPairs(
        renamed=renamed,
        evidence={renamed[name]: how for name, how in evidence.items() if name in renamed},
        unclear=tuple(unclear),
    )


def _declared_columns(
    old: TableFacts, new: TableFacts, renamed_from: RenamedFrom
) -> dict[str, str]:
    """Return the configured renames that are not done yet: the lines may stay afterwards."""
    before = {column.name for column in old.columns}
    after = {column.name for column in new.columns}
    found: dict[str, str] = {}
    for name in sorted(after - before):
        was = renamed_from(new.name, name)
        if was and was in before - after and was not in found:
            found[was] = name
    return found


def _identified_columns(
    old: TableFacts, new: TableFacts, earlier: EarlierTable | None, declared: Mapping[str, str]
) -> dict[str, str]:
    if earlier is None:
        return {}
    before = {column.name for column in old.columns}
    taken = set(declared.values())
    return {
        was: column.name
        for column in new.columns
        if column.name not in taken
        and (was := earlier.columns.get(column.name)) in before
        and was is not None
        and was not in declared
    }


def _closed(
    earlier: EarlierTable | None, new: TableFacts, renamed_from: RenamedFrom
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the old names that are decided already, and the new names configured as new.

    The earlier name of a new column decides nothing here: where it is among the old names the two
    are a pair already, else the earlier run was after the old facts were taken.
    """
    declared = frozenset(c.name for c in new.columns if renamed_from(new.name, c.name) == "")
    if earlier is None:
        return frozenset(), declared
    return earlier.dropped | frozenset(earlier.columns.values()), declared


def _gaps(
    old: TableFacts,
    new: TableFacts,
    pairs: Mapping[str, str],
    closed: tuple[frozenset[str], frozenset[str]],
) -> Iterator[_Gap]:
    """Give the places where some columns are dropped and others are new."""
    back = {after: before for before, after in pairs.items()}
    dropped = _runs(old.columns, lambda name: pairs.get(name))
    fresh = _runs(new.columns, lambda name: name if name in back else None)
    for place, names in dropped.items():
        was = tuple(name for name in names if name not in closed[0])
        now = tuple(name for name in fresh.get(place, ()) if name not in closed[1])
        if was and now:
            yield _Gap(was, now, at_end=place[1] is None)


def _runs(
    columns: Sequence[Column], paired: Callable[[str], str | None]
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
    gap: _Gap, alike: Callable[[str, str], int], supported: Callable[[str, str], bool]
) -> tuple[dict[str, str], list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Pair the unambiguous ones, and return the other possible renames as dropped and new names."""
    found: dict[str, str] = {}
    for index, was in enumerate(gap.dropped):
        candidates = [now for now in gap.new if alike(was, now) == _SAME]
        if len(candidates) != 1:
            continue
        (now,) = candidates
        rivals = [name for name in gap.dropped if alike(name, now) == _SAME]
        # A rename leaves the order as it is.
        in_order = len(gap.dropped) != len(gap.new) or gap.new[index] == now
        if rivals == [was] and in_order and supported(was, now):
            found[was] = now
    dropped = tuple(name for name in gap.dropped if name not in found)
    new = tuple(name for name in gap.new if name not in found.values())
    if not gap.at_end:
        # Nothing can be added here: what is new was there before, under another name.
        return found, [(dropped, new)] if dropped and new else []
    was_any = tuple(g for g in dropped if any(alike(g, n) for n in new))
    now_any = tuple(n for n in new if any(alike(g, n) for g in dropped))
    return found, [(was_any, now_any)] if was_any and now_any else []


_SAME, _LIKE = 2, 1


def _likeness(
    old: TableFacts, new: TableFacts, pairs: Mapping[str, str], renames: Renames
) -> Callable[[str, str], int]:
    """Tell how alike an old and a new column are: `_SAME`, `_LIKE` (of one type) or 0."""
    after = {column.name: column for column in new.columns}

    def alike(was: str, now: str) -> int:
        named = msgspec.structs.replace(
            renames,
            columns={
                **renames.columns,
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


def _speaks_for(old: TableFacts, new: TableFacts, code: CodeEvidence) -> Callable[[str, str], bool]:
    """Return whether evidence beside type, place and uses makes two columns one.

    Against it are a comment that is another one now, and code that knows both columns. For it are
    code that knows the new column by the old name, the same comment, a key, check or index that
    kept its name (dropped with a column, it would be gone), the column's own sequence, or
    similar names.
    """
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    table = (old.name.name, new.name.name)

    def supported(was: str, now: str) -> bool:
        comment, said = before[was].comment, code(new.name, was, now)
        if said is not None:
            return said
        if comment is not None:
            return comment == after[now].comment
        return (
            similar_names(was, now, table)
            or bool(_names_of_uses(old, was) & _names_of_uses(new, now))
            or (before[was].default or "").startswith("nextval(")
        )

    return supported


def _names_of_uses(table: TableFacts, column: str) -> set[str]:
    """Return the names of keys, checks and indexes of a column, but for the primary key.

    That one is named after the table, whichever columns it has.
    """
    found = {key.name for key in table.unique_keys if column in key.columns}
    found |= {key.name for key in table.foreign_keys if column in key.columns}
    found |= {check.name for check in table.checks if column in check.columns}
    found |= {each.name for each in table.exclusions if column in each.columns}
    return found | {
        index.name
        for index in table.indexes
        if column in index.columns_in_expressions or any(k.column == column for k in index.keys)
    }


def _nature(column: Column) -> Column:
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


def _rename_types(old: Sequence[TableFacts], new: Sequence[TableFacts]) -> dict[Name, Name]:
    """Return the new names of renamed and moved types by their old names.

    A pair has to be made in the same way; one that kept its name in another schema comes first.
    Two domains over text without a check are made in the same way by chance: unless they have a
    name in common, the pair needs similar names, or columns that have one type before and the
    other after.
    """
    before, after = _types(old), _types(new)
    dropped = {name: type_ for name, type_ in before.items() if name not in after}
    fresh = {name: type_ for name, type_ in after.items() if name not in before}
    if not dropped or not fresh:
        return {}
    found = _pairs(dropped, fresh)
    columns = _columns_by_type(old), _columns_by_type(new)
    return {
        was: now
        for was, now in found.items()
        if was.name == now.name
        or _elements(dropped[was])
        or similar_names(was.name, now.name)
        or columns[0][was] & columns[1][now]
    }


def _elements(type_: Type) -> bool:
    """Whether a type has names of its own that two types don't share by chance."""
    return len(type_.labels) > 1 or len(type_.fields) > 1 or bool(type_.checks)


def _columns_by_type(tables: Iterable[TableFacts]) -> defaultdict[Name, set[str]]:
    """Return the names of the columns of each type; those of a renamed table keep theirs."""
    found: defaultdict[Name, set[str]] = defaultdict(set)
    for table in tables:
        for column in table.columns:
            found[column.type.name].add(column.name)
    return found


def _types(tables: Iterable[TableFacts]) -> dict[Name, Type]:
    return {type_.name: type_ for table in tables for type_ in table.types}


def _pairs(dropped: Mapping[Name, Type], fresh: Mapping[Name, Type]) -> dict[Name, Name]:
    found: dict[Name, Name] = {}
    for keep_name in (True, False):
        before = _by_making(dropped, found, keep_name=keep_name)
        after = _by_making(fresh, found.values(), keep_name=keep_name)
        for making, names in before.items():
            others = after.get(making, [])
            if len(names) == len(others) == 1:
                found[names[0]] = others[0]
    return found


def _by_making(
    types: Mapping[Name, Type], taken: Iterable[Name], *, keep_name: bool
) -> dict[Type, list[Name]]:
    """Group types by all but their name, or all but their schema."""
    paired = set(taken)
    found: defaultdict[Type, list[Name]] = defaultdict(list)
    for name, type_ in types.items():
        # Two base types have no properties by which to compare them.
        if name not in paired and (keep_name or type_.kind is not TypeKind.BASE):
            bare = Name("", name.name if keep_name else "")
            found[replace(type_, name=bare, comment=None)].append(name)
    return found
