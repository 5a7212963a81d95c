"""A project with two repos, each over a database of its own: a run reads one of the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.cli.conftest import DDL, REPO, Done, tree

Run = Callable[..., Done]

WAREHOUSE = """
CREATE TABLE facts (id bigserial PRIMARY KEY, amount numeric NOT NULL);
CREATE TABLE days (day date PRIMARY KEY, fact_id bigint REFERENCES facts);
"""
FILES = {
    "lib/shop/warehouse_repo.ex": REPO.replace("Shop.Repo", "Shop.WarehouseRepo"),
    "config/config.exs": "import Config\n\nconfig :shop,\n  ecto_repos: [Shop.Repo, "
    "Shop.WarehouseRepo],\n  ash_domains: [Shop.Sales, Shop.Stock]\n",
}
CONFIG = """
[domains."Shop.Sales"]
tables = ["customers", "orders"]
"""
STOCK = """
[domains."Shop.Stock"]
tables = ["days", "facts"]

[tables.facts]
description = "Amounts by day."
"""
OTHER = ("--repo", "Shop.WarehouseRepo")


@pytest.fixture
def urls(
    project: Path,
    add: Callable[[Path, Mapping[str, str]], None],
    database: Callable[..., str],
    resources: Run,
) -> tuple[str, str]:
    """The URLs of the two databases, each with its resources in the project."""
    sales, stock = database(DDL), database(WAREHOUSE)
    add(project, {**FILES, "ash_scaffold.toml": CONFIG})
    assert resources("--domain", "Shop.Sales", "--url", sales).code == 0
    add(project, {"ash_scaffold.toml": CONFIG + STOCK})
    assert resources("--domain", "Shop.Stock", *OTHER, "--url", stock).code == 0
    return sales, stock


def test_the_tables_of_the_other_repo_are_not_taken_for_dropped(
    project: Path, urls: tuple[str, str], resources: Run, run: Run
) -> None:
    sales, stock = urls
    assert "repo Shop.WarehouseRepo" in (project / "lib/shop/stock/fact.ex").read_text()
    assert "repo Shop.Repo\n" in (project / "lib/shop/sales/order.ex").read_text()
    before = tree(project)
    for repo, url, other in (((), sales, "Shop.WarehouseRepo"), (OTHER, stock, "Shop.Repo")):
        done = resources(*repo, "--prune", "--url", url)
        assert done.code == 0, done.err
        note = f"note [other-repo] {other}: The database that was read has none of its 2 tables"
        assert note in done.err
        checked = run("check", *repo, "--url", url)
        assert checked.code == 0, checked.out + checked.err
    after = tree(project)
    assert {p: t for p, t in after.items() if ".local" not in p} == {
        p: t for p, t in before.items() if ".local" not in p
    }


@pytest.mark.usefixtures("urls")
def test_what_changes_in_one_database_is_followed_beside_the_other(
    project: Path, resources: Run, database: Callable[..., str]
) -> None:
    before = tree(project / "lib/shop/sales")
    changed = database(WAREHOUSE, "ALTER TABLE facts ADD note text")
    done = resources(*OTHER, "--url", changed)
    assert done.code == 0, done.err
    fact = (project / "lib/shop/stock/fact.ex").read_text()
    assert "attribute :note, :string" in fact
    assert 'description "Amounts by day."' in fact
    assert tree(project / "lib/shop/sales") == before


def test_a_table_of_a_repo_that_is_there_no_longer_was_dropped(
    project: Path, urls: tuple[str, str], resources: Run
) -> None:
    (project / "lib/shop/warehouse_repo.ex").unlink()
    (project / "ash_scaffold.toml").write_text(CONFIG)
    done = resources("--url", urls[0])
    assert "other-repo" not in done.err
    assert "[table-gone]" in done.err


def test_a_hand_written_resource_of_the_other_repo_is_left_alone(
    project: Path,
    urls: tuple[str, str],
    resources: Run,
    run: Run,
    add: Callable[[Path, Mapping[str, str]], None],
) -> None:
    text = """defmodule Shop.Stock.Shelf do
  use Ash.Resource, domain: Shop.Stock, data_layer: AshPostgres.DataLayer

  postgres do
    table "shelves"
    repo Shop.WarehouseRepo
    migrate? false
  end

  attributes do
    integer_primary_key :id
  end
end
"""
    add(project, {"lib/shop/stock/shelf.ex": text})
    done = resources("--url", urls[0])
    assert done.code == 0, done.err
    assert "shelves" not in done.err
    checked = run("check", "--url", urls[0])
    assert checked.code == 0, checked.out + checked.err
    assert (project / "lib/shop/stock/shelf.ex").read_text() == text


def test_a_schema_of_the_other_database_is_no_missing_schema(
    project: Path,
    add: Callable[[Path, Mapping[str, str]], None],
    database: Callable[..., str],
    resources: Run,
    run: Run,
) -> None:
    stock = WAREHOUSE.replace("TABLE ", "TABLE stock.").replace("REFERENCES ", "REFERENCES stock.")
    config = CONFIG + '[domains."Shop.Stock"]\ntables = ["stock.*"]\n'
    add(project, {**FILES, "ash_scaffold.toml": CONFIG, "structure.sql": DDL})
    assert resources("--domain", "Shop.Sales", "--dump", "structure.sql").code == 0
    add(project, {"ash_scaffold.toml": 'schemas = ["stock"]\n' + config})
    url = database("CREATE SCHEMA stock;", stock)
    assert resources("--domain", "Shop.Stock", *OTHER, "--url", url).code == 0
    assert run("check", "--dump", "structure.sql").code == 0
    done = resources("--dump", "structure.sql", "--prune")
    assert (done.code, "unknown-object" in done.err) == (0, False), done.err
    assert (project / "lib/shop/stock/fact.ex").exists()


def test_repos_that_share_a_database_read_all_its_tables(
    project: Path,
    add: Callable[[Path, Mapping[str, str]], None],
    database: Callable[..., str],
    resources: Run,
) -> None:
    stock = WAREHOUSE.replace("TABLE ", "TABLE stock.").replace("REFERENCES ", "REFERENCES stock.")
    add(
        project,
        {**FILES, "ash_scaffold.toml": CONFIG + '[domains."Shop.Stock"]\ntables = ["stock.*"]\n'},
    )
    url = database(DDL, "CREATE SCHEMA stock;", stock)
    assert resources("--domain", "Shop.Stock", *OTHER, "--url", url).code == 0
    changed = database(DDL, "CREATE SCHEMA stock;", stock, "ALTER TABLE stock.days ADD note text;")
    done = resources("--url", changed)
    assert (done.code, done.err) == (0, "")
    assert "attribute :note, :string" in (project / "lib/shop/stock/day.ex").read_text()
