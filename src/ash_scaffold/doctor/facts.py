"""Everything that is looked at, gathered once: the judging is done elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from ash_scaffold.ash.requirements import (
    Feature,
    UsedRequirement,
    requirements_of,
    requirements_with,
)
from ash_scaffold.config import Config, check_names, load_config
from ash_scaffold.doctor.ash_functions import CALLED
from ash_scaffold.doctor.machine import Elixir, Snapshots, ask_git, find_elixir
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.source import Source
from ash_scaffold.problem import Problem, ScaffoldError, Severity
from ash_scaffold.project.format import format_files, formatter_calls
from ash_scaffold.project.local_identity import FOLDER as LOCAL
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.read import find_root, read_project
from ash_scaffold.project.read_state import choose_repo
from ash_scaffold.project.snapshot import Snapshot, read_snapshots
from ash_scaffold.project.sources import read_source
from ash_scaffold.project.write import Lock
from ash_scaffold.session import (
    OpenProject,
    SourceOptions,
    cut_over_problems,
    make_session,
    open_database,
    read_database,
    read_hints,
)

_RANGE = re.compile(r"[ {]:range\b")
_REQUIREMENT = re.compile(rb'^\s*elixir:\s*"([^"\n]*)"', re.MULTILINE)


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A database that was read.

    `live` is false for a dump, whose server is none of the team's. `functions` is None where
    they could not be asked for. `domains` are the modules of the domains that a run writes,
    `extensions` those whose types their resources use, `requirements` the versions of packages
    that these need; `tables` are the ones in a domain, `owned` those that Ash migrates. `problems`
    stand in the way of a run.
    """

    database: Database
    source: str
    live: bool
    role: str = ""
    functions: frozenset[str] | None = None
    domains: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    requirements: tuple[UsedRequirement, ...] = ()
    tables: frozenset[Name] = frozenset()
    owned: frozenset[Name] = frozenset()
    problems: tuple[Problem, ...] = ()


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts. `server` is None when no database was read: `server_problems` say why.

    With neither, no database was given. `requirements` are the versions that the resources of the
    plan need, without a database those of the snapshots. `elixir_wanted` is the requirement in
    mix.exs, empty for none; `formatter` is what was wrong with a trial run.
    """

    project: Project
    config: Config
    config_there: bool
    config_problems: tuple[Problem, ...]
    repo_module: str | None
    lock_there: bool
    elixir: Elixir
    elixir_wanted: str
    formatter: tuple[Problem, ...]
    git: Snapshots | None
    snapshots: int
    snapshot_problems: tuple[Problem, ...]
    local_there: bool
    interrupted: bool
    server: Server | None
    server_problems: tuple[Problem, ...]
    requirements: tuple[UsedRequirement, ...]


def gather(options: SourceOptions, say: Callable[[str], None] = lambda _phase: None) -> Facts:
    """Gather the facts. Raises `ScaffoldError` where there is no mix project to look at."""
    say("Reading the project")
    root = find_root(options.folder)
    snapshots, snapshot_problems = _snapshots(root)
    project = read_project(options.folder)
    config, config_problems = _config(root)
    repo = choose_repo(project, options.repo, config)
    say("Asking mix and git")
    elixir = find_elixir(project.app_root)
    git = ask_git(root)
    formatter = _formatter(project) if elixir.version is not None else ()
    say("Reading the database")
    server, server_problems = _server(options, project, config, repo, snapshots, say)
    return Facts(
        project=project,
        config=config,
        config_there=(root / "ash_scaffold.toml").is_file(),
        config_problems=config_problems,
        repo_module=repo,
        lock_there=(root / "mix.lock").is_file(),
        elixir=elixir,
        elixir_wanted=_elixir_wanted(project),
        formatter=formatter,
        git=git,
        snapshots=len(snapshots),
        snapshot_problems=snapshot_problems,
        local_there=(root / LOCAL).is_dir(),
        interrupted=Lock(root).journal.pending,
        server=server,
        server_problems=server_problems,
        requirements=(server.requirements if server is not None else ())
        or _requirements(snapshots.values()),
    )


def again(facts: Facts, options: SourceOptions) -> Facts:
    """Read the project's files again, after they were written to."""
    project = read_project(options.folder)
    return msgspec.structs.replace(facts, project=project, git=ask_git(project.root))


