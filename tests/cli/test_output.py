"""What is printed to a pipe without rich is what rich prints."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ash_scaffold.cli import output

TEXTS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=12)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=5)
)


def lines(found: list[str]) -> list[str]:
    return [line.rstrip() for line in found if output._BLANK.sub("", line)]


@given(TEXTS, TABLES)
@example("", [["table", "file"], ["users", "created"], ["", ""], [" a", "b "]])
@example("Checked", [["a"], ["x" * 20]])
def test_a_table(title: str, cells: list[list[str]]) -> None:
    plain = output._plain_table(title, cells)
    if plain is not None:
        assert lines(plain) == lines(output._rich_table(title, cells))


@given(st.lists(st.text(max_size=40), max_size=3))
@example(["a\n b  ", "", "  "])
@example(["[bold]x[/] :smile: 12", "日本 é"])
def test_a_line(texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        printed = []
        for plain in (True, False):
            stream = Recorded()
            patch.setattr("sys.stdout", stream)
            patch.setattr(output, "_is_plain", lambda _stream, plain=plain: plain)
            output.console().print(*texts)
            printed.append("".join(stream.texts))
    assert printed[0] == printed[1]


class Recorded:
    """A stream of no terminal."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def write(self, text: str) -> int:
        self.texts.append(text)
        return len(text)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False
