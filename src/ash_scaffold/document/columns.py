"""What the document says of a table's columns: keys, and the attributes they become."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ash_scaffold.ash.attributes import TableAttributes
from ash_scaffold.ash.keys import plain_columns
from ash_scaffold.ash.model import Absent, Attribute, AttributeKind
from ash_scaffold.document.model import Column, KeyMark
from ash_scaffold.postgres import catalog
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.problem import Code, Problem
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Keyword

_PLACE = re.compile(r" \([^()\s]+\.exs?:\d+\)")


def columns(
    table: catalog.Table, planned: TableAttributes | None, problems: Iterable[Problem]
) -> tuple[Column, ...]:
    """Describe the columns of a table in order; `planned` is None where nothing is mapped.

    `problems` are all that are known; those of the table's columns become notes.
    """
    marks = _marks(table)
    by_column = planned.by_column() if planned is not None else {}
    said: dict[str, list[Problem]] = {}
    for problem in problems:
        said.setdefault(problem.where, []).append(problem)
    return tuple(
        _column(
            column,
            marks.get(column.name, ()),
            by_column.get(column.name),
            planned,
            said.get(f"{table.name}.{column.name}", ()),
        )
        for column in table.columns
    )


def _marks(table: catalog.Table) -> Mapping[str, tuple[KeyMark, ...]]:
    """Mark the columns of keys: unique only where the column alone is."""
    primary = set(table.primary_key.columns) if table.primary_key is not None else set()
    foreign = {name for key in table.foreign_keys for name in key.columns}
    unique: set[str] = set()
    for index in table.indexes:
        keys = plain_columns(index)
        if index.unique and index.valid and index.predicate is None and keys and len(keys) == 1:
            unique.update(keys)
    unique -= primary
    sets = ((KeyMark.PRIMARY, primary), (KeyMark.FOREIGN, foreign), (KeyMark.UNIQUE, unique))
    return {
        column.name: tuple(mark for mark, names in sets if column.name in names)
        for column in table.columns
    }


def _column(
    column: catalog.Column,
    marks: tuple[KeyMark, ...],
    attribute: Attribute | None,
    planned: TableAttributes | None,
    problems: Iterable[Problem],
) -> Column:
    notes = list(_attribute_notes(attribute)) if attribute is not None else []
    mapped = planned.mapped.get(column.name) if planned is not None else None
    if attribute is not None and mapped is not None:
        notes += [f"beware: {risk.value}" for risk in mapped.risks]
    notes += [
        note_of(problem, todo=attribute is None)
        for problem in problems
        if problem.code is not Code.VALUE_RISK
    ]
    return Column(
        name=column.name,
        type=type_text(column.type),
        nullable=not column.not_null,
        default=column.default,
        generated=_generated(column),
        comment=column.comment,
        marks=marks,
        attribute=attribute.name if attribute is not None else None,
        ash_type=flat(attribute.type) if attribute is not None else None,
        constraints=_constraints(attribute),
        why=mapped.why if attribute is not None and mapped is not None else "",
        notes=tuple(notes),
    )


def note_of(problem: Problem, *, todo: bool = False) -> str:
    """Say what a problem says, without the lines of code it names: those move all the time."""
    text = f"{problem.what} {problem.todo}".strip() if todo else problem.what
    return _PLACE.sub("", text)


def _constraints(attribute: Attribute | None) -> str:
    """Write the type's constraints as a keyword list without its brackets."""
    if attribute is None or not attribute.constraints:
        return ""
    return flat(Keyword(attribute.constraints))[1:-1]


def _generated(column: catalog.Column) -> str:
    if column.identity is not catalog.Identity.NONE:
        return f"{column.identity.value} as identity"
    return column.generated.value


def _attribute_notes(attribute: Attribute) -> Iterator[str]:
    plain = attribute.kind is AttributeKind.ATTRIBUTE
    if not plain:
        yield attribute.kind.value
    elif attribute.primary_key:
        yield "primary key"
    if plain:
        yield from _filled(attribute)
    if attribute.sensitive:
        yield "sensitive"
    elif not attribute.public:
        yield "not public"


def _filled(attribute: Attribute) -> Iterator[str]:
    """Say where the value comes from when nobody gives one, or nobody may."""
    default, on_update = attribute.default, attribute.update_default
    if attribute.writable:
        if attribute.generated:
            yield "filled by the database"
        if not isinstance(default, Absent):
            yield f"default {flat(default)}"
        return
    if isinstance(default, Absent) and isinstance(on_update, Absent):
        yield "read only"
    if not isinstance(default, Absent):
        yield f"set by Ash on create ({flat(default)})"
    if not isinstance(on_update, Absent):
        yield f"set by Ash on every update ({flat(on_update)})"
