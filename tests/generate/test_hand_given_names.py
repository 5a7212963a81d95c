"""Names that people gave: they are their text, and don't go when their object does."""

from __future__ import annotations

import json

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, conflict, rests

TABLES = """
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, nick text);
CREATE UNIQUE INDEX users_nick_index ON users (nick);
CREATE TABLE posts (
    id bigserial PRIMARY KEY,
    author_id bigint CONSTRAINT posts_author REFERENCES users ON DELETE CASCADE
);
"""
USER = "lib/shop/sales/user.ex"
POST = "lib/shop/sales/post.ex"
EMAIL = ("attribute :email, :string do\n", "attribute :login, :string do\n      source :email\n")
AUTHOR = ("belongs_to :author, Shop.Sales.User do\n", "belongs_to :writer, Shop.Sales.User do\n")
KEY = "      source_attribute :author_id\n"
NICK = ("identity :nick, [:nick]", "identity :one_nick, [:nick]")


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    made = make_shop(TABLES)
    made.run()
    return made


def by_hand(shop: Shop, table: str) -> dict[str, dict[str, str]]:
    names = json.loads(shop.read(f"priv/ash_scaffold/public.{table}.json")).get("names", {})
    return dict(names.get("by_hand", {}))


def renamed_writer(shop: Shop) -> None:
    old, new = AUTHOR
    shop.edit(POST, (old, new + KEY))


def test_an_attribute_stays_when_its_column_goes(shop: Shop) -> None:
    shop.edit(USER, EMAIL)
    assert shop.run().errors == []
    assert by_hand(shop, "users") == {"attributes": {"login": "email"}}
    rests(shop, shop.run())
    shop.sql("ALTER TABLE users DROP COLUMN email")
    done = shop.run()
    assert done.diff == ""
    assert done.errors == [conflict(USER, "users.email", gone=True)]
    rests(shop, done)
    assert by_hand(shop, "users") == {"attributes": {"login": "email"}}


def test_its_conflict_shows_what_was_generated(shop: Shop) -> None:
    shop.edit(USER, EMAIL)
    shop.run()
    shop.sql("ALTER TABLE users DROP COLUMN email")
    (found,) = [each for file in shop.prepare().files.files for each in file.conflicts]
    assert (found.base[0], found.ours[0], found.theirs) == (
        "attribute :email, :string do",
        "attribute :login, :string do",
        (),
    )


def test_accepted_it_is_the_persons(shop: Shop) -> None:
    shop.edit(USER, EMAIL)
    shop.run()
    shop.sql("ALTER TABLE users DROP COLUMN email")
    shop.run()
    config = shop.read("ash_scaffold.toml") if (shop.root / "ash_scaffold.toml").exists() else ""
    accept = '\n[[accept]]\nobject = "users.email"\nreason = "a calculation soon"\n'
    shop.write({"ash_scaffold.toml": config + accept})
    done = shop.run()
    assert (done.diff, done.errors) == ("", [])
    assert by_hand(shop, "users") == {}
    rests(shop, done)


def test_a_name_that_is_taken_back_is_generated(shop: Shop) -> None:
    shop.edit(USER, EMAIL)
    shop.run()
    shop.edit(USER, EMAIL[::-1])
    shop.run()
    assert by_hand(shop, "users") == {}
    shop.sql("ALTER TABLE users DROP COLUMN email")
    assert shop.run().errors == []
    assert "email" not in shop.read(USER)


def test_a_name_that_the_configuration_gives_is_generated(shop: Shop) -> None:
    config = shop.read("ash_scaffold.toml") if (shop.root / "ash_scaffold.toml").exists() else ""
    shop.write({"ash_scaffold.toml": f'{config}\n[tables.users.columns.email]\nname = "login"\n'})
    shop.run()
    assert "attribute :login" in shop.read(USER)
    shop.write({"ash_scaffold.toml": config})
    shop.run()
    assert by_hand(shop, "users") == {}
    shop.sql("ALTER TABLE users DROP COLUMN email")
    assert shop.run().errors == []
    assert "login" not in shop.read(USER)


def test_a_name_that_a_renamed_column_kept_is_generated(shop: Shop) -> None:
    shop.sql("ALTER TABLE users RENAME COLUMN email TO mail")
    shop.run()
    shop.edit(USER, ("  attributes do\n", "  attributes do\n    # ours\n"))
    shop.run()
    assert by_hand(shop, "users") == {}
    shop.sql("ALTER TABLE users DROP COLUMN mail")
    assert shop.run().errors == []
    assert "email" not in shop.read(USER)


def test_it_stays_the_persons_when_its_column_is_renamed(shop: Shop) -> None:
    shop.edit(USER, EMAIL)
    shop.run()
    shop.sql("ALTER TABLE users RENAME COLUMN email TO mail")
    shop.run()
    assert by_hand(shop, "users") == {"attributes": {"login": "email"}}
    shop.sql("ALTER TABLE users DROP COLUMN mail")
    done = shop.run()
    assert done.errors == [conflict(USER, "users.mail", gone=True)]
    rests(shop, done)


