"""The run of `ash-scaffold init`: proposes domains and the configuration file with them."""

from __future__ import annotations

from collections.abc import Callable
from os.path import relpath
from pathlib import Path
from typing import Literal

import msgspec

from ash_scaffold.ash.plan import plan
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.scope import Options, plan_scope
from ash_scaffold.config import (
    FILE_NAME,
    Resolver,
    parse_config,
    require_names,
)
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.source import Source
from ash_scaffold.postgres.tenant_comparison import tables_by_schema
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.read_state import choose_repo
from ash_scaffold.propose.config_text import appended, blocks, new_file
from ash_scaffold.propose.domains import DomainProposal, Proposal, proposed_domains
from ash_scaffold.propose.tenancy import (
    TenancyProposal,
    of_schemas,
    propose_tenancy,
    schema_signs,
)
from ash_scaffold.regular_file import read_file
from ash_scaffold.session import (
    OpenProject,
    Session,
    SourceOptions,
    make_session,
    open_database,
    open_project,
    read_database,
    source_problems,
)
from ash_scaffold.text_diff import unified_diff


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The proposal, and the configuration file with it.

    `before` is the file's text (None without one), `after` the new one. `left_out` are tables that
    no resource can model or that the configuration excludes. `tenancy` is what speaks for tenants
    where the file says nothing of them.
    """

    proposal: Proposal
    source: str
    before: str | None
    after: str
    left_out: tuple[Name, ...]
    tenancy: TenancyProposal | None = None
    problems: tuple[Problem, ...]

    @property
    def status(self) -> str:
        """`created`, `changed` or `unchanged`."""
        if self.after == self.before:
            return "unchanged"
        return "created" if self.before is None else "changed"

    @property
    def diff(self) -> str:
        """The unified diff of the file."""
        return unified_diff(self.before, self.after, FILE_NAME, FILE_NAME)

    @property
    def files(self) -> dict[str, bytes]:
        """The file to write."""
        return {FILE_NAME: _encoded(self.after)}

    @property
    def seen(self) -> dict[str, bytes | None]:
        """The content of the file when it was read."""
        return {FILE_NAME: None if self.before is None else _encoded(self.before)}


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def prepare(
    options: SourceOptions, announce: Callable[[str], None] = lambda _sentence: None
) -> Outcome:
    """Propose the entries that the configuration lacks. `announce` gets each phase as it begins.

    Raises `ScaffoldError` for whatever makes the run impossible, and for a file that can't take
    the entries.
    """
    announce("Reading the project")
    opened = open_project(options)
    project = opened.project
    before = _read(project.root / FILE_NAME)
    announce("Reading the database")
    with open_database(opened, announce) as source:
        database = read_database(opened, source)
        per_tenant = _schemas_per_tenant(opened, source, database)
    repo = choose_repo(project, options.repo, opened.config)
    session = make_session(opened, repo or f"{project.app.namespace}.Repo", source, database)
    with source_problems((*session.behind, *session.problems)):
        return _propose(session, source.description, before, repo, per_tenant)


def _schemas_per_tenant(
    opened: OpenProject, source: Source, database: Database
) -> TenancyProposal | None:
    """Return what speaks for a schema per tenant where the configuration says nothing of tenants.

    The names of tables in schemas that were not read are asked for, where there are such schemas.
    """
    if opened.config.tenancy is not None:
        return None
    tables: dict[str, frozenset[str]] = {}
    if len(database.other_schemas) + len(database.schemas) > 1:
        with read_only(source.url, source.limit) as connection:
            tables = tables_by_schema(connection)
    signs = schema_signs(opened.project, tables)
    return None if signs is None else of_schemas(signs, tables)


def _propose(
    session: Session,
    source: str,
    before: str | None,
    repo: str | None,
    per_tenant: TenancyProposal | None,
) -> Outcome:
    project, config, options = session.project, session.config, session.options
    database, state = session.database, session.state
    if not database.tables:
        raise fail(
            Code.NO_TABLES,
            f"There are no tables in {' or '.join(database.schemas)}.",
            todo=""
            if per_tenant is None
            else f"They seem to be in a schema per tenant ({per_tenant.reason}): say so in "
            "[tenancy] of ash_scaffold.toml.",
        )
    require_names(config, database, ())
    scope = plan_scope(database, state, session.resolver, Options())
    proposal = proposed_domains(session, scope)
    tenancy = None
    if config.tenancy is None:
        tenancy = propose_tenancy(database, scope.skipped, _source(project, repo), per_tenant)
    after = _after(before, proposal, tenancy, project, repo, options)
    _try_out(after, before, proposal, database, state)
    problems = (*session.behind, *session.problems, *_additions(proposal), *_no_repo(repo))
    return Outcome(
        proposal=proposal,
        source=source,
        before=before,
        after=after,
        left_out=scope.skipped,
        tenancy=tenancy,
        problems=tuple(sorted(problems, key=Problem.sort_key)),
    )


def _read(path: Path) -> str | None:
    """Read the file as it is, line breaks and all; its faults are those of `load_config`."""
    try:
        return read_file(path).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise fail(
            Code.CONFIG_INVALID, f"can't be read: {error.strerror}", where=FILE_NAME
        ) from error


def _after(
    before: str | None,
    proposal: Proposal,
    tenancy: TenancyProposal | None,
    project: Project,
    repo: str | None,
    options: SourceOptions,
) -> str:
    if before is not None:
        return appended(before, proposal.new)
    found = next((each for each in project.repos if each.module == repo), None)
    named = None
    if repo is not None:
        named = repo, found.path if found is not None else "as --repo says"
    dump, legacy = _dump(project.root, options), _legacy(project.root, options)
    return new_file(named, dump, proposal.new, tenancy, legacy)


def _source(project: Project, repo: str | None) -> tuple[str, str] | None:
    """Return the path and the source of the repo; what can't be read says nothing."""
    path = next((each.path for each in project.repos if each.module == repo), None)
    if path is None:
        return None
    try:
        return path, read_file(project.root / path).decode("utf-8", "replace")
    except OSError:
        return None


