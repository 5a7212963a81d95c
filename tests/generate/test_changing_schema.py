"""A schema that another session changes while a run reads it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from tests.databases import as_uri
from tests.generate.conftest import MakeShop, Write
from tests.generate.running import Shop
from tests.support import reflect

from ash_scaffold.postgres import reflect as reflect_module
from ash_scaffold.postgres.answers import Answers, SchemaChangedError
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.reflect import database_of_answers
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Code, ScaffoldError

MAKE = """
CREATE SCHEMA w;
CREATE TYPE w.state AS ENUM ('a', 'b');
CREATE DOMAIN w.positive AS int CHECK (VALUE > 0);
CREATE TYPE w.pair AS (a int, b text);
CREATE TABLE w.parents (id serial PRIMARY KEY, s w.state DEFAULT 'a', x text, CHECK (x <> 'q'));
CREATE TABLE w.items (id bigserial PRIMARY KEY, parent int REFERENCES w.parents, c w.pair,
  d w.positive DEFAULT 3, g int GENERATED ALWAYS AS (d + 1) STORED,
  EXCLUDE USING btree (id WITH =));
CREATE UNIQUE INDEX ON w.items (lower((c).b)) WHERE parent > 3;
CREATE VIEW w.all_items AS SELECT * FROM w.items;
"""
DROP = "DROP SCHEMA w CASCADE"
CONFIG = '[domains."Shop.Sales"]\ntables = ["*", "w.*"]\n'


@contextmanager
def changing(url: URL) -> Iterator[None]:
    """Drop and make the objects without pause, each in a transaction of its own."""
    over = threading.Event()

    def change() -> None:
        with psycopg.connect(as_uri(url), autocommit=True) as connection:
            while not over.is_set():
                for statement in (*MAKE.split(";\n"), DROP):
                    connection.execute(sql.SQL(statement))

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE w.items CASCADE",
        "DROP TABLE w.parents CASCADE",
        "DROP SCHEMA w CASCADE",
        "ALTER TABLE w.items DROP c CASCADE, DROP parent CASCADE",
        "ALTER TABLE w.items DROP d CASCADE; DROP DOMAIN w.positive",
        "ALTER TABLE w.parents DROP s CASCADE; DROP TYPE w.state",
        # As between two look-ups of one function, while the type is dropped.
        "DELETE FROM pg_catalog.pg_enum WHERE enumlabel = 'a'",
    ],
)
def test_what_is_dropped_while_it_is_read_makes_no_false_catalog(
    change: str, make_database: Callable[..., URL]
) -> None:
    url = make_database(MAKE)
    with read_only(url) as connection:
        whole = reflect(connection, schemas=("w",))
    with read_only(url) as connection, psycopg.connect(as_uri(url), autocommit=True) as other:
        connection.execute("SELECT count(*) FROM pg_catalog.pg_class")
        other.execute(sql.SQL(change))
        try:
            assert reflect(connection, schemas=("w",)).tables == whole.tables
        except SchemaChangedError:
            return


def test_beside_a_loop_of_changes_a_run_reads_or_says_so(
    make_project: Write, make_database: Callable[..., URL]
) -> None:
    url = make_database("CREATE TABLE customers (id bigint PRIMARY KEY)")
    shop = Shop(make_project({"ash_scaffold.toml": CONFIG}), as_uri(url))
    words: set[str] = set()
    with changing(url):
        for _ in range(15):
            try:
                shop.prepare()
            except ScaffoldError as error:
                words |= {problem.what for problem in error.problems}
    # The last two are true between a DROP and the next CREATE.
    assert words <= {
        "The schema is being changed while it is read, twice in a row.",
        "there is no schema 'w' in the database",
        'domains."Shop.Sales".tables names w.*, but no table matches it',
    }


@pytest.mark.parametrize("times", [1, 2])
def test_a_schema_that_changes_is_read_once_more(
    times: int, make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop("CREATE TABLE customers (id bigint PRIMARY KEY)")
    left = times

    def changed(answers: Answers, **options: object) -> Database:
        nonlocal left
        if left:
            left -= 1
            raise SchemaChangedError
        return database_of_answers(answers, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(reflect_module, "database_of_answers", changed)
    if times == 1:
        assert shop.run().errors == []
        return
    with pytest.raises(ScaffoldError) as caught:
        shop.prepare()
    [problem] = caught.value.problems
    assert (problem.code, problem.what) == (
        Code.DATABASE_ERROR,
        "The schema is being changed while it is read, twice in a row.",
    )
