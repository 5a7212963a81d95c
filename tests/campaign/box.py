"""A sandbox for one try: a project with its neighbours, and the command line run in it.

    work/shop/    the project           canary/   what code from outside would leave its mark in
    work/other/   a project beside it   outside/  files that are nobody's business
    home/  tmp/  bin/                   what the environment of the run names

A run is a fork of this process, which has imported the tool already, so that thousands of runs
take minutes.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import shutil
import signal
import stat
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from ash_scaffold.__main__ import main

Content = str | bytes
# A path's kind, mode and content: the bytes of a file, the target of a link.
Tree = dict[str, tuple[str, int, bytes]]

SECRET = "hunter2-f00dcafe"
PRIVATE = "the contents of a private file 8d1f"
TIMEOUT = 60.0  # seconds
KILLED_FOR_TIME = -1000
_MEMORY = 6 << 30  # bytes: what reads /dev/zero must not take the machine with it
_WHOLE = 8 << 20  # bytes: of a larger file only the size counts
_POLL = 0.002  # seconds


class Ran(msgspec.Struct, frozen=True):
    """How a run ended: its exit code, that of `KILLED_FOR_TIME`, or a signal as its negative."""

    command: tuple[str, ...]
    code: int
    out: str
    err: str


def nothing() -> None:
    """Do nothing before a run."""


class Box:
    """The sandbox at `root`. `plant` runs in each run before the tool: a fault that is planted."""

    def __init__(self, root: Path, plant: Callable[[], None] = nothing) -> None:
        self.root = root
        self.project = root / "work/shop"
        self.canary = root / "canary"
        self.outside = root / "outside"
        self._plant = plant
        self._started = 0
        for name in ("work/shop", "work/other/lib", "canary", "outside", "home", "tmp", "bin"):
            (root / name).mkdir(parents=True)
        # A server of a run as root is another user's.
        self.canary.chmod(0o777)
        (root / "tmp").chmod(0o1777)
        (root / "work/other/mix.exs").write_text("# another project\n")
        (root / "work/other/lib/other.ex").write_text(f"# {PRIVATE}\n")
        (self.outside / "private.txt").write_text(f"{PRIVATE}\n")
        (self.outside / "precious.ex").write_text("defmodule Precious do\nend\n")

    def write(self, files: Mapping[str, Content]) -> None:
        """Write files of the project."""
        for path, content in files.items():
            target = self.project / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def tree(self) -> Tree:
        """Everything in the project."""
        return tree(self.project)

    def world(self) -> Tree:
        """Everything around the project that no run may change."""
        found = tree(self.root)
        left_out = (
            *(
                "work/shop/",
                "tmp/",
                "home/.local/state/",
                "home/.cache/ash-scaffold/",
                "home/Library/",
                "run-",
            ),
        )
        return {path: each for path, each in found.items() if not path.startswith(left_out)}

    def start(
        self,
        *arguments: str,
        before: Callable[[], None] = nothing,
        environment: Mapping[str, str] = {},
        folder: Path | None = None,
    ) -> Running:
        """Start a run in the project; `before` is called in its process first."""
        self._started += 1
        output = self.root / f"run-{self._started}"
        output.mkdir()
        for name in ("out", "err"):
            (output / name).touch()
        variables = {
            "PATH": str(self.root / "bin"),
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "CAMPAIGN_PASSWORD": SECRET,
            **environment,
        }
        if "ASH_SCAFFOLD_DEBUG" in os.environ:
            variables["ASH_SCAFFOLD_DEBUG"] = "1"
        child = os.fork()
        if child == 0:
            _be_the_run(arguments, folder or self.project, output, variables, (self._plant, before))
        return Running(child, arguments, output)

    def run(
        self,
        *arguments: str,
        before: Callable[[], None] = nothing,
        environment: Mapping[str, str] = {},
    ) -> Ran:
        """Run the command line to its end."""
        return self.start(*arguments, before=before, environment=environment).end()


class Running:
    """A run that was started."""

    def __init__(self, process: int, command: tuple[str, ...], output: Path) -> None:
        self.process = process
        self._command = command
        self._output = output
        self._status: int | None = None

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        if self._status is None:
            found, status = os.waitpid(self.process, os.WNOHANG)
            self._status = status if found else None
        return self._status is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.alive:
            os.kill(self.process, number)

    def kill(self) -> None:
        """Kill it with all that it started, and wait for its end."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)
        self.end()

    def end(self, timeout: float = TIMEOUT) -> Ran:
        """Wait for its end; what takes longer than `timeout` seconds is killed."""
        deadline = time.monotonic() + timeout
        late = False
        while self.alive:
            if not late and time.monotonic() > deadline:
                late = True
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process, signal.SIGKILL)
            time.sleep(_POLL)
        assert self._status is not None
        code = KILLED_FOR_TIME if late else os.waitstatus_to_exitcode(self._status)
        out, err = (
            (self._output / name).read_bytes().decode("utf-8", "surrogateescape")
            for name in ("out", "err")
        )
        return Ran(self._command, code, out, err)


def _be_the_run(
    arguments: tuple[str, ...],
    folder: Path,
    output: Path,
    variables: Mapping[str, str],
    before: tuple[Callable[[], None], ...],
) -> None:
    """Become the command line, as `python -m ash_scaffold` would, and never return."""
    code = 1
    try:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        for descriptor, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(output / name, os.O_WRONLY), descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w"), encoding="utf-8", write_through=True)
        sys.stderr = io.TextIOWrapper(
            io.FileIO(2, "w"), encoding="utf-8", errors="backslashreplace", write_through=True
        )
        os.environ.clear()
        os.environ.update(variables)
        tempfile.tempdir = None
        os.chdir(folder)
        sys.argv = ["ash-scaffold", *arguments]
        for each in before:
            each()
        main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def tree(root: Path) -> Tree:
    """Everything below a folder."""
    found: Tree = {}
    for parent, folders, names in os.walk(root):
        for name in (*folders, *names):
            path = Path(parent, name)
            found[os.path.relpath(path, root)] = _entry(path)
    return found


def _entry(path: Path) -> tuple[str, int, bytes]:
    status = path.lstat()
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return ("link", 0, os.fsencode(path.readlink()))
    if stat.S_ISDIR(status.st_mode):
        return ("folder", mode, b"")
    if not stat.S_ISREG(status.st_mode):
        return ("special", mode, b"")
    if status.st_size > _WHOLE:
        return ("file", mode, f"{status.st_size} bytes".encode())
    return ("file", mode, path.read_bytes())


@contextlib.contextmanager
def sandbox(plant: Callable[[], None] = nothing) -> Iterator[Box]:
    """Give a sandbox, in a folder whose path is short enough for a server's socket."""
    root = Path(tempfile.mkdtemp(prefix="c-", dir="/tmp"))
    root.chmod(0o755)
    try:
        yield Box(root, plant)
    finally:
        shutil.rmtree(root, ignore_errors=True)
