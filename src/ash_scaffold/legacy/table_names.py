"""Tables that the legacy code names as text: as a query's source, and in SQL.

The SQL is read without a parser: legacy SQL is often only a part of a statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

import msgspec
from tree_sitter import Node

from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name
from ash_scaffold.postgres.sql import unquote_identifier
from ash_scaffold.syntax.parse import CallSite, Tree, call_site, expressions, module_attribute
from ash_scaffold.syntax.values import Unreadable, read

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
# Text without names: comments and literals, but for quoted names and the text of EXECUTE.
_SILENT = re.compile(
    r"(?P<named>\"(?:[^\"]|\"\")*\"|\bexecute\s+(?:format\s*\(\s*)?'(?:[^']|'')*')"
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
# Where Ecto takes a table's name in place of a schema, by the last part of the call's name: a
# query's functions as the first argument, those of a repo too, and some wherever it stands.
_QUERY_CALLS = frozenset(
    "from subquery select select_merge where or_where order_by group_by having or_having limit "
    "offset distinct preload lock update windows with_cte union union_all except intersect "
    "exclude put_query_prefix join".split()
)
_REPO_CALLS = frozenset(
    "all all_by one one! get get! get_by get_by! aggregate exists? stream".split()
)
_BULK_CALLS = frozenset("insert_all update_all delete_all".split())
_SQL_CALLS = frozenset(
    "query query! query_many query_many! execute execute! fragment explain prepare "
    "prepare! stream sql unsafe_fragment".split()
)
_JOINS = frozenset(
    "join left_join right_join inner_join full_join cross_join left_lateral_join "
    "inner_lateral_join cross_lateral_join".split()
)
# Options of `Ecto.Query.from/2` that belong to the source or join before them.
_SOURCE_OPTIONS = frozenset({"as", "prefix", "hints", "on"})
# A text is a statement when it begins as one; "Update tags in batches" is none.
_STATEMENT = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(?:select\b.*\bfrom\b|insert\s+into\b|update\b.*\bset\b|delete\s+from\b"
    r"|with\b.*\bas\b.*\(|truncate\b|copy\b.*\b(?:from|to)\b|lock\s+table\b|merge\s+into\b"
    r"|refresh\s+materialized\b|(?:create|alter|drop|explain|analyze|vacuum)\b)",
    re.IGNORECASE | re.DOTALL,
)
# Statements of a word and a name: in small letters as likely a label ("drop users").
_SHORT = frozenset("truncate create alter drop explain analyze vacuum".split())
_CLIMB = 12


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
        """Whether any of the names may stand in the text, by its words alone."""
        return b"" in self._words or not self._words.isdisjoint(_WORD.findall(source.lower()))

    def has(self, name: str) -> bool:
        """Whether a table has that name, in whichever schema."""
        return name in self._by_name

    def find(self, name: str, schema: str | None = None) -> Name | None:
        """Return the table of a name: the default schema's, else the only one."""
        found = self._by_name.get(name, [])
        if schema is not None:
            return next((table for table in found if table.schema == schema), None)
        default = next((table for table in found if table.schema == DEFAULT_SCHEMA), None)
        return default or (found[0] if len(found) == 1 else None)

    def in_sql(self, sql: str) -> Iterator[Name]:
        """Yield the tables that stand where SQL has a table's name."""
        sql = _SILENT.sub(lambda match: match["named"] or " ", sql)
        sql = _NO_SOURCE.sub(" ", sql)
        hidden = tuple(_with_queries(sql))
        for match in _AFTER.finditer(sql):
            names = [match["first"], *(m["name"] for m in _LISTED.finditer(match["more"]))]
            for written in names:
                parts = [unquote_identifier(part, fold=True) for part in re.findall(_NAME, written)]
                if len(parts) == 1 and any(
                    query.name == parts[0] and match.start() >= query.end for query in hidden
                ):
                    continue
                table = self.find(parts[-1], parts[0] if len(parts) > 1 else None)
                if table is not None:
                    yield table


