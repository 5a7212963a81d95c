"""Renames in the database: certain, likely, unclear, and what the project remembers of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import msgspec
import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import ScaffoldError

USERS = "CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, age integer)"
USER = "lib/shop/sales/user.ex"
LOCAL = "priv/ash_scaffold/.local"
CONFIG = "ash_scaffold.toml"
MakeDatabase = Callable[..., URL]


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    made = make_shop(USERS)
    made.run()
    return made


def forgetful(shop: Shop) -> Shop:
    """The project as a colleague checks it out: what belongs to one database is not in it."""
    shutil.rmtree(shop.root / LOCAL)
    return shop


def elsewhere(shop: Shop, url: URL) -> Shop:
    """The project beside another database."""
    text = url.uri
    return msgspec.structs.replace(shop, url=text)


def test_a_rename_is_certain_where_the_database_was_seen(shop: Shop) -> None:
    shop.sql(
        "ALTER TABLE users RENAME email TO a",
        "ALTER TABLE users RENAME age TO b",
        "ALTER TABLE users ALTER b TYPE text",
        "ALTER TABLE users ADD c text NOT NULL",
    )
    done = shop.run()
    assert done.words == [
        "users.email renamed to a",
        "users.age renamed to b",
        "users.c added: text, not null",
        "users.b: integer → text",
    ]
    assert done.problems == []
    rests(shop, done)


def test_a_drop_and_an_add_is_no_rename_where_the_database_was_seen(shop: Shop) -> None:
    shop.sql("ALTER TABLE users DROP email", "ALTER TABLE users ADD mail text NOT NULL")
    done = shop.run()
    assert done.words == ["users.mail added: text, not null", "users.email dropped"]
    assert "source :" not in shop.read(USER)


def test_names_that_were_exchanged_are_followed(shop: Shop) -> None:
    shop.sql(
        "ALTER TABLE users RENAME email TO x",
        "ALTER TABLE users RENAME age TO email",
        "ALTER TABLE users RENAME x TO age",
    )
    done = shop.run()
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :email, :string do
+      source :age
       allow_nil? false
       public? true
       constraints trim?: false, allow_empty?: true
     end

     attribute :age, :integer do
+      source :email
       public? true
     end
   end
"""
    )
    rests(shop, done)


def test_exchanged_names_are_followed_where_people_wrote_them_too(make_shop: MakeShop) -> None:
    shop = make_shop(
        "CREATE TABLE users (id bigserial PRIMARY KEY, a integer, b integer,"
        " CONSTRAINT x CHECK (a > 0), CONSTRAINT y CHECK (b > 0))"
    )
    shop.run()
    shop.edit(
        USER,
        ("attribute :a, :integer do\n", "attribute :one, :integer do\n      source :a\n"),
        ("attribute :b, :integer do\n", "attribute :two, :integer do\n      source :b\n"),
        (
            'check_constraint :a, "x" do\n        message "is invalid"',
            'check_constraint :one, "x" do\n        message "one is"',
        ),
        (
            'check_constraint :b, "y" do\n        message "is invalid"',
            'check_constraint :two, "y" do\n        message "two is"',
        ),
    )
    shop.sql(
        "ALTER TABLE users RENAME a TO c",
        "ALTER TABLE users RENAME b TO a",
        "ALTER TABLE users RENAME c TO b",
        "ALTER TABLE users RENAME CONSTRAINT x TO z",
    )
    done = shop.run()
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@
     migrate? false

     check_constraints do
-      check_constraint :one, "x" do
+      check_constraint :one, "z" do
         message "one is"
       end

@@
     integer_primary_key :id

     attribute :one, :integer do
-      source :a
+      source :b
       public? true
     end

     attribute :two, :integer do
-      source :b
+      source :a
       public? true
     end
   end
