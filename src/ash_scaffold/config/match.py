"""Patterns of names (`users`, `billing.*`, `*.audit_*`), and the entries that hold for a name.

**The most specific entry wins**, option by option: an exact name before a pattern, a longer
literal part before a shorter one, `[tables.x.columns.y]` before `[columns."x.y"]`.

`*` stands for any run of characters, `?` for one; everything else for itself, case and all. The
part before the first dot is the schema. **Without a dot a table's pattern means `public` only**;
`*.users` is `users` in any schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

import msgspec

from ash_scaffold.config.options import Actions, ColumnConfig, Config, DomainConfig, TableConfig
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
        """The rank among the patterns that match the same name."""
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


NO_TABLE = TableConfig()
NO_COLUMN = ColumnConfig()
_NO_DOMAIN = DomainConfig()

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class _Ranked(Generic[T]):
    """Values by name pattern; `find` gives those for a name, the most specific first."""

    def __init__(self, entries: Iterable[tuple[NamePattern, T]]) -> None:
        self._exact: dict[Name, list[T]] = {}
        globs: list[tuple[NamePattern, T]] = []
        for pattern, value in entries:
            if pattern.exact:
                for name in pattern.names:
                    self._exact.setdefault(name, []).append(value)
            else:
                globs.append((pattern, value))
        # The sort is stable: of equally specific patterns the one written first wins.
        self._globs = sorted(globs, key=lambda entry: entry[0].specificity, reverse=True)

    def find(self, name: Name) -> list[T]:
        found = list(self._exact.get(name, ()))
        found += [value for pattern, value in self._globs if pattern.matches(name)]
        return found


class _ColumnAnswers:
    """The columns' entries for the tables that have the same rules, the most specific first."""

    def __init__(self, rules: list[tuple[str, ColumnConfig]]) -> None:
        self._rules = rules
        self._memo: dict[str, ColumnConfig] = {}

    def find(self, column: str) -> ColumnConfig:
        found = self._memo.get(column)
        if found is None:
            entries = [entry for glob, entry in self._rules if matches_glob(glob, column)]
            found = self._memo[column] = _merged(entries, NO_COLUMN)
        return found


