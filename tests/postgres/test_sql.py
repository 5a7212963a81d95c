from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.sql import (
    ArrayConstant,
    Constant,
    quote_identifier,
    quote_name,
    read_array,
    read_constant,
    unquote_identifier,
)
from ash_scaffold.postgres.url import URL


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("users", "users"),
        ("_private2", "_private2"),
        ("a$b", "a$b"),
        ("Users", '"Users"'),
        ("two words", '"two words"'),
        ("2nd", '"2nd"'),
        ("user", '"user"'),
        ("order", '"order"'),
        ('say "hi"', '"say ""hi"""'),
        ("größe", '"größe"'),
        ("", '""'),
        ("a\n", '"a\n"'),
    ],
)
def test_an_identifier_is_quoted_where_it_must_be(name: str, quoted: str) -> None:
    assert quote_identifier(name) == quoted
    assert unquote_identifier(quoted) == unquote_identifier(quoted, fold=True) == name


def test_an_identifier_without_quotes_is_folded_where_people_write_it() -> None:
    assert (unquote_identifier("Users"), unquote_identifier("Users", fold=True)) == (
        "Users",
        "users",
    )


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        (Name("public", "status"), "status"),
        (Name("pg_catalog", "int4"), "int4"),
        (Name("billing", "status"), "billing.status"),
        (Name("billing", "Odd.Status"), 'billing."Odd.Status"'),
        (Name("Order", "user"), '"Order"."user"'),
    ],
)
def test_a_name_is_qualified_outside_public(name: Name, quoted: str) -> None:
    assert quote_name(name) == quoted


def test_every_word_that_postgresql_reserves_is_quoted(make_database: Callable[..., URL]) -> None:
    url = make_database().uri
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'")
        words = [str(word) for (word,) in rows]
    assert [word for word in words if quote_identifier(word) == word] == []


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("'draft'::text", "draft"),
        ("'draft'::character varying", "draft"),
        ("'draft'::character varying(20)", "draft"),
        ("'x'::public.\"odd type\"", "x"),
        ("'it''s'::text", "it's"),
        ("''::text", ""),
        ("'two\nlines'::text", "two\nlines"),
        ("'back\\slash'::text", "back\\slash"),
        ("'a::b'::text", "a::b"),
        ("'('::text", "("),
        ("('x'::text)", "x"),
        ("'1 day'::interval day to second(3)", "1 day"),
        ("'0.0'::double precision", "0.0"),
        ("'2020-01-01 00:00:00'::timestamp(0) without time zone", "2020-01-01 00:00:00"),
        ("'{}'::jsonb", "{}"),
        ("0", "0"),
        ("'-1'::integer", "-1"),
        ("('-1'::integer)", "-1"),
        ("-1", "-1"),
        ("(-1)", "-1"),
        ("(-1)::bigint", "-1"),
        ("0.50", "0.50"),
        ("1e10", "1e10"),
        ("1.5::numeric(5,2)", "1.5"),
        ("true", "true"),
        ("false", "false"),
        ("NULL::character varying", None),
        ("NULL", None),
    ],
)
def test_a_constant_is_read(sql: str, text: str | None) -> None:
    assert read_constant(sql) == Constant(text)


@pytest.mark.parametrize(
    ("sql", "items"),
    [
        ("ARRAY[]::text[]", ()),
        ("ARRAY['a'::text, 'b,c'::text]", ("a", "b,c")),
        ("ARRAY['a]'::text, 'it''s'::text]", ("a]", "it's")),
        ("ARRAY[1, '-2'::integer, NULL::integer]", ("1", "-2", None)),
        ("(ARRAY['a'::character varying, 'b'::character varying])::text[]", ("a", "b")),
        ("ARRAY['a'::character varying(3)]", ("a",)),
        ("ARRAY[('a,'::character varying)::text, ('b'::character varying)::text]", ("a,", "b")),
        ("ARRAY[true, false]", ("true", "false")),
        ("ARRAY[1.5, 2.0]", ("1.5", "2.0")),
    ],
)
def test_an_array_constructor_is_read(sql: str, items: tuple[str | None, ...]) -> None:
    assert read_constant(sql) == ArrayConstant(items)


