"""Snapshots in a project: what they hold, and what becomes of a run without a good one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import msgspec
import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import ScaffoldError
from ash_scaffold.project.snapshot import OWNED_VERSION, VERSION

MakeDatabase = Callable[..., URL]
DDL = """
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE users (id bigserial PRIMARY KEY, email varchar(80) NOT NULL UNIQUE, state state);
CREATE TABLE orders (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users)
"""
FOLDER = "priv/ash_scaffold"
USERS, USER = f"{FOLDER}/public.users.json", "lib/shop/sales/user.ex"


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    made = make_shop(DDL)
    assert made.run().problems == []
    return made


def snapshots(shop: Shop) -> dict[str, bytes]:
    return {path: body for path, body in shop.tree().items() if path.startswith(FOLDER)}


def failure(shop: Shop) -> str:
    with pytest.raises(ScaffoldError) as caught:
        shop.run()
    [problem] = caught.value.problems
    return f"{problem.code.value} {problem.where}: {problem.what} {problem.todo}"


def test_two_copies_of_a_schema_have_the_same(
    make_shop: MakeShop, make_database: MakeDatabase
) -> None:
    first = make_shop(DDL)
    first.run()
    kept = first.tree()
    # Other oids, other attribute numbers, another order of making.
    url = make_database(
        "CREATE TABLE filler (id int)",
        "CREATE TYPE state AS ENUM ('paid')",
        "ALTER TYPE state ADD VALUE 'open' BEFORE 'paid'",
        "CREATE TABLE users (gone int, id bigserial PRIMARY KEY, email varchar(80) NOT NULL)",
        "ALTER TABLE users DROP gone, ADD state state, ADD UNIQUE (email)",
        "CREATE TABLE orders (id bigserial PRIMARY KEY, user_id bigint NOT NULL)",
        "ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users",
        "DROP TABLE filler",
    )
    second = msgspec.structs.replace(first, url=url.uri)
    done = second.run()
    assert (done.words, done.diff, done.problems) == ([], "", [])
    assert second.tree() == kept


def test_they_hold_nothing_of_the_machine_or_the_database(shop: Shop) -> None:
    name = shop.url.rsplit("/", 1)[1].partition("?")[0]
    texts = {path: body.decode() for path, body in snapshots(shop).items()}
    assert sorted(texts) == [
        f"{FOLDER}/modules/Shop.Sales.json",
        f"{FOLDER}/modules/Shop.Types.State.json",
        f"{FOLDER}/public.orders.json",
        USERS,
    ]
    for text in texts.values():
        for word in (name, "postgres:", "postgresql:", "password", str(shop.root), "oid", "attnum"):
            assert word not in text
        assert not re.search(r"\b20\d\d-\d\d-\d\d\b", text)
        assert json.loads(text)["version"] == VERSION


def test_a_small_tweak_is_a_small_diff(shop: Shop) -> None:
    before = shop.read(USERS).splitlines()
    shop.sql("ALTER TABLE users ADD age int")
    shop.run()
    after = shop.read(USERS).splitlines()
    hashes = re.compile(r'"(rendered|written)": "[0-9a-f]{64}"')
    gone, new = (
        [line.strip().removesuffix(",") for line in some if line not in others]
        for some, others in ((before, after), (after, before))
    )
    state = '{"name": "state", "type": "public.state"}'
    assert [line for line in gone if not hashes.fullmatch(line)] == [state]
    assert [line for line in new if not hashes.fullmatch(line)] == [
        state,
        '{"name": "age", "type": "int4"}',
        '"object": "column age"',
        '"attribute :age, :integer do"',
    ]


def test_a_broken_one_is_an_error_with_a_way_out(shop: Shop) -> None:
    kept = shop.elixir()
    shop.write({USERS: "{"})
    assert failure(shop) == (
        f"snapshot-invalid {USERS}: The snapshot can't be read: Input data was truncated "
        "Restore it from version control, or delete it: the next run then takes the module for "
        "one that was written by hand."
    )
    assert shop.elixir() == kept


def test_one_with_marks_of_a_merge_is_broken(shop: Shop) -> None:
    text = shop.read(USERS)
    shop.write({USERS: f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> main\n"})
    assert failure(shop).startswith(f"snapshot-invalid {USERS}: The snapshot can't be read: ")


def test_one_of_a_newer_version_is_an_error_with_a_way_out(shop: Shop) -> None:
    shop.edit(USERS, (f'  "version": {VERSION},\n  "module"', '  "version": 99,\n  "module"'))
    assert failure(shop) == (
        f"snapshot-invalid {USERS}: The snapshot is of version 99; this ash-scaffold reads up to "
        f"{OWNED_VERSION}. Install the version of ash-scaffold that your team uses."
    )


def test_what_a_later_version_adds_is_no_error(shop: Shop) -> None:
    shop.edit(USERS, ('  "module": ', '  "more": {"of": "it"},\n  "module": '))
    done = shop.run()
    assert (done.diff, done.problems) == ("", [])


def test_without_one_an_unedited_module_goes_on_as_before(shop: Shop) -> None:
    kept = shop.tree()
    (shop.root / USERS).unlink()
    done = shop.run()
    assert (done.words, done.diff, done.problems) == ([], "", [])
    assert shop.tree() == kept


def test_without_one_an_edited_module_counts_as_written_by_hand(shop: Shop) -> None:
    state = "\n    attribute :state, Shop.Types.State do\n      public? true\n    end\n"
    shop.edit(USER, ("max_length: 80, ", ""), (state, ""))
    (shop.root / USERS).unlink()
    done = shop.run()
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@
       public? true
       constraints trim?: false, allow_empty?: true
     end
+
+    attribute :state, Shop.Types.State do
+      public? true
+    end
   end

   relationships do
"""
    )
    assert done.problems == [
        f"warning [differs] {USER}: users.email: It says `attribute :email, :string do "
        "allow_nil? false public? true constraints trim?: false, allow_empty?: true end`; the "
        "database has `attribute :email, :string do allow_nil? false public? true constraints "
        "max_length: 80, trim?: false, allow_empty?: true end`. The hand-written text stays."
    ]
    rests(shop, done)


def test_without_any_the_files_are_adopted(shop: Shop) -> None:
    kept = shop.tree()
    for path in snapshots(shop):
        (shop.root / path).unlink()
    done = shop.run()
    assert (done.diff, done.problems) == ("", [])
    assert shop.tree() == kept


def test_a_run_of_nothing_but_hand_edits_writes_no_snapshot(shop: Shop) -> None:
    shop.edit(USER, ("  actions do\n", "  # Mine.\n  actions do\n"))
    done = shop.run()
    kept = snapshots(shop)
    rests(shop, done)
    shop.edit(USER, ("  # Mine.\n", "  # Mine, and more.\n"))
    shop.run()
    assert snapshots(shop) == kept
