"""What changeset functions say of constraints otherwise than the resource does."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from ash_scaffold.ash.action_inputs import Fields
from ash_scaffold.ash.changesets import Changeset, Constraint
from ash_scaffold.ash.constraint_messages import ABSENT_KEY, EXCLUDED, INVALID, TAKEN
from ash_scaffold.ash.model import Attribute, RelationshipKind, Resource

# What Ecto says where a call gives no message, and how it names the constraint.
_TEXTS = {
    "unique_constraint": TAKEN,
    "check_constraint": INVALID,
    "exclusion_constraint": EXCLUDED,
    "foreign_key_constraint": ABSENT_KEY,
    "assoc_constraint": ABSENT_KEY,
}
_ENDINGS = {
    "unique_constraint": "index",
    "check_constraint": "check",
    "exclusion_constraint": "exclusion",
    "foreign_key_constraint": "fkey",
    "assoc_constraint": "fkey",
}


class ConstraintMessage(msgspec.Struct, frozen=True):
    """What a function says when a constraint is violated, other than the resource does.

    `field` gets the error.
    """

    constraint: str
    field: str
    message: str


def constraint_messages(
    changeset: Changeset, resource: Resource, fields: Fields
) -> Iterator[ConstraintMessage]:
    """Yield what a function says of constraints otherwise than the resource does."""
    known = _said_by(resource)
    owners = {each.name: each for each in resource.relationships}
    columns = {each.name: each.column for each in resource.attributes}
    done: set[str] = set()
    for step in changeset.steps:
        if not isinstance(step, Constraint) or step.call not in _TEXTS or not step.fields:
            continue
        key = re.search(r"\berror_key: :(\w+)", step.options)
        first = key[1] if key else step.fields[0]
        attribute = fields.get(first)
        told = attribute.name if isinstance(attribute, Attribute) else first
        names = [fields.column(each) for each in step.fields]
        if step.call == "assoc_constraint":
            own = owners.get(step.fields[0])
            if own is None:
                continue
            names = [columns.get(own.source_attribute, own.source_attribute)]
        ending = _ENDINGS[step.call]
        used = names if ending == "index" else names[:1]
        name = step.name or "_".join((resource.table, *used, ending))
        said = (told, step.message or _TEXTS[step.call])
        for each, by_resource in known.items():
            if _is_meant(each, name, step.options) and by_resource != said and each not in done:
                done.add(each)
                yield ConstraintMessage(each, *said)


def _is_meant(constraint: str, name: str, options: str) -> bool:
    """Whether a call that has this name speaks of a constraint."""
    match = re.search(r"\bmatch: :(\w+)", options)
    if match is None or match[1] == "exact":
        return constraint == name
    return constraint.endswith(name) if match[1] == "suffix" else constraint.startswith(name)


def _said_by(resource: Resource) -> dict[str, tuple[str, str]]:
    """Return field and text of the error for each constraint of a resource, by its name.

    Of several fields it is all of them in one text, which no single field equals.
    """
    found: dict[str, tuple[str, str]] = {}
    for identity in resource.identities:
        fields = identity.field_names or identity.keys
        found[identity.index] = (", ".join(fields), identity.message or TAKEN)
    for check in resource.check_constraints:
        found[check.name] = (", ".join(check.attributes), check.message)
    for text, names in (
        (TAKEN, resource.unique_index_names),
        (EXCLUDED, resource.exclusion_constraint_names),
    ):
        for each in names:
            found[each.name] = (", ".join(each.attributes), each.message or text)
    # What Ash derives the name of has its text, whatever a resource registers.
    for relationship in resource.relationships:
        if relationship.kind is RelationshipKind.BELONGS_TO:
            for _, name in relationship.foreign_keys:
                found[name] = (relationship.source_attribute, ABSENT_KEY)
    for each in resource.foreign_key_names:
        found[each.name] = (each.attributes[0], each.message or ABSENT_KEY)
    return found
