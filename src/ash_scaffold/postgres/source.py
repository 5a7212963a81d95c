"""The source of the catalog: a database's URL, or a dump in a throw-away server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.postgres.time_limit import TimeLimit
from ash_scaffold.postgres.unknown import Refusal
from ash_scaffold.postgres.url import URL, describe_url, parse_url
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail

if TYPE_CHECKING:
    from ash_scaffold.postgres.dump import Dump, Loaded, LoadOptions
    from ash_scaffold.postgres.installation import Installation
    from ash_scaffold.postgres.server import Server

_DUMP_DATABASE = "dump"
# Without rows: a server's own databases, and its log of what was changed at its longest.
_EMPTY_BYTES = 600_000_000


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A database that can be read for as long as its context is open.

    `description` names it without the password. `server_version_text` is the version of a
    throw-away server, and empty for a URL, to which nothing is connected yet. `problems` are
    those met on the way: missing extensions, dropped URL parameters. `refusals` are statements of
    a dump that were not run, in the order of lines. `has_rows` is false for a dump of the schema
    alone. `limit` is for all that is done with the database until its schema is read.
    """

    url: URL
    description: str
    server_version_text: str = ""
    problems: tuple[Problem, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    has_rows: bool = True
    limit: TimeLimit = TimeLimit()


class DumpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a dump is loaded.

    `database` chooses one of several in it. Without `rows` no data is loaded, but that of the
    tables `kept`. `extensions` may be made by a superuser beside the known ones. `on_share` gets
    the share that is loaded, from 0 to 1, several times a second.
    """

    database: str | None = None
    rows: bool = False
    kept: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    on_share: Callable[[float], None] | None = None


_EXAMPLES = "--url postgres://user@host/database or --dump priv/repo/structure.sql"


class Choice(msgspec.Struct, frozen=True):
    """The chosen source: a dump, or the text of a URL and the option that held it."""

    dump: Path | None = None
    url: str = ""
    where: str = ""


def choose_source(
    url: str | None,
    dump: Path | None,
    *,
    environment: Mapping[str, str],
    configured: str | None,
    found: str = "",
) -> Choice:
    """Decide between `--url`, `--dump`, `$DATABASE_URL` and the config's `url`, in this order.

    `found` are the options that would name what the project has. Raises `ScaffoldError` (`no-
    database`) when both options are given, or none.
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
        todo=f"Give {found or _EXAMPLES}, set $DATABASE_URL, or put url = … in ash_scaffold.toml.",
    )


@contextmanager
def open_source(
    url: str | None,
    dump: Path | None,
    *,
    environment: Mapping[str, str],
    configured: str | None = None,
    limit: TimeLimit = TimeLimit(),  # noqa: B008 - it is frozen
    options: DumpOptions = DumpOptions(),  # noqa: B008
    found: str = "",
) -> Iterator[Source]:
    """Give the database to read, for as long as the context lasts.

    `found` is as in `choose_source`. A URL is only parsed: nothing is connected to. A dump is
    loaded into a throw-away server, which is stopped and removed however the context ends.

    Raises `ScaffoldError` for a source that can't be opened: `no-database`, `bad-url`,
    `no-local-server`, `dump-unreadable`, `dump-error`, `extension-missing`.
    """
    choice = choose_source(url, dump, environment=environment, configured=configured, found=found)
    if choice.dump is None:
        parsed = parse_url(choice.url, where=choice.where)
        yield Source(
            url=parsed.url,
            description=describe_url(parsed.url),
            problems=parsed.problems,
            limit=limit,
        )
        return
    with _loaded(choice.dump, limit, options) as source:
        yield source


@contextmanager
def _loaded(path: Path, limit: TimeLimit, options: DumpOptions) -> Iterator[Source]:
    if os.name != "posix":
        raise fail(
            Code.NO_LOCAL_SERVER,
            "Throw-away servers need unix sockets.",
            where="--dump",
            todo="Load the dump into a server and read that with --url.",
        )
    from ash_scaffold.postgres.dump import LoadOptions, read_dump, require_schema
    from ash_scaffold.postgres.installation import choose_installations

    dump = read_dump(path, options.database)
    require_schema(dump)
    installations = choose_installations(dump.script.major)
    load_options = LoadOptions(
        rows=options.rows,
        kept=options.kept,
        extensions=options.extensions,
        limit=limit,
        on_share=options.on_share,
    )
    with _best_load(dump, installations, load_options) as (server, loaded):
        newer = dump.script.major is not None and dump.script.major > server.installation.major
        problems = loaded.problems
        if newer and any(refusal.unknown for refusal in loaded.refusals):
            what = f"The dump is of PostgreSQL {dump.script.major}; {server.description} is older."
            todo = f"Install PostgreSQL {dump.script.major} here, or read the database with --url."
            problems += (Code.DUMP_ERROR.at(str(path), what, todo=todo, severity=Severity.WARNING),)
        yield Source(
            url=server.plain_url(_DUMP_DATABASE),
            description=f"{path} in {server.description}",
            server_version_text=server.version_text,
            problems=problems,
            refusals=loaded.refusals,
            has_rows=dump.has_rows,
            limit=limit,
        )


@contextmanager
def _best_load(
    dump: Dump, installations: Sequence[Installation], options: LoadOptions
) -> Iterator[tuple[Server, Loaded]]:
    """Give the server that takes the most of a dump: the first that takes all of it, else the best.

    Raises what `load` does for the first installation, when none can load the dump at all.
    """
    from ash_scaffold.postgres.dump import is_loaded_with_rows, load
    from ash_scaffold.postgres.server import throwaway_server

    # Rows may be any number, whatever the size of the text is that makes them.
    size = None if is_loaded_with_rows(dump, options) else _EMPTY_BYTES + 60 * len(dump.text)
    with ExitStack() as stack:
        best: tuple[Server, Loaded, ExitStack] | None = None
        failure: ScaffoldError | None = None
        for installation in installations:
            attempt = stack.enter_context(ExitStack())
            server = attempt.enter_context(throwaway_server(installation, largest=size))
            try:
                loaded = load(server, _DUMP_DATABASE, [dump], options)
            except ScaffoldError as error:
                if options.limit.left == 0:
                    raise
                failure = failure or error
                attempt.close()
                continue
            if best is None or _unknown(loaded) < _unknown(best[1]):
                if best is not None:
                    best[2].close()
                best = (server, loaded, attempt)
            else:
                attempt.close()
            if not _unknown(best[1]):
                break
        if best is None:
            assert failure is not None
            raise failure
        yield best[0], best[1]


def _unknown(loaded: Loaded) -> int:
    return sum(bool(refusal.unknown) for refusal in loaded.refusals)
