"""Tenancy is turned on for a project that is there, and off again: a change like any other."""

from __future__ import annotations

from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

USER = "lib/shop/sales/user.ex"
POST = "lib/shop/sales/post.ex"
CONFIG = "ash_scaffold.toml"
DDL = """
CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE users (
  id bigint PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams, email text NOT NULL,
  CONSTRAINT users_email_key UNIQUE (team_id, email), UNIQUE (team_id, id)
);
CREATE TABLE posts (
  id bigint PRIMARY KEY, team_id bigint NOT NULL, author_id bigint, slug text NOT NULL UNIQUE,
  CONSTRAINT by_author FOREIGN KEY (team_id, author_id) REFERENCES users (team_id, id)
);
"""
TENANCY = """
[tenancy]
strategy = "attribute"
column = "team_id"
tenants = "teams"
"""
TURNED_ON = """\
lib/shop/sales/post.ex
@@
     defaults [:read, :destroy, create: :*, update: :*]
   end

+  multitenancy do
+    strategy :attribute
+    attribute :team_id
+  end
+
   attributes do
     attribute :id, :integer do
       primary_key? true
@@
     attribute :team_id, :integer do
       allow_nil? false
       public? true
+      writable? false
     end

     attribute :author_id, :integer do
@@
   relationships do
     belongs_to :author, Shop.Sales.User do
       define_attribute? false
-      filter expr(team_id == parent(team_id))
       public? true
     end
   end

   identities do
-    identity :slug, [:slug]
+    identity :slug, [:slug] do
+      all_tenants? true
+    end
   end
 end
lib/shop/sales/user.ex
@@
     defaults [:read, :destroy, create: :*, update: :*]
   end

+  multitenancy do
+    strategy :attribute
+    attribute :team_id
+  end
+
   attributes do
     attribute :id, :integer do
       primary_key? true
@@
     attribute :team_id, :integer do
       allow_nil? false
       public? true
+      writable? false
     end

     attribute :email, :string do
@@

     has_many :posts, Shop.Sales.Post do
       destination_attribute :author_id
-      filter expr(team_id == parent(team_id))
       public? true
     end
   end

   identities do
-    identity :team_id_email, [:team_id, :email]
+    identity :team_id_email, [:email]

-    identity :team_id_id, [:team_id, :id]
+    identity :team_id_id, [:id]
   end
 end
"""


def shop_with(make_shop: MakeShop) -> Shop:
    shop = make_shop(DDL, {CONFIG: ""})
    assert shop.run().errors == []
    return shop


def test_what_nobody_edited_follows_and_names_stay(make_shop: MakeShop) -> None:
    shop = shop_with(make_shop)
    before = shop.elixir()

    shop.write({CONFIG: TENANCY})
    done = shop.run()

    assert done.diff == TURNED_ON
    assert [each.splitlines()[0] for each in done.problems] == [
        "note [tenant-needed] teams: Its relationship users leads from a global table to rows of "
        "tenants: without a tenant a load fails, and a filter or `exists` sees the rows of all "
        "tenants."
    ]
    rests(shop, done)
    shop.write({CONFIG: ""})
    rests(shop, shop.run())
    assert shop.elixir() == before


def test_what_somebody_wrote_stays(make_shop: MakeShop) -> None:
    shop = shop_with(make_shop)
    own = (
        ("identity :team_id_email, [:team_id, :email]", "identity :login, [:team_id, :email]"),
        ('team_id_email: "users_email_key"', 'login: "users_email_key"'),
        ("  attributes do\n", "  # Who may log in.\n  attributes do\n"),
    )
    shop.edit(USER, *own)
    mine = "belongs_to :author, Shop.Sales.User do"
    shop.edit(POST, (mine, f"# Ours.\n    {mine}"))

    shop.write({CONFIG: TENANCY})
    done = shop.run()

    assert done.errors == []
    assert "    identity :login, [:email]\n" in shop.read(USER)
    assert 'login: "users_email_key"' in shop.read(USER)
    assert "  # Who may log in.\n  attributes do\n" in shop.read(USER)
    assert f"    # Ours.\n    {mine}\n      define_attribute? false\n" in shop.read(POST)
    rests(shop, done)


def test_a_column_that_somebody_made_writable_stays_so_and_the_run_says_it(
    make_shop: MakeShop,
) -> None:
    shop = shop_with(make_shop)
    column = "    attribute :team_id, :integer do\n      allow_nil? false\n      public? true\n"
    shop.edit(USER, (column, column + "      writable? true\n"))

    shop.write({CONFIG: TENANCY})
    done = shop.run()

    assert done.errors == []
    assert done.problems[0] == (
        "warning [differs] lib/shop/sales/user.ex: users.team_id.writable?: It says "
        "`writable? true`; the database has `writable? false`. The hand-written text stays."
    )
    assert "      writable? true\n" in shop.read(USER)
    rests(shop, done)


def test_an_identity_that_somebody_renamed_is_known_by_its_columns(make_shop: MakeShop) -> None:
    shop = make_shop(DDL.replace("users_email_key", "users_email_index"), {CONFIG: TENANCY})
    shop.run()
    shop.edit(USER, ("identity :email, [:email]", "identity :login, [:email]"))

    done = shop.run()

    assert done.errors == []
    assert '    identity_index_names login: "users_email_index"' in shop.read(USER)
    rests(shop, done)
