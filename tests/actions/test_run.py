"""What is written for changeset functions, and what becomes of it on later runs."""

from __future__ import annotations

import pytest
from tests.actions.acting import (
    ACTIONS,
    CONTEXT,
    DDL,
    DOMAIN_FILE,
    LEGACY,
    SCHEMA,
    STEPS,
    USER,
    act,
    acts_rest,
    exit_code,
    outcome,
)
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop

from ash_scaffold.problem import Code, Exit, ScaffoldError
from ash_scaffold.project.snapshot import read_snapshots

LENGTH = ("validate_length(:name, max: 40)", "validate_length(:name, max: 41)")


def test_it_writes_a_fragment_its_steps_the_use_and_the_code_interface(shop: Shop) -> None:
    done = act(shop)
    assert (
        shop.read(ACTIONS)
        == """\
defmodule Shop.Sales.User.Actions do
  @moduledoc \"\"\"
  Actions of `Shop.Sales.User`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  \"\"\"

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias Shop.Sales.User.Steps

  actions do
    # Legacy.User.changeset/2, lib/legacy/user.ex
    create :create do
      primary? true
      accept [:email, :name, :age]
      allow_nil_input [:email]
      skip_unknown_inputs :*

      change Shop.Changes.Cast
      validate {Shop.Validations.Ecto, validate_required: [[:email]]}
      validate {Shop.Validations.Ecto, validate_length: [:name, [max: 40]]}
      change {Shop.Changes.Step, fun: &Steps.trim/1}
    end

    # Legacy.User.changeset/2, lib/legacy/user.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:email, :name, :age]
      allow_nil_input [:email]
      skip_unknown_inputs :*

      change Shop.Changes.Cast
      validate {Shop.Validations.Ecto, validate_required: [[:email]]}
      validate {Shop.Validations.Ecto, validate_length: [:name, [max: 40]]}
      change {Shop.Changes.Step, fun: &Steps.trim/1}
    end

    # Legacy.User.rename_changeset/2, lib/legacy/user.ex
    update :rename do
      require_atomic? false
      accept [:name]
      skip_unknown_inputs :*

      change Shop.Changes.Cast
      validate {Shop.Validations.Ecto, validate_required: [[:name]]}
    end
  end
end
"""
    )
    assert "  def trim(changeset) do\n    if get_change(changeset, :name) do" in shop.read(STEPS)
    assert """\
    data_layer: AshPostgres.DataLayer,
    fragments: [Shop.Sales.User.Actions]
""" in shop.read(USER)
    assert "    defaults [:read, :destroy]\n" in shop.read(USER)
    assert """\
    resource Shop.Sales.User do
      define :create_user, action: :create
      define :get_user, action: :read, get_by: [:id]
      define :rename_user, action: :rename
      define :update_user, action: :update
    end
""" in shop.read(DOMAIN_FILE)
    assert done.errors == []
    acts_rest(shop, done)


def test_a_function_that_nothing_writes_with_is_listed_with_the_line_that_decides(
    shop: Shop,
) -> None:
    left = [p for p in outcome(shop).problems if p.code is Code.CHANGESET_LEFT]
    assert [(p.where, p.todo) for p in left] == [
        (
            f"{SCHEMA}:25",
            'Say it in ash_scaffold.toml:\n[behaviour."users.unused_changeset"]\nwrites = "create"',
        )
    ]
    config = LEGACY["ash_scaffold.toml"] + '\n[behaviour."users.unused"]\nwrites = "update"\n'
    shop.write({"ash_scaffold.toml": config})
    act(shop)
    assert "    update :unused do\n" in shop.read(ACTIONS)


def test_a_name_in_the_configuration_has_to_be_there(shop: Shop) -> None:
    config = LEGACY["ash_scaffold.toml"] + '\n[behaviour."users.unusde"]\nwrites = "update"\n'
    shop.write({"ash_scaffold.toml": config})
    with pytest.raises(ScaffoldError) as raised:
        outcome(shop)
    (problem,) = raised.value.problems
    assert problem.code is Code.UNKNOWN_NAME
    assert "Did you mean users.unused" in problem.todo


