"""Generated files that people have worked in, run after run: what follows, stays, is said."""

from __future__ import annotations

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, conflict, rests

from ash_scaffold.generate.files import Status, with_free_paths
from ash_scaffold.generate.modules import Module
from ash_scaffold.postgres.sql import quote_identifier
from ash_scaffold.problem import Code, Exit

USERS = "CREATE TABLE users (id bigserial PRIMARY KEY, email varchar(80) NOT NULL, age integer)"
USER = "lib/shop/sales/user.ex"
CONFIG = "ash_scaffold.toml"
AGE = "    attribute :age, :integer do\n      public? true\n    end\n"
TAKEN_OUT = (
    "note [column-removed] users.age: Its attribute was removed from the resource, so nothing "
    "is generated for the column.\n"
    "    To have it back, write the attribute into the resource again: the rest follows."
)


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    """A generated project with users."""
    made = make_shop(USERS)
    assert made.run().problems == []
    return made


def accept(shop: Shop, name: str) -> None:
    shop.write({CONFIG: f'[[accept]]\nobject = "{name}"\nreason = "as we want it"\n'})


def statuses(shop: Shop, **options: object) -> dict[str, Status]:
    return {file.path: file.status for file in shop.prepare(**options).files.files}


def test_a_file_as_it_was_generated_is_changed_and_an_edited_one_merged(
    make_shop: MakeShop,
) -> None:
    shop = make_shop(f"{USERS}; CREATE TABLE tags (name text PRIMARY KEY)")
    assert statuses(shop) == {
        "lib/shop/sales.ex": Status.CREATED,
        "lib/shop/sales/tag.ex": Status.CREATED,
        USER: Status.CREATED,
    }
    shop.run()
    shop.edit(USER, ("  actions do\n", "  # Mine.\n  actions do\n"))
    assert set(statuses(shop).values()) == {Status.UNCHANGED}
    shop.sql("ALTER TABLE users ADD a int", "ALTER TABLE tags ADD a int")
    assert statuses(shop) == {
        "lib/shop/sales.ex": Status.UNCHANGED,
        "lib/shop/sales/tag.ex": Status.CHANGED,
        USER: Status.MERGED,
    }


def test_everything_that_a_person_wrote_stays_where_it_is(shop: Shop) -> None:
    mine = '''\
# Sales knows its users by this.
defmodule Shop.Sales.User do
  @moduledoc """
  Whoever has signed up:

      attribute :age, :integer
  """
  use Ash.Resource,
    domain: Shop.Sales,
    data_layer: AshPostgres.DataLayer,
    authorizers: [Ash.Policy.Authorizer]

  require Logger

  policies do
    policy always(), do: authorize_if(always())
  end


  relationships do
    has_many :notes, Shop.Notes.Note
  end

  attributes do
    # First what people see.
    attribute(:email, :string, allow_nil?: false, public?: true,
      constraints: [max_length: 80, trim?: false, allow_empty?: true])

    attribute :age, :integer, public?: true # in years

    integer_primary_key :id
    # The end.
  end

  postgres do
    repo Shop.Repo
    migrate? false
    table "users"
    base_filter_sql ~s(age > 0)
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]

    read :grown_up, do: filter(expr(age >= 18))
  end

  def name(%{email: email}), do: ~S(#{email}) <> email
end

defmodule Shop.Sales.User.Other do
  def age, do: :age
end
'''
    diff = """\
lib/shop/sales/user.ex
@@
     has_many :notes, Shop.Notes.Note
   end

+  identities do
+    identity :email, [:email]
+  end
+
   attributes do
     # First what people see.
-    attribute(:email, :string, allow_nil?: false, public?: true,
+    attribute(:email, :string, public?: true,
       constraints: [max_length: 80, trim?: false, allow_empty?: true])

     attribute :age, :integer, public?: true # in years
+
+    attribute :slug, :string do
+      public? true
+      constraints trim?: false, allow_empty?: true
+    end

     integer_primary_key :id
     # The end.
@@
   postgres do
     repo Shop.Repo
     migrate? false
+
+    check_constraints do
+      check_constraint :age, "of_age" do
+        message "is invalid"
+      end
+    end
+
     table "users"
     base_filter_sql ~s(age > 0)
   end
"""
    shop.write({USER: mine})
    assert rests_as(shop, mine)
    shop.sql(
        "ALTER TABLE users ALTER email DROP NOT NULL",
        "ALTER TABLE users ADD CONSTRAINT of_age CHECK (age > 17)",
        "ALTER TABLE users ADD slug text",
        "CREATE UNIQUE INDEX users_email_index ON users (email)",
    )
    done = shop.run()
    assert done.problems == []
    assert done.diff == diff
    rests(shop, done)


