"""One read-only transaction on a database, and its errors in words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import psycopg
from psycopg import errors
from psycopg.conninfo import make_conninfo

from ash_scaffold.postgres.time_limit import TimeIsUpError, TimeLimit
from ash_scaffold.postgres.url import URL, describe_url
from ash_scaffold.problem import Code, ScaffoldError, fail

Connection: TypeAlias = psycopg.Connection[tuple[object, ...]]

APPLICATION_NAME = "ash-scaffold"
CONNECT_TIMEOUT = 10  # seconds
LOCK_TIMEOUT = 5_000  # milliseconds
STATEMENT_TIMEOUT = 60_000  # milliseconds, where there is no limit for the whole

# psycopg would send its BEGIN in a round trip of its own.
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
# All that decides how the server writes an expression, a constant or an error, whatever server,
# database and role have set. `lc_messages` is left alone: only superusers may set it.
_SETTINGS = "; ".join(
    f"SET LOCAL {name} = {value}"
    for name, value in {
        "lock_timeout": LOCK_TIMEOUT,
        "statement_timeout": "{timeout}",
        "idle_in_transaction_session_timeout": 0,
        "search_path": "''",
        "TimeZone": "'UTC'",
        "DateStyle": "'ISO, YMD'",
        "IntervalStyle": "'postgres'",
        "bytea_output": "'hex'",
        "standard_conforming_strings": "on",
        "quote_all_identifiers": "off",
        "extra_float_digits": 1,
        "lc_monetary": "'C'",
        "lc_numeric": "'C'",
        "lc_time": "'C'",
        "xmlbinary": "'base64'",
        "xmloption": "'content'",
        "row_security": "on",
    }.items()
)
_SHOWN_DATABASES = 10
# The prefix that psycopg and libpq put before the reason; messages name the place themselves.
_PREFIXES = re.compile(
    r"^(connection failed: |connection is bad: )*(connection to server (at|on) .*? failed: )?"
    r"(FATAL:  )?"
)
_ENCODING_TODO = (
    "Name the encoding that the texts were written in, as a parameter of the URL: "
    "?client_encoding=LATIN1 (or WIN1252, EUC_JP, UTF8 and so on)."
)
# SQLSTATE classes of a session that is over: connection exceptions, operator intervention.
_BROKEN = ("08", "57P")


_sessions: list[str] = []


def sessions() -> int:
    """Return how many sessions this process has had."""
    return len(_sessions)


@contextmanager
def read_only(
    url: URL,
    limit: TimeLimit | None = None,
) -> Iterator[Connection]:
    """Give a connection inside one `REPEATABLE READ, READ ONLY` transaction.

    `lock_timeout`, `statement_timeout` and an empty `search_path` are set locally. The
    transaction is rolled back and the connection closed when the context ends, or when the time
    is over, whatever the server does.

    Raises `ScaffoldError` when the database can't be connected to (`connection-failed`,
    `access-denied`, `no-database`), and for errors of the driver inside the context
    (`access-denied`, `database-error`). Passwords are never part of it.
    """
    connection: Connection | None = None
    try:
        with (limit or TimeLimit()).enforced():
            connection = psycopg.connect(
                make_conninfo(**_parameters(url)),
                autocommit=True,
                # No prepared statements: a pooler in transaction mode would lose them.
                prepare_threshold=None,
            )
            _sessions.append(url.database or "")
            _require_encoding(connection, url)
            timeout = STATEMENT_TIMEOUT if limit is None else limit.milliseconds
            connection.execute(f"{_BEGIN}; {_settings(connection, timeout)}".encode())
            yield connection
    except TimeIsUpError as error:
        assert limit is not None
        raise _late(url, f"it was not read within {limit.text}") from error
    except psycopg.Error as error:
        raise explain(error, url, connecting=connection is None) from error
    finally:
        # Closed, the server rolls it back, also where a query is still under way.
        if connection is not None:
            connection.close()


def _settings(connection: Connection, timeout: int) -> str:
    """Return the text that makes the session independent of what others have set."""
    settings = _SETTINGS.format(timeout=timeout)
    major = connection.info.server_version // 10_000
    return f"{settings}; SET LOCAL transaction_timeout = 0" if major >= 17 else settings


def explain(error: BaseException, url: URL, *, connecting: bool) -> ScaffoldError:
    """Return an error of the driver in terms of the URL that was given."""
    message = _first_line(error)
    if connecting:
        return _connecting(message, url)
    where = describe_url(url)
    if isinstance(error, errors.InsufficientPrivilege):
        return fail(
            Code.ACCESS_DENIED,
            f"The role may not read the catalog: {message}.",
            where=where,
            todo="Connect as a role that has USAGE on the schemas and SELECT on the tables.",
        )
    if isinstance(error, errors.CharacterNotInRepertoire | errors.UntranslatableCharacter):
        return fail(
            Code.DATABASE_ERROR,
            f"The texts of the database can't be read in the encoding of the session: {message}.",
            where=where,
            todo=_ENCODING_TODO,
        )
    if isinstance(error, errors.LockNotAvailable | errors.QueryCanceled):
        return _late(url, message)
    sqlstate = error.sqlstate if isinstance(error, psycopg.Error) else None
    if sqlstate is None or sqlstate.startswith(_BROKEN):
        return fail(
            Code.CONNECTION_FAILED,
            f"The connection to the database broke: {message}.",
            where=where,
            todo="Run it again.",
        )
    return fail(Code.DATABASE_ERROR, f"The database refused a query: {message}.", where=where)


def _require_encoding(connection: Connection, url: URL) -> None:
    """Refuse a session without an encoding, in which the driver gives bytes for texts."""
    if connection.info.parameter_status("client_encoding") == "SQL_ASCII":
        what = "The session has no encoding: with SQL_ASCII texts are mere bytes."
        raise fail(Code.DATABASE_ERROR, what, where=describe_url(url), todo=_ENCODING_TODO)


def _late(url: URL, message: str) -> ScaffoldError:
    return fail(
        Code.DATABASE_ERROR,
        f"The database did not answer in time: {message}.",
        where=describe_url(url),
        todo="Run it again when no migration holds locks on the tables, or give it more time: "
        "--timeout SECONDS.",
    )


def _connecting(message: str, url: URL) -> ScaffoldError:
    """Return the reason why no session could be started.

    libpq gives no SQLSTATE for a failed start, only text; a server's message in another language
    than English is passed on without advice.
    """
    where = describe_url(url)
    unknown = ("", Code.CONNECTION_FAILED, "The database can't be connected to", "")
    found = (reason for reason in _REASONS if re.search(reason[0], message))
    _, code, what, todo = next(found, unknown)
    if code is Code.NO_DATABASE:
        todo = _databases_hint(url)
    return fail(code, f"{what}: {message}.", where=where, todo=todo)


_REASONS: tuple[tuple[str, Code, str, str], ...] = (
    (
        "authentication failed|no password supplied",
        Code.ACCESS_DENIED,
        "The server did not accept the password",
        "Put the right password in the URL (percent-encoded), in $PGPASSWORD or in ~/.pgpass.",
    ),
    (
        "pg_hba.conf",
        Code.ACCESS_DENIED,
        "The server does not let this role in from this machine",
        "Ask for a line in its pg_hba.conf; if it wants encryption, add ?sslmode=require.",
    ),
    (
        '^role ".*" (does not exist|is not permitted to log in)',
        Code.ACCESS_DENIED,
        "The role can't log in",
        "Name a role that exists on the server and may log in: postgres://ROLE@host/database.",
    ),
    (
        "^permission denied for database",
        Code.ACCESS_DENIED,
        "The role may not connect to this database",
        "GRANT CONNECT ON DATABASE … TO …, or connect as another role.",
    ),
    ('^database ".*" does not exist', Code.NO_DATABASE, "There is no such database", ""),
    (
        "resolve host|translate host name|Name or service not known",
        Code.CONNECTION_FAILED,
        "The host is not known",
        "Check the host in the URL.",
    ),
    (
        "timeout expired|timed out",
        Code.CONNECTION_FAILED,
        "The server does not answer",
        "Check host and port, and whether a firewall stands between; ?connect_timeout=SECONDS"
        " waits longer.",
    ),
    (
        "Connection refused|No such file or directory",
        Code.CONNECTION_FAILED,
        "No server listens there",
        "Start PostgreSQL, or check host and port in the URL.",
    ),
    (
        "too many (clients|connections)|remaining connection slots",
        Code.CONNECTION_FAILED,
        "The server has no connection left",
        "Close other sessions, or run it again later.",
    ),
    (
        "the database system is",
        Code.CONNECTION_FAILED,
        "The server is not ready",
        "Run it again in a moment.",
    ),
    (
        "(?i)ssl|certificate",
        Code.CONNECTION_FAILED,
        "The server and this side don't agree on encryption",
        "Add ?sslmode=require (or disable, verify-full with sslrootcert=…) to the URL.",
    ),
)


def _databases_hint(url: URL) -> str:
    """Name the databases that are there, when the server's own database can be asked."""
    parameters = url.parameters | {"dbname": "postgres", "connect_timeout": "3"}
    fallback = "Check the name after the last / in the URL."
    try:
        with psycopg.connect(make_conninfo(**parameters)) as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_catalog.pg_database WHERE NOT datistemplate ORDER BY 1"
            ).fetchall()
    except psycopg.Error:
        return fallback
    names = [str(row[0]) for row in rows]
    close = difflib.get_close_matches(url.database or "", names, n=3)
    shown = close or names[:_SHOWN_DATABASES]
    return f"{fallback} The server has: {', '.join(shown)}." if shown else fallback


def _parameters(url: URL) -> dict[str, str]:
    """Return the parameters of the connection, those of the URL before the tool's own."""
    return {
        "application_name": APPLICATION_NAME,
        "connect_timeout": str(CONNECT_TIMEOUT),
        # Without it psycopg gives bytes for text from a database in SQL_ASCII.
        "client_encoding": "UTF8",
        **url.parameters,
    }


def _first_line(error: BaseException) -> str:
    primary = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    lines = [line for line in (primary or str(error)).splitlines() if line.strip()]
    text = lines[0].strip().rstrip(".") if lines else type(error).__name__
    return _PREFIXES.sub("", text)
