from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import URL

from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.identifier import quote_identifier, quote_name


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
    url = make_database().set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'")
        words = [str(word) for (word,) in rows]
    assert [word for word in words if quote_identifier(word) == word] == []
