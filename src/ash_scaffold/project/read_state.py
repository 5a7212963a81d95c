"""From a mix project and its snapshots to the `ProjectState` that planning takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from ash_scaffold.ash.hints import LegacySchema
from ash_scaffold.ash.naming import module_path
from ash_scaffold.ash.project_state import ExistingResource, ProjectState
from ash_scaffold.config.options import Config
from ash_scaffold.elixir.merge import assemble, units_of
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.sql import quote_name
from ash_scaffold.problem import Code, ScaffoldError
from ash_scaffold.project.carried_actions import carried_actions
from ash_scaffold.project.mix_project import Project, Repo
from ash_scaffold.project.snapshot import Snapshot
from ash_scaffold.syntax.literal import atom

_ENTRIES = "resources"
_STORAGE = "def storage_type/0"
_HANDS_OVER = "def ecto_delegate"
_COLUMN = "column "
_ENUM_USE = "use Ash.Type.Enum"
_MODULE = re.compile(r"[A-Z]\w*(?:\.[A-Z]\w*)+")


def choose_repo(project: Project, option: str | None, config: Config) -> str | None:
    """Return the repo's module: the option, the configuration's, or the project's own."""
    own = project.repo.module if project.repo is not None else None
    return option or config.repo or own


def require_repo(project: Project, option: str | None, config: Config) -> str:
    """Return the repo's module. Raises `ScaffoldError` when there is none of the three."""
    module = choose_repo(project, option, config)
    if module is None:
        raise ScaffoldError(
            # It may be in one of them.
            *(
                Code.UNPARSABLE_FILE.at(each.where, f"{each.what}.", todo=each.todo)
                for each in project.unparsed
            ),
            Code.NOT_A_MIX_PROJECT.at(
                str(project.root),
                "The project has no repo: no module with `use AshPostgres.Repo` or "
                "`use Ecto.Repo`.",
                todo='Name it: --repo App.Repo, or repo = "App.Repo" in ash_scaffold.toml.',
            ),
        )
    return module


def find_repo(project: Project, module: str) -> Repo | None:
    """Return the repo of the project that has the module."""
    return next((repo for repo in project.repos if repo.module == module), None)


def project_state(
    project: Project,
    legacy: tuple[LegacySchema, ...],
    repo: str,
    snapshots: Mapping[str, Snapshot],
    *,
    legacy_apart: bool = False,
    elsewhere: Mapping[Name, str] = {},
) -> ProjectState:
    """Return the state of the project, its resources under the names that their tables had.

    `legacy_apart` and `elsewhere` are as in the state.
    """
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
        generated={
            each.table: each.planned or each.module
            for _, each in sorted(snapshots.items())
            if each.table is not None
        },
        enums=_enums(snapshots, types),
        generated_types={
            name: _named_modules(project, each)
            for name, each in snapshots.items()
            if each.table is None and name in project.modules and _is_type(each)
        },
        own_types=frozenset(_own_types(project, snapshots)),
        legacy=legacy,
        legacy_apart=legacy_apart,
        elsewhere=elsewhere,
        geo_postgis=has_geo_postgis(project),
        repo_extensions=found.installed_extensions if found is not None else None,
        carried=carried_actions(project, snapshots),
    )


def _enums(
    snapshots: Mapping[str, Snapshot], renamed: Mapping[str, str]
) -> dict[tuple[Name, str], str]:
    """Return the last segments of the enums that attributes were generated with, by column.

    Those that people have renamed are under the name that was generated.
    """
    planned = {name: generated for generated, name in renamed.items()}
    enums = {
        name
        for name, each in snapshots.items()
        if any(entity.lines[0].startswith(_ENUM_USE) for entity in each.entities)
    }
    found = {}
    for each in snapshots.values():
        for entity in each.entities if each.table is not None else ():
            column = entity.object.removeprefix(_COLUMN)
            if entity.section != "attributes" or column == entity.object:
                continue
            text = "\n".join(entity.lines)
            # Most attributes are of Ash's own types: an enum's module has a dot in its name.
            if "." not in text:
                continue
            named = [name for name in _MODULE.findall(text) if name in enums]
            if named and each.table is not None:
                module = planned.get(named[0], named[0])
                found[each.table, column] = module.rpartition(".")[2]
    return found


def _named_modules(project: Project, snapshot: Snapshot) -> frozenset[str]:
    """Return the modules that the file of a type names which hands over to an Ecto type."""
    if not any(each.object.startswith(_HANDS_OVER) for each in snapshot.entities):
        return frozenset()
    path = project.modules[snapshot.module].path
    text = "\n".join(_read(project, path, snapshot.module).values())
    return frozenset(_MODULE.findall(text))


