"""`ash-scaffold inspect`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from ash_scaffold.packaged import data_path

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
TABLES = """
CREATE TABLE customers (id bigserial PRIMARY KEY);
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint REFERENCES customers);
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
    assert lines[1] == "people (table, key: id) → Person, named after its table"
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


FILES = {
    "lib/shop/sales.ex": "defmodule Shop.Sales do\n  alias Shop.Sales.Order\n\n"
    "  def all, do: Repo.all(Order)\n"
    '  def old, do: Repo.query!("SELECT 1 FROM orders, customers")\nend\n',
    "lib/shop/sales/order.ex": "defmodule Shop.Sales.Order do\n  use Ecto.Schema\n\n"
    '  schema "orders" do\n    belongs_to :customer, Shop.Sales.Customer\n  end\nend\n',
    "lib/shop/sales/customer.ex": "defmodule Shop.Sales.Customer do\n  use Ecto.Schema\n\n"
    '  schema "customers" do\n  end\nend\n',
    "lib/shop/sales/buyer.ex": "defmodule Shop.Sales.Buyer do\n  use Ecto.Schema\n\n"
    '  schema "customers" do\n  end\nend\n',
    "lib/shop_web/order_controller.ex": "defmodule ShopWeb.OrderController do\n"
    "  use Phoenix.Controller\n\n  def show(_, _), do: Shop.Sales.Order\nend\n",
    "lib/shop/prune.ex": "defmodule Shop.Prune do\n  use Oban.Worker\n\n"
    '  def perform(_), do: Repo.delete_all("orders")\nend\n',
}


@pytest.fixture
def legacy(project: Path, add: Callable[[Path, dict[str, str]], None]) -> Path:
    add(project, FILES)
    return project


@pytest.mark.usefixtures("legacy")
def test_usage_shows_who_uses_each_table_in_place_of_its_columns(
    run: Callable[..., Done], database: Callable[..., str]
) -> None:
    url = database(TABLES, "CREATE SCHEMA old; CREATE TABLE old.notes (amount money)")

    done = run("inspect", "--usage", "--url", url, "--schema", "old")

    lines = [line.rstrip() for line in done.out.splitlines()]
    assert (done.code, done.err, lines[0][:5]) == (0, "", "Read ")
    assert [" ".join(line.split()) for line in lines[1:] if "──" not in line] == [
        "old.notes (table): no module of the legacy code names it.",
        "customers (table)",
        "kind module where how",
        "schema Shop.Sales.Buyer lib/shop/sales/buyer.ex:1 schema",
        "schema Shop.Sales.Customer lib/shop/sales/customer.ex:1 schema",
        "schema Shop.Sales.Order lib/shop/sales/order.ex:5 association: Shop.Sales.Customer",
        "context Shop.Sales lib/shop/sales.ex:5 sql: Repo.query!",
        "orders (table)",
        "kind module where how",
        "schema Shop.Sales.Order lib/shop/sales/order.ex:1 schema",
        "context Shop.Sales lib/shop/sales.ex:5 sql: Repo.query!",
        "context Shop.Sales lib/shop/sales.ex:4 reference",
        "controller ShopWeb.OrderController lib/shop_web/order_controller.ex:4 reference",
        "worker Shop.Prune lib/shop/prune.ex:4 query: Repo.delete_all",
    ]


@pytest.mark.usefixtures("legacy")
def test_the_name_of_a_resource_stands_there_with_the_reason(
    run: Callable[..., Done], database: Callable[..., str]
) -> None:
    ddl = TABLES + "CREATE TABLE news (id bigserial PRIMARY KEY);"
    asked = ("inspect", "--url", database(ddl))

    tables = json.loads(run(*asked, "--json").out)["tables"]
    assert {t["name"]: (t["resource"], t["resource_why"]) for t in tables} == {
        "customers": ("Customer", "as its Ecto schema, Shop.Sales.Customer"),
        "orders": ("Order", "as its Ecto schema, Shop.Sales.Order"),
        "news": ("News", "after its table"),
    }
    said = " ".join(run(*asked).out.split())
    assert (
        "orders (table, key: id) → Order, named as its Ecto schema, Shop.Sales.Order column" in said
    )


