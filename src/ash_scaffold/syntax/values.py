"""Literals of Elixir source read back as data: the counterpart of `syntax.literal`.

Only what stands in the source is read; nothing is evaluated. Escapes, heredocs and sigils follow
Elixir's own rules ("Syntax reference" and `Macro.unescape_string/1` in its documentation).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TypeAlias

import msgspec
from tree_sitter import Node

from ash_scaffold.syntax.parse import Tree, expressions, is_keywords, pairs, parse
from ash_scaffold.term import Atom, Capture, Keyword, Map, Module, Sigil, Source, Term


class Unreadable(msgspec.Struct, frozen=True):
    """Source whose value only running it would show."""

    text: str


Value: TypeAlias = "Term | Unreadable"
Resolve: TypeAlias = Callable[[str], str]


class _NotStaticError(Exception):
    """The value would take running the source."""


# Deeper nesting than a person writes: Python's own stack is the limit otherwise.
_MAX_DEPTH = 100
# Python refuses to convert longer digit strings, and no Elixir source means one.
_MAX_DIGITS = 4000

_ESCAPES = {
    "a": b"\a", "b": b"\b", "d": b"\x7f", "e": b"\x1b", "f": b"\f",
    "n": b"\n", "r": b"\r", "s": b" ", "t": b"\t", "v": b"\v", "0": b"\0",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:x(?P<byte>[0-9a-fA-F]{1,2})|x\{(?P<xpoint>[0-9a-fA-F]{1,6})\}"
    r"|u(?P<unit>[0-9a-fA-F]{4})|u\{(?P<point>[0-9a-fA-F]{1,6})\}"
    r"|(?P<line>\r?\n)|(?P<other>.))",
    re.DOTALL,
)
_TIME = r"\d\d:\d\d:\d\d(?:\.\d{1,6})?"
# The sigils of dates and times, each with the form of its text.
_DATES = {
    "D": re.compile(r"-?\d{4}-\d\d-\d\d"),
    "T": re.compile(_TIME),
    "N": re.compile(rf"-?\d{{4}}-\d\d-\d\d[ T]{_TIME}"),
    "U": re.compile(rf"-?\d{{4}}-\d\d-\d\d[ T]{_TIME}(?:Z|[+-]\d\d:\d\d)"),
}
_WORD_ATOMS: dict[str, bool | None] = {"nil": None, "true": True, "false": False}


def as_written(name: str) -> str:
    """Resolve no alias: a module is named as it is written."""
    return name


def read(tree: Tree, node: Node, resolve: Resolve = as_written) -> Value:
    """Return the value of a literal, `Unreadable` when any part of it is not static.

    `resolve` gives the full name of an alias (`Aliases.resolve`). Charlists are lists of
    integers, as they are in Elixir; a non-empty list of `{atom, value}` is a `Keyword`; a map
    is read when all its keys are strings.
    """
    try:
        return _read(tree, node, resolve, 0)
    except _NotStaticError:
        return Unreadable(tree.text(node))


def read_strings(tree: Tree, node: Node | None) -> tuple[str, ...] | None:
    """Return a list of strings (atoms count as strings), `None` when it is not one."""
    value = None if node is None else read(tree, node)
    if not isinstance(value, list):
        return None
    names = [item.name if isinstance(item, Atom) else item for item in value]
    return (
        tuple(name for name in names if isinstance(name, str))
        if all(isinstance(name, str) for name in names)
        else None
    )


def read_literal(source: str) -> Value:
    """Return the value of a source that is one literal, else `Unreadable`."""
    tree = parse(source.encode())
    found = tree.expressions
    if tree.fault is not None or len(found) != 1:
        return Unreadable(source)
    return read(tree, found[0])


def read_partly(source: str) -> Term:
    """Return a source as data as far as it is static; what isn't stays `Source`, as written.

    Lists and tuples are taken apart, so that they can be laid out anew.
    """
    tree = parse(source.encode())
    found = tree.expressions
    if tree.fault is not None or len(found) != 1:
        # Keywords stand without brackets only as the last of a call's arguments.
        tree = parse(f"[{source}]".encode())
        found = tree.expressions
        if tree.fault is not None or len(found) != 1 or not is_keywords(found[0]):
            return Source(source)
    return _partly(tree, found[0], 0)


def _partly(tree: Tree, node: Node, depth: int) -> Term:
    value = read(tree, node)
    if not isinstance(value, Unreadable):
        return value
    if depth <= _MAX_DEPTH and not node.has_error:
        if is_keywords(node):
            entries = [(each, each.child_by_field_name("value")) for each in pairs(node)]
            try:
                return Keyword(
                    tuple(
                        (_key(tree, pair), _partly(tree, value, depth + 1))
                        for pair, value in entries
                        if value is not None
                    )
                )
            except _NotStaticError:
                return Source(value.text)
        if node.type in ("list", "tuple") and all(
            child.type not in ("keywords", "comment") for child in node.named_children
        ):
            items = [_partly(tree, child, depth + 1) for child in expressions(node)]
            return items if node.type == "list" else tuple(items)
    return Source(_on_one_line(node, value.text))


def _on_one_line(node: Node, text: str) -> str:
    """Put source on one line, where nothing in it depends on its lines."""
    if "\n" not in text:
        return text
    waiting = [node]
    while waiting:
        each = waiting.pop()
        rows = each.end_point.row - each.start_point.row
        if each.type in ("do_block", "anonymous_function", "comment") or (
            rows and each.type in ("string", "sigil", "charlist", "quoted_atom")
        ):
            return text
        waiting.extend(each.children)
    text = re.sub(r"([\[({])\s*\n\s*", r"\1", text)
    return re.sub(r"\s*\n\s*", " ", re.sub(r"\s*\n\s*([\])}])", r"\1", text))


def alias_text(tree: Tree, node: Node) -> str | None:
    """Return an alias as written, spaces left out: `App.User`, `__MODULE__.Token`."""
    if node.type == "alias" or (node.type == "identifier" and tree.text(node) == "__MODULE__"):
        return "".join(tree.text(node).split())
    if node.type != "dot":
        return None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None or right.type != "alias" or left.type == "dot":
        return None
    head = alias_text(tree, left)
    return None if head is None else f"{head}.{alias_text(tree, right)}"


def unescape(text: str) -> str:
    r"""Replace Elixir's escapes: `\n`, `\x41`, `\u00e9`, `\u{1f600}`, a line that goes on.

    Raises `ValueError` when the bytes are not UTF-8 or a code point does not exist.
    """

    def replace(match: re.Match[str]) -> str:
        number = match["xpoint"] or match["unit"] or match["point"]
        if number is not None:
            return chr(int(number, 16)).encode().decode("latin-1")
        if match["byte"] is not None:
            return chr(int(match["byte"], 16))
        if match["line"] is not None:
            return ""
        other = match["other"]
        return _ESCAPES.get(other, other.encode()).decode("latin-1")

    # `\xC3\xA9` is the two bytes of one character, so the text is put together as bytes.
    parts = []
    position = 0
    for match in _ESCAPE.finditer(text):
        parts.append(text[position : match.start()].encode().decode("latin-1"))
        parts.append(replace(match))
        position = match.end()
    parts.append(text[position:].encode().decode("latin-1"))
    return "".join(parts).encode("latin-1").decode("utf-8")


def _read(tree: Tree, node: Node, resolve: Resolve, depth: int) -> Term:
    if depth > _MAX_DEPTH or node.has_error:
        raise _NotStaticError
    kind = node.type
    if kind in ("boolean", "nil"):
        return _WORD_ATOMS[tree.text(node)]
    if kind in ("alias", "dot", "identifier"):
        return _module(tree, node, resolve)
    if kind in _SCALARS:
        return _SCALARS[kind](tree, node)
    if kind == "unary_operator":
        return _unary(tree, node, resolve)
    if kind == "binary_operator":
        return _concatenation(tree, node, resolve, depth)
    if kind == "block":
        inner = expressions(node)
        if len(inner) != 1:
            raise _NotStaticError
        return _read(tree, inner[0], resolve, depth + 1)
    if is_keywords(node):
        return _keyword(tree, node, resolve, depth)
    if kind == "list":
        return _list(tree, node, resolve, depth)
    if kind == "tuple":
        return tuple(_read(tree, item, resolve, depth + 1) for item in expressions(node))
    if kind == "map":
        return _map(tree, node, resolve, depth)
    raise _NotStaticError


def _module(tree: Tree, node: Node, resolve: Resolve) -> Module:
    written = alias_text(tree, node)
    name = "" if written is None else resolve(written)
    if not name or "__MODULE__" in name:
        raise _NotStaticError
    return Module(name.removeprefix("Elixir."))


def _integer(tree: Tree, node: Node) -> int:
    digits = tree.text(node).replace("_", "")
    if len(digits) > _MAX_DIGITS:
        raise _NotStaticError
    try:
        return int(digits, 0 if digits[:2] in ("0x", "0o", "0b") else 10)
    except ValueError as error:
        raise _NotStaticError from error


def _float(tree: Tree, node: Node) -> float:
    try:
        number = float(tree.text(node).replace("_", ""))
    except ValueError as error:
        raise _NotStaticError from error
    if math.isinf(number):
        raise _NotStaticError
    return number


def _char(tree: Tree, node: Node) -> int:
    text = _unescaped(tree.text(node)[1:])
    if len(text) != 1:
        raise _NotStaticError
    return ord(text)


def _atom(tree: Tree, node: Node) -> Term:
    return _atom_of(tree.text(node)[1:])


def _quoted_atom(tree: Tree, node: Node) -> Term:
    return _atom_of(_unescaped(_quoted(tree, node)))


def _atom_of(name: str) -> Term:
    if name in _WORD_ATOMS:
        return _WORD_ATOMS[name]
    if re.fullmatch(r"Elixir(\.[A-Z]\w*)+", name):
        return Module(name.removeprefix("Elixir."))
    return Atom(name)


def _string(tree: Tree, node: Node) -> str:
    return _unescaped(_quoted(tree, node))


def _charlist(tree: Tree, node: Node) -> list[Term]:
    return [ord(char) for char in _string(tree, node)]


def _sigil(tree: Tree, node: Node) -> Term:
    parts = {child.type: child for child in node.children}
    name = tree.text(parts["sigil_name"])
    if name in _DATES and "sigil_modifiers" not in parts:
        text = _quoted(tree, node)
        if _DATES[name].fullmatch(text) is None:
            raise _NotStaticError
        return Sigil(name, text)
    modifiers = tree.text(parts["sigil_modifiers"]) if "sigil_modifiers" in parts else ""
    if name not in ("s", "S", "c", "C", "w", "W") or (modifiers and name not in ("w", "W")):
        raise _NotStaticError
    raw, end = _quoted(tree, node), node.child_by_field_name("quoted_end")
    closing = tree.text(end) if end is not None else ""
    text = _unescaped(raw) if name.islower() else raw.replace("\\" + closing, closing)
    if name in ("s", "S"):
        return text
    if name in ("c", "C"):
        return [ord(char) for char in text]
    words = text.split()
    if modifiers in ("", "s"):
        return list(words)
    if modifiers == "a":
        return [_atom_of(word) for word in words]
    return [[ord(char) for char in word] for word in words]


def _quoted(tree: Tree, node: Node) -> str:
    """Return the raw text between the quotes; a heredoc without its indentation."""
    opening = node.child_by_field_name("quoted_start")
    closing = node.child_by_field_name("quoted_end")
    interpolated = any(child.type == "interpolation" for child in node.children)
    if opening is None or closing is None or interpolated:
        raise _NotStaticError
    try:
        raw = tree.source[opening.end_byte : closing.start_byte].decode()
    except UnicodeDecodeError as error:
        raise _NotStaticError from error
    return _dedent(raw) if tree.text(closing) in ('"""', "'''") else raw


