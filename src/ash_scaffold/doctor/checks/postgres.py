"""The database: its server, its extensions, and what the role may read."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.doctor.facts import Facts, Server
from ash_scaffold.doctor.model import Check, Group, Status, from_problem
from ash_scaffold.doctor.needs import ASH_FUNCTIONS, repo_of
from ash_scaffold.postgres.catalog import Table
from ash_scaffold.postgres.identifier import quote_identifier

_NOT_GIVEN = (
    "No database is given.",
    "Give --url postgres://user@host/database, set $DATABASE_URL, or put url = … in "
    "ash_scaffold.toml.",
)
_SHOWN = 10


def postgres_checks(facts: Facts) -> Iterator[Check]:
    """Judge the database, where there is one."""
    if facts.server is None:
        yield from _unread(facts)
        return
    server = facts.server
    yield _check("server", Status.OK, f"Read {server.source}{_version(server)}.")
    yield _extensions(facts, server)
    yield _rights(server)
    if server.problems:
        for problem in server.problems:
            yield from_problem(Group.DATABASE, "plan", problem)
    elif server.tables:
        yield _check("plan", Status.OK, f"Tables in a domain: {len(server.tables)}.")
    else:
        yield _check(
            "plan",
            Status.WARNING,
            "No table is in a domain yet.",
            "`ash-scaffold init` proposes domains.",
        )


def _check(
    name: str, status: Status, what: str, todo: str = "", lines: tuple[str, ...] = ()
) -> Check:
    return Check(group=Group.DATABASE, name=name, status=status, what=what, todo=todo, lines=lines)


def _unread(facts: Facts) -> Iterator[Check]:
    if facts.server_problems:
        for problem in facts.server_problems:
            yield from_problem(Group.DATABASE, "server", problem)
        why = "the database could not be read"
    else:
        what, todo = _NOT_GIVEN
        yield _check("server", Status.SKIPPED, what, todo)
        why = "no database is given"
    for name, what in (
        ("extensions", "The extensions were"),
        ("rights", "The role's rights were"),
        ("plan", "The tables and the configuration's names were"),
    ):
        yield _check(name, Status.SKIPPED, f"{what} not looked at: {why}.")


def _version(server: Server) -> str:
    if not server.live:
        return ""
    number = server.database.server_version
    return f": PostgreSQL {number // 10000}.{number % 10000}, role {server.role}"


def _extensions(facts: Facts, server: Server) -> Check:
    """Hold what the repo names against what the database has."""
    repo = repo_of(facts)
    named = (repo.installed_extensions if repo is not None else None) or ()
    there = {extension.name for extension in server.database.extensions}
    lacking = [name for name in named if name not in there and name != ASH_FUNCTIONS]
    if lacking:
        return _check(
            "extensions",
            Status.WARNING,
            f"installed_extensions has {', '.join(lacking)}, which the database lacks.",
            "Make them in a legacy migration, or take them out of the list:",
            tuple(f"execute('CREATE EXTENSION {quote_identifier(name)}')" for name in lacking),
        )
    shown = ", ".join(sorted(there)) or "none"
    return _check("extensions", Status.OK, f"The database has these extensions: {shown}.")


def _rights(server: Server) -> Check:
    """Say which tables of a domain the role may not read, or of all while there is no domain."""
    database = server.database
    if not server.live:
        return _check("rights", Status.SKIPPED, "A dump has no rights to look at.")
    tables = [t for t in database.tables if not server.tables or t.name in server.tables]
    closed = [table for table in tables if not _is_open(table)]
    if not closed:
        return _check("rights", Status.OK, f"{server.role} may read every table.")
    names = ", ".join(str(table.name) for table in closed[:_SHOWN])
    more = f" and {len(closed) - _SHOWN} more" if len(closed) > _SHOWN else ""
    return _check(
        "rights",
        Status.WARNING,
        f"{server.role} may not read {names}{more}: `verify` can't look at their rows, and the "
        "application can't either if it connects with this role.",
        "As their owner:",
        _grants(closed, server.role),
    )


def _is_open(table: Table) -> bool:
    return table.readable and all(column.readable for column in table.columns)


def _grants(tables: list[Table], role: str) -> tuple[str, ...]:
    to = quote_identifier(role)
    schemas = sorted({table.name.schema for table in tables})
    return (
        *(f"GRANT USAGE ON SCHEMA {quote_identifier(schema)} TO {to};" for schema in schemas),
        *(
            f"GRANT SELECT ON {quote_identifier(table.name.schema)}."
            f"{quote_identifier(table.name.name)} TO {to};"
            for table in tables
        ),
    )
