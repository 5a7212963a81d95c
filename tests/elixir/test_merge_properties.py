"""Whatever a person did to a file and whatever became of the table: nothing is lost."""

from __future__ import annotations

import re

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.elixir.merging import (
    EDITS,
    MODULE,
    Dice,
    comment_line,
    deleted,
    edited,
    own_action,
    own_section,
    render,
    resources,
    tweaked,
    units,
)

from ash_scaffold.elixir.merge import MergeContext, assemble, entities, merge, merge_additions
from ash_scaffold.syntax.parse import parse

QUICK = settings(max_examples=120, deadline=None, print_blob=True)


class Case(msgspec.Struct, frozen=True):
    """What was generated, what would be, and the person's file."""

    base: str
    theirs: str
    ours: bytes


def draw(seed: int, *, deletes: bool = True) -> Case:
    dice = Dice(seed)
    resource = resources(dice)
    base, theirs = render(resource), render(tweaked(dice, resource))
    ours = edited(dice, base, EDITS if deletes else [e for e in EDITS if e is not deleted])
    if dice.random() < 0.2:
        ours = ours.replace("\n", "\r\n")
    return Case(base, theirs, ours.encode())


def person_lines(text: bytes) -> list[str]:
    """Return what stands on the person's lines: a mark, and the comment or code of it."""
    return sorted(re.findall(r"(?:# |:|\"|\.M)person_\d+(?:_x)?\b", text.decode()))


def lines(text: str | bytes) -> list[str]:
    text = text.decode() if isinstance(text, bytes) else text
    found = (line.strip() for line in text.splitlines())
    return sorted(line for line in found if line and not line.startswith("#"))


@QUICK
@given(st.integers(0, 2**40))
def test_whatever_a_person_did_nothing_is_lost(seed: int) -> None:
    case = draw(seed)
    base, theirs, ours = case.base, case.theirs, case.ours
    first = merge(ours, base, theirs, module=MODULE, context=MergeContext(scope="orders"))
    assert person_lines(first.text) == person_lines(ours)
    assert parse(first.text).fault is None
    assert "orders" not in first.unresolved
    ends = b"\r\n" if b"\r\n" in ours else b"\n"
    assert first.text.count(ends) == first.text.count(b"\n")

    # A second run changes nothing and says the same, also from a base that was stored.
    stored = assemble(MODULE, entities(first.base))
    for again in (first.base, stored):
        second = merge(
            first.text, again, theirs, module=MODULE, context=MergeContext(scope="orders")
        )
        assert (second.text, second.unresolved) == (first.text, first.unresolved)

    # Nothing new changes nothing.
    still = merge(ours, base, base, module=MODULE)
    assert (still.text, still.conflicts, still.base) == (ours, (), base)


@QUICK
@given(st.integers(0, 2**40))
def test_an_unedited_file_becomes_what_is_generated(seed: int) -> None:
    case = draw(seed)
    merged = merge(case.base.encode(), case.base, case.theirs, module=MODULE)
    assert merged.conflicts == ()
    assert units(merged.text).content == units(case.theirs).content
    assert lines(merged.text) == lines(case.theirs)


# Two relationships of one key: one that is new had taken the other's place in the file.
@QUICK
@example(3970167374)
@example(423869828)
@given(st.integers(0, 2**40))
def test_a_tweak_undone_gives_the_file_back(seed: int) -> None:
    case = draw(seed, deletes=False)
    there = merge(case.ours, case.base, case.theirs, module=MODULE)
    back = merge(there.text, there.base, case.base, module=MODULE)
    if not there.conflicts:
        assert back.conflicts == ()
        assert units(back.text).content == units(case.ours).content


@QUICK
@given(st.integers(0, 2**40))
def test_a_merge_of_additions_is_the_merge_of_the_whole_file(seed: int) -> None:
    dice = Dice(seed)
    resource = resources(dice)
    base, theirs = render(resource), render(tweaked(dice, resource))
    ours = edited(dice, base, [comment_line, own_action, own_section])
    context = MergeContext(scope="orders")
    found = merge_additions(
        ours, entities(base), entities(theirs), theirs, module=MODULE, context=context
    )
    if found is not None:
        assert found == merge(ours.encode(), base, theirs, module=MODULE, context=context)
