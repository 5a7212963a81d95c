"""`ash-scaffold advise`, as people and programs read it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "advise"
DDL = """
CREATE TABLE customers (
  id bigserial PRIMARY KEY, email text, fax text, updated_at timestamp NOT NULL
);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE,
  code text,
  updated_at timestamp NOT NULL
);
CREATE INDEX orders_code_index ON orders (code);
CREATE INDEX orders_code_id_index ON orders (code, id);
"""
FILES = {
    "lib/shop/sales.ex": """defmodule Shop.Sales do
  use Ash.Domain

  resources do
    resource Shop.Sales.Customer
    resource Shop.Sales.Order
  end
end
""",
    "lib/shop/sales/customer.ex": """defmodule Shop.Sales.Customer do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "customers"
    repo Shop.Repo
    migrate? false
  end

  attributes do
    integer_primary_key :id
    attribute :email, :string, allow_nil?: false
    attribute :fax, :string
    update_timestamp :updated_at
  end

  identities do
    identity :email, [:email]
  end

  relationships do
    has_many :orders, Shop.Sales.Order
  end
end
""",
    "lib/shop/sales/order.ex": """defmodule Shop.Sales.Order do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "orders"
    repo Shop.Repo
    migrate? false
  end

  attributes do
    integer_primary_key :id
    attribute :code, :string
    update_timestamp :updated_at
  end

  relationships do
    belongs_to :customer, Shop.Sales.Customer, attribute_type: :integer, allow_nil?: false
  end
end
""",
    "lib/shop/desk.ex": "defmodule Shop.Desk do\n  def find(code), do: Shop.Sales.Order\nend\n",
}
TEXT = """\

NOT NULL missing (1)
  customers.email: The resource asks for a value, and the column takes NULL. Ash's first migration \
after the cut-over says it: no row may have NULL then.
    Shop.Sales.Customer.email has allow_nil? false (lib/shop/sales/customer.ex:12)
    in the database: ALTER TABLE customers ALTER COLUMN email SET NOT NULL;

Index missing (2)
  customers.email
    Shop.Sales.Customer looks rows up by its identity email (lib/shop/sales/customer.ex:18)
    add to postgres, custom_indexes of lib/shop/sales/customer.ex:1:
        index [:email], name: "customers_email_index"
    while legacy migrations change the table: CREATE INDEX CONCURRENTLY customers_email_index ON \
customers (email);
  orders.customer_id
    Shop.Sales.Customer.orders is loaded by it (lib/shop/sales/customer.ex:22)
    a delete in customers looks for it (orders_customer_id_fkey ON DELETE CASCADE)
    add to postgres, custom_indexes of lib/shop/sales/order.ex:1:
        index [:customer_id], name: "orders_customer_id_index"
    while legacy migrations change the table: CREATE INDEX CONCURRENTLY orders_customer_id_index \
ON orders (customer_id);

Index doubled (1)
  orders.orders_code_index: The index orders_code_id_index begins with the same keys, and serves \
whatever it serves.
    orders_code_index: btree (code)
    orders_code_id_index: btree (code, id)
    in the database: DROP INDEX CONCURRENTLY orders_code_index;

Column unused (1)
  customers.fax: No code names it but the attribute's own definition.
    delete from attributes of lib/shop/sales/customer.ex:13:
        attribute :fax, :string
    while legacy migrations change the table: ALTER TABLE customers DROP COLUMN fax;

2 tables: 5 pieces of advice
Names were looked for as words in 7 files (., config, lib) and in the text of 0 objects of the \
database (functions, views, rules, policies, triggers). Names that are put together at run time, \
other repositories and clients are not seen.
There is no Ecto schema here: where the legacy code is another repository, --legacy names its \
folder.
"""


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def sales(project: Path, add: Callable[..., None]) -> Path:
    add(project, FILES)
    return project


def test_as_text(
    sales: Path,
    run: Run,
    database: Callable[..., str],
    files_of: Callable[[Path], dict[str, bytes]],
) -> None:
    before = files_of(sales)
    done = run("advise", "--url", database(DDL))
    assert (done.code, done.err) == (1, "")
    assert done.out.partition("\n")[2] == TEXT
    assert files_of(sales) == before


@pytest.mark.usefixtures("sales")
def test_as_json(run: Run, database: Callable[..., str]) -> None:
    done = run("advise", "--url", database(DDL), "--table", "orders", "--json")
    found = json.loads(done.out)
    assert (done.code, found.pop("source")[:12]) == (1, "ash_scaffold")
    golden = GOLDEN / "orders.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(golden.read_text())


def test_what_is_accepted_is_not_said_again(
    sales: Path, run: Run, database: Callable[..., str], add: Callable[..., None]
) -> None:
    ddl = "CREATE TABLE customers (id bigserial PRIMARY KEY, email text UNIQUE NOT NULL, fax text,"
    ddl += " updated_at timestamp NOT NULL)"
    accept = '[[accept]]\nobject = "customers.fax: column unused"\nreason = "kept for the law"\n'
    add(sales, {"ash_scaffold.toml": accept})
    done = run("advise", "--url", database(ddl), "--verbose")
    assert done.code == 0
    assert "1 table: nothing to advise, 1 accepted\n" in done.out
    assert "accepted: customers.fax: column unused: kept for the law\n" in done.out


@pytest.mark.usefixtures("sales")
def test_a_domain_that_is_chosen(run: Run, database: Callable[..., str]) -> None:
    ddl = "CREATE TABLE tags (a int); CREATE TABLE customers (id bigserial PRIMARY KEY, fax text)"
    done = run("advise", "--url", database(ddl), "--domain", "Shop.Sales", "--json")
    assert {each["table"] for each in json.loads(done.out)["advice"]} == {"customers"}


@pytest.mark.usefixtures("sales")
def test_a_table_that_there_is_not(run: Run, shop: str) -> None:
    done = run("advise", "--url", shop, "--table", "order")
    assert (done.code, done.out) == (2, "")
    assert "No table fits order." in done.err