def _dedent(raw: str) -> str:
    lines = raw.split("\n")[1:]
    if not lines:
        return ""
    indentation = len(lines[-1])
    dedented = [
        line[min(indentation, len(line) - len(line.lstrip(" \t"))) :] for line in lines[:-1]
    ]
    return "".join(line + "\n" for line in dedented)


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except (ValueError, OverflowError) as error:
        raise _NotStaticError from error


def _unary(tree: Tree, node: Node, resolve: Resolve) -> Term:
    operator, operand = (node.child_by_field_name(field) for field in ("operator", "operand"))
    if operator is None or operand is None:
        raise _NotStaticError
    sign = tree.text(operator)
    if sign in ("-", "+") and operand.type in ("integer", "float"):
        scalar = _integer(tree, operand) if operand.type == "integer" else _float(tree, operand)
        return -scalar if sign == "-" else scalar
    if sign == "&":
        return _capture(tree, operand, resolve)
    raise _NotStaticError


def _capture(tree: Tree, node: Node, resolve: Resolve) -> Capture:
    """Read `&Module.function/arity`."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    target = left.child_by_field_name("target") if left is not None else None
    operator = node.child_by_field_name("operator")
    if target is None or right is None or operator is None or tree.text(operator) != "/":
        raise _NotStaticError
    module, function = (target.child_by_field_name(field) for field in ("left", "right"))
    if target.type != "dot" or module is None or function is None or right.type != "integer":
        raise _NotStaticError
    return Capture(_module(tree, module, resolve).name, tree.text(function), _integer(tree, right))


def _concatenation(tree: Tree, node: Node, resolve: Resolve, depth: int) -> str:
    parts = [node.child_by_field_name(field) for field in ("left", "operator", "right")]
    left, operator, right = parts
    if left is None or operator is None or right is None or tree.text(operator) != "<>":
        raise _NotStaticError
    values = [_read(tree, side, resolve, depth + 1) for side in (left, right)]
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(values):
        raise _NotStaticError
    return "".join(texts)


def _items(tree: Tree, node: Node, resolve: Resolve, depth: int) -> list[Term]:
    items: list[Term] = []
    for child in expressions(node):
        if child.type == "keywords":
            items.extend(
                (_atom_of(name), value)
                for name, value in _keyword(tree, child, resolve, depth).items
            )
        else:
            items.append(_read(tree, child, resolve, depth + 1))
    return items


def _list(tree: Tree, node: Node, resolve: Resolve, depth: int) -> Term:
    items = _items(tree, node, resolve, depth)
    entries: list[tuple[str, Term]] = []
    for item in items:
        if not (isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], Atom)):
            return items
        entries.append((item[0].name, item[1]))
    return Keyword(tuple(entries)) if entries else items


def _keyword(tree: Tree, node: Node, resolve: Resolve, depth: int) -> Keyword:
    entries = []
    for pair in pairs(node):
        value = pair.child_by_field_name("value")
        if value is None:
            raise _NotStaticError
        entries.append((_key(tree, pair), _read(tree, value, resolve, depth + 1)))
    return Keyword(tuple(entries))


def _key(tree: Tree, pair: Node) -> str:
    key = pair.child_by_field_name("key")
    if key is None:
        raise _NotStaticError
    if key.type == "keyword":
        return tree.text(key).rstrip().removesuffix(":")
    return _unescaped(_quoted(tree, key))


def _map(tree: Tree, node: Node, resolve: Resolve, depth: int) -> Map:
    entries: list[tuple[str, Term]] = []
    for child in node.named_children:
        if child.type == "struct":
            raise _NotStaticError
        if child.type != "map_content":
            continue
        for entry in expressions(child):
            parts = [entry.child_by_field_name(field) for field in ("left", "operator", "right")]
            left, operator, right = parts
            if left is None or operator is None or right is None:
                raise _NotStaticError
            if left.type != "string" or tree.text(operator) != "=>":
                raise _NotStaticError
            entries.append((_string(tree, left), _read(tree, right, resolve, depth + 1)))
    return Map(tuple(entries))


_SCALARS: dict[str, Callable[[Tree, Node], Term]] = {
    "integer": _integer,
    "float": _float,
    "char": _char,
    "atom": _atom,
    "quoted_atom": _quoted_atom,
    "string": _string,
    "charlist": _charlist,
    "sigil": _sigil,
}
