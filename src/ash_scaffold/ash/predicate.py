"""SQL conditions, as `pg_get_expr` writes them, as Ash expressions.

sqlglot parses them, but for the test of a column for NULL, which is what most partial indexes have:
the library takes longer to load than a small database to read. A condition all of whose parts have
a counterpart in Ash is translated; any other becomes one `fragment`: PostgreSQL's own text, with
its columns as parameters. Nothing is guessed: what neither can express is an
`UntranslatableError`, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.ash.model import ABSENT, Absent
from ash_scaffold.ash.type_mapper import Mapped
from ash_scaffold.ash.types import Family
from ash_scaffold.postgres.sql import read_array, unquote_identifier
from ash_scaffold.term import Call, Expr, Operator, Ref, Term

if TYPE_CHECKING:
    from sqlglot.expressions import Expr as Node

_NULL_TEST = re.compile(
    r"""\((?P<column>[a-z_][a-z0-9_$]*|"(?:[^"]|"")+") IS (?P<not>NOT )?NULL\)\Z"""
)
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LITERAL_FAMILIES = frozenset(
    {Family.STRING, Family.INTEGER, Family.FLOAT, Family.DECIMAL, Family.ENUM, Family.BOOLEAN}
)


class Operand(msgspec.Struct, frozen=True):
    """An attribute that a predicate may refer to: its name and what its column maps to."""

    name: str
    mapped: Mapped


class UntranslatableError(Exception):
    """A part of a condition that no Ash expression can express."""


class _NoCounterpartError(Exception):
    """A part of a condition that Ash has no expression of its own for."""


def translate(sql: str, operands: Mapping[str, Operand]) -> Expr:
    """Translate a condition over columns, given by name. Raises `UntranslatableError`."""
    test = _NULL_TEST.match(sql)
    operand = None if test is None else operands.get(unquote_identifier(test["column"]))
    if test is not None and operand is not None:
        return Expr(_null_test(operand, negated=test["not"] is not None))
    tree = _parse(sql)
    try:
        return Expr(_Translator(operands).condition(tree))
    except _NoCounterpartError:
        return Expr(_fragment(sql, tree, operands))


def listed_values(sql: str, column: str) -> tuple[str, ...] | None:
    """Return the strings that a check allows in a column, None when it does anything else."""
    from sqlglot import exp

    try:
        tree = _bare(_parse(sql))
    except UntranslatableError:
        return None
    parts = [tree] if not isinstance(tree, exp.Or) else list(tree.flatten())
    values: list[str] = []
    for part in map(_bare, parts):
        if isinstance(part, exp.EQ):
            left, items = _bare(part.this), _any_items(part.expression) or [part.expression]
        elif isinstance(part, exp.In):
            left, items = _bare(part.this), part.expressions
        else:
            return None
        texts = [_text(item) for item in items]
        if not isinstance(left, exp.Column) or left.name != column or None in texts:
            return None
        values += [text for text in texts if text is not None]
    return tuple(dict.fromkeys(values)) or None


