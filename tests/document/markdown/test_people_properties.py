"""Whatever people write into the document, and whatever becomes of the schema: nothing is lost."""

from __future__ import annotations

import random
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.document.documents import INDEX, document, link, table

from ash_scaffold.document.markdown.blocks import is_marker
from ash_scaffold.document.markdown.render import render_markdown
from ash_scaffold.document.model import Document, Proposal, ProposalKind, Table
from ash_scaffold.postgres.catalog import Name

QUICK = settings(max_examples=80, deadline=None, print_blob=True)
SEEDS = st.integers(0, 2**40)
WORDS = ("users", "posts", "tags", "posts_tags", "orders", "WebhookEvent", "odd name", "a.b")
TEXTS = (
    "{}",
    "{} in a paragraph\nof two lines",
    "- {}\n- [ ] and a list",
    "# {}",
    "## {}\n\nA section.",
    "#### {}",
    "###### {}\n\ndeep",
    "```sh\n# {} is no heading\n```",
    "~~~\n## {}\n```\n~~~",
    "| {} | b |\n| --- | --- |",
    "<!-- {} -->",
    "> {}\u2028after a separator",
    "{}\x0b\x0c\x85",
    "    {} <!-- ash-scaffold is a tool -->",
    "{}   ",
    "\n\n{}\n\n\n",
)

Files = dict[str, str]


def schema(dice: random.Random) -> Document:
    """Draw a schema: some tables in two domains or none, with users, links and proposals."""
    return assemble(
        dice,
        [
            table(
                name,
                *dice.sample(["id", "name", "kind", "user_id", "post_id"], dice.randint(1, 5)),
                domain=dice.choice(["App.Core", "App.Sales", None]),
                uses=dice.sample(["App.One", "App.Two", "App.Three"], dice.randint(0, 3)),
                shape=str(dice.random()),
            )
            for name in dice.sample(WORDS, dice.randint(0, 6))
        ],
    )


def assemble(dice: random.Random, tables: list[Table]) -> Document:
    ordered = sorted(tables, key=lambda each: each.name)
    names = [each.name.name for each in ordered]
    return document(
        *ordered,
        links=[
            link(a, b, "some_id") for a in names for b in names if dice.random() < 0.2 and a <= b
        ],
        proposals=[
            Proposal(kind=kind, table=Name("public", name), columns=("id",), why="because")
            for kind in ProposalKind
            for name in names
            if dice.random() < 0.5
        ],
    )


def tweaked(dice: random.Random, before: Document) -> Document:
    """Drop, add, rename, move and change tables."""
    tables: list[Table] = []
    for each in before.tables:
        what = dice.random()
        if what < 0.25:
            continue
        if what < 0.4:
            name = Name("public", f"{each.name.name}_renamed")
            each = replace(each, name=name)  # the shape stays
        elif what < 0.55:
            each = replace(each, domain=dice.choice(["App.Core", "App.Other", None]))
        elif what < 0.7:
            other = table(each.name, "id", "fresh", domain=each.domain, uses=["App.Two"])
            each = replace(other, shape=str(dice.random()))
        tables.append(each)
    if dice.random() < 0.4:
        tables.append(table("brand_new", "id", "name", shape=str(dice.random())))
    return assemble(dice, tables)


def run(found: Document, files: Files, *, split: bool | None = None) -> Files:
    merged = render_markdown(found, INDEX, files, split=split)
    assert merged.problems == ()
    return {path: text for path, text in merged.files.items() if text is not None}


def places(lines: list[str]) -> list[int]:
    """Return where a person can write: before these lines, outside of every block."""
    found, inside = [], False
    for number, line in enumerate(lines):
        if not inside:
            found.append(number)
        if is_marker(line):
            inside = "begin" in line
    return [*found, len(lines)]


