"""A page of at most so many lines takes the parts of the least rank, and names the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ash_scaffold.brief.fit import Item, Section, fitted


def item(name: str, rank: int = 0, lines: int = 1) -> Item:
    return Item(lines=tuple(f"{name}{number}" for number in range(lines)), name=name, rank=rank)


def page(limit: int | None, *sections: Section) -> list[str]:
    return fitted(("# Head",), sections, limit)


BIG = Section(title="Big", items=(item("a", 1, 9), item("b", 0, 2)))
ROWS = Section(
    title="Rows",
    intro=("| x |", "|---|"),
    items=(item("r", 2), item("s", 2), item("t", 2)),
    nouns=("row", "rows"),
    tight=True,
)


def test_without_a_limit_all_of_it_is_there() -> None:
    assert page(None, BIG, ROWS) == [
        *("# Head", "", "## Big", ""),
        *(f"a{number}" for number in range(9)),
        *("", "b0", "b1", "", "## Rows", "", "| x |", "|---|", "r0", "s0", "t0"),
    ]


def test_what_has_no_room_is_named() -> None:
    assert page(13, BIG, ROWS) == [
        *("# Head", "", "## Big", "", "b0", "b1", ""),
        *("**Left out here:** 1 of 2 parts: a.", ""),
        *("## Left out of this page", "", "- Rows: 3 rows: r; s; t"),
    ]


def test_of_a_list_none_is_passed_over_for_a_later_one() -> None:
    rows = Section(title="Rows", items=(item("r", 0, 6), item("s"), item("t")), tight=True)
    assert page(9, rows) == [
        *("# Head", "", "## Left out of this page", "", "- Rows: 3 parts: r; s; t")
    ]


def test_of_parts_a_smaller_one_is_taken_where_a_larger_has_no_room() -> None:
    parts = Section(title="Parts", items=(item("r", 0, 6), item("s")))
    assert page(9, parts) == [
        *("# Head", "", "## Parts", "", "s0", "", "**Left out here:** 1 of 2 parts: r.")
    ]


def test_a_section_without_items_stays() -> None:
    status = Section(title="Status", intro=("- as it is",))
    assert page(9, status, ROWS)[:5] == ["# Head", "", "## Status", "", "- as it is"]


def test_of_many_that_are_left_out_the_first_are_named() -> None:
    many = Section(title="Many", items=tuple(item(f"n{number}", 0, 9) for number in range(9)))
    assert page(9, many)[-1] == "- Many: 9 parts: n0; n1; n2; n3; and 5 more"


sections = st.lists(
    st.builds(
        lambda sizes, tight: Section(
            title="Section",
            items=tuple(item("i", rank, size) for rank, size in sizes),
            tight=tight,
        ),
        st.lists(st.tuples(st.integers(0, 3), st.integers(1, 12)), min_size=1, max_size=6),
        st.booleans(),
    ),
    max_size=5,
)


@given(sections, st.integers(9, 80))
def test_no_page_is_longer_than_it_may_be(given_sections: list[Section], limit: int) -> None:
    found = fitted(("# Head",), given_sections, limit)
    assert len(found) <= limit
    whole = fitted(("# Head",), given_sections, None)
    assert (found == whole) == (len(whole) <= limit)
