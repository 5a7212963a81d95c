"""The facts of a table that its snapshot keeps: all that two copies of one schema share.

Object ids, attribute numbers, the server's version and the declared dimensions of arrays are left
out, and so are invalid indexes (pg_dump leaves those out as well): a live database, its dump
reloaded, and the same on another version have equal facts. Expressions are in the one text of
`canonical`. Columns stand in the table's order, everything else in that of its name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.postgres.canonical import canonical
from ash_scaffold.postgres.catalog import (
    Action,
    Check,
    Column,
    Database,
    Exclusion,
    Field,
    ForeignKey,
    Generated,
    Identity,
    Index,
    Key,
    Name,
    PartitionConstraint,
    RelationKind,
    Table,
    Trigger,
    Type,
    TypeKind,
    TypeUse,
)
from ash_scaffold.postgres.type_text import read_type, write_type

VERSION = 1
_CATALOG = "pg_catalog"


class ColumnFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column, as `catalog.Column` has it; `type` as `type_notation` writes it."""

    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    identity: Identity = Identity.NONE
    generated: Generated = Generated.NONE
    collation: str | None = None
    comment: str | None = None
    readable: bool = True


class TypeFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A type, as `catalog.Type` has it; `fields` are pairs of a name and a type."""

    name: Name
    kind: TypeKind
    extension: str = ""
    comment: str | None = None
    labels: tuple[str, ...] = ()
    base: str | None = None
    not_null: bool = False
    default: str | None = None
    checks: tuple[Check, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    subtype: str | None = None


class TableFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table, as `catalog.Table` has it, and the types its columns use.

    `types` leaves out the plain ones of `pg_catalog`. `incoming` are keys of tables without
    facts of their own that can stop the delete of a row: they point at this table, or at a table
    without facts whose rows go with it through ON DELETE CASCADE.
    """

    version: int
    name: Name
    kind: RelationKind = RelationKind.TABLE
    comment: str | None = None
    columns: tuple[ColumnFacts, ...] = ()
    primary_key: Key | None = None
    unique_keys: tuple[Key, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[str, ...] = ()
    row_security: bool = False
    inherits: tuple[Name, ...] = ()
    partition_of: Name | None = None
    partition_constraints: tuple[PartitionConstraint, ...] = ()
    readable: bool = True
    writable: bool = True
    updatable: bool = True
    types: tuple[TypeFacts, ...] = ()
    incoming: tuple[ForeignKey, ...] = ()


def facts_of(
    table: Table, types: Mapping[Name, Type], incoming: Iterable[ForeignKey] = ()
) -> TableFacts:
    """Return the facts of one table. `types` holds those that its columns use."""
    return TableFacts(
        version=VERSION,
        name=table.name,
        kind=table.kind,
        comment=table.comment,
        columns=tuple(_column_facts(column) for column in table.columns),
        primary_key=table.primary_key,
        unique_keys=table.unique_keys,
        foreign_keys=table.foreign_keys,
        checks=table.checks,
        exclusions=tuple(_exclusion(each) for each in table.exclusions),
        indexes=_indexes(table),
        triggers=table.triggers,
        rules=table.rules,
        row_security=table.row_security,
        inherits=table.inherits,
        partition_of=table.partition_of,
        partition_constraints=table.partition_constraints,
        readable=table.readable,
        writable=table.writable,
        updatable=table.updatable,
        types=tuple(_used_types(table, types)),
        incoming=tuple(incoming),
    )


def facts_of_database(
    database: Database, tables: Collection[Name] | None = None
) -> dict[Name, TableFacts]:
    """Return the facts of the tables that have snapshots: `tables`, or all there are."""
    own = {table.name for table in database.tables}
    if tables is not None:
        own &= set(tables)
    pointing: defaultdict[Name, list[ForeignKey]] = defaultdict(list)
    for table in database.tables:
        for key in table.foreign_keys:
            pointing[key.target].append(key)
    for key in database.outside_foreign_keys:
        pointing[key.target].append(key)
    return {
        table.name: facts_of(table, database.types, _incoming(table.name, pointing, own))
        for table in database.tables
        if table.name in own
    }


def table_of(facts: TableFacts) -> tuple[Table, dict[Name, Type]]:
    """Return the table, and the types that it uses, as they were when the facts were taken.

    Object ids and attribute numbers are 0. Raises `ValueError` for a type that can't be read.
    """
    table = Table(
        name=facts.name,
        kind=facts.kind,
        comment=facts.comment,
        columns=tuple(_column(column) for column in facts.columns),
        primary_key=facts.primary_key,
        unique_keys=facts.unique_keys,
        foreign_keys=facts.foreign_keys,
        checks=facts.checks,
        exclusions=facts.exclusions,
        indexes=facts.indexes,
        triggers=facts.triggers,
        rules=facts.rules,
        row_security=facts.row_security,
        inherits=facts.inherits,
        partition_of=facts.partition_of,
        partition_constraints=facts.partition_constraints,
        readable=facts.readable,
        writable=facts.writable,
        updatable=facts.updatable,
    )
    types = {each.name: _type(each) for each in facts.types}
    uses = [*(column.type for column in table.columns), *_parts(types.values())]
    for use in uses:
        if use.name not in types:
            types[use.name] = Type(name=use.name, kind=TypeKind.BASE)
    return table, dict(sorted(types.items()))


def database_of(facts: Iterable[TableFacts]) -> Database:
    """Return the database that snapshots describe, its server's version 0.

    Snapshots that were written at different times may know one type in two ways; the table that
    comes first by name is believed. Raises `ValueError` as `table_of` does.
    """
    ordered = sorted(facts, key=lambda each: each.name)
    tables: list[Table] = []
    types: dict[Name, Type] = {}
    for each in ordered:
        table, used = table_of(each)
        tables.append(table)
        types = used | types
    names = {table.name for table in tables}
    incoming = {(key.table, key.name): key for each in ordered for key in each.incoming}
    return Database(
        server_version=0,
        schemas=tuple(sorted({name.schema for name in names})),
        tables=tuple(tables),
        types=dict(sorted(types.items())),
        outside_foreign_keys=tuple(
            key for (owner, _), key in sorted(incoming.items()) if owner not in names
        ),
    )


def write_facts(facts: TableFacts, indent: str = "") -> str:
    """Write facts as JSON with one line for each column, key and the like; no newline at the end.

    `indent` stands before every line but the first, so that it can be put inside other JSON.
    """
    members = []
    for name in facts.__struct_fields__:
        value = getattr(facts, name)
        if value == _DEFAULTS.get(name, _REQUIRED):
            continue
        if name in _LISTED:
            items = ",\n".join(f"{indent}    {_flat(item)}" for item in value)
            members.append(f'{indent}  "{name}": [\n{items}\n{indent}  ]')
        else:
            members.append(f'{indent}  "{name}": {_flat(value)}')
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


_REQUIRED = object()
_DEFAULTS = dict(
    zip(
        TableFacts.__struct_fields__[-len(TableFacts.__struct_defaults__) :],
        TableFacts.__struct_defaults__,
        strict=True,
    )
)
_LISTED = frozenset(
    "columns unique_keys foreign_keys checks exclusions indexes triggers partition_constraints "
    "types incoming".split()
)
_encoder = msgspec.json.Encoder()


def _flat(value: object) -> str:
    return msgspec.json.format(_encoder.encode(value), indent=0).decode()


def _column_facts(column: Column) -> ColumnFacts:
    return ColumnFacts(
        name=column.name,
        type=write_type(column.type),
        not_null=column.not_null,
        default=column.default,
        identity=column.identity,
        generated=column.generated,
        collation=column.collation,
        comment=column.comment,
        readable=column.readable,
    )


def _column(facts: ColumnFacts) -> Column:
    return Column(
        name=facts.name,
        type=read_type(facts.type),
        not_null=facts.not_null,
        default=facts.default,
        identity=facts.identity,
        generated=facts.generated,
        collation=facts.collation,
        comment=facts.comment,
        readable=facts.readable,
    )


def _exclusion(exclusion: Exclusion) -> Exclusion:
    definition = canonical(exclusion.definition)
    if definition == exclusion.definition:
        return exclusion
    return msgspec.structs.replace(exclusion, definition=definition)


def _indexes(table: Table) -> tuple[Index, ...]:
    """Take the indexes that pg_dump takes: the invalid ones of partitioned parents only."""
    partitioned = table.kind is RelationKind.PARTITIONED
    return tuple(_index(each) for each in table.indexes if each.valid or partitioned)


def _index(index: Index) -> Index:
    if all(key.expression is None for key in index.keys):
        return index
    keys = tuple(
        key
        if key.expression is None
        else msgspec.structs.replace(key, expression=canonical(key.expression))
        for key in index.keys
    )
    return index if keys == index.keys else msgspec.structs.replace(index, keys=keys)


def _used_types(table: Table, types: Mapping[Name, Type]) -> Iterator[TypeFacts]:
    """Give the types that are not plain ones of the server, each once, in order of name."""
    found: dict[Name, Type] = {}
    queue = [column.type.name for column in table.columns]
    while queue:
        name = queue.pop()
        type_ = types.get(name)
        if type_ is None or name in found:
            continue
        if name.schema == _CATALOG and type_.kind is TypeKind.BASE:
            continue
        found[name] = type_
        queue += [use.name for use in _parts([type_])]
    for name in sorted(found):
        yield _type_facts(found[name])


def _parts(types: Iterable[Type]) -> Iterator[TypeUse]:
    """Give the types that types are made of."""
    for type_ in types:
        if type_.base is not None:
            yield type_.base
        if type_.subtype is not None:
            yield type_.subtype
        for field in type_.fields:
            yield field.type


def _type_facts(type_: Type) -> TypeFacts:
    return TypeFacts(
        name=type_.name,
        kind=type_.kind,
        extension=type_.extension,
        # An extension's own comments are its version's.
        comment=None if type_.extension else type_.comment,
        labels=type_.labels,
        base=None if type_.base is None else write_type(type_.base),
        not_null=type_.not_null,
        default=type_.default,
        checks=type_.checks,
        fields=tuple((field.name, write_type(field.type)) for field in type_.fields),
        subtype=None if type_.subtype is None else write_type(type_.subtype),
    )


def _type(facts: TypeFacts) -> Type:
    return Type(
        name=facts.name,
        kind=facts.kind,
        extension=facts.extension,
        comment=facts.comment,
        labels=facts.labels,
        base=None if facts.base is None else read_type(facts.base),
        not_null=facts.not_null,
        default=facts.default,
        checks=facts.checks,
        fields=tuple(Field(name, read_type(text)) for name, text in facts.fields),
        subtype=None if facts.subtype is None else read_type(facts.subtype),
    )


def _incoming(
    table: Name, pointing: Mapping[Name, list[ForeignKey]], own: Collection[Name]
) -> list[ForeignKey]:
    """Follow the keys of tables without facts, from their targets on through the cascades."""
    found: dict[tuple[Name, str], ForeignKey] = {}
    reached, queue = {table}, [table]
    while queue:
        for key in pointing.get(queue.pop(), ()):
            if key.table in own:
                continue
            found[key.table, key.name] = key
            if key.on_delete is Action.CASCADE and key.table not in reached:
                reached.add(key.table)
                queue.append(key.table)
    return [found[name] for name in sorted(found)]
