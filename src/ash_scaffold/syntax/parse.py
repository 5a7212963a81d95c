"""Elixir source as a tree: expressions, calls and their parts, with byte ranges.

A thin layer over tree-sitter's Elixir grammar. It never raises on any bytes: what does not parse
has a `Fault`, and everything around it can still be read. Node types are those of
tree-sitter-elixir's grammar (`src/node-types.json` there).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import msgspec
import tree_sitter_elixir
from tree_sitter import Language, Node, Parser

# A tree takes thirty times the bytes of its source.
_KEPT_BYTES = 16_000


class Span(msgspec.Struct, frozen=True, order=True):
    """A range of bytes of the source, `end` exclusive, and the line of its start, from 1."""

    start: int
    end: int
    line: int


class Fault(msgspec.Struct, frozen=True):
    """The first place where the source is not Elixir: line and column, both from 1."""

    line: int
    column: int
    text: str


class Tree(msgspec.Struct, frozen=True):
    """A parsed source. `root` is the grammar's `source` node."""

    source: bytes
    root: Node

    def text(self, node: Node) -> str:
        """Return the node's text; bytes that are not UTF-8 come out as U+FFFD."""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def span(self, node: Node) -> Span:
        """Return the node's range."""
        return Span(node.start_byte, node.end_byte, node.start_point.row + 1)

    @property
    def expressions(self) -> tuple[Node, ...]:
        """The expressions at the top level of the file."""
        return expressions(self.root)

    @property
    def fault(self) -> Fault | None:
        """Where the source stops being Elixir, `None` when all of it parses."""
        node = self.root
        if not node.has_error:
            return None
        while not (node.is_error or node.is_missing):
            broken = [c for c in node.children if c.has_error or c.is_error or c.is_missing]
            if not broken:
                break
            node = broken[0]
        # What stays open makes an error of all that is around it: the innermost is the place.
        node = next((c for c in reversed(node.children) if c.type in _OPENERS), node)
        row, column = node.start_point
        text = self.text(node).strip().split("\n", 1)[0][:60]
        return Fault(row + 1, column + 1, text or node.type)


class Option(msgspec.Struct, frozen=True):
    """One `name: value` of a call's trailing keywords."""

    name: str
    value: Node
    span: Span


class CallSite(msgspec.Struct, frozen=True):
    """A call: its name as written (`schema`, `Ash.Query.filter`), and its parts.

    `args` are the positional arguments; a trailing keyword list, in brackets or not, is taken
    apart into `options` and is `keywords` as a whole. `body` holds the expressions of its
    do-block (or of `do:`), and is `None` when it has neither; `block` is the range between `do`
    and `end`, or of the value of `do:`. `else` and the like are not part of the body.
    """

    name: str
    node: Node
    span: Span
    args: tuple[Node, ...] = ()
    keywords: Node | None = None
    options: tuple[Option, ...] = ()
    body: tuple[Node, ...] | None = None
    block: Span | None = None

    @property
    def values(self) -> tuple[Node, ...]:
        """Every argument, the trailing keywords as one, without the do-block."""
        return self.args if self.keywords is None else (*self.args, self.keywords)

    def option(self, name: str) -> Node | None:
        """Return the value of the option of that name, the first as `Keyword.get/2` does."""
        for option in self.options:
            if option.name == name:
                return option.value
        return None


class ModuleAttribute(msgspec.Struct, frozen=True):
    """A module attribute that is set: `@name value`."""

    name: str
    value: Node
    span: Span


@cache
def _language() -> Language:
    return Language(tree_sitter_elixir.language())


def parse(source: bytes) -> Tree:
    """Parse Elixir source, whatever the bytes are.

    The same source again has the same tree: a file that people edit is read for what it defines,
    for its names, and as one side of a merge.
    """
    return _kept(source) if len(source) <= _KEPT_BYTES else _parsed(source)


@lru_cache(maxsize=64)
def _kept(source: bytes) -> Tree:
    return _parsed(source)


def _parsed(source: bytes) -> Tree:
    return Tree(source, Parser(_language()).parse(source).root_node)


def expressions(node: Node) -> tuple[Node, ...]:
    """Return the expressions of a file, a block or a body, comments left out."""
    return tuple(child for child in node.named_children if child.type != "comment")


def call_name(tree: Tree, node: Node) -> str | None:
    """Return the name of a call as `call_site` does, without its parts."""
    if node.type != "call":
        return None
    target = node.child_by_field_name("target")
    return None if target is None else _target_name(tree, target)


