"""The snapshots compared with today's database: changed, renamed and dropped tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.config import Resolver
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.compare import (
    NOTHING_SEEN,
    Change,
    Kind,
    Pairing,
    SaidByConfig,
    Seen,
    compare,
    pair,
)
from ash_scaffold.postgres.facts import TableFacts, facts_of_database
from ash_scaffold.problem import Code, Problem
from ash_scaffold.project.snapshot import Snapshot

_CONSTRAINT_RENAMES = frozenset(
    {
        Kind.PRIMARY_KEY_RENAMED,
        Kind.CONSTRAINT_RENAMED,
        Kind.FOREIGN_KEY_RENAMED,
        Kind.INDEX_RENAMED,
    }
)


class Renames(msgspec.Struct, frozen=True):
    """The renames in the database since the snapshots, new names by old ones.

    Columns and constraints (indexes too) are by the table's new name.
    """

    tables: Mapping[Name, Name] = {}
    columns: Mapping[Name, Mapping[str, str]] = {}
    constraints: Mapping[Name, Mapping[str, str]] = {}

    def table(self, old: Name) -> Name:
        """Return the name of a table today."""
        return self.tables.get(old, old)

    def column(self, table: Name, old: str) -> str:
        """Return the name of a column today; `table` is the table's new name."""
        return self.columns.get(table, {}).get(old, old)

    def constraint(self, table: Name, old: str) -> str:
        """Return the name of a constraint or index today; `table` is the table's new name."""
        return self.constraints.get(table, {}).get(old, old)

    def constraints_for(self, table: Name) -> Mapping[str, str]:
        """Return the renamed constraints that a table's resource may name.

        They are its own, and those of other tables whose keys point at it.
        """
        found: dict[str, str] = {}
        for names in self.constraints.values():
            found |= names
        return {**found, **self.constraints.get(table, {})}

    def columns_of(self, table: Name) -> Mapping[str, str]:
        """Return the renamed columns of a table (by its new name)."""
        return self.columns.get(table, {})


NO_RENAMES = Renames()


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
    near = changed | joins
    near |= {key.target for key in keys if key.table in near}
    return frozenset(near | {old[name] for name in near & old.keys()})


def find_schema_changes(
    snapshots: Iterable[Snapshot],
    database: Database,
    config: Resolver,
    seen: Seen = NOTHING_SEEN,
    types: Mapping[str, str] = {},
) -> SchemaChanges:
    """Pair the tables of the snapshots with those of the database, and compare them.

    A table in a schema that was not read counts as unchanged. `seen` are the names in this very
    database at an earlier run; `types` are today's modules of generated types that people have
    renamed, by the name they were generated with.
    """
    all_ = list(snapshots)
    tables = {each.table: each for each in all_ if each.table is not None}
    old = {name: each.facts for name, each in tables.items() if each.facts is not None}
    read = {name: facts for name, facts in old.items() if name.schema in database.schemas}
    new, pairing = _pair(read, database, config, seen)
    known = read.keys() | set(pairing.tables.values())
    changes = _changes_of(compare(read, new, pairing), known, config)
    renames = _renames_of(pairing, changes)
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


def _renames_of(pairing: Pairing, changes: Iterable[Change]) -> Renames:
    """Take the renames of tables and columns from the pairing, of the rest from the changes."""
    constraints: dict[Name, dict[str, str]] = {}
    for change in changes:
        if change.kind in _CONSTRAINT_RENAMES and change.table is not None:
            found = constraints.setdefault(change.table, {})
            found[str(change.before)] = str(change.after)
    return Renames(
        tables={old: new for old, new in pairing.tables.items() if old != new},
        columns=pairing.columns,
        constraints=constraints,
    )


def _pair(
    old: Mapping[Name, TableFacts], database: Database, config: Resolver, seen: Seen
) -> tuple[Mapping[Name, TableFacts], Pairing]:
    """Take the facts of all tables only where one is missing: it may be any of them now."""
    here = {table.name for table in database.tables}
    moved = any(name not in here for name in old) or any(
        was.name != name for name, was in seen.tables.items()
    )
    new = facts_of_database(database, None if moved else old.keys())
    pairing = pair(old, new, seen=seen, said=SaidByConfig(config))
    if moved:
        # Keys of tables without facts are facts of the tables that they point at.
        new = facts_of_database(database, {*old, *pairing.tables.values()})
    return new, pairing


def _changes_of(
    changes: Iterable[Change], tables: Iterable[Name], config: Resolver
) -> tuple[Change, ...]:
    """Leave out the tables that were there before, and have no resource.

    Of a table that is to get one, new keys can't be distinguished from older ones.
    """
    known = set(tables)
    added = (Kind.TABLE_ADDED, Kind.VIEW_ADDED)
    return tuple(
        change
        for change in changes
        if change.table in known
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
    gone = ", ".join(map(str, _names(change.before)))
    new = ", ".join(map(str, _names(change.after)))
    what = "column" if change.object else "table"
    return Code.RENAME_UNCLEAR.at(
        str(change.table),
        f"Gone: {gone}. New: {new}. Each {what} may have been renamed, or replaced.",
        todo="Say which it is in ash_scaffold.toml, for each that is new: its old name, "
        f'or "" for a new {what}.\n{_lines(change.detail)}',
    )


def _lines(detail: str) -> str:
    """Break the configuration's line as TOML has it: the table's header, then the option."""
    header, _, option = detail.rpartition("] ")
    return f"{header}]\n{option}"


def _names(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) and not isinstance(value, Name) else (value,)
