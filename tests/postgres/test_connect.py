"""The session the catalog is read in, and what is said when there can be none."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from unittest import mock

import psycopg
import pytest
from tests.databases import as_uri

from ash_scaffold.postgres.connect import Connection, read_only
from ash_scaffold.postgres.installation import embedded_installation
from ash_scaffold.postgres.server import Server, throwaway_server
from ash_scaffold.postgres.time_limit import time_limit
from ash_scaffold.postgres.url import URL, parse_url
from ash_scaffold.problem import Code, Problem, ScaffoldError


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of its own: its roles and its pg_hba.conf are part of the tests."""
    installation = embedded_installation()
    assert installation is not None
    with throwaway_server(installation) as server:
        for statement in (
            "CREATE ROLE ann LOGIN PASSWORD 's3cret'",
            "CREATE ROLE bob LOGIN",
            "CREATE ROLE barred LOGIN",
            "CREATE ROLE crew NOLOGIN",
            "CREATE DATABASE shop",
            "CREATE DATABASE closed",
            "REVOKE CONNECT ON DATABASE closed FROM public",
            "CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int)",
        ):
            run_sql(server, statement)
        rules = server.folder / "data" / "pg_hba.conf"
        own = "local all ann scram-sha-256\nlocal all barred reject\n"
        rules.write_text(own + rules.read_text())
        run_sql(server, "SELECT pg_reload_conf()")
        _wait_for_rules(server)
        yield server


def run_sql(server: Server, statements: str) -> None:
    with psycopg.connect(as_uri(server.url("postgres")), autocommit=True) as connection:
        connection.execute(statements.encode())


def _wait_for_rules(server: Server) -> None:
    for _ in range(200):
        try:
            psycopg.connect(host=str(server.socket), user="barred", dbname="postgres").close()
        except psycopg.OperationalError:
            return
        time.sleep(0.01)


def url(server: Server, userinfo: str, database: str = "postgres") -> URL:
    return parse_url(f"postgres://{userinfo}@/{database}?host={server.socket}").url


def value_of(connection: Connection, query: str) -> object:
    [(value,)] = connection.execute(query.encode()).fetchall()
    return value


def problem_of(url: URL, statement: str = "SELECT 1") -> Problem:
    with pytest.raises(ScaffoldError) as caught, read_only(url) as connection:
        connection.execute(statement.encode())
    [problem] = caught.value.problems
    return problem


def test_the_session_is_one_read_only_snapshot_with_an_empty_search_path(server: Server) -> None:
    names = (
        "transaction_isolation",
        "transaction_read_only",
        "search_path",
        "lock_timeout",
        "statement_timeout",
        "application_name",
        "client_encoding",
    )
    shown = ", ".join(f"current_setting('{name}')" for name in names)

    with read_only(url(server, "bob")) as connection:
        [row] = connection.execute(f"SELECT {shown}".encode()).fetchall()

    assert tuple(row) == ("repeatable read", "on", '""', "5s", "1min", "ash-scaffold", "UTF8")


def test_the_url_may_say_otherwise(server: Server) -> None:
    named = parse_url(url(server, "bob").uri + "&application_name=nightly").url

    with read_only(named) as connection:
        name = value_of(connection, "SHOW application_name")

    assert name == "nightly"