def rests_as(shop: Shop, text: str) -> bool:
    done = shop.run()
    return (done.diff, done.problems, shop.read(USER)) == ("", [], text)


def test_a_conflict_is_said_on_every_run_and_the_rest_is_written(shop: Shop) -> None:
    shop.edit(USER, ("attribute :age, :integer do", "attribute :age, Shop.Age do"))
    shop.sql("ALTER TABLE users ALTER age TYPE boolean USING true", "ALTER TABLE users ADD a int")
    done = shop.run()
    assert done.problems == [conflict(USER, "users.age.type")]
    assert "+    attribute :a, :integer do\n" in done.diff
    assert "attribute :age, Shop.Age do\n" in shop.read(USER)
    for _ in range(3):
        assert shop.run().problems == done.problems
        assert shop.exit_code() is Exit.FINDINGS


def test_a_conflict_stays_when_the_schema_goes_on_changing(shop: Shop) -> None:
    shop.edit(USER, ("attribute :age, :integer do", "attribute :age, Shop.Age do"))
    shop.sql("ALTER TABLE users ALTER age TYPE boolean USING true")
    shop.run()
    shop.sql("ALTER TABLE users ADD a int", "ALTER TABLE users ALTER age SET NOT NULL")
    done = shop.run()
    assert done.problems == [conflict(USER, "users.age.type")]
    assert "+      allow_nil? false\n" in done.diff
    shop.sql("ALTER TABLE users ALTER age TYPE date USING now()")
    [file] = [file for file in shop.prepare().files.files if file.path == USER]
    [found] = file.conflicts
    assert (found.base, found.ours, found.theirs) == ((":integer",), ("Shop.Age",), (":date",))


@pytest.mark.parametrize("name", ["users.age.type", "users.age"])
def test_accepting_ends_a_conflict_for_good(shop: Shop, name: str) -> None:
    shop.edit(USER, ("attribute :age, :integer do", "attribute :age, Shop.Age do"))
    shop.sql("ALTER TABLE users ALTER age TYPE boolean USING true")
    shop.run()
    kept = shop.read(USER)
    accept(shop, name)
    done = shop.run()
    assert (done.problems, shop.read(USER)) == ([], kept)
    rests(shop, done)
    shop.sql("ALTER TABLE users ALTER age TYPE date USING now()")
    assert shop.run().problems == []
    assert shop.read(USER) == kept


def test_accepting_another_object_ends_nothing(shop: Shop) -> None:
    shop.edit(USER, ("attribute :age, :integer do", "attribute :age, Shop.Age do"))
    shop.sql("ALTER TABLE users ALTER age TYPE boolean USING true")
    accept(shop, "users.age.default")
    assert shop.run().problems == [conflict(USER, "users.age.type")]


def test_doing_as_the_database_does_ends_a_conflict(shop: Shop) -> None:
    shop.edit(USER, ("attribute :age, :integer do", "attribute :age, Shop.Age do"))
    shop.sql("ALTER TABLE users ALTER age TYPE boolean USING true")
    shop.run()
    shop.edit(USER, ("attribute :age, Shop.Age do", "attribute :age, :boolean do"))
    done = shop.run()
    assert (done.diff, done.problems) == ("", [])
    rests(shop, done)


def test_constraints_come_with_the_type_that_they_are_of(shop: Shop) -> None:
    shop.edit(USER, ("attribute :age, :integer do", "attribute :age, Shop.Age do"))
    shop.sql("ALTER TABLE users ALTER age TYPE varchar(9)")
    shop.run()
    assert shop.run().diff == ""
    shop.edit(USER, ("attribute :age, Shop.Age do", "attribute :age, :string do"))
    done = shop.run()
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@

     attribute :age, :string do
       public? true
+      constraints max_length: 9, trim?: false, allow_empty?: true
     end
   end
 end
