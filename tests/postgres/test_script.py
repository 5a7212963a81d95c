"""What of a dump a server gets to see: statements, without psql's commands and without data."""

from __future__ import annotations

import pytest

from ash_scaffold.postgres.script import (
    Extension,
    Part,
    Refused,
    read_script,
    statement_text,
    text_of,
)


def sent(text: str) -> list[str]:
    """Return what a server would get, statement by statement."""
    raw = text.encode()
    return [
        statement_text(raw, each).decode()
        for each in read_script(raw).statements
        if each.part in (Part.SCHEMA, Part.ROWS)
    ]


@pytest.mark.parametrize(
    "statements",
    [
        [r"SELECT 'it''s \! here';"],
        [r"SELECT E'quote \' and \\ \! here', e'one'" + "\n" + r"  'two \' \! three';"],
        [r"""SELECT U&'\0441' AS "a ""\! b";"""],
        [r"SELECT $$ \! $x$ ' $$, $tag$ $$ \! ; $tag$;"],
        [r"SELECT a$1, $1 FROM t;", r"SELECT -- \! here;" + "\n1;"],
        [r"SELECT /* \! /* \! ; */ ' \! */ 1;"],
        [
            "INSERT INTO a VALUES (1, 'it''s; --', 'C:\\', NULL, 2e-3, 'e');",
            r"INSERT INTO a VALUES (1, E'a\';', U&'\0441;', e'\\');",
            "INSERT INTO \"a;b\" VALUES (3 - 4, '/*;') /* ; */ RETURNING $$;$$;",
            "INSERT INTO a SELECT 5 -- ;\n;",
        ],
        ["SET standard_conforming_strings = off;", r"INSERT INTO a VALUES ('a\'; b');"],
        ["SET standard_conforming_strings = off;", "SELECT 'back\\' \\! slash';"],
    ],
)
def test_a_backslash_inside_a_quotation_or_a_comment_is_left_alone(statements: list[str]) -> None:
    text = " ".join(statements)
    assert read_script(text.encode()).refused == ()
    assert sent(text) == statements


@pytest.mark.parametrize(
    ("text", "left", "refused"),
    [
        ("SELECT 1;\n\\! rm x\nSELECT 2;", ["SELECT 1;", "SELECT 2;"], [(2, "\\!", False)]),
        ("SELECT 1; \\! rm x\nSELECT 2;", ["SELECT 1;", "SELECT 2;"], [(1, "\\!", False)]),
        ("SELECT 1 \\gexec\nSELECT 2;", ["SELECT 1 ", "SELECT 2;"], [(1, "\\gexec", False)]),
        ("SELECT 1 \\g\nSELECT 2;", ["SELECT 1 ", "SELECT 2;"], [(1, "\\g", False)]),
        ("SELECT 'a' \\o |sh\n, 'b';", ["SELECT 'a' \n, 'b';"], [(1, "\\o", False)]),
        ("\\connect shop\nSELECT 1;", ["SELECT 1;"], [(1, "\\connect", True)]),
        ("\\restrict k3y\nSELECT 1;\n\\unrestrict k3y\n", ["SELECT 1;"], []),
        ("\\.\nSELECT 1;", ["SELECT 1;"], []),
    ],
)
def test_commands_of_psql_are_left_out(
    text: str, left: list[str], refused: list[tuple[int, str, bool]]
) -> None:
    assert sent(text) == left
    assert read_script(text.encode()).refused == tuple(
        Refused(line, f"the psql command {name}", harmless, includes=name == r"\gexec")
        for line, name, harmless in refused
    )


def test_the_data_of_a_copy_is_no_statement() -> None:
    text = (
        'COPY public."from stdin" (a) FROM stdin;\nit\'s\t\\N\n\\! rm x\n\\.\n\n'
        "copy/* all */b FROM STDIN WITH (FORMAT csv);\n\\.\nSELECT 1;\n"
        "COPY c FROM stdin;\nno end"
    )
    raw = text.encode()
    statements = read_script(raw).statements

    assert sent(text) == [
        'COPY public."from stdin" (a) FROM stdin;',
        "copy/* all */b FROM STDIN WITH (FORMAT csv);",
        "SELECT 1;",
        "COPY c FROM stdin;",
    ]
    assert [raw[slice(*each.data)] for each in statements if each.data is not None] == [
        b"it's\t\\N\n\\! rm x\n",
        b"",
        b"no end",
    ]
    assert [one.last_line for one in statements] == [1, 6, 8, 9]
    assert [one.filled_table for one in statements] == ["from stdin", "b", "", "c"]


