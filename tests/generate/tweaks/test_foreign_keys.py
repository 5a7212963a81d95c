"""A foreign key is tweaked: both of its sides follow."""

from __future__ import annotations

from tests.generate.running import conflict, edited
from tests.generate.tweaks.conftest import Tweak

ORDER = "lib/shop/sales/order.ex"
CUSTOMER = "lib/shop/sales/customer.ex"
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
UNRELATED = """
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL,
  number text NOT NULL,
  total numeric(12,2),
  deleted_at timestamptz
)
"""
LEGACY = """
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL CONSTRAINT old_fk REFERENCES customers,
  number text NOT NULL,
  total numeric(12,2),
  deleted_at timestamptz
)
"""


def test_a_foreign_key_is_added(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/customer.ex
@@
     table "customers"
     repo Shop.Repo
     migrate? false
+
+    foreign_key_names [{:id, "orders_customer_id_fkey", "would leave records behind"}]
   end

   actions do
@@
       constraints trim?: false, allow_empty?: true
     end
   end
+
+  relationships do
+    has_many :orders, Shop.Sales.Order do
+      public? true
+    end
+  end
 end
lib/shop/sales/order.ex
@@
       public? true
     end
   end
+
+  relationships do
+    belongs_to :customer, Shop.Sales.Customer do
+      define_attribute? false
+      public? true
+    end
+  end
 end
"""
    done = tweak(UNRELATED, "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers")
    assert done.words == [
        "orders: foreign key orders_customer_id_fkey added: (customer_id) → customers(id)",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_foreign_key_is_added_with_actions_and_a_name(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/customer.ex
@@
       constraints trim?: false, allow_empty?: true
     end
   end
+
+  relationships do
+    has_many :orders, Shop.Sales.Order do
+      public? true
+    end
+  end
 end
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    references do
+      reference :customer do
+        name "legacy_fk"
+        on_delete :delete
+        on_update :update
+      end
+    end
   end

   actions do
@@
       public? true
     end
   end
+
+  relationships do
+    belongs_to :customer, Shop.Sales.Customer do
+      define_attribute? false
+      public? true
+    end
+  end
 end
"""
    done = tweak(
        UNRELATED,
        (
            "ALTER TABLE orders ADD CONSTRAINT legacy_fk FOREIGN KEY (customer_id) "
            "REFERENCES customers ON DELETE CASCADE ON UPDATE CASCADE"
        ),
    )
    assert done.words == [
        (
            "orders: foreign key legacy_fk added: (customer_id) → customers(id) on "
            "delete cascade on update cascade"
        ),
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_foreign_key_is_added_with_its_column(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/customer.ex
@@
     repo Shop.Repo
     migrate? false

-    foreign_key_names [{:id, "orders_customer_id_fkey", "would leave records behind"}]
+    foreign_key_names [
+      {:id, "orders_clerk_id_fkey", "would leave records behind"},
+      {:id, "orders_customer_id_fkey", "would leave records behind"}
+    ]
   end

   actions do
@@
     has_many :orders, Shop.Sales.Order do
       public? true
     end
+
+    has_many :clerk_orders, Shop.Sales.Order do
+      destination_attribute :clerk_id
+      public? true
+    end
   end
 end
lib/shop/sales/order.ex
@@
     attribute :deleted_at, AshPostgres.TimestamptzUsec do
       public? true
     end
+
+    attribute :clerk_id, :integer do
+      public? true
+    end
   end

   relationships do
@@
       define_attribute? false
       public? true
     end
+
+    belongs_to :clerk, Shop.Sales.Customer do
+      define_attribute? false
+      public? true
+    end
   end
 end
"""
    done = tweak(ORDERS, "ALTER TABLE orders ADD clerk_id bigint REFERENCES customers")
    assert done.words == [
        "orders.clerk_id added: bigint",
        "orders: foreign key orders_clerk_id_fkey added: (clerk_id) → customers(id)",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_foreign_key_is_dropped(tweak: Tweak) -> None:
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
lib/shop/sales/order.ex
@@
       public? true
     end
   end
-
-  relationships do
-    belongs_to :customer, Shop.Sales.Customer do
-      define_attribute? false
-      public? true
-    end
-  end
 end
"""
    done = tweak(ORDERS, "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey")
    assert done.words == ["orders: foreign key orders_customer_id_fkey dropped"]
    assert done.diff == diff
    assert done.problems == []


def test_a_foreign_key_is_dropped_whose_relationship_somebody_has_edited(tweak: Tweak) -> None:
    edit = edited(
        ORDER,
        (
            "belongs_to :customer, Shop.Sales.Customer do",
            'belongs_to :customer, Shop.Sales.Customer do\n      description "Who pays"',
        ),
    )
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
    done = tweak(ORDERS, "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey", edit)
    assert done.words == ["orders: foreign key orders_customer_id_fkey dropped"]
    assert done.diff == diff
    assert done.problems == [conflict(ORDER, "orders.customer", gone=True)]


def test_an_action_is_changed(tweak: Tweak) -> None:
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
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    references do
+      reference :customer do
+        on_delete :delete
+      end
+    end
   end

   actions do
"""
    done = tweak(
        ORDERS,
        (
            "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey, ADD FOREIGN "
            "KEY (customer_id) REFERENCES customers ON DELETE CASCADE"
        ),
    )
    assert done.words == [
        (
            "orders: foreign key orders_customer_id_fkey: (customer_id) → customers(id)"
            " → (customer_id) → customers(id) on delete cascade"
        ),
    ]
    assert done.diff == diff
    assert done.problems == []


def test_an_action_is_changed_of_a_relationship_with_a_name_of_its_own(tweak: Tweak) -> None:
    edit = edited(
        ORDER,
        (
            "belongs_to :customer, Shop.Sales.Customer do\n",
            "belongs_to :buyer, Shop.Sales.Customer do\n      source_attribute :customer_id\n",
        ),
    )
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
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    references do
+      reference :buyer do
+        on_delete :delete
+      end
+    end
   end

   actions do
"""
    done = tweak(
        ORDERS,
        (
            "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey, ADD FOREIGN "
            "KEY (customer_id) REFERENCES customers ON DELETE CASCADE"
        ),
        edit,
    )
    assert done.words == [
        (
            "orders: foreign key orders_customer_id_fkey: (customer_id) → customers(id)"
            " → (customer_id) → customers(id) on delete cascade"
        ),
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_foreign_key_is_renamed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/customer.ex
@@
     repo Shop.Repo
     migrate? false

-    foreign_key_names [{:id, "orders_customer_id_fkey", "would leave records behind"}]
+    foreign_key_names [{:id, "legacy_fk", "would leave records behind"}]
   end

   actions do
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    references do
+      reference :customer do
+        name "legacy_fk"
+      end
+    end
   end

   actions do
"""
    done = tweak(
        ORDERS, "ALTER TABLE orders RENAME CONSTRAINT orders_customer_id_fkey TO legacy_fk"
    )
    assert done.words == ["orders: foreign key orders_customer_id_fkey renamed to legacy_fk"]
    assert done.diff == diff
    assert done.problems == []


def test_a_foreign_key_is_renamed_on_a_parent_with_names_of_its_own(tweak: Tweak) -> None:
    edit = edited(
        CUSTOMER,
        (
            'foreign_key_names [{:id, "old_fk", "would leave records behind"}]',
            'foreign_key_names [{:id, "old_fk", "has orders"}, {:id, "my_fk", "is mine"}]',
        ),
    )
    diff = """\
lib/shop/sales/customer.ex
@@
     repo Shop.Repo
     migrate? false

-    foreign_key_names [{:id, "old_fk", "has orders"}, {:id, "my_fk", "is mine"}]
+    foreign_key_names [{:id, "legacy_fk", "has orders"}, {:id, "my_fk", "is mine"}]
   end

   actions do
lib/shop/sales/order.ex
@@

     references do
       reference :customer do
-        name "old_fk"
+        name "legacy_fk"
       end
     end
   end
"""
    done = tweak(LEGACY, "ALTER TABLE orders RENAME CONSTRAINT old_fk TO legacy_fk", edit)
    assert done.words == ["orders: foreign key old_fk renamed to legacy_fk"]
    assert done.diff == diff
    assert done.problems == []


def test_a_foreign_key_goes_to_another_table(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales.ex
@@
   use Ash.Domain

   resources do
+    resource Shop.Sales.Buyer
     resource Shop.Sales.Customer
     resource Shop.Sales.Order
   end
lib/shop/sales/buyer.ex (new)
@@
+defmodule Shop.Sales.Buyer do
+  use Ash.Resource,
+    domain: Shop.Sales,
+    data_layer: AshPostgres.DataLayer
+
+  postgres do
+    table "buyers"
+    repo Shop.Repo
+    migrate? false
+
+    foreign_key_names [{:id, "orders_customer_id_fkey", "would leave records behind"}]
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
+    has_many :orders, Shop.Sales.Order do
+      destination_attribute :customer_id
+      public? true
+    end
+  end
+end
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
lib/shop/sales/order.ex
@@
   end

   relationships do
-    belongs_to :customer, Shop.Sales.Customer do
+    belongs_to :customer, Shop.Sales.Buyer do
       define_attribute? false
       public? true
     end
"""
    done = tweak(
        ORDERS,
        (
            "CREATE TABLE buyers (id bigserial PRIMARY KEY); "
            "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey, ADD FOREIGN "
            "KEY (customer_id) REFERENCES buyers"
        ),
    )
    assert done.words == [
        "table buyers added",
        (
            "orders: foreign key orders_customer_id_fkey: (customer_id) → customers(id)"
            " → (customer_id) → buyers(id)"
        ),
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_foreign_key_is_deferred(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    references do
+      reference :customer do
+        deferrable :initially
+      end
+    end
   end

   actions do
"""
    done = tweak(
        ORDERS,
        (
            "ALTER TABLE orders ALTER CONSTRAINT orders_customer_id_fkey DEFERRABLE "
            "INITIALLY DEFERRED"
        ),
    )
    assert done.words == [
        (
            "orders: foreign key orders_customer_id_fkey: (customer_id) → customers(id)"
            " → (customer_id) → customers(id) deferrable initially deferred"
        ),
    ]
    assert done.diff == diff
    assert done.problems == [
        (
            "note [deferred-constraint] orders.orders_customer_id_fkey: It is initially"
            " deferred: a violation fails at COMMIT, where Ash can't make a field error"
            " of it.\n"
            "    Check it before the write, or make it INITIALLY IMMEDIATE in legacy code."
        ),
    ]
