"""`ash-scaffold inspect`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

DDL = """
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE TABLE people (
  id serial PRIMARY KEY,
  name varchar(40) NOT NULL,
  mood mood[],
  balance money
);
CREATE VIEW names AS SELECT name FROM people;
"""


class Done(Protocol):
    code: int
    out: str
    err: str


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("elsewhere")
def test_it_shows_every_column_its_types_and_why(
    run: Callable[..., Done], database: Callable[..., str]
) -> None:
    done = run("inspect", "--url", database(DDL), "--table", "people")

    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert done.code == 0
    assert lines[1] == "people (table, key: id)"
    assert lines[4:8] == [
        "id integer id App.Types.Int4",
        "name varchar(40) name :string, max_length: 40, trim?: false, allow_empty?: true",
        "mood mood[] null mood {:array, App.Types.Mood}, nil_items?: true beware: a value of two "
        "dimensions fails the read; beware: lower bounds other than 1 are not kept",
        "balance money null none The column has no attribute: Postgrex can't read it. Migrate the "
        "column to numeric in legacy code.",
    ]
    assert done.err.startswith("warning [column-unsupported] people.balance: ")


@pytest.mark.usefixtures("elsewhere")
def test_json_holds_the_same(run: Callable[..., Done], database: Callable[..., str]) -> None:
    done = run("inspect", "--url", database(DDL), "--json")

    found = json.loads(done.out)
    assert [(t["name"], t["kind"], t["primary_key"]) for t in found["tables"]] == [
        ("names", "view", []),
        ("people", "table", ["id"]),
    ]
    assert found["tables"][0]["columns"] == [
        {
            "name": "name",
            "type": "varchar(40)",
            "nullable": True,
            "default": None,
            "attribute": "name",
            "ash_type": ":string",
            "constraints": "max_length: 40, trim?: false, allow_empty?: true",
            "primary_key": False,
            "why": "",
            "risks": [],
        }
    ]
    assert [problem["where"] for problem in found["problems"]] == ["people.balance"]


def test_it_follows_the_configuration_of_the_project(
    project: Path, run: Callable[..., Done], database: Callable[..., str]
) -> None:
    (project / "ash_scaffold.toml").write_text('[types]\nmood = "Shop.Mood"\n')

    found = json.loads(run("inspect", "--url", database(DDL), "--table", "people", "--json").out)

    types = {c["name"]: c["ash_type"] for c in found["tables"][0]["columns"]}
    assert types == {
        "id": "Shop.Types.Int4",
        "name": ":string",
        "mood": "{:array, Shop.Mood}",
        "balance": None,
    }


@pytest.mark.usefixtures("elsewhere")
def test_an_unknown_table_is_an_error(
    run: Callable[..., Done], database: Callable[..., str]
) -> None:
    done = run("inspect", "--url", database(DDL), "--table", "peple")

    assert (done.code, done.out, done.err) == (
        2,
        "",
        "error [unknown-name] --table peple: No table fits peple.\n    Did you mean people?\n",
    )


@pytest.mark.usefixtures("elsewhere")
def test_without_a_database_it_says_how_to_name_one(run: Callable[..., Done]) -> None:
    done = run("inspect")

    assert done.code == 2
    assert done.err.startswith("error [no-database] No database is given.\n")
