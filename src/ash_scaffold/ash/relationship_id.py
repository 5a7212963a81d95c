"""The identity of a relationship in the database, and the filter of one over several columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from ash_scaffold.ash.model import Relationship, RelationshipKind
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.term import Expr, Operator, Parent, Ref, Term


class RelationshipId(NamedTuple):
    """The identity of a relationship, whatever its name: its columns and the table it leads to.

    `source` and `destination` are the first pair's columns, `rest` the further pairs of a composite
    key, all in the order of their names; `many` is false for a belongs_to.
    `through` is a many_to_many's join table, and the columns are its own then.
    """

    many: bool
    table: Name
    source: str
    destination: str
    through: Name | None = None
    rest: tuple[tuple[str, str], ...] = ()

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All pairs of columns that it joins."""
        return ((self.source, self.destination), *self.rest)

    @classmethod
    def of(
        cls, many: bool, table: Name, pairs: Iterable[tuple[str, str]], through: Name | None = None
    ) -> RelationshipId:
        """Return the identity of the relationship over pairs of columns, whatever their order."""
        (source, destination), *rest = sorted(pairs)
        return cls(many, table, source, destination, through, tuple(rest))


def same_relationship(
    wanted: RelationshipId, there: Collection[RelationshipId]
) -> RelationshipId | None:
    """Find a relationship among those of its resource.

    An identity with a single pair is that of the only one with that pair.
    """
    # Most are there as they are wanted.
    return wanted if wanted in there else KnownRelationships(there).same(wanted)


class KnownRelationships:
    """Finds those of one resource as `same_relationship` does, without a search for each.

    The resource of a table that all others refer to has as many as there are tables.
    """

    def __init__(self, there: Iterable[RelationshipId] = ()) -> None:
        self._all: set[RelationshipId] = set()
        self._by_pair: dict[tuple[object, ...], list[RelationshipId]] = {}
        for each in there:
            self.add(each)

    def add(self, each: RelationshipId) -> None:
        """Add one to them."""
        if each in self._all:
            return
        self._all.add(each)
        for pair in dict.fromkeys(each.pairs):
            key = (each.many, each.table, each.through, pair)
            self._by_pair.setdefault(key, []).append(each)

    def same(self, wanted: RelationshipId) -> RelationshipId | None:
        """Return the one that is wanted, or is the only one with the single pair of that."""
        if wanted in self._all:
            return wanted
        if wanted.rest:
            return None
        key = (wanted.many, wanted.table, wanted.through, wanted.pairs[0])
        found = self._by_pair.get(key, ())
        return found[0] if len(found) == 1 else None


def relationship_id(
    owner: str,
    relationship: Relationship,
    tables: Mapping[str, Name],
    columns: Mapping[str, Mapping[str, str]],
    *,
    with_filter: bool = True,
) -> RelationshipId | None:
    """Return the identity of a relationship of the resource `owner`.

    `tables` gives the table of a resource and `columns` the column of each of its attributes, both
    by module. None where one that the relationship joins is in neither. Without `with_filter` the
    identity has the first pair of a composite key only.
    """
    table = tables.get(relationship.destination)
    if relationship.kind is RelationshipKind.MANY_TO_MANY:
        through = tables.get(relationship.through or "")
        own = other = columns.get(relationship.through or "", {})
        pairs = [
            (
                relationship.source_attribute_on_join or "",
                relationship.destination_attribute_on_join or "",
            )
        ]
        if through is None:
            return None
    else:
        through = None
        own, other = columns.get(owner, {}), columns.get(relationship.destination, {})
        pairs = [(relationship.source_attribute, relationship.destination_attribute)]
        pairs += filter_pairs(relationship.filter) if with_filter else ()
    if table is None or not all(left in own and right in other for left, right in pairs):
        return None
    many = relationship.kind is not RelationshipKind.BELONGS_TO
    return RelationshipId.of(
        many, table, [(own[left], other[right]) for left, right in pairs], through
    )


def pairs_filter(pairs: Iterable[tuple[str, str]]) -> Expr | None:
    """Return a filter on the pairs of a key after the first: `expr(number == parent(number))`.

    A pair is the source's attribute with the destination's.
    """
    body: Term = None
    for own, other in tuple(pairs)[1:]:
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
    """Whether a filter has nothing but pairs of a composite key."""
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
