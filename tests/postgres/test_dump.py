"""Dumps as people have them, loaded into a throw-away server."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.corpus.corpus import DUMPS
from tests.databases import as_uri
from tests.support import reflect

from ash_scaffold.postgres.answers import Question, VersionTable, ask
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.dump import LoadOptions, load, read_dump, require_schema
from ash_scaffold.postgres.installation import embedded_installation
from ash_scaffold.postgres.sending import Failure, Sender
from ash_scaffold.postgres.server import Server, throwaway_server
from ash_scaffold.postgres.time_limit import TimeIsUpError
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity

DATABASES = (f"dump_{number}" for number in count(1))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    installation = embedded_installation()
    assert installation is not None
    with throwaway_server(installation) as server:
        yield server


class Loaded:
    """A dump's text in a database of its own, and what was said about it."""

    def __init__(self, server: Server, folder: Path, text: str) -> None:
        self.path = folder / "structure.sql"
        self.path.write_text(text)
        self.server = server
        self.database = next(DATABASES)
        loaded = load(server, self.database, [read_dump(self.path)])
        self.problems = loaded.problems
        self.refusals = loaded.refusals

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(as_uri(self.server.plain_url(self.database))) as connection:
            return connection.execute(query.encode()).fetchall()

    def said(self) -> list[tuple[Severity, str, str]]:
        return [
            (one.severity, one.where.removeprefix(str(self.path)), one.what)
            for one in self.problems
        ]

    def refused(self) -> list[tuple[str, str, list[str]]]:
        return [
            (
                one.where.removeprefix(str(self.path)),
                one.message,
                [f"{each.kind.name} {each.object}".strip() for each in one.objects],
            )
            for one in self.refusals
        ]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PGDMP\x01\x0e", "The file is a dump in pg_dump's custom format, not SQL text."),
        (b"toc.dat\0\0\0", "The file is a dump in pg_dump's tar format, not SQL text."),
        (b"\x1f\x8b\x08", "The file is compressed."),
        (b"\xff\xfeS\0", "The file is UTF-16 text, as PowerShell's > writes it."),
        (b"SELECT \0;", "The file holds null bytes, so it is not SQL text."),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
            "The file is a pointer of git-lfs, not the dump itself.",
        ),
        (
            b"\n<!DOCTYPE html>\n<html><title>Sign in</title></html>",
            "The file is a web page or JSON, as a server sends it with an error, not SQL text.",
        ),
        (
            b"<h1>502 Bad Gateway</h1>",
            "The file is a web page or JSON, as a server sends it with an error, not SQL text.",
        ),
        (
            b'{"message": "Not Found"}',
            "The file is a web page or JSON, as a server sends it with an error, not SQL text.",
        ),
        (
            b"-- PostgreSQL database dump\nCREATE TABLE a (id int);\n",
            "The dump breaks off: the file has 2 lines, and the last line that pg_dump writes, "
            "`-- PostgreSQL database dump complete`, is missing.",
        ),
        (
            b"-- PostgreSQL database cluster dump\n-- PostgreSQL database dump\nSELECT 1;\n"
            b"-- PostgreSQL database dump complete\n",
            "The dump breaks off: the file has 4 lines, and the last line that pg_dump writes, "
            "`-- PostgreSQL database dump complete`, is missing.",
        ),
        (
            b"SELECT 1;\nCREATE TABLE a (\n  id int,\n",
            "The dump breaks off in a statement that begins in line 2: the file has 3 lines.",
        ),
        (
            b"SELECT 1;\nCREATE TABLE a (x text DEFAULT 'b",
            "The dump breaks off in a quotation that begins in line 2: the file has 2 lines.",
        ),
        (
            b"CREATE FUNCTION f() RETURNS int AS $$\nSELECT 1;\n",
            "The dump breaks off in a quotation that begins in line 1: the file has 2 lines.",
        ),
        (
            b"SELECT 1; /* and\n",
            "The dump breaks off in a comment that begins in line 1: the file has 1 line.",
        ),
        (
            b"COPY a (id) FROM stdin;\n1\n2",
            "The dump breaks off in the data of a COPY that begins in line 1: "
            "the file has 3 lines.",
        ),
        (b"", "The file holds no SQL statement."),
        (b"\xef\xbb\xbf\n-- nothing\n/* at all */", "The file holds no SQL statement."),
    ],
)
def test_says_what_a_file_is_that_is_no_dump(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "structure.sql"
    path.write_bytes(content)

    with pytest.raises(ScaffoldError) as caught:
        read_dump(path)

    [problem] = caught.value.problems
    assert (problem.code, problem.where, problem.what) == (
        Code.DUMP_UNREADABLE,
        str(path),
        what,
    )
    assert problem.todo


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("nowhere.sql", "There is no such file."),
        (".", "This is a folder; a dump in pg_dump's directory format is not SQL text."),
    ],
)
def test_says_when_there_is_no_file(name: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError) as caught:
        read_dump(tmp_path / name)

    [problem] = caught.value.problems
    assert (problem.code, problem.what) == (Code.DUMP_UNREADABLE, what)


