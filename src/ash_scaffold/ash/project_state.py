"""The state of the project, as far as planning needs it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ash_scaffold.ash.hints import LegacySchema
from ash_scaffold.ash.relationship_id import RelationshipId
from ash_scaffold.postgres.catalog import Name


class ExistingResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that is in the project: found by the table it is pinned to."""

    module: str
    table: Name
    domain: str | None
    path: str


class ResourceNames(msgspec.Struct, frozen=True, kw_only=True):
    """The names that a resource's file gives: they outweigh those the planner would choose.

    `attributes` are by column, `identities` by index; `identity_columns` are those of the file's
    identities by name, for one that does not name its index. `taken` are the names of other
    fields, and of relationships that stay as they are; `more` are those of them that are
    relationships over the columns of another one. `removed` are the columns whose attribute a
    person took out.
    """

    attributes: Mapping[str, str] = {}
    relationships: Mapping[RelationshipId, str] = {}
    identities: Mapping[str, str] = {}
    identity_columns: Mapping[str, frozenset[str]] = {}
    taken: frozenset[str] = frozenset()
    more: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()


NO_NAMES = ResourceNames()


class CarriedActions(msgspec.Struct, frozen=True, kw_only=True):
    """The actions that came of changeset functions of a table.

    `fragment` is the module that holds them, `replaced` are the default actions that give way to
    actions of their names. `interface` are the lines of the domain's code interface.
    """

    fragment: str
    replaced: frozenset[str] = frozenset()
    interface: tuple[str, ...] = ()


class ProjectState(msgspec.Struct, frozen=True, kw_only=True):
    """The project's modules. `app` is its namespace, such as `App`.

    `modules` maps every module that is no Ash resource, domain or generated type to its file;
    `domains` maps Ash domains to theirs; `resources` are by the table they are pinned to.
    `generated_types` are the modules of types that are there, each with the modules that its file
    names where it hands over to an Ecto type; `own_types` are those of types that people wrote.
    `legacy_apart` says that the legacy code is of another project, whose modules and dependencies
    this one need not have.
    `repo` is that of the database that is read; `elsewhere` are the tables that it lacks because
    they are in the database of another repo, which is the value.
    `names` are those that the resources' files give, by table; `types` are the modules of
    generated types that people have renamed, by what they would be called. `generated` are the
    modules that the snapshots have of resources, by table, whether or not they are still there;
    `enums` the last segments of the modules that columns have for an enum of their own.
    `carried` are the actions that came of changeset functions, by table.
    `repo_extensions` is None when the repo's can't be read.
    """

    app: str
    repo: str
    modules: Mapping[str, str] = {}
    domains: Mapping[str, str] = {}
    resources: Mapping[Name, ExistingResource] = {}
    names: Mapping[Name, ResourceNames] = {}
    types: Mapping[str, str] = {}
    generated: Mapping[Name, str] = {}
    enums: Mapping[tuple[Name, str], str] = {}
    generated_types: Mapping[str, frozenset[str]] = {}
    own_types: frozenset[str] = frozenset()
    legacy: tuple[LegacySchema, ...] = ()
    legacy_apart: bool = False
    elsewhere: Mapping[Name, str] = {}
    geo_postgis: bool = False
    carried: Mapping[Name, CarriedActions] = {}
    repo_extensions: tuple[str, ...] | None = None

    def repo_of(self, table: Name) -> str:
        """Return the repo that reads the database of a table."""
        return self.elsewhere.get(table, self.repo)
