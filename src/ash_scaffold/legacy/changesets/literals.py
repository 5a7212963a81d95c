"""Expressions of the legacy code as source that means the same in another module."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from ash_scaffold.legacy.changesets.values import Findings, Frame, Local, Targets, Text
from ash_scaffold.legacy.evaluate import Place, evaluate, shown
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.functions import Module, Modules, identifiers, operator_of
from ash_scaffold.syntax.literal import string
from ash_scaffold.syntax.parse import call_site, expressions, is_keywords, key_text, pairs
from ash_scaffold.syntax.values import Unreadable, alias_text
from ash_scaffold.term import Atom

_LITERALS = frozenset(
    "atom quoted_atom integer float boolean nil char string charlist quoted_content "
    "escape_sequence keyword list tuple map map_content keywords pair sigil sigil_name "
    "sigil_modifiers alias struct quoted_keyword".split()
)
_CONTAINERS = frozenset("list tuple map map_content keywords pair struct block".split())
_OPERATORS = ("++", "--", "<>", "..", "=>", "//", "|", "*", "+", "-")
# Deeper nesting than a person writes: Python's own stack is the limit otherwise.
_MAX_DEPTH = 60
# The functions of a gettext backend whose last argument is the text.
_GETTEXT = frozenset({"gettext", "dgettext", "gettext_noop", "dgettext_noop"})
_Edits = list[tuple[int, int, str]]


class Literals:
    """Reads literals: aliases are written in full, module attributes and local literals put in."""

    def __init__(self, modules: Modules, targets: Targets, findings: Findings) -> None:
        self._modules = modules
        self._targets = targets
        self._findings = findings

    def source(self, frame: Frame, node: Node) -> str | None:
        """Return the source of a literal, None for other expressions."""
        edits: _Edits = []
        if not self._literal(frame, node, edits, 0):
            return None
        text = edited(frame.module, node, edits)
        return f"[{text}]" if node.type == "keywords" else text

    def evaluated(self, frame: Frame, node: Node) -> object:
        """Return the value of an expression as `evaluate` gives it."""
        return evaluate(self._place(frame, node), node)

    def atoms(self, frame: Frame, node: Node) -> tuple[str, ...] | None:
        """Return a list of names (atoms or texts), None for what isn't known to be one."""
        value = self.evaluated(frame, node)
        if not isinstance(value, list):
            return None
        names = [item.name if isinstance(item, Atom) else item for item in value]
        if not all(isinstance(name, str) for name in names):
            return None
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))

    def message(self, frame: Frame, node: Node) -> str | None:
        """Return a text, also that of `gettext("…")`."""
        value = self.evaluated(frame, node)
        if isinstance(value, str):
            return value
        site = call_site(frame.module.file.tree, node)
        if site is None or site.name.rpartition(".")[2] not in _GETTEXT or not site.args:
            return None
        value = self.evaluated(frame, site.args[-1])
        return value if isinstance(value, str) else None

    def _place(self, frame: Frame, node: Node) -> Place:
        module = frame.module
        variables: dict[str, object] = {}
        values = self._modules.attribute_values(module)
        place = Place(module.file, module.name, values, variables, self._called)
        named = {name for name, _ in identifiers(module.file, node)}
        for name, value in frame.variables.items():
            if isinstance(value, Text) and not value.parameter and name in named:
                # Its source means the same anywhere.
                text = ElixirFile("", value.source.encode())
                inner = text.tree.expressions
                here = Place(text, module.name, {}, {}, self._called)
                variables[name] = evaluate(here, inner[0]) if len(inner) == 1 else Unreadable(name)
            elif isinstance(value, Local):
                parts = operator_of(module.file, value.statement, "=")
                if parts is not None and parts[0].type == "identifier":
                    variables[name] = evaluate(place, parts[1])
                elif parts is None and not value.pattern:
                    variables[name] = evaluate(place, value.statement)
        return place

    def _called(self, module: str, function: str, arguments: Sequence[object]) -> object:
        if function == "__schema__" and list(arguments) == [Atom("fields")]:
            fields = self._targets.fields.get(module)
            return Unreadable(module) if fields is None else [Atom(name) for name in fields]
        return self._modules.code.call(module, function, arguments)

    def _literal(self, frame: Frame, node: Node, edits: _Edits, depth: int) -> bool:
        if depth > _MAX_DEPTH or node.has_error:
            return False
        file, kind = frame.module.file, node.type
        written = alias_text(file.tree, node)
        if written is not None:
            edits.append((node.start_byte, node.end_byte, frame.resolve(node, written)))
            return True
        if kind == "identifier":
            value = frame.variables.get(frame.text(node))
            if isinstance(value, Text) and not value.parameter:
                edits.append((node.start_byte, node.end_byte, value.source))
                return True
            return False
        if kind == "unary_operator":
            return self._unary(frame, node, edits, depth)
        if kind == "binary_operator":
            parts = operator_of(file, node, *_OPERATORS)
            return parts is not None and all(
                self._literal(frame, part, edits, depth + 1) for part in parts
            )
        if kind not in _LITERALS or any(c.type == "interpolation" for c in node.children):
            return False
        if kind in _CONTAINERS:
            return all(self._literal(frame, child, edits, depth + 1) for child in expressions(node))
        return True

    def _unary(self, frame: Frame, node: Node, edits: _Edits, depth: int) -> bool:
        text = frame.text(node)
        operand = node.child_by_field_name("operand")
        if operand is None:
            return False
        if text.startswith("-"):
            return self._literal(frame, operand, edits, depth + 1)
        if text.startswith("&"):
            return _remote(frame, operand, edits)
        if not text.startswith("@"):
            return False
        name = text[1:].strip()
        value = frame.module.attribute(name, node.start_byte)
        if value is None:
            known = frame.module.facts.attributes.get(name, Unreadable(name))
            source = written(known) if is_known(known) else None
        else:
            alone = Frame(frame.module, frame.function, {}, frame.depth)
            source = self.source(alone, value) if depth < _MAX_DEPTH // 2 else None
            if source is None or value.type == "binary_operator":
                known = self.evaluated(alone, value)
                source = written(known) if is_known(known) else source
            self._findings.nodes.append((frame.module, value))
            if source is not None and value.type == "binary_operator":
                source = source if source[:1] in '["' else f"({source})"
        if source is None:
            return False
        edits.append((node.start_byte, node.end_byte, source))
        return True


