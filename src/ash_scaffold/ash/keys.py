"""Keys over the whole database: which columns are keys, what joins them, which is Ash's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.hints import Legacy
from ash_scaffold.ash.type_mapper import Mapped, TypeMapper
from ash_scaffold.ash.types import Family
from ash_scaffold.config.match import Resolver
from ash_scaffold.postgres.catalog import Database, ForeignKey, Index, Name, Table, TypeUse

ColumnId = tuple[Name, str]

_INT8 = TypeUse(name=Name("pg_catalog", "int8"))


class PrimaryKey(msgspec.Struct, frozen=True):
    """The key that a resource gets.

    `chosen_from` names the unique index it was taken from; `legacy` marks that of the Ecto
    schema.
    """

    columns: tuple[str, ...]
    chosen_from: str | None = None
    legacy: bool = False


class Keys(msgspec.Struct, frozen=True):
    """`columns` are all that take part in a key; `shared` are the types that joined ones share.

    `foreign` are the columns that refer to others, `joined` those and what they refer to, all that
    are joined to one another as `groups`.
    """

    columns: frozenset[ColumnId]
    shared: dict[ColumnId, TypeUse]
    foreign: frozenset[ColumnId]
    joined: frozenset[ColumnId] = frozenset()
    groups: Mapping[ColumnId, tuple[ColumnId, ...]] = {}


def plain_columns(index: Index) -> tuple[str, ...] | None:
    """Return the key columns of an index, None when a key is an expression."""
    columns = [key.column for key in index.keys if key.column is not None]
    return tuple(columns) if len(columns) == len(index.keys) else None


def _unique_columns(table: Table) -> Iterator[str]:
    for index in table.indexes:
        if index.unique:
            yield from (key.column for key in index.keys if key.column is not None)


def find_keys(
    database: Database,
    types: TypeMapper,
    config: Resolver,
    virtual: Iterable[ForeignKey],
    legacy: Legacy,
) -> Keys:
    """Work out the key columns of all tables, and one type for columns that join.

    `virtual` are the keys that only the configuration or the legacy code has.
    """
    columns: set[ColumnId] = set()
    foreign: set[ColumnId] = set()
    joined: set[ColumnId] = set()
    groups = _Groups()
    for table in database.tables:
        if table.primary_key is not None:
            columns.update((table.name, column) for column in table.primary_key.columns)
        columns.update((table.name, column) for column in _unique_columns(table))
        own = table_key(table, config, legacy)
        if own is not None:
            columns.update((table.name, column) for column in own.columns)
    for key in (*database.foreign_keys(), *virtual):
        for source, target in zip(key.columns, key.target_columns, strict=True):
            left, right = (key.table, source), (key.target, target)
            foreign.add(left)
            joined.update((left, right))
            groups.join(left, right)
    return Keys(
        frozenset(columns | joined),
        _shared_types(database, types, groups, foreign),
        frozenset(foreign),
        frozenset(joined),
        {column: group for group in map(tuple, groups) for column in group},
    )


class _Groups:
    """Columns joined by foreign keys, as disjoint sets."""

    def __init__(self) -> None:
        self._parent: dict[ColumnId, ColumnId] = {}

    def root(self, column: ColumnId) -> ColumnId:
        self._parent.setdefault(column, column)
        path = []
        while self._parent[column] != column:
            path.append(column)
            column = self._parent[column]
        for passed in path:
            self._parent[passed] = column
        return column

    def join(self, left: ColumnId, right: ColumnId) -> None:
        self._parent[self.root(left)] = self.root(right)

    def __iter__(self) -> Iterator[list[ColumnId]]:
        found: dict[ColumnId, list[ColumnId]] = {}
        for column in self._parent:
            found.setdefault(self.root(column), []).append(column)
        return iter(found.values())


def _shared_types(
    database: Database, types: TypeMapper, groups: _Groups, foreign: set[ColumnId]
) -> dict[ColumnId, TypeUse]:
    uses = {
        (table.name, column.name): column.type
        for table in database.tables
        for column in table.columns
    }
    shared: dict[ColumnId, TypeUse] = {}
    for group in groups:
        read = sorted(column for column in group if column in uses)
        if len({uses[column] for column in read}) < 2:
            continue
        mapped = [types.map(uses[column], key=True) for column in read]
        one = _one_type(read, [m for m in mapped if isinstance(m, Mapped)], uses, foreign)
        if one is not None:
            shared.update(dict.fromkeys(read, one))
    return shared


def _one_type(
    group: Sequence[ColumnId],
    mapped: Sequence[Mapped],
    uses: dict[ColumnId, TypeUse],
    foreign: set[ColumnId],
) -> TypeUse | None:
    """Choose the type for a group whose columns differ; None when they read alike, or can't."""
    if len({m.storage for m in mapped}) < 2 or len(mapped) < len(group):
        return None
    families = {m.family for m in mapped}
    if families == {Family.INTEGER}:
        return _INT8
    if families == {Family.STRING}:
        top = next((column for column in group if column not in foreign), group[0])
        return TypeUse(name=uses[top].name)
    return None


