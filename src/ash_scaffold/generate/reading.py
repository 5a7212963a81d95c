"""What a run reads before it decides anything: project, configuration, legacy code, database."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.config import (
    Config,
    Resolver,
    database_url,
    load_config,
    require_names,
    schemas_named,
    table_pattern,
)
from ash_scaffold.config.faults import quoted
from ash_scaffold.config.match import is_glob
from ash_scaffold.generate.history import Memory, remember
from ash_scaffold.generate.known import choose_repo, known_of
from ash_scaffold.generate.refuse import require_options, require_templates
from ash_scaffold.legacy.read import Hints, read_legacy
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.source import Source, open_source
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.project.model import Project
from ash_scaffold.project.read import find_root, read_project
from ash_scaffold.project.snapshot import Snapshot, generated_files, read_snapshots

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for. `folder` is where it was called."""

    folder: Path
    url: str | None = None
    dump: Path | None = None
    domain: str | None = None
    tables: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    repo: str | None = None
    actions: str | None = None
    layout: str | None = None
    out: str | None = None
    templates: Path | None = None
    use_formatter: bool = True
    use_legacy: bool = True
    legacy: str | None = None
    adopt_context: bool = False
    prune: bool = False
    refresh_style: bool = False
    environment: Mapping[str, str] = {}


class Clock:
    """Takes the time of a run, phase by phase: seconds by name in `timings`."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, phase: str) -> None:
        """Count the time since the last lap to a phase."""
        now = time.perf_counter()
        self.timings[phase] = self.timings.get(phase, 0.0) + now - self._last
        self._last = now


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run reads before it decides anything."""

    request: Request
    project: Project
    config: Config
    resolver: Resolver
    snapshots: Mapping[str, Snapshot]
    project_state: ProjectState
    hints: Hints
    database: Database
    source: str
    server: str
    memory: Memory
    templates: Path | None
    problems: tuple[Problem, ...]


def read(request: Request, clock: Clock, say: Callable[[str], None]) -> Read:
    """Read everything. `say` is told each phase as it begins.

    Raises `ScaffoldError` for whatever can't be read, or is asked for in vain.
    """
    say("Reading the project")
    require_options(request)
    snapshots = read_snapshots(find_root(request.folder))
    project = read_project(
        request.folder, domain=request.domain, generated=generated_files(snapshots)
    )
    config = _with_options(load_config(project.root), request)
    templates = request.templates or (project.root / config.templates if config.templates else None)
    require_templates(templates)
    hints = read_hints(project, config, use_legacy=request.use_legacy, legacy=request.legacy)
    repo = choose_repo(project, request.repo, config)
    state = known_of(project, hints, repo, snapshots)
    clock.lap("project")
    say("Reading the database")
    database, source, server, problems = read_database(request, config, project.root, hints)
    require_names(config, database, ())
    memory = remember(project.root, database, kept=not server)
    clock.lap("reflection")
    return Read(
        request=request,
        project=project,
        config=config,
        resolver=Resolver(config),
        snapshots=snapshots,
        project_state=state,
        hints=hints,
        database=database,
        source=source,
        server=server,
        memory=memory,
        templates=templates,
        problems=(*problems, *memory.problems),
    )


def _with_options(config: Config, request: Request) -> Config:
    """Options of the command line outweigh the file's."""
    said: dict[str, object] = {
        "actions": request.actions,
        "out": request.out,
        "layout": request.layout,
    }
    changes = {name: value for name, value in said.items() if value is not None}
    return msgspec.structs.replace(config, **changes) if changes else config


def read_hints(
    project: Project, config: Config, *, use_legacy: bool, legacy: str | None = None
) -> Hints:
    """Read the legacy code, only the folder of it that an option or the configuration names.

    Raises `ScaffoldError` when there is no such folder.
    """
    folder = config.legacy if legacy is None else legacy
    if not use_legacy or folder is False:
        return Hints(asked=False)
    if folder is not None and not (project.root / folder).is_dir():
        raise fail(
            Code.CONFIG_INVALID,
            f"There is no folder {quoted(folder)}.",
            where="legacy of ash_scaffold.toml" if legacy is None else "--legacy",
            todo="Name the folder of the Ecto schemas, or take it out to have them looked for.",
        )
    return read_legacy(project, folder)


def read_database(
    request: Request, config: Config, root: Path, hints: Hints
) -> tuple[Database, str, str, tuple[Problem, ...]]:
    """Return the catalog, what it was read from, the version of a throw-away server, problems.

    Raises `ScaffoldError` when it can't be read.
    """
    with open_database(request, config, root) as source:
        from ash_scaffold.postgres.connect import read_only

        with read_only(source.url) as connection:
            database = _reflect_schemas(connection, request, config, hints)
        return database, source.description, source.server_version_text, source.problems


class Sourced(Protocol):
    """The part of a request that names the database."""

    @property
    def url(self) -> str | None:
        """The URL of `--url`."""

    @property
    def dump(self) -> Path | None:
        """The file of `--dump`."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment's variables."""


def open_database(request: Sourced, config: Config, root: Path) -> AbstractContextManager[Source]:
    """Open the database that a run reads: the options', `$DATABASE_URL`, the configuration's.

    Raises what `open_source` does, and for a `url` of the configuration that can't be filled in.
    """
    dump, configured = request.dump, None
    if request.url is None and dump is None and not request.environment.get("DATABASE_URL"):
        configured = database_url(config, request.environment)
        if configured is None and config.dump is not None:
            dump = root / config.dump
    return open_source(request.url, dump, environment=request.environment, configured=configured)


def _reflect_schemas(
    connection: Connection, request: Request, config: Config, hints: Hints
) -> Database:
    """Read `public`, and the schemas that options, configuration and legacy code name.

    A schema that only legacy code names may be missing: prefixes are often set at run time.
    """
    from ash_scaffold.postgres.reflect import reflect

    partitions = any(table.partitions for table in config.tables.values())
    patterns = [table_pattern(text) for text in request.tables if "." in text]
    in_patterns = {s for p in patterns for s in p.schemas if not is_glob(s)}
    named = {*request.schemas, *schemas_named(config), *in_patterns}
    hinted = {"public", *(schema.schema for schema in hints.schemas if schema.schema)} - named
    try:
        return reflect(connection, schemas=tuple(sorted(named | hinted)), partitions=partitions)
    except ScaffoldError as error:
        missing = {p.where for p in error.problems if p.code is Code.UNKNOWN_NAME} & hinted
        there = tuple(sorted((named | hinted) - missing))
        if not missing or not there:
            raise
        return reflect(connection, schemas=there, partitions=partitions)
