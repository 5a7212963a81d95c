"""What the pages show of a terminal is what a reader sees.

The blocks of a page happen one after the other in a copy of a project. `UPDATE_GOLDEN=1` writes
what came into the pages, with the same parts left out where that can be told.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from tests.docs.ground import Ground, MakeDatabase
from tests.docs.left_out import agree, cut_alike
from tests.docs.pages import LEFT_OUT, ROOT, Block, blocks, pages, read, replaced

UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"
# Why a command is not run; its line is checked all the same.
REASONS = {"elixir", "network", "other-project"}
MOST_RECORDED = 12
# The verbs by which a block of any language does something, or is looked at.
ACTING = ("run", "write", "append", "patch", "file")
_COMMAND = re.compile(r"^\$ (.*(?:\n> .*)*)\n?", re.MULTILINE)


def happens(block: Block) -> bool:
    """Whether a block is run, or what it shows looked at."""
    shown = block.language == "console" and block.told("recorded") is None
    return shown or any(block.told(verb) is not None for verb in ACTING)


PAGES = [page for page in pages() if any(map(happens, blocks(page)))]


def commands(block: Block) -> list[tuple[str, str]]:
    """Return the commands of a block, each with the output that is shown for it."""
    found = list(_COMMAND.finditer(block.text))
    if not found or found[0].start() != 0:
        raise ValueError(f"{block.place}: a block of a terminal begins with `$ `")
    ends = [*(each.start() for each in found[1:]), len(block.text)]
    return [
        (each[1].replace("\n> ", "\n"), block.text[each.end() : end])
        for each, end in zip(found, ends, strict=True)
    ]


class Run:
    """A page, from its first block to its last: what would have to be otherwise."""

    def __init__(self, place: Path, make_database: MakeDatabase) -> None:
        self.complaints: list[str] = []
        self.changes: dict[Block, str] = {}
        self._place = place
        self._make_database = make_database
        self._grounds = 0
        self._ground: Ground | None = None

    def do(self, block: Block) -> None:
        for direction in block.directions:
            if direction.verb == "project":
                self._start(direction.text)
            if direction.verb == "sql":
                self.ground.sql(direction.text)
            if direction.verb == "shell":
                self._quietly(block, direction.text)
        for direction in block.directions:
            if direction.verb in ("run", "patch"):
                self._run(block, direction.verb)
            if direction.verb in ("write", "append", "file"):
                self._with_file(block, direction.verb, self.ground.folder / direction.text)
        if block.language == "console" and block.told("recorded") is None:
            self._console(block)

    def _run(self, block: Block, verb: str) -> None:
        if verb == "patch":
            patch = self._place / "patch"
            patch.write_text(block.text)
            self._quietly(block, f"cd {self.ground.folder}; git apply --recount {patch}")
        elif block.language == "sql":
            self.ground.sql(block.text)
        else:
            self._quietly(block, block.text)

    def _with_file(self, block: Block, verb: str, file: Path) -> None:
        if verb == "file":
            self._compare(block, block.text, file.read_text() if file.exists() else "")
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text() + "\n" if verb == "append" and file.exists() else ""
        file.write_text(before + block.text)

    @property
    def ground(self) -> Ground:
        return self._ground or self._start("sample")

    def _start(self, name: str) -> Ground:
        place = self._place / str(self._grounds)
        place.mkdir()
        self._grounds += 1
        self._ground = Ground(place, name, self._make_database)
        return self._ground

    def _quietly(self, block: Block, command: str) -> None:
        done = self.ground.shell(f"set -e\n{command}")
        if done.code:
            self.complaints.append(f"{block.place}: {command} ended with {done.code}:\n{done.out}")

    def _console(self, block: Block) -> None:
        shown, came, codes = "", "", []
        for command, output in commands(block):
            done = self.ground.shell(command)
            line = "$ " + command.replace("\n", "\n> ") + "\n"
            shown += line + output
            came += line + done.out
            codes.append(done.code)
        expected = [0] * (len(codes) - 1) + [int(block.told("exit") or 0)]
        if codes != expected:
            self.complaints.append(
                f"{block.place}: exit codes {codes}, not {expected}; the last one may be told by "
                f"<!-- docs: exit N -->:\n{came}"
            )
        self._compare(block, shown, came)

    def _compare(self, block: Block, shown: str, came: str) -> None:
        if not agree(shown, came):
            self.changes[block] = cut_alike(shown, came)
            lines = difflib.unified_diff(shown.splitlines(), came.splitlines(), lineterm="", n=2)
            self.complaints.append(
                f"{block.place}: shown (-) and what came (+):\n" + "\n".join(lines)
            )


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on the PATH")
@pytest.mark.skipif(shutil.which("git") is None, reason="no git on the PATH")
@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_is_what_comes(
    page: str, tmp_path: Path, make_database: MakeDatabase
) -> None:
    run = Run(tmp_path, make_database)
    for block in blocks(page):
        run.do(block)
    if UPDATE:
        (ROOT / page).write_text(replaced(read(page), run.changes), encoding="utf-8")
    assert not run.complaints, "\n\n".join(run.complaints)


def test_what_is_not_run_has_a_reason_and_stays_rare() -> None:
    told = [block.told("recorded") for page in pages() for block in blocks(page)]
    reasons = Counter(reason for reason in told if reason is not None)
    assert reasons.keys() <= REASONS
    assert reasons.total() <= MOST_RECORDED


PAGE = """\
<!-- docs: project empty -->
```console
$ echo one; echo two
one
three
```
```console
$ false
```
<!-- docs: exit 1 -->
```console
$ export X=1; cd /; false
```
```console
$ pwd; echo $X
/
1
```
<!-- docs: write a/b.txt -->
```text
one
two
```
<!-- docs: append a/b.txt -->
```text
three
```
<!-- docs: patch -->
```diff
--- a/a/b.txt
+++ b/a/b.txt
@@ -1,2 +1,2 @@
-one
+1
 two
```
<!-- docs: shell
cd -; grep -q 1 a/b.txt
-->
<!-- docs: file a/b.txt -->
```text
one
```
<!-- docs: file gone -->
```text
…
```
"""


def test_a_block_of_another_output_is_found(tmp_path: Path, make_database: MakeDatabase) -> None:
    run = Run(tmp_path, make_database)
    found = blocks("page.md", PAGE)
    for block in found:
        run.do(block)
    assert [complaint.partition("\n")[0] for complaint in run.complaints] == [
        "page.md:2: shown (-) and what came (+):",
        "page.md:7: exit codes [1], not [0]; the last one may be told by <!-- docs: exit N -->:",
        "page.md:41: shown (-) and what came (+):",
        "page.md:45: shown (-) and what came (+):",
    ]
    assert run.changes[found[0]] == "$ echo one; echo two\none\ntwo\n"
    new = replaced(PAGE, {found[0]: run.changes[found[0]]})
    assert new == PAGE.replace("three", "two", 1)


@pytest.mark.parametrize(
    ("shown", "whole", "agrees"),
    [
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\nd\n", "a\nd\n", False),
        ("a\n…\n", "a\nb\n", True),
        ("in … seconds\n", "in 12 seconds\n", True),
        ("in … seconds\n", "in 12\nseconds\n", False),
        ("a.b\n", "a+b\n", False),
        ("", "", True),
        ("…\n", "", False),
    ],
)
def test_what_is_left_out_stands_for_something(shown: str, whole: str, agrees: bool) -> None:
    assert agree(shown, whole) is agrees


def test_a_new_text_is_cut_where_the_old_one_was() -> None:
    shown = f"a\nold\nb\n{LEFT_OUT}\nc\n  {LEFT_OUT}\nd\nend\n"
    assert cut_alike(shown, "a\nnew\nb\n1\n2\nc\n3\nd\nnew end\n") == (
        f"a\nnew\nb\n{LEFT_OUT}\nc\n  {LEFT_OUT}\nd\nnew end\n"
    )
    gone = "a\nnew\n1\n2\nc\n3\nd\nnew end\n"
    assert cut_alike(shown, gone) == gone
