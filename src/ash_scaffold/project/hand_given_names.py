"""The names that people gave, as distinct from generated ones.

Generated code follows the names in people's files, so after the next run such a name stands in
both. A name is a person's when the plan without those files would have another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

import msgspec

from ash_scaffold.ash.project_state import NO_NAMES, ResourceNames
from ash_scaffold.ash.relationship_id import same_relationship
from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.merge import names_in
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.resource_names import followed, names_of_snapshot, overlaid
from ash_scaffold.project.schema_changes import SchemaChanges
from ash_scaffold.project.snapshot import HandGivenNames, Snapshot

_Object = TypeVar("_Object")


def hand_given_names(
    planned: Mapping[Name, ResourceNames],
    read: Mapping[Name, ResourceNames],
    changes: SchemaChanges,
    plan_without: Callable[[], Mapping[Name, ResourceNames]],
) -> dict[Name, HandGivenNames]:
    """Return the names that people gave to planned objects, by table.

    `planned` are all names of the plan. `read` are those in files that people have edited, by the
    table that the file pins. `plan_without` gives the names that the plan would have if those
    files gave none: it is called only when some were given since the last run.
    """
    plans: list[Mapping[Name, ResourceNames]] = []

    def own(table: Name) -> ResourceNames:
        if not plans:
            plans.append(plan_without())
        return plans[0].get(table, NO_NAMES)

    in_files = {
        changes.renames.table(name): followed(name, each, changes.renames)
        for name, each in read.items()
    }
    found: dict[Name, HandGivenNames] = {}
    for table, now in planned.items():
        old = changes.resources.get(table)
        earlier = {} if old is None else old.names.hand_given
        if table not in in_files and not earlier:
            continue
        before = NO_NAMES if old is None else _before(old, changes)
        names = _Names(now, overlaid(before, in_files.get(table, NO_NAMES)), before, earlier)
        hand_given = names.hand_given(partial(own, table))
        if hand_given:
            found[table] = hand_given
    return found


class _Names(msgspec.Struct, frozen=True):
    """The names of one table's objects: as planned, in the file, as they were, and by hand then."""

    now: ResourceNames
    file: ResourceNames
    before: ResourceNames
    earlier: HandGivenNames

    def hand_given(self, own: Callable[[], ResourceNames]) -> HandGivenNames:
        now, file, before = self.now, self.file, self.before
        there = {
            known: name
            for each, name in file.relationships.items()
            if (known := same_relationship(each, now.relationships)) is not None
        }
        found = {
            "attributes": self._of_section(
                "attributes",
                now.attributes,
                file.attributes,
                before.attributes,
                lambda: own().attributes,
            ),
            "relationships": self._of_section(
                "relationships",
                now.relationships,
                there,
                before.relationships,
                lambda: own().relationships,
            ),
            "identities": self._of_section(
                "identities",
                now.identities,
                self._identities(),
                before.identities,
                lambda: own().identities,
            ),
        }
        return {section: names for section, names in found.items() if names}

    def _identities(self) -> Mapping[str, str]:
        """Return the file's identities by index, also of those that don't name it."""
        own = self.file.identity_columns
        over = {index: name for index, name in self.now.identities.items() if name in own}
        return {**self.file.identities, **over}

    def _of_section(
        self,
        section: str,
        now: Mapping[_Object, str],
        file: Mapping[_Object, str],
        before: Mapping[_Object, str],
        own: Callable[[], Mapping[_Object, str]],
    ) -> dict[str, str]:
        """Return the names that only the file gives, each with the one that would be generated."""
        earlier = self.earlier.get(section, {})
        found = {}
        for each, name in now.items():
            if file.get(each) != name:
                continue
            if before.get(each) != name:
                generated = own().get(each, name)
                if generated != name:
                    found[name] = generated
            elif name in earlier:
                found[name] = earlier[name]
        return dict(sorted(found.items()))


def _before(old: Snapshot, changes: SchemaChanges) -> ResourceNames:
    """Return the names of a snapshot, with its objects under today's names."""
    assert old.table is not None
    names = names_of_snapshot(old.names)
    columns = [column.name for column in old.facts.columns] if old.facts is not None else []
    there = {name: names.attributes.get(name, name) for name in columns}
    return followed(old.table, msgspec.structs.replace(names, attributes=there), changes.renames)


def without_hand_given_names(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot with the names that would have been generated."""
    names = snapshot.names
    if not names.hand_given:
        return snapshot
    attributes, relationships, identities = (
        names.hand_given.get(section, {})
        for section in ("attributes", "relationships", "identities")
    )
    own = msgspec.structs.replace(
        names,
        attributes={column: attributes.get(n, n) for column, n in names.attributes.items()},
        relationships=tuple(
            msgspec.structs.replace(each, name=relationships.get(each.name, each.name))
            for each in names.relationships
        ),
        identities={index: identities.get(n, n) for index, n in names.identities.items()},
        hand_given={},
    )
    return msgspec.structs.replace(snapshot, names=own)


def still_hand_given(
    now: HandGivenNames, old: HandGivenNames, found: Iterable[EntityLines]
) -> HandGivenNames:
    """Add the names of unplanned entities that stay because they are in conflict."""
    if not old:
        return now
    entities = tuple(found)
    both = {}
    for section in sorted({*now, *old}):
        there = names_in(entities, section)
        names = {**old.get(section, {}), **now.get(section, {})}
        both[section] = {name: own for name, own in sorted(names.items()) if name in there}
    return {section: names for section, names in both.items() if names}
