"""Whether nothing at all has changed, so that nothing has to be rendered to know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ash_scaffold import __version__
from ash_scaffold.ash.plan import Plan, PlannedResource
from ash_scaffold.ash.project_state import ProjectState, ResourceNames
from ash_scaffold.generate.choices import choices
from ash_scaffold.generate.names import kept_names, names_of_plan
from ash_scaffold.generate.past import Past
from ash_scaffold.generate.reading import Read
from ash_scaffold.generate.regenerate import read_text
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.facts import TableFacts, facts_of_database
from ash_scaffold.project.snapshot import Snapshot, digest

_COLUMN = "column "


def nothing_changed(
    read: Read, past: Past, names: Mapping[Name, ResourceNames], state: ProjectState, plan: Plan
) -> bool:
    """Whether every module is as it was generated, from facts and choices that still hold.

    `names` are those in files that people have edited. False where that is not certain.
    """
    planned = {item.draft.name: item for item in plan.resources if item.written}
    if names or past.changes or past.gone or read.templates is not None:
        return False
    if planned.keys() != past.resources.keys():
        return False
    facts = facts_of_database(read.database, plan.scope.domains.keys())
    now = names_of_plan(plan)
    for table, item in planned.items():
        old, domain = past.resources[table], plan.scope.domains[table]
        same = (
            _is_same(old, item, facts[table])
            and old.names == kept_names(now[table], old.names.by_hand)
            and old.choices == choices(facts[table], domain, state, read.resolver)
        )
        if not same:
            return False
    return _are_pure(read, past, plan)


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


def _are_pure(read: Read, past: Past, plan: Plan) -> bool:
    """Whether domains and types are those of the snapshots, and as they were written."""
    needed = {support.module for support in plan.supports}
    needed |= {domain.module for domain in plan.domains if domain.resources}
    if needed - past.modules.keys() or read.config.layout not in (None, "inline"):
        return False
    return all(_is_pure(read, each) for each in _chosen(past, needed))


def _chosen(past: Past, needed: Iterable[str]) -> Iterable[Snapshot]:
    return (past.modules[module] for module in needed)


def _is_pure(read: Read, old: Snapshot) -> bool:
    text = read_text(read.project.root, old.path)
    return old.tool == __version__ and text is not None and digest(text) == old.written