def test_passes_over_settings_and_roles_the_server_does_not_know(
    server: Server, tmp_path: Path
) -> None:
    loaded = Loaded(
        server,
        tmp_path,
        "SET transaction_timeout_of_tomorrow = 0;\nSET default_tablespace = fast;\n"
        "SELECT pg_catalog.set_config('search_path', '', false);\n"
        "DROP TABLE public.users;\nCREATE ROLE postgres;\nCREATE SCHEMA public;\n"
        "SET default_tablespace = '';\n"
        "CREATE TABLE public.users (id int);\nALTER TABLE public.users OWNER TO deploy;\n"
        "GRANT SELECT ON public.users TO deploy;\nINSERT INTO public.users VALUES (1);\n",
    )

    assert loaded.said() == []
    assert loaded.rows("SELECT id FROM public.users") == [(1,)]


def test_refused_statements_have_their_lines_and_objects_and_rows_are_no_objects(
    server: Server, tmp_path: Path
) -> None:
    loaded = Loaded(
        server,
        tmp_path,
        "CREATE TABLE a (id int);\nCREATE TABLE b (\n  x nosuch\n);\n"
        "COPY b (x) FROM stdin;\nit's; DROP TABLE a;\n\\.\n"
        "INSERT INTO b VALUES (1);\n"
        "BEGIN;\nINSERT INTO b VALUES (1);\nCREATE TABLE c (id int);\nCOMMIT;\n"
        "SET search_path = billing, pg_catalog;\nCREATE INDEX i ON t (x);\n",
    )

    assert loaded.refused() == [
        (":4", 'type "nosuch" does not exist', ["TABLE b"]),
        (":14", 'relation "t" does not exist', ["INDEX billing.t.i"]),
    ]
    rows = 'The server refused rows: relation "b" does not exist.'
    assert loaded.said() == [(Severity.WARNING, place, rows) for place in (":5", ":8", ":10")]
    assert loaded.rows("SELECT count(*) FROM a, c") == [(0,)]


def test_what_an_included_script_makes_is_unknown(server: Server, tmp_path: Path) -> None:
    loaded = Loaded(server, tmp_path, "CREATE TABLE a (id int);\n\\i types.sql\n")

    assert loaded.refused() == [
        (":2", "the psql command \\i is not run", ["ANYTHING the psql command \\i"])
    ]


@pytest.mark.parametrize(
    ("schema", "made"), [('"Odd"', 'CREATE SCHEMA "Odd";\n'), ('"Odd"', ""), ("extensions", "")]
)
def test_the_schema_of_an_extension_need_not_be_made(
    schema: str, made: str, server: Server, tmp_path: Path
) -> None:
    loaded = Loaded(
        server,
        tmp_path,
        f"{made}CREATE EXTENSION hstore WITH SCHEMA {schema};\n"
        f'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA {schema};\n'
        f"CREATE TABLE public.a (x {schema}.hstore, y uuid DEFAULT {schema}.uuid_generate_v4());\n",
    )

    assert loaded.refused() == []
    assert loaded.rows("SELECT count(*) FROM a") == [(0,)]


def test_runs_no_command_of_psql_and_no_program(server: Server, tmp_path: Path) -> None:
    witness = Path(server.folder) / "witness"
    loaded = Loaded(
        server,
        tmp_path,
        f"\\restrict k\n\\! touch {witness}\nCREATE TABLE a (x text DEFAULT '\\! fine');\n"
        f"COPY nowhere FROM stdin;\n\\! touch {witness}\n\\.\n"
        f"COPY a FROM PROGRAM 'touch {witness}';\n"
        f"SELECT 'touch {witness}' \\g | sh\n;\n"
        "COPY a FROM stdin;\nit's \\\\!\n\\.\n\\unrestrict k\n",
    )

    assert not witness.exists()
    assert loaded.rows("SELECT x FROM a") == [("it's \\!",)]
    assert loaded.said() == [
        (Severity.WARNING, ":2", "Not run: the psql command \\!."),
        (Severity.WARNING, ":7", "Not run: COPY with a file or a program."),
        (Severity.WARNING, ":8", "Not run: the psql command \\g."),
        (
            Severity.WARNING,
            ":4",
            'The server refused rows: relation "nowhere" does not exist.',
        ),
    ]


