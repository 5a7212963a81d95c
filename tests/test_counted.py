"""Numbers with their nouns."""

from __future__ import annotations

from ash_scaffold.counted import counted


def test_one_is_singular_and_every_other_number_plural() -> None:
    assert [counted(number, "more table") for number in (0, 1, 2)] == [
        "0 more tables",
        "1 more table",
        "2 more tables",
    ]
