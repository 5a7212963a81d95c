"""What git says of the snapshots."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ash_scaffold.doctor.machine import Snapshots, ask_git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git on the PATH")
FOLDER = "priv/ash_scaffold"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A mix project in a folder of a repository."""
    root = tmp_path / "repository/app"
    for path in ("a.json", "b c.json", ".local/1-2.json", ".write/state"):
        (root / FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (root / FOLDER / path).write_text("{}")
    git(root.parent, "init")
    return root


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_files_of_one_machine_are_no_snapshots(project: Path) -> None:
    assert ask_git(project) == Snapshots(
        untracked=(f"app/{FOLDER}/a.json", f"app/{FOLDER}/b c.json"), local_ignored=False
    )


def test_what_is_committed_renamed_changed_or_ignored(project: Path) -> None:
    git(project, "add", f"{FOLDER}/a.json", f"{FOLDER}/b c.json", f"{FOLDER}/.local")
    git(project, "commit", "-m", "x")
    git(project, "mv", f"{FOLDER}/a.json", f"{FOLDER}/z.json")
    (project / FOLDER / "b c.json").write_text("[]")
    (project / ".gitignore").write_text("/priv/\n")
    assert ask_git(project) == Snapshots(
        changed=(f"app/{FOLDER}/b c.json", f"app/{FOLDER}/z.json"),
        ignored=True,
        local_ignored=True,
        local_tracked=(f"{FOLDER}/.local/1-2.json",),
    )


def test_outside_of_a_repository_or_without_git_nothing_is_known(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent.parent))
    shutil.rmtree(project.parent / ".git")
    assert ask_git(project) is None
    monkeypatch.setenv("PATH", "/nonexistent")
    assert ask_git(project) is None


def test_a_repository_inside_of_the_checkout_starts_no_program(
    project: Path, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--bare", "bare")
    for part in (tmp_path / "bare").iterdir():
        part.rename(project / part.name)
    mark = tmp_path / "mark"
    (project / "config").write_text(
        "[core]\n\tbare = false\n\trepositoryformatversion = 0\n"
        f'\tworktree = {project}\n\tfsmonitor = "touch {mark}"\n'
    )
    assert ask_git(project) is None
    assert not mark.exists()
