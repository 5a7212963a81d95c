"""A legacy context as the domain itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ash_scaffold.elixir.adopt import adopt
from ash_scaffold.problem import Code, ScaffoldError

RESOURCES = ("App.Accounts.Resources.Token", "App.Accounts.Resources.User")
CONTEXT = '''defmodule App.Accounts do
  @moduledoc """
  People.
  """ # ours

  import Ecto.Query
  alias App.Repo

  # All of them.
  def list, do: Repo.all(from u in "users")

  defp resources(a, b), do: {a, b}
end

defmodule App.Else do
end
'''
DOMAIN = """  use Ash.Domain

  resources do
    resource App.Accounts.Resources.Token
    resource App.Accounts.Resources.User
  end
"""


def adopted(source: str) -> str:
    return adopt(source.encode(), "App.Accounts", RESOURCES).decode()


def test_the_domain_goes_behind_the_moduledoc_and_before_the_code() -> None:
    after = adopted(CONTEXT)
    assert after == CONTEXT.replace("# ours\n", f"# ours\n\n{DOMAIN}")
    assert adopted(after) == after


def test_without_a_moduledoc_it_goes_to_the_top() -> None:
    own = "  # All of them.\n  def list, do: []\nend\n"
    assert adopted(f"defmodule App.Accounts do\n{own}") == (
        f"defmodule App.Accounts do\n{DOMAIN}\n{own}"
    )


def test_a_module_that_holds_nothing_else() -> None:
    assert (
        adopted("defmodule App.Accounts do\nend\n") == f"defmodule App.Accounts do\n{DOMAIN}end\n"
    )
    said = "defmodule App.Accounts do\n  @moduledoc false\n"
    assert adopted(f"{said}end\n") == f"{said}\n{DOMAIN}end\n"


def test_a_domain_gets_the_resources_that_it_lacks() -> None:
    source = (
        "defmodule App.Accounts do\n  use Ash.Domain, otp_app: :app\n\n  def list, do: []\n\n"
        "  resources do\n    # mine\n    resource App.Accounts.Resources.User do\n"
        "      define :get, action: :read\n    end\n  end\nend\n"
    )
    after = adopted(source)
    assert (
        after.replace("    resource App.Accounts.Resources.Token\n", "").replace(
            "\n\n    # mine", "\n    # mine"
        )
        == source
    )
    assert adopted(after) == after


def test_windows_line_breaks_stay() -> None:
    assert adopted(CONTEXT.replace("\n", "\r\n")) == adopted(CONTEXT).replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("defmodule App.Accounts do\n  [\nend\n", Code.UNPARSABLE_FILE),
        ("defmodule App.Else do\nend\n", Code.UNPARSABLE_FILE),
        ("defmodule App.Accounts, do: def(a, do: 1)\n", Code.LEGACY_COLLISION),
        ("defmodule App.Accounts do def(a, do: 1)\nend\n", Code.LEGACY_COLLISION),
        ("defmodule App.Accounts do\n  def resources(a), do: a\nend\n", Code.LEGACY_COLLISION),
        (
            "defmodule App.Accounts do\n  def resources(a) when a > 1 do\n    a\n  end\nend\n",
            Code.LEGACY_COLLISION,
        ),
    ],
)
def test_what_cannot_be_a_domain_is_refused(source: str, code: Code) -> None:
    with pytest.raises(ScaffoldError) as caught:
        adopted(source)
    assert [problem.code for problem in caught.value.problems] == [code]


@given(st.text(alphabet=" \n\tabd#@\"':,()[]", max_size=40))
def test_whatever_the_module_holds_all_of_it_stays(inside: str) -> None:
    source = f"defmodule App.Accounts do\n{inside}\n  def list, do: []\nend\n"
    try:
        after = adopted(source)
    except ScaffoldError:
        return
    characters = iter(after)
    assert all(char in characters for char in source)
    assert adopted(after) == after
