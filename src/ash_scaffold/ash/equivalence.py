"""Equivalence of two values of a DSL option."""

from __future__ import annotations

from collections.abc import Iterable

from ash_scaffold.ash.model import ABSENT, Absent, Attribute, AttributeKind
from ash_scaffold.ash.naming import short_name
from ash_scaffold.term import Atom, Call, Capture, Expr, Keyword, Module, Operator, Term

_NOW = Capture("DateTime", "utc_now", 0)
_UUID = Capture("Ash.UUID", "generate", 0)
# `Ash.Type` names three of its modules otherwise than its short names would have it.
_SHORT = {"UUID": "uuid", "UUIDv7": "uuid_v7", "DateTime": "datetime"}
# Constraints with the value that Ash assumes, whatever the type.
_GRANTED = {"trim?": True, "allow_empty?": False, "nil_items?": False, "remove_nil_items?": False}
_CHAINED = frozenset({"and", "or"})


def same(left: Term | Absent, right: Term | Absent) -> bool:
    """Whether two terms mean the same: keywords in any order, chains however they are nested."""
    return _plain(left) == _plain(right)


def same_constraints(left: Iterable[tuple[str, Term]], right: Iterable[tuple[str, Term]]) -> bool:
    """Whether two lists of type constraints mean the same, with Ash's defaults left out."""
    return _constraints(left) == _constraints(right)


def plain_type(type_: Term) -> Term:
    """Return a type by its short name where Ash has one: `Ash.Type.String` is `:string`."""
    if isinstance(type_, tuple):
        return tuple(plain_type(part) for part in type_)
    if isinstance(type_, Module) and type_.name.startswith("Ash.Type."):
        last = type_.name.removeprefix("Ash.Type.")
        return type_ if "." in last else Atom(_SHORT.get(last) or short_name(last))
    return type_


def default_of(attribute: Attribute) -> Term | Absent:
    """Return the default, that of a short form included; nil is none."""
    if attribute.default is not ABSENT:
        return ABSENT if attribute.default is None else attribute.default
    match attribute.kind:
        case AttributeKind.UUID_PRIMARY_KEY:
            return _UUID
        case AttributeKind.CREATE_TIMESTAMP | AttributeKind.UPDATE_TIMESTAMP:
            return _NOW
        case _:
            return ABSENT


def update_default_of(attribute: Attribute) -> Term | Absent:
    """Return the default on update, that of a short form included; nil is none."""
    if attribute.update_default is not ABSENT:
        return ABSENT if attribute.update_default is None else attribute.update_default
    return _NOW if attribute.kind is AttributeKind.UPDATE_TIMESTAMP else ABSENT


def _constraints(items: Iterable[tuple[str, Term]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in items:
        inner = dict(value.items) if isinstance(value, Keyword) else {} if value == [] else None
        if inner is not None:
            nested = _constraints(inner.items())
            if nested:
                found[name] = nested
        elif name not in _GRANTED or value is not _GRANTED[name]:
            found[name] = _plain(value)
    return found


def _plain(term: Term | Absent) -> object:
    """Return a value that is equal for terms that mean the same."""
    match term:
        case bool():
            # Python takes true for 1.
            return ("bool", term)
        case Keyword(items=items):
            return {name: _plain(value) for name, value in items}
        case Expr(body=body):
            return ("expr", _plain(body))
        case Operator(name=name, operands=operands) if name in _CHAINED:
            return (name, [_plain(operand) for operand in _chain(name, operands)])
        case Operator(name=name, operands=operands):
            return (name, [_plain(operand) for operand in operands])
        case Call(name=name, args=args):
            return (name, [_plain(argument) for argument in args])
        case list() | tuple():
            # An empty list is an empty keyword list.
            return [_plain(item) for item in term] or {}
        case _:
            return term


def _chain(name: str, operands: Iterable[Term]) -> list[Term]:
    found: list[Term] = []
    for operand in operands:
        if isinstance(operand, Operator) and operand.name == name:
            found += _chain(name, operand.operands)
        else:
            found.append(operand)
    return found
