"""Migrations read as text: which there are, and what each of them changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ash_scaffold.postgres.unknown import Kind
from ash_scaffold.project.migrations import Migrations, find_migrations, touched
from ash_scaffold.project.read import read_project

APP = "defmodule Shop.MixProject do\n  def project, do: [app: :shop]\nend\n"
REPO = "defmodule Shop.Repo do\n  use Ecto.Repo, otp_app: :shop\nend\n"


def found(root: Path, files: Mapping[str, str], repo: str = "Shop.Repo") -> Migrations:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return find_migrations(read_project(root), repo)


def paths(migrations: Migrations) -> list[str]:
    return [each.path for each in migrations.files]


def test_migrations_are_those_of_the_repo_s_folder_by_version(tmp_path: Path) -> None:
    migrations = found(
        tmp_path,
        {
            "mix.exs": APP,
            "lib/shop/repo.ex": REPO,
            "priv/repo/migrations/20_b.exs": "",
            "priv/repo/migrations/old/3_a.exs": "",
            "priv/repo/migrations/README.exs": "",
            "priv/repo/migrations/.formatter.exs": "",
            "priv/other_repo/migrations/7_elsewhere.exs": "",
        },
    )

    assert paths(migrations) == [
        "priv/repo/migrations/old/3_a.exs",
        "priv/repo/migrations/20_b.exs",
    ]
    assert [each.version for each in migrations.pending(frozenset({3}))] == [20]
    assert migrations.pending(None) == ()
    assert migrations.without_file(frozenset({1, 3, 7})) == (1,)
    assert (migrations.source, migrations.prefix) == ("schema_migrations", None)


def test_source_prefix_and_folder_are_those_of_the_configuration(tmp_path: Path) -> None:
    migrations = found(
        tmp_path,
        {
            "mix.exs": APP,
            "lib/shop/repo.ex": REPO,
            "config/config.exs": (
                'import Config\nconfig :shop, Shop.Repo,\n  migration_source: "versions",\n'
                '  migration_default_prefix: "private",\n  priv: "priv/store"\n'
            ),
            "priv/store/migrations/1_a.exs": "",
            "priv/repo/migrations/2_b.exs": "",
        },
    )

    assert (migrations.source, migrations.prefix) == ("versions", "private")
    assert paths(migrations) == ["priv/store/migrations/1_a.exs"]


def test_what_another_repo_records_is_not_known(tmp_path: Path) -> None:
    migrations = found(
        tmp_path,
        {
            "mix.exs": APP,
            "lib/shop/repo.ex": REPO,
            "config/config.exs": "config :shop, Shop.Repo, migration_repo: Shop.Admin.Repo\n",
            "priv/repo/migrations/2_b.exs": "",
        },
    )

    assert migrations.files == ()


def test_in_an_umbrella_they_are_those_of_the_repo_s_own_application(tmp_path: Path) -> None:
    files = {
        "mix.exs": 'defmodule U.MixProject do\n  def project, do: [apps_path: "apps"]\nend\n',
    }
    for app in ("shop", "blog"):
        name = app.capitalize()
        files |= {
            f"apps/{app}/mix.exs": APP.replace("Shop", name).replace(":shop", f":{app}"),
            f"apps/{app}/lib/{app}/repo.ex": REPO.replace("Shop", name).replace(
                "otp_app: :shop", f"otp_app: :{app}"
            ),
            f"apps/{app}/priv/repo/migrations/1_{app}.exs": "",
        }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    project = read_project(tmp_path / "apps/shop")

    assert paths(find_migrations(project, "Shop.Repo")) == [
        "apps/shop/priv/repo/migrations/1_shop.exs"
    ]
    assert paths(find_migrations(project, "Blog.Repo")) == [
        "apps/blog/priv/repo/migrations/1_blog.exs"
    ]


def migration(body: str, *, around: str = "def change do\n    {}\n  end") -> bytes:
    text = around.replace("{}", body)
    return f"defmodule Shop.Repo.Migrations.M do\n  use Ecto.Migration\n\n  {text}\nend\n".encode()


def words(source: bytes) -> list[str]:
    return [
        f"{each.kind.name.lower()} {each.schema + '.' if each.schema else ''}{each.name}".strip()
        for each in touched(source)
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("create table(:orders) do\n add :name, :text\n timestamps()\n end", ["table orders"]),
        ('create table("orders", primary_key: false)', ["table orders"]),
        ('create table(:orders, prefix: "sales")', ["table sales.orders"]),
        (
            "alter table(:orders) do\n add :user_id, references(:users, on_delete: :nothing)\n"
            " modify :name, :text, from: :string\n remove :old\n end",
            ["table orders", "table users"],
        ),
        ("create unique_index(:orders, [:name], where: \"name <> ''\")", ["table orders"]),
        ("create constraint(:orders, :positive, check: \"n > 0\")", ["table orders"]),
        ("drop index(:orders, [:name])", ["table orders"]),
        ("drop table(:orders)", ["table orders", "partition orders"]),
        (
            "rename table(:orders), to: table(:bills)",
            ["table bills", "table orders", "partition orders"],
        ),
        ("rename table(:orders), :a, to: :b", ["table orders"]),
        ('execute "CREATE TABLE sales.orders (id int)"', ["table sales.orders"]),
        ('execute("ALTER TABLE orders ADD a int, DROP b", "SELECT 1")', ["table orders"]),
        ('execute "CREATE INDEX i ON a (b); COMMENT ON TABLE x IS 1"', ["table a", "table x"]),
        ('execute "ALTER TYPE state ADD VALUE \'x\'"', ["type state"]),
        ('execute "UPDATE orders SET a = 1"', []),
        ('execute "DROP TABLE orders"', ["partition orders"]),
        ('execute "ALTER TABLE orders RENAME TO bills"', ["table bills", "partition orders"]),
        ('execute "DROP INDEX IF EXISTS sales.i;"', ["index sales.i"]),
        ('execute "DROP TRIGGER t ON orders"', ["table orders"]),
        ('execute "DROP INDEX i, j"', ["anything"]),
        ('execute "DROP TYPE state"', ["anything"]),
        ("execute \"\"\"\n    DO $$ BEGIN END $$\n    \"\"\"", ["anything"]),
        ('execute "SELECT #{x}"', ["anything"]),
        ("execute fn -> repo().query!(\"x\") end", ["anything"]),
        ('execute_file "x.sql"', ["anything"]),
        ("Oban.Migration.up(version: 11)", ["anything"]),
        ('Code.eval_file("x")', ["anything"]),
        ("add_everything()", ["anything"]),
        ("add_everything", ["anything"]),
        ("for t <- [:a, :b], do: create(index(t, [:x]))", ["anything"]),
        ("for t <- [:a] do\n alter t do\n end\n end", ["anything"]),
        ("Enum.each([:a], &add_it/1)", ["anything"]),
        ("Enum.each([:a], &Other.add_it/1)", ["anything"]),
        ("flush()\n    repo().update_all(\"orders\", set: [a: 1])", []),
        ("if direction() == :up do\n create table(:orders)\n end", ["table orders"]),
        ("table(:orders) |> create()", ["table orders"]),
        ('"SELECT f()" |> execute()', ["anything"]),
    ],
)  # fmt: skip
def test_what_a_migration_changes(body: str, expected: list[str]) -> None:
    assert sorted(words(migration(body))) == sorted(expected)


def test_the_way_down_changes_nothing_and_own_functions_are_followed() -> None:
    text = (
        '@tables :orders\n  @moduledoc "x"\n  @disable_ddl_transaction true\n'
        "  def up do\n    helper(@tables)\n    create index(@tables, [:a])\n  end\n"
        "  def down, do: only_down()\n  defp only_down, do: Somewhere.else()\n"
        "  defp helper(_a) when true, do: create table(:bills)"
    )

    assert words(migration("", around=text)) == ["table bills", "table orders"]


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"defmodule M do\n  use Shop.Migration\n  def change do\n  end\nend\n",
        b"defmodule M do\n  use Ecto.Migration\n  def change do\n",
    ],
)
def test_what_can_t_be_read_may_change_anything(source: bytes) -> None:
    assert [each.kind for each in touched(source)] == [Kind.ANYTHING]
