"""What compiled resources say, held against the live catalog and the plan of the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

import msgspec

from ash_scaffold.ash.model import Resource as Planned
from ash_scaffold.ash.types import TYPE_EXTENSIONS
from ash_scaffold.postgres.catalog import Database, Name, Table
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding
from ash_scaffold.verify.answer import Answers, RepoAnswer, ResourceAnswer
from ash_scaffold.verify.attributes import check_attributes
from ash_scaffold.verify.constraints import Pointing, check_names
from ash_scaffold.verify.relationships import check_identities, check_relationships
from ash_scaffold.verify.report import Kind

_FUNCTIONS = "ash-functions"


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What resources are held against.

    `planned` are the resources as they would be generated, by table; `owned_by_ash` the tables
    that Ash may migrate.
    """

    database: Database
    planned: Mapping[Name, Planned]
    owned_by_ash: frozenset[Name] = frozenset()


def check_static(answers: Answers, expected: Expected) -> list[Finding]:
    """Find every difference that needs no row to be read."""
    tables = {table.name: table for table in expected.database.tables}
    resources = frozenset(_name(answer) for answer in answers.resources)
    pointing = Pointing(expected.database)
    found: list[Finding] = []
    for answer in answers.resources:
        table = tables.get(_name(answer))
        if table is None:
            found.append(_no_table(answer, tables))
            continue
        planned = expected.planned.get(table.name)
        found += _table(answer, table, expected)
        found += check_attributes(answer, table, planned, expected.database)
        found += _primary_key(answer, table, planned)
        found += check_relationships(answer, table, expected.database, resources)
        found += check_identities(answer, table)
        found += check_names(answer, table, expected.database, pointing)
    for repo in answers.repos:
        found += _repo(repo, answers, tables)
    found += _warnings(answers)
    found += _codegen(answers)
    return found


def _name(answer: ResourceAnswer) -> Name:
    return Name(answer.schema, answer.table)


def _no_table(answer: ResourceAnswer, tables: Mapping[Name, Table]) -> Finding:
    elsewhere = [name for name in tables if name.name == answer.table]
    hint = f" There is {elsewhere[0].schema}.{elsewhere[0].name}." if elsewhere else ""
    return Finding(
        kind=Kind.TABLE,
        severity=Severity.ERROR,
        module=answer.module,
        table=str(_name(answer)),
        what=f"There is no such table.{hint}",
        todo="Correct `table` and `schema`; a schema beside public may have to be named in "
        "`schemas` of ash_scaffold.toml.",
    )


def _table(answer: ResourceAnswer, table: Table, expected: Expected) -> Iterator[Finding]:
    def finding(kind: Kind, what: str, todo: str = "") -> Finding:
        return Finding(
            kind=kind,
            severity=Severity.ERROR,
            module=answer.module,
            table=str(table.name),
            what=what,
            todo=todo,
        )

    if answer.migrate and table.name not in expected.owned_by_ash:
        yield finding(
            Kind.MIGRATE,
            "The resource does not say `migrate? false`: Ash would write migrations for the table.",
            "Say `migrate? false` in `postgres`, or list the table in owned_by_ash.",
        )
    for name in answer.reserved:
        yield finding(
            Kind.RESERVED_NAME, f"The field {name} has a name that Ash reserves.", "Rename it."
        )
    planned = expected.planned.get(table.name)
    if planned is not None and planned.repo != answer.repo:
        yield finding(
            Kind.REPO,
            f"The resource uses {answer.repo}, and the project's repo is {planned.repo}.",
            "Correct `repo` in `postgres`, or in ash_scaffold.toml.",
        )


def _primary_key(
    answer: ResourceAnswer, table: Table, planned: Planned | None
) -> Iterator[Finding]:
    sources = {attribute.name: attribute.source for attribute in answer.attributes}
    said = {sources.get(name, name) for name in answer.primary_key}
    wanted = _key_columns(table, planned)
    if said == wanted or not wanted:
        return
    unique = any(
        index.unique
        and index.predicate is None
        and {key.column for key in index.keys} <= said
        and all(table.column(key.column).not_null for key in index.keys if key.column)
        for index in table.indexes
    )
    has = ", ".join(sorted(said)) or "none"
    yield Finding(
        kind=Kind.PRIMARY_KEY,
        severity=Severity.NOTE if unique else Severity.ERROR,
        module=answer.module,
        table=str(table.name),
        what=f"The resource's primary key is {has}, the table's {', '.join(sorted(wanted))}."
        + ("" if unique else " Nothing makes it unique: a write could meet several rows."),
        todo="" if unique else "Set primary_key? true on the attributes of the table's key.",
    )


def _key_columns(table: Table, planned: Planned | None) -> set[str]:
    if planned is not None:
        return {a.column for a in planned.attributes if a.primary_key}
    return set(table.primary_key.columns) if table.primary_key is not None else set()


def _repo(repo: RepoAnswer, answers: Answers, tables: Mapping[Name, Table]) -> Iterator[Finding]:
    def finding(kind: Kind, what: str, todo: str) -> Finding:
        return Finding(kind=kind, severity=Severity.ERROR, module=repo.module, what=what, todo=todo)

    for extension in repo.installed_extensions:
        if extension == _FUNCTIONS:
            missing = not repo.ash_functions
        else:
            missing = extension not in repo.extensions and not extension.startswith("AshPostgres.")
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
        if answer.repo == repo.module and _name(answer) in tables
        for column in tables[_name(answer)].columns
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
    """Give the compiler's warnings about the files of the resources and their domains."""
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
            table=str(_name(about or named[0])),
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
            todo="A resource without `migrate? false`, or a repo that migrates extensions, is why.",
        )
