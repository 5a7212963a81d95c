"""The README is what one reads in two minutes."""

from __future__ import annotations

from tests.docs.pages import ROOT, blocks, pages, read

MOST_LINES = 130


def test_it_begins_with_the_two_commands() -> None:
    first, second = blocks("README.md")[0].text.splitlines()
    assert first.startswith("make demo ")
    assert second.startswith("make test ")
    assert read("README.md").index("```") < 700


def test_it_stays_short() -> None:
    assert len(read("README.md").splitlines()) <= MOST_LINES


def test_the_overview_names_each_page_of_guide_how_to_and_topics() -> None:
    overview = (ROOT / "docs/index.md").read_text()
    named = [page.removeprefix("docs/") for page in pages() if page.count("/") == 2]
    told = [page for page in named if not page.startswith("reference/")]
    assert told
    assert [page for page in told if f"]({page})" not in overview] == []