def _with_queries(sql: str) -> Iterator[_WithQuery]:
    """Yield the queries of WITH clauses. Only a recursive one means itself inside of itself."""
    for match in _WITH_QUERY.finditer(sql):
        end = match.end() if match["recursive"] else _closed(sql, match.end())
        yield _WithQuery(unquote_identifier(match["name"], fold=True), end)


def _closed(sql: str, position: int) -> int:
    """Return where the parenthesis that is open at a position is closed, or the end."""
    depth = 1
    for match in re.compile(r"[()]").finditer(sql, position):
        depth += 1 if match[0] == "(" else -1
        if depth == 0:
            return match.end()
    return len(sql)


class NamedTable(msgspec.Struct, frozen=True):
    """A table that a string names: where, the call that takes the string, and whether it is SQL.

    `via` is `SQL` for SQL that is first given a name of its own.
    """

    node: Node
    table: Name
    via: str
    is_sql: bool


class _Source(msgspec.Struct, frozen=True):
    """The call that takes a string as the source of a query; the call has its `prefix:`."""

    via: str
    call: CallSite | None


def named_tables(file: ElixirFile, names: TableNames) -> Iterator[NamedTable]:
    """Yield each table that a string names.

    Outside of a call that takes SQL, a text that begins as a statement counts as SQL.
    """
    if not names.may_be_in(file.source):
        return
    for node in file.strings():
        raw = file.source[node.start_byte : node.end_byte]
        if not names.may_be_in(raw):
            continue
        text = _text(file.tree, node)
        sources = tuple(_sources(file.tree, node, text, names))
        yield from sources
        if sources:
            continue
        taker = _taker(file.tree, node)
        takes_sql = taker.rpartition(".")[2] in _SQL_CALLS
        if takes_sql or _is_statement(text):
            for table in dict.fromkeys(names.in_sql(text)):
                yield NamedTable(node, table, taker if takes_sql else "SQL", is_sql=True)


def _sources(tree: Tree, node: Node, text: str, names: TableNames) -> Iterator[NamedTable]:
    """Yield where a string is taken as a source: at its place, or where its `@name` is read."""
    if not names.has(text):
        return
    for place in (node, *_reads(tree, node)):
        source = _source(tree, place)
        if source is not None:
            table = names.find(text, _prefix(tree, source.call, place))
            if table is not None:
                yield NamedTable(place, table, source.via, is_sql=False)


def _reads(tree: Tree, node: Node) -> Iterator[Node]:
    """Yield where the file reads the module attribute that a string is the value of."""
    call = node.parent.parent if node.parent is not None else None
    holder = call.parent if call is not None else None
    attribute = module_attribute(tree, holder) if holder is not None else None
    if attribute is None or attribute.value != node:
        return
    stack = [tree.root]
    while stack:
        current = stack.pop()
        stack.extend(reversed(current.named_children))
        if current.type == "unary_operator" and tree.text(current) == f"@{attribute.name}":
            yield current


def _is_statement(text: str) -> bool:
    """Whether a text is SQL by itself: keywords are all in capitals or all in small letters."""
    if not _STATEMENT.match(text):
        return False
    words = re.findall(r"(?m)^(?!\s*--)\s*([A-Za-z]+)", text)
    first = words[0] if words else ""
    return first.isupper() or (first.islower() and first not in _SHORT)


def _text(tree: Tree, node: Node) -> str:
    """Return a string's text without its interpolations."""
    value = read(tree, node)
    if not isinstance(value, Unreadable):
        return value if isinstance(value, str) else ""
    quoted = (child for child in node.children if child.type in ("quoted_content", "interpolation"))
    return "".join(
        tree.text(child) if child.type == "quoted_content" else "\ufffc" for child in quoted
    )


def _source(tree: Tree, node: Node) -> _Source | None:
    """Return the call that takes a string, or a `{string, schema}` of it, as a source."""
    parent = node.parent
    if parent is not None and parent.type == "tuple" and expressions(parent)[0] == node:
        node, parent = parent, parent.parent
    if parent is None:
        return None
    if parent.type == "binary_operator":
        return _operand(tree, parent, node)
    if parent.type == "pair":
        return _option(tree, parent)
    if parent.type == "arguments" and parent.parent is not None:
        site = call_site(tree, parent.parent)
        place = next((n for n, arg in enumerate(expressions(parent)) if arg == node), None)
        if site is not None and place is not None:
            piped = _is_piped(tree, parent.parent)
            if _takes(site.name, place + piped):
                return _Source(site.name, site)
    return None


