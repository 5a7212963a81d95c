"""Every constraint that can refuse a write, against the names that a resource recognises.

An unknown name raises where a known one is a field error. What PostgreSQL reports: the name of a
constraint or unique index, for a partitioned table that of the partition's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from ash_scaffold.postgres.catalog import (
    Action,
    ConstraintKind,
    Database,
    ForeignKey,
    Name,
    RelationKind,
    Table,
    TypeKind,
    TypeUse,
)
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.answer import NameAnswer, ResourceAnswer
from ash_scaffold.verify.report import Kind

_WORDS = {
    ConstraintKind.UNIQUE: ("unique index", "unique_index_names"),
    ConstraintKind.CHECK: ("check constraint", "check_constraints"),
    ConstraintKind.EXCLUSION: ("exclusion constraint", "exclusion_constraint_names"),
    ConstraintKind.FOREIGN_KEY: ("foreign key", "foreign_key_names"),
}
_RECOGNISED_AS = {
    ConstraintKind.UNIQUE: frozenset({"unique"}),
    ConstraintKind.CHECK: frozenset({"check"}),
    ConstraintKind.EXCLUSION: frozenset({"exclusion"}),
    ConstraintKind.FOREIGN_KEY: frozenset({"foreign_key", "own_key"}),
}
_POINTING = frozenset({"foreign_key", "pointing_key"})
_READ_ONLY = frozenset({RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW})
_STOPS_DELETE = frozenset({Action.NO_ACTION, Action.RESTRICT})


class Rejecting(msgspec.Struct, frozen=True):
    """A constraint that can refuse a write to a table; `parent` when it refuses a delete."""

    kind: ConstraintKind
    name: str
    parent: Name | None = None


def check_names(
    answer: ResourceAnswer, table: Table, database: Database, pointing: Pointing
) -> Iterator[Finding]:
    """Find the constraints whose names the resource does not recognise."""
    if table.kind in _READ_ONLY:
        return
    for each in dict.fromkeys((*rejecting(table, database), *pointing.stopping(table.name))):
        kinds = _POINTING if each.parent is not None else _RECOGNISED_AS[each.kind]
        if not any(_recognises(name, kinds, each.name) for name in answer.names):
            word, option = _WORDS[each.kind]
            where = f" of {each.parent}, which points here," if each.parent is not None else ""
            when = "a delete that it stops" if each.parent is not None else "a violation"
            yield Finding(
                kind=Kind.CONSTRAINT_NAME,
                severity=Severity.ERROR,
                module=answer.module,
                table=str(table.name),
                what=f"The {word} {each.name}{where} is not known to the resource: "
                f"{when} raises instead of giving a field error.",
                todo=f"Name it in `{option}`, or run `ash-scaffold resources`.",
            )


def rejecting(table: Table, database: Database) -> Iterator[Rejecting]:
    """Give the constraints of a table that can refuse an insert or update, partitions' included.

    Initially deferred ones fail at COMMIT, where no field error can be made of them.
    """
    temporal = {
        key.index_name
        for key in (table.primary_key, *table.unique_keys)
        if key is not None and key.without_overlaps
    }
    deferred = {
        key.index_name
        for key in (table.primary_key, *table.unique_keys)
        if key is not None and key.deferred
    }
    for index in table.indexes:
        if index.unique and index.valid and index.name not in deferred:
            kind = ConstraintKind.EXCLUSION if index.name in temporal else ConstraintKind.UNIQUE
            for name in (index.name, *index.partition_index_names):
                yield Rejecting(kind, name)
    for check in table.checks:
        if check.enforced:
            yield Rejecting(ConstraintKind.CHECK, check.name)
    for column in table.columns:
        for name in _domain_checks(database, column.type):
            yield Rejecting(ConstraintKind.CHECK, name)
    for exclusion in table.exclusions:
        if not exclusion.deferred:
            for name in (exclusion.name, *exclusion.partition_index_names):
                yield Rejecting(ConstraintKind.EXCLUSION, name)
    for key in table.foreign_keys:
        if key.enforced and not key.deferred:
            for name in (key.name, *key.clone_names):
                yield Rejecting(ConstraintKind.FOREIGN_KEY, name)
    for own in table.partition_constraints:
        yield Rejecting(own.kind, own.name)


def _domain_checks(database: Database, use: TypeUse) -> Iterator[str]:
    type_ = database.types.get(use.name)
    if type_ is not None and type_.kind is TypeKind.DOMAIN:
        yield from (check.name for check in type_.checks)
        if type_.base is not None:
            yield from _domain_checks(database, type_.base)


class Pointing:
    """The foreign keys that point at each table, those of relations that were not read included."""

    def __init__(self, database: Database) -> None:
        self._keys: dict[Name, list[ForeignKey]] = defaultdict(list)
        own = [key for table in database.tables for key in table.foreign_keys]
        for key in (*own, *database.outside_foreign_keys):
            if key.enforced:
                self._keys[key.target].append(key)

    def stopping(self, table: Name) -> Iterator[Rejecting]:
        """Give the keys that can stop a delete: here, or where ON DELETE CASCADE leads."""
        seen, queue = {table}, [table]
        while queue:
            for key in self._keys[queue.pop()]:
                if key.on_delete in _STOPS_DELETE and not key.deferred:
                    for name in (key.name, *key.clone_names):
                        yield Rejecting(ConstraintKind.FOREIGN_KEY, name, key.table)
                elif key.on_delete is Action.CASCADE and key.table not in seen:
                    seen.add(key.table)
                    queue.append(key.table)


def _recognises(known: NameAnswer, kinds: frozenset[str], name: str) -> bool:
    if known.kind not in kinds:
        return False
    match known.match:
        case "suffix":
            return name.endswith(known.name)
        case "prefix":
            return name.startswith(known.name)
        case "regex":
            return re.search(known.name, name) is not None
        case _:
            return name == known.name
