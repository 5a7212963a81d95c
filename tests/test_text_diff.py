"""Unified diffs: the same for every command that shows one."""

from __future__ import annotations

import pytest

from ash_scaffold.document.run import File
from ash_scaffold.generate import files
from ash_scaffold.generate.modules import Module
from ash_scaffold.propose.domains import Proposal
from ash_scaffold.propose.run import Outcome
from ash_scaffold.text_diff import hunks, unified_diff

NO_NEWLINE = "\\ No newline at end of file\n"


@pytest.mark.parametrize(
    ("before", "after", "diff"),
    [
        ("a\n", "b\n", "--- x\n+++ y\n@@ -1 +1 @@\n-a\n+b\n"),
        ("a\n", "a\n", ""),
        ("a", "a\n", f"--- x\n+++ y\n@@ -1 +1 @@\n-a\n{NO_NEWLINE}+a\n"),
        ("a\n", "a", f"--- x\n+++ y\n@@ -1 +1 @@\n-a\n+a\n{NO_NEWLINE}"),
        (None, "a\n", "--- /dev/null\n+++ y\n@@ -0,0 +1 @@\n+a\n"),
        ("a\n", None, "--- x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"),
        # Only a newline ends a line: not a form feed, a carriage return or U+2028.
        ("a\u2028b\x0cc\rd\n", "", "--- x\n+++ y\n@@ -1 +0,0 @@\n-a\u2028b\x0cc\rd\n"),
    ],
)
def test_a_diff(before: str | None, after: str | None, diff: str) -> None:
    assert unified_diff(before, after, "x", "y") == diff


def test_hunks_have_the_context_that_is_asked_for() -> None:
    before, after = "1\n2\n3\n4\n5\n", "1\n2\nx\n4\n5\n"
    assert hunks(before, after, context=1) == ["@@ -2,3 +2,3 @@", " 2", "-3", "+x", " 4"]


def test_every_command_knows_a_missing_newline() -> None:
    changed = "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n"
    path = "ash_scaffold.toml"
    proposal = Proposal()
    outcome = Outcome(
        proposal=proposal, source="", before="a", after="b\n", left_out=(), problems=()
    )
    module = Module(name="A", path="a.ex", text="")
    file = files.File(
        module=module, status=files.Status.CHANGED, before="a", after="b\n", snapshot=None
    )
    assert outcome.diff == f"--- {path}\n+++ {path}\n{changed}"
    assert file.diff() == f"--- a/a.ex\n+++ b/a.ex\n{changed}"
    assert File(path="d.md", before=b"a", after=b"b\n").diff() == f"--- d.md\n+++ d.md\n{changed}"


def test_a_diff_of_the_document_ends_lines_only_at_newlines() -> None:
    file = File(path="d.md", before="a\u2028b\n".encode(), after="a\u2028c\n".encode())
    assert file.diff() == "--- d.md\n+++ d.md\n@@ -1 +1 @@\n-a\u2028b\n+a\u2028c\n"
