"""Tables that the legacy code names as text: as a query's source, and in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.syntax.parse import CallSite, Tree, call_site
from ash_scaffold.syntax.values import Unreadable, read

# Where Ecto takes a table's name, and where it takes SQL: the last part of a call's name.
_SOURCE_CALLS = frozenset(
    "from join insert_all update_all delete_all all one one! get get! get_by get_by! aggregate "
    "exists? stream where select subquery put_source".split()
)
_SQL_CALLS = frozenset(
    "query query! query_many query_many! execute execute! fragment explain prepare "
    "prepare! stream sql unsafe_fragment".split()
)
_JOINS = frozenset(
    "join left_join right_join inner_join full_join cross_join left_lateral_join "
    "inner_lateral_join".split()
)
# A text is a statement when it begins as one; "Update tags in batches" is none.
_STATEMENT = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(?:select\b.*\bfrom\b|insert\s+into\b|update\b.*\bset\b|delete\s+from\b"
    r"|with\b.*\bas\b.*\(|truncate\b|copy\b.*\b(?:from|to)\b|lock\s+table\b|merge\s+into\b"
    r"|refresh\s+materialized\b|(?:create|alter|drop|explain|analyze|vacuum)\b)",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(rb"\w+")
_NAME = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
_QUALIFIED = rf"{_NAME}(?:\s*\.\s*{_NAME})?"
_AFTER = re.compile(
    r"\b(?:from|join|into|update|table|truncate|only|using|lock|copy|on|references|view|analyze"
    rf"|vacuum)\s+(?:(?:only|if\s+exists|lateral|table)\s+)*(?P<first>{_QUALIFIED})"
    rf"(?P<more>(?:(?:\s+(?:as\s+)?{_NAME})?\s*,\s*{_QUALIFIED})*)",
    re.IGNORECASE,
)
_LISTED = re.compile(rf"[,]\s*(?P<name>{_QUALIFIED})")
_CLIMB = 12


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

    def find(self, name: str, schema: str | None = None) -> Name | None:
        """Return the table of a name: the default schema's, else the only one."""
        found = self._by_name.get(name, [])
        if schema is not None:
            return next((table for table in found if table.schema == schema), None)
        default = next((table for table in found if table.schema == "public"), None)
        return default or (found[0] if len(found) == 1 else None)

    def in_sql(self, sql: str) -> Iterator[Name]:
        """Yield the tables that stand where SQL has a table's name."""
        for match in _AFTER.finditer(sql):
            names = [match["first"], *(m["name"] for m in _LISTED.finditer(match["more"]))]
            for written in names:
                parts = [self._unquoted(part) for part in re.findall(_NAME, written)]
                table = self.find(parts[-1], parts[0] if len(parts) > 1 else None)
                if table is not None:
                    yield table

    def _unquoted(self, part: str) -> str:
        if part.startswith('"'):
            return part[1:-1].replace('""', '"')
        return part.lower()


def named_tables(file: ElixirFile, names: TableNames) -> Iterator[tuple[Node, Name, str]]:
    """Yield each table that a string names: the string, the table, and the call that takes it.

    SQL that is first given a name of its own counts as `SQL`: a text that begins as a statement
    does.
    """
    if not names.may_be_in(file.source):
        return
    for node in file.strings():
        raw = file.source[node.start_byte : node.end_byte]
        if not names.may_be_in(raw):
            continue
        via, call = _taker(file.tree, node)
        text = _text(file.tree, node)
        last = via.rpartition(".")[2]
        table = names.find(text, _prefix(file.tree, call))
        if table is not None and (last in _SOURCE_CALLS or last == "in"):
            yield node, table, "from" if last == "in" else via
        elif last in _SQL_CALLS or _is_statement(text):
            shown = via if last in _SQL_CALLS else "SQL"
            for found in dict.fromkeys(names.in_sql(text)):
                yield node, found, shown


def _is_statement(text: str) -> bool:
    """Whether a text is SQL by itself: people write keywords in capitals or small letters only."""
    if not _STATEMENT.match(text):
        return False
    words = re.findall(r"(?m)^(?!\s*--)\s*([A-Za-z]+)", text)
    return bool(words) and (words[0].isupper() or words[0].islower())


def _text(tree: Tree, node: Node) -> str:
    """Return a string's text; what is put into it at run time is left out."""
    value = read(tree, node)
    if not isinstance(value, Unreadable):
        return value if isinstance(value, str) else ""
    quoted = (child for child in node.children if child.type in ("quoted_content", "interpolation"))
    return "".join(
        tree.text(child) if child.type == "quoted_content" else "\ufffc" for child in quoted
    )


def _taker(tree: Tree, node: Node) -> tuple[str, CallSite | None]:
    """Return the name of the call that a string is given to, and the call.

    `in` stands for `x in "table"`. A pipe's right side takes what is on its left.
    """
    current = node
    for _ in range(_CLIMB):
        parent = current.parent
        if parent is None:
            break
        if parent.type == "binary_operator":
            sign, right = (parent.child_by_field_name(name) for name in ("operator", "right"))
            operator = tree.text(sign) if sign is not None else ""
            if operator == "in" and right == node:
                return "in", _around(tree, parent)
            if operator == "|>" and right is not None and current != right:
                site = call_site(tree, right)
                if site is not None:
                    return site.name, site
            if operator == "=":
                break
        elif parent.type == "call":
            site = call_site(tree, parent)
            return (site.name, site) if site is not None else ("", None)
        elif parent.type in ("do_block", "stab_clause"):
            break
        elif parent.type == "pair" and _is_join(tree, parent):
            return "in", _around(tree, parent)
        current = parent
    return "", None


def _is_join(tree: Tree, pair: Node) -> bool:
    """Whether a keyword's value is a source: `join: "table"`."""
    key = pair.child_by_field_name("key")
    return key is not None and tree.text(key).rstrip().removesuffix(":") in _JOINS


def _around(tree: Tree, node: Node) -> CallSite | None:
    current: Node | None = node
    for _ in range(_CLIMB):
        current = current.parent if current is not None else None
        site = call_site(tree, current) if current is not None else None
        if site is not None:
            return site
    return None


def _prefix(tree: Tree, call: CallSite | None) -> str | None:
    option = call.option("prefix") if call is not None else None
    value = read(tree, option) if option is not None else None
    return value if isinstance(value, str) else None
