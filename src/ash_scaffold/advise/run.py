"""The run of `ash-scaffold advise`, step by step, without a word of output."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.advise.advice import (
    Advice,
    AdviceReport,
    Confirmed,
    Kind,
    Looked,
    Reason,
    split_accepted,
)
from ash_scaffold.advise.indexes import (
    DoubledIndex,
    MissingIndex,
    doubled_indexes,
    missing_indexes,
)
from ash_scaffold.advise.lookups import find_lookups
from ash_scaffold.advise.missing import missing
from ash_scaffold.advise.unused import Candidates, Sources, find_candidates, unused
from ash_scaffold.advise.words import Words, find_words
from ash_scaffold.ash.model import ReadResource
from ash_scaffold.config import require_names
from ash_scaffold.legacy.disagreements import disagreements
from ash_scaffold.legacy.usage import User, usage
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.index_details import (
    IndexDetails,
    IndexDetailsRow,
    index_details,
)
from ash_scaffold.postgres.source import Source
from ash_scaffold.postgres.sql import quote_identifier, quote_name
from ash_scaffold.postgres.stored_code import StoredCode, names_in_code
from ash_scaffold.problem import ScaffoldError, Severity
from ash_scaffold.project.mix_project import Project
from ash_scaffold.regular_file import read_file
from ash_scaffold.session import (
    Phases,
    Session,
    SourceOptions,
    make_session,
    matching_tables,
    open_database,
    open_project,
    read_database,
    require_cut_over,
    schemas_in,
    source_problems,
)

if TYPE_CHECKING:
    from ash_scaffold.postgres.answers import Answers
    from ash_scaffold.postgres.url import URL

_SHOWN = 3


class AdviseOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a run: those of the source, and which tables to speak of; all without any."""

    source: SourceOptions
    domain: str | None = None
    tables: tuple[str, ...] = ()


_INDEXES, _CODE = "advise/indexes", "advise/stored_code"


class CatalogDetails(msgspec.Struct, frozen=True):
    """What is read of a database beside its structs: its indexes, and the code that it holds.

    `answers` are what they were made of.
    """

    indexes: Mapping[Name, tuple[IndexDetails, ...]]
    code: tuple[StoredCode, ...]
    answers: Answers | None = None


def read_details(source: Source, database: Database) -> CatalogDetails:
    """Read them. Raises `ScaffoldError` when the database can't be read."""
    from ash_scaffold.postgres.answers import array_of, ask_also
    from ash_scaffold.postgres.connect import read_only

    with read_only(source.url, source.limit) as connection:
        schemas = array_of(connection, sorted(database.schemas))
        queries = {_INDEXES: IndexDetailsRow, _CODE: StoredCode}
        answers = ask_also(connection, queries, {"schemas": schemas})
    return CatalogDetails(
        index_details(answers.rows(_INDEXES, IndexDetailsRow)),
        tuple(answers.rows(_CODE, StoredCode)),
        answers,
    )


def advise(
    options: AdviseOptions, announce: Callable[[str], None] = lambda _sentence: None
) -> AdviceReport:
    """Find what to change. Nothing is written.

    Raises `ScaffoldError` for whatever makes the run impossible.
    """
    phases = Phases(announce)
    phases.begin("project", "Reading the project")
    opened = open_project(options.source, domain=options.domain)
    repo = opened.require_repo()
    phases.begin("reflection", "Reading the database")
    with open_database(opened, phases.announce) as source:
        database = read_database(opened, source, schemas_in(options.tables))
        details = read_details(source, database)
        session = make_session(opened, repo, source, database)
        problems = (*session.behind, *session.problems)
        if session.unread:
            raise ScaffoldError(*session.unread)
        with source_problems(problems):
            require_names(session.config, session.database, ())
            require_cut_over(session)
            wanted = _wanted(session, options)
        phases.begin("code", "Reading the code")
        gathered = gather(session, details)
        phases.begin("indexes", "Asking for plans")
        found = [each for each in gathered.missing if each.table in wanted]
        confirmed, remarks = _confirmed(found, session, details, source.url)
    advice = [*gathered.advice(session), *_missing(confirmed, gathered, session)]
    shown = sorted((e for e in advice if e.table in wanted), key=Advice.sort_key)
    left, accepted = split_accepted(shown, session.config.accept)
    looked = msgspec.structs.replace(gathered.looked, remarks=(*gathered.looked.remarks, *remarks))
    return AdviceReport(
        source=session.source,
        tables=len(wanted),
        advice=left,
        accepted=accepted,
        looked=looked,
        problems=tuple(each for each in problems if each.severity is not Severity.NOTE),
    )


