"""`--write` is for throw-away databases, and for those that are listed for it."""

from __future__ import annotations

import pytest

from ash_scaffold.postgres.url import parse_url
from ash_scaffold.problem import ScaffoldError
from ash_scaffold.project.repo_options import ecto_url, repo_options
from ash_scaffold.verify.target import require_writable


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("postgres://me@localhost/app_test", "localhost/app_test"),
        ("postgres://me@127.0.0.1:5432/app_test", "localhost:5432/app_test"),
        ("postgres://me@db.internal:6000/app_test", "db.internal:6000/app_test"),
        ("postgres:///app_test?host=/run/postgresql", "/run/postgresql/app_test"),
    ],
)
def test_a_listed_database_may_be_written(url: str, entry: str) -> None:
    require_writable(parse_url(url).url, (entry,), own_server=False)


@pytest.mark.parametrize("entry", ["app_test", "localhost/app", "localhost:6000/app_test", "/"])
def test_every_other_is_refused(entry: str) -> None:
    url = parse_url("postgres://me:hidden@localhost/app_test").url
    with pytest.raises(ScaffoldError) as caught:
        require_writable(url, (entry,), own_server=False)
    [problem] = caught.value.problems
    assert (problem.code.value, problem.what, problem.todo) == (
        "write-refused",
        "--write is for throw-away databases and those listed in [verify] writable, and "
        "localhost:5432/app_test is neither.",
        "Use --dump, or list it in ash_scaffold.toml: [verify] writable = "
        '["localhost:5432/app_test"].',
    )


def test_a_server_of_its_own_may_be_written() -> None:
    require_writable(parse_url("postgres://localhost/dump").url, (), own_server=True)


def test_the_repo_is_told_the_database_in_its_own_words() -> None:
    url = parse_url("postgres://me:a%20b@db:6000/app?sslmode=require").url
    assert ecto_url(url) == "ecto://me:a%20b@db:6000/app?ssl=true"
    options = dict(repo_options(url))
    assert (options["hostname"], options["port"], options["password"]) == ("db", 6000, "a b")
    socket = parse_url("postgres://me@/app?host=/run/postgresql&port=6000").url
    assert ecto_url(socket) == ("ecto://me@localhost:6000/app?socket_dir=%2Frun%2Fpostgresql")
    assert repo_options(socket) == (
        ("socket_dir", "/run/postgresql"),
        ("port", 6000),
        ("username", "me"),
        ("database", "app"),
    )
