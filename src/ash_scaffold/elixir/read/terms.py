"""Values of DSL options: literals, decimals and Ash expressions.

The counterpart of `syntax.literal` for what `syntax.values` leaves out, because only Ash gives it
a meaning: `expr(…)` and `Decimal.new(…)`. Whatever else would have to be run is `Unreadable`.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from tree_sitter import Node

from ash_scaffold.elixir.read.scope import Scope
from ash_scaffold.syntax.parse import CallSite, call_site, expressions, is_keywords, key_text, pairs
from ash_scaffold.syntax.values import Unreadable, Value
from ash_scaffold.term import Atom, Call, Expr, Keyword, Operator, Parent, Ref, Term

_BINARY = frozenset({"and", "or", "==", "!=", "<", "<=", ">", ">=", "in"})
# Atoms that have a value of their own.
_WORDS: dict[Term, str] = {None: "nil", True: "true", False: "false"}
# Deeper nesting than a person writes: Python's own stack is the limit otherwise.
_MAX_DEPTH = 60


class _NotStaticError(Exception):
    """The value is not known without running the source."""


def read_term(where: Scope, node: Node) -> Value:
    """Return the value of an option, `Unreadable` when any part of it is not static."""
    try:
        return _term(where, node, 0)
    except _NotStaticError:
        return Unreadable(where.tree.text(node))


def _term(where: Scope, node: Node, depth: int) -> Term:
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


def _pair(where: Scope, pair: Node, depth: int) -> tuple[str, Term]:
    key, value = key_text(where.tree, pair), pair.child_by_field_name("value")
    if key is None or value is None:
        raise _NotStaticError
    return key, _term(where, value, depth + 1)


def _decimal(where: Scope, call: CallSite, depth: int) -> Decimal:
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


def _expression(where: Scope, node: Node, depth: int) -> Term:
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


def _binary(where: Scope, node: Node, depth: int) -> Term:
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


def _unary(where: Scope, node: Node, depth: int) -> Term:
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


def _pinned(where: Scope, node: Node, depth: int) -> Ref:
    """Read `^ref(:name)`; any other pinned value is known at run time only."""
    call = call_site(where.tree, node)
    if call is None or call.name != "ref" or len(call.values) != 1:
        raise _NotStaticError
    value = _term(where, call.values[0], depth + 1)
    if isinstance(value, Atom):
        return Ref(value.name)
    if value is None or isinstance(value, bool):
        return Ref(_WORDS[value])
    raise _NotStaticError


def _call(where: Scope, call: CallSite, depth: int) -> Term:
    args = tuple(_expression(where, argument, depth + 1) for argument in call.values)
    if call.name == "parent" and len(args) == 1 and isinstance(args[0], Ref):
        return Parent(args[0].name)
    return Call(call.name, args)
