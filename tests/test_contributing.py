"""The files and names that CONTRIBUTING and the design send people to are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ("CONTRIBUTING.md", "docs/design.md")
_FILE = re.compile(r"`([\w./-]+\.(?:py|sql|json|txt|md))`")
_NAME_IN_FILE = re.compile(r"`(\w+)`\)? (?:in|of) `([\w./-]+\.py)`|`(\w+)` \(`([\w./-]+\.py)`\)")
_FOLDERS = ("src/ash_scaffold", "tests", "benchmarks", "docs", "templates")


def found(name: str) -> list[Path]:
    """Return the files that a text may mean: from the root, or by the end of their path."""
    paths = [path for folder in _FOLDERS for path in (ROOT / folder).rglob(Path(name).name)]
    paths += [ROOT / name] if (ROOT / name).is_file() else []
    return [path for path in paths if f"/{path.relative_to(ROOT)}".endswith(f"/{name}")]


@pytest.mark.parametrize("page", PAGES)
def test_each_file_it_names_is_there(page: str) -> None:
    names = set(_FILE.findall((ROOT / page).read_text()))
    assert names
    assert {name for name in names if not found(name)} == set()


def test_each_name_is_in_the_file_that_is_given_for_it() -> None:
    text = " ".join((ROOT / "CONTRIBUTING.md").read_text().split())
    pairs = [(a or c, b or d) for a, b, c, d in _NAME_IN_FILE.findall(text)]
    assert len(pairs) >= 5
    missing = {
        f"{name} in {file}"
        for name, file in pairs
        if not any(re.search(rf"\b{name}\b", path.read_text()) for path in found(file))
    }
    assert missing == set()