@lru_cache(maxsize=10_000)
def _parse(sql: str) -> Node:
    """Parse a condition; the tree is shared by all that read the same text (2 ms a parse)."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        return sqlglot.parse_one(sql, dialect="postgres")
    except (SqlglotError, RecursionError) as error:
        raise UntranslatableError("it can't be parsed") from error


def _bare(node: Node) -> Node:
    """Strip parentheses and casts, which `pg_get_expr` adds to name types."""
    from sqlglot import exp

    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def _text(node: Node) -> str | None:
    """Return the text of a constant, cast or not; None for anything else."""
    from sqlglot import exp

    node = _bare(node)
    if isinstance(node, exp.Literal):
        return str(node.this)
    if isinstance(node, exp.Boolean):
        return "true" if node.this else "false"
    if isinstance(node, exp.Neg):
        inner = _text(node.this)
        return None if inner is None else f"-{inner}"
    return None


def _any_items(node: Node) -> list[Node] | None:
    """Return the items of `ANY (ARRAY[…])` or `ANY ('{…}')`; None for anything else."""
    from sqlglot import exp

    node = _bare(node)
    if not isinstance(node, exp.Any):
        return None
    array = _bare(node.this)
    if isinstance(array, exp.Array):
        return list(array.expressions)
    text = _text(array)
    items = read_array(text) if text is not None else None
    if items is None or None in items:
        return None
    return [exp.Literal.string(item) for item in items if item is not None]


class _Translator:
    def __init__(self, operands: Mapping[str, Operand]) -> None:
        self._operands = operands

    def condition(self, node: Node) -> Term:
        """Translate what is true or false."""
        from sqlglot import exp

        node = _unparenthesised(node)
        match node:
            case exp.And() | exp.Or():
                name = "and" if isinstance(node, exp.And) else "or"
                return Operator(name, (self.condition(node.left), self.condition(node.right)))
            case exp.Not():
                if isinstance(_unparenthesised(node.this), exp.Is) and _is_boolean(node.this):
                    raise _NoCounterpartError
                return _not(self.condition(node.this))
            case exp.Is():
                return self._is(node)
            case exp.In():
                return self._in(node.this, list(node.expressions))
            case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                return self._comparison(node)
            case exp.Column():
                operand = self._operand(node)
                if operand is not None and operand.mapped.family is Family.BOOLEAN:
                    return Ref(operand.name)
            case exp.Boolean():
                return bool(node.this)
        raise _NoCounterpartError

    def _operand(self, node: Node) -> Operand | None:
        from sqlglot import exp

        column = _bare(node)
        if not isinstance(column, exp.Column) or column.table:
            return None
        operand = self._operands.get(column.name)
        if operand is None or not isinstance(_unparenthesised(node), exp.Cast):
            return operand
        # `(state)::text = 'x'` compares what the attribute compares; other casts change the value.
        # So does one of citext, which then heeds case, of char(n), and of an enum that is ordered.
        ordered = isinstance(node.parent, exp.LT | exp.LTE | exp.GT | exp.GTE)
        textual = operand.mapped.storage == "string" or (
            operand.mapped.family is Family.ENUM and not ordered
        )
        return operand if textual and _casts_to_text(node) else None

    def _is(self, node: Node) -> Term:
        from sqlglot import exp

        operand, value = self._operand(node.this), _bare(node.expression)
        if operand is None:
            raise _NoCounterpartError
        negated = bool(node.args.get("negate"))
        if isinstance(value, exp.Null):
            return _null_test(operand, negated=negated)
        if (
            isinstance(value, exp.Boolean)
            and not negated
            and operand.mapped.family is Family.BOOLEAN
        ):
            return Operator("==", (Ref(operand.name), bool(value.this)))
        raise _NoCounterpartError

    def _in(self, left: Node, items: list[Node]) -> Term:
        operand = self._operand(left)
        values = [] if operand is None else [self._value(item, operand) for item in items]
        if operand is None or not items or any(isinstance(v, Absent) for v in values):
            raise _NoCounterpartError
        return Operator("in", (Ref(operand.name), [v for v in values if not isinstance(v, Absent)]))

    def _comparison(self, node: Node) -> Term:
        from sqlglot import exp

        names: dict[type[exp.Expr], str] = {
            exp.EQ: "==",
            exp.NEQ: "!=",
            exp.LT: "<",
            exp.LTE: "<=",
            exp.GT: ">",
            exp.GTE: ">=",
        }
        name = names[type(node)]
        items = _any_items(node.expression)
        if items is not None and name == "==":
            return self._in(node.this, items)
        left, right = self._operand(node.this), self._operand(node.expression)
        if left is not None and right is not None:
            if left.mapped.storage == right.mapped.storage:
                return Operator(name, (Ref(left.name), Ref(right.name)))
            raise _NoCounterpartError
        if left is None and right is not None:
            value = self._value(node.this, right)
            if not isinstance(value, Absent):
                return Operator(_FLIPPED[name], (Ref(right.name), value))
        if left is not None:
            value = self._value(node.expression, left)
            if not isinstance(value, Absent):
                return Operator(name, (Ref(left.name), value))
        raise _NoCounterpartError

    def _value(self, node: Node, operand: Operand) -> Term | Absent:
        """Return the value of a constant for an attribute; `ABSENT` when there is none."""
        text = _text(node)
        mapped = operand.mapped
        if text is None or mapped.is_array or mapped.family not in _LITERAL_FAMILIES:
            return ABSENT
        match mapped.family:
            case Family.ENUM:
                return mapped.labels.get(text, ABSENT)
            case Family.BOOLEAN:
                return {"true": True, "false": False}.get(text, ABSENT)
            case Family.INTEGER:
                return int(text) if re.fullmatch(r"-?\d+", text) else ABSENT
            case Family.FLOAT:
                return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else ABSENT
            case Family.DECIMAL:
                return _number(text)
            case _:
                return text


def _fragment(sql: str, tree: Node, operands: Mapping[str, Operand]) -> Term:
    """Hand the condition to PostgreSQL as it is, its columns as parameters of the fragment."""
    from sqlglot import exp

    if "?" in sql:
        raise UntranslatableError("a `?` in SQL can't be told from a fragment's parameter")
    if tree.find(exp.Subquery, exp.Select):
        raise UntranslatableError("it has a subquery")
    spans: list[tuple[int, int, str]] = []
    for column in tree.find_all(exp.Column):
        operand = operands.get(column.name)
        if operand is None or column.table:
            raise UntranslatableError(f"the column {column.name} has no attribute")
        start, end = column.this.meta.get("start"), column.this.meta.get("end")
        if start is None or sql[start : end + 1].strip('"').replace('""', '"') != column.name:
            raise UntranslatableError("its columns can't be located")
        spans.append((start, end + 1, operand.name))
    if not spans:
        raise UntranslatableError("it refers to no column")
    text, position = "", 0
    for start, end, _ in sorted(spans):
        text += sql[position:start] + "?"
        position = end
    return Call("fragment", (text + sql[position:], *(Ref(name) for *_, name in sorted(spans))))


def _unparenthesised(node: Node) -> Node:
    from sqlglot import exp

    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.BOOLEAN:
        return node.this if isinstance(node.this, exp.Boolean | exp.Column) else node
    return node


def _is_boolean(node: Node) -> bool:
    """Whether it is `IS TRUE` or `IS FALSE`, whose negation holds for NULL too."""
    from sqlglot import exp

    return isinstance(_bare(_unparenthesised(node).args["expression"]), exp.Boolean)


def _casts_to_text(node: Node) -> bool:
    from sqlglot import exp

    node = _unparenthesised(node)
    while isinstance(node, exp.Cast):
        plain = node.to.this in (exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR)
        if not plain or node.to.expressions:
            return False
        node = _unparenthesised(node.this)
    return True


def _null_test(operand: Operand, *, negated: bool) -> Term:
    found = Call("is_nil", (Ref(operand.name),))
    return Operator("not", (found,)) if negated else found


def _not(term: Term) -> Term:
    if isinstance(term, Operator) and term.name in _NEGATED:
        return Operator(_NEGATED[term.name], term.operands)
    if isinstance(term, Operator) and term.name == "not":
        return term.operands[0]
    return Operator("not", (term,))


def _number(text: str) -> int | Decimal | Absent:
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return Decimal(text) if re.fullmatch(r"-?\d+\.\d+", text) else ABSENT
