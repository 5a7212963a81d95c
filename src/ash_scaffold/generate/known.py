"""The project as planning sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ash_scaffold.ash.hints import LegacySchema, with_remembered
from ash_scaffold.ash.naming import module_path
from ash_scaffold.ash.project_state import ExistingResource, ProjectState
from ash_scaffold.config.options import Config
from ash_scaffold.generate.hints import legacy_facts
from ash_scaffold.generate.renamed_types import renamed_types
from ash_scaffold.legacy.read import Hints
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, fail
from ash_scaffold.project.model import Project, Repo
from ash_scaffold.project.snapshot import Snapshot

_DEFAULT_SCHEMA = "public"
_ENTRIES = "resources"


def choose_repo(project: Project, asked: str | None, config: Config) -> str:
    """Return the repo's module: the option, the configuration's, or the project's own.

    Raises `ScaffoldError` when the project has none and nobody names one.
    """
    named = asked or config.repo
    if named is not None:
        return named
    if project.repo is None:
        raise fail(
            Code.NOT_A_MIX_PROJECT,
            "The project has no repo: no module with `use AshPostgres.Repo` or `use Ecto.Repo`.",
            where=str(project.root),
            todo='Name it: --repo App.Repo, or repo = "App.Repo" in ash_scaffold.toml.',
        )
    return project.repo.module


def find_repo(project: Project, module: str) -> Repo | None:
    """Return what is known of a repo's module."""
    return next((repo for repo in project.repos if repo.module == module), None)


def known_of(
    project: Project, hints: Hints, repo: str, snapshots: Mapping[str, Snapshot]
) -> ProjectState:
    """Say what the project has, as far as planning needs to know it."""
    own = {resource.module for resource in project.resources}
    own |= {domain.module for domain in project.domains} | set(snapshots)
    own -= set(_former_domains(project, snapshots))
    types = renamed_types(project, snapshots)
    own |= {*_broken_targets(project), *_lost_types(project, snapshots), *types.values()}
    found = find_repo(project, repo)
    return ProjectState(
        app=project.app.namespace,
        repo=repo,
        modules={name: entry.path for name, entry in project.modules.items() if name not in own},
        domains={domain.module: domain.path for domain in project.domains},
        resources=_resources(project, snapshots),
        types=types,
        legacy=_legacy(hints, snapshots),
        geo_postgis=has_geo_postgis(project),
        repo_extensions=found.installed_extensions if found is not None else None,
    )


def _legacy(hints: Hints, snapshots: Mapping[str, Snapshot]) -> tuple[LegacySchema, ...]:
    """Say what the legacy code says, and what it said of tables whose schemas are gone by now."""
    if not hints.asked:
        return ()
    kept = [schema for _, snapshot in sorted(snapshots.items()) for schema in snapshot.legacy]
    return with_remembered(legacy_facts(hints, kept), kept)


def _former_domains(project: Project, snapshots: Mapping[str, Snapshot]) -> Iterable[str]:
    """Give the modules that were domains, and that somebody has made plain modules again.

    A legacy context is one when its file is put back to what it was before a run adopted it.
    """
    broken = {file.path for file in project.unparsed}
    for name, snapshot in snapshots.items():
        entry = project.modules.get(name)
        listed = any(each.section == _ENTRIES for each in snapshot.entities)
        if entry is not None and snapshot.table is None and listed and entry.path not in broken:
            yield from () if project.domain(name) is not None else (name,)


def _lost_types(project: Project, snapshots: Mapping[str, Snapshot]) -> Iterable[str]:
    """Give the types whose snapshot is missing, beside others that have theirs or with none at all.

    Taken for legacy code they would move all types elsewhere.
    """
    homes = {name.rpartition(".")[0] for name, each in snapshots.items() if each.table is None}
    for name, entry in project.modules.items():
        if entry.is_type and (not snapshots or name.rpartition(".")[0] in homes):
            yield name


def _broken_targets(project: Project) -> Iterable[str]:
    """Give the modules of files that don't parse and stand where a run would write them.

    Planning leaves the place to them, and the run then ends with what is wrong with the file;
    taken for legacy code they would move the whole domain elsewhere.
    """
    broken = {file.path for file in project.unparsed}
    for name, entry in project.modules.items():
        if entry.path in broken and entry.path.endswith(f"/{module_path(name)}"):
            yield name


def has_geo_postgis(project: Project) -> bool:
    """Whether the project depends on geo_postgis, which reads geometry and geography."""
    return "geo_postgis" in project.versions or "geo_postgis" in project.app.dependencies


def _resources(project: Project, snapshots: Mapping[str, Snapshot]) -> dict[Name, ExistingResource]:
    """Index resources by table; of several on one table the first by module name counts.

    One whose file was moved away belongs to its domain for as long as that lists it.
    """
    listing = {module: domain.module for domain in project.domains for module in domain.resources}
    found: dict[Name, ExistingResource] = {}
    for resource in sorted(project.resources, key=lambda resource: resource.module):
        if resource.table is not None:
            name = Name(resource.schema or _DEFAULT_SCHEMA, resource.table)
            known = ExistingResource(
                module=resource.module,
                table=name,
                domain=resource.domain or listing.get(resource.module),
                path=resource.path,
            )
            found.setdefault(name, known)
    for module, snapshot in sorted(snapshots.items()):
        if snapshot.table is not None and module in listing:
            known = ExistingResource(
                module=module, table=snapshot.table, domain=listing[module], path=snapshot.path
            )
            found.setdefault(snapshot.table, known)
    return found
