"""The DSL entities of a module, with the byte ranges that an edit needs.

Spark lets an entity be written in several ways: `attribute :a, :string, public?: true`, with
parentheses, with a `do` block, with `do:`, or with both keywords and a block. All of them become
one `Entity` here. Two sources are compared by `canonical`, which ignores layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from tree_sitter import Node

from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import (
    CallSite,
    Tree,
    call_site,
    expressions,
    is_keywords,
    key_text,
    pairs,
)
from ash_scaffold.syntax.values import Unreadable

_BLOCK_KEYS = frozenset({"do", "else", "rescue", "catch", "after"})
_REST_OF_LINE = re.compile(rb"[ \t]*(#[^\r\n]*)")
_COMMENT_LINE = re.compile(rb"[ \t]*#")


class Cell(msgspec.Struct, frozen=True):
    """A pair of keywords or an element of a list; `key` is a pair's key."""

    node: Node
    start: int
    end: int
    key: str | None = None


class Cells(msgspec.Struct, frozen=True):
    """The items between commas: a list's inside, or keywords without brackets (`bare`).

    The range of bare keywords takes in a comment after the last pair, on the same line.
    """

    start: int
    end: int
    cells: tuple[Cell, ...]
    bare: bool


class Body(msgspec.Struct, frozen=True):
    """Statements, from `start` to `end`: between `do` and `end`, or the value of `do:`.

    `pair` is the node of `do: …` when there is no `end`.
    """

    call: CallSite
    start: int
    end: int
    statements: tuple[Node, ...]
    pair: Node | None = None


class Setting(msgspec.Struct, frozen=True):
    """An option of an entity: a pair of its keywords, or a statement of its body.

    `call` is the statement; a pair has none.
    """

    name: str
    node: Node
    values: tuple[Node, ...]
    call: CallSite | None = None


class Entity(msgspec.Struct, frozen=True):
    """An entity, option or section: a call with its positional arguments and settings.

    `keywords` and `body` are where further settings can go, when there are any; `others` are the
    statements of the body that are no calls with arguments.
    """

    word: str
    call: CallSite
    args: tuple[Node, ...]
    settings: tuple[Setting, ...]
    keywords: Cells | None
    body: Body | None
    others: tuple[Node, ...]


def entity(tree: Tree, call: CallSite) -> Entity:
    """Take an entity apart, whatever form it is written in."""
    settings: list[Setting] = []
    others: list[Node] = []
    keywords = keyword_cells(tree, call.node)
    for cell in keywords.cells if keywords is not None else ():
        value = cell.node.child_by_field_name("value")
        if cell.key is not None and value is not None and cell.key not in _BLOCK_KEYS:
            settings.append(Setting(cell.key, cell.node, (value,)))
    block = body(tree, call)
    for node in block.statements if block is not None else ():
        inner = call_site(tree, node)
        if inner is None or not inner.values:
            others.append(node)
        else:
            settings.append(Setting(inner.name, node, inner.values, inner))
    return Entity(call.name, call, call.args, tuple(settings), keywords, block, tuple(others))


def body(tree: Tree, call: CallSite) -> Body | None:
    """Return the body of a call, `None` when it has none."""
    if call.block is None or call.body is None:
        return None
    pair = None
    if not any(child.type == "do_block" for child in call.node.children):
        pair = next((c.node for c in _all_pairs(tree, call.node) if c.key == "do"), None)
    statements = call.body
    if pair is None and len(statements) == 1 and statements[0].type == "block":
        statements = expressions(statements[0])
    return Body(call, call.block.start, call.block.end, statements, pair)


def keyword_cells(tree: Tree, node: Node) -> Cells | None:
    """Return a call's trailing keywords, those of a body (`do:`) with them."""
    arguments = next((child for child in node.children if child.type == "arguments"), None)
    args = expressions(arguments) if arguments is not None else ()
    return cells(tree, args[-1]) if args and is_keywords(args[-1]) else None


