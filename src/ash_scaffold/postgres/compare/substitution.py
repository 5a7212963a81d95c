"""New names in an SQL expression, token by token."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.sql import quote_identifier, unquote_identifier

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\W\d][\w$]*|\d[\w.]*|::|\s+|.""", re.DOTALL)
_NAME = re.compile(r'[^\W\d]|"')


class Substitution(msgspec.Struct, frozen=True):
    """New names by old ones: of a relation's columns, of the relation itself, of types.

    `schemas` are those of a moved relation, whose sequences have moved with it.
    """

    columns: Mapping[str, str] = {}
    relation: tuple[str, str] | None = None
    types: Mapping[Name, Name] = {}
    schemas: tuple[str, str] | None = None

    def __bool__(self) -> bool:
        return bool(self.columns or self.relation or self.types or self.schemas)


def substitute(sql: str, new: Substitution) -> str:
    """Rewrite the names in an expression, as PostgreSQL prints it with an empty search path.

    A name that is called as a function, or follows a dot or a cast, is no column.
    """
    if not new:
        return sql
    tokens = _TOKEN.findall(sql)
    out: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        previous = tokens[position - 1] if position else ""
        if _NAME.match(token) and following == "." and position + 2 < len(tokens):
            out.append(_qualified(token, tokens[position + 2], new))
            position += 3
            continue
        if token.startswith("'"):
            out.append(_literal(token, following, new))
        elif _NAME.match(token) and following != "(" and previous != "::":
            renamed = new.columns.get(unquote_identifier(token))
            out.append(token if renamed is None else quote_identifier(renamed))
        else:
            out.append(token)
        position += 1
    return "".join(out)


def _qualified(first: str, second: str, new: Substitution) -> str:
    """Rewrite `schema.type`, `relation.*` and `relation.column`."""
    type_ = new.types.get(Name(unquote_identifier(first), unquote_identifier(second)))
    if type_ is not None:
        return f"{quote_identifier(type_.schema)}.{quote_identifier(type_.name)}"
    if new.relation is not None and unquote_identifier(first) == new.relation[0]:
        first = quote_identifier(new.relation[1])
    return f"{first}.{second}"


def _literal(token: str, following: str, new: Substitution) -> str:
    """Rewrite the schema of a sequence: `'billing.invoices_id_seq'::regclass`."""
    if new.schemas is None or following != "::":
        return token
    before, after = (quote_identifier(name).replace("'", "''") for name in new.schemas)
    if token.startswith(f"'{before}."):
        return f"'{after}.{token[len(before) + 2 :]}"
    return token