"""
    )
    assert done.problems == []
    rests(shop, done)


def test_constraints_do_not_come_to_a_type_that_is_accepted(shop: Shop) -> None:
    shop.edit(USER, ("attribute :age, :integer do", "attribute :age, Shop.Age do"))
    shop.sql("ALTER TABLE users ALTER age TYPE varchar(9)")
    accept(shop, "users.age.type")
    assert shop.run().diff == ""
    shop.sql("ALTER TABLE users ALTER age TYPE varchar(12)", "ALTER TABLE users ADD a int")
    shop.run()
    assert "attribute :age, Shop.Age do\n      public? true\n    end\n" in shop.read(USER)


def test_undoing_the_tweak_ends_a_conflict(shop: Shop) -> None:
    shop.edit(USER, ("attribute :age, :integer do", "attribute :age, Shop.Age do"))
    kept = shop.read(USER)
    shop.sql("ALTER TABLE users ALTER age TYPE boolean USING true")
    shop.run()
    shop.sql("ALTER TABLE users ALTER age TYPE integer USING 1")
    done = shop.run()
    assert (done.diff, done.problems, shop.read(USER)) == ("", [], kept)
    rests(shop, done)


def test_taking_out_what_points_at_nothing_ends_a_conflict(shop: Shop) -> None:
    shop.edit(USER, (AGE, AGE.replace("public? true", "public? false")))
    shop.sql("ALTER TABLE users DROP age")
    assert shop.run().problems == [conflict(USER, "users.age", gone=True)]
    shop.edit(USER, ("\n" + AGE.replace("public? true", "public? false"), ""))
    done = shop.run()
    assert (done.diff, done.problems) == ("", [])
    rests(shop, done)


def test_what_the_person_took_out_stays_out_whatever_becomes_of_it(shop: Shop) -> None:
    shop.edit(USER, ("\n" + AGE, ""))
    assert shop.run().problems == [TAKEN_OUT]
    shop.sql("ALTER TABLE users ALTER age SET DEFAULT 1", "ALTER TABLE users ADD a int")
    done = shop.run()
    assert done.problems == [TAKEN_OUT]
    assert "attribute :age" not in shop.read(USER)
    shop.sql("ALTER TABLE users DROP age")
    assert shop.run().problems == []


def test_an_attribute_gets_its_own_name_and_all_that_is_generated_follows(
    make_shop: MakeShop,
) -> None:
    shop = make_shop(
        "CREATE TABLE users (id bigserial PRIMARY KEY, password text NOT NULL, team integer)"
    )
    shop.run()
    shop.edit(
        USER,
        (
            "attribute :password, :string do\n",
            "attribute :hashed, :string do\n      source :password\n",
        ),
        ("create: [:*, :password]", "create: [:*, :hashed]"),
        ("update: [:*, :password]", "update: [:*, :hashed]"),
    )
    assert rests_as(shop, shop.read(USER))
    shop.sql(
        "CREATE UNIQUE INDEX one_password ON users (password)",
        "ALTER TABLE users ADD CONSTRAINT long CHECK (length(password) > 9)",
    )
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
+    identity_index_names hashed: "one_password"
+
+    check_constraints do
+      check_constraint :hashed, "long" do
+        message "is invalid"
+      end
+    end
   end

   actions do
@@
       public? true
     end
   end
+
+  identities do
+    identity :hashed, [:hashed]
+  end
 end
"""
    )
    rests(shop, done)


def test_a_relationship_gets_its_own_name_and_its_reference_follows(make_shop: MakeShop) -> None:
    shop = make_shop(
        "CREATE TABLE teams (id bigserial PRIMARY KEY);"
        "CREATE TABLE users (id bigserial PRIMARY KEY, team_id bigint REFERENCES teams)"
    )
    shop.run()
    shop.edit(
        USER,
        (
            "belongs_to :team, Shop.Sales.Team do\n",
            "belongs_to :crew, Shop.Sales.Team do\n      source_attribute :team_id\n",
        ),
    )
    shop.sql(
        "ALTER TABLE users DROP CONSTRAINT users_team_id_fkey",
        "ALTER TABLE users ADD FOREIGN KEY (team_id) REFERENCES teams ON DELETE SET NULL",
    )
    done = shop.run()
    assert "+      reference :crew do\n+        on_delete :nilify\n" in done.diff
    assert done.problems == []
    rests(shop, done)


@pytest.mark.parametrize("name", ["Weird Table", 'a"b', "x;y", "../../up"])
def test_a_table_of_any_name_comes_to_rest(make_shop: MakeShop, name: str) -> None:
    quoted = quote_identifier(name)
    shop = make_shop(f"CREATE TABLE {quoted} (id bigserial PRIMARY KEY)")
    shop.run()
    shop.sql(f"ALTER TABLE {quoted} ADD a int")
    done = shop.run()
    rests(shop, done)
    assert all(
        path.startswith(("lib/", "priv/ash_scaffold/")) for path in shop.tree() if "/" in path
    )


def test_two_new_modules_never_share_a_file_on_any_disk(shop: Shop) -> None:
    modules = [
        Module(name="Shop.User", path="lib/shop/user2.ex", text=""),
        Module(name="Shop.USER", path="lib/shop/USER2.ex", text=""),
    ]
    found, problems = with_free_paths(modules, shop.prepare().session.project)
    assert [each.path for each in found] == ["lib/shop/user2_ash.ex", "lib/shop/USER2.ex"]
    assert [(each.code, each.where, each.what) for each in problems.values()] == [
        (
            Code.FILE_TAKEN,
            "lib/shop/user2.ex",
            "The file holds Shop.USER, so Shop.User goes to lib/shop/user2_ash.ex.",
        )
    ]
