"""Functions of legacy code that are copied into one module, where names may meet.

A function is copied as it is written. Only where two functions, aliases or module attributes have
one name does its text change: by the name of the later one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.changesets import CopiedFunction
from ash_scaffold.elixir.entity import STEP, Entity
from ash_scaffold.syntax.literal import LINE_LENGTH, width
from ash_scaffold.syntax.parse import Tree, expressions, parse

_ONLY = re.compile(r"import ([\w.]+),\s*only:\s*\[(.*)\]", re.DOTALL)
_ENDS_HEAD = re.compile(r"\bdo\Z|\bdo: ")
_DEFINITION = re.compile(r"^( *)defp?\b", re.MULTILINE)


class FunctionKey(NamedTuple):
    """What tells a function from others of its name: the file, and the text after `def`."""

    path: str
    name: str
    arity: int
    text: str

    @classmethod
    def of(cls, function: CopiedFunction) -> FunctionKey:
        """Return the key of a function."""
        text = _DEFINITION.sub(r"\1def", function.source)
        return cls(function.path, function.name, function.arity, text)


class CopiedModule(msgspec.Struct, frozen=True):
    """What a module of copied functions consists of, each in order; `aliases` are statements.

    `names` has what a function is called in it.
    """

    functions: tuple[Entity, ...] = ()
    imports: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    names: Mapping[FunctionKey, str] = {}


def copied_module(groups: Iterable[Sequence[CopiedFunction]]) -> CopiedModule:
    """Bring together the functions of changeset functions: a group each, complete in itself."""
    functions: dict[FunctionKey, tuple[CopiedFunction, Sequence[CopiedFunction]]] = {}
    for group in groups:
        for each in group:
            key = FunctionKey.of(each)
            if key not in functions or (each.called and not functions[key][0].called):
                functions[key] = (each, group)
    copied = [each for each, _ in functions.values()]
    names = _function_names(functions)
    aliases = _Distinct(each.aliases for each in copied)
    attributes = _Distinct(each.attributes for each in copied)
    entities = []
    for key, (function, group) in functions.items():
        text = _renamed(
            function.source.rstrip(),
            {
                each.name: names[FunctionKey.of(each)]
                for each in group
                if names[FunctionKey.of(each)] != each.name
            },
            aliases.others(function.aliases, lambda _, module: module),
            attributes.others(function.attributes, lambda name, _: name),
        )
        kind = "def" if function.called else "defp"
        if kind == "defp":
            text = _without_unused_defaults(text, function, group)
        text = _spaced(_aligned(text)) if function.made else _aligned(text)
        entities.append(Entity(f"{kind} {names[key]}/{function.arity}", tuple(text.split("\n"))))
    return CopiedModule(
        functions=tuple(entities),
        imports=_imports(copied),
        aliases=tuple(sorted(_alias(*each) for each in aliases.first.items())),
        attributes=tuple(f"@{name} {value}" for name, value in attributes.all()),
        names=names,
    )


def _imports(functions: Sequence[CopiedFunction]) -> tuple[str, ...]:
    """Return the imports of functions: of those that name what they import, what is used."""
    lines = {line for each in functions for line in each.imports}
    texts = [each.source for each in functions]
    texts += [value for each in functions for _, value in each.attributes]
    words = set(re.findall(r"(?<![\w.:@])[a-z_]\w*[?!]?(?![\w:])", " ".join(texts)))
    named: dict[str, dict[str, str]] = {}
    found = set()
    for line in sorted(lines):
        only = _ONLY.fullmatch(line)
        if only is None:
            found.add(line)
        elif f"import {only[1]}" not in lines:
            entries = re.findall(r"([a-z_]\w*[?!]?): (\d+)", " ".join(only[2].split()))
            used = {f"{name}: {arity}": arity for name, arity in entries if name in words}
            named.setdefault(only[1], {}).update(used)
    for module, used in named.items():
        if used:
            line = f"import {module}, only: [{', '.join(sorted(used))}]"
            found.add(
                line if STEP + width(line) <= LINE_LENGTH else line.replace(", ", ",\n    ", 1)
            )
    return tuple(sorted(found))


def _alias(name: str, module: str) -> str:
    plain = module.rsplit(".", 1)[-1] == name
    return f"alias {module}" if plain else f"alias {module}, as: {name}"


class _Distinct:
    """Names with what they stand for: the first that has a name keeps it."""

    def __init__(self, pairs: Iterable[Iterable[tuple[str, str]]]) -> None:
        self.first: dict[str, str] = {}
        self._more: dict[tuple[str, str], str] = {}
        for name, value in (each for some in pairs for each in some):
            if self.first.setdefault(name, value) == value or (name, value) in self._more:
                continue
            number = 2
            while f"{name}_{number}" in self.first or f"{name}_{number}" in self._more.values():
                number += 1
            self._more[name, value] = f"{name}_{number}"

    def others(
        self, pairs: Iterable[tuple[str, str]], name: Callable[[str, str], str]
    ) -> dict[str, str]:
        """Return the names that stand for something else, with what to write in their place."""
        return {each[0]: name(self._more[each], each[1]) for each in pairs if each in self._more}

    def all(self) -> Iterator[tuple[str, str]]:
        """Yield each name with what it stands for."""
        yield from self.first.items()
        yield from ((new, value) for (_, value), new in self._more.items())


def _function_names(functions: Iterable[FunctionKey]) -> dict[FunctionKey, str]:
    """Name functions: the first of a name keeps it, others get that of their file."""
    names: dict[FunctionKey, str] = {}
    used: set[tuple[str, int]] = set()
    for key in sorted(functions, key=lambda key: (key.name, key.arity, key.path, key.text)):
        mark = key.name[-1] if key.name[-1] in "?!" else ""
        stem = key.name.removesuffix(mark)
        file = re.sub(r"[^a-z0-9]+", "_", PurePosixPath(key.path).stem.lower()).strip("_")
        new, number = key.name, 1
        while (new, key.arity) in used:
            new = f"{stem}_of_{file}{mark}" if number == 1 else f"{stem}_of_{file}_{number}{mark}"
            number += 1
        names[key] = new
        used.add((new, key.arity))
    return names


def _without_unused_defaults(
    text: str, function: CopiedFunction, group: Sequence[CopiedFunction]
) -> str:
    """Take defaults out of a private function that each call gives all arguments: Elixir warns."""
    if "\\\\" not in text:
        return text
    trees = [parse(each.source.encode()) for each in group]
    given = {count for tree in trees for count in _counts(tree, function.name)}
    if not given or min(given) < function.arity:
        return text
    tree = parse(text.encode())
    content = tree.source
    for node in sorted(_walk(tree.root), key=lambda node: -node.start_byte):
        operator = node.child_by_field_name("operator")
        left = node.child_by_field_name("left")
        if operator is not None and operator.type == "\\\\" and left is not None:
            content = content[: left.end_byte] + content[node.end_byte :]
    return content.decode("utf-8", "replace")


def _counts(tree: Tree, name: str) -> Iterator[int]:
    """Yield how many arguments each call and capture of a local function gives."""
    for node in _walk(tree.root):
        if node.type != "identifier" or tree.text(node) != name or not _is_function(node):
            continue
        holder = node.parent
        if holder is None:
            continue
        if holder.type == "binary_operator":
            right = holder.child_by_field_name("right")
            number = "" if right is None else tree.text(right)
            yield int(number) if number.isdecimal() else 1
            continue
        above = holder.parent
        if above is None or _is_head(tree, above):
            continue
        arguments = [child for child in holder.children if child.type == "arguments"]
        count = len(expressions(arguments[0])) if arguments else 0
        is_piped = any(child.type == "|>" for child in above.children)
        yield count + (1 if is_piped and above.child_by_field_name("right") == holder else 0)


def _is_head(tree: Tree, above: Node) -> bool:
    """Whether what is directly below a node is the head of a definition, with a guard or not."""
    if above.type == "binary_operator" and any(child.type == "when" for child in above.children):
        above = above.parent or above
    target = above.parent.child_by_field_name("target") if above.parent is not None else None
    return above.type == "arguments" and target is not None and tree.text(target) in ("def", "defp")


def _aligned(text: str) -> str:
    """Move the rest of a head to where the formatter has it after `def` became `defp`."""
    lines = text.split("\n")
    shift = 0
    for number, line in enumerate(lines):
        head = re.match(r"(defp?) ", line)
        if head is not None:
            marks = [re.match(r" *(?=when\b|\))", each) for each in _head(lines[number:])[1:]]
            indents = [len(mark[0]) for mark in marks if mark is not None]
            shift = len(head[1]) + 1 - indents[0] if indents else 0
        elif shift:
            lines[number] = " " * shift + line if shift > 0 else line[-shift:]
        if _ENDS_HEAD.search(line):
            shift = 0
    return "\n".join(lines)


def _spaced(text: str) -> str:
    """Put blank lines around the expressions of many lines in a function's body."""
    tree = parse(text.encode())
    lines = text.split("\n")
    blocks = [node for node in _walk(tree.root) if node.type == "do_block"]
    body = expressions(blocks[0]) if blocks else ()
    for before, after in reversed(list(pairwise(body))):
        many = any(each.end_point.row > each.start_point.row for each in (before, after))
        if many and after.start_point.row == before.end_point.row + 1:
            lines.insert(after.start_point.row, "")
    return "\n".join(lines)


