"""A legacy context that a run makes the domain itself."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.generate.conftest import REPO, MakeShop
from tests.generate.running import FORMATTED, Done, Shop, conflict, rests

from ash_scaffold.problem import Code, ScaffoldError

DDL = "CREATE TABLE users (id bigserial PRIMARY KEY, email text);"
TOKENS = "CREATE TABLE tokens (id bigserial PRIMARY KEY, user_id bigint REFERENCES users)"
CONTEXT = "lib/shop/sales.ex"
BESIDE = "lib/shop/sales/domain.ex"
USER = "lib/shop/sales/resources/user.ex"
SNAPSHOTS = "priv/ash_scaffold/modules"
BEFORE = '''\
defmodule Shop.Sales do
  @moduledoc """
  The people who buy.
  """

  use Shop.Helpers

  import Ecto.Query, warn: false
  alias Shop.Repo

  # Or an error.
  def get_user!(id), do: Repo.one!(from u in "users", where: u.id == ^id, select: u.id)

  def count(query, opts \\\\ []), do: Repo.aggregate(query, :count, opts)
  defdelegate domain(name), to: Shop.Helpers
end
'''
ADDED = """\
  use Ash.Domain, backwards_compatible_interface?: false

  resources do
    resource Shop.Sales.Resources.User
  end

"""
SCHEMA = """\
defmodule Shop.Sales.User do
  use Ecto.Schema

  schema "users" do
    field :email, :string
  end
end
"""
LEGACY = {CONTEXT: BEFORE, "lib/shop/sales/user.ex": SCHEMA}
CONFIG = '[domains."Shop.Sales"]\nadopt_context = true\n'
TABLES = '[domains."Shop.Sales"]\ntables = ["*"]\n'
AFTER = BEFORE.replace("  use Shop.Helpers", f"{ADDED}  use Shop.Helpers")
ADOPTED = (
    "note [context-adopted] lib/shop/sales.ex: Shop.Sales becomes the domain: it lists the "
    "resources, and keeps all that it has."
)
OBSOLETE = (
    f"warning [domain-obsolete] {BESIDE}: Shop.Sales is the domain now; Shop.Sales.Domain lists "
    "no resource any more.\n"
    "    Take it out of ash_domains and delete it. If it is unedited and no other module names "
    "it, `--prune` deletes it: ash-scaffold resources --prune"
)


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    return make_shop(DDL, LEGACY)


def adopted(shop: Shop, **options: object) -> Done:
    done = shop.run(adopt_context=True, **options)
    assert done.problems == [ADOPTED]
    return done


def refused(shop: Shop, **options: object) -> list[str]:
    """Return what a run says that can't be done, having written nothing."""
    before = shop.tree(local=True)
    with pytest.raises(ScaffoldError) as caught:
        shop.run(**{"adopt_context": True, **options})
    assert shop.tree(local=True) == before
    return [f"{p.code.value} {p.where}: {p.what}" for p in caught.value.problems]


@pytest.mark.parametrize("use_formatter", FORMATTED)
def test_the_context_gets_the_section_and_keeps_every_byte(
    shop: Shop, *, use_formatter: bool
) -> None:
    adopted(shop, use_formatter=use_formatter)
    assert shop.read(CONTEXT) == AFTER
    assert "    domain: Shop.Sales,\n" in shop.read(USER)
    assert not (shop.root / BESIDE).exists()
    assert (shop.root / SNAPSHOTS / "Shop.Sales.json").exists()
    rests(shop, shop.run(use_formatter=use_formatter), use_formatter=use_formatter)


def test_the_next_run_without_the_option_stays_with_it(shop: Shop) -> None:
    adopted(shop)
    done = shop.run()
    assert (done.diff, done.problems) == ("", [])
    again = shop.run(adopt_context=True)
    assert (again.diff, again.problems) == (
        "",
        [
            "note [context-adopted] --adopt-context: Shop.Sales is a domain already: there is "
            "nothing to adopt."
        ],
    )
    rests(shop, again, adopt_context=True)


