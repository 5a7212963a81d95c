"""The catalog of a live database as structs, by a fixed number of queries to `pg_catalog`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold.postgres import rows
from ash_scaffold.postgres.answers import Answers, Question, SchemaChangedError, ask
from ash_scaffold.postgres.assemble import CatalogRows, assemble
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Database, Extension, ServerIdentity
from ash_scaffold.postgres.tenant_schemas import TenantSchemas, rows_per_tenant
from ash_scaffold.problem import Code, ScaffoldError, fail

if TYPE_CHECKING:
    from ash_scaffold.postgres.connect import Connection

OLDEST_SERVER = 130000

# A constant of such a type has the number of what it names when that is gone.
_NAMES_NOTHING = re.compile(r"'\d+'::(?:pg_catalog\.)?reg\w+")


def read_catalog(connection: Connection, question: Question) -> Answers:
    """Ask a database, if it is one that can be read.

    Raises `ScaffoldError` (SERVER_TOO_OLD) before PostgreSQL 13, and what `ask` does.
    """
    version = connection.info.server_version
    if version < OLDEST_SERVER:
        raise _too_old(version)
    return ask(connection, question)


def database_of_answers(
    answers: Answers, *, may_lack: Collection[str] = (), tenants: TenantSchemas | None = None
) -> Database:
    """Make the structs of what a database has answered.

    Of the schemas that it `may_lack`, it has those that it was found to have. With `tenants` one
    of them stands for the schemas of all tenants. Raises `ScaffoldError` (UNKNOWN_NAME) for
    another schema that is not there, or where there is none at all; `SchemaChangedError` where the
    answers contradict each other.
    """
    (server,) = answers.rows("server", rows.ServerRow)
    found = answers.rows("schemas", rows.SchemaRow)
    existing = {row.schema for row in found}
    schemas = tuple(name for name in answers.schemas if name in existing or name not in may_lack)
    _require_schemas(schemas or answers.schemas, existing)
    found_rows = _catalog_rows(answers)
    if not _is_whole(found_rows):
        raise SchemaChangedError
    others: tuple[str, ...] = ()
    if tenants is not None:
        others = tenants.others(row.schema for row in found if row.relations)
        found_rows = rows_per_tenant(found_rows, tenants)
        # What was read of the template is there under the name of `public`.
        schemas = tuple(sorted({DEFAULT_SCHEMA, *schemas} - {tenants.template}))
    content = assemble(found_rows)
    read_or_alike = {*answers.schemas, *others}
    extensions = (Extension(*row) for row in answers.rows("extensions", rows.ExtensionRow))
    return Database(
        server_version=server.server_version,
        schemas=schemas,
        tables=content.tables,
        types=content.types,
        extensions=tuple(sorted(extensions, key=lambda each: each.name)),
        outside_foreign_keys=content.outside_foreign_keys,
        other_schemas=tuple(
            sorted(
                (row.schema, row.relations)
                for row in found
                if row.relations and not row.of_extension and row.schema not in read_or_alike
            )
        ),
        identity=_identity(answers, server),
        name=server.name,
        template="" if tenants is None else tenants.template,
        tenant_schemas=others,
    )


def _catalog_rows(answers: Answers) -> CatalogRows:
    return CatalogRows(
        relations=answers.rows("relations", rows.RelationRow),
        columns=answers.rows("columns", rows.ColumnRow),
        readable_columns=answers.rows("readable_columns", rows.ReadableColumnRow),
        types=answers.rows("types", rows.TypeRow),
        enum_labels=answers.rows("enum_labels", rows.EnumLabelsRow),
        domain_checks=answers.rows("domain_checks", rows.DomainCheckRow),
        keys=answers.rows("keys", rows.KeyRow),
        checks=answers.rows("checks", rows.CheckRow),
        exclusions=answers.rows("exclusions", rows.ExclusionRow),
        foreign_keys=answers.rows("foreign_keys", rows.ForeignKeyRow),
        outside_columns=answers.rows("outside_columns", rows.OutsideColumnRow),
        indexes=answers.rows("indexes", rows.IndexRow),
        index_partitions=answers.rows("index_partitions", rows.IndexPartitionRow),
        partition_constraints=answers.rows("partition_constraints", rows.PartitionConstraintRow),
        parents=answers.rows("parents", rows.ParentRow),
        triggers=answers.rows("triggers", rows.TriggerRow),
        rules=answers.rows("rules", rows.RuleRow),
        comments=answers.rows("comments", rows.CommentRow),
    )


def _is_whole(found: CatalogRows) -> bool:
    """Whether no text is missing of an object that the transaction sees."""
    texts = chain(
        (each.default for each in found.columns),
        (each.default for each in found.types),
        (each.predicate for each in found.indexes),
        (one for each in found.indexes for one in each.expressions or ()),
    )
    return not any(
        one == "" or ("::reg" in one and _NAMES_NOTHING.search(one))
        for one in texts
        if one is not None
    )


def _identity(answers: Answers, server: rows.ServerRow) -> ServerIdentity | None:
    """Return the server's identity; None where the role has no right to ask for it."""
    if not server.identity_permitted:
        return None
    (row,) = answers.rows("identity", rows.IdentityRow)
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


_ROLE_AND_FUNCTIONS = """
SELECT
  current_user AS role,
  ARRAY(
    SELECT DISTINCT CAST(p.proname AS text)
    FROM pg_catalog.pg_proc AS p
    WHERE p.proname = ANY (CAST(%s AS name[]))
    ORDER BY 1
  ) AS functions
"""


class RoleAndFunctions(msgspec.Struct, frozen=True):
    """The connected role, and the wanted functions that exist."""

    role: str
    functions: tuple[str, ...]


def read_role_and_functions(connection: Connection, functions: Iterable[str]) -> RoleAndFunctions:
    """Read the connected role, and the names in `functions` that exist, in whichever schema.

    Raises `psycopg.Error`.
    """
    [(role, found)] = connection.execute(_ROLE_AND_FUNCTIONS, (sorted(functions),)).fetchall()
    return msgspec.convert({"role": role, "functions": found}, RoleAndFunctions)