def _operand(tree: Tree, parent: Node, node: Node) -> _Source | None:
    """Tell `x in "table"` and `"table" |> call()` from other operators."""
    sign, left, right = (parent.child_by_field_name(name) for name in ("operator", "left", "right"))
    operator = tree.text(sign) if sign is not None else ""
    if operator == "in" and right == node:
        return _Source("from", _around(tree, parent))
    if operator == "|>" and left == node and right is not None:
        site = call_site(tree, right)
        if site is not None and _takes(site.name, 0):
            return _Source(site.name, site)
    return None


def _option(tree: Tree, pair: Node) -> _Source | None:
    """Tell `join: "table"` and `put_meta(source: "table")` from other options."""
    key = pair.child_by_field_name("key")
    name = tree.text(key).rstrip().removesuffix(":") if key is not None else ""
    call = _around(tree, pair)
    if call is None:
        return None
    last = call.name.rpartition(".")[2]
    if name in _JOINS and last == "from":
        return _Source("from", call)
    if name == "source" and last == "put_meta":
        return _Source(call.name, call)
    return None


def _takes(name: str, place: int) -> bool:
    """Whether a call takes a query's source as that argument, the piped one counted."""
    owner, _, last = name.rpartition(".")
    module = owner.rpartition(".")[2]
    if last in _BULK_CALLS:
        return True
    if last == "join" and module in ("", "Query"):
        return place in (0, 3)
    if last in _QUERY_CALLS and module in ("", "Query"):
        return place == 0
    if last in _REPO_CALLS:
        return (module.lower().endswith("repo") and place == 0) or module == "Multi"
    return False


def _is_piped(tree: Tree, call: Node) -> bool:
    """Whether a call stands on the right of a pipe."""
    parent = call.parent
    if parent is None or parent.type != "binary_operator":
        return False
    sign = parent.child_by_field_name("operator")
    return (
        sign is not None and tree.text(sign) == "|>" and parent.child_by_field_name("right") == call
    )


def _taker(tree: Tree, node: Node) -> str:
    """Return the name of the call that takes a string, "" for none.

    A pipe's right side takes its left side.
    """
    current = node
    for _ in range(_CLIMB):
        parent = current.parent
        if parent is None or parent.type in ("do_block", "stab_clause"):
            return ""
        if parent.type == "binary_operator":
            sign, right = (parent.child_by_field_name(name) for name in ("operator", "right"))
            operator = tree.text(sign) if sign is not None else ""
            if operator == "|>" and right is not None and current != right:
                site = call_site(tree, right)
                if site is not None:
                    return site.name
            if operator == "=":
                return ""
        elif parent.type == "call":
            site = call_site(tree, parent)
            # `@sql "…"` parses as a call of `sql`: it gives the text a name.
            named = parent.parent is not None and parent.parent.type == "unary_operator"
            return site.name if site is not None and not named else ""
        current = parent
    return ""


def _around(tree: Tree, node: Node) -> CallSite | None:
    current: Node | None = node
    for _ in range(_CLIMB):
        current = current.parent if current is not None else None
        site = call_site(tree, current) if current is not None else None
        if site is not None:
            return site
    return None


def _prefix(tree: Tree, call: CallSite | None, node: Node) -> str | None:
    """Return the `prefix:` that goes with a source: in `from` the one that follows it."""
    if call is None:
        return None
    option = call.option("prefix")
    if call.name.rpartition(".")[2] == "from":
        ends = [o.value.end_byte for o in call.options if o.value.start_byte <= node.start_byte]
        after = [o for o in call.options if not ends or o.value.start_byte >= max(ends)]
        own = takewhile(lambda option: option.name in _SOURCE_OPTIONS, after)
        option = next((o.value for o in own if o.name == "prefix"), None)
    value = read(tree, option) if option is not None else None
    return value if isinstance(value, str) else None
