"""The proof, with a `mix` that makes the tables by SQL as Ash's migrations would."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.databases import run_ddl

from ash_scaffold.cutover.compare import Count, Limit, ObjectKind, describe
from ash_scaffold.cutover.proof import Proof, ProofQuestion, prove
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.server import Server
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Code, ScaffoldError
from ash_scaffold.project.mix import Mix

# It reads the request as Elixir would, runs the statements in it and then those of the test.
MIX = """#!{python}
import json, os, pathlib, re
import psycopg

print("[info] starting up")
request = pathlib.Path(os.environ["ASH_SCAFFOLD_REQUEST"]).read_text()
here = pathlib.Path(os.environ["FAKE_MIX"])
(here / "request").write_text(request)
(here / "url").write_text(os.environ["DATABASE_URL"])

def value(name):
    return re.search(name + r': "([^"]*)"', request)[1]

answers = open(value("answer"), "a")
for line in (here / "answers").read_text().splitlines():
    if line == "MIGRATE":
        with psycopg.connect(
            host=value("socket_dir"), user=value("username"), dbname=value("database"),
            port=re.search(r"port: (\\\\d+)", request)[1], autocommit=True,
        ) as connection:
            for sql in re.findall(r'\\\\{{"((?:CREATE)[^"]*)", (?:true|false)\\\\}}', request):
                connection.execute(sql)
            connection.execute((here / "sql").read_text())
    elif line == "DIE":
        print("** (EXIT) of " + os.environ["DATABASE_URL"])
        raise SystemExit(137)
    else:
        answers.write(line + "\\\\n")
        answers.flush()