def test_a_new_table_adds_its_entry_and_a_dropped_one_takes_it_away(shop: Shop) -> None:
    adopted(shop)
    shop.sql(TOKENS)
    shop.run(tables=("tokens",))
    entry = "    resource Shop.Sales.Resources.Token\n"
    user = "    resource Shop.Sales.Resources.User\n"
    assert shop.read(CONTEXT) == AFTER.replace(user, entry + user)
    rests(shop, shop.run())
    shop.sql("DROP TABLE tokens")
    shop.run(prune=True)
    assert shop.read(CONTEXT) == AFTER
    rests(shop, shop.run())


def test_without_a_domain_every_context_in_scope_is_adopted(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, {**LEGACY, "ash_scaffold.toml": TABLES})
    adopted(shop, domain=None)
    assert shop.read(CONTEXT) == AFTER
    rests(shop, shop.run(domain=None), domain=None)


def test_the_configuration_may_leave_a_context_out_of_all(make_shop: MakeShop) -> None:
    said = f"{TABLES}adopt_context = false\n"
    shop = make_shop(DDL, {**LEGACY, "ash_scaffold.toml": said})
    shop.run(domain=None, adopt_context=True)
    assert shop.read(CONTEXT) == BEFORE
    assert shop.read(BESIDE).startswith("defmodule Shop.Sales.Domain do\n")


def test_the_configuration_may_ask_for_it(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, {**LEGACY, "ash_scaffold.toml": CONFIG})
    assert shop.run().problems == [ADOPTED]
    assert shop.read(CONTEXT) == AFTER
    rests(shop, shop.run())


@pytest.mark.parametrize("domain", ["Shop.Else", "Shop.Sales.Else"])
def test_where_no_context_is_there_it_says_so(shop: Shop, domain: str) -> None:
    done = shop.run(domain=domain, tables=("users",), adopt_context=True)
    assert done.problems == [
        f"note [context-adopted] --adopt-context: There is no legacy context {domain} to adopt."
    ]


class TestAContextThatSomebodyPutsBack:
    """The snapshot says that the context is the domain, and its file that it is not."""

    @pytest.fixture
    def shop(self, shop: Shop) -> Shop:
        adopted(shop)
        shop.write({CONTEXT: BEFORE})
        return shop

    def test_it_gets_a_domain_beside_it(self, shop: Shop) -> None:
        done = shop.run()
        assert done.problems == []
        assert shop.read(CONTEXT) == BEFORE
        assert "    resource Shop.Sales.Resources.User\n" in shop.read(BESIDE)
        assert "    domain: Shop.Sales.Domain,\n" in shop.read(USER)
        rests(shop, shop.run())

    def test_it_can_be_adopted_again(self, shop: Shop) -> None:
        adopted(shop)
        assert shop.read(CONTEXT) == AFTER
        rests(shop, shop.run())


def test_what_a_run_advises_names_the_context(shop: Shop) -> None:
    advice = shop.prepare(adopt_context=True).advice
    assert [each.lines for each in advice if "ash_domains" in each.lines[0]] == [
        ("config :shop, ash_domains: [Shop.Sales]",)
    ]


def test_the_use_is_that_of_the_template(shop: Shop, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "domain.ex.j2").write_text(
        "defmodule {{ module }} do\n  use Ash.Domain,\n    extensions: [Shop.Ext]\n\n"
        "  resources do\n{% for resource in resources %}    resource {{ resource }}\n"
        "{% endfor %}  end\nend\n"
    )
    adopted(shop, templates=mine)
    use = "use Ash.Domain,\n    extensions: [Shop.Ext], backwards_compatible_interface?: false\n"
    assert shop.read(CONTEXT) == AFTER.replace(ADDED.split("\n")[0].strip() + "\n", use)
    rests(shop, shop.run(templates=mine), templates=mine)