def cells(tree: Tree, node: Node) -> Cells | None:
    """Return the inside of a list or of keywords, `None` for any other node."""
    if node.type == "keywords":
        return Cells(node.start_byte, _end(tree, node.end_byte), _pairs(tree, node), bare=True)
    if node.type != "list" or len(node.children) < 2:
        return None
    found: list[Cell] = []
    for child in expressions(node):
        if child.type == "keywords":
            found += _pairs(tree, child)
        else:
            found.append(Cell(child, child.start_byte, child.end_byte))
    inside = node.children[0].end_byte, node.children[-1].start_byte
    return Cells(*inside, tuple(found), bare=False)


def canonical(tree: Tree, module: ModuleDefinition, node: Node) -> str:
    """Return the text of a value without its layout: equal texts mean equal values.

    A literal is read (aliases resolved), anything else is its tokens.
    """
    value = module.read(tree, node)
    if isinstance(value, Unreadable):
        return " ".join(tokens(tree, node))
    return repr(value).replace("\\r\\n", "\\n")


def tokens(tree: Tree, node: Node) -> Iterator[str]:
    """Yield the tokens of an expression; comments and commas before a closer are no tokens."""
    leaves = [leaf for leaf in _leaves(node) if leaf.type != "comment"]
    for index, leaf in enumerate(leaves):
        text = tree.text(leaf).replace("\r\n", "\n")
        following = leaves[index + 1].type if index + 1 < len(leaves) else ""
        if leaf.type == "," and following in ("]", "}", ")", ">>"):
            continue
        yield text.strip() if leaf.type == "keyword" else text


def comments(tree: Tree, *nodes: Node) -> tuple[str, ...]:
    """Return the comments inside the nodes."""
    # Looking for the byte first spares the walk through most nodes.
    likely = [n for n in nodes if tree.source.find(b"#", n.start_byte, n.end_byte) >= 0]
    found = [leaf for node in likely for leaf in _leaves(node) if leaf.type == "comment"]
    return tuple(tree.text(leaf).strip() for leaf in found)


def trailing_comment(source: bytes, end: int) -> str | None:
    """Return the comment that follows on the line where something ended, after a comma or not."""
    after = end + 1 if source[end : end + 1] == b"," else end
    match = _REST_OF_LINE.match(source, after)
    return None if match is None else match[1].decode("utf-8", "replace").strip()


def leading_start(source: bytes, start: int) -> int:
    """Return where the comment lines directly above a statement start, else `start`.

    A statement that does not stand first on its line has none.
    """
    line = line_start(source, start)
    if source[line:start].strip():
        return start
    first = start
    while line > 0:
        above = line_start(source, line - 1)
        if not _COMMENT_LINE.match(source, above, line):
            break
        text = source[above:line]
        first = above + len(text) - len(text.lstrip(b" \t"))
        line = above
    return first


def line_start(source: bytes, position: int) -> int:
    """Return where the line of a position starts."""
    return source.rfind(b"\n", 0, position) + 1


def line_end(source: bytes, position: int) -> int:
    """Return where the line of a position ends, its line break left out."""
    end = source.find(b"\n", position)
    end = len(source) if end < 0 else end
    return end - 1 if end > position and source[end - 1 : end] == b"\r" else end


def indentation(source: bytes, position: int) -> bytes:
    """Return the white space in front of the line of a position; a BOM is none of it."""
    line = source[line_start(source, position) : position]
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _leaves(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        current = stack.pop()
        # A quoted text is one token with its content, of which it has no node when it is empty.
        if current.child_count == 0:
            yield current
        stack.extend(reversed(current.children))


def _pairs(tree: Tree, node: Node) -> tuple[Cell, ...]:
    return tuple(
        Cell(pair, pair.start_byte, pair.end_byte, key_text(tree, pair)) for pair in pairs(node)
    )


def _all_pairs(tree: Tree, node: Node) -> tuple[Cell, ...]:
    found = keyword_cells(tree, node)
    return found.cells if found is not None else ()


def _end(tree: Tree, end: int) -> int:
    match = _REST_OF_LINE.match(tree.source, end)
    return end if match is None else match.end()
