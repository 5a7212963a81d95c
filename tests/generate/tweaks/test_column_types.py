"""A column gets another type, or may hold NULL or no longer."""

from __future__ import annotations

from tests.generate.running import conflict, edited
from tests.generate.tweaks.conftest import Tweak

USER = "lib/shop/sales/user.ex"
USERS = """
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email varchar(255) NOT NULL,
  age integer
)
"""


def test_a_length_is_changed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     attribute :email, :string do
       allow_nil? false
       public? true
-      constraints max_length: 255, trim?: false, allow_empty?: true
+      constraints max_length: 100, trim?: false, allow_empty?: true
     end

     attribute :age, :integer do
"""
    done = tweak(USERS, "ALTER TABLE users ALTER email TYPE varchar(100)")
    assert done.words == ["users.email: varchar(255) → varchar(100)"]
    assert done.diff == diff
    assert done.problems == []


def test_a_type_is_changed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
       constraints max_length: 255, trim?: false, allow_empty?: true
     end

-    attribute :age, :integer do
+    attribute :age, Shop.Types.Numeric do
       public? true
+      constraints min: Decimal.new("-999.99"), max: Decimal.new("999.99")
     end

     attribute :height, Shop.Types.Numeric do
"""
    users = f"{USERS}; ALTER TABLE users ADD height numeric(5,2)"
    done = tweak(users, "ALTER TABLE users ALTER age TYPE numeric(5,2)")
    assert done.words == ["users.age: integer → numeric(5,2)"]
    assert done.diff == diff
    assert done.problems == []


def test_a_type_is_changed_of_an_attribute_with_options_of_the_persons_own(tweak: Tweak) -> None:
    edit = edited(
        USER,
        (
            "attribute :age, :integer do\n      public? true",
            'attribute :age, :integer do\n      public? false\n      description "In years"',
        ),
    )
    diff = """\
lib/shop/sales/user.ex
@@
       constraints max_length: 255, trim?: false, allow_empty?: true
     end

-    attribute :age, :integer do
+    attribute :age, :string do
       public? false
+      constraints trim?: false, allow_empty?: true
       description "In years"
     end
   end
"""
    done = tweak(USERS, "ALTER TABLE users ALTER age TYPE text", edit)
    assert done.words == ["users.age: integer → text"]
    assert done.diff == diff
    assert done.problems == []


def test_a_type_is_changed_that_the_person_has_changed_too(tweak: Tweak) -> None:
    edit = edited(
        USER,
        (
            "attribute :age, :integer do",
            "attribute :age, Shop.Age do",
        ),
    )
    done = tweak(USERS, "ALTER TABLE users ALTER age TYPE text", edit)
    assert done.words == ["users.age: integer → text"]
    assert done.diff == ""
    assert done.problems == [conflict(USER, "users.age.type")]


def test_a_type_is_changed_that_is_one_to_ash(tweak: Tweak) -> None:
    done = tweak(USERS, "ALTER TABLE users ALTER age TYPE bigint")
    assert done.words == ["users.age: integer → bigint"]
    assert done.diff == ""
    assert done.problems == []


def test_a_column_becomes_nullable(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :email, :string do
-      allow_nil? false
       public? true
       constraints max_length: 255, trim?: false, allow_empty?: true
     end
"""
    done = tweak(USERS, "ALTER TABLE users ALTER email DROP NOT NULL")
    assert done.words == ["users.email: nullable"]
    assert done.diff == diff
    assert done.problems == []


def test_a_column_becomes_nullable_and_the_persons_options_stay(tweak: Tweak) -> None:
    edit = edited(
        USER,
        (
            "      allow_nil? false\n      public? true\n      constraints max",
            (
                "      allow_nil? false\n"
                "      public? false\n"
                '      description "Where we write to"\n'
                "      constraints max"
            ),
        ),
    )
    diff = """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :email, :string do
-      allow_nil? false
       public? false
       description "Where we write to"
       constraints max_length: 255, trim?: false, allow_empty?: true
"""
    done = tweak(USERS, "ALTER TABLE users ALTER email DROP NOT NULL", edit)
    assert done.words == ["users.email: nullable"]
    assert done.diff == diff
    assert done.problems == []


def test_a_column_becomes_not_null(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     end

     attribute :age, :integer do
+      allow_nil? false
       public? true
     end
   end
"""
    done = tweak(USERS, "ALTER TABLE users ALTER age SET NOT NULL")
    assert done.words == ["users.age: not null"]
    assert done.diff == diff
    assert done.problems == []


def test_a_column_becomes_not_null_written_on_one_line(tweak: Tweak) -> None:
    edit = edited(
        USER,
        (
            "attribute :age, :integer do\n      public? true\n    end",
            "attribute(:age, :integer, public?: true) # in years",
        ),
    )
    diff = """\
lib/shop/sales/user.ex
@@
       constraints max_length: 255, trim?: false, allow_empty?: true
     end

-    attribute(:age, :integer, public?: true) # in years
+    attribute(:age, :integer, allow_nil?: false, public?: true) # in years
   end
 end
"""
    done = tweak(USERS, "ALTER TABLE users ALTER age SET NOT NULL", edit)
    assert done.words == ["users.age: not null"]
    assert done.diff == diff
    assert done.problems == []
