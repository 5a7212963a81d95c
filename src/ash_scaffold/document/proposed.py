"""What the columns of tables that are in no domain would become."""

from __future__ import annotations

from collections.abc import Mapping

from ash_scaffold.ash.attributes import TableAttributes
from ash_scaffold.ash.keys import table_key
from ash_scaffold.ash.plan import Plan, prepare
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.config import Resolver
from ash_scaffold.postgres.catalog import Database, Name


def proposed_attributes(
    database: Database, decided: Plan, state: ProjectState, config: Resolver
) -> Mapping[Name, TableAttributes]:
    """Map the tables that the plan has in no domain, as a run would that had them in one."""
    prepared = prepare(database, state, config, decided.modules)
    unassigned = set(decided.scope.unassigned)
    return {
        table.name: prepared.attributes.plan(table, table_key(table, config, prepared.legacy))
        for table in database.tables
        if table.name in unassigned
    }
