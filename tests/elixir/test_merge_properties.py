"""Whatever a person did to a file and whatever became of the table: nothing is lost."""

from __future__ import annotations

import re

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.elixir.merging import (
    EDITS,
    MODULE,
    NAMES,
    Dice,
    Edit,
    attributes,
    changed_option,
    comment_line,
    deleted,
    edited,
    own_action,
    own_option,
    own_section,
    render,
    reordered,
    resources,
    trailing,
    tweaked,
    units,
)

from ash_scaffold.ash.model import Resource
from ash_scaffold.elixir.merge import (
    MergeContext,
    Merged,
    assemble,
    entities,
    merge,
    merge_narrow,
)
from ash_scaffold.problem import ScaffoldError
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse

QUICK = settings(max_examples=120, deadline=None, print_blob=True)


def heredoc(text: str, where: float, mark: str) -> str:
    """Write a text that looks like code between attributes, or into one."""
    words = ['"""', f"# {mark}", "attribute :total, :string", "end", '"""']
    return _put(text, where, f"description {words[0]}", *words[1:])


def text_with_words(text: str, where: float, mark: str) -> str:
    return _put(text, where, f'attribute :{mark}, :string, default: "do end #{{1}} fn -> end"')


def nested(text: str, where: float, mark: str) -> str:
    return _put(text, where, f"attribute :{mark}, :map do", "  validate do", "    end", "end")


def unfinished(text: str, where: float, mark: str) -> str:
    return _put(text, where, f"attribute :{mark}, :string do")


def _put(text: str, where: float, *new: str) -> str:
    """Put lines before a line of a section."""
    lines = text.split("\n")
    places = [i for i, line in enumerate(lines) if re.match(r"    (  )?(\w+ |end)", line)]
    if places:
        place = places[int(where * (len(places) - 1))]
        lines[place:place] = ["    " + line for line in new]
    return "\n".join(lines)


def taken_out(text: str, where: float, _mark: str) -> str:
    """Take out any entity, with or without the blank line below."""
    lines, (start, end) = text.split("\n"), _entity_lines(text, where)
    del lines[start : end + (where < 0.5)]
    return "\n".join(lines)


def moved(text: str, where: float, _mark: str) -> str:
    """Put any entity elsewhere, or twice."""
    lines, (start, end) = text.split("\n"), _entity_lines(text, where)
    own = lines[start:end]
    if where < 0.8:
        del lines[start:end]
    place, _ = _entity_lines("\n".join(lines), 1 - where)
    lines[place:place] = own
    return "\n".join(lines)


def same_name(text: str, where: float, _mark: str) -> str:
    """Give an entity the name of another one."""
    lines = text.split("\n")
    (first, _), (second, _) = _entity_lines(text, where), _entity_lines(text, 1 - where)
    named = re.search(r":\w+", lines[second])
    if named is not None:
        lines[first] = re.sub(r":\w+", named[0], lines[first], count=1)
    return "\n".join(lines)


def tweaked_once(dice: Dice, resource: Resource) -> Resource:
    """Change little: what most changes of a schema come to."""
    there = {each.name for each in resource.attributes}
    kept = list(resource.attributes)
    for name in dice.some([name for name in NAMES if name not in there], 2):
        kept.insert(dice.randint(0, len(kept)), attributes(dice, name))
    place = dice.randint(0, len(kept) - 1)
    if kept[place].name != "id" and dice.yes():
        kept[place] = attributes(dice, kept[place].name)
    other = resources(dice)
    changes: dict[str, object] = {}
    if dice.random() < 0.3:
        checks = {
            each.name: each for each in (*resource.check_constraints, *other.check_constraints)
        }
        changes["check_constraints"] = tuple(checks[name] for name in sorted(checks))
    if dice.random() < 0.3:
        related = {each.name: each for each in (*other.relationships, *resource.relationships)}
        changes["relationships"] = tuple(related[name] for name in sorted(related))
    if dice.random() < 0.3:
        found = {each.name: each for each in (*other.identities, *resource.identities)}
        changes["identities"] = tuple(found[name] for name in sorted(found))
    return msgspec.structs.replace(resource, attributes=tuple(kept), **changes)


def _entity_lines(text: str, where: float) -> tuple[int, int]:
    """Return the first line of an entity, and the one behind its last line."""
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if re.match(r"    (  )?\w+ :", line)]
    if not starts:
        return 0, 0
    start = starts[int(where * (len(starts) - 1))]
    if not lines[start].endswith(" do"):
        return start, start + 1
    close = lines[start][: -len(lines[start].lstrip())] + "end"
    return start, lines.index(close, start) + 1 if close in lines[start:] else start + 1


def other_use(text: str, where: float, mark: str) -> str:
    """Give `use` more options, another layout, or options that it may not have."""
    more = [f"authorizers: [Own.M{mark}]", f"extensions: [Own.M{mark}]", f"of: Own.M{mark}"]
    option = more[int(where * 2.99)]
    return text.replace("domain: App.Shop,", f"{option},\n    domain: App.Shop,", 1)


NEAR_EDITS: list[Edit] = [
    changed_option, comment_line, deleted, heredoc, moved, nested, other_use, own_action,
    own_option, reordered, same_name, taken_out, text_with_words, trailing, unfinished,
]  # fmt: skip
KINDS: list[list[Edit]] = [[comment_line, own_action, own_section], EDITS, NEAR_EDITS]


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
def test_a_narrow_merge_is_the_merge_of_the_whole_file(seed: int) -> None:
    found, whole = both_merges(seed)
    if found is not None:
        assert found == whole


def both_merges(seed: int) -> tuple[Merged | None, Merged | None]:
    """Merge by way of what changes, and the whole file; None where that can't be, or fails."""
    dice = Dice(seed)
    resource = resources(dice)
    changed = tweaked(dice, resource) if dice.yes() else tweaked_once(dice, resource)
    base, theirs = render(resource), render(changed)
    edits = dice.one(KINDS)
    ours = base
    for number in range(dice.randint(0, 6)):
        tree = parse(ours.encode())
        if tree.fault is None and any(each.name == MODULE for each in modules(tree)):
            ours = dice.one(edits)(ours, dice.random(), f"person_{number}")
    if dice.random() < 0.05:
        broken = [ours.replace("  end\n", "", 1), ours + "end\n", ours.replace("end", "en", 1)]
        ours = dice.one([ours.replace("\n", "\r\n"), *broken])
    context = MergeContext(scope="orders")
    parts = entities(base), entities(theirs)
    found = merge_narrow(ours, *parts, theirs, module=MODULE, context=context)
    try:
        return found, merge(ours.encode(), base, theirs, module=MODULE, context=context)
    except ScaffoldError:
        return found, None