def test_given_and_dropped_at_once(shop: Shop) -> None:
    shop.edit(USER, EMAIL)
    shop.sql("ALTER TABLE users DROP COLUMN email")
    done = shop.run()
    assert (done.diff, done.errors) == ("", [conflict(USER, "users.email", gone=True)])
    rests(shop, done)


def test_a_relationship_stays_when_its_key_goes(shop: Shop) -> None:
    renamed_writer(shop)
    shop.edit(USER, ("has_many :posts, ", "has_many :writings, "))
    assert shop.run().errors == []
    assert by_hand(shop, "posts") == {"relationships": {"writer": "author"}}
    assert by_hand(shop, "users") == {"relationships": {"writings": "posts"}}
    shop.sql("ALTER TABLE posts DROP CONSTRAINT posts_author")
    done = shop.run()
    assert done.errors == [
        conflict(POST, "posts.writer", gone=True),
        conflict(USER, "users.writings", gone=True),
    ]
    assert ("belongs_to :writer" in shop.read(POST), "reference" in shop.read(POST)) == (
        True,
        False,
    )
    rests(shop, done)
    assert by_hand(shop, "posts") == {"relationships": {"writer": "author"}}


def test_a_relationship_with_its_own_name_goes(shop: Shop) -> None:
    shop.edit(POST, ("  attributes do\n", "  attributes do\n    # ours\n"))
    shop.run()
    shop.sql("ALTER TABLE posts DROP CONSTRAINT posts_author")
    assert shop.run().errors == []
    assert "belongs_to" not in shop.read(POST)


def test_an_identity_says_its_index(shop: Shop) -> None:
    shop.edit(USER, NICK)
    done = shop.run()
    assert done.problems == []
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@
     table "users"
     repo Shop.Repo
     migrate? false
+
+    identity_index_names one_nick: "users_nick_index"
   end

   actions do
"""
    )
    rests(shop, done)


def test_an_identity_stays_when_its_index_goes(shop: Shop) -> None:
    shop.edit(USER, NICK)
    assert shop.run().errors == []
    assert by_hand(shop, "users") == {"identities": {"one_nick": "nick"}}
    shop.sql("DROP INDEX users_nick_index")
    done = shop.run()
    assert done.diff == ""
    assert done.errors == [conflict(USER, "users.identities.one_nick", gone=True)]
    rests(shop, done)


def test_in_a_fragment_of_its_own(shop: Shop) -> None:
    shop.run(layout="fragment")
    path = "lib/shop/sales/user/generated.ex"
    shop.edit(path, EMAIL)
    shop.run()
    assert by_hand(shop, "users") == {"attributes": {"login": "email"}}
    shop.sql("ALTER TABLE users DROP COLUMN email")
    done = shop.run()
    assert (done.diff, done.errors) == ("", [conflict(path, "users.email", gone=True)])
    rests(shop, done)


@pytest.mark.parametrize("layout", ["fragment", "inline"])
def test_another_layout_takes_it_along(shop: Shop, layout: str) -> None:
    shop.run(layout="inline" if layout == "fragment" else "fragment")
    path = USER if layout == "fragment" else "lib/shop/sales/user/generated.ex"
    shop.edit(path, EMAIL)
    shop.run()
    done = shop.run(layout=layout)
    assert done.errors == []
    there = "lib/shop/sales/user/generated.ex" if layout == "fragment" else USER
    assert "attribute :login" in shop.read(there)
    assert sum("attribute :login" in text for text in shop.elixir().values()) == 1
    assert by_hand(shop, "users") == {"attributes": {"login": "email"}}
    rests(shop, done, layout=layout)


def test_of_an_adopted_resource(shop: Shop) -> None:
    shop.edit(USER, EMAIL)
    for path in (shop.root / "priv/ash_scaffold").rglob("*.json"):
        path.unlink()
    shop.run()
    assert by_hand(shop, "users") == {"attributes": {"login": "email"}}
    assert by_hand(shop, "posts") == {}
    shop.sql("ALTER TABLE users DROP COLUMN email, DROP COLUMN nick")
    done = shop.run()
    assert done.errors == [conflict(USER, "users.email", gone=True)]
    assert "nick" not in shop.read(USER)


def test_an_attribute_written_before_the_run_that_would_add_it(shop: Shop) -> None:
    shop.sql("ALTER TABLE users ADD COLUMN phone text")
    shop.edit(USER, ("  attributes do\n", f"  attributes do\n{PHONE}"))
    shop.run()
    assert by_hand(shop, "users") == {"attributes": {"telephone": "phone"}}


PHONE = """\
    attribute :telephone, :string do
      source :phone
      public? true
      constraints trim?: false, allow_empty?: true
    end

"""
