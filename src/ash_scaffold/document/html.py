"""The schema document as one HTML file that needs nothing else: no network, no second file.

Text of the database reaches the page only as JSON in a data block, and from there only as text
nodes. The page's policy lets no script run but the packaged ones, by their hashes, loads nothing
and allows no text to be taken for markup.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import date
from functools import cache

import msgspec

from ash_scaffold.document.history import MOST_POINTS, MOST_TABLES
from ash_scaffold.document.model import Document, Earlier
from ash_scaffold.packaged import data_path

# In the order in which they need each other; all share one scope.
_SCRIPTS = (
    "page.dom.js",
    "page.model.js",
    "page.list.js",
    "page.layout.js",
    "page.diagram.js",
    "page.views.js",
    "page.table.js",
    "page.columns.js",
    "page.plan.js",
    "page.history.js",
    "page.js",
)

# Characters that end a data block or begin a comment in it (HTML), or end a line (JavaScript
# before 2019). In JSON they occur only inside strings, where an escape means the same.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&`\u2028\u2029"}


_DATA = re.compile(rb'<script type="application/json" id="data">([^<]*)</script>')


class _Kept(msgspec.Struct, frozen=True):
    """The part of a page's data that a later page may keep."""

    history: tuple[Earlier, ...] = ()


def page(document: Document) -> str:
    """Return the page of a document: the same bytes for the same document.

    It is complete HTML5, to be written as UTF-8 without translating line ends, which the hashes
    in its policy cover.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    scripts = [_file(name) for name in _SCRIPTS]
    style = _file("page.css")
    return environment.from_string(_file("page.html.j2")).render(
        policy=_policy(scripts, style),
        title=_one_line(f"{document.overview.application}: database schema"),
        name=_one_line(document.overview.application),
        css=Markup(style),
        scripts=[Markup(script) for script in scripts],
        data=Markup(_data_block(document)),
    )


def _data_block(document: Document) -> str:
    return msgspec.json.encode(document).decode().translate(_ESCAPES)


def kept_history(content: bytes) -> tuple[Earlier, ...]:
    """Return the history in a page that was written before, empty where it has none to be read.

    The page is a file of a repository: what is no date or no number is refused with all the rest.
    """
    found = _DATA.search(content)
    if found is None:
        return ()
    try:
        history = msgspec.json.decode(found[1], type=_Kept).history
        days = [date.fromisoformat(each.on).isoformat() for each in history]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ()
    counts = (count for each in history for count in msgspec.structs.astuple(each.progress))
    right = all(0 <= count < MOST_TABLES for count in counts)
    return history if right and days == [each.on for each in history][:MOST_POINTS] else ()


def _policy(scripts: Sequence[str], style: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(_hash(script) for script in scripts)}",
            f"style-src {_hash(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _file(name: str) -> str:
    return (data_path("templates") / "document" / name).read_text(encoding="utf-8")