def test_the_order_of_the_commands_does_not_matter(make_shop: MakeShop) -> None:
    first = make_shop(DDL, LEGACY)
    act(first)
    first.run()
    one = first.tree()
    for path in one:
        if path.startswith(("priv/", "lib/shop/")) and path != "lib/shop/repo.ex":
            (first.root / path).unlink()
    first.run()
    first.sql("ALTER TABLE users ADD COLUMN extra text")
    act(first)
    first.sql("ALTER TABLE users DROP COLUMN extra")
    act(first)
    first.run()
    assert first.tree() == one


def test_an_unedited_action_follows_its_function(shop: Shop) -> None:
    act(shop)
    shop.edit(SCHEMA, LENGTH)
    done = act(shop)
    assert done.errors == []
    assert shop.read(ACTIONS).count("[max: 41]") == 2
    acts_rest(shop, done)


def test_lines_of_legacy_code_that_move_change_nothing(shop: Shop) -> None:
    act(shop)
    shop.edit(SCHEMA, ("  import Ecto.Changeset\n", "  import Ecto.Changeset\n\n  # More.\n"))
    assert act(shop).diff == ""


def test_an_edited_action_stays_and_is_a_conflict_when_its_function_changes(shop: Shop) -> None:
    act(shop)
    shop.edit(ACTIONS, ("accept [:name]\n", "accept [:name, :age]\n"))
    assert act(shop).errors == []
    shop.edit(SCHEMA, ("validate_required([:name])", "validate_required([:name, :age])"), LENGTH)
    done = act(shop)
    assert done.errors == [
        f"error [conflict] {ACTIONS}: users.actions.rename: Its changeset function has changed "
        "since, and it was edited here by hand: the edit stays.\n"
        "    Edit it to what you want, or say that it stays, in ash_scaffold.toml:\n"
        '    [[accept]]\n    object = "users.actions.rename"\n    reason = "…"'
    ]
    text = shop.read(ACTIONS)
    assert text.count("[max: 41]") == 2
    assert "accept [:name, :age]\n" in text
    assert "validate_required: [[:name]]" in text
    assert exit_code(shop) is Exit.FINDINGS
    acts_rest(shop, done)


def test_a_conflict_ends_when_it_is_accepted_or_agreed_to(shop: Shop) -> None:
    act(shop)
    shop.edit(ACTIONS, ("accept [:name]\n", "accept [:name, :age]\n"))
    shop.edit(SCHEMA, ("validate_required([:name])", "validate_required([:name, :age])"))
    act(shop)
    shop.edit(ACTIONS, ("validate_required: [[:name]]", "validate_required: [[:name, :age]]"))
    shop.edit(ACTIONS, ("accept [:name, :age]\n", "accept [:name]\n"))
    assert act(shop).errors == []
    shop.edit(ACTIONS, ("accept [:name]\n", "accept [:name, :age]\n"))
    shop.edit(SCHEMA, ("validate_required([:name, :age])", "validate_required([:name])"))
    assert act(shop).errors != []
    accept = '\n[[accept]]\nobject = "users.actions.rename"\nreason = "ours"\n'
    shop.write({"ash_scaffold.toml": LEGACY["ash_scaffold.toml"] + accept})
    done = act(shop)
    assert done.errors == []
    acts_rest(shop, done)


def test_a_renamed_action_is_known_by_its_function(shop: Shop) -> None:
    act(shop)
    shop.edit(ACTIONS, ("update :rename do", "update :call do"))
    shop.edit(SCHEMA, ("validate_required([:name])", "validate_required([:name, :age])"))
    done = act(shop)
    assert done.errors == []
    text = shop.read(ACTIONS)
    assert "update :call do" in text
    assert ":rename" not in text
    assert "validate_required: [[:name, :age]]" in text
    assert "define :rename_user, action: :call\n" in shop.read(DOMAIN_FILE)
    acts_rest(shop, done)


