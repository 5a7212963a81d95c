"""The facts of a table that its snapshot keeps: the catalog's structs in canonical form.

The structs are their own JSON, the use of a type in it one text (see `type_text.write_type`).
The canonical form has all that two copies of one schema share: object ids, attribute numbers, the
server's version, what is populated and the declared dimensions of arrays are left out, and so are
invalid indexes (pg_dump leaves those out as well). A live database, its dump reloaded, and the same
on another version have equal facts. Expressions are in the one text of `canonical`. Columns stand
in the table's order, everything else in that of its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from ash_scaffold.postgres.canonical import canonical
from ash_scaffold.postgres.catalog import (
    Column,
    Database,
    Exclusion,
    Field,
    ForeignKey,
    Index,
    Name,
    RelationKind,
    Table,
    Type,
    TypeKind,
    TypeUse,
)
from ash_scaffold.postgres.referring_keys import by_target, met_by_delete
from ash_scaffold.postgres.type_text import write_type

VERSION = 1
_CATALOG = "pg_catalog"


class TableFacts(Table, frozen=True, kw_only=True, omit_defaults=True):
    """A table in canonical form, and the types its columns use.

    `types` leaves out the plain ones of `pg_catalog`. `incoming` are keys of tables without
    facts of their own that can stop the delete of a row: they point at this table, or at a table
    without facts whose rows go with it through ON DELETE CASCADE.
    """

    version: int
    types: tuple[Type, ...] = ()
    incoming: tuple[ForeignKey, ...] = ()


def facts_of(
    table: Table, types: Mapping[Name, Type], incoming: Iterable[ForeignKey] = ()
) -> TableFacts:
    """Return the facts of one table. `types` holds those that its columns use."""
    canonical_form = {
        "oid": 0,
        "populated": True,
        "columns": tuple(_column(column) for column in table.columns),
        "exclusions": tuple(_exclusion(each) for each in table.exclusions),
        "indexes": _indexes(table),
    }
    return TableFacts(
        version=VERSION,
        types=tuple(_used_types(table, types)),
        incoming=tuple(incoming),
        **(_fields(table) | canonical_form),
    )


def facts_of_database(
    database: Database, tables: Collection[Name] | None = None
) -> dict[Name, TableFacts]:
    """Return the facts of the tables that have snapshots: `tables`, or all there are."""
    catalog = CatalogFacts(database, tables)
    return {table.name: catalog.of(table) for table in database.tables if table.name in catalog.own}


class CatalogFacts:
    """The facts of one table of a database after another. `own` are those that have snapshots."""

    def __init__(self, database: Database, tables: Collection[Name] | None = None) -> None:
        self.own = {table.name for table in database.tables}
        if tables is not None:
            self.own &= set(tables)
        self._types = database.types
        self._pointing = by_target(database.foreign_keys())

    def of(self, table: Table) -> TableFacts:
        """Return the facts of a table of its own."""
        incoming = met_by_delete(table.name, self._pointing, without=self.own)
        ordered = sorted(incoming, key=lambda key: (key.table, key.name))
        return facts_of(table, self._types, ordered)


def table_of(facts: TableFacts) -> tuple[Table, dict[Name, Type]]:
    """Return the table, and the types that it uses, as they were when the facts were taken.

    Object ids and attribute numbers are 0.
    """
    table = Table(**_fields(facts))
    types = {each.name: each for each in facts.types}
    uses = [*(column.type for column in table.columns), *_parts(types.values())]
    for use in uses:
        if use.name not in types:
            types[use.name] = Type(name=use.name, kind=TypeKind.BASE)
    return table, dict(sorted(types.items()))


def database_of(facts: Iterable[TableFacts]) -> Database:
    """Return the database that snapshots describe, its server's version 0.

    Snapshots that were written at different times may describe one type in two ways: the table
    that comes first by name decides.
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
    for name in _ORDER:
        value = getattr(facts, name)
        if value == _DEFAULTS.get(name, _REQUIRED):
            continue
        if isinstance(value, tuple) and isinstance(value[0], msgspec.Struct):
            items = one_a_line(value, f"{indent}    ")
            members.append(f'{indent}  "{name}": [\n{items}\n{indent}  ]')
        else:
            members.append(f'{indent}  "{name}": {_flat(value)}')
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


_REQUIRED = object()
_ORDER = ("version", *(name for name in TableFacts.__struct_fields__ if name != "version"))
_DEFAULTS = {
    field.name: field.default for field in msgspec.structs.fields(TableFacts) if not field.required
}
_encoder = msgspec.json.Encoder(enc_hook=write_type)


# An item that no other is like: no text of PostgreSQL can hold that character. Items are encoded
# in one go with it in between, because a call for each of a database's columns takes its time.
_BREAK, _BROKEN = "\0", ', "\\u0000", '


def one_a_line(items: Iterable[msgspec.Struct], indent: str) -> str:
    """Write values as JSON, each on a line with that indent, and commas between."""
    with_breaks = [each for item in items for each in (item, _BREAK)]
    text = _flat(with_breaks[:-1])
    return indent + text[1:-1].replace(_BROKEN, f",\n{indent}")


def _flat(value: object) -> str:
    return msgspec.json.format(_encoder.encode(value), indent=0).decode()


def _fields(table: Table) -> dict[str, Any]:
    return {name: getattr(table, name) for name in Table.__struct_fields__}


def _column(column: Column) -> Column:
    return replace(column, attnum=0, type=_use(column.type))


def _use(use: TypeUse) -> TypeUse:
    """Take one dimension for any number of them."""
    return use if use.dimensions <= 1 else TypeUse(use.name, use.typmod, 1)


def _exclusion(exclusion: Exclusion) -> Exclusion:
    definition = canonical(exclusion.definition)
    if definition == exclusion.definition:
        return exclusion
    return replace(exclusion, definition=definition)


def _indexes(table: Table) -> tuple[Index, ...]:
    """Take the indexes that pg_dump takes: the invalid ones of partitioned parents only."""
    partitioned = table.kind is RelationKind.PARTITIONED
    return tuple(_index(each) for each in table.indexes if each.valid or partitioned)


def _index(index: Index) -> Index:
    if all(key.expression is None for key in index.keys):
        return index
    keys = tuple(
        key if key.expression is None else replace(key, expression=canonical(key.expression))
        for key in index.keys
    )
    return index if keys == index.keys else replace(index, keys=keys)


def _used_types(table: Table, types: Mapping[Name, Type]) -> Iterator[Type]:
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
        yield _type(found[name])


def _parts(types: Iterable[Type]) -> Iterator[TypeUse]:
    """Give the types that types are made of."""
    for type_ in types:
        if type_.base is not None:
            yield type_.base
        if type_.subtype is not None:
            yield type_.subtype
        for field in type_.fields:
            yield field.type


def _type(type_: Type) -> Type:
    return replace(
        type_,
        oid=0,
        # An extension's own comments are its version's.
        comment=None if type_.extension else type_.comment,
        base=type_.base and _use(type_.base),
        fields=tuple(Field(field.name, _use(field.type)) for field in type_.fields),
        subtype=type_.subtype and _use(type_.subtype),
    )
