from __future__ import annotations

from collections.abc import Callable

import pytest

from ash_scaffold.postgres.canonical import canonical
from ash_scaffold.postgres.catalog import Database

ONE_FORM = [
    (
        "((status)::text = ANY ((ARRAY['a'::character varying,"
        " 'b, ]''x'::character varying])::text[]))",
        "((status)::text = ANY (ARRAY[('a'::character varying)::text,"
        " ('b, ]''x'::character varying)::text]))",
    ),
    ("(starts AT TIME ZONE 'UTC'::text)", "timezone('UTC'::text, starts)"),
    (
        "date_trunc('day'::text, (a AT TIME ZONE 'UTC'::text))",
        "date_trunc('day'::text, timezone('UTC'::text, a))",
    ),
    ("(TRIM(BOTH FROM name) <> ''::text)", "(btrim(name) <> ''::text)"),
    ("TRIM(LEADING '0'::text FROM code)", "ltrim(code, '0'::text)"),
    ("SUBSTRING(code FROM 1 FOR 2)", '"substring"(code, 1, 2)'),
    ("(POSITION(('@'::text) IN (email)) > 1)", "(\"position\"(email, '@'::text) > 1)"),
]


@pytest.mark.parametrize(("printed", "expected"), ONE_FORM)
def test_a_form_that_not_every_server_prints_becomes_the_one_that_all_do(
    printed: str, expected: str
) -> None:
    assert canonical(printed) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "(deleted_at IS NULL)",
        "'(ARRAY[''a''::character varying])::text[]'::text",
        "(note = ' AT TIME ZONE '::text)",
        "lower(email)",
        "nextval('a_id_seq'::regclass)",
    ],
)
def test_what_is_canonical_stays(sql: str) -> None:
    assert canonical(sql) == sql


CHECKED = """
CREATE TABLE t (
    status varchar(20), name text, at timestamptz, day date,
    CONSTRAINT s CHECK (status IN ('a', 'b, x', 'it''s')),
    CONSTRAINT n CHECK (trim(name) <> '' AND substring(name FROM 1 FOR 2) <> 'xx'
        AND position('@' IN name) > 1 AND trim(leading '0' FROM name) <> ''),
    CONSTRAINT z CHECK ((at AT TIME ZONE 'UTC')::date = day)
);
CREATE UNIQUE INDEX i ON t (name) WHERE status IN ('a', 'b');
"""


def test_what_is_read_back_is_read_as_it_was(
    reflect_ddl: Callable[..., Database],
) -> None:
    """A dump writes what the catalog prints: making the table of that gives the same texts."""
    (first,) = reflect_ddl(CHECKED).tables
    checks = ", ".join(f"CONSTRAINT {c.name} CHECK ({c.expression})" for c in first.checks)
    (index,) = first.indexes
    (again,) = reflect_ddl(
        f"CREATE TABLE t (status varchar(20), name text, at timestamptz, day date, {checks});"
        f"CREATE UNIQUE INDEX i ON t (name) WHERE {index.predicate};"
    ).tables
    assert again == first
