"""What the statements of a dump can't do, whoever wrote them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from tests.databases import as_uri
from tests.support import reflect

from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.dump import LoadOptions, load, read_dump
from ash_scaffold.postgres.installation import embedded_installation, local_installations
from ash_scaffold.postgres.server import Server, throwaway_server
from ash_scaffold.postgres.time_limit import time_limit
from ash_scaffold.problem import Code, ScaffoldError

DATABASES = (f"hostile_{number}" for number in count(1))
TABLE = "CREATE TABLE public.a (id bigint PRIMARY KEY, x text);\n"


INSTALLATIONS = [
    "embedded",
    *(pytest.param(str(each.major), marks=pytest.mark.slow) for each in local_installations()),
]


@pytest.fixture(scope="module", params=INSTALLATIONS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    found = [each for each in local_installations() if str(each.major) == request.param]
    installation = found[0] if found else embedded_installation()
    assert installation is not None
    with throwaway_server(installation) as server:
        yield server


class Attack:
    """A dump that is loaded, and the file that shows whether it got out."""

    def __init__(self, server: Server, folder: Path, text: str) -> None:
        self.witness = server.folder / f"witness_{next(DATABASES)}"
        self.database = next(DATABASES)
        path = folder / "structure.sql"
        path.write_bytes(
            (TABLE + text.replace("WITNESS", str(self.witness))).encode("utf-8", "surrogateescape")
        )
        self.server = server
        self.loaded = load(server, self.database, [read_dump(path)])

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(as_uri(self.server.plain_url(self.database))) as connection:
            return connection.execute(query.encode()).fetchall()

    @property
    def superusers(self) -> list[str]:
        query = "SELECT rolname FROM pg_roles WHERE rolsuper OR rolcreaterole OR rolreplication"
        return [str(row[0]) for row in self.rows(query)]


IN_BLOCK = "DO $do$ BEGIN EXECUTE $x$ {} $x$; END $do$;\n"
READ_SECRET = "COMMENT ON COLUMN public.a.x IS {};\n"


@pytest.mark.parametrize(
    "text",
    [
        "COPY public.a FROM PROGRAM 'touch WITNESS';\n",
        "COPY/**/public.a/**/FROM/**/PROGRAM/**/'touch WITNESS';\n",
        "COPY public.a TO 'WITNESS';\n",
        "COPY (SELECT 1) TO PROGRAM 'cat > WITNESS';\n",
        IN_BLOCK.format("COPY public.a TO PROGRAM 'cat > WITNESS'"),
        IN_BLOCK.format("COPY public.a TO 'WITNESS'"),
        "SELECT lo_export(lo_from_bytea(0, 'x'), 'WITNESS');\n",
        "DO $$ BEGIN PERFORM lo_export(lo_from_bytea(0, 'x'), 'WITNESS'); END $$;\n",
        "CREATE FUNCTION sys(text) RETURNS int LANGUAGE c AS 'libc.so.6', 'system';\n"
        "SELECT sys('touch WITNESS');\n",
        "CREATE FUNCTION sys(cstring) RETURNS int LANGUAGE internal AS 'lo_import';\n"
        "SELECT sys('WITNESS');\n",
        "CREATE EXTENSION adminpack;\nSELECT pg_file_write('WITNESS', 'x', false);\n",
        "CREATE EXTENSION file_fdw;\nCREATE SERVER s FOREIGN DATA WRAPPER file_fdw;\n"
        "CREATE FOREIGN TABLE f (x text) SERVER s OPTIONS (program 'touch WITNESS');\n"
        "SELECT * FROM f;\n",
        "CREATE FUNCTION p() RETURNS int LANGUAGE plpython3u AS $$\n"
        "open('WITNESS', 'w')\nreturn 1\n$$;\nSELECT p();\n",
        "CREATE EXTENSION plpython3u;\nDO LANGUAGE plpython3u $$ open('WITNESS', 'w') $$;\n",
        "CREATE FUNCTION p() RETURNS int LANGUAGE plperlu AS $$ system('touch WITNESS'); $$;\n"
        "SELECT p();\n",
        "\\! touch WITNESS\n",
        "SELECT 'touch WITNESS' \\g |sh\n",
        "\\o |touch WITNESS\nSELECT 1;\n",
        "\\copy public.a TO PROGRAM 'cat > WITNESS'\n",
        "\\setenv PAGER 'touch WITNESS'\n",
        # A backslash that a client of that encoding takes for the half of a letter, or not.
        "SET client_encoding = 'SJIS';\nSELECT E'\udc95\\', ';\n\\! touch WITNESS\n--';\n",
        "SET client_encoding = 'BIG5';\nSELECT E'\udca5\\', ';\n\\! touch WITNESS\n--';\n",
        "SET client_encoding = 'GBK';\nSELECT E'\udc81\\', ';\n\\! touch WITNESS\n--';\n",
        "SET standard_conforming_strings = no;\nSELECT 'a\\';\n\\! touch WITNESS\n--';\n",
        "SELECT set_config('standard_conforming_strings', 'off', false);\n"
        "SELECT 'a\\';\n\\! touch WITNESS\n--';\n",
        "SET backslash_quote = on;\nSELECT E'\\'\n\\! touch WITNESS\n';\n",
        "ALTER SYSTEM SET archive_command = 'touch WITNESS';\n",
        IN_BLOCK.format("ALTER SYSTEM SET ssl_passphrase_command = 'touch WITNESS'"),
        "SET ROLE ash_scaffold_superuser;\nCOPY public.a TO 'WITNESS';\n",
        "SET SESSION AUTHORIZATION ash_scaffold_superuser;\nCOPY public.a TO 'WITNESS';\n",
        "RESET ROLE;\nRESET SESSION AUTHORIZATION;\nCOPY public.a TO 'WITNESS';\n",
        "SELECT set_config('role', 'ash_scaffold_superuser', false);\n"
        "DO $$ BEGIN EXECUTE 'COPY public.a TO ''WITNESS'''; END $$;\n",
        "DO $$ BEGIN SET SESSION AUTHORIZATION ash_scaffold_superuser;"
        " COPY public.a TO 'WITNESS'; END $$;\n",
        "\\connect - ash_scaffold_superuser\nCOPY public.a TO 'WITNESS';\n",
        "GRANT pg_write_server_files, pg_execute_server_program TO postgres;\n"
        "COPY public.a TO 'WITNESS';\n",
        IN_BLOCK.format("GRANT pg_write_server_files TO postgres")
        + IN_BLOCK.format("COPY public.a TO 'WITNESS'"),
        "CREATE ROLE mighty SUPERUSER;\nSET ROLE mighty;\nCOPY public.a TO 'WITNESS';\n",
        IN_BLOCK.format("CREATE ROLE mighty SUPERUSER"),
        "ALTER TABLE public.a OWNER TO ash_scaffold_superuser;\n"
        "CREATE SCHEMA s AUTHORIZATION ash_scaffold_superuser;\n"
        + IN_BLOCK.format("GRANT ash_scaffold_superuser TO postgres"),
        IN_BLOCK.format("ALTER ROLE postgres SUPERUSER"),
        IN_BLOCK.format("UPDATE pg_catalog.pg_authid SET rolsuper = true"),
        # Code that waits for a superuser: none comes back.
        "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN\n"
        "ALTER ROLE postgres SUPERUSER; END $$;\n"
        + IN_BLOCK.format("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION e()"),
        "CREATE EXTENSION dblink;\nSELECT dblink('host=/tmp password=x', "
        "'ALTER ROLE postgres SUPERUSER');\n",
        "CREATE EXTENSION postgres_fdw;\n"
        "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/tmp');\n"
        "CREATE USER MAPPING FOR postgres SERVER s OPTIONS (user 'me', password 'x');\n"
        "CREATE FOREIGN TABLE f (x text) SERVER s;\nSELECT * FROM f;\n",
        "LOAD 'plpython3';\nLOAD 'WITNESS';\n",
    ],
)
def test_a_dump_gets_out_of_its_database_by_no_way(
    text: str, server: Server, tmp_path: Path
) -> None:
    attack = Attack(server, tmp_path, text)

    assert not attack.witness.exists()
    assert attack.superusers == ["ash_scaffold_superuser"]
    assert attack.rows("SELECT count(*) >= 0 FROM public.a") == [(True,)]


@pytest.mark.parametrize(
    "read",
    [
        "pg_read_file('/etc/passwd')",
        "pg_catalog.pg_read_file('PG_VERSION')",
        "pg_catalog.convert_from(pg_read_binary_file('/etc/passwd'), 'UTF8')",
        "(SELECT string_agg(f, ' ') FROM pg_ls_dir('/') AS f)",
        "convert_from(lo_get(lo_import('/etc/passwd')), 'UTF8')",
        "(SELECT passwd FROM pg_catalog.pg_shadow LIMIT 1)",
        "(SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory')",
    ],
)
def test_no_file_of_the_machine_gets_into_a_comment(
    read: str, server: Server, tmp_path: Path
) -> None:
    attack = Attack(
        server,
        tmp_path,
        f"DO $do$ BEGIN EXECUTE format('COMMENT ON COLUMN public.a.x IS %L', {read}); END $do$;\n",
    )

    [[comment]] = attack.rows("SELECT col_description('public.a'::regclass, 2)")
    assert comment is None


@pytest.mark.parametrize("name", ["file_fdw", "postgres_fdw", "dblink", "adminpack"])
def test_an_extension_that_reaches_out_is_there_without_its_power(
    name: str, server: Server, tmp_path: Path
) -> None:
    attack = Attack(server, tmp_path, f"CREATE EXTENSION IF NOT EXISTS {name};\n")
    if not attack.rows(f"SELECT FROM pg_available_extensions WHERE name = '{name}'"):
        pytest.skip(f"{server.description} has no {name}")

    assert [each.message for each in attack.loaded.refusals] == []
    assert attack.rows(f"SELECT count(*) FROM pg_extension WHERE extname = '{name}'") == [(1,)]
    assert (
        attack.rows(
            "SELECT p.proname FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND deptype = 'e'"
            " WHERE d.classid = 'pg_proc'::regclass AND has_function_privilege(p.oid, 'EXECUTE')"
            " AND (SELECT extname FROM pg_extension WHERE oid = d.refobjid) <> 'plpgsql'"
        )
        == []
    )
    assert (
        attack.rows(
            "SELECT fdwname FROM pg_foreign_data_wrapper WHERE fdwhandler <> 0 OR fdwvalidator <> 0"
        )
        == []
    )


def test_nothing_of_a_superuser_is_left_that_a_dump_could_change(
    server: Server, tmp_path: Path
) -> None:
    attack = Attack(
        server,
        tmp_path,
        "CREATE SCHEMA extra;\nCREATE EXTENSION hstore SCHEMA extra;\n"
        "CREATE EXTENSION pg_stat_statements;\nCREATE EXTENSION tablefunc;\n",
    )

    assert (
        attack.rows("SELECT nspname FROM pg_namespace WHERE oid >= 16384 AND nspowner = 10") == []
    )
    assert (
        attack.rows(
            "SELECT relname FROM pg_class WHERE oid >= 16384 AND relowner = 10"
            " AND relkind IN ('r', 'v', 'm', 'p', 'S', 'f')"
        )
        == []
    )
    assert attack.rows("SELECT proname FROM pg_proc WHERE oid >= 16384 AND prosecdef") == []


def test_reading_the_catalog_calls_no_function_of_a_dump(server: Server, tmp_path: Path) -> None:
    attack = Attack(
        server,
        tmp_path,
        "CREATE SCHEMA trap;\nSET search_path = trap, pg_catalog;\n"
        "CREATE FUNCTION trap.has_table_privilege(oid, text) RETURNS boolean LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE 'called'; END $$;\n"
        "CREATE FUNCTION trap.eq(text, text) RETURNS boolean LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE 'called'; END $$;\n"
        "CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.eq);\n"
        "CREATE TABLE public.b (x text DEFAULT trap.eq('a', 'b')::text,"
        " CHECK (x OPERATOR(trap.=) 'a'));\n"
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = trap, pg_catalog',"
        " current_database()); ALTER ROLE postgres SET search_path = trap; END $$;\n",
    )

    url = server.plain_url(attack.database)
    assert url.username == "postgres"
    with read_only(url) as connection:
        tables = reflect(connection).tables
    assert [table.name.name for table in tables] == ["a", "b"]


def test_a_dump_that_never_ends_is_ended(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "structure.sql"
    path.write_text(f"{TABLE}SELECT pg_sleep(600);\n")
    begun = time.monotonic()

    with pytest.raises(ScaffoldError) as caught:
        load(server, next(DATABASES), [read_dump(path)], LoadOptions(limit=time_limit(2)))

    [problem] = caught.value.problems
    assert (problem.code, problem.what) == (
        Code.DUMP_ERROR,
        "The dump was not loaded within 2 seconds.",
    )
    assert "--timeout" in problem.todo
    assert time.monotonic() - begun < 10


def test_a_dump_that_ends_its_own_session_is_an_error(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError) as caught:
        Attack(server, tmp_path, "SELECT pg_terminate_backend(pg_backend_pid());\n")

    [problem] = caught.value.problems
    assert problem.code is Code.DUMP_ERROR
    assert problem.what.startswith("The throw-away server broke off: ")


MIGHTY = """
CREATE FUNCTION mighty_do(text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
  $$ BEGIN EXECUTE $1; END $$;
CREATE FUNCTION mighty_event() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
  $$ BEGIN PERFORM extra.hook();
  EXCEPTION WHEN undefined_function OR invalid_schema_name THEN END $$;
CREATE EVENT TRIGGER mighty ON ddl_command_end EXECUTE FUNCTION mighty_event();
CREATE TABLE mighty_jobs (id serial PRIMARY KEY, command text);
CREATE FUNCTION mighty_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
  $$ BEGIN EXECUTE NEW.command; RETURN NEW; END $$;
CREATE TRIGGER run BEFORE INSERT ON mighty_jobs FOR EACH ROW EXECUTE FUNCTION mighty_row();
CREATE VIEW mighty_secrets AS SELECT rolpassword FROM pg_catalog.pg_authid;
CREATE SEQUENCE mighty_numbers;
CREATE FOREIGN DATA WRAPPER mighty_fdw HANDLER postgres_fdw_handler;
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gets a copy of the installation to change")
def test_an_extension_that_is_allowed_leaves_no_way_to_be_superuser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ash_scaffold.postgres.server.reachable", lambda _path: False)
    installation = embedded_installation()
    assert installation is not None
    with throwaway_server(installation) as server:
        folder = server.programs.parent / "share" / "extension"
        (folder / "mighty.control").write_text("default_version = '1'\nrequires = 'postgres_fdw'\n")
        (folder / "mighty--1.sql").write_text(MIGHTY)
        become = "ALTER ROLE postgres SUPERUSER"
        path = tmp_path / "structure.sql"
        path.write_text(
            "CREATE EXTENSION mighty SCHEMA public CASCADE;\nCREATE SCHEMA extra;\n"
            "CREATE FUNCTION extra.hook() RETURNS void LANGUAGE plpgsql AS"
            f" $$ BEGIN {become}; END $$;\nCREATE TABLE a (id int);\n"
            f"SELECT mighty_do('{become}');\n"
            f"INSERT INTO mighty_jobs (command) VALUES ('{become}');\n"
            "CREATE TABLE b AS SELECT * FROM mighty_secrets;\n"
        )
        options = LoadOptions(extensions=frozenset(["mighty"]))
        load(server, "mighty", [read_dump(path)], options)

        with psycopg.connect(as_uri(server.plain_url("mighty"))) as connection:
            found = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres'")
            assert found.fetchone() == (False,)
            assert connection.execute("SELECT to_regclass('b')").fetchone() == (None,)
            made = connection.execute("SELECT extname FROM pg_extension WHERE extname = 'mighty'")
            assert made.fetchone() == ("mighty",)
            owned = connection.execute(
                "SELECT relname FROM pg_class WHERE oid >= 16384 AND relowner = 10"
                " AND relkind IN ('r', 'v', 'm', 'p', 'S', 'f')"
            )
            assert owned.fetchall() == []