def test_substitutes_stand_in_for_functions_of_missing_extensions(
    server: Server, tmp_path: Path
) -> None:
    loaded = Loaded(
        server,
        tmp_path,
        "SET search_path = '';\nCREATE SCHEMA extra;\n"
        "CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;\n"
        "COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';\n"
        'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA extra;\n'
        "CREATE TABLE public.users (id uuid DEFAULT extra.uuid_generate_v4() PRIMARY KEY,\n"
        "  token bytea DEFAULT public.gen_random_bytes(20), secret text);\n"
        "CREATE INDEX ON public.users (public.digest(secret, 'sha256'::text));\n"
        "INSERT INTO public.users (secret) VALUES ('abc');\n",
    )

    note = f"{server.description} has no {{}}: substitutes stand in for its functions."
    assert loaded.problems == tuple(
        Problem(
            severity=Severity.NOTE,
            code=Code.EXTENSION_MISSING,
            where=str(loaded.path),
            what=note.format(name),
        )
        for name in ("pgcrypto", "uuid-ossp")
    )
    assert loaded.rows(
        "SELECT id IS NOT NULL, length(token),"
        " public.digest(secret, 'sha256') = sha256('abc') FROM users"
    ) == [(True, 20, True)]
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="pgcrypto is not installed"):
        loaded.rows("SELECT crypt('a', 'b')")


def test_every_substitute_can_be_created(server: Server, tmp_path: Path) -> None:
    loaded = Loaded(
        server,
        tmp_path,
        'CREATE EXTENSION pgcrypto;\nCREATE EXTENSION "uuid-ossp";\n'
        "SELECT uuid_generate_v1(), uuid_generate_v1mc(), uuid_nil(), uuid_ns_dns(),"
        " uuid_ns_url(), uuid_ns_oid(), uuid_ns_x500(), gen_random_bytes(99),"
        " digest('a', 'md5');",
    )

    assert [one.code for one in loaded.problems] == [Code.EXTENSION_MISSING] * 2


def test_collations_the_server_lacks_have_stand_ins(server: Server, tmp_path: Path) -> None:
    loaded = Loaded(
        server,
        tmp_path,
        "CREATE SCHEMA extra;\n"
        "CREATE COLLATION extra.ci (provider = icu, deterministic = false, locale = 'und');\n"
        'CREATE TABLE public.a (x text COLLATE pg_catalog."xx_XX.utf8" UNIQUE,\n'
        '  y text COLLATE extra.ci, z text COLLATE pg_catalog."C");\n',
    )

    assert loaded.said() == [
        (
            Severity.NOTE,
            "",
            f"{server.description} does not have the collations xx_XX.utf8, extra.ci:"
            " others of that name stand in for them.",
        )
    ]
    assert loaded.rows(
        "SELECT attname, attcollation::regcollation::text FROM pg_attribute"
        " WHERE attrelid = 'a'::regclass AND attnum > 0 ORDER BY attnum"
    ) == [("x", '"xx_XX.utf8"'), ("y", "extra.ci"), ("z", '"C"')]


def test_types_of_a_missing_extension_end_the_run(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError) as caught:
        Loaded(
            server,
            tmp_path,
            "CREATE EXTENSION postgis WITH SCHEMA public;\n"
            "CREATE TABLE a (x public.geometry(Point,4326), y public.geography[]);\n"
            "CREATE TABLE b (y public.geography[]);\n",
        )

    [problem] = caught.value.problems
    assert problem.code is Code.EXTENSION_MISSING
    assert problem.what == (
        f"{server.description} has no postgis, and the dump needs its types:"
        " public.geography, public.geometry."
    )
    assert "--url" in problem.todo


def test_a_missing_extension_that_nothing_needs_is_named(server: Server, tmp_path: Path) -> None:
    loaded = Loaded(server, tmp_path, "CREATE EXTENSION pg_cron;\nCREATE TABLE a (id int);\n")

    assert loaded.said() == [
        (
            Severity.WARNING,
            "",
            f"{server.description} has no pg_cron: what needs it was left out.",
        )
    ]


