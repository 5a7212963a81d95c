"""The pipeline of every command: open the project, read the database, plan.

Each stage is a value that the next one takes, so a command goes as far as it needs: `open_project`
and `read_database` serve `inspect`; `load_session` does all of it for a command that needs nothing
but its options; `verify`, `doctor` and `init` put the stages together themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.ash.hints import LegacySchema, with_remembered
from ash_scaffold.ash.plan import Plan, plan
from ash_scaffold.ash.project_state import ProjectState, ResourceNames
from ash_scaffold.ash.scope import Options, is_skipped
from ash_scaffold.config import (
    Config,
    Resolver,
    database_url,
    load_config,
    require_names,
    schemas_named,
    table_pattern,
    valid_alias,
)
from ash_scaffold.config.faults import did_you_mean
from ash_scaffold.config.match import is_glob, matches_glob
from ash_scaffold.legacy.associations import with_removed_targets
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.legacy.embeds import with_embeds
from ash_scaffold.legacy.files import source_files
from ash_scaffold.legacy.read import read_legacy
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Database, Name
from ash_scaffold.postgres.facts import TableFacts, database_of
from ash_scaffold.postgres.reader import Reader
from ash_scaffold.postgres.source import DumpOptions, Source, open_source
from ash_scaffold.postgres.tenant_schemas import TenantSchemas
from ash_scaffold.postgres.time_limit import DEFAULT_SECONDS, time_limit
from ash_scaffold.postgres.unknown import Kind, Unknown, with_last_known
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail
from ash_scaffold.project.database_places import how_to_name_it
from ash_scaffold.project.local_identity import StoredIdentity, read_stored_identity
from ash_scaffold.project.migrations import (
    NO_MIGRATIONS,
    Migration,
    Migrations,
    find_migrations,
    unknown_by,
)
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.ownership import ownership_problems
from ash_scaffold.project.read import find_root, read_project
from ash_scaffold.project.read_state import choose_repo, project_state, require_repo
from ash_scaffold.project.resource_names import names_in_files, with_names
from ash_scaffold.project.schema_changes import (
    SchemaChanges,
    find_schema_changes,
    tables_near_changes,
)
from ash_scaffold.project.snapshot import (
    FileStamp,
    Snapshot,
    file_stamps,
    generated_files,
    read_snapshots,
)
from ash_scaffold.regular_file import is_folder
from ash_scaffold.toml_text import quoted

if TYPE_CHECKING:
    from ash_scaffold.postgres.answers import Answers, Question
    from ash_scaffold.postgres.url import URL


class SourceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options that all commands share: project, database, legacy code.

    `folder` is where the command was called; `environment` holds the process's variables.
    `timeout` are the seconds that the database has, 0 for no limit; `extensions` may be made by
    a superuser for a dump. `on_read` gets the project and what its database has answered,
    perhaps several times; `known_answers` may have those to a question already, and `reader` may
    get them.
    """

    folder: Path
    url: str | None = None
    dump: Path | None = None
    database: str | None = None
    schemas: tuple[str, ...] = ()
    repo: str | None = None
    legacy: str | None = None
    use_legacy: bool = True
    environment: Mapping[str, str] = {}
    timeout: float = DEFAULT_SECONDS
    extensions: tuple[str, ...] = ()
    on_read: Callable[[OpenProject, Answers], None] | None = None
    known_answers: Callable[[Question, URL], Answers | None] | None = None
    reader: Reader | None = None


class Phases:
    """The phases of a run: each is announced as it begins, and timed.

    `announce` gets a sentence for people; `timings` are seconds by name, those of phases of one
    name added up.
    """

    def __init__(self, announce: Callable[[str], None] = lambda _sentence: None) -> None:
        self.announce = announce
        self._timings: dict[str, float] = {}
        self._name = ""
        self._start = 0.0

    def begin(self, name: str, sentence: str) -> None:
        """End the phase before, and begin another."""
        self._end()
        self._name = name
        self.announce(sentence)

    def _end(self) -> None:
        now = time.perf_counter()
        if self._name:
            self._timings[self._name] = self._timings.get(self._name, 0.0) + now - self._start
        self._start = now

    @property
    def timings(self) -> dict[str, float]:
        """The time of every phase up to now."""
        self._end()
        return dict(self._timings)


