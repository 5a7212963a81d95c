"""From a request to an outcome: where things are read from, and what goes where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.generate.conftest import MakeShop
from tests.support import resources_options

from ash_scaffold.generate.run import Outcome, prepare
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Code, ScaffoldError

MakeProject = Callable[[Mapping[str, str]], Path]
MakeDatabase = Callable[..., URL]

MIX = "defmodule Shop.MixProject do\n  def project, do: [app: :shop]\nend\n"
ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY)"
DOMAIN = '[domains."Shop.Sales"]\ntables = ["orders"]\n'


def legacy(module: str, table: str, prefix: str = "") -> str:
    line = f'  @schema_prefix "{prefix}"\n' if prefix else ""
    return (
        f"defmodule {module} do\n  use Ecto.Schema\n{line}"
        f'  schema "{table}" do\n    field :x, :string\n  end\nend\n'
    )


def outcome_of(root: Path, url: URL | None = None, **options: object) -> Outcome:
    text = url.uri if url else None
    fields: dict[str, object] = {"folder": root, "url": text, "use_formatter": False, **options}
    return prepare(resources_options(**fields))


def paths(outcome: Outcome) -> list[str]:
    return [file.module.path for file in outcome.files.files]


def test_a_dump_of_the_configuration_lies_in_the_project(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = make_project(
        {"db/s.sql": f"{ORDERS};", "ash_scaffold.toml": f'dump = "db/s.sql"\n{DOMAIN}'}
    )
    monkeypatch.chdir(tmp_path)
    assert paths(outcome_of(root)) == ["lib/shop/sales.ex", "lib/shop/sales/order.ex"]


def test_a_configured_url_is_not_looked_at_when_an_option_names_the_database(
    make_project: MakeProject, make_database: MakeDatabase
) -> None:
    root = make_project({"ash_scaffold.toml": f'url = "postgres://${{UNSET}}/x"\n{DOMAIN}'})
    assert len(outcome_of(root, make_database(ORDERS)).files.files) == 2
    with pytest.raises(ScaffoldError) as caught:
        outcome_of(root)
    assert [problem.code for problem in caught.value.problems] == [Code.CONFIG_INVALID]


def test_a_schema_that_only_legacy_code_names_may_be_missing(
    make_project: MakeProject, make_database: MakeDatabase
) -> None:
    root = make_project(
        {"lib/a.ex": legacy("Legacy.Tenant", "tenants", "tenant_x"), "ash_scaffold.toml": DOMAIN}
    )
    assert outcome_of(root, make_database(ORDERS)).session.database.schemas == ("public",)


def test_a_database_without_public_is_read_when_another_schema_is_named(
    make_project: MakeProject, make_database: MakeDatabase
) -> None:
    url = make_database("DROP SCHEMA public; CREATE SCHEMA shop; CREATE TABLE shop.a (id int)")
    root = make_project({"ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["shop.a"]\n'})
    assert outcome_of(root, url).session.database.schemas == ("shop",)


def test_only_the_configured_folder_of_legacy_code_gives_hints(
    make_project: MakeProject, make_database: MakeDatabase
) -> None:
    files = {
        "lib/old/order.ex": legacy("Shop.Sales.OldOrder", "orders"),
        "lib/other/item.ex": legacy("Shop.Sales.OldItem", "items"),
    }
    url = make_database(ORDERS, "CREATE TABLE items (id bigint PRIMARY KEY)")
    everything = outcome_of(make_project(files), url, domain="Shop.Sales")
    assert {str(name) for name in everything.plan.scope.written} == {"orders", "items"}
    root = make_project({**files, "ash_scaffold.toml": 'legacy = "lib/old"\n'})
    assert {str(n) for n in outcome_of(root, url, domain="Shop.Sales").plan.scope.written} == {
        "orders"
    }


def test_a_folder_of_legacy_code_that_is_not_there_is_an_error(
    make_project: MakeProject,
) -> None:
    root = make_project({"ash_scaffold.toml": 'legacy = "lib/old"\n'})
    with pytest.raises(ScaffoldError) as caught:
        outcome_of(root, domain="Shop.Sales")
    [problem] = caught.value.problems
    assert (problem.what, problem.where) == (
        'There is no folder "lib/old".',
        "legacy of ash_scaffold.toml",
    )


def test_an_umbrella_gets_its_files_in_the_application_of_the_domain(
    make_project: MakeProject, make_database: MakeDatabase
) -> None:
    root = make_project(
        {
            "mix.exs": 'defmodule U.MixProject do\n  def project, do: [apps_path: "apps"]\nend\n',
            "lib/shop/repo.ex": "",
            "apps/shop/mix.exs": MIX,
            "apps/shop/lib/shop/repo.ex": "defmodule Shop.Repo do\n  use AshPostgres.Repo\nend\n",
            "apps/web/mix.exs": MIX.replace("shop", "web"),
        }
    )
    outcome = outcome_of(root, make_database(ORDERS), domain="Shop.Sales")
    assert paths(outcome) == [
        "apps/shop/lib/shop/sales.ex",
        "apps/shop/lib/shop/sales/order.ex",
    ]


def test_new_modules_go_to_the_folder_that_is_asked_for(
    make_project: MakeProject, make_database: MakeDatabase
) -> None:
    outcome = outcome_of(
        make_project({}), make_database(ORDERS), domain="Shop.Sales", out="lib/ash"
    )
    assert paths(outcome) == ["lib/ash/shop/sales.ex", "lib/ash/shop/sales/order.ex"]


def test_templates_are_replaced_file_by_file(
    make_project: MakeProject, make_database: MakeDatabase, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "domain.ex.j2").write_text(
        "defmodule {{ module }} do\n  # {{ resources | join }}\nend\n"
    )
    root = make_project({})
    outcome = outcome_of(root, make_database(ORDERS), domain="Shop.Sales", templates=mine)
    domain, order = (file.after for file in outcome.files.files)
    assert domain == "defmodule Shop.Sales do\n  # Shop.Sales.Order\nend\n"
    assert order is not None
    assert order.startswith("defmodule Shop.Sales.Order do\n  use Ash.Resource,\n")


def test_a_file_that_does_not_parse_is_told_of(
    make_project: MakeProject, make_database: MakeDatabase
) -> None:
    broken = legacy("Shop.Broken", "orders").replace("field :x", "field [")
    root = make_project({"lib/shop/broken.ex": broken, "ash_scaffold.toml": DOMAIN})
    [problem] = outcome_of(root, make_database(ORDERS)).problems
    assert (problem.severity.value, problem.code, problem.where.rpartition(":")[0]) == (
        "warning",
        Code.UNPARSABLE_FILE,
        "lib/shop/broken.ex",
    )


def test_without_mix_the_run_says_so_and_goes_on(
    make_project: MakeProject, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    root = make_project({"ash_scaffold.toml": DOMAIN})
    outcome = outcome_of(root, make_database(ORDERS), use_formatter=True)
    assert [problem.code for problem in outcome.problems] == [Code.FORMATTER_MISSING]
    assert paths(outcome) == ["lib/shop/sales.ex", "lib/shop/sales/order.ex"]


RANGE = "CREATE TABLE stays (id bigserial PRIMARY KEY, during daterange)"


@pytest.mark.parametrize(
    ("mix", "lock", "wanted"),
    [
        ("~> 2.12", "2.12.0", True),
        ("~> 2.12", "2.13.0", False),
        ("~> 2.12", "", True),
        ("~> 2.13", "", False),
    ],
)
def test_what_the_generated_code_needs_is_among_the_advice(
    make_shop: MakeShop, mix: str, lock: str, wanted: bool
) -> None:
    shop = make_shop(
        RANGE,
        {
            "mix.exs": "defmodule Shop.MixProject do\n"
            f'  def project, do: [app: :shop, deps: [{{:ash_postgres, "{mix}"}}]]\nend\n',
            "mix.lock": f'%{{\n  "ash_postgres": {{:hex, :ash_postgres, "{lock}", "x"}},\n}}\n'
            if lock
            else "",
        },
    )
    found = [(each.lines, each.why) for each in shop.prepare().advice if each.path == "mix.exs"]
    assert found == (
        [
            (
                ('{:ash_postgres, "~> 2.13"}',),
                "attributes of the type :range (stays.during) need ash_postgres 2.13: with an "
                "older one every read of a row whose range is not NULL fails",
            )
        ]
        if wanted
        else []
    )
