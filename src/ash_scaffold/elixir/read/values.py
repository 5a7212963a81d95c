"""The values and options of DSL entities, as they are written in the source of a module.

Literals, decimals and Ash expressions are read: the counterpart of `syntax.literal` for the
values that `syntax.values` leaves out, because only Ash gives them a meaning (`expr(…)`,
`Decimal.new(…)`). A value that would have to be run is `Unreadable`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.model import ABSENT, Absent, Place
from ash_scaffold.syntax.entities import Entity, body, cells, entity
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import (
    CallSite,
    Tree,
    call_site,
    calls,
    expressions,
    is_keywords,
    key_text,
    module_attribute,
    pairs,
)
from ash_scaffold.syntax.values import Unreadable, Value
from ash_scaffold.term import Atom, Call, Expr, Keyword, Module, Operator, Parent, Ref, Term

_BINARY = frozenset({"and", "or", "==", "!=", "<", "<=", ">", ">=", "in"})
# Deeper nesting than a person writes: Python's own stack is the limit otherwise.
_MAX_DEPTH = 60


class ModuleSource(msgspec.Struct, frozen=True):
    """A module that is read, and the path of its file."""

    tree: Tree
    module: ModuleDefinition
    path: str = ""

    def place(self, call: CallSite) -> Place:
        """Return where a call stands."""
        return Place(self.path, call.span.line)


def statements(where: ModuleSource, section: CallSite) -> Iterator[Entity | None]:
    """Yield the entities and options of a section; None for one that would have to be run."""
    holder = body(where.tree, section)
    for node in holder.statements if holder is not None else ():
        if module_attribute(where.tree, node) is not None:
            continue
        call = call_site(where.tree, node)
        yield None if call is None else entity(where.tree, call)


def entities_of(where: ModuleSource, section: str) -> Iterator[Entity]:
    """Yield the entities and options that all sections of that name hold."""
    for call in calls(where.tree, where.module.body, section):
        if call.body is not None and not call.args:
            for item in statements(where, call):
                if item is not None and item.call.values:
                    yield item


class _NotStaticError(Exception):
    """The value is not known without running the source."""


def read_term(where: ModuleSource, node: Node) -> Value:
    """Return the value of an option, `Unreadable` when any part of it is not static."""
    try:
        return _term(where, node, 0)
    except _NotStaticError:
        return Unreadable(where.tree.text(node))


def _term(where: ModuleSource, node: Node, depth: int) -> Term:
    value = where.module.read(where.tree, node)
    if not isinstance(value, Unreadable):
        return value
    if depth > _MAX_DEPTH:
        raise _NotStaticError
    if is_keywords(node):
        return Keyword(tuple(_pair(where, pair, depth) for pair in pairs(node)))
    if node.type in ("list", "tuple"):
        items = [_term(where, item, depth + 1) for item in expressions(node)]
        return items if node.type == "list" else tuple(items)
    call = call_site(where.tree, node)
    if call is None:
        raise _NotStaticError
    if call.name == "Decimal.new":
        return _decimal(where, call, depth)
    if call.name in ("expr", "Ash.Expr.expr") and len(call.values) == 1:
        return Expr(_expression(where, call.values[0], depth + 1))
    raise _NotStaticError


def _pair(where: ModuleSource, pair: Node, depth: int) -> tuple[str, Term]:
    key, value = key_text(where.tree, pair), pair.child_by_field_name("value")
    if key is None or value is None:
        raise _NotStaticError
    return key, _term(where, value, depth + 1)


def _decimal(where: ModuleSource, call: CallSite, depth: int) -> Decimal:
    """Read `Decimal.new("1.50")`, of an integer, or of sign, coefficient and exponent."""
    match [_term(where, argument, depth + 1) for argument in call.values]:
        case [str() | int() as number] if not isinstance(number, bool):
            try:
                return Decimal(number)
            except InvalidOperation as error:
                raise _NotStaticError from error
        case [int() as sign, int() as coefficient, int() as exponent] if coefficient >= 0:
            digits = tuple(map(int, str(coefficient)))
            return Decimal((0 if sign > 0 else 1, digits, exponent))
        case _:
            raise _NotStaticError


def _expression(where: ModuleSource, node: Node, depth: int) -> Term:
    if depth > _MAX_DEPTH:
        raise _NotStaticError
    if node.type == "block":
        inner = expressions(node)
        if len(inner) != 1:
            raise _NotStaticError
        return _expression(where, inner[0], depth + 1)
    if node.type == "identifier" and where.tree.text(node) != "__MODULE__":
        return Ref(where.tree.text(node))
    if node.type == "binary_operator":
        return _binary(where, node, depth)
    if node.type == "unary_operator" and not where.tree.text(node).startswith("@"):
        return _unary(where, node, depth)
    if node.type == "list" and not is_keywords(node):
        return [_expression(where, item, depth + 1) for item in expressions(node)]
    call = call_site(where.tree, node)
    if call is not None and call.name.isidentifier() and call.body is None:
        return _call(where, call, depth)
    return _term(where, node, depth)


def _binary(where: ModuleSource, node: Node, depth: int) -> Term:
    left, sign, right = (node.child_by_field_name(f) for f in ("left", "operator", "right"))
    if left is None or sign is None or right is None:
        raise _NotStaticError
    name = " ".join(where.tree.text(sign).split())
    negated = name == "not in"
    if name == "in" and left.type == "unary_operator":
        # Elixir reads `not a in b` as `not (a in b)`.
        operator, operand = (left.child_by_field_name(f) for f in ("operator", "operand"))
        if operator is not None and where.tree.text(operator) == "not" and operand is not None:
            left, negated = operand, True
    if name not in _BINARY and not negated:
        return _term(where, node, depth)
    operands = (_expression(where, left, depth + 1), _expression(where, right, depth + 1))
    if negated:
        return Operator("not", (Operator("in", operands),))
    return Operator(name, operands)


def _unary(where: ModuleSource, node: Node, depth: int) -> Term:
    sign, operand = (node.child_by_field_name(f) for f in ("operator", "operand"))
    if sign is None or operand is None:
        raise _NotStaticError
    match where.tree.text(sign):
        case "not" | "!":
            return Operator("not", (_expression(where, operand, depth + 1),))
        case "^":
            return _pinned(where, operand, depth)
        case _:
            return _term(where, node, depth)


def _pinned(where: ModuleSource, node: Node, depth: int) -> Ref:
    """Read `^ref(:name)`; any other pinned value is known at run time only."""
    call = call_site(where.tree, node)
    if call is None or call.name != "ref" or len(call.values) != 1:
        raise _NotStaticError
    value = _term(where, call.values[0], depth + 1)
    name = None if isinstance(value, str | Module) else name_of(value)
    if name is None:
        raise _NotStaticError
    return Ref(name)


def _call(where: ModuleSource, call: CallSite, depth: int) -> Term:
    args = tuple(_expression(where, argument, depth + 1) for argument in call.values)
    if call.name == "parent" and len(args) == 1 and isinstance(args[0], Ref):
        return Parent(args[0].name)
    return Call(call.name, args)


class Options:
    """Reads the options of an entity, and collects the fields that can't be known.

    `known` are the entity's options and `positional` the number of its arguments; a word that is
    no option is a macro, after which no option that is not written is known.
    """

    def __init__(
        self, where: ModuleSource, item: Entity, known: frozenset[str], positional: int
    ) -> None:
        self.unknown: set[str] = set()
        self._where = where
        self._args = item.args[:positional]
        self._nodes: dict[str, tuple[Node, ...]] = {}
        self._open = bool(item.others) or len(item.args) > positional
        for setting in item.settings:
            self._open = self._open or setting.name not in known
            self._nodes.setdefault(setting.name, setting.values)

    @property
    def open(self) -> bool:
        """Whether it may have options that are not visible."""
        return self._open

    def has(self, option: str) -> bool:
        """Whether the option stands there, readable or not."""
        return option in self._nodes

    def argument(self, index: int, field: str = "") -> Term | Absent:
        """Return a positional argument, `ABSENT` when it can't be known."""
        value = read_term(self._where, self._args[index]) if index < len(self._args) else None
        if index < len(self._args) and not isinstance(value, Unreadable):
            return value
        self.unknown.add(field)
        return ABSENT

    def term(self, option: str, field: str = "") -> Term | Absent:
        """Return an option's value, `ABSENT` when it is not written or can't be known."""
        nodes = self._nodes.get(option)
        if nodes is not None and len(nodes) == 1:
            value = read_term(self._where, nodes[0])
            if not isinstance(value, Unreadable):
                return value
        if nodes is not None or self._open:
            self.unknown.add(field or option.rstrip("?"))
        return ABSENT

    def flag(self, option: str, default: bool, field: str = "") -> bool:
        """Return a boolean option."""
        value = self.term(option, field)
        return value if isinstance(value, bool) else default

    def name(self, option: str, default: str, field: str = "") -> str:
        """Return an option that is an atom or a module, by its name; nil and false are none."""
        value = self.term(option, field)
        if isinstance(value, Absent) or value is None or value is False:
            return default
        found = name_of(value)
        if found is None:
            self.unknown.add(field or option)
        return default if found is None else found

    def text(self, option: str, field: str = "") -> str | None:
        """Return an option that is a string."""
        value = self.term(option, field)
        return value if isinstance(value, str) else None

    def keywords(self, option: str) -> tuple[tuple[str, Term], ...]:
        """Return an option that is a keyword list."""
        value = self.term(option)
        return value.items if isinstance(value, Keyword) else ()