class OpenProject(msgspec.Struct, frozen=True, kw_only=True):
    """The first stage: all that is read without a database. Snapshots are by module.

    `migrations` are those of the repo that the run is for, `snapshot_stamps` are of the files of
    the snapshots as they were read.
    """

    options: SourceOptions
    project: Project
    config: Config
    snapshots: Mapping[str, Snapshot]
    hints: Hints
    migrations: Migrations = NO_MIGRATIONS
    snapshot_stamps: Mapping[str, FileStamp] = {}

    @property
    def dump(self) -> Path | None:
        """The dump to read: the option's, else the configuration's; None for a server."""
        options, config = self.options, self.config
        if options.dump is not None:
            return options.dump
        if options.url is not None or options.environment.get("DATABASE_URL"):
            return None
        return (
            None
            if config.dump is None or config.url is not None
            else (self.project.root / config.dump)
        )

    def require_repo(self) -> str:
        """Return the repo's module. Raises `ScaffoldError` where there is none."""
        return require_repo(self.project, self.options.repo, self.config)


class Session(OpenProject, frozen=True, kw_only=True):
    """All that was read of project and database, and the differences since the snapshots.

    `source` describes the database; `server` is the version of a throw-away server, else empty.
    `names` are those in edited files, by the table that the file pins. `state` has them, and those
    of the snapshots, under today's names of tables and columns; `bare_state` has none of them, and
    the tables under the names of the snapshots. `unknown` are objects that a dump says nothing of:
    `database` has them as the snapshots do. `problems` are those of reading the database, but for
    the one of migrations that it lacks (`pending`), which is `behind`.
    """

    resolver: Resolver
    database: Database
    source: str
    server: str
    stored_identity: StoredIdentity
    schema_changes: SchemaChanges
    names: Mapping[Name, ResourceNames]
    bare_state: ProjectState
    state: ProjectState
    unknown: tuple[Unknown, ...]
    pending: tuple[Migration, ...]
    behind: tuple[Problem, ...]
    problems: tuple[Problem, ...]

    @property
    def repo(self) -> str:
        """The repo's module."""
        return self.bare_state.repo

    @property
    def unread(self) -> tuple[Problem, ...]:
        """An error for each object that a dump says nothing of and no `[[accept]]` names."""
        return tuple(
            each
            for each in self.problems
            if each.code is Code.UNKNOWN_OBJECT and each.severity is Severity.ERROR
        )

    @property
    def owned_by_ash(self) -> frozenset[Name]:
        """The tables that Ash migrates, so that the database follows their resources.

        One that is named for it and was not cut over is about to be.
        """
        if not self.config.owned_by_ash:
            return frozenset()
        snapshots = self.schema_changes.resources
        return frozenset(
            table.name
            for table in self.database.tables
            if self.resolver.owned_by_ash(table.name)
            and ((old := snapshots.get(table.name)) is None or old.owned is not None)
        )

    @property
    def accepted(self) -> frozenset[str]:
        """The objects of `[[accept]]`."""
        return frozenset(entry.object for entry in self.config.accept)

    def plan(self, options: Options | None = None) -> Plan:
        """Plan the resources. Raises `ScaffoldError` for what makes that impossible."""
        return plan(self.database, self.state, self.resolver, options or Options())


