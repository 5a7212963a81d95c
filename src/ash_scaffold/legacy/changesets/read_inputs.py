"""The keys that copied functions read of the attributes themselves: inputs that no cast names.

Only texts that are written as literals count: `attrs["token"]`, `Map.get(attrs, "token")`,
`changeset.params["token"]`, and patterns that these are matched with. Input from outside has no
atoms for keys: what is read by one (`attrs[:imported]`) only code that calls the function gives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tree_sitter import Node

from ash_scaffold.ash.changesets import (
    Cast,
    Copied,
    CopiedFunction,
    Parameter,
    ParameterRole,
    Step,
)
from ash_scaffold.legacy.changesets.copied_text import is_piped
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.functions import Modules, operator_of
from ash_scaffold.syntax.parse import CallSite, call_site, expressions, key_text, pairs
from ash_scaffold.syntax.values import read

_MODULE = "Copied"
_OF_CHANGESET = ".params"
# What is given a map and a key.
_READS = frozenset(
    "Map.get Map.get_lazy Map.fetch Map.fetch! Map.has_key? Map.pop Map.pop! Map.pop_lazy"
    " is_map_key".split()
)


def keys_read(
    parameters: Collection[Parameter],
    steps: Collection[Step],
    functions: Collection[CopiedFunction],
) -> tuple[str, ...]:
    """Return the keys of the attributes that the functions of steps read, in order of names."""
    if not any('"' in each.source for each in functions):
        return ()
    names = {each.name for each in parameters if each.role is ParameterRole.ATTRIBUTES}
    reader: _Reader | None = None
    given: list[str | None]
    for step in steps:
        match step:
            case Copied(function=name, arguments=arguments, position=position):
                given = [*arguments[:position], None, *arguments[position:]]
            case Cast(prepared=name, arguments=arguments) if name:
                given = list(arguments)
            case _:
                continue
        reader = reader or _Reader(functions)
        for index, argument in enumerate(given):
            if argument in names:
                reader.follow(name, len(given), index)
            elif argument is None:
                reader.follow(name, len(given), index, changeset=True)
    return () if reader is None else tuple(sorted(reader.keys))


class _Reader:
    """Follows the attributes, and the changeset that has them, through copied functions."""

    def __init__(self, functions: Collection[CopiedFunction]) -> None:
        lines = [f"defmodule {_MODULE} do", *(each.source for each in functions), "end"]
        self._file = ElixirFile("copied.ex", "\n".join(lines).encode())
        self._module = Modules(CodeBase([self._file])).get(_MODULE)
        self._seen: set[tuple[str, int, int]] = set()
        self.keys: set[str] = set()

    def follow(self, name: str, count: int, index: int, *, changeset: bool = False) -> None:
        """Note what a function reads of an argument, and what those that it calls with it do."""
        function = None if self._module is None else self._module.function(name, count)
        if function is None or (name, count, index) in self._seen:
            return
        self._seen.add((name, count, index))
        for clause in function.bodies:
            # The texts that stand for the attributes.
            names: set[str] = set()
            self._match(clause.parameters[index].pattern, names, changeset=changeset)
            stack = [*reversed(clause.body or ()), *((clause.guard,) if clause.guard else ())]
            while stack:
                node = stack.pop()
                self._use(node, names)
                stack.extend(reversed(node.named_children))

    def _match(self, pattern: Node, names: set[str], *, changeset: bool = False) -> None:
        """Note the keys of a pattern of the attributes, and the names that it gives to them."""
        guarded = operator_of(self._file, pattern, "when")
        parts = operator_of(self._file, pattern, "=")
        if guarded is not None:
            self._match(guarded[0], names, changeset=changeset)
        elif parts is not None:
            self._match(parts[0], names, changeset=changeset)
            self._match(parts[1], names, changeset=changeset)
        elif pattern.type == "identifier":
            name = self._file.tree.text(pattern)
            names.add(f"{name}{_OF_CHANGESET}" if changeset else name)
        elif pattern.type == "map" and changeset:
            for each in self._entries(pattern):
                for pair in pairs(each):
                    value = pair.child_by_field_name("value")
                    if key_text(self._file.tree, pair) == "params" and value is not None:
                        self._match(value, names)
        elif pattern.type == "map":
            self.keys.update(self._keys(pattern))

    def _entries(self, pattern: Node) -> tuple[Node, ...]:
        content = next((c for c in pattern.named_children if c.type == "map_content"), None)
        return () if content is None else expressions(content)

    def _keys(self, pattern: Node) -> Iterator[str]:
        for entry in self._entries(pattern):
            arrow = operator_of(self._file, entry, "=>")
            if arrow is not None:
                yield from self._literal(arrow[0])

    def _literal(self, node: Node) -> Iterator[str]:
        value = read(self._file.tree, node)
        if isinstance(value, list) and value:
            # The path of `get_in`.
            value = value[0]
        if isinstance(value, str) and value:
            yield value

    def _use(self, node: Node, names: set[str]) -> None:
        tree = self._file.tree

        def is_given(other: Node) -> bool:
            return tree.text(other) in names

        matched = operator_of(self._file, node, "=", "<-")
        if matched is not None and is_given(matched[1]):
            self._match(matched[0], names)
        elif node.type == "access_call" and is_given(node.named_children[0]):
            self.keys.update(self._literal(node.named_children[1]))
        site = call_site(tree, node) if node.type == "call" else None
        if site is None:
            return
        values = _values(node, site)
        if site.name in (*_READS, "get_in") and len(values) > 1 and is_given(values[0]):
            self.keys.update(self._literal(values[1]))
        elif site.name == "case" and values and is_given(values[0]):
            for clause in (c for b in node.named_children for c in b.named_children):
                heads = [c for c in clause.named_children if c.type == "arguments"]
                for head in heads if clause.type == "stab_clause" else ():
                    self._match(expressions(head)[0], names)
        for index, value in enumerate(values) if "." not in site.name else ():
            if is_given(value):
                self.follow(site.name, len(values), index)
            elif f"{tree.text(self._first(value))}{_OF_CHANGESET}" in names:
                self.follow(site.name, len(values), index, changeset=True)

    def _first(self, node: Node) -> Node:
        """Return what a pipe starts with."""
        parts = operator_of(self._file, node, "|>")
        return node if parts is None else self._first(parts[0])


def _values(node: Node, site: CallSite) -> tuple[Node, ...]:
    """Return the arguments of a call, that of a pipe first."""
    left = node.parent.child_by_field_name("left") if is_piped(node) and node.parent else None
    return site.values if left is None else (left, *site.values)
