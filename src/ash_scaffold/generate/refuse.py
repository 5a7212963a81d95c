"""What makes a run impossible once the tables are known, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Protocol

from ash_scaffold.ash.known import Known
from ash_scaffold.ash.scope import Scope
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


def require_tables(scope: Scope, database: Database, asked: Asked, known: Known) -> None:
    """Raise `ScaffoldError` for a pattern that fits no table, and when there is nothing to do."""
    if scope.unmatched:
        names = [str(table.name) for table in database.tables]
        raise ScaffoldError(*(_unmatched(p, names, database) for p in scope.unmatched))
    if scope.written:
        return
    if not database.tables:
        raise fail(
            Code.NO_TABLES,
            f"There are no tables in {' or '.join(database.schemas)}.",
            todo=_other_schemas(database),
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
        todo=_proposal(asked.domain, scope.unassigned, known),
    )


def _other_schemas(database: Database) -> str:
    if not database.other_schemas:
        return "Is it the right database?"
    names = ", ".join(f"{name} ({count})" for name, count in database.other_schemas)
    return f"Read other schemas with --schema: {names}."


def _unmatched(pattern: str, names: Sequence[str], database: Database) -> Problem:
    near = difflib.get_close_matches(pattern, names)
    hint = f"Did you mean {', '.join(near)}?" if near else _other_schemas(database)
    return Problem(
        severity=Severity.ERROR,
        code=Code.UNKNOWN_NAME,
        where=f"--table {pattern}",
        what=f"No table fits {pattern}.",
        todo=hint,
    )


def _proposal(domain: str, tables: Sequence[Name], known: Known) -> str:
    """Propose the lines for ash_scaffold.toml: the tables that no domain has."""
    context = domain.rsplit(".", 1)[-1]
    alike = [s.table for s in known.legacy if s.context.rsplit(".", 1)[-1] == context]
    chosen = [name for name in tables if name in alike] or list(tables)
    listed = ", ".join(f'"{name}"' for name in chosen)
    return (
        "Add this to ash_scaffold.toml, with the tables you want:\n"
        f'[domains."{domain}"]\ntables = [{listed}]'
    )
