"""Keys both ends of which have a resource, join tables, and the identities of relationships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.hints import Legacy, LegacyAssociation
from ash_scaffold.ash.keys import is_unique, telling_pair
from ash_scaffold.ash.model import ABSENT, Attribute, AttributeKind, RelationshipKind
from ash_scaffold.ash.naming import singular_name, underscore
from ash_scaffold.ash.relationship_id import RelationshipId
from ash_scaffold.ash.types import ASH_FAMILIES, Family
from ash_scaffold.ash.virtual_keys import VirtualKey
from ash_scaffold.postgres.catalog import ForeignKey, Name
from ash_scaffold.problem import Code, Problem


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key both ends of which have a resource.

    `role` is the name of the belongs_to; `own` and `target` are the attributes of its columns, of
    several pairs first the one that tells which row it is, whose columns are `telling`. `virtual`
    is the key's entry where the database has none.
    """

    key: ForeignKey
    child: Draft
    parent: Draft
    role: str
    own: tuple[str, ...]
    target: tuple[str, ...]
    telling: tuple[str, str]
    virtual: VirtualKey | None = None

    @property
    def id(self) -> tuple[Name, str]:
        """The table and the name of its key."""
        return self.key.table, self.key.name

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of attributes that a relationship has to compare by itself.

        Ash compares the tenants of two resources. What is unique by itself is one tenant's, so
        that nothing more is to be said; else the rows of all tenants would match, where an action
        is for all of them.
        """
        both = tuple(zip(self.own, self.target, strict=True))
        tenants = self.child.tenant, self.parent.tenant
        if tenants not in both or not is_unique(self.parent.table, (self.telling[1],)):
            return both
        return tuple(pair for pair in both if pair != tenants)

    @property
    def is_plain(self) -> bool:
        """Whether a single pair of attributes is all that relates its rows."""
        return len(self.pairs) == 1

    @property
    def has_belongs_to(self) -> bool:
        """Whether its own side is to have a relationship."""
        return self.virtual is None or self.virtual.belongs_to is not None

    @property
    def has_inverse(self) -> bool:
        """Whether its other side is to have a relationship."""
        return self.virtual is None or self.virtual.inverse is not None

    @property
    def configured_names(self) -> tuple[str | None, str | None]:
        """The names that the configuration gives to the belongs_to and to the other side."""
        if self.virtual is None or self.virtual.legacy:
            return None, None
        return self.virtual.belongs_to, self.virtual.inverse


def belongs_id(link: Link) -> RelationshipId:
    """Return the identity of the belongs_to of a link."""
    key = link.key
    pairs = zip(key.columns, key.target_columns, strict=True)
    return RelationshipId.of(False, link.parent.name, pairs)


def has_id(link: Link) -> RelationshipId:
    """Return the identity of the other side of a link."""
    key = link.key
    pairs = zip(key.target_columns, key.columns, strict=True)
    return RelationshipId.of(True, link.child.name, pairs)


def has_kind(link: Link) -> RelationshipKind:
    """Return the kind of a link's other side: has_one where the key can't repeat."""
    unique = is_unique(link.child.table, link.key.columns)
    return RelationshipKind.HAS_ONE if unique else RelationshipKind.HAS_MANY


def join_id(near: Link, far: Link) -> RelationshipId:
    """Return the identity of the many_to_many from one link's parent to the other's."""
    join = near.child.name
    return RelationshipId(True, far.parent.name, near.telling[0], far.telling[0], join)


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
        if link.child.name != association.through or not link.is_plain:
            continue
        column = link.telling[0]
        if column == association.through_own and link.parent.name == owner:
            near = link
        if column == association.through_target and link.parent.name == association.table:
            far = link
    return None if near is None or far is None or near is far else (near, far)


def association_id(association: LegacyAssociation) -> RelationshipId:
    """Return the identity of the relationship of an association."""
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


def link_keys(
    drafts: Mapping[Name, Draft], virtual_keys: Iterable[VirtualKey]
) -> tuple[list[Link], list[Problem]]:
    """Link the keys whose two ends have a resource; one of several over the same columns.

    The links are by table, then by column. Gives a problem for every key that can't be a
    relationship.
    """
    virtual = {(each.key.table, each.key.name): each for each in virtual_keys}
    own = [key for draft in drafts.values() for key in draft.table.foreign_keys]
    alike: dict[tuple[object, ...], list[ForeignKey]] = defaultdict(list)
    for key in (*own, *(each.key for each in virtual.values())):
        pairs = frozenset(zip(key.columns, key.target_columns, strict=True))
        alike[key.table, pairs, key.target].append(key)
    links: list[Link] = []
    problems: list[Problem] = []
    for group in alike.values():
        key = min(group, key=lambda key: key.name)
        if key.target not in drafts:
            continue
        reason = _obstacle(key, drafts[key.table], drafts[key.target])
        if reason:
            problems.append(_refused(key, virtual.get((key.table, key.name)), reason))
        else:
            links.append(_link(key, virtual.get((key.table, key.name)), drafts))
    position = {
        name: {column.name: index for index, column in enumerate(draft.table.columns)}
        for name, draft in drafts.items()
    }
    links.sort(key=lambda k: (k.key.table, position[k.key.table][k.key.columns[0]], k.key.name))
    return links, problems


def _obstacle(key: ForeignKey, child: Draft, parent: Draft) -> str:
    """Return why a key can't be a relationship, empty where it can."""
    own, target = child.attributes_of(key.columns), parent.attributes_of(key.target_columns)
    if len(own) < len(key.columns) or len(target) < len(key.target_columns):
        return "a column of it has no attribute"
    for left, right in zip(key.columns, key.target_columns, strict=True):
        if child.columns.mapped[left].storage != parent.columns.mapped[right].storage:
            return f"{left} and {right} have types that Ash can't compare"
    telling = telling_pair(key, child.table, parent.table, child.tenant_column).place
    if "false" in (own[telling], target[telling]):
        return "Ash takes an attribute named false for none"
    return "a temporal key relates periods, not values" if key.period else ""