def table_key(table: Table, config: Resolver, legacy: Legacy) -> PrimaryKey | None:
    """Choose the key of a table's resource by configuration, catalog and legacy code."""
    configured = config.for_table(table.name).primary_key
    of_legacy = () if table.kind.is_view else legacy.primary_key(table.name)
    return primary_key(table, configured, of_legacy)


def primary_key(
    table: Table, configured: tuple[str, ...] | None, legacy: tuple[str, ...] = ()
) -> PrimaryKey | None:
    """Choose the key of a table's resource; None when nothing serves.

    The order: the configuration's, the database's own, the legacy schema's, a total unique index
    over NOT NULL plain columns (the fewest columns, then by name). A view's rows have no identity
    that PostgreSQL vouches for, so only the configuration gives it one.
    """
    if configured:
        return PrimaryKey(tuple(configured))
    if table.primary_key is not None:
        return PrimaryKey(table.primary_key.columns)
    names = {column.name for column in table.columns}
    if legacy and names.issuperset(legacy):
        return PrimaryKey(legacy, legacy=True)
    found = min(_total_indexes(table), default=None)
    return PrimaryKey(found[2], found[1]) if found is not None else None


def _total_indexes(table: Table) -> Iterable[tuple[int, str, tuple[str, ...]]]:
    not_null = {column.name for column in table.columns if column.not_null}
    for index in table.indexes:
        if not index.unique or not index.valid or index.predicate is not None:
            continue
        columns = plain_columns(index)
        if columns is not None and not_null.issuperset(columns):
            yield len(columns), index.name, columns


class Telling(msgspec.Struct, frozen=True):
    """The pair of a key's columns that tells which row it refers to: its place in the key.

    `alone` says that it is the only one to do so: other keys have all further columns.
    """

    place: int
    alone: bool


def telling_pair(
    key: ForeignKey, table: Table, target: Table, tenant: str | None = None
) -> Telling:
    """Choose the pair of a foreign key that relates rows, from its table and the one it refers to.

    A managed relationship fills the source attribute and no other (`manage_relationship` of Ash),
    so that is to be the column which nothing else fills: one that the fewest further foreign keys
    have, then one outside of the primary key, then one that refers to what is unique by itself,
    then to what the fewest foreign keys of the other table have, then the first. Never is it the
    column of the `tenant`, which Ash fills.
    """
    own_pairs = [place for place, column in enumerate(key.columns) if column != tenant]
    if len(own_pairs) < 2:
        return Telling(next(iter(own_pairs), 0), alone=True)
    others = [
        each
        for each in table.foreign_keys
        if {*each.columns} != {*key.columns} or each.target != key.target
    ]
    own = () if table.primary_key is None else table.primary_key.columns
    ranks = [
        (
            column == tenant,
            sum(column in each.columns for each in others),
            column in own,
            not is_unique(target, (referred,)),
            sum(referred in each.columns for each in target.foreign_keys),
        )
        for column, referred in zip(key.columns, key.target_columns, strict=True)
    ]
    best = min(ranks)
    return Telling(ranks.index(best), alone=ranks.count(best) == 1)


def is_unique(table: Table, columns: Iterable[str]) -> bool:
    """Whether at most one row can hold given values in these columns (NULLs apart)."""
    wanted = set(columns)
    if table.primary_key is not None and wanted.issuperset(table.primary_key.columns):
        return True
    for index in table.indexes:
        if index.unique and index.valid and index.predicate is None:
            keys = plain_columns(index)
            if keys is not None and wanted.issuperset(keys):
                return True
    return False
