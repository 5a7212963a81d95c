"""The state of the project, as far as planning needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from ash_scaffold.ash.hints import LegacySchema
from ash_scaffold.postgres.catalog import Name

__all__ = [
    "NO_NAMES",
    "ExistingResource",
    "LegacySchema",
    "ProjectState",
    "RelationshipId",
    "ResourceNames",
    "same_relationship",
]


class ExistingResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that is in the project: found by the table it is pinned to."""

    module: str
    table: Name
    domain: str | None
    path: str


class RelationshipId(NamedTuple):
    """What a relationship is, whatever its name: the columns it joins and the table it leads to.

    `source` and `destination` are the first pair's columns, `rest` the further pairs of a composite
    key, all in the order of their names; `many` tells a has_one or has_many from a belongs_to.
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
        """Return what the relationship over pairs of columns is, whatever their order in a key."""
        (source, destination), *rest = sorted(pairs)
        return cls(many, table, source, destination, through, tuple(rest))


def same_relationship(
    wanted: RelationshipId, there: Iterable[RelationshipId]
) -> RelationshipId | None:
    """Find a relationship among those of its resource.

    One of which a single pair is known is the only one with that pair.
    """
    all_ = list(there)
    if wanted in all_:
        return wanted
    if wanted.rest:
        return None
    found = [
        each
        for each in all_
        if (each.many, each.table, each.through) == (wanted.many, wanted.table, wanted.through)
        and wanted.pairs[0] in each.pairs
    ]
    return found[0] if len(found) == 1 else None


class ResourceNames(msgspec.Struct, frozen=True, kw_only=True):
    """The names that a resource's file gives: they outweigh those the planner would choose.

    `attributes` are by column, `identities` by index; `taken` are the names of other fields, and
    of relationships that stay as they are. `removed` are the columns whose attribute a person
    took out.
    """

    attributes: Mapping[str, str] = {}
    relationships: Mapping[RelationshipId, str] = {}
    identities: Mapping[str, str] = {}
    taken: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()


NO_NAMES = ResourceNames()


class ProjectState(msgspec.Struct, frozen=True, kw_only=True):
    """The project's modules. `app` is its namespace, such as `App`.

    `modules` maps every module that is no Ash resource, domain or generated type to its file;
    `domains` maps Ash domains to theirs; `resources` are by the table they are pinned to.
    `names` are those that the resources' files give, by table; `types` are the modules of
    generated types that people have renamed, by what they would be called. `repo_extensions` is
    None when the repo doesn't say them readably.
    """

    app: str
    repo: str
    modules: Mapping[str, str] = {}
    domains: Mapping[str, str] = {}
    resources: Mapping[Name, ExistingResource] = {}
    names: Mapping[Name, ResourceNames] = {}
    types: Mapping[str, str] = {}
    legacy: tuple[LegacySchema, ...] = ()
    geo_postgis: bool = False
    repo_extensions: tuple[str, ...] | None = None