def test_resources_follows_a_renamed_action_too(shop: Shop) -> None:
    act(shop)
    shop.edit(ACTIONS, ("update :rename do", "update :call do"))
    shop.run()
    assert "define :rename_user, action: :call\n" in shop.read(DOMAIN_FILE)
    before = shop.elixir()
    act(shop)
    assert shop.elixir() == before


def test_a_renamed_primary_action_still_replaces_the_default(shop: Shop) -> None:
    act(shop)
    shop.edit(ACTIONS, ("create :create do", "create :add do"))
    shop.run()
    done = act(shop)
    assert "    defaults [:read, :destroy]\n" in shop.read(USER)
    assert "    create :add do\n      primary? true\n" in shop.read(ACTIONS)
    acts_rest(shop, done)


def taken_out(shop: Shop, start: str) -> None:
    """Take an action out of the fragment."""
    text = shop.read(ACTIONS)
    head = text.rindex("\n    # ", 0, text.index(start))
    end = text.index("\n    end\n", head) + len("\n    end\n")
    shop.write({ACTIONS: text[:head] + text[end:]})


def test_an_action_that_was_taken_out_stays_out(shop: Shop) -> None:
    act(shop)
    taken_out(shop, "update :rename")
    done = act(shop)
    assert "rename" not in shop.read(ACTIONS)
    assert "rename" not in shop.read(DOMAIN_FILE)
    note = f"note [removed-by-hand] {ACTIONS}: users.actions.rename: It was removed by hand"
    assert any(each.startswith(note) for each in done.problems)
    acts_rest(shop, done)
    shop.edit(SCHEMA, ("validate_required([:name])", "validate_required([:name, :age])"), LENGTH)
    act(shop)
    text = shop.read(ACTIONS)
    assert "rename" not in text
    assert text.count("[max: 41]") == 2


def test_a_fragment_of_which_all_actions_were_taken_out_stays_so(shop: Shop) -> None:
    act(shop)
    for action in ("create :create", "update :update", "update :rename"):
        taken_out(shop, action)
    done = act(shop)
    assert "      accept " not in shop.read(ACTIONS)
    assert "create: :*, update: :*" in shop.read(USER)
    acts_rest(shop, done)


def test_an_action_that_was_taken_out_while_its_function_was_not_found_stays_out(
    shop: Shop,
) -> None:
    act(shop)
    shop.edit(SCHEMA, ("def rename_changeset(", "def call_changeset("))
    taken_out(shop, "update :rename")
    acts_rest(shop, act(shop))
    shop.edit(SCHEMA, ("def call_changeset(", "def rename_changeset("))
    acts_rest(shop, act(shop))
    assert "rename" not in shop.read(ACTIONS)


def test_a_default_comes_back_when_what_replaced_it_is_taken_out(shop: Shop) -> None:
    act(shop)
    taken_out(shop, "update :update")
    shop.run()
    assert "    defaults [:read, :destroy, update: :*]\n" in shop.read(USER)
    acts_rest(shop, act(shop))


@pytest.mark.parametrize(
    "fault", [("def changeset(", "def other("), ("defp trim(changeset) do", "defp trim(( do")]
)
def test_an_action_stays_when_its_function_is_not_found(shop: Shop, fault: tuple[str, str]) -> None:
    act(shop)
    before = shop.elixir()
    shop.edit(SCHEMA, fault)
    act(shop)
    after = shop.elixir()
    assert {path for path in after if after[path] != before[path]} == {SCHEMA}
    shop.run()
    assert shop.elixir() == after


def test_what_is_gone_is_noted(shop: Shop) -> None:
    act(shop)
    shop.edit(SCHEMA, ("def rename_changeset(", "def call_changeset("))
    gone = [p for p in outcome(shop).problems if p.code is Code.CHANGESET_GONE]
    assert [p.what for p in gone] == [
        "Legacy.User.rename_changeset/2 is not found any more: the action :rename of "
        "Shop.Sales.User stays as it is."
    ]