@pytest.mark.parametrize("use_formatter", FORMATTED)
def test_a_file_that_is_not_format_clean_keeps_its_looks(
    make_shop: MakeShop, *, use_formatter: bool
) -> None:
    before = BEFORE.replace("def get_user!(id), do: ", "def   get_user!( id ), do:  ")
    shop = make_shop(DDL, {**LEGACY, CONTEXT: before})
    adopted(shop, use_formatter=use_formatter)
    assert shop.read(CONTEXT) == before.replace("  use Shop.Helpers", f"{ADDED}  use Shop.Helpers")


@pytest.mark.parametrize("use_formatter", FORMATTED)
def test_windows_line_breaks_stay(make_shop: MakeShop, *, use_formatter: bool) -> None:
    shop = make_shop(DDL, LEGACY)
    shop.write({CONTEXT: BEFORE.replace("\n", "\r\n")})
    adopted(shop, use_formatter=use_formatter)
    assert shop.read(CONTEXT) == AFTER.replace("\n", "\r\n")
    rests(shop, shop.run(use_formatter=use_formatter), use_formatter=use_formatter)


def test_other_modules_of_the_file_stay(make_shop: MakeShop) -> None:
    others = "defmodule Shop.Sales.Error do\n  defexception [:why]\nend\n\n"
    shop = make_shop(DDL, {**LEGACY, CONTEXT: f"{others}{BEFORE}"})
    adopted(shop)
    assert shop.read(CONTEXT) == f"{others}{AFTER}"
    rests(shop, shop.run())


def test_a_module_inside_another_can_be_the_domain(make_shop: MakeShop) -> None:
    before = "defmodule Shop do\n  defmodule Sales do\n    def orders, do: []\n  end\nend\n"
    shop = make_shop(DDL, {**LEGACY, CONTEXT: before})
    adopted(shop)
    inside = ADDED.replace("  ", "    ", 1).replace("\n  ", "\n    ")
    assert shop.read(CONTEXT) == before.replace("    def", f"{inside}    def")
    rests(shop, shop.run())


def test_edits_in_the_context_are_kept_as_in_any_domain(shop: Shop) -> None:
    adopted(shop)
    shop.edit(CONTEXT, ("    resource Shop.Sales.Resources.User\n", ""))
    assert shop.run().diff == ""
    shop.sql(TOKENS)
    shop.run(tables=("tokens",))
    assert "    resource Shop.Sales.Resources.Token\n" in shop.read(CONTEXT)
    shop.edit(
        CONTEXT,
        (
            "    resource Shop.Sales.Resources.Token\n",
            "    resource Shop.Sales.Resources.Token do\n"
            "      define :tokens, action: :read\n    end\n",
        ),
    )
    shop.sql("DROP TABLE tokens")
    done = shop.run(prune=True)
    name = "Shop.Sales.Shop.Sales.Resources.Token"
    assert done.errors == [conflict(CONTEXT, name, gone=True)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("def resources(all), do: all", "it has a function resources/1, which a domain imports"),
        ("def domain?, do: 1", "it has a function domain?/0, which a domain defines itself"),
        ("@opts [a: 1]", "it has an attribute @opts, which a domain uses itself"),
        ("use Ecto.Schema", "it is an Ecto schema, which goes when its resource takes its place"),
    ],
)
def test_a_module_that_cannot_be_a_domain_is_refused(shop: Shop, line: str, why: str) -> None:
    shop.edit(CONTEXT, ("  alias Shop.Repo\n", f"  alias Shop.Repo\n  {line}\n"))
    assert refused(shop) == [
        f"legacy-collision {CONTEXT}: Shop.Sales can't be the domain itself: {why}."
    ]


def test_a_context_whose_file_is_no_elixir_is_refused(shop: Shop) -> None:
    shop.edit(CONTEXT, ("  alias Shop.Repo\n", "  alias Shop.Repo(\n"))
    (said,) = refused(shop)
    assert said.startswith(f"{Code.UNPARSABLE_FILE.value} {CONTEXT}: ")


