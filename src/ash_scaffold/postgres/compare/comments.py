"""Comments on tables, columns and keys."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.postgres.catalog import Key
from ash_scaffold.postgres.compare.change import Change, Kind
from ash_scaffold.postgres.compare.named import pair_named
from ash_scaffold.postgres.facts import TableFacts


def compare_comments(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield the comments that changed on what is on both sides; `detail` is what they are on."""

    def change(on: str, name: str, before: str | None, after: str | None) -> Iterator[Change]:
        if before != after:
            yield Change(
                kind=Kind.COMMENT_CHANGED,
                table=new.name,
                object=name,
                before=before,
                after=after,
                detail=on,
            )

    yield from change("table", "", old.comment, new.comment)
    columns = {column.name: column for column in old.columns}
    for column in new.columns:
        was = columns.get(column.name)
        if was is not None:
            yield from change("column", column.name, was.comment, column.comment)
    for before, after in pair_named(_keys(old), _keys(new), lambda key: key.columns):
        if before is not None and after is not None:
            yield from change("key", after.name, before.comment, after.comment)


def _keys(table: TableFacts) -> tuple[Key, ...]:
    own = () if table.primary_key is None else (table.primary_key,)
    return (*own, *table.unique_keys)
