"""A comment is tweaked: the description follows, unless a person describes it."""

from __future__ import annotations

from tests.generate.running import edited
from tests.generate.tweaks.conftest import Tweak

USER = "lib/shop/sales/user.ex"
USERS = """
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email varchar(255) NOT NULL,
  age integer
)
"""
COMMENTED = """
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email varchar(255) NOT NULL,
  age integer
);
COMMENT ON COLUMN users.email IS 'Where we write to'
"""


def test_a_comment_is_written(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :email, :string do
+      description "Where \\"we\\" write to"
       allow_nil? false
       public? true
       constraints max_length: 255, trim?: false, allow_empty?: true
"""
    done = tweak(USERS, "COMMENT ON COLUMN users.email IS 'Where \"we\" write to'")
    assert done.words == ['users.email: comment none → "Where "we" write to"']
    assert done.diff == diff
    assert done.problems == []


def test_a_comment_is_changed(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :email, :string do
-      description "Where we write to"
+      description "The login"
       allow_nil? false
       public? true
       constraints max_length: 255, trim?: false, allow_empty?: true
"""
    done = tweak(COMMENTED, "COMMENT ON COLUMN users.email IS 'The login'")
    assert done.words == ['users.email: comment "Where we write to" → "The login"']
    assert done.diff == diff
    assert done.problems == []


def test_a_comment_is_taken_away(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :email, :string do
-      description "Where we write to"
       allow_nil? false
       public? true
       constraints max_length: 255, trim?: false, allow_empty?: true
"""
    done = tweak(COMMENTED, "COMMENT ON COLUMN users.email IS NULL")
    assert done.words == ['users.email: comment "Where we write to" → none']
    assert done.diff == diff
    assert done.problems == []


def test_a_comment_is_changed_of_an_attribute_that_the_person_describes(tweak: Tweak) -> None:
    edit = edited(
        USER,
        (
            "attribute :email, :string do",
            'attribute :email, :string do\n      description "Mine"',
        ),
    )
    done = tweak(USERS, "COMMENT ON COLUMN users.email IS 'The login'", edit)
    assert done.words == ['users.email: comment none → "The login"']
    assert done.diff == ""
    assert done.problems == [
        (
            "warning [differs] lib/shop/sales/user.ex: users.email.description: It says"
            ' `description "Mine"`; the database has `description "The login"`. The hand-'
            "written text stays."
        ),
    ]


def test_a_comment_on_a_table_is_written(tweak: Tweak) -> None:
    diff = """\
lib/shop/sales/user.ex
@@
     table "users"
     repo Shop.Repo
     migrate? false
+  end
+
+  resource do
+    description "Whoever has signed up"
   end

   actions do
"""
    done = tweak(USERS, "COMMENT ON TABLE users IS 'Whoever has signed up'")
    assert done.words == ['users: comment none → "Whoever has signed up"']
    assert done.diff == diff
    assert done.problems == []
