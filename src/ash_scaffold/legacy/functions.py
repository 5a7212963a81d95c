"""The functions of legacy modules by name and arity, and what a call by a bare name means there.

A name is looked for as the compiler does: in the module itself, then in its imports, those of the
project's `use` macros included.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec
from tree_sitter import Node

from ash_scaffold.legacy.code_base import CodeBase, ModuleFacts, function_macros
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import CallSite, call_name, call_site, expressions, module_attribute
from ash_scaffold.syntax.values import alias_text, read

# What is imported most, and is never a module of the code base.
LIBRARIES = frozenset({"Ecto.Changeset", "Ecto.Query", "Ecto", "Ecto.Schema"})
# A function: its module, its name and its arity.
Key: TypeAlias = tuple[str, str, int]
_DEFINITIONS = frozenset({"def", "defp"})
_MACROS = frozenset({"defmacro", "defmacrop"})


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
    def key(self) -> Key:
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

    `macros` are names and arities of its macros. `attributes` are all `@name value` in order, with
    their place. `requires` are the modules whose macros it asks for. `quoted` are the functions
    that its `__using__` defines in other modules, `bases` the modules whose such functions it has.
    """

    name: str
    file: ElixirFile
    definition: ModuleDefinition
    functions: Mapping[tuple[str, int], Function]
    names: Mapping[str, tuple[Function, ...]]
    imports: tuple[Import, ...]
    attributes: tuple[tuple[str, Node], ...]
    facts: ModuleFacts
    macros: frozenset[tuple[str, int]] = frozenset()
    requires: frozenset[str] = frozenset()
    quoted: Mapping[tuple[str, int], Function] = {}
    bases: tuple[Module, ...] = ()

    def function(self, name: str, count: int) -> Function | None:
        """Return the function that a call with so many arguments reaches."""
        exact = self.functions.get((name, count))
        if exact is not None:
            return exact
        for each in self.names.get(name, ()):
            if each.arity - each.defaults <= count <= each.arity:
                return each
        return None

    def macro(self, name: str, count: int) -> bool:
        """Whether a call with so many arguments is one of the module's own macros."""
        return (name, count) in self.macros

    def brought(self, name: str, count: int) -> Function | None:
        """Return the function that a macro of another module defines here."""
        for base in self.bases:
            found = base.quoted.get((name, count))
            if found is not None:
                return found
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
        self._values: dict[str, Mapping[str, object]] = {}

    def attribute_values(self, module: Module) -> Mapping[str, object]:
        """Return the values of a module's attributes, those that macros set included."""
        if module.name not in self._values:
            own = self.code.attributes(module.file, module.definition)
            self._values[module.name] = {**module.facts.attributes, **own}
        return self._values[module.name]

    def imported(self, module: Module, name: str, count: int) -> Function | None:
        """Return the function of the code base that a call by a bare name reaches by an import."""
        for each in module.imports:
            if each.module in LIBRARIES or not each.may_have(name, count):
                continue
            other = self.get(each.module)
            found = None if other is None else other.function(name, count)
            if found is not None and not found.private:
                return found
        return None

    def called(self, module: Module, node: Node, name: str, count: int) -> Function | None:
        """Return the function of the code base that a call in a module reaches.

        `name` is as written, `count` the number of arguments, that of a pipe included.
        """
        owner, _, plain = name.rpartition(".")
        if not owner:
            return (
                module.function(plain, count)
                or module.brought(plain, count)
                or self.imported(module, plain, count)
            )
        written = "".join(owner.split())
        if not (written[:1].isupper() or written.startswith("__MODULE__")):
            return None
        other = self.get(module.file.resolve(written, node.start_byte, module.name))
        return None if other is None else other.function(plain, count)

    def may_define(self, name: str, function: str, count: int) -> bool:
        """Whether a module may have a function or macro that others can import.

        One that is not of the code base may have any, and so may one that uses other modules.
        """
        module = self.get(name)
        if module is None or module.facts.uses or module.facts.opaque:
            return True
        found = module.function(function, count)
        return module.macro(function, count) or (found is not None and not found.private)

    def get(self, name: str) -> Module | None:
        """Return a module of the code base."""
        if name not in self._found:
            # Modules may use each other.
            self._found[name] = None
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
        imports: list[Import] = []
        attributes: list[tuple[str, Node]] = []
        requires: set[str] = set()
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
            elif word == "require":
                requires |= _required(file, node, definition.name)
        direct = {each.module for each in imports}
        imports += [Import(each, f"import {each}") for each in facts.imports if each not in direct]
        made = _functions(file, definition.name, definition.body)
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
            macros=frozenset(
                (name, len(clause.parameters))
                for name, clause in _clauses(file, definition.body, _MACROS)
            ),
            requires=frozenset(requires),
            quoted=_quoted(file, definition),
            bases=tuple(self._bases(definition, facts)),
        )

    def _bases(self, definition: ModuleDefinition, facts: ModuleFacts) -> Iterator[Module]:
        for name in facts.uses:
            if name != definition.name and name not in LIBRARIES:
                base = self.get(name)
                if base is not None and base.quoted:
                    yield base


def _functions(
    file: ElixirFile, module: str, body: Sequence[Node]
) -> dict[tuple[str, int], Function]:
    """Return the functions that a body defines."""
    found: dict[tuple[str, int], list[Clause]] = {}
    for name, clause in _clauses(file, body, _DEFINITIONS):
        found.setdefault((name, len(clause.parameters)), []).append(clause)
    return {
        (name, arity): Function(
            module=module,
            name=name,
            arity=arity,
            private=clauses[0].site.name == "defp",
            clauses=tuple(clauses),
            defaults=max(sum(p.default is not None for p in c.parameters) for c in clauses),
        )
        for (name, arity), clauses in found.items()
    }


def _clauses(
    file: ElixirFile, body: Sequence[Node], words: Collection[str]
) -> Iterator[tuple[str, Clause]]:
    """Yield each definition in a body by one of the words, with its name."""
    for node in body:
        if call_name(file.tree, node) in words:
            site = call_site(file.tree, node)
            head = None if site is None else _clause(file, site)
            if head is not None:
                yield head


def _quoted(file: ElixirFile, definition: ModuleDefinition) -> dict[tuple[str, int], Function]:
    """Return the functions that `__using__` defines, those that take nothing from its options."""
    if b"__using__" not in file.source:
        return {}
    found: dict[tuple[str, int], Function] = {}
    for macro in function_macros(file, definition, "__using__"):
        for node in macro.body or ():
            site = call_site(file.tree, node)
            if site is not None and site.name == "quote":
                found |= _functions(file, definition.name, site.body or ())
    source = file.source
    return {
        key: function
        for key, function in found.items()
        if not any(
            source.find(b"unquote", c.site.span.start, c.site.span.end) >= 0
            for c in function.clauses
        )
    }


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


def _required(file: ElixirFile, node: Node, module: str) -> set[str]:
    site = call_site(file.tree, node)
    written = alias_text(file.tree, site.args[0]) if site is not None and site.args else None
    return set() if written is None else {file.resolve(written, node.start_byte, module)}


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
