"""The repo's module."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.doctor.ash_functions import migration
from ash_scaffold.doctor.checks.missing import missing
from ash_scaffold.doctor.facts import Facts
from ash_scaffold.doctor.model import Check, Group, Status
from ash_scaffold.doctor.needs import ASH_FUNCTIONS, has_functions, needs, repo_of
from ash_scaffold.generate.needs import Need
from ash_scaffold.project.model import Repo
from ash_scaffold.project.settings import (
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
    yield _check("repo", Status.OK, f"{repo.module} is the repo{chosen}.", path=repo.path)
    by_kind: dict[type, Need] = {}
    for need in needs(facts):
        by_kind.setdefault(type(need.setting), need)
    yield _use(by_kind.get(UseAshRepo))
    yield _extensions(facts, repo, by_kind.get(InstalledExtensions))
    yield _migrate(by_kind.get(MigrateExtensions))
    yield _version(facts, repo, by_kind.get(MinPgVersion))
    yield _functions(facts, repo)


def _check(
    name: str,
    status: Status,
    what: str,
    todo: str = "",
    path: str = "",
    lines: tuple[str, ...] = (),
) -> Check:
    return Check(
        group=Group.REPO, name=name, status=status, what=what, todo=todo, path=path, lines=lines
    )


def _no_repo(facts: Facts) -> Check:
    if facts.repo_module is not None:
        return _check(
            "repo",
            Status.ERROR,
            f"{facts.repo_module} is not in the project, or has no `use AshPostgres.Repo`.",
            "Name another: repo = … in ash_scaffold.toml.",
        )
    return _check(
        "repo",
        Status.ERROR,
        "There is no repo: no module has `use AshPostgres.Repo` or `use Ecto.Repo`.",
        'Name it: repo = "App.Repo" in ash_scaffold.toml.',
    )


def _use(need: Need | None) -> Check:
    if need is None:
        return _check("use", Status.OK, "It uses AshPostgres.Repo.")
    return missing(Group.REPO, "use", Status.ERROR, "AshPostgres can't use it", need)


def _extensions(facts: Facts, repo: Repo, need: Need | None) -> Check:
    name = "installed-extensions"
    lacking = need.setting.missing if need and isinstance(need.setting, InstalledExtensions) else ()
    if need is not None and lacking != (ASH_FUNCTIONS,):
        what = f"installed_extensions lacks {', '.join(lacking)}"
        return missing(Group.REPO, name, Status.ERROR, what, need)
    wanted = facts.server.extensions if facts.server is not None else ()
    if repo.has_installed_extensions and repo.installed_extensions is None:
        return _check(
            name,
            Status.WARNING,
            "installed_extensions is not a list of names as it stands, so it could not be looked "
            "at.",
            f"Make sure that it has {', '.join(wanted)}." if wanted else "",
            repo.path,
        )
    if facts.server is None:
        return _check(
            name,
            Status.SKIPPED,
            "Which extensions the resources need was not looked at without a database.",
        )
    return _check(name, Status.OK, "installed_extensions has what the resources need.")


def _migrate(need: Need | None) -> Check:
    if need is None:
        return _check("migrate-extensions", Status.OK, "Ash migrates no extension.")
    what = "migrate_extensions? is not false"
    return missing(Group.REPO, "migrate-extensions", Status.ERROR, what, need)


def _version(facts: Facts, repo: Repo, need: Need | None) -> Check:
    name, server = "min-pg-version", facts.server
    if need is not None:
        return missing(Group.REPO, name, Status.WARNING, "min_pg_version is missing", need)
    if server is not None and server.live and repo.min_pg_version is not None:
        major = server.database.server_version // 10000
        if int(repo.min_pg_version.partition(".")[0]) > major:
            return _check(
                name,
                Status.ERROR,
                f"min_pg_version is {repo.min_pg_version}, and the server is PostgreSQL {major}.",
                "Lower it: Ash may send SQL that the server doesn't know.",
                repo.path,
                (f"def min_pg_version, do: %Version{{major: {major}, minor: 0, patch: 0}}",),
            )
    return _check(name, Status.OK, f"min_pg_version is {repo.min_pg_version}.")


def _functions(facts: Facts, repo: Repo) -> Check:
    """Say whether the functions behind "ash-functions" are where they are said to be."""
    name, there = ASH_FUNCTIONS, has_functions(facts)
    named = ASH_FUNCTIONS in (repo.installed_extensions or ())
    if named and there is not False:
        asked = " and the database has its functions" if there else ""
        return _check(name, Status.OK, f'"{name}" is installed{asked}.')
    if there and not named:
        unnamed = [
            need
            for need in needs(facts)
            if isinstance(need.setting, InstalledExtensions)
            and ASH_FUNCTIONS in need.setting.missing
        ]
        if unnamed:
            what = f'installed_extensions lacks "{name}"'
            return missing(Group.REPO, name, Status.WARNING, what, unnamed[0])
    if not named and not repo.warn_on_missing_ash_functions:
        return _check(name, Status.OK, f'"{name}" is left out by choice. {_LOST}')
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
    return _check(
        name,
        Status.ERROR if named else Status.WARNING,
        what,
        f"{todo}:",
        lines=migration(repo.module),
    )