def _wanted(session: Session, options: AdviseOptions) -> frozenset[Name]:
    """Return the tables to speak of: those that the options name, without those left out."""
    decided = session.plan()
    shown = {table.name for table in session.database.tables} - set(decided.scope.skipped)
    if options.domain is not None:
        shown &= {
            item.draft.name for item in decided.resources if item.resource.domain == options.domain
        }
    if options.tables:
        shown &= set(matching_tables(options.tables, session.database))
    return frozenset(shown)


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """What was found by reading alone: without a plan of PostgreSQL."""

    resources: Mapping[Name, tuple[ReadResource, ...]]
    missing: tuple[MissingIndex, ...]
    doubled: tuple[DoubledIndex, ...]
    unused: tuple[Advice, ...]
    looked: Looked

    def advice(self, session: Session) -> Iterator[Advice]:
        """Yield all advice but that on missing indexes."""
        owned = owned_tables(session)
        yield from missing(session.database.tables, self.resources, owned)
        for each in self.doubled:
            yield _doubled(each, self.resources, session.project, owned)
        yield from self.unused


def owned_tables(session: Session) -> frozenset[Name]:
    """Return the tables that Ash migrates."""
    tables = (table.name for table in session.database.tables)
    return frozenset(name for name in tables if session.resolver.owned_by_ash(name))


def gather(
    session: Session, details: CatalogDetails, users: Mapping[Name, tuple[User, ...]] | None = None
) -> Gathered:
    """Read the code, and find what can be found without the database.

    `users` of the tables are those of `usage`, where they are known.
    """
    from ash_scaffold.generate.hand_written import read_files

    database, project = session.database, session.project
    read = read_files(project, project.resources)
    by_table: defaultdict[Name, list[ReadResource]] = defaultdict(list)
    for _, resource in sorted(read.items()):
        if resource.table is not None:
            by_table[resource.table].append(resource)
    resources = {name: tuple(found) for name, found in by_table.items()}
    findings = disagreements(session.hints, database) if session.hints.enabled else ()
    lookups = find_lookups(database, read.values(), findings)
    sources = Sources(
        database=database,
        project=project,
        hints=session.hints,
        resources=tuple(read.values()),
        users=usage(project, session.hints, (table.name for table in database.tables))
        if users is None
        else users,
        stored=names_in_code(details.code),
        owned=owned_tables(session),
        migration_source=session.migrations.source,
    )
    candidates = find_candidates(sources)
    words = _words(session, candidates)
    shown = {table.name for table in database.tables if table.kind.is_table}
    return Gathered(
        resources=resources,
        missing=missing_indexes(lookups, database.tables),
        doubled=tuple(
            each
            for name, indexes in sorted(details.indexes.items())
            if name in shown
            for each in doubled_indexes(indexes)
        ),
        unused=tuple(unused(sources, candidates, words)),
        looked=Looked(
            files=words.files,
            folders=words.folders,
            resources=len(read),
            stored=len(details.code),
            remarks=tuple(_remarks(session, candidates, words)),
        ),
    )


def _words(session: Session, candidates: Candidates) -> Words:
    root, folder = session.project.root, session.hints.folder
    if not candidates.words:
        return Words({}, 0, ())
    more = []
    if folder is not None and not (root / folder).resolve().is_relative_to(root.resolve()):
        more.append((root / folder).resolve())
    return find_words(root, more, candidates.words, session.project.sources)


def _remarks(session: Session, candidates: Candidates, words: Words) -> Iterator[str]:
    yield from candidates.remarks
    if words.unread:
        shown = ", ".join(words.unread[:_SHOWN])
        more = f" and {len(words.unread) - _SHOWN} more" if len(words.unread) > _SHOWN else ""
        yield f"not readable: {shown}{more}"
    if session.hints.enabled and not session.hints.schemas and candidates.words:
        yield (
            "there is no Ecto schema here: where the legacy code is another repository, --legacy "
            "names its folder"
        )


def _confirmed(
    found: list[MissingIndex], session: Session, details: CatalogDetails, url: URL
) -> tuple[list[tuple[MissingIndex, Confirmed]], tuple[str, ...]]:
    """Ask for plans, in the dump's own server or in a copy; return what holds, and remarks."""
    if not found:
        return [], ()
    import psycopg

    try:
        with _place_to_plan(found, session, details, url) as (place, lacking):
            return list(_asked(found, session, details, place, lacking)), ()
    except ScaffoldError as error:
        why = error.problems[0].what.rstrip(".")
        remark = f"no plan was asked for, because there is no throw-away server: {why}"
        return [(each, Confirmed.NOT) for each in found], (remark,)
    except psycopg.Error:
        remark = "no plan was asked for, because the throw-away server broke off"
        return [(each, Confirmed.NOT) for each in found], (remark,)


