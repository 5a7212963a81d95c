"""The proposal as text, beside what a person wrote."""

from __future__ import annotations

import tomllib
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ash_scaffold.config import parse_config
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.propose.config_text import appended, new_file
from ash_scaffold.propose.domains import DomainProposal, Member

BLOG = DomainProposal(
    "App.Blog",
    "The legacy context Legacy.Blog: 1 Ecto schema.",
    (
        Member(Name("public", "posts"), "Ecto schema Legacy.Blog.Post"),
        Member(Name("audit", "Log"), "schema audit"),
    ),
)
BLOCK = """
[domains."App.Blog"]
# The legacy context Legacy.Blog: 1 Ecto schema.
tables = [
  "posts", # Ecto schema Legacy.Blog.Post
  "audit.Log", # schema audit
]
"""


def test_a_new_file_says_what_it_is_and_why_each_line_is_there() -> None:
    text = new_file(("App.Repo", "lib/app/repo.ex"), "priv/repo/structure.sql", [BLOG])
    assert (
        text
        == (
            "# What ash-scaffold writes, and where. Proposed by `ash-scaffold init`: change what\n"
            "# you like. Another run adds entries for tables that are in no domain, and leaves\n"
            "# the others as they are.\n"
            "\n"
            'repo = "App.Repo" # lib/app/repo.ex\n'
            'dump = "priv/repo/structure.sql" # read where no URL is given, as init did\n'
        )
        + BLOCK
    )


@pytest.mark.parametrize(
    ("legacy", "line"),
    [
        ("../old/lib", 'legacy = "../old/lib" # as init was told\n'),
        (False, "legacy = false # as init was told\n"),
    ],
)
def test_a_new_file_says_where_the_legacy_code_is(legacy: str | Literal[False], line: str) -> None:
    text = new_file(None, None, [BLOG], None, legacy)
    assert text.endswith(f"\n\n{line}{BLOCK}")
    assert parse_config(text).legacy == legacy


def test_entries_go_behind_all_that_a_person_wrote() -> None:
    own = '# ours\nrepo = "App.Repo"\n[domains."App.Shop"] # mine\ntables = ["a"]'
    assert appended(own, [BLOG]) == f"{own}\n{BLOCK}"
    assert appended(own, []) == own
    assert appended("", [BLOG]) == BLOCK


def test_a_file_with_windows_line_breaks_keeps_to_them() -> None:
    own = 'repo = "App.Repo"\r\n'
    assert appended(own, [BLOG]) == own + BLOCK.replace("\n", "\r\n")


@given(st.lists(st.text(min_size=1).filter(lambda text: "\0" not in text), min_size=1))
def test_whatever_a_table_is_called_its_name_is_data(names: list[str]) -> None:
    members = tuple(Member(Name("s", name), f"named after {name}") for name in dict.fromkeys(names))
    text = new_file(None, None, [DomainProposal("App.Other", "x", members)])
    assert tomllib.loads(text)["domains"]["App.Other"]["tables"] == [
        member.pattern for member in members
    ]
    assert all(char.isprintable() or char == "\n" for char in text)


def test_names_with_a_dot_in_public_are_told_from_schemas() -> None:
    member = Member(Name("public", "a.b"), "")
    config = parse_config(new_file(None, None, [DomainProposal("App.X", "x", (member,))]))
    assert config.domains["App.X"].tables == ("public.a.b",)