def _snapshots(root: Path) -> tuple[dict[str, Snapshot], tuple[Problem, ...]]:
    try:
        return dict(read_snapshots(root)), ()
    except ScaffoldError as error:
        return {}, error.problems


def _requirements(snapshots: Iterable[Snapshot]) -> tuple[UsedRequirement, ...]:
    """Return what the generated resources need, by the text of their attributes."""
    ranges = [
        f"{snapshot.table.name}.{entity.object.removeprefix('column ')}"
        for snapshot in snapshots
        if snapshot.table is not None
        for entity in snapshot.entities
        if entity.section == "attributes" and _RANGE.search(entity.lines[0])
    ]
    return requirements_with({Feature.RANGE: ranges})


def _elixir_wanted(project: Project) -> str:
    found = _REQUIREMENT.search(read_source(project.app_root / "mix.exs") or b"")
    return "" if found is None else found[1].decode("utf-8", "replace")


def _config(root: Path) -> tuple[Config, tuple[Problem, ...]]:
    try:
        return load_config(root), ()
    except ScaffoldError as error:
        return Config(), error.problems


def _formatter(project: Project) -> tuple[Problem, ...]:
    """Format a text as every run does, without code of the project."""
    tried = format_files(
        {"trial": "1\n"}, project, locals_without_parens=formatter_calls(), run_project=False
    )
    return tried.problems


def _server(
    options: SourceOptions,
    project: Project,
    config: Config,
    repo: str | None,
    snapshots: dict[str, Snapshot],
    say: Callable[[str], None],
) -> tuple[Server | None, tuple[Problem, ...]]:
    if not _is_given(options, config):
        return None, ()
    try:
        opened = OpenProject(
            options=options,
            project=project,
            config=config,
            snapshots=snapshots,
            hints=read_hints(project, config, options),
        )
        with open_database(opened, say) as source:
            database = read_database(opened, source)
            server = Server(
                database=database,
                source=source.description,
                live=not source.server_version_text,
            )
            if server.live:
                server = _with_rights(server, source)
    except ScaffoldError as error:
        if options.url is not None and options.dump is not None:
            raise  # no finding about a database: one option too many
        return None, error.problems
    return _planned(server, opened, repo, source), ()


def _is_given(options: SourceOptions, config: Config) -> bool:
    named = (options.url, options.dump, config.url, config.dump)
    return any(named) or bool(options.environment.get("DATABASE_URL"))


def _with_rights(server: Server, source: Source) -> Server:
    """Add the role, and the functions of Ash that are in the database."""
    from ash_scaffold.postgres.connect import read_only
    from ash_scaffold.postgres.reflect import read_role_and_functions

    with read_only(source.url) as connection:
        found = read_role_and_functions(connection, CALLED)
    return msgspec.structs.replace(server, role=found.role, functions=frozenset(found.functions))


def _planned(server: Server, opened: OpenProject, repo: str | None, source: Source) -> Server:
    """Plan what a run would write, for the types that it uses and for what stands in its way."""
    session = make_session(opened, repo or "Repo", source, server.database)
    found = [problem for problem in session.problems if problem.severity is not Severity.NOTE]
    found += check_names(opened.config, session.database)
    found += cut_over_problems(session)
    try:
        planned = session.plan()
    except ScaffoldError as error:
        return msgspec.structs.replace(server, problems=(*found, *error.problems))
    return msgspec.structs.replace(
        server,
        domains=tuple(domain.module for domain in planned.domains if domain.resources),
        extensions=planned.extensions,
        requirements=requirements_of(i.resource for i in planned.resources if i.written),
        tables=planned.scope.written,
        owned=session.owned_by_ash,
        problems=tuple(found),
    )
