"""Foreign keys: those of the tables, and those of others that can stop a delete."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from ash_scaffold.postgres.catalog import ForeignKey, Name
from ash_scaffold.postgres.compare.change import Change, Kind
from ash_scaffold.postgres.compare.objects import Kinds, compare_objects
from ash_scaffold.postgres.facts import TableFacts

_KINDS = Kinds(
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
            yield from compare_objects(owner, olds.values(), news.values(), _content, _KINDS)


def _by_owner(tables: Iterable[TableFacts]) -> dict[Name, dict[str, ForeignKey]]:
    found: dict[Name, dict[str, ForeignKey]] = {}
    for table in tables:
        for key in (*table.foreign_keys, *table.incoming):
            found.setdefault(key.table, {})[key.name] = key
    return found


def _common(keys: Mapping[str, ForeignKey], others: Collection[str]) -> dict[str, ForeignKey]:
    return {name: key for name, key in keys.items() if name in others}


def _content(key: ForeignKey) -> ForeignKey:
    return replace(key, name="", clone_names=())
