"""Writing many files: all or none, whatever happens in between."""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ash_scaffold.problem import Code, ScaffoldError
from ash_scaffold.project import exchange, journal
from ash_scaffold.project.journal import Journal, Recovery
from ash_scaffold.project.write import Written, locked, provisional, recover, write_files
from ash_scaffold.project.write_entry import JOURNAL_FOLDER

OLD = {"lib/a.ex": b"a old", "lib/b.ex": b"b old", "lib/gone.ex": b"gone", "mix.exs": b"mix"}
NEW: dict[str, bytes | None] = {
    "lib/a.ex": b"a new",
    "lib/b.ex": b"b new",
    "lib/deep/er/c.ex": b"c new",
    "lib/gone.ex": None,
    "mix.exs": b"mix",
    "priv/ash_scaffold/public.users.json": b"{}",
}
AFTER = {path: content for path, content in NEW.items() if content is not None}

State = dict[str, tuple[bytes, int] | None]


def fill(root: Path, files: dict[str, bytes] = OLD) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def state(root: Path) -> State:
    """Everything below the root: content and mode of the files, `None` for folders."""
    return {
        path.relative_to(root).as_posix(): None
        if path.is_dir()
        else (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in sorted(root.rglob("*"))
    }


def write(root: Path, files: dict[str, bytes | None]) -> Written:
    with locked(root) as lock:
        return write_files(lock, files)


def refusal(root: Path, files: dict[str, bytes | None]) -> list[tuple[Code, str]]:
    """Return the problems, having made sure that nothing was written."""
    before = state(root)
    with pytest.raises(ScaffoldError) as caught:
        write(root, files)
    assert state(root) == before
    return [(problem.code, problem.where) for problem in caught.value.problems]


def contents(root: Path) -> dict[str, bytes]:
    return {path: found[0] for path, found in state(root).items() if found is not None}


def test_every_file_gets_its_content(tmp_path: Path) -> None:
    fill(tmp_path)
    assert write(tmp_path, NEW) == Written(
        created=("lib/deep/er/c.ex", "priv/ash_scaffold/public.users.json"),
        changed=("lib/a.ex", "lib/b.ex"),
        deleted=("lib/gone.ex",),
        unchanged=("mix.exs",),
    )
    assert contents(tmp_path) == AFTER


def test_what_has_its_content_is_not_touched(tmp_path: Path) -> None:
    fill(tmp_path)
    write(tmp_path, NEW)
    before = {path: path.stat() for path in tmp_path.rglob("*")}
    assert write(tmp_path, NEW) == Written(unchanged=tuple(sorted(NEW)))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == {
        path: status.st_mtime_ns for path, status in before.items()
    }


def test_files_keep_their_mode(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "lib/a.ex").chmod(0o640)
    write(tmp_path, NEW)
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "lib/a.ex").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "lib/deep/er/c.ex").stat().st_mode) == 0o666 & ~umask


def test_a_symlink_inside_the_project_is_written_through(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "lib/link.ex").symlink_to("a.ex")
    write(tmp_path, {"lib/link.ex": b"through"})
    assert (tmp_path / "lib/link.ex").is_symlink()
    assert (tmp_path / "lib/a.ex").read_bytes() == b"through"


@pytest.mark.parametrize(
    "path", ["../x.ex", "/tmp/x.ex", "lib/../../x.ex", "lib/../a.ex", "", ".", "a\0b", "out/x.ex",
             "loop/x.ex", "lib", "lib/a.ex/b.ex", "fifo"],
)  # fmt: skip
def test_a_path_that_is_no_file_of_the_project_is_refused(tmp_path: Path, path: str) -> None:
    root = fill(tmp_path / "project")
    (tmp_path / "outside").mkdir()
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "fifo")
    with pytest.raises(ScaffoldError) as caught:
        write(root, {"lib/new.ex": b"new", path: b"x"})
    assert [(p.code, p.where) for p in caught.value.problems] == [(Code.NOT_WRITABLE, path)]
    assert not (root / "lib/new.ex").exists()
    assert list((tmp_path / "outside").iterdir()) == []


