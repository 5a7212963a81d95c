"""A legacy context as the domain itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ash_scaffold.elixir.adopt import adopt, without_entries
from ash_scaffold.elixir.merge import merge
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
ENTRIES = "".join(f"    resource {name}\n" for name in RESOURCES)
WANTED = f"defmodule App.Accounts do\n  use Ash.Domain\n\n  resources do\n{ENTRIES}  end\nend\n"
DOMAIN = """  use Ash.Domain, backwards_compatible_interface?: false

  resources do
    resource App.Accounts.Resources.Token
    resource App.Accounts.Resources.User
  end
"""


def adopted(source: str) -> str:
    """Return the file with the domain in it, as a run leaves it."""
    there = adopt(source.encode(), "App.Accounts")
    return merge(there, None, WANTED, module="App.Accounts").text.decode()


def test_the_domain_goes_behind_the_moduledoc_and_before_the_code() -> None:
    after = adopted(CONTEXT)
    assert after == CONTEXT.replace("# ours\n", f"# ours\n\n{DOMAIN}")


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


def refusal(source: str) -> str:
    """Return why a module can't be the domain."""
    with pytest.raises(ScaffoldError) as caught:
        adopted(source)
    (problem,) = caught.value.problems
    assert problem.code is Code.LEGACY_COLLISION
    return problem.what.removeprefix("App.Accounts can't be the domain itself: it ")


def of(*lines: str) -> str:
    """Return a context with those lines in it."""
    return "\n".join(["defmodule App.Accounts do", *(f"  {line}" for line in lines), "end", ""])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("def domain?, do: true", "has a function domain?/0, which a domain defines itself."),
        ("def entities(all), do: all", "has a function entities/1, which a domain defines itself."),
        (
            "def persisted(a, b \\\\ 1, c \\\\ 2), do: {a, b, c}",
            "has a function persisted/2, which a domain defines itself.",
        ),
        (
            "defdelegate resources(all), to: App.Else",
            "has a function resources/1, which a domain imports.",
        ),
        ("@extensions ~w(.jpg)", "has an attribute @extensions, which a domain uses itself."),
        (
            "use Ecto.Schema",
            "is an Ecto schema, which goes when its resource takes its place.",
        ),
    ],
)
def test_what_a_domain_has_itself_is_refused(line: str, why: str) -> None:
    assert refusal(of(line)) == why


@pytest.mark.parametrize(
    "call",
    [
        "domain(a)",
        "a |> domain()",
        "Enum.map(a, &domain/1)",
        "if a do domain(a) end",
        "fn -> domain(a) end",
    ],
)
def test_a_call_that_would_be_the_macro_of_a_section_is_refused(call: str) -> None:
    said = "calls domain/1, which a domain imports as the macro of a section."
    assert refusal(of(f"def all(a), do: {call}", "defp domain(a), do: a")) == said
    assert refusal(of("defmodule Inner do", f"def all(a), do: {call}", "end")) == said


@pytest.mark.parametrize(
    "line",
    [
        "def domain(a) when is_atom(a), do: a",
        "def execution(a), do: App.Else.execution(a)",
        "@spec domain(atom) :: atom",
        "def all(domain), do: domain(domain, 1)",
        "def all, do: domain()",
        "def all(a), do: a.domain",
        "def all(a), do: Enum.map(a, &App.Else.domain/1)",
        "def resources, do: []",
        "def resource(a), do: a",
        "def count(a, b \\\\ []), do: {a, b}",
        "def persisted(a), do: a",
        "def all(a), do: @extensions ++ a",
    ],
)
def test_what_only_looks_like_it_is_not(line: str) -> None:
    assert adopted(of(line)) == of(
        *(DOMAIN.replace("\n  ", "\n")[2:]).splitlines(), "", line
    ).replace("\n  \n", "\n\n")


def test_a_protocol_is_refused() -> None:
    assert refusal("defprotocol App.Accounts do\n  def all(a)\nend\n") == "is a protocol."


def test_a_module_with_comments_alone_keeps_them_in_front() -> None:
    assert adopted("defmodule App.Accounts do\n  # Soon.\nend\n") == (
        f"defmodule App.Accounts do\n  # Soon.\n{DOMAIN}end\n"
    )


def test_the_use_is_that_which_is_generated() -> None:
    source = b"defmodule App.Accounts do\n  def list, do: []\nend\n"
    after = adopt(source, "App.Accounts", "use App.Domain,\n  otp_app: :app").decode()
    assert after == (
        "defmodule App.Accounts do\n  use App.Domain,\n    otp_app: :app\n\n"
        "  resources do\n  end\n\n  def list, do: []\nend\n"
    )


BESIDE = """defmodule App.Accounts.Domain do
  use Ash.Domain

  # Ours.
  def list, do: []

  resources do
    # The first.
    resource App.Accounts.Resources.Token
    resource App.Accounts.Resources.User
  end
end
"""


def left(source: str, *resources: str) -> str:
    return without_entries(source.encode(), "App.Accounts.Domain", resources).decode()


def test_entries_leave_a_domain_and_the_rest_of_it_stays() -> None:
    user = "    resource App.Accounts.Resources.User\n"
    assert left(BESIDE, "App.Accounts.Resources.User") == BESIDE.replace(user, "")
    both = left(BESIDE, *RESOURCES)
    assert both == BESIDE.replace(user, "").replace(
        "    resource App.Accounts.Resources.Token\n", ""
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "Resources.User\n",
            "Resources.User do\n      define :all\n    end\n",
            "resource App.Accounts.Resources.User do",
        ),
        ("use Ash.Domain", "use Ash.Domain, otp_app: :app", "use Ash.Domain, otp_app: :app"),
        ("  resources do\n", "  resources do\n    allow {A, :b, []}\n", "allow {A, :b, []}"),
        ("  # Ours.\n", "  authorization do\n    authorize :always\n  end\n", "authorization do"),
    ],
)
def test_what_holds_for_the_resources_is_not_left_behind(old: str, new: str, said: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        left(BESIDE.replace(old, new, 1), *RESOURCES)
    (problem,) = caught.value.problems
    assert (problem.code, problem.what) == (
        Code.LEGACY_COLLISION,
        f"App.Accounts.Domain has settings of its resources beside their entries: {said}.",
    )


@given(st.text(alphabet=" \n\tabd#@\"':,()[]", max_size=40))
def test_whatever_the_module_holds_all_of_it_stays(inside: str) -> None:
    source = f"defmodule App.Accounts do\n{inside}\n  def list, do: []\nend\n"
    try:
        after = adopted(source)
    except ScaffoldError:
        return
    characters = iter(after)
    assert all(char in characters for char in source)