def call_site(tree: Tree, node: Node) -> CallSite | None:
    """Return the node as a call, `None` when it is something else (or a call of a value)."""
    name = call_name(tree, node)
    if name is None:
        return None
    arguments = _child(node, "arguments")
    args = list(expressions(arguments)) if arguments is not None else []
    keywords = args.pop() if args and is_keywords(args[-1]) else None
    options = _options(tree, keywords)
    body, block = _body(tree, node, options)
    options = tuple(option for option in options if option.name not in _BLOCK_KEYS)
    if keywords is not None and not options:
        keywords = None
    return CallSite(
        name=name,
        node=node,
        span=tree.span(node),
        args=tuple(args),
        keywords=keywords,
        options=options,
        body=body,
        block=block,
    )


def calls(tree: Tree, nodes: Sequence[Node], *names: str) -> tuple[CallSite, ...]:
    """Return those of the nodes that are calls, of one of the names when any is given."""
    wanted = [node for node in nodes if not names or call_name(tree, node) in names]
    sites = (call_site(tree, node) for node in wanted)
    return tuple(site for site in sites if site is not None)


def walk_calls(tree: Tree, node: Node, *names: str) -> Iterator[CallSite]:
    """Yield every call at or below the node, in source order, as `calls` does."""
    stack = [node]
    while stack:
        current = stack.pop()
        stack.extend(reversed(current.named_children))
        yield from calls(tree, (current,), *names)


def module_attribute(tree: Tree, node: Node) -> ModuleAttribute | None:
    """Return the node as `@name value`, `None` when it is something else."""
    if node.type != "unary_operator" or not tree.text(node).startswith("@"):
        return None
    operand = node.child_by_field_name("operand")
    site = call_site(tree, operand) if operand is not None else None
    if site is None or len(site.values) != 1:
        return None
    return ModuleAttribute(site.name, site.values[0], tree.span(node))


def is_keywords(node: Node) -> bool:
    """Whether the node is keywords, in brackets or not. `[]` is not."""
    if node.type == "list":
        items = expressions(node)
        return len(items) == 1 and items[0].type == "keywords"
    return node.type == "keywords"


def pairs(node: Node) -> tuple[Node, ...]:
    """Return the `pair` nodes of keywords, in brackets or not."""
    holder = expressions(node)[0] if node.type == "list" and is_keywords(node) else node
    return tuple(child for child in holder.named_children if child.type == "pair")


def key_text(tree: Tree, pair: Node) -> str | None:
    """Return a pair's key as it is written, without quotes; `None` when it is not static."""
    key = pair.child_by_field_name("key")
    if key is None:
        return None
    if key.type == "keyword":
        return tree.text(key).rstrip().removesuffix(":")
    if any(child.type in ("interpolation", "escape_sequence") for child in key.children):
        return None
    return "".join(tree.text(child) for child in key.children if child.type == "quoted_content")


_OPENERS = frozenset({"(", "[", "{", "<<", "do", "fn", '"', "'", '"""', "'''"})
_BLOCK_KEYS = frozenset({"do", "else", "rescue", "catch", "after"})


def _child(node: Node, kind: str) -> Node | None:
    for child in node.children:
        if child.type == kind:
            return child
    return None


def _target_name(tree: Tree, target: Node) -> str | None:
    if target.type == "identifier":
        return tree.text(target)
    if target.type != "dot":
        return None
    left, right = target.child_by_field_name("left"), target.child_by_field_name("right")
    if left is None or right is None or left.type not in ("alias", "identifier", "atom", "dot"):
        return None
    return "".join(tree.text(target).split())


def _options(tree: Tree, keywords: Node | None) -> tuple[Option, ...]:
    if keywords is None:
        return ()
    found = []
    for pair in pairs(keywords):
        name, value = key_text(tree, pair), pair.child_by_field_name("value")
        if name is not None and value is not None:
            found.append(Option(name, value, tree.span(pair)))
    return tuple(found)


def _body(
    tree: Tree, node: Node, options: tuple[Option, ...]
) -> tuple[tuple[Node, ...] | None, Span | None]:
    block = _child(node, "do_block")
    if block is not None:
        inner = tuple(
            child
            for child in expressions(block)
            if not child.type.endswith(("else_block", "rescue_block", "catch_block", "after_block"))
        )
        return inner, _inside(block)
    for option in options:
        if option.name == "do":
            value = option.value
            inner = expressions(value) if value.type == "block" else (value,)
            return inner, tree.span(value)
    return None, None


def _inside(block: Node) -> Span:
    """Return the range between `do` and the `end` (or `else`) that closes its body."""
    first = block.children[0]
    closing = next(
        (c for c in block.children[1:] if c.type == "end" or c.type.endswith("_block")),
        None,
    )
    end = closing.start_byte if closing is not None else block.end_byte
    return Span(first.end_byte, end, first.end_point.row + 1)
