"""A mix project read without running anything."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path

import pytest

from ash_scaffold.problem import Code, ScaffoldError
from ash_scaffold.project.mix_project import (
    App,
    AppConfig,
    Domain,
    Formatter,
    Generated,
    ModuleEntry,
    Project,
    Repo,
    Resource,
    Unparsed,
)
from ash_scaffold.project.read import read_project

MIX = """
defmodule MyApp.MixProject do
  use Mix.Project

  @app :my_app

  def project do
    [
      app: @app,
      version: "0.1.0",
      elixirc_paths: elixirc_paths(Mix.env()),
      deps: deps()
    ]
  end

  defp elixirc_paths(:test), do: ["lib", "test/support"]
  defp elixirc_paths(_), do: ["lib"]

  defp deps do
    [{:ash, "~> 3.0"}, {:geo_postgis, "~> 3.0", only: [:dev]}] ++ [{:ecto, path: "x"}]
  end
end
"""

REPO = """
defmodule MyApp.Repo do
  use AshPostgres.Repo, otp_app: :my_app, warn_on_missing_ash_functions?: false

  @impl true
  def installed_extensions do
    # Ash wants these
    ["ash-functions", "citext"]
  end

  @impl true
  def migrate_extensions?, do: false

  def min_pg_version, do: %Version{major: 16, minor: 2, patch: 0}
