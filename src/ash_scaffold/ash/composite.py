"""The pairs of a composite key after the first, which a relationship says in its filter."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.term import Expr, Operator, Parent, Ref, Term


def pairs_filter(left: tuple[str, ...], right: tuple[str, ...]) -> Expr | None:
    """Say the pairs of a composite key after the first: `expr(number == parent(number))`."""
    body: Term = None
    for own, other in zip(left[1:], right[1:], strict=True):
        pair = Operator("==", (Ref(other), Parent(own)))
        body = pair if body is None else Operator("and", (body, pair))
    return None if body is None else Expr(body)


def filter_pairs(filter_: Expr | None) -> tuple[tuple[str, str], ...]:
    """Return the pairs `(own attribute, the other side's)` that a filter demands to be equal."""
    if filter_ is None:
        return ()
    pairs = (_pair(term) for term in _conjuncts(filter_.body))
    return tuple(pair for pair in pairs if pair is not None)


def follows_a_key(filter_: Expr | None) -> bool:
    """Whether a filter says nothing but pairs of a composite key."""
    if filter_ is None:
        return True
    return all(_pair(term) is not None for term in _conjuncts(filter_.body))


def _conjuncts(term: Term) -> Iterator[Term]:
    if isinstance(term, Operator) and term.name == "and":
        for operand in term.operands:
            yield from _conjuncts(operand)
    else:
        yield term


def _pair(term: Term) -> tuple[str, str] | None:
    match term:
        case Operator(name="==", operands=(Ref(name=other), Parent(name=own))):
            return own, other
        case Operator(name="==", operands=(Parent(name=own), Ref(name=other))):
            return own, other
        case _:
            return None