def test_all_refused_paths_are_named_at_once(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "lib/link.ex").symlink_to("a.ex")
    assert refusal(
        tmp_path, {"lib": b"", "../x": b"", "lib/a.ex": b"1", "lib/link.ex": b"2", "z.ex": b""}
    ) == [
        (Code.NOT_WRITABLE, "../x"),
        (Code.NOT_WRITABLE, "lib"),
        (Code.NOT_WRITABLE, "lib/link.ex"),
    ]


def test_write_protected_places_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    protected = {tmp_path / "lib/a.ex", tmp_path / "lib"}
    # Root may write anywhere, so that modes alone show nothing there.
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) not in protected)
    assert refusal(tmp_path, {"lib/a.ex": b"1", "lib/new/x.ex": b"1", "other.ex": b"1"}) == [
        (Code.NOT_WRITABLE, "lib/a.ex"),
        (Code.NOT_WRITABLE, "lib"),
    ]
    assert write(tmp_path, {"lib/a.ex": OLD["lib/a.ex"]}) == Written(unchanged=("lib/a.ex",))


def test_a_file_changed_since_it_was_read_is_not_written(tmp_path: Path) -> None:
    fill(tmp_path)
    before = state(tmp_path)
    with locked(tmp_path) as lock, pytest.raises(ScaffoldError) as caught:
        write_files(lock, NEW, expected={"lib/a.ex": b"a older", "lib/b.ex": b"b old", "x": None})
    assert [(p.code, p.where) for p in caught.value.problems] == [(Code.EDITED_FILE, "lib/a.ex")]
    assert state(tmp_path) == before


def fail_at(
    monkeypatch: pytest.MonkeyPatch, function: str, number: int, error: BaseException
) -> None:
    """Let the nth call raise an error; `move` is whatever puts a file in its place."""
    calls = iter(range(1, 1000))

    def failing(real: Callable[..., None]) -> Callable[..., None]:
        def call(*args: object, **options: object) -> None:
            if next(calls) == number:
                raise error
            real(*args, **options)

        return call

    if function == "move":
        for module, name in ((journal, "exchange"), (journal, "place"), (os, "rename")):
            monkeypatch.setattr(module, name, failing(getattr(module, name)))
    else:
        monkeypatch.setattr(os, function, failing(getattr(os, function)))


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "somewhere")


@pytest.mark.parametrize("number", range(1, 6))
def test_a_disk_that_fills_up_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fill(tmp_path)
    fail_at(monkeypatch, "move", number, FULL)
    assert refusal(tmp_path, NEW) == [(Code.NOT_WRITABLE, "somewhere")]


@pytest.mark.parametrize("number", [1, 2])
def test_a_journal_that_can_not_be_synced_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fill(tmp_path)
    fail_at(monkeypatch, "fsync", number, FULL)
    assert refusal(tmp_path, NEW) == [(Code.NOT_WRITABLE, "somewhere")]


@pytest.mark.parametrize(
    ("function", "number"), [("fsync", 1), *(("move", n) for n in range(1, 6)), ("sync", 1)]
)
def test_an_interrupt_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, number: int
) -> None:
    fill(tmp_path)
    before = state(tmp_path)
    fail_at(monkeypatch, function, number, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, NEW)
    assert state(tmp_path) == before


def test_when_undoing_fails_too_the_next_run_goes_on_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    before = state(tmp_path)
    real, move = os.replace, exchange.exchange

    def failing(source: str | Path, target: str | Path) -> None:
        if Path(target).name in ("b.ex", "undo"):
            raise FULL
        if Path(target).name == "journal":
            real(source, target)
        else:
            move(str(source), str(target))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing)
        patch.setattr(journal, "exchange", failing)
        with pytest.raises(ScaffoldError) as caught:
            write(tmp_path, NEW)
        assert [p.code for p in caught.value.problems] == [Code.NOT_WRITABLE]
        with pytest.raises(ScaffoldError) as caught:
            write(tmp_path, NEW)
        assert "interrupted" in caught.value.problems[0].what
    assert state(tmp_path) != before
    with locked(tmp_path) as lock:
        found = recover(lock)
    assert found is not None
    assert (found.undone, found.kept) == (False, ())
    assert contents(tmp_path) == AFTER


