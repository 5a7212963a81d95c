"""Functions of the legacy code as text that stands on its own: what to copy along with each.

The text is as written but for the indent, `__MODULE__`, and `def` in place of `defp` for a function
that is called from outside. Whatever it refers to is listed: aliases, imports, module attributes,
other functions of its module.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from tree_sitter import Node

from ash_scaffold.legacy.changesets.ecto_functions import (
    CHANGESET,
    ECTO,
    KERNEL,
    QUERIES,
    QUERY,
    is_of_changeset,
)
from ash_scaffold.legacy.functions import Function, Import, Module, Modules, operator_of
from ash_scaffold.syntax.parse import call_name
from ash_scaffold.syntax.values import alias_text

# Deeper nesting than a person writes: Python's own stack is the limit otherwise.
_MAX_DEPTH = 150


class Needs:
    """What text refers to, outside of itself. `missing` are names that nothing known defines."""

    def __init__(self) -> None:
        self.aliases: dict[str, str] = {}
        self.imports: dict[str, Import] = {}
        self.attributes: dict[str, str] = {}
        self.functions: dict[tuple[str, str, int], Function] = {}
        self.missing: list[str] = []
        self.nodes: list[tuple[Module, Node]] = []


def needs(
    modules: Modules,
    module: Module,
    nodes: Iterable[Node],
    found: Needs | None = None,
    skip: Collection[int] = (),
) -> Needs:
    """Return what nodes of a module refer to; `skip` are ids of parts to leave out."""
    found = Needs() if found is None else found
    for node in nodes:
        _Walk(modules, module, found, skip).visit(node, 0)
    return found


class _Walk:
    def __init__(
        self, modules: Modules, module: Module, found: Needs, skip: Collection[int]
    ) -> None:
        self._modules = modules
        self._module = module
        self._file = module.file
        self._found = found
        self._skip = skip
        # How many macros of a query are around.
        self._queries = 0

    def visit(self, node: Node, depth: int) -> None:
        if node.id in self._skip:
            return
        if depth > _MAX_DEPTH:
            self._found.missing.append("code that is nested too deep")
            return
        written = alias_text(self._file.tree, node)
        if written is not None:
            self._alias(node, written)
            return
        text = self._file.tree.text(node) if node.type == "unary_operator" else ""
        if text.startswith("@"):
            self._attribute(text[1:].strip(), node.start_byte, depth)
            return
        if text.startswith("&"):
            operand = node.child_by_field_name("operand")
            parts = None if operand is None else operator_of(self._file, operand, "/")
            if parts is not None and parts[0].type == "identifier":
                arity = self._file.tree.text(parts[1])
                if arity.isdecimal():
                    self._call(self._file.tree.text(parts[0]), int(arity))
                return
        if node.type == "call":
            name = call_name(self._file.tree, node)
            if name is not None and "." not in name:
                if name == "import":
                    return
                self._call(name, _argument_count(node) + is_piped(node))
            if name is not None and self._is_query(name, node):
                self._queries += 1
                self._children(node, depth)
                self._queries -= 1
                return
        elif node.type == "binary_operator":
            parts = operator_of(self._file, node, "|>")
            # Older code calls a function without parentheses behind a pipe.
            if parts is not None and parts[1].type == "identifier":
                self._call(self._file.tree.text(parts[1]), 1)
        self._children(node, depth)

    def _children(self, node: Node, depth: int) -> None:
        for child in node.named_children:
            self.visit(child, depth + 1)

    def _is_query(self, name: str, node: Node) -> bool:
        """Whether a call makes a query: what stands inside of it is Ecto's to read."""
        owner, _, plain = name.rpartition(".")
        if plain not in QUERIES:
            return False
        if owner:
            return self._file.resolve(owner, node.start_byte, self._module.name) == "Ecto.Query"
        return self._module.function(name, _argument_count(node) + is_piped(node)) is None

    def _alias(self, node: Node, written: str) -> None:
        head = written.partition(".")[0]
        full = self._file.resolve(head, node.start_byte, self._module.name)
        if head not in ("__MODULE__", "Elixir") and full != head:
            self._found.aliases[head] = full
        whole = self._file.resolve(written, node.start_byte, self._module.name)
        if whole in self._module.requires:
            self._found.imports.setdefault(whole, Import(whole, f"require {whole}"))

    def _attribute(self, name: str, position: int, depth: int) -> None:
        if name in self._found.attributes:
            return
        value = self._module.attribute(name, position)
        if value is None:
            self._found.missing.append(f"@{name}")
            return
        # A list of attributes in which each comes after those that its value names.
        self.visit(value, depth + 1)
        self._found.attributes[name] = text_of(self._module, value)
        self._found.nodes.append((self._module, value))

    def _call(self, name: str, count: int) -> None:
        function = self._module.function(name, count) or self._module.brought(name, count)
        if function is not None:
            self._found.functions.setdefault(function.key, function)
            return
        if self._module.macro(name, count):
            self._found.missing.append(f"the macro {name}/{count}")
            return
        source = import_for(self._module, name, count)
        if source is not None:
            self._found.imports.setdefault(source.source, source)
            return
        if name in KERNEL or (self._queries and name in QUERY):
            return
        if count in ECTO.get(name, ()):
            only = f"import Ecto, only: [{name}: {count}]"
            self._found.imports.setdefault(only, Import("Ecto", only))
            return
        unknown = [
            each
            for each in self._module.imports
            if each.module not in (CHANGESET, "Ecto.Query", "Ecto")
            and each.may_have(name, count)
            and self._modules.may_define(each.module, name, count)
        ]
        for each in unknown:
            known = self._modules.get(each.module)
            if known is not None and (known.function(name, count) or known.macro(name, count)):
                each = Import(each.module, f"import {each.module}, only: [{name}: {count}]")
            self._found.imports.setdefault(each.source, each)
        if not unknown and name not in QUERY:
            self._found.missing.append(f"{name}/{count}")


