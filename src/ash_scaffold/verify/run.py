"""The run of `ash-scaffold verify`, step by step, without a word of output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.ash.model import Resource
from ash_scaffold.ash.plan import Plan, plan
from ash_scaffold.ash.project_state import ExistingResource
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import Config, Resolver
from ash_scaffold.config.faults import did_you_mean
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.time_limit import TimeLimit, time_limit
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.project.mix import Mix, compile_project
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.read_state import find_repo
from ash_scaffold.project.repo_options import ecto_url, repo_options, whereabouts
from ash_scaffold.project.snapshot import is_hand_written
from ash_scaffold.report.finding import Finding
from ash_scaffold.session import (
    Session,
    SourceOptions,
    make_session,
    matching_tables,
    open_database,
    open_project,
    read_database,
    require_cut_over,
    schemas_in,
)
from ash_scaffold.verify.answers import Answer, Answers, require_answers, require_ash_repo
from ash_scaffold.verify.project import check_project
from ash_scaffold.verify.report import VerifyReport, with_accepted
from ash_scaffold.verify.resources import check_resources, expect
from ash_scaffold.verify.rows import Condition, check_rows, checked, conditions, count
from ash_scaffold.verify.script import Question, ask, question_text
from ash_scaffold.verify.target import require_writable
from ash_scaffold.verify.tenants import count_other_tenants, tenant_keys

if TYPE_CHECKING:
    from ash_scaffold.postgres.url import URL

DEFAULT_ROWS = 100
MIX_ENV = "dev"


class VerifyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of `verify`; `rows` is None for all.

    `reconnect` starts the repo with the given database, whatever its configuration says. `tenant`
    is the schema that is read where each tenant has one, None for the template.
    """

    source: SourceOptions
    domains: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    rows: int | None = DEFAULT_ROWS
    show_values: bool = False
    write: bool = False
    reconnect: bool = False
    tenant: str | None = None
    mix_env: str | None = None


def verify(
    options: VerifyOptions,
    say: Callable[[str], None] = lambda _phase: None,
    heard: Callable[[Answer], None] = lambda _answer: None,
) -> VerifyReport:
    """Ask the project, and compare what it says with the database.

    `say` gets each phase as it begins, `heard` each answer of the script. Raises
    `ScaffoldError` for whatever makes the run impossible.
    """
    say("Reading the project")
    opened = open_project(options.source)
    project = opened.project
    repo = opened.require_repo()
    require_ash_repo(find_repo(project, repo), project.app.name)
    # A throw-away server is kept for the whole run.
    with open_database(opened, say, rows=True) as source:
        own_server = bool(source.server_version_text)
        if options.write:
            require_writable(source.url, opened.config.verify.writable, own_server=own_server)
        say("Reading the database")
        schemas = {*schemas_in(options.tables), *_schemas_of(project)}
        database = read_database(opened, source, schemas)
        session = make_session(opened, repo, source, database)
        if session.unread:
            raise ScaffoldError(*session.unread)
        require_cut_over(session)
        tenant = _tenant(options.tenant, database)
        planned = session.plan()
        tables = matching_tables(options.tables, database) if options.tables else None
        mix = mix_of(project, source.url, options.source, options.mix_env)
        say("Compiling the project")
        compile_project(mix)
        say("Counting values that Ash can't hold")
        risks = [c for item in planned.resources for c in conditions(item, database)]
        risks = [c for c in risks if tables is None or c.table in tables]
        limit = time_limit(source.limit.seconds)
        counted_in = {t.name: tenant or t.name.schema for t in database.tables if t.per_tenant}
        risky = risks if options.rows != 0 else []
        where, counted = _counted(source.url, limit, risky, counted_in)
        question = Question(
            answer="",
            domains=options.domains,
            tables=tables,
            rows=options.rows,
            show_values=options.show_values,
            write=options.write,
            database=repo_options(source.url) if own_server or options.reconnect else None,
            where=where,
            tenant=tenant,
            risks=[(c.table, c.column, c.sql) for c in risks],
        )
        say("Asking the compiled resources")
        events = ask(
            mix,
            lambda path: question_text(msgspec.structs.replace(question, answer=str(path))),
            heard,
        )
        answers = require_answers(events, options.domains, source.description)
        if options.rows != 0:
            counted += _of_other_tenants(source.url, limit, answers, database)
    return _report(session, planned, answers, counted)


