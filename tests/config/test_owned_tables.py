"""Tables put into `owned_by_ash`, and taken out again: nothing else of the file changes."""

from __future__ import annotations

import tomllib

import pytest

from ash_scaffold.config.owned_tables import owned_text, with_owned, without_owned
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import ScaffoldError

PUT = {
    "no file": (None, 'owned_by_ash = ["orders"]\n'),
    "keys": (
        'repo = "App.Repo" # ours\nschemas = [\n  "a", # [x]\n]\n'
        '\n# about\n[domains.A]\ntables = ["x"]\n',
        'repo = "App.Repo" # ours\nschemas = [\n  "a", # [x]\n]\nowned_by_ash = ["orders"]\n'
        '\n# about\n[domains.A]\ntables = ["x"]\n',
    ),
    "tables alone": (
        '# ours\n[domains.A]\ntables = ["x"]\n',
        'owned_by_ash = ["orders"]\n\n# ours\n[domains.A]\ntables = ["x"]\n',
    ),
    "no line end": ('repo = "R"', 'repo = "R"\nowned_by_ash = ["orders"]\n'),
    "one line": ('owned_by_ash = ["a"] # x\n', 'owned_by_ash = ["a", "orders"] # x\n'),
    "a comma behind": ("owned_by_ash = ['a',]\n", "owned_by_ash = ['a', \"orders\",]\n"),
    "lines": (
        'owned_by_ash = [\n  "a",\n  "b], # c", # it\'s\n]\nrepo = "R"\n',
        'owned_by_ash = [\n  "a",\n  "b], # c",\n  "orders", # it\'s\n]\nrepo = "R"\n',
    ),
    "lines without a comma behind": (
        'owned_by_ash = [\n  "a",\n  "b"\n]\n',
        'owned_by_ash = [\n  "a",\n  "b",\n  "orders"\n]\n',
    ),
    "Windows": (
        'repo = "R"\r\n[domains.A]\r\n',
        'repo = "R"\r\nowned_by_ash = ["orders"]\r\n[domains.A]\r\n',
    ),
}


@pytest.mark.parametrize(("before", "after"), PUT.values(), ids=PUT)
def test_it_is_put_into_the_list_and_taken_out_again(before: str | None, after: str) -> None:
    assert with_owned(before, ["orders"]) == after
    taken = without_owned(after, ["orders"])
    assert taken == (before + "\n" if before == 'repo = "R"' else before)


@pytest.mark.parametrize("before", [before for before, _ in PUT.values()], ids=PUT)
def test_so_are_several(before: str | None) -> None:
    names = ["orders", "billing.a b", 'odd"name']
    text = with_owned(before, names)
    assert tomllib.loads(text)["owned_by_ash"][-3:] == names
    for name in ("billing.a b", "orders", 'odd"name'):
        left = without_owned(text, [name])
        text = left or ""
    assert text.rstrip("\n") == (before or "").rstrip("\n")


def test_an_empty_list_is_filled() -> None:
    assert with_owned("owned_by_ash = []\n", ["a"]) == 'owned_by_ash = ["a"]\n'


@pytest.mark.parametrize(
    "text",
    ['"owned_by_ash" = ["a"]\n'],
)
def test_where_the_list_is_not_clear_nothing_is_edited(text: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        with_owned(text, ["orders"])
    [problem] = caught.value.problems
    assert problem.what == 'The place of "orders" in owned_by_ash is not clear.'


def test_what_a_pattern_takes_for_something_else_is_a_wildcard() -> None:
    assert owned_text(Name("public", "a*")) == "a?"
    assert owned_text(Name("x.y", "a.b")) == "x?y.a.b"
    assert owned_text(Name("public", "a.b")) == "public.a.b"
    assert owned_text(Name("billing", "users")) == "billing.users"
