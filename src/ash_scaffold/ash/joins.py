"""Tables that join two others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.hints import Legacy
from ash_scaffold.ash.keys import is_unique
from ash_scaffold.ash.links import Link, through_links
from ash_scaffold.ash.model import ABSENT, Attribute, AttributeKind
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.term import Atom, Module

_DATETIMES = (
    Atom("utc_datetime"),
    Atom("utc_datetime_usec"),
    Atom("naive_datetime"),
    Module("AshPostgres.Timestamptz"),
    Module("AshPostgres.TimestamptzUsec"),
)
_SHORT_FORMS = frozenset(set(AttributeKind) - {AttributeKind.ATTRIBUTE})


def _is_bookkeeping(attribute: Attribute) -> bool:
    """Whether a join table's column says nothing of the join.

    Such are a surrogate key, and a timestamp that nobody has to give.
    """
    if attribute.primary_key or attribute.kind in _SHORT_FORMS:
        return attribute.generated or attribute.kind in _SHORT_FORMS
    datetime = attribute.type in _DATETIMES
    return datetime and (attribute.generated or attribute.update_default is not ABSENT)


def pure_joins(
    drafts: Mapping[Name, Draft], links: Iterable[Link]
) -> dict[Name, tuple[Link, Link]]:
    """Return the tables with nothing in them but two keys and bookkeeping, by name."""
    by_child: dict[Name, list[Link]] = defaultdict(list)
    for link in links:
        by_child[link.child.name].append(link)
    found = {}
    for name, own in by_child.items():
        pair = _join_pair(drafts[name], own)
        if pair is not None:
            found[name] = pair
    return found


def _join_pair(draft: Draft, links: list[Link]) -> tuple[Link, Link] | None:
    if len(links) != 2 or draft.is_view:
        return None
    first, second = links
    if len(first.own) != 1 or len(second.own) != 1 or first.own == second.own:
        return None
    pair = (*first.key.columns, *second.key.columns)
    rest = [a for column, a in draft.by_column.items() if column not in pair]
    # What a person took out of the resource is judged as if it were there.
    removed = draft.columns.removed
    if any(column.name not in removed for column in draft.columns.dropped):
        return None
    if not all(each is not None and _is_bookkeeping(each) for each in (*rest, *removed.values())):
        return None
    if not is_unique(draft.table, pair):
        return None
    if is_unique(draft.table, first.key.columns) or is_unique(draft.table, second.key.columns):
        return None
    return first, second


def rich_joins(
    links: Sequence[Link], pure: Mapping[Name, object], drafts: Iterable[Name], legacy: Legacy
) -> Iterator[tuple[Name, Link, Link]]:
    """Give what the legacy code joins through tables that hold more than the join, by owner."""
    for name in drafts:
        for association in legacy.associations(name):
            through = association.through
            if through is None or through in pure or association.filtered:
                continue
            ends = through_links(links, name, association)
            if ends is not None:
                yield name, *ends
