"""Compiled relationships and identities against foreign keys and unique indexes."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.postgres.catalog import Database, ForeignKey, Index, Name, RelationKind, Table
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.answer import (
    IdentityAnswer,
    RelationshipAnswer,
    ResourceAnswer,
)
from ash_scaffold.verify.report import Kind

_VIEWS = frozenset({RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW})


def check_relationships(
    answer: ResourceAnswer, table: Table, database: Database, resources: frozenset[Name]
) -> Iterator[Finding]:
    """Compare relationships with foreign keys.

    `resources` are the tables that have a resource. A relationship without a foreign key is the
    team's own affair, as long as its columns don't lead elsewhere.
    """
    tables = {each.name: each for each in database.tables}
    for relationship in answer.relationships:
        if relationship.no_attributes or relationship.destination_table is None:
            continue
        other = tables.get(Name(*relationship.destination_table))
        if other is None or relationship.through is not None:
            continue
        what = _wrong(relationship, table, other)
        if what:
            yield _finding(answer, table, Severity.ERROR, f"{relationship.name} {what}")
    belongs_to = {r.source_column for r in answer.relationships if r.kind == "belongs_to"}
    for key in table.foreign_keys:
        if key.target in resources and key.columns[0] not in belongs_to:
            yield _finding(
                answer,
                table,
                Severity.NOTE,
                f"The foreign key {key.name} to {key.target} has no belongs_to.",
            )


def _finding(answer: ResourceAnswer, table: Table, severity: Severity, what: str) -> Finding:
    return Finding(
        kind=Kind.RELATIONSHIP,
        severity=severity,
        module=answer.module,
        table=str(table.name),
        what=what,
        todo="" if severity is Severity.NOTE else "Correct it, or run `ash-scaffold resources`.",
    )


def _wrong(relationship: RelationshipAnswer, table: Table, other: Table) -> str:
    """Say what is wrong with a relationship, "" when nothing is."""
    own, theirs = relationship.source_column, relationship.destination_column
    if own is None or theirs is None:
        return "joins an attribute that is not there."
    if relationship.kind == "belongs_to":
        child, child_column, parent, parent_column = table, own, other, theirs
    else:
        child, child_column, parent, parent_column = other, theirs, table, own
    keys = [key for key in child.foreign_keys if child_column in key.columns]
    fitting = [key for key in keys if key.target == parent.name]
    if not keys:
        return ""
    if not fitting:
        return (
            f"joins {child.name}.{child_column} to {parent.name}, and its foreign key leads to "
            f"{keys[0].target}."
        )
    if not any(_pair(key, child_column) == parent_column for key in fitting):
        return (
            f"joins {child.name}.{child_column} to {parent.name}.{parent_column}, and the foreign "
            f"key {fitting[0].name} to {_pair(fitting[0], child_column)}."
        )
    if relationship.kind == "has_one" and not relationship.filtered:
        columns = {column for key in fitting for column in key.columns}
        if not any(set(_plain(index)) <= columns for index in child.indexes if index.unique):
            return f"is a has_one, and {child.name} may have several rows for one key."
    return ""


def _pair(key: ForeignKey, column: str) -> str:
    return dict(zip(key.columns, key.target_columns, strict=True))[column]


def _plain(index: Index) -> tuple[str, ...]:
    return tuple(key.column if key.column is not None else "" for key in index.keys)


def check_identities(answer: ResourceAnswer, table: Table) -> Iterator[Finding]:
    """Compare identities with the unique indexes they stand for."""
    if table.kind in _VIEWS:
        return
    indexes = {index.name: index for index in table.indexes if index.unique}
    for identity in answer.identities:
        what = _wrong_identity(identity, indexes)
        if what:
            yield Finding(
                kind=Kind.IDENTITY,
                severity=Severity.ERROR,
                module=answer.module,
                table=str(table.name),
                what=f"The identity {identity.name} {what}",
                todo="Correct it or its name in `identity_index_names`, or run "
                "`ash-scaffold resources`.",
            )


def _wrong_identity(identity: IdentityAnswer, indexes: dict[str, Index]) -> str:
    index = indexes.get(identity.index)
    if index is None:
        return f"stands for the unique index {identity.index}, which is not there."
    columns = ", ".join(_plain(index))
    if set(identity.columns) != set(_plain(index)):
        return f"has other columns than its index {index.name} ({columns})."
    if identity.where != (index.predicate is not None):
        which = "only the index" if index.predicate is not None else "only the identity"
        return f"and its index {index.name} cover different rows: {which} has a condition."
    return ""
