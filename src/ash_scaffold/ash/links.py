"""Foreign keys both ends of which have a resource, and what the relationships over them are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.hints import LegacyAssociation
from ash_scaffold.ash.keys import is_unique
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.ash.project_state import RelationshipId
from ash_scaffold.postgres.catalog import ForeignKey, Name


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key both ends of which have a resource.

    `role` is the name of the belongs_to, `twins` are the names of keys that say the same again.
    """

    key: ForeignKey
    child: Draft
    parent: Draft
    role: str
    own: tuple[str, ...]
    target: tuple[str, ...]
    twins: tuple[str, ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A relationship that the database has no key for, as the key it doesn't have.

    `belongs_to` and `inverse` name its two sides; None for a side that was not asked for. Names
    that the configuration gives come before all others; those of the legacy code (`legacy`) are
    wishes. `one` says that the configuration asks for a has_one.
    """

    key: ForeignKey
    belongs_to: str | None
    inverse: str | None
    legacy: bool = False
    one: bool = False


def belongs_id(link: Link) -> RelationshipId:
    """Return what the belongs_to of a link is."""
    key = link.key
    pairs = zip(key.columns, key.target_columns, strict=True)
    return RelationshipId.of(False, link.parent.name, pairs)


def has_id(link: Link) -> RelationshipId:
    """Return what the other side of a link is."""
    key = link.key
    pairs = zip(key.target_columns, key.columns, strict=True)
    return RelationshipId.of(True, link.child.name, pairs)


def has_kind(link: Link) -> RelationshipKind:
    """Return the kind of a link's other side: has_one where the key can't repeat."""
    unique = is_unique(link.child.table, link.key.columns)
    return RelationshipKind.HAS_ONE if unique else RelationshipKind.HAS_MANY


def join_id(near: Link, far: Link) -> RelationshipId:
    """Return what the many_to_many from one link's parent to the other's is."""
    join = near.child.name
    return RelationshipId(True, far.parent.name, near.key.columns[0], far.key.columns[0], join)


def possible_ids(
    links: Iterable[Link], joins: Mapping[Name, tuple[Link, Link]]
) -> defaultdict[Name, dict[RelationshipId, RelationshipKind]]:
    """Return every relationship that links allow, by owner, and its kind."""
    found: defaultdict[Name, dict[RelationshipId, RelationshipKind]] = defaultdict(dict)
    for link in links:
        found[link.child.name][belongs_id(link)] = RelationshipKind.BELONGS_TO
        found[link.parent.name][has_id(link)] = has_kind(link)
    for first, second in joins.values():
        found[first.parent.name][join_id(first, second)] = RelationshipKind.MANY_TO_MANY
        found[second.parent.name][join_id(second, first)] = RelationshipKind.MANY_TO_MANY
    return found


def through_links(
    links: Iterable[Link], owner: Name, association: LegacyAssociation
) -> tuple[Link, Link] | None:
    """Return the links from a join table to an association's two ends, if there are both."""
    near = far = None
    for link in links:
        if link.child.name != association.through or len(link.own) != 1:
            continue
        column = link.key.columns[0]
        if column == association.through_own and link.parent.name == owner:
            near = link
        if column == association.through_target and link.parent.name == association.table:
            far = link
    return None if near is None or far is None or near is far else (near, far)


def association_id(association: LegacyAssociation) -> RelationshipId:
    """Return what the relationship of an association is."""
    if association.through is not None:
        return RelationshipId(
            True,
            association.table,
            association.through_own,
            association.through_target,
            association.through,
        )
    many = association.kind is not RelationshipKind.BELONGS_TO
    return RelationshipId(many, association.table, association.own, association.target)
