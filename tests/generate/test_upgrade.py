"""Another version of the tool wrote the files: what it writes otherwise is no reason to write."""

from __future__ import annotations

import msgspec
import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

from ash_scaffold import __version__
from ash_scaffold.check.run import check
from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.merge import entities
from ash_scaffold.project.snapshot import (
    Snapshot,
    digest,
    encode,
    read_snapshots,
    snapshot_path,
)
from ash_scaffold.session import SourceOptions

DDL = """
CREATE TABLE tags (name text PRIMARY KEY);
CREATE TABLE users (id bigserial PRIMARY KEY, email varchar(80) NOT NULL, age integer)
"""
USER, TAG = "lib/shop/sales/user.ex", "lib/shop/sales/tag.ex"
OLD = "0.0.9"


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    """A project written by an older version, which wrote `writable? true` into attributes."""
    made = make_shop(DDL)
    made.run()
    for snapshot in read_snapshots(made.root).values():
        text = wordy(made.read(snapshot.path))
        old = msgspec.structs.replace(
            snapshot,
            tool=OLD,
            rendered=digest(text),
            written=digest(text),
            entities=tuple(
                EntityLines(each.section, each.object, tuple(wordy_lines(each.lines)))
                for each in snapshot.entities
            ),
        )
        made.write({snapshot.path: text, snapshot_path(old): encode(old).decode()})
    return made


def wordy(text: str) -> str:
    return "".join(wordy_lines(text.splitlines(keepends=True)))


def wordy_lines(lines: list[str] | tuple[str, ...]) -> list[str]:
    found = []
    for line in lines:
        if line.strip() == "public? true":
            found.append(line.replace("public?", "writable?"))
        found.append(line)
    return found


def tools(shop: Shop) -> dict[str, str]:
    found: dict[str, Snapshot] = dict(read_snapshots(shop.root))
    return {snapshot.path: snapshot.tool for snapshot in found.values()}


def test_without_a_change_of_the_schema_nothing_is_written(shop: Shop) -> None:
    assert set(tools(shop).values()) == {OLD}
    done = shop.run()
    assert (done.words, done.diff, done.problems) == ([], "", [])
    before, times = shop.tree(local=True), shop.times()
    assert shop.run().diff == ""
    assert (shop.tree(local=True), shop.times()) == (before, times)
    assert set(tools(shop).values()) == {OLD}


def test_the_first_run_after_it_writes_not_even_a_snapshot(shop: Shop) -> None:
    before = shop.tree()
    shop.run()
    assert shop.tree() == before


def test_a_change_of_the_schema_touches_only_what_it_is_about(shop: Shop) -> None:
    shop.sql("ALTER TABLE users ADD born date", "ALTER TABLE users ALTER age SET NOT NULL")
    done = shop.run()
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@
     end

     attribute :age, :integer do
-      writable? true
+      allow_nil? false
+      public? true
+    end
+
+    attribute :born, :date do
       public? true
     end
   end
"""
    )
    assert done.problems == []
    rests(shop, done)


def test_edits_stay_too(shop: Shop) -> None:
    shop.edit(USER, ("  actions do\n", "  # Mine.\n  actions do\n"))
    shop.edit(TAG, ("  actions do\n", "  # Mine.\n  actions do\n"))
    shop.sql("ALTER TABLE users ADD born date")
    done = shop.run()
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@
       writable? true
       public? true
     end
+
+    attribute :born, :date do
+      public? true
+    end
   end
 end
"""
    )
    assert done.problems == []
    rests(shop, done)


def test_what_goes_goes_in_the_old_style_as_well(shop: Shop) -> None:
    shop.sql("ALTER TABLE users DROP age")
    done = shop.run()
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@
       public? true
       constraints max_length: 80, trim?: false, allow_empty?: true
     end
-
-    attribute :age, :integer do
-      writable? true
-      public? true
-    end
   end
 end
"""
    )
    rests(shop, done)


def test_refreshing_the_style_renews_what_nobody_touched(shop: Shop) -> None:
    shop.edit(
        USER,
        ("attribute :age, :integer do\n", 'attribute :age, Shop.Age do\n      description "x"\n'),
    )
    done = shop.run(refresh_style=True)
    assert (
        done.diff
        == """\
lib/shop/sales/tag.ex
@@
     attribute :name, :string do
       primary_key? true
       allow_nil? false
-      writable? true
       public? true
       constraints trim?: false, allow_empty?: true
     end
lib/shop/sales/user.ex
@@

     attribute :email, :string do
       allow_nil? false
-      writable? true
       public? true
       constraints max_length: 80, trim?: false, allow_empty?: true
     end

     attribute :age, Shop.Age do
       description "x"
-      writable? true
       public? true
     end
   end
