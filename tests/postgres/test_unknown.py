"""The objects that statements are about, as pg_dump and people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ash_scaffold.postgres.unknown import unknown_objects


def objects(statement: str) -> list[str]:
    return [f"{each.kind.name} {each.object}".strip() for each in unknown_objects(statement, "app")]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("CREATE TABLE public.users (id int);", ["TABLE users"]),
        ("CREATE UNLOGGED TABLE IF NOT EXISTS Users (id int)", ["TABLE app.users"]),
        ('CREATE FOREIGN TABLE "Odd ""x"""."a.b" (id int)', ['TABLE Odd "x".a.b']),
        ("CREATE TABLE p1 PARTITION OF public.p FOR VALUES IN (1)", ["TABLE app.p1", "TABLE p"]),
        ("CREATE VIEW public.v AS SELECT 1", ["TABLE v"]),
        ("CREATE OR REPLACE RECURSIVE VIEW v (x) AS SELECT 1", ["TABLE app.v"]),
        ("CREATE MATERIALIZED VIEW public.m AS SELECT 1", ["TABLE m"]),
        ("CREATE INDEX i ON public.users USING btree (x)", ["INDEX users.i"]),
        ('CREATE UNIQUE INDEX "on" ON ONLY public.users (x)', ["INDEX users.on"]),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (x)", ["INDEX app.users.i"]),
        ("CREATE INDEX ON public.users (x)", ["TABLE users"]),
        (
            "ALTER TABLE ONLY public.users\n    ADD CONSTRAINT users_pkey PRIMARY KEY (id);",
            ["CONSTRAINT users.users_pkey"],
        ),
        ("ALTER TABLE public.users ADD PRIMARY KEY (id)", ["TABLE users"]),
        ("ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT 1", ["COLUMN users.id"]),
        ("ALTER TABLE public.users ALTER id ADD GENERATED ALWAYS AS IDENTITY", ["COLUMN users.id"]),
        ("ALTER TABLE public.users ADD COLUMN IF NOT EXISTS x nosuch", ["COLUMN users.x"]),
        ("ALTER TABLE public.users ADD x nosuch", ["COLUMN users.x"]),
        ("ALTER TABLE public.users ALTER COLUMN x SET STATISTICS 5", ["NOTHING"]),
        ("ALTER TABLE public.users OWNER TO deploy", ["NOTHING"]),
        ("ALTER TABLE public.users CLUSTER ON users_pkey", ["NOTHING"]),
        ("ALTER TABLE public.users SET (fillfactor = 70)", ["NOTHING"]),
        ("ALTER TABLE public.users ENABLE ROW LEVEL SECURITY", ["TABLE users"]),
        ("ALTER TABLE public.users RENAME TO people", ["TABLE users"]),
        (
            "ALTER TABLE ONLY public.p ATTACH PARTITION public.p1 FOR VALUES IN (1)",
            ["TABLE p", "PARTITION p1"],
        ),
        ("ALTER INDEX public.p_i ATTACH PARTITION public.p1_i", ["PARTITIONS p_i"]),
        ("CREATE TYPE public.mood AS ENUM ('a')", ["TYPE mood"]),
        ("ALTER TYPE public.mood ADD VALUE 'b'", ["TYPE mood"]),
        ("CREATE DOMAIN email AS text", ["TYPE app.email"]),
        ("ALTER DOMAIN public.email OWNER TO deploy", ["NOTHING"]),
        (
            "CREATE TRIGGER t BEFORE INSERT OR UPDATE OF x ON public.users FOR EACH ROW EXECUTE "
            "FUNCTION f()",
            ["TRIGGER users.t"],
        ),
        ("CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION f()", ["NOTHING"]),
        ("CREATE RULE r AS ON INSERT TO public.users DO INSTEAD NOTHING", ["TABLE users"]),
        ("ALTER SEQUENCE public.s OWNED BY public.users.id", ["COLUMN users.id"]),
        ("ALTER SEQUENCE s OWNED BY NONE", ["NOTHING"]),
        ("COMMENT ON TABLE public.users IS 'x'", ["TABLE_COMMENT users"]),
        ("COMMENT ON COLUMN public.users.id IS 'x'", ["COLUMN_COMMENT users.id"]),
        ("COMMENT ON COLUMN users.id IS 'x'", ["COLUMN_COMMENT app.users.id"]),
        ("COMMENT ON CONSTRAINT c ON public.users IS 'x'", ["CONSTRAINT users.c"]),
        ("COMMENT ON CONSTRAINT c ON DOMAIN public.email IS 'x'", ["NOTHING"]),
        ("COMMENT ON EXTENSION citext IS 'x'", ["NOTHING"]),
        ("GRANT ALL ON public.users TO deploy", ["NOTHING"]),
        ("CREATE POLICY p ON public.users", ["NOTHING"]),
        ("CREATE PUBLICATION p FOR ALL TABLES", ["NOTHING"]),
        ("CREATE OR REPLACE FUNCTION f() RETURNS int", ["NOTHING"]),
        ("SELECT pg_catalog.setval('public.s', 1)", ["NOTHING"]),
        ("SELECT make('a', 1)", ["ANYTHING SELECT make('a', 1)"]),
        ("DO $$ BEGIN NULL; END $$", ["ANYTHING DO $$ BEGIN NULL; END $$"]),
        ("CREAT TABLE x (id int)", ["ANYTHING CREAT TABLE x (id int)"]),
    ],
)  # fmt: skip
def test_a_statement_names_what_it_is_about(statement: str, expected: list[str]) -> None:
    assert objects(statement) == expected


@given(st.text(max_size=80) | st.lists(st.sampled_from(
    'CREATE ALTER TABLE ONLY ON INDEX "a" . x ( ) ADD COLUMN CONSTRAINT COMMENT IS TYPE " '
    "TRIGGER OWNED BY SEQUENCE PARTITION OF".split(" ")), max_size=12).map(" ".join))  # fmt: skip
def test_any_text_is_about_something(text: str) -> None:
    assert unknown_objects(text)
