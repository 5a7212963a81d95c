"""What git says of a repository, and that nothing of the repository runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ash_scaffold.project.git import Repository, find_repository

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git on the PATH")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of a repository with two files, one of them in it."""
    folder = tmp_path / "repository/app"
    folder.mkdir(parents=True)
    git(folder.parent, "init")
    (folder.parent / "big").write_bytes(b"\n".join(b"%d" % n for n in range(50_000)))
    (folder / "small").write_bytes(b"one\n\ntwo")
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "-m", "x")
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def repository(folder: Path) -> Repository:
    found = find_repository(folder)
    assert found is not None
    return found


def test_contents_come_in_the_order_that_was_asked_for(folder: Path) -> None:
    small, big = (git(folder, "rev-parse", f"HEAD:{name}") for name in ("app/small", "big"))
    asked = (small, big, small)
    full = (folder.parent / "big").read_bytes()
    found = repository(folder)
    assert list(found.contents(asked, 10**6)) == [b"one\n\ntwo", full, b"one\n\ntwo"]
    assert list(found.contents(asked, 100)) == [b"one\n\ntwo", None, b"one\n\ntwo"]


def test_contents_end_at_what_is_not_there(folder: Path) -> None:
    small = git(folder, "rev-parse", "HEAD:app/small")
    assert list(repository(folder).contents((small, "f" * 40, small), 100)) == [b"one\n\ntwo"]


def test_a_reader_may_stop_early(folder: Path) -> None:
    big = git(folder, "rev-parse", "HEAD:big")
    found = repository(folder).contents((big, big, big), 10**6)
    assert next(found) is not None
    del found  # ends git, which waits to write


def test_a_shallow_clone_is_known_as_one(folder: Path, tmp_path: Path) -> None:
    (folder / "more").write_text("more")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "y")
    git(tmp_path, "clone", "--depth", "1", f"file://{folder.parent}", "clone")
    assert (repository(folder).shallow, repository(tmp_path / "clone").shallow) == (False, True)


def test_without_git_or_a_repository_there_is_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent.parent))
    shutil.rmtree(folder.parent / ".git")
    assert find_repository(folder) is None
    monkeypatch.setenv("PATH", "/nonexistent")
    assert find_repository(folder) is None


def test_nothing_that_the_configuration_names_is_run(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $0 $* >> {mark}\nexit 1\n")
    program.chmod(0o755)
    signed = git(folder, "cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n =\n -----END PGP SIGNATURE-----\n\n", 1
    )
    (tmp_path / "commit").write_text(signed + "\n")
    name = git(folder, "hash-object", "-t", "commit", "-w", str(tmp_path / "commit"))
    git(folder, "update-ref", "HEAD", name)
    (folder.parent / ".gitattributes").write_text("* diff=odd\n")
    for key, value in {
        "core.pager": program,
        "core.fsmonitor": program,
        "core.sshCommand": program,
        "pager.log": program,
        "log.showSignature": "true",
        "gpg.program": program,
        "diff.external": program,
        "diff.odd.textconv": program,
        "diff.odd.command": program,
        "remote.origin.url": "ext::" + str(program),
        "protocol.ext.allow": "always",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "extensions.partialClone": "origin",
    }.items():
        git(folder, "config", key, str(value))
    # The trap works: without care each of these starts the program.
    for command in (("log", "-1"), ("log", "-p", "--ext-diff"), ("cat-file", "-p", "f" * 40)):
        mark.unlink(missing_ok=True)
        subprocess.run(["git", *command], cwd=folder, check=False, capture_output=True)
        assert mark.exists(), command
    mark.unlink()
    found = repository(folder)
    log = found.ask("log", "--raw", "--no-ext-diff", "--no-textconv", "--format=%H", "--", "small")
    assert log is not None
    assert log.stdout.startswith(name)
    assert list(found.contents(("f" * 40,), 100)) == []
    assert not mark.exists()
