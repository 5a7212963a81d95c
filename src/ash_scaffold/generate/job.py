"""The run of `ash-scaffold resources`, step by step, without a word of output."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.ash.plan import Plan, plan
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import (
    Config,
    Resolver,
    database_url,
    load_config,
    require_names,
    schemas_named,
    table_pattern,
)
from ash_scaffold.config.pattern import is_glob
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.generate.advice import Advice, advise
from ash_scaffold.generate.files import Files, compare_files, contents, render_modules
from ash_scaffold.generate.known import choose_repo, find_repo, known_of
from ash_scaffold.generate.refuse import require_folders, require_options, require_tables
from ash_scaffold.legacy.read import Hints, read_legacy
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.source import open_source
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity
from ash_scaffold.project.model import Project
from ash_scaffold.project.read import find_root, read_project
from ash_scaffold.project.snapshot import digest, generated_files, read_snapshots
from ash_scaffold.project.write import Lock, Written, write_files

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
    out: str | None = None
    templates: Path | None = None
    use_formatter: bool = True
    use_legacy: bool = True
    environment: Mapping[str, str] = {}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found and would write. `timings` are seconds by phase."""

    project: Project
    config: Config
    database: Database
    source: str
    server: str
    plan: Plan
    files: Files
    stale: tuple[str, ...]
    advice: tuple[Advice, ...]
    problems: tuple[Problem, ...]
    timings: Mapping[str, float]


class _Clock:
    def __init__(self) -> None:
        self.timings: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, phase: str) -> None:
        now = time.perf_counter()
        self.timings[phase] = self.timings.get(phase, 0.0) + now - self._last
        self._last = now


def prepare(request: Request, say: Callable[[str], None] = lambda _phase: None) -> Outcome:
    """Compute everything that a run writes. `say` is told each phase as it begins.

    Raises `ScaffoldError` for whatever makes the run impossible.
    """
    clock = _Clock()
    say("Reading the project")
    require_options(request)
    known_modules = read_snapshots(find_root(request.folder))
    project = read_project(
        request.folder, domain=request.domain, generated=generated_files(known_modules)
    )
    config = _with_options(load_config(project.root), request)
    resolver = Resolver(config)
    templates = request.templates or (project.root / config.templates if config.templates else None)
    require_folders(project.root, templates, config)
    hints = read_hints(project, config, use_legacy=request.use_legacy)
    repo = choose_repo(project, request.repo, config)
    known = known_of(project, hints, repo, known_modules)
    clock.lap("project")
    say("Reading the database")
    database, source, server, problems = read_database(request, config, project.root, hints)
    clock.lap("reflection")
    say("Planning")
    options = Options(domain=request.domain, tables=request.tables, exclude=request.exclude)
    require_names(config, database, ())
    decided = plan(database, known, resolver, options)
    require_tables(decided.scope, database, request, known)
    clock.lap("planning")
    say("Rendering")
    renderer = Renderer(templates)
    lib = config.out or _lib(project)
    paths = {r.module: r.path for r in project.resources}
    paths |= {d.module: d.path for d in project.domains}
    modules = render_modules(decided, renderer, lib, paths)
    stale = tuple(
        item.resource.module
        for item in decided.resources
        if not item.written
        and item.resource.module in known_modules
        and known_modules[item.resource.module].rendered != digest(renderer.resource(item.resource))
    )
    clock.lap("rendering")
    say("Comparing")
    files = compare_files(
        modules, project, known_modules, use_formatter=request.use_formatter, parses=_fault
    )
    clock.lap("formatting")
    return Outcome(
        project=project,
        config=config,
        database=database,
        source=source,
        server=server,
        plan=decided,
        files=files,
        stale=stale,
        advice=advise(
            project,
            find_repo(project, repo),
            repo,
            decided,
            # A throw-away server's version says nothing of the server that the team runs.
            None if server else database.server_version,
        ),
        problems=tuple(
            sorted(
                (*_unparsed(project, hints), *problems, *decided.problems, *files.problems),
                key=Problem.sort_key,
            )
        ),
        timings=clock.timings,
    )


def write(lock: Lock, outcome: Outcome) -> Written:
    """Write what `prepare` computed. Raises `ScaffoldError`, with nothing written."""
    seen = {
        file.module.path: None if file.before is None else file.before.encode()
        for file in outcome.files.files
    }
    return write_files(lock, contents(outcome.files), seen=seen)


def _with_options(config: Config, request: Request) -> Config:
    """Options of the command line outweigh the file's."""
    said: dict[str, object] = {"actions": request.actions, "out": request.out}
    changes = {name: value for name, value in said.items() if value is not None}
    return msgspec.structs.replace(config, **changes) if changes else config


def read_hints(project: Project, config: Config, *, use_legacy: bool) -> Hints:
    """Read the legacy code, only the configured folder of it when there is one."""
    if not use_legacy or config.legacy is False:
        return Hints()
    return read_legacy(project, config.legacy)


def _unparsed(project: Project, hints: Hints) -> Iterable[Problem]:
    """Give a warning for every source file whose modules can't be known."""
    for path, fault in {file.path: file for file in (*project.unparsed, *hints.unparsed)}.items():
        yield Problem(
            severity=Severity.WARNING,
            code=Code.UNPARSABLE_FILE,
            where=f"{path}:{fault.line}",
            what="The file is not valid Elixir, so what it defines is not known.",
            todo="Mend it, and run the command again.",
        )


def _lib(project: Project) -> str:
    if project.app.lib:
        return project.app.lib[0]
    return f"{project.app.path}/lib" if project.app.path else "lib"


def read_database(
    request: Request, config: Config, root: Path, hints: Hints
) -> tuple[Database, str, str, tuple[Problem, ...]]:
    """Return the catalog, what it was read from, the version of a throw-away server, problems.

    Raises `ScaffoldError` when it can't be read.
    """
    environment = request.environment
    dump, configured = request.dump, None
    if request.url is None and dump is None and not environment.get("DATABASE_URL"):
        configured = database_url(config, environment)
        if configured is None and config.dump is not None:
            dump = root / config.dump
    with open_source(request.url, dump, environment=environment, configured=configured) as source:
        from ash_scaffold.postgres.connect import read_only

        with read_only(source.url) as connection:
            database = _reflect_schemas(connection, request, config, hints)
        return database, source.description, source.server_version_text, source.problems


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


def _fault(source: bytes) -> str | None:
    from ash_scaffold.syntax.parse import parse

    fault = parse(source).fault
    return None if fault is None else f"line {fault.line}: {fault.text}"
