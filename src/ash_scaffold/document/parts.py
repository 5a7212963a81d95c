"""The parts of a table, as the document has them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from ash_scaffold.document.definitions import (
    check_definition,
    exclusion_definition,
    foreign_key_definition,
    index_definition,
    index_key,
)
from ash_scaffold.document.model import Constraint, ForeignKey, Index, Use
from ash_scaffold.legacy.usage import User
from ash_scaffold.postgres import catalog
from ash_scaffold.postgres.type_text import type_text


def checks_of(table: catalog.Table) -> tuple[Constraint, ...]:
    """Return a table's check constraints."""
    return tuple(
        Constraint(name=check.name, columns=check.columns, definition=check_definition(check))
        for check in table.checks
    )


def exclusions_of(table: catalog.Table) -> tuple[Constraint, ...]:
    """Return a table's exclusion constraints."""
    return tuple(
        Constraint(name=each.name, columns=each.columns, definition=exclusion_definition(each))
        for each in table.exclusions
    )


def uses_of(users: Iterable[User]) -> tuple[Use, ...]:
    """Join the ways in which one module uses a table, in the order of the first."""
    found: dict[str, Use] = {}
    for user in users:
        known = found.get(user.module)
        if known is None:
            found[user.module] = Use(
                module=user.module,
                kind=user.kind.value,
                path=user.path,
                line=user.line,
                via=(user.via,),
            )
        elif user.via not in known.via:
            found[user.module] = msgspec.structs.replace(known, via=(*known.via, user.via))
    return tuple(found.values())


def foreign_key(key: catalog.ForeignKey) -> ForeignKey:
    """Describe a foreign key."""
    return ForeignKey(
        name=key.name,
        table=key.table,
        columns=key.columns,
        target=key.target,
        target_columns=key.target_columns,
        definition=foreign_key_definition(key),
    )


def indexes_of(table: catalog.Table) -> tuple[Index, ...]:
    """Return a table's indexes, the primary key's first, then by name.

    Invalid ones are left out, as pg_dump does: they are remains of a failed build.
    """
    primary = table.primary_key.index_name if table.primary_key is not None else None
    exclusions = {exclusion.name for exclusion in table.exclusions}

    def kind(index: catalog.Index) -> str:
        if index.name == primary:
            return "primary key"
        if index.constraint and index.name in exclusions:
            return "exclusion"
        return "unique" if index.unique else "index"

    return tuple(
        Index(
            name=index.name,
            kind=kind(index),
            method=index.method,
            keys=tuple(map(index_key, index.keys)),
            include=index.include,
            predicate=index.predicate,
            definition=index_definition(index),
        )
        for index in sorted(table.indexes, key=lambda each: (each.name != primary, each.name))
        if index.valid
    )


def shape_of(table: catalog.Table) -> str:
    """Give a digest of what a rename leaves as it is: columns, and the names of keys and indexes.

    An invalid index, the comments and the target of a key don't count.
    """
    parts = [
        [table.kind.value],
        [f"{column.name} {type_text(column.type)}" for column in table.columns],
        sorted(index.name for index in table.indexes if index.valid),
        sorted(key.name for key in table.foreign_keys),
        sorted(check.name for check in table.checks),
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