def _head(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines of a definition up to its `do`."""
    for number, line in enumerate(lines):
        if _ENDS_HEAD.search(line):
            return lines[: number + 1]
    return lines[:1]


def _walk(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children)


def _renamed(
    source: str,
    functions: Mapping[str, str],
    aliases: Mapping[str, str],
    attributes: Mapping[str, str],
) -> str:
    """Write other names into a source: of local functions, aliases and module attributes."""
    if not functions and not aliases and not attributes:
        return source
    tree = parse(source.encode())
    edits: list[tuple[Node, str]] = []
    for node in _walk(tree.root):
        text = tree.text(node) if node.type in ("identifier", "alias") else ""
        if node.type == "identifier" and text in functions and _is_function(node):
            edits.append((node, functions[text]))
        elif node.type == "identifier" and text in attributes and _is_attribute(tree, node):
            edits.append((node, attributes[text]))
        elif node.type == "alias":
            head, dot, rest = text.partition(".")
            if head in aliases and not _is_behind_dot(node):
                edits.append((node, aliases[head] + dot + rest))
    content = tree.source
    for node, new in sorted(edits, key=lambda edit: -edit[0].start_byte):
        content = content[: node.start_byte] + new.encode() + content[node.end_byte :]
    return content.decode("utf-8", "replace")


def _is_function(node: Node) -> bool:
    """Whether an identifier is a local function: called, captured, piped into or defined."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "call":
        return parent.child_by_field_name("target") == node
    if parent.type == "binary_operator":
        operator = parent.child_by_field_name("operator")
        sign = operator.type if operator is not None else ""
        if sign == "|>":
            return parent.child_by_field_name("right") == node
        above = parent.parent
        return (
            sign == "/"
            and parent.child_by_field_name("left") == node
            and above is not None
            and above.type == "unary_operator"
        )
    return False


def _is_attribute(tree: Tree, node: Node) -> bool:
    above = node.parent
    while above is not None and above.type == "call":
        above = above.parent
    operator = above.child_by_field_name("operator") if above is not None else None
    return (
        above is not None
        and above.type == "unary_operator"
        and operator is not None
        and tree.text(operator) == "@"
    )


def _is_behind_dot(node: Node) -> bool:
    parent = node.parent
    return (
        parent is not None and parent.type == "dot" and parent.child_by_field_name("right") == node
    )