def test_connecting_asks_nothing_but_what_the_transaction_needs(server: Server) -> None:
    statements: list[str] = []

    def note(_connection: object, statement: bytes) -> None:
        statements.append(statement.decode())

    with (
        mock.patch.object(psycopg.Connection, "execute", note),
        read_only(url(server, "bob")),
    ):
        pass

    assert len(statements) == 1
    major = server.installation.major
    assert [each.split(" = ")[0] for each in statements[0].split("; ")] == [
        "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        "SET LOCAL lock_timeout",
        "SET LOCAL statement_timeout",
        "SET LOCAL idle_in_transaction_session_timeout",
        "SET LOCAL search_path",
        "SET LOCAL TimeZone",
        "SET LOCAL DateStyle",
        "SET LOCAL IntervalStyle",
        "SET LOCAL bytea_output",
        "SET LOCAL standard_conforming_strings",
        "SET LOCAL quote_all_identifiers",
        "SET LOCAL extra_float_digits",
        "SET LOCAL lc_monetary",
        "SET LOCAL lc_numeric",
        "SET LOCAL lc_time",
        "SET LOCAL xmlbinary",
        "SET LOCAL xmloption",
        "SET LOCAL row_security",
        *(["SET LOCAL transaction_timeout"] if major >= 17 else []),
    ]


def test_a_password_may_come_from_libpqs_own_places(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "s3cret")

    with read_only(url(server, "ann")) as connection:
        assert value_of(connection, "SELECT current_user") == "ann"


@pytest.mark.parametrize(
    ("userinfo", "database", "code", "what"),
    [
        (
            "ann:wr0ng",
            "postgres",
            Code.ACCESS_DENIED,
            "The server did not accept the password: password authentication failed for user"
            ' "ann".',
        ),
        (
            "ann",
            "postgres",
            Code.ACCESS_DENIED,
            "The server did not accept the password: fe_sendauth: no password supplied.",
        ),
        (
            "nobody_here",
            "postgres",
            Code.ACCESS_DENIED,
            'The role can\'t log in: role "nobody_here" does not exist.',
        ),
        (
            "crew",
            "postgres",
            Code.ACCESS_DENIED,
            'The role can\'t log in: role "crew" is not permitted to log in.',
        ),
        (
            "barred",
            "postgres",
            Code.ACCESS_DENIED,
            "The server does not let this role in from this machine: pg_hba.conf rejects"
            ' connection for host "[local]", user "barred", database "postgres", no encryption.',
        ),
        (
            "bob",
            "closed",
            Code.ACCESS_DENIED,
            'The role may not connect to this database: permission denied for database "closed".',
        ),
        (
            "bob",
            "shopp",
            Code.NO_DATABASE,
            'There is no such database: database "shopp" does not exist.',
        ),
    ],
)
def test_says_why_the_server_refused(
    server: Server,
    userinfo: str,
    database: str,
    code: Code,
    what: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSFILE", "/nonexistent")

    problem = problem_of(url(server, userinfo, database))

    assert (problem.code, problem.what) == (code, what)
    assert problem.where == f"{userinfo.partition(':')[0]}@{server.socket}/{database}"
    assert problem.todo
    assert "wr0ng" not in f"{problem}"


def test_names_the_databases_that_are_there(server: Server) -> None:
    close = problem_of(url(server, "bob", "shopp")).todo
    far = problem_of(url(server, "bob", "xyz")).todo

    assert close == "Check the name after the last / in the URL. The server has: shop."
    assert far == (
        "Check the name after the last / in the URL. The server has: closed, postgres, shop."
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("postgres://ann:s3cret@127.0.0.1:1/x", "No server listens there: Connection refused."),
        (
            "postgres://ann:s3cret@/x?host=/nonexistent",
            "No server listens there: No such file or directory.",
        ),
        (
            "postgres://ann:s3cret@/x?host=/tmp&sslmode=always",
            'The server and this side don\'t agree on encryption: invalid sslmode value: "always".',
        ),
    ],
)
def test_says_why_there_is_no_connection(text: str, what: str) -> None:
    problem = problem_of(parse_url(text).url)

    assert (problem.code, problem.what) == (Code.CONNECTION_FAILED, what)
    assert "s3cret" not in f"{problem}"


def test_says_that_a_host_is_unknown() -> None:
    problem = problem_of(parse_url("postgres://ann:s3cret@nowhere.invalid/x").url)

    assert problem.code is Code.CONNECTION_FAILED
    assert problem.what.startswith("The host is not known: ")
    assert "s3cret" not in f"{problem}"


