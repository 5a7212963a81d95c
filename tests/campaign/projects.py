"""The project of most tries, its schema, and the cases of runs in it."""

from __future__ import annotations

from tests.campaign.ground import URL_OPTION, Case

UNCONFIGURED = {
    "mix.exs": """defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "0.1.0", deps: [{:ash, "~> 3.32"}, {:ash_postgres, "~> 2.12"}]]
  end
end
""",
    "lib/shop/repo.ex": """defmodule Shop.Repo do
  use AshPostgres.Repo, otp_app: :shop

  @impl true
  def installed_extensions, do: []

  @impl true
  def migrate_extensions?, do: false

  @impl true
  def min_pg_version, do: %Version{major: 16, minor: 0, patch: 0}
end
""",
    "lib/shop/accounts.ex": "defmodule Shop.Accounts do\n  def list, do: []\nend\n",
    "lib/shop/accounts/customer.ex": """defmodule Shop.Accounts.Customer do
  use Ecto.Schema

  schema "customers" do
    field :email, :string
    field :settings, :map
    has_many :orders, Shop.Order
  end
end
""",
    ".formatter.exs": "[import_deps: [:ash, :ash_postgres]]\n",
    ".gitignore": "/_build/\n",
    "config/config.exs": "import Config\n\nconfig :shop, ash_domains: [Shop.Sales]\n",
    "notes.txt": "Written by a person.\n",
}
FILES = UNCONFIGURED | {
    "ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["*"]\n',
}
BARE = FILES | {
    "lib/shop/repo.ex": "defmodule Shop.Repo do\n  use AshPostgres.Repo, otp_app: :shop\nend\n",
    ".formatter.exs": "[inputs: []]\n",
    "config/config.exs": "import Config\n",
}
DDL = """
CREATE TYPE order_state AS ENUM ('open', 'paid');
CREATE TABLE customers (
  id bigserial PRIMARY KEY,
  email text NOT NULL UNIQUE,
  settings jsonb NOT NULL DEFAULT '{}',
  born date
);
COMMENT ON TABLE customers IS 'Those who buy.';
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE,
  state order_state NOT NULL DEFAULT 'open',
  total numeric(12,2) CONSTRAINT total_not_negative CHECK (total >= 0),
  shipped tstzrange,
  inserted_at timestamp NOT NULL
);
CREATE TABLE notes (id uuid PRIMARY KEY, order_id bigint REFERENCES orders, body text);
"""
LATER = (
    DDL
    + """
ALTER TABLE orders ADD note varchar(40);
ALTER TABLE orders ALTER total TYPE numeric(14,2);
ALTER TABLE customers DROP born;
CREATE TABLE refunds (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders);
COMMENT ON TABLE customers IS 'Those who buy now.';
"""
)
FEWER = DDL + "DROP TABLE notes;\nALTER TABLE orders DROP shipped;\n"

_DATABASE = ("--url", URL_OPTION)
FIRST = ("resources", "--no-format", "--domain", "Shop.Sales", *_DATABASE)
AGAIN = ("resources", "--no-format", *_DATABASE)
_EDIT = {"lib/shop/sales/order.ex": ("  actions do\n", "  # a person's\n  actions do\n")}
_MODES = {"lib/shop/sales/order.ex": 0o640}

first_run = Case(name="first run", files=FILES, command=FIRST, ddl=DDL)
CASES = (
    first_run,
    Case(
        name="run again",
        files=FILES,
        earlier=((FIRST, DDL),),
        edits=_EDIT,
        modes=_MODES,
        command=AGAIN,
        ddl=LATER,
    ),
    Case(
        name="prune",
        files=FILES,
        earlier=((FIRST, DDL),),
        edits=_EDIT,
        command=(*AGAIN, "--prune"),
        ddl=FEWER,
    ),
    Case(
        name="into fragments",
        files=FILES,
        earlier=((FIRST, DDL),),
        edits=_EDIT,
        command=(*AGAIN, "--layout", "fragment"),
        ddl=DDL,
    ),
    Case(
        name="adopt a context",
        files=UNCONFIGURED,
        command=(
            *("resources", "--no-format", "--domain", "Shop.Accounts", "--adopt-context"),
            *_DATABASE,
        ),
        ddl=DDL,
    ),
    Case(name="init", files=UNCONFIGURED, command=("init", *_DATABASE), ddl=DDL),
    Case(
        name="document",
        files=FILES,
        earlier=((FIRST, DDL), (("document", *_DATABASE), DDL)),
        command=("document", *_DATABASE),
        ddl=LATER,
    ),
    Case(
        name="document in pages",
        files=FILES,
        earlier=((FIRST, DDL),),
        command=("document", "--split", *_DATABASE),
        ddl=DDL,
    ),
    Case(
        name="doctor --fix",
        files=BARE,
        earlier=((FIRST, DDL),),
        command=("doctor", "--fix", *_DATABASE),
        ddl=DDL,
    ),
)
generated = Case(
    name="generated", files=FILES, earlier=((FIRST, DDL),), edits=_EDIT, command=AGAIN, ddl=DDL
)
