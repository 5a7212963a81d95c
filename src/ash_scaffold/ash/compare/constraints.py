"""Constraints, by their names: one that Ash doesn't know raises instead of giving a field error.

Messages, and the attributes an error lands on, are the team's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ash_scaffold.ash.compare.difference import Difference, Kind
from ash_scaffold.ash.compare.relationships import pair_relationships
from ash_scaffold.ash.compare.same import same
from ash_scaffold.ash.model import (
    ABSENT,
    CheckConstraint,
    ConstraintName,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.ash.stated import Path, ReadResource
from ash_scaffold.term import Atom, Term

_REFERENCE = {
    "on_delete": Kind.ON_DELETE,
    "on_update": Kind.ON_UPDATE,
    "deferrable": Kind.DEFERRABLE,
    "match_type": Kind.MATCH_TYPE,
}


def compare_constraints(wanted: Resource, has: ReadResource) -> Iterator[Difference]:
    """Compare the references of belongs_to, and the constraints that go by their names."""
    own = has.resource
    identities = {identity.index for identity in own.identities}
    planned = {identity.index for identity in wanted.identities}
    indexes_known = all(
        has.knows("identities", each.name, "index") for each in own.identities
    ) and has.knows("identities")
    keys = {reference.foreign_key for reference in own.references}
    yield from _references(wanted, has)
    yield from _names(
        has,
        "unique_index_names",
        wanted.unique_index_names,
        own.unique_index_names,
        identities if indexes_known else {each.name for each in wanted.unique_index_names},
        planned,
    )
    yield from _names(
        has,
        "exclusion_constraint_names",
        wanted.exclusion_constraint_names,
        own.exclusion_constraint_names,
    )
    yield from _names(
        has,
        "foreign_key_names",
        wanted.foreign_key_names,
        own.foreign_key_names,
        keys,
        {name for _, name in _key_names(wanted)},
    )
    yield from _names(has, "check_constraints", wanted.check_constraints, own.check_constraints)


def _names(
    has: ReadResource,
    section: str,
    wanted: Iterable[ConstraintName] | Iterable[CheckConstraint],
    own: Iterable[ConstraintName] | Iterable[CheckConstraint],
    otherwise: Iterable[str] = (),
    real: Iterable[str] = (),
) -> Iterator[Difference]:
    """Compare names; some are known `otherwise`, and some are `real` though not wanted here."""
    left = {each.name: each for each in wanted}
    right = {each.name: each for each in own}
    known = {*right, *otherwise}
    if has.knows(section):
        for name, each in left.items():
            if name not in known:
                yield Difference(
                    kind=Kind.CONSTRAINT_UNKNOWN,
                    path=(section,),
                    object=name,
                    wanted=each,
                    has=ABSENT,
                )
    for name, found in right.items():
        if name not in left and name not in real:
            yield Difference(
                kind=Kind.CONSTRAINT_EXTRA,
                path=(section, name),
                object=name,
                wanted=ABSENT,
                has=found,
            )


def _key_names(wanted: Resource) -> Iterator[tuple[Relationship, str]]:
    """Give the foreign key behind each belongs_to, by its real name."""
    names = {reference.relationship: reference.foreign_key for reference in wanted.references}
    for relationship in wanted.relationships:
        if relationship.kind is RelationshipKind.BELONGS_TO:
            computed = _computed(wanted.table, relationship)
            yield relationship, names.get(relationship.name, computed)


def _computed(table: str, relationship: Relationship) -> str:
    """Return the name that AshPostgres gives to a key by itself."""
    return f"{table}_{relationship.source_attribute}_fkey"


def _references(wanted: Resource, has: ReadResource) -> Iterator[Difference]:
    pairs = pair_relationships(wanted, has)
    said = {reference.relationship: reference for reference in wanted.references}
    stated = {reference.relationship: reference for reference in has.resource.references}
    registered = {each.name for each in has.resource.foreign_key_names}
    for relationship, name in _key_names(wanted):
        found = pairs[relationship.name]
        if found is None or (found.name not in stated and not has.knows("references")):
            continue
        computed = _computed(wanted.table, found)
        nothing = Reference(relationship=found.name, foreign_key=computed)
        reference = stated.get(found.name, nothing)
        path = ("references" if found.name in stated else "relationships", found.name)
        known = has.knows(*path, "name") and has.knows(
            "relationships", found.name, "source_attribute"
        )
        own = reference.name or computed
        if known and own != name and name not in registered and has.knows("foreign_key_names"):
            yield Difference(
                kind=Kind.REFERENCE_NAME,
                path=(*path, "name"),
                object=name,
                wanted=name,
                has=own,
            )
        yield from _options(said.get(relationship.name, nothing), reference, has, path, name)


def _options(
    wanted: Reference, found: Reference, has: ReadResource, path: Path, name: str
) -> Iterator[Difference]:
    for field, kind in _REFERENCE.items():
        left, right = _action(getattr(wanted, field)), _action(getattr(found, field))
        if has.knows(*path, field) and not same(left, right):
            yield Difference(kind=kind, path=(*path, field), object=name, wanted=left, has=right)


def _action(value: Term) -> Term:
    """Return an option's value; what says Ash's default is none."""
    return None if value in (Atom("nothing"), Atom("simple")) or value is False else value
