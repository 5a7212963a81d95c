"""How a file's change is shown, and what is written of a run, in which order."""

from __future__ import annotations

import pytest

from ash_scaffold.generate.files import File, Files, Status, contents
from ash_scaffold.generate.modules import Module
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.snapshot import VERSION, Snapshot, encode

PATH = "lib/app/user.ex"
USERS = "priv/ash_scaffold/public.users.json"


def snapshot(table: str = "users") -> Snapshot:
    return Snapshot(
        version=VERSION,
        module="App.User",
        path=PATH,
        table=Name("public", table),
        rendered="",
        written="",
    )


def file(
    before: str | None,
    after: str | None,
    *,
    module: str = "App.User",
    kept: Snapshot | None = None,
    base: Snapshot | None = None,
) -> File:
    return File(
        module=Module(name=module, path=PATH, text=""),
        status=Status.CHANGED,
        before=before,
        after=after,
        snapshot=kept,
        base=base,
    )


@pytest.mark.parametrize(
    ("before", "after", "diff"),
    [
        ("a\n", "b\n", f"--- a/{PATH}\n+++ b/{PATH}\n@@ -1 +1 @@\n-a\n+b\n"),
        (None, "b\n", f"--- /dev/null\n+++ b/{PATH}\n@@ -0,0 +1 @@\n+b\n"),
        ("a\n", None, f"--- a/{PATH}\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"),
        ("a\n", "a\n", ""),
        (
            "a\n",
            "a",
            f"--- a/{PATH}\n+++ b/{PATH}\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n",
        ),
    ],
)
def test_a_diff_is_unified(before: str | None, after: str | None, diff: str) -> None:
    assert file(before, after).diff() == diff


def test_a_diff_ends_lines_only_where_elixir_does() -> None:
    assert file("a\u2028b\x0cc\nx\n", "a\u2028b\x0cc\ny\n").diff() == (
        f"--- a/{PATH}\n+++ b/{PATH}\n@@ -1,2 +1,2 @@\n a\u2028b\x0cc\n-x\n+y\n"
    )


def test_two_modules_in_one_file_have_one_diff() -> None:
    both = (file("a\n", "b\n"), file("a\n", "b\n", module="App.Other"))
    assert list(Files(files=both, problems=()).diffs()) == [both[0].diff()]


def test_snapshots_are_written_last() -> None:
    two = file(None, "c\n", module="App.Other")
    assert list(contents([file("a\n", "b\n", kept=snapshot()), two]).items()) == [
        (PATH, b"c\n"),
        (USERS, encode(snapshot())),
    ]


def test_a_file_that_stays_is_not_written_and_its_snapshot_is() -> None:
    assert contents([file("a\n", "a\n", kept=snapshot())]) == {USERS: encode(snapshot())}


def test_what_is_deleted_goes_with_its_snapshot() -> None:
    assert contents([file("a\n", None, base=snapshot())]) == {PATH: None, USERS: None}


def test_the_snapshot_of_a_renamed_table_moves() -> None:
    moved = file("a\n", "a\n", kept=snapshot("people"), base=snapshot())
    assert contents([moved]) == {
        USERS: None,
        "priv/ash_scaffold/public.people.json": encode(snapshot("people")),
    }
