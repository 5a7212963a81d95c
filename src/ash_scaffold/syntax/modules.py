"""The modules of a file: full names, ranges, aliases and `use` calls.

Names follow `Kernel.defmodule/2`: a nested module gets its parent's name in front whatever is
aliased, one at the top level has its aliases expanded, and `__MODULE__` stands for the module
around it. What stands inside `quote` is another module's code and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from tree_sitter import Node

from ash_scaffold.syntax.parse import (
    CallSite,
    Span,
    Tree,
    call_site,
    calls,
    expressions,
    module_attribute,
)
from ash_scaffold.syntax.values import Value, alias_text, read


class Aliases(msgspec.Struct, frozen=True):
    """The full names of the aliases at one place, and the module around it ("" for none)."""

    names: Mapping[str, str]
    module: str = ""

    def resolve(self, written: str) -> str:
        """Return the full name of an alias as written. `__MODULE__` outside of one stays."""
        head, dot, rest = written.partition(".")
        if head == "Elixir" and rest:
            return rest
        full = self.module or head if head == "__MODULE__" else self.names.get(head, head)
        return full + dot + rest


class Use(msgspec.Struct, frozen=True):
    """A `use` call, its module's name resolved through the aliases before it."""

    module: str
    call: CallSite


class ModuleDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A `defmodule` (or `defprotocol`): its full name, its range, attributes and `use` calls.

    `parent` is the module around it, "" at the top level. `aliases` are those in force at its
    end; `attributes` its `@name value`, the last value of each.
    """

    name: str
    parent: str
    span: Span
    call: CallSite
    aliases: Aliases
    uses: tuple[Use, ...]
    attributes: Mapping[str, Node]

    @property
    def body(self) -> tuple[Node, ...]:
        """The expressions of its body."""
        return self.call.body or ()

    def use(self, *modules: str) -> Use | None:
        """Return its first `use` of one of the modules."""
        for use in self.uses:
            if use.module in modules:
                return use
        return None

    def read(self, tree: Tree, node: Node) -> Value:
        """Read a literal in this module: aliases resolved, `@attribute` looked up."""
        if node.type == "unary_operator":
            text = tree.text(node)
            name = text[1:].strip()
            if text.startswith("@") and name in self.attributes:
                return read(tree, self.attributes[name], self.aliases.resolve)
        return read(tree, node, self.aliases.resolve)


# Deeper nesting of blocks than a person writes: Python's own stack is the limit otherwise.
_MAX_DEPTH = 60
_DEFINITIONS = ("defmodule", "defprotocol")
_INNER_WORDS = (b"defmodule", b"defprotocol", b"use ", b"use(")
_CLOSED = frozenset(
    {"quote", "def", "defp", "defmacro", "defmacrop", "defimpl", "defdelegate", "defguard"}
)


class _Scope:
    """The contents of one lexical scope so far."""

    def __init__(self, module: str, names: Mapping[str, str]) -> None:
        self.module = module
        self.names = dict(names)
        self.uses: list[Use] = []
        self.attributes: dict[str, Node] = {}

    @property
    def aliases(self) -> Aliases:
        return Aliases(self.names, self.module)


def modules(tree: Tree) -> tuple[ModuleDefinition, ...]:
    """Return the modules that a file defines, in source order, an outer one before its inner."""
    found: list[ModuleDefinition] = []
    _visit(tree, tree.expressions, _Scope("", {}), found, 0)
    return tuple(sorted(found, key=lambda module: module.span.start))


def function_clauses(tree: Tree, body: tuple[Node, ...], name: str) -> Iterator[CallSite]:
    """Yield the `def` and `defp` clauses of a function, whatever its arguments."""
    for clause in calls(tree, body, "def", "defp"):
        if not clause.args:
            continue
        head = clause.args[0]
        site = call_site(tree, head)
        if (site.name if site is not None else tree.text(head)) == name:
            yield clause


def _visit(
    tree: Tree,
    nodes: tuple[Node, ...],
    scope: _Scope,
    found: list[ModuleDefinition],
    depth: int,
) -> None:
    if depth > _MAX_DEPTH:
        return
    for node in nodes:
        attribute = module_attribute(tree, node)
        if attribute is not None:
            scope.attributes[attribute.name] = attribute.value
            continue
        call = call_site(tree, node)
        if call is None:
            if node.type == "block":
                _visit(tree, expressions(node), scope, found, depth + 1)
            continue
        if call.name in _DEFINITIONS:
            _define(tree, call, scope, found, depth)
        elif call.name in ("alias", "require"):
            _alias(tree, call, scope)
        elif call.name == "use":
            _use(tree, call, scope)
        elif call.body and call.name not in _CLOSED and _says_more(tree, call):
            _inside(tree, call.body, scope, found, depth)


def _says_more(tree: Tree, call: CallSite) -> bool:
    """Whether a module or a `use` may stand in the block: most blocks need no visit."""
    start, end = call.span.start, call.span.end
    return any(tree.source.find(word, start, end) >= 0 for word in _INNER_WORDS)


def _inside(
    tree: Tree,
    body: tuple[Node, ...],
    scope: _Scope,
    found: list[ModuleDefinition],
    depth: int,
) -> None:
    """Visit a block such as `if`: its aliases end with it, its `use` calls belong to the module."""
    inner = _Scope(scope.module, scope.names)
    _visit(tree, body, inner, found, depth + 1)
    scope.uses.extend(inner.uses)


def _define(
    tree: Tree, call: CallSite, scope: _Scope, found: list[ModuleDefinition], depth: int
) -> None:
    written = alias_text(tree, call.args[0]) if call.args else None
    if written is None or call.body is None:
        return
    name = _defined_name(written, scope)
    inner = _Scope(name, scope.names)
    if scope.module and name.startswith(f"{scope.module}."):
        # Kernel.defmodule/2 aliases the first segment of a nested name, for what follows too.
        segment = name.removeprefix(f"{scope.module}.").partition(".")[0]
        if not written.startswith(("__MODULE__", "Elixir.")):
            inner.names[segment] = scope.names[segment] = f"{scope.module}.{segment}"
    _visit(tree, call.body, inner, found, depth + 1)
    found.append(
        ModuleDefinition(
            name=name,
            parent=scope.module,
            span=call.span,
            call=call,
            aliases=inner.aliases,
            uses=tuple(inner.uses),
            attributes=inner.attributes,
        )
    )


def _defined_name(written: str, scope: _Scope) -> str:
    if written.startswith("Elixir."):
        return written.removeprefix("Elixir.")
    if scope.module and not written.startswith("__MODULE__"):
        return f"{scope.module}.{written}"
    return scope.aliases.resolve(written)


def _use(tree: Tree, call: CallSite, scope: _Scope) -> None:
    written = alias_text(tree, call.args[0]) if call.args else None
    if written is not None:
        scope.uses.append(Use(scope.aliases.resolve(written), call))


def _alias(tree: Tree, call: CallSite, scope: _Scope) -> None:
    if not call.args:
        return
    node = call.args[0]
    renamed = call.option("as")
    if call.name == "require" and renamed is None:
        return
    for full in _aliased(tree, node, scope):
        short = alias_text(tree, renamed) if renamed is not None else full.rpartition(".")[2]
        if short:
            scope.names[short] = full


def _aliased(tree: Tree, node: Node, scope: _Scope) -> tuple[str, ...]:
    """Return the full names that `alias A.B`, `alias A.{B, C}` or `alias __MODULE__` names."""
    whole = alias_text(tree, node)
    if whole is not None:
        return (scope.aliases.resolve(whole),)
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "dot" or left is None or right is None or right.type != "tuple":
        return ()
    head = alias_text(tree, left)
    if head is None:
        return ()
    tails = (alias_text(tree, child) for child in expressions(right))
    return tuple(f"{scope.aliases.resolve(head)}.{tail}" for tail in tails if tail)
