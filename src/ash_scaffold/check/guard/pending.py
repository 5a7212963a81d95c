"""Migrations of the legacy code that the dump does not have: check would compare with the past.

`mix ecto.dump` ends the dump with the versions of `schema_migrations`: the first part of a
migration's file name (`Ecto.Migrator`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ash_scaffold.ash.naming import underscore
from ash_scaffold.check.guard.kinds import Kind
from ash_scaffold.check.report import Source
from ash_scaffold.problem import Severity
from ash_scaffold.project.model import Project
from ash_scaffold.report.finding import Finding

_INSERT = re.compile(
    rb'INSERT\s+INTO\s+(?:\w+\.)?"?schema_migrations"?\s*\([^)]*\)\s*VALUES\s*([^;]*);',
    re.IGNORECASE,
)
_COPY = re.compile(
    rb'COPY\s+(?:\w+\.)?"?schema_migrations"?\s*\([^)]*\)\s*FROM\s+stdin;\r?\n(.*?)^\\\.',
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_VERSION = re.compile(rb"\(\s*'?(\d+)")
_FIRST = re.compile(rb"^(\d+)", re.MULTILINE)
_FILE = re.compile(r"(\d+)_.*\.exs")


def guard_pending(project: Project, repo: str, dump: Path) -> Iterator[Finding]:
    """Yield the migrations of the repo that the dump was made before.

    A dump that names no version tells nothing.
    """
    versions = versions_in(dump)
    if not versions:
        return
    folder = f"priv/{underscore(repo.rpartition('.')[2])}/migrations"
    shown = dump.name
    for app in project.apps:
        for path in sorted((project.root / app.path / folder).glob("**/*.exs")):
            found = _FILE.fullmatch(path.name)
            if found is None or int(found[1]) in versions:
                continue
            yield Finding(
                severity=Severity.WARNING,
                source=Source.GUARD,
                kind=Kind.PENDING_MIGRATION.value,
                object=found[1],
                path=path.relative_to(project.root).as_posix(),
                line=1,
                what=f"The dump {shown} was made without the migration {path.stem}: nothing is "
                "known of what it changes.",
                todo="Migrate, and dump the schema anew.",
                command="mix ecto.migrate && mix ecto.dump",
                accept=(path.relative_to(project.root).as_posix(),),
            )


def versions_in(dump: Path) -> frozenset[int]:
    """Return the versions of migrations that a dump names."""
    try:
        text = dump.read_bytes()
    except OSError:
        return frozenset()
    found = [v for values in _INSERT.findall(text) for v in _VERSION.findall(values)]
    found += [v for rows in _COPY.findall(text) for v in _FIRST.findall(rows)]
    return frozenset(map(int, found))