def _argument_count(call: Node) -> int:
    """Return the number of arguments of a call, trailing keywords as one, a do-block apart."""
    for child in call.named_children:
        if child.type == "arguments":
            found = [each for each in child.named_children if each.type != "comment"]
            if found and found[-1].type == "keywords" and _is_block(found[-1]):
                return len(found) - 1
            return len(found)
    return 0


def _is_block(keywords: Node) -> bool:
    """Whether keywords are `do: …` and its like alone."""
    first = keywords.named_children[0] if keywords.named_children else None
    key = None if first is None else first.child_by_field_name("key")
    return key is not None and key.text is not None and key.text.strip() == b"do:"


def import_for(module: Module, name: str, count: int) -> Import | None:
    """Return the import that a function of a known module comes from."""
    if name in KERNEL:
        return None
    for each in module.imports:
        if each.only is not None and (name, count) in each.only:
            return each
        if each.module == CHANGESET and is_of_changeset(name, count) and each.may_have(name, count):
            return each
        if each.module == "Ecto.Query" and name in QUERIES:
            return each
    if is_of_changeset(name, count):
        # A macro of a library that is `use`d may import it; nothing else has these names.
        return Import(CHANGESET, f"import {CHANGESET}")
    return None


def is_piped(node: Node) -> bool:
    """Whether a call is given its first argument by a pipe."""
    parent = node.parent
    if parent is None or parent.type != "binary_operator":
        return False
    sign = parent.child_by_field_name("operator")
    right = parent.child_by_field_name("right")
    return sign is not None and sign.type == "|>" and right is not None and right.id == node.id


def text_of(module: Module, node: Node, replaced: Mapping[Node, str] | None = None) -> str:
    """Return the text of a node, its lines moved left by the indent of its first line.

    `replaced` are parts with other text in their place.
    """
    tree = module.file.tree
    source, start, end = tree.source, node.start_byte, node.end_byte
    others = {
        part: other
        for part, other in (replaced or {}).items()
        if node.start_byte <= part.start_byte < node.end_byte
    }
    edits = dict.fromkeys(_own_module(module, node), module.name) | others
    parts: list[bytes] = []
    for inner, other in sorted(edits.items(), key=lambda edit: edit[0].start_byte):
        if inner.start_byte >= start:
            parts += [source[start : inner.start_byte], other.encode()]
            start = inner.end_byte
    text = b"".join([*parts, source[start:end]]).decode("utf-8", "replace")
    line = source[source.rfind(b"\n", 0, node.start_byte) + 1 : node.start_byte]
    indent = len(line) - len(line.lstrip(b" \t"))
    first, *rest = text.replace("\r\n", "\n").split("\n")
    return "\n".join([first, *(_moved(each, indent) for each in rest)])


def _moved(line: str, indent: int) -> str:
    space = len(line) - len(line.lstrip(" \t"))
    return line[min(indent, space) :]


def _own_module(module: Module, node: Node) -> Iterator[Node]:
    """Yield the places of `__MODULE__`."""
    source = module.file.tree.source
    if source.find(b"__MODULE__", node.start_byte, node.end_byte) < 0:
        return
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type == "identifier" and module.file.tree.text(current) == "__MODULE__":
            yield current
        stack.extend(reversed(current.named_children))


def definition_text(
    module: Module,
    function: Function,
    *,
    called: bool,
    replaced: Mapping[Node, str] | None = None,
) -> str:
    """Return all clauses of a function; `replaced` are parts with other text in their place."""
    word = "def" if called else "defp"
    clauses = []
    for clause in function.clauses:
        text = text_of(module, clause.site.node, replaced)
        clauses.append(word + text.removeprefix(clause.site.name))
    return "\n\n".join(clauses)