def name_of(value: Value | Absent) -> str | None:
    """Return the name that an atom, a module or a string is; None for any other value.

    Atoms that are Elixir's own words (`:nil`, `:true`) are names as well where a name has to be.
    """
    if isinstance(value, Atom | Module):
        return value.name
    if value is None or isinstance(value, bool):
        return {None: "nil", True: "true", False: "false"}[value]
    return value if isinstance(value, str) else None


def argument_name(where: ModuleSource, item: Entity, index: int) -> str:
    """Return the name that a positional argument is, "" when it is none."""
    return name_at(where, item.args[index]) if index < len(item.args) else ""


def option_name(where: ModuleSource, item: Entity, option: str) -> str:
    """Return the name that an option's value is, "" when it is none; nil and false are none."""
    for setting in item.settings:
        if setting.name == option and len(setting.values) == 1:
            value = where.module.read(where.tree, setting.values[0])
            return "" if value is None or value is False else name_of(value) or ""
    return ""


def name_at(where: ModuleSource, node: Node) -> str:
    """Return the name that a node is, "" when it is none."""
    return name_of(where.module.read(where.tree, node)) or ""


def text_pairs(where: ModuleSource, item: Entity) -> tuple[dict[str, str | None], bool]:
    """Return the pairs `name: "text"` of an option, and whether these are all that it holds.

    A text that can't be known is None.
    """
    values = item.call.values
    inside = cells(where.tree, values[0]) if len(values) == 1 else None
    found: dict[str, str | None] = {}
    for cell in inside.cells if inside is not None else ():
        node = cell.node.child_by_field_name("value")
        value = read_term(where, node) if node is not None else None
        if cell.key is not None:
            found.setdefault(cell.key, value if isinstance(value, str) else None)
    return found, inside is not None and all(cell.key is not None for cell in inside.cells)


def names_in(value: Term | Absent) -> tuple[str, ...] | None:
    """Return the names of a list, or of a single one; None for any other value."""
    if isinstance(value, list):
        names = [name_of(item) for item in value]
        return tuple(n for n in names if n is not None) if None not in names else None
    name = None if isinstance(value, Absent) else name_of(value)
    return None if name is None else (name,)