def _remote(frame: Frame, operand: Node, edits: _Edits) -> bool:
    """Whether `&Module.name/1` names a function of another module, which is then in full."""
    parts = operator_of(frame.module.file, operand, "/")
    target = None if parts is None else parts[0]
    if target is not None and target.type == "call":
        target = target.child_by_field_name("target")
    left = None if target is None else target.child_by_field_name("left")
    written_as = None if left is None else alias_text(frame.module.file.tree, left)
    if left is None or written_as is None:
        return False
    full = frame.resolve(left, written_as)
    if full == frame.module.name:
        return False
    edits.append((left.start_byte, left.end_byte, full))
    return True


def options_of(frame: Frame, node: Node) -> dict[str, Node] | None:
    """Return the options of a call by name, None for what is no keyword list."""
    if not is_keywords(node):
        return {} if node.type == "list" and not expressions(node) else None
    found: dict[str, Node] = {}
    for pair in pairs(node):
        key, value = key_text(frame.module.file.tree, pair), pair.child_by_field_name("value")
        if key is None or value is None:
            return None
        found.setdefault(key, value)
    return found


def edited(module: Module, node: Node, edits: Sequence[tuple[int, int, str]]) -> str:
    """Return the text of a node with parts of it replaced."""
    source, start = module.file.tree.source, node.start_byte
    parts: list[str] = []
    for begin, end, text in sorted(edits):
        if begin < start:
            continue
        parts += [source[start:begin].decode("utf-8", "replace"), text]
        start = end
    parts.append(source[start : node.end_byte].decode("utf-8", "replace"))
    return "".join(parts)


def written(value: object) -> str:
    """Return an evaluated value as Elixir source."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, tuple):
        return "{" + ", ".join(map(written, value)) + "}"
    return shown(value)


def is_known(value: object) -> bool:
    """Whether all parts of a value are known."""
    if isinstance(value, Unreadable):
        return False
    if isinstance(value, list | tuple):
        return all(map(is_known, value))
    items = getattr(value, "items", None)
    return all(map(is_known, items)) if isinstance(items, tuple) else True
