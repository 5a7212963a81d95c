"""What the project's files lack, as far as it is known: what `--fix` can add."""

from __future__ import annotations

from ash_scaffold.doctor.ash_functions import CALLED
from ash_scaffold.doctor.facts import Facts
from ash_scaffold.generate.known import find_repo
from ash_scaffold.generate.needs import Need, needs_of
from ash_scaffold.project.model import Project, Repo
from ash_scaffold.project.settings import InstalledExtensions

ASH_FUNCTIONS = "ash-functions"


def repo_of(facts: Facts) -> Repo | None:
    """Return what is known of the repo that the resources use."""
    return None if facts.repo_module is None else find_repo(facts.project, facts.repo_module)


def own_domains(project: Project) -> tuple[str, ...]:
    """Return the domains of the application: those of an umbrella's others are theirs to list."""
    inside = f"{project.app.path}/" if project.app.path else ""
    return tuple(domain.module for domain in project.domains if domain.path.startswith(inside))


def dependencies(project: Project) -> frozenset[str]:
    """Return the dependencies of all applications, none when mix.exs doesn't say them readably."""
    return frozenset(name for app in project.apps for name in app.dependencies)


def has_ash(project: Project) -> bool:
    """Whether the lines of `needs` can stand in the project: they name what Ash brings.

    Without it the formatter would stop at an unknown dependency, and the repo would not compile.
    """
    there = dependencies(project)
    return not there or there >= {"ash", "ash_postgres"}


def needs(facts: Facts) -> tuple[Need, ...]:
    """Return every setting that is missing.

    Domains are those that are in the project; what a run has yet to write it will ask for then.
    """
    repo, server = repo_of(facts), facts.server
    version = server.database.server_version if server is not None and server.live else None
    domains = own_domains(facts.project)
    extensions = server.extensions if server is not None else ()
    found = needs_of(facts.project, repo, domains, extensions, version)
    unnamed = None if repo is None else _unnamed_functions(facts, repo, found)
    return found if unnamed is None else (*found, unnamed)


def has_functions(facts: Facts) -> bool | None:
    """Whether the database has the functions of AshPostgres, None when that isn't known."""
    if facts.server is None or facts.server.functions is None:
        return None
    return facts.server.functions >= CALLED


def _unnamed_functions(facts: Facts, repo: Repo, found: tuple[Need, ...]) -> Need | None:
    """Return what is needed where the database has the functions and the repo doesn't say so."""
    installed = repo.installed_extensions
    readable = installed is not None or not repo.has_installed_extensions
    there = installed or ()
    if not has_functions(facts) or not readable or ASH_FUNCTIONS in there:
        return None
    for need in found:
        if isinstance(need.setting, InstalledExtensions):
            there = (*there, *need.setting.missing)
    return Need(
        path=repo.path,
        setting=InstalledExtensions(repo=repo.module, present=there, missing=(ASH_FUNCTIONS,)),
        why="the database has the functions of AshPostgres, and Ash uses them only when it is told",
    )
