"""Renames between two schemas, and the old facts rewritten under the new names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from ash_scaffold.postgres.catalog import (
    Check,
    Column,
    Exclusion,
    Field,
    ForeignKey,
    Index,
    Key,
    Name,
    Trigger,
    Type,
    TypeUse,
)
from ash_scaffold.postgres.compare.change import Change, Evidence, Kind
from ash_scaffold.postgres.compare.substitution import Substitution, substitute
from ash_scaffold.postgres.facts import TableFacts
from ash_scaffold.postgres.referring_keys import by_target, met_by_delete


class EarlierTable(msgspec.Struct, frozen=True):
    """The names of a table and of its columns at an earlier run on this database.

    `columns` pairs today's names with the earlier ones; `dropped` are the earlier names of the
    columns that are no longer there.
    """

    name: Name
    columns: Mapping[str, str]
    dropped: frozenset[str] = frozenset()


class EarlierNames(msgspec.Struct, frozen=True):
    """The names that the objects of this database had at an earlier run, by their object ids.

    `tables` has, by their names today, those that were there then; `dropped` are the names of those
    that are no longer there.
    """

    tables: Mapping[Name, EarlierTable] = {}
    dropped: frozenset[Name] = frozenset()


NO_EARLIER_NAMES = EarlierNames()

RenamedFrom: TypeAlias = Callable[[Name, str | None], str | None]
"""The old name of a table (`schema.name`, or a name in the same schema), or of its column.

Empty for a new object, None where the configuration leaves it open.
"""


CodeEvidence: TypeAlias = Callable[[Name, str, str], bool | None]
"""What the application's code says of a dropped column of a table and a new one.

True when it knows the new column by the old name, False when it knows both as two columns, None
when it says nothing.
"""


class Renames(msgspec.Struct, frozen=True, dict=True):
    """New names by old ones.

    `tables` has all that are on both sides, `types` those that differ. The others are by the
    table's new name, and only those that differ: `columns`; `constraints` (indexes too) of the
    table itself; `incoming`, the keys of other tables that can refuse a write to its rows.
    """

    tables: Mapping[Name, Name] = {}
    columns: Mapping[Name, Mapping[str, str]] = {}
    types: Mapping[Name, Name] = {}
    constraints: Mapping[Name, Mapping[str, str]] = {}
    incoming: Mapping[Name, Mapping[str, str]] = {}

    @cached_property
    def is_empty(self) -> bool:
        """Whether tables, columns and constraints all have the names that they had."""
        return (
            not self.columns
            and not self.constraints
            and all(old == new for old, new in self.tables.items())
        )

    def table(self, old: Name) -> Name:
        """Return the new name of a table."""
        return self.tables.get(old, old)

    def column(self, table: Name, old: str) -> str:
        """Return the new name of a column of a table (by its new name)."""
        return self.columns.get(table, _NONE).get(old, old)

    def constraint(self, table: Name, old: str) -> str:
        """Return the new name of a constraint or index of a table (by its new name)."""
        return self.constraints.get(table, _NONE).get(old, old)

    def columns_of(self, table: Name) -> Mapping[str, str]:
        """Return the renamed columns of a table (by its new name)."""
        return self.columns.get(table, _NONE)

    def constraints_for(self, table: Name) -> Mapping[str, str]:
        """Return the renamed constraints that a table's resource may name (by its new name)."""
        return {**self.incoming.get(table, _NONE), **self.constraints.get(table, _NONE)}


NO_RENAMES = Renames()
_NONE: Mapping[str, str] = {}


_CONSTRAINT_RENAMES = frozenset(
    {
        Kind.PRIMARY_KEY_RENAMED,
        Kind.CONSTRAINT_RENAMED,
        Kind.FOREIGN_KEY_RENAMED,
        Kind.INDEX_RENAMED,
    }
)


def with_constraints(
    renames: Renames, changes: Iterable[Change], new: Iterable[TableFacts]
) -> Renames:
    """Add the renamed constraints among the changes. `new` are the facts after them.

    The names of constraints are unique in their table only.
    """
    constraints: dict[Name, dict[str, str]] = {}
    keys: dict[tuple[Name, str], str] = {}
    for change in changes:
        if change.kind in _CONSTRAINT_RENAMES and change.table is not None:
            before, after = str(change.before), str(change.after)
            constraints.setdefault(change.table, {})[before] = after
            if change.kind is Kind.FOREIGN_KEY_RENAMED:
                keys[change.table, after] = before
    incoming: dict[Name, dict[str, str]] = {}
    if keys:
        tables = list(new)
        all_keys = {
            (key.table, key.name): key
            for table in tables
            for key in (*table.foreign_keys, *table.incoming)
        }
        pointing = by_target(all_keys.values())
        for table in tables:
            for key in met_by_delete(table.name, pointing):
                before = keys.get((key.table, key.name), "")
                if before and before not in _constraint_names(table):
                    incoming.setdefault(table.name, {})[before] = key.name
    return replace(renames, constraints=constraints, incoming=incoming)


def _constraint_names(table: TableFacts) -> set[str]:
    names = {key.name for key in table.unique_keys}
    if table.primary_key is not None:
        names.add(table.primary_key.name)
    names |= {key.name for key in table.foreign_keys}
    names |= {check.name for check in table.checks}
    names |= {exclusion.name for exclusion in table.exclusions}
    return names | {index.name for index in table.indexes}