def indented(text: str, by: str = "  ") -> str:
    """Return lines with an indent, empty ones without."""
    return "\n".join(by + line if line.strip() else "" for line in text.split("\n"))


def free_names(
    module: Module, nodes: Sequence[Node], skip: Collection[int] = ()
) -> tuple[str, ...]:
    """Return the variables that statements read and don't set themselves, in order.

    `skip` are ids of parts to leave out. A call without parentheses looks like a variable and is
    among them.
    """
    walk = _Free(module, skip)
    scope: set[str] = set()
    for node in nodes:
        walk.visit(node, scope, 0)
    return tuple(dict.fromkeys(walk.found))


class _Free:
    def __init__(self, module: Module, skip: Collection[int]) -> None:
        self._file = module.file
        self._skip = skip
        self.found: list[str] = []

    def visit(self, node: Node, scope: set[str], depth: int) -> None:
        if depth > _MAX_DEPTH or node.id in self._skip:
            return
        kind = node.type
        if kind == "identifier":
            name = self._file.tree.text(node)
            if name not in scope:
                self.found.append(name)
            return
        if kind == "unary_operator" and self._is_name(node):
            return
        if kind == "stab_clause":
            inner = set(scope)
            for child in node.named_children:
                if child.type == "body" or self._is_of_cond(node):
                    self._children(child, inner, depth)
                else:
                    self._bind(child, inner, depth)
            return
        if kind in ("anonymous_function", "do_block", "block", "else_block", "after_block"):
            self._children(node, set(scope), depth)
            return
        assigned = operator_of(self._file, node, "=", "<-")
        if assigned is not None:
            self.visit(assigned[1], scope, depth + 1)
            self._bind(assigned[0], scope, depth)
            return
        if kind == "call":
            self._call(node, scope, depth)
            return
        if kind == "dot":
            left = node.child_by_field_name("left")
            if left is not None:
                self.visit(left, scope, depth + 1)
            return
        self._children(node, scope, depth)

    def _is_name(self, node: Node) -> bool:
        """Whether an operator makes a name of what follows: `@name`, `&name/1`."""
        text = self._file.tree.text(node)
        operand = node.child_by_field_name("operand")
        parts = None if operand is None else operator_of(self._file, operand, "/")
        if text.startswith("&") and parts is not None:
            return parts[0].type == "identifier" and parts[1].type == "integer"
        return text.startswith("@")

    def _is_of_cond(self, clause: Node) -> bool:
        """Whether the left side of a clause is a condition, no pattern."""
        block = clause.parent
        call = None if block is None else block.parent
        target = None if call is None else call.child_by_field_name("target")
        return target is not None and self._file.tree.text(target) == "cond"

    def _children(self, node: Node, scope: set[str], depth: int) -> None:
        for child in node.named_children:
            self.visit(child, scope, depth + 1)

    def _call(self, node: Node, scope: set[str], depth: int) -> None:
        target = node.child_by_field_name("target")
        inner = scope
        if target is not None and target.type == "identifier":
            name = self._file.tree.text(target)
            if name in ("with", "for") or name in QUERY:
                inner = set(scope)
            if name in QUERY:
                self._bind_query(node, inner, depth)
        elif target is not None:
            self.visit(target, scope, depth + 1)
        for child in node.named_children:
            if target is None or child.id != target.id:
                self.visit(child, inner, depth + 1)

    def _bind_query(self, call: Node, scope: set[str], depth: int) -> None:
        """Set the variables of a query: `u in User`, and those of a list of bindings."""
        stack = [child for child in call.named_children if child.type == "arguments"]
        while stack:
            node = stack.pop()
            joined = operator_of(self._file, node, "in")
            if joined is not None:
                self._bind(joined[0], scope, depth)
            elif node.type in ("arguments", "keywords", "pair"):
                stack.extend(node.named_children)
            elif node.type == "list" and all(
                each.type in ("identifier", "keywords") for each in node.named_children
            ):
                self._bind(node, scope, depth)

    def _bind(self, pattern: Node, scope: set[str], depth: int) -> None:
        """Set the variables of a pattern; those behind `^`, and of guards, are read."""
        stack = [pattern]
        while stack:
            node = stack.pop()
            if node.type == "identifier":
                scope.add(self._file.tree.text(node))
                continue
            if node.type == "unary_operator":
                self.visit(node, scope, depth + 1)
                continue
            guarded = operator_of(self._file, node, "when")
            if guarded is not None:
                self._bind(guarded[0], scope, depth + 1)
                self.visit(guarded[1], scope, depth + 1)
                continue
            if node.type == "call":
                # `"a" <> rest` is an operator; a call in a pattern is a macro's.
                stack.extend(reversed(node.named_children[1:]))
                continue
            stack.extend(reversed(node.named_children))