"""
    )
    assert done.problems == []
    rests(shop, done)


def test_elsewhere_an_unmistakable_pair_is_taken_for_a_rename_and_said_so(shop: Shop) -> None:
    shop.sql("ALTER TABLE users RENAME email TO mail")
    done = forgetful(shop).run()
    assert done.words == ["users.email renamed to mail (taken for a rename)"]
    assert "    attribute :email, :string do\n      source :mail\n" in shop.read(USER)
    assert done.problems == []
    rests(shop, done)


def test_another_database_tells_renames_from_the_schema_alone(
    shop: Shop, make_database: MakeDatabase
) -> None:
    other = elsewhere(
        shop,
        make_database(
            "CREATE TABLE users (id bigserial PRIMARY KEY, mail text NOT NULL, age integer)"
        ),
    )
    done = other.run()
    assert done.words == ["users.email renamed to mail (taken for a rename)"]
    rests(other, done)


PEOPLE = "CREATE TABLE people (id bigserial PRIMARY KEY, name text, fax text)"
PERSON = "lib/shop/sales/legacy_person.ex"


def ecto(fields: str) -> dict[str, str]:
    return {
        PERSON: "defmodule Shop.Sales.LegacyPerson do\n  use Ecto.Schema\n\n"
        f'  schema "people" do\n    field :name, :string\n    {fields}\n  end\nend\n'
    }


@pytest.mark.parametrize("tweak", ["RENAME fax TO biography", "DROP fax, ADD biography text"])
def test_type_and_place_alone_are_asked_for(make_shop: MakeShop, tweak: str) -> None:
    shop = make_shop(PEOPLE)
    shop.run()
    kept = shop.tree()
    shop.sql(f"ALTER TABLE people {tweak}")
    done = forgetful(shop).run()
    [problem] = done.problems
    assert problem.startswith("error [rename-unclear] people: Dropped: fax. Added: biography.")
    assert problem.endswith('[tables.people.columns.biography]\n    renamed_from = "fax"')
    assert shop.tree() == kept


def test_a_field_of_the_old_name_tells_a_rename(make_shop: MakeShop) -> None:
    shop = make_shop(PEOPLE, ecto("field :fax, :string"))
    shop.run()
    shop.sql("ALTER TABLE people RENAME fax TO biography")
    shop.write(ecto("field :fax, :string, source: :biography"))
    done = forgetful(shop).run()
    assert done.words == ["people.fax renamed to biography (taken for a rename)"]
    assert done.errors == []


def test_fields_of_both_columns_speak_against_a_rename(make_shop: MakeShop) -> None:
    shop = make_shop(PEOPLE, ecto("field :fax, :string"))
    shop.run()
    shop.sql("ALTER TABLE people RENAME fax TO fax_number")
    shop.write(ecto("field :fax, :string\n    field :fax_number, :string"))
    done = forgetful(shop).run()
    assert any(each.startswith("error [rename-unclear] people") for each in done.errors)


def test_an_unclear_one_is_asked_for_and_nothing_is_guessed(make_shop: MakeShop) -> None:
    shop = make_shop("CREATE TABLE users (id bigserial PRIMARY KEY, email text, name text)")
    shop.run()
    kept = shop.tree()
    shop.sql("ALTER TABLE users RENAME email TO a", "ALTER TABLE users RENAME name TO b")
    done = forgetful(shop).run()
    assert done.diff == ""
    [problem] = done.problems
    assert problem == (
        "error [rename-unclear] users: Dropped: email, name. Added: a, b. Each column may have "
        "been renamed or replaced.\n"
        "    Say which it is in ash_scaffold.toml, for each that is new: its old name, "
        'or "" for a new column.\n'
        "    [tables.users.columns.a]\n"
        '    renamed_from = "email"'
    )
    assert shop.tree() == kept


def test_the_configuration_decides(make_shop: MakeShop) -> None:
    shop = make_shop("CREATE TABLE users (id bigserial PRIMARY KEY, email text, name text)")
    shop.run()
    shop.sql("ALTER TABLE users RENAME email TO a", "ALTER TABLE users RENAME name TO b")
    shop.write(
        {
            CONFIG: '[tables.users.columns.a]\nrenamed_from = "name"\n\n'
            '[tables.users.columns.b]\nrenamed_from = ""\n'
        }
    )
    done = forgetful(shop).run()
    assert done.problems == []
    assert done.words == ["users.name renamed to a", "users.b added: text", "users.email dropped"]
    rests(shop, done)


def test_the_configuration_may_stay_after_the_rename(make_shop: MakeShop) -> None:
    shop = make_shop(USERS)
    shop.run()
    shop.sql("ALTER TABLE users RENAME email TO mail")
    shop.write({CONFIG: '[tables.users.columns.mail]\nrenamed_from = "email"\n'})
    rests(shop, shop.run())
    shop.sql("ALTER TABLE users ADD a int")
    done = shop.run()
    assert done.words == ["users.a added: integer"]
    assert done.problems == []


def test_a_renamed_table_keeps_its_module_where_the_database_was_seen(shop: Shop) -> None:
    shop.sql("ALTER TABLE users RENAME TO people", "ALTER TABLE people ADD a int")
    done = shop.run()
    assert done.words == ["table users renamed to people", "people.a added: integer"]
    assert '    table "people"\n' in shop.read(USER)
    assert "priv/ash_scaffold/public.users.json" not in shop.tree()
    assert "priv/ash_scaffold/public.people.json" in shop.tree()
    rests(shop, done)


def test_a_renamed_table_keeps_its_module_elsewhere(shop: Shop) -> None:
    shop.sql("ALTER TABLE users RENAME TO people")
    done = forgetful(shop).run()
    assert done.words == ["table users renamed to people (taken for a rename)"]
    assert '    table "people"\n' in shop.read(USER)
    rests(shop, done)


def test_an_unclear_rename_of_a_table_stops_the_run(shop: Shop) -> None:
    kept = shop.tree()
    shop.sql(
        "DROP TABLE users",
        "CREATE TABLE people (id bigserial PRIMARY KEY, email text NOT NULL, age integer)",
        "CREATE TABLE persons (id bigserial PRIMARY KEY, email text NOT NULL, age integer)",
    )
    with pytest.raises(ScaffoldError) as caught:
        forgetful(shop).run()
    assert [(problem.code.value, problem.where) for problem in caught.value.problems] == [
        ("rename-unclear", "people"),
        ("rename-unclear", "persons"),
    ]
    assert shop.tree() == kept
    shop.write({CONFIG: '[tables.persons]\nrenamed_from = "users"\n'})
    done = shop.run()
    assert done.words == [
        "table people added",
        "table users renamed to persons",
        "persons.id: default nextval('public.users_id_seq'::regclass) → "
        "nextval('public.persons_id_seq'::regclass)",
        "persons: primary key users_pkey renamed to persons_pkey",
    ]
    rests(shop, done)


def test_what_belongs_to_one_database_is_ignored_by_git(shop: Shop) -> None:
    files = {path for path in shop.tree(local=True) if path.startswith(LOCAL)}
    [identity] = files - {f"{LOCAL}/.gitignore"}
    assert shop.read(f"{LOCAL}/.gitignore") == "*\n"
    [table] = json.loads(shop.read(identity))["tables"].values()
    assert table == {
        "name": ["public", "users"],
        "columns": {"1": "id", "2": "email", "3": "age"},
    }


def test_two_databases_have_a_file_each(shop: Shop, make_database: MakeDatabase) -> None:
    elsewhere(shop, make_database(USERS)).run()
    assert len(list((shop.root / LOCAL).glob("*.json"))) == 2


def test_nothing_is_remembered_of_a_dump(shop: Shop) -> None:
    kept = shop.tree(local=True)
    dump = shop.root / "s.sql"
    dump.write_text(f"{USERS};")
    done = shop.run(url=None, dump=dump)
    assert (done.diff, done.words, done.problems) == ("", [], [])
    dump.unlink()
    assert shop.tree(local=True) == kept


def test_a_broken_memory_is_as_good_as_none(shop: Shop) -> None:
    [identity] = (shop.root / LOCAL).glob("*.json")
    shop.sql("ALTER TABLE users RENAME email TO mail")
    identity.write_text("{")
    done = shop.run()
    assert done.words == ["users.email renamed to mail (taken for a rename)"]
    [note] = done.problems
    assert note.startswith(
        f"note [snapshot-invalid] {LOCAL}/{identity.name}: The local identity of this "
        "database can't be read: "
    )
    assert shop.run().problems == []


def test_a_run_for_one_table_forgets_nothing_of_the_others(make_shop: MakeShop) -> None:
    shop = make_shop(f"{USERS}; CREATE TABLE tags (name text PRIMARY KEY, a text, b text)")
    shop.run()
    shop.sql("ALTER TABLE tags RENAME a TO c", "ALTER TABLE tags RENAME b TO d")
    shop.sql("ALTER TABLE users ADD a int")
    assert shop.run(tables=("users",)).words == ["users.a added: integer"]
    done = shop.run()
    assert done.words == ["tags.a renamed to c", "tags.b renamed to d"]
    rests(shop, done)
