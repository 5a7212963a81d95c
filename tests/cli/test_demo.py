"""`ash-scaffold demo` shows the main job and leaves nothing behind."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, near the root: a socket's path must be short."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        monkeypatch.setenv("TMPDIR", name)
        yield folder


@pytest.mark.slow
def test_explains_runs_and_shows_a_module_each_time_the_same(
    process: Run, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/not_this_one")
    start = time.monotonic()
    first = process("demo")
    assert time.monotonic() - start < 30
    second = process("demo")

    assert (first.code, second) == (0, first)
    assert [line for line in first.out.splitlines() if line.startswith("$ ")] == [
        "$ ash-scaffold resources --domain App.Accounts --dump priv/repo/structure.sql",
        "$ ash-scaffold resources --dump priv/repo/structure.sql",
        "$ ash-scaffold actions --dump priv/repo/structure.sql",
        "$ cat lib/app/blog/comment.ex",
        "$ cat lib/app/blog/tag/actions.ex",
    ]
    assert "defmodule App.Blog.Comment do\n  use Ash.Resource,\n" in first.out
    assert "    # Legacy.Blog.Tag.changeset/2, lib/legacy/blog/tag.ex\n" in first.out
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
def test_keeps_the_project_in_a_folder(process: Run, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    done = process("demo", "--folder", str(folder))
    assert done.code == 0
    assert done.out.endswith(f"The project with its Ash side is in {folder}.\n")
    assert (folder / "lib/app/blog/comment.ex").is_file()
    assert (folder / "lib/legacy/blog/comment.ex").is_file()


def test_a_folder_that_is_there_is_not_touched(run: Run, tmp_path: Path) -> None:
    done = run("demo", "--folder", str(tmp_path))
    assert (done.code, done.out, done.err) == (
        2,
        "",
        f"error [not-writable] {tmp_path}: The folder is there already.\n    Name a new one.\n"
        "`ash-scaffold explain not-writable` says more.\n",
    )
    assert list(tmp_path.iterdir()) == []
