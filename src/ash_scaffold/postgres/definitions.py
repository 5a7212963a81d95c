"""Keys, constraints and indexes on one line: as SQL, or as a report names them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from ash_scaffold.postgres.catalog import (
    Action,
    Check,
    Exclusion,
    ForeignKey,
    Index,
    IndexKey,
    Key,
    Match,
)
from ash_scaffold.postgres.sql import quote_identifier, quote_name, split_list

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


class Notation(msgspec.Struct, frozen=True, kw_only=True):
    """A way to write a definition. Keywords are passed in small letters."""

    keyword: Callable[[str], str]
    name: Callable[[str], str]
    expression: Callable[[str], str]

    def names(self, names: Iterable[str]) -> str:
        """Write names in parentheses."""
        return f"({', '.join(map(self.name, names))})"


SQL = Notation(keyword=str.upper, name=quote_identifier, expression=one_line)
# Keywords in small letters, names and expressions as the catalog has them.
PLAIN = Notation(keyword=str, name=str, expression=str)


def key_definition(key: Key, notation: Notation, *, primary: bool) -> str:
    """Write a primary key or a unique constraint."""
    words = "primary key" if primary else "unique"
    if key.nulls_not_distinct:
        words += " nulls not distinct"
    columns = notation.names(key.columns)
    if key.without_overlaps:
        columns = f"{columns[:-1]} {notation.keyword('without overlaps')})"
    text = f"{notation.keyword(words)} {columns}{_include(key.include, notation)}"
    return text + notation.keyword(_deferral(key.deferrable, key.deferred))


def foreign_key_definition(key: ForeignKey) -> str:
    """Write a foreign key as SQL, from its columns on."""
    columns, target_columns = SQL.names(key.columns), SQL.names(key.target_columns)
    if key.period:
        columns, target_columns = _with_period(key.columns), _with_period(key.target_columns)
    references = f"{columns} REFERENCES {quote_name(key.target)} {target_columns}"
    return references + foreign_key_rules(key, SQL)


def foreign_key_rules(key: ForeignKey, notation: Notation) -> str:
    """Write all of a foreign key but its columns, empty or beginning with a space."""
    words = ""
    if key.match is not Match.SIMPLE:
        words += f" match {key.match.value}"
    if key.on_delete is not Action.NO_ACTION:
        words += f" on delete {key.on_delete.value}"
    words = notation.keyword(words)
    if key.set_null_columns:
        words += f" {notation.names(key.set_null_columns)}"
    rest = f" on update {key.on_update.value}" if key.on_update is not Action.NO_ACTION else ""
    rest += _deferral(key.deferrable, key.deferred) + _validity(key.validated, key.enforced)
    return words + notation.keyword(rest)


def check_definition(check: Check, notation: Notation = SQL) -> str:
    """Write a check constraint."""
    expression = check.expression
    if not expression.startswith("("):
        expression = f"({expression})"
    text = f"{notation.keyword('check')} {notation.expression(expression)}"
    return text + notation.keyword(_validity(check.validated, check.enforced))


def exclusion_definition(exclusion: Exclusion, notation: Notation = SQL) -> str:
    """Write an exclusion constraint; PostgreSQL's text has its deferrability."""
    return notation.expression(exclusion.definition)


def index_definition(index: Index, notation: Notation = SQL) -> str:
    """Write an index from its method on."""
    text = f"{index.method} ({', '.join(_index_key(key, notation) for key in index.keys)})"
    text += _include(index.include, notation)
    if index.nulls_not_distinct:
        text += notation.keyword(" nulls not distinct")
    if index.predicate is not None:
        text += f" {notation.keyword('where')} {notation.expression(index.predicate)}"
    return text


def _index_key(key: IndexKey, notation: Notation) -> str:
    """Write a key of an index with its order, where that is not the default."""
    if key.column is not None:
        text = notation.name(key.column)
    else:
        text = notation.expression(key.expression or "")
    if key.descending:
        text += notation.keyword(" desc")
    if key.nulls_first != key.descending:
        text += notation.keyword(" nulls first" if key.nulls_first else " nulls last")
    return text


def _with_period(names: tuple[str, ...]) -> str:
    """Write the columns of a temporal key, whose last one is the range."""
    *plain, last = map(quote_identifier, names)
    return f"({', '.join([*plain, f'PERIOD {last}'])})"


def _include(columns: tuple[str, ...], notation: Notation) -> str:
    return f" {notation.keyword('include')} {notation.names(columns)}" if columns else ""


def _deferral(deferrable: bool, deferred: bool) -> str:
    if deferred:
        return " deferrable initially deferred"
    return " deferrable" if deferrable else ""


def _validity(validated: bool, enforced: bool) -> str:
    if not enforced:
        return " not enforced"
    return "" if validated else " not valid"


class IndexText(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a CREATE INDEX as `pg_get_indexdef` writes it.

    `keys` and `include` are SQL, each key with its collation, operator class and order. `storage`
    is what stands in `WITH (…)`; `where` is the predicate, None without one.
    """

    unique: bool
    method: str
    keys: tuple[str, ...]
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    storage: str | None = None
    tablespace: str | None = None
    where: str | None = None


_NAME = r'(?:"(?:[^"]|"")*"|[a-z_0-9$]+)'
_INDEX = re.compile(
    rf"CREATE (?P<unique>UNIQUE )?INDEX {_NAME} ON (?:ONLY )?{_NAME}(?:\.{_NAME})? "
    rf"USING (?P<method>{_NAME}) \("
)
_REST = re.compile(
    rf"(?P<distinct> NULLS NOT DISTINCT)?(?: WITH \((?P<storage>[^)]*)\))?"
    rf"(?: TABLESPACE (?P<tablespace>{_NAME}))?(?: WHERE (?P<where>.*))?\Z",
    re.DOTALL,
)


def read_index(definition: str) -> IndexText | None:
    """Read a CREATE INDEX of `pg_get_indexdef`, None when it is none."""
    head = _INDEX.match(definition)
    found = split_list(definition, head.end()) if head is not None else None
    if head is None or found is None:
        return None
    keys, position = found
    include: tuple[str, ...] = ()
    if definition.startswith(" INCLUDE (", position):
        found = split_list(definition, position + len(" INCLUDE ("))
        if found is None:
            return None
        include, position = found
    rest = _REST.match(definition, position)
    if rest is None:
        return None
    return IndexText(
        unique=head["unique"] is not None,
        method=head["method"],
        keys=keys,
        include=include,
        nulls_not_distinct=rest["distinct"] is not None,
        storage=rest["storage"],
        tablespace=rest["tablespace"],
        where=rest["where"],
    )
