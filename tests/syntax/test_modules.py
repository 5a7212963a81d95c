"""The modules of a file and what their names resolve to."""

from __future__ import annotations

import pytest

from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse
from ash_scaffold.syntax.values import Unreadable
from ash_scaffold.term import Module


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("defmodule App.User do\nend", ["App.User"]),
        ("defmodule A do\nend\ndefmodule B do\nend", ["A", "B"]),
        ("defmodule A do\n  defmodule B do\n    defmodule C.D do\n    end\n  end\nend",
         ["A", "A.B", "A.B.C.D"]),
        ("defmodule A do\n  defmodule __MODULE__.B do\n  end\nend", ["A", "A.B"]),
        ("defmodule A do\n  defmodule Elixir.B do\n  end\nend", ["A", "B"]),
        ("alias Deep.App\ndefmodule App.User do\nend", ["Deep.App.User"]),
        ("defmodule A do\n  alias X.Y\n  defmodule Y.Z do\n  end\nend", ["A", "A.Y.Z"]),
        ("if true do\n  defmodule A do\n  end\nend", ["A"]),
        ("defmodule A, do: (defmodule B, do: :ok)", ["A", "A.B"]),
        ("defprotocol P do\nend", ["P"]),
        ("defmodule A do\n  defmacro __using__(_) do\n    quote do\n      defmodule X do\n"
         "      end\n    end\n  end\nend", ["A"]),
        ("defmodule unquote(name) do\nend", []),
        ("defmodule :erl do\nend", []),
        ("", []),
    ],
)  # fmt: skip
def test_names_are_full(source: str, names: list[str]) -> None:
    assert [module.name for module in modules(parse(source.encode()))] == names


def test_a_module_knows_its_range_line_and_parent() -> None:
    source = "# é\ndefmodule A do\n  defmodule B do\n  end\nend\n"
    outer, inner = modules(parse(source.encode()))
    assert (outer.parent, outer.span.line, inner.parent, inner.span.line) == ("", 2, "A", 3)
    raw = source.encode()
    assert raw[inner.span.start : inner.span.end] == b"defmodule B do\n  end"


ALIASES = b"""
defmodule App.Web do
  alias App.Accounts
  alias App.{Blog, Billing.Invoice}
  alias App.Repo, as: R
  alias __MODULE__.Inner
  alias Accounts.User
  require App.Log, as: L
  require App.Other
  use Accounts, a: 1
  if true do
    alias Elsewhere.Blog
    use Blog
  end
  defmodule Sub.Deep do
    use R
  end
  @mine [Sub, Blog, Invoice, R, Inner, User, L, Other, Unknown.X, __MODULE__]
end
"""


def test_use_is_resolved_through_the_aliases_in_force() -> None:
    web, deep = modules(parse(ALIASES))
    assert [use.module for use in web.uses] == ["App.Accounts", "Elsewhere.Blog"]
    assert [option.name for option in web.uses[0].call.options] == ["a"]
    assert [use.module for use in deep.uses] == ["App.Repo"]
    found = web.use("Elsewhere.Blog", "App.Accounts")
    assert found is not None
    assert found.module == "App.Accounts"
    assert web.use("App.Repo") is None


def test_literals_are_read_with_aliases_and_attributes() -> None:
    tree = parse(ALIASES)
    web = modules(tree)[0]
    value = web.read(tree, web.attributes["mine"])
    assert value == [
        Module(name)
        for name in (
            "App.Web.Sub", "App.Blog", "App.Billing.Invoice", "App.Repo", "App.Web.Inner",
            "App.Accounts.User", "App.Log", "Other", "Unknown.X", "App.Web",
        )
    ]  # fmt: skip
    tree = parse(b"defmodule A do\n  @t :x\n  table @t\n  table @u\nend")
    module = modules(tree)[0]
    known, unknown = (node.named_children[1].named_children[0] for node in module.body[1:])
    assert module.read(tree, known) == module.read(tree, module.attributes["t"])
    assert module.read(tree, unknown) == Unreadable("@u")
