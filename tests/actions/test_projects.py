"""Actions in projects of other shapes: fragments, hand-written resources, moves, drops."""

from __future__ import annotations

import msgspec
import pytest
from tests.actions.acting import (
    ACTIONS,
    DDL,
    DOMAIN_FILE,
    LEGACY,
    SCHEMA,
    STEPS,
    USER,
    act,
    acts_rest,
    outcome,
)
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop

from ash_scaffold.problem import Code
from ash_scaffold.project.snapshot import (
    OWNED_VERSION,
    Ownership,
    encode,
    read_snapshots,
    snapshot_path,
)

HAND_WRITTEN = """\
defmodule Shop.Sales.User do
  use Ash.Resource,
    domain: Shop.Sales,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo Shop.Repo
    migrate? false
  end

  actions do
    defaults [:read, create: [:email]]

    # Ours.
    update :rename do
      accept [:name]
    end
  end

  attributes do
    integer_primary_key :id
    attribute :email, :string, allow_nil?: false
    attribute :name, :string
    attribute :age, :integer
  end
end
"""


def test_the_layout_fragment_gets_a_second_fragment(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, LEGACY)
    shop.run(layout="fragment")
    done = act(shop)
    assert (
        shop.read(USER)
        == """\
defmodule Shop.Sales.User do
  use Ash.Resource,
    domain: Shop.Sales,
    fragments: [Shop.Sales.User.Generated, Shop.Sales.User.Actions]
end
"""
    )
    assert "    defaults [:read, :destroy]\n" in shop.read("lib/shop/sales/user/generated.ex")
    assert "update :rename do" in shop.read(ACTIONS)
    acts_rest(shop, done)


def test_a_resource_that_was_written_by_hand_is_compared_first(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, {**LEGACY, USER: HAND_WRITTEN})
    found = outcome(shop)
    assert [p.where for p in found.problems if p.code is Code.RESOURCE_UNKNOWN] == [USER]
    assert found.outcome is None


def test_the_actions_of_a_hand_written_resource_keep_their_names(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, {**LEGACY, USER: HAND_WRITTEN})
    shop.run()
    done = act(shop)
    text = shop.read(USER)
    assert "    fragments: [Shop.Sales.User.Actions]" in text
    assert "    defaults [:read, create: [:email]]\n\n    # Ours.\n    update :rename do\n" in text
    names = [line.split()[1] for line in shop.read(ACTIONS).splitlines() if line.endswith(" do")]
    assert ":create" not in names
    assert ":rename" not in names
    assert "primary? true" not in shop.read(ACTIONS).partition("update :update")[0]
    acts_rest(shop, done)


def test_a_default_action_that_was_edited_is_the_person_s(shop: Shop) -> None:
    shop.edit(USER, ("create: :*, update: :*", "create: [:email], update: :*"))
    done = act(shop)
    assert "defaults [:read, :destroy, create: [:email]]" in shop.read(USER)
    assert "create :create do" not in shop.read(ACTIONS)
    acts_rest(shop, done)


def test_a_renamed_resource_keeps_its_fragment(shop: Shop) -> None:
    act(shop)
    for path, text in shop.elixir().items():
        if path in (USER, DOMAIN_FILE):
            shop.write({path: text.replace("Shop.Sales.User do", "Shop.Sales.Member do")})
    shop.run()
    shop.edit(SCHEMA, ("max: 40", "max: 41"))
    done = act(shop)
    assert "fragments: [Shop.Sales.User.Actions]" in shop.read(USER)
    assert shop.read(ACTIONS).count("[max: 41]") == 2
    assert "    resource Shop.Sales.Member do\n      define :create_user" in shop.read(DOMAIN_FILE)
    acts_rest(shop, done)


def test_a_fragment_that_was_moved_is_found(shop: Shop) -> None:
    act(shop)
    shop.move(ACTIONS, "lib/shop/writes.ex")
    shop.edit(SCHEMA, ("max: 40", "max: 41"))
    done = act(shop)
    assert shop.read("lib/shop/writes.ex").count("[max: 41]") == 2
    assert not (shop.root / ACTIONS).exists()
    acts_rest(shop, done)


def test_without_its_fragment_a_resource_has_its_defaults_again(shop: Shop) -> None:
    before = shop.elixir()
    act(shop)
    (shop.root / ACTIONS).unlink()
    (shop.root / STEPS).unlink()
    shop.run()
    assert {path: text for path, text in shop.elixir().items() if path in before} == before
    act(shop)
    assert "update :rename do" in shop.read(ACTIONS)


