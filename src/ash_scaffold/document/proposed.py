"""What the columns of tables that are in no domain would become."""

from __future__ import annotations

from collections.abc import Mapping

from ash_scaffold.ash.asked import asked_relationships
from ash_scaffold.ash.attributes import AttributePlanner, TableAttributes
from ash_scaffold.ash.column_types import type_mapper
from ash_scaffold.ash.hints import Legacy
from ash_scaffold.ash.keys import find_keys, table_key
from ash_scaffold.ash.known import Known
from ash_scaffold.ash.plan import Plan
from ash_scaffold.ash.unkeyed import unkeyed_relationships
from ash_scaffold.config import Resolver
from ash_scaffold.postgres.catalog import Database, Name


def proposed_attributes(
    database: Database, decided: Plan, known: Known, config: Resolver
) -> Mapping[Name, TableAttributes]:
    """Map the tables that the plan has in no domain, as a run would that had them in one."""
    legacy = Legacy(known.legacy)
    types = type_mapper(
        database,
        decided.modules.types,
        config,
        legacy,
        geo_postgis=known.geo_postgis,
        renamed=decided.modules.renamed,
    )
    asked = asked_relationships(database, config)
    asked += unkeyed_relationships(database, legacy, asked)
    keys = find_keys(database, types, config, [wish.key for wish in asked], legacy)
    planner = AttributePlanner(types, keys, config, known.names, legacy)
    unassigned = set(decided.scope.unassigned)
    return {
        table.name: planner.plan(table, table_key(table, config, legacy))
        for table in database.tables
        if table.name in unassigned
    }
