"""Tables that a piece of SQL names, found without a parser: legacy SQL is often only a part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from ash_scaffold.postgres.catalog import Name

_WORD = re.compile(rb"\w+")
_NAME = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
_QUALIFIED = rf"{_NAME}(?:\s*\.\s*{_NAME})?"
_AFTER = re.compile(
    r"\b(?:from|join|into|update|table|truncate|only|using|lock|copy|on|references|view|analyze"
    r"|vacuum)(?:\s*\([\w\s,]*\))?\s+(?:(?:only|if\s+exists|lateral|table)\s+)*"
    rf"(?P<first>{_QUALIFIED})"
    rf"(?P<more>(?:(?:\s+(?:as\s+)?{_NAME})?\s*,\s*{_QUALIFIED})*)",
    re.IGNORECASE,
)
_LISTED = re.compile(rf"[,]\s*(?P<name>{_QUALIFIED})")
# Text that names nothing: comments and literals. Quoted names, and what EXECUTE runs, are kept.
_SILENT = re.compile(
    r"(?P<kept>\"(?:[^\"]|\"\")*\"|\bexecute\s+(?:format\s*\(\s*)?'(?:[^']|'')*')"
    r"|--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'",
    re.DOTALL | re.IGNORECASE,
)
# A FROM that no table follows.
_NO_SOURCE = re.compile(
    r"\bdistinct\s+from\b|\b(?:extract|trim|substring|overlay)\s*\([^()]*?\bfrom\b", re.IGNORECASE
)
_WITH_QUERY = re.compile(
    rf"(?:\bwith(?P<recursive>\s+recursive)?|\)\s*,)\s*(?P<name>{_NAME})\s*(?:\([^()]*\)\s*)?"
    r"as\s*(?:(?:not\s+)?materialized\s*)?\(",
    re.IGNORECASE,
)


class _WithQuery(msgspec.Struct, frozen=True):
    """A query of a WITH clause: from `end` on its name means it, no table."""

    name: str
    end: int


class TableNames:
    """The tables to look for, found by the names that code may give them."""

    def __init__(self, tables: Iterable[Name]) -> None:
        self._by_name: dict[str, list[Name]] = {}
        for table in sorted(tables):
            self._by_name.setdefault(table.name, []).append(table)
        longest = (
            max(_WORD.findall(name.encode().lower()), key=len, default=b"")
            for name in self._by_name
        )
        self._words = frozenset(longest)

    def may_be_in(self, source: bytes) -> bool:
        """Whether any of the names may stand in the text at all: a quick look at its words."""
        return b"" in self._words or not self._words.isdisjoint(_WORD.findall(source.lower()))

    def has(self, name: str) -> bool:
        """Whether a table has that name, in whichever schema."""
        return name in self._by_name

    def find(self, name: str, schema: str | None = None) -> Name | None:
        """Return the table of a name: the default schema's, else the only one."""
        found = self._by_name.get(name, [])
        if schema is not None:
            return next((table for table in found if table.schema == schema), None)
        default = next((table for table in found if table.schema == "public"), None)
        return default or (found[0] if len(found) == 1 else None)

    def in_sql(self, sql: str) -> Iterator[Name]:
        """Yield the tables that stand where SQL has a table's name."""
        sql = _SILENT.sub(lambda match: match["kept"] or " ", sql)
        sql = _NO_SOURCE.sub(" ", sql)
        hidden = tuple(_with_queries(sql))
        for match in _AFTER.finditer(sql):
            names = [match["first"], *(m["name"] for m in _LISTED.finditer(match["more"]))]
            for written in names:
                parts = [_unquoted(part) for part in re.findall(_NAME, written)]
                if len(parts) == 1 and any(
                    query.name == parts[0] and match.start() >= query.end for query in hidden
                ):
                    continue
                table = self.find(parts[-1], parts[0] if len(parts) > 1 else None)
                if table is not None:
                    yield table


def _unquoted(part: str) -> str:
    if part.startswith('"'):
        return part[1:-1].replace('""', '"')
    return part.lower()


def _with_queries(sql: str) -> Iterator[_WithQuery]:
    """Yield the queries of WITH clauses. Only a recursive one means itself inside of itself."""
    for match in _WITH_QUERY.finditer(sql):
        end = match.end() if match["recursive"] else _closed(sql, match.end())
        yield _WithQuery(_unquoted(match["name"]), end)


def _closed(sql: str, position: int) -> int:
    """Return where the parenthesis that is open at a position is closed, or the end."""
    depth = 1
    for match in re.compile(r"[()]").finditer(sql, position):
        depth += 1 if match[0] == "(" else -1
        if depth == 0:
            return match.end()
    return len(sql)