def _own_types(project: Project, snapshots: Mapping[str, Snapshot]) -> Iterator[str]:
    """Give the types that people wrote: not those that were generated and lost their snapshot."""
    for name, entry in project.modules.items():
        if not entry.is_type or name in snapshots:
            continue
        if not any(unit.startswith(_HANDS_OVER) for unit in _read(project, entry.path, name)):
            yield name


def _former_domains(project: Project, snapshots: Mapping[str, Snapshot]) -> Iterable[str]:
    """Return the modules that were domains, and are plain modules again.

    A legacy context is one when its file is restored to its state before a run adopted it.
    """
    broken = {file.path for file in project.unparsed}
    for name, snapshot in snapshots.items():
        entry = project.modules.get(name)
        listed = any(each.section == _ENTRIES for each in snapshot.entities)
        if entry is not None and snapshot.table is None and listed and entry.path not in broken:
            yield from () if project.domain(name) is not None else (name,)


def _lost_types(project: Project, snapshots: Mapping[str, Snapshot]) -> Iterable[str]:
    """Give the types whose snapshot is missing, beside others that have theirs or with none at all.

    Taken for legacy code they would move all types elsewhere. Among them are those that people
    wrote for resources of their own, before any type was generated.
    """
    domains = {domain.module for domain in project.domains}
    generated = {name for name, each in snapshots.items() if each.table is None} - domains
    homes = {name.rpartition(".")[0] for name in generated}
    for name, entry in project.modules.items():
        if entry.is_type and (not homes or name.rpartition(".")[0] in homes):
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
        name = resource.table_name
        if name is not None:
            existing = ExistingResource(
                module=resource.module,
                table=name,
                domain=resource.domain or listing.get(resource.module),
                path=resource.path,
            )
            found.setdefault(name, existing)
    for module, snapshot in sorted(snapshots.items()):
        if snapshot.table is not None and module in listing:
            existing = ExistingResource(
                module=module, table=snapshot.table, domain=listing[module], path=snapshot.path
            )
            found.setdefault(snapshot.table, existing)
    return found


def renamed_types(project: Project, snapshots: Mapping[str, Snapshot]) -> dict[str, str]:
    """Return the modules of generated types that people have renamed, by their generated name.

    A type whose module is no longer there is paired with the one module of a type that has no
    snapshot and the same `storage_type/0`. Where the database does not define that storage, all of
    the two modules has to be equal.
    """
    still = {
        each.planned: each.module
        for each in snapshots.values()
        if each.table is None and each.planned and each.module in project.modules
    }
    lost = [
        each
        for each in snapshots.values()
        if each.table is None and each.module not in project.modules and _is_type(each)
    ]
    new = [e for e in project.modules.values() if e.is_type and e.name not in snapshots]
    if not lost or not new:
        return still
    own = _own_storages(snapshots.values())
    texts = {entry.name: _read(project, entry.path, entry.name) for entry in new}
    pairs = [
        (each, name)
        for each in lost
        for name, text in texts.items()
        if _is_same(units_of(assemble("Base", each.entities).encode(), "Base"), text, own)
    ]
    old_counts = Counter(each.module for each, _ in pairs)
    new_counts = Counter(name for _, name in pairs)
    found = {
        each.planned or each.module: name
        for each, name in pairs
        if old_counts[each.module] == 1 and new_counts[name] == 1
    }
    return {planned: name for planned, name in (still | found).items() if planned != name}


def _is_type(snapshot: Snapshot) -> bool:
    return any(
        each.object == "use" and each.lines[0].startswith("use Ash.Type")
        for each in snapshot.entities
    )


def _own_storages(snapshots: Iterable[Snapshot]) -> frozenset[str]:
    """Return the names of storages that stand for one type of the database each."""
    return frozenset(
        atom(quote_name(type_.name))
        for each in snapshots
        if each.facts is not None
        for type_ in each.facts.types
    )


def _is_same(old: Mapping[str, str], new: Mapping[str, str], own: frozenset[str]) -> bool:
    storage = old.get(_STORAGE)
    if storage is not None and any(storage.endswith(f" {name}") for name in own):
        return storage == new.get(_STORAGE)
    return old == new


def _read(project: Project, path: str, module: str) -> dict[str, str]:
    try:
        return units_of(project.source(path), module)
    except OSError:
        return {}
