"""Constraints and indexes as SQL, each on one line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ash_scaffold.postgres.catalog import (
    Action,
    Check,
    Exclusion,
    ForeignKey,
    Index,
    IndexKey,
    Match,
)
from ash_scaffold.postgres.identifier import quote_identifier, quote_name

_BREAKS = {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
_QUOTED = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""")
_BROKEN = re.compile(r"\s*\n\s*")


def one_line(sql: str) -> str:
    """Keep SQL on a line: break it nowhere, and show breaks in names and literals as escapes."""
    if "\n" not in sql and "\r" not in sql and "\t" not in sql:
        return sql
    parts = _QUOTED.split(sql)
    parts[::2] = [_BROKEN.sub(" ", part) for part in parts[::2]]
    return "".join(parts).translate(_BREAKS).replace("( CASE", "(CASE")


def identifiers(names: Iterable[str]) -> str:
    """Write names in parentheses."""
    return f"({', '.join(map(quote_identifier, names))})"


def deferral(deferrable: bool, deferred: bool) -> str:
    """Write what is said of a constraint's deferrability."""
    if deferred:
        return " DEFERRABLE INITIALLY DEFERRED"
    return " DEFERRABLE" if deferrable else ""


def foreign_key_definition(key: ForeignKey) -> str:
    """Write a foreign key from its columns on."""
    columns, target_columns = identifiers(key.columns), identifiers(key.target_columns)
    if key.period:
        columns, target_columns = _with_period(key.columns), _with_period(key.target_columns)
    words = f"{columns} REFERENCES {quote_name(key.target)} {target_columns}"
    if key.match is not Match.SIMPLE:
        words += f" MATCH {key.match.value.upper()}"
    if key.on_delete is not Action.NO_ACTION:
        words += f" ON DELETE {key.on_delete.value.upper()}"
    if key.set_null_columns:
        words += f" {identifiers(key.set_null_columns)}"
    if key.on_update is not Action.NO_ACTION:
        words += f" ON UPDATE {key.on_update.value.upper()}"
    return words + deferral(key.deferrable, key.deferred) + _validity(key.validated, key.enforced)


def check_definition(check: Check) -> str:
    """Write a check constraint."""
    expression = check.expression
    if not expression.startswith("("):
        expression = f"({expression})"
    return f"CHECK {one_line(expression)}" + _validity(check.validated, check.enforced)


def exclusion_definition(exclusion: Exclusion) -> str:
    """Write an exclusion constraint as PostgreSQL does."""
    return one_line(exclusion.definition)


def index_definition(index: Index) -> str:
    """Write an index: its method, keys, and what else is said of it."""
    words = f"{index.method} ({', '.join(map(index_key, index.keys))})"
    if index.include:
        words += f" INCLUDE {identifiers(index.include)}"
    if index.nulls_not_distinct:
        words += " NULLS NOT DISTINCT"
    if index.predicate is not None:
        words += f" WHERE {one_line(index.predicate)}"
    return words if index.valid else f"{words} /* invalid */"


def index_key(key: IndexKey) -> str:
    """Write a key of an index with its order, where that is not the default."""
    text = (
        quote_identifier(key.column) if key.column is not None else one_line(key.expression or "")
    )
    if key.descending:
        text += " DESC"
    if key.nulls_first != key.descending:
        text += " NULLS FIRST" if key.nulls_first else " NULLS LAST"
    return text


def _with_period(names: tuple[str, ...]) -> str:
    """Write the columns of a temporal key, whose last one is the range."""
    *plain, last = map(quote_identifier, names)
    return f"({', '.join([*plain, f'PERIOD {last}'])})"


def _validity(validated: bool, enforced: bool) -> str:
    if not enforced:
        return " NOT ENFORCED"
    return "" if validated else " NOT VALID"
