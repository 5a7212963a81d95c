"""The quick test for a project without any change, which needs no rendering."""

from __future__ import annotations

from ash_scaffold import __version__
from ash_scaffold.ash.plan import Plan, PlannedResource
from ash_scaffold.generate.files import read_text
from ash_scaffold.generate.modules import config_digest
from ash_scaffold.generate.options import templates_of
from ash_scaffold.generate.run import PlannedRun
from ash_scaffold.postgres.facts import TableFacts, facts_of_database
from ash_scaffold.project.resource_names import names_of_plan, names_snapshot
from ash_scaffold.project.snapshot import Snapshot, digest
from ash_scaffold.session import Session

_COLUMN = "column "


def nothing_changed(run: PlannedRun) -> bool:
    """Whether every module is as it was generated, from facts and configuration that still hold.

    False where that is not certain.
    """
    session, changes = run.session, run.session.schema_changes
    planned = {item.draft.name: item for item in run.plan.resources if item.written}
    if session.names or changes.changes or changes.dropped:
        return False
    if templates_of(run.options, session) is not None or planned.keys() != changes.resources.keys():
        return False
    domains = run.plan.scope.domains
    facts = facts_of_database(session.database, domains.keys())
    now = names_of_plan(run.plan)
    for table, item in planned.items():
        old = changes.resources[table]
        same = (
            _is_same(old, item, facts[table])
            and old.names == names_snapshot(now[table], old.names.hand_given)
            and old.config_digest
            == config_digest(facts[table], domains[table], session.state, session.resolver)
        )
        if not same:
            return False
    return _are_pure(session, run.plan)


def _is_same(old: Snapshot, item: PlannedResource, facts: TableFacts) -> bool:
    columns = {
        entity.object.removeprefix(_COLUMN)
        for entity in old.entities
        if entity.section == "attributes" and entity.object.startswith(_COLUMN)
    }
    return (
        old.tool == __version__
        and old.module == item.resource.module
        and old.domain == item.resource.domain
        and old.repo == item.resource.repo
        and old.fragment is None
        and not old.unresolved
        and old.facts == facts
        and columns == item.draft.by_column.keys()
    )


def _are_pure(session: Session, plan: Plan) -> bool:
    """Whether domains and types are those of the snapshots, and as they were written."""
    modules = session.schema_changes.modules
    needed = {support.module for support in plan.supports}
    needed |= {domain.module for domain in plan.domains if domain.resources}
    if needed - modules.keys() or session.config.layout not in (None, "inline"):
        return False
    return all(_is_pure(session, modules[module]) for module in needed)


def _is_pure(session: Session, old: Snapshot) -> bool:
    text = read_text(session.project.root, old.path)
    return old.tool == __version__ and text is not None and digest(text) == old.written
