"""The run of `ash-scaffold verify`, step by step, without a word of output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.ash.plan import Plan, plan
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import Config, Resolver, load_config, table_pattern
from ash_scaffold.generate.file_names import file_names
from ash_scaffold.generate.history import known_today
from ash_scaffold.generate.known import choose_repo, find_repo, known_of
from ash_scaffold.generate.past import read_past
from ash_scaffold.generate.reading import Request, open_database, read_database, read_hints
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.source import Source
from ash_scaffold.problem import Code, Problem, fail
from ash_scaffold.project.model import Project
from ash_scaffold.project.read import find_root, read_project
from ash_scaffold.project.snapshot import read_snapshots
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.answer import Answer, Answers
from ash_scaffold.verify.mix import Mix, ask, compile_project
from ash_scaffold.verify.report import VerifyReport, with_accepted
from ash_scaffold.verify.request import Question, ecto_url, question_text, repo_options
from ash_scaffold.verify.require import require_answers, require_ash_repo
from ash_scaffold.verify.risks import Condition, conditions, count
from ash_scaffold.verify.rows import check_rows, checked
from ash_scaffold.verify.static import Expected, check_static
from ash_scaffold.verify.writable import require_writable, whereabouts

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

DEFAULT_ROWS = 100
MIX_ENV = "dev"


class VerifyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for. `folder` is where it was called; `rows` is None for all.

    `reconnect` starts the repo with the given database, whatever its configuration says.
    """

    folder: Path
    url: str | None = None
    dump: Path | None = None
    domains: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    repo: str | None = None
    rows: int | None = DEFAULT_ROWS
    show_values: bool = False
    write: bool = False
    reconnect: bool = False
    mix_env: str | None = None
    environment: Mapping[str, str] = {}


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """What project, configuration and catalog say before the project itself is asked."""

    project: Project
    config: Config
    repo: str
    database: Database
    planned: Plan
    problems: tuple[Problem, ...]


def verify(
    request: VerifyRequest,
    say: Callable[[str], None] = lambda _phase: None,
    heard: Callable[[Answer], None] = lambda _answer: None,
) -> VerifyReport:
    """Ask the project, and compare what it says with the database.

    `say` is told each phase as it begins, `heard` each answer of the script. Raises
    `ScaffoldError` for whatever makes the run impossible.
    """
    say("Reading the project")
    root = find_root(request.folder)
    config = load_config(root)
    # A throw-away server is kept for the whole run.
    with open_database(request, config, root) as source:
        own_server = bool(source.server_version_text)
        if request.write:
            require_writable(source.url, config.verify.writable, own_server=own_server)
        say("Reading the database")
        said = _said(request, config, root, source)
        mix = _mix(request, said.project, source.url)
        say("Compiling the project")
        compile_project(mix)
        say("Counting values that Ash can't hold")
        risks = [c for item in said.planned.resources for c in conditions(item, said.database)]
        tables = _tables(request, said.database)
        risks = [c for c in risks if tables is None or c.table in tables]
        where, counted = _counted(source.url, risks if request.rows != 0 else [])
        question = Question(
            answer="",
            domains=request.domains,
            tables=tables,
            rows=request.rows,
            show_values=request.show_values,
            write=request.write,
            database=repo_options(source.url) if own_server or request.reconnect else None,
            where=where,
            risks=[(c.table, c.column, c.sql) for c in risks],
        )
        say("Asking the compiled resources")
        events = ask(
            mix,
            lambda path: question_text(msgspec.structs.replace(question, answer=str(path))),
            heard,
        )
    answers = require_answers(events, request.domains, source.description)
    return _report(said, answers, counted, source)


def _said(request: VerifyRequest, config: Config, root: Path, source: Source) -> _Said:
    snapshots = read_snapshots(root)
    project = read_project(request.folder)
    hints = read_hints(project, config, use_legacy=True)
    repo = choose_repo(project, request.repo, config)
    require_ash_repo(find_repo(project, repo), project.app.name)
    database, _source_text, _server, problems = read_database(
        Request(
            folder=request.folder,
            url=source.url.render_as_string(hide_password=False),
            tables=request.tables,
            schemas=(*request.schemas, *_resource_schemas(project)),
        ),
        config,
        root,
        hints,
    )
    resolver = Resolver(config)
    past = read_past(snapshots.values(), database, resolver)
    known = known_today(
        known_of(project, hints, repo, snapshots),
        past,
        snapshots.values(),
        file_names(project, snapshots),
    )
    planned = plan(database, known, resolver, Options())
    return _Said(
        project=project,
        config=config,
        repo=repo,
        database=database,
        planned=planned,
        problems=(*source.problems, *problems),
    )


def _resource_schemas(project: Project) -> tuple[str, ...]:
    return tuple(sorted({r.schema for r in project.resources if r.schema is not None}))


def _tables(request: VerifyRequest, database: Database) -> tuple[Name, ...] | None:
    """Return the tables that the patterns mean, None for all. Raises for one that fits none."""
    if not request.tables:
        return None
    found: dict[Name, None] = {}
    for text in request.tables:
        pattern = table_pattern(text)
        matching = [table.name for table in database.tables if pattern.matches(table.name)]
        if not matching:
            raise fail(Code.UNKNOWN_NAME, f"No table fits {text}.", where=f"--table {text}")
        found |= dict.fromkeys(matching)
    return tuple(found)


def _mix(request: VerifyRequest, project: Project, url: URL) -> Mix:
    said = ecto_url(url)
    return Mix(
        folder=project.app_root,
        mix_env=request.mix_env or request.environment.get("MIX_ENV") or MIX_ENV,
        variables={"DATABASE_URL": said},
        # The longest first: a password may be part of what is left of it.
        secrets=(said, *((str(url.password),) if url.password else ())),
    )


def _counted(url: URL, risks: list[Condition]) -> tuple[str, list[Finding]]:
    from ash_scaffold.postgres.connect import read_only

    with read_only(url) as connection:
        return whereabouts(connection), list(count(connection, risks))


def _report(said: _Said, answers: Answers, counted: list[Finding], source: Source) -> VerifyReport:
    resolver = Resolver(said.config)
    expected = Expected(
        database=said.database,
        planned={item.draft.name: item.resource for item in said.planned.resources},
        owned_by_ash=frozenset(
            table.name for table in said.database.tables if resolver.owned_by_ash(table.name)
        ),
    )
    shown = {(answer.schema, answer.table) for answer in answers.resources}
    names = {str(Name(*pair)) for pair in shown}
    findings = [
        *check_static(answers, expected),
        *check_rows(answers, said.database),
        *(finding for finding in counted if finding.table in names),
    ]
    findings = with_accepted(findings, said.config.accept)
    return VerifyReport(
        source=source.description,
        ash=answers.project.ash or "",
        ash_postgres=answers.project.ash_postgres or "",
        checked=checked(answers),
        findings=tuple(sorted(findings, key=Finding.by_severity)),
        problems=tuple(sorted(said.problems, key=Problem.sort_key)),
    )
