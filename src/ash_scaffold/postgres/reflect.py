"""The catalog of a live database as structs, by a fixed number of queries to `pg_catalog`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import chain

import msgspec
import psycopg
from sqlalchemy import Connection, exc, text

from ash_scaffold.postgres import rows
from ash_scaffold.postgres.assemble import CatalogRows, assemble
from ash_scaffold.postgres.catalog import (
    DEFAULT_SCHEMA,
    EVERY_SCHEMA,
    Database,
    Extension,
    ServerIdentity,
)
from ash_scaffold.postgres.rows import Scope, ServerRow, fetch
from ash_scaffold.postgres.sql import quote_identifier
from ash_scaffold.problem import Code, ScaffoldError, fail

OLDEST_SERVER = 130000

# Errors of functions that look into today's catalog for what the transaction still sees.
_INTERNAL_ERROR = "XX000"
_GONE = re.compile(r"with OID \d+ does not exist")
# A constant of such a type has the number of what it names when that is gone.
_NAMES_NOTHING = re.compile(r"'\d+'::(?:pg_catalog\.)?reg\w+")


class SchemaChangedError(Exception):
    """The schema was changed while it was read, so that what was read contradicts itself."""


def reflect(
    connection: Connection, *, schemas: tuple[str, ...] = ("public",), partitions: bool = False
) -> Database:
    """Read the relations of `schemas`, and all that their keys and columns refer to.

    The connection's transaction has to show one state of the catalog throughout (REPEATABLE
    READ) and to have an empty search path, so that expressions come out fully qualified. The
    number of queries depends neither on the number of tables nor on their contents. Partitions
    are left out without `partitions`, relations that an extension owns always. `EVERY_SCHEMA` is
    every one with a relation but PostgreSQL's and those of extensions.

    Raises `ScaffoldError`: SERVER_TOO_OLD before PostgreSQL 13, UNKNOWN_NAME for a schema that
    is not there. Raises `SchemaChangedError`: functions such as `pg_get_expr` know no snapshot, and
    fail for what another session has dropped since. Raises the errors of SQLAlchemy when a query
    fails otherwise.
    """
    try:
        return _reflect(connection, schemas, partitions=partitions)
    except exc.DBAPIError as error:
        if _tells_of_change(error.orig):
            raise SchemaChangedError from error
        raise


def _tells_of_change(error: BaseException | None) -> bool:
    return isinstance(error, psycopg.Error) and (
        error.sqlstate == _INTERNAL_ERROR or _GONE.search(str(error)) is not None
    )


def _reflect(connection: Connection, schemas: tuple[str, ...], *, partitions: bool) -> Database:
    # The planner can't know a fresh catalog's size, and compiles plans that run for a moment.
    connection.execute(text("SET LOCAL jit = off"))
    (server,) = fetch(connection, "server", ServerRow)
    if server.server_version < OLDEST_SERVER:
        raise _too_old(server.server_version)
    found = fetch(connection, "schemas", rows.SchemaRow)
    existing = {row.schema for row in found}
    if EVERY_SCHEMA in schemas:
        own = sorted(row.schema for row in found if row.relations and not row.of_extension)
        schemas = (*(name for name in schemas if name != EVERY_SCHEMA), *own)
    schemas = tuple(dict.fromkeys(schemas))
    _require_schemas(schemas, existing)
    found_rows = _catalog_rows(connection, Scope(list(schemas), partitions))
    if not _is_whole(found_rows):
        raise SchemaChangedError
    content = assemble(found_rows)
    return Database(
        server_version=server.server_version,
        schemas=schemas,
        tables=content.tables,
        types=content.types,
        extensions=_extensions(connection),
        outside_foreign_keys=content.outside_foreign_keys,
        other_schemas=tuple(
            sorted(
                (row.schema, row.relations)
                for row in found
                if row.relations and not row.of_extension and row.schema not in schemas
            )
        ),
        identity=_identity(connection, server),
        name=server.name,
    )


def _catalog_rows(connection: Connection, scope: Scope) -> CatalogRows:
    return CatalogRows(
        relations=fetch(connection, "relations", rows.RelationRow, scope),
        columns=fetch(connection, "columns", rows.ColumnRow, scope),
        readable_columns=fetch(connection, "readable_columns", rows.ReadableColumnRow, scope),
        types=fetch(connection, "types", rows.TypeRow, scope),
        enum_labels=fetch(connection, "enum_labels", rows.EnumLabelsRow),
        domain_checks=fetch(connection, "domain_checks", rows.DomainCheckRow),
        keys=fetch(connection, "keys", rows.KeyRow, scope),
        checks=fetch(connection, "checks", rows.CheckRow, scope),
        exclusions=fetch(connection, "exclusions", rows.ExclusionRow, scope),
        foreign_keys=fetch(connection, "foreign_keys", rows.ForeignKeyRow),
        outside_columns=fetch(connection, "outside_columns", rows.OutsideColumnRow, scope),
        indexes=fetch(connection, "indexes", rows.IndexRow, scope),
        index_partitions=fetch(connection, "index_partitions", rows.IndexPartitionRow),
        partition_constraints=fetch(
            connection, "partition_constraints", rows.PartitionConstraintRow, scope
        ),
        parents=fetch(connection, "parents", rows.ParentRow, scope),
        triggers=fetch(connection, "triggers", rows.TriggerRow, scope),
        rules=fetch(connection, "rules", rows.RuleRow, scope),
        comments=fetch(connection, "comments", rows.CommentRow, scope),
    )


def _is_whole(found: CatalogRows) -> bool:
    """Whether no definition or right is missing of an object that the transaction sees."""
    definitions: Iterable[object] = chain(
        (right for each in found.relations for right in (each.schema_usable, each.may_select)),
        (each.expression for each in found.checks),
        (each.expression for each in found.domain_checks),
        (each.definition for each in found.exclusions),
    )
    texts = chain(
        (each.default for each in found.columns),
        (each.default for each in found.types),
        (each.predicate for each in found.indexes),
        (one for each in found.indexes for one in each.expressions or ()),
    )
    return all(each is not None for each in definitions) and not any(
        one == "" or ("::reg" in one and _NAMES_NOTHING.search(one))
        for one in texts
        if one is not None
    )


def _extensions(connection: Connection) -> tuple[Extension, ...]:
    found = fetch(connection, "extensions", rows.ExtensionRow)
    return tuple(sorted((Extension(*row) for row in found), key=lambda each: each.name))


def _identity(connection: Connection, server: ServerRow) -> ServerIdentity | None:
    """Run the query only with the right to: a refusal would end the transaction."""
    if not server.identity_permitted:
        return None
    (row,) = fetch(connection, "identity", rows.IdentityRow)
    return ServerIdentity(row.system_identifier, server.database_oid)


def _too_old(version: int) -> ScaffoldError:
    # Before 10 the second number was part of the major version: 90624 is 9.6.24.
    major = f"{version // 10000}.{version // 100 % 100}" if version < 100000 else version // 10000
    return fail(
        Code.SERVER_TOO_OLD,
        f"The server is PostgreSQL {major}; 13 is the oldest that can be read.",
        todo="Load a dump of the database into a newer server and use that (--dump does so).",
    )


def _require_schemas(schemas: tuple[str, ...], existing: set[str]) -> None:
    problems = [
        Code.UNKNOWN_NAME.at(
            name,
            f"there is no schema {name!r} in the database",
            todo=_proposal(name, sorted(existing)),
        )
        for name in schemas
        if name not in existing
    ]
    if problems:
        raise ScaffoldError(*problems)


def _proposal(name: str, existing: list[str]) -> str:
    nearest = get_close_matches(name, existing, n=3)
    if nearest:
        return "did you mean " + " or ".join(repr(each) for each in nearest) + "?"
    return "the schemas are: " + ", ".join(existing) if existing else ""


_ROLE_AND_FUNCTIONS = text("""
SELECT
  current_user AS role,
  ARRAY(
    SELECT DISTINCT CAST(p.proname AS text)
    FROM pg_catalog.pg_proc AS p
    WHERE p.proname = ANY (CAST(:functions AS name[]))
    ORDER BY 1
  ) AS functions
