"""Who uses a table."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.kinds import UserKind
from ash_scaffold.legacy.read import Hints, read_legacy
from ash_scaffold.legacy.tables_named import TableNames, named_tables
from ash_scaffold.legacy.usage import User, usage
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.read import read_project

MIX = "defmodule App.MixProject do\n  def project, do: [app: :app]\nend\n"
WEB = (
    "defmodule AppWeb do\n  def controller do\n    quote do\n      use Phoenix.Controller\n"
    "      alias App.Accounts.User\n    end\n  end\n"
    "  defmacro __using__(which) when is_atom(which), do: apply(__MODULE__, which, [])\nend\n"
)
USER = (
    "defmodule App.Accounts.User do\n  use Ecto.Schema\n"
    '  schema "users" do\n    many_to_many :tags, Tag, join_through: "users_tags"\n  end\nend\n'
)
USERS, TAGS, JOIN = Name("public", "users"), Name("public", "tags"), Name("public", "users_tags")
ENTRIES = Name("ledger", "entries")


def users(root: Path, files: dict[str, str]) -> dict[Name, tuple[User, ...]]:
    for name, text in {"mix.exs": MIX, "lib/user.ex": USER, "lib/web.ex": WEB, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    project = read_project(root)
    return dict(usage(project, read_legacy(project), [USERS, TAGS, JOIN, ENTRIES]))


def test_every_table_has_its_schemas_and_those_that_name_them(tmp_path: Path) -> None:
    found = users(
        tmp_path,
        {
            "lib/app/accounts.ex": "defmodule App.Accounts do\n  alias App.Accounts.User\n\n"
            "  def get(id), do: Repo.get(User, id)\n  def new, do: %User{}\nend\n",
            "lib/app_web/user_controller.ex": "defmodule AppWeb.UserController do\n"
            "  use AppWeb, :controller\n  def show(_, _), do: User\nend\n",
            "lib/app/unrelated.ex": "defmodule App.Unrelated do\n  alias Other.User\n"
            "  def a, do: User\nend\n",
            "lib/app/unused.ex": "defmodule App.Unused do\n  alias App.Accounts.User\nend\n",
            "lib/app/local.ex": "defmodule App.Local do\n  def a do\n    alias App.Accounts.User\n"
            "    User\n  end\n\n  def b, do: User\nend\n",
            "lib/app/text.ex": 'defmodule App.Text do\n  # App.Accounts.User\n  @doc "users"\n'
            '  def a, do: "Update users in batches"\nend\n',
            "lib/app/migration.ex": "defmodule App.Migration do\n  use Ecto.Migration\n"
            '  def up, do: execute("DELETE FROM users")\nend\n',
            "lib/app/resource.ex": "defmodule App.Resource do\n"
            "  use Ash.Resource, domain: App.Domain\n  def a, do: App.Accounts.User\nend\n",
        },
    )
    schema = "App.Accounts.User"
    assert found == {
        USERS: (
            User(schema, UserKind.SCHEMA, "lib/user.ex", 1, "schema"),
            User("App.Accounts", UserKind.CONTEXT, "lib/app/accounts.ex", 4, schema),
            User(
                "AppWeb.UserController",
                UserKind.CONTROLLER,
                "lib/app_web/user_controller.ex",
                3,
                schema,
            ),
            User("App.Local", UserKind.MODULE, "lib/app/local.ex", 4, schema),
        ),
        TAGS: (),
        JOIN: (User(schema, UserKind.SCHEMA, "lib/user.ex", 4, "many_to_many tags"),),
        ENTRIES: (),
    }


@pytest.mark.parametrize(
    ("head", "path", "kind"),
    [
        ("use Phoenix.LiveView", "lib/a.ex", UserKind.LIVE_VIEW),
        ("use AppWeb, :live_view", "lib/a.ex", UserKind.LIVE_VIEW),
        ("use AppWeb, :controller", "lib/a.ex", UserKind.CONTROLLER),
        ("use Phoenix.LiveComponent", "lib/a.ex", UserKind.LIVE_COMPONENT),
        ("use Phoenix.Component", "lib/a.ex", UserKind.COMPONENT),
        ("use Phoenix.Channel", "lib/a.ex", UserKind.CHANNEL),
        ("use Oban.Worker, queue: :a", "lib/a.ex", UserKind.WORKER),
        ("use Oban.Pro.Workers.Batch", "lib/a.ex", UserKind.WORKER),
        ("use Swoosh.Mailer, otp_app: :a", "lib/a.ex", UserKind.MAILER),
        ("import Swoosh.Email", "lib/a.ex", UserKind.MAILER),
        ("use Absinthe.Schema", "lib/a.ex", UserKind.GRAPHQL),
        ("use Mix.Task", "lib/a.ex", UserKind.TASK),
        ("use GenServer", "lib/a.ex", UserKind.PROCESS),
        ("@behaviour Plug", "lib/a.ex", UserKind.PLUG),
        ("use App.Context", "lib/a.ex", UserKind.CONTEXT),
        ("", "lib/a/user_controller.ex", UserKind.CONTROLLER),
        ("", "lib/a/workers/send.ex", UserKind.WORKER),
        ("", "lib/a/user_live.ex", UserKind.LIVE_VIEW),
        ("", "lib/a/user_notifier.ex", UserKind.MAILER),
        ("", "lib/a/anything.ex", UserKind.MODULE),
    ],
)
def test_the_kind_comes_from_what_a_module_uses_then_from_its_path(
    tmp_path: Path, head: str, path: str, kind: UserKind
) -> None:
    text = f"defmodule A do\n  {head}\n  def a, do: App.Accounts.User\nend\n"
    found = users(tmp_path, {path: text})[USERS]
    assert found[1:] == (User("A", kind, path, 3, "App.Accounts.User"),)


@pytest.mark.parametrize(
    ("code", "table", "via"),
    [
        ('from("users", where: [id: 1])', USERS, "from"),
        ('from u in "users", select: u.id', USERS, "from"),
        ('from(a in A, join: u in "users", on: true)', USERS, "from"),
        ('from(a in A, left_join: u in "users", on: true)', USERS, "from"),
        ('from e in "entries", prefix: "ledger"', ENTRIES, "from"),
        ('join(q, :left, [a], u in "users", on: true)', USERS, "from"),
        ('"users" |> Repo.all()', USERS, "Repo.all"),
        ('Repo.insert_all("users", [])', USERS, "Repo.insert_all"),
        ('from {"users", User}', USERS, "from"),
        ('Repo.query("SELECT * FROM users WHERE id = $1", [1])', USERS, "Repo.query"),
        ('Ecto.Adapters.SQL.query!(Repo, "UPDATE users SET a = 1")', USERS,
         "Ecto.Adapters.SQL.query!"),
        ('execute("TRUNCATE users")', USERS, "execute"),
        ('fragment("EXISTS (SELECT 1 FROM public.users)")', USERS, "fragment"),
        ('Repo.query!("""\n  select 1\n  from a join \\"users\\" u on true\n  """)', USERS,
         "Repo.query!"),
        ('Repo.query!("SELECT 1 FROM ledger.entries")', ENTRIES, "Repo.query!"),
        ('Repo.query!("SELECT 1 FROM tags t, users u")', TAGS, "Repo.query!"),
        ('"DELETE FROM users WHERE id = #{id}" |> Repo.query!()', USERS, "Repo.query!"),
        ('sql = ~s(INSERT INTO users (a) VALUES (1))', USERS, "SQL"),
        ('sql = "WITH a AS (SELECT 1 FROM users) SELECT 1"', USERS, "SQL"),
    ],
)  # fmt: skip
def test_tables_that_are_named_as_text(code: str, table: Name, via: str) -> None:
    file = ElixirFile("lib/a.ex", f"defmodule A do\n  def a do\n    {code}\n  end\nend\n".encode())
    found = [(name, by) for _, name, by in named_tables(file, TableNames([USERS, TAGS, ENTRIES]))]
    assert found[0] == (table, via)
    assert len(found) == (2 if "tags t, users u" in code else 1)


@pytest.mark.parametrize(
    "code",
    [
        'plug :assign, "users"',
        '%{"users" => 1}',
        'IO.puts("Select users from users")',
        'x in ["users"]',
        'Repo.query("SELECT users FROM accounts")',
        'Repo.query("SELECT 1 FROM other.users")',
        'Repo.query("SELECT 1 FROM users_old")',
        'Repo.query("SELECT 1 FROM #{users}")',
    ],
)
def test_text_that_names_no_table(code: str) -> None:
    file = ElixirFile("lib/a.ex", f"defmodule A do\n  def a do\n    {code}\n  end\nend\n".encode())
    assert list(named_tables(file, TableNames([USERS]))) == []


def test_the_sample_project() -> None:
    project = read_project(Path(__file__).parents[2] / "sample_project")
    wanted = [Name("public", name) for name in ("login_attempts", "posts_tags", "support_tickets")]
    found = usage(project, read_legacy(project), wanted)
    assert [[(u.module, u.kind.value, u.line, u.via) for u in found[name]] for name in wanted] == [
        [
            ("App.Accounts.LoginAttempt", "schema", 1, "schema"),
            ("App.Accounts", "context", 156, "App.Accounts.LoginAttempt"),
            ("App.Workers.Prune", "worker", 17, "Repo.query!"),
        ],
        [
            ("Legacy.Blog.Post", "schema", 27, "many_to_many tags"),
            ("Legacy.Blog.Tag", "schema", 8, "many_to_many posts"),
            ("Legacy.Blog", "context", 34, "from"),
        ],
        [("App.Workers.PaymentReminders", "worker", 29, "from")],
    ]


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    source = f'defmodule A do\n  def a, do: Repo.query("SELECT 1 FROM users {text}\n  {text}\nend\n'
    file = ElixirFile("lib/a.ex", source.encode("utf-8", "replace"))
    for node, table, _ in named_tables(file, TableNames([USERS])):
        assert (node.type in ("string", "sigil"), table) == (True, USERS)
    assert all(node.type for node in file.names())


def test_without_hints_only_names_of_tables_are_found(tmp_path: Path) -> None:
    users(tmp_path, {"lib/a.ex": 'defmodule A do\n  def a, do: from("users", [])\nend\n'})
    found = usage(read_project(tmp_path), Hints(), [USERS])
    assert found[USERS] == (User("A", UserKind.MODULE, "lib/a.ex", 2, "from"),)
