"""The run of `ash-scaffold document` up to the document: reading, planning, building."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from ash_scaffold.ash.plan import plan
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import Config, Resolver
from ash_scaffold.document.build import Sources, build, proposed_attributes
from ash_scaffold.document.model import Document
from ash_scaffold.generate.file_names import file_names
from ash_scaffold.generate.history import known_today
from ash_scaffold.generate.past import read_past
from ash_scaffold.generate.reading import Clock, Request
from ash_scaffold.generate.reading import read as read_all
from ash_scaffold.legacy.usage import usage
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.compare import SaidByConfig, Seen
from ash_scaffold.problem import Problem
from ash_scaffold.project.model import Project

_DUMPED = re.compile(rb"^-- Dumped from database version (\d+)", re.MULTILINE)
_HEADER_BYTES = 10_000


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A document with what its writing needs to know.

    `renamed` has the old names of tables by their new ones, as far as the configuration or this
    database's past say it; `fresh` are tables that the configuration says are new. `problems`
    are those of the reading, such as errors in a dump: the document's own are not among them.
    """

    project: Project
    document: Document
    source: str
    renamed: Mapping[Name, Name]
    fresh: frozenset[Name]
    problems: tuple[Problem, ...]


def read(request: Request, say: Callable[[str], None] = lambda _phase: None) -> Read:
    """Read project and database, and make the document. `say` is told each phase as it begins.

    Raises `ScaffoldError` for whatever makes the run impossible.
    """
    found = read_all(request, Clock(), say)
    database, project = found.database, found.project
    say("Planning")
    # The names that attributes have in the files, as a run of `resources` takes them.
    past = read_past(found.snapshots.values(), database, found.resolver, found.memory.seen)
    names = file_names(project, found.snapshots)
    state = known_today(found.project_state, past, found.snapshots.values(), names)
    decided = plan(database, state, found.resolver, Options())
    say("Reading the code")
    users = usage(project, found.hints, (table.name for table in database.tables))
    dump = _dump(request, found.config, project) if found.server else None
    document = build(
        Sources(
            database=database,
            plan=decided,
            hints=found.hints,
            users=users,
            project=project,
            repo=found.project_state.repo,
            version=_version(database, dump) if dump or not found.server else None,
            proposed=proposed_attributes(database, decided, state, found.resolver),
        )
    )
    return Read(
        project=project,
        document=document,
        source=found.source,
        renamed=_renamed(database, found.memory.seen, found.resolver),
        fresh=_fresh(database, found.resolver),
        problems=found.problems,
    )


def _dump(request: Request, config: Config, project: Project) -> Path | None:
    """Return the dump that was read, chosen as `read_database` does."""
    if request.dump is not None or config.dump is None:
        return request.dump
    return project.root / config.dump


def _version(database: Database, dump: Path | None) -> str | None:
    """Return the major version of the database, or of the one that the dump is from.

    A throw-away server's own version says nothing of it.
    """
    if dump is None:
        return str(database.server_version // 10_000)
    with dump.open("rb") as file:
        said = _DUMPED.search(file.read(_HEADER_BYTES))
    return said[1].decode() if said else None


def _renamed(database: Database, seen: Seen, config: Resolver) -> Mapping[Name, Name]:
    """Return the old names of tables that were renamed: as configured, or as seen before."""
    found = {name: table.name for name, table in seen.tables.items() if table.name != name}
    said = SaidByConfig(config)
    for table in database.tables:
        text = said.table(table.name)
        if text:
            schema, dot, rest = text.partition(".")
            found[table.name] = Name(schema, rest) if dot else Name(table.name.schema, text)
    return found


def _fresh(database: Database, config: Resolver) -> frozenset[Name]:
    said = SaidByConfig(config)
    return frozenset(t.name for t in database.tables if said.table(t.name) == "")
