"""Patterns of names: `users`, `billing.*`, `*.audit_*`, and which of two is more specific.

`*` stands for any run of characters, `?` for one; everything else for itself, case and all. The
part before the first dot is the schema. **Without a dot a table's pattern means `public` only**;
`*.users` is `users` in any schema.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import msgspec

from ash_scaffold.postgres.catalog import Name

_WILD = re.compile(r"[*?]")

# The SQL standard's names, which are grammar and not in pg_type, for those PostgreSQL stores.
# https://www.postgresql.org/docs/current/datatype.html
_CATALOG_TYPE_NAMES = {
    "bigint": "int8",
    "bit varying": "varbit",
    "boolean": "bool",
    "character": "bpchar",
    "character varying": "varchar",
    "decimal": "numeric",
    "double precision": "float8",
    "int": "int4",
    "integer": "int4",
    "real": "float4",
    "smallint": "int2",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}


class Specificity(NamedTuple):
    """Sorts patterns: exact ones above others, then by the length of the literal parts."""

    exact: bool
    name_literal: int
    schema_literal: int


@lru_cache(maxsize=4096)
def _compiled(glob: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char) or re.escape(char) for char in glob), re.DOTALL)


def is_glob(text: str) -> bool:
    """Whether the text has a wildcard."""
    return _WILD.search(text) is not None


def matches_glob(glob: str, text: str) -> bool:
    """Whether the whole text matches."""
    return glob == text or (is_glob(glob) and _compiled(glob).fullmatch(text) is not None)


class NamePattern(msgspec.Struct, frozen=True):
    """A pattern of qualified names. `schemas` are globs, any of which may match."""

    text: str
    schemas: tuple[str, ...]
    name: str

    @property
    def exact(self) -> bool:
        """Whether it has no wildcard."""
        return not is_glob(self.name) and not any(map(is_glob, self.schemas))

    @property
    def names(self) -> tuple[Name, ...]:
        """The names it stands for when it is exact."""
        return tuple(Name(schema, self.name) for schema in self.schemas)

    @property
    def specificity(self) -> Specificity:
        """What ranks it among the patterns that match the same name."""
        return Specificity(
            self.exact,
            len(_WILD.sub("", self.name)),
            max(len(_WILD.sub("", schema)) for schema in self.schemas),
        )

    def matches(self, name: Name) -> bool:
        """Whether the name is one of those it stands for."""
        return matches_glob(self.name, name.name) and any(
            matches_glob(schema, name.schema) for schema in self.schemas
        )


class ColumnPattern(msgspec.Struct, frozen=True):
    """A pattern of columns: those that match the glob `column`, of the tables that match."""

    table: NamePattern
    column: str

    @property
    def specificity(self) -> tuple[Specificity, Specificity]:
        """The table's part decides first, then the column's."""
        return (self.table.specificity, glob_specificity(self.column))


def glob_specificity(glob: str) -> Specificity:
    """Rank an unqualified glob, such as a column's."""
    return Specificity(not is_glob(glob), len(_WILD.sub("", glob)), 0)


def table_pattern(text: str) -> NamePattern:
    """Read `table` (in `public`) or `schema.table`; the table's part may hold further dots."""
    schema, dot, name = text.partition(".")
    return NamePattern(text, (schema,) if dot else ("public",), name if dot else schema)


def type_pattern(text: str) -> NamePattern:
    """Read `type` (in `pg_catalog` or `public`) or `schema.type`; SQL's names are understood."""
    schema, dot, name = text.partition(".")
    if dot:
        return NamePattern(text, (schema,), name)
    return NamePattern(text, ("pg_catalog", "public"), _CATALOG_TYPE_NAMES.get(schema, schema))


def column_pattern(text: str) -> ColumnPattern:
    """Read `table.column` or `schema.table.column`.

    A table part that is `*` alone stands for every table of every schema. Raises `ValueError`
    when there is no dot.
    """
    table, dot, column = text.rpartition(".")
    if not dot or not table or not column:
        raise ValueError(text)
    pattern = NamePattern(table, ("*",), "*") if table == "*" else table_pattern(table)
    return ColumnPattern(pattern, column)
