"""The functions of legacy modules by name and arity, and what a call by a bare name means there.

A name is looked for as the compiler does: in the module itself, then in its imports, those of the
project's `use` macros included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from tree_sitter import Node

from ash_scaffold.legacy.code_base import CodeBase, ModuleFacts
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import CallSite, call_name, call_site, expressions, module_attribute
from ash_scaffold.syntax.values import alias_text, read

_DEFINITIONS = frozenset({"def", "defp"})


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a clause: its pattern, and its default."""

    pattern: Node
    default: Node | None = None


class Clause(msgspec.Struct, frozen=True):
    """A clause of a function. `body` is None for a head without one.

    `rescued` marks one with `rescue`, `catch`, `else` or `after`.
    """

    site: CallSite
    parameters: tuple[Parameter, ...]
    guard: Node | None
    body: tuple[Node, ...] | None
    rescued: bool


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """A function of a module, whose calls may leave out `defaults` of the arguments."""

    module: str
    name: str
    arity: int
    private: bool
    clauses: tuple[Clause, ...]
    defaults: int = 0

    @property
    def bodies(self) -> tuple[Clause, ...]:
        """The clauses that do something."""
        return tuple(clause for clause in self.clauses if clause.body is not None)

    @property
    def key(self) -> tuple[str, str, int]:
        """The module, the name and the arity."""
        return self.module, self.name, self.arity

    def given(self, count: int) -> tuple[Parameter | None, ...]:
        """Return, for a call with so many arguments, the parameters that have their default.

        There is one item a parameter, None for those that an argument is given for. Elixir fills
        defaults from the left, as many as arguments are missing.
        """
        head = next((c for c in self.clauses if any(p.default for p in c.parameters)), None)
        if head is None:
            return (None,) * self.arity
        spare = count - (self.arity - self.defaults)
        found: list[Parameter | None] = []
        for parameter in head.parameters:
            if parameter.default is None:
                found.append(None)
                continue
            found.append(None if spare > 0 else parameter)
            spare -= 1
        return tuple(found)


class Import(msgspec.Struct, frozen=True):
    """An import: the module, its source, and which names it is limited to (None for all)."""

    module: str
    source: str
    only: frozenset[tuple[str, int]] | None = None
    left_out: frozenset[tuple[str, int]] = frozenset()

    def may_have(self, name: str, arity: int) -> bool:
        """Whether a function can come from here."""
        if self.only is not None:
            return (name, arity) in self.only
        return (name, arity) not in self.left_out


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A module of the legacy code: its functions, imports and attributes.

    `attributes` are all `@name value` in order, with their place.
    """

    name: str
    file: ElixirFile
    definition: ModuleDefinition
    functions: Mapping[tuple[str, int], Function]
    names: Mapping[str, tuple[Function, ...]]
    imports: tuple[Import, ...]
    attributes: tuple[tuple[str, Node], ...]
    facts: ModuleFacts

    def function(self, name: str, count: int) -> Function | None:
        """Return the function that a call with so many arguments reaches."""
        exact = self.functions.get((name, count))
        if exact is not None:
            return exact
        for each in self.names.get(name, ()):
            if each.arity - each.defaults <= count <= each.arity:
                return each
        return None

    def attribute(self, name: str, position: int) -> Node | None:
        """Return the value that an attribute has at a place."""
        found = None
        for each, value in self.attributes:
            if each == name and (value.start_byte < position or found is None):
                found = value
        return found


class Modules:
    """The modules of a code base, each read when it is asked for."""

    def __init__(self, code: CodeBase) -> None:
        self.code = code
        self._found: dict[str, Module | None] = {}

    def get(self, name: str) -> Module | None:
        """Return a module of the code base."""
        if name not in self._found:
            place = self.code.find(name) if name else None
            self._found[name] = None if place is None else self.read(*place)
        return self._found[name]

    def of(self, file: ElixirFile, definition: ModuleDefinition) -> Module:
        """Return a module by its definition."""
        found = self._found.get(definition.name)
        if found is None or found.definition.span != definition.span or found.file is not file:
            found = self.read(file, definition)
            self._found.setdefault(definition.name, found)
        return found

    def read(self, file: ElixirFile, definition: ModuleDefinition) -> Module:
        """Read the functions, imports and attributes of a module."""
        facts = self.code.facts(file, definition)
        functions: dict[tuple[str, int], list[tuple[CallSite, Clause]]] = {}
        names: dict[tuple[str, int], str] = {}
        imports: list[Import] = []
        attributes: list[tuple[str, Node]] = []
        tree = file.tree
        for node in definition.body:
            attribute = module_attribute(tree, node)
            if attribute is not None:
                attributes.append((attribute.name, attribute.value))
                continue
            word = call_name(tree, node)
            if word == "import":
                found = import_of(file, node, definition.name)
                imports += [found] if found is not None else []
            elif word in _DEFINITIONS:
                site = call_site(tree, node)
                read_head = None if site is None else _clause(file, site)
                if site is not None and read_head is not None:
                    name, clause = read_head
                    key = name, len(clause.parameters)
                    functions.setdefault(key, []).append((site, clause))
                    names[key] = name
        direct = {each.module for each in imports}
        imports += [Import(each, f"import {each}") for each in facts.imports if each not in direct]
        made = {
            key: Function(
                module=definition.name,
                name=key[0],
                arity=key[1],
                private=clauses[0][0].name == "defp",
                clauses=tuple(clause for _, clause in clauses),
                defaults=max(
                    sum(p.default is not None for p in clause.parameters) for _, clause in clauses
                ),
            )
            for key, clauses in functions.items()
        }
        by_name: dict[str, list[Function]] = {}
        for function in made.values():
            by_name.setdefault(function.name, []).append(function)
        return Module(
            name=definition.name,
            file=file,
            definition=definition,
            functions=made,
            names={name: tuple(found) for name, found in by_name.items()},
            imports=tuple(imports),
            attributes=tuple(attributes),
            facts=facts,
        )


def import_of(file: ElixirFile, node: Node, module: str) -> Import | None:
    """Return an `import` call, None for one of a module that can't be read."""
    site = call_site(file.tree, node)
    written = alias_text(file.tree, site.args[0]) if site is not None and site.args else None
    if site is None or written is None:
        return None
    full = file.resolve(written, node.start_byte, module)
    only = _listed(file, site.option("only"))
    source = f"import {full}"
    if site.keywords is not None:
        source += f", {file.tree.text(site.keywords)}"
    return Import(full, source, only, _listed(file, site.option("except")) or frozenset())