""")


class RoleAndFunctions(msgspec.Struct, frozen=True):
    """The connected role, and the wanted functions that exist."""

    role: str
    functions: tuple[str, ...]


def read_role_and_functions(connection: Connection, functions: Iterable[str]) -> RoleAndFunctions:
    """Read the connected role, and the names in `functions` that exist, in whichever schema.

    Raises the errors of SQLAlchemy.
    """
    row = connection.execute(_ROLE_AND_FUNCTIONS, {"functions": sorted(functions)}).one()
    return RoleAndFunctions(row.role, tuple(row.functions))


_VERSION_TABLES = text("""
SELECT n.nspname AS schema
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a
  ON a.attrelid = c.oid AND a.attname = 'version' AND NOT a.attisdropped
WHERE c.relname = CAST(:source AS name)
  AND c.relkind IN ('r', 'p')
  AND a.atttypid IN ('pg_catalog.int8'::regtype, 'pg_catalog.int4'::regtype)
  AND has_schema_privilege(n.oid, 'USAGE')
  AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY n.nspname <> 'public', n.nspname
""")


def read_versions(connection: Connection, source: str, prefix: str | None) -> frozenset[int] | None:
    """Read the versions that Ecto recorded in its table `source` of the schema `prefix`.

    Without a prefix it is the one of `public`, else the only one. Returns None where there is no
    such table, or the role may not read it. Raises the errors of SQLAlchemy.
    """
    rows_ = connection.execute(_VERSION_TABLES, {"source": source}).all()
    schemas = [str(row.schema) for row in rows_]
    if prefix is not None:
        schemas = [schema for schema in schemas if schema == prefix]
    if not schemas or (len(schemas) > 1 and schemas[0] != DEFAULT_SCHEMA):
        return None
    table = f"{quote_identifier(schemas[0])}.{quote_identifier(source)}"
    found = connection.execute(text(f"SELECT version FROM {table} WHERE version IS NOT NULL"))
    return frozenset(int(row[0]) for row in found.all())
