"""Checks of the repo's module and of the database: they judge facts and look at nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.doctor.ash_functions import migration
from ash_scaffold.doctor.facts import Facts, Server
from ash_scaffold.doctor.fix import ASH_FUNCTIONS, has_functions, needs, repo_of
from ash_scaffold.doctor.report import Check, Group, check, from_problem, missing, skipped
from ash_scaffold.generate.missing_settings import Need
from ash_scaffold.postgres.catalog import Database, Table
from ash_scaffold.postgres.sql import quote_identifier
from ash_scaffold.problem import Severity
from ash_scaffold.project.mix_project import Repo
from ash_scaffold.project.settings import (
    EXTENSION_MODULE,
    InstalledExtensions,
    MigrateExtensions,
    MinPgVersion,
    UseAshRepo,
)

_LOST = (
    "Without them Ash refuses `||`, `&&` and `error/2` in expressions, and string_split with trim."
)


def repo_checks(facts: Facts) -> Iterator[Check]:
    """Judge the module that the resources name as their repo."""
    repo = repo_of(facts)
    if repo is None:
        yield _no_repo(facts)
        return
    others = [other.module for other in facts.project.repos if other.module != repo.module]
    chosen = f"; not {' or '.join(others)}" if others else ""
    yield check(
        Group.REPO, "repo", Severity.NOTE, f"{repo.module} is the repo{chosen}.", path=repo.path
    )
    by_kind: dict[type, Need] = {}
    for need in needs(facts):
        by_kind.setdefault(type(need.setting), need)
    yield _use(by_kind.get(UseAshRepo))
    yield from _init(repo)
    yield _extensions(facts, repo, by_kind.get(InstalledExtensions))
    yield _migrate(by_kind.get(MigrateExtensions))
    yield _version(facts, repo, by_kind.get(MinPgVersion))
    yield _functions(facts, repo)


def _no_repo(facts: Facts) -> Check:
    if facts.repo_module is not None:
        return check(
            Group.REPO,
            "repo",
            Severity.ERROR,
            f"{facts.repo_module} is not in the project, or has no `use AshPostgres.Repo`.",
            "Name another: repo = … in ash_scaffold.toml.",
        )
    return check(
        Group.REPO,
        "repo",
        Severity.ERROR,
        "There is no repo: no module has `use AshPostgres.Repo` or `use Ecto.Repo`.",
        'Name it: repo = "App.Repo" in ash_scaffold.toml.',
    )


def _use(need: Need | None) -> Check:
    if need is None:
        return check(Group.REPO, "use", Severity.NOTE, "It uses AshPostgres.Repo.")
    return missing(Group.REPO, "use", Severity.ERROR, "AshPostgres can't use it", need)


def _init(repo: Repo) -> Iterator[Check]:
    """Check that an `init/2` of the repo's own keeps what AshPostgres.Repo's puts in the config."""
    if not repo.is_ash or repo.own_init is None:
        return
    yield check(
        Group.REPO,
        "init",
        Severity.WARNING,
        f"init/2 (line {repo.own_init}) replaces AshPostgres.Repo's and does not call it: the "
        "repo's configuration lacks default_prefix, installed_extensions and the paths of "
        "migrations.",
        "Begin it with the configuration that `super` returns:",
        repo.path,
        ("{:ok, config} = super(type, config)",),
    )


def _extensions(facts: Facts, repo: Repo, need: Need | None) -> Check:
    name = "installed-extensions"
    lacking = need.setting.missing if need and isinstance(need.setting, InstalledExtensions) else ()
    if need is not None and lacking != (ASH_FUNCTIONS,):
        what = f"installed_extensions lacks {', '.join(lacking)}"
        return missing(Group.REPO, name, Severity.ERROR, what, need)
    wanted = facts.server.extensions if facts.server is not None else ()
    if repo.has_installed_extensions and repo.installed_extensions is None:
        return check(
            Group.REPO,
            name,
            Severity.WARNING,
            "installed_extensions is written in a way that can't be read.",
            f"Make sure that it has {', '.join(wanted)}." if wanted else "",
            repo.path,
        )
    if facts.server is None:
        return skipped(
            Group.REPO,
            name,
            "Which extensions the resources need was not looked at without a database.",
        )
    return check(
        Group.REPO, name, Severity.NOTE, "installed_extensions has what the resources need."
    )


def _migrate(need: Need | None) -> Check:
    if need is None:
        return check(Group.REPO, "migrate-extensions", Severity.NOTE, "Ash migrates no extension.")
    what = "migrate_extensions? is not false"
    return missing(Group.REPO, "migrate-extensions", Severity.ERROR, what, need)


def _version(facts: Facts, repo: Repo, need: Need | None) -> Check:
    name, server = "min-pg-version", facts.server
    if need is not None:
        return missing(Group.REPO, name, Severity.WARNING, "min_pg_version is missing", need)
    if server is not None and server.live and repo.min_pg_version is not None:
        major = server.database.server_version // 10000
        if int(repo.min_pg_version.partition(".")[0]) > major:
            return check(
                Group.REPO,
                name,
                Severity.ERROR,
                f"min_pg_version is {repo.min_pg_version}, and the server is PostgreSQL {major}.",
                "Lower it: Ash may send SQL that the server doesn't know.",
                repo.path,
                (f"def min_pg_version, do: %Version{{major: {major}, minor: 0, patch: 0}}",),
            )
    return check(Group.REPO, name, Severity.NOTE, f"min_pg_version is {repo.min_pg_version}.")


def _functions(facts: Facts, repo: Repo) -> Check:
    """Check that the database has the functions of "ash-functions" where the repo lists them."""
    name, there = ASH_FUNCTIONS, has_functions(facts)
    named = ASH_FUNCTIONS in (repo.installed_extensions or ())
    if named and there is not False:
        asked = " and the database has its functions" if there else ""
        return check(Group.REPO, name, Severity.NOTE, f'"{name}" is installed{asked}.')
    if there and not named:
        unnamed = [
            need
            for need in needs(facts)
            if isinstance(need.setting, InstalledExtensions)
            and ASH_FUNCTIONS in need.setting.missing
        ]
        if unnamed:
            what = f'installed_extensions lacks "{name}"'
            return missing(Group.REPO, name, Severity.WARNING, what, unnamed[0])
    if not named and not repo.warn_on_missing_ash_functions:
        return check(Group.REPO, name, Severity.NOTE, f'"{name}" is left out by choice. {_LOST}')
    what = (
        f'installed_extensions has "{name}", and the database lacks the functions: whatever uses '
        "them fails."
        if named
        else f'"{name}" is not installed, which is a compile warning. {_LOST}'
    )
    todo = (
        "Make them in a legacy migration (`mix ecto.gen.migration add_ash_functions`), since Ash "
        "must not migrate these tables"
    )
    if not named:
        todo += (
            f', and add "{name}" to installed_extensions; or do without: '
            "`use AshPostgres.Repo, …, warn_on_missing_ash_functions?: false`"
        )
    return check(
        Group.REPO,
        name,
        Severity.ERROR if named else Severity.WARNING,
        what,
        f"{todo}:",
        lines=migration(repo.module),
    )


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
    yield check(
        Group.DATABASE, "server", Severity.NOTE, f"Read {server.source}{_server_version(server)}."
    )
    yield _database_extensions(facts, server)
    yield _rights(server)
    if server.problems:
        for problem in server.problems:
            yield from_problem(Group.DATABASE, "plan", problem)
    elif server.tables:
        owned = f", owned by Ash: {len(server.owned)}" if server.owned else ""
        what = f"Tables in a domain: {len(server.tables)}{owned}."
        yield check(Group.DATABASE, "plan", Severity.NOTE, what)
    else:
        yield check(
            Group.DATABASE,
            "plan",
            Severity.WARNING,
            "No table is in a domain yet.",
            "`ash-scaffold init` proposes domains.",
        )


def _unread(facts: Facts) -> Iterator[Check]:
    if facts.server_problems:
        for problem in facts.server_problems:
            yield from_problem(Group.DATABASE, "server", problem)
        why = "the database could not be read"
    else:
        what, todo = _NOT_GIVEN
        yield skipped(Group.DATABASE, "server", what, todo)
        why = "no database is given"
    for name, what in (
        ("extensions", "The extensions were"),
        ("rights", "The role's rights were"),
        ("plan", "The tables and the configuration's names were"),
    ):
        yield skipped(Group.DATABASE, name, f"{what} not looked at: {why}.")


def _server_version(server: Server) -> str:
    if not server.live:
        return ""
    number = server.database.server_version
    return f": PostgreSQL {number // 10000}.{number % 10000}, role {server.role}"


def _database_extensions(facts: Facts, server: Server) -> Check:
    """Compare the extensions of the repo with those of the database."""
    repo = repo_of(facts)
    named = (repo.installed_extensions if repo is not None else None) or ()
    there = {extension.name for extension in server.database.extensions}
    lacking = [
        name
        for name in named
        if name not in there and name != ASH_FUNCTIONS and not EXTENSION_MODULE.fullmatch(name)
    ]
    if lacking:
        return check(
            Group.DATABASE,
            "extensions",
            Severity.WARNING,
            f"installed_extensions has {', '.join(lacking)}, which the database lacks.",
            "Make them in a legacy migration, or take them out of the list:",
            lines=tuple(
                f"execute('CREATE EXTENSION {quote_identifier(name)}')" for name in lacking
            ),
        )
    shown = ", ".join(sorted(there)) or "none"
    return check(
        Group.DATABASE, "extensions", Severity.NOTE, f"The database has these extensions: {shown}."
    )


def _rights(server: Server) -> Check:
    """Check that the role may read the tables of a domain, or all while there is no domain."""
    database = server.database
    if not server.live:
        return skipped(Group.DATABASE, "rights", "A dump has no rights to look at.")
    tables = [t for t in database.tables if not server.tables or t.name in server.tables]
    closed = [table for table in tables if not _is_open(table)]
    if not closed:
        return check(
            Group.DATABASE, "rights", Severity.NOTE, f"{server.role} may read every table."
        )
    names = ", ".join(str(table.name) for table in closed[:_SHOWN])
    more = f" and {len(closed) - _SHOWN} more" if len(closed) > _SHOWN else ""
    return check(
        Group.DATABASE,
        "rights",
        Severity.WARNING,
        f"{server.role} may not read {names}{more}: `verify` can't look at their rows, and the "
        "application can't either if it connects with this role.",
        "As their owner:",
        lines=_grants(closed, database, server.role),
    )


def _is_open(table: Table) -> bool:
    return table.readable and all(column.readable for column in table.columns)


def _grants(tables: list[Table], database: Database, role: str) -> tuple[str, ...]:
    to = quote_identifier(role)
    found = [(quote_identifier(database.schema_of(table)), table.name.name) for table in tables]
    return (
        *(f"GRANT USAGE ON SCHEMA {schema} TO {to};" for schema in sorted({s for s, _ in found})),
        *(f"GRANT SELECT ON {schema}.{quote_identifier(name)} TO {to};" for schema, name in found),
    )
