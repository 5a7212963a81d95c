"""What the project already has, as far as planning needs to know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from ash_scaffold.postgres.catalog import Name


class KnownResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that is in the project: found by the table it is pinned to."""

    module: str
    table: Name
    domain: str | None
    path: str


class RelationshipId(NamedTuple):
    """What a relationship is, whatever its name: the columns it joins and the table it leads to.

    `source` and `destination` are the first pair's columns; `many` tells a has_one or has_many
    from a belongs_to. `through` is a many_to_many's join table, and the columns are its own then.
    """

    many: bool
    table: Name
    source: str
    destination: str
    through: Name | None = None


class KnownNames(msgspec.Struct, frozen=True, kw_only=True):
    """The names that a resource's file gives: they outweigh those the planner would choose.

    `attributes` are by column, `identities` by index; `taken` are the names of other fields.
    """

    attributes: Mapping[str, str] = {}
    relationships: Mapping[RelationshipId, str] = {}
    identities: Mapping[str, str] = {}
    taken: frozenset[str] = frozenset()


NO_NAMES = KnownNames()


class LegacySchema(msgspec.Struct, frozen=True, kw_only=True):
    """An Ecto schema of the legacy code. `context` is the module above it."""

    module: str
    table: Name
    context: str
    path: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The project's modules. `app` is its namespace, such as `App`.

    `modules` maps every module that is no Ash resource, domain or generated type to its file;
    `domains` maps Ash domains to theirs; `resources` are by the table they are pinned to.
    `names` are those that the resources' files give, by table. `repo_extensions` is None when the
    repo doesn't say them readably.
    """

    app: str
    repo: str
    modules: Mapping[str, str] = {}
    domains: Mapping[str, str] = {}
    resources: Mapping[Name, KnownResource] = {}
    names: Mapping[Name, KnownNames] = {}
    legacy: tuple[LegacySchema, ...] = ()
    geo_postgis: bool = False
    repo_extensions: tuple[str, ...] | None = None
