"""The settings that a project lacks for its resources to compile and to be left alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from ash_scaffold.ash.plan import Plan
from ash_scaffold.ash.requirements import (
    UsedRequirement,
    lower_bound,
    named,
    parse_version,
    requirements_of,
)
from ash_scaffold.ash.types import TYPE_EXTENSIONS
from ash_scaffold.project.mix_project import Project, Repo
from ash_scaffold.project.settings import (
    AshDomains,
    ImportDeps,
    InstalledExtensions,
    MigrateExtensions,
    MinPgVersion,
    Setting,
    UseAshRepo,
    lines,
)


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A setting that a file lacks, and why it is needed."""

    path: str
    setting: Setting
    why: str


def needs_of(
    project: Project,
    repo: Repo | None,
    domains: Iterable[str],
    extensions: Iterable[str],
    server_version: int | None,
) -> tuple[Need, ...]:
    """Return what is missing for domains whose resources use types of those extensions.

    `server_version` is as `server_version_num` has it, None when it is not the team's server's.
    A setting that is not a literal counts as present.
    """
    found = [*_domains(project, domains), *_formatter(project)]
    if repo is not None:
        found += _repo(repo, project.app.name, frozenset(extensions), server_version)
    return tuple(found)


def _domains(project: Project, domains: Iterable[str]) -> Iterator[Need]:
    config = project.config
    missing = tuple(sorted(set(domains) - set(config.ash_domains)))
    if missing and config.domains_readable:
        yield Need(
            path=config.domains_path or "config/config.exs",
            setting=AshDomains(app=project.app.name, present=config.ash_domains, missing=missing),
            why="a domain that is not listed is a compile warning",
        )


def _formatter(project: Project) -> Iterator[Need]:
    there = project.formatter.import_deps
    missing = tuple(name for name in ("ash", "ash_postgres") if name not in there)
    if missing:
        yield Need(
            path=project.formatter.path or f"{project.app.path}/.formatter.exs".lstrip("/"),
            setting=ImportDeps(present=there, missing=missing),
            why="`mix format` would put parentheses around Ash's calls",
        )


def _repo(
    repo: Repo, app: str, extensions: frozenset[str], server_version: int | None
) -> Iterator[Need]:
    module = repo.module
    if not repo.is_ash:
        yield Need(
            path=repo.path,
            setting=UseAshRepo(repo=module, app=app),
            why=f"{module} is a plain Ecto.Repo; AshPostgres.Repo serves the legacy code as well",
        )
    installed = repo.installed_extensions
    needed = [name for name in TYPE_EXTENSIONS if name in extensions]
    missing = tuple(name for name in needed if name not in (installed or ()))
    if missing and (installed is not None or not repo.has_installed_extensions):
        yield Need(
            path=repo.path,
            setting=InstalledExtensions(repo=module, present=installed or (), missing=missing),
            why=f"filters and updates on {', '.join(missing)} columns fail without it",
        )
    if repo.migrate_extensions is not False:
        yield Need(
            path=repo.path,
            setting=MigrateExtensions(repo=module),
            why="`mix ash.codegen` would write migrations for extensions that are there",
        )
    if repo.min_pg_version is None:
        major = None if server_version is None else server_version // 10000
        yield Need(
            path=repo.path,
            setting=MinPgVersion(repo=module, major=major),
            why="AshPostgres chooses its SQL by the server's version",
        )


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Lines to add to a file, and why."""

    path: str
    lines: tuple[str, ...]
    why: str


def advise(
    project: Project,
    repo: Repo | None,
    plan: Plan,
    server_version: int | None,
    obsolete: Collection[str] = (),
) -> tuple[Advice, ...]:
    """Return what is still missing for the planned resources to compile and to be left alone.

    `server_version` is as `server_version_num` has it, None when it is not the team's server's.
    `obsolete` are domains that the configuration need not list any more.
    """
    written = {item.resource.domain for item in plan.resources if item.written}
    used = requirements_of(item.resource for item in plan.resources if item.written)
    return (
        *_dependencies(project, used),
        *_versions(project, used),
        *(
            Advice(path=need.path, lines=lines(_without(need.setting, obsolete)), why=need.why)
            for need in needs_of(project, repo, written, plan.extensions, server_version)
        ),
    )


def _dependencies(project: Project, used: Iterable[UsedRequirement]) -> Iterator[Advice]:
    """Advise the packages that no application depends on, where mix.exs tells its dependencies.

    With ash_postgres comes ash.
    """
    there = {name for app in project.apps for name in app.dependencies}
    missing = [each.requirement for each in used if each.requirement.package not in there]
    if there and missing and "ash_postgres" not in there:
        yield Advice(
            path=_mix_file(project),
            lines=tuple(f'{{:{each.package}, "{each.constraint}"}}' for each in missing),
            why="nothing that is generated compiles without it",
        )


def _mix_file(project: Project) -> str:
    return f"{project.app.path}/mix.exs".lstrip("/")


def _versions(project: Project, used: Iterable[UsedRequirement]) -> Iterator[Advice]:
    """Advise newer versions for features that need one.

    What mix.exs and mix.lock do not tell is taken for right; `doctor` says that it is not known.
    """
    for each in used:
        needed = each.requirement
        locked = project.versions.get(needed.package)
        found = parse_version(locked or "") or lower_bound(
            project.app.requirements.get(needed.package, "")
        )
        if each.columns and found is not None and found < needed.least:
            yield Advice(
                path=_mix_file(project),
                lines=(f'{{:{needed.package}, "{needed.constraint}"}}',),
                why=f"{needed.feature} ({named(each.columns)}) need {needed.package} "
                f"{needed.version}: {needed.why}",
            )


def _without(setting: Setting, obsolete: Collection[str]) -> Setting:
    if not isinstance(setting, AshDomains):
        return setting
    present = tuple(module for module in setting.present if module not in obsolete)
    return msgspec.structs.replace(setting, present=present)
