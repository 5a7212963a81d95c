"""A small legacy application with changesets, and the command run in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.generate.running import DOMAIN, Done, Shop, diff_of, told

from ash_scaffold.actions.run import ActionsOptions, ActionsOutcome, prepare
from ash_scaffold.generate.run import write
from ash_scaffold.problem import Exit, Severity
from ash_scaffold.project.write import locked, recover
from ash_scaffold.session import SourceOptions

DDL = """
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text,
  age integer
);
CREATE TABLE tags (id bigserial PRIMARY KEY, label text NOT NULL);
"""
USER = "lib/shop/sales/user.ex"
ACTIONS = "lib/shop/sales/user/actions.ex"
STEPS = "lib/shop/sales/user/steps.ex"
DOMAIN_FILE = "lib/shop/sales.ex"
SCHEMA = "lib/legacy/user.ex"
CONTEXT = "lib/legacy/users.ex"
LEGACY = {
    "ash_scaffold.toml": f'[domains."{DOMAIN}"]\ntables = ["users", "tags"]\n',
    SCHEMA: """\
defmodule Legacy.User do
  use Ecto.Schema
  import Ecto.Changeset

  schema "users" do
    field :email, :string
    field :name, :string
    field :age, :integer
  end

  def changeset(user, attrs) do
    user
    |> cast(attrs, [:email, :name, :age])
    |> validate_required([:email])
    |> validate_length(:name, max: 40)
    |> trim()
  end

  def rename_changeset(user, attrs) do
    user
    |> cast(attrs, [:name])
    |> validate_required([:name])
  end

  def unused_changeset(user, attrs) do
    cast(user, attrs, [:age])
  end

  defp trim(changeset) do
    if get_change(changeset, :name) do
      update_change(changeset, :name, &String.trim/1)
    else
      changeset
    end
  end
end
""",
    CONTEXT: """\
defmodule Legacy.Users do
  alias Legacy.User
  alias Shop.Repo

  def get_user!(id), do: Repo.get!(User, id)

  def create_user(attrs) do
    %User{} |> User.changeset(attrs) |> Repo.insert()
  end

  def update_user(%User{} = user, attrs) do
    user |> User.changeset(attrs) |> Repo.update()
  end

  def rename_user(%User{} = user, attrs) do
    user |> User.rename_changeset(attrs) |> Repo.update()
  end
end
""",
}


def acting_shop(shop: Shop) -> Shop:
    """Return the shop with its resources."""
    shop.run()
    return shop


def outcome(shop: Shop, **options: object) -> ActionsOutcome:
    """Compute a run of `actions` without writing it."""
    said = {"use_formatter": shop.use_formatter, **options}
    source = SourceOptions(folder=Path(shop.root), url=shop.url, environment={})
    return prepare(ActionsOptions(source=source, **said))  # type: ignore[arg-type]


def act(shop: Shop, **options: object) -> Done:
    """Run `actions` as the command does, and compare the Elixir files with those before."""
    before = shop.elixir()
    with locked(shop.root) as lock:
        recover(lock)
        found = outcome(shop, **options)
        if found.outcome is not None:
            write(lock, found.outcome)
    return Done(
        words=[],
        diff=diff_of(before, shop.elixir()),
        problems=[told(problem) for problem in found.problems],
    )


def exit_code(shop: Shop, **options: object) -> Exit:
    """Return how the command would end."""
    errors = any(p.severity is Severity.ERROR for p in outcome(shop, **options).problems)
    return Exit.FINDINGS if errors else Exit.OK


def acts_rest(shop: Shop, done: Done) -> None:
    """Check that further runs of both commands write nothing, and say what is still wrong."""
    before, times = shop.tree(local=True), shop.times()
    again = act(shop)
    assert (again.diff, again.errors) == ("", done.errors)
    now = shop.tree(local=True)
    assert now == before, diff_of(_texts(before), _texts(now))
    assert shop.run().diff == ""
    assert shop.tree(local=True) == before
    assert shop.times() == times


def _texts(tree: Mapping[str, bytes]) -> dict[str, str]:
    return {path: content.decode("utf-8", "replace") for path, content in tree.items()}
