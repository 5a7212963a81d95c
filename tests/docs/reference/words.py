"""What the pages of the reference have in common: their first lines, tables, texts of the code."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Sequence
from types import ModuleType

from tests.docs.pages import ROOT

FOLDER = ROOT / "docs" / "reference"


def first_lines(title: str, source: str) -> list[str]:
    """Return the title of a page, below what it is made of."""
    made = f"<!-- Made of {source} by `python -m tests.docs.reference`. Change it there. -->"
    return [made, "", f"# {title}", ""]


# What is code in the help of a command, which is plain text: options, variables, addresses, files,
# tables of the configuration, modules, and names with underscores.
_CODE = re.compile(
    r"--[a-z][a-z-]*|\$?\b[A-Z]+_[A-Z_]+\b|[a-z]+://\S+?(?=[.,;]?(?: |$))"
    r"|\b[\w./-]+\.(?:toml|exs?|sql|md|yml)\b|\[+\w[^\]]*\]+|'\*'"
    r"|\b[A-Z]\w*(?:\.[A-Z]\w*)+|\?\w+=\w+|(?<![\w/?])(?:[\w.]+/)*[a-z]+(?:_[a-z]+)+\b",
    re.MULTILINE,
)


def marked(text: str) -> str:
    """Return a text of the help as Markdown: its code in backquotes."""
    parts = text.replace("\\[", "[").split("`")
    parts[::2] = [
        _CODE.sub(r"`\g<0>`", re.sub(r"(?<!')\*|\b_|_\b", r"\\\g<0>", part)) for part in parts[::2]
    ]
    return "`".join(parts)


def cell(text: str) -> str:
    """Return a text as a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table, and an empty one behind them."""
    lines = [headers, ["---"] * len(headers), *rows]
    return [*(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines), ""]


def page(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"


def texts_below(module: ModuleType, name: str) -> dict[str, str]:
    """Return the text that stands below each field or member of a class, by its name."""
    [found] = [
        node
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.ClassDef) and node.name == name
    ]
    texts, last = dict[str, str](), ""
    for node in found.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            last = node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            last = node.targets[0].id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and last:
            texts[last] = " ".join(str(node.value.value).split())
        else:
            last = ""
    return texts
