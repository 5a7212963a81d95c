"""The run of `ash-scaffold resources`, step by step, without a word of output."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from ash_scaffold.ash.model import Resource
from ash_scaffold.ash.plan import Plan, plan
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import (
    Config,
    Resolver,
    database_url,
    load_config,
    require_names,
    schemas_named,
)
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.generate.files import File, Files, compare_files, contents, render_modules
from ash_scaffold.generate.known import choose_repo, find_repo, known_of
from ash_scaffold.generate.refuse import require_tables
from ash_scaffold.legacy.read import Hints, read_legacy
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.source import open_source
from ash_scaffold.problem import Problem
from ash_scaffold.project.advice import Advice, advise
from ash_scaffold.project.model import Project
from ash_scaffold.project.read import read_project
from ash_scaffold.project.snapshot import digest, read_snapshots
from ash_scaffold.project.write import Lock, Written, write_files


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

    def file_of(self, resource: Resource) -> File | None:
        """Return the file of a resource that is in the run's scope."""
        return next((f for f in self.files.files if f.module.name == resource.module), None)


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
    project = read_project(request.folder, domain=request.domain)
    config = _with_options(load_config(project.root), request)
    resolver = Resolver(config)
    known_modules = read_snapshots(project.root)
    legacy = request.use_legacy and config.legacy is not False
    hints = read_legacy(project) if legacy else Hints()
    repo = choose_repo(project, request.repo, config)
    known = known_of(project, hints, repo, known_modules)
    clock.lap("project")
    say("Reading the database")
    schemas = _schemas(request, config, hints)
    database, source, server, problems = _reflect(request, config, schemas)
    clock.lap("reflection")
    say("Planning")
    options = Options(domain=request.domain, tables=request.tables, exclude=request.exclude)
    require_names(config, database, ())
    decided = plan(database, known, resolver, options)
    require_tables(decided.scope, database, request, known)
    clock.lap("planning")
    say("Rendering")
    templates = request.templates or (project.root / config.templates if config.templates else None)
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
        advice=advise(project, find_repo(project, repo), repo, decided, database.server_version),
        problems=tuple(
            sorted((*problems, *decided.problems, *files.problems), key=Problem.sort_key)
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


def _schemas(request: Request, config: Config, hints: Hints) -> tuple[str, ...]:
    """Return the schemas to read: `public`, and those that options, config or legacy code name."""
    named = {schema.schema for schema in hints.schemas if schema.schema}
    patterns = {p.partition(".")[0] for p in request.tables if "." in p and "*" not in p}
    if request.schemas:
        return tuple(dict.fromkeys(request.schemas))
    return tuple(sorted({"public", *schemas_named(config), *named, *patterns}))


def _lib(project: Project) -> str:
    lib = project.app.lib[0] if project.app.lib else "lib"
    return (
        f"{project.app.path}/{lib}"
        if project.app.path and not lib.startswith(project.app.path)
        else lib
    )


def _reflect(
    request: Request, config: Config, schemas: tuple[str, ...]
) -> tuple[Database, str, str, tuple[Problem, ...]]:
    configured = database_url(config, request.environment) if config.url else None
    dump = request.dump
    environment = request.environment
    with open_source(request.url, dump, environment=environment, configured=configured) as source:
        from ash_scaffold.postgres.connect import read_only
        from ash_scaffold.postgres.reflect import reflect

        partitions = any(table.partitions for table in config.tables.values())
        with read_only(source.url) as connection:
            database = reflect(connection, schemas=schemas, partitions=partitions)
        return database, source.description, source.server_version_text, source.problems


def _fault(source: bytes) -> str | None:
    from ash_scaffold.syntax.parse import parse

    fault = parse(source).fault
    return None if fault is None else f"line {fault.line}: {fault.text}"
