"""The questions of a run to a database's catalog, and the answers, as the server sends them.

All questions travel at once, and what hangs on their answers after that, so a database far away is
read in two round trips. The server writes each column of an answer as one JSON array: a digest of
these bytes tells a changed catalog from an unchanged one before anything is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import GenericAlias
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, get_type_hints

import msgspec

from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, EVERY_SCHEMA
from ash_scaffold.postgres.round_trip import Columns, digest_of, send
from ash_scaffold.postgres.rows import ROWS, SchemaRow, ServerRow, VersionTableRow
from ash_scaffold.postgres.sql import quote_identifier

if TYPE_CHECKING:
    from ash_scaffold.postgres.connect import Connection

RowT = TypeVar("RowT", bound=NamedTuple)
_VERSIONS = "versions"
_AFTER = frozenset({"identity"})
_COMMENT = re.compile(r"^--.*\n", re.MULTILINE)
_NAME = re.compile(r"(?<![:\w]):([a-z]+)\b")
_NUMBERS = (int, int | None, list[int], list[int] | None)

# Errors of functions that look into today's catalog for what the transaction still sees: internal
# ones, and of `enum_out` for a value that is no label any more.
_STALE = frozenset({"XX000", "22P03"})
_GONE = re.compile(r"with OID \d+ does not exist")


class SchemaChangedError(Exception):
    """The schema was changed while it was read, so that what was read contradicts itself."""


class VersionTable(msgspec.Struct, frozen=True):
    """Where Ecto records the migrations that have run: a table's name, its schema if it is known.

    Without a schema it is the table of `public`, else the only one of that name.
    """

    source: str
    prefix: str | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a database: the schemas to read, with or without partitions.

    `EVERY_SCHEMA` is every one with a relation but PostgreSQL's and those of extensions.
    """

    schemas: tuple[str, ...] = (DEFAULT_SCHEMA,)
    partitions: bool = False
    versions: VersionTable | None = None


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """The answers of a database by query: for each column the JSON array of its values.

    `question` is None for answers to other queries than those of a run. `schemas` are those of the
    question, also such as are not there. `statements` give the same answers again, in the same
    order.
    """

    question: Question | None = None
    schemas: tuple[str, ...]
    statements: tuple[str, ...]
    columns: Mapping[str, Columns]
    encoding: str = "utf-8"

    def rows(self, name: str, row: type[RowT]) -> list[RowT]:
        """Return the rows of an answer.

        Raises `SchemaChangedError` where there is none of what every such object has: functions
        that give definitions and rights answer NULL for what is gone.
        """
        try:
            values = [
                decoder.decode(self._utf8(content)) if content is not None else ()
                for decoder, content in zip(_decoders(row), self.columns[name], strict=True)
            ]
        except msgspec.ValidationError as error:
            if "got `null`" in str(error):
                raise SchemaChangedError from error
            raise
        return list(map(row._make, zip(*values, strict=True)))

    @property
    def versions(self) -> frozenset[int] | None:
        """The versions that Ecto has recorded; None without a table that the role may read."""
        found = self.columns.get(_VERSIONS)
        if found is None:
            return None
        return frozenset(msgspec.json.decode(found[0], type=list[int]) if found[0] else ())

    @property
    def digest(self) -> bytes:
        """A digest of all answers."""
        return digest_of(self.columns.values())

    def _utf8(self, content: bytes) -> bytes:
        return content if self.encoding == "utf-8" else content.decode(self.encoding).encode()


def ask(connection: Connection, question: Question) -> Answers:
    """Ask a database for all that a run needs of its catalog.

    The connection's transaction has to show one state of the catalog throughout (REPEATABLE
    READ) and to have an empty search path, so that expressions come out fully qualified. The
    number of queries depends neither on the number of tables nor on their contents. Partitions
    are left out without `partitions`, relations that an extension owns always.

    Raises `SchemaChangedError`: functions such as `pg_get_expr` know no snapshot, and fail for
    what another session has dropped since. Raises `psycopg.Error` when a query fails otherwise.
    """
    import psycopg

    try:
        return _ask(connection, question)
    except psycopg.Error as error:
        if error.sqlstate in _STALE or _GONE.search(str(error)) is not None:
            raise SchemaChangedError from error
        raise


def ask_also(
    connection: Connection, queries: Mapping[str, type[NamedTuple]], parameters: Mapping[str, str]
) -> Answers:
    """Ask for more than a run needs: queries by name, each with the row that it has.

    `parameters` are their variables as SQL. Raises `psycopg.Error`.
    """
    statements = [_statement(name, parameters, row) for name, row in queries.items()]
    columns = zip(queries, send(connection, statements), strict=True)
    return Answers(
        schemas=(),
        statements=tuple(statements),
        columns=dict(columns),
        encoding=connection.info.encoding,
    )


def array_of(connection: Connection, texts: Iterable[str]) -> str:
    """Return an array of texts as SQL has it."""
    return f"ARRAY[{', '.join(_literal(connection, text) for text in texts)}]"