def test_a_context_of_another_application_is_refused(make_shop: MakeShop) -> None:
    app = "defmodule Shop.MixProject do\n  def project, do: [app: :shop]\nend\n"
    shop = make_shop(
        DDL,
        {
            "mix.exs": 'defmodule U.MixProject do\n  def project, do: [apps_path: "apps"]\nend\n',
            "lib/shop/repo.ex": "",
            "apps/shop/mix.exs": app,
            "apps/shop/lib/shop/repo.ex": REPO,
            "apps/old/mix.exs": app.replace("shop", "old"),
            **{f"apps/old/{path}": text for path, text in LEGACY.items()},
        },
    )
    inside = msgspec.structs.replace(shop, root=shop.root / "apps/shop")
    assert refused(inside) == [
        f"legacy-collision apps/old/{CONTEXT}: Shop.Sales is in another application of the "
        "umbrella than apps/shop/, where the resources go."
    ]


def test_a_context_outside_of_the_project_is_refused(make_shop: MakeShop, tmp_path: Path) -> None:
    for name, text in LEGACY.items():
        path = tmp_path / "old" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    shop = make_shop(DDL)
    assert refused(shop, legacy=str(tmp_path / "old/lib")) == [
        "legacy-collision ../old/lib/shop/sales.ex: Shop.Sales is defined outside of this "
        "project, whose files alone are written."
    ]


