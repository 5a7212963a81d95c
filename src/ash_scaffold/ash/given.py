"""The names of relationships: those that somebody has given, and those that are still free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.hints import LegacyAssociation
from ash_scaffold.ash.links import association_id
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.ash.naming import RESERVED, Names, attribute_name
from ash_scaffold.ash.project_state import RelationshipId, ResourceNames, same_relationship
from ash_scaffold.postgres.catalog import Name

# Atoms that Ash's functions take for an answer or an absence: `load(post, nil)`.
_NO_NAMES = frozenset({"nil", "true", "false"})

_Possible = Mapping[RelationshipId, RelationshipKind]


class GivenNames:
    """Keeps the names of all relationships, by the table of their resource; none twice.

    Whoever comes first is heard first, but attributes have their names already.
    """

    def __init__(self, drafts: Mapping[Name, Draft]) -> None:
        self._names = {
            name: Names({a.name for a in draft.by_column.values()} | RESERVED | _NO_NAMES)
            for name, draft in drafts.items()
        }
        self._said: dict[Name, dict[RelationshipId, str]] = {name: {} for name in drafts}
        self._relied_on: set[tuple[Name, RelationshipId]] = set()

    def reserve(self, owner: Name, name: str | None) -> None:
        """Keep a name that the configuration gives from all others."""
        if name is not None:
            self._names[owner].take(name)

    def follow(self, owner: Name, known: ResourceNames, possible: _Possible) -> None:
        """Give the names of a file to those of its relationships that there can be.

        The name of one that is gone is free, unless it is said to be taken.
        """
        names, said = self._names[owner], self._said[owner]
        for each in sorted(known.relationships, key=lambda each: each not in possible):
            name, own = known.relationships[each], same_relationship(each, possible)
            if own is not None and own not in said and names.free(name):
                said[own] = names.take(name)
        for name in sorted(known.taken):
            if names.free(name):
                names.take(name)

    def hint(
        self, owner: Name, associations: Iterable[LegacyAssociation], possible: _Possible
    ) -> None:
        """Take the names of all associations, and use those of relationships that there can be.

        The others are taken too, so that names don't depend on which domains are known yet.
        """
        names, said = self._names[owner], self._said[owner]
        for association in associations:
            own = same_relationship(association_id(association), possible)
            wished = attribute_name(association.name)
            free = names.free(wished)
            if free:
                names.take(wished)
            if association.filtered or own is None or possible[own] is not association.kind:
                continue
            self._relied_on.add((owner, own))
            if own not in said and free:
                said[own] = wished

    def relied_on(self, owner: Name, relationship: RelationshipId) -> bool:
        """Whether the legacy code has an association that is this relationship."""
        return (owner, relationship) in self._relied_on

    def said(self, owner: Name, relationship: RelationshipId) -> str | None:
        """Return the name that somebody has given to a relationship."""
        return self._said[owner].get(relationship)

    def choose(self, owner: Name, relationship: RelationshipId, choices: Sequence[str]) -> str:
        """Return the name that somebody has given, else the first choice that is free."""
        return self.said(owner, relationship) or self.take(owner, *choices)

    def take(self, owner: Name, *choices: str) -> str:
        """Take the first choice that is free."""
        return self._names[owner].take(*map(attribute_name, choices))
