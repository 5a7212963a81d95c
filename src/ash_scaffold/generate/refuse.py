"""What makes a run impossible once the tables are known, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.scope import Scope
from ash_scaffold.config import table_pattern, valid_alias
from ash_scaffold.config.faults import did_you_mean, quoted
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail


class Asked(Protocol):
    """The part of a request that names things."""

    @property
    def domain(self) -> str | None:
        """The domain asked for."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The patterns of `--table`."""

    @property
    def exclude(self) -> tuple[str, ...]:
        """The patterns of `--exclude`."""

    @property
    def repo(self) -> str | None:
        """The repo's module."""

    @property
    def out(self) -> str | None:
        """The folder for modules."""


_WIDE = 80  # characters: a longer list of tables is written one a line


def require_options(asked: Asked) -> None:
    """Raise `ScaffoldError` for options that are wrong whatever the database holds."""
    problems = [
        Problem(
            severity=Severity.ERROR,
            code=Code.INVALID_MODULE_NAME,
            where=option,
            what=f"{quoted(name)} is not a module's name.",
            todo=f"Each part starts with a capital letter, as in {example}.",
        )
        for option, name, example in (
            ("--domain", asked.domain, "App.Accounts"),
            ("--repo", asked.repo, "App.Repo"),
        )
        if name is not None and not valid_alias(name)
    ]
    if asked.out is not None and not _stays_inside(asked.out):
        problems.append(
            Problem(
                severity=Severity.ERROR,
                code=Code.NOT_WRITABLE,
                where="--out",
                what=f"{quoted(asked.out)} is not a folder inside the project.",
                todo="Give a path relative to the folder of mix.exs, without `..`.",
            )
        )
    if problems:
        raise ScaffoldError(*problems)


def require_templates(templates: Path | None) -> None:
    """Raise `ScaffoldError` for a folder that an option or the configuration names in vain."""
    if templates is not None and not templates.is_dir():
        raise fail(
            Code.TEMPLATE_ERROR,
            "There is no such folder of templates.",
            where=str(templates),
            todo="Name a folder laid out as templates/elixir of ash-scaffold.",
        )


def _stays_inside(text: str) -> bool:
    path = PurePosixPath(text)
    return bool(text) and not path.is_absolute() and ".." not in path.parts


def require_tables(scope: Scope, database: Database, asked: Asked, state: ProjectState) -> None:
    """Raise `ScaffoldError` for a pattern that fits no table, and when there is nothing to do."""
    if not database.tables:
        raise fail(
            Code.NO_TABLES,
            f"There are no tables in {' or '.join(database.schemas)}.",
            todo=_other_schemas(database),
        )
    unknown = [
        *(("--table", pattern) for pattern in asked.tables if _fits_none(pattern, database)),
        *(("--exclude", pattern) for pattern in asked.exclude if _fits_none(pattern, database)),
    ]
    if unknown:
        raise ScaffoldError(*(_unmatched(option, p, database) for option, p in unknown))
    if scope.unmatched:
        left = ", ".join(scope.unmatched)
        raise fail(
            Code.NO_TABLES,
            f"All that fits {left} is left out by --exclude or the configuration.",
            where="--table",
        )
    if scope.written:
        return
    if asked.tables and scope.domains.keys() >= _matching(asked.tables, database):
        owners = sorted({scope.domains[name] for name in _matching(asked.tables, database)})
        raise fail(
            Code.NO_TABLES,
            f"{', '.join(asked.tables)} is in {' and '.join(owners)}, not in {asked.domain}.",
            where="--table",
            todo=f"Run it with --domain {owners[0]}.",
        )
    if asked.domain is None:
        raise fail(
            Code.NO_TABLES,
            "No domain has a table: none is configured and none is in the project.",
            todo="Name one: --domain App.Accounts, or [domains] in ash_scaffold.toml.",
        )
    raise fail(
        Code.NO_TABLES,
        f"Nothing says which tables belong to {asked.domain}: no configuration, "
        "no resource that is there, no Ecto schema in a context of that name.",
        where=asked.domain,
        todo=_near_domain(asked.domain, scope, state)
        + _proposal(asked.domain, scope.unassigned, state),
    )


def _near_domain(domain: str, scope: Scope, state: ProjectState) -> str:
    contexts = {schema.context for schema in state.legacy if schema.context}
    near = did_you_mean(domain, {*scope.domains.values(), *contexts})
    return f"{near} Otherwise:\n" if near else ""


def _matching(patterns: Iterable[str], database: Database) -> set[Name]:
    compiled = [table_pattern(pattern) for pattern in patterns]
    return {t.name for t in database.tables if any(p.matches(t.name) for p in compiled)}


def _fits_none(pattern: str, database: Database) -> bool:
    return not _matching((pattern,), database)


def _other_schemas(database: Database) -> str:
    if not database.other_schemas:
        return "Is it the right database?"
    names = ", ".join(f"{name} ({count})" for name, count in database.other_schemas)
    return f"Read other schemas with --schema: {names}."


def _unmatched(option: str, pattern: str, database: Database) -> Problem:
    names = [str(table.name) for table in database.tables]
    hint = did_you_mean(pattern, names) or _other_schemas(database)
    return Problem(
        severity=Severity.ERROR,
        code=Code.UNKNOWN_NAME,
        where=option,
        what=f"No table fits {pattern}.",
        todo=hint,
    )


def _proposal(domain: str, tables: Sequence[Name], state: ProjectState) -> str:
    """Propose the lines for ash_scaffold.toml: the tables that no domain has."""
    context = domain.rsplit(".", 1)[-1]
    alike = [s.table for s in state.legacy if s.context.rsplit(".", 1)[-1] == context]
    chosen = [name for name in tables if name in alike] or list(tables)
    if not chosen:
        return "Every table is in a domain already: move some in [domains] of ash_scaffold.toml."
    names = [quoted(str(name)) for name in chosen]
    listed = f"[{', '.join(names)}]"
    if len(listed) > _WIDE:
        listed = "\n".join(("[", *(f"  {name}," for name in names), "]"))
    return (
        "Add this to ash_scaffold.toml, with the tables you want:\n"
        f'[domains."{domain}"]\ntables = {listed}'
    )
