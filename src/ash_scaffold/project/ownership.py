"""Which tables Ash owns: what the configuration wants, what the snapshots say, what Ash has kept.

`owned_by_ash` names the tables that Ash is to migrate. That one was cut over, its snapshot says
(`Snapshot.owned`). AshPostgres keeps a snapshot of its own of each table that it migrates, under
`priv/resource_snapshots/<repo>/<table>` (its migration generator).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.config import Resolver
from ash_scaffold.config.options import FILE_NAME
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name
from ash_scaffold.problem import Code, Problem
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.snapshot import Snapshot, decode_json, owned_tables
from ash_scaffold.project.sources import read_source

ASH_SNAPSHOTS = "resource_snapshots"


class _AshSnapshot(msgspec.Struct):
    """The part of AshPostgres' snapshot that names the table."""

    table: str | None = None
    schema: str | None = None


def ash_snapshots(project: Project) -> Mapping[Name, tuple[str, ...]]:
    """Return the files of Ash's snapshots by table, relative to the project, the newest last."""
    found: dict[Name, tuple[str, ...]] = {}
    for app in project.apps:
        folder = project.root / app.path / "priv" / ASH_SNAPSHOTS
        for path in sorted(folder.glob("**/*.json")):
            table = table_of_ash_snapshot(read_source(path) or b"")
            if table is not None:
                where = path.relative_to(project.root).as_posix()
                found[table] = (*found.get(table, ()), where)
    return found


def table_of_ash_snapshot(content: bytes) -> Name | None:
    """Return the table that a snapshot of Ash's is of, None where it is none."""
    try:
        found = decode_json(content, _AshSnapshot)
    except msgspec.DecodeError:
        return None
    return None if found.table is None else Name(found.schema or DEFAULT_SCHEMA, found.table)


def ownership_problems(
    project: Project,
    config: Resolver,
    snapshots: Iterable[Snapshot],
    tables: Iterable[Name],
) -> Iterator[Problem]:
    """Give an error for each table of which configuration and snapshot say different things.

    A table that Ash itself has made, of which the tool has no snapshot, needs no cut-over.
    """
    all_, here = list(snapshots), list(tables)
    owned = owned_tables(all_)
    if not owned and not config.config.owned_by_ash:
        return
    named = [table for table in here if config.owned_by_ash(table)]
    generated = {each.table for each in all_ if each.table is not None}
    missing = [table for table in named if table not in owned]
    made = ash_snapshots(project) if any(table not in generated for table in missing) else {}
    for table in missing:
        if table in generated or table not in made:
            yield Code.NOT_CUT_OVER.at(
                FILE_NAME,
                f"owned_by_ash names {table}, which was not cut over: its resource does not say "
                "all that the table has, so the migrations of Ash would fail, or lose some of it.",
                todo=f"Run ash-scaffold cutover {shlex.quote(str(table))}, or take it out of "
                "owned_by_ash.",
            )
    for table in sorted(owned.intersection(here).difference(named)):
        yield Code.NOT_CUT_OVER.at(
            FILE_NAME,
            f"{table} was cut over, so Ash migrates it, and owned_by_ash does not name it.",
            todo="Put it back, or go the way back: ash-scaffold cutover --undo "
            f"{shlex.quote(str(table))}",
        )
