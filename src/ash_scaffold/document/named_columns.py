"""Which users of a table name which of its columns, by the words of their files.

A word counts wherever it stands in a file, also where it means the column of another table: so
whoever is not said to name a column holds its name nowhere. A file that can't be read names none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from ash_scaffold.advise.words import forms
from ash_scaffold.document.model import Column, Document, Table
from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.mix_project import Project

# Letters beyond ASCII are of two bytes or more, none of which is an ASCII character.
_WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")

_Words = frozenset[bytes]


def with_named_columns(document: Document, project: Project, hints: Hints) -> Document:
    """Return the document in which each column has the users of its table that name it.

    A column is named by the schema that has a field of it, and by its own name and those of its
    fields and its attribute as words, in snake case and in camel case.
    """
    schemas: defaultdict[Name, list[EctoSchema]] = defaultdict(list)
    for schema in hints.schemas:
        schemas[schema.table].append(schema)
    named = {
        (table.name, column.name): _Naming.of(column, schemas[table.name])
        for table in document.tables
        if table.uses
        for column in table.columns
    }
    wanted: _Words = frozenset().union(*(each.words for each in named.values()))
    paths = {use.path for table in document.tables for use in table.uses}
    held = {path: _words(project, path) & wanted for path in sorted(paths)}

    def with_users(table: Table, column: Column) -> Column:
        naming = named[table.name, column.name]
        places = (
            place
            for place, use in enumerate(table.uses)
            if use.module in naming.schemas or not naming.words.isdisjoint(held[use.path])
        )
        return replace(column, named_by=tuple(places))

    return replace(
        document,
        tables=tuple(
            replace(table, columns=tuple(with_users(table, each) for each in table.columns))
            if table.uses
            else table
            for table in document.tables
        ),
    )


class _Naming(NamedTuple):
    """What names a column: words, and the schemas that have a field of it."""

    words: _Words
    schemas: frozenset[str]

    @classmethod
    def of(cls, column: Column, schemas: Iterable[EctoSchema]) -> _Naming:
        """Return what names a column of a table with these schemas."""
        fields = [
            (schema.module, field.name)
            for schema in schemas
            for field in schema.fields
            if field.column == column.name
        ]
        names = (column.name, *filter(None, (column.attribute,)), *(name for _, name in fields))
        words = frozenset(form.encode() for name in names for form in forms(name))
        return cls(words, frozenset(module for module, _ in fields))


def _words(project: Project, path: str) -> _Words:
    try:
        return frozenset(_WORD.findall(project.source(path)))
    except OSError:
        return frozenset()
