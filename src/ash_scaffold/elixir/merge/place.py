"""Where new text goes: elements into a list, statements behind a statement."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from ash_scaffold.elixir.merge.edits import Edit, apply, style_of
from ash_scaffold.elixir.merge.lists import NewCell, rebuild
from ash_scaffold.syntax.entities import Cells, cells, indentation, line_end, line_start
from ash_scaffold.syntax.parse import Tree

_REST = re.compile(rb"[ \t]*(?:#[^\r\n]*)?")


def extend(tree: Tree, node: Node, elements: Sequence[str]) -> bytes | None:
    """Put elements at the end of a list that is written in brackets; None for another value."""
    found = cells(tree, node)
    if found is None or found.bare or any(cell.key is not None for cell in found.cells):
        return None
    return put_cells(tree, found, len(found.cells) - 1, elements)


def put_cells(tree: Tree, found: Cells, after: int, texts: Sequence[str]) -> bytes:
    """Put entries behind the cell of that number, -1 for in front."""
    new = [NewCell(after, text.encode()) for text in texts]
    inside = rebuild(tree.source, found, {}, new, frozenset())
    return apply(tree.source, [Edit(found.start, found.end, inside)])


def put_behind(tree: Tree, node: Node, lines: Sequence[str]) -> bytes | None:
    """Put lines behind a statement, a blank line between; None unless it has its lines to itself.

    They get the indent of the statement. A comment on its last line stays there.
    """
    source = tree.source
    start, end = line_start(source, node.start_byte), line_end(source, node.end_byte)
    rest = _REST.match(source, node.end_byte)
    if source[start : node.start_byte].strip() or rest is None or rest.end() != end:
        return None
    newline, pad = style_of(source).newline, indentation(source, node.start_byte)
    text = b"".join(newline + (pad + line.encode() if line else b"") for line in lines)
    following = source.find(b"\n", end) + 1
    apart = newline if following and not _ends(source, following) else b""
    return apply(source, [Edit(end, end, newline + text + apart)])


def _ends(source: bytes, line: int) -> bool:
    """Whether a line is blank or closes what the statement is in."""
    text = source[line : line_end(source, line)].strip()
    return not text or text == b"end"