class UnclearRename(msgspec.Struct, frozen=True):
    """Dropped names and new ones that may be theirs: of columns of `table`, or of tables."""

    table: Name | None
    dropped: tuple[str, ...] | tuple[Name, ...]
    new: tuple[str, ...] | tuple[Name, ...]


class RenameDetection(msgspec.Struct, frozen=True):
    """The detected renames, the evidence for each, and the unclear ones.

    The evidence is by new names.
    """

    renames: Renames = NO_RENAMES
    table_evidence: Mapping[Name, Evidence] = {}
    column_evidence: Mapping[tuple[Name, str], Evidence] = {}
    unclear: tuple[UnclearRename, ...] = ()


def under_new_names(facts: TableFacts, renames: Renames) -> TableFacts:
    """Rewrite the facts of one table: its own names, and those of all that it refers to.

    The order of what is sorted by name stays that of the old names.
    """
    return _Rewriting(facts.name, renames).table(facts)


class _Rewriting:
    """The new names, as one table sees them."""

    def __init__(self, table: Name, renames: Renames) -> None:
        self._renames = renames
        self._table = renames.table(table)
        self._columns = renames.columns.get(self._table, _NONE)
        renamed, moved = self._table.name != table.name, self._table.schema != table.schema
        self._new = Substitution(
            columns=self._columns,
            relation=(table.name, self._table.name) if renamed else None,
            types=renames.types,
            schemas=(table.schema, self._table.schema) if moved else None,
        )

    def table(self, facts: TableFacts) -> TableFacts:
        key = facts.primary_key
        return replace(
            facts,
            name=self._table,
            columns=tuple(self._column(each) for each in facts.columns),
            primary_key=None if key is None else self._key(key),
            unique_keys=tuple(self._key(each) for each in facts.unique_keys),
            foreign_keys=tuple(self.foreign_key(each) for each in facts.foreign_keys),
            checks=tuple(self._check(each) for each in facts.checks),
            exclusions=tuple(self._exclusion(each) for each in facts.exclusions),
            indexes=tuple(self._index(each) for each in facts.indexes),
            triggers=tuple(self._trigger(each) for each in facts.triggers),
            inherits=tuple(self._relation(name) for name in facts.inherits),
            partition_of=facts.partition_of and self._relation(facts.partition_of),
            partition_constraints=tuple(
                replace(each, columns=_renamed(each.columns, self._columns))
                for each in facts.partition_constraints
            ),
            types=tuple(self._type(each) for each in facts.types),
            incoming=tuple(self.foreign_key(each) for each in facts.incoming),
        )

    def foreign_key(self, key: ForeignKey) -> ForeignKey:
        owner, target = self._relation(key.table), self._relation(key.target)
        own = self._renames.columns.get(owner, _NONE)
        others = self._renames.columns.get(target, _NONE)
        return replace(
            key,
            table=owner,
            columns=_renamed(key.columns, own),
            target=target,
            target_columns=_renamed(key.target_columns, others),
            set_null_columns=_renamed(key.set_null_columns, own),
        )

    def _relation(self, name: Name) -> Name:
        return self._renames.table(name)

    def _column(self, column: Column) -> Column:
        return replace(
            column,
            name=self._columns.get(column.name, column.name),
            type=self._use(column.type),
            default=self._sql(column.default),
        )

    def _key(self, key: Key) -> Key:
        return replace(
            key,
            columns=_renamed(key.columns, self._columns),
            include=_renamed(key.include, self._columns),
        )

    def _check(self, check: Check) -> Check:
        return replace(
            check,
            columns=_renamed(check.columns, self._columns),
            expression=substitute(check.expression, self._new),
        )

    def _exclusion(self, exclusion: Exclusion) -> Exclusion:
        return replace(
            exclusion,
            columns=_renamed(exclusion.columns, self._columns),
            definition=substitute(exclusion.definition, self._new),
        )

    def _index(self, index: Index) -> Index:
        keys = (
            replace(
                key,
                column=key.column and self._columns.get(key.column, key.column),
                expression=self._sql(key.expression),
            )
            for key in index.keys
        )
        return replace(
            index,
            keys=tuple(keys),
            include=_renamed(index.include, self._columns),
            predicate=self._sql(index.predicate),
            columns_in_expressions=_renamed(index.columns_in_expressions, self._columns),
        )

    def _trigger(self, trigger: Trigger) -> Trigger:
        # The columns that a function assigns to are in its source, which a rename does not reach.
        return replace(trigger, columns=_renamed(trigger.columns, self._columns))

    def _type(self, type_: Type) -> Type:
        # A domain's expressions speak of VALUE, never of columns.
        new = Substitution(types=self._renames.types)
        return replace(
            type_,
            name=self._renames.types.get(type_.name, type_.name),
            base=type_.base and self._use(type_.base),
            default=type_.default and substitute(type_.default, new),
            checks=tuple(
                replace(each, expression=substitute(each.expression, new)) for each in type_.checks
            ),
            fields=tuple(Field(field.name, self._use(field.type)) for field in type_.fields),
            subtype=type_.subtype and self._use(type_.subtype),
        )

    def _use(self, use: TypeUse) -> TypeUse:
        renamed = self._renames.types.get(use.name)
        return use if renamed is None else TypeUse(renamed, use.typmod, use.dimensions)

    def _sql(self, sql: str | None) -> str | None:
        return None if sql is None else substitute(sql, self._new)


def _renamed(columns: Iterable[str], new: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(new.get(column, column) for column in columns)
