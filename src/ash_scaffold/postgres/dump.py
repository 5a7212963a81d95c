"""Loads plain-text SQL dumps into a throw-away server."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec
import psycopg
from psycopg import sql

from ash_scaffold.postgres.script import (
    ICU,
    Extension,
    Script,
    Statement,
    read_script,
    safe_parts,
    text_of,
)
from ash_scaffold.postgres.server import SUPERUSER, Server, give
from ash_scaffold.postgres.substitutes import (
    SUBSTITUTES,
    TYPE_OWNERS,
    substitute_collations,
    substitute_sql,
)
from ash_scaffold.postgres.unknown import Kind, Refusal, Unknown, unknown_objects
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail

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
        b"version https://git-lfs.github.com/spec/",
        "is a pointer of git-lfs, not the dump itself",
        "Fetch the file: git lfs pull.",
    ),
    (
        (b"\xff\xfe", b"\xfe\xff"),
        "is UTF-16 text, as PowerShell's > writes it",
        "Let pg_dump write the file itself, with --file.",
    ),
)
# The buffer that psql reads into.
_READ_AHEAD = 4096
_UTF8_MARK = b"\xef\xbb\xbf"

_ERROR = re.compile(rb"^psql:<stdin>:(\d+): (?:ERROR|FATAL|PANIC):  (\w{5}): (.*)$", re.MULTILINE)
_SEARCH_PATH = re.compile(
    r"SET (?:SESSION |LOCAL )?search_path\s*(?:=|TO)\s*(?:'?\"?([\w$]+)|\"((?:[^\"]|\"\")+)\")",
    re.IGNORECASE,
)
_MISSING_TYPE = re.compile(r'type "(.+?)(?:\[\])*" does not exist')

_UNDEFINED_OBJECT = "42704"
_DUPLICATE_OBJECT = "42710"
_DUPLICATE_SCHEMA = "42P06"


class Dump(msgspec.Struct, frozen=True, kw_only=True):
    """A SQL script that can be loaded: a dump, or seeds."""

    path: Path
    text: bytes
    script: Script

    @property
    def has_rows(self) -> bool:
        """Whether it holds data; the versions that `mix ecto.dump` adds are none."""
        return any(map(_FILLS.match, (one.head for one in self.script.statements)))


class LoadError(msgspec.Struct, frozen=True):
    """A statement of a dump that the server refused."""

    line: int
    sqlstate: str
    message: str


# No statement of SQL begins with either.
_MARKUP = re.compile(rb"\s*(?:<[a-zA-Z!?]|[{\[]\s*[\"{\[\]}])")
_MAKES_TABLE = re.compile(
    r"CREATE (?:(?:GLOBAL|LOCAL|UNLOGGED|FOREIGN|OR REPLACE|MATERIALIZED|RECURSIVE) )*"
    r"(?:TABLE|VIEW)\b",
    re.IGNORECASE,
)
_MAKES_KEY = re.compile(
    r"ALTER TABLE .* ADD (?:CONSTRAINT|PRIMARY|UNIQUE|FOREIGN)\b|CREATE (?:UNIQUE )?INDEX\b",
    re.IGNORECASE,
)
_HAS_DATA = re.compile(r"(?:COPY|INSERT)\b", re.IGNORECASE)
_FILLS = re.compile(
    r"REFRESH MATERIALIZED VIEW\b|(?:COPY|INSERT INTO) (?!(?:\S*\.)?\"?schema_migrations\b)",
    re.IGNORECASE,
)


def read_dump(path: Path, database: str | None = None) -> Dump:
    """Read a plain-text dump, of one of its databases where it holds several.

    Raises `ScaffoldError` (`dump-unreadable`) when there is none, it is no SQL text, empty, breaks
    off, or holds several databases and none is chosen.
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
    if _MARKUP.match(text):
        what = "The file is a web page or JSON, as a server sends it with an error, not SQL text."
        raise fail(Code.DUMP_UNREADABLE, what, where=where, todo="Download the dump again.")
    script = read_script(text)
    if not script.statements:
        what = "The file holds no SQL statement."
        raise fail(Code.DUMP_UNREADABLE, what, where=where, todo=_PLAIN_TODO)
    _require_end(script, where)
    text = _one_database(text, script, database, where)
    return Dump(
        path=path, text=text, script=read_script(text) if len(script.sections) > 1 else script
    )


