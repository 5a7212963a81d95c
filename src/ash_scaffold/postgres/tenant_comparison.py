"""The schemas of other tenants compared with the one that is read, in a fixed number of queries.

The server makes a digest of each schema first. Of those that differ from the template one for each
digest is read as any schema is, together with the template: so what is read depends on how many
kinds of difference there are, and not on the number of tenants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from ash_scaffold.postgres.answers import Answers, Question, array_of, ask_also
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.compare import Change, Kind, RenameDetection, Renames, compare
from ash_scaffold.postgres.connect import Connection
from ash_scaffold.postgres.facts import TableFacts, facts_of_database
from ash_scaffold.postgres.reflect import database_of_answers, read_catalog
from ash_scaffold.postgres.rows import TenantDigestRow, TenantTablesRow
from ash_scaffold.postgres.tenant_schemas import facts_per_tenant

# What is no difference to code: the order in which a tenant's columns were added, and comments.
_OF_NO_CONCERN = frozenset({Kind.COLUMN_ORDER_CHANGED, Kind.COMMENT_CHANGED})
_DIGESTS, _TABLES = "tenants/digests", "tenants/tables"


class TenantChange(msgspec.Struct, frozen=True):
    """What the template has and some schemas have not: a change that would make them alike."""

    change: Change
    schemas: tuple[str, ...]


class TenantComparison(msgspec.Struct, frozen=True):
    """What differs, in the order of changes; `digests` are the answers that told which differ."""

    changes: tuple[TenantChange, ...]
    digests: Answers


def compare_tenants(
    connection: Connection,
    template: str,
    others: Iterable[str],
    is_bookkeeping: Callable[[Name], bool] = lambda _name: False,
) -> TenantComparison:
    """Compare the schemas of other tenants with the template.

    Tables that are bookkeeping are left out. Raises `SchemaChangedError` where a schema is changed
    meanwhile, and `psycopg.Error`.
    """
    names = [template, *others]
    answers = ask_also(
        connection, {_DIGESTS: TenantDigestRow}, {"schemas": array_of(connection, names)}
    )
    digests = {row.schema: row.digest for row in answers.rows(_DIGESTS, TenantDigestRow)}
    alike: dict[str, list[str]] = {}
    for schema in names[1:]:
        if schema in digests and digests[schema] != digests.get(template):
            alike.setdefault(digests[schema], []).append(schema)
    if not alike:
        return TenantComparison((), answers)
    read = [schemas[0] for schemas in alike.values()]
    question = Question(schemas=(template, *read))
    facts = facts_of_database(database_of_answers(read_catalog(connection, question)))
    wanted = _tables(facts, template, is_bookkeeping)
    schemas_of: dict[Change, list[str]] = {}
    for schemas in alike.values():
        changes = compare_alike(_tables(facts, schemas[0], is_bookkeeping), wanted)
        for change in changes:
            schemas_of.setdefault(change, []).extend(schemas)
    return TenantComparison(
        tuple(
            TenantChange(change, tuple(sorted(schemas_of[change])))
            for change in sorted(schemas_of, key=Change.sort_key)
        ),
        answers,
    )


def tables_by_schema(connection: Connection) -> dict[str, frozenset[str]]:
    """Return the names of the tables of each schema. Raises `psycopg.Error`."""
    answers = ask_also(connection, {_TABLES: TenantTablesRow}, {})
    return {row.schema: frozenset(row.tables) for row in answers.rows(_TABLES, TenantTablesRow)}


def compare_alike(
    tenant: Mapping[Name, TableFacts], template: Mapping[Name, TableFacts]
) -> tuple[Change, ...]:
    """Return the changes that would make a tenant's tables those of the template."""
    same = {name: name for name in tenant if name in template}
    detection = RenameDetection(renames=Renames(tables=same))
    return tuple(
        change
        for change in compare(tenant, template, detection)
        if change.kind not in _OF_NO_CONCERN
    )


def _tables(
    facts: Mapping[Name, TableFacts], schema: str, is_bookkeeping: Callable[[Name], bool]
) -> dict[Name, TableFacts]:
    """Return the tables of a schema as those of every tenant, without what points at them."""
    own = [each for name, each in facts.items() if name.schema == schema]
    found = (
        msgspec.structs.replace(facts_per_tenant(each, schema), incoming=())
        for each in own
        if not is_bookkeeping(each.name)
    )
    return {each.name: each for each in found}
