"""A schema per tenant: the catalog's rows of one of them, read as those of every tenant.

Code that works for each tenant names no schema: so the tables and types of the schema that is read
(the template) get the names that they have for such code, those of `public`, and no text keeps the
template's name. What comes of it is the same whichever tenant's schema was read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name, Type, TypeUse
from ash_scaffold.postgres.sql import quote_identifier
from ash_scaffold.problem import Code, ScaffoldError

if TYPE_CHECKING:
    from ash_scaffold.postgres.assemble import CatalogRows
    from ash_scaffold.postgres.facts import TableFacts
    from ash_scaffold.postgres.rows import RelationRow, TypeRow


# In predicates, in place of the schema of whichever tenant.
_EVERY_TENANT = "tenant"


class TenantSchemas(msgspec.Struct, frozen=True):
    """The schemas of tenants: the one that is read, and which others there are.

    `is_bookkeeping` tells tables that each schema may have beside `public`, such as those of
    migrations: they are left out.
    """

    template: str
    is_other: Callable[[str], bool] = lambda _schema: False
    is_bookkeeping: Callable[[Name], bool] = lambda _name: False

    def others(self, schemas: Iterable[str]) -> tuple[str, ...]:
        """Return the schemas of the other tenants, by name."""
        return tuple(
            sorted(name for name in schemas if name != self.template and self.is_other(name))
        )


def rows_per_tenant(rows: CatalogRows, tenants: TenantSchemas) -> CatalogRows:
    """Return the rows with what the template holds as if it were in `public`.

    Keys of other tenants' tables are left out. Raises `ScaffoldError` (UNKNOWN_NAME) for a table
    or a type that is both in the template and in `public`: no code could tell which it means.
    """
    template = tenants.template
    own = [row for row in rows.relations if row.schema == template]
    left_out = {row.oid for row in own if tenants.is_bookkeeping(Name(row.schema, row.name))}
    _require_apart(template, "table", (row for row in rows.relations if row.oid not in left_out))
    _require_apart(template, "type", _used_types(rows))
    others = {
        row.relation
        for row in rows.outside_columns
        if row.schema != template and tenants.is_other(row.schema)
    }

    def schema(name: str) -> str:
        return DEFAULT_SCHEMA if name == template else name

    def bare(sql: str) -> str:
        return without_schema(sql, template)

    def bare_or_none(sql: str | None) -> str | None:
        return sql and bare(sql)

    return msgspec.structs.replace(
        rows,
        per_tenant=frozenset(row.oid for row in own),
        types_per_tenant=frozenset(row.oid for row in rows.types if row.schema == template),
        relations=[
            row._replace(schema=schema(row.schema))
            for row in rows.relations
            if row.oid not in left_out
        ],
        columns=[
            row._replace(default=bare_or_none(row.default), collation=bare_or_none(row.collation))
            for row in rows.columns
            if row.relation not in left_out
        ],
        types=[
            row._replace(schema=schema(row.schema), default=bare_or_none(row.default))
            for row in rows.types
        ],
        domain_checks=[row._replace(expression=bare(row.expression)) for row in rows.domain_checks],
        checks=[row._replace(expression=bare(row.expression)) for row in rows.checks],
        exclusions=[row._replace(definition=bare(row.definition)) for row in rows.exclusions],
        foreign_keys=[
            row
            for row in rows.foreign_keys
            if row.relation not in others and left_out.isdisjoint((row.relation, row.target))
        ],
        # A key of a shared table leads to one tenant, whichever: that is to the table of each.
        outside_columns=[
            row._replace(
                schema=DEFAULT_SCHEMA if tenants.is_other(row.schema) else schema(row.schema)
            )
            for row in rows.outside_columns
        ],
        indexes=[
            row._replace(
                predicate=row.predicate
                and without_schema(row.predicate, template, f"{_EVERY_TENANT}."),
                expressions=row.expressions and [bare_or_none(each) for each in row.expressions],
            )
            for row in rows.indexes
        ],
        parents=[row._replace(schema=schema(row.schema)) for row in rows.parents],
        triggers=[
            row._replace(function_schema=schema(row.function_schema)) for row in rows.triggers
        ],
    )


FactsT = TypeVar("FactsT", bound=msgspec.Struct)


def facts_per_tenant(facts: TableFacts, schema: str, *, relations: bool = True) -> TableFacts:
    """Return the facts of a table of a tenant's schema as those of every tenant.

    Without `relations` the names of tables stay, its own among them.
    """

    def name(each: Name) -> Name:
        return Name(DEFAULT_SCHEMA, each.name) if each.schema == schema else each

    def value(field: str, each: Any) -> Any:
        match each:
            case Name():
                return name(each) if relations or field in _OTHER_NAMES else each
            case TypeUse():
                return TypeUse(name(each.name), each.typmod, each.dimensions)
            case str() if field in _EXPRESSIONS:
                return without_schema(each, schema)
            case str() if field == "predicate":
                return without_schema(each, schema, f"{_EVERY_TENANT}.")
            case tuple():
                return tuple(value(field, one) for one in each)
            case Type():
                per_tenant = each.name.schema == schema
                return msgspec.structs.replace(
                    struct(each), per_tenant=per_tenant, name=name(each.name)
                )
            case msgspec.Struct():
                return struct(each)
        return each

    def struct(each: FactsT) -> FactsT:
        fields = {field: value(field, getattr(each, field)) for field in each.__struct_fields__}
        return msgspec.structs.replace(each, **fields)

    return msgspec.structs.replace(struct(facts), per_tenant=True)


_OTHER_NAMES = frozenset({"function"})
_EXPRESSIONS = frozenset({"default", "expression", "definition", "collation"})


def _require_apart(
    template: str, kind: str, rows: Iterable[RelationRow] | Iterable[TypeRow]
) -> None:
    names: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        names[row.schema].add(row.name)
    problems = [
        Code.UNKNOWN_NAME.at(
            "schema of [tenancy]",
            f"The {kind} {name} is both in {template} and in {DEFAULT_SCHEMA}: code that names no "
            "schema can't tell them apart.",
            todo=f"Drop or rename the one that is left over, or move that of {DEFAULT_SCHEMA} to "
            "another schema.",
        )
        for name in sorted(names[template] & names[DEFAULT_SCHEMA])
    ]
    if problems:
        raise ScaffoldError(*problems)


def _used_types(rows: CatalogRows) -> Iterator[TypeRow]:
    """Give the types of columns that were read, and what they are made of."""
    types = {row.oid: row for row in rows.types}
    left = {row.type for row in rows.columns}
    found: set[int] = set()
    while left:
        found |= left
        parts = [types[oid] for oid in left if oid in types]
        left = {
            oid
            for row in parts
            for oid in (row.element, row.base, row.subtype, *(row.field_types or ()))
        } - found
    return (row for oid, row in types.items() if oid in found)


def without_schema(sql: str, schema: str, instead: str = "") -> str:
    """Return an expression of the catalog with another text for the schema of its objects.

    In constants it is left alone but for such as name an object (`'s.x_seq'::regclass`).
    """
    prefix = f"{quote_identifier(schema)}."
    in_constant = prefix.replace("'", "''")
    if prefix not in sql and in_constant not in sql:
        return sql

    def bare(match: re.Match[str]) -> str:
        text = match[0]
        if match["object"] and text.startswith(f"'{in_constant}"):
            return f"'{instead}{text[len(in_constant) + 1 :]}"
        return instead if match["prefix"] else text

    return _pattern(prefix).sub(bare, sql)


def sql_of_every_tenant(predicate: str) -> str | None:
    """Return a predicate as SQL that holds in each tenant's schema; None where there is none.

    A statement for a tenant has no search path with its schema, so nothing in there can be named.
    PostgreSQL takes a constant without a cast for one of the type that it is compared with.
    """
    sql = _LIST.sub(lambda match: _array(match["items"]), predicate)
    sql = _CONSTANT.sub(r"\1", sql)
    return None if any(each["own"] for each in _OWN.finditer(sql)) else sql


def _array(items: str) -> str:
    texts = (each[1][1:-1].replace("''", "'") for each in _CONSTANT.finditer(items))
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    content = ",".join(f'"{text}"' for text in quoted)
    return "'{" + content.replace("'", "''") + "}'"


_TEXT = r"'(?:[^']|'')*'"
_IDENTIFIER = r'(?:[a-z_][\w$]*|"(?:[^"]|"")*")'
_OWN_TYPE = rf"::{_EVERY_TENANT}\.{_IDENTIFIER}(?![\w$.(\[])"
_CONSTANT = re.compile(rf"({_TEXT}){_OWN_TYPE}")
_LIST = re.compile(rf"ARRAY\[(?P<items>{_TEXT}{_OWN_TYPE}(?:, {_TEXT}{_OWN_TYPE})*)\]")
_OWN = re.compile(rf'{_TEXT}|"(?:[^"]|"")*"|(?P<own>(?<![\w$.]){_EVERY_TENANT}\.)')


@lru_cache(maxsize=8)
def _pattern(prefix: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<object>{_TEXT}(?=::reg))|{_TEXT}|(?P<prefix>(?<![\w$\".]){re.escape(prefix)})"
        r'|"(?:[^"]|"")*"'
    )
