"""The repos of a compiled project, its compiler's warnings, and what `mix ash.codegen` would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from ash_scaffold.ash.types import TYPE_EXTENSIONS
from ash_scaffold.postgres.catalog import Database, Name, Table
from ash_scaffold.problem import Severity
from ash_scaffold.project.settings import EXTENSION_MODULE
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.answers import Answers, RepoAnswer
from ash_scaffold.verify.report import Kind

_FUNCTIONS = "ash-functions"


def check_project(answers: Answers, database: Database) -> list[Finding]:
    """Find what is wrong with the project as a whole."""
    tables = {table.name: table for table in database.tables}
    found: list[Finding] = []
    for repo in answers.repos:
        found += _repo(repo, answers, tables)
    found += _warnings(answers)
    found += _codegen(answers)
    return found


def _repo(repo: RepoAnswer, answers: Answers, tables: Mapping[Name, Table]) -> Iterator[Finding]:
    def finding(kind: Kind, what: str, todo: str) -> Finding:
        return Finding(kind=kind, severity=Severity.ERROR, module=repo.module, what=what, todo=todo)

    for extension in repo.installed_extensions:
        if extension == _FUNCTIONS:
            missing = not repo.ash_functions
        else:
            missing = extension not in repo.extensions and not EXTENSION_MODULE.fullmatch(extension)
        if missing:
            yield finding(
                Kind.EXTENSION,
                f"installed_extensions lists {extension}, which the database does not have.",
                "Take it out, or install it in a legacy migration.",
            )
    # The types that AshPostgres has to know of are called as their extensions are.
    used = _types_used(repo, answers, tables) & {*TYPE_EXTENSIONS} & set(repo.extensions)
    for extension in sorted(used - set(repo.installed_extensions)):
        yield finding(
            Kind.EXTENSION,
            f"installed_extensions does not list {extension}: filters and updates on its columns "
            "fail.",
            f'Add "{extension}" to installed_extensions.',
        )
    if repo.migrate_extensions:
        yield finding(
            Kind.EXTENSION,
            "The repo lets Ash migrate extensions.",
            "Say `@impl true` `def migrate_extensions?, do: false` in the repo.",
        )
    version = _version(repo.min_pg_version)
    if version is not None and version > (repo.server_version // 10000, _minor(repo)):
        yield finding(
            Kind.SERVER_VERSION,
            f"min_pg_version is {repo.min_pg_version}, and the server is "
            f"{repo.server_version // 10000}.{_minor(repo)}.",
            "Lower it: AshPostgres uses SQL that the server does not know.",
        )


def _types_used(repo: RepoAnswer, answers: Answers, tables: Mapping[Name, Table]) -> set[str]:
    return {
        column.type.name.name
        for answer in answers.resources
        if answer.repo == repo.module and answer.table_name in tables
        for column in tables[answer.table_name].columns
        if any(attribute.source == column.name for attribute in answer.attributes)
    }


def _minor(repo: RepoAnswer) -> int:
    return repo.server_version % 10000


def _version(text: str | None) -> tuple[int, int] | None:
    parts = (text or "").split(".")
    if len(parts) < 2 or not all(part.isdigit() for part in parts[:2]):
        return None
    return int(parts[0]), int(parts[1])


def _warnings(answers: Answers) -> Iterator[Finding]:
    """Yield the compiler's warnings about the files of the resources and their domains."""
    modules = {answer.file: answer for answer in answers.resources}
    for warning in answers.compiled.warnings:
        about = modules.get(warning.file or "")
        named = [a for a in answers.resources if a.module in warning.message]
        if about is None and not named:
            continue
        place = PurePath(warning.file).name if warning.file else ""
        line = f":{warning.line}" if warning.line else ""
        yield Finding(
            kind=Kind.COMPILE_WARNING,
            severity=Severity.WARNING,
            module=(about or named[0]).module,
            table=str((about or named[0]).table_name),
            what=f"{place}{line}: {' '.join(warning.message.split())}",
            todo="`mix compile --force` shows it in full.",
        )


def _codegen(answers: Answers) -> Iterator[Finding]:
    # A file's name starts with the time, in each run another.
    folders = sorted({str(PurePath(path).parent) for path in answers.codegen.pending})
    why = f"it wants to write to {', '.join(folders)}" if folders else ""
    if answers.codegen.error is not None:
        why = f"it ends with {answers.codegen.error}"
    if why:
        yield Finding(
            kind=Kind.CODEGEN,
            severity=Severity.ERROR,
            what=f"`mix ash.codegen --check` would not pass: {why}.",
            todo="A resource without `migrate? false`, or a repo that migrates extensions, is why; "
            "for a table that Ash owns, make the migration: mix ash.codegen NAME",
        )
