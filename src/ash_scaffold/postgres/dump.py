"""Loads plain-text SQL dumps into a throw-away server."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import msgspec
import psycopg

from ash_scaffold.postgres.preparation import (
    LANGUAGES,
    Made,
    create_database,
    drop_database,
    prepare,
    without_promises,
)
from ash_scaffold.postgres.script import (
    ICU,
    Part,
    Script,
    Statement,
    read_script,
    statement_text,
    text_of,
)
from ash_scaffold.postgres.sending import Failure, Sender, ServerLostError
from ash_scaffold.postgres.server import PLAIN_ROLE, Server
from ash_scaffold.postgres.substitutes import (
    SUBSTITUTES,
    TYPE_OWNERS,
    substitute_collations,
    substitute_sql,
)
from ash_scaffold.postgres.time_limit import TimeIsUpError, TimeLimit
from ash_scaffold.postgres.unknown import Kind, Refusal, Unknown, unknown_objects
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity, fail
from ash_scaffold.regular_file import UnusualFileError, is_folder, read_file

# The database that every server has.
_MAINTENANCE = "postgres"
_PLAIN_TODO = (
    "Make a plain one: pg_dump --schema-only --format=plain --file structure.sql DATABASE."
)
_RESTORE_TODO = f"Convert it: pg_restore --file structure.sql FILE. Or: {_PLAIN_TODO}"
# What is larger holds rows, which no command needs so many of.
_MAX_BYTES = 2_000_000_000
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
# A transaction for each statement takes a third more of the server's time.
_MOST_TOGETHER = 100
_MOST_BYTES_TOGETHER = 1 << 19
# What makes the same of the schema whether or not others are in its transaction, and fails in one
# at the latest where it would fail alone.
_MAY_SHARE = re.compile(
    r"(?:CREATE (?:UNLOGGED )?TABLE|ALTER TABLE|CREATE (?:UNIQUE )?INDEX(?! CONCURRENTLY)"
    r"|(?:CREATE|ALTER) SEQUENCE|COMMENT ON|CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE|VIEW)"
    r"|CREATE (?:TYPE|DOMAIN|(?:CONSTRAINT )?TRIGGER|POLICY|RULE|STATISTICS))\b",
    re.IGNORECASE,
)
_ON_COMMIT = re.compile(rb"\bON\s+COMMIT\b", re.IGNORECASE)
_UTF8_MARK = b"\xef\xbb\xbf"

_SEARCH_PATH = re.compile(
    r"SET (?:SESSION |LOCAL )?search_path\s*(?:=|TO)\s*(?:'?\"?([\w$]+)|\"((?:[^\"]|\"\")+)\")",
    re.IGNORECASE,
)
_MISSING_TYPE = re.compile(r'type "(.+?)(?:\[\])*" does not exist')

# libpq takes these from PGTZ, PGDATESTYLE and PGGEQO.
_SESSION = b"SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET geqo = on"

_NO_RIGHT = "42501"
_DISK_FULL = "53100"
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

    statement: Statement
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
_READS_ROWS = re.compile(
    r"REFRESH MATERIALIZED VIEW\b|CREATE (?:MATERIALIZED VIEW|(?:UNLOGGED )?TABLE .* AS)\b",
    re.IGNORECASE,
)
_REFUSED_SETTING = re.compile(r'permission denied to set parameter "([\w.]+)"')
_MAKES_FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b", re.IGNORECASE)
# As `pg_dump --disable-triggers` has it around rows: it is about those of the keys too. And casts
# between types of others, which are there already.
_NEEDS_NO_RIGHT = re.compile(
    r"ALTER TABLE .* (?:DISABLE|ENABLE) TRIGGER ALL\b|CREATE CAST \(.*\) WITH INOUT\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"ALTER SYSTEM|SECURITY LABEL|\w+ (?:EVENT TRIGGER|\w+)", re.IGNORECASE)
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
        text = read_file(path, _MAX_BYTES, piped=True)
    except FileNotFoundError as error:
        todo = "mix ecto.dump writes priv/repo/structure.sql."
        raise fail(
            Code.DUMP_UNREADABLE, "There is no such file.", where=where, todo=todo
        ) from error
    except OSError as error:
        if is_folder(path):
            what = "This is a folder; a dump in pg_dump's directory format is not SQL text."
            raise fail(Code.DUMP_UNREADABLE, what, where=where, todo=_RESTORE_TODO) from error
        what = f"The file can't be read: {error.strerror}."
        todo = _PLAIN_TODO if isinstance(error, UnusualFileError) else ""
        raise fail(Code.DUMP_UNREADABLE, what, where=where, todo=todo) from error
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
    """What came of loading dumps: problems, and the statements that were refused, by line.

    `needs_rows` is set where something was refused that rows may be needed for, and none were
    loaded.
    """

    problems: tuple[Problem, ...]
    refusals: tuple[Refusal, ...]
    needs_rows: bool = False


class LoadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How dumps are loaded.

    Without `rows` no data is, but that of the tables `kept`, by name whatever their schema.
    `extensions` may be made beside the known ones, by a superuser. `on_share` gets the share of
    a dump that is done, from 0 to 1, several times a second.
    """

    rows: bool = True
    kept: frozenset[str] = frozenset(("schema_migrations",))
    extensions: frozenset[str] = frozenset()
    limit: TimeLimit = TimeLimit()
    on_share: Callable[[float], None] | None = None


