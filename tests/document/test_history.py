"""How far the move was before, as the versions of the document in git say it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.document.browser.samples import small
from tests.document.documents import INDEX, fresh

from ash_scaffold.document.history import MOST_POINTS, changes, read_history, read_progress
from ash_scaffold.document.html import kept_history, page
from ash_scaffold.document.markdown.render import render_markdown
from ash_scaffold.document.model import Document, Earlier, Progress
from ash_scaffold.document.run import LoadedDocument, OutputOptions, make_output

HTML = Path("docs/schema.html")
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="no git on the PATH")


def state(shared: int, legacy: int = 4) -> Progress:
    return Progress(shared=shared, legacy_only=legacy - shared)


def at(progress: Progress) -> Document:
    return msgspec.structs.replace(small(), progress=progress)


def git(folder: Path, *arguments: str, on: str = "2026-01-01") -> str:
    """Run git at noon of a day, which each commit gets as its own."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    noon = {"GIT_COMMITTER_DATE": f"{on}T12:00:00Z", "GIT_AUTHOR_DATE": "2001-01-01T12:00:00Z"}
    command = ["git", *identity, *arguments]
    environment = {**os.environ, **noon}
    done = subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, env=environment
    )
    return done.stdout


Commit = Callable[[str, Progress], None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project in a folder of a repository."""
    root = tmp_path / "repository/app"
    root.mkdir(parents=True)
    git(root, "init", "-b", "main", "..")
    return root


@pytest.fixture
def commit(root: Path) -> Commit:
    """Give `commit(day, progress)`, which commits a document that states it."""

    def run(day: str, progress: Progress) -> None:
        path = root / INDEX
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{fresh(at(progress))}\n{day}\n")
        git(root, "add", INDEX)
        git(root, "commit", "-m", day, on=day)

    return run


def told(root: Path, now: Progress) -> list[tuple[str, int]] | None:
    """Return the day and the number of shared tables of each state."""
    found = read_history(root, INDEX, now)
    return None if found is None else [(each.on, each.progress.shared) for each in found]


# ---- what a document states ----


@pytest.mark.parametrize("owned", [0, 2])
@pytest.mark.parametrize("split", [False, True])
def test_the_progress_of_a_document_is_read_from_its_markdown(owned: int, split: bool) -> None:
    progress = Progress(legacy_only=1, shared=20, ash_only=300, owned=owned, neither=5)
    text = render_markdown(at(progress), INDEX, {}, split=split).files[INDEX]
    assert text is not None
    assert read_progress(text.encode()) == progress
    assert read_progress(text.replace("\n", "\r\n").encode()) == progress


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<!-- ash-scaffold:begin strategy", "<!-- begin strategy"),
        ("<!-- ash-scaffold:begin strategy", "  <!-- ash-scaffold:begin strategy"),
        ("| **All** | 4 |", "| **All** | many |"),
        ("| **All** | 4 |", "| **All** | 4 | 4 |"),
        ("| **All** | 4 |", f"| **All** | {'9' * 5000} |"),
        ("| Domain | Tables |", "| Tables |"),
    ],
)
def test_a_document_that_was_edited_may_state_nothing(old: str, new: str) -> None:
    text = fresh(at(state(1)))
    assert text.count(old) == 1
    assert read_progress(text.encode()) == state(1)
    assert read_progress(text.replace(old, new).encode()) is None


def test_a_table_of_a_persons_own_states_nothing() -> None:
    text = fresh(at(state(1)))
    begin = text.index("<!-- ash-scaffold:begin strategy")
    end = text.index("<!-- ash-scaffold:end -->", begin)
    assert read_progress((text[:begin] + text[end:] + text[begin:end]).encode()) is None


# ---- which versions count ----


def test_states_that_change_nothing_and_the_present_one_are_left_out() -> None:
    days = [Earlier(on=f"2026-01-0{n}", progress=state(n // 2)) for n in range(1, 8)]
    assert [each.on for each in changes(days, state(9))] == [
        "2026-01-01",
        "2026-01-02",
        "2026-01-04",
        "2026-01-06",
    ]
    assert [each.on for each in changes(days, state(3))] == [
        "2026-01-01",
        "2026-01-02",
        "2026-01-04",
    ]
    assert changes(days[:1], state(0)) == changes((), state(0)) == ()


@needs_git
def test_each_change_has_the_day_on_which_it_was_committed(root: Path, commit: Commit) -> None:
    assert told(root, state(0)) is None  # there is no commit yet
    commit("2026-01-01", state(0))
    commit("2026-01-03", state(1))
    commit("2026-01-05", state(1))
    commit("2026-02-20", state(3))
    assert told(root, state(4)) == [("2026-01-01", 0), ("2026-01-03", 1), ("2026-02-20", 3)]


@needs_git
def test_of_a_day_a_week_and_four_weeks_the_first_version_counts(
    root: Path, commit: Commit
) -> None:
    days = ("2026-01-01", "2026-01-01", "2026-01-02")
    weeks = ("2026-01-29", "2026-02-04", "2026-02-05")
    months = ("2026-12-31", "2027-01-27", "2027-01-28")
    for number, day in enumerate((*days, *weeks, *months)):
        commit(day, state(number, 9))
    assert told(root, state(9, 9)) == [
        *(("2026-01-01", 0), ("2026-01-02", 2)),
        *(("2026-01-29", 3), ("2026-02-05", 5)),
        *(("2026-12-31", 6), ("2027-01-28", 8)),
    ]


@needs_git
def test_time_does_not_go_back(root: Path, commit: Commit) -> None:
    commit("2026-03-01", state(0))
    commit("2026-01-01", state(1))
    commit("2026-03-04", state(2))
    assert told(root, state(4)) == [("2026-03-01", 0), ("2026-03-04", 2)]


@needs_git
def test_a_branch_counts_when_it_is_merged(root: Path, commit: Commit) -> None:
    commit("2026-01-01", state(0))
    git(root, "checkout", "-b", "topic")
    commit("2026-01-02", state(1))
    commit("2026-01-03", state(2))
    git(root, "checkout", "main")
    (root / "other").write_text("other")
    git(root, "add", ".")
    git(root, "commit", "-m", "other", on="2026-01-04")
    git(root, "merge", "--no-ff", "topic", on="2026-01-09")
    assert told(root, state(4)) == [("2026-01-01", 0), ("2026-01-09", 2)]


@needs_git
def test_a_document_that_was_moved_keeps_its_history(root: Path, commit: Commit) -> None:
    commit("2026-01-01", state(0))
    commit("2026-01-02", state(1))
    git(root, "mv", "docs", "../docs")
    git(root, "commit", "-m", "moved", on="2026-01-03")
    assert told(root.parent, state(4)) == [("2026-01-01", 0), ("2026-01-02", 1)]


@needs_git
def test_versions_that_state_nothing_are_passed_over(root: Path, commit: Commit) -> None:
    commit("2026-01-01", state(0))
    (root / INDEX).write_bytes(b"\xff by hand")
    git(root, "commit", "-am", "x", on="2026-01-02")
    git(root, "rm", INDEX)
    git(root, "commit", "-m", "x", on="2026-01-03")
    (root / INDEX).parent.mkdir(exist_ok=True)
    (root / INDEX).symlink_to("/etc/passwd")
    git(root, "add", ".")
    git(root, "commit", "-m", "x", on="2026-01-04")
    (root / INDEX).unlink()
    commit("2026-01-05", state(2))
    assert told(root, state(4)) == [("2026-01-01", 0), ("2026-01-05", 2)]


@needs_git
def test_a_shallow_clone_tells_nothing(root: Path, commit: Commit, tmp_path: Path) -> None:
    commit("2026-01-01", state(0))
    commit("2026-01-02", state(1))
    git(tmp_path, "clone", "--depth", "1", f"file://{root.parent}", "clone")
    assert told(tmp_path / "clone/app", state(4)) is None
    assert told(tmp_path, state(4)) is None


@needs_git
def test_a_clone_without_its_objects_tells_nothing_and_fetches_none(
    root: Path, commit: Commit, tmp_path: Path
) -> None:
    commit("2026-01-01", state(0))
    commit("2026-01-02", state(1))
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--filter=blob:none", "--no-checkout", f"file://{root.parent}", "clone")
    missing = "rev-list", "--objects", "--all", "--missing=print"
    before = git(tmp_path / "clone", *missing).count("?")
    (tmp_path / "clone/app").mkdir()
    assert told(tmp_path / "clone/app", state(4)) is None
    assert git(tmp_path / "clone", *missing).count("?") == before > 0


# ---- the page ----


def loaded(progress: Progress) -> LoadedDocument:
    return LoadedDocument(
        document=at(progress), source="a dump", renamed={}, fresh=frozenset(), problems=()
    )


def run(root: Path, progress: Progress, *, check: bool = False) -> dict[str, str]:
    """Write the document and the page, and return what happened to each."""
    html = root / HTML
    output = make_output(loaded(progress), root, OutputOptions(html=html, check=check))
    for file in output.files if not check else ():
        assert file.after is not None
        (root / file.path).parent.mkdir(exist_ok=True)
        (root / file.path).write_bytes(file.after)
    return {file.path: file.status.value for file in output.files}


def shown(root: Path) -> list[tuple[str, int]]:
    found = kept_history((root / HTML).read_bytes())
    return [(each.on, each.progress.shared) for each in found]


UNCHANGED = {INDEX: "unchanged", HTML.as_posix(): "unchanged"}


@needs_git
def test_a_page_is_the_same_after_it_was_committed(root: Path) -> None:
    days = ("2026-01-01", "2026-01-01", "2026-01-20", "2026-03-01", "2026-03-02", "2027-02-01")
    for number, day in enumerate(days):
        run(root, state(number, 9))
        git(root, "add", ".")
        git(root, "commit", "-m", day, on=day)
        assert run(root, state(number, 9)) == UNCHANGED
        assert run(root, state(number, 9), check=True) == UNCHANGED
    assert shown(root) == [("2026-01-01", 0), ("2026-01-20", 2), ("2026-03-01", 3)]


@needs_git
def test_the_markdown_has_no_history(root: Path, commit: Commit) -> None:
    commit("2026-01-01", state(0))
    run(root, state(1))
    assert "2026-01-01" in (root / HTML).read_text()
    assert "2026-01-01" not in (root / INDEX).read_text().replace("\n2026-01-01\n", "")


@needs_git
def test_what_a_page_has_stays_where_git_does_not_tell(
    root: Path, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit("2026-01-01", state(0))
    run(root, state(1))
    assert shown(root) == [("2026-01-01", 0)]
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(root.parent.parent))
    shutil.rmtree(root.parent / ".git")
    assert run(root, state(1)) == UNCHANGED
    run(root, state(2))
    assert shown(root) == [("2026-01-01", 0)]
    (root / HTML).unlink()
    run(root, state(2))
    assert shown(root) == []


@needs_git
def test_a_check_asks_for_no_history(root: Path, commit: Commit) -> None:
    run(root, state(1))
    commit("2026-01-01", state(0))
    run_before = (root / HTML).read_bytes()
    assert run(root, state(1), check=True)[HTML.as_posix()] == "unchanged"
    assert run(root, state(1))[HTML.as_posix()] == "changed"
    assert kept_history(run_before) == ()
    assert shown(root) == [("2026-01-01", 0)]


# ---- a page of anybody's ----


def with_history(text: str) -> bytes:
    assert '"progress":' in page(at(state(1)))
    document = msgspec.structs.replace(
        at(state(1)), history=(Earlier(on="2026-01-01", progress=state(0)),)
    )
    whole = page(document)
    own = msgspec.json.encode(document.history).decode()
    assert whole.count(own) == 1
    return whole.replace(own, text).encode()


GOOD = '{"on":"2026-01-01","progress":{"shared":3}}'


def test_the_history_of_a_page_is_read() -> None:
    assert kept_history(with_history(f"[{GOOD}]")) == (
        Earlier(on="2026-01-01", progress=Progress(shared=3)),
    )
    assert kept_history(with_history("[]")) == ()


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "[7]",
        "[" * 100_000,
        f"[{GOOD},",
        GOOD.replace("2026-01-01", "yesterday").join("[]"),
        GOOD.replace("2026-01-01", "20260101").join("[]"),
        GOOD.replace("2026-01-01", "2026-02-30").join("[]"),
        GOOD.replace("3", "-3").join("[]"),
        GOOD.replace("3", "1e9").join("[]"),
        GOOD.replace(":3", f":{10**30}").join("[]"),
        GOOD.replace("3", '"3"').join("[]"),
        ",".join([GOOD] * (MOST_POINTS + 1)).join("[]"),
        f"[{GOOD}]</script><script>",
    ],
    ids=range(13),
)
def test_what_is_no_history_is_left_alone(text: str) -> None:
    assert kept_history(with_history(text)) == ()
    assert kept_history(text.encode()) == ()
