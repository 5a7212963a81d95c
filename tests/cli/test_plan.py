"""`ash-scaffold plan`, as people and programs read it: from the first day to the last."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, get_type_hints

import pytest
from tests.databases import run_ddl

from ash_scaffold.cli.arguments import Option, command_function
from ash_scaffold.postgres.url import URL

GOLDEN = Path(__file__).parents[1] / "golden" / "plan"
DDL = """
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE users_tokens (
  id bigserial PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  token bytea NOT NULL
);
CREATE TABLE plans (id bigserial PRIMARY KEY, code text NOT NULL);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users,
  plan_id bigint REFERENCES plans,
  total integer NOT NULL
);
CREATE TABLE order_lines (
  id bigserial PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
  text text NOT NULL
);
CREATE TABLE audits (at timestamp NOT NULL, what text);
"""
SCHEMA = """\
defmodule Old.{name} do
  use Ecto.Schema
  import Ecto.Changeset

  schema "{table}" do
{fields}
  end

  def changeset(row, attrs) do
    row
    |> cast(attrs, {cast})
    |> validate_required({cast}){more}
  end
end
"""


def schema(name: str, table: str, fields: str, cast: str, more: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in fields.split("; "))
    return SCHEMA.format(name=name, table=table, fields=lines, cast=cast, more=more)


LEGACY = {
    "lib/old/accounts/user.ex": schema(
        "Accounts.User",
        "users",
        "field :email, :string; has_many :tokens, Old.Accounts.Token",
        "[:email]",
    ),
    "lib/old/accounts/token.ex": schema(
        "Accounts.Token",
        "users_tokens",
        "field :token, :binary; belongs_to :user, Old.Accounts.User",
        "[:token]",
    ),
    "lib/old/accounts.ex": """\
defmodule Old.Accounts do
  alias Old.Accounts.{Token, User}
  alias Shop.Repo

  def get_user!(id), do: Repo.get!(User, id)

  def create_user(attrs) do
    %User{} |> User.changeset(attrs) |> Repo.insert()
  end

  def create_token(user, attrs) do
    %Token{user_id: user.id} |> Token.changeset(attrs) |> Repo.insert()
  end
end
""",
    "lib/old/sales/plan.ex": schema("Sales.Plan", "plans", "field :code, :string", "[:code]"),
    "lib/old/sales/line.ex": schema("Sales.Line", "order_lines", "field :text, :string", "[:text]"),
    "lib/old/sales/order.ex": schema(
        "Sales.Order",
        "orders",
        "field :total, :integer; belongs_to :user, Old.Accounts.User; "
        "belongs_to :plan, Old.Sales.Plan; has_many :lines, Old.Sales.Line",
        "[:total]",
        "\n    |> cast_assoc(:lines)\n    |> put_assoc(:plan, attrs.plan)",
    ),
    "lib/old/sales.ex": """\
defmodule Old.Sales do
  alias Old.Sales.{Order, Plan}
  alias Shop.Repo

  def list_plans, do: Repo.all(Plan)

  def create_plan(attrs) do
    %Plan{} |> Plan.changeset(attrs) |> Repo.insert()
  end

  def create_order(user, attrs) do
    %Order{user_id: user.id} |> Order.changeset(attrs) |> Repo.insert()
  end
end
""",
    "lib/old_web/user_controller.ex": """\
defmodule OldWeb.UserController do
  use OldWeb, :controller

  def show(conn, %{"id" => id}) do
    %Old.Accounts.User{} = user = Old.Accounts.get_user!(id)
    render(conn, :show, user: user)
  end
end
""",
}


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]


@pytest.fixture
def old(project: Path, add: Add) -> Path:
    add(project, LEGACY)
    return project


def held(name: str, text: str) -> None:
    """Compare an output, without its first line, which names the database."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


def told(done: Done) -> str:
    assert (done.code, done.err) == (0, "")
    return done.out.partition("\n")[2]


def slices(done: Done) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done.out)["slices"]
    return found


def step(of: Mapping[str, Any], kind: str) -> tuple[str, str]:
    found = next(each for each in of["steps"] if each["kind"] == kind)
    return found["status"], found["says"]


