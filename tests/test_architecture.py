"""The picture of the packages in `docs/design.md` is true: no import that it does not show."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "ash_scaffold"
# The program's entry and the module of the version number import nothing worth a picture.
_OUTSIDE = {"__init__", "__main__"}
_ARROW = re.compile(r"^\s*(\w[\w &]*) --> (\w[\w &]*)$")

Graph = Mapping[str, frozenset[str]]


def drawn(text: str) -> Graph:
    """Return the arrows of the first Mermaid block: what each package points at."""
    block = text.split("```mermaid\n")[1].split("```")[0]
    arrows: dict[str, set[str]] = {}
    for line in block.splitlines():
        match = _ARROW.match(line)
        if match is None:
            continue
        for start in match[1].split(" & "):
            arrows.setdefault(start, set()).update(match[2].split(" & "))
    return {start: frozenset(ends) for start, ends in arrows.items()}


def imported(folder: Path) -> Graph:
    """Return what each package imports, at the top of a module or inside of a function."""
    found: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        package = path.relative_to(folder).with_suffix("").parts[0]
        if package in _OUTSIDE:
            continue
        others = found.setdefault(package, set())
        others.update(name for name in imports(path.read_text()) if name != package)
    return {package: frozenset(others) for package, others in found.items()}


def imports(source: str) -> Iterator[str]:
    """Give the packages of `ash_scaffold` that a module imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "ash_scaffold":
            names = [f"ash_scaffold.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            root, _, rest = name.partition(".")
            if root == "ash_scaffold" and rest and rest.split(".")[0] != "__version__":
                yield rest.split(".")[0]


def reached(graph: Graph, start: str) -> frozenset[str]:
    """Return all that arrows lead to."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for end in graph.get(waiting.pop(), frozenset()) - found:
            found.add(end)
            waiting.append(end)
    return frozenset(found)


@pytest.fixture(scope="module")
def picture() -> Graph:
    return drawn((ROOT / "docs" / "design.md").read_text())


@pytest.fixture(scope="module")
def code() -> Graph:
    return imported(SOURCE)


def test_no_import_goes_where_no_arrow_leads(picture: Graph, code: Graph) -> None:
    assert {
        f"{package} imports {other}"
        for package, others in code.items()
        for other in others - reached(picture, package)
    } == set()


def test_each_arrow_is_an_import(picture: Graph, code: Graph) -> None:
    assert {
        f"{package} --> {other}"
        for package, others in picture.items()
        for other in others - code.get(package, frozenset())
    } == set()


def test_each_package_is_in_the_picture(picture: Graph, code: Graph) -> None:
    assert picture.keys() | frozenset().union(*picture.values()) == code.keys()


def test_no_package_imports_itself_by_way_of_others(code: Graph) -> None:
    assert [package for package in code if package in reached(code, package)] == []


def test_a_forbidden_import_is_found(tmp_path: Path) -> None:
    (tmp_path / "low").mkdir()
    (tmp_path / "low" / "a.py").write_text(
        "def f():\n    from ash_scaffold.high.b import g\n    import ash_scaffold.middle\n"
    )
    (tmp_path / "high.py").write_text("from ash_scaffold import low, __version__\n")
    assert imported(tmp_path) == {
        "low": frozenset({"high", "middle"}),
        "high": frozenset({"low"}),
    }
    assert drawn("```mermaid\nflowchart TD\n  a & b --> c & d\n  c --> e\n```\n") == {
        "a": frozenset({"c", "d"}),
        "b": frozenset({"c", "d"}),
        "c": frozenset({"e"}),
    }
    assert reached({"a": frozenset({"b"}), "b": frozenset({"c"})}, "a") == {"b", "c"}
