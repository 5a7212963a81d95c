"""A check, an exclusion constraint or the primary key is tweaked."""

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
CHECKED = """
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  number text NOT NULL,
  total numeric(12,2) CONSTRAINT total_not_negative CHECK (total >= 0),
  deleted_at timestamptz
)
"""
ROOMS = """
CREATE TABLE bookings (id bigserial PRIMARY KEY, room bigint NOT NULL, during tstzrange)
"""
EXCLUDED = """
CREATE TABLE bookings (
  id bigserial PRIMARY KEY,
  room bigint NOT NULL,
  during tstzrange,
  CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&)
)
"""


def test_a_check_is_added(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    check_constraints do
+      check_constraint :total, "total_not_negative" do
+        message "is invalid"
+      end
+    end
   end

   actions do
"""
    done = tweak(ORDERS, "ALTER TABLE orders ADD CONSTRAINT total_not_negative CHECK (total >= 0)")
    assert done.words == [
        "orders: constraint total_not_negative added: check (total >= (0)::numeric)",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_check_is_added_beside_others(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     migrate? false

     check_constraints do
+      check_constraint :number, "number_given" do
+        message "is invalid"
+      end
+
       check_constraint :total, "total_not_negative" do
         message "is invalid"
       end
"""
    done = tweak(CHECKED, "ALTER TABLE orders ADD CONSTRAINT number_given CHECK (number <> '')")
    assert done.words == ["orders: constraint number_given added: check (number <> ''::text)"]
    assert done.diff == diff
    assert done.problems == []


def test_a_check_over_several_columns_is_added(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
+
+    check_constraints do
+      check_constraint [:total, :number], "paid_has_number" do
+        message "is invalid"
+      end
+    end
   end

   actions do
"""
    done = tweak(
        ORDERS,
        "ALTER TABLE orders ADD CONSTRAINT paid_has_number CHECK (total IS NULL OR number <> '')",
    )
    assert done.words == [
        (
            "orders: constraint paid_has_number added: check ((total IS NULL) OR "
            "(number <> ''::text))"
        ),
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_check_is_dropped(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     table "orders"
     repo Shop.Repo
     migrate? false
-
-    check_constraints do
-      check_constraint :total, "total_not_negative" do
-        message "is invalid"
-      end
-    end
   end

   actions do
"""
    done = tweak(CHECKED, "ALTER TABLE orders DROP CONSTRAINT total_not_negative")
    assert done.words == ["orders: constraint total_not_negative dropped"]
    assert done.diff == diff
    assert done.problems == []


def test_a_check_is_dropped_whose_message_is_the_persons(tweak: Tweak) -> None:
    edit = edited(
        ORDER,
        (
            'message "is invalid"',
            'message "must not be negative"',
        ),
    )
    done = tweak(CHECKED, "ALTER TABLE orders DROP CONSTRAINT total_not_negative", edit)
    assert done.words == ["orders: constraint total_not_negative dropped"]
    assert done.diff == ""
    assert done.problems == [conflict(ORDER, "orders.total_not_negative", gone=True)]


def test_a_check_says_something_else_of_the_same_column(tweak: Tweak) -> None:
    done = tweak(
        CHECKED,
        (
            "ALTER TABLE orders DROP CONSTRAINT total_not_negative, ADD CONSTRAINT "
            "total_not_negative CHECK (total > 1)"
        ),
    )
    assert done.words == [
        (
            "orders: constraint total_not_negative: check (total >= (0)::numeric) → "
            "check (total > (1)::numeric)"
        ),
    ]
    assert done.diff == ""
    assert done.problems == []


def test_a_check_says_something_of_another_column(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     migrate? false

     check_constraints do
-      check_constraint :total, "total_not_negative" do
+      check_constraint :number, "total_not_negative" do
         message "is invalid"
       end
     end
"""
    done = tweak(
        CHECKED,
        (
            "ALTER TABLE orders DROP CONSTRAINT total_not_negative, ADD CONSTRAINT "
            "total_not_negative CHECK (length(number) > 1)"
        ),
    )
    assert done.words == [
        (
            "orders: constraint total_not_negative: check (total >= (0)::numeric) → "
            "check (length(number) > 1)"
        ),
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_check_is_renamed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/order.ex
@@
     migrate? false

     check_constraints do
-      check_constraint :total, "total_not_negative" do
+      check_constraint :total, "total_is_fine" do
         message "is invalid"
       end
     end
"""
    done = tweak(
        CHECKED, "ALTER TABLE orders RENAME CONSTRAINT total_not_negative TO total_is_fine"
    )
    assert done.words == ["orders: constraint total_not_negative renamed to total_is_fine"]
    assert done.diff == diff
    assert done.problems == []


def test_a_check_is_renamed_whose_message_is_the_persons(tweak: Tweak) -> None:
    edit = edited(
        ORDER,
        (
            'message "is invalid"',
            'message "must not be negative"',
        ),
    )
    diff = """\
lib/shop/sales/order.ex
@@
     migrate? false

     check_constraints do
-      check_constraint :total, "total_not_negative" do
+      check_constraint :total, "total_is_fine" do
         message "must not be negative"
       end
     end
"""
    done = tweak(
        CHECKED, "ALTER TABLE orders RENAME CONSTRAINT total_not_negative TO total_is_fine", edit
    )
    assert done.words == ["orders: constraint total_not_negative renamed to total_is_fine"]
    assert done.diff == diff
    assert done.problems == []


def test_an_exclusion_constraint_is_added(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/booking.ex
@@
     table "bookings"
     repo Shop.Repo
     migrate? false
+
+    exclusion_constraint_names [{:during, "no_overlap"}]
   end

   actions do
"""
    done = tweak(
        ROOMS,
        "ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&)",
    )
    assert done.words == [
        "bookings: constraint no_overlap added: EXCLUDE USING gist (during WITH &&)",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_an_exclusion_constraint_is_changed(tweak: Tweak) -> None:
    done = tweak(
        EXCLUDED,
        (
            "ALTER TABLE bookings DROP CONSTRAINT no_overlap, ADD CONSTRAINT no_overlap"
            " EXCLUDE USING gist (during WITH &&) WHERE (room > 1)"
        ),
    )
    assert done.words == [
        (
            "bookings: constraint no_overlap: EXCLUDE USING gist (during WITH &&) → "
            "EXCLUDE USING gist (during WITH &&) WHERE ((room > 1))"
        ),
    ]
    assert done.diff == ""
    assert done.problems == []


def test_an_exclusion_constraint_is_renamed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/booking.ex
@@
     repo Shop.Repo
     migrate? false

-    exclusion_constraint_names [{:during, "no_overlap"}]
+    exclusion_constraint_names [{:during, "one_at_a_time"}]
   end

   actions do
"""
    done = tweak(EXCLUDED, "ALTER TABLE bookings RENAME CONSTRAINT no_overlap TO one_at_a_time")
    assert done.words == ["bookings: constraint no_overlap renamed to one_at_a_time"]
    assert done.diff == diff
    assert done.problems == []


def test_an_exclusion_constraint_is_dropped(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/booking.ex
@@
     table "bookings"
     repo Shop.Repo
     migrate? false
-
-    exclusion_constraint_names [{:during, "no_overlap"}]
   end

   actions do
"""
    done = tweak(EXCLUDED, "ALTER TABLE bookings DROP CONSTRAINT no_overlap")
    assert done.words == ["bookings: constraint no_overlap dropped"]
    assert done.diff == diff
    assert done.problems == []


def test_a_primary_key_gets_a_second_column(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/booking.ex
@@
   end

   attributes do
-    integer_primary_key :id
+    attribute :id, :integer do
+      primary_key? true
+      allow_nil? false
+      public? true
+      generated? true
+    end

     attribute :room, :integer do
+      primary_key? true
       allow_nil? false
       public? true
     end
"""
    done = tweak(
        ROOMS, "ALTER TABLE bookings DROP CONSTRAINT bookings_pkey, ADD PRIMARY KEY (id, room)"
    )
    assert done.words == [
        "bookings: primary key bookings_pkey: primary key (id) → primary key (id, room)",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_primary_key_is_of_another_column(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/booking.ex
@@
   end

   attributes do
-    integer_primary_key :id
+    attribute :id, :integer do
+      allow_nil? false
+      public? true
+      generated? true
+    end

     attribute :room, :integer do
+      primary_key? true
       allow_nil? false
       public? true
     end
"""
    done = tweak(
        ROOMS, "ALTER TABLE bookings DROP CONSTRAINT bookings_pkey, ADD PRIMARY KEY (room)"
    )
    assert done.words == [
        "bookings: primary key bookings_pkey: primary key (id) → primary key (room)",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_primary_key_is_dropped(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/booking.ex
@@
     migrate? false
   end

+  resource do
+    require_primary_key? false
+  end
+
   actions do
-    defaults [:read, :destroy, create: :*, update: :*]
+    defaults [:read, create: :*]
   end

   attributes do
-    integer_primary_key :id
+    attribute :id, :integer do
+      allow_nil? false
+      public? true
+      generated? true
+    end

     attribute :room, :integer do
       allow_nil? false
"""
    done = tweak(ROOMS, "ALTER TABLE bookings DROP CONSTRAINT bookings_pkey")
    assert done.words == ["bookings: primary key bookings_pkey dropped"]
    assert done.diff == diff
    assert done.problems == [
        (
            "note [no-primary-key] bookings: It has no primary key: rows can't be "
            "updated or destroyed.\n"
            '    Name columns that identify a row: [tables."bookings"] primary_key = […].'
        ),
    ]


def test_a_primary_key_is_renamed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/booking.ex
@@
     table "bookings"
     repo Shop.Repo
     migrate? false
+
+    unique_index_names [{[:id], "bookings_key"}]
   end

   actions do
"""
    done = tweak(ROOMS, "ALTER TABLE bookings RENAME CONSTRAINT bookings_pkey TO bookings_key")
    assert done.words == ["bookings: primary key bookings_pkey renamed to bookings_key"]
    assert done.diff == diff
    assert done.problems == []
