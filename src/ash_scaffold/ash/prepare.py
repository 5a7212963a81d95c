"""What has to be known of the whole database before a table's columns can be mapped."""

from __future__ import annotations

import msgspec

from ash_scaffold.ash.asked import asked_relationships
from ash_scaffold.ash.attributes import AttributePlanner
from ash_scaffold.ash.column_types import type_mapper
from ash_scaffold.ash.hints import Legacy
from ash_scaffold.ash.keys import find_keys
from ash_scaffold.ash.links import Asked
from ash_scaffold.ash.modules import Modules
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.unkeyed import unkeyed_relationships
from ash_scaffold.config.match import Resolver
from ash_scaffold.postgres.catalog import Database


class Prepared(msgspec.Struct, frozen=True):
    """The legacy code by table, relationships without a foreign key, and who plans attributes."""

    legacy: Legacy
    asked: tuple[Asked, ...]
    attributes: AttributePlanner


def prepare(
    database: Database, state: ProjectState, config: Resolver, modules: Modules
) -> Prepared:
    """Find the keys and the types of all columns, for modules under the names of a plan.

    Raises `ScaffoldError` for a relationship that the configuration asks for in vain.
    """
    legacy = Legacy(state.legacy)
    types = type_mapper(
        database,
        modules.types,
        config,
        legacy,
        geo_postgis=state.geo_postgis,
        renamed=modules.renamed,
    )
    asked = asked_relationships(database, config)
    asked += unkeyed_relationships(database, legacy, asked)
    keys = find_keys(database, types, config, [wish.key for wish in asked], legacy)
    return Prepared(legacy, asked, AttributePlanner(types, keys, config, state.names, legacy))
