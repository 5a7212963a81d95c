"""Loads plain-text SQL dumps into a throw-away server."""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec
import psycopg
from psycopg import sql

from ash_scaffold.postgres.script import ICU, Extension, Script, Statement, read_script, safe_parts
from ash_scaffold.postgres.server import SUPERUSER, Server, give
from ash_scaffold.postgres.substitutes import (
    SUBSTITUTES,
    TYPE_OWNERS,
    substitute_collations,
    substitute_sql,
)
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail

SHOWN_ERRORS = 5

_PLAIN_TODO = (
    "Make a plain one: pg_dump --schema-only --format=plain --file structure.sql DATABASE."
)
_RESTORE_TODO = f"Convert it: pg_restore --file structure.sql FILE. Or: {_PLAIN_TODO}"
# The first bytes of files that are taken for SQL scripts.
_OTHER_FORMATS = (
    (b"PGDMP", "is a dump in pg_dump's custom format, not SQL text", _RESTORE_TODO),
    (b"toc.dat\0", "is a dump in pg_dump's tar format, not SQL text", _RESTORE_TODO),
    (b"\x1f\x8b", "is compressed", "Decompress it first: gunzip --keep FILE."),
    (b"BZh", "is compressed", "Decompress it first: bunzip2 --keep FILE."),
    (b"\xfd7zXZ", "is compressed", "Decompress it first: xz --decompress --keep FILE."),
    (b"\x28\xb5\x2f\xfd", "is compressed", "Decompress it first: zstd --decompress FILE."),
    (b"PK\x03\x04", "is a ZIP archive", "Unpack it first."),
    (b"SQLite format 3", "is a SQLite database", "Give a dump of a PostgreSQL database."),
    (
        (b"\xff\xfe", b"\xfe\xff"),
        "is UTF-16 text, as PowerShell's > writes it",
        "Let pg_dump write the file itself, with --file.",
    ),
)
_UTF8_MARK = b"\xef\xbb\xbf"

_ERROR = re.compile(rb"^psql:<stdin>:(\d+): (?:ERROR|FATAL|PANIC):  (\w{5}): (.*)$", re.MULTILINE)
_MISSING_TYPE = re.compile(r'type "(.+?)(?:\[\])*" does not exist')

_UNDEFINED_OBJECT = "42704"
_DUPLICATE_OBJECT = "42710"
_DUPLICATE_SCHEMA = "42P06"


class Dump(msgspec.Struct, frozen=True, kw_only=True):
    """A SQL script that can be loaded: a dump, or seeds."""

    path: Path
    text: bytes
    script: Script


class LoadError(msgspec.Struct, frozen=True):
    """A statement of a dump that the server refused."""

    line: int
    sqlstate: str
    message: str


def read_dump(path: Path) -> Dump:
    """Read a plain-text dump.

    Raises `ScaffoldError` (`dump-unreadable`) when there is none, it is no SQL text, or empty.
    """
    where = str(path)
    try:
        text = path.read_bytes()
    except FileNotFoundError as error:
        todo = "mix ecto.dump writes priv/repo/structure.sql."
        raise fail(
            Code.DUMP_UNREADABLE, "There is no such file.", where=where, todo=todo
        ) from error
    except IsADirectoryError as error:
        what = "This is a folder; a dump in pg_dump's directory format is not SQL text."
        raise fail(Code.DUMP_UNREADABLE, what, where=where, todo=_RESTORE_TODO) from error
    except OSError as error:
        what = f"The file can't be read: {error.strerror}."
        raise fail(Code.DUMP_UNREADABLE, what, where=where) from error
    for magic, what, todo in _OTHER_FORMATS:
        if text.startswith(magic):
            raise fail(Code.DUMP_UNREADABLE, f"The file {what}.", where=where, todo=todo)
    text = text.removeprefix(_UTF8_MARK)
    if b"\0" in text:
        what = "The file holds null bytes, so it is not SQL text."
        raise fail(Code.DUMP_UNREADABLE, what, where=where, todo=_PLAIN_TODO)
    script = read_script(text)
    if not script.statements:
        what = "The file holds no SQL statement."
        raise fail(Code.DUMP_UNREADABLE, what, where=where, todo=_PLAIN_TODO)
    return Dump(path=path, text=text, script=script)