@pytest.mark.parametrize(
    "sql",
    [
        "now()",
        "CURRENT_TIMESTAMP",
        "nextval('users_id_seq'::regclass)",
        "(1 + 1)",
        "('a'::text || 'b'::text)",
        "lower('X'::text)",
        "(now() + '1 day'::interval)",
        "ARRAY[now()]",
        "ARRAY[ARRAY[1, 2], ARRAY[3, 4]]",
        "(ARRAY['a'::text] || ARRAY['b'::text])",
        "ARRAY['a'::text] || ARRAY['b'::text]",
        "'a'::text COLLATE \"C\"",
        "(- 1)",
        "'x' || ''",
        "('abc'::text)::character varying(2)",
        "('a'::text || CURRENT_USER)",
        "('2020-01-01'::date + 30)",
        "(1)::bigint + 2",
        "('a'::text IS NULL)",
    ],
)
def test_an_expression_is_no_constant(sql: str) -> None:
    assert read_constant(sql) is None


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("{}", ()),
        ("{ }", ()),
        ("{a,b}", ("a", "b")),
        ('{"a b","c,d","e}f"}', ("a b", "c,d", "e}f")),
        (r'{"q\"uote","back\\slash"}', ('q"uote', "back\\slash")),
        ('{NULL,"NULL",null}', (None, "NULL", None)),
        ('{""}', ("",)),
        ("{1, 2}", ("1", "2")),
        ("{two words}", ("two words",)),
        ("{{1},{2}}", None),
        ("[2:3]={1,2}", None),
        ("{a", None),
        ("{a,}", None),
        ("", None),
    ],
)
def test_the_text_of_an_array_is_read(text: str, items: tuple[str | None, ...] | None) -> None:
    assert read_array(text) == items


@given(st.lists(st.none() | st.text(), max_size=5))
@settings(derandomize=True, max_examples=200)
def test_a_quoted_array_reads_back(items: list[str | None]) -> None:
    written = ",".join(
        "NULL" if i is None else '"' + i.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for i in items
    )
    assert read_array("{" + written + "}") == tuple(items)


@given(st.text())
@settings(derandomize=True, max_examples=200)
def test_a_quoted_string_reads_back(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    assert read_constant(f"{quoted}::text") == Constant(text)


def test_constants_are_read_as_postgresql_writes_them(
    reflect_ddl: Callable[..., Database],
) -> None:
    database = reflect_ddl(r"""
        CREATE TABLE t (
            a text DEFAULT 'it''s \ "q" (x) :: y', b varchar(9) DEFAULT 'cut', c integer DEFAULT -5,
            d numeric(5,2) DEFAULT 9.90, e bigint DEFAULT -9223372036854775808,
            f boolean DEFAULT 'on',
            g text[] DEFAULT ARRAY['a', 'it''s', NULL, 'x]'], h text[] DEFAULT '{a,"b,c",NULL}',
            i integer[] DEFAULT ARRAY[1, -2], j varchar(3)[] DEFAULT ARRAY['a', 'b']::varchar[],
            k integer[] DEFAULT ARRAY[]::integer[], l char(3) DEFAULT 'x',
            q text[] DEFAULT ARRAY['a', 'b']::varchar[], m float8 DEFAULT 'NaN',
            n text DEFAULT 'a' || 'b', o timestamptz DEFAULT now(), p text DEFAULT NULL
        )""")
    defaults = [column.default for column in database.table(Name("public", "t")).columns]
    assert [default and read_constant(default) for default in defaults] == [
        Constant('it\'s \\ "q" (x) :: y'),
        Constant("cut"),
        Constant("-5"),
        Constant("9.90"),
        Constant("-9223372036854775808"),
        Constant("true"),
        ArrayConstant(("a", "it's", None, "x]")),
        Constant('{a,"b,c",NULL}'),
        ArrayConstant(("1", "-2")),
        ArrayConstant(("a", "b")),
        ArrayConstant(()),
        Constant("x"),
        ArrayConstant(("a", "b")),
        Constant("NaN"),
        None,
        None,
        None,
    ]