def named_rows(connection: Connection, name: str, parameters: Mapping[str, object]) -> list[Any]:
    """Run one query and return its rows as named tuples. Raises `psycopg.Error`."""
    from psycopg.rows import namedtuple_row

    def placed(match: re.Match[str]) -> str:
        return f"%({match[1]})s" if match[1] in parameters else match[0]

    text = _NAME.sub(placed, query(name).replace("%", "%%"))
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(text.encode(), parameters).fetchall()


def _ask(connection: Connection, question: Question) -> Answers:
    schemas = tuple(dict.fromkeys(question.schemas))
    encoding = connection.info.encoding
    if EVERY_SCHEMA in schemas:
        answers = Answers(
            schemas=schemas,
            statements=(),
            columns={"schemas": send(connection, [_statement("schemas", {})])[0]},
            encoding=encoding,
        )
        found = answers.rows("schemas", SchemaRow)
        own = sorted(row.schema for row in found if row.relations and not row.of_extension)
        schemas = tuple(dict.fromkeys((*(name for name in schemas if name != EVERY_SCHEMA), *own)))
    parameters = {
        "schemas": array_of(connection, schemas),
        "partitions": "true" if question.partitions else "false",
    }
    if question.versions is not None:
        parameters["source"] = _literal(connection, question.versions.source)
    names = _names(question)
    statements = [_statement(name, parameters) for name in names]
    columns = dict(zip(names, send(connection, statements), strict=True))
    first = Answers(schemas=schemas, statements=(), columns=columns, encoding=encoding)
    more = dict(_after(first, question.versions))
    if more:
        columns |= zip(more, send(connection, list(more.values())), strict=True)
    return Answers(
        schemas=schemas,
        question=question,
        statements=(*statements, *more.values()),
        columns=columns,
        encoding=encoding,
    )


def answers_of(
    question: Question, statements: Sequence[str], columns: Sequence[Columns], encoding: str
) -> Answers | None:
    """Return the answers that a database gave to the statements of earlier ones to a question.

    None where other statements would be asked by now.
    """
    if EVERY_SCHEMA in question.schemas:
        return None
    names = _names(question)
    first = Answers(
        question=question,
        schemas=tuple(dict.fromkeys(question.schemas)),
        statements=tuple(statements),
        columns=dict(zip(names, columns, strict=False)),
        encoding=encoding,
    )
    more = dict(_after(first, question.versions))
    if tuple(more.values()) != tuple(statements[len(names) :]):
        return None
    return msgspec.structs.replace(
        first, columns={**first.columns, **dict(zip(more, columns[len(names) :], strict=True))}
    )


def _names(question: Question) -> list[str]:
    """Return the queries whose answers hang on no other."""
    left_out = _AFTER if question.versions is not None else _AFTER | {"version_tables"}
    return [name for name in ROWS if name not in left_out]


def _after(answers: Answers, versions: VersionTable | None) -> Iterator[tuple[str, str]]:
    """Yield the statements that hang on the first answers: a refusal would end the transaction."""
    (server,) = answers.rows("server", ServerRow)
    if server.identity_permitted:
        yield "identity", _statement("identity", {})
    if versions is None:
        return
    schemas = [row.schema for row in answers.rows("version_tables", VersionTableRow)]
    if versions.prefix is not None:
        schemas = [schema for schema in schemas if schema == versions.prefix]
    if schemas and (len(schemas) == 1 or schemas[0] == DEFAULT_SCHEMA):
        table = f"{quote_identifier(schemas[0])}.{quote_identifier(versions.source)}"
        yield _VERSIONS, f"SELECT json_agg(version) FROM {table} WHERE version IS NOT NULL"


def _statement(
    name: str, parameters: Mapping[str, str], row: type[NamedTuple] | None = None
) -> str:
    """Return a query as the text that asks for its columns; without a row, for those of a run's."""
    text = _NAME.sub(lambda match: parameters.get(match[1], match[0]), query(name))
    fields = (ROWS[name] if row is None else row)._fields
    columns = ", ".join(f'json_agg(answer."{column}")' for column in fields)
    return f"SELECT {columns} FROM (\n{text}) AS answer"


@cache
def query(name: str) -> str:
    """Return the SQL of `queries/<name>.sql`, without its comment."""
    text = (files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8")
    return _COMMENT.sub("", text)


def _literal(connection: Connection, text: str) -> str:
    from psycopg.pq import Escaping

    encoding = connection.info.encoding
    return Escaping(connection.pgconn).escape_literal(text.encode(encoding)).decode(encoding)


@cache
def _decoders(row: type[NamedTuple]) -> tuple[msgspec.json.Decoder[list[object]], ...]:
    """Return the decoders of a row's columns; an oid is a number that the server puts in quotes."""
    hints = get_type_hints(row)
    return tuple(
        msgspec.json.Decoder(GenericAlias(list, hints[name]), strict=hints[name] not in _NUMBERS)
        for name in row._fields
    )