@pytest.mark.parametrize(
    "statement",
    [
        "COPY t FROM PROGRAM 'rm x';",
        "COPY/**/t FROM -- a\n PROGRAM 'rm x';",
        "COPY t FROM '/etc/passwd';",
        "COPY t (stdin) TO PROGRAM 'sh';",
    ],
)
def test_a_copy_with_a_file_or_a_program_is_not_run(statement: str) -> None:
    assert sent(f"SELECT 1;\n{statement}\n") == ["SELECT 1;"]
    assert read_script(f"SELECT 1;\n{statement}\n".encode()).refused == (
        Refused(2 + statement.count("\n"), "COPY with a file or a program"),
    )


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("CREATE DATABASE shop;", Part.BESIDE),
        ("CREATE USER ann PASSWORD 'x';", Part.BESIDE),
        ("CREATE USER MAPPING FOR ann SERVER s;", Part.SCHEMA),
        ("ALTER TABLE ONLY public.a OWNER TO ann;", Part.BESIDE),
        ('ALTER FUNCTION f(a int, "b ;" text) OWNER\nTO "Ann B";', Part.BESIDE),
        ("ALTER TABLE a OWNER TO ann, ADD b int;", Part.SCHEMA),
        ("ALTER TABLE a ADD b int, OWNER TO ann;", Part.SCHEMA),
        ("ALTER SCHEMA s RENAME TO t;", Part.SCHEMA),
        ("GRANT SELECT ON a TO ann;", Part.BESIDE),
        ("COMMENT ON EXTENSION hstore IS 'x';", Part.BESIDE),
        ("COMMENT ON TABLE a IS 'OWNER TO ann';", Part.SCHEMA),
        ("SET SESSION AUTHORIZATION ann;", Part.BESIDE),
        ("SET search_path = a;", Part.SCHEMA),
        ("ALTER SYSTEM SET fsync = on;", Part.BEYOND),
        ("CREATE SUBSCRIPTION s x;", Part.BEYOND),
        ("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();", Part.BEYOND),
        ("SECURITY LABEL ON TABLE a IS 'x';", Part.BEYOND),
        ("INSERT INTO a VALUES (1);", Part.ROWS),
        ("SELECT pg_catalog.setval('a_seq', 3, true);", Part.ROWS),
        ("SELECT * FROM pg_catalog.pg_restore_relation_stats('version', '1');", Part.ROWS),
        ("SELECT pg_catalog.set_config('search_path', '', false);", Part.SCHEMA),
        ("REFRESH MATERIALIZED VIEW a;", Part.SCHEMA),
    ],
)
def test_what_a_statement_has_to_do_with_the_schema(statement: str, part: Part) -> None:
    [found] = read_script(statement.encode()).statements
    assert found.part is part


@pytest.mark.parametrize(
    ("text", "runs_code"),
    [
        ("CREATE TABLE a (id int); INSERT INTO a VALUES (1); REFRESH MATERIALIZED VIEW b;", False),
        ("SELECT pg_catalog.set_config('search_path', '', false); SELECT setval('s', 1);", False),
        ("DO $$ BEGIN END $$;", True),
        ("CALL p();", True),
        ("SELECT create_partitions();", True),
        (
            "CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f(); INSERT INTO a VALUES (1);",
            True,
        ),
        (
            "INSERT INTO a VALUES (1); CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f();",
            False,
        ),
    ],
)
def test_whether_rows_may_decide_what_is_made(text: str, runs_code: bool) -> None:
    assert read_script(text.encode()).runs_code is runs_code


