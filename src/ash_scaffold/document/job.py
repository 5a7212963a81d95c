"""The run of `ash-scaffold document` up to the document: reading, planning, building."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from ash_scaffold.config import Resolver
from ash_scaffold.document.build import Sources, build, proposed_attributes
from ash_scaffold.document.model import Document
from ash_scaffold.legacy.usage import usage
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.compare import SaidByConfig, Seen
from ash_scaffold.problem import Problem
from ash_scaffold.session import Phases, SourceOptions, load_session, open_project

_DUMPED = re.compile(rb"^-- Dumped from database version (\d+)", re.MULTILINE)
_HEADER_BYTES = 10_000


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A document with what its writing needs to know.

    `renamed` has the old names of tables by their new ones, as far as the configuration or this
    database's past say it; `fresh` are tables that the configuration says are new. `problems`
    are those of the reading, such as errors in a dump: the document's own are not among them.
    """

    document: Document
    source: str
    renamed: Mapping[Name, Name]
    fresh: frozenset[Name]
    problems: tuple[Problem, ...]


def read(options: SourceOptions, announce: Callable[[str], None] = lambda _sentence: None) -> Read:
    """Read project and database, and make the document. `announce` gets each phase as it begins.

    Raises `ScaffoldError` for whatever makes the run impossible.
    """
    phases = Phases(announce)
    phases.begin("project", "Reading the project")
    session = load_session(open_project(options), phases)
    database, decided = session.database, session.plan()
    phases.begin("code", "Reading the code")
    users = usage(session.project, session.hints, (table.name for table in database.tables))
    document = build(
        Sources(
            database=database,
            plan=decided,
            hints=session.hints,
            users=users,
            project=session.project,
            repo=session.repo,
            version=_version(database, session.dump),
            proposed=proposed_attributes(database, decided, session.state, session.resolver),
        )
    )
    return Read(
        document=document,
        source=session.source,
        renamed=_renamed(database, session.memory.seen, session.resolver),
        fresh=_fresh(database, session.resolver),
        problems=session.problems,
    )


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