def test_a_table_that_moves_to_another_domain_takes_its_interface_along(shop: Shop) -> None:
    act(shop)
    config = (
        '[domains."Shop.Sales"]\ntables = ["tags"]\n\n[domains."Shop.People"]\ntables = ["users"]\n'
    )
    shop.write({"ash_scaffold.toml": config})
    shop.edit(USER, ("domain: Shop.Sales,", "domain: Shop.People,"))
    shop.run(domain=None)
    assert "define :create_user" in shop.read("lib/shop/people.ex")
    assert "define :create_user" not in shop.read(DOMAIN_FILE)
    done = act(shop)
    assert done.diff == ""


def test_a_dropped_table_leaves_the_actions_to_people(shop: Shop) -> None:
    act(shop)
    shop.sql("DROP TABLE users")
    shop.write({"ash_scaffold.toml": LEGACY["ash_scaffold.toml"].replace('"users", ', "")})
    before = shop.read(ACTIONS)
    done = act(shop)
    assert shop.read(ACTIONS) == before
    shop.run()
    assert shop.read(ACTIONS) == before
    assert all("[internal" not in each for each in done.problems)


def test_a_renamed_table_keeps_its_actions(shop: Shop) -> None:
    act(shop)
    shop.sql("ALTER TABLE users RENAME TO members")
    config = LEGACY["ash_scaffold.toml"].replace('"users"', '"members"')
    shop.write({"ash_scaffold.toml": config + '\n[tables.members]\nrenamed_from = "users"\n'})
    shop.run()
    assert 'table "members"' in shop.read(USER)
    assert shop.run().diff == ""
    assert act(shop).diff == ""
    shop.edit(SCHEMA, ('schema "users"', 'schema "members"'), ("max: 40", "max: 41"))
    done = act(shop)
    assert shop.read(ACTIONS).count("[max: 41]") == 2
    acts_rest(shop, done)


def owned(shop: Shop) -> None:
    """Let the table be Ash's, as `cutover` would."""
    for snapshot in read_snapshots(shop.root).values():
        if snapshot.module == "Shop.Sales.User":
            new = msgspec.structs.replace(snapshot, version=OWNED_VERSION, owned=Ownership())
            shop.write({snapshot_path(new): encode(new).decode()})
    shop.write({"ash_scaffold.toml": 'owned_by_ash = ["users"]\n\n' + LEGACY["ash_scaffold.toml"]})


def test_the_actions_of_a_table_that_ash_owns_go_on_following(shop: Shop) -> None:
    act(shop)
    owned(shop)
    before = shop.read(USER)
    shop.edit(SCHEMA, ("max: 40", "max: 41"))
    act(shop)
    assert shop.read(ACTIONS).count("[max: 41]") == 2
    assert shop.read(USER) == before


@pytest.mark.parametrize("layout", ["inline", "fragment"])
def test_a_resource_whose_table_ash_owns_gets_actions_and_nothing_else(
    make_shop: MakeShop, layout: str
) -> None:
    shop = make_shop(DDL, LEGACY)
    shop.run(layout=layout)
    owned(shop)
    before = shop.read(USER)
    shop.sql("ALTER TABLE users ADD COLUMN extra text")
    act(shop)
    after = shop.read(USER)
    assert "Shop.Sales.User.Actions]" in after
    assert "extra" not in after
    assert before.count("\n") - after.count("\n") in (-1, 0)
    assert "update :rename do" in shop.read(ACTIONS)
    whole = shop.elixir()
    act(shop)
    shop.run()
    assert shop.elixir() == whole


def test_a_module_of_the_name_of_a_fragment_is_left_alone(make_shop: MakeShop) -> None:
    taken = {ACTIONS: "defmodule Shop.Sales.User.Actions do\n  def all, do: []\nend\n"}
    shop = make_shop(DDL, {**LEGACY, **taken})
    shop.run()
    done = act(shop)
    assert shop.read(ACTIONS) == taken[ACTIONS]
    assert "fragments: [Shop.Sales.User.GeneratedActions]" in shop.read(USER)
    acts_rest(shop, done)


def test_two_actions_of_one_name_are_told_apart(make_shop: MakeShop) -> None:
    other = LEGACY[SCHEMA].replace("Legacy.User", "Legacy.Member")
    context = LEGACY["lib/legacy/users.ex"].replace("Legacy.User", "Legacy.Member")
    context = context.replace("User", "Member")
    shop = make_shop(
        DDL, {**LEGACY, "lib/legacy/member.ex": other, "lib/legacy/members.ex": context}
    )
    shop.run()
    done = act(shop)
    names = [line for line in shop.read(ACTIONS).splitlines() if line.endswith(" do")]
    assert len(names) == len(set(names)) == 8
    acts_rest(shop, done)
