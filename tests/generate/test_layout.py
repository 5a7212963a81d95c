"""What is generated of a resource in a fragment of its own, and the way there and back."""

from __future__ import annotations

from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, edited, rests

USERS = """
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text);
CREATE UNIQUE INDEX users_email_index ON users (email)
"""
USER = "lib/shop/sales/user.ex"
GENERATED = "lib/shop/sales/user/generated.ex"
EXTRA = "lib/shop/sales/user/extra.ex"

HOLDER = """\
defmodule Shop.Sales.User do
  use Ash.Resource,
    domain: Shop.Sales,
    fragments: [Shop.Sales.User.Generated]
end
"""
FRAGMENT = """\
defmodule Shop.Sales.User.Generated do
  use Spark.Dsl.Fragment,
    of: Ash.Resource,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo Shop.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :email, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :email, [:email]
  end
end
"""
EMAIL = """\
    attribute :email, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

"""
OWN = """\
defmodule Shop.Sales.User.Extra do
  use Spark.Dsl.Fragment, of: Ash.Resource

  # Ours.
  attributes do
    attribute :email, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
"""


def test_a_resource_and_its_fragment(make_shop: MakeShop) -> None:
    shop = make_shop(USERS)
    assert shop.run(layout="fragment").problems == []
    assert (shop.read(USER), shop.read(GENERATED)) == (HOLDER, FRAGMENT)
    rests(shop, shop.run(layout="fragment"))


def test_a_layout_stays_until_another_one_is_asked_for(make_shop: MakeShop) -> None:
    shop = make_shop(USERS)
    shop.run(layout="fragment")
    rests(shop, shop.run())
    shop.write({"ash_scaffold.toml": 'layout = "inline"\n'})
    assert GENERATED in shop.run().diff
    assert not (shop.root / GENERATED).exists()


def test_there_and_back_gives_the_same_bytes(make_shop: MakeShop) -> None:
    shop = make_shop(USERS)
    shop.run()
    before = shop.tree()
    shop.run(layout="fragment")
    assert shop.read(USER) == HOLDER
    shop.run(layout="inline")
    assert shop.tree() == before


def test_what_somebody_edited_stays_in_the_resource(make_shop: MakeShop) -> None:
    shop = make_shop(USERS)
    shop.run()
    edited(
        USER,
        (
            "    attribute :name, :string do\n",
            '    attribute :name, :string do\n      description "x"\n',
        ),
        (
            "  attributes do\n",
            "  calculations do\n    calculate :a, :string, expr(name)\n  end\n\n  attributes do\n",
        ),
    )(shop)
    done = shop.run(layout="fragment")
    assert done.problems == []
    assert (
        shop.read(USER)
        == """\
defmodule Shop.Sales.User do
  use Ash.Resource,
    domain: Shop.Sales,
    fragments: [Shop.Sales.User.Generated]

  calculations do
    calculate :a, :string, expr(name)
  end

  attributes do
    attribute :name, :string do
      description "x"
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
"""
    )
    name = FRAGMENT[
        FRAGMENT.index("\n    attribute :name") : FRAGMENT.index("  end\n\n  identities")
    ]
    assert shop.read(GENERATED) == FRAGMENT.replace(name, "")
    rests(shop, shop.run())


def in_own_fragment(shop: Shop) -> None:
    """Move the attribute `email` to a fragment that somebody wrote."""
    shop.edit(GENERATED, (EMAIL, ""))
    shop.edit(USER, ("User.Generated]", "User.Generated, Shop.Sales.User.Extra]"))
    shop.write({EXTRA: OWN})


def test_an_entity_in_a_fragment_of_ones_own_is_changed_there(make_shop: MakeShop) -> None:
    shop = make_shop(USERS)
    shop.run(layout="fragment")
    in_own_fragment(shop)
    rests(shop, shop.run())
    shop.sql("ALTER TABLE users ALTER email DROP NOT NULL", "ALTER TABLE users ADD age int")
    done = shop.run()
    assert (
        done.diff
        == """\
lib/shop/sales/user/extra.ex
@@
   # Ours.
   attributes do
     attribute :email, :string do
-      allow_nil? false
       public? true
       constraints trim?: false, allow_empty?: true
     end
lib/shop/sales/user/generated.ex
@@
       public? true
       constraints trim?: false, allow_empty?: true
     end
+
+    attribute :age, :integer do
+      public? true
+    end
   end

   identities do
"""
    )
    assert done.problems == []
    rests(shop, done)


def test_back_inline_a_fragment_of_ones_own_stays(make_shop: MakeShop) -> None:
    shop = make_shop(USERS)
    shop.run(layout="fragment")
    in_own_fragment(shop)
    shop.run(layout="inline")
    assert not (shop.root / GENERATED).exists()
    assert shop.read(EXTRA) == OWN
    assert "fragments: [Shop.Sales.User.Extra]\n" in shop.read(USER)
    assert "attribute :email" not in shop.read(USER)
    assert "identity :email, [:email]" in shop.read(USER)
    rests(shop, shop.run())


def test_back_inline_an_edited_fragment_keeps_what_was_edited(make_shop: MakeShop) -> None:
    shop = make_shop(USERS)
    shop.run(layout="fragment")
    shop.edit(
        GENERATED,
        ("attribute :name, :string do\n", 'attribute :name, :string do\n      description "x"\n'),
    )
    shop.run(layout="inline")
    assert (
        shop.read(GENERATED)
        == """\
defmodule Shop.Sales.User.Generated do
  use Spark.Dsl.Fragment,
    of: Ash.Resource,
    data_layer: AshPostgres.DataLayer

  attributes do
    attribute :name, :string do
      description "x"
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
"""
    )
    own = shop.read(USER)
    assert "    domain: Shop.Sales,\n    fragments: [Shop.Sales.User.Generated]\n" in own
    assert "attribute :name" not in own
    rests(shop, shop.run())


def test_a_resource_written_by_hand_gets_a_fragment(make_shop: MakeShop) -> None:
    own = """\
defmodule Shop.Sales.Person do
  use Ash.Resource, domain: Shop.Sales, data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo Shop.Repo
  end

  attributes do
    attribute :email, :string, allow_nil?: false
  end
end
"""
    domain = (
        "defmodule Shop.Sales do\n  use Ash.Domain\n\n"
        "  resources do\n    resource Shop.Sales.Person\n  end\nend\n"
    )
    shop = make_shop(USERS, {"lib/shop/sales/person.ex": own, "lib/shop/sales.ex": domain})
    done = shop.run(layout="fragment")
    assert done.errors == []
    assert shop.read("lib/shop/sales/person.ex") == own.replace(
        "domain: Shop.Sales, data_layer: AshPostgres.DataLayer",
        "domain: Shop.Sales, fragments: [Shop.Sales.Person.Generated]",
    )
    generated = shop.read("lib/shop/sales/person/generated.ex")
    assert "    data_layer: AshPostgres.DataLayer\n" in generated
    assert ("attribute :email" in generated, "attribute :name" in generated) == (False, True)
    assert ('table "users"' in generated, "migrate? false" in generated) == (False, True)
    rests(shop, shop.run())