def open_project(options: SourceOptions, *, domain: str | None = None) -> OpenProject:
    """Read project, configuration, snapshots and legacy code.

    In an umbrella `domain` may decide the application. Raises `ScaffoldError` for what can't be
    read, and for an option that is wrong whatever the project holds.
    """
    problems = invalid_module_names(("--repo", options.repo, "App.Repo"))
    if problems:
        raise ScaffoldError(*problems)
    root = find_root(options.folder)
    # Before they are read, so that a save in between shows.
    stamps = file_stamps(root)
    snapshots = read_snapshots(root)
    project = read_project(options.folder, domain=domain, generated=generated_files(snapshots))
    config = load_config(project.root)
    repo = choose_repo(project, options.repo, config)
    return OpenProject(
        options=options,
        snapshot_stamps=stamps,
        project=project,
        config=config,
        snapshots=snapshots,
        hints=read_hints(project, config, options),
        migrations=NO_MIGRATIONS if repo is None else find_migrations(project, repo),
    )


def load_session(
    opened: OpenProject,
    phases: Phases,
    *,
    tables: tuple[str, ...] = (),
    keep_pending: bool = False,
    cutting_over: bool = False,
    read_more: Callable[[Source, Database], None] = lambda _source, _database: None,
) -> Session:
    """Read the database of an open project; `tables` are patterns, which may name schemas.

    `read_more` is called while the database is there to be read.

    `keep_pending` is that of `make_session`; with `cutting_over` a table may be in `owned_by_ash`
    that was not cut over, and the other way round. Ends in the phase of planning. Raises
    `ScaffoldError` for a database that can't be read, and for a name in the configuration that is
    not in it.
    """
    repo = opened.require_repo()
    phases.begin("reflection", "Reading the database")
    found: list[Answers] = []
    with open_database(opened, phases.announce) as source:
        database = read_database(opened, source, schemas_in(tables), found.append)
        read_more(source, database)
    if found and opened.options.on_read is not None:
        opened.options.on_read(opened, found[-1])
    phases.begin("planning", "Planning")
    session = make_session(opened, repo, source, database, keep_pending=keep_pending)
    with source_problems((*session.behind, *session.problems)):
        require_names(opened.config, session.database, (), pending=bool(session.pending))
        if not cutting_over:
            require_cut_over(session)
    return session


def require_cut_over(session: Session) -> None:
    """Raise `ScaffoldError` where configuration and snapshots disagree on what Ash owns."""
    if problems := cut_over_problems(session):
        raise ScaffoldError(*problems)


def cut_over_problems(session: Session) -> tuple[Problem, ...]:
    """Return an error for each table of which configuration and snapshot say different things."""
    return tuple(
        ownership_problems(
            session.project,
            session.resolver,
            session.snapshots.values(),
            (table.name for table in session.database.tables),
        )
    )


def make_session(
    opened: OpenProject,
    repo: str,
    source: Source,
    database: Database,
    *,
    keep_pending: bool = False,
) -> Session:
    """Compare the snapshots with the database, and read the names in edited files.

    With `keep_pending` what migrations that the database lacks may have made is unknown, so as the
    snapshots have it; that there are such migrations is an error then, else a warning.
    """
    project, snapshots = opened.project, opened.snapshots
    resolver = Resolver(opened.config)
    facts = [each.facts for each in snapshots.values() if each.facts is not None]
    refused, unknown = refused_problems(
        source, database, opened.config, frozenset(each.name for each in facts)
    )
    if source.server_version_text and not unknown:
        _require_keys(source, database, facts)
    elsewhere = _elsewhere(opened, repo, database)
    missing, more = _missing_schemas(opened, source, database, elsewhere)
    unknown += more
    pending = _not_accepted(opened, database)
    later: tuple[Unknown, ...] = ()
    keeps = keep_pending and bool(facts)  # a first run has nothing to keep
    if unknown or elsewhere or (pending and keeps):
        last = database_of(facts)
        later = unknown_by(project.root, pending, database, last) if keeps else ()
        others = (Unknown(kind=Kind.TABLE, relation=table) for table in elsewhere)
        database = with_last_known(database, last, (*unknown, *later, *others))
    stored = read_stored_identity(
        project.root, database, throwaway=bool(source.server_version_text)
    )
    state = project_state(
        project,
        _legacy(opened.hints, snapshots),
        repo,
        snapshots,
        legacy_apart=_is_apart(project, opened.hints),
        elsewhere=elsewhere,
    )
    changes = find_schema_changes(
        snapshots.values(),
        database,
        resolver,
        stored.earlier,
        state.types,
        opened.hints.schemas if opened.hints.enabled else (),
    )
    names = names_in_files(project, snapshots, tables_near_changes(changes, database))
    return Session(
        options=opened.options,
        snapshot_stamps=opened.snapshot_stamps,
        project=project,
        config=opened.config,
        resolver=resolver,
        snapshots=snapshots,
        hints=opened.hints,
        database=database,
        source=source.description,
        server=source.server_version_text,
        stored_identity=stored,
        schema_changes=changes,
        names=names,
        bare_state=state,
        state=with_names(state, snapshots.values(), names, changes.renames),
        unknown=unknown,
        pending=opened.migrations.pending(database.versions),
        behind=behind_problems(opened, database, later if keep_pending else None),
        problems=(
            *source.problems,
            *refused,
            *missing,
            *_of_other_repos(elsewhere),
            *stored.problems,
            *_without_file(opened, database),
        ),
    )


