"""The committed pages of the reference are what is made of the code."""

from __future__ import annotations

import os
import re
from types import ModuleType

import pytest
from tests.docs.reference.pages import PAGES
from tests.docs.reference.words import FOLDER, cell, marked, texts_below

from ash_scaffold.problem import Code

HOW = "Write the pages anew: python -m tests.docs.reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    if os.environ.get("UPDATE_GOLDEN") == "1":
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), HOW


def test_each_page_is_made_but_the_list_of_them() -> None:
    there = {path.name for path in FOLDER.iterdir()}
    assert there == {*PAGES, "index.md"}


def test_each_code_has_its_anchor_once() -> None:
    headings = re.findall(r"^### `(.*)`$", PAGES["problems.md"](), re.MULTILINE)
    assert sorted(headings) == sorted(Code)


def test_the_text_below_a_field_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        'class One:\n    """Not this."""\n\n    a: int = 1\n    """Of\n    a."""\n    b: int = 2\n'
        '    C = 3\n    """Of C."""\n\n    def f(self):\n        """Nor this."""\n'
    )
    monkeypatch.setattr("inspect.getsource", lambda _module: source)
    assert texts_below(ModuleType("one"), "One") == {"a": "Of a.", "C": "Of C."}


def test_the_help_is_written_as_markdown() -> None:
    text = (
        "Set --url to postgres://me@host/name. Or $DATABASE_URL, MIX_ENV, a/b.toml; `--json` or "
        "'*' | _x of \\[verify] in priv/ash_scaffold; ?a=b, App.Types, and so on: schema.table."
    )
    assert cell(marked(text)) == (
        "Set `--url` to `postgres://me@host/name`. Or `$DATABASE_URL`, `MIX_ENV`, `a/b.toml`; "
        "`--json` or `'*'` \\| \\_x of `[verify]` in `priv/ash_scaffold`; `?a=b`, `App.Types`, "
        "and so on: schema.table."
    )
