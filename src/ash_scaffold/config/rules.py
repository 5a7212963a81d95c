"""The rules that a well-shaped configuration can still break, names in Elixir among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath, PureWindowsPath

import msgspec

from ash_scaffold.config.faults import Fault, either
from ash_scaffold.config.match import (
    NamePattern,
    column_pattern,
    is_glob,
    table_pattern,
    type_pattern,
)
from ash_scaffold.config.options import ColumnConfig, Config, RelationshipConfig, TableConfig
from ash_scaffold.counted import counted
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA
from ash_scaffold.problem import Code
from ash_scaffold.toml_text import KeyPath, dotted, quoted

# Aliases are ASCII: https://hexdocs.pm/elixir/syntax-reference.html#aliases
_ALIAS = re.compile(r"[A-Z][A-Za-z0-9_]*(\.[A-Z][A-Za-z0-9_]*)*")
_ATOM = re.compile(r":[a-z_][A-Za-z0-9_]*[?!]?")
_ARRAY = re.compile(r"\{\s*:array\s*,\s*(.+?)\s*\}", re.DOTALL)
_IDENTIFIER = re.compile(r"[^\W\dA-Z]\w*[?!]?")

SPECIAL_TYPES = ("tolerant", "limits", "nested")


def valid_alias(text: str) -> bool:
    """Whether the text is a module's alias, such as `App.Accounts.User`."""
    return _ALIAS.fullmatch(text) is not None


def valid_identifier(text: str) -> bool:
    """Whether the text can name an attribute or a relationship without quotes."""
    return _IDENTIFIER.fullmatch(text) is not None


def valid_type(text: str) -> bool:
    """Whether the text is an Ash type: `:string`, `App.Types.X` or `{:array, …}` of one."""
    if array := _ARRAY.fullmatch(text):
        return valid_type(array[1])
    return _ATOM.fullmatch(text) is not None or valid_alias(text)


def rule_faults(config: Config) -> Iterator[Fault]:
    """Yield what is wrong with the values: names that aren't Elixir, duplicates, outside paths."""
    yield from _modules(_module_options(config))
    for key in ("out", "templates", "dump", "legacy"):
        value = getattr(config, key)
        if isinstance(value, str) and not value:
            yield Fault((key,), "is empty; expected a path")
        if isinstance(value, str) and "\0" in value:
            yield Fault((key,), "has a null character; expected a path")
    if config.out is not None and not _stays_inside(config.out):
        yield Fault(
            ("out",),
            f"is {quoted(config.out)}, which leaves the project's folder",
            "Give a path relative to the folder of mix.exs, without `..`.",
        )
    if config.templates is not None and not _stays_inside(config.templates):
        yield Fault(
            ("templates",),
            f"is {quoted(config.templates)}, which leaves the project's folder",
            "Give a path relative to the folder of mix.exs, without `..`, or another folder with "
            "--templates.",
        )
    for key, table in config.tables.items():
        yield from _table(table, ("tables", key))
    for key, column in config.columns.items():
        yield from _column(column, ("columns", key))
    yield from _column_patterns(config)
    for key, text in config.types.items():
        yield from _type(text, ("types", key), (*SPECIAL_TYPES, "skip"))
    for key in config.behaviour:
        yield from _behaviour(key)
    yield from _tenancy(config)
    yield from _duplicates(config)


def _behaviour(key: str) -> Iterator[Fault]:
    table, _, function = key.rpartition(".")
    if not table or not valid_identifier(function):
        yield Fault(
            ("behaviour", key),
            "names no table and function",
            'Write the table, and the function or its action: [behaviour."users.registration"].',
        )


# The options of `[tenancy]` that each strategy needs, and those that it has besides.
_TENANCY_OPTIONS = {
    "attribute": (("column", "tenants"), ("except",)),
    "context": (("schema",), ("schemas",)),
}


def _tenancy(config: Config) -> Iterator[Fault]:
    tenancy = config.tenancy
    if tenancy is None or tenancy.strategy != "attribute":
        for key, table in config.tables.items():
            if table.tenancy is not None:
                yield Fault(
                    ("tables", key, "tenancy"),
                    "is set, but there is no [tenancy] with the strategy attribute",
                    "Add it, with `column` and `tenants`, or take this out.",
                )
    if tenancy is None:
        return
    needed, more = _TENANCY_OPTIONS[tenancy.strategy]
    values = msgspec.to_builtins(tenancy)
    for name in needed:
        if not values[name]:
            what = f"lacks {name}" if values[name] is None else f"has an empty {name}"
            yield Fault(("tenancy",), what, f"The strategy {tenancy.strategy} needs it.")
    for name in (name for name, value in values.items() if value and name != "strategy"):
        if name not in (*needed, *more):
            yield Fault(
                ("tenancy", name),
                f"is no option of the strategy {tenancy.strategy}",
                f"Options of it: {', '.join((*needed, *more))}.",
            )
    if tenancy.schema == DEFAULT_SCHEMA:
        yield Fault(
            ("tenancy", "schema"),
            f"is {DEFAULT_SCHEMA}, whose tables are every tenant's",
            "Name the schema of one tenant, which stands for all.",
        )
    for name in ("schema", "tenants"):
        text = values[name]
        if text is not None and is_glob(text):
            yield Fault(("tenancy", name), f"is {quoted(text)}, a pattern; expected one name")
    for key, table in config.tables.items():
        if table.tenancy == "":
            yield Fault(("tables", key, "tenancy"), "is empty; expected a column, or false")