def _elsewhere(opened: OpenProject, repo: str, database: Database) -> dict[Name, str]:
    """Return the tables of snapshots that another database has, each with the repo that reads it.

    Several repos may share a database, so a table that is in this one is none of them.
    """
    here = {table.name for table in database.tables}
    return {
        table: other
        for table, other in sorted(_tables_of_other_repos(opened, repo))
        if table not in here
    }


def _tables_of_other_repos(opened: OpenProject, repo: str | None) -> Iterator[tuple[Name, str]]:
    """Yield the tables of snapshots of the project's other repos, and the repo."""
    others = {each.module for each in opened.project.repos} - {repo}
    for each in opened.snapshots.values():
        if each.table is not None and each.repo in others:
            yield each.table, each.repo


def _schemas_of_other_repos(opened: OpenProject) -> set[str]:
    """Return the schemas that another database may have instead of this one."""
    repo = choose_repo(opened.project, opened.options.repo, opened.config)
    return {table.schema for table, _ in _tables_of_other_repos(opened, repo)}


def _of_other_repos(elsewhere: Mapping[Name, str]) -> tuple[Problem, ...]:
    """Return a note for each repo whose tables are in another database."""
    tables: dict[str, list[str]] = {}
    for table, repo in elsewhere.items():
        tables.setdefault(repo, []).append(str(table))
    return tuple(
        Code.OTHER_REPO.at(
            repo,
            f"The database that was read has no {names[0]}: it is left as the last run with this "
            "repo has read it."
            if len(names) == 1
            else f"The database that was read has none of its {len(names)} tables, such as "
            f"{names[0]}: they are left as the last run with this repo has read them.",
        )
        for repo, names in sorted(tables.items())
    )


def _require_keys(source: Source, database: Database, last: Iterable[TableFacts]) -> None:
    """Refuse a dump without any key or index where the last run has read some.

    `pg_dump --section=pre-data` makes such a dump; without its comments nothing else tells.
    """
    if any(table.primary_key or table.indexes or table.foreign_keys for table in database.tables):
        return
    here = {table.name for table in database.tables}
    keyed = sum(each.name in here and each.primary_key is not None for each in last)
    if keyed:
        raise fail(
            Code.DUMP_UNREADABLE,
            f"It holds not one key or index, and {keyed} of its tables had a primary key at the "
            "last run.",
            where=source.description,
            todo="Make a dump of the whole schema: pg_dump --schema-only. If the keys were dropped "
            "indeed, read the database with --url.",
        )


