"""Renames between two schemas, and the old facts rewritten under the new names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

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
from ash_scaffold.postgres.compare.change import Evidence
from ash_scaffold.postgres.facts import TableFacts
from ash_scaffold.postgres.sql import quote_identifier


class SeenTable(msgspec.Struct, frozen=True):
    """What a table was when this database was last seen: its name, and its columns' names.

    `columns` pairs names now with names then; `gone` are the columns that are no longer there.
    """

    name: Name
    columns: Mapping[str, str]
    gone: frozenset[str] = frozenset()


class Seen(msgspec.Struct, frozen=True):
    """What is known of this very database from a time before, by its object ids.

    `tables` has, by their names now, those that were there then; `gone` are the names of those
    that are no longer there.
    """

    tables: Mapping[Name, SeenTable] = {}
    gone: frozenset[Name] = frozenset()


class Said(Protocol):
    """What the configuration says of renames: the old name, empty for new, None for nothing."""

    def table(self, name: Name) -> str | None:
        """Say what a table was called, `schema.name` or a name in the same schema."""

    def column(self, table: Name, column: str) -> str | None:
        """Say what a column was called."""


class NothingSaid:
    """A configuration that is silent."""

    def table(self, name: Name) -> str | None:  # noqa: ARG002 - the protocol's
        """Say nothing."""
        return None

    def column(self, table: Name, column: str) -> str | None:  # noqa: ARG002 - the protocol's
        """Say nothing."""
        return None


NOTHING_SEEN = Seen()
NOTHING_SAID = NothingSaid()


class Unclear(msgspec.Struct, frozen=True):
    """Names that are gone and new ones that may be theirs: of columns of `table`, or of tables."""

    table: Name | None
    gone: tuple[str, ...] | tuple[Name, ...]
    new: tuple[str, ...] | tuple[Name, ...]


class Pairing(msgspec.Struct, frozen=True):
    """Old names and new ones for what is on both sides, how renames are known, what is unclear.

    Column pairs are by the table's new name, and only those that differ.
    """

    tables: Mapping[Name, Name] = {}
    columns: Mapping[Name, Mapping[str, str]] = {}
    types: Mapping[Name, Name] = {}
    table_evidence: Mapping[Name, Evidence] = {}
    column_evidence: Mapping[tuple[Name, str], Evidence] = {}
    unclear: tuple[Unclear, ...] = ()


def paired(
    old: Mapping[Name, TableFacts], new: Mapping[Name, TableFacts], tables: Mapping[Name, Name]
) -> Iterator[tuple[TableFacts, TableFacts]]:
    """Give the tables that are on both sides, `tables` by old name."""
    for before, after in tables.items():
        yield old[before], new[after]


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
        # What a function assigns to is in its source, which a rename does not reach.
        return replace(trigger, columns=_renamed(trigger.columns, self._columns))

    def _type(self, type_: Type) -> Type:
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
            fields=tuple(Field(field.name, self._use(field.type)) for field in type_.fields),
            subtype=type_.subtype and self._use(type_.subtype),
        )

    def _use(self, use: TypeUse) -> TypeUse:
        renamed = self._pairing.types.get(use.name)
        return use if renamed is None else TypeUse(renamed, use.typmod, use.dimensions)

    def _sql(self, sql: str | None) -> str | None:
        return None if sql is None else substitute(sql, self._new)


def _renamed(columns: Iterable[str], new: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(new.get(column, column) for column in columns)


_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\W\d][\w$]*|\d[\w.]*|::|\s+|.""", re.DOTALL)
_NAME = re.compile(r'[^\W\d]|"')


class Substitution(msgspec.Struct, frozen=True):
    """New names by old ones: of a relation's columns, of the relation itself, of types.

    `schemas` are those of a moved relation, whose sequences have moved with it.
    """

    columns: Mapping[str, str] = {}
    relation: tuple[str, str] | None = None
    types: Mapping[Name, Name] = {}
    schemas: tuple[str, str] | None = None

    def __bool__(self) -> bool:
        return bool(self.columns or self.relation or self.types or self.schemas)


def substitute(sql: str, new: Substitution) -> str:
    """Rewrite the names in an expression, as PostgreSQL prints it with an empty search path.

    What is called as a function, and what follows a dot or a cast, is no column.
    """
    if not new:
        return sql
    tokens = _TOKEN.findall(sql)
    out: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        previous = tokens[position - 1] if position else ""
        if _NAME.match(token) and following == "." and position + 2 < len(tokens):
            out.append(_qualified(token, tokens[position + 2], new))
            position += 3
            continue
        if token.startswith("'"):
            out.append(_literal(token, following, new))
        elif _NAME.match(token) and following != "(" and previous != "::":
            renamed = new.columns.get(_unquoted(token))
            out.append(token if renamed is None else quote_identifier(renamed))
        else:
            out.append(token)
        position += 1
    return "".join(out)


def _qualified(first: str, second: str, new: Substitution) -> str:
    """Rewrite `schema.type`, `relation.*` and `relation.column`."""
    type_ = new.types.get(Name(_unquoted(first), _unquoted(second)))
    if type_ is not None:
        return f"{quote_identifier(type_.schema)}.{quote_identifier(type_.name)}"
    if new.relation is not None and _unquoted(first) == new.relation[0]:
        first = quote_identifier(new.relation[1])
    return f"{first}.{second}"


def _literal(token: str, following: str, new: Substitution) -> str:
    """Rewrite the schema of a sequence: `'billing.invoices_id_seq'::regclass`."""
    if new.schemas is None or following != "::":
        return token
    before, after = (quote_identifier(name).replace("'", "''") for name in new.schemas)
    if token.startswith(f"'{before}."):
        return f"'{after}.{token[len(before) + 2 :]}"
    return token


def _unquoted(token: str) -> str:
    return token[1:-1].replace('""', '"') if token.startswith('"') else token
