"""Which foreign keys, and keys that are only asked for, relationships can be made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.links import Asked, Link
from ash_scaffold.ash.naming import singular_name, underscore
from ash_scaffold.postgres.catalog import ForeignKey, Name
from ash_scaffold.problem import Code, Problem, Severity


def link_keys(
    drafts: Mapping[Name, Draft], wishes: Mapping[tuple[Name, str], Asked]
) -> tuple[list[Link], list[Problem]]:
    """Link the keys whose two ends have a resource; keys that say the same once.

    `wishes` are the keys that are asked for, by table and name. Gives a problem for every key
    that can't be a relationship.
    """
    own = [key for draft in drafts.values() for key in draft.table.foreign_keys]
    alike: dict[tuple[object, ...], list[ForeignKey]] = defaultdict(list)
    for key in (*own, *(wish.key for wish in wishes.values())):
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
            problems.append(_refused(key, wishes.get((key.table, key.name)), reason))
        else:
            links.append(_link(key, group, drafts))
    return links, problems


def _obstacle(key: ForeignKey, child: Draft, parent: Draft) -> str:
    """Return why a key can't be a relationship, empty where it can."""
    own, target = child.attributes_of(key.columns), parent.attributes_of(key.target_columns)
    if len(own) < len(key.columns) or len(target) < len(key.target_columns):
        return "a column of it has no attribute"
    for left, right in zip(key.columns, key.target_columns, strict=True):
        if child.columns.mapped[left].storage != parent.columns.mapped[right].storage:
            return f"{left} and {right} have types that Ash can't compare"
    if "false" in (own[0], target[0]):
        return "Ash takes an attribute named false for none"
    return "a temporal key relates periods, not values" if key.period else ""


def _link(key: ForeignKey, group: list[ForeignKey], drafts: Mapping[Name, Draft]) -> Link:
    child, parent = drafts[key.table], drafts[key.target]
    own = child.attributes_of(key.columns)
    return Link(
        key=key,
        child=child,
        parent=parent,
        role=_role(key, own[0]),
        own=own,
        target=parent.attributes_of(key.target_columns),
        twins=tuple(sorted(twin.name for twin in group if twin.name != key.name)),
    )


def _role(key: ForeignKey, attribute: str) -> str:
    """Name the belongs_to: the column without `_id`, else the target table."""
    if len(key.columns) == 1:
        for suffix in ("_id", "_uuid", "_fk"):
            if attribute.endswith(suffix) and len(attribute) > len(suffix):
                return attribute[: -len(suffix)]
    return singular_name(underscore(key.target.name))


def _refused(key: ForeignKey, wish: Asked | None, reason: str) -> Problem:
    called = f"The foreign key {key.name}"
    if wish is not None and wish.legacy:
        called = f"The association from {key.columns[0]} to {key.target}"
    return Problem(
        severity=Severity.WARNING,
        code=Code.NO_RELATIONSHIP,
        where=str(key.table),
        what=f"{called} gives no relationship: {reason}.",
        todo="Load the other side by a query of your own.",
    )