def require_schema(dump: Dump) -> None:
    """Refuse a dump that leaves out what decides the resources: tables, or their keys.

    Raises `ScaffoldError` (`dump-unreadable`).
    """
    where, heads = str(dump.path), [one.head for one in dump.script.statements]
    if not any(map(_MAKES_TABLE.match, heads)):
        if any(map(_MAKES_KEY.match, heads)):
            what = "It makes keys and indexes, but no table: pg_dump --section=post-data made it."
        elif any(map(_HAS_DATA.match, heads)):
            what = "It holds data, but no table: pg_dump --data-only made it."
        else:
            what = "It makes no table."
        raise fail(Code.DUMP_UNREADABLE, what, where=where, todo=_PLAIN_TODO)
    if dump.script.by_pg_dump and not any(map(_MAKES_KEY.match, heads)):
        raise fail(
            Code.DUMP_UNREADABLE,
            "It makes tables, but not one key, constraint or index: pg_dump --section=pre-data "
            "made it.",
            where=where,
            todo=f"{_PLAIN_TODO} If the database has no key indeed, read it with --url.",
        )


def _require_end(script: Script, where: str) -> None:
    """Refuse a file that was cut off. Raises `ScaffoldError` (`dump-unreadable`)."""
    lines = f"the file has {script.lines:,} line{'' if script.lines == 1 else 's'}"
    if script.by_pg_dump and not script.complete:
        what = (
            f"The dump breaks off: {lines}, and the last line that pg_dump "
            "writes, `-- PostgreSQL database dump complete`, is missing."
        )
    elif script.unfinished is not None:
        what = (
            f"The dump breaks off in {script.unfinished.what} that begins in line "
            f"{script.unfinished.line:,}: {lines}."
        )
    else:
        return
    todo = "Make it again, or restore the whole file: what is missing would count as dropped."
    raise fail(Code.DUMP_UNREADABLE, what, where=where, todo=todo)


def _one_database(text: bytes, script: Script, database: str | None, where: str) -> bytes:
    """Return the text of the database that was chosen. Raises `ScaffoldError` without a choice."""
    names = [name or "(before the first \\connect)" for name in script.databases]
    if database is None:
        if len(names) < 2:
            return text
        what = f"The file holds {len(names)} databases: {', '.join(names)}."
        raise fail(
            Code.DUMP_UNREADABLE, what, where=where, todo=f"Choose one: --database {names[-1]}."
        )
    if database in script.databases:
        return text_of(text, script, database)
    held = f"It holds {', '.join(names)}." if any(script.databases) else "It names no database."
    raise fail(
        Code.DUMP_UNREADABLE,
        f"The file holds no database {database}. {held}",
        where=f"{where}: --database",
        todo=f"Choose one: --database {names[-1]}."
        if any(script.databases)
        else "Leave --database out.",
    )


class Loaded(msgspec.Struct, frozen=True):
    """What came of loading dumps: problems, and the statements that were refused, by line."""

    problems: tuple[Problem, ...]
    refusals: tuple[Refusal, ...]


def load(
    server: Server,
    database: str,
    dumps: Sequence[Dump],
    on_share: Callable[[float], None] | None = None,
) -> Loaded:
    """Load dumps, one after the other, into a database that is made when there is none.

    psql runs them without its own commands. Settings and roles the server doesn't know are
    passed over. Functions of missing extensions get substitutes where there are some. `on_share`
    gets the share of a dump that is done, from 0 to 1, several times a second.

    Raises `ScaffoldError` (`extension-missing`) when a type is missing that only an extension
    gives, and `dump-error` when the server breaks off.
    """
    with _connect(server, SUPERUSER) as connection:
        _create_database(connection, database)
        names = connection.execute("SELECT name FROM pg_catalog.pg_available_extensions")
        available = {str(row[0]) for row in names}
    problems: list[Problem] = []
    refusals: list[Refusal] = []
    for dump in dumps:
        loaded = _load_one(server, database, dump, available, on_share)
        problems += loaded.problems
        refusals += loaded.refusals
    return Loaded(tuple(problems), tuple(refusals))


