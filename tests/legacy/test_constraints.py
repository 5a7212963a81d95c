"""What is read of the constraints that legacy changesets name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ash_scaffold.ash.hints import ConstraintCall, LegacyConstraint, NameMatch
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code

TEAM = """\
defmodule App.Team do
  use Ecto.Schema
  schema "teams" do
    field :slug, :string, source: :Slug
  end
end
"""
SCHEMA = """\
defmodule App.User do
  use Ecto.Schema
  import Ecto.Changeset

  @taken "is taken"

  schema "users" do
    field :email, :string, source: :mail
    belongs_to :team, App.Team
    has_many :posts, App.Post, foreign_key: :author_id
    has_one :profile, App.Profile
  end

  def changeset(user, attrs) do
    %s
  end
end

defmodule App.Post do
  use Ecto.Schema
  schema "articles" do
    belongs_to :author, App.User
  end
end

defmodule App.Profile do
  use Ecto.Schema
  schema "profiles" do
    belongs_to :user, App.User
  end
end
"""


def read(body: str, *others: str) -> dict[str, tuple[LegacyConstraint, ...]]:
    sources = [SCHEMA % body, TEAM, *others]
    files = [ElixirFile(f"lib/f{i}.ex", text.encode()) for i, text in enumerate(sources)]
    return {each.module: each.constraints for each in read_code(CodeBase(files)).schemas}


def of_user(body: str) -> LegacyConstraint:
    (found,) = read(body)["App.User"]
    assert (found.path, found.line) == ("lib/f0.ex", 15)
    return found


@pytest.mark.parametrize(
    ("call", "name", "column", "key"),
    [
        ("unique_constraint(:email)", "users_mail_index", "mail", ""),
        ("unique_constraint([:team_id, :email])", "users_team_id_mail_index", "team_id", ""),
        ("unique_constraint([:id, :email], error_key: :email)", "users_id_mail_index", "mail", ""),
        ("unique_constraint(:email, error_key: :base)", "users_mail_index", "", "base"),
        ("exclusion_constraint(:email)", "users_mail_exclusion", "mail", ""),
        ("foreign_key_constraint(:team_id)", "users_team_id_fkey", "team_id", ""),
        ("assoc_constraint(:team)", "users_team_id_fkey", "", "team"),
        ("no_assoc_constraint(:posts)", "articles_author_id_fkey", "", "posts"),
        ("check_constraint(:email, name: :mail_ok)", "mail_ok", "mail", ""),
        ('check_constraint(:email, name: "mail_ok")', "mail_ok", "mail", ""),
        ("Ecto.Changeset.unique_constraint(:email)", "users_mail_index", "mail", ""),
    ],
)
def test_the_names_and_fields_are_those_of_ecto(
    call: str, name: str, column: str, key: str
) -> None:
    for written in (f"user |> {call}", call.replace("(", "(cast(user, attrs, []), ", 1)):
        found = of_user(written)
        assert (found.name, found.column, found.key) == (name, column, key)
        assert (found.match, found.message) == (NameMatch.EXACT, None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ('message: "is new"', "is new"),
        ("message: @taken", "is taken"),
        ('message: "is " <> "new"', "is new"),
        ('message: gettext("is new")', "is new"),
        ('message: dgettext("errors", "is new")', "is new"),
        ("message: message(attrs)", None),
        ("[]", None),
    ],
)
def test_a_text_is_read_where_it_is_a_literal(options: str, message: str | None) -> None:
    assert of_user(f"user |> unique_constraint(:email, {options})").message == message


@pytest.mark.parametrize(
    ("options", "name", "match"),
    [
        ('name: "_mail", match: :suffix', "_mail", NameMatch.SUFFIX),
        ("name: :users_, match: :prefix", "users_", NameMatch.PREFIX),
        ("name: ~r/^users_m/", "^users_m", NameMatch.REGEX),
    ],
)
def test_a_name_may_be_a_part_or_a_pattern(options: str, name: str, match: NameMatch) -> None:
    found = of_user(f"user |> unique_constraint(:email, {options})")
    assert (found.name, found.match) == (name, match)


def test_a_has_one_is_told_from_a_has_many() -> None:
    assert of_user("user |> no_assoc_constraint(:profile)").single
    assert not of_user("user |> no_assoc_constraint(:posts)").single


@pytest.mark.parametrize(
    "call",
    [
        "unique_constraint(field)",
        "unique_constraint(:email, name: name_of(user))",
        "unique_constraint(:email, options)",
        "no_assoc_constraint(:nothing)",
        "check_constraint(:email, [])",
        "# unique_constraint(:email)",
        '"unique_constraint(:email)"',
    ],
)
def test_what_is_no_literal_call_is_left_out(call: str) -> None:
    assert read(f"user |> {call}\n    user")["App.User"] == ()


CONTEXT = """\
defmodule App.Accounts do
  alias App.{Team, User}
  import Ecto.Changeset

  def create_team(attrs) do
    %Team{} |> cast(attrs, [:slug]) |> unique_constraint(:slug, message: "is a team's")
  end

  def move(%User{} = user, %Team{} = team) do
    user |> change(team_id: team.id) |> foreign_key_constraint(:team_id, message: "of neither")
  end

  defp shared(changeset), do: unique_constraint(changeset, :email)
end
"""


def test_in_other_modules_the_struct_of_the_function_decides() -> None:
    found = read("unique_constraint(user, :email)", CONTEXT)
    assert [(each.name, each.message) for each in found["App.Team"]] == [
        ("teams_Slug_index", "is a team's")
    ]
    assert [each.call for each in found["App.User"]] == [ConstraintCall.UNIQUE]


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_make_it_fail(inside: bytes) -> None:
    source = SCHEMA.encode().replace(b"%s", b"unique_constraint(user, " + inside + b")")
    read_code(CodeBase([ElixirFile("lib/a.ex", source)]))
