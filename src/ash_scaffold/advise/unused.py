"""Columns and tables that no code names, of those where all code that could is there to be read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from ash_scaffold.advise.advice import Advice, Kind
from ash_scaffold.advise.words import (
    ResourceFile,
    Words,
    forms,
    is_word,
    read_resource_file,
)
from ash_scaffold.ash.model import AttributeKind, ReadResource
from ash_scaffold.counted import counted
from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.legacy.usage import User
from ash_scaffold.postgres.catalog import Database, Name, Table
from ash_scaffold.postgres.sql import quote_identifier, quote_name
from ash_scaffold.project.mix_project import Project
from ash_scaffold.syntax.literal import atom

# Tables that packages make for themselves, which no code of an application names.
_OF_PACKAGES = frozenset(
    "schema_migrations data_migrations oban_jobs oban_peers oban_beats oban_producers "
    "oban_crons oban_queues oban_workflows versions fun_with_flags_toggles error_tracker_errors "
    "error_tracker_occurrences error_tracker_meta carbonite_changes waffle tower_events "
    "spatial_ref_sys que_jobs rihanna_jobs rihanna_locks commanded events streams "
    "stream_events subscriptions snapshots pgmq ash_events".split()
)
_TIMES = frozenset({"inserted_at", "updated_at", "created_at"})
# Extensions of a resource that show or take no attribute by themselves.
_QUIET = frozenset(
    "Ash.Policy.Authorizer Ash.Notifier.PubSub AshPostgres.DataLayer AshStateMachine AshArchival."
    "Resource AshCloak AshOban AshRateLimiter AshPhoenix".split()
)


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """All that is looked through: the code of the project, of legacy code, and of the database.

    `users` are by table; `stored` are the words of the database's own code; `owned` are the tables
    that Ash migrates.
    """

    database: Database
    project: Project
    hints: Hints
    resources: tuple[ReadResource, ...]
    users: Mapping[Name, tuple[User, ...]]
    stored: frozenset[str]
    owned: frozenset[Name] = frozenset()
    migration_source: str = "schema_migrations"


class Candidates(msgspec.Struct, frozen=True):
    """The columns and tables that are in question, before any file is read, and why others aren't.

    `words` are the names to look for.
    """

    columns: tuple[tuple[Table, str], ...]
    tables: tuple[Table, ...]
    words: frozenset[str]
    remarks: tuple[str, ...]


def find_candidates(sources: Sources) -> Candidates:
    """Return what may be unused: no schema has it, no key or view needs it."""
    finder = _Finder(sources)
    if not sources.hints.enabled:
        remark = "the legacy code was left out, so no column or table is said to be unused"
        return Candidates((), (), frozenset(), (remark,))
    columns = tuple(finder.columns())
    tables = tuple(finder.tables())
    words = {name for table, column in columns for name in finder.names(table, column)}
    words |= {name for table in tables for name in finder.table_names(table)}
    return Candidates(columns, tables, frozenset(words), tuple(finder.remarks()))


def unused(sources: Sources, candidates: Candidates, words: Words) -> Iterator[Advice]:
    """Yield the columns and tables among the candidates that no file names."""
    finder = _Finder(sources)
    gone = set()
    for table in candidates.tables:
        if finder.is_table_unnamed(table, words):
            gone.add(table.name)
            yield finder.table_advice(table)
    for table, column in candidates.columns:
        if table.name not in gone and finder.is_column_unnamed(table, column, words):
            yield finder.column_advice(table, column)


class _Finder:
    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._schemas: defaultdict[Name, list[EctoSchema]] = defaultdict(list)
        for schema in sources.hints.schemas:
            self._schemas[schema.table].append(schema)
        self._resources: defaultdict[Name, list[ReadResource]] = defaultdict(list)
        for resource in sources.resources:
            if resource.table is not None:
                self._resources[resource.table].append(resource)
        self._referred = {key.target for key in sources.database.foreign_keys()}
        self._modules: defaultdict[str, set[str]] = defaultdict(set)
        for resource in sources.resources:
            for place in resource.places.values():
                self._modules[place.path].add(resource.module)
        self._files: dict[str, ResourceFile | None] = {}
        self._left = 0
        self._shown = 0

    def remarks(self) -> Iterator[str]:
        """Yield what was not judged, and why. To be asked after `columns`."""
        hints = self._sources.hints
        if hints.unparsed or hints.unread:
            count = len(hints.unparsed) + len(hints.unread)
            yield f"{counted(count, 'part')} of the legacy code can't be read without running it"
        if self._left:
            yield (
                f"{counted(self._left, 'table')} with a schema or resource that can't be read as a "
                "whole: none of their columns is judged"
            )
        if self._shown:
            yield (
                f"{counted(self._shown, 'public column')} of resources with an extension that may "
                "show every attribute, such as AshJsonApi or AshGraphql: not judged"
            )

    # ---- columns ----

    def columns(self) -> Iterator[tuple[Table, str]]:
        """Yield the columns in question."""
        self._left = self._shown = 0
        for table in self._sources.database.tables:
            schemas, resources = self._schemas[table.name], self._resources[table.name]
            if not table.kind.is_table or not (schemas or resources):
                continue
            if any(each.partial for each in schemas) or not all(map(_is_whole, resources)):
                self._left += 1
                continue
            fields = {column for each in schemas for column in each.by_column()}
            needed = fields | _needed(table) | self._sources.stored
            for column in table.columns:
                if column.name in needed or not is_word(column.name):
                    continue
                if any(_shows(resource, column.name) for resource in resources):
                    self._shown += 1
                elif not any(_fills(resource, column.name) for resource in resources):
                    yield table, column.name

    def names(self, table: Table, column: str) -> tuple[str, ...]:
        """Return the names by which code may mean a column: its own, and those of attributes."""
        found = [column]
        for resource in self._resources[table.name]:
            found += [a.name for a in resource.resource.attributes if a.column == column]
        return tuple(dict.fromkeys(found))

    def is_column_unnamed(self, table: Table, column: str, words: Words) -> bool:
        """Whether no file holds a name of the column but in what defines its attribute."""
        names = self.names(table, column)
        if not all(map(is_word, names)):
            return False
        wanted = {form for name in names for form in forms(name)}
        for path in words.files_with(names):
            found = self._resource_file(path)
            if found is None or found.names(wanted, names):
                return False
        return True

    def column_advice(self, table: Table, column: str) -> Advice:
        """Return the advice to delete an attribute, and to drop its column."""
        owned = table.name in self._sources.owned
        drop = f"ALTER TABLE {quote_name(table.name)} DROP COLUMN {quote_identifier(column)};"
        for resource in self._resources[table.name]:
            for attribute in resource.resource.attributes:
                if attribute.column != column:
                    continue
                place = resource.place("attributes", attribute.name)
                path, line = "", 0
                lines: tuple[str, ...] = (f"attribute {atom(attribute.name)}",)
                if place is not None:
                    path, line = place.path, place.line
                    found = self._resource_file(path)
                    if found is not None and attribute.name in found.declarations:
                        written = found.declarations[attribute.name]
                        lines, line = written.lines, written.line
                return Advice(
                    kind=Kind.COLUMN_UNUSED,
                    table=table.name,
                    columns=(column,),
                    what="No code names it but the attribute's own definition.",
                    module=resource.module,
                    path=path,
                    line=line,
                    section="attributes",
                    add=False,
                    elixir=lines,
                    sql=drop,
                    owned=owned,
                )
        schemas = sorted(each.module for each in self._schemas[table.name])
        modules = " and ".join(schemas)
        what = (
            f"It is no field of {modules}, and no code names it."
            if schemas
            else ("No attribute has it, and no code names it.")
        )
        return Advice(
            kind=Kind.COLUMN_UNUSED,
            table=table.name,
            columns=(column,),
            what=what,
            add=False,
            sql=drop,
            owned=owned,
        )

    # ---- tables ----

    def tables(self) -> Iterator[Table]:
        """Yield the tables in question: no legacy module names them, and no key refers to them."""
        for table in self._sources.database.tables:
            name = table.name
            if (
                table.kind.is_table
                and table.partition_of is None
                and not table.inherits
                and name not in self._referred
                and not self._sources.users.get(name)
                and not self._schemas[name]
                and name.name not in _OF_PACKAGES | self._sources.stored
                and name.name != self._sources.migration_source
                and is_word(name.name)
                and all(
                    _is_whole(each) and _QUIET.issuperset(each.resource.extensions)
                    for each in self._resources[name]
                )
            ):
                yield table

    def table_names(self, table: Table) -> tuple[str, ...]:
        """Return the names by which code may mean a table: its own, and those of its resources."""
        modules = (each.module.rpartition(".")[2] for each in self._resources[table.name])
        return tuple(dict.fromkeys((table.name.name, *modules)))

    def is_table_unnamed(self, table: Table, words: Words) -> bool:
        """Whether no file names a table, or its resource, but its own and that of its domain."""
        resources = self._resources[table.name]
        own = {place.path for each in resources for place in each.places.values()}
        modules = {each.module for each in resources}
        domains = {
            domain.path: domain
            for domain in self._sources.project.domains
            if modules.intersection(domain.resources)
        }
        for path in words.files_with(self.table_names(table)) - own:
            domain = domains.get(path)
            source = None if domain is None else self._read(path)
            if source is None:
                return False
            lasts = {module.rpartition(".")[2] for module in modules}
            if any(source.count(last.encode()) > 1 for last in lasts):
                return False
            if table.name.name.encode() in source:
                return False
        return True

    def table_advice(self, table: Table) -> Advice:
        """Return the advice to delete a resource, and to drop its table."""
        resources = self._resources[table.name]
        drop = f"DROP TABLE {quote_name(table.name)};"
        owned = table.name in self._sources.owned
        if not resources:
            what = "No code names it, and no foreign key refers to it."
            return Advice(
                kind=Kind.TABLE_UNUSED,
                table=table.name,
                what=what,
                add=False,
                sql=drop,
                owned=owned,
            )
        first = resources[0]
        domain = self._sources.project.domain(first.resource.domain)
        return Advice(
            kind=Kind.TABLE_UNUSED,
            table=table.name,
            what=f"No code names it or {first.module}, and no foreign key refers to it.",
            module=first.module,
            path="" if domain is None else domain.path,
            line=0 if domain is None else domain.line,
            section="" if domain is None else "resources",
            add=False,
            elixir=() if domain is None else (f"resource {first.module}",),
            sql=drop,
            owned=owned,
        )

    def _resource_file(self, path: str) -> ResourceFile | None:
        """Read a file with resources, None for any other one."""
        if path not in self._files:
            modules = self._modules.get(path)
            source = None if modules is None else self._read(path)
            self._files[path] = (
                None if source is None else read_resource_file(source, modules or ())
            )
        return self._files[path]

    def _read(self, path: str) -> bytes | None:
        try:
            return self._sources.project.source(path)
        except OSError:
            return None


def _is_whole(resource: ReadResource) -> bool:
    """Whether all attributes and relationships of a resource could be read."""
    return not any(len(path) == 1 and path[0] in _SECTIONS for path in resource.unknown)


_SECTIONS = frozenset({"attributes", "relationships", "identities", "table", "schema"})


def _needed(table: Table) -> set[str]:
    """Return the columns that the table itself needs: of keys, of what several columns make."""
    found = set() if table.primary_key is None else set(table.primary_key.columns)
    found.update(name for key in table.foreign_keys for name in key.columns)
    for index in table.indexes:
        names = {key.column for key in index.keys if key.column is not None}
        if index.unique or index.constraint:
            found |= names | set(index.columns_in_expressions)
    for check in table.checks:
        if len(check.columns) > 1:
            found |= set(check.columns)
    for exclusion in table.exclusions:
        found |= set(exclusion.columns)
    expressions = [column.default or "" for column in table.columns if column.generated.value]
    words = {word for text in expressions for word in re.findall(r"\w+", text)}
    return found | {column.name for column in table.columns if column.name in words}


def _shows(resource: ReadResource, column: str) -> bool:
    """Whether an extension may show or take an attribute that no code names."""
    if _QUIET.issuperset(resource.resource.extensions) and resource.knows("extensions"):
        return False
    return any(a.column == column and a.public for a in resource.resource.attributes)


def _fills(resource: ReadResource, column: str) -> bool:
    """Whether the resource itself fills or needs a column: a timestamp, a key, the tenant."""
    for attribute in resource.resource.attributes:
        if attribute.column == column:
            plain = attribute.kind is AttributeKind.ATTRIBUTE
            return not plain or attribute.primary_key or attribute.name == resource.tenant
    return column in _TIMES
