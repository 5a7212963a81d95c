"""Columns and tables that no code names, and what is not said because it can't be known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ash_scaffold.advise.advice import AdviceReport, Kind

Advised = Callable[..., AdviceReport]

CUSTOMERS = """
CREATE TABLE customers (
  id bigint PRIMARY KEY,
  email text UNIQUE,
  fax text,
  pager text,
  number text,
  total numeric,
  doubled numeric GENERATED ALWAYS AS (total * 2) STORED
);
"""
RESOURCE = """defmodule Shop.Sales.Customer do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "customers"
    repo Shop.Repo
    migration_types fax: :text, pager: :text
    migration_defaults fax: "nil", pager: "nil"
  end

  actions do
    defaults [:read, create: :*, update: :*]

    read :numbered do
      filter expr(not is_nil(number))
    end
  end

  attributes do
    integer_primary_key :id
    attribute :email, :string

    attribute :fax, :string do
      public? true
      constraints max_length: 30
    end

    attribute :bell, :string, source: :pager
    attribute :number, :string
    attribute :total, :decimal
    attribute :doubled, :decimal
    update_timestamp :updated_at
  end
end
"""
DOMAIN = """defmodule Shop.Sales do
  use Ash.Domain

  resources do
    resource Shop.Sales.Customer
  end
end
"""
SCHEMA = """defmodule Shop.Customer do
  use Ecto.Schema

  schema "customers" do
    field :email, :string
    field :total, :decimal
    field :doubled, :decimal
    timestamps()
  end