"""
LEGACY = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE customers (id bigserial PRIMARY KEY, code varchar(3) UNIQUE, m mood);
CREATE TABLE orders (
  id bigserial PRIMARY KEY, code varchar(3) REFERENCES customers (code), m mood DEFAULT 'ok',
  CONSTRAINT odd CHECK (id > 0)
);
CREATE INDEX ON orders (m);
"""
ORDERS = Name("public", "orders")
RESOURCE = '{"event":"resource","schema":"public","table":"orders","columns":["id","code","m"]}'
ANSWERS = f'{RESOURCE}\nMIGRATE\n{{"event":"migrated","files":1}}\n{{"event":"end"}}\n'
MADE = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE orders (
  id bigserial PRIMARY KEY, code varchar(3) REFERENCES customers (code), m mood DEFAULT 'ok',
  CONSTRAINT odd CHECK (id > 0)
);
CREATE INDEX ON orders (m);
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that says what the fake mix does: all goes well, and the table is the same."""
    folder = tmp_path / "fake"
    folder.mkdir()
    (folder / "mix").write_text(MIX.replace("\\\\", "\\").format(python=sys.executable))
    (folder / "mix").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("FAKE_MIX", str(folder))
    (folder / "answers").write_text(ANSWERS)
    (folder / "sql").write_text(MADE)
    return folder


@pytest.fixture(name="prove_orders")
def _prove_orders(
    fake: Path,
    tmp_path: Path,
    make_database: Callable[..., URL],
    postgres: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Proof]]:
    """Give `prove_orders(ddl, limit)`, which takes the server of all tests for an empty one."""
    assert fake.exists()
    monkeypatch.setattr(
        "ash_scaffold.postgres.server.throwaway_server", lambda _installation: nullcontext(postgres)
    )

    def prove_orders(
        ddl: str = LEGACY, limit: float | None = None, owned: tuple[Name, ...] = ()
    ) -> Proof:
        url = make_database(ddl)
        mix = Mix(
            folder=tmp_path,
            mix_env="dev",
            variables={"DATABASE_URL": "postgres://legacy/production"},
            limit=limit,
        )
        return prove(
            ProofQuestion(mix=mix, repo="Shop.Repo", url=url, tables=(ORDERS,), owned=owned)
        )

    yield prove_orders
    run_ddl(postgres.url("postgres"), "DROP DATABASE IF EXISTS proof WITH (FORCE)")


@pytest.mark.slow
def test_a_server_of_its_own_makes_the_tables(
    fake: Path, tmp_path: Path, make_database: Callable[..., URL]
) -> None:
    assert fake.exists()
    mix = Mix(folder=tmp_path, mix_env="dev")
    url = make_database(LEGACY)
    proof = prove(ProofQuestion(mix=mix, repo="Shop.Repo", url=url, tables=(ORDERS,)))
    assert proof.comparison.tables[0].identical
    assert "PostgreSQL" in proof.server


def test_the_same_tables_are_the_proof(prove_orders: Callable[..., Proof], fake: Path) -> None:
    proof = prove_orders()
    assert [describe(fault) for _, fault in proof.comparison.faults] == []
    (table,) = proof.comparison.tables
    assert table.identical
    assert table.counts == {
        ObjectKind.COLUMN: Count(3, 3),
        ObjectKind.KEY: Count(2, 2),
        ObjectKind.CHECK: Count(1, 1),
        ObjectKind.INDEX: Count(2, 2),
        ObjectKind.SEQUENCE: Count(1, 1),
    }
    request = (fake / "request").read_text()
    assert 'repo: Shop.Repo, tables: [{"public", "orders"}]' in request


def test_nothing_of_the_legacy_database_is_told_to_mix(
    prove_orders: Callable[..., Proof], fake: Path
) -> None:
    prove_orders()
    told = (fake / "request").read_text() + (fake / "url").read_text()
    assert "production" not in told
    assert (fake / "url").read_text().startswith("ecto://postgres@localhost:5432/proof?socket_dir=")


def test_a_table_that_stays_is_made_as_bare_as_keys_need_it(
    prove_orders: Callable[..., Proof], fake: Path
) -> None:
    prove_orders()
    assert (
        "CREATE TABLE public.customers (code character varying(3), UNIQUE (code))"
        in (fake / "request").read_text()
    )


def test_a_partitioned_table_that_stays_is_made_with_its_partitions(
    prove_orders: Callable[..., Proof], fake: Path
) -> None:
    key = "CREATE TABLE orders (a int, b int, FOREIGN KEY (a, b) REFERENCES parts (a, b));"
    (fake / "answers").write_text(ANSWERS.replace('"id","code","m"', '"a","b"'))
    (fake / "sql").write_text(key)
    proof = prove_orders(
        "CREATE TABLE parts (b int, a int, c int, UNIQUE (a, b)) PARTITION BY LIST (b);"
        "CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1) PARTITION BY RANGE (a);"
        "CREATE TABLE part_1_a PARTITION OF part_1 DEFAULT;"
        "CREATE TABLE part_2 PARTITION OF parts FOR VALUES IN (2);" + key
    )
    (table,) = proof.comparison.tables
    assert table.faults == ()
    assert table.counts[ObjectKind.KEY].total == 4


def test_other_tables_of_ash_are_made_by_it_as_well(
    fake: Path, prove_orders: Callable[..., Proof]
) -> None:
    (fake / "sql").write_text(
        MADE.replace(
            "CREATE TABLE orders",
            "CREATE TABLE customers (id bigserial PRIMARY KEY, code varchar(3) UNIQUE);"
            "CREATE TABLE orders",
        )
    )
    proof = prove_orders(owned=(Name("public", "customers"),))
    request = (fake / "request").read_text()
    assert 'tables: [{"public", "customers"}, {"public", "orders"}]' in request
    assert "statements: []" in request
    assert [table.table for table in proof.comparison.tables] == [ORDERS]
    assert proof.comparison.tables[0].identical


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "varchar(3)",
            "text",
            "column code: type is character varying(3), and is made as text",
        ),
        ("DEFAULT 'ok'", "", "column m: default is 'ok'::public.mood, and is made as nothing"),
        (
            "id > 0",
            "id > 1",
            "check odd: definition is CHECK ((id > 0)), and is made as CHECK ((id > 1))",
        ),
        (
            "CREATE INDEX ON orders (m);",
            "",
            "index orders_m_idx is missing: "
            "CREATE INDEX orders_m_idx ON public.orders USING btree (m)",
        ),
        (
            "('sad', 'ok')",
            "('ok', 'sad')",
            "needed object TYPE public.mood: definition is CREATE TYPE public.mood AS ENUM "
            "('sad', 'ok'), and is made as CREATE TYPE public.mood AS ENUM ('ok', 'sad')",
        ),
    ],
)
def test_what_differs_is_told(
    prove_orders: Callable[..., Proof], fake: Path, old: str, new: str, told: str
) -> None:
    (fake / "sql").write_text(MADE.replace(old, new))
    assert [describe(fault) for _, fault in prove_orders().comparison.faults] == [told]


def test_a_column_without_an_attribute_may_come_last(
    prove_orders: Callable[..., Proof], fake: Path
) -> None:
    (fake / "answers").write_text(ANSWERS.replace('"code",', ""))
    (fake / "sql").write_text(
        "CREATE TYPE mood AS ENUM ('sad', 'ok');"
        "CREATE TABLE orders (id bigserial PRIMARY KEY, m mood DEFAULT 'ok',"
        "code varchar(3) REFERENCES customers (code), CONSTRAINT odd CHECK (id > 0));"
        "CREATE INDEX ON orders (m);"
    )
    (table,) = prove_orders().comparison.tables
    assert table.limits == (Limit.COLUMN_ORDER,)
    assert table.faults == ()


def failure(prove_orders: Callable[..., Proof], **options: float) -> tuple[Code, str, str]:
    with pytest.raises(ScaffoldError) as caught:
        prove_orders(**options)
    (problem,) = caught.value.problems
    return problem.code, problem.what, problem.todo


def test_a_failure_of_ash_is_told_with_what_it_was_doing(
    prove_orders: Callable[..., Proof], fake: Path
) -> None:
    (fake / "answers").write_text(
        '{"event":"failed","at":"Ash\'s migrations run","message":"no such type"}\n'
    )
    assert failure(prove_orders) == (
        Code.SCRIPT_FAILED,
        "Ash could not make the tables from nothing. While Ash's migrations run: no such type",
        "A cut-over without the proof: --no-prove. The last lines that mix printed:\n"
        "[info] starting up",
    )


def test_a_mix_that_dies_is_told(prove_orders: Callable[..., Proof], fake: Path) -> None:
    (fake / "answers").write_text(f"{RESOURCE}\nDIE\n")
    code, what, todo = failure(prove_orders)
    assert code is Code.SCRIPT_FAILED
    assert what.endswith("mix ended with exit code 137.")
    assert "The last lines that mix printed:\n[info] starting up\n** (EXIT) of " in todo


def test_a_mix_that_takes_too_long_is_ended(prove_orders: Callable[..., Proof], fake: Path) -> None:
    (fake / "mix").write_text("#!/bin/sh\nsleep 60\n")
    code, what, _ = failure(prove_orders, limit=0.3)
    assert (code, what.split(". ")[1]) == (
        Code.SCRIPT_FAILED,
        "It was not done within 0 seconds.",
    )


def test_a_table_without_a_resource_that_is_migrated_is_no_proof(
    prove_orders: Callable[..., Proof], fake: Path
) -> None:
    (fake / "answers").write_text('{"event":"migrated","files":0}\n{"event":"end"}\n')
    code, what, todo = failure(prove_orders)
    assert code is Code.SCRIPT_FAILED
    assert what == "No resource of a domain in ash_domains lets Ash migrate orders."
    assert todo == "Is its domain listed in ash_domains, and is `migrate? false` gone?"


def test_extensions_roles_and_schemas_are_there_before(
    prove_orders: Callable[..., Proof], fake: Path
) -> None:
    ddl = """
    CREATE SCHEMA ext;
    CREATE EXTENSION citext SCHEMA ext;
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'Proof reader') THEN
        CREATE ROLE "Proof reader"; END IF; END $$;
    CREATE TABLE orders (id ext.citext);
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY pol ON orders TO "Proof reader" USING (true);
    """
    (fake / "sql").write_text(ddl.split("END $$;")[1])
    (fake / "answers").write_text(ANSWERS)
    proof = prove_orders(ddl)
    assert [describe(fault) for _, fault in proof.comparison.faults] == []


def test_a_collation_of_the_other_server_has_a_substitute(
    prove_orders: Callable[..., Proof], fake: Path
) -> None:
    ddl = """
    CREATE TABLE orders (id text COLLATE "of-there", code text);
    CREATE INDEX ON orders (code COLLATE "of there", (id COLLATE "C"));
    """
    (fake / "sql").write_text(ddl)
    proof = prove_orders(
        "SET allow_system_table_mods = on;"
        """CREATE COLLATION pg_catalog."of-there" (provider = libc, locale = 'C');"""
        """CREATE COLLATION pg_catalog."of there" (provider = libc, locale = 'C');""" + ddl
    )
    assert [describe(fault) for _, fault in proof.comparison.faults] == []
    assert [problem.what.split(" collations ")[1] for problem in proof.problems] == [
        "of there, of-there: others of that name stand in for them."
    ]