@pytest.mark.parametrize(
    "text",
    [
        "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b);",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql\nBEGIN ATOMIC\n"
        " SELECT CASE WHEN true THEN 1 ELSE 2 END;\n SELECT 3;\nEND;",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;",
    ],
)
def test_a_statement_ends_where_psql_says(text: str) -> None:
    script = read_script(f"{text}\nSELECT 1;\n".encode())

    lines = text.count("\n") + 1
    assert [one.last_line for one in script.statements] == [lines, lines + 1]


@pytest.mark.parametrize("opening", ["'", '"', "$$", "/*", "E'", "("])
def test_a_quotation_without_an_end_takes_the_rest(opening: str) -> None:
    text = f"SELECT {opening}{'a b ' * 5_000}\n"

    assert sent(text) == [text]


def test_reads_the_header_and_the_extensions() -> None:
    text = (
        "-- Dumped from database version 15.18 (Debian)\n"
        "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;\n"
        'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA "Extra";\n'
        "COMMENT ON EXTENSION \"uuid-ossp\" IS 'x';\nCREATE EXTENSION hstore;\n"
        "CREATE EXTENSION earthdistance VERSION '1.1' CASCADE;\n"
    )
    script = read_script(text.encode())

    assert script.major == 15
    assert script.extensions == (
        Extension("citext", "public"),
        Extension("uuid-ossp", "Extra"),
        Extension("hstore", ""),
        Extension("earthdistance", "", "1.1", cascade=True),
    )
    assert [each.needs for each in script.statements] == [
        "citext",
        "uuid-ossp",
        "",
        "hstore",
        "earthdistance",
    ]


CLUSTER = r"""CREATE ROLE app;
\connect template1
SET client_encoding = 'UTF8';
CREATE DATABASE shop;
\c shop
CREATE TABLE orders (id bigint);
COPY orders FROM stdin;
1
\.
\connect -reuse-previous=on "dbname='Pay roll'"
CREATE TABLE salaries (id bigint);
\connect postgres
"""


@pytest.mark.parametrize(
    ("lines", "by_pg_dump", "complete"),
    [
        ("dump|dump complete", True, True),
        ("dump", True, False),
        ("cluster dump|dump|dump complete|cluster dump complete", True, True),
        ("cluster dump|dump|dump complete", True, False),
        ("cluster dump|dump|dump complete|dump", True, False),
        # An extract that somebody made of pg_dumpall's.
        ("cluster dump", False, False),
        ("", False, False),
    ],
)
def test_a_dump_is_complete_with_its_last_line(
    lines: str, by_pg_dump: bool, complete: bool
) -> None:
    text = "".join(f"--\n-- PostgreSQL database {each}\n--\n" for each in lines.split("|") if each)
    script = read_script(text.encode())
    assert (script.by_pg_dump, script.by_pg_dump and script.complete) == (by_pg_dump, complete)


def test_a_script_has_a_section_for_each_database_it_connects_to() -> None:
    raw = CLUSTER.encode()
    script = read_script(raw)

    assert [(each.database, each.is_empty) for each in script.sections] == [
        ("", True),
        ("template1", True),
        ("shop", False),
        ("Pay roll", False),
        ("postgres", True),
    ]
    assert script.databases == ("shop", "Pay roll")
    assert text_of(raw, script, "Pay roll").decode().splitlines() == [
        "CREATE ROLE app;",
        "\\connect template1",
        "SET client_encoding = 'UTF8';",
        "CREATE DATABASE shop;",
        *[""] * 5,
        "\\connect -reuse-previous=on \"dbname='Pay roll'\"",
        "CREATE TABLE salaries (id bigint);",
        "\\connect postgres",
    ]


@pytest.mark.parametrize(
    ("command", "database"),
    [
        (r"\connect shop", "shop"),
        (r"\c shop me localhost", "shop"),
        (r'\connect "a ""b"" c"', 'a "b" c'),
        (r"\connect 'it''s'", "it's"),
        (r'\connect -reuse-previous=on "dbname=shop port=1"', "shop"),
    ],
)
def test_a_connection_names_a_database(command: str, database: str) -> None:
    script = read_script(f"{command}\nCREATE TABLE t (id int);".encode())
    assert script.databases == (database,)
