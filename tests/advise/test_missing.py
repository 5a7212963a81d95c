"""What Ash would like of a table and it has not."""

from __future__ import annotations

from collections.abc import Callable

from ash_scaffold.advise.advice import AdviceReport, Kind

Advised = Callable[..., AdviceReport]

RESOURCE = """defmodule Shop.Sales.Customer do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "customers"
    repo Shop.Repo
    migrate? false
  end

  actions do
    defaults [:read, update: :*]
  end

  attributes do
    attribute :email, :string, allow_nil?: false
    attribute :name, :string
  end

  resource do
    require_primary_key? false
  end
end
"""
FILES = {
    "lib/shop/sales/customer.ex": RESOURCE,
    "lib/shop/a.ex": "defmodule Shop.A do\n  def a, do: Shop.Sales.Customer\nend\n",
}


def said(report: AdviceReport) -> list[tuple[str, str, tuple[str, ...], str]]:
    found = (each for each in report.advice if each.kind is not Kind.COLUMN_UNUSED)
    return [(e.kind.value, e.subject, e.elixir, e.sql) for e in found]


def test_a_key_not_null_and_the_time_of_an_update(advised: Advised) -> None:
    report = advised("CREATE TABLE customers (email text, name text)", FILES)
    assert said(report) == [
        (
            "primary key missing",
            "customers",
            ("integer_primary_key :id",),
            "ALTER TABLE customers ADD COLUMN id bigserial PRIMARY KEY;",
        ),
        (
            "NOT NULL missing",
            "customers.email",
            (),
            "ALTER TABLE customers ALTER COLUMN email SET NOT NULL;",
        ),
        (
            "updated_at missing",
            "customers",
            ("update_timestamp :updated_at",),
            "ALTER TABLE customers ADD COLUMN updated_at timestamp NOT NULL DEFAULT now();",
        ),
    ]
    assert [each.why for each in report.advice[1].reasons] == [
        "Shop.Sales.Customer.email has allow_nil? false"
    ]


def test_what_is_there_is_not_missing(advised: Advised) -> None:
    ddl = "CREATE TABLE customers (email text PRIMARY KEY, name text, updated_at date NOT NULL)"
    timed = RESOURCE.replace(
        "    attribute :name", "    update_timestamp :updated_at\n    attribute :name"
    )
    assert said(advised(ddl, {**FILES, "lib/shop/sales/customer.ex": timed})) == []


def test_what_no_action_updates_needs_no_time_of_an_update(advised: Advised) -> None:
    ddl = "CREATE TABLE customers (email text PRIMARY KEY, name text)"
    unchanging = RESOURCE.replace(", update: :*", "")
    assert said(advised(ddl, {**FILES, "lib/shop/sales/customer.ex": unchanging})) == []
