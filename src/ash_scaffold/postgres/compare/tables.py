"""Tables and views: added, dropped, renamed, moved, and what they are as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ash_scaffold.config.faults import dotted, quoted
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.compare.change import Change, Kind
from ash_scaffold.postgres.compare.renames import Pairing, Unclear
from ash_scaffold.postgres.facts import TableFacts


def compare_presence(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts], pairing: Pairing
) -> Iterator[Change]:
    """Yield the tables that came, went and were renamed. `old` is by the old names."""
    for name, facts in old.items():
        view = facts.kind.is_view
        now = pairing.tables.get(name)
        if now is None:
            kind = Kind.VIEW_DROPPED if view else Kind.TABLE_DROPPED
            yield Change(kind=kind, table=name, before=facts)
        elif now != name:
            yield Change(
                kind=_renamed(name, now, view=view),
                table=now,
                before=name,
                after=now,
                evidence=pairing.table_evidence[now],
            )
    kept = set(pairing.tables.values())
    for name, facts in new.items():
        if name not in kept:
            kind = Kind.VIEW_ADDED if facts.kind.is_view else Kind.TABLE_ADDED
            yield Change(kind=kind, table=name, after=facts)


def compare_table(old: TableFacts, new: TableFacts) -> Iterator[Change]:
    """Yield what changed of a table as a whole."""
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


def unclear_rename(unclear: Unclear) -> Change:
    """Say what can't be decided, and the line of configuration that decides it."""
    new, was = unclear.new[0], unclear.gone[0]
    table = new if isinstance(new, Name) else unclear.table
    column = "" if isinstance(new, Name) else new
    path = ("tables", str(table), *(("columns", column) if column else ()))
    return Change(
        kind=Kind.RENAME_UNCLEAR,
        table=table,
        object=column,
        before=unclear.gone,
        after=unclear.new,
        detail=f"[{dotted(path)}] renamed_from = {quoted(str(was))}",
    )


def _renamed(was: Name, now: Name, *, view: bool) -> Kind:
    if was.name == now.name:
        return Kind.VIEW_MOVED if view else Kind.TABLE_MOVED
    return Kind.VIEW_RENAMED if view else Kind.TABLE_RENAMED