def _load_one(
    server: Server,
    database: str,
    dump: Dump,
    available: set[str],
    on_share: Callable[[float], None] | None,
) -> Loaded:
    wanted = {one.name: one for one in dump.script.extensions}
    missing = {name: one for name, one in wanted.items() if name not in available}
    schemas = _make_schemas(server, database, wanted.values(), missing)
    with _connect(server, database) as connection:
        collations = substitute_collations(connection, dump.text, dump.script)
    own = {schema for schema, _ in collations} - {"pg_catalog"}
    schemas |= own
    absent = missing.keys() | ({ICU} if own else set())
    errors = [
        error
        for error in _run(server, database, dump, absent, on_share)
        if not _tolerated(error, dump.script.statement_at(error.line), schemas)
    ]
    where = str(dump.path)
    _refuse_missing_types(server, errors, missing, available, where)
    problems = [_missing_extension(server, name, where) for name in sorted(missing)]
    if collations:
        names = (
            name if schema == "pg_catalog" else f"{schema}.{name}" for schema, name in collations
        )
        what = (
            f"{server.description} does not have the collations {', '.join(names)}: others of that "
            "name stand in for them."
        )
        problems.append(Code.DUMP_ERROR.at(where, what, severity=Severity.NOTE))
    refusals = []
    for refused in dump.script.refused:
        place = f"{where}:{refused.line}"
        if refused.includes:
            objects = (Unknown(kind=Kind.ANYTHING, statement=refused.what),)
            refusals.append(Refusal(place, f"{refused.what} is not run", objects))
            continue
        severity = Severity.NOTE if refused.harmless else Severity.WARNING
        problems.append(Code.DUMP_ERROR.at(place, f"Not run: {refused.what}.", severity=severity))
    for error in errors:
        place = f"{where}:{error.line}"
        statement = dump.script.statement_at(error.line)
        if statement is not None and _HAS_DATA.match(statement.head):
            what = f"The server refused rows: {error.message}."
            problems.append(Code.DUMP_ERROR.at(place, what, severity=Severity.WARNING))
        else:
            refusals.append(Refusal(place, error.message, _objects(dump, statement)))
    refusals.sort(key=lambda each: int(each.where.rpartition(":")[2]))
    return Loaded(tuple(problems), tuple(refusals))


def _objects(dump: Dump, statement: Statement | None) -> tuple[Unknown, ...]:
    """Return what a refused statement is about; its search path completes its names."""
    if statement is None:
        return (Unknown(kind=Kind.ANYTHING, statement="the end of the script"),)
    schema = "public"
    for each in dump.script.statements:
        if each.start >= statement.start:
            break
        path = _SEARCH_PATH.match(each.head)
        if path is not None:
            schema = (path[1] or path[2]).replace('""', '"')
    text = dump.text[statement.start : statement.end].decode("utf-8", "replace")
    return unknown_objects(text, schema)


def _run(
    server: Server,
    database: str,
    dump: Dump,
    absent: Collection[str],
    on_share: Callable[[float], None] | None,
) -> list[LoadError]:
    """Let psql run the script, and return the errors it reported."""
    with tempfile.TemporaryDirectory(dir=server.folder) as name, tempfile.TemporaryFile() as log:
        folder = Path(name)
        give(folder, server.account)
        script = folder / "script.sql"
        with script.open("wb") as output:
            sizes = _write_script(output, folder, server, dump, absent)
        with script.open("rb") as text:

            def share() -> None:
                assert on_share is not None
                # psql reads through the same open file, so its place is known here.
                on_share(sizes.share(os.lseek(text.fileno(), 0, os.SEEK_CUR)))

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
                while_running=None if on_share is None else share,
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


class _Sizes(msgspec.Struct, frozen=True):
    """The bytes of a script for psql, and of the rows beside it by the place of their COPY."""

    script: int
    rows: tuple[tuple[int, int], ...]

    def share(self, place: int) -> float:
        """Return the share that is done, from 0 to 1, when psql has read up to a place."""
        done = place + sum(size for start, size in self.rows if start < place - _READ_AHEAD)
        return done / max(1, self.script + sum(size for _, size in self.rows))


def _write_script(
    output: IO[bytes], folder: Path, server: Server, dump: Dump, absent: Collection[str]
) -> _Sizes:
    """Write the script for psql, and each COPY's data to a file that the server reads."""
    sizes: list[tuple[int, int]] = []
    for number, (part, block) in enumerate(safe_parts(dump.text, dump.script, absent)):
        output.write(part)
        if block is not None:
            data = folder / f"{number}.copy"
            with data.open("wb") as rows:
                rows.write(memoryview(dump.text)[block.data_start : block.data_end])
            give(data, server.account)
            sizes.append((output.tell(), block.data_end - block.data_start))
            output.write(_literal(str(data)))
    return _Sizes(output.tell(), tuple(sizes))


def _literal(text: str) -> bytes:
    return b"'" + text.replace("'", "''").encode() + b"'"


def _make_schemas(
    server: Server,
    database: str,
    wanted: Iterable[Extension],
    missing: Mapping[str, Extension],
) -> set[str]:
    """Create the schemas of extensions, which dumps of a part don't, and return them.

    The functions of missing extensions get their stand-ins there.
    """
    made = {"public"}
    with _connect(server, database) as connection:
        for extension in wanted:
            schema = extension.schema or "public"
            if schema not in made and not schema.startswith("pg_"):
                made.add(schema)
                connection.execute(
                    sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema))
                )
            if extension.name in missing and extension.name in SUBSTITUTES:
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