def _missing_schemas(
    opened: OpenProject, source: Source, database: Database, elsewhere: Collection[Name]
) -> tuple[tuple[Problem, ...], tuple[Unknown, ...]]:
    """Return what to report of schemas that a dump lacks, and their tables, which are unknown.

    pg_dump can leave a schema out; in a database of its own it was dropped, with its tables.
    """
    if opened.dump is None:
        return (), ()
    accepted = {entry.object for entry in opened.config.accept}
    problems, unknown = [], []
    for schema in database.missing_schemas:
        tables = {
            each.table
            for each in opened.snapshots.values()
            if each.table is not None and each.table.schema == schema
        }.difference(elsewhere)
        if not tables:
            continue
        unknown += [Unknown(kind=Kind.TABLE, relation=table) for table in sorted(tables)]
        what = f"{schema}: unknown, because the dump has no such schema. " + (
            "Its table stays as the last run has read it."
            if len(tables) == 1
            else f"Its {len(tables)} tables stay as the last run has read them."
        )
        todo = (
            "Dump all schemas, without --schema of pg_dump; where it was dropped indeed, read the "
            "database with --url."
        )
        known = schema in accepted
        problems.append(
            Code.UNKNOWN_OBJECT.at(
                source.description,
                what,
                todo="" if known else todo,
                severity=Severity.NOTE if known else None,
            )
        )
    return tuple(problems), tuple(unknown)


_SHOWN = 5  # tables that a message names


def behind_problems(
    opened: OpenProject, database: Database, kept: tuple[Unknown, ...] | None = None
) -> tuple[Problem, ...]:
    """Return what to report of the migrations that a database lacks.

    `kept` are the objects that are as the last run has read them: an error, else a warning.
    """
    pending = _not_accepted(opened, database)
    if not pending:
        return ()
    source = "dump" if opened.dump is not None else "database"
    folder = " and ".join(opened.migrations.folders)
    names = [Path(each.path).stem for each in pending]
    if len(names) == 1:
        what = f"The {source} lacks the migration {names[0]} of {folder}."
    else:
        what = (
            f"The {source} lacks {len(names)} migrations of {folder}: from {names[0]} to "
            f"{names[-1]}."
        )
    todo = "Run mix ecto.migrate." if opened.dump is None else _MIGRATE_AND_DUMP
    if kept is None:
        return (Code.DATABASE_BEHIND.at("", what, todo=todo, severity=Severity.WARNING),)
    if not opened.snapshots:
        return (Code.DATABASE_BEHIND.at("", what, todo=todo),)
    who, changes = ("It", "it changes") if len(names) == 1 else ("They", "they change")
    if any(each.kind is Kind.ANYTHING for each in kept):
        what += f" {who} may change any table: all stay as the last run has read them."
    elif kept:
        tables = list(dict.fromkeys(str(each.relation) for each in kept if each.relation))
        shown = ", ".join(tables[:_SHOWN])
        rest = f" and {len(tables) - _SHOWN} more" if len(tables) > _SHOWN else ""
        what += f" What {changes} stays as the last run has read it: {shown}{rest}."
    todo = f"{todo} To take it for what it is: ash-scaffold resources --behind."
    return (Code.DATABASE_BEHIND.at("", what, todo=todo),)


_MIGRATE_AND_DUMP = "Run mix ecto.migrate && mix ecto.dump."


def _not_accepted(opened: OpenProject, database: Database) -> tuple[Migration, ...]:
    """Return the migrations that a database lacks, without those that `[[accept]]` names."""
    accepted = {entry.object for entry in opened.config.accept}
    pending = opened.migrations.pending(database.versions)
    return tuple(each for each in pending if each.path not in accepted)


def _without_file(opened: OpenProject, database: Database) -> tuple[Problem, ...]:
    """Return a note on the versions that the database has and the project has no file of."""
    versions = opened.migrations.without_file(database.versions)
    if not versions:
        return ()
    if len(versions) == 1:
        what = f"The database has the migration {versions[0]}, of which there is no file."
    else:
        what = (
            f"The database has {len(versions)} migrations of which there is no file: from "
            f"{versions[0]} to {versions[-1]}."
        )
    return (Code.MIGRATION_WITHOUT_FILE.at(" and ".join(opened.migrations.folders), what),)


