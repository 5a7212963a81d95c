"""Ecto schemas of the legacy code."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.ecto import Hints, OtherRepo, Unread
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code, read_legacy
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.mix_project import ModuleEntry, Unparsed
from ash_scaffold.project.read import read_project

SAMPLE = Path(__file__).parents[2] / "sample_project"
MIX = "defmodule App.MixProject do\n  def project, do: [app: :app]\nend\n"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def hints(root: Path, files: dict[str, str]) -> Hints:
    write(root, {"mix.exs": MIX, **files})
    return read_legacy(read_project(root))


def test_every_schema_is_found_with_its_table_and_context(tmp_path: Path) -> None:
    found = hints(
        tmp_path,
        {
            "lib/app/accounts.ex": "defmodule App.Accounts do\nend\n",
            "lib/app/accounts/user.ex": "defmodule App.Accounts.User do\n  use Ecto.Schema\n"
            '  schema "users" do\n    field :name, :string\n  end\nend\n',
            "lib/app/accounts/slim.ex": "defmodule App.Accounts.SlimUser do\n  use App.Schema\n"
            '  schema("users") do\n  end\nend\n',
            "lib/legacy/invoice.ex": "defmodule Legacy.Billing do\n  defmodule Invoice do\n"
            '    use Ecto.Schema\n    @schema_prefix "billing"\n    @table "invoices"\n'
            "    schema @table do\n    end\n  end\nend\n",
            "lib/app/embedded.ex": "defmodule App.Embedded do\n  use Ecto.Schema\n"
            "  embedded_schema do\n  end\nend\n",
            "lib/app/base.ex": "defmodule App.Schema do\n  defmacro __using__(_) do\n    quote do\n"
            '      use Ecto.Schema\n      schema "nothing" do\n      end\n    end\n  end\nend\n',
            "lib/app/resource.ex": "defmodule App.Thing do\n  use Ash.Resource, domain: App.D\n"
            '  postgres do\n    table "things"\n    schema "public"\n  end\nend\n',
            "lib/top.ex": 'defmodule Top do\n  use Ecto.Schema\n  schema "tops" do\n  end\nend\n',
        },
    )
    accounts = ModuleEntry("App.Accounts", "lib/app/accounts.ex", 1)
    legacy = ModuleEntry("Legacy.Billing", "lib/legacy/invoice.ex", 1)
    said = [(s.module, str(s.table), s.path, s.line, s.context) for s in found.schemas]
    assert said == [
        ("App.Accounts.SlimUser", "users", "lib/app/accounts/slim.ex", 1, "App.Accounts"),
        ("App.Accounts.User", "users", "lib/app/accounts/user.ex", 1, "App.Accounts"),
        ("Legacy.Billing.Invoice", "billing.invoices", "lib/legacy/invoice.ex", 2,
         "Legacy.Billing"),
        ("Top", "tops", "lib/top.ex", 1, ""),
    ]  # fmt: skip
    slim, user, invoice, top = found.schemas
    assert [s.context_module for s in found.schemas] == [accounts, accounts, legacy, None]
    assert [item.module for item in found.embedded] == ["App.Embedded"]
    assert [s.first for s in found.schemas] == [slim is user, True, True, True]
    assert found.by_table() == {
        Name("public", "users"): user,
        Name("billing", "invoices"): invoice,
        Name("public", "tops"): top,
    }


def test_a_base_module_outside_of_the_code_is_reported(tmp_path: Path) -> None:
    text = 'defmodule A do\n  use Kit.Schema\n  schema "as" do\n  end\nend\n'
    found = hints(tmp_path, {"lib/a.ex": text})
    what = "no `use Ecto.Schema` was found (Kit.Schema is used): its defaults are assumed"
    assert found.unread == (Unread("lib/a.ex", 1, "A", what),)


@pytest.mark.parametrize(
    "text",
    [
        "use Hermes.Server.Component, type: :tool\n  schema do\n    field :a, :string\n  end",
        "use Hermes.Server.Component\n  schema do\n    %{topic: {:required, :string}}\n  end",
        "use Absinthe.Schema\n  schema do\n    query :q\n  end\n  object :user do\n  end",
        "use Drops.Contract\n  schema(atomize: true) do\n    %{required(:a) => string()}\n  end",
        "use App.Params\n  schema do\n    field :a, :integer\n  end",
        'import App.Params\n  schema "params" do\n    field :a, :integer\n  end',
        'require OpenApiSpex\n  OpenApiSpex.schema(%{title: "A", type: :object})',
    ],
)
def test_the_schema_of_another_library_is_none(tmp_path: Path, text: str) -> None:
    params = (
        "defmodule App.Params do\n  defmacro __using__(_) do\n    quote do\n"
        "      import App.Params\n    end\n  end\nend\n"
    )
    files = {"lib/a.ex": f"defmodule App.A do\n  {text}\nend\n", "lib/params.ex": params}
    found = hints(tmp_path, files)
    assert (found.schemas, found.embedded, found.unread) == ((), (), ())


@pytest.mark.parametrize(
    "first",
    [
        "use App.Base, :schema",
        "use App.Record",
        "import Ecto.Schema",
        "use TypedEctoSchema",
    ],
)
def test_a_schema_is_ectos_by_a_macro_of_the_project(tmp_path: Path, first: str) -> None:
    base = (
        "defmodule App.Base do\n  def schema do\n    quote do\n      use App.Record\n    end\n"
        "  end\n  defmacro __using__(which), do: apply(__MODULE__, which, [])\nend\n"
        "defmodule App.Record do\n  defmacro __using__(_) do\n    quote do\n"
        "      use Ecto.Schema\n    end\n  end\nend\n"
    )
    text = f'defmodule App.A do\n  {first}\n  schema "as" do\n  end\nend\n'
    found = hints(tmp_path, {"lib/a.ex": text, "lib/base.ex": base})
    assert ([each.table.name for each in found.schemas], found.unread) == (["as"], ())


def test_a_module_without_a_readable_table_is_said(tmp_path: Path) -> None:
    found = hints(
        tmp_path,
        {
            "lib/a.ex": "defmodule A do\n  use Ecto.Schema\n  schema table() do\n  end\nend\n",
            "lib/b.ex": "defmodule B do\n  use Ecto.Schema\n  make_schema()\nend\n",
        },
    )
    assert (found.schemas, [(u.path, u.line, u.what) for u in found.unread]) == (
        (),
        [
            ("lib/a.ex", 3, "the name of its table can't be read"),
            ("lib/b.ex", 1, "no schema that can be read"),
        ],
    )


def test_a_module_that_uses_ecto_s_schema_for_nothing_is_no_matter(tmp_path: Path) -> None:
    text = (
        "defmodule A do\n  @moduledoc false\n  use Ecto.Schema\n  require Logger\n"
        "  import Ecto.Query\n  alias A.B\n  @limit 5\n  def all, do: {B, @limit}\nend\n"
    )
    found = hints(tmp_path, {"lib/a.ex": text})
    assert (found.schemas, found.unread) == ((), ())


def test_an_umbrella_is_read_whole(tmp_path: Path) -> None:
    app = "defmodule {0}.MixProject do\n  def project, do: [app: :{1}]\nend\n"
    schema = 'defmodule {0}.Thing do\n  use Ecto.Schema\n  schema "{1}" do\n  end\nend\n'
    files = {"mix.exs": 'defmodule U.MixProject do\n  def project, do: [apps_path: "apps"]\nend\n'}
    for name in ("one", "two"):
        files[f"apps/{name}/mix.exs"] = app.format(name.title(), name)
        files[f"apps/{name}/lib/thing.ex"] = schema.format(name.title(), name)
    write(tmp_path, files)
    found = read_legacy(read_project(tmp_path / "apps" / "one"))
    assert [(s.module, s.path) for s in found.schemas] == [
        ("One.Thing", "apps/one/lib/thing.ex"),
        ("Two.Thing", "apps/two/lib/thing.ex"),
    ]


@pytest.mark.parametrize("absolute", [True, False])
def test_the_legacy_code_of_another_repository(tmp_path: Path, absolute: bool) -> None:
    schema = 'defmodule {0} do\n  use Ecto.Schema\n  schema "t" do\n  end\nend\n'
    write(
        tmp_path,
        {
            "new/mix.exs": MIX,
            "new/lib/new.ex": schema.format("New"),
            "old/mix.exs": MIX,
            "old/lib/accounts.ex": "defmodule Old.Accounts do\nend\n",
            "old/lib/user.ex": schema.format("Old.Accounts.User"),
            "old/web/models/post.ex": schema.format("Old.Post"),
            "old/deps/dep/lib/dep.ex": schema.format("Dep"),
            "old/test/support/fake.ex": schema.format("Fake"),
        },
    )
    folder = tmp_path / "old" if absolute else Path("../old")
    found = read_legacy(read_project(tmp_path / "new"), folder)
    assert [(s.module, s.path, s.context_module) for s in found.schemas] == [
        (
            "Old.Accounts.User",
            "../old/lib/user.ex",
            ModuleEntry("Old.Accounts", "../old/lib/accounts.ex", 1),
        ),
        ("Old.Post", "../old/web/models/post.ex", None),
    ]
    assert found.folder == str(folder)


def test_every_schema_of_the_sample_project_is_read_whole() -> None:
    found = read_legacy(read_project(SAMPLE))
    assert (found.unparsed, found.unread) == ((), ())
    assert len(found.schemas) == 21
    event = next(s for s in found.schemas if s.table.name == "WebhookEvent")
    assert {f.name: f.column for f in event.fields}["received_at"] == "receivedAt"


def test_a_file_that_does_not_parse_is_named(tmp_path: Path) -> None:
    found = hints(
        tmp_path,
        {"lib/a.ex": 'defmodule A do\n  use Ecto.Schema\n  schema "as" do\n  x = )\nend\n'},
    )
    assert [(item.path, item.line) for item in found.unparsed] == [("lib/a.ex", 4)]
    assert all(isinstance(item, Unparsed) for item in found.unparsed)


def test_a_project_without_schemas_gives_no_hints(tmp_path: Path) -> None:
    assert hints(tmp_path, {"lib/a.ex": "defmodule A do\nend\n"}) == Hints()


WHOLE = (SAMPLE / "lib/legacy/blog/post.ex").read_bytes()


def read_bytes(source: bytes) -> Hints:
    return read_code(CodeBase([ElixirFile("lib/a.ex", source)]))


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(noise: bytes) -> None:
    found = read_bytes(b"defmodule A do\n  use Ecto.Schema\n" + noise + b"\nend\n")
    assert all(schema.path == "lib/a.ex" for schema in found.schemas)


@settings(deadline=None)
@given(
    st.integers(0, len(WHOLE)), st.integers(0, 60), st.binary(max_size=8) | st.sampled_from(
        [b"(", b"end", b"do", b'"', b"@x", b"unquote(x)", b"fn -> ", b"|> ", b"\xff", b"%{"]
    )
)  # fmt: skip
def test_a_damaged_schema_is_read_or_reported(start: int, length: int, put: bytes) -> None:
    damaged = WHOLE[:start] + put + WHOLE[start + length :]
    found = read_bytes(damaged)
    looked_at = b"schema" in damaged or b"Ecto.Schema" in damaged
    broken = ElixirFile("lib/a.ex", damaged).tree.fault is not None
    assert bool(found.unparsed) == (broken and looked_at)


def test_deep_nesting_does_not_make_it_fail() -> None:
    deep = b"[" * 3000 + b"]" * 3000
    found = read_bytes(
        b"defmodule A do\n  use Ecto.Schema\n  @x " + deep + b'\n  schema "as" do\n'
        b"    field :x, Ecto.Enum, values: @x\n    field :y, " + deep + b"\n  end\nend\n"
    )
    assert [f.name for f in found.schemas[0].fields] == ["id", "x", "y"]
    assert len(found.unread) == 2


def test_macros_and_functions_that_call_each_other_do_not_make_it_fail() -> None:
    found = read_bytes(
        b"defmodule M do\n  defmacro __using__(_) do\n    quote do\n      use M\n      import M\n"
        b"    end\n  end\n  defmacro again() do\n    quote do\n      again()\n    end\n  end\n"
        b"  def a, do: b()\n  def b, do: a()\nend\n"
        b'defmodule A do\n  use M\n  use Ecto.Schema\n  schema "as" do\n    again()\n'
        b"    field :x, Ecto.Enum, values: M.a()\n  end\nend\n"
    )
    assert [item.what for item in found.unread] == [
        "a macro that can't be expanded: again()",
        "the type of x can't be read: Ecto.Enum",
    ]


def umbrella(root: Path, **depends: str) -> Path:
    """An umbrella of three applications: `one` and `two` have a repo each, `web` has none."""
    files = {"mix.exs": 'defmodule U.MixProject do\n  def project, do: [apps_path: "apps"]\nend\n'}
    for name in ("one", "two", "web"):
        module = name.title()
        deps = depends.get(name, "")
        files[f"apps/{name}/mix.exs"] = (
            f"defmodule {module}.MixProject do\n"
            f"  def project, do: [app: :{name}, deps: [{deps}]]\nend\n"
        )
        files[f"apps/{name}/lib/user.ex"] = (
            f"defmodule {module}.User do\n  use Ecto.Schema\n"
            f'  schema "users" do\n    field :a, :string\n  end\nend\n'
        )
        if name != "web":
            files[f"apps/{name}/lib/repo.ex"] = (
                f"defmodule {module}.Repo do\n  use Ecto.Repo, otp_app: :{name}\nend\n"
            )
    write(root, files)
    return root / "apps" / "one"


def test_the_schemas_of_an_application_with_a_repo_of_its_own_are_of_another_database(
    tmp_path: Path,
) -> None:
    project = read_project(umbrella(tmp_path))
    found = read_legacy(project, None, "One.Repo")
    assert [each.module for each in found.schemas] == ["One.User", "Web.User"]
    assert found.other_repos == (OtherRepo("apps/two", "Two.Repo", "apps/two/lib/repo.ex", 1),)
    other = read_legacy(project, None, "Two.Repo")
    assert [each.module for each in other.schemas] == ["Two.User", "Web.User"]
    whole = read_legacy(project, tmp_path / "apps", "One.Repo")
    assert len(whole.schemas) == 3


@pytest.mark.parametrize(
    "depends",
    [
        {"two": "{:one, in_umbrella: true}"},
        {"two": "{:web, in_umbrella: true}", "web": "{:one, in_umbrella: true}"},
    ],
)
def test_an_application_that_depends_on_the_one_with_the_repo_may_share_its_database(
    tmp_path: Path, depends: dict[str, str]
) -> None:
    found = read_legacy(read_project(umbrella(tmp_path, **depends)), None, "One.Repo")
    assert ([each.module for each in found.schemas], found.other_repos) == (
        ["One.User", "Two.User", "Web.User"],
        (),
    )


def test_with_a_repo_that_no_application_has_all_are_read(tmp_path: Path) -> None:
    found = read_legacy(read_project(umbrella(tmp_path)), None, "Shared.Repo")
    assert (len(found.schemas), found.other_repos) == (3, ())
