"""An index or unique constraint is tweaked: identities and the names that AshPostgres looks for."""

from __future__ import annotations

from tests.generate.running import conflict, edited
from tests.generate.tweaks.conftest import Tweak

ORDER = "lib/shop/sales/order.ex"
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
UNIQUE = """
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  number text NOT NULL,
  total numeric(12,2),
  deleted_at timestamptz
);
CREATE UNIQUE INDEX one_number ON orders (number)
"""
PARTIAL = """
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  number text NOT NULL,
  total numeric(12,2),
  deleted_at timestamptz
);
CREATE UNIQUE INDEX live_number ON orders (number) WHERE deleted_at IS NULL
"""


def test_a_unique_index_is_added(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
       public? true
     end
   end
+
+  identities do
+    identity :number, [:number]
+  end
 end
"""
    done = tweak(ORDERS, "CREATE UNIQUE INDEX orders_number_index ON orders (number)")
    assert done.words == ["orders: index orders_number_index added: unique btree (number)"]
    assert done.diff == diff
    assert done.problems == []


def test_a_unique_index_is_added_with_a_name_that_ash_would_not_guess(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    identity_index_names number_customer_id: "one_number"
   end

   actions do
@@
       public? true
     end
   end
+
+  identities do
+    identity :number_customer_id, [:number, :customer_id]
+  end
 end
"""
    done = tweak(ORDERS, "CREATE UNIQUE INDEX one_number ON orders (number, customer_id)")
    assert done.words == ["orders: index one_number added: unique btree (number, customer_id)"]
    assert done.diff == diff
    assert done.problems == []


def test_a_unique_constraint_is_added(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    identity_index_names number: "orders_number_key"
   end

   actions do
@@
       public? true
     end
   end
+
+  identities do
+    identity :number, [:number]
+  end
 end
"""
    done = tweak(ORDERS, "ALTER TABLE orders ADD UNIQUE (number)")
    assert done.words == ["orders: constraint orders_number_key added: unique (number)"]
    assert done.diff == diff
    assert done.problems == []


def test_a_partial_unique_index_is_added(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    identity_index_names number: "live_number"
+    identity_wheres_to_sql number: "(deleted_at IS NULL)"
   end

   actions do
@@
       public? true
     end
   end
+
+  identities do
+    identity :number, [:number] do
+      where expr(is_nil(deleted_at))
+    end
+  end
 end
"""
    done = tweak(
        ORDERS, "CREATE UNIQUE INDEX live_number ON orders (number) WHERE deleted_at IS NULL"
    )
    assert done.words == [
        "orders: index live_number added: unique btree (number) where (deleted_at IS NULL)",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_unique_index_is_added_that_ash_can_not_say(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    # lower_number: lower(number)
+    unique_index_names [{[:number], "lower_number"}]
   end

   actions do
"""
    done = tweak(ORDERS, "CREATE UNIQUE INDEX lower_number ON orders (lower(number))")
    assert done.words == ["orders: index lower_number added: unique btree (lower(number))"]
    assert done.diff == diff
    assert done.problems == []


def test_a_plain_index_is_added(tweak: Tweak) -> None:
    done = tweak(ORDERS, "CREATE INDEX orders_total ON orders (total)")
    assert done.words == ["orders: index orders_total added: btree (total)"]
    assert done.diff == ""
    assert done.problems == []


def test_a_unique_index_is_dropped(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
-
-    identity_index_names number: "one_number"
   end

   actions do
@@
       public? true
     end
   end
-
-  identities do
-    identity :number, [:number]
-  end
 end
"""
    done = tweak(UNIQUE, "DROP INDEX one_number")
    assert done.words == ["orders: index one_number dropped"]
    assert done.diff == diff
    assert done.problems == []


def test_a_unique_index_is_dropped_whose_identity_somebody_has_edited(tweak: Tweak) -> None:
    edit = edited(
        ORDER,
        (
            "identity :number, [:number]",
            "identity :number, [:number], eager_check?: true",
        ),
    )
    done = tweak(UNIQUE, "DROP INDEX one_number", edit)
    assert done.words == ["orders: index one_number dropped"]
    assert done.diff == ""
    assert done.problems == [conflict(ORDER, "orders.identities.number", gone=True)]


def test_a_unique_index_is_renamed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     repo Shop.Repo
     migrate? false

-    identity_index_names number: "one_number"
+    identity_index_names number: "the_number"
   end

   actions do
"""
    done = tweak(UNIQUE, "ALTER INDEX one_number RENAME TO the_number")
    assert done.words == ["orders: index one_number renamed to the_number"]
    assert done.diff == diff
    assert done.problems == []


def test_a_unique_index_is_renamed_whose_identity_has_a_name_of_its_own(tweak: Tweak) -> None:
    edit = edited(
        ORDER,
        (
            "identity :number, [:number]",
            "identity :invoice_number, [:number], eager_check?: true",
        ),
        (
            'identity_index_names number: "one_number"',
            'identity_index_names invoice_number: "one_number"',
        ),
    )
    diff = """\
lib/shop/sales/order.ex
@@
     repo Shop.Repo
     migrate? false

-    identity_index_names invoice_number: "one_number"
+    identity_index_names invoice_number: "the_number"
   end

   actions do
"""
    done = tweak(UNIQUE, "ALTER INDEX one_number RENAME TO the_number", edit)
    assert done.words == ["orders: index one_number renamed to the_number"]
    assert done.diff == diff
    assert done.problems == []


def test_a_unique_index_covers_another_column(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
   end

   identities do
-    identity :number, [:number]
+    identity :number, [:number, :customer_id]
   end
 end
"""
    done = tweak(
        UNIQUE,
        "DROP INDEX one_number; CREATE UNIQUE INDEX one_number ON orders (number, customer_id)",
    )
    assert done.words == [
        "orders: index one_number: unique btree (number) → unique btree (number, customer_id)",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_predicate_is_changed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     migrate? false

     identity_index_names number: "live_number"
-    identity_wheres_to_sql number: "(deleted_at IS NULL)"
+    identity_wheres_to_sql number: "((deleted_at IS NULL) AND (total > (0)::numeric))"
   end

   actions do
@@

   identities do
     identity :number, [:number] do
-      where expr(is_nil(deleted_at))
+      where expr(is_nil(deleted_at) and total > 0)
     end
   end
 end
"""
    done = tweak(
        PARTIAL,
        (
            "DROP INDEX live_number; "
            "CREATE UNIQUE INDEX live_number ON orders (number) WHERE deleted_at IS "
            "NULL AND total > 0"
        ),
    )
    assert done.words == [
        (
            "orders: index live_number: unique btree (number) where (deleted_at IS "
            "NULL) → unique btree (number) where ((deleted_at IS NULL) AND (total > "
            "(0)::numeric))"
        ),
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_predicate_is_changed_and_the_persons_entries_stay(tweak: Tweak) -> None:
    edit = edited(
        ORDER,
        (
            'identity_index_names number: "live_number"',
            'identity_index_names number: "live_number", mine: "my_index"',
        ),
        (
            "    identity :number, [:number] do\n",
            (
                "    identity :mine, [:total]\n"
                "\n"
                "    # While it lives.\n"
                "    identity :number, [:number] do\n"
                "      eager_check? true\n"
            ),
        ),
    )
    diff = """\
lib/shop/sales/order.ex
@@
     migrate? false

     identity_index_names number: "live_number", mine: "my_index"
-    identity_wheres_to_sql number: "(deleted_at IS NULL)"
+    identity_wheres_to_sql number: "(total > (0)::numeric)"
   end

   actions do
@@
     # While it lives.
     identity :number, [:number] do
       eager_check? true
-      where expr(is_nil(deleted_at))
+      where expr(total > 0)
     end
   end
 end
"""
    done = tweak(
        PARTIAL,
        (
            "DROP INDEX live_number; "
            "CREATE UNIQUE INDEX live_number ON orders (number) WHERE total > 0"
        ),
        edit,
    )
    assert done.words == [
        (
            "orders: index live_number: unique btree (number) where (deleted_at IS "
            "NULL) → unique btree (number) where (total > (0)::numeric)"
        ),
    ]
    assert done.diff == diff
    assert done.problems == []