@contextmanager
def source_problems(problems: Iterable[Problem]) -> Iterator[None]:
    """Add the problems of reading a database to an error that ends the run.

    They may be its cause: a dump whose statements were all refused has no tables.
    """
    try:
        yield
    except ScaffoldError as error:
        serious = [each for each in problems if each.severity is not Severity.NOTE]
        more = [each for each in serious if each not in error.problems]
        if not more:
            raise
        raise ScaffoldError(*more, *error.problems) from error


def refused_problems(
    source: Source, database: Database, config: Config, last: Collection[Name] = ()
) -> tuple[tuple[Problem, ...], tuple[Unknown, ...]]:
    """Return what to report of a dump's refused statements, and the objects that are unknown.

    An object in a schema that was not read is of no concern, as is what can't touch a table.
    `last` are the tables that the last run has read.
    """
    accepted = {entry.object for entry in config.accept}
    problems, unknown = [], []
    for refusal in source.refusals:
        found = [
            each
            for each in (_of_every_tenant(each, database) for each in refusal.unknown)
            if each.relation is None or each.relation.schema in database.schemas
        ]
        unknown += found
        if not found:
            what = f"The server refused a statement that no table depends on: {refusal.message}."
            problems.append(Code.DUMP_ERROR.at(refusal.where, what, severity=Severity.NOTE))
            continue
        names = " and ".join(dict.fromkeys(each.object for each in found))
        what = (
            f"{names}: unknown, because the server refused a statement about it "
            f"({refusal.message}). "
        ) + (
            "It stays as the last run has read it."
            if any(each.relation is None or each.relation in last for each in found)
            else "It is left out."
        )
        if all(each.object in accepted for each in found):
            problems.append(
                Code.UNKNOWN_OBJECT.at(refusal.where, what, todo="", severity=Severity.NOTE)
            )
        else:
            problems.append(Code.UNKNOWN_OBJECT.at(refusal.where, what))
    return tuple(problems), tuple(unknown)


def _of_every_tenant(unknown: Unknown, database: Database) -> Unknown:
    """Return an object under the name that the tables of the template have."""
    relation = unknown.relation
    if relation is None or not database.template or relation.schema != database.template:
        return unknown
    return msgspec.structs.replace(unknown, relation=Name(DEFAULT_SCHEMA, relation.name))


def read_hints(project: Project, config: Config, options: SourceOptions) -> Hints:
    """Read the legacy code, only the folder of it that an option or the configuration names.

    Raises `ScaffoldError` when there is no such folder.
    """
    folder = config.legacy if options.legacy is None else options.legacy
    if not options.use_legacy or folder is False:
        return Hints(enabled=False)
    if folder is not None and not is_folder(project.root / folder):
        raise fail(
            Code.CONFIG_INVALID,
            f"There is no folder {quoted(folder)}.",
            where="legacy of ash_scaffold.toml" if options.legacy is None else "--legacy",
            todo="Name the folder of the Ecto schemas, or take it out to have them looked for.",
        )
    resolver = Resolver(config)
    return with_embeds(
        read_legacy(project, folder, choose_repo(project, options.repo, config)),
        lambda schema, column: resolver.embeds_for(schema.table, column, schema.context),
    )


def read_code_base(opened: OpenProject) -> CodeBase:
    """Return the legacy code that `read_hints` has read the schemas of."""
    folder = opened.config.legacy if opened.options.legacy is None else opened.options.legacy
    return CodeBase(source_files(opened.project, folder or None))


def _is_apart(project: Project, hints: Hints) -> bool:
    """Whether the legacy code is no part of the project, so that nothing there can call it."""
    schemas = hints.schemas
    return bool(schemas) and all(each.module not in project.modules for each in schemas)