class Resolver:
    """Answers for one configuration; built once per run, it remembers what it has worked out.

    Without `says_columns` it has no entry for any column.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self._tables = _Ranked((table_pattern(key), entry) for key, entry in config.tables.items())
        self._excluded = _Ranked((table_pattern(key), True) for key in config.exclude)
        self._owned = _Ranked((table_pattern(key), True) for key in config.owned_by_ash)
        excepted = () if config.tenancy is None else config.tenancy.except_tables
        self._excepted = _Ranked((table_pattern(key), True) for key in excepted)
        self._types = _Ranked((type_pattern(key), text) for key, text in config.types.items())
        self._domains = _Ranked(
            (table_pattern(key), domain)
            for domain, entry in config.domains.items()
            for key in entry.tables
        )
        self._columns = sorted(
            ((column_pattern(key), entry) for key, entry in config.columns.items()),
            key=lambda item: item[0].specificity,
            reverse=True,
        )
        self.says_columns = bool(config.columns) or any(
            entry.columns for entry in config.tables.values()
        )
        tables = config.tables.values()
        columns = (*config.columns.values(), *(c for each in tables for c in each.columns.values()))
        embeds = [config.embeds, *(each.embeds for each in config.domains.values())]
        embeds += [each.embeds for each in tables]
        embeds += [each.embeds for each in columns]
        self._says_embeds = any(each is not None for each in embeds)
        self._table_memo: dict[Name, TableConfig] = {}
        self._type_memo: dict[Name, str | None] = {}
        self._columns_memo: dict[Name, _ColumnAnswers] = {}
        # Most tables share their rules, and columns of one name then share the answer.
        self._answers: dict[tuple[tuple[str, int], ...], _ColumnAnswers] = {}

    def for_table(self, name: Name) -> TableConfig:
        """Return the `[tables.…]` entries of a table, merged.

        Options of the domain and of the whole file are not in it: see `actions_for`, `use_for`,
        `extensions_for` and `excludes`. For its columns ask `for_column`.
        """
        found = self._table_memo.get(name)
        if found is None:
            found = self._table_memo[name] = _merged_tables(self._tables.find(name))
        return found

    def for_column(self, table: Name, column: str) -> ColumnConfig:
        """Return the entries of a column, merged; `NO_COLUMN` when there is none."""
        if not self.says_columns:
            return NO_COLUMN
        answers = self._columns_memo.get(table)
        if answers is None:
            rules = self._column_rules(table)
            key = tuple((glob, id(entry)) for glob, entry in rules)
            answers = self._answers.setdefault(key, _ColumnAnswers(rules))
            self._columns_memo[table] = answers
        return answers.find(column)

    def renamed_from(self, table: Name, column: str | None = None) -> str | None:
        """Return the old name of a table or of its column: empty for a new one, None if not set."""
        entry = self.for_table(table) if column is None else self.for_column(table, column)
        return entry.renamed_from

    def _column_rules(self, table: Name) -> list[tuple[str, ColumnConfig]]:
        rules: list[tuple[str, ColumnConfig]] = []
        for entry in self._tables.find(table):
            rules += sorted(
                entry.columns.items(), key=lambda item: glob_specificity(item[0]), reverse=True
            )
        rules += [
            (pattern.column, entry)
            for pattern, entry in self._columns
            if pattern.table.matches(table)
        ]
        return rules

    def type_for(self, name: Name) -> str | None:
        """Return the text that `[types]` gives for a PostgreSQL type, None when it is silent."""
        if name not in self._type_memo:
            self._type_memo[name] = next(iter(self._types.find(name)), None)
        return self._type_memo[name]

    def legacy_type_for(self, table: Name, column: str) -> bool:
        """Whether the column's attribute may be of a custom Ecto type of the legacy code."""
        own = self.for_column(table, column).legacy_type
        return self.config.legacy_types is not False if own is None else own

    def embeds_for(self, table: Name, column: str, context: str = "") -> bool:
        """Whether the Ecto embed in a column is to be an embedded resource.

        `context` is the module above the table's schema, its domain where no pattern says another.
        """
        if not self._says_embeds:
            return False
        domain = self.config.domains.get(self.domain_of(table) or context, _NO_DOMAIN)
        entry, general = self.for_table(table), self.config.embeds
        own = self.for_column(table, column).embeds
        return (own or entry.embeds or domain.embeds or general) == "resources"

    def domain_patterns(self, domain: str) -> tuple[NamePattern, ...]:
        """Return the patterns of the tables that the configuration gives to a domain."""
        entry = self.config.domains.get(domain, _NO_DOMAIN)
        return tuple(table_pattern(key) for key in entry.tables)

    def domain_of(self, table: Name) -> str | None:
        """Return the domain whose pattern fits the table most closely, None when none does."""
        return next(iter(self._domains.find(table)), None)

    def excludes(self, table: Name) -> bool:
        """Whether the table is left out. Its own entry outweighs the file's `exclude` list."""
        own = self.for_table(table).exclude
        return bool(self._excluded.find(table)) if own is None else own

    def owned_by_ash(self, table: Name) -> bool:
        """Whether Ash migrates the table."""
        return bool(self._owned.find(table))

    def excepted(self, table: Name) -> bool:
        """Whether `except` of `[tenancy]` says that the table's rows belong to no tenant."""
        return bool(self._excepted.find(table))

    def actions_for(self, table: Name, domain: str | None = None) -> Actions | None:
        """Return the actions of the table's entry, of its domain or of the file."""
        of_domain = self.config.domains.get(domain, _NO_DOMAIN) if domain else _NO_DOMAIN
        return self.for_table(table).actions or of_domain.actions or self.config.actions

    def use_for(self, table: Name) -> str | None:
        """Return the module to `use` in place of `Ash.Resource`, None for that itself."""
        return self.for_table(table).use or self.config.use

    def extensions_for(self, table: Name) -> tuple[str, ...]:
        """Return the extensions that the table's entry or the file names."""
        own = self.for_table(table).extensions
        return self.config.extensions if own is None else own


def _merged(entries: list[S], nothing: S) -> S:
    """Merge entries, the most specific first: of each option the first value."""
    if len(entries) < 2:
        return entries[0] if entries else nothing
    merged: dict[str, object] = {}
    for entry in reversed(entries):
        for field in entry.__struct_fields__:
            value = getattr(entry, field)
            if value is not None:
                merged[field] = value
    return msgspec.structs.replace(nothing, **merged)


def _merged_tables(entries: list[TableConfig]) -> TableConfig:
    merged = _merged(entries, NO_TABLE)
    if len(entries) < 2:
        return merged
    keys = {key: None for entry in entries for key in entry.columns}
    return msgspec.structs.replace(
        merged,
        columns={
            key: _merged([e.columns[key] for e in entries if key in e.columns], NO_COLUMN)
            for key in keys
        },
        relationships={
            key: relationship
            for entry in reversed(entries)
            for key, relationship in entry.relationships.items()
        },
    )