@pytest.mark.parametrize(
    ("statement", "code", "what"),
    [
        (
            "SELECT * FROM hidden.t",
            Code.ACCESS_DENIED,
            "The role may not read the catalog: permission denied for schema hidden.",
        ),
        (
            "CREATE TABLE public.t (id int)",
            Code.DATABASE_ERROR,
            "The database refused a query: cannot execute CREATE TABLE in a read-only transaction.",
        ),
        (
            "SET LOCAL statement_timeout = 10; SELECT pg_sleep(2)",
            Code.DATABASE_ERROR,
            "The database did not answer in time: canceling statement due to statement timeout.",
        ),
        (
            "SELECT pg_terminate_backend(pg_backend_pid())",
            Code.CONNECTION_FAILED,
            "The connection to the database broke: terminating connection due to administrator"
            " command.",
        ),
    ],
)
def test_says_what_went_wrong_in_the_session(
    server: Server, statement: str, code: Code, what: str
) -> None:
    problem = problem_of(url(server, "bob"), statement)

    assert (problem.code, problem.what) == (code, what)


@pytest.fixture(scope="module")
def without_encoding(server: Server) -> str:
    """The name of a database in SQL_ASCII, with a comment in Latin 1."""
    run_sql(server, "CREATE DATABASE bytes ENCODING SQL_ASCII TEMPLATE template0")
    with psycopg.connect(as_uri(server.url("bytes")), client_encoding="LATIN1") as connection:
        connection.execute("CREATE TABLE public.t (id int)")
        connection.execute("COMMENT ON TABLE public.t IS 'caf\u00e9'")
    return "bytes"


COMMENT = "SELECT obj_description('public.t'::regclass)"


@pytest.mark.parametrize(
    ("parameter", "what"),
    [
        (
            "",
            "The texts of the database can't be read in the encoding of the session: "
            'invalid byte sequence for encoding "UTF8": 0xe9.',
        ),
        (
            "&client_encoding=SQL_ASCII",
            "The session has no encoding: with SQL_ASCII texts are mere bytes.",
        ),
    ],
)
def test_a_database_without_an_encoding_asks_for_one(
    parameter: str, what: str, server: Server, without_encoding: str
) -> None:
    place = as_uri(server.url(without_encoding)) + parameter
    problem = problem_of(parse_url(place).url, COMMENT)
    assert (problem.code, problem.what) == (Code.DATABASE_ERROR, what)
    assert "?client_encoding=LATIN1" in problem.todo

    with read_only(
        parse_url(as_uri(server.url(without_encoding)) + "&client_encoding=LATIN1").url
    ) as connection:
        assert value_of(connection, COMMENT) == "caf\u00e9"


def test_a_server_that_does_not_answer_is_given_up(server: Server) -> None:
    place = server.url("postgres")
    began = time.monotonic()

    def freeze() -> None:
        with read_only(place, time_limit(1)) as connection:
            backend = value_of(connection, "SELECT pg_backend_pid()")
            assert isinstance(backend, int)
            os.kill(backend, signal.SIGSTOP)
            try:
                connection.execute("SELECT 1")
            finally:
                os.kill(backend, signal.SIGCONT)

    with pytest.raises(ScaffoldError) as caught:
        freeze()
    [problem] = caught.value.problems
    assert problem.what == "The database did not answer in time: it was not read within 1 second."
    assert "--timeout" in problem.todo
    assert time.monotonic() - began < 5


def test_a_query_has_no_more_time_than_the_whole(server: Server) -> None:
    with (
        pytest.raises(ScaffoldError) as caught,
        read_only(server.url("postgres"), time_limit(1)) as connection,
    ):
        connection.execute("SELECT pg_sleep(60)")
    [problem] = caught.value.problems
    assert problem.what.startswith("The database did not answer in time: ")