def test_seeds_follow_the_structure_into_the_same_database(server: Server, tmp_path: Path) -> None:
    structure, seeds = tmp_path / "structure.sql", tmp_path / "seeds.sql"
    structure.write_text("CREATE TABLE a (id int);")
    seeds.write_text("INSERT INTO a VALUES (1), (2);")
    database = next(DATABASES)

    loaded = load(server, database, [read_dump(structure), read_dump(seeds)])
    assert (loaded.problems, loaded.refusals) == ((), ())
    with psycopg.connect(as_uri(server.plain_url(database))) as connection:
        assert connection.execute("SELECT id FROM a ORDER BY id").fetchall() == [(1,), (2,)]


CLUSTER = (
    "-- PostgreSQL database cluster dump\nCREATE ROLE app;\n\\connect template1\n"
    "CREATE DATABASE shop;\n\\connect shop\nCREATE TABLE public.orders (id bigint PRIMARY KEY);\n"
    "CREATE DATABASE payroll;\n\\connect payroll\n"
    "CREATE TABLE public.salaries (id bigint PRIMARY KEY);\n"
    "-- PostgreSQL database cluster dump complete\n"
)


def test_two_databases_in_one_dump_are_never_mixed(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "cluster.sql"
    path.write_text(CLUSTER)

    with pytest.raises(ScaffoldError) as caught:
        read_dump(path)
    [problem] = caught.value.problems
    assert (problem.what, problem.todo) == (
        "The file holds 2 databases: shop, payroll.",
        "Choose one: --database payroll.",
    )
    for name, table in (("shop", "orders"), ("payroll", "salaries")):
        database = next(DATABASES)
        loaded = load(server, database, [read_dump(path, name)])
        assert loaded.refusals == ()
        with psycopg.connect(as_uri(server.plain_url(database))) as found:
            query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200"
            assert found.execute(query).fetchall() == [(table,)]


@pytest.mark.parametrize(
    ("text", "name", "what", "todo"),
    [
        (
            CLUSTER,
            "shpo",
            "The file holds no database shpo. It holds shop, payroll.",
            "Choose one: --database payroll.",
        ),
        (
            "CREATE TABLE a (id int);",
            "shop",
            "The file holds no database shop. It names no database.",
            "Leave --database out.",
        ),
    ],
)
def test_a_database_that_a_dump_does_not_hold(
    text: str, name: str, what: str, todo: str, tmp_path: Path
) -> None:
    path = tmp_path / "cluster.sql"
    path.write_text(text)

    with pytest.raises(ScaffoldError) as caught:
        read_dump(path, name)

    [problem] = caught.value.problems
    assert (problem.code, problem.what, problem.todo) == (Code.DUMP_UNREADABLE, what, todo)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "-- PostgreSQL database dump\nCREATE TABLE a (id int);\n"
            "-- PostgreSQL database dump complete\n",
            "It makes tables, but not one key, constraint or index: pg_dump --section=pre-data "
            "made it.",
        ),
        (
            "ALTER TABLE ONLY public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);\n",
            "It makes keys and indexes, but no table: pg_dump --section=post-data made it.",
        ),
        (
            "COPY public.a (id) FROM stdin;\n1\n\\.\n",
            "It holds data, but no table: pg_dump --data-only made it.",
        ),
        ("SET search_path = public;\n", "It makes no table."),
    ],
)
def test_a_dump_of_a_part_is_refused(text: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "structure.sql"
    path.write_text(text)

    with pytest.raises(ScaffoldError) as caught:
        require_schema(read_dump(path))

    [problem] = caught.value.problems
    assert (problem.code, problem.what) == (Code.DUMP_UNREADABLE, what)


def test_every_corpus_dump_is_whole() -> None:
    assert DUMPS
    for dump in DUMPS.values():
        require_schema(read_dump(dump.path))


VERSIONS = "CREATE TABLE public.schema_migrations (version bigint, inserted_at timestamp);\n"


@pytest.mark.parametrize(
    "rows",
    [
        'INSERT INTO public."schema_migrations" (version) VALUES (20240101000000);\n',
        "INSERT INTO public.schema_migrations (version) VALUES\n('20240101000000'),\n(3);\n",
        "COPY public.schema_migrations (version, inserted_at) FROM stdin;\n"
        "20240101000000\t2024-01-01 00:00:00\n3\t2024-01-01 00:00:00\n\\.\n",
    ],
    ids=["one by one", "in a list", "as data"],
)
def test_the_versions_of_migrations_are_those_that_the_dump_inserts(
    rows: str, server: Server, tmp_path: Path
) -> None:
    loaded = Loaded(server, tmp_path, VERSIONS + rows)

    with read_only(server.plain_url(loaded.database)) as connection:
        found = ask(connection, Question(versions=VersionTable("schema_migrations"))).versions

    assert found is not None
    assert found - {3} == {20240101000000}


def test_the_share_that_is_loaded_is_said_while_it_loads(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "structure.sql"
    table = "CREATE TABLE {}_{} (id int, " + ", ".join(f"c{n} int" for n in range(80)) + ");\n"
    parts = [
        "".join(table.format(name, number) for number in range(30)) + "SELECT pg_sleep(0.3);\n"
        for name in ("a", "b", "c")
    ]
    path.write_text("".join(parts) + "COPY a_0 (id) FROM stdin;\n1\n2\n\\.\n")
    shares: list[float] = []
    loaded = load(server, next(DATABASES), [read_dump(path)], LoadOptions(on_share=shares.append))
    assert loaded.refusals == ()
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert len({round(share, 1) for share in shares}) >= 3


def test_what_a_plain_role_may_not_do_is_said_and_skipped_where_no_table_depends_on_it(
    server: Server, tmp_path: Path
) -> None:
    loaded = Loaded(
        server,
        tmp_path,
        "CREATE ROLE app LOGIN PASSWORD 'x';\nALTER ROLE app SET search_path = app;\n"
        "CREATE SCHEMA app AUTHORIZATION app;\nCREATE SCHEMA AUTHORIZATION billing;\n"
        "ALTER SYSTEM SET work_mem = '1GB';\nSET ROLE app;\n"
        "CREATE TABLE app.a (id int PRIMARY KEY);\nALTER TABLE app.a OWNER TO app;\n"
        "ALTER TABLE app.a OWNER TO app, ADD COLUMN b int;\n"
        "REVOKE ALL ON SCHEMA app FROM app, postgres;\nREVOKE ALL ON app.a FROM postgres;\n"
        "ALTER DEFAULT PRIVILEGES FOR ROLE app REVOKE ALL ON TABLES FROM postgres;\n"
        "ALTER TABLE app.a ADD CONSTRAINT positive CHECK (b > 0);\n"
        "ALTER TABLE app.a ENABLE ROW LEVEL SECURITY;\n"
        "ALTER TABLE app.a FORCE ROW LEVEL SECURITY;\n"
        'CREATE POLICY own ON app.a TO app, "Web User" USING (false);\n'
        "CREATE TABLE billing.b (id int REFERENCES app.a);\n"
        "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;\n"
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION e();\n"
        "CREATE PUBLICATION all_tables FOR ALL TABLES;\n"
        "ALTER PUBLICATION all_tables OWNER TO app;\n"
        "SECURITY LABEL FOR anon ON COLUMN app.a.b IS 'MASKED';\n"
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'later') THEN\n"
        "  CREATE ROLE later; END IF; GRANT SELECT ON app.a TO later;\n"
        "  ALTER TABLE app.a OWNER TO later; END $$;\n"
        "COMMENT ON EXTENSION plpgsql IS 'PL/pgSQL';\n"
        "CREATE OR REPLACE PROCEDURAL LANGUAGE plpgsql;\n"
        "INSERT INTO app.a VALUES (1, 1);\n",
    )

    assert loaded.refused() == []
    assert loaded.said() == [
        (
            Severity.NOTE,
            "",
            "Not run, since a dump gets no rights of a superuser and no table depends on it: "
            "ALTER SYSTEM (line 5), CREATE EVENT TRIGGER (line 19), CREATE PUBLICATION (line 20), "
            "ALTER PUBLICATION (line 21), SECURITY LABEL (line 22).",
        )
    ]
    assert loaded.rows("SELECT count(*) FROM app.a LEFT JOIN billing.b USING (id)") == [(1,)]
    assert loaded.rows(
        "SELECT polroles::regrole[]::text[] FROM pg_policy WHERE polname = 'own'"
    ) == [(["app", '"Web User"'],)]


def test_functions_of_languages_that_can_do_everything_are_there_for_what_depends_on_them(
    server: Server, tmp_path: Path
) -> None:
    loaded = Loaded(
        server,
        tmp_path,
        "CREATE EXTENSION IF NOT EXISTS plpython3u;\nCREATE TABLE a (id int, x text);\n"
        "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpython3u AS 'import os';\n"
        "CREATE FUNCTION f(text) RETURNS text IMMUTABLE LANGUAGE plv8 AS $$ return LANGUAGE $$;\n"
        "CREATE FUNCTION g(text) RETURNS text IMMUTABLE LEAKPROOF LANGUAGE sql AS\n"
        " 'SELECT ''LEAKPROOF''';\n"
        "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql\n"
        "    SET log_min_messages TO 'fatal'\n    AS $$ BEGIN RETURN NEW; END $$;\n"
        "CREATE TRIGGER quiet BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION quiet();\n"
        "CREATE CAST (character varying AS uuid) WITH INOUT AS IMPLICIT;\n"
        "CREATE CAST (bigint AS jsonb) WITH INOUT;\n"
        "CREATE VIEW v AS SELECT 'a'::varchar = gen_random_uuid() AS same, 1::bigint::jsonb AS j;\n"
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION t();\n"
        "CREATE INDEX i ON a (f(x));\nCREATE INDEX j ON a (g(x));\n",
    )

    assert loaded.refused() == []
    assert [one.severity for one in loaded.problems] == [Severity.NOTE]
    assert loaded.rows("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1") == [
        ("quiet",),
        ("t",),
    ]
    assert loaded.rows("SELECT to_regclass('v') IS NOT NULL") == [(True,)]
    assert loaded.rows("SELECT relname FROM pg_class WHERE relname IN ('i', 'j') ORDER BY 1") == [
        ("i",),
        ("j",),
    ]
    assert loaded.rows("SELECT g('')") == [("LEAKPROOF",)]


def test_a_script_may_begin_with_dropping_the_schema_of_its_extensions(
    server: Server, tmp_path: Path
) -> None:
    loaded = Loaded(
        server,
        tmp_path,
        "SELECT pg_catalog.set_config('search_path', '', false);\n"
        "DROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n"
        "CREATE EXTENSION pg_visibility SCHEMA public;\nCREATE EXTENSION hstore SCHEMA public;\n"
        "CREATE SCHEMA later;\nCREATE TABLE later.a (x public.hstore);\n"
        "DROP SCHEMA later CASCADE;\n",
    )

    assert loaded.refused() == []
    assert loaded.rows(
        "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1"
    ) == [("hstore",), ("pg_visibility",)]
    assert loaded.rows("SELECT to_regclass('later.a')") == [(None,)]


def test_an_extension_that_is_not_known_is_made_when_it_is_allowed(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ash_scaffold.postgres.preparation.KNOWN", frozenset())
    path = tmp_path / "structure.sql"
    path.write_text(
        "CREATE EXTENSION pg_visibility;\nCREATE EXTENSION hstore;\nCREATE TABLE a (x hstore);\n"
    )
    for allowed, made in ((), ["hstore"]), (("pg_visibility",), ["hstore", "pg_visibility"]):
        database = next(DATABASES)
        options = LoadOptions(extensions=frozenset(allowed))
        loaded = load(server, database, [read_dump(path)], options)

        assert loaded.refusals == ()
        assert [one.todo.partition(".")[0] for one in loaded.problems] == (
            [] if allowed else ["If you trust it: --extension pg_visibility"]
        )
        with psycopg.connect(as_uri(server.plain_url(database))) as found:
            query = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1"
            assert [row[0] for row in found.execute(query).fetchall()] == made


ROWS = (
    "CREATE TABLE a (id int);\nCREATE TABLE schema_migrations (version bigint);\n"
    "CREATE SEQUENCE s;\nCOPY a (id) FROM stdin;\n1\n2\n\\.\nINSERT INTO a VALUES (3);\n"
    "INSERT INTO public.schema_migrations VALUES (7);\nSELECT pg_catalog.setval('s', 9, true);\n"
)
WITHOUT_ROWS = LoadOptions(rows=False)


@pytest.mark.parametrize(
    ("more", "rows"),
    [
        ("", 0),
        (
            "CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM a;\nREFRESH MATERIALIZED VIEW m;\n",
            0,
        ),
        ("CREATE MATERIALIZED VIEW m AS SELECT 1 / count(*) FROM a;\n", 3),
        (
            "CREATE MATERIALIZED VIEW m AS SELECT 1 / count(*) FROM a WITH NO DATA;\n"
            "REFRESH MATERIALIZED VIEW m;\n",
            3,
        ),
        (
            "DO $$ DECLARE i int; BEGIN FOR i IN SELECT id FROM a LOOP\n"
            "EXECUTE format('CREATE TABLE a_%s ()', i); END LOOP; END $$;\n"
            "CREATE VIEW m AS SELECT FROM a_1, a_3;\n",
            3,
        ),
    ],
)
def test_rows_are_loaded_where_something_is_made_by_them(
    more: str, rows: int, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "structure.sql"
    path.write_text(ROWS + more)
    database = next(DATABASES)

    loaded = load(server, database, [read_dump(path)], WITHOUT_ROWS)

    assert (loaded.problems, loaded.refusals) == ((), ())
    with psycopg.connect(as_uri(server.plain_url(database))) as found:
        assert found.execute("SELECT count(*) FROM a").fetchone() == (rows,)
        assert found.execute("SELECT version FROM schema_migrations").fetchall() == [(7,)]
        populated = "SELECT relispopulated FROM pg_class WHERE relname = 'm'"
        assert found.execute(populated).fetchall() == ([(True,)] if more else [])


def test_no_setting_of_the_environment_gets_into_a_dump(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c search_path=nowhere -c default_transaction_read_only=on")
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    loaded = Loaded(
        server,
        tmp_path,
        "CREATE TABLE a (x timestamptz CHECK (x > '2024-01-01'), y text DEFAULT 'é');\n",
    )

    assert loaded.refused() == []
    monkeypatch.delenv("PGTZ")
    monkeypatch.delenv("PGOPTIONS")
    monkeypatch.delenv("PGCLIENTENCODING")
    assert loaded.rows(
        "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'a'::regclass"
    ) == [("'é'::text",)]
    [[check]] = loaded.rows(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname LIKE 'a_%'"
    )
    assert "2024-01-01 00:00:00+00" in str(check)


def test_foreign_tables_are_as_updatable_without_their_wrapper_as_with_it(
    server: Server, tmp_path: Path
) -> None:
    text = (
        "CREATE EXTENSION IF NOT EXISTS postgres_fdw;\nCREATE EXTENSION IF NOT EXISTS file_fdw;\n"
        "CREATE SERVER near FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere.invalid');\n"
        "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (updatable 'false');\n"
        "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;\n"
        "CREATE FOREIGN TABLE a (id int) SERVER near;\n"
        "CREATE FOREIGN TABLE b (id int) SERVER near OPTIONS (updatable 'false');\n"
        "CREATE FOREIGN TABLE c (id int) SERVER far;\n"
        "CREATE FOREIGN TABLE d (id int) SERVER far OPTIONS (updatable 'true');\n"
        "CREATE FOREIGN TABLE e (id int) SERVER files OPTIONS (filename '/dev/null');\n"
    )
    loaded = Loaded(server, tmp_path, text)
    assert (loaded.said(), loaded.refused()) == ([], [])
    with psycopg.connect(as_uri(server.url("postgres")), autocommit=True) as connection:
        for statement in text.splitlines():
            connection.execute(statement.encode())
    found = []
    for url in (server.plain_url(loaded.database), server.url("postgres")):
        with read_only(url) as reading:
            tables = reflect(reading).tables
        found.append([(table.name.name, table.writable, table.updatable) for table in tables])
    assert found[0] == found[1]
    assert len({writable for _, writable, _ in found[0]}) == 2


# Statements of every kind, good ones and bad ones, and what depends on where a transaction ends.
MIXED = """
CREATE TYPE mood AS ENUM ('fine');
CREATE TABLE a (id bigint PRIMARY KEY, m mood);
CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint, wrong nothing);
CREATE TABLE c (id bigint PRIMARY KEY, a_id bigint);
ALTER TABLE c ADD CONSTRAINT c_a FOREIGN KEY (a_id) REFERENCES a;
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a;
COMMENT ON TABLE c IS 'kept';
CREATE INDEX CONCURRENTLY c_a_id ON c (a_id);
ALTER TYPE mood ADD VALUE 'better';
ALTER TABLE a ADD CONSTRAINT a_m CHECK (m <> 'better');
ALTER TABLE a ADD COLUMN at ,;
SET LOCAL search_path = elsewhere;
CREATE TABLE d (id bigint);
CREATE TEMPORARY TABLE e (id bigint) ON COMMIT DROP;
CREATE TABLE pg_temp.f (id bigint) ON COMMIT DROP;
CREATE TABLE g (id bigint);
CREATE VIEW of_e AS SELECT * FROM e;
CREATE VIEW of_f AS SELECT * FROM f;
CREATE FUNCTION h() RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1';
CREATE VIEW of_h AS SELECT h();
BEGIN;
CREATE TABLE i (id bigint);
CREATE TABLE i (id bigint);
CREATE TABLE j (id bigint);
COMMIT;
CREATE TABLE k (id bigint DEFERRABLE);
CREATE VIEW of_k AS SELECT * FROM k;
"""


def test_what_comes_of_a_statement_does_not_depend_on_those_that_are_sent_with_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace"

    def outcome(most: int) -> list[list[tuple[object, ...]]]:
        monkeypatch.setattr("ash_scaffold.postgres.dump._MOST_TOGETHER", most)
        loaded = Loaded(server, tmp_path, MIXED)
        return [[*loaded.said()], [*loaded.refused()], loaded.rows(f"{objects} ORDER BY 1")]

    alone = outcome(1)
    lines = [4, 7, 12, 18, 19, 24, 27, 28]
    assert [where for where, *_ in alone[1]] == [f":{line}" for line in lines]
    for most in (2, 3, 5, 8, 100):
        assert outcome(most) == alone


def test_a_server_that_breaks_off_in_a_group_is_told_with_the_line(
    server: Server, tmp_path: Path
) -> None:
    ends = "CREATE TABLE c AS SELECT pg_terminate_backend(pg_backend_pid());\n"
    tables = [f"CREATE TABLE {name} (id bigint);\n" for name in "abde"]
    with pytest.raises(ScaffoldError) as raised:
        Loaded(server, tmp_path, "".join([*tables[:2], ends, *tables[2:]]))
    [problem] = raised.value.problems
    assert problem.what.startswith("The throw-away server broke off: ")
    assert problem.where.endswith("structure.sql:3")


def test_waits_for_the_server_do_not_grow_with_the_statements(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"send": 0, "send_together": 0}
    for name in counts:
        original = getattr(Sender, name)

        def counted(*given: object, name: str = name, original: Any = original) -> object:
            counts[name] += 1
            return original(*given)

        monkeypatch.setattr(Sender, name, counted)
    text = "SET check_function_bodies = false;\n" + "".join(
        f"CREATE TABLE t{number} (id bigint);\nCOMMENT ON TABLE t{number} IS 'x';\n"
        for number in range(500)
    )
    assert Loaded(server, tmp_path, text).said() == []
    # The settings of the session and the script's own come alone.
    assert counts == {"send": 2, "send_together": 10}


@pytest.mark.parametrize("most", [1, 100])
@pytest.mark.parametrize("end", [TimeIsUpError, KeyboardInterrupt])
def test_a_statement_that_is_called_off_leaves_nothing_to_complain_of(
    end: type[BaseException],
    most: int,
    server: Server,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ash_scaffold.postgres.dump._MOST_TOGETHER", most)

    def call_off(share: float) -> None:
        if share > 0:
            raise end

    path = tmp_path / "structure.sql"
    path.write_text(
        "CREATE TABLE a (id int);\nSET work_mem = '1MB';\n"
        "CREATE TABLE b AS SELECT pg_sleep(60)::text AS x;\nCREATE TABLE c (id int);\n"
    )
    raised = ScaffoldError if end is TimeIsUpError else end
    with pytest.raises(raised):
        load(server, next(DATABASES), [read_dump(path)], LoadOptions(on_share=call_off))
    assert caplog.messages == []


def test_a_server_without_room_is_told_instead_of_unknown_objects(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Failure("53100", "could not extend file: No space left on device")
    original = Sender.send

    def send(sender: Sender, statement: bytes, rows: memoryview | None = None) -> Failure | None:
        return full if b"TABLE b" in statement else original(sender, statement, rows)

    monkeypatch.setattr(Sender, "send", send)
    monkeypatch.setattr("ash_scaffold.postgres.dump._MOST_TOGETHER", 1)
    with pytest.raises(ScaffoldError) as raised:
        Loaded(server, tmp_path, "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n")
    [problem] = raised.value.problems
    assert (problem.code, problem.where.rpartition(":")[2]) == (Code.DUMP_ERROR, "2")
    assert problem.what == f"The throw-away server has no room left: {full.message}."
    assert problem.todo == "Set TMPDIR to a folder that has more."
