"""The source of the catalog: a database's URL, or a dump in a throw-away server."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.postgres.url import describe_url, parse_url
from ash_scaffold.problem import Code, Problem, fail

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_DUMP_DATABASE = "dump"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A database that can be read for as long as its context is open.

    `description` names it without the password. `server_version_text` is the version of a
    throw-away server, and empty for a URL, to which nothing is connected yet. `problems` are
    those met on the way: errors in the dump, missing extensions, dropped URL parameters.
    """

    url: URL
    description: str
    server_version_text: str = ""
    problems: tuple[Problem, ...] = ()


class Choice(msgspec.Struct, frozen=True):
    """The chosen source: a dump, or the text of a URL and the option that held it."""

    dump: Path | None = None
    url: str = ""
    where: str = ""


def choose_source(
    url: str | None, dump: Path | None, *, environment: Mapping[str, str], configured: str | None
) -> Choice:
    """Decide between `--url`, `--dump`, `$DATABASE_URL` and the config's `url`, in this order.

    Raises `ScaffoldError` (`no-database`) when both options are given, or none.
    """
    if url is not None and dump is not None:
        raise fail(
            Code.NO_DATABASE,
            "Both --url and --dump are given.",
            todo="Give the one that holds the schema to read.",
        )
    if dump is not None:
        return Choice(dump=dump)
    if url is not None:
        return Choice(url=url, where="--url")
    if environment.get("DATABASE_URL"):
        return Choice(url=environment["DATABASE_URL"], where="$DATABASE_URL")
    if configured:
        return Choice(url=configured, where="ash_scaffold.toml: url")
    raise fail(
        Code.NO_DATABASE,
        "No database is given.",
        todo="Give --url postgres://user@host/database or --dump priv/repo/structure.sql, set"
        " $DATABASE_URL, or put url = … in ash_scaffold.toml.",
    )


@contextmanager
def open_source(
    url: str | None,
    dump: Path | None,
    *,
    environment: Mapping[str, str],
    configured: str | None = None,
) -> Iterator[Source]:
    """Give the database to read, for as long as the context lasts.

    A URL is only parsed: nothing is connected to. A dump is loaded into a throw-away server,
    which is stopped and removed however the context ends.

    Raises `ScaffoldError` for a source that can't be opened: `no-database`, `bad-url`,
    `no-local-server`, `dump-unreadable`, `extension-missing`.
    """
    choice = choose_source(url, dump, environment=environment, configured=configured)
    if choice.dump is None:
        parsed = parse_url(choice.url, where=choice.where)
        yield Source(url=parsed.url, description=describe_url(parsed.url), problems=parsed.problems)
        return
    with _loaded(choice.dump) as source:
        yield source


@contextmanager
def _loaded(path: Path) -> Iterator[Source]:
    if os.name != "posix":
        raise fail(
            Code.NO_LOCAL_SERVER,
            "Throw-away servers need unix sockets.",
            where="--dump",
            todo="Load the dump into a server and read that with --url.",
        )
    from ash_scaffold.postgres.dump import load, read_dump
    from ash_scaffold.postgres.installation import choose_installation
    from ash_scaffold.postgres.server import throwaway_server

    dump = read_dump(path)
    installation = choose_installation(dump.script.major)
    with throwaway_server(installation) as server:
        problems = load(server, _DUMP_DATABASE, [dump])
        yield Source(
            url=server.url(_DUMP_DATABASE),
            description=f"{path} in {server.description}",
            server_version_text=server.version_text,
            problems=problems,
        )