def _link(key: ForeignKey, virtual: VirtualKey | None, drafts: Mapping[Name, Draft]) -> Link:
    child, parent = drafts[key.table], drafts[key.target]
    telling = telling_pair(key, child.table, parent.table, child.tenant_column)
    own = _with_first(child.attributes_of(key.columns), telling.place)
    return Link(
        key=key,
        child=child,
        parent=parent,
        role=_role(key, own[0], by_column=telling.alone),
        own=own,
        target=_with_first(parent.attributes_of(key.target_columns), telling.place),
        telling=(key.columns[telling.place], key.target_columns[telling.place]),
        virtual=virtual,
    )


def _with_first(attributes: tuple[str, ...], place: int) -> tuple[str, ...]:
    return (attributes[place], *attributes[:place], *attributes[place + 1 :])


def _role(key: ForeignKey, attribute: str, *, by_column: bool) -> str:
    """Name the belongs_to: the column without `_id`, else the target table."""
    if by_column:
        for suffix in ("_id", "_uuid", "_fk"):
            if attribute.endswith(suffix) and len(attribute) > len(suffix):
                return attribute[: -len(suffix)]
    return singular_name(underscore(key.target.name))


def _refused(key: ForeignKey, virtual: VirtualKey | None, reason: str) -> Problem:
    called = f"The foreign key {key.name}"
    if virtual is not None and virtual.legacy:
        called = f"The association from {key.columns[0]} to {key.target}"
    return Code.NO_RELATIONSHIP.at(
        str(key.table),
        f"{called} gives no relationship: {reason}.",
        todo="Load the other side by a query of your own.",
    )


_SHORT_FORMS = frozenset(set(AttributeKind) - {AttributeKind.ATTRIBUTE})


def _is_bookkeeping(attribute: Attribute) -> bool:
    """Whether a join table's column is no part of the join.

    Such are a surrogate key, and a timestamp that no client has to set.
    """
    if attribute.primary_key or attribute.kind in _SHORT_FORMS:
        return attribute.generated or attribute.kind in _SHORT_FORMS
    datetime = ASH_FAMILIES.get(attribute.type) is Family.DATETIME
    return datetime and (attribute.generated or attribute.update_default is not ABSENT)


def pure_joins(
    drafts: Mapping[Name, Draft], links: Iterable[Link]
) -> dict[Name, tuple[Link, Link]]:
    """Return the tables with nothing in them but two keys and bookkeeping, by name.

    The column of the tenant is no more than that, with its key.
    """
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
    tenant = (draft.tenant_column,) if draft.tenant_column is not None else ()
    if len(links) != 2:
        links = [link for link in links if link.key.columns != tenant]
    if len(links) != 2 or draft.is_view:
        return None
    first, second = links
    if not (first.is_plain and second.is_plain) or first.own[0] == second.own[0]:
        return None
    pair = (first.telling[0], second.telling[0], *tenant)
    rest = [a for column, a in draft.by_column.items() if column not in pair]
    # What a person took out of the resource is judged as if it were there.
    removed = draft.columns.removed
    if any(column.name not in removed for column in draft.columns.dropped):
        return None
    if not all(each is not None and _is_bookkeeping(each) for each in (*rest, *removed.values())):
        return None
    if not is_unique(draft.table, pair):
        return None
    if any(is_unique(draft.table, (link.telling[0], *tenant)) for link in links):
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
