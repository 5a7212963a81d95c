"""An attribute that a person took out: nothing is generated for its column until it is back."""

from __future__ import annotations

import json

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

USERS = """
CREATE TABLE users (
    id bigserial PRIMARY KEY, email text NOT NULL, nick text, team_id bigint,
    CONSTRAINT short CHECK (length(nick) < 9)
);
CREATE UNIQUE INDEX users_nick_index ON users (nick);
"""
USER = "lib/shop/sales/user.ex"
NICK = (
    "    attribute :nick, :string do\n      public? true\n"
    "      constraints trim?: false, allow_empty?: true\n    end\n\n"
)
IDENTITY = "\n  identities do\n    identity :nick, [:nick]\n  end\n"
TAKEN_OUT = (
    "note [column-removed] users.nick: Its attribute was removed from the resource, so "
    "nothing is generated for the column.\n"
    "    To have it back, write the attribute into the resource again: the rest follows."
)


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    made = make_shop(USERS)
    made.run()
    made.edit(USER, (NICK, ""), (IDENTITY, ""))
    return made


def removed(shop: Shop) -> list[str]:
    names = json.loads(shop.read("priv/ash_scaffold/public.users.json")).get("names", {})
    return list(names.get("removed", []))


def test_nothing_refers_to_the_column(shop: Shop) -> None:
    done = shop.run()
    assert done.problems == [TAKEN_OUT]
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@
     repo Shop.Repo
     migrate? false

+    # users_nick_index: nick
+    unique_index_names [{[:id], "users_nick_index"}]
+
     check_constraints do
-      check_constraint :nick, "short" do
+      check_constraint :id, "short" do
         message "is invalid"
       end
     end
"""
    )
    assert removed(shop) == ["nick"]
    rests(shop, done)


def test_nothing_that_is_generated_later_refers_to_it(shop: Shop) -> None:
    shop.run()
    shop.sql("CREATE UNIQUE INDEX one_each ON users (nick, email)")
    done = shop.run()
    assert done.problems == [TAKEN_OUT]
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@
     repo Shop.Repo
     migrate? false

-    # users_nick_index: nick
-    unique_index_names [{[:id], "users_nick_index"}]
+    unique_index_names [
+      # one_each: nick, email
+      {[:email], "one_each"},
+      # users_nick_index: nick
+      {[:id], "users_nick_index"}
+    ]

     check_constraints do
       check_constraint :id, "short" do
"""
    )
    rests(shop, done)


def test_a_relationship_over_the_column_goes_with_it(make_shop: MakeShop) -> None:
    shop = make_shop(
        "CREATE TABLE teams (id bigserial PRIMARY KEY);"
        "CREATE TABLE users (id bigserial PRIMARY KEY, team_id bigint REFERENCES teams);"
    )
    shop.run()
    shop.edit(USER, ("\n    attribute :team_id, :integer do\n      public? true\n    end\n", ""))
    done = shop.run()
    assert ":team" not in shop.read(USER)
    assert "has_many" not in shop.read("lib/shop/sales/team.ex")
    rests(shop, done)


def test_what_is_put_back_is_as_it_was(make_shop: MakeShop) -> None:
    shop = make_shop(USERS)
    shop.run()
    before = shop.read(USER)
    shop.edit(USER, (NICK, ""), (IDENTITY, ""))
    shop.run()
    shop.edit(USER, ("    attribute :team_id", NICK + "    attribute :team_id"))
    done = shop.run()
    assert done.problems == []
    assert shop.read(USER) == before
    assert removed(shop) == []
    rests(shop, done)


def test_what_is_put_back_may_be_a_plain_attribute(shop: Shop) -> None:
    shop.run()
    shop.edit(
        USER,
        (
            "    attribute :team_id",
            "    attribute :handle, :string, source: :nick\n\n    attribute :team_id",
        ),
    )
    done = shop.run()
    assert done.errors == []
    text = shop.read(USER)
    assert "identity :handle, [:handle]" in text
    assert 'check_constraint :handle, "short"' in text
    assert "attribute :nick" not in text
    assert removed(shop) == []
    rests(shop, done)


def test_the_column_may_be_renamed(shop: Shop) -> None:
    shop.run()
    shop.sql("ALTER TABLE users RENAME nick TO handle")
    done = shop.run()
    assert done.problems == [TAKEN_OUT.replace("users.nick", "users.handle")]
    assert "handle" not in shop.read(USER).replace("users_nick_index: handle", "")
    assert removed(shop) == ["handle"]
    rests(shop, done)


def test_a_column_that_is_dropped_is_forgotten(shop: Shop) -> None:
    shop.run()
    shop.sql("ALTER TABLE users DROP nick")
    assert shop.run().problems == []
    assert removed(shop) == []
    shop.sql("ALTER TABLE users ADD nick text")
    assert shop.run().problems == []
    assert "attribute :nick, :string" in shop.read(USER)


def test_a_file_that_is_deleted_is_written_anew_with_all_columns(shop: Shop) -> None:
    shop.run()
    (shop.root / USER).unlink()
    assert shop.run().problems == []
    assert NICK in shop.read(USER)
    assert removed(shop) == []


def test_an_attribute_that_is_taken_out_of_the_fragment(make_shop: MakeShop) -> None:
    shop = make_shop(USERS)
    shop.run(layout="fragment")
    path = "lib/shop/sales/user/generated.ex"
    shop.edit(path, (NICK, ""), (IDENTITY, ""))
    done = shop.run(layout="fragment")
    assert done.problems == [TAKEN_OUT]
    assert ":nick" not in shop.read(path)
    assert removed(shop) == ["nick"]
    rests(shop, done, layout="fragment")


def test_an_attribute_that_moved_to_a_fragment_is_there(shop: Shop) -> None:
    shop.edit(
        USER,
        (
            "    data_layer: AshPostgres.DataLayer\n",
            "    data_layer: AshPostgres.DataLayer,\n    fragments: [Shop.Sales.User.Names]\n",
        ),
    )
    shop.write(
        {
            "lib/shop/sales/user/names.ex": "defmodule Shop.Sales.User.Names do\n"
            "  use Spark.Dsl.Fragment, of: Ash.Resource\n\n"
            f"  attributes do\n{NICK.rstrip()}\n  end\n{IDENTITY}end\n"
        }
    )
    done = shop.run()
    assert done.problems == []
    assert removed(shop) == []


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("  use Shop.Names\n\n  postgres do", id="a base module that isn't read"),
        pytest.param("  Shop.Names.attributes()\n\n  postgres do", id="a macro"),
    ],
)
def test_an_attribute_that_may_stand_elsewhere_is_not_taken_for_removed(
    shop: Shop, line: str
) -> None:
    shop.edit(USER, ("  postgres do", line))
    done = shop.run()
    assert TAKEN_OUT not in done.problems
    assert removed(shop) == []
    assert 'check_constraint :nick, "short"' in shop.read(USER)


def test_what_was_taken_out_stays_out_when_the_file_can_no_longer_be_read(shop: Shop) -> None:
    shop.run()
    shop.edit(USER, ("  postgres do", "  Shop.Names.attributes()\n\n  postgres do"))
    done = shop.run()
    assert done.problems == [TAKEN_OUT]
    assert "attribute :nick" not in shop.read(USER)
    assert removed(shop) == ["nick"]
    rests(shop, done)
