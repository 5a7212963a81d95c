"""The snapshots compared with today's database: changed, renamed and dropped tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.ash.hints import Legacy, LegacySchema
from ash_scaffold.config import Resolver
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Database, Name
from ash_scaffold.postgres.compare import (
    EVERY_TENANT,
    NO_EARLIER_NAMES,
    NO_RENAMES,
    Change,
    EarlierNames,
    Kind,
    RenameDetection,
    Renames,
    compare,
    detect_renames,
    with_constraints,
)
from ash_scaffold.postgres.facts import TableFacts, facts_of_database
from ash_scaffold.postgres.tenant_schemas import facts_per_tenant
from ash_scaffold.problem import Code, Problem
from ash_scaffold.project.snapshot import Snapshot

_MOVED = frozenset({Kind.TABLE_MOVED, Kind.VIEW_MOVED})


class SchemaChanges(msgspec.Struct, frozen=True, kw_only=True):
    """The snapshots, and the changes of their tables since.

    `resources` are the snapshots by today's name of their table, `modules` those of domains and
    types by today's name of the module. `dropped` are resources whose table is no longer there.
    `changes` are those of tables with a snapshot, the undecided renames among them.
    """

    resources: Mapping[Name, Snapshot] = {}
    modules: Mapping[str, Snapshot] = {}
    dropped: tuple[Snapshot, ...] = ()
    renames: Renames = NO_RENAMES
    changes: tuple[Change, ...] = ()

    @property
    def unclear(self) -> tuple[Change, ...]:
        """The renames that the configuration has to decide."""
        return tuple(change for change in self.changes if change.kind is Kind.RENAME_UNCLEAR)


def tables_near_changes(schema: SchemaChanges, database: Database) -> frozenset[Name]:
    """Return the tables that changed since the snapshots, and those that keys tie to them.

    Names are those that the snapshots have.
    """
    changed = {change.table for change in schema.changes if change.table is not None}
    old = {now: each.table or now for now, each in schema.resources.items()}
    facts = [each.facts for each in (*schema.resources.values(), *schema.dropped) if each.facts]
    keys = [key for each in facts for key in each.foreign_keys]
    keys += [key for table in database.tables for key in table.foreign_keys]
    changed |= {old[name] for name in changed & old.keys()}
    joins = {key.table for key in keys if {key.table, key.target} & changed}
    tied = changed | joins
    tied |= {key.target for key in keys if key.table in tied}
    return frozenset(tied | {old[name] for name in tied & old.keys()})


def find_schema_changes(
    snapshots: Iterable[Snapshot],
    database: Database,
    config: Resolver,
    earlier: EarlierNames = NO_EARLIER_NAMES,
    types: Mapping[str, str] = {},
    legacy: Iterable[LegacySchema] = (),
) -> SchemaChanges:
    """Pair the tables of the snapshots with those of the database, and compare them.

    A table in a schema that was not read counts as unchanged. `earlier` are the names at the
    last run on this database; `types` are today's modules of generated types that people have
    renamed, by the name they were generated with; `legacy` are the schemas of today's
    legacy code.
    """
    all_ = list(snapshots)
    tables = {each.table: each for each in all_ if each.table is not None}
    old = {name: each.facts for name, each in tables.items() if each.facts is not None}
    moved = tables_of_every_tenant(old, database)
    read = {
        name: facts_per_tenant(facts, name.schema, relations=False) if name in moved else facts
        for name, facts in old.items()
        if name.schema in database.schemas or name in moved
    }
    new, detection = _detect_renames(read, database, config, earlier, Legacy(legacy), moved)
    with_resource = read.keys() | set(detection.renames.tables.values())
    changes = _changes_of(compare(read, new, detection), with_resource, config)
    if database.template:
        changes = tuple(
            msgspec.structs.replace(each, detail=EVERY_TENANT)
            if each.table in moved.values() and each.kind in _MOVED
            else each
            for each in changes
        )
    renames = with_constraints(detection.renames, changes, new.values())
    here = {table.name for table in database.tables}
    dropped = [
        each
        for name, each in tables.items()
        if name.schema in database.schemas and renames.table(name) not in here
    ]
    return SchemaChanges(
        resources={
            renames.table(name): each for name, each in tables.items() if each not in dropped
        },
        modules={
            types.get(each.planned or each.module, each.module): each
            for each in all_
            if each.table is None
        },
        dropped=tuple(sorted(dropped, key=lambda each: each.module)),
        renames=renames,
        changes=changes,
    )


def tables_of_every_tenant(
    old: Mapping[Name, TableFacts], database: Database
) -> Mapping[Name, Name]:
    """Return the new names of tables that were read from a tenant's schema as from any other.

    They are now read for all tenants; where several schemas have had snapshots, those of the
    template go on. The other way round they are those of the only schema that has such a table.
    """
    here = {table.name: table for table in database.tables}
    found: dict[Name, Name] = {}
    if database.template:
        for schema in (database.template, *database.tenant_schemas):
            for name in old:
                now = Name(DEFAULT_SCHEMA, name.name)
                table = here.get(now)
                taken = now in old or now in found.values()
                if name.schema == schema and not taken and table is not None and table.per_tenant:
                    found[name] = now
        return found
    for name, facts in old.items():
        if facts.per_tenant and name not in here:
            now_named = [each for each in here if each.name == name.name and each not in old]
            if len(now_named) == 1:
                found[name] = now_named[0]
    return found


def _detect_renames(
    old: Mapping[Name, TableFacts],
    database: Database,
    config: Resolver,
    earlier: EarlierNames,
    legacy: Legacy,
    moved: Mapping[Name, Name],
) -> tuple[Mapping[Name, TableFacts], RenameDetection]:
    """Take the facts of all tables only where one was dropped: it may be any of them now."""
    here = {table.name for table in database.tables}
    renamed = any(name not in here for name in old) or any(
        was.name != name for name, was in earlier.tables.items()
    )
    new = facts_of_database(database, None if renamed else old.keys())
    before = {now: f"{was.schema}.{was.name}" for was, now in moved.items()}

    def renamed_from(table: Name, column: str | None) -> str | None:
        said = config.renamed_from(table, column)
        return before.get(table) if said is None and column is None else said

    detection = detect_renames(
        old,
        new,
        earlier=earlier,
        renamed_from=renamed_from,
        code=lambda table, dropped, added: _code_evidence(legacy, table, dropped, added),
    )
    if renamed:
        # Keys of tables without facts are facts of the tables that they point at.
        new = facts_of_database(database, {*old, *detection.renames.tables.values()})
    return new, detection


def _code_evidence(legacy: Legacy, table: Name, dropped: str, new: str) -> bool | None:
    """Return what Ecto schemas say: `field :old, source: :new`, or a field of each column."""
    field = legacy.field(table, new)
    if field is None:
        return None
    if field.name == dropped:
        return True
    return None if legacy.field(table, dropped) is None else False


def _changes_of(
    changes: Iterable[Change], tables: Iterable[Name], config: Resolver
) -> tuple[Change, ...]:
    """Leave out the tables that were there before, and have no resource.

    Of a table that is to get one, new keys can't be distinguished from older ones.
    """
    with_resource = set(tables)
    added = (Kind.TABLE_ADDED, Kind.VIEW_ADDED)
    return tuple(
        change
        for change in changes
        if change.table in with_resource
        or change.kind not in (*added, Kind.FOREIGN_KEY_ADDED)
        or (
            change.kind is Kind.FOREIGN_KEY_ADDED
            and change.table is not None
            and (config.domain_of(change.table) is None or config.excludes(change.table))
        )
    )


def rename_problems(changes: Iterable[Change]) -> tuple[Problem, ...]:
    """Return an error for each rename that only the configuration can decide."""
    return tuple(_unclear(change) for change in changes)


def _unclear(change: Change) -> Problem:
    dropped = ", ".join(map(str, _names(change.before)))
    new = ", ".join(map(str, _names(change.after)))
    what = "column" if change.object else "table"
    return Code.RENAME_UNCLEAR.at(
        str(change.table),
        f"Dropped: {dropped}. Added: {new}. Each {what} may have been renamed or replaced.",
        todo="Say which it is in ash_scaffold.toml, for each that is new: its old name, "
        f'or "" for a new {what}.\n{_lines(change.detail)}',
    )


def _lines(detail: str) -> str:
    """Break the configuration's line as TOML has it: the table's header, then the option."""
    header, _, option = detail.rpartition("] ")
    return f"{header}]\n{option}"


def _names(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) and not isinstance(value, Name) else (value,)