def test_a_resource_that_is_configured_or_there_is_named_in_full(
    project: Path, run: Callable[..., Done], database: Callable[..., str]
) -> None:
    url = database(TABLES)
    (project / "ash_scaffold.toml").write_text(
        '[domains."Shop.Sales"]\ntables = ["*"]\n[tables.customers]\nresource = "Buyer"\n'
    )
    run("resources", "--url", url)
    tables = json.loads(run("inspect", "--url", url, "--json").out)["tables"]
    assert {t["name"]: (t["resource"], t["resource_why"]) for t in tables} == {
        "customers": ("Shop.Sales.Buyer", "as the configuration says"),
        "orders": (
            "Shop.Sales.Order",
            "as the resource that is there, lib/shop/sales/order.ex",
        ),
    }


@pytest.mark.usefixtures("legacy")
def test_usage_as_json_stands_beside_the_columns(
    run: Callable[..., Done], database: Callable[..., str]
) -> None:
    asked = ("inspect", "--url", database(TABLES), "--table", "orders", "--json")

    without, found = (json.loads(run(*asked, *more).out) for more in ((), ("--usage",)))

    assert found["tables"][0].pop("usage") == [
        {
            "module": "Shop.Sales.Order",
            "kind": "schema",
            "path": "lib/shop/sales/order.ex",
            "line": 1,
            "via": "schema",
            "how": "schema",
        },
        {
            "module": "Shop.Sales",
            "kind": "context",
            "path": "lib/shop/sales.ex",
            "line": 5,
            "via": "Repo.query!",
            "how": "sql",
        },
        {
            "module": "Shop.Sales",
            "kind": "context",
            "path": "lib/shop/sales.ex",
            "line": 4,
            "via": "Shop.Sales.Order",
            "how": "reference",
        },
        {
            "module": "ShopWeb.OrderController",
            "kind": "controller",
            "path": "lib/shop_web/order_controller.ex",
            "line": 4,
            "via": "Shop.Sales.Order",
            "how": "reference",
        },
        {
            "module": "Shop.Prune",
            "kind": "worker",
            "path": "lib/shop/prune.ex",
            "line": 4,
            "via": "Repo.delete_all",
            "how": "query",
        },
    ]
    assert found == without
    assert (found["version"], [table["name"] for table in found["tables"]]) == (1, ["orders"])


@pytest.mark.usefixtures("legacy")
def test_usage_of_a_table_that_is_asked_for_is_not_that_of_its_namesake(
    run: Callable[..., Done], database: Callable[..., str]
) -> None:
    url = database(TABLES, "CREATE SCHEMA old; CREATE TABLE old.orders ()")

    done = run("inspect", "--usage", "--url", url, "--table", "old.orders")

    assert done.out.splitlines()[1:] == [
        "old.orders (table): no module of the legacy code names it."
    ]