def _legacy(hints: Hints, snapshots: Mapping[str, Snapshot]) -> tuple[LegacySchema, ...]:
    """Return the legacy schemas, those that snapshots remember of removed code included."""
    if not hints.enabled:
        return ()
    before = [schema for _, snapshot in sorted(snapshots.items()) for schema in snapshot.legacy]
    return with_remembered(with_removed_targets(hints.schemas, before), before)


@contextmanager
def open_database(
    opened: OpenProject, announce: Callable[[str], None] | None = None, *, rows: bool = False
) -> Iterator[Source]:
    """Open the database that a run reads: the options', `$DATABASE_URL`, the configuration's.

    `announce` gets a sentence with every percent of a dump that is loaded. Without `rows` the data
    of a dump is left out, but for the versions of migrations.
    Raises what `open_source` does, and for a `url` of the configuration that can't be filled in.
    """
    options, dump, configured, found = opened.options, opened.dump, None, ""
    if dump is None and options.url is None and not options.environment.get("DATABASE_URL"):
        configured = database_url(opened.config, options.environment)
        if configured is None:
            repo = choose_repo(opened.project, options.repo, opened.config)
            found = how_to_name_it(opened.project, repo, options.folder)
    with open_source(
        options.url,
        dump,
        environment=options.environment,
        configured=configured,
        limit=time_limit(options.timeout),
        options=DumpOptions(
            database=options.database,
            rows=rows,
            kept=frozenset((NO_MIGRATIONS.source, opened.migrations.source)),
            extensions=frozenset(options.extensions),
            on_share=None if announce is None else _percents(announce),
        ),
        found=found,
    ) as source:
        yield source


def _percents(announce: Callable[[str], None]) -> Callable[[float], None]:
    last = -1

    def on_share(share: float) -> None:
        nonlocal last
        percent = min(100, int(share * 100))
        if percent != last:
            last = percent
            announce(f"Loading the dump: {percent} %")

    return on_share


