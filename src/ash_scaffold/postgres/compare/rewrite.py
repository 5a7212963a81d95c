"""The old facts under the new names, so that what only follows a rename is equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ash_scaffold.postgres.catalog import (
    Check,
    Exclusion,
    ForeignKey,
    Index,
    Key,
    Name,
    Trigger,
)
from ash_scaffold.postgres.compare.renames import Pairing
from ash_scaffold.postgres.compare.sql import Substitution, substitute
from ash_scaffold.postgres.facts import ColumnFacts, TableFacts, TypeFacts
from ash_scaffold.postgres.type_notation import read_type, write_type

_NO_COLUMNS: Mapping[str, str] = {}


def under_new_names(facts: TableFacts, pairing: Pairing) -> TableFacts:
    """Rewrite the facts of one table: its own names, and those of all that it refers to.

    The order of what is sorted by name stays that of the old names.
    """
    return _Rewriting(facts.name, pairing).table(facts)


class _Rewriting:
    """The new names, as one table sees them."""

    def __init__(self, table: Name, pairing: Pairing) -> None:
        self._pairing = pairing
        self._table = pairing.tables.get(table, table)
        self._columns = pairing.columns.get(self._table, _NO_COLUMNS)
        renamed, moved = self._table.name != table.name, self._table.schema != table.schema
        self._new = Substitution(
            columns=self._columns,
            relation=(table.name, self._table.name) if renamed else None,
            types=pairing.types,
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
        own = self._pairing.columns.get(owner, _NO_COLUMNS)
        others = self._pairing.columns.get(target, _NO_COLUMNS)
        return replace(
            key,
            table=owner,
            columns=_renamed(key.columns, own),
            target=target,
            target_columns=_renamed(key.target_columns, others),
            set_null_columns=_renamed(key.set_null_columns, own),
        )

    def _relation(self, name: Name) -> Name:
        return self._pairing.tables.get(name, name)

    def _column(self, column: ColumnFacts) -> ColumnFacts:
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
        # What a function assigns to is in its source, which a rename does not reach.
        return replace(trigger, columns=_renamed(trigger.columns, self._columns))

    def _type(self, type_: TypeFacts) -> TypeFacts:
        # A domain's expressions speak of VALUE, never of columns.
        new = Substitution(types=self._pairing.types)
        return replace(
            type_,
            name=self._pairing.types.get(type_.name, type_.name),
            base=type_.base and self._use(type_.base),
            default=type_.default and substitute(type_.default, new),
            checks=tuple(
                replace(each, expression=substitute(each.expression, new)) for each in type_.checks
            ),
            fields=tuple((name, self._use(text)) for name, text in type_.fields),
            subtype=type_.subtype and self._use(type_.subtype),
        )

    def _use(self, text: str) -> str:
        use = read_type(text)
        renamed = self._pairing.types.get(use.name)
        return text if renamed is None else write_type(replace(use, name=renamed))

    def _sql(self, sql: str | None) -> str | None:
        return None if sql is None else substitute(sql, self._new)


def _renamed(columns: Iterable[str], new: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(new.get(column, column) for column in columns)
