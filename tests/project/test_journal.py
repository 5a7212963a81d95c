"""What a recovery believes: its own journal, and of that what a write may do."""

from __future__ import annotations

import os
import stat
import subprocess
from functools import partial
from pathlib import Path

import msgspec
import pytest
from tests.project.test_write import (
    NEW,
    contents,
    fill,
    interrupted,
    is_decided,
    killed,
    recovered,
    write,
)

from ash_scaffold.problem import Code, Exit, Problem, ScaffoldError
from ash_scaffold.project import machine_key
from ash_scaffold.project.machine_key import UNSIGNED, is_signed, sign
from ash_scaffold.project.write import locked, recover
from ash_scaffold.project.write_entry import JOURNAL_FOLDER, Entry

JOURNAL = f"{JOURNAL_FOLDER}/journal"


def put(root: Path, *entries: Entry, signature: bytes | None = None) -> None:
    """Leave a journal as an interrupted write does, by default with the signature it takes."""
    content = msgspec.msgpack.encode(entries)
    (root / JOURNAL_FOLDER).mkdir(parents=True)
    (root / JOURNAL_FOLDER / "undo.ready").touch()
    head = sign(str(root), content) if signature is None else signature
    (root / JOURNAL).write_bytes(head + content)


def refused(root: Path) -> Problem:
    """Return the problem of a recovery, having made sure that it does nothing."""
    before = {path: path.lstat().st_mtime_ns for path in root.parent.rglob("*")}
    with pytest.raises(ScaffoldError) as caught:
        recovered(root)
    assert {path: path.lstat().st_mtime_ns for path in root.parent.rglob("*")} == before
    assert caught.value.exit_code is Exit.FAILED
    problem = caught.value.problems[0]
    assert problem.code is Code.JOURNAL_INVALID
    assert f"rm -r {JOURNAL_FOLDER}" in problem.todo
    return problem


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with links that lead out of it."""
    root = fill(tmp_path / "project")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/x.ex").write_bytes(b"outside")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "lib/link.ex").symlink_to(tmp_path / "outside/x.ex")
    (root / "inside").symlink_to("lib")
    (root / "lib/folder.ex").mkdir()
    return root


NEW_FILE = Entry(path="lib/a.ex", before=b"a old", after=b"a new")


@pytest.mark.parametrize("signature", [bytes(32), b"x" * 32, b""])
def test_a_journal_of_somebody_else_is_not_followed(root: Path, signature: bytes) -> None:
    put(root, NEW_FILE, signature=signature)
    refused(root)


def test_a_journal_of_another_folder_is_not_followed(root: Path) -> None:
    content = msgspec.msgpack.encode((NEW_FILE,))
    put(root, NEW_FILE, signature=sign(f"{root}-2", content))
    assert refused(root).what.endswith(
        "It was not written by you, on this machine, in this folder."
    )


@pytest.mark.parametrize(
    "path",
    ["../outside/y.ex", "/tmp/y.ex", "out/x.ex", "out/y.ex", "lib/link.ex", "inside/a.ex",
     "lib/../a.ex", "lib//a.ex", "./a.ex", "", "a\0.ex", "lib/folder.ex", ".git/x.ex",
     "a/.GIT/x.ex", "Makefile", "lib/a.ex/", "bin/setup", ".envrc",
     "priv/ash_scaffold/.write/x.ex"],
)  # fmt: skip
@pytest.mark.parametrize("deletes", [False, True])
def test_an_entry_outside_of_what_a_run_writes_is_not_followed(
    root: Path, path: str, deletes: bool
) -> None:
    outside = b"outside" if path in ("out/x.ex", "lib/link.ex") else None
    put(root, NEW_FILE, Entry(path=path, before=outside, after=None if deletes else b"x"))
    refused(root)


@pytest.mark.parametrize(
    "change",
    [{"mode": 0o4755}, {"mode": 0o2644}, {"mode": 0o100644}, {"mode": -1}, {"uid": -1, "gid": 0},
     {"folders": ("../made",)}, {"folders": ("other",)}, {"folders": ("lib", "/tmp/made")}],
)  # fmt: skip
def test_an_entry_with_more_than_a_plain_file_is_not_followed(
    root: Path, change: dict[str, object]
) -> None:
    put(root, msgspec.structs.replace(NEW_FILE, **change))
    refused(root)


def test_a_file_twice_is_not_followed(root: Path) -> None:
    put(root, NEW_FILE, NEW_FILE)
    refused(root)


@pytest.mark.parametrize("kind", ["link", "pipe", "device", "folder", "garbage", "empty"])
def test_what_is_no_journal_is_said_to_be_none(root: Path, kind: str) -> None:
    put(root, NEW_FILE)
    path = root / JOURNAL
    content = path.read_bytes()
    path.unlink()
    if kind == "link":
        path.with_name("other").write_bytes(content)
        path.symlink_to("other")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"what?" * 20 if kind == "garbage" else b"")
    refused(root)


@pytest.mark.parametrize("kind", ["link", "file"])
def test_the_folder_of_the_journal_is_a_folder(root: Path, kind: str) -> None:
    place = root / JOURNAL_FOLDER
    place.parent.mkdir(parents=True)
    if kind == "link":
        place.symlink_to(root.parent / "outside")
    else:
        place.write_bytes(b"")
    for act in (recovered, partial(write, files=NEW)):
        with pytest.raises(ScaffoldError) as caught:
            act(root)
        problem = caught.value.problems[0]
        assert (problem.code, problem.where) == (Code.JOURNAL_INVALID, str(JOURNAL_FOLDER))
        assert problem.todo == f"Delete it: rm {JOURNAL_FOLDER}"
    assert (root.parent / "outside/x.ex").read_bytes() == b"outside"


def test_no_journal_is_written_through_a_link_that_leaves_the_project(root: Path) -> None:
    (root / "priv").symlink_to(root.parent / "outside")
    with pytest.raises(ScaffoldError) as caught:
        write(root, {"lib/a.ex": b"a new"})
    assert [(p.code, p.where) for p in caught.value.problems] == [
        (Code.NOT_WRITABLE, "priv/ash_scaffold")
    ]
    assert [path.name for path in (root.parent / "outside").iterdir()] == ["x.ex"]


def test_what_somebody_put_into_the_folder_of_the_journal_stays(root: Path) -> None:
    folder = root / JOURNAL_FOLDER
    (folder / "mine").mkdir(parents=True)
    (folder / "notes.ex").write_bytes(b"mine")
    for name in ("0", "0.held", "1.draft", "journal.draft", "undo.ready"):
        (folder / name).write_bytes(b"staged by a run that was killed")
    write(root, {"lib/a.ex": b"a new"})
    assert (root / "lib/a.ex").read_bytes() == b"a new"
    assert sorted(path.name for path in folder.iterdir()) == ["mine", "notes.ex"]
    assert (folder / "notes.ex").read_bytes() == b"mine"


def test_what_can_not_be_replaced_in_the_folder_of_the_journal_is_said(root: Path) -> None:
    (root / JOURNAL_FOLDER / "0").mkdir(parents=True)
    with pytest.raises(ScaffoldError) as caught:
        write(root, {"lib/a.ex": b"a new"})
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == (
        Code.NOT_WRITABLE,
        str(root / JOURNAL_FOLDER / "0"),
    )
    assert (root / "lib/a.ex").read_bytes() != b"a new"
    (root / JOURNAL_FOLDER / "0").rmdir()
    write(root, {"lib/a.ex": b"a new"})
    assert (root / "lib/a.ex").read_bytes() == b"a new"


def test_after_deleting_a_bad_journal_as_told_the_next_run_works(root: Path) -> None:
    put(root, NEW_FILE, signature=UNSIGNED)
    command = refused(root).todo.rpartition(": ")[2]
    subprocess.run(command.split(), cwd=root, check=True)
    write(root, NEW)
    assert contents(root).items() >= {"lib/a.ex": b"a new"}.items()


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.mark.parametrize("undone", [False, True])
def test_git_never_sees_the_journal_nor_the_local_files(tmp_path: Path, undone: bool) -> None:
    local = "priv/ash_scaffold/.local"
    files = {**NEW, f"{local}/.gitignore": b"*\n", f"{local}/7-1.json": b"{}"}

    def act(root: Path) -> None:
        write(root, files)
        if undone:
            with locked(root) as lock:
                lock.journal.prepare(entries)
                lock.journal.apply(entries)
                lock.journal.undo(entries)

    entries = [Entry(path=path, before=None, after=b"x", folders=("priv", "priv/ash_scaffold"))
               for path in (f"{local}/.gitignore", f"{local}/8-1.json")]  # fmt: skip
    for number in range(1, 1000):
        root = fill(tmp_path / str(number))
        git(root, "init", "--quiet")
        if not killed(root, number, partial(act, root)):
            break
        git(root, "add", "--all")
        staged = git(root, "diff", "--cached", "--name-only").split()
        assert [path for path in staged if "/." in path] == [], f"killed before step {number}"


def test_the_key_is_for_its_user_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    signature = sign("/here", b"content")
    (key,) = (tmp_path / "state/ash-scaffold").iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    assert is_signed("/here", b"content", signature)
    assert not is_signed("/there", b"content", signature)
    assert not is_signed("/here", b"other", signature)
    assert not is_signed("/here", b"content", UNSIGNED)
    key.chmod(0o644)
    assert not is_signed("/here", b"content", signature)


def test_a_home_that_can_not_be_written_has_its_key_among_the_temporary_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    root = interrupted(tmp_path, is_decided)
    assert recovered(root) is not None
    # Anybody may put a folder of that name there first, which is then not taken.
    (folder,) = (tmp_path / "tmp").iterdir()
    folder.chmod(0o755)
    root = fill(tmp_path / "again")
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: 12345)
        put(root, NEW_FILE)
    assert (root / JOURNAL).read_bytes()[:32] == UNSIGNED
    assert "keep a key" in refused(root).what


def test_a_lost_key_is_no_dead_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = interrupted(tmp_path / "a", is_decided)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "new"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    refused(root)
    subprocess.run(["rm", "-r", JOURNAL_FOLDER], cwd=root, check=True)
    write(root, NEW)


def test_runs_that_start_at_once_have_one_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    real, folder = os.link, tmp_path / "ash-scaffold"

    def late(source: Path, target: Path) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(os, "link", real)
            first.append(sign("/here", b""))
        real(source, target)

    first: list[bytes] = []
    monkeypatch.setattr(os, "link", late)
    assert sign("/here", b"") == first[0]
    assert [path.name for path in folder.iterdir()] == [machine_key.FILE_NAME]


@pytest.mark.parametrize("broken", [b"", b"short", b"x" * 100])
def test_a_broken_key_is_made_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, broken: bytes
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    key = tmp_path / "ash-scaffold" / machine_key.FILE_NAME
    key.parent.mkdir(mode=0o700)
    key.touch(mode=0o600)
    key.write_bytes(broken)
    assert is_signed("/here", b"", sign("/here", b""))
    assert len(key.read_bytes()) == 32


def test_a_reader_is_not_stopped_by_a_bad_journal(root: Path) -> None:
    put(root, NEW_FILE, signature=UNSIGNED)
    with locked(root) as lock:
        assert lock.journal.pending
        with pytest.raises(ScaffoldError):
            recover(lock)
