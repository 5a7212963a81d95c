"""The options of associations that choose and sort rows: `where` and `preload_order`."""

from __future__ import annotations

from collections.abc import Mapping

from ash_scaffold.ash.hints import Comparison, Condition, ListDefault, UnreadDefault
from ash_scaffold.legacy.defaults import as_default
from ash_scaffold.legacy.evaluate import Pairs
from ash_scaffold.term import Atom

# Ecto's directions as Ash's; of those that name no place for NULL both have PostgreSQL's.
_DIRECTIONS: Mapping[str, str] = {
    "asc": "asc",
    "asc_nulls_last": "asc_nils_last",
    "asc_nulls_first": "asc_nils_first",
    "desc": "desc",
    "desc_nulls_last": "desc_nils_last",
    "desc_nulls_first": "desc_nils_first",
}


def conditions(where: object) -> tuple[Condition, ...]:
    """Return the conditions of a `where`, on fields; none when one of them can't be read.

    The forms are those of `Ecto.Association`: a value, nil, `{:not, nil}`, `{:in, list}`; a
    `{:fragment, sql}` is SQL.
    """
    if not isinstance(where, Pairs):
        return ()
    found = [_condition(name, value) for name, value in where.items]
    return tuple(each for each in found if each is not None) if None not in found else ()


def _condition(column: str, value: object) -> Condition | None:
    match value:
        case None:
            return Condition(column=column, test=Comparison.NULL)
        case (Atom(name="not"), None):
            return Condition(column=column, test=Comparison.NOT_NULL)
        case (Atom(name="in"), list() as other):
            test, value = Comparison.IN, other
        case tuple():
            return None
        case _:
            test = Comparison.IS
    read = as_default(value)
    if isinstance(read, UnreadDefault) or (test is Comparison.IN) is not isinstance(
        read, ListDefault
    ):
        return None
    return Condition(column=column, test=test, value=read)


def preload_order(value: object) -> tuple[tuple[str, str], ...] | None:
    """Return fields and directions, `None` for what only running the code would show."""
    if value is None or value == []:
        return ()
    if isinstance(value, Pairs):
        items: list[object] = [(Atom(order), field) for order, field in value.items]
    elif isinstance(value, list):
        items = value
    else:
        return None
    found: list[tuple[str, str]] = []
    for item in items:
        match item:
            case Atom(name=name):
                found.append((name, "asc"))
            case (Atom(name=order), Atom(name=name)) if order in _DIRECTIONS:
                found.append((name, _DIRECTIONS[order]))
            case _:
                return None
    return tuple(found)