def test_on_the_first_day_the_domains_are_those_that_init_proposes(
    old: Path,
    run: Run,
    database: Callable[..., str],
    files_of: Callable[[Path], dict[str, bytes]],
) -> None:
    before = files_of(old)
    url = database(DDL)
    held("first_day.txt", told(run("plan", "--url", url)))
    held("first_day_next.txt", told(run("plan", "--url", url, "--next")))
    assert files_of(old) == before


@pytest.mark.usefixtures("old")
def test_as_json(run: Run, database: Callable[..., str]) -> None:
    done = run("plan", "--url", database(DDL), "--table", "orders", "--json")
    found = json.loads(done.out)
    assert (done.code, found.pop("source")[:12]) == (0, "ash_scaffold")
    assert found.pop("timings").keys() == {
        "project",
        "reflection",
        "planning",
        "proposal",
        "code",
        "facts",
    }
    held("orders.json", json.dumps(found, indent=2) + "\n")


@pytest.mark.usefixtures("old")
def test_the_commands_bring_a_slice_on_step_by_step(run: Run, database: Callable[..., str]) -> None:
    url = database(DDL)

    def plans() -> dict[str, Any]:
        return slices(run("plan", "--url", url, "--table", "plans", "--json"))[0]

    assert plans()["stage"] == "init"
    assert run("init", "--url", url).code == 0
    first = plans()
    assert (first["stage"], first["done"]) == ("resources", 0)
    assert step(first, "resources") == ("to do", "writes 1 resource: Shop.Sales.Plan")
    assert step(first, "check") == ("has to be run", "says more once the resources are there")
    assert run("resources", "--url", url, "--table", "plans", "--no-format").code == 0
    second = plans()
    assert (second["stage"], second["done"]) == ("actions", 2)
    # The resource of orders, to which a relationship will lead, is not there.
    assert step(second, "check") == ("done", "1 finding for its tables (1 stale)")
    assert step(second, "actions") == ("to do", "no action yet; makes 1 action of 1 function")
    assert run("actions", "--url", url, "--table", "plans", "--no-format").code == 0
    third = plans()
    assert (third["stage"], third["done"]) == ("callers", 3)
    assert step(third, "actions") == ("done", "its changeset function has an action")
    assert step(third, "callers") == ("to do", "1 legacy module uses its tables (1 context)")
    Path("lib/old/sales.ex").unlink()
    live = plans()
    assert (live["stage"], step(live, "callers")[0]) == ("delete", "done")
    assert step(live, "delete") == (
        "waits",
        "delete Old.Sales.Plan, once slice 3 is live, whose Ecto schemas refer to it",
    )
    assert step(live, "cutover") == (
        "stopped",
        "refuses today, for 3 reasons: the steps before it; the Ecto schemas of slice 3 still "
        "refer to it",
    )
    for path in ("plan", "order", "line"):
        Path(f"lib/old/sales/{path}.ex").unlink()
    gone = plans()
    assert (gone["stage"], gone["done"], gone["total"]) == ("cutover", 3, 4)
    assert step(gone, "delete") == ("done", "no Ecto schema names its tables any more")
    assert step(gone, "cutover") == ("stopped", "refuses today, for 1 reason")
    assert run("resources", "--url", url, "--no-format").code == 0
    (clean,) = slices(run("plan", "--url", url, "--table", "plans", "--json"))
    assert step(clean, "cutover") == (
        "to do",
        "nothing that is known stands against it; its proof has to be run",
    )


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize("legacy", [("--legacy", "lib/old"), ("--no-legacy",)])
def test_the_commands_have_the_options_of_the_run_that_they_take(
    run: Run, database: Callable[..., str], legacy: tuple[str, ...]
) -> None:
    url = database(DDL)
    assert run("init", "--url", url).code == 0
    done = run("plan", "--url", url, "--json", "--schema", "public", *legacy)
    commands = [shlex.split(each["command"]) for of in slices(done) for each in of["steps"]]
    found: set[tuple[str, ...]] = set()
    for _, command, *words in filter(None, commands):
        flags = [word for word in words if word.startswith("--")]
        assert set(flags) <= flags_of(command)
        found.add((command, *dict.fromkeys(flags)))
    of_legacy: set[tuple[str, ...]] = set()
    kept: tuple[str, ...] = ()
    if "--legacy" in legacy:
        kept = legacy[:1]
        of_legacy = {
            ("actions", "--schema", "--legacy", "--table"),
            ("brief", "--schema", "--legacy"),
        }
    assert found == of_legacy | {
        ("resources", "--schema", legacy[0], "--table"),
        ("check", "--schema", legacy[0]),
        ("verify", "--table"),
        ("cutover", "--dry-run", "--schema", *kept),
    }