def load(server: Server, database: str, dumps: Sequence[Dump]) -> tuple[Problem, ...]:
    """Load dumps, one after the other, into a database that is made when there is none.

    psql runs them without its own commands. Settings and roles the server doesn't know are
    passed over; other errors are counted and the first few reported. Functions of missing
    extensions get substitutes where there are some.

    Raises `ScaffoldError` (`extension-missing`) when a type is missing that only an extension
    gives, and `dump-error` when the server breaks off.
    """
    with _connect(server, SUPERUSER) as connection:
        _create_database(connection, database)
        names = connection.execute("SELECT name FROM pg_catalog.pg_available_extensions")
        available = {str(row[0]) for row in names}
    problems: list[Problem] = []
    for dump in dumps:
        problems += _load_one(server, database, dump, available)
    return tuple(problems)


def _load_one(server: Server, database: str, dump: Dump, available: set[str]) -> Iterator[Problem]:
    wanted = {one.name: one for one in dump.script.extensions}
    missing = {name: one for name, one in wanted.items() if name not in available}
    schemas = _substitute(server, database, missing)
    with _connect(server, database) as connection:
        collations = substitute_collations(connection, dump.text, dump.script)
    own = {schema for schema, _ in collations} - {"pg_catalog"}
    schemas |= own
    absent = missing.keys() | ({ICU} if own else set())
    errors = [
        error
        for error in _run(server, database, dump, absent)
        if not _tolerated(error, dump.script.statement_at(error.line), schemas)
    ]
    where = str(dump.path)
    _refuse_missing_types(server, errors, missing, available, where)
    for name in sorted(missing):
        yield _missing_extension(server, name, where)
    if collations:
        names = (
            name if schema == "pg_catalog" else f"{schema}.{name}" for schema, name in collations
        )
        yield Code.DUMP_ERROR.at(
            where,
            f"{server.description} does not have the collations {', '.join(names)}:"
            " others of that name stand in for them.",
            severity=Severity.NOTE,
        )
    for refused in dump.script.refused:
        yield Code.DUMP_ERROR.at(
            f"{where}:{refused.line}",
            f"Not run: {refused.what}.",
            severity=Severity.NOTE if refused.harmless else Severity.WARNING,
        )
    yield from _error_problems(errors, dump)


def _run(server: Server, database: str, dump: Dump, absent: Collection[str]) -> list[LoadError]:
    """Let psql run the script, and return the errors it reported."""
    with tempfile.TemporaryDirectory(dir=server.folder) as name, tempfile.TemporaryFile() as log:
        folder = Path(name)
        give(folder, server.account)
        script = folder / "script.sql"
        with script.open("wb") as output:
            _write_script(output, folder, server, dump, absent)
        with script.open("rb") as text:
            done = server.run(
                "psql",
                "--no-psqlrc",
                "--quiet",
                "--no-password",
                f"--dbname={database}",
                "--set=ON_ERROR_STOP=0",
                "--set=ON_ERROR_ROLLBACK=on",
                "--set=VERBOSITY=verbose",
                "--set=SHOW_CONTEXT=never",
                # From 2025 on, psql can lock its own commands away. Older ones don't know this,
                # say so, and go on: the script holds none anyway.
                rf"--command=\restrict {secrets.token_hex(16)}",
                "--file=-",
                stdin=text,
                stderr=log,
            )
        log.seek(0)
        output_text = log.read()
    # psql's exit code is 2 when it lost the server.
    if done.returncode == 2:
        last = output_text.decode(errors="replace").strip().splitlines()[-1:]
        what = f"The throw-away server broke off: {' '.join(last)}."
        raise fail(Code.DUMP_ERROR, what, where=str(dump.path), todo="Read a server with --url.")
    return [
        LoadError(int(line), state.decode(), message.decode(errors="replace"))
        for line, state, message in _ERROR.findall(output_text)
    ]


def _write_script(
    output: IO[bytes], folder: Path, server: Server, dump: Dump, absent: Collection[str]
) -> None:
    """Write the script for psql, and each COPY's data to a file that the server reads."""
    for number, (part, block) in enumerate(safe_parts(dump.text, dump.script, absent)):
        output.write(part)
        if block is not None:
            data = folder / f"{number}.copy"
            with data.open("wb") as rows:
                rows.write(memoryview(dump.text)[block.data_start : block.data_end])
            give(data, server.account)
            output.write(_literal(str(data)))


def _literal(text: str) -> bytes:
    return b"'" + text.replace("'", "''").encode() + b"'"


