"""Primary keys and unique constraints."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ash_scaffold.postgres.catalog import Key
from ash_scaffold.postgres.compare.change import Change, Kind
from ash_scaffold.postgres.compare.objects import CONSTRAINT, Kinds, compare_objects
from ash_scaffold.postgres.facts import TableFacts

_PRIMARY = Kinds(
    Kind.PRIMARY_KEY_ADDED,
    Kind.PRIMARY_KEY_DROPPED,
    Kind.PRIMARY_KEY_CHANGED,
    Kind.PRIMARY_KEY_RENAMED,
)


def compare_keys(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed in keys. A table has one primary key, whatever its name."""
    yield from _primary(old, new)
    yield from compare_objects(new.name, old.unique_keys, new.unique_keys, _content, CONSTRAINT)


def _primary(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    before, after = old.primary_key, new.primary_key
    if before is None or after is None or _content(before) == _content(after):
        yield from compare_objects(
            new.name,
            () if before is None else (before,),
            () if after is None else (after,),
            _content,
            _PRIMARY,
        )
        return
    yield Change(
        kind=_PRIMARY.changed, table=new.name, object=after.name, before=before, after=after
    )


def _content(key: Key) -> Key:
    return replace(key, name="", index_name="", comment=None, partition_index_names=())
