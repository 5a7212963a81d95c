"""Ecto schemas of the legacy code."""

from __future__ import annotations

from pathlib import Path

from ash_scaffold.legacy.read import Hints, LegacySchema, read_legacy
from ash_scaffold.project.model import ModuleEntry, Unparsed
from ash_scaffold.project.read import read_project

MIX = "defmodule App.MixProject do\n  def project, do: [app: :app]\nend\n"


def hints(root: Path, files: dict[str, str]) -> Hints:
    for name, text in {"mix.exs": MIX, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
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
            '      schema "nothing" do\n      end\n    end\n  end\nend\n',
            "lib/app/resource.ex": "defmodule App.Thing do\n  use Ash.Resource, domain: App.D\n"
            '  postgres do\n    table "things"\n    schema "public"\n  end\nend\n',
            "lib/top.ex": 'defmodule Top do\n  schema "tops" do\n  end\nend\n',
        },
    )
    accounts = ModuleEntry("App.Accounts", "lib/app/accounts.ex", 1)
    slim = LegacySchema(
        module="App.Accounts.SlimUser",
        table="users",
        schema=None,
        path="lib/app/accounts/slim.ex",
        line=1,
        context="App.Accounts",
        context_module=accounts,
    )
    user = LegacySchema(
        module="App.Accounts.User",
        table="users",
        schema=None,
        path="lib/app/accounts/user.ex",
        line=1,
        context="App.Accounts",
        context_module=accounts,
    )
    invoice = LegacySchema(
        module="Legacy.Billing.Invoice",
        table="invoices",
        schema="billing",
        path="lib/legacy/invoice.ex",
        line=2,
        context="Legacy.Billing",
        context_module=ModuleEntry("Legacy.Billing", "lib/legacy/invoice.ex", 1),
    )
    top = LegacySchema(
        module="Top", table="tops", schema=None, path="lib/top.ex", line=1, context=""
    )
    assert found == Hints(schemas=(slim, user, invoice, top))
    assert found.by_table() == {
        (None, "users"): (slim, user),
        ("billing", "invoices"): (invoice,),
        (None, "tops"): (top,),
    }


def test_a_file_that_does_not_parse_is_named(tmp_path: Path) -> None:
    found = hints(tmp_path, {"lib/a.ex": 'defmodule A do\n  schema "as" do\n  x = )\nend\n'})
    assert [(item.path, item.line) for item in found.unparsed] == [("lib/a.ex", 3)]
    assert all(isinstance(item, Unparsed) for item in found.unparsed)


def test_a_project_without_schemas_gives_no_hints(tmp_path: Path) -> None:
    assert hints(tmp_path, {"lib/a.ex": "defmodule A do\nend\n"}) == Hints()
