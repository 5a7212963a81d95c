"""Which source wins, and what an open one says about itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.source import Choice, DumpOptions, choose_source, open_source
from ash_scaffold.problem import Code, ScaffoldError

ENVIRONMENT = {"DATABASE_URL": "postgres://environment/x"}
CONFIGURED = "postgres://configured/x"
OPTION = "postgres://option/x"
DUMP = Path("structure.sql")


@pytest.mark.parametrize(
    ("url", "dump", "environment", "configured", "choice"),
    [
        (OPTION, None, ENVIRONMENT, CONFIGURED, Choice(url=OPTION, where="--url")),
        (None, DUMP, ENVIRONMENT, CONFIGURED, Choice(dump=DUMP)),
        (
            None,
            None,
            ENVIRONMENT,
            CONFIGURED,
            Choice(url="postgres://environment/x", where="$DATABASE_URL"),
        ),
        (
            None,
            None,
            {"DATABASE_URL": ""},
            CONFIGURED,
            Choice(url=CONFIGURED, where="ash_scaffold.toml: url"),
        ),
    ],
)
def test_options_go_before_the_environment_and_that_before_the_configuration(
    url: str | None,
    dump: Path | None,
    environment: dict[str, str],
    configured: str | None,
    choice: Choice,
) -> None:
    assert choose_source(url, dump, environment=environment, configured=configured) == choice


@pytest.mark.parametrize(
    ("url", "dump", "what"),
    [(OPTION, DUMP, "Both --url and --dump are given."), (None, None, "No database is given.")],
)
def test_needs_exactly_one_source(url: str | None, dump: Path | None, what: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        choose_source(url, dump, environment={}, configured=None)

    [problem] = caught.value.problems
    assert (problem.code, problem.what) == (Code.NO_DATABASE, what)


def test_a_url_is_only_parsed() -> None:
    with open_source("ecto://ann:s3cret@nowhere.invalid/shop", None, environment={}) as source:
        assert source.description == "ann@nowhere.invalid/shop"
        assert source.server_version_text == ""
        assert source.url.password == "s3cret"
        assert "s3cret" not in repr(source)


def test_a_dump_can_be_read_while_the_context_is_open(tmp_path: Path) -> None:
    dump = tmp_path / "structure.sql"
    dump.write_text("CREATE TABLE users (id bigint PRIMARY KEY);\nINSERT INTO users VALUES (7);\n")

    with open_source(None, dump, environment={}, options=DumpOptions(rows=True)) as source:
        socket = Path(str(source.url.query["host"]))
        with read_only(source.url) as connection:
            rows = connection.execute("SELECT id FROM public.users").fetchall()
        assert [tuple(row) for row in rows] == [(7,)]
        assert source.problems == ()
        assert source.description == f"{dump} in {source.description.rpartition(' in ')[2]}"
        assert source.server_version_text in source.description
        assert socket.is_dir()

    assert not socket.exists()
