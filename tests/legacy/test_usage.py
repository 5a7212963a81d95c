"""Who uses a table."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.legacy.read import read_legacy
from ash_scaffold.legacy.usage import How, User, UserKind, first_places, usage
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


def test_a_context_that_became_a_domain_is_a_user_still(tmp_path: Path) -> None:
    found = users(
        tmp_path,
        {
            "lib/app/accounts.ex": "defmodule App.Accounts do\n  use Ash.Domain\n\n"
            "  resources do\n    resource App.Accounts.Resources.User\n  end\n\n"
            "  def get(id), do: App.Repo.get(App.Accounts.User, id)\nend\n",
            "lib/app/sales.ex": "defmodule App.Sales do\n  use Ash.Domain\n\n"
            "  resources do\n    resource App.Sales.Order\n  end\nend\n",
        },
    )
    assert [(user.module, user.kind) for user in found[USERS]] == [
        ("App.Accounts.User", UserKind.SCHEMA),
        ("App.Accounts", UserKind.CONTEXT),
    ]


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
            User(schema, UserKind.SCHEMA, "lib/user.ex", 1, "schema", How.SCHEMA),
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
        JOIN: (
            User(schema, UserKind.SCHEMA, "lib/user.ex", 4, "many_to_many tags", How.ASSOCIATION),
        ),
        ENTRIES: (),
    }


NAMING = [
    "  alias App.Accounts.User\n  def a, do: User",
    "  alias App.Accounts.{Token, User}\n  def a, do: User",
    "  alias App.{Accounts.User, Blog}\n  def a, do: User",
    "  alias App.Accounts\n  def a, do: Accounts.User",
    "  alias App.Accounts, as: A\n  alias A.User, as: U\n  def a, do: %U{}",
    "  alias Elixir.App.Accounts.User\n  def a, do: User",
    "  require App.Accounts.User, as: U\n  def a, do: U.b()",
    "  import App.Accounts.User",
    "  def a, do: Elixir.App.Accounts.User",
    "  @spec a(App.Accounts.User.t()) :: :ok",
    "  def a(%App.Accounts.User{} = user), do: user",
    "  object :user, do: dataloader(App.Accounts.User)",
    "  def a, do: from(u in App.Accounts.User)",
    '  alias App.Accounts.User\n  def a(assigns), do: ~H"""\n  {User.name(@user)}\n  """',
    '  def a(assigns), do: ~H"<p><%= inspect(%App.Accounts.User{}) %></p>"',
]


@pytest.mark.parametrize("body", NAMING)
def test_ways_to_name_a_schema(tmp_path: Path, body: str) -> None:
    found = users(tmp_path, {"lib/a.ex": f"defmodule App.A do\n{body}\nend\n"})[USERS]
    assert [(user.module, user.via, user.how) for user in found[1:]] == [
        ("App.A", "App.Accounts.User", How.REFERENCE)
    ]


@pytest.mark.parametrize(
    "body",
    [
        "  alias App.Accounts.User",
        "  alias App.Accounts.User, as: U\n  def a, do: User",
        "  require App.Accounts.User",
        "  alias App.Accounts.User.Query\n  def a, do: Query",
        "  def a, do: User",
        "  def a, do: :User",
        "  defmodule User do\n  end\n  def a, do: User",
        '  def a(assigns), do: ~H"""\n  <b>App.Accounts.User</b> of our User. <i>so</i>\n  """',
        "  # App.Accounts.User.b()",
        '  @moduledoc "See `App.Accounts.User.b/0`."',
    ],
)
def test_what_names_no_schema(tmp_path: Path, body: str) -> None:
    found = users(tmp_path, {"lib/a.ex": f"defmodule App.A do\n{body}\nend\n"})[USERS]
    assert [user.module for user in found] == ["App.Accounts.User"]


def test_names_that_start_with_the_module_around(tmp_path: Path) -> None:
    text = "defmodule App.Accounts do\n  alias __MODULE__.User\n  def a, do: User\nend\n"
    inner = "defmodule App.Accounts do\n  def a, do: __MODULE__.User\nend\n"
    expected = User("App.Accounts", UserKind.CONTEXT, "lib/a.ex", 3, "App.Accounts.User")
    assert users(tmp_path, {"lib/a.ex": text})[USERS][1:] == (expected,)
    found = users(tmp_path, {"lib/a.ex": inner})[USERS]
    assert found[1:] == (msgspec.structs.replace(expected, line=2),)


def test_a_protocol_implemented_for_a_schema(tmp_path: Path) -> None:
    text = (
        "defimpl Jason.Encoder, for: [App.Accounts.User, Map] do\n"
        '  def a, do: Repo.all("tags")\nend\n'
    )
    found = users(tmp_path, {"lib/impl.ex": text})
    modules = ("Jason.Encoder.App.Accounts.User", "Jason.Encoder.Map")
    module, path, schema = UserKind.MODULE, "lib/impl.ex", "App.Accounts.User"
    assert found[USERS][1:] == tuple(User(name, module, path, 1, schema) for name in modules)
    assert found[TAGS] == tuple(
        User(name, module, path, 2, "Repo.all", How.QUERY) for name in modules
    )


def test_associations_of_other_schemas(tmp_path: Path) -> None:
    found = users(
        tmp_path,
        {
            "lib/tag.ex": "defmodule App.Tag do\n  use Ecto.Schema\n  alias App.Accounts.User\n"
            '  schema "tags" do\n    belongs_to :owner, User\n    has_many :entries, '
            '{"users_tags", App.Accounts.User}\n'
            "    many_to_many :all, User, join_through: App.Link\n  end\n"
            "  def new, do: %User{}\nend\n",
            "lib/link.ex": "defmodule App.Link do\n  use Ecto.Schema\n"
            '  @schema_prefix "ledger"\n  schema "entries" do\n  end\nend\n',
        },
    )
    tag = ("App.Tag", UserKind.SCHEMA, "lib/tag.ex")
    assert found[USERS][1:] == (User(*tag, 5, "App.Accounts.User", How.ASSOCIATION),)
    assert found[JOIN][-1] == User(*tag, 6, "has_many entries", How.ASSOCIATION)
    assert found[ENTRIES][1:] == (User(*tag, 7, "App.Link", How.ASSOCIATION),)


def test_every_application_of_an_umbrella_is_looked_through(tmp_path: Path) -> None:
    app = "defmodule A.MixProject do\n  def project, do: [app: :a]\nend\n"
    files = {
        "mix.exs": 'defmodule U.MixProject do\n  def project, do: [apps_path: "apps"]\nend\n',
        "apps/a/mix.exs": app,
        "apps/a/lib/user.ex": USER,
        "apps/web/mix.exs": app.replace(":a]", ":web]").replace("A.", "Web."),
        "apps/web/lib/web/user_controller.ex": "defmodule Web.UserController do\n"
        "  def a, do: App.Accounts.User\nend\n",
        "apps/web/test/user_test.exs": "defmodule T do\n  def a, do: App.Accounts.User\nend\n",
        "apps/a/priv/repo/seeds.exs": "App.Accounts.User\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    schema, path = "App.Accounts.User", "apps/web/lib/web/user_controller.ex"
    expected = (
        User(schema, UserKind.SCHEMA, "apps/a/lib/user.ex", 1, "schema", How.SCHEMA),
        User("Web.UserController", UserKind.CONTROLLER, path, 2, schema),
    )
    project = read_project(tmp_path / "apps/a")
    assert usage(project, read_legacy(project), [USERS])[USERS] == expected


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


def test_the_sample_project() -> None:
    project = read_project(Path(__file__).parents[2] / "sample_project")
    wanted = [Name("public", name) for name in ("login_attempts", "posts_tags", "support_tickets")]
    found = usage(project, read_legacy(project), wanted)
    assert [[(u.module, u.kind.value, u.line, u.via) for u in found[name]] for name in wanted] == [
        [
            ("App.Accounts.LoginAttempt", "schema", 1, "schema"),
            ("App.Accounts", "context", 168, "App.Accounts.LoginAttempt"),
            ("App.Workers.Prune", "worker", 17, "Repo.query!"),
        ],
        [
            ("Legacy.Blog.Post", "schema", 27, "many_to_many tags"),
            ("Legacy.Blog.Tag", "schema", 8, "many_to_many posts"),
            ("Legacy.Blog", "context", 35, "from"),
        ],
        [("App.Workers.PaymentReminders", "worker", 29, "from")],
    ]


PIECES = st.sampled_from(
    [
        b"defmodule A do\n", b"defimpl P, for: ", b"[", b"end\n", b"alias App.Accounts.{User, ",
        b"__MODULE__", b".", b"App.Accounts.User", b"%User{", b"}", b"~H\"", b"Repo.query!(",
        b'"""', b"WITH users AS (SELECT 1 FROM users", b'"users"', b" in ", b" |> ", b"from(",
        b"join: ", b"use AppWeb, :controller\n", b"schema \"tags\" do\n", b", ",
        b"belongs_to :a, User\n",
        b"\xff\x00", b"#{", b"'", b"(", b")", b"\n",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=8), max_size=30))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_fail(pieces: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        users(root, {})
        (root / "lib/any.ex").write_bytes(b"".join(pieces))
        project = read_project(root)
        found = usage(project, read_legacy(project), [USERS, TAGS])
        ours = User("App.Accounts.User", UserKind.SCHEMA, "lib/user.ex", 1, "schema", How.SCHEMA)
        assert ours in found[USERS]
        assert {user.path for user in (*found[USERS], *found[TAGS])} <= {
            "lib/user.ex",
            "lib/any.ex",
        }


def test_a_name_that_a_module_attribute_holds(tmp_path: Path) -> None:
    text = (
        'defmodule A do\n  @table "users"\n  @other "tags"\n  def a, do: @other\n'
        '  def b, do: from(u in @table, prefix: "public")\n  def c, do: @table |> Repo.all()\n'
        "  def d, do: Map.get(%{}, @table)\nend\n"
    )
    found = users(tmp_path, {"lib/a.ex": text})
    assert found[USERS][1:] == (
        User("A", UserKind.MODULE, "lib/a.ex", 6, "Repo.all", How.QUERY),
        User("A", UserKind.MODULE, "lib/a.ex", 5, "from", How.QUERY),
    )
    assert found[TAGS] == ()


def test_without_hints_only_names_of_tables_are_found(tmp_path: Path) -> None:
    users(tmp_path, {"lib/a.ex": 'defmodule A do\n  def a, do: from("users", [])\nend\n'})
    found = usage(read_project(tmp_path), Hints(), [USERS])
    assert found[USERS] == (User("A", UserKind.MODULE, "lib/a.ex", 2, "from", How.QUERY),)


def test_with_every_place_a_module_is_there_for_each_line_that_names_a_schema(
    tmp_path: Path,
) -> None:
    files = {
        "mix.exs": MIX,
        "lib/user.ex": USER,
        "lib/app/accounts.ex": "defmodule App.Accounts do\n  alias App.Accounts.User\n\n"
        "  def get(id), do: App.Repo.get(User, id)\n\n"
        "  def all, do: {App.Repo.all(User), User}\n"
        '  def raw, do: App.Repo.query!("SELECT * FROM users")\nend\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    project = read_project(tmp_path)
    every = usage(project, read_legacy(project), [USERS], every_place=True)[USERS]
    assert [(user.line, user.via) for user in every if user.module == "App.Accounts"] == [
        (4, "App.Accounts.User"),
        (6, "App.Accounts.User"),
        (7, "App.Repo.query!"),
    ]
    assert first_places(every) == usage(project, read_legacy(project), [USERS])[USERS]