@contextmanager
def _place_to_plan(
    found: Iterable[MissingIndex], session: Session, details: CatalogDetails, url: URL
) -> Iterator[tuple[URL, frozenset[Name]]]:
    """Give a database that has the tables without rows, and those that it lacks a part of."""
    if session.server:
        yield url, frozenset(each.relation for each in session.unknown if each.relation is not None)
        return
    from ash_scaffold.advise.plans import emptied_copy

    needed = {each.table for each in found}
    tables = [table for table in session.database.tables if table.name in needed]
    with emptied_copy(session.database, tables, details.indexes, details.code) as copy:
        yield copy


def _asked(
    found: Iterable[MissingIndex],
    session: Session,
    details: CatalogDetails,
    url: URL,
    lacking: frozenset[Name],
) -> Iterator[tuple[MissingIndex, Confirmed]]:
    from ash_scaffold.advise.plans import planner

    kinds = {}
    if session.server:
        kinds = {table.name: table.kind for table in session.database.tables}
    indexes = [each for found_of in details.indexes.values() for each in found_of]
    with planner(url, kinds, indexes) as asked:
        for each in found:
            lookups, is_sure = asked.needs(each)
            if lookups:
                by = Confirmed.PLAN if is_sure and each.table not in lacking else Confirmed.NOT
                yield msgspec.structs.replace(each, lookups=lookups), by


def _missing(
    found: Iterable[tuple[MissingIndex, Confirmed]], gathered: Gathered, session: Session
) -> Iterator[Advice]:
    owned = owned_tables(session)
    for each, confirmed in found:
        yield missing_advice(each, confirmed, gathered.resources.get(each.table, ()), owned)


def missing_advice(
    each: MissingIndex,
    confirmed: Confirmed,
    resources: tuple[ReadResource, ...],
    owned: frozenset[Name],
) -> Advice:
    """Say which index to add."""
    resource = next(iter(resources), None)
    tenant, path, line = "", "", 0
    if resource is not None:
        tenant = next(
            (a.column for a in resource.resource.attributes if a.name == resource.tenant), ""
        )
        place = resource.place()
        path, line = ("", 0) if place is None else (place.path, place.line)
    names = " and ".join(each.columns) if len(each.columns) < 3 else ", ".join(each.columns)
    return Advice(
        kind=Kind.INDEX_MISSING,
        table=each.table,
        columns=each.columns,
        what=f"No index serves {names}.",
        reasons=each.reasons,
        module="" if resource is None else resource.module,
        path=path,
        line=line,
        section="postgres, custom_indexes",
        elixir=(each.elixir(tenant),),
        sql=f"CREATE INDEX CONCURRENTLY {quote_identifier(each.name)} ON "
        f"{quote_name(each.table)} ({', '.join(each.keys)});",
        owned=each.table in owned,
        confirmed=confirmed,
        rank=each.rank,
    )


def _doubled(
    each: DoubledIndex,
    resources: Mapping[Name, tuple[ReadResource, ...]],
    project: Project,
    owned: frozenset[Name],
) -> Advice:
    table, index, other = each.index.table, each.index, each.other
    kind = "constraint" if other.constraint else "unique index" if other.unique else "index"
    same = "has the same keys" if each.is_equal else "begins with the same keys"
    module, path, line, lines = _written(index.name, resources.get(table, ()), project)
    schema = "" if table.schema == "public" else f"{quote_identifier(table.schema)}."
    return Advice(
        kind=Kind.INDEX_DOUBLED,
        table=table,
        index=index.name,
        columns=tuple(key.column for key in index.keys if key.column is not None),
        what=f"The {kind} {other.name} {same}, and serves whatever it serves.",
        reasons=(Reason(_short(index)), Reason(_short(other))),
        module=module,
        path=path,
        line=line,
        section="postgres" if lines else "",
        add=False,
        elixir=lines,
        sql=f"DROP INDEX CONCURRENTLY {schema}{quote_identifier(index.name)};",
        owned=table in owned,
        confirmed=Confirmed.CATALOG,
    )


def _short(index: IndexDetails) -> str:
    """Return an index's name with its definition from the method on."""
    _, _, rest = index.definition.partition(" USING ")
    return f"{index.name}: {rest}"


def _written(
    name: str, resources: Iterable[ReadResource], project: Project
) -> tuple[str, str, int, tuple[str, ...]]:
    """Find an index in `custom_indexes`: module, path, line, and the lines themselves."""
    from ash_scaffold.advise.words import index_lines

    for resource in resources:
        place = resource.place()
        if place is None:
            continue
        try:
            source = read_file(project.root / place.path)
        except OSError:
            continue
        found = index_lines(source, resource.module, name)
        if found is None:
            return resource.module, place.path, place.line, ()
        return resource.module, place.path, found.line, found.lines
    return "", "", 0, ()
