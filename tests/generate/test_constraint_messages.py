"""The texts of violated constraints over the life of a project."""

from __future__ import annotations

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

from ash_scaffold.check.run import check
from ash_scaffold.problem import Exit
from ash_scaffold.session import SourceOptions

DDL = """
CREATE TABLE teams (id bigserial PRIMARY KEY, name text NOT NULL);
ALTER TABLE teams ADD CONSTRAINT short CHECK (length(name) < 9);
CREATE UNIQUE INDEX teams_name_index ON teams (name);
CREATE TABLE logs (id bigserial PRIMARY KEY, team_id bigint CONSTRAINT fk_team REFERENCES teams);
"""
DOMAIN = '[domains."Shop.Sales"]\ntables = ["*"]\n'
OLD, TEAM = "lib/shop/old/team.ex", "lib/shop/sales/team.ex"
SCHEMA = """\
defmodule Shop.Old.Team do
  use Ecto.Schema

  schema "teams" do
    field :name, :string
  end

  def changeset(team, attrs) do
    team
    |> cast(attrs, [:name])
  end
end
"""
CALLS = """\
    |> cast(attrs, [:name])
    |> unique_constraint(:name, message: "is a team already")
    |> check_constraint(:name, name: :short, message: "is long")
"""
SAYING = SCHEMA.replace("    |> cast(attrs, [:name])\n", CALLS)
FILES = {"ash_scaffold.toml": DOMAIN, OLD: SCHEMA}
LEFT, ASSOCIATED = "would leave records behind", "are still associated with this entry"


def messages(shop: Shop) -> list[str]:
    found = check(SourceOptions(folder=shop.root, url=shop.url)).findings
    return [each.what for each in found if each.kind == "message differs"]


def test_a_changeset_that_comes_to_say_something_changes_what_nobody_touched(
    make_shop: MakeShop,
) -> None:
    shop = make_shop(DDL, FILES)
    shop.run()
    assert "identity :name, [:name]\n" in shop.read(TEAM)
    shop.write({OLD: SAYING})
    done = shop.run()
    assert done.problems == []
    assert [line for line in done.diff.splitlines() if line.startswith(("-  ", "+  "))] == [
        '-        message "is invalid"',
        '+        message "is long"',
        "-    identity :name, [:name]",
        "+    identity :name, [:name] do",
        '+      message "is a team already"',
        "+    end",
    ]
    rests(shop, done)


def test_a_text_of_a_person_stays(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, FILES)
    shop.run()
    shop.edit(TEAM, ('message "is invalid"', 'message "is no name"'))
    shop.write({OLD: SAYING})
    assert shop.exit_code() is Exit.FINDINGS
    shop.run()
    assert 'message "is no name"' in shop.read(TEAM)
    assert messages(shop) == [
        'check_constraints short: message is "is no name"; it should be "is long".'
    ]


def test_texts_stay_when_the_legacy_code_goes(make_shop: MakeShop) -> None:
    shop = make_shop(DDL, {**FILES, OLD: SAYING})
    shop.run()
    (shop.root / OLD).unlink()
    shop.write({"ash_scaffold.toml": f'{DOMAIN}[tables.teams]\nresource = "Team"\n'})
    shop.run()
    assert 'message "is a team already"' in shop.read(TEAM)


@pytest.mark.parametrize(
    ("files", "text"),
    [
        (FILES, ASSOCIATED),
        ({"ash_scaffold.toml": f'messages = "ash"\n{DOMAIN}', OLD: SCHEMA}, LEFT),
        ({"ash_scaffold.toml": f'messages = "ecto"\n{DOMAIN}'}, ASSOCIATED),
        ({"ash_scaffold.toml": DOMAIN}, LEFT),
    ],
)
def test_whose_texts_hold_where_legacy_code_has_none(
    make_shop: MakeShop, files: dict[str, str], text: str
) -> None:
    shop = make_shop(DDL, files)
    shop.run()
    assert f'foreign_key_names [{{:id, "fk_team", "{text}"}}]' in shop.read(TEAM)


def test_a_second_text_on_a_constraint_is_named(make_shop: MakeShop) -> None:
    second = '  def rename(team), do: unique_constraint(team, :name, message: "is gone")\nend\n'
    shop = make_shop(DDL, {**FILES, OLD: SAYING.removesuffix("end\n") + second})
    assert shop.run().problems == [
        f'note [legacy-message] {OLD}:14: unique_constraint says "is gone" at name on '
        f'teams_name_index, but {OLD}:11 says "is a team already" at name: a resource has one '
        "text, the first."
    ]