def load(
    server: Server,
    database: str,
    dumps: Sequence[Dump],
    options: LoadOptions = LoadOptions(),  # noqa: B008 - it is frozen
) -> Loaded:
    """Load dumps, one after the other, into a database that is made when there is none.

    Their statements run as a role without rights beyond that database; what else they need is
    made before. Settings that the server doesn't know are passed over. Functions of missing
    extensions get substitutes where there are some. Where something is refused that may need the
    rows that `options` leave out, all is loaded again with them.

    Raises `ScaffoldError`: `extension-missing` when a type is missing that only an extension
    gives, `dump-error` when the server breaks off, or the time is over.
    """
    where = ", ".join(str(dump.path) for dump in dumps)
    try:
        loaded = _load_all(server, database, dumps, options)
        if loaded.needs_rows:
            with _connect(server.url(_MAINTENANCE), options.limit) as connection:
                drop_database(connection, database)
            loaded = _load_all(server, database, dumps, msgspec.structs.replace(options, rows=True))
        options.limit.check()
    except (TimeIsUpError, psycopg.errors.QueryCanceled) as error:
        what = f"The dump was not loaded within {options.limit.text}."
        todo = "Give it more: --timeout SECONDS, 0 for no limit."
        raise fail(Code.DUMP_ERROR, what, where=where, todo=todo) from error
    except psycopg.Error as error:
        what = f"The throw-away server refused what the dump needs: {error.diag.message_primary}."
        raise fail(Code.DUMP_ERROR, what, where=where, todo="Read a server with --url.") from error
    return loaded


def _load_all(server: Server, database: str, dumps: Sequence[Dump], options: LoadOptions) -> Loaded:
    needs = _prepare(server, database, dumps, options)
    found = [_load_one(server, database, dump, needs, options) for dump in dumps]
    return Loaded(
        tuple(problem for each in found for problem in each.problems),
        tuple(refusal for each in found for refusal in each.refusals),
        any(each.needs_rows for each in found),
    )


class _Needs(msgspec.Struct, frozen=True):
    """What the dumps name and the server has not, or not for them.

    `available` are the extensions that it has; `collations` stand in for others, by schema.
    """

    made: Made
    available: frozenset[str]
    collations: tuple[tuple[str, str], ...]

    @property
    def schemas(self) -> set[str]:
        """The schemas that are there before the dumps make them."""
        return {*self.made.schemas, *(schema for schema, _ in self.collations)} - {"pg_catalog"}

    @property
    def absent(self) -> set[str]:
        """What statements may need that can't be there."""
        own = any(schema != "pg_catalog" for schema, _ in self.collations)
        return {*self.made.unknown, *({ICU} if own else ())}


def _prepare(server: Server, database: str, dumps: Sequence[Dump], options: LoadOptions) -> _Needs:
    """Make what a superuser has to make, before the first statement of a dump runs."""
    with _connect(server.url(_MAINTENANCE), options.limit) as connection:
        create_database(connection, database)
    with _connect(server.url(database), options.limit) as connection:
        names = connection.execute("SELECT name FROM pg_catalog.pg_available_extensions")
        available = frozenset(str(row[0]) for row in names)
        made = prepare(
            connection,
            [(dump.text, dump.script) for dump in dumps],
            available=available,
            allowed=options.extensions,
        )
        collations = [
            each
            for dump in dumps
            for each in substitute_collations(connection, dump.text, dump.script, PLAIN_ROLE)
        ]
    return _Needs(made, available, tuple(dict.fromkeys(collations)))


