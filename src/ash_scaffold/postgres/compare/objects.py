"""The changes of objects that can be added, dropped, changed and renamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

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
from ash_scaffold.postgres.compare.named import pair_named

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
