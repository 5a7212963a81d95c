"""Hostile dumps: what they try to run, to read, to write or to wait for does not happen."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from random import Random

from tests.campaign.box import Box
from tests.campaign.ground import Ground, Tried, command_of, tried
from tests.campaign.oracle import wrong_refusal, wrong_run, wrong_world
from tests.campaign.projects import FILES

_LIMIT = ("--timeout", "5")
_TIMEOUT = 60.0  # seconds: the limit, for each of two servers, and their start and end
_HEADS = (
    "-- PostgreSQL database dump\n-- Dumped from database version 15.4\n",
    "-- PostgreSQL database dump\n-- Dumped from database version 18.0\n",
    "",
    "SET client_encoding = 'SJIS';\n",
    "SET client_encoding = 'GBK';\n",
    "SET client_encoding = 'BIG5';\n",
    "\\encoding SJIS\n",
    "SET standard_conforming_strings = off;\n",
    "SET standard_conforming_strings = no;\nSET backslash_quote = on;\n",
    "SELECT set_config('standard_conforming_strings', 'of' || 'f', false);\n",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;\nBEGIN;\n",
    "\ufeff",
)
_TABLES = """
CREATE TABLE public.customers (id bigint PRIMARY KEY, email text NOT NULL, note text);
CREATE TABLE public.orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES public.customers);
"""
_END = "\n-- PostgreSQL database dump complete\n"
# {mark} is a file that must not appear, {private} one that must not be read, {port} one that must
# not be connected to.
_RUNS = (
    "COPY customers TO PROGRAM 'touch {mark}';",
    "COPY customers TO/**/PROGRAM 'touch {mark}';",
    "COPY customers (id) FROM -- stdin\n PROGRAM 'touch {mark}';",
    'COPY "customers" TO PROGRAM $$touch {mark}$$;',
    "COPY (SELECT 'stdin' AS \"from stdin\") TO PROGRAM E'touch {mark}';",
    "COPY customers FROM /* FROM stdin; */ PROGRAM 'touch {mark}' WHERE note = 'FROM stdin';",
    "DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PRO' || 'GRAM ''touch {mark}'''; END $$;",
    "DO LANGUAGE plpgsql 'BEGIN EXECUTE format(''COPY (SELECT 1) TO %L'', ''{mark}''); END';",
    "COPY customers TO '{mark}';",
    "SELECT lo_export(lo_from_bytea(0, 'x'), '{mark}');",
    "SELECT pg_catalog.lo_export(lo_from_bytea(4711, 'x'), '{mark}');",
    "CREATE EXTENSION adminpack; SELECT pg_file_write('{mark}', 'x', false);",
    "CREATE EXTENSION file_fdw; CREATE SERVER s FOREIGN DATA WRAPPER file_fdw; "
    "CREATE FOREIGN TABLE f (l text) SERVER s OPTIONS (program 'touch {mark}'); SELECT * FROM f;",
    "ALTER SYSTEM SET archive_command = 'touch {mark}'; SELECT pg_reload_conf();",
    "CREATE LANGUAGE plpython3u; CREATE FUNCTION p() RETURNS int LANGUAGE plpython3u AS "
    '\'open("{mark}", "w")\'; SELECT p();',
    "CREATE LANGUAGE plperlu; DO LANGUAGE plperlu $$ `touch {mark}` $$;",
    "CREATE FUNCTION sys(cstring) RETURNS int AS 'libc.so.6', 'system' LANGUAGE c STRICT; "
    "SELECT sys('touch {mark}');",
    "LOAD '{private}';",
    "\\! touch {mark}",
    "\\o |touch {mark}\nSELECT 1;\n\\o",
    "SELECT 1 \\g |touch {mark}",
    "SELECT 'touch {mark}' \\gset\n\\! :x",
    "SELECT '\\! touch {mark}' AS x \\gexec",
    "\\copy customers to program 'touch {mark}'",
    "\\setenv PAGER 'touch {mark}'\n\\pset pager always\nSELECT 1;",
    "SELECT 'a\u0095\\'; \\! touch {mark}\n';",
    "SELECT '\u8868\\'; \\! touch {mark}\n--';",
    "SELECT 'a\\'; \\! touch {mark}\n--';",
    "SELECT E'a\\'; \\! touch {mark}\n--';",
    "SELECT $a$ \\! touch {mark}\n$a$; SELECT $é$ \\! touch {mark}\n$é$;",
    "COPY customers FROM stdin;\n\\.\n\\! touch {mark}\n",
    'COPY customers FROM stdin WITH (FORMAT csv);\n1,a,"\n\\.\n\\! touch {mark}\n"\n\\.\n',
    "RESET SESSION AUTHORIZATION; COPY (SELECT 1) TO PROGRAM 'touch {mark}';",
    "SET ROLE postgres; DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {mark}'''; END $$;",
    "SET SESSION AUTHORIZATION postgres; SELECT lo_export(lo_from_bytea(0, 'x'), '{mark}');",
    "CREATE ROLE evil SUPERUSER; SET ROLE evil; COPY (SELECT 1) TO PROGRAM 'touch {mark}';",
    "GRANT pg_execute_server_program TO CURRENT_USER; "
    "DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {mark}'''; END $$;",
    "UPDATE pg_catalog.pg_authid SET rolsuper = true; "
    "DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {mark}'''; END $$;",
    "CREATE FUNCTION evil() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE "
    "'COPY (SELECT 1) TO PROGRAM ''touch {mark}'''; END $$; "
    "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION evil(); CREATE TABLE t3 (id int);",
    "CREATE FUNCTION public.evil() RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE "
    "'COPY (SELECT 1) TO PROGRAM ''touch {mark}'''; RETURN 'x'; END $$; "
    "ALTER TABLE public.customers ALTER note SET DEFAULT public.evil(), "
    "ADD CHECK (public.evil() <> ''); CREATE INDEX ON public.customers ((public.evil()));",
    "CREATE SCHEMA evil; CREATE FUNCTION evil.format_type(oid, int) RETURNS text LANGUAGE plpgsql "
    "AS $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {mark}'''; RETURN 'x'; END $$; "
    'ALTER DATABASE "{database}" SET search_path = evil, pg_catalog; '
    "ALTER ROLE ALL SET search_path = evil, pg_catalog;",
    "ALTER ROLE postgres SET session_preload_libraries = '{private}';",
    "CREATE FUNCTION public.now2() RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER AS $$ "
    "BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {mark}'''; RETURN now(); END $$; "
    "CREATE VIEW v AS SELECT public.now2(); CREATE MATERIALIZED VIEW m AS SELECT public.now2();",
    'CREATE RULE "_RETURN" AS ON SELECT TO public.orders DO INSTEAD SELECT 1::bigint AS id, '
    "length(pg_read_file('{private}'))::bigint AS customer_id;",
)
_READS = (
    "DO $$ BEGIN EXECUTE format('COMMENT ON TABLE public.customers IS %L', "
    "pg_read_file('{private}')); END $$;",
    "DO $$ BEGIN EXECUTE format('ALTER TABLE public.customers ALTER note SET DEFAULT %L', "
    "pg_read_file('{private}', 0, 100)); END $$;",
    "DO $$ DECLARE x text; BEGIN CREATE TEMP TABLE t (l text); EXECUTE "
    "'COPY t FROM ''{private}'''; SELECT l INTO x FROM t; EXECUTE format("
    "'COMMENT ON TABLE public.customers IS %L', x); END $$;",
    "DO $$ BEGIN EXECUTE format('COMMENT ON TABLE public.customers IS %L', convert_from(lo_get("
    "lo_import('{private}')), 'UTF8')); END $$;",
    "SELECT pg_read_file('{private}')::int;",
    "COPY public.customers FROM '{private}';",
    "\\i {private}",
    "\\ir {private}",
    "\\set x `cat {private}`\nCOMMENT ON TABLE customers IS :'x';",
    "\\copy public.customers from '{private}'",
    "CREATE EXTENSION file_fdw; CREATE SERVER s FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN "
    "TABLE f (l text) SERVER s OPTIONS (filename '{private}'); DO $$ BEGIN EXECUTE format("
    "'COMMENT ON TABLE public.customers IS %L', (SELECT l FROM f)); END $$;",
    "CREATE EXTENSION dblink; SELECT * FROM dblink('host=127.0.0.1 port={port} user=x', "
    "'SELECT 1') AS t(x int);",
    "CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS "
    "(host '127.0.0.1', port '{port}'); CREATE USER MAPPING FOR CURRENT_USER SERVER s; "
    "IMPORT FOREIGN SCHEMA public FROM SERVER s INTO public;",
    "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port={port}' PUBLICATION p;",
    '\\connect "host=127.0.0.1 port={port}"',
    "SELECT * FROM pg_hba_file_rules; SELECT pg_ls_dir('/'); SELECT pg_stat_file('{private}');",
)
_WAITS = (
    "SELECT pg_sleep(600);",
    "DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$;",
    "SET statement_timeout = 0; SELECT pg_sleep(600);",
    "SELECT count(*) FROM generate_series(1, 1000000000000);",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT count(*) FROM r;",
    "CREATE FUNCTION public.wait() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT pg_sleep(600); "
    "SELECT 1'; CREATE TABLE w (id int DEFAULT public.wait()); CREATE INDEX ON public.customers "
    "(public.wait()); INSERT INTO w VALUES (DEFAULT);",
    'ALTER DATABASE "{database}" SET statement_timeout = 0; '
    "CREATE VIEW slow AS SELECT pg_sleep(600); SELECT * FROM slow;",
    "COPY public.customers FROM stdin;\n1\ta\tb\n",
    "SELECT pg_terminate_backend(pg_backend_pid());",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity;",
    "SELECT pg_advisory_lock(1); BEGIN; LOCK TABLE public.customers; "
    "LOCK TABLE pg_catalog.pg_class;",
    "SET default_transaction_read_only = on; "
    "ALTER ROLE ALL SET default_transaction_read_only = on;",
    "SELECT repeat('x', 1000000000)::xml;",
    'ALTER DATABASE "{database}" WITH CONNECTION LIMIT 0;',
    'ALTER DATABASE "{database}" RENAME TO other;',
    "DROP SCHEMA public CASCADE; DROP OWNED BY CURRENT_USER; REASSIGN OWNED BY CURRENT_USER TO x;",
    "REVOKE ALL ON SCHEMA pg_catalog FROM PUBLIC; REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;",
)
_COMMANDS = (
    ("resources", "--no-format"),
    ("check",),
    ("inspect",),
    ("document",),
    ("init", "--dry-run"),
)


def attempt(ground: Ground, dice: Random) -> Tried:
    """Put one to three of them into a dump, and read it."""
    group = dice.choice([_RUNS, _RUNS, _RUNS, _READS, _READS, _WAITS])
    chosen = dice.sample(group, dice.randint(1, 1 if group is _WAITS else 3))
    head, command = dice.choice(_HEADS), dice.choice(_COMMANDS)
    with ground.empty_box() as box, _listening() as (port, connected):
        text = head + _TABLES + _filled("\n".join(chosen), box, port) + "\n"
        text += _END if head.startswith("-- PostgreSQL") else ""
        box.write({**FILES, "structure.sql": text})
        before, world = box.tree(), box.world()
        ran = box.start(*command, *_LIMIT, "--dump", "structure.sql").end(_TIMEOUT)
        left = [path.name for path in (box.root / "tmp").iterdir()]
        return tried(
            f"{head!r} and {chosen}, {command_of(ran)}",
            wrong_run(ran),
            wrong_refusal(ran, before, box.tree()),
            ["it connected to a port"] if connected() else [],
            [f"left in the temporary folder: {left}"] if left else [],
            wrong_world(box, world),
        )


@contextlib.contextmanager
def _listening() -> Iterator[tuple[int, Callable[[], bool]]]:
    """Give a port that listens, and a function that says whether anybody has connected to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)

        def connected() -> bool:
            try:
                server.accept()[0].close()
            except BlockingIOError:
                return False
            return True

        yield server.getsockname()[1], connected


def _filled(text: str, box: Box, port: int) -> str:
    values = {
        "{mark}": box.canary / "mark",
        "{private}": box.outside / "private.txt",
        "{port}": port,
        "{database}": "postgres",
    }
    for place, value in values.items():
        text = text.replace(place, str(value))
    return text
