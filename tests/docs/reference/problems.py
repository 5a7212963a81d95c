"""The page of problems: each code with its cause and its cure, under an anchor of its own."""

from __future__ import annotations

import re

from tests.docs.reference.words import first_lines, marked, page

from ash_scaffold.cli.arguments import COMMANDS
from ash_scaffold.explanations import EXPLANATIONS, groups
from ash_scaffold.problem import Code

_ABOUT = """\
A problem is printed with its severity and, in brackets, its code: what is the case, where, and what
to do. `ash-scaffold explain CODE` prints what stands here."""
# A code with a hyphen in a text is meant as one.
_CODE = re.compile("|".join(rf"(?<![\\w`-]){code}(?![\\w`-])" for code in Code if "-" in code))


def problems() -> str:
    """Return the page."""
    lines = first_lines("Problems", "`explanations.py` and `problem.py`")
    lines += [*_ABOUT.splitlines(), ""]
    for title, codes in groups():
        lines += [f"## {title}", ""]
        for code in codes:
            lines += _problem(code)
    return page(lines)


def _problem(code: Code) -> list[str]:
    found = EXPLANATIONS[code]
    lines = [
        f"### `{code}`",
        "",
        _text(found.cause),
        "",
        f"**What to do:** {_text(found.cure)}",
        "",
    ]
    if found.example:
        language = "sh" if found.language == "console" else found.language
        lines += [f"```{language}", *found.example.splitlines(), "```", ""]
    everywhere = set(found.commands) == set(COMMANDS)
    names = "every command" if everywhere else ", ".join(f"`{name}`" for name in found.commands)
    return [*lines, f"{code.severity.capitalize()}, said by {names}.", ""]


def _text(text: str) -> str:
    """Return a text with its code marked, and with links to the other codes in it."""
    return _CODE.sub(r"[`\g<0>`](#\g<0>)", marked(text))
