"""Changes of tables and views as a whole, of their columns and of comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ash_scaffold.postgres.catalog import Column, Generated, Key, Name
from ash_scaffold.postgres.compare.change import Change, Kind
from ash_scaffold.postgres.compare.objects import pair_named
from ash_scaffold.postgres.compare.renames import RenameDetection, UnclearRename
from ash_scaffold.postgres.facts import TableFacts
from ash_scaffold.toml_text import dotted, quoted


def compare_presence(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts], detection: RenameDetection
) -> Iterator[Change]:
    """Yield the tables that were added, dropped and renamed. `old` is by the old names."""
    for name, facts in old.items():
        view = facts.kind.is_view
        now = detection.renames.tables.get(name)
        if now is None:
            kind = Kind.VIEW_DROPPED if view else Kind.TABLE_DROPPED
            yield Change(kind=kind, table=name, before=facts)
        elif now != name:
            yield Change(
                kind=_rename_kind(name, now, view=view),
                table=now,
                before=name,
                after=now,
                evidence=detection.table_evidence[now],
            )
    paired = set(detection.renames.tables.values())
    for name, facts in new.items():
        if name not in paired:
            kind = Kind.VIEW_ADDED if facts.kind.is_view else Kind.TABLE_ADDED
            yield Change(kind=kind, table=name, after=facts)


def compare_table(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield the changes of a table as a whole."""
    properties = (
        (Kind.RELATION_KIND_CHANGED, old.kind, new.kind, ""),
        (Kind.INHERITANCE_CHANGED, old.inherits, new.inherits, "inherits"),
        (Kind.INHERITANCE_CHANGED, old.partition_of, new.partition_of, "partition of"),
        (Kind.ROW_SECURITY_CHANGED, old.row_security, new.row_security, ""),
        (Kind.RIGHTS_CHANGED, old.readable, new.readable, "read"),
        (Kind.RIGHTS_CHANGED, old.writable, new.writable, "insert"),
        (Kind.RIGHTS_CHANGED, old.updatable, new.updatable, "update"),
    )
    for kind, before, after, detail in properties:
        if before != after:
            yield Change(kind=kind, table=new.name, before=before, after=after, detail=detail)


def unclear_rename(unclear: UnclearRename) -> Change:
    """Return the undecided rename, with the line of configuration that decides it."""
    new, was = unclear.new[0], unclear.dropped[0]
    table = new if isinstance(new, Name) else unclear.table
    column = "" if isinstance(new, Name) else new
    path = ("tables", str(table), *(("columns", column) if column else ()))
    return Change(
        kind=Kind.RENAME_UNCLEAR,
        table=table,
        object=column,
        before=unclear.dropped,
        after=unclear.new,
        detail=f"[{dotted(path)}] renamed_from = {quoted(str(was))}",
    )


def _rename_kind(was: Name, now: Name, *, view: bool) -> Kind:
    if was.name == now.name:
        return Kind.VIEW_MOVED if view else Kind.TABLE_MOVED
    return Kind.VIEW_RENAMED if view else Kind.TABLE_RENAMED


def compare_columns(
    old: TableFacts, new: TableFacts, detection: RenameDetection
) -> Iterator[Change]:
    """Yield the changes of columns. The old facts are under the new names already."""
    table = new.name
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    for was, name in detection.renames.columns.get(table, {}).items():
        yield Change(
            kind=Kind.COLUMN_RENAMED,
            table=table,
            object=name,
            before=was,
            after=name,
            evidence=detection.column_evidence[table, name],
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


def _properties(table: Name, old: Column, new: Column) -> Iterator[Change]:
    if old == new:
        return
    if old.type != new.type:
        yield Change(
            kind=Kind.COLUMN_TYPE_CHANGED,
            table=table,
            object=new.name,
            before=old.type,
            after=new.type,
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


def compare_comments(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield the changed comments of objects on both sides; `detail` is the kind of object."""

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