def _listed(file: ElixirFile, node: Node | None) -> frozenset[tuple[str, int]] | None:
    """Return the names of `only: [name: arity]`; None where all functions or macros are meant."""
    value = None if node is None else read(file.tree, node)
    items = getattr(value, "items", None)
    if not isinstance(items, tuple):
        return None
    return frozenset((name, arity) for name, arity in items if isinstance(arity, int))


def _clause(file: ElixirFile, site: CallSite) -> tuple[str, Clause] | None:
    """Return name and parts of a `def`, None for one whose head isn't a name."""
    if not site.args:
        return None
    head, guard = site.args[0], None
    if head.type == "binary_operator":
        sign = head.child_by_field_name("operator")
        left = head.child_by_field_name("left")
        if sign is None or left is None or file.tree.text(sign) != "when":
            return None
        head, guard = left, head.child_by_field_name("right")
    parameters: tuple[Parameter, ...] = ()
    if head.type == "identifier":
        name = file.tree.text(head)
    else:
        inner = call_site(file.tree, head)
        if inner is None or "." in inner.name:
            return None
        name = inner.name
        parameters = tuple(_parameter(file, node) for node in inner.values)
    rescued = any(
        part.type.endswith("_block") and part.type != "do_block"
        for child in site.node.children
        if child.type == "do_block"
        for part in child.children
    )
    return name, Clause(site, parameters, guard, site.body, rescued)


def _parameter(file: ElixirFile, node: Node) -> Parameter:
    parts = operator_of(file, node, "\\\\")
    return Parameter(node) if parts is None else Parameter(*parts)


def operator_of(file: ElixirFile, node: Node, *signs: str) -> tuple[Node, Node] | None:
    """Return the two sides of a binary operator of one of the signs."""
    if node.type != "binary_operator":
        return None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = node.child_by_field_name("operator")
    if left is None or right is None or sign is None or file.tree.text(sign) not in signs:
        return None
    return left, right


def identifiers(file: ElixirFile, node: Node) -> Iterator[tuple[str, Node]]:
    """Yield each variable, or call without parentheses, at or below a node in source order."""
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type == "identifier":
            parent = current.parent
            called = parent is not None and parent.type == "call"
            target = parent.child_by_field_name("target") if called and parent is not None else None
            after_dot = (
                parent is not None
                and parent.type == "dot"
                and parent.child_by_field_name("right") == current
            )
            if target != current and not after_dot:
                yield file.tree.text(current), current
            continue
        stack.extend(reversed(current.named_children))


def statements(node: Node) -> tuple[Node, ...]:
    """Return the expressions of a block in parentheses, the node itself for any other."""
    return expressions(node) if node.type == "block" else (node,)
