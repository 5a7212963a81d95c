"""A has_one that somebody speaks of, where nothing keeps the database from several rows.

Of several rows for a has_one Ash logs a warning and takes any, and means to raise in its next
version (`Ash.Actions.Read.Relationships`). With `from_many? true` it takes the first by `sort`;
which that is nobody but a person can say. So a has_many is generated, and said to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ash_scaffold.ash.hints import LegacyAssociation
from ash_scaffold.ash.links import Asked, Link, association_id, has_id, has_kind
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.problem import Code, Problem, Severity

_TODO = (
    "Make it unique in legacy code, or write a has_one of your own with `sort` and "
    "`from_many? true`: without them Ash warns of every second row and takes any."
)


def several_rows(
    link: Link, name: str, wish: Asked | None, associations: Iterable[LegacyAssociation]
) -> Iterator[Problem]:
    """Give a note for every has_one that is the has_many of this name.

    `wish` is what asked for the link if it is no foreign key, `associations` are the parent's.
    """
    if has_kind(link) is RelationshipKind.HAS_ONE:
        return
    if wish is not None and wish.one:
        yield _note(link, name, f"The configured has_one {wish.inverse}")
    for each in associations:
        one = each.kind is RelationshipKind.HAS_ONE and not each.filtered
        if one and association_id(each) == has_id(link):
            place = f" ({each.path}:{each.line})" if each.path else ""
            yield _note(link, name, f"The Ecto schema's has_one {each.name}{place}")


def _note(link: Link, name: str, called: str) -> Problem:
    child = link.child.name
    columns = ", ".join(f"{child}.{column}" for column in link.key.columns)
    return Problem(
        severity=Severity.NOTE,
        code=Code.NO_RELATIONSHIP,
        where=str(link.parent.name),
        what=f"{called} is the has_many {name}: nothing makes {columns} unique, so that there "
        "may be several rows.",
        todo=_TODO,
    )