def _substitute(server: Server, database: str, missing: dict[str, Extension]) -> set[str]:
    """Create stand-ins for the functions of missing extensions; return the schemas made."""
    made = {"public"}
    todo = [one for one in missing.values() if one.name in SUBSTITUTES]
    if not todo:
        return made
    with _connect(server, database) as connection:
        for extension in todo:
            schema = extension.schema or "public"
            made.add(schema)
            connection.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema))
            )
            connection.execute(substitute_sql(extension.name, schema).encode())
    return made


def _tolerated(error: LoadError, statement: Statement | None, schemas: set[str]) -> bool:
    """Whether an error has no bearing on the schema.

    These are settings of other versions, roles of other servers, the drops of `pg_dump --clean`,
    and objects that exist already because this module made them or every cluster has them.
    """
    head = statement.head.upper() if statement else ""
    if head.startswith(("SET ", "RESET ", "DROP ", "SELECT PG_CATALOG.SET_CONFIG(")):
        return True
    if head.startswith("ALTER ") and " DROP CONSTRAINT " in head:
        return True
    if error.sqlstate == _UNDEFINED_OBJECT:
        return error.message.startswith("role ")
    if error.sqlstate == _DUPLICATE_OBJECT:
        return head.startswith(("CREATE ROLE ", "CREATE USER "))
    if error.sqlstate == _DUPLICATE_SCHEMA:
        return any(f'"{schema}"' in error.message for schema in schemas)
    return False


def _refuse_missing_types(
    server: Server,
    errors: list[LoadError],
    missing: dict[str, Extension],
    available: set[str],
    where: str,
) -> None:
    """Raise when tables can't be made because an extension's types are not there."""
    types = sorted(
        {
            match.group(1)
            for error in errors
            if error.sqlstate == _UNDEFINED_OBJECT
            and (match := _MISSING_TYPE.search(error.message))
        }
    )
    owners = {TYPE_OWNERS.get(name.rpartition(".")[2].lower(), "") for name in types} - {""}
    without = sorted((owners - available) | (missing.keys() - SUBSTITUTES.keys()))
    if not types or not without:
        return
    raise ScaffoldError(
        Code.EXTENSION_MISSING.at(
            where,
            f"{server.description} has no {', '.join(without)}, and the dump needs"
            f" {'its types' if len(without) == 1 else 'their types'}: {', '.join(types)}.",
            todo="Read a database that has the extension with --url, or install the extension for"
            " a local PostgreSQL.",
        )
    )


def _missing_extension(server: Server, name: str, where: str) -> Problem:
    if name in SUBSTITUTES:
        severity = Severity.NOTE
        what = f"{server.description} has no {name}: substitutes stand in for its functions."
        todo = ""
    else:
        severity = Severity.WARNING
        what = f"{server.description} has no {name}: what needs it was left out."
        todo = "Read a database that has it with --url."
    return Code.EXTENSION_MISSING.at(where, what, todo=todo, severity=severity)


def _error_problems(errors: list[LoadError], dump: Dump) -> Iterator[Problem]:
    """Report the first errors one by one, and their number."""
    for error in errors[:SHOWN_ERRORS]:
        statement = dump.script.statement_at(error.line)
        data_only = statement is not None and statement.head.upper().startswith(
            ("INSERT ", "COPY ", "UPDATE ", "DELETE ", "SELECT ")
        )
        yield Code.DUMP_ERROR.at(
            f"{dump.path}:{error.line}",
            f"The server refused a statement: {error.message}.",
            severity=Severity.WARNING if data_only else Severity.ERROR,
        )
    if errors:
        total = len(dump.script.statements)
        hidden = len(errors) - SHOWN_ERRORS
        more = f"; {hidden} more errors are not shown" if hidden > 0 else ""
        yield Code.DUMP_ERROR.at(
            str(dump.path),
            f"{len(errors)} of {total} statements failed{more}.",
            todo="What they make is missing here: read the database itself with --url, or repair"
            " the dump.",
            severity=Severity.WARNING,
        )


def _create_database(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_catalog.pg_database WHERE datname = %s", (name,))
    if found.fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )


def _connect(server: Server, database: str) -> psycopg.Connection[tuple[object, ...]]:
    url = server.url(database)
    return psycopg.connect(
        host=str(server.socket),
        port=str(url.query["port"]),
        user=SUPERUSER,
        dbname=database,
        autocommit=True,
    )