def _tenant(named: str | None, database: Database) -> str | None:
    """Return the schema to read of tenants that have one each, None where there is no such table.

    Raises `ScaffoldError` for one that is not among them.
    """
    if named is None:
        return database.template or None
    if not database.template:
        raise fail(
            Code.USAGE,
            "No table is in a schema of each tenant: rows that a column gives to tenants are read "
            "without one.",
            where="--tenant",
            todo="Leave it out, or name the schemas in [tenancy] of ash_scaffold.toml.",
        )
    known = [database.template, *database.tenant_schemas]
    if named not in known:
        raise fail(
            Code.UNKNOWN_NAME,
            f"There is no schema {named} of a tenant.",
            where="--tenant",
            todo=did_you_mean(named, known),
        )
    return named


def _schemas_of(project: Project) -> set[str]:
    return {r.schema for r in project.resources if r.schema is not None}


def mix_of(project: Project, url: URL, source: SourceOptions, mix_env: str | None) -> Mix:
    """Return how mix is called in a project, which sees the database as `$DATABASE_URL`."""
    database_url = ecto_url(url)
    return Mix(
        folder=project.app_root,
        mix_env=mix_env or source.environment.get("MIX_ENV") or MIX_ENV,
        variables={"DATABASE_URL": database_url},
        # The longest first: a password may be part of what is left of it.
        secrets=(database_url, *((str(url.password),) if url.password else ())),
    )


def _of_other_tenants(
    url: URL, limit: TimeLimit, answers: Answers, database: Database
) -> list[Finding]:
    from ash_scaffold.postgres.connect import read_only
    from ash_scaffold.postgres.engine import sqlalchemy_connection

    keys = list(tenant_keys(answers, database))
    if not keys:
        return []
    with read_only(url, limit) as session, sqlalchemy_connection(session) as connection:
        return list(count_other_tenants(connection, keys))


def _counted(
    url: URL, limit: TimeLimit, risks: list[Condition], schemas: Mapping[Name, str]
) -> tuple[str, list[Finding]]:
    from ash_scaffold.postgres.connect import read_only
    from ash_scaffold.postgres.engine import sqlalchemy_connection

    with read_only(url, limit) as session, sqlalchemy_connection(session) as connection:
        return whereabouts(session), list(count(connection, risks, schemas))


def _report(
    session: Session, planned: Plan, answers: Answers, counted: list[Finding]
) -> VerifyReport:
    database = session.database
    # A team goes on writing a resource whose table is Ash's: only the database's demands count.
    owned = session.owned_by_ash
    expected = expect(
        planned,
        database,
        owned,
        _unplanned(session, planned, answers),
        session.schema_changes.modules,
        [
            table.name
            for table in database.tables
            if table.name in owned
            or is_hand_written(session.schema_changes.resources.get(table.name))
        ],
    )
    shown = {(answer.schema, answer.table) for answer in answers.resources}
    names = {str(Name(*pair)) for pair in shown}
    findings = [
        *check_resources(answers, expected),
        *check_project(answers, database),
        *check_rows(answers, database),
        *(finding for finding in counted if finding.table in names),
    ]
    findings = with_accepted(findings, session.config.accept)
    return VerifyReport(
        source=session.source,
        ash=answers.project.ash or "",
        ash_postgres=answers.project.ash_postgres or "",
        checked=checked(answers),
        findings=tuple(sorted(findings, key=Finding.by_severity)),
        problems=tuple(sorted((*session.behind, *session.problems), key=Problem.sort_key)),
    )


def _unplanned(session: Session, planned: Plan, answers: Answers) -> Mapping[Name, Resource]:
    """Plan the tables of compiled resources that the configuration leaves out."""
    there = {item.draft.name for item in planned.resources}
    tables = {table.name for table in session.database.tables} - there
    missing = {
        answer.table_name: ExistingResource(
            module=answer.module, table=answer.table_name, domain=answer.domain, path=answer.file
        )
        for answer in answers.resources
        if answer.table_name in tables
    }
    if not missing:
        return {}
    state = session.state
    state = msgspec.structs.replace(state, resources={**state.resources, **missing})
    everything = plan(session.database, state, Resolver(Config()), Options())
    return {
        item.draft.name: item.resource
        for item in everything.resources
        if item.draft.name in missing
    }
