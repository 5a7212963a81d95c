"""The parsed resources of a project with their differences from the plan.

A file is read only where it may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ash_scaffold.ash.compare import Difference
from ash_scaffold.ash.model import Place, ReadResource
from ash_scaffold.ash.plan import Plan, PlannedResource, plan
from ash_scaffold.generate.files import read_text
from ash_scaffold.generate.hand_written import differences_of, read_files, unneeded_types
from ash_scaffold.generate.module_versions import (
    ModuleVersions,
    Settings,
    module_versions,
    other_modules,
)
from ash_scaffold.generate.modules import Module
from ash_scaffold.generate.run import PlannedRun, RenderedRun
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.mix_project import Project, Resource
from ash_scaffold.project.snapshot import Snapshot, is_hand_written


class ParsedResource(msgspec.Struct, frozen=True, kw_only=True):
    """A planned table: its resource in the project, as it was read, and what differs.

    `resource` is None when there is none. `read` is None where nothing had to be read: the file is
    what was generated, and the same would be generated now. `settled` means the latter alone.
    `owned` is set for a table that Ash migrates: then the database has to follow the resource.
    """

    item: PlannedResource
    resource: Resource | None
    read: ReadResource | None = None
    differences: tuple[Difference, ...] = ()
    settled: bool = False
    owned: bool = False

    @property
    def table(self) -> Name:
        """The table."""
        return self.item.draft.name

    def place(self, *path: str) -> Place | None:
        """Return where something of the resource stands, the module when nothing nearer does."""
        found = self.read.place(*path) if self.read is not None else None
        if found is None and self.resource is not None:
            found = Place(self.resource.path, self.resource.line)
        return found

    def place_of(self, object_: str) -> Place | None:
        """Return where a database object stands: a column, an index, a constraint, a key."""
        if self.read is None or not object_:
            return self.place()
        own = self.read.resource
        for section, found in (
            ("attributes", [a.name for a in own.attributes if a.column == object_]),
            ("identities", [i.name for i in own.identities if i.index == object_]),
            ("references", [r.relationship for r in own.references if r.foreign_key == object_]),
        ):
            if found:
                return self.place(section, found[0])
        for section in (
            "check_constraints",
            "unique_index_names",
            "exclusion_constraint_names",
            "foreign_key_names",
        ):
            if (section, object_) in self.read.places:
                return self.place(section, object_)
        return self.place()


class ParsedProject(msgspec.Struct, frozen=True, kw_only=True):
    """All that was looked at.

    `resources` are by planned table, `others` are resources over tables that are not planned, or
    beside the one that is. `all_versions` are those of the run's modules, `unsettled` those
    that another run would touch, with these `settings`.
    """

    resources: Mapping[Name, ParsedResource]
    others: tuple[ReadResource, ...]
    all_versions: tuple[ModuleVersions, ...]
    unsettled: tuple[ModuleVersions, ...]
    settings: Settings


def parse_project(run: PlannedRun, rendered: RenderedRun | None) -> ParsedProject:
    """Read the files that may differ from what the plan wants, and compare them with it.

    `rendered` is None where nothing at all has changed.
    """
    project = run.session.project
    owned = run.session.owned_by_ash
    # What Ash migrates follows no run, so that there is nothing to compare such a module with.
    every = rendered.modules if rendered is not None else ()
    modules = [each for each in every if each.table is None or each.table not in owned]
    texts = _texts(modules, project, run.session.schema_changes.modules)
    changes = run.session.schema_changes
    all_versions = [module_versions(module, changes, project, texts) for module in modules]
    settings = Settings(
        accepted=run.session.accepted,
        old_texts=rendered.old_texts if rendered is not None else {},
        use_formatter=False,
    )
    settled = {versions.module.name for versions in all_versions if versions.is_settled(settings)}
    # A layout that was given up leaves the old fragment beside the resource.
    removed = {table for table, names in run.session.state.names.items() if names.removed}
    same = {
        versions.module.name
        for versions in all_versions
        if versions.module.name in settled
        and versions.is_pure
        and versions.module.table not in removed
    }
    if rendered is None:
        settled = same = {item.resource.module for item in run.plan.resources if item.written}
    planned = {item.resource.module: item for item in _demanded(run).resources if item.written}
    wanted = [each for each in project.resources if each.module not in same]
    read = read_files(project, wanted)
    unneeded = unneeded_types(run.plan.resources, read, changes.resources)
    all_versions = [v for v in all_versions if not (v.is_new and v.module.name in unneeded)]
    resources = {}
    # What was generated for a type that is no longer in use is no type of the team's own.
    supports = set(run.session.schema_changes.modules)
    for item in run.plan.resources:
        supports |= {support.module for support in item.draft.columns.supports}
    for module, item in planned.items():
        found = read.get(module)
        resources[item.draft.name] = ParsedResource(
            item=item,
            resource=project.resource(module),
            read=found,
            differences=()
            if found is None
            else differences_of(
                item,
                found,
                supports,
                hand_written=item.draft.name in owned
                or is_hand_written(changes.resources.get(item.draft.name)),
            ),
            settled=module in settled,
            owned=item.draft.name in owned,
        )
    return ParsedProject(
        resources=resources,
        others=tuple(each for module, each in read.items() if module not in planned),
        all_versions=tuple(all_versions),
        unsettled=tuple(
            versions for versions in all_versions if versions.module.name not in settled
        ),
        settings=settings,
    )


def _demanded(run: PlannedRun) -> Plan:
    """Return what the database demands, also of columns whose attribute a person took out."""
    names = run.session.state.names
    if not any(each.removed for each in names.values()):
        return run.plan
    whole = {
        table: msgspec.structs.replace(each, removed=frozenset()) for table, each in names.items()
    }
    known = msgspec.structs.replace(run.session.state, names=whole)
    return plan(run.session.database, known, run.session.resolver, run.options.planning)


def _texts(
    modules: Iterable[Module], project: Project, snapshots: Mapping[str, Snapshot]
) -> dict[str, str | None]:
    parts = [part for each in modules for part in (each, each.fragment) if part is not None]
    paths = {part.path for part in parts}
    paths |= {other.path for each in modules for other in other_modules(each, project, snapshots)}
    return {path: read_text(project, path) for path in sorted(paths)}