def test_only_the_functions_that_are_named_are_written(shop: Shop) -> None:
    act(shop, functions=("rename",))
    text = shop.read(ACTIONS)
    assert "update :rename do" in text
    assert ":create" not in text
    assert "create: :*, update: :*" in shop.read(USER)
    act(shop, functions=("changeset",))
    whole = shop.elixir()
    assert shop.read(ACTIONS).count(" do\n      ") == 3
    act(shop)
    assert shop.elixir() == whole
    shop.edit(SCHEMA, ("validate_required([:name])", "validate_required([:name, :age])"), LENGTH)
    act(shop, functions=("rename_changeset",))
    assert "[max: 41]" not in shop.read(ACTIONS)
    assert "[[:name, :age]]" in shop.read(ACTIONS)


def test_an_unknown_function_is_an_error(shop: Shop) -> None:
    with pytest.raises(ScaffoldError) as raised:
        outcome(shop, functions=("renam",))
    (problem,) = raised.value.problems
    assert (problem.code, problem.todo) == (Code.UNKNOWN_NAME, "Did you mean rename?")


def test_copied_functions_are_merged_one_by_one(shop: Shop) -> None:
    act(shop)
    shop.edit(STEPS, ("&String.trim/1", "&String.upcase/1"))
    shop.edit(SCHEMA, LENGTH)
    assert act(shop).errors == []
    assert "&String.upcase/1" in shop.read(STEPS)
    shop.edit(SCHEMA, ("&String.trim/1", "&String.downcase/1"))
    done = act(shop)
    assert [each.partition("\n")[0].partition(": ")[2] for each in done.errors] == [
        "Shop.Sales.User.Steps.def trim/1: What is generated here has changed since, and it was "
        "edited by hand: the edit stays."
    ]
    acts_rest(shop, done)


def test_what_people_do_to_the_code_interface_stays(shop: Shop) -> None:
    act(shop)
    shop.edit(
        DOMAIN_FILE,
        (
            "      define :get_user, action: :read, get_by: [:id]\n",
            "      define :fetch_user, action: :read, get_by: [:id]\n",
        ),
    )
    shop.edit(CONTEXT, ("  def rename_user", "  def call_user"))
    done = act(shop)
    text = shop.read(DOMAIN_FILE)
    assert "define :fetch_user" in text
    assert "define :get_user" not in text
    assert "define :call_user, action: :rename" in text
    assert "define :rename_user, action: :rename" in text
    acts_rest(shop, done)


def test_a_column_that_is_added_and_cast_is_accepted(shop: Shop) -> None:
    act(shop)
    shop.sql("ALTER TABLE users ADD COLUMN city text")
    shop.edit(SCHEMA, ("field :age, :integer", "field :age, :integer\n    field :city, :string"))
    shop.edit(SCHEMA, ("cast(attrs, [:name])", "cast(attrs, [:name, :city])"))
    act(shop)
    assert "accept [:name, :city]" in shop.read(ACTIONS)
    assert "attribute :city" in shop.read(USER)


def test_a_renamed_attribute_is_followed(shop: Shop) -> None:
    act(shop)
    shop.edit(
        USER,
        (
            "    attribute :age, :integer do\n",
            "    attribute :years, :integer do\n      source :age\n",
        ),
    )
    done = act(shop)
    assert done.errors == []
    assert "accept [:email, :name, :years]" in shop.read(ACTIONS)


def test_a_new_version_of_the_tool_is_no_reason_to_write(shop: Shop) -> None:
    act(shop)
    for path, content in shop.tree().items():
        if path.startswith("priv/ash_scaffold/") and path.endswith(".json"):
            shop.write({path: content.decode().replace('"tool": "', '"tool": "0.0.')})
    for path in (ACTIONS, STEPS):
        shop.edit(path, ("  @moduledoc", "  # Written by an older version.\n  @moduledoc"))
    for snapshot in read_snapshots(shop.root).values():
        if snapshot.module.startswith("Shop.Sales.User."):
            assert snapshot.tool.startswith("0.0.")
    before = shop.elixir()
    act(shop)
    assert shop.elixir() == before
    shop.run()
    assert shop.elixir() == before
