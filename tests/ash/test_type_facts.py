"""The facts in the rows of the type map are PostgreSQL's own."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from ash_scaffold.ash.types import BASE_TYPES, Family, row_of

Connection = psycopg.Connection[tuple[object, ...]]


def types_of(server: Connection) -> set[str]:
    rows = server.execute(
        "SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace"
    )
    return {str(name) for (name,) in rows} & BASE_TYPES.keys()


def test_a_type_is_comparable_where_distinct_values_can_be_selected(scratch: Connection) -> None:
    found = {}
    for name in types_of(scratch):
        query = sql.SQL("SELECT DISTINCT NULL::pg_catalog.{}").format(sql.Identifier(name))
        try:
            scratch.execute(query)
            found[name] = True
        except psycopg.errors.UndefinedFunction:
            found[name] = False
    assert found == {name: BASE_TYPES[name].facts.comparable for name in found}
    assert {name for name, comparable in found.items() if not comparable} >= {"json", "point"}


@pytest.mark.parametrize("name", ["timestamp", "timestamptz", "time"])
def test_a_typmod_that_counts_the_digits_of_a_fraction(scratch: Connection, name: str) -> None:
    row = scratch.execute(
        sql.SQL("SELECT format_type(%s::regtype, 3)"), [f"pg_catalog.{name}"]
    ).fetchone()
    assert row is not None
    assert "(3)" in str(row[0])
    assert row_of(name).facts.fraction


def test_the_types_that_store_alike() -> None:
    groups: dict[str, set[str]] = {}
    for name, row in BASE_TYPES.items():
        if row.facts.alike:
            groups.setdefault(row.facts.alike, set()).add(name)
    assert groups == {
        "bits": {"bit", "varbit"},
        "float": {"float4", "float8"},
        "integer": {"int2", "int4", "int8", "oid"},
        "json": {"json", "jsonb"},
        "text": {"name", "text", "varchar"},
    }


def test_an_unknown_type_has_an_empty_row() -> None:
    row = row_of("not_a_type")
    assert (row.family, row.facts.ecto, row.facts.comparable) == (Family.OTHER, frozenset(), True)