def schemas_in(patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the schemas that patterns of tables name."""
    found = (table_pattern(text) for text in patterns if "." in text)
    return tuple(name for each in found for name in each.schemas if not is_glob(name))


def read_database(
    opened: OpenProject,
    source: Source,
    schemas: Iterable[str] = (),
    keep: Callable[[Answers], None] = lambda _answers: None,
) -> Database:
    """Read `public`, the given schemas, and those that options, configuration and project name.

    A schema may be missing that only resources or snapshots name: its tables were dropped. So may
    one that only legacy code names: prefixes are often set at run time. A schema that is changed
    meanwhile is read once more. `keep` gets the answers of the database. Raises `ScaffoldError`
    when the database can't be read.
    """
    from ash_scaffold.postgres.answers import SchemaChangedError

    try:
        return _read_database(opened, source, schemas, keep)
    except SchemaChangedError:
        pass
    try:
        return _read_database(opened, source, schemas, keep)
    except SchemaChangedError as error:
        raise fail(
            Code.DATABASE_ERROR,
            "The schema is being changed while it is read, twice in a row.",
            where=source.description,
            todo="Run it again when the migration is done.",
        ) from error


def _read_database(
    opened: OpenProject, source: Source, schemas: Iterable[str], keep: Callable[[Answers], None]
) -> Database:
    from ash_scaffold.postgres.answers import Question, VersionTable
    from ash_scaffold.postgres.reflect import database_of_answers, read_catalog

    config, migrations = opened.config, opened.migrations
    tenants = tenant_schemas(config)
    configured, of_others = set(schemas_named(config)), _schemas_of_other_repos(opened)
    named = {*schemas, *opened.options.schemas, *(configured - of_others)}
    remembered = _schemas_of_project(opened) - named
    if tenants is not None:
        # One resource serves all of them, also where some were made of single ones before.
        remembered = {name for name in remembered if not tenants.is_other(name)}
    hinted = {"public", *(schema.table.schema for schema in opened.hints.schemas)} - named
    hinted |= remembered | (configured & of_others) - named
    question = Question(
        schemas=tuple(sorted(named | hinted)),
        partitions=any(table.partitions for table in config.tables.values()),
        versions=VersionTable(migrations.source, migrations.prefix) if migrations.files else None,
    )
    known = opened.options.known_answers
    answers = None if known is None else known(question, source.url)
    reader = opened.options.reader
    if answers is None and reader is not None and not source.server_version_text:
        answers = reader.ask(source.url, source.limit, question)
    if answers is None:
        from ash_scaffold.postgres.connect import read_only

        with read_only(source.url, source.limit) as connection:
            answers = read_catalog(connection, question)
    database = database_of_answers(answers, may_lack=hinted, tenants=tenants)
    keep(answers)
    gone = remembered.intersection(answers.schemas).difference(database.schemas)
    database = msgspec.structs.replace(
        database,
        schemas=tuple(sorted({*database.schemas, *gone})) if gone else database.schemas,
        missing_schemas=tuple(sorted(gone)),
        has_rows=source.has_rows,
    )
    return _with_versions(source, answers, database)


def tenant_schemas(config: Config) -> TenantSchemas | None:
    """Return which schemas are those of tenants, None where tenants have none of their own."""
    tenancy = config.tenancy
    if tenancy is None or tenancy.schema is None:
        return None
    patterns = tenancy.schemas
    return TenantSchemas(
        template=tenancy.schema,
        is_other=lambda schema: (
            schema != DEFAULT_SCHEMA and any(matches_glob(pattern, schema) for pattern in patterns)
        ),
        is_bookkeeping=is_skipped,
    )


def _schemas_of_project(opened: OpenProject) -> set[str]:
    """Return the schemas of the tables that resources and snapshots of the repo are of."""
    repo = choose_repo(opened.project, opened.options.repo, opened.config)
    tables = [(each.table_name, each.repo) for each in opened.project.resources]
    tables += [(each.table, each.repo) for each in opened.snapshots.values()]
    return {
        table.schema
        for table, own in tables
        if table is not None and (not own or repo is None or own == repo)
    }


def _with_versions(source: Source, answers: Answers, database: Database) -> Database:
    """Add the versions of Ecto's migrations, where they are needed and recorded.

    An empty record says nothing, since a copy of a schema has it so, except in a database that is
    empty itself.
    """
    versions = answers.versions
    table_of_versions = answers.question.versions if answers.question is not None else None
    if table_of_versions is None:
        return database
    others = any(table.name.name != table_of_versions.source for table in database.tables)
    if not versions and (others or source.server_version_text):
        return database
    return msgspec.structs.replace(database, versions=versions)


def matching_tables(patterns: Iterable[str], database: Database) -> tuple[Name, ...]:
    """Return the tables that patterns of `--table` fit, in their order.

    Raises `ScaffoldError` for a pattern that fits none.
    """
    found: dict[Name, None] = {}
    for text in patterns:
        pattern = table_pattern(text)
        matching = [table.name for table in database.tables if pattern.matches(table.name)]
        if not matching:
            raise fail(
                Code.UNKNOWN_NAME,
                f"No table fits {text}.",
                where=f"--table {text}",
                todo=did_you_mean(text, [str(table.name) for table in database.tables]),
            )
        found |= dict.fromkeys(matching)
    return tuple(found)


def invalid_module_names(*options: tuple[str, str | None, str]) -> list[Problem]:
    """Return an error for each option that names no module; of each also an example of one."""
    return [
        Code.INVALID_MODULE_NAME.at(
            option,
            f"{quoted(name)} is not a module's name.",
            todo=f"Each part starts with a capital letter, as in {example}.",
        )
        for option, name, example in options
        if name is not None and not valid_alias(name)
    ]
