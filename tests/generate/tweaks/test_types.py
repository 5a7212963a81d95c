"""A type is tweaked: its module follows, and the columns that are of it."""

from __future__ import annotations

from tests.generate.running import edited
from tests.generate.tweaks.conftest import Tweak

STATE = "lib/shop/types/order_state.ex"
STATES = """
CREATE TYPE order_state AS ENUM ('open', 'paid');
CREATE TABLE orders (id bigserial PRIMARY KEY, state order_state NOT NULL)
"""
DOMAINS = """
CREATE DOMAIN email AS text;
CREATE TABLE users (id bigserial PRIMARY KEY, email email)
"""
COMPOSITES = """
CREATE TYPE money_amount AS (amount numeric(12,2), currency char(3));
CREATE TABLE prices (id bigserial PRIMARY KEY, price money_amount)
"""


def test_an_enum_gets_a_label(tweak: Tweak) -> None:
    diff = """\
lib/shop/types/order_state.ex
@@
 defmodule Shop.Types.OrderState do
-  use Ash.Type.Enum, values: [:open, :paid]
+  use Ash.Type.Enum, values: [:open, :paid, :sent]

   @impl true
   def storage_type, do: :order_state
"""
    done = tweak(STATES, "ALTER TYPE order_state ADD VALUE 'sent'")
    assert done.words == ['enum order_state: label "sent" added']
    assert done.diff == diff
    assert done.problems == []


def test_an_enum_gets_a_label_in_between(tweak: Tweak) -> None:
    diff = """\
lib/shop/types/order_state.ex
@@
 defmodule Shop.Types.OrderState do
-  use Ash.Type.Enum, values: [:open, :paid]
+  use Ash.Type.Enum, values: [:open, :sent, :paid]

   @impl true
   def storage_type, do: :order_state
"""
    done = tweak(STATES, "ALTER TYPE order_state ADD VALUE 'sent' BEFORE 'paid'")
    assert done.words == ['enum order_state: label "sent" added']
    assert done.diff == diff
    assert done.problems == []


def test_an_enum_gets_a_label_and_the_persons_functions_stay(tweak: Tweak) -> None:
    edit = edited(
        STATE,
        (
            "  @impl true\n  def storage_type",
            (
                '  @doc "Whether it may still change."\n'
                "  def open?(state), do: state == :open\n"
                "\n"
                "  @impl true\n"
                "  def storage_type"
            ),
        ),
    )
    diff = """\
lib/shop/types/order_state.ex
@@
 defmodule Shop.Types.OrderState do
-  use Ash.Type.Enum, values: [:open, :paid]
+  use Ash.Type.Enum, values: [:open, :paid, :sent]

   @doc "Whether it may still change."
   def open?(state), do: state == :open
"""
    done = tweak(STATES, "ALTER TYPE order_state ADD VALUE 'sent'", edit)
    assert done.words == ['enum order_state: label "sent" added']
    assert done.diff == diff
    assert done.problems == []


def test_an_enum_gets_a_label_and_a_persons_description_stays(tweak: Tweak) -> None:
    edit = edited(
        STATE,
        (
            "values: [:open, :paid]",
            'values: [open: "Not paid", paid: "Paid"]',
        ),
    )
    diff = """\
lib/shop/types/order_state.ex
@@
 defmodule Shop.Types.OrderState do
-  use Ash.Type.Enum, values: [open: "Not paid", paid: "Paid"]
+  use Ash.Type.Enum, values: [:sent, open: "Not paid", paid: "Paid"]

   @impl true
   def storage_type, do: :order_state
"""
    done = tweak(STATES, "ALTER TYPE order_state ADD VALUE 'sent'", edit)
    assert done.words == ['enum order_state: label "sent" added']
    assert done.diff == diff
    assert done.problems == []


def test_a_label_is_renamed(tweak: Tweak) -> None:
    diff = """\
lib/shop/types/order_state.ex
@@
 defmodule Shop.Types.OrderState do
-  use Ash.Type.Enum, values: [:open, :paid]
+  use Ash.Type.Enum, values: [:open, :settled]

   @impl true
   def storage_type, do: :order_state
"""
    done = tweak(STATES, "ALTER TYPE order_state RENAME VALUE 'paid' TO 'settled'")
    assert done.words == ['enum order_state: label "paid" renamed to "settled"']
    assert done.diff == diff
    assert done.problems == []


def test_a_label_is_removed(tweak: Tweak) -> None:
    diff = """\
lib/shop/types/order_state.ex
@@
 defmodule Shop.Types.OrderState do
-  use Ash.Type.Enum, values: [:open, :paid]
+  use Ash.Type.Enum, values: [:open]

   @impl true
   def storage_type, do: :order_state
"""
    done = tweak(
        STATES,
        (
            "CREATE TYPE s AS ENUM ('open'); "
            "ALTER TABLE orders ALTER state TYPE s USING 'open'; "
            "DROP TYPE order_state; "
            "ALTER TYPE s RENAME TO order_state"
        ),
    )
    assert done.words == ['enum order_state: label "paid" removed']
    assert done.diff == diff
    assert done.problems == []


def test_a_domain_gets_a_check(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     table "users"
     repo Shop.Repo
     migrate? false
+
+    check_constraints do
+      check_constraint :email, "has_at" do
+        message "is invalid"
+      end
+    end
   end

   actions do
"""
    done = tweak(DOMAINS, "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%')")
    assert done.words == ["domain email: check has_at added: check (VALUE ~~ '%@%'::text)"]
    assert done.diff == diff
    assert done.problems == []


def test_a_domain_becomes_not_null(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :email, Shop.Types.Email do
+      allow_nil? false
       public? true
     end
   end
"""
    done = tweak(DOMAINS, "ALTER DOMAIN email SET NOT NULL")
    assert done.words == [
        "domain email: not null",
        "users.email: not null",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_composite_gets_a_field(tweak: Tweak) -> None:
    diff = """\
lib/shop/types/money_amount.ex
@@
   @fields [
     {:amount, Shop.Types.Numeric,
      [min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")]},
-    {:currency, Shop.Types.Bpchar, [max_length: 3]}
+    {:currency, Shop.Types.Bpchar, [max_length: 3]},
+    {:note, :string, [trim?: false, allow_empty?: true]}
   ]

   @impl true
"""
    done = tweak(COMPOSITES, "ALTER TYPE money_amount ADD ATTRIBUTE note text")
    assert done.words == ["composite money_amount: field note added: text"]
    assert done.diff == diff
    assert done.problems == []


def test_a_composite_field_is_renamed(tweak: Tweak) -> None:
    diff = """\
lib/shop/types/money_amount.ex
@@
   @fields [
     {:amount, Shop.Types.Numeric,
      [min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")]},
-    {:currency, Shop.Types.Bpchar, [max_length: 3]}
+    {:iso, Shop.Types.Bpchar, [max_length: 3]}
   ]

   @impl true
"""
    done = tweak(COMPOSITES, "ALTER TYPE money_amount RENAME ATTRIBUTE currency TO iso")
    assert done.words == ["composite money_amount: field currency renamed to iso"]
    assert done.diff == diff
    assert done.problems == []
