"""Columns: added, dropped, renamed, and each of their properties."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.postgres.catalog import Generated, Name
from ash_scaffold.postgres.compare.change import Change, Kind
from ash_scaffold.postgres.compare.renames import Pairing
from ash_scaffold.postgres.facts import ColumnFacts, TableFacts
from ash_scaffold.postgres.type_notation import read_type


def compare_columns(old: TableFacts, new: TableFacts, pairing: Pairing) -> Iterator[Change]:
    """Yield what changed. The old facts are under the new names already."""
    table = new.name
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    for was, name in pairing.columns.get(table, {}).items():
        yield Change(
            kind=Kind.COLUMN_RENAMED,
            table=table,
            object=name,
            before=was,
            after=name,
            evidence=pairing.column_evidence[table, name],
        )
    for name, column in before.items():
        if name not in after:
            yield Change(kind=Kind.COLUMN_DROPPED, table=table, object=name, before=column)
    for name, column in after.items():
        if name in before:
            yield from _properties(table, before[name], column)
        else:
            yield Change(kind=Kind.COLUMN_ADDED, table=table, object=name, after=column)
    olds = tuple(name for name in before if name in after)
    news = tuple(name for name in after if name in before)
    if olds != news:
        yield Change(kind=Kind.COLUMN_ORDER_CHANGED, table=table, before=olds, after=news)


def _properties(table: Name, old: ColumnFacts, new: ColumnFacts) -> Iterator[Change]:
    if old == new:
        return
    if old.type != new.type:
        yield Change(
            kind=Kind.COLUMN_TYPE_CHANGED,
            table=table,
            object=new.name,
            before=read_type(old.type),
            after=read_type(new.type),
        )
    generation = (old.generated, new.generated) != (Generated.NONE, Generated.NONE)
    if (old.generated, generation and old.default) != (new.generated, generation and new.default):
        yield Change(
            kind=Kind.GENERATED_CHANGED, table=table, object=new.name, before=old, after=new
        )
    elif old.default != new.default:
        yield Change(
            kind=Kind.DEFAULT_CHANGED,
            table=table,
            object=new.name,
            before=old.default,
            after=new.default,
        )
    plain = (
        (Kind.NULLABILITY_CHANGED, not old.not_null, not new.not_null),
        (Kind.IDENTITY_CHANGED, old.identity, new.identity),
        (Kind.COLLATION_CHANGED, old.collation, new.collation),
        (Kind.RIGHTS_CHANGED, old.readable, new.readable),
    )
    for kind, before, after in plain:
        if before != after:
            yield Change(kind=kind, table=table, object=new.name, before=before, after=after)