def test_usage_needs_no_mix_project_where_the_folder_is_named(
    legacy: Path,
    run: Callable[..., Done],
    database: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = database(TABLES)
    monkeypatch.chdir(legacy.parent)

    done = run("inspect", "--usage", "--url", url, "--table", "orders", "--legacy", "shop")

    paths = [line.split()[2] for line in done.out.splitlines()[4:]]
    assert (done.code, paths) == (
        0,
        [
            "shop/lib/shop/sales/order.ex:1",
            "shop/lib/shop/sales.ex:5",
            "shop/lib/shop/sales.ex:4",
            "shop/lib/shop_web/order_controller.ex:4",
            "shop/lib/shop/prune.ex:4",
        ],
    )


def test_usage_says_which_schema_it_could_not_read(
    legacy: Path,
    add: Callable[[Path, dict[str, str]], None],
    run: Callable[..., Done],
    database: Callable[..., str],
) -> None:
    text = "defmodule Shop.Odd do\n  use Ecto.Schema\n  schema table() do\n  end\nend\n"
    add(legacy, {"lib/shop/odd.ex": text, "lib/shop/torn.ex": "schema(((\n"})

    done = run("inspect", "--usage", "--url", database(TABLES))

    todo = "    Modules that use a table there, or by it, are not shown.\n"
    unnamed = "Shop.Odd does not count as a schema: the name of its table can't be read."
    assert (done.code, done.err) == (
        0,
        "note [legacy-unread] 2 times:\n"
        f"    lib/shop/odd.ex:3: {unnamed}\n"
        f"    lib/shop/torn.ex:1: The file can't be read completely.\n{todo}"
        "`ash-scaffold explain legacy-unread` says more.\n",
    )


def test_usage_outside_of_a_mix_project_is_an_error(
    elsewhere: Path, run: Callable[..., Done], database: Callable[..., str]
) -> None:
    done = run("inspect", "--usage", "--url", database(TABLES))

    assert (done.code, done.out, done.err) == (
        2,
        "",
        f"error [not-a-mix-project] {elsewhere}: There is no mix.exs here or in a folder above.\n"
        f"    Run this in the folder of a mix project. {ELSEWHERE}\n"
        "`ash-scaffold explain not-a-mix-project` says more.\n",
    )


LEFT_OUT = "--usage looks through the legacy code, which"
ELSEWHERE = "To look elsewhere, name the folder of the legacy code: --legacy DIR."


@pytest.mark.parametrize("here", ["elsewhere", "legacy"])
def test_usage_without_legacy_code_is_an_error(
    here: str, request: pytest.FixtureRequest, run: Callable[..., Done]
) -> None:
    request.getfixturevalue(here)

    done = run("inspect", "--usage", "--no-legacy", "--json")

    assert (done.code, json.loads(done.out)) == (
        2,
        {
            "version": 1,
            "problems": [
                {
                    "severity": "error",
                    "code": "usage",
                    "where": "--usage",
                    "what": f"{LEFT_OUT} --no-legacy leaves out.",
                    "todo": "Take one of the two away.",
                }
            ],
        },
    )


def test_usage_where_the_configuration_leaves_legacy_code_out(
    legacy: Path, run: Callable[..., Done], database: Callable[..., str]
) -> None:
    (legacy / "ash_scaffold.toml").write_text("legacy = false\n")
    url = database(TABLES)

    refused = run("inspect", "--usage", "--url", url)
    asked = run("inspect", "--usage", "--url", url, "--legacy", ".")

    assert (refused.code, refused.out, refused.err) == (
        2,
        "",
        f"error [usage] legacy of ash_scaffold.toml: {LEFT_OUT} the configuration leaves out.\n"
        f"    {ELSEWHERE}\n",
    )
    assert asked.code == 0


def test_usage_in_a_folder_without_source_files_is_an_error(
    legacy: Path, run: Callable[..., Done], database: Callable[..., str]
) -> None:
    (legacy / "assets").mkdir()

    done = run("inspect", "--usage", "--url", database(TABLES), "--legacy", "assets")

    assert (done.code, done.out, done.err) == (
        2,
        "",
        "error [usage] --usage: There is no legacy code to look through: no .ex file was found.\n"
        f"    {ELSEWHERE}\n",
    )


def test_usage_of_the_sample_project(
    run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(data_path("sample_project"))
    asked = [f"--table={name}" for name in ("posts_tags", "login_attempts", "schema_migrations")]

    done = run("inspect", "--usage", "--dump", "priv/repo/structure.sql", *asked)

    assert done.code == 0
    assert [" ".join(line.split()) for line in done.out.splitlines()[1:] if "──" not in line] == [
        "login_attempts (table)",
        "kind module where how",
        "schema App.Accounts.LoginAttempt lib/app/accounts/login_attempt.ex:1 schema",
        "context App.Accounts lib/app/accounts.ex:168 reference",
        "worker App.Workers.Prune lib/app/workers/prune.ex:17 sql: Repo.query!",
        "posts_tags (table)",
        "kind module where how",
        "schema Legacy.Blog.Post lib/legacy/blog/post.ex:27 association: many_to_many tags",
        "schema Legacy.Blog.Tag lib/legacy/blog/tag.ex:8 association: many_to_many posts",
        "context Legacy.Blog lib/legacy/blog.ex:35 query: from",
        "schema_migrations (table): no module of the legacy code names it.",
    ]
