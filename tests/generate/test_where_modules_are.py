"""A resource is found by its table, wherever it is, whatever it is called, whoever wrote it."""

from __future__ import annotations

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

DDL = """
CREATE TABLE teams (id bigserial PRIMARY KEY);
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email varchar(80) NOT NULL,
  team_id bigint REFERENCES teams
)
"""
USER, TEAM, DOMAIN = "lib/shop/sales/user.ex", "lib/shop/sales/team.ex", "lib/shop/sales.ex"
ADD = "ALTER TABLE users ADD age integer"
AGE = """\
+
+    attribute :age, :integer do
+      public? true
+    end
   end
"""


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    made = make_shop(DDL)
    assert made.run().problems == []
    return made


def test_a_file_may_be_moved(shop: Shop) -> None:
    shop.move(USER, "lib/shop/people/anybody.ex")
    kept = shop.elixir()
    assert shop.run().diff == ""
    assert shop.elixir() == kept
    shop.sql(ADD)
    done = shop.run()
    assert done.diff.startswith("lib/shop/people/anybody.ex\n@@\n")
    assert AGE in done.diff
    assert done.problems == []
    assert not (shop.root / USER).exists()
    rests(shop, done)


def test_a_module_may_be_renamed_and_what_points_to_it_follows(shop: Shop) -> None:
    shop.edit(USER, ("defmodule Shop.Sales.User do", "defmodule Shop.Sales.Person do"))
    done = shop.run()
    assert done.problems == []
    assert (
        done.diff
        == """\
lib/shop/sales.ex
@@
   use Ash.Domain

   resources do
+    resource Shop.Sales.Person
     resource Shop.Sales.Team
-    resource Shop.Sales.User
   end
 end
lib/shop/sales/team.ex
@@
   end

   relationships do
-    has_many :users, Shop.Sales.User do
+    has_many :users, Shop.Sales.Person do
       public? true
     end
   end
"""
    )
    rests(shop, done)
    shop.sql(ADD)
    done = shop.run()
    assert done.diff.startswith(f"{USER}\n@@\n")
    assert AGE in done.diff
    rests(shop, done)


def test_several_modules_may_share_a_file(shop: Shop) -> None:
    user, team = shop.read(USER), shop.read(TEAM)
    both = f"# All people.\n{user}\n{team}\ndefmodule Shop.Mine do\n  # Mine.\nend\n"
    (shop.root / TEAM).unlink()
    (shop.root / USER).unlink()
    shop.write({"lib/shop/people.ex": both})
    assert shop.run().diff == ""
    assert shop.read("lib/shop/people.ex") == both
    shop.sql(ADD, "ALTER TABLE teams ADD name text")
    done = shop.run()
    assert done.problems == []
    assert (
        done.diff
        == """\
lib/shop/people.ex
@@
     end

     attribute :team_id, :integer do
+      public? true
+    end
+
+    attribute :age, :integer do
       public? true
     end
   end
@@

   attributes do
     integer_primary_key :id
+
+    attribute :name, :string do
+      public? true
+      constraints trim?: false, allow_empty?: true
+    end
   end

   relationships do
"""
    )
    rests(shop, done)


def test_a_module_may_stand_inside_of_another(shop: Shop) -> None:
    inner = shop.read(USER).replace("defmodule Shop.Sales.User do", "defmodule User do")
    indented = "".join(f"  {line}" if line.strip() else line for line in inner.splitlines(True))
    (shop.root / USER).unlink()
    shop.write({"lib/shop/outer.ex": f"defmodule Shop.Sales.Outer do\n{indented}end\n"})
    shop.run()
    shop.sql(ADD)
    done = shop.run()
    assert done.problems == []
    assert (
        done.diff
        == """\
lib/shop/outer.ex
@@
       attribute :team_id, :integer do
         public? true
       end
+
+      attribute :age, :integer do
+        public? true
+      end
     end

     relationships do
"""
    )
    rests(shop, done)


BY_HAND = """\
defmodule Shop.People.Account do
  @moduledoc "Written long before anything was generated."
  use Ash.Resource, domain: Shop.People, data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo Shop.Repo
  end

  actions do
    read :read, primary?: true
    create :sign_up
  end

  attributes do
    # The key.
    integer_primary_key :id
    attribute :email, :ci_string, allow_nil?: false
  end
end
"""
PEOPLE = """\
defmodule Shop.People do
  use Ash.Domain

  resources do
    resource Shop.People.Account
  end
end
"""


def test_what_was_written_by_hand_gets_what_is_missing_and_is_told_what_differs(
    make_shop: MakeShop,
) -> None:
    files = {"lib/shop/people.ex": PEOPLE, "lib/shop/people/account.ex": BY_HAND}
    shop = make_shop("CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, age int)")
    shop.write(files)
    done = shop.run(domain="Shop.People")
    assert done.words == []
    assert (
        done.diff
        == """\
lib/shop/people/account.ex
@@
   postgres do
     table "users"
     repo Shop.Repo
+    migrate? false
   end

   actions do
@@
     # The key.
     integer_primary_key :id
     attribute :email, :ci_string, allow_nil?: false
+
+    attribute :age, :integer do
+      public? true
+    end
   end
 end
"""
    )
    assert done.problems == [
        "warning [differs] lib/shop/people/account.ex: users.email: It says `attribute :email, "
        ":ci_string, allow_nil?: false`; the database has `attribute :email, :string do "
        "allow_nil? false public? true constraints trim?: false, allow_empty?: true end`. "
        "The hand-written text stays."
    ]
    rests(shop, done, domain="Shop.People")


def test_after_adoption_only_tweaks_are_written(make_shop: MakeShop) -> None:
    files = {"lib/shop/people.ex": PEOPLE, "lib/shop/people/account.ex": BY_HAND}
    shop = make_shop("CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, age int)")
    shop.write(files)
    shop.run(domain="Shop.People")
    shop.sql("ALTER TABLE users ALTER age SET NOT NULL")
    done = shop.run(domain="Shop.People")
    assert done.words == ["users.age: not null"]
    assert (
        done.diff
        == """\
lib/shop/people/account.ex
@@
     attribute :email, :ci_string, allow_nil?: false

     attribute :age, :integer do
+      allow_nil? false
       public? true
     end
   end
"""
    )
    assert done.problems == []
