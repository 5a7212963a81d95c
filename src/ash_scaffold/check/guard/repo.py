"""Repos that let Ash migrate extensions, and files that nobody can read."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.check.guard.kinds import Kind
from ash_scaffold.check.report import Source
from ash_scaffold.generate.regenerate import read_text
from ash_scaffold.problem import Severity
from ash_scaffold.project.model import Project
from ash_scaffold.report.finding import Finding

_CALLBACK = "migrate_extensions?"


def guard_files(project: Project) -> Iterator[Finding]:
    """Yield the files that are not Elixir: what they define is not known."""
    for file in project.unparsed:
        yield Finding(
            severity=Severity.ERROR,
            source=Source.GUARD,
            kind=Kind.UNPARSED.value,
            path=file.path,
            line=file.line,
            what=f"The file is not valid Elixir at {file.text}: what it defines is not known.",
            todo="Mend it.",
            accept=(file.path,),
        )


def guard_repos(project: Project, used: frozenset[str]) -> Iterator[Finding]:
    """Yield the repos among `used` in which the callback is missing, or says true.

    One that is there and can't be read is unknown.
    """
    for repo in project.repos:
        if repo.module not in used or not repo.is_ash or repo.migrate_extensions is False:
            continue
        stated = _CALLBACK in (read_text(project.root, repo.path) or "")
        if stated and repo.migrate_extensions is None:
            continue
        extensions = repo.installed_extensions
        if extensions is None and not repo.has_installed_extensions:
            extensions = ()
        yield Finding(
            severity=Severity.WARNING if extensions == () else Severity.ERROR,
            source=Source.GUARD,
            kind=Kind.MIGRATES_EXTENSIONS.value,
            module=repo.module,
            path=repo.path,
            line=repo.line,
            what=f"{repo.module} lets Ash migrate extensions: `mix ash.codegen` writes a migration "
            "for each one that Ash has not installed itself.",
            todo="@impl true\ndef migrate_extensions?, do: false",
            command="ash-scaffold doctor --fix",
            accept=(f"{repo.module}.{_CALLBACK}", repo.module),
        )
