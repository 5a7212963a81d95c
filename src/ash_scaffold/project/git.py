"""Git as a source of facts: it is only asked, and starts no program that a repository names.

A repository may be of anyone, and its configuration names programs: for watching files, for showing
differences and signatures, for reaching a remote that lacks an object here. Each is turned off. A
checkout may also hold a folder that looks like a repository: that counts as none.
https://git-scm.com/docs/git-config, https://git-scm.com/docs/git#_environment_variables
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from ash_scaffold.project.programs import ask_program, quiet_environment

_OPTIONS = (
    "--no-optional-locks",
    "--no-pager",
    "--no-replace-objects",
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "log.showSignature=false"),
)
# The first is known to git since 2.44; the second forbids every way to a remote to those before.
_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}
_SECONDS = 20.0
_CHUNK = 1 << 16


class Repository(NamedTuple):
    """The repository that a folder is in. A shallow one lacks the beginning of its history."""

    git: str
    folder: Path
    shallow: bool

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str] | None:
        """Run a command of git that only reads; None when it can't be run, or takes too long."""
        return ask_program(
            (self.git, *_OPTIONS, *arguments), self.folder, more=_ENVIRONMENT, seconds=_SECONDS
        )

    def contents(self, objects: Sequence[str], most_bytes: int) -> Iterator[bytes | None]:
        """Yield the contents of objects in their order, None for those that are larger.

        They end early where git does, or an object is not here, or time is over.
        """
        try:
            process = subprocess.Popen(
                (self.git, *_OPTIONS, "cat-file", "--batch"),
                cwd=self.folder,
                env={**quiet_environment(), **_ENVIRONMENT},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return
        watch = threading.Timer(_SECONDS, process.kill)
        watch.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            for name in objects:
                process.stdin.write(f"{name}\n".encode())
                process.stdin.flush()
                header = process.stdout.readline().split()
                if len(header) != 3 or not header[2].isdigit():
                    return
                size = int(header[2])
                found = _content(process.stdout, size, keep=size <= most_bytes)
                if found is None:
                    return
                yield found if size <= most_bytes else None
        except BrokenPipeError:
            return
        finally:
            watch.cancel()
            process.kill()
            with suppress(BrokenPipeError):
                process.communicate()


def find_repository(folder: Path) -> Repository | None:
    """Return the repository that a folder is in; None without git, or where there is none."""
    git = shutil.which("git")
    if git is None:
        return None
    asked = Repository(git, folder, shallow=True).ask(
        "rev-parse", "--is-inside-work-tree", "--is-shallow-repository"
    )
    answers = asked.stdout.split() if asked is not None else []
    if len(answers) != 2 or answers[0] != "true":
        return None
    return Repository(git, folder, shallow=answers[1] != "false")


def _content(stream: IO[bytes], size: int, *, keep: bool) -> bytes | None:
    """Read an object and the line end after it; None where they end early."""
    parts = []
    left = size + 1
    while left:
        part = stream.read(min(left, _CHUNK))
        if not part:
            return None
        left -= len(part)
        if keep:
            parts.append(part)
    return b"".join(parts)[:-1]