def _module_options(config: Config) -> Iterator[tuple[KeyPath, str | None]]:
    yield ("repo",), config.repo
    yield ("use",), config.use
    yield ("resource_namespace",), config.resource_namespace
    for position, name in enumerate(config.extensions):
        yield ("extensions", position), name
    for key, domain in config.domains.items():
        yield ("domains", key), key
        yield ("domains", key, "resource_namespace"), domain.resource_namespace
    for key, table in config.tables.items():
        yield ("tables", key, "resource"), table.resource
        yield ("tables", key, "use"), table.use
        for position, name in enumerate(table.extensions or ()):
            yield ("tables", key, "extensions", position), name


def _modules(options: Iterable[tuple[KeyPath, str | None]]) -> Iterator[Fault]:
    for path, name in options:
        if name is not None and not valid_alias(name):
            yield Fault(
                path,
                f"is {quoted(name)}, which is not a module's name"
                if name != path[-1]
                else "is not a module's name",
                "Each part starts with a capital letter and has only ASCII letters, digits "
                "and `_`: App.Accounts.User.",
                Code.INVALID_MODULE_NAME,
            )


def _table(table: TableConfig, path: KeyPath) -> Iterator[Fault]:
    for key, column in table.columns.items():
        yield from _column(column, (*path, "columns", key))
    for key, relationship in table.relationships.items():
        yield from _relationship(key, relationship, (*path, "relationships", key))
    if table.primary_key is not None and not table.primary_key:
        yield Fault((*path, "primary_key"), "is empty; expected at least one column")


def _column(column: ColumnConfig, path: KeyPath) -> Iterator[Fault]:
    if column.name is not None:
        yield from _identifier(column.name, (*path, "name"))
    if column.type is not None:
        yield from _type(column.type, (*path, "type"), SPECIAL_TYPES)
    if column.enum == ():
        yield Fault((*path, "enum"), "is empty; expected at least one value")


def _relationship(name: str, relationship: RelationshipConfig, path: KeyPath) -> Iterator[Fault]:
    yield from _identifier(name, path)
    if relationship.inverse is not None:
        yield from _identifier(relationship.inverse, (*path, "inverse"))
    if not relationship.columns:
        yield Fault((*path, "columns"), "is empty; expected at least one column")
    targets = relationship.target_columns
    if targets and len(targets) != len(relationship.columns):
        yield Fault(
            (*path, "target_columns"),
            f"has {counted(len(targets), 'column')}; expected {len(relationship.columns)}, one for "
            "each of `columns`",
        )


def _identifier(name: str, path: KeyPath) -> Iterator[Fault]:
    if not valid_identifier(name):
        yield Fault(
            path,
            f"is {quoted(name)}, which can't name it in Elixir"
            if name != path[-1]
            else "can't name a relationship in Elixir",
            "It starts with a small letter or `_`, goes on with letters, digits and `_`, and "
            "may end with `?` or `!`.",
        )


def _type(text: str, path: KeyPath, words: tuple[str, ...]) -> Iterator[Fault]:
    if text not in words and not valid_type(text):
        choices = either(['":string"', '"App.Types.X"', '"{:array, :string}"', *map(quoted, words)])
        yield Fault(path, f"is {quoted(text)}, which is not an Ash type", f"Give {choices}.")


def _column_patterns(config: Config) -> Iterator[Fault]:
    for key in config.columns:
        try:
            column_pattern(key)
        except ValueError:
            yield Fault(
                ("columns", key),
                "names no table",
                f'Write {dotted(("columns", f"*.{key}"))} for all tables, or "table.column".',
            )


def _duplicates(config: Config) -> Iterator[Fault]:
    """Two keys for the same name: neither would be the more specific."""
    domains = [
        (("domains", domain, "tables"), table_pattern(text))
        for domain, entry in config.domains.items()
        for text in entry.tables
    ]
    yield from _duplicates_of([(("tables", key), table_pattern(key)) for key in config.tables])
    yield from _duplicates_of([(("types", key), type_pattern(key)) for key in config.types])
    yield from _duplicates_of(domains)


def _duplicates_of(entries: Sequence[tuple[KeyPath, NamePattern]]) -> Iterator[Fault]:
    seen: dict[tuple[tuple[str, ...], str], KeyPath] = {}
    for path, pattern in entries:
        first = seen.setdefault((pattern.schemas, pattern.name), path)
        if first == path:
            continue
        here = f"names {pattern.text} again" if path[-1] == "tables" else "repeats it"
        yield Fault(path, f"{here}: {dotted(first)} already does", "Keep one.")


def _stays_inside(text: str) -> bool:
    path = PurePosixPath(text.replace("\\", "/"))
    return not path.is_absolute() and not PureWindowsPath(text).drive and ".." not in path.parts