def written(dice: random.Random, files: Files) -> tuple[Files, list[str]]:
    """Let a person write here and there; return the files, and what was written."""
    texts: list[str] = []
    result = {}
    for path, text in files.items():
        lines = re.split(r"(?<=\n)", text)
        chosen = sorted(dice.choices(places(lines), k=dice.randint(0, 5)), reverse=True)
        for place in chosen:
            said = dice.choice(TEXTS).format(f"person_{len(texts)}_x")
            is_last = place == len(lines) and place == chosen[0]
            lines.insert(place, said + ("" if is_last and dice.random() < 0.3 else "\n"))
            texts.append(said)
        result[path] = "".join(lines)
        if dice.random() < 0.15:
            result[path] = result[path].replace("\n", "\r\n")
    return result, texts


def flat(text: str) -> str:
    return text.replace("\r\n", "\n")


@QUICK
@given(SEEDS)
def test_what_stands_outside_of_the_blocks_survives_any_schema_change(seed: int) -> None:
    dice = random.Random(seed)
    before = schema(dice)
    files, texts = written(dice, run(before, {}, split=dice.random() < 0.3))

    now = run(tweaked(dice, before), files, split=dice.choice([None, None, True, False]))

    everything = "\n".join(flat(text) for text in now.values())
    for text in texts:
        assert everything.count(text) == 1, text


@QUICK
@given(SEEDS)
def test_the_second_run_has_nothing_to_do(seed: int) -> None:
    dice = random.Random(seed)
    before = schema(dice)
    after = tweaked(dice, before)
    files, _ = written(dice, run(before, {}, split=dice.random() < 0.3))

    once = run(after, files)

    assert run(after, once) == once


@QUICK
@given(SEEDS)
def test_without_a_schema_change_not_a_byte_changes(seed: int) -> None:
    dice = random.Random(seed)
    found = schema(dice)
    files, _ = written(dice, run(found, {}, split=dice.random() < 0.3))

    assert run(found, files) == files


@QUICK
@given(SEEDS)
@example(651584103805)  # a heading between two tables, and a new domain comes there and goes
def test_a_schema_that_comes_back_brings_its_text_back(seed: int) -> None:
    dice = random.Random(seed)
    before = schema(dice)
    files, texts = written(dice, run(before, {}))

    back = run(before, run(tweaked(dice, before), files))

    everything = "\n".join(flat(text) for text in back.values())
    for text in texts:
        assert everything.count(text) == 1, text
    assert "archived." not in everything


@QUICK
@given(SEEDS)
def test_remarks_ticks_and_lines_in_lists_survive_any_schema_change(seed: int) -> None:
    dice = random.Random(seed)
    before = schema(dice)
    lines = run(before, {})[INDEX].split("\n")
    marks: list[str] = []
    ticked = 0
    for number, line in enumerate(lines):
        if not line.startswith(("- `", "- [ ] ", "| `", "| [`")) or dice.random() < 0.6:
            continue
        mark = f"person_{len(marks)}_x"
        if dice.random() < 0.3:
            lines[number] = f"{line}\n- {mark}" if line[0] == "-" else f"{line}\n| {mark} | |"
        elif line[0] == "|":
            lines[number] = f"{line[:-1]}{mark} |"
        else:
            ticked += line.startswith("- [ ]")
            lines[number] = f"{line.replace('[ ]', '[x]', 1)} ({mark})"
        marks.append(mark)
    text = "\n".join(lines)

    now = run(tweaked(dice, before), {INDEX: text})

    everything = "\n".join(now.values())
    assert sorted(re.findall(r"person_\d+_x", everything)) == sorted(marks)
    assert everything.count("[x]") == ticked


@QUICK
@given(SEEDS)
def test_an_edit_inside_a_block_is_never_lost_without_a_word(seed: int) -> None:
    dice = random.Random(seed)
    before = schema(dice)
    lines = run(before, {})[INDEX].split("\n")
    outside = set(places(lines))
    inside = [
        number for number, line in enumerate(lines) if number not in outside and not is_marker(line)
    ]
    place = dice.choice(inside)
    lines.insert(place, "person_0_x")

    merged = render_markdown(tweaked(dice, before), INDEX, {INDEX: "\n".join(lines)})

    assert "\n".join(text or "" for text in merged.files.values()).count("person_0_x") == 1
