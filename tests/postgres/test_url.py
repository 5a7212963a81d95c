"""URLs as people have them: libpq's, Ecto's, and broken ones."""

from __future__ import annotations

import pytest

from ash_scaffold.postgres.url import describe_url, parse_url
from ash_scaffold.problem import Code, ScaffoldError, Severity


def parts(text: str) -> dict[str, object]:
    url = parse_url(text).url
    everything = {
        "user": url.username,
        "password": url.password,
        "host": url.host,
        "port": url.port,
        "database": url.database,
        **url.query,
    }
    return {name: value for name, value in everything.items() if value is not None}


PORT = "The port in the URL is not a number between 1 and 65535."
FULL = {"user": "ann", "password": "s3cret", "host": "db", "port": 5433, "database": "shop"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://ann:s3cret@db:5433/shop", FULL),
        ("postgresql://ann:s3cret@db:5433/shop", FULL),
        ("ecto://ann:s3cret@db:5433/shop", FULL),
        ("POSTGRESQL+psycopg://ann:s3cret@db:5433/shop\n", FULL),
        ("postgres://db/shop", {"host": "db", "database": "shop"}),
        ("postgres://", {}),
        ("postgres:///shop", {"database": "shop"}),
        ("postgres://ann@db", {"user": "ann", "host": "db"}),
        (
            "postgres://a%40b:p%3A%2F%3F%23%25@db/my%20shop",
            {"user": "a@b", "password": "p:/?#%", "host": "db", "database": "my shop"},
        ),
        (
            "postgres://ann:p@ss@db/x",
            {"user": "ann", "password": "p@ss", "host": "db", "database": "x"},
        ),
        ("postgres://ann:@db/x", {"user": "ann", "password": "", "host": "db", "database": "x"}),
        ("postgres://[::1]:5433/x", {"host": "::1", "port": 5433, "database": "x"}),
        ("postgres://%2Fvar%2Frun/x", {"host": "/var/run", "database": "x"}),
        ("postgres://%2Ftmp:5433/x", {"host": "/tmp", "port": "5433", "database": "x"}),
        ("postgres:///x?host=/tmp&port=5433", {"host": "/tmp", "port": "5433", "database": "x"}),
        ("ecto:///x?socket_dir=/tmp", {"host": "/tmp", "database": "x"}),
        (
            "ecto:///x?socket=/tmp/.s.PGSQL.5433",
            {"host": "/tmp", "port": "5433", "database": "x"},
        ),
        (
            "postgres://one:5433,two/x",
            {"host": ("one:5433", "two"), "database": "x"},
        ),
        (
            "postgres:///?user=ann&password=a+b%26c&dbname=shop&port=5433",
            {"user": "ann", "password": "a+b&c", "port": 5433, "database": "shop"},
        ),
        (
            "ecto://db/x?ssl=true&pool_size=10&timeout=15000&prepare=unnamed",
            {"host": "db", "database": "x", "sslmode": "require"},
        ),
        ("ecto://db/x?ssl=false", {"host": "db", "database": "x"}),
        (
            "ecto://db/x?ssl=true&sslmode=verify-full",
            {"host": "db", "database": "x", "sslmode": "verify-full"},
        ),
    ],
)
def test_reads_every_part_of_a_url(text: str, expected: dict[str, object]) -> None:
    assert parts(text) == expected
    assert parse_url(text).problems == ()


def test_notes_a_parameter_that_nobody_knows() -> None:
    [problem] = parse_url("postgres://db/x?sslmod=require&pool_size=3", where="--url").problems

    assert (problem.severity, problem.code, problem.where, problem.what) == (
        Severity.NOTE,
        Code.BAD_URL,
        "--url",
        "The URL's parameter 'sslmod' is not known to libpq and was left out.",
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "The database URL has no scheme."),
        ("ann:s3cret@db/shop", "The database URL has no scheme."),
        ("mysql://ann:s3cret@db/x", "The scheme mysql:// is not one of PostgreSQL's."),
        (
            "postgres://ann:s3cret/x@db/x",
            PORT,
        ),
        (
            "postgres://ann:s3cret@db:99999/x",
            PORT,
        ),
        ("postgres://ann:s3cret@[::1/x", "The host in the URL can't be read."),
        (
            "postgres://ann@db/x?s3cret",
            "What follows the ? in the URL is not a list of name=value pairs.",
        ),
    ],
)
def test_refuses_a_malformed_url_without_repeating_it(text: str, what: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        parse_url(text, where="$DATABASE_URL")

    [problem] = caught.value.problems
    assert (problem.code, problem.where, problem.what) == (Code.BAD_URL, "$DATABASE_URL", what)
    assert "percent-encoded" in problem.todo
    assert "s3cret" not in str(caught.value) + problem.todo


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("postgres://ann:s3cret@db:5433/shop", "ann@db:5433/shop"),
        ("postgres://ann:s3cret@[::1]:5433/shop", "ann@[::1]:5433/shop"),
        ("postgres:///shop?host=/tmp&password=s3cret", "/tmp/shop"),
        ("postgres://ann:s3cret@one:5433,two/x", "ann@one:5433,two/x"),
        ("postgres://", "libpq's default database"),
    ],
)
def test_describes_a_database_without_the_password(text: str, description: str) -> None:
    assert describe_url(parse_url(text).url) == description