def _dump(root: Path, options: SourceOptions) -> str | None:
    """Return the dump that was read, when it belongs to the project."""
    if options.dump is None:
        return None
    path = (options.folder / options.dump).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None


def _legacy(root: Path, options: SourceOptions) -> str | Literal[False] | None:
    """Return what the options say of the legacy code: its folder from the project's root."""
    if not options.use_legacy:
        return False
    if options.legacy is None or not Path(options.legacy).is_absolute():
        return options.legacy
    return Path(relpath(options.legacy, root)).as_posix()


def _try_out(
    after: str, before: str | None, proposal: Proposal, database: Database, state: ProjectState
) -> None:
    """Make sure that a run of `resources` takes the file. Raises `ScaffoldError` where not."""
    if after == before:
        return
    try:
        config = parse_config(after.removeprefix("\ufeff"))
    except ScaffoldError as error:
        if before is None:
            raise
        raise _not_extensible(proposal.new) from error
    require_names(config, database, ())
    plan(database, state, Resolver(config), Options())


def _not_extensible(domains: tuple[DomainProposal, ...]) -> ScaffoldError:
    return fail(
        Code.CONFIG_INVALID,
        "Entries can't be added at its end: `domains` is written in a way that takes no more.",
        where=FILE_NAME,
        todo=f"Write each domain as a table of its own, or add these yourself:\n{blocks(domains)}",
    )


def _additions(proposal: Proposal) -> list[Problem]:
    return [
        Code.TABLE_SKIPPED.at(
            str(member.table),
            f"It seems to belong to {domain.module} ({member.reason}), whose entry is yours to "
            "change.",
            todo=f'Add "{member.pattern}" to the tables of [domains."{domain.module}"].',
            severity=Severity.NOTE,
        )
        for domain in proposal.additions
        for member in domain.members
    ]


def _no_repo(repo: str | None) -> list[Problem]:
    if repo is not None:
        return []
    return [
        Code.NOT_A_MIX_PROJECT.at(
            FILE_NAME,
            "The project has no repo: no module with `use AshPostgres.Repo` or `use Ecto.Repo`.",
            todo='Name it before the next run: repo = "App.Repo".',
            severity=Severity.WARNING,
        )
    ]