def _load_one(
    server: Server, database: str, dump: Dump, needs: _Needs, options: LoadOptions
) -> Loaded:
    wanted = {one.name: one for one in dump.script.extensions}
    missing = {name: one for name, one in wanted.items() if name not in needs.available}
    unknown = needs.made.unknown & wanted.keys()
    errors = [
        error
        for error in _run(server, database, dump, needs.absent | missing.keys(), options)
        if not _tolerated(error, needs.schemas)
    ]
    where = str(dump.path)
    _refuse_missing_types(server, errors, {*missing, *unknown}, needs, where)
    problems = [_missing_extension(server, name, where) for name in sorted(missing)]
    problems += [_unknown_extension(name, where) for name in sorted(unknown)]
    if needs.collations:
        names = (
            name if schema == "pg_catalog" else f"{schema}.{name}"
            for schema, name in needs.collations
        )
        what = (
            f"{server.description} does not have the collations {', '.join(names)}: others of that "
            "name stand in for them."
        )
        problems.append(Code.DUMP_ERROR.at(where, what, severity=Severity.NOTE))
    problems += _beyond(dump)
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
        place = f"{where}:{error.statement.last_line}"
        if _HAS_DATA.match(error.statement.head):
            what = f"The server refused rows: {error.message}."
            problems.append(Code.DUMP_ERROR.at(place, what, severity=Severity.WARNING))
        else:
            refusals.append(Refusal(place, _words(error, needs), _objects(dump, error.statement)))
    refusals.sort(key=lambda each: int(each.where.rpartition(":")[2]))
    return Loaded(
        tuple(problems),
        tuple(refusals),
        not is_loaded_with_rows(dump, options)
        and any(_READS_ROWS.match(error.statement.head) for error in errors),
    )


def _words(error: LoadError, needs: _Needs) -> str:
    """Return why a statement was refused; that of an extension by what a superuser was told."""
    if error.statement.needs in needs.made.refused:
        return needs.made.refused[error.statement.needs]
    return error.message


def _beyond(dump: Dump) -> Iterator[Problem]:
    """Say what was not run since a plain role may not, and no table depends on it."""
    lines: dict[str, list[int]] = {}
    for each in dump.script.without_rows:
        if each.part is Part.BEYOND:
            what = _COMMAND.match(each.head)
            lines.setdefault(what[0].upper() if what else "", []).append(each.last_line)
    if lines:
        named = ", ".join(
            f"{what} (line{'' if len(found) == 1 else 's'} {', '.join(map(str, found))})"
            for what, found in lines.items()
        )
        yield Code.DUMP_ERROR.at(
            str(dump.path),
            f"Not run, since a dump gets no rights of a superuser and no table depends on it: "
            f"{named}.",
            severity=Severity.NOTE,
        )


def is_loaded_with_rows(dump: Dump, options: LoadOptions) -> bool:
    """Whether all rows of the dump are loaded at once: code in it may make something by them."""
    return options.rows or dump.script.runs_code


def _objects(dump: Dump, statement: Statement) -> tuple[Unknown, ...]:
    """Return what a refused statement is about; its search path completes its names."""
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
    options: LoadOptions,
) -> list[LoadError]:
    """Send the statements as the plain role, and return those that were refused.

    Those that only make something go in groups; where one of a group is refused, it is sent alone,
    as all the others are, so that what comes of each does not depend on its group.
    """
    found = []
    with_rows = is_loaded_with_rows(dump, options)
    with _connect(server.plain_url(database)) as connection:
        _make_substitutes(connection, dump, absent)
        place = 0

        def share() -> None:
            if options.on_share is not None:
                options.on_share((place + sender.rows_sent) / max(1, len(dump.text)))

        sender = Sender(connection, options.limit, share)
        sender.send(_SESSION)
        text = memoryview(dump.text)
        wanted = [
            each
            for each in dump.script.statements
            if each.needs not in absent and _is_sent(each, options, with_rows=with_rows)
        ]
        position, most = 0, _MOST_TOGETHER
        while position < len(wanted):
            place = wanted[position].start
            group = [] if sender.in_transaction else _group(dump.text, wanted, position, most)
            try:
                if len(group) > 1:
                    refused = sender.send_together(group)
                    if refused is None:
                        position += len(group)
                        most = min(_MOST_TOGETHER, 2 * most)
                        continue
                    # All are undone: those before it are sent again, it is sent alone.
                    most = refused
                    if refused > 0:
                        continue
                statement = wanted[position]
                sent = statement_text(dump.text, statement)
                rows = None if statement.data is None else text[slice(*statement.data)]
                failure = sender.send(sent, rows)
                if failure is not None and failure.sqlstate == _NO_RIGHT:
                    failure = _without_promises(sender, statement, sent, failure)
            except ServerLostError as error:
                what = f"The throw-away server broke off: {error}."
                raise fail(
                    Code.DUMP_ERROR,
                    what,
                    where=f"{dump.path}:{wanted[position + error.done].last_line}",
                    todo="Read a server with --url.",
                ) from error
            if failure is not None and failure.sqlstate == _DISK_FULL:
                raise fail(
                    Code.DUMP_ERROR,
                    f"The throw-away server has no room left: {failure.message}.",
                    where=f"{dump.path}:{statement.last_line}",
                    todo="Set TMPDIR to a folder that has more.",
                )
            if failure is not None:
                found.append(LoadError(statement, failure.sqlstate, failure.message))
            position += 1
            most = min(_MOST_TOGETHER, max(2, 2 * most))
    return found


