"""The settings that the project's files lack, and the edits of `--fix` that add them.

Everything is computed without touching a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from ash_scaffold.doctor.ash_functions import CALLED
from ash_scaffold.doctor.facts import Facts
from ash_scaffold.generate.missing_settings import Need, needs_of
from ash_scaffold.project.format import format_files, formatter_calls
from ash_scaffold.project.mix_project import Project, Repo
from ash_scaffold.project.read_state import find_repo
from ash_scaffold.project.settings import InstalledExtensions, put
from ash_scaffold.project.sources import read_source

ASH_FUNCTIONS = "ash-functions"


def repo_of(facts: Facts) -> Repo | None:
    """Return what is known of the repo that the resources use."""
    return None if facts.repo_module is None else find_repo(facts.project, facts.repo_module)


def own_domains(project: Project) -> tuple[str, ...]:
    """Return the domains of the application: those of an umbrella's others are theirs to list."""
    inside = f"{project.app.path}/" if project.app.path else ""
    return tuple(domain.module for domain in project.domains if domain.path.startswith(inside))


def dependencies(project: Project) -> frozenset[str]:
    """Return the dependencies of all applications; none when mix.exs's list can't be read."""
    return frozenset(name for app in project.apps for name in app.dependencies)


def has_ash(project: Project) -> bool:
    """Whether the project has the modules that the lines of `needs` name.

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
        why="the database has the functions of AshPostgres, and Ash uses only listed ones",
    )


class Edits(msgspec.Struct, frozen=True, kw_only=True):
    """The files to write, what they held before, and the needs that they meet."""

    files: Mapping[str, bytes]
    seen: Mapping[str, bytes | None]
    met: tuple[Need, ...]


def edits(project: Project, wanted: Iterable[Need]) -> Edits:
    """Put every setting into its file that can be put there safely."""
    seen: dict[str, bytes | None] = {}
    texts: dict[str, bytes] = {}
    met = []
    for need in wanted:
        if need.path not in seen:
            seen[need.path] = _read(project.root / need.path)
        before = texts.get(need.path, seen[need.path])
        if before is None and (project.root / need.path).exists():
            continue
        after = put(before, need.setting)
        if after is not None and after != before:
            texts[need.path] = after
            met.append(need)
    return Edits(files=texts, seen={path: seen[path] for path in texts}, met=tuple(met))


def _read(path: Path) -> bytes | None:
    return read_source(path) if path.is_file() else None


def formatted(project: Project, wanted: Edits) -> Edits:
    """Format the files that are new, and those that `mix format` would have left alone before."""
    texts = {path: text for path, text in wanted.files.items() if path.endswith((".ex", ".exs"))}
    staged: dict[str, str] = {}
    for path, after in texts.items():
        before = wanted.seen[path]
        try:
            pair = (after if before is None else before).decode(), after.decode()
        except UnicodeDecodeError:
            continue
        staged[f"{path} before"], staged[f"{path} after"] = pair
    done = format_files(staged, project, locals_without_parens=formatter_calls(), run_project=False)
    found = dict(wanted.files)
    for path in texts:
        before_text = staged.get(f"{path} before")
        new = wanted.seen[path] is None
        if before_text is not None and (new or done.texts[f"{path} before"] == before_text):
            found[path] = done.texts[f"{path} after"].encode()
    return msgspec.structs.replace(wanted, files=found)
