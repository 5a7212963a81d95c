"""The configuration lines that a project still lacks, each with its file and its reason."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ash_scaffold.ash.plan import Plan
from ash_scaffold.project.model import Project, Repo

# What Ash needs of PostgreSQL beside its types; the rest of installed_extensions is the team's.
_NEEDED = ("citext", "hstore", "ltree")


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Lines to add to a file, and why."""

    path: str
    lines: tuple[str, ...]
    why: str


def advise(
    project: Project, repo: Repo | None, repo_module: str, plan: Plan, server_version: int | None
) -> tuple[Advice, ...]:
    """Return what is still missing for the planned resources to compile and to be left alone.

    `server_version` is as `server_version_num` has it, None when it is not the team's server's.
    """
    return (
        *_domains(project, plan),
        *_formatter(project),
        *_repo(repo, repo_module, project.app.name, plan, server_version),
    )


def _domains(project: Project, plan: Plan) -> Iterator[Advice]:
    config = project.config
    written = {item.resource.domain for item in plan.resources if item.written}
    missing = sorted(written - set(config.ash_domains))
    if missing and config.domains_readable:
        wanted = [*config.ash_domains, *missing]
        yield Advice(
            path=config.domains_path or "config/config.exs",
            lines=(f"config :{project.app.name}, ash_domains: [{', '.join(wanted)}]",),
            why="a domain that is not listed is a compile warning",
        )


def _formatter(project: Project) -> Iterator[Advice]:
    missing = [d for d in ("ash", "ash_postgres") if d not in project.formatter.import_deps]
    if missing:
        wanted = [*project.formatter.import_deps, *missing]
        yield Advice(
            path=project.formatter.path or ".formatter.exs",
            lines=(f"import_deps: [{', '.join(f':{name}' for name in wanted)}]",),
            why="`mix format` would put parentheses around Ash's calls",
        )


def _repo(
    repo: Repo | None, module: str, app: str, plan: Plan, server_version: int | None
) -> Iterator[Advice]:
    if repo is None:
        return
    if not repo.is_ash:
        yield Advice(
            path=repo.path,
            lines=(f"use AshPostgres.Repo, otp_app: :{app}",),
            why=f"{module} is a plain Ecto.Repo; AshPostgres.Repo serves the legacy code as well",
        )
    needed = [name for name in _NEEDED if name in plan.extensions]
    installed = repo.installed_extensions
    missing = [name for name in needed if name not in (installed or ())]
    if missing and (installed is not None or not repo.has_installed_extensions):
        wanted = ", ".join(f'"{name}"' for name in [*(installed or ()), *missing])
        yield Advice(
            path=repo.path,
            lines=("@impl true", f"def installed_extensions, do: [{wanted}]"),
            why=f"filters and updates on {', '.join(missing)} columns fail without it",
        )
    if repo.migrate_extensions is not False:
        yield Advice(
            path=repo.path,
            lines=("@impl true", "def migrate_extensions?, do: false"),
            why="`mix ash.codegen` would write migrations for extensions that are there",
        )
    if repo.min_pg_version is None:
        major = "…" if server_version is None else server_version // 10000
        yield Advice(
            path=repo.path,
            lines=(
                "@impl true",
                f"def min_pg_version, do: %Version{{major: {major}, minor: 0, patch: 0}}",
            ),
            why="AshPostgres chooses its SQL by the server's version",
        )
