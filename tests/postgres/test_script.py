r"""What of a dump psql gets to see: no commands of its own, no COPY data, the same lines."""

from __future__ import annotations

import pytest

from ash_scaffold.postgres.script import Extension, Refused, read_script, safe_parts, text_of


def safe(text: str, *missing: str) -> str:
    """Return what psql would get, `<data>` standing for the name of a file of COPY data."""
    raw = text.encode()
    parts = safe_parts(raw, read_script(raw), missing)
    return "".join(part.decode() + ("<" if block else "") for part, block in parts).replace(
        "<", "<data>"
    )


@pytest.mark.parametrize(
    "text",
    [
        r"SELECT 'it''s \! here';",
        r"SELECT E'quote \' and \\ \! here', e'one'" + "\n" + r"  'two \' \! three';",
        r"""SELECT U&'\0441' AS "a ""\! b";""",
        r"SELECT $$ \! $x$ ' $$, $tag$ $$ \! ; $tag$;",
        r"SELECT a$1, $1 FROM t; -- \! here",
        r"/* \! /* \! ; */ ' \! */ SELECT 1;",
        "SET standard_conforming_strings = off; SELECT 'back\\' \\! slash';",
    ],
)
def test_a_backslash_inside_a_quotation_or_a_comment_is_left_alone(text: str) -> None:
    assert read_script(text.encode()).refused == ()
    assert safe(text) == text


@pytest.mark.parametrize(
    ("text", "left", "refused"),
    [
        ("SELECT 1;\n\\! rm x\nSELECT 2;", "SELECT 1;\n\nSELECT 2;", [(2, "\\!", False)]),
        ("SELECT 1; \\! rm x\nSELECT 2;", "SELECT 1; \nSELECT 2;", [(1, "\\!", False)]),
        ("SELECT 1 \\gexec\n;", "SELECT 1 \n;", [(1, "\\gexec", False)]),
        ("SELECT 'a' \\o |sh\n, 'b';", "SELECT 'a' \n, 'b';", [(1, "\\o", False)]),
        ("\\connect shop\nSELECT 1;", "\nSELECT 1;", [(1, "\\connect", True)]),
        ("\\restrict k3y\nSELECT 1;\n\\unrestrict k3y\n", "\nSELECT 1;\n\n", []),
        ("\\.\nSELECT 1;", "\nSELECT 1;", []),
    ],
)
def test_commands_of_psql_are_left_out(
    text: str, left: str, refused: list[tuple[int, str, bool]]
) -> None:
    assert safe(text) == left
    assert read_script(text.encode()).refused == tuple(
        Refused(line, f"the psql command {name}", harmless, includes=name == r"\gexec")
        for line, name, harmless in refused
    )


def test_copy_data_goes_to_files_and_the_lines_keep_their_numbers() -> None:
    text = (
        'COPY public."from stdin" (a) FROM stdin;\nit\'s\t\\N\n\\! rm x\n\\.\n\n'
        "copy b FROM STDIN WITH (FORMAT csv);\n\\.\nSELECT 1;\n"
        "COPY c FROM stdin;\nno end"
    )
    raw = text.encode()
    blocks = [edit.copy for edit in read_script(raw).edits if edit.copy is not None]

    assert safe(text) == (
        'COPY public."from stdin" (a) FROM <data>;\n\n\n\n\n'
        "copy b FROM <data> WITH (FORMAT csv);\n\nSELECT 1;\n"
        "COPY c FROM <data>;\n"
    )
    assert [raw[block.data_start : block.data_end] for block in blocks] == [
        b"it's\t\\N\n\\! rm x\n",
        b"",
        b"no end",
    ]
    assert [one.last_line for one in read_script(raw).statements] == [1, 6, 8, 9]


@pytest.mark.parametrize(
    "statement",
    [
        "COPY t FROM PROGRAM 'rm x';",
        "COPY t FROM '/etc/passwd';",
        "COPY t (stdin) TO PROGRAM 'sh';",
    ],
)
def test_a_copy_with_a_file_or_a_program_is_not_run(statement: str) -> None:
    assert safe(f"SELECT 1;\n{statement}\n") == "SELECT 1;\n\n"
    assert read_script(f"SELECT 1;\n{statement}\n".encode()).refused == (
        Refused(2, "COPY with a file or a program"),
    )


def test_other_databases_and_the_cluster_are_left_alone() -> None:
    text = (
        "CREATE DATABASE shop;\nALTER SYSTEM SET fsync = on;\nCREATE SUBSCRIPTION s x;\nSELECT 1;"
    )

    assert safe(text) == "\n\n\nSELECT 1;"


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
    assert script.statement_at(lines) == script.statements[0]
    assert script.statement_at(lines + 2) is None


@pytest.mark.parametrize("opening", ["'", '"', "$$", "/*", "E'", "("])
def test_a_quotation_without_an_end_takes_the_rest(opening: str) -> None:
    text = f"SELECT {opening}{'a b ' * 5_000}\n"

    assert len(read_script(text.encode()).statements) == 1
    assert safe(text) == text


def test_reads_the_header_and_leaves_out_what_is_about_missing_extensions() -> None:
    text = (
        "-- Dumped from database version 15.18 (Debian)\n"
        "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;\n"
        'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA "Extra";\n'
        "COMMENT ON EXTENSION \"uuid-ossp\" IS 'x';\nCREATE EXTENSION hstore;\n"
    )
    script = read_script(text.encode())

    assert script.major == 15
    assert script.extensions == (
        Extension("citext", "public"),
        Extension("uuid-ossp", "Extra"),
        Extension("hstore", ""),
    )
    assert safe(text) == text
    kept = text.splitlines()
    assert safe(text, "uuid-ossp").splitlines() == [kept[0], kept[1], "", "", kept[4]]


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
