"""A table is tweaked: its module, its line in the domain, and what points to it."""

from __future__ import annotations

from tests.generate.running import edited
from tests.generate.tweaks.conftest import Tweak

USER = "lib/shop/sales/user.ex"
DOMAIN = "lib/shop/sales.ex"
CRM = """
CREATE SCHEMA crm;
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email varchar(255) NOT NULL,
  age integer
)
"""
USERS = """
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email varchar(255) NOT NULL,
  age integer
)
"""
ORDERS = """
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  number text NOT NULL,
  total numeric(12,2),
  deleted_at timestamptz
)
"""


def test_a_table_is_added(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales.ex
@@
   use Ash.Domain

   resources do
+    resource Shop.Sales.Tag
     resource Shop.Sales.User
   end
 end
lib/shop/sales/tag.ex (new)
@@
+defmodule Shop.Sales.Tag do
+  use Ash.Resource,
+    domain: Shop.Sales,
+    data_layer: AshPostgres.DataLayer
+
+  postgres do
+    table "tags"
+    repo Shop.Repo
+    migrate? false
+  end
+
+  actions do
+    defaults [:read, :destroy, create: :*, update: :*]
+  end
+
+  attributes do
+    attribute :name, :string do
+      primary_key? true
+      allow_nil? false
+      public? true
+      constraints trim?: false, allow_empty?: true
+    end
+  end
+end
"""
    done = tweak(USERS, "CREATE TABLE tags (name text PRIMARY KEY)")
    assert done.words == ["table tags added"]
    assert done.diff == diff
    assert done.problems == []


def test_a_table_is_added_to_a_domain_that_somebody_has_edited(tweak: Tweak) -> None:
    edit = edited(
        DOMAIN,
        (
            "  resources do\n    resource Shop.Sales.User\n  end",
            (
                "  # Mine.\n"
                "  resources do\n"
                "    resource Shop.Sales.User do\n"
                "      define :list_users, action: :read\n"
                "    end\n"
                "  end"
            ),
        ),
    )
    diff = """\
lib/shop/sales.ex
@@

   # Mine.
   resources do
+    resource Shop.Sales.Tag
+
     resource Shop.Sales.User do
       define :list_users, action: :read
     end
lib/shop/sales/tag.ex (new)
@@
+defmodule Shop.Sales.Tag do
+  use Ash.Resource,
+    domain: Shop.Sales,
+    data_layer: AshPostgres.DataLayer
+
+  postgres do
+    table "tags"
+    repo Shop.Repo
+    migrate? false
+  end
+
+  actions do
+    defaults [:read, :destroy, create: :*, update: :*]
+  end
+
+  attributes do
+    attribute :name, :string do
+      primary_key? true
+      allow_nil? false
+      public? true
+      constraints trim?: false, allow_empty?: true
+    end
+  end
+end
"""
    done = tweak(USERS, "CREATE TABLE tags (name text PRIMARY KEY)", edit)
    assert done.words == ["table tags added"]
    assert done.diff == diff
    assert done.problems == []


def test_a_table_is_added_that_another_one_points_to(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales.ex
@@
   use Ash.Domain

   resources do
+    resource Shop.Sales.Team
     resource Shop.Sales.User
   end
 end
lib/shop/sales/team.ex (new)
@@
+defmodule Shop.Sales.Team do
+  use Ash.Resource,
+    domain: Shop.Sales,
+    data_layer: AshPostgres.DataLayer
+
+  postgres do
+    table "teams"
+    repo Shop.Repo
+    migrate? false
+
+    foreign_key_names [{:id, "users_team_id_fkey", "would leave records behind"}]
+  end
+
+  actions do
+    defaults [:read, :destroy, create: :*, update: :*]
+  end
+
+  attributes do
+    integer_primary_key :id
+  end
+
+  relationships do
+    has_many :users, Shop.Sales.User do
+      public? true
+    end
+  end
+end
lib/shop/sales/user.ex
@@
     attribute :age, :integer do
       public? true
     end
+
+    attribute :team_id, :integer do
+      public? true
+    end
+  end
+
+  relationships do
+    belongs_to :team, Shop.Sales.Team do
+      define_attribute? false
+      public? true
+    end
   end
 end
"""
    done = tweak(
        USERS,
        (
            "CREATE TABLE teams (id bigserial PRIMARY KEY); "
            "ALTER TABLE users ADD team_id bigint REFERENCES teams"
        ),
    )
    assert done.words == [
        "table teams added",
        "users.team_id added: bigint",
        "users: foreign key users_team_id_fkey added: (team_id) → teams(id)",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_table_is_renamed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/customer.ex
@@
     data_layer: AshPostgres.DataLayer

   postgres do
-    table "customers"
+    table "clients"
     repo Shop.Repo
     migrate? false
+
+    unique_index_names [{[:id], "customers_pkey"}]

     foreign_key_names [{:id, "orders_customer_id_fkey", "would leave records behind"}]
   end
"""
    done = tweak(ORDERS, "ALTER TABLE customers RENAME TO clients")
    assert done.words == ["table customers renamed to clients"]
    assert done.diff == diff
    assert done.problems == []


def test_a_table_is_renamed_and_its_objects_with_it(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/customer.ex
@@
     repo Shop.Repo
     migrate? false

-    foreign_key_names [{:id, "orders_customer_id_fkey", "would leave records behind"}]
+    foreign_key_names [{:id, "purchases_customer_id_fkey", "would leave records behind"}]
   end

   actions do
lib/shop/sales/order.ex
@@
     data_layer: AshPostgres.DataLayer

   postgres do
-    table "orders"
+    table "purchases"
     repo Shop.Repo
     migrate? false
   end
"""
    done = tweak(
        ORDERS,
        (
            "ALTER TABLE orders RENAME TO purchases; "
            "ALTER INDEX orders_pkey RENAME TO purchases_pkey; "
            "ALTER SEQUENCE orders_id_seq RENAME TO purchases_id_seq; "
            "ALTER TABLE purchases RENAME CONSTRAINT orders_customer_id_fkey TO "
            "purchases_customer_id_fkey"
        ),
    )
    assert done.words == [
        "table orders renamed to purchases",
        (
            "purchases.id: default nextval('public.orders_id_seq'::regclass) → "
            "nextval('public.purchases_id_seq'::regclass)"
        ),
        "purchases: primary key orders_pkey renamed to purchases_pkey",
        "purchases: foreign key orders_customer_id_fkey renamed to purchases_customer_id_fkey",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_table_is_renamed_that_somebody_has_edited(tweak: Tweak) -> None:
    edit = edited(
        USER,
        (
            "  actions do\n",
            "  # Ours.\n  actions do\n    read :adults, filter: expr(age >= 18)\n",
        ),
    )
    diff = """\
lib/shop/sales/user.ex
@@
     data_layer: AshPostgres.DataLayer

   postgres do
-    table "users"
+    table "people"
     repo Shop.Repo
     migrate? false
+
+    unique_index_names [{[:id], "users_pkey"}]
   end

   # Ours.
"""
    done = tweak(USERS, "ALTER TABLE users RENAME TO people", edit)
    assert done.words == ["table users renamed to people"]
    assert done.diff == diff
    assert done.problems == []


def test_a_table_is_dropped(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/customer.ex
@@
     table "customers"
     repo Shop.Repo
     migrate? false
-
-    foreign_key_names [{:id, "orders_customer_id_fkey", "would leave records behind"}]
   end

   actions do
@@
       constraints trim?: false, allow_empty?: true
     end
   end
-
-  relationships do
-    has_many :orders, Shop.Sales.Order do
-      public? true
-    end
-  end
 end
"""
    done = tweak(ORDERS, "DROP TABLE orders")
    assert done.words == ["table orders dropped"]
    assert done.diff == diff
    assert done.problems == [
        (
            "error [table-gone] lib/shop/sales/order.ex: The table orders is no longer "
            "in the database; Shop.Sales.Order can't read it.\n"
            "    Delete it and its line in the domain, or have that done: ash-scaffold "
            "resources --prune"
        ),
    ]


def test_a_table_is_moved_to_another_schema(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@

   postgres do
     table "users"
+    schema "crm"
     repo Shop.Repo
     migrate? false
   end
"""
    done = tweak(
        CRM, "ALTER TABLE users SET SCHEMA crm", files={"ash_scaffold.toml": 'schemas = ["crm"]\n'}
    )
    assert done.words == ["table users moved to schema crm"]
    assert done.diff == diff
    assert done.problems == []


def test_row_security_is_switched_on(tweak: Tweak) -> None:
    done = tweak(USERS, "ALTER TABLE users ENABLE ROW LEVEL SECURITY")
    assert done.words == ["users: row security on"]
    assert done.diff == ""
    assert done.problems == [
        (
            "note [row-security] users: Row-level security decides which rows the role "
            "sees; Ash's policies know nothing of it.\n"
            "    Use the role and the settings that the policies of the table expect."
        ),
    ]
