"""The definition of an object on one line, close to its DDL."""

from __future__ import annotations

from collections.abc import Iterable

from ash_scaffold.postgres.catalog import (
    Action,
    Check,
    Exclusion,
    ForeignKey,
    Generated,
    Identity,
    Index,
    IndexKey,
    Key,
    Match,
    PartitionConstraint,
    Trigger,
)
from ash_scaffold.postgres.facts import ColumnFacts
from ash_scaffold.postgres.type_notation import read_type
from ash_scaffold.postgres.type_text import type_text


def column(facts: ColumnFacts) -> str:
    """Describe a column, its name apart."""
    words = [type_text(read_type(facts.type))]
    if facts.not_null:
        words.append("not null")
    if facts.identity is not Identity.NONE:
        words.append(f"generated {facts.identity.value} as identity")
    if facts.generated is not Generated.NONE or facts.default is not None:
        words.append(generation(facts))
    return ", ".join(words)


def generation(facts: ColumnFacts) -> str:
    """Describe where a column's value comes from when a write doesn't give it."""
    if facts.generated is not Generated.NONE:
        return f"generated {facts.generated.value} as {facts.default}"
    return "no default" if facts.default is None else f"default {facts.default}"


def key(facts: Key, *, primary: bool) -> str:
    """Describe a primary key or a unique constraint."""
    words = "primary key" if primary else "unique"
    if facts.nulls_not_distinct:
        words += " nulls not distinct"
    columns = _list(facts.columns)
    if facts.without_overlaps:
        columns = f"{columns[:-1]} without overlaps)"
    words += f" {columns}{_include(facts.include)}"
    return words + _deferral(facts.deferrable, facts.deferred)


def foreign_key(facts: ForeignKey) -> str:
    """Describe a foreign key."""
    period = " with period" if facts.period else ""
    words = f"{_list(facts.columns)} → {facts.target}{_list(facts.target_columns)}{period}"
    if facts.match is not Match.SIMPLE:
        words += f" match {facts.match.value}"
    if facts.on_delete is not Action.NO_ACTION:
        words += f" on delete {facts.on_delete.value}"
    if facts.set_null_columns:
        words += f" {_list(facts.set_null_columns)}"
    if facts.on_update is not Action.NO_ACTION:
        words += f" on update {facts.on_update.value}"
    words += _deferral(facts.deferrable, facts.deferred)
    return words + _validity(facts.validated, facts.enforced)


def check(facts: Check) -> str:
    """Describe a check constraint."""
    expression = facts.expression
    if not expression.startswith("("):
        expression = f"({expression})"
    return f"check {expression}" + _validity(facts.validated, facts.enforced)


def exclusion(facts: Exclusion) -> str:
    """Describe an exclusion constraint; PostgreSQL's text has its deferrability."""
    return facts.definition


def partition_constraint(facts: PartitionConstraint) -> str:
    """Describe a constraint of a partition's own."""
    return f"{facts.kind.value} {_list(facts.columns)} of a partition"


def index(facts: Index) -> str:
    """Describe an index."""
    words = "unique " if facts.unique else ""
    words += f"{facts.method} {_list(_index_key(each) for each in facts.keys)}"
    words += _include(facts.include)
    if facts.nulls_not_distinct:
        words += " nulls not distinct"
    if facts.predicate is not None:
        words += f" where {facts.predicate}"
    return words if facts.valid else f"{words} invalid"


def trigger(facts: Trigger) -> str:
    """Describe a row trigger that fires before or instead of a write."""
    events = ["insert"] if facts.on_insert else []
    if facts.on_update:
        events.append("update" + (f" of {', '.join(facts.columns)}" if facts.columns else ""))
    words = f"on {' or '.join(events)}: {facts.function}"
    return words + (f", assigns {', '.join(facts.assigns)}" if facts.assigns else "")


def _index_key(each: IndexKey) -> str:
    text = each.column if each.column is not None else each.expression or ""
    if each.descending:
        text += " desc"
    if each.nulls_first != each.descending:
        text += " nulls first" if each.nulls_first else " nulls last"
    return text


def _list(names: Iterable[str]) -> str:
    return f"({', '.join(names)})"


def _include(columns: tuple[str, ...]) -> str:
    return f" include {_list(columns)}" if columns else ""


def _deferral(deferrable: bool, deferred: bool) -> str:
    if deferred:
        return " deferrable initially deferred"
    return " deferrable" if deferrable else ""


def _validity(validated: bool, enforced: bool) -> str:
    if not enforced:
        return " not enforced"
    return "" if validated else " not valid"