def flags_of(command: str) -> set[str]:
    """The flags that a command declares."""
    hints = get_type_hints(command_function(command), include_extras=True)
    found: set[str] = set()
    for name, hint in hints.items():
        option = hint.__metadata__[0] if hasattr(hint, "__metadata__") else None
        if isinstance(option, Option):
            found.update(option.flags or (f"--{name.replace('_', '-')}",))
    return found


@pytest.mark.usefixtures("old")
def test_drift_stops_a_slice(run: Run, make_database: Callable[..., URL]) -> None:
    made = make_database(DDL)
    url = made.uri
    assert run("init", "--url", url).code == 0
    assert run("resources", "--url", url, "--no-format").code == 0
    run_ddl(made, "ALTER TABLE plans ADD COLUMN price integer NOT NULL")
    (plans,) = slices(run("plan", "--url", url, "--table", "plans", "--json"))
    assert plans["stage"] == "check"
    assert step(plans, "check")[0] == "to do"
    assert [each["stops"] for each in plans["blockers"]] == ["check"]


def test_without_legacy_code_the_keys_decide(
    project: Path, run: Run, database: Callable[..., str]
) -> None:
    assert project.is_dir()
    held("no_legacy.txt", told(run("plan", "--url", database(DDL))))


def test_the_document_has_the_plan_and_keeps_ticks_and_remarks(
    old: Path, run: Run, database: Callable[..., str]
) -> None:
    url = database(DDL)
    path = old / "docs/database_schema.md"
    assert run("document", "--url", url).code == 0
    text = path.read_text()
    line = "- [ ] `users` with `users_tokens` (`Shop.Accounts`): next: give it a domain"
    assert slice_lines(text) == [
        "- [ ] `plans` (`Shop.Sales`): next: give it a domain",
        line,
        "- [ ] `orders` with `order_lines` (`Shop.Sales`), after `plans`, `users`: next: give it a "
        "domain",
        "- [ ] `audits` (`Shop.Other`): next: give it a domain",
    ]
    arrows = [each.strip() for each in text.split("\n") if " --> " in each]
    assert arrows == ["s_plans --> s_orders", "s_users --> s_orders"]
    path.write_text(text.replace(line, f"{line.replace('[ ]', '[x]')} (Ada, in May)"))
    assert run("init", "--url", url).code == 0
    assert run("resources", "--url", url, "--no-format").code == 0
    assert run("document", "--url", url).code == 0
    assert slice_lines(path.read_text())[:2] == [
        "- [ ] `plans` (`Shop.Sales`): next: actions",
        "- [x] `users` with `users_tokens` (`Shop.Accounts`): next: actions (Ada, in May)",
    ]
    assert run("document", "--url", url, "--check").code == 0


def slice_lines(document: str) -> list[str]:
    """The lines of the plan's list in a document."""
    _, _, rest = document.partition("begin plan-slices ")
    return [line for line in rest.partition("<!--")[0].split("\n") if line.startswith("- [")]


@pytest.mark.usefixtures("old")
def test_what_is_asked_for_has_to_be_there(run: Run, database: Callable[..., str]) -> None:
    url = database(DDL)
    done = run("plan", "--url", url, "--table", "order")
    assert done.code == 2
    assert "--table order: No table of the plan fits order." in done.err
    assert "orders" in done.err
    done = run("plan", "--url", url, "--domain", "Shop.Sale")
    assert done.code == 2
    assert "--domain Shop.Sale: No table of the plan is in Shop.Sale." in done.err
    found = slices(run("plan", "--url", url, "--domain", "Shop.Sales", "--json"))
    assert [each["tables"] for each in found] == [["plans"], ["orders", "order_lines"]]


def test_a_database_without_tables_has_no_plan(
    project: Path, run: Run, database: Callable[..., str]
) -> None:
    assert project.is_dir()
    done = run("plan", "--url", database(""))
    assert (done.code, done.out) == (2, "")
    assert "There are no tables in public." in done.err