WATCHED = frozenset(
    {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.utime", "os.link"}
)


def killed(root: Path, number: int, act: Callable[[], object]) -> bool:
    """Run `act` in a child that gets SIGKILL before its nth step on the disk below the root.

    Returns whether it was killed, rather than having come to its end first.
    """
    child = os.fork()
    if child == 0:
        steps = iter(range(1, 10_000))

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            inside = event in WATCHED and str(arguments[0]).startswith(str(root))
            if inside and next(steps) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        act()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def recovered(root: Path) -> Recovery | None:
    with locked(root) as lock:
        return recover(lock)


def test_a_kill_at_any_step_leaves_the_old_or_the_new_files(tmp_path: Path) -> None:
    files = OLD | {"priv/repo/structure.sql": b""}
    old = state(fill(tmp_path / "old", files))
    fill(tmp_path / "new", files)
    write(tmp_path / "new", NEW)
    new = state(tmp_path / "new")
    outcomes = []
    for number in range(1, 1000):
        root = fill(tmp_path / str(number), files)
        if not killed(root, number, partial(write, root, NEW)):
            assert state(root) == new
            break
        # The run after it may be killed as well.
        killed(root, 1 + number % 12, partial(recovered, root))
        recovered(root)
        found = state(root)
        assert found in (old, new), f"killed before step {number}"
        assert not (root / JOURNAL_FOLDER).exists()
        outcomes.append(found == new)
    assert outcomes == sorted(outcomes)
    assert outcomes.count(False) > 8
    assert outcomes.count(True) > 8


def for_a_while(root: Path, act: Callable[[], object] = lambda: None) -> None:
    with locked(root) as lock, provisional(lock, NEW):
        assert contents(root) | AFTER == contents(root)
        act()


def test_a_provisional_write_is_undone(tmp_path: Path) -> None:
    before = state(fill(tmp_path))
    for_a_while(tmp_path)
    assert state(tmp_path) == before
    with pytest.raises(ZeroDivisionError):
        for_a_while(tmp_path, lambda: 1 // 0)
    assert state(tmp_path) == before


def test_a_provisional_write_that_is_killed_at_any_step_is_undone(tmp_path: Path) -> None:
    files = OLD | {"priv/repo/structure.sql": b""}
    old = state(fill(tmp_path / "old", files))
    for number in range(1, 1000):
        root = fill(tmp_path / str(number), files)
        if not killed(root, number, partial(for_a_while, root)):
            break
        killed(root, 1 + number % 12, partial(recovered, root))
        recovered(root)
        assert state(root) == old, f"killed before step {number}"
    assert number > 20


def test_what_a_person_saves_during_a_provisional_write_stays(tmp_path: Path) -> None:
    fill(tmp_path)
    with pytest.raises(ScaffoldError) as caught:
        for_a_while(tmp_path, lambda: (tmp_path / "lib/a.ex").write_bytes(b"mine"))
    assert [(p.code, p.where) for p in caught.value.problems] == [(Code.EDITED_FILE, "lib/a.ex")]
    assert contents(tmp_path) == OLD | {"lib/a.ex": b"mine"}


def interrupted(tmp_path: Path, at: Callable[[Path], bool]) -> Path:
    """Return a project in which a write was killed at the first step at which `at` holds."""
    for number in range(1, 1000):
        root = fill(tmp_path / str(number))
        assert killed(root, number, partial(write, root, NEW))
        if at(root):
            return root
    raise AssertionError


def is_decided(root: Path) -> bool:
    return (root / JOURNAL_FOLDER / "journal").exists()


def has_new_b(root: Path) -> bool:
    return (root / "lib/b.ex").read_bytes() == b"b new"


CHANGED = ("lib/a.ex", "lib/deep/er/c.ex", "lib/gone.ex", "priv/ash_scaffold/public.users.json")


def test_recovering_keeps_what_a_person_added_to_a_new_file(tmp_path: Path) -> None:
    root = interrupted(tmp_path, has_new_b)
    (root / "lib/b.ex").write_bytes(b"b new, mine")
    assert recovered(root) == Recovery(undone=False, paths=CHANGED[1:], kept=("lib/b.ex",))
    assert contents(root) == AFTER | {"lib/b.ex": b"b new, mine"}
    assert recovered(root) is None


def test_an_edit_of_a_file_that_was_still_the_old_one_undoes_the_write(tmp_path: Path) -> None:
    root = interrupted(tmp_path, is_decided)
    (root / "lib/b.ex").write_bytes(b"b old, mine")
    assert recovered(root) == Recovery(undone=True, paths=(), kept=("lib/b.ex",))
    assert contents(root) == OLD | {"lib/b.ex": b"b old, mine"}
    assert recovered(root) is None


def test_a_save_that_a_run_took_away_as_it_was_killed_is_put_back(tmp_path: Path) -> None:
    root = interrupted(tmp_path, has_new_b)
    # As if it had been saved just before the exchange.
    (root / JOURNAL_FOLDER / "1").write_bytes(b"b old, mine")
    found = recovered(root)
    assert found is not None
    assert found.kept == ("lib/b.ex",)
    assert contents(root)["lib/b.ex"] == b"b old, mine"


@pytest.mark.parametrize("left", [b"", b"b n\0\0"])
def test_what_a_power_failure_leaves_is_no_edit(tmp_path: Path, left: bytes) -> None:
    root = interrupted(tmp_path, has_new_b)
    (root / "lib/b.ex").write_bytes(left)
    (root / JOURNAL_FOLDER / "2").write_bytes(b"")
    assert recovered(root) == Recovery(undone=False, paths=("lib/b.ex", *CHANGED[1:]), kept=())
    assert contents(root) == AFTER


def test_a_journal_that_can_not_be_read_is_named_and_stays(tmp_path: Path) -> None:
    path = fill(tmp_path) / JOURNAL_FOLDER / "journal"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"what?")
    with pytest.raises(ScaffoldError) as caught:
        recovered(tmp_path)
    assert [(p.code, p.where) for p in caught.value.problems] == [
        (Code.JOURNAL_INVALID, f"{JOURNAL_FOLDER}/journal")
    ]
    assert path.read_bytes() == b"what?"


def test_two_runs_wait_for_each_other_and_say_so_once(tmp_path: Path) -> None:
    said: list[str] = []
    order: list[str] = []

    def second() -> None:
        with locked(tmp_path, on_wait=lambda: said.append("waiting")):
            order.append("second")

    with locked(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        while not said:
            time.sleep(0.01)
        order.append("first")
    thread.join(10)
    assert (order, said) == (["first", "second"], ["waiting"])
    assert state(tmp_path) == {}


def test_waiting_has_an_end(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(ScaffoldError) as caught,
        locked(tmp_path, wait_seconds=0.1),
    ):
        pass
    assert [(p.code, p.where) for p in caught.value.problems] == [
        (Code.NOT_WRITABLE, str(tmp_path.resolve()))
    ]


def test_the_lock_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    assert killed(tmp_path, 2, lambda: write(tmp_path, {"a.ex": b"a"}))
    with locked(tmp_path, wait_seconds=0) as lock:
        recover(lock)


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError) as caught, locked(tmp_path / "none"):
        pass
    assert [p.code for p in caught.value.problems] == [Code.NOT_WRITABLE]


def test_a_target_on_another_disk_is_staged_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)

    def within(real: Callable[[str, str], None]) -> Callable[[str, str], None]:
        def move(source: str, target: str) -> None:
            lib = tmp_path / "lib"
            if (lib in Path(target).parents) is not (lib in Path(source).parents):
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source))
            real(source, target)

        return move

    def device(_journal: Journal, folder: str) -> int:
        return 2 if Path(folder).is_relative_to(tmp_path / "lib") else 1

    for module, name in ((journal, "exchange"), (journal, "place"), (os, "rename")):
        monkeypatch.setattr(module, name, within(getattr(module, name)))
    monkeypatch.setattr(Journal, "_device", device)
    write(tmp_path, NEW)
    assert contents(tmp_path) == AFTER