class TestADomainThatStoodBeside:
    """`Shop.Sales.Domain` was generated before the context is adopted."""

    @pytest.fixture
    def shop(self, make_shop: MakeShop) -> Shop:
        shop = make_shop(f"{DDL}{TOKENS}", {**LEGACY, "ash_scaffold.toml": TABLES})
        shop.run()
        return shop

    def switched(self, shop: Shop, **options: object) -> Done:
        done = shop.run(adopt_context=True, **options)
        user = "    resource Shop.Sales.Resources.User\n"
        entry = "    resource Shop.Sales.Resources.Token\n"
        assert shop.read(CONTEXT) == AFTER.replace(user, entry + user)
        assert "    domain: Shop.Sales,\n" in shop.read(USER)
        return done

    @pytest.mark.parametrize("layout", ["inline", "fragment"])
    def test_hand_edits_of_its_resources_stay(self, shop: Shop, layout: str) -> None:
        shop.run(layout=layout)
        shop.edit(
            USER,
            (
                "  use Ash.Resource,\n",
                "  use Ash.Resource,\n    otp_app: :shop, # Ours.\n",
            ),
        )
        before = shop.read(USER)
        self.switched(shop, layout=layout)
        assert shop.read(USER) == before.replace("domain: Shop.Sales.Domain", "domain: Shop.Sales")
        rests(shop, shop.run(layout=layout), layout=layout)

    def test_its_resources_follow_and_it_is_told_to_be_obsolete(self, shop: Shop) -> None:
        done = self.switched(shop)
        assert done.problems == [OBSOLETE, ADOPTED]
        assert shop.read(BESIDE) == (
            "defmodule Shop.Sales.Domain do\n  use Ash.Domain\n\n  resources do\n  end\nend\n"
        )
        again = shop.run()
        assert again.problems == [OBSOLETE]
        rests(shop, again)

    @pytest.mark.parametrize("later", [False, True])
    def test_pruning_deletes_it(self, shop: Shop, *, later: bool) -> None:
        if later:
            self.switched(shop)
            done = shop.run(prune=True)
            assert done.problems == []
        else:
            assert self.switched(shop, prune=True).problems == [ADOPTED]
        assert not (shop.root / BESIDE).exists()
        assert [path.name for path in (shop.root / SNAPSHOTS).iterdir()] == ["Shop.Sales.json"]
        rests(shop, shop.run())

    def test_pruning_leaves_what_somebody_has_edited(self, shop: Shop) -> None:
        shop.edit(BESIDE, ("  use Ash.Domain\n", "  use Ash.Domain\n\n  def mine, do: 1\n"))
        done = self.switched(shop, prune=True)
        assert done.problems == [OBSOLETE, ADOPTED]
        assert shop.read(BESIDE) == (
            "defmodule Shop.Sales.Domain do\n  use Ash.Domain\n\n  def mine, do: 1\n\n"
            "  resources do\n  end\nend\n"
        )
        rests(shop, shop.run())

    def test_pruning_leaves_what_other_code_names(self, shop: Shop) -> None:
        shop.write(
            {"lib/shop/web.ex": "defmodule Shop.Web do\n  def d, do: Shop.Sales.Domain\nend\n"}
        )
        assert self.switched(shop, prune=True).problems == [OBSOLETE, ADOPTED]
        assert (shop.root / BESIDE).exists()

    def test_it_goes_from_the_advised_list_and_is_told_when_it_stays_there(
        self, shop: Shop
    ) -> None:
        config = "import Config\n\nconfig :shop, ash_domains: [Shop.Sales.Domain]\n"
        shop.write({"config/config.exs": config})
        advice = shop.prepare(adopt_context=True).advice
        assert [each.lines for each in advice if "ash_domains" in each.lines[0]] == [
            ("config :shop, ash_domains: [Shop.Sales]",)
        ]
        listed = (
            "warning [domain-obsolete] config/config.exs: Shop.Sales.Domain was removed, "
            "and ash_domains still lists it.\n    Take it out of the list."
        )
        assert self.switched(shop, prune=True).problems == [listed, ADOPTED]
        assert shop.run().problems == [listed]

    def test_an_entry_that_somebody_has_edited_keeps_it_where_it_is(self, shop: Shop) -> None:
        entry = "    resource Shop.Sales.Resources.User"
        shop.edit(
            BESIDE, (f"{entry}\n", f"{entry} do\n      define :users, action: :read\n    end\n")
        )
        (said,) = refused(shop)
        assert said == (
            f"{Code.LEGACY_COLLISION.value} {BESIDE}: Shop.Sales.Domain has settings of its "
            "resources beside their entries: resource Shop.Sales.Resources.User do."
        )

    def test_a_section_of_its_own_keeps_it_where_it_is(self, shop: Shop) -> None:
        shop.edit(
            BESIDE,
            (
                "  use Ash.Domain\n",
                "  use Ash.Domain, extensions: [Shop.Ext]\n\n"
                "  authorization do\n    authorize :always\n  end\n",
            ),
        )
        (said,) = refused(shop)
        assert said.endswith(": use Ash.Domain, extensions: [Shop.Ext]; authorization do.")

    def test_a_resource_of_a_table_that_is_gone_stays_in_it(self, shop: Shop) -> None:
        shop.sql("DROP TABLE tokens")
        shop.run(adopt_context=True)
        assert shop.read(CONTEXT) == AFTER
        assert shop.read(BESIDE) == (
            "defmodule Shop.Sales.Domain do\n  use Ash.Domain\n\n  resources do\n"
            "    resource Shop.Sales.Resources.Token\n  end\nend\n"
        )
        done = shop.run(prune=True)
        assert done.problems == []
        assert not (shop.root / BESIDE).exists()
        rests(shop, shop.run())

    def test_some_of_its_tables_alone_cannot_follow(self, shop: Shop) -> None:
        assert refused(shop, tables=("users",)) == [
            "usage --adopt-context: Shop.Sales can only become the domain with all resources of "
            "Shop.Sales.Domain at once: this run would leave tokens."
        ]

    def test_while_a_rename_is_to_be_decided_none_can_follow(self, shop: Shop) -> None:
        shop.sql(
            "ALTER TABLE users DROP email",
            "ALTER TABLE users ADD mail text, ADD address text",
        )
        local = shop.root / "priv/ash_scaffold/.local"
        for path in [*local.glob("*.json")]:
            path.unlink()
        assert refused(shop) == [
            "usage --adopt-context: Shop.Sales can only become the domain with all resources of "
            "Shop.Sales.Domain at once: this run would leave users."
        ]

    def test_a_hand_made_context_takes_them_over(self, shop: Shop) -> None:
        shop.write({CONTEXT: AFTER})
        done = shop.run(adopt_context=True)
        assert "domain: Shop.Sales,\n" in shop.read(USER)
        assert OBSOLETE in done.problems
        rests(shop, shop.run())