end
"""
PATH = "lib/shop/sales/customer.ex"


def unused(report: AdviceReport) -> list[str]:
    kinds = (Kind.TABLE_UNUSED, Kind.COLUMN_UNUSED)
    return [each.subject for each in report.advice if each.kind in kinds]


@pytest.fixture
def used(advised: Advised) -> Callable[..., list[str]]:
    """Give `used(text, path)`: what is unused besides a file with that text."""
    files = {PATH: RESOURCE, "lib/shop/customer.ex": SCHEMA}
    return lambda text, path: unused(advised(CUSTOMERS, {**files, path: text}))


def test_an_attribute_that_nothing_but_its_definition_names(advised: Advised) -> None:
    report = advised(CUSTOMERS, {PATH: RESOURCE, "lib/shop/customer.ex": SCHEMA})
    found = [each for each in report.advice if each.kind is Kind.COLUMN_UNUSED]
    assert [(e.subject, e.what, e.path, e.line, e.elixir, e.sql) for e in found] == [
        (
            "customers.fax",
            "No code names it but the attribute's own definition.",
            PATH,
            23,
            (
                "attribute :fax, :string do",
                "  public? true",
                "  constraints max_length: 30",
                "end",
            ),
            "ALTER TABLE customers DROP COLUMN fax;",
        ),
        (
            "customers.pager",
            "No code names it but the attribute's own definition.",
            PATH,
            28,
            ("attribute :bell, :string, source: :pager",),
            "ALTER TABLE customers DROP COLUMN pager;",
        ),
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("lib/shop/orders.ex", "defmodule Shop.Orders do\n  def to(c), do: c.fax\nend\n"),
        ("lib/shop/sql.ex", 'defmodule Shop.Sql do\n  @q "SELECT fax FROM customers"\nend\n'),
        ("lib/shop_web/a.html.heex", "<p><%= @customer.fax %></p>"),
        ("assets/js/app.ts", "customer.fax = '1'"),
        ("test/shop_test.exs", "%{fax: 1}"),
        ("priv/repo/seeds.exs", "insert(fax: 1)"),
        ("priv/queries/all.sql", "SELECT fax FROM customers"),
        ("app/models/customer.rb", "validates :fax"),
    ],
)
def test_a_word_anywhere_names_a_column(
    used: Callable[..., list[str]], path: str, text: str
) -> None:
    assert used(text, path) == ["customers.pager"]


def test_an_attribute_of_another_resource_is_another_one(used: Callable[..., list[str]]) -> None:
    other = RESOURCE.replace("Customer", "Seller").replace('"customers"', '"sellers"')
    path = "lib/shop/sales/seller.ex"
    assert used(other, path) == ["customers.fax", "customers.pager"]
    naming = other.replace("not is_nil(number)", "not is_nil(fax)")
    assert used(naming, path) == ["customers.pager"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("priv/repo/migrations/1_a.exs", "add :fax, :text"),
        ("priv/repo/structure.sql", "-- PostgreSQL database dump\nfax"),
        ("deps/other/lib/a.ex", "fax"),
        ("lib/shop/phone.ex", "defmodule Shop.Phone do\n  def fax_number, do: :telefax\nend\n"),
    ],
)
def test_the_schema_itself_names_nothing(
    used: Callable[..., list[str]], path: str, text: str
) -> None:
    assert used(text, path) == ["customers.fax", "customers.pager"]


def test_a_name_in_camel_case_counts(advised: Advised) -> None:
    ddl = "CREATE TABLE customers (id bigint PRIMARY KEY, home_page text, other_page text)"
    files = {"lib/shop/customer.ex": SCHEMA, "assets/js/app.js": "row.homePage"}
    assert unused(advised(ddl, files)) == ["customers.other_page"]


def test_code_of_the_database_names_columns(advised: Advised) -> None:
    ddl = f"""{CUSTOMERS}
    CREATE VIEW reachable AS SELECT id, fax FROM customers;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.pager := 1; RETURN NEW; END';
    """
    assert unused(advised(ddl, {PATH: RESOURCE, "lib/shop/customer.ex": SCHEMA})) == []


def test_what_is_shown_without_being_named_is_not_judged(advised: Advised) -> None:
    shown = RESOURCE.replace("AshPostgres.DataLayer\n", "AshPostgres.DataLayer,\n"
                             "    extensions: [AshGraphql.Resource]\n", 1)  # fmt: skip
    report = advised(CUSTOMERS, {PATH: shown, "lib/shop/customer.ex": SCHEMA})
    assert unused(report) == ["customers.pager"]
    assert report.looked.remarks == (
        "1 public column of resources with an extension that may show every attribute, such as "
        "AshJsonApi or AshGraphql: not judged",
    )


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (PATH, "  attributes do\n", "  attributes do\n    Shop.more()\n"),
        ("lib/shop/customer.ex", "    timestamps()", "    Shop.more()"),
    ],
)
def test_code_that_would_have_to_be_run_may_name_anything(
    advised: Advised, path: str, before: str, after: str
) -> None:
    files = {PATH: RESOURCE, "lib/shop/customer.ex": SCHEMA}
    report = advised(CUSTOMERS, {**files, path: files[path].replace(before, after)})
    assert unused(report) == []
    assert any("can't be read as a whole" in each for each in report.looked.remarks)


def test_without_legacy_code_nothing_is_said(advised: Advised) -> None:
    report = advised(CUSTOMERS, {PATH: RESOURCE}, use_legacy=False)
    assert unused(report) == []
    assert report.looked.remarks == (
        "the legacy code was left out, so no column or table is said to be unused",
    )


def test_keys_and_timestamps_are_never_unused(advised: Advised) -> None:
    ddl = """
    CREATE TABLE sellers (id bigint PRIMARY KEY);
    CREATE TABLE customers (
      odd_key bigint PRIMARY KEY, seller_id bigint REFERENCES sellers, code text UNIQUE,
      low int, high int, CHECK (low < high), email text
    )
    """
    files = {"lib/shop/customer.ex": SCHEMA}
    assert unused(advised(ddl, files)) == []


def test_a_table_that_nothing_names(advised: Advised) -> None:
    ddl = """
    CREATE TABLE oban_jobs (id bigint PRIMARY KEY);
    CREATE TABLE letters (id bigint PRIMARY KEY);
    CREATE TABLE faxes (id bigint PRIMARY KEY);
    CREATE TABLE pages (id bigint PRIMARY KEY, letter_id bigint REFERENCES letters);
    CREATE INDEX ON pages (letter_id);
    """
    report = advised(ddl, {"lib/shop/a.ex": "defmodule Shop.A do\n  def t, do: :pages\nend\n"})
    assert [(e.subject, e.what, e.sql) for e in report.advice] == [
        ("faxes", "No code names it, and no foreign key refers to it.", "DROP TABLE faxes;")
    ]


def test_a_resource_that_only_its_domain_names(advised: Advised) -> None:
    files = {PATH: RESOURCE, "lib/shop/sales.ex": DOMAIN}
    report = advised(CUSTOMERS, files)
    found = [each for each in report.advice if each.kind is Kind.TABLE_UNUSED]
    assert [(e.subject, e.what, e.section, e.path, e.elixir) for e in found] == [
        (
            "customers",
            "No code names it or Shop.Sales.Customer, and no foreign key refers to it.",
            "resources",
            "lib/shop/sales.ex",
            ("resource Shop.Sales.Customer",),
        )
    ]
    assert unused(advised(CUSTOMERS, {**files, "lib/web.ex": "Ash.read!(Sales.Customer)"})) == [
        "customers.doubled",
        "customers.fax",
        "customers.pager",
    ]