end
"""


def project(
    root: Path, files: dict[str, str], start: str = "", domain: str | None = None
) -> Project:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_project(root / start, domain=domain)


def mix(app: str, namespace: str, extra: str = "") -> str:
    return (
        f"defmodule {namespace}.MixProject do\n  use Mix.Project\n\n"
        f"  def project, do: [app: :{app}{extra}]\nend\n"
    )


def module(name: str, body: str = "") -> str:
    return f"defmodule {name} do\n{body}\nend\n"


def test_a_whole_project(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        {
            "mix.exs": MIX,
            "mix.lock": '%{\n  "ash": {:hex, :ash, "3.32.0", "aa", [:mix], [], "hexpm", "bb"},\n'
            '  "own": {:git, "https://example.org/own", "abc", []},\n'
            '  "ecto": {:hex, :ecto, "3.13.5", "cc", [:mix]},\n}\n',
            ".formatter.exs": "[import_deps: [:ash, :ecto], plugins: [Spark.Formatter],\n"
            ' line_length: 120, inputs: ["*.exs"]]\n',
            "config/config.exs": "import Config\n\nconfig :my_app,\n  ecto_repos: [MyApp.Repo],\n"
            "  ash_domains: [MyApp.Billing]\n\nconfig :other, ash_domains: [Other]\n",
            "lib/my_app/repo.ex": REPO,
            "lib/my_app/billing.ex": module(
                "MyApp.Billing",
                "  use Ash.Domain\n  alias MyApp.Billing.Invoice\n\n  resources do\n"
                "    resource Invoice\n    resource MyApp.Billing.Payment do\n"
                "      define :pay\n    end\n  end",
            ),
            "lib/my_app/billing/invoice.ex": module(
                "MyApp.Billing.Invoice",
                "  use Ash.Resource,\n    domain: MyApp.Billing,\n"
                "    data_layer: AshPostgres.DataLayer\n\n  postgres do\n"
                '    table "invoices"\n    schema "billing"\n    repo MyApp.Repo\n  end',
            ),
            "lib/my_app/user.ex": module("MyApp.User", '  schema "users" do\n  end'),
            "lib/my_app/broken.ex": "defmodule MyApp.Broken do\n  use Ash.Resource\n  x = (\n",
            "lib/my_app/notes.txt": "defmodule MyApp.No do\nend",
            "deps/ash/lib/ash.ex": module("Ash"),
            "test/support/case.ex": module("MyApp.Case"),
        },
    )
    app = App(
        name="my_app",
        path="",
        namespace="MyApp",
        lib=("lib",),
        dependencies=("ash", "ecto", "geo_postgis"),
        requirements={"ash": "~> 3.0", "geo_postgis": "~> 3.0"},
    )
    repo = Repo(
        module="MyApp.Repo",
        path="lib/my_app/repo.ex",
        line=2,
        kind="AshPostgres.Repo",
        installed_extensions=("ash-functions", "citext"),
        has_installed_extensions=True,
        migrate_extensions=False,
        min_pg_version="16.2.0",
        warn_on_missing_ash_functions=False,
    )
    assert found == Project(
        root=tmp_path,
        app=app,
        apps=(app,),
        modules={
            name: ModuleEntry(name, path, line)
            for name, path, line in [
                ("MyApp.Billing", "lib/my_app/billing.ex", 1),
                ("MyApp.Billing.Invoice", "lib/my_app/billing/invoice.ex", 1),
                ("MyApp.Broken", "lib/my_app/broken.ex", 1),
                ("MyApp.Repo", "lib/my_app/repo.ex", 2),
                ("MyApp.User", "lib/my_app/user.ex", 1),
            ]
        },
        repos=(repo,),
        resources=(
            Resource(
                module="MyApp.Billing.Invoice",
                path="lib/my_app/billing/invoice.ex",
                line=1,
                table="invoices",
                schema="billing",
                domain="MyApp.Billing",
                repo="MyApp.Repo",
            ),
        ),
        domains=(
            Domain(
                module="MyApp.Billing",
                path="lib/my_app/billing.ex",
                line=1,
                resources=("MyApp.Billing.Invoice", "MyApp.Billing.Payment"),
            ),
        ),
        schema_paths=("lib/my_app/user.ex",),
        unparsed=(Unparsed("lib/my_app/broken.ex", 3, "("),),
        config=AppConfig(
            ash_domains=("MyApp.Billing",),
            ecto_repos=("MyApp.Repo",),
            domains_path="config/config.exs",
            domains_line=5,
        ),
        formatter=Formatter(
            path=".formatter.exs",
            import_deps=("ash", "ecto"),
            plugins=("Spark.Formatter",),
            line_length=120,
        ),
        versions={"ash": "3.32.0", "ecto": "3.13.5"},
        sources={
            path.relative_to(tmp_path).as_posix(): path.read_bytes()
            for path in (tmp_path / "lib").rglob("*.ex")
        },
    )
    assert found.repo == repo
    assert found.app_root == tmp_path


def test_an_almost_empty_project(tmp_path: Path) -> None:
    found = project(tmp_path, {"mix.exs": mix("my_2app", "Other")})
    app = App(name="my_2app", path="", namespace="Other", lib=("lib",))
    assert found == Project(root=tmp_path, app=app, apps=(app,), modules={})
    assert found.repo is None


@pytest.mark.parametrize(
    ("mix_exs", "repo", "namespace"),
    [
        (mix("my_app", "MyApp"), None, "MyApp"),
        ("defmodule Build do\n  def project, do: [app: :my_2nd_app]\nend", None, "My2ndApp"),
        (mix("old_name", "OldName"), "NewName.Repo", "NewName"),
        (mix("core", "My.Core"), "My.Core.Repo", "My.Core"),
        (mix("my", "My"), "My.Infra.Repo", "My"),
        (mix("my", "My"), "Repo", "My"),
    ],
)
def test_the_namespace_is_the_repos_or_the_mix_projects(
    tmp_path: Path, mix_exs: str, repo: str | None, namespace: str
) -> None:
    files = {"mix.exs": mix_exs}
    if repo is not None:
        files["lib/repo.ex"] = module(repo, "  use Ecto.Repo, otp_app: :x")
    assert project(tmp_path, files).app.namespace == namespace


def test_it_is_found_from_a_folder_below(tmp_path: Path) -> None:
    found = project(
        tmp_path, {"mix.exs": mix("a", "A"), "lib/a/b.ex": module("A.B")}, start="lib/a"
    )
    assert (found.root, list(found.modules)) == (tmp_path, ["A.B"])


def test_without_mix_exs_it_is_no_mix_project(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError) as caught:
        read_project(tmp_path)
    assert [(p.code, p.where) for p in caught.value.problems] == [
        (Code.NOT_A_MIX_PROJECT, str(tmp_path))
    ]


@pytest.mark.parametrize(
    "text", ["", "defmodule A.MixProject do\n  def project, do: x()\nend", "("]
)
def test_an_application_without_a_readable_name_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        project(tmp_path, {"mix.exs": text})
    assert [(p.code, p.where) for p in caught.value.problems] == [
        (Code.NOT_A_MIX_PROJECT, str(tmp_path / "mix.exs"))
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", (None, False, None, None)),
        ("def installed_extensions, do: other()", (None, True, None, None)),
        ("def installed_extensions(), do: ~w(citext)", (("citext",), True, None, None)),
        ("def migrate_extensions?() do\n true\n end", (None, False, True, None)),
        ("def min_pg_version do\n v()\n end", (None, False, None, None)),
    ],
)
def test_callbacks_of_a_repo(tmp_path: Path, body: str, expected: tuple[object, ...]) -> None:
    text = module("A.Repo", f"use Ecto.Repo, otp_app: :a\n{body}")
    repo = project(tmp_path, {"mix.exs": mix("a", "A"), "lib/repo.ex": text}).repo
    assert repo is not None
    assert (repo.kind, repo.is_ash, repo.warn_on_missing_ash_functions) == (
        "Ecto.Repo",
        False,
        True,
    )
    assert expected == (
        repo.installed_extensions,
        repo.has_installed_extensions,
        repo.migrate_extensions,
        repo.min_pg_version,
    )


def test_of_several_repos_the_first_of_ecto_repos_then_the_one_for_ash(tmp_path: Path) -> None:
    files = {
        "mix.exs": mix("a", "A"),
        "lib/r.ex": module("A.A", "use Ecto.Repo")
        + module("A.B", "use AshPostgres.Repo")
        + module("A.C", "use Ecto.Repo"),
    }
    found = project(tmp_path, files)
    assert [repo.module for repo in found.repos] == ["A.A", "A.B", "A.C"]
    assert found.repo is not None
    assert found.repo.module == "A.B"
    found = project(tmp_path, {"config/config.exs": "config :a, ecto_repos: [A.C, A.A]"})
    assert found.repo is not None
    assert found.repo.module == "A.C"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ((), None, None, True)),
        ({"config.exs": "config :a, :ash_domains, [A.X, A.Y]"},
         (("A.X", "A.Y"), "config/config.exs", 1, True)),
        ({"config.exs": "config :a, ash_domains: []"}, ((), "config/config.exs", 1, True)),
        ({"config.exs": "d = [A]\nconfig :a, ash_domains: d"},
         ((), "config/config.exs", 2, False)),
        ({"config.exs": "config :a, A.Endpoint, ash_domains: [A.X]"}, ((), None, None, True)),
        ({"dev.exs": "if true do\n  config :a, ash_domains: [A.X]\nend"},
         (("A.X",), "config/dev.exs", 2, True)),
        ({"a.exs": "config :a, ash_domains: [A.X]", "config.exs": "config :a, ash_domains: [A.Y]"},
         (("A.Y",), "config/config.exs", 1, True)),
    ],
)  # fmt: skip
def test_ash_domains_of_the_configuration(
    tmp_path: Path, files: dict[str, str], expected: tuple[object, ...]
) -> None:
    config = {f"config/{name}": text for name, text in files.items()}
    found = project(tmp_path, {"mix.exs": mix("a", "A"), **config}).config
    assert expected == (
        found.ash_domains,
        found.domains_path,
        found.domains_line,
        found.domains_readable,
    )


def test_resources_and_domains_over_a_base_module_of_the_project(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        {
            "mix.exs": mix("a", "A"),
            "lib/r.ex": module(
                "A.R",
                '  use A.Resource, domain: A.D\n  @t "things"\n  postgres do\n    table @t\n  end',
            ),
            "lib/d.ex": module("A.D", "  use A.Domain\n  resources do\n    resource A.R\n  end"),
            "lib/router.ex": module(
                "A.Router",
                '  resources "/x", X do\n    resources "/y", Y\n  end\n  scope Ash.X do\n  end',
            ),
            "lib/base.ex": module(
                "A.Resource",
                "  defmacro __using__(opts) do\n    quote do\n"
                "      use Ash.Resource, unquote(opts)\n    end\n  end",
            ),
        },
    )
    assert found.resources == (
        Resource(module="A.R", path="lib/r.ex", line=1, table="things", domain="A.D"),
    )
    assert found.domains == (Domain(module="A.D", path="lib/d.ex", line=1, resources=("A.R",)),)


def test_a_fragment_pins_the_table_of_its_resource(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        {
            "mix.exs": mix("a", "A"),
            "lib/a.ex": module("A.R", "  use Ash.Resource, domain: A, fragments: [A.F, A.None]"),
            "lib/f.ex": module(
                "A.F",
                '  use Spark.Dsl.Fragment, of: Ash.Resource\n  postgres do\n    table "t"\n'
                '    schema "s"\n  end',
            ),
        },
    )
    assert found.resources == (
        Resource(
            module="A.R", path="lib/a.ex", line=1, table="t", schema="s", domain="A",
            fragments=("A.F", "A.None"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# defmodule Old do\ndefmodule A.New do\nend", {"A.New": 2}),
        ("  defmodule A.Indented do\n  end", {"A.Indented": 1}),
        ("defmodule A.X, do: nil", {"A.X": 1}),
        ("alias Deep.A\ndefmodule A.X do\nend", {"Deep.A.X": 2}),
        ("defmodule(A.X) do\nend", {"A.X": 1}),
        ("defmodule A.X do\n  defmodule Y do\n  end\nend\ndefmodule A.Z do\nend",
         {"A.X": 1, "A.X.Y": 2, "A.Z": 5}),
        ("IO.puts(1)", {}),
    ],
)  # fmt: skip
def test_every_module_is_in_the_index(tmp_path: Path, text: str, expected: dict[str, int]) -> None:
    found = project(tmp_path, {"mix.exs": mix("a", "A"), "lib/a.ex": text})
    assert {name: entry.line for name, entry in found.modules.items()} == expected


UMBRELLA = {
    "mix.exs": 'defmodule U.MixProject do\n  def project, do: [apps_path: "apps"]\nend\n',
    "config/config.exs": "config :core, ash_domains: [Core.A]\nconfig :shop, ash_domains: [Shop.A]",
    "apps/core/mix.exs": mix("core", "Core"),
    "apps/core/lib/repo.ex": module("Core.Repo", "use Ecto.Repo"),
    "apps/shop/mix.exs": mix("shop", "Shop"),
    "apps/shop/lib/shop.ex": module("Shop"),
    "apps/shop_web/mix.exs": mix("shop_web", "ShopWeb"),
    "apps/shop_web/.formatter.exs": "[line_length: 80]",
    "apps/shop_web/lib/legacy.ex": module("Odd.Domain"),
}


@pytest.mark.parametrize(
    ("start", "domain", "app", "domains"),
    [
        ("", None, "core", ("Core.A",)),
        ("", "Shop.Orders", "shop", ("Shop.A",)),
        ("", "Odd.Domain", "shop_web", ()),
        ("", "Nowhere.Domain", "core", ("Core.A",)),
        ("apps/shop/lib", "Core.X", "shop", ("Shop.A",)),
    ],
)
def test_the_application_of_an_umbrella(
    tmp_path: Path, start: str, domain: str | None, app: str, domains: tuple[str, ...]
) -> None:
    options = {} if domain is None else {"domain": domain}
    found = project(tmp_path, UMBRELLA, start, **options)
    assert found.root == tmp_path
    assert found.umbrella is True
    assert found.app_root == tmp_path / "apps" / app
    assert [one.name for one in found.apps] == ["core", "shop", "shop_web"]
    assert found.config.ash_domains == domains
    assert list(found.modules) == ["Core.Repo", "Odd.Domain", "Shop"]
    assert found.modules["Shop"].path == "apps/shop/lib/shop.ex"
    assert found.repo is not None
    assert found.repo.path == "apps/core/lib/repo.ex"
    assert found.formatter.line_length == (80 if app == "shop_web" else None)


def test_an_umbrella_that_leaves_it_open_names_the_applications(tmp_path: Path) -> None:
    second = {"apps/shop/lib/repo.ex": module("Shop.Repo", "use Ecto.Repo")}
    with pytest.raises(ScaffoldError) as caught:
        project(tmp_path, UMBRELLA | second)
    (problem,) = caught.value.problems
    assert problem.code == Code.NOT_A_MIX_PROJECT
    assert "apps/core, apps/shop" in problem.what


def test_thousands_of_files_take_less_than_two_seconds(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    (tmp_path / "mix.exs").write_text(mix("a", "A"))
    plain = "\n".join(f"  def f{n}(x), do: x + {n}" for n in range(60))
    resource = '  use Ash.Resource, domain: A.D\n  postgres do\n    table "t"\n  end\n'
    for number in range(3000):
        body = resource if number % 10 == 0 else plain
        (lib / f"m{number}.ex").write_text(module(f"A.M{number}", body))
    start = time.process_time()
    found = read_project(tmp_path)
    assert time.process_time() - start < 2
    assert (len(found.modules), len(found.resources)) == (3000, 300)


def test_a_file_that_is_what_the_tool_wrote_is_not_parsed(tmp_path: Path) -> None:
    source = "defmodule Shop.Order do\n  anything that holds\nend\n"
    written = Resource(module="Shop.Order", path="lib/order.ex", line=1, table="orders")
    files = {"mix.exs": mix("shop", "Shop"), "lib/order.ex": source}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    generated = {"lib/order.ex": Generated(sha256(source.encode()).hexdigest(), written)}

    as_written = read_project(tmp_path, generated=generated)
    (tmp_path / "lib/order.ex").write_text(source + "\n")
    edited = read_project(tmp_path, generated=generated)

    assert (as_written.resources, as_written.modules["Shop.Order"].path) == (
        (written,),
        "lib/order.ex",
    )
    assert edited.resources == ()
