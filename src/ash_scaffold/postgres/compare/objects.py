"""Changes of the named objects of a table: keys, constraints, indexes, triggers and rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol, TypeVar

from msgspec.structs import replace

from ash_scaffold.postgres.catalog import (
    Check,
    Exclusion,
    ForeignKey,
    Index,
    Key,
    Name,
    Trigger,
)
from ash_scaffold.postgres.compare.change import Change, Kind
from ash_scaffold.postgres.facts import TableFacts


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """The name."""


NamedT = TypeVar("NamedT", bound=Named)
ObjectT = TypeVar("ObjectT", Check, Exclusion, ForeignKey, Index, Key, Trigger)


class _Kinds(NamedTuple):
    """The four kinds of change of a kind of object."""

    added: Kind
    dropped: Kind
    changed: Kind
    renamed: Kind


def _kinds(noun: str) -> _Kinds:
    return _Kinds(*(Kind(f"{noun} {verb}") for verb in _Kinds._fields))


_PRIMARY_KEY = _kinds("primary key")
_CONSTRAINT = _kinds("constraint")
_FOREIGN_KEY = _kinds("foreign key")
_INDEX = _kinds("index")
_TRIGGER = _kinds("trigger")
# The parts of an object that are compared elsewhere, or follow from others: the columns that an
# index's expressions mention follow from these, and their order is that of the table.
_DERIVED: dict[type, dict[str, object]] = {
    Key: {"index_name": "", "comment": None, "partition_index_names": ()},
    Exclusion: {"partition_index_names": ()},
    ForeignKey: {"clone_names": ()},
    Index: {"partition_index_names": (), "columns_in_expressions": ()},
}


def compare_objects(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield the changes of a table's keys, constraints, indexes, triggers and rules.

    Foreign keys have a function of their own. An index of a constraint is left to the constraint.
    The catalog has only the names of rules.
    """
    yield from _compare_primary_keys(old, new)
    table = new.name
    yield from _compare(table, old.unique_keys, new.unique_keys, _CONSTRAINT)
    yield from _compare(table, old.checks, new.checks, _CONSTRAINT)
    yield from _compare(table, old.exclusions, new.exclusions, _CONSTRAINT)
    yield from _compare(table, _own_indexes(old), _own_indexes(new), _INDEX)
    yield from _compare(table, old.triggers, new.triggers, _TRIGGER)
    for name in set(new.rules) - set(old.rules):
        yield Change(kind=Kind.RULE_ADDED, table=table, object=name, after=name)
    for name in set(old.rules) - set(new.rules):
        yield Change(kind=Kind.RULE_DROPPED, table=table, object=name, before=name)
    yield from _compare_partition_constraints(old, new)


def _compare(
    table: Name, before: Iterable[ObjectT], after: Iterable[ObjectT], kinds: _Kinds
) -> Iterator[Change]:
    for old, new in pair_named(before, after, _content):
        if old is None and new is not None:
            yield Change(kind=kinds.added, table=table, object=new.name, after=new)
        elif new is None and old is not None:
            yield Change(kind=kinds.dropped, table=table, object=old.name, before=old)
        elif old is not None and new is not None:
            if old.name != new.name:
                yield Change(
                    kind=kinds.renamed,
                    table=table,
                    object=new.name,
                    before=old.name,
                    after=new.name,
                )
            if _content(old) != _content(new):
                yield Change(
                    kind=kinds.changed, table=table, object=new.name, before=old, after=new
                )


def _content(each: ObjectT) -> ObjectT:
    return replace(each, name="", **_DERIVED.get(type(each), {}))


def pair_named(
    before: Iterable[NamedT], after: Iterable[NamedT], content: Callable[[NamedT], Hashable]
) -> Iterator[tuple[NamedT | None, NamedT | None]]:
    """Pair objects by name, then those left by equal content where only one pair is possible.

    An object without a partner is paired with None.
    """
    olds = {each.name: each for each in before}
    news = {each.name: each for each in after}
    for name in olds.keys() & news.keys():
        yield olds.pop(name), news.pop(name)
    by_content: defaultdict[Hashable, tuple[list[NamedT], list[NamedT]]]
    by_content = defaultdict(lambda: ([], []))
    for old in olds.values():
        by_content[content(old)][0].append(old)
    for new in news.values():
        by_content[content(new)][1].append(new)
    for dropped, added in by_content.values():
        if len(dropped) == len(added) == 1:
            yield dropped[0], added[0]
        else:
            yield from ((each, None) for each in dropped)
            yield from ((None, each) for each in added)


def _compare_primary_keys(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Compare the one primary key of a table, whatever its name."""
    before, after = old.primary_key, new.primary_key
    if before is None or after is None or _content(before) == _content(after):
        olds, news = (() if key is None else (key,) for key in (before, after))
        yield from _compare(new.name, olds, news, _PRIMARY_KEY)
        return
    yield Change(
        kind=_PRIMARY_KEY.changed, table=new.name, object=after.name, before=before, after=after
    )


def _own_indexes(table: TableFacts) -> Iterator[Index]:
    return (index for index in table.indexes if not index.constraint)


def compare_foreign_keys(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts]
) -> Iterator[Change]:
    """Yield the changes of foreign keys, those of other tables that the facts have included.

    The keys of a table that was added or dropped are no changes of their own.
    """
    before, after = _by_owner(old.values()), _by_owner(new.values())
    one_sided = old.keys() ^ new.keys()
    for owner in sorted(before.keys() | after.keys()):
        olds, news = before.get(owner, {}), after.get(owner, {})
        if owner in one_sided:
            olds, news = _common(olds, news), _common(news, olds)
        if olds != news:
            yield from _compare(owner, olds.values(), news.values(), _FOREIGN_KEY)


def _by_owner(tables: Iterable[TableFacts]) -> dict[Name, dict[str, ForeignKey]]:
    found: dict[Name, dict[str, ForeignKey]] = {}
    for table in tables:
        for key in (*table.foreign_keys, *table.incoming):
            found.setdefault(key.table, {})[key.name] = key
    return found


def _common(keys: Mapping[str, ForeignKey], others: Collection[str]) -> dict[str, ForeignKey]:
    return {name: key for name, key in keys.items() if name in others}


def compare_partitions(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts]
) -> Iterator[Change]:
    """Yield one change for each table whose errors can name other indexes and keys than before.

    Names that come and go with a key or an index of the table are not reported again.
    """
    before, after = _partition_names(old.values()), _partition_names(new.values())
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


def _compare_partition_constraints(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield the added and dropped constraints of partitions; their names may come up twice."""
    for each in new.partition_constraints:
        if each not in old.partition_constraints:
            yield Change(kind=Kind.CONSTRAINT_ADDED, table=new.name, object=each.name, after=each)
    for each in old.partition_constraints:
        if each not in new.partition_constraints:
            yield Change(
                kind=Kind.CONSTRAINT_DROPPED, table=new.name, object=each.name, before=each
            )


def _partition_names(tables: Iterable[TableFacts]) -> dict[Name, dict[str, tuple[str, ...]]]:
    """Return the lent names of each object, by the table that has it."""
    found: dict[Name, dict[str, tuple[str, ...]]] = {}
    for table in tables:
        own = found.setdefault(table.name, {})
        for index in table.indexes:
            own[index.name] = index.partition_index_names
        for key in (*table.foreign_keys, *table.incoming):
            found.setdefault(key.table, {})[key.name] = key.clone_names
    return found
