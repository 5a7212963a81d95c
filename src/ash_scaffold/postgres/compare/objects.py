"""Changes of the named objects of a table: keys, constraints, indexes, triggers and rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

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

ObjectT = TypeVar("ObjectT", Check, Exclusion, ForeignKey, Index, Key, Trigger)


class Kinds(NamedTuple):
    """The four kinds of change of a kind of object."""

    added: Kind
    dropped: Kind
    changed: Kind
    renamed: Kind


CONSTRAINT = Kinds(
    Kind.CONSTRAINT_ADDED,
    Kind.CONSTRAINT_DROPPED,
    Kind.CONSTRAINT_CHANGED,
    Kind.CONSTRAINT_RENAMED,
)


def compare_objects(
    table: Name,
    before: Iterable[ObjectT],
    after: Iterable[ObjectT],
    content: Callable[[ObjectT], ObjectT],
    kinds: Kinds,
) -> Iterator[Change]:
    """Yield the changes. `content` takes away an object's name, and what is compared elsewhere."""
    for old, new in pair_named(before, after, content):
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
            if content(old) != content(new):
                yield Change(
                    kind=kinds.changed, table=table, object=new.name, before=old, after=new
                )


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """The name."""


T = TypeVar("T", bound=Named)


class Pair(NamedTuple, Generic[T]):
    """The object before and after; None where it is not there."""

    before: T | None
    after: T | None


def pair_named(
    before: Iterable[T], after: Iterable[T], content: Callable[[T], Hashable]
) -> Iterator[Pair[T]]:
    """Pair objects by name, then those left by equal content where only one pair is possible."""
    olds = {each.name: each for each in before}
    news = {each.name: each for each in after}
    for name in olds.keys() & news.keys():
        yield Pair(olds.pop(name), news.pop(name))
    by_content: defaultdict[Hashable, tuple[list[T], list[T]]] = defaultdict(lambda: ([], []))
    for old in olds.values():
        by_content[content(old)][0].append(old)
    for new in news.values():
        by_content[content(new)][1].append(new)
    for gone, fresh in by_content.values():
        if len(gone) == len(fresh) == 1:
            yield Pair(gone[0], fresh[0])
        else:
            yield from (Pair(each, None) for each in gone)
            yield from (Pair(None, each) for each in fresh)


_PRIMARY = Kinds(
    Kind.PRIMARY_KEY_ADDED,
    Kind.PRIMARY_KEY_DROPPED,
    Kind.PRIMARY_KEY_CHANGED,
    Kind.PRIMARY_KEY_RENAMED,
)


def compare_keys(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed in keys. A table has one primary key, whatever its name."""
    yield from _compare_primary_keys(old, new)
    yield from compare_objects(new.name, old.unique_keys, new.unique_keys, _key_content, CONSTRAINT)


def _compare_primary_keys(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    before, after = old.primary_key, new.primary_key
    if before is None or after is None or _key_content(before) == _key_content(after):
        yield from compare_objects(
            new.name,
            () if before is None else (before,),
            () if after is None else (after,),
            _key_content,
            _PRIMARY,
        )
        return
    yield Change(
        kind=_PRIMARY.changed, table=new.name, object=after.name, before=before, after=after
    )


def _key_content(key: Key) -> Key:
    return replace(key, name="", index_name="", comment=None, partition_index_names=())


def compare_checks(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed in the expressions, and whether they are validated and enforced."""
    return compare_objects(new.name, old.checks, new.checks, _check_content, CONSTRAINT)


def _check_content(check: Check) -> Check:
    return replace(check, name="")


def compare_exclusions(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed in the definitions and in deferrability."""
    return compare_objects(new.name, old.exclusions, new.exclusions, _exclusion_content, CONSTRAINT)


def _exclusion_content(exclusion: Exclusion) -> Exclusion:
    return replace(exclusion, name="", partition_index_names=())


_FOREIGN_KEY = Kinds(
    Kind.FOREIGN_KEY_ADDED,
    Kind.FOREIGN_KEY_DROPPED,
    Kind.FOREIGN_KEY_CHANGED,
    Kind.FOREIGN_KEY_RENAMED,
)


def compare_foreign_keys(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts]
) -> Iterator[Change]:
    """Yield what changed in the keys of all tables that have them on both sides.

    Those of a table that was added or dropped come and go with it.
    """
    before, after = _by_owner(old.values()), _by_owner(new.values())
    come_and_gone = old.keys() ^ new.keys()
    for owner in sorted(before.keys() | after.keys()):
        olds, news = before.get(owner, {}), after.get(owner, {})
        if owner in come_and_gone:
            olds, news = _common(olds, news), _common(news, olds)
        if olds != news:
            yield from compare_objects(
                owner, olds.values(), news.values(), _foreign_key_content, _FOREIGN_KEY
            )


def _by_owner(tables: Iterable[TableFacts]) -> dict[Name, dict[str, ForeignKey]]:
    found: dict[Name, dict[str, ForeignKey]] = {}
    for table in tables:
        for key in (*table.foreign_keys, *table.incoming):
            found.setdefault(key.table, {})[key.name] = key
    return found


def _common(keys: Mapping[str, ForeignKey], others: Collection[str]) -> dict[str, ForeignKey]:
    return {name: key for name, key in keys.items() if name in others}


def _foreign_key_content(key: ForeignKey) -> ForeignKey:
    return replace(key, name="", clone_names=())


_INDEX = Kinds(Kind.INDEX_ADDED, Kind.INDEX_DROPPED, Kind.INDEX_CHANGED, Kind.INDEX_RENAMED)


def compare_indexes(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed. A constraint's index is told with the constraint."""
    return compare_objects(new.name, _own(old), _own(new), _index_content, _INDEX)


def _own(table: TableFacts) -> Iterator[Index]:
    return (index for index in table.indexes if not index.constraint)


def _index_content(index: Index) -> Index:
    # Which columns an expression mentions follows from it; their order is that of the table.
    return replace(index, name="", partition_index_names=(), columns_in_expressions=())


_TRIGGER = Kinds(
    Kind.TRIGGER_ADDED, Kind.TRIGGER_DROPPED, Kind.TRIGGER_CHANGED, Kind.TRIGGER_RENAMED
)


def compare_triggers(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed in events and functions, also in what those assign to."""
    return compare_objects(new.name, old.triggers, new.triggers, _trigger_content, _TRIGGER)


def compare_rules(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield the rules that came and went; only their names are known."""
    for name in set(new.rules) - set(old.rules):
        yield Change(kind=Kind.RULE_ADDED, table=new.name, object=name, after=name)
    for name in set(old.rules) - set(new.rules):
        yield Change(kind=Kind.RULE_DROPPED, table=new.name, object=name, before=name)


def _trigger_content(trigger: Trigger) -> Trigger:
    return replace(trigger, name="")


def compare_partitions(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts]
) -> Iterator[Change]:
    """Yield one change for each table whose errors can name other indexes and keys than before.

    Names that come and go with a key or an index of the table are not told again.
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
