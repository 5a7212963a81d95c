"""Runs of `actions` over legacy code that is lost, files of other kinds, styles and domains."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

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
    acting_shop,
    acts_rest,
    outcome,
)
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop

from ash_scaffold.problem import Code, ScaffoldError

LENGTH = ("validate_length(:name, max: 40)", "validate_length(:name, max: 41)")
REQUIRED = ("validate_required([:name])", "validate_required([:name, :age])")
# A second table with changesets.
TAG, TAGS = "lib/legacy/tag.ex", "lib/legacy/tags.ex"
OF_TAGS = {
    TAG: """\
defmodule Legacy.Tag do
  use Ecto.Schema
  import Ecto.Changeset

  schema "tags" do
    field :label, :string
  end

  def changeset(tag, attrs), do: cast(tag, attrs, [:label])
end
""",
    TAGS: """\
defmodule Legacy.Tags do
  def create_tag(attrs), do: Shop.Repo.insert(Legacy.Tag.changeset(%Legacy.Tag{}, attrs))
end
""",
}


def code(error: ScaffoldError) -> list[tuple[Code, str, str]]:
    return [(each.code, each.where, each.todo) for each in error.problems]


def test_a_renamed_function_gets_an_action_and_the_old_one_stays(shop: Shop) -> None:
    act(shop)
    old = shop.read(ACTIONS)
    for path in (SCHEMA, CONTEXT):
        shop.write({path: shop.read(path).replace("rename_changeset", "call_changeset")})
    done = act(shop)
    text = shop.read(ACTIONS)
    start = old.index("    # Legacy.User.rename_changeset")
    assert old[start : old.rindex("  end\nend")] in text
    assert "    # Legacy.User.call_changeset/2, lib/legacy/user.ex\n    update :call do\n" in text
    assert "define :rename_user, action: :call\n" in shop.read(DOMAIN_FILE)
    assert any("rename_changeset/2 is not found any more" in each for each in done.problems)
    acts_rest(shop, done)


def gone(shop: Shop) -> None:
    for path in (SCHEMA, CONTEXT):
        (shop.root / path).unlink()


def no_text(shop: Shop) -> None:
    (shop.root / SCHEMA).write_bytes(b"\0\1 defmodule (((")


def a_folder(shop: Shop) -> None:
    (shop.root / SCHEMA).unlink()
    (shop.root / SCHEMA).mkdir()


def a_link_to_nowhere(shop: Shop) -> None:
    (shop.root / SCHEMA).unlink()
    (shop.root / SCHEMA).symlink_to("nowhere.ex")


@pytest.mark.parametrize("lost", [gone, no_text, a_folder, a_link_to_nowhere])
def test_what_is_not_known_of_legacy_code_takes_nothing_away(
    shop: Shop, lost: Callable[[Shop], None]
) -> None:
    act(shop)
    before = {path: shop.read(path) for path in (ACTIONS, STEPS, DOMAIN_FILE)}
    lost(shop)
    act(shop)
    shop.run()
    act(shop)
    # The meaning that the schema gave to columns may be gone: what was made of changesets is not.
    assert {path: shop.read(path) for path in before} == before
    assert "fragments: [Shop.Sales.User.Actions]" in shop.read(USER)
    assert "    defaults [:read, :destroy]\n" in shop.read(USER)


def test_a_style_stays_until_another_is_asked_for(shop: Shop) -> None:
    act(shop, style="ash")
    assert "validate string_length(:name, max: 40)" in shop.read(ACTIONS)
    shop.edit(SCHEMA, LENGTH)
    done = act(shop)
    assert "validate string_length(:name, max: 41)" in shop.read(ACTIONS)
    acts_rest(shop, done)
    act(shop, style="ecto")
    assert "string_length" not in shop.read(ACTIONS)
    assert shop.read(ACTIONS).count("validate_length: [:name, [max: 41]]") == 2
    ecto = shop.elixir()
    act(shop, style="ash")
    act(shop, style="ecto")
    assert shop.elixir() == ecto


def test_an_edited_action_keeps_its_style_and_is_in_conflict(shop: Shop) -> None:
    act(shop)
    shop.edit(ACTIONS, ("update :update do\n", 'update :update do\n      description "Ours"\n'))
    done = act(shop, style="ash")
    text = shop.read(ACTIONS)
    assert (text.count("string_length(:name, max: 40)"), text.count("validate_length:")) == (1, 1)
    assert [each.partition(": Its")[0] for each in done.errors] == [
        f"error [conflict] {ACTIONS}: users.actions.update"
    ]


def test_an_unknown_name_is_an_error_and_nothing_is_written(shop: Shop) -> None:
    before = shop.tree(local=True)
    with pytest.raises(ScaffoldError) as raised:
        act(shop, functions=("rename_changset", "rename", "nothing_like_it"))
    nearest = "Did you mean rename_changeset, unused_changeset or changeset?"
    assert code(raised.value) == [
        (Code.UNKNOWN_NAME, "--function rename_changset", nearest),
        (Code.UNKNOWN_NAME, "--function nothing_like_it", ""),
    ]
    with pytest.raises(ScaffoldError) as raised:
        act(shop, tables=("user",))
    assert [each.code for each in raised.value.problems] == [Code.UNKNOWN_NAME]
    assert shop.tree(local=True) == before


def test_only_the_table_that_is_named_is_written(make_shop: MakeShop) -> None:
    shop = acting_shop(make_shop(DDL, LEGACY | OF_TAGS))
    act(shop, tables=("tags",))
    assert "create :create do" in shop.read("lib/shop/sales/tag/actions.ex")
    assert not (shop.root / ACTIONS).exists()
    before = shop.read("lib/shop/sales/tag/actions.ex")
    shop.edit(TAG, ("[:label])", "[:label], empty_values: [])"))
    act(shop, tables=("users",))
    assert shop.read("lib/shop/sales/tag/actions.ex") == before
    act(shop)
    assert "empty_values: []" in shop.read("lib/shop/sales/tag/actions.ex")


def test_each_domain_defines_what_its_contexts_have(make_shop: MakeShop) -> None:
    config = (
        '[domains."Shop.Sales"]\ntables = ["users"]\n\n[domains."Shop.Labels"]\ntables = ["tags"]\n'
    )
    shop = make_shop(DDL, LEGACY | OF_TAGS | {"ash_scaffold.toml": config})
    shop.run(domain=None)
    act(shop, domain="Shop.Labels")
    assert "define :create_tag, action: :create\n" in shop.read("lib/shop/labels.ex")
    assert "define " not in shop.read(DOMAIN_FILE)
    act(shop)
    assert "define :create_user, action: :create\n" in shop.read(DOMAIN_FILE)
    whole = shop.elixir()
    act(shop)
    shop.run(domain=None)
    assert shop.elixir() == whole


@pytest.mark.parametrize("legacy", [False, True])
def test_files_with_the_line_ends_of_windows_keep_them(shop: Shop, legacy: bool) -> None:
    act(shop)
    for path in (SCHEMA, CONTEXT) if legacy else (ACTIONS, STEPS, USER, DOMAIN_FILE):
        shop.write({path: shop.read(path).replace("\n", "\r\n")})
    before = shop.elixir()
    act(shop)
    assert shop.elixir() == before
    shop.write(
        {SCHEMA: shop.read(SCHEMA).replace(*LENGTH).replace("&String.trim", "&String.upcase")}
    )
    done = act(shop)
    assert done.errors == []
    assert shop.read(ACTIONS).count("[max: 41]") == 2
    assert "&String.upcase/1" in shop.read(STEPS)
    for path in (ACTIONS, STEPS):
        text = shop.read(path)
        assert text.count("\r\n") == (0 if legacy else text.count("\n"))
    acts_rest(shop, done)


def test_without_mix_it_says_that_nothing_was_formatted(
    make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = acting_shop(make_shop(DDL, LEGACY))
    monkeypatch.setenv("PATH", "/nowhere")
    other = outcome(shop, use_formatter=True)
    assert other.outcome is not None
    assert ACTIONS in {file.path for file in other.outcome.files.files}
    assert [each.code for each in other.problems if each.code is Code.FORMATTER_MISSING] == [
        Code.FORMATTER_MISSING
    ]


def test_an_action_that_was_moved_into_the_resource_is_the_person_s(shop: Shop) -> None:
    act(shop)
    text = shop.read(ACTIONS)
    start = text.index("    # Legacy.User.rename_changeset")
    end = text.rindex("  end\nend")
    shop.write({ACTIONS: text[:start].rstrip() + "\n" + text[end:]})
    moved = text[start:end]
    shop.edit(USER, ("  actions do\n", f"  actions do\n{moved}\n"))
    done = act(shop)
    assert done.errors == []
    assert ":rename do" not in shop.read(ACTIONS)
    assert shop.read(USER).count(":rename do") == 1
    assert "define :rename_user, action: :rename\n" in shop.read(DOMAIN_FILE)
    acts_rest(shop, done)
    shop.edit(SCHEMA, REQUIRED)
    act(shop)
    assert moved in shop.read(USER)
    assert ":rename do" not in shop.read(ACTIONS)


@pytest.mark.slow
def test_after_a_kill_the_next_run_ends_as_if_nothing_was(shop: Shop) -> None:
    before = shop.tree(local=True)
    act(shop)
    wanted = shop.tree(local=True)
    changed = [path for path in wanted if wanted[path] != before.get(path)]
    for number in range(1, 3 * len(changed), 5):
        _become(shop, before)
        _killed(shop, number)
        act(shop)
        assert shop.tree(local=True) == wanted, f"killed at write {number}"


def _become(shop: Shop, tree: dict[str, bytes]) -> None:
    for path in shop.tree(local=True).keys() - tree.keys():
        (shop.root / path).unlink()
    shop.write({path: content.decode() for path, content in tree.items()})


def _killed(shop: Shop, number: int) -> None:
    """Run, and kill the process before it exchanges or renames a file for the nth time."""
    pid = os.fork()
    if pid == 0:
        left = number

        def count(event: str, _arguments: tuple[object, ...]) -> None:
            nonlocal left
            left -= event in ("os.rename", "os.link", "os.remove", "ctypes.call_function")
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        import sys

        sys.addaudithook(count)
        try:
            act(shop)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