def _group(text: bytes, statements: Sequence[Statement], start: int, most: int) -> list[bytes]:
    """Return the texts of the statements from `start` on that may share a transaction."""
    group: list[bytes] = []
    size = 0
    for statement in statements[start : start + most]:
        if not _MAY_SHARE.match(statement.head):
            break
        sent = statement_text(text, statement)
        size += len(sent)
        # A temporary table may be there until the end of the transaction.
        if size > _MOST_BYTES_TOGETHER or _ON_COMMIT.search(sent):
            break
        group.append(sent)
    return group


def _without_promises(
    sender: Sender, statement: Statement, sent: bytes, failure: Failure
) -> Failure | None:
    """Send a function again without what only a superuser may say of it, where it says any."""
    if not _MAKES_FUNCTION.match(statement.head):
        return failure
    setting = _REFUSED_SETTING.search(failure.message)
    plain = without_promises(sent, "" if setting is None else setting[1])
    if plain == sent or sender.send(plain) is not None:
        return failure
    return None


def _is_sent(statement: Statement, options: LoadOptions, *, with_rows: bool) -> bool:
    match statement.part:
        case Part.SCHEMA:
            return True
        case Part.ROWS:
            head = statement.head
            return with_rows or (
                any(name in head for name in options.kept)
                and statement.filled_table in options.kept
            )
        case _:
            return False


def _make_substitutes(
    connection: psycopg.Connection[tuple[object, ...]], dump: Dump, absent: Collection[str]
) -> None:
    for extension in dump.script.extensions:
        if extension.name in absent and extension.name in SUBSTITUTES:
            substitutes = substitute_sql(extension.name, extension.schema or "public")
            connection.execute(substitutes.encode())


def _tolerated(error: LoadError, schemas: set[str]) -> bool:
    """Whether an error has no bearing on the schema.

    These are settings of other versions, roles of other servers, the drops of `pg_dump --clean`,
    and objects that exist already because this module made them or every cluster has them.
    """
    head = error.statement.head.upper()
    if head.startswith(("SET ", "RESET ", "DROP ", "SELECT PG_CATALOG.SET_CONFIG(")):
        return True
    if head.startswith("ALTER ") and " DROP CONSTRAINT " in head:
        return True
    if error.sqlstate == _UNDEFINED_OBJECT:
        return error.message.startswith("role ")
    if error.sqlstate == _DUPLICATE_OBJECT:
        return head.startswith("CREATE EXTENSION ")
    if error.sqlstate == _NO_RIGHT:
        return _NEEDS_NO_RIGHT.match(head) is not None
    if error.sqlstate == _DUPLICATE_SCHEMA:
        return any(f'"{schema}"' in error.message for schema in schemas)
    return False


def _refuse_missing_types(
    server: Server, errors: list[LoadError], missing: set[str], needs: _Needs, where: str
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
    without = sorted((owners - needs.available) | (missing - SUBSTITUTES.keys() - LANGUAGES))
    if not types or not without:
        return
    if unknown := needs.made.unknown.intersection(without):
        raise ScaffoldError(*(_unknown_extension(name, where, types) for name in sorted(unknown)))
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
    if name in SUBSTITUTES or name in LANGUAGES:
        severity = Severity.NOTE
        what = f"{server.description} has no {name}: substitutes stand in for its functions."
        todo = ""
    else:
        severity = Severity.WARNING
        what = f"{server.description} has no {name}: what needs it was left out."
        todo = "Read a database that has it with --url."
    return Code.EXTENSION_MISSING.at(where, what, todo=todo, severity=severity)


def _unknown_extension(name: str, where: str, types: Sequence[str] = ()) -> Problem:
    """Say that an extension was not made, an error where the dump needs its types."""
    what = f"The extension {name} is none that a dump alone may have made by a superuser"
    what += f", and the dump needs its types: {', '.join(types)}." if types else "."
    severity = Severity.ERROR if types else Severity.WARNING
    todo = f"If you trust it: --extension {name}. Or read a database that has it with --url."
    return Code.EXTENSION_MISSING.at(where, what, todo=todo, severity=severity)


def _connect(
    url: URL,
    limit: TimeLimit = TimeLimit(),  # noqa: B008 - it is frozen
) -> psycopg.Connection[tuple[object, ...]]:
    """Connect for the commands of a dump, or before them, with settings of no environment."""
    return psycopg.connect(
        host=str(url.query["host"]),
        port=str(url.query["port"]),
        user=url.username,
        password=url.password,
        dbname=url.database,
        options=f"-c statement_timeout={limit.milliseconds}",
        client_encoding="UTF8",
        autocommit=True,
    )
