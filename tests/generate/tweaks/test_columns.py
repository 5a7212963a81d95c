"""A column is added, dropped or renamed: the diff holds what that demands, and nothing else."""

from __future__ import annotations

from tests.generate.running import conflict, edited
from tests.generate.tweaks.conftest import Tweak

USER = "lib/shop/sales/user.ex"
ORDER = "lib/shop/sales/order.ex"
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


def test_a_column_is_added(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     attribute :age, :integer do
       public? true
     end
+
+    attribute :slug, :string do
+      allow_nil? false
+      public? true
+      constraints max_length: 40, trim?: false, allow_empty?: true
+    end
   end
 end
"""
    done = tweak(USERS, "ALTER TABLE users ADD slug varchar(40) NOT NULL")
    assert done.words == ["users.slug added: varchar(40), not null"]
    assert done.diff == diff
    assert done.problems == []


def test_a_column_is_added_beside_one_of_the_persons_own_order(tweak: Tweak) -> None:
    edit = edited(
        USER,
        (
            "    attribute :age, :integer do\n      public? true\n    end\n  end",
            (
                "    # How old they say they are.\n"
                "    attribute :age, :integer, public?: true\n"
                "  end\n"
                "\n"
                "  calculations do\n"
                "    calculate :adult?, :boolean, expr(age >= 18)\n"
                "  end"
            ),
        ),
    )
    diff = """\
lib/shop/sales/user.ex
@@

     # How old they say they are.
     attribute :age, :integer, public?: true
+
+    attribute :slug, :string do
+      public? true
+      constraints trim?: false, allow_empty?: true
+    end
   end

   calculations do
"""
    done = tweak(USERS, "ALTER TABLE users ADD slug text", edit)
    assert done.words == ["users.slug added: text"]
    assert done.diff == diff
    assert done.problems == []


def test_a_column_is_dropped(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
       public? true
       constraints max_length: 255, trim?: false, allow_empty?: true
     end
-
-    attribute :age, :integer do
-      public? true
-    end
   end
 end
"""
    done = tweak(USERS, "ALTER TABLE users DROP age")
    assert done.words == ["users.age dropped"]
    assert done.diff == diff
    assert done.problems == []


def test_a_column_is_dropped_that_somebody_has_edited(tweak: Tweak) -> None:
    edit = edited(
        USER,
        (
            "attribute :age, :integer do\n      public? true",
            'attribute :age, :integer do\n      description "In years"\n      public? true',
        ),
    )
    done = tweak(USERS, "ALTER TABLE users DROP age", edit)
    assert done.words == ["users.age dropped"]
    assert done.diff == ""
    assert done.problems == [conflict(USER, "users.age", gone=True)]


def test_a_column_is_renamed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :email, :string do
+      source :mail
       allow_nil? false
       public? true
       constraints max_length: 255, trim?: false, allow_empty?: true
"""
    done = tweak(USERS, "ALTER TABLE users RENAME email TO mail")
    assert done.words == ["users.email renamed to mail"]
    assert done.diff == diff
    assert done.problems == []


def test_a_column_is_renamed_that_is_used_all_over(tweak: Tweak) -> None:
    edit = edited(
        ORDER,
        (
            "attribute :number, :string do",
            'attribute :number, :string do\n      description "On the invoice"',
        ),
    )
    diff = """\
lib/shop/sales/order.ex
@@
     integer_primary_key :id

     attribute :customer_id, :integer do
+      source :buyer_id
       allow_nil? false
       public? true
     end

     attribute :number, :string do
       description "On the invoice"
+      source :code
       allow_nil? false
       public? true
       constraints trim?: false, allow_empty?: true
"""
    done = tweak(
        ORDERS,
        (
            "ALTER TABLE orders RENAME customer_id TO buyer_id; "
            "ALTER TABLE orders RENAME number TO code"
        ),
        edit,
    )
    assert done.words == [
        "orders.customer_id renamed to buyer_id",
        "orders.number renamed to code",
    ]
    assert done.diff == diff
    assert done.problems == []


def test_a_column_is_renamed_whose_attribute_has_a_name_of_its_own(tweak: Tweak) -> None:
    edit = edited(
        USER,
        (
            "attribute :email, :string do\n",
            "attribute :login, :string do\n      source :email\n",
        ),
    )
    diff = """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :login, :string do
-      source :email
+      source :mail
       allow_nil? false
       public? true
       constraints max_length: 255, trim?: false, allow_empty?: true
"""
    done = tweak(USERS, "ALTER TABLE users RENAME email TO mail", edit)
    assert done.words == ["users.email renamed to mail"]
    assert done.diff == diff
    assert done.problems == []


def test_an_attribute_that_the_person_took_out_stays_out(tweak: Tweak) -> None:
    edit = edited(
        USER,
        (
            "\n    attribute :age, :integer do\n      public? true\n    end\n",
            "",
        ),
    )
    diff = """\
lib/shop/sales/user.ex
@@
   end

   actions do
-    defaults [:read, :destroy, create: :*, update: :*]
+    defaults [:read, :destroy, update: :*]
   end

   attributes do
"""
    done = tweak(USERS, "ALTER TABLE users ALTER age SET NOT NULL", edit)
    assert done.words == ["users.age: not null"]
    assert done.diff == diff
    assert done.problems == [
        (
            "warning [no-create] users: It has no create action: age must have a value but has "
            "no attribute.\n"
            "    Give the column a default, or write its attribute into the resource again."
        ),
        (
            "note [column-removed] users.age: Its attribute was removed from the resource, so "
            "nothing is generated for the column.\n"
            "    To have it back, write the attribute into the resource again: the rest follows."
        ),
    ]


def test_everything_at_once(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :email, :string do
+      description "The login"
+      source :mail
       allow_nil? false
       public? true
       constraints max_length: 255, trim?: false, allow_empty?: true
     end

-    attribute :age, :integer do
+    attribute :born, :date do
+      allow_nil? false
       public? true
     end
   end
"""
    done = tweak(
        USERS,
        (
            "ALTER TABLE users RENAME email TO mail; "
            "ALTER TABLE users DROP age; "
            "ALTER TABLE users ADD born date NOT NULL; "
            "COMMENT ON COLUMN users.mail IS 'The login'"
        ),
    )
    assert done.words == [
        "users.email renamed to mail",
        "users.born added: date, not null",
        "users.age dropped",
        'users.mail: comment none → "The login"',
    ]
    assert done.diff == diff
    assert done.problems == []
