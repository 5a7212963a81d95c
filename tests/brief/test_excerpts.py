"""Pieces of files as they stand there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.generate.conftest import MIX, REPO

from ash_scaffold.brief.excerpts import Excerpt, Excerpts, FunctionPlace, without_credentials
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.files import source_files
from ash_scaffold.project.read import read_project

CODE = """\
defmodule App.User do
  use Ecto.Schema

  @short [max: 9]

  schema "users" do
    field :name, :string
  end

  @long [max: 90]

  @doc "Changes a user."
  # For all of them.
  def changeset(user, attrs) do
    user |> cast(attrs, [:name]) |> check(&fold/1) |> validate_length(:name, @long)
  end

  def changeset(user, attrs, :x), do: changeset(user, attrs)

  defp check(changeset, fun) when is_function(fun) do
    changeset
  end

  def between, do: :nothing

  defp check(changeset, _), do: changeset
  defp fold(x), do: fold(x)
end

defmodule App.Other do
  alias App.User, as: U

  def run(a), do: a |> U.changeset(%{}) |> App.User.changeset(%{})
  def sql do
    App.Repo.query!(~s(SELECT 1))
    App.Repo.query!(\"\"\"
      SELECT *
    FROM users
    \"\"\")
  end
end
"""
CHANGESET = FunctionPlace("App.User", "lib/user.ex", "changeset", 2)


def excerpts(root: Path, files: Mapping[str, str]) -> Excerpts:
    for name, text in {"mix.exs": MIX, "lib/repo.ex": REPO, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    project = read_project(root)
    return Excerpts(project, CodeBase(source_files(project, None)))


@pytest.fixture
def found(tmp_path: Path) -> Excerpts:
    return excerpts(tmp_path, {"lib/user.ex": CODE})


def lines(first: int, last: int) -> str:
    return "\n".join(CODE.split("\n")[first - 1 : last])


def test_a_schema_goes_from_its_module_to_the_end_of_its_fields(found: Excerpts) -> None:
    assert found.schema("App.User", "lib/user.ex") == Excerpt(
        path="lib/user.ex", line=1, last=8, text=lines(1, 8)
    )


def test_a_function_has_what_stands_right_above_it(found: Excerpts) -> None:
    assert found.function(CHANGESET) == Excerpt(
        path="lib/user.ex", line=12, last=16, text=lines(12, 16)
    )


def test_clauses_that_are_apart_are_joined_with_a_mark(found: Excerpts) -> None:
    check = found.function(FunctionPlace("App.User", "lib/user.ex", "check", 2))
    assert check is not None
    assert check.text == f"{lines(20, 22)}\n\n  # …\n\n{lines(26, 26)}"


def test_what_functions_call_is_there_once_without_themselves(found: Excerpts) -> None:
    of = (CHANGESET, FunctionPlace("App.User", "lib/user.ex", "changeset", 3))
    called, besides = found.called(of, (), {"Repo"})
    assert [each.text for each in called] == [
        f"{lines(10, 10)}\n\n  # …\n\n{lines(20, 22)}\n\n  # …\n\n{lines(26, 27)}"
    ]
    assert besides == []


def test_of_what_others_call_there_is_what_has_one_of_the_words(found: Excerpts) -> None:
    called, besides = found.called((), (CHANGESET,), {"is_function"})
    assert [each.text for each in called] == [
        f"{lines(10, 10)}\n\n  # …\n\n{lines(20, 22)}\n\n  # …\n\n{lines(26, 26)}"
    ]
    assert besides == ["lib/user.ex: changeset/3, fold/1"]


def test_functions_around_a_line_that_write_are_found(tmp_path: Path) -> None:
    code = """\
defmodule App.Orgs do
  def create(user, a), do: Multi.insert(Multi.new(), :user, User.changeset(user, a))

  def read(user) do
    App.Repo.get(User, user.id)
  end

  def drop(user) do
    App.Repo.delete_all(User)
  end
end
"""
    found = excerpts(tmp_path, {"lib/orgs.ex": code})
    places = [("App.Orgs", "lib/orgs.ex", line) for line in (2, 5, 9, 90)]
    assert [of.name for of in found.writers([*places, ("App.Gone", "lib/x.ex", 2)])] == [
        "create",
        "drop",
    ]


def test_a_function_that_is_not_there_has_no_excerpt(found: Excerpts) -> None:
    assert found.function(FunctionPlace("App.User", "lib/user.ex", "gone", 2)) is None
    assert found.function(FunctionPlace("App.User", "lib/gone.ex", "changeset", 2)) is None
    assert found.schema("App.Gone", "lib/user.ex") is None


def test_callers_are_found_by_the_names_in_force(found: Excerpts) -> None:
    [(of, calls)] = found.calls([CHANGESET]).items()
    assert of == CHANGESET
    assert [(each.line, each.text) for each in calls] == [(33, lines(33, 33).strip())]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (33, lines(33, 33).strip()),
        (35, "App.Repo.query!(~s(SELECT 1))"),
        (36, 'App.Repo.query!("""\n  SELECT *\nFROM users\n""")'),
        (0, ""),
        (400, ""),
    ],
)
def test_a_line_comes_with_the_heredoc_that_it_begins(
    found: Excerpts, line: int, text: str
) -> None:
    assert found.line("lib/user.ex", line) == text


def test_a_module_of_a_file_of_several_is_there_alone(found: Excerpts) -> None:
    other = found.module("App.Other", "lib/user.ex")
    assert other is not None
    assert (other.line, other.text) == (30, lines(30, 41))


def test_lines_are_counted_as_editors_do(tmp_path: Path) -> None:
    text = '# a\r\n# b\x0c\u2028c\tx\r\ndefmodule A do\r\n  def f, do: "\x85"\r\nend\r\n'
    found = excerpts(tmp_path, {"lib/a.ex": text})
    assert found.line("lib/a.ex", 2) == "# b\x0c\u2028c  x"
    assert found.line("lib/a.ex", 4) == 'def f, do: "\x85"'
    assert found.comment("lib/a.ex", 1) == "a b c x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://me:secret@host/db", "postgres://***@host/db"),
        ('url: "ecto://#{user}:#{pass}@#{host}/x"', 'url: "ecto://***@#{host}/x"'),
        ("https://token@example.com and ftp://a:b@c", "https://***@example.com and ftp://***@c"),
        ("postgresql://me:p#s/w?@rd@host/db", "postgresql://***@host/db"),
        ("https://example.com/@me", "https://example.com/@me"),
        ("mailto:me@example.com", "mailto:me@example.com"),
    ],
)
def test_addresses_have_neither_user_nor_password(text: str, shown: str) -> None:
    assert without_credentials(text) == shown