"""
    )
    assert done.problems == []
    # The domain would be written alike by both.
    assert tools(shop) == {"lib/shop/sales.ex": OLD, TAG: __version__, USER: __version__}
    rests(shop, done)
    rests(shop, done, refresh_style=True)


def test_refreshing_the_style_leaves_what_somebody_changed(shop: Shop) -> None:
    shop.edit(
        USER,
        (
            "attribute :age, :integer do\n      writable? true",
            "attribute :age, :integer do\n      writable? false",
        ),
    )
    done = shop.run(refresh_style=True)
    assert ":age" not in done.diff
    assert "      writable? false\n" in shop.read(USER)
    assert done.problems == []
    rests(shop, done)


def test_refreshing_without_an_upgrade_writes_nothing(make_shop: MakeShop) -> None:
    shop = make_shop(DDL)
    done = shop.run()
    shop.edit(USER, ("  actions do\n", "  # Mine.\n  actions do\n"))
    rests(shop, done, refresh_style=True)


def test_what_people_choose_after_an_upgrade_takes_effect(shop: Shop) -> None:
    shop.write({"ash_scaffold.toml": "[tables.users.columns.age]\npublic = false\n"})
    done = shop.run()
    assert done.diff.startswith(f"{USER}\n@@\n")
    assert TAG not in done.diff
    assert "    attribute :age, :integer\n  end\n" in shop.read(USER)
    assert done.problems == []
    rests(shop, done)


def test_a_rename_after_an_upgrade_is_followed(shop: Shop) -> None:
    shop.sql("ALTER TABLE users RENAME email TO mail")
    done = shop.run()
    assert done.words == ["users.email renamed to mail"]
    assert (
        done.diff
        == """\
lib/shop/sales/user.ex
@@
     integer_primary_key :id

     attribute :email, :string do
+      source :mail
       allow_nil? false
-      writable? true
       public? true
       constraints max_length: 80, trim?: false, allow_empty?: true
     end
"""
    )
    assert done.problems == []
    rests(shop, done)


ITEM, NUMERIC = "lib/shop/sales/item.ex", "lib/shop/types/numeric.ex"
MONEY = "lib/shop/types/money_amount.ex"


@pytest.fixture(params=[OLD, __version__])
def plain(make_shop: MakeShop, request: pytest.FixtureRequest) -> Shop:
    """A project written before `numeric(p,s)` had a type of its own: by a version, by this one."""
    made = make_shop(
        "CREATE DOMAIN share AS numeric(5,2); "
        "CREATE TYPE money_amount AS (amount numeric(12,2), currency char(3)); "
        "CREATE TABLE items (id bigserial PRIMARY KEY, price numeric(6,2), share share, "
        "  tiers numeric(6,2)[] NOT NULL DEFAULT '{}', fee money_amount)"
    )
    made.run()
    for snapshot in read_snapshots(made.root).values():
        if snapshot.path == NUMERIC:
            (made.root / NUMERIC).unlink()
            (made.root / snapshot_path(snapshot)).unlink()
            continue
        text = made.read(snapshot.path).replace("Shop.Types.Numeric", ":decimal")
        if snapshot.path == MONEY:
            broken, whole = ":decimal,\n     [min: ", ":decimal, [min: "
            assert text.count(broken) == 1
            text = text.replace(broken, whole)
        old = msgspec.structs.replace(
            snapshot,
            tool=request.param,
            rendered=digest(text),
            written=digest(text),
            entities=entities(text),
        )
        made.write({snapshot.path: text, snapshot_path(old): encode(old).decode()})
    return made


def test_a_type_that_only_older_files_would_use_is_not_written(plain: Shop) -> None:
    before = plain.tree()
    assert "attribute :price, :decimal do" in plain.read(ITEM)
    done = plain.run()
    assert (done.diff, done.problems, plain.tree()) == ("", [], before)
    assert [each for each in check(source(plain)).findings if each.table] == []


def test_a_new_column_has_the_type_and_old_ones_keep_theirs(plain: Shop) -> None:
    plain.sql("ALTER TABLE items ADD cost numeric(8,2)")
    done = plain.run()
    text = plain.read(ITEM)
    assert "attribute :price, :decimal do" in text
    assert "attribute :cost, Shop.Types.Numeric do" in text
    assert (plain.root / NUMERIC).exists()
    rests(plain, done)


def test_by_choice_all_get_the_type(plain: Shop) -> None:
    done = plain.run(refresh_style=True)
    assert "attribute :price, Shop.Types.Numeric do" in plain.read(ITEM)
    assert "subtype_of: Shop.Types.Numeric" in plain.read("lib/shop/types/share.ex")
    rests(plain, done, refresh_style=True)


def source(shop: Shop) -> SourceOptions:
    return SourceOptions(folder=shop.root, url=shop.url)


def test_a_column_of_another_type_leaves_the_older_types(plain: Shop) -> None:
    plain.sql("ALTER TABLE items ADD note text")
    done = plain.run()
    assert (
        done.diff
        == """\
lib/shop/sales/item.ex
@@
     attribute :fee, Shop.Types.MoneyAmount do
       public? true
     end
+
+    attribute :note, :string do
+      public? true
+      constraints trim?: false, allow_empty?: true
+    end
   end
 end
"""
    )
    assert done.problems == []
    rests(plain, done)
