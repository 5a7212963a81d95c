"""Runs `mix` in the user's project: the compiler, a task, or a script of the tool's own.

What it prints goes to a file of the run's own and is shown only when something fails; a script
answers through another file.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from ash_scaffold.problem import Code, ScaffoldError, fail

_REQUEST = "ASH_SCAFFOLD_REQUEST"
_POLL = 0.1  # seconds
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Elixir to 1.14: `** (CompileError) lib/app/a.ex:3: …`; since 1.15 `error: …`, its place below.
_RAISED = re.compile(
    r"^\*\* \([\w.]+\) (?P<file>\S+\.exs?):(?P<line>\d+):?(?:\d+:?)? (?P<what>.+)$"
)
_ERROR = re.compile(r"^\s*error: (?P<what>.+)$")
_PLACE = re.compile(r"└─ (?P<file>\S+?\.exs?):(?P<line>\d+)")
_HEADER = re.compile(r"^== Compilation error in file (?P<file>\S+) ==$")
# Since 1.16 the parser's own errors have their place in the first line, and what is wrong below.
_UNPARSED = re.compile(r"^\*\* \(\w+\) .* on (?P<file>\S+\.exs?):(?P<line>\d+):")
_FRAME = re.compile(r"^\s+(?P<file>\S+\.exs?):(?P<line>\d+): ")
_EXCEPTION = re.compile(r"^\*\* \((?P<kind>[\w.]+)\) ?(?P<what>.*)$")
_LAST_LINES = 8


class Mix(msgspec.Struct, frozen=True, kw_only=True):
    """How mix is to be called. `secrets` are left out of whatever is shown of its output.

    `environment` is what it gets beside `variables`, None for that of this process. `limit` is how
    many seconds a call may take, None for as long as it wants.
    """

    folder: Path
    mix_env: str
    variables: Mapping[str, str] = {}
    secrets: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = None
    limit: float | None = None


def compile_project(mix: Mix) -> None:
    """Compile the project as its team does.

    Raises `ScaffoldError` (`mix-missing`, `compile-failed`) with the first error, its file and
    line.
    """
    code, output = run_task(mix, "compile")
    if code != 0:
        raise _compile_error(output)


def run_task(mix: Mix, *arguments: str) -> tuple[int, str]:
    """Run a task of mix, and return its exit code and what it printed.

    Raises `ScaffoldError` (`mix-missing`), and `script-failed` when it takes too long.
    """
    with scratch_folder() as folder:
        log = folder / "output"
        with _started(mix, arguments, log) as process:
            code = _wait(mix, process, log)
        return code, _output(mix, log)


class Ended(msgspec.Struct, frozen=True):
    """A script that is over: its exit code and what mix printed."""

    code: int
    output: str


def run_script(
    mix: Mix, script: Path, request: Callable[[Path], str], heard: Callable[[bytes], None]
) -> Ended:
    """Run a script in the project, with what is compiled and without its applications.

    `request` gives the text of the script's request for the path that its answers go to; the path
    of the request is in `$ASH_SCAFFOLD_REQUEST`. `heard` gets each line of the answers as it comes.
    Raises `ScaffoldError` (`mix-missing`), and `script-failed` when it takes too long.
    """
    with scratch_folder() as folder:
        asked, answers, log = folder / "request.exs", folder / "answers", folder / "output"
        asked.write_text(request(answers), encoding="utf-8")
        arguments = ["run", "--no-compile", "--no-start", str(script)]
        with _started(mix, arguments, log, {_REQUEST: str(asked)}) as process:
            for line in _follow(mix, process, answers, log):
                heard(line)
        return Ended(process.returncode, _output(mix, log))


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder that only this user may enter: requests hold passwords, answers values."""
    with tempfile.TemporaryDirectory(prefix="ash_scaffold-") as name:
        yield Path(name)


@contextmanager
def _started(
    mix: Mix, arguments: Sequence[str], log: Path, variables: Mapping[str, str] = {}
) -> Iterator[subprocess.Popen[bytes]]:
    program = shutil.which("mix")
    if program is None:
        raise fail(
            Code.MIX_MISSING,
            "There is no mix on the PATH: it is run in the mix project.",
            todo="Install Elixir, or run this where it is.",
        )
    # HEX_OFFLINE keeps Hex off the network; without standard input mix waits for no answer.
    environment = {
        **(os.environ if mix.environment is None else mix.environment),
        "MIX_ENV": mix.mix_env,
        "HEX_OFFLINE": "1",
        "NO_COLOR": "1",
        "ELIXIR_ERL_OPTIONS": f"{os.environ.get('ELIXIR_ERL_OPTIONS', '')} +fnu".strip(),
        **mix.variables,
        **variables,
    }
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                [program, *arguments],
                cwd=mix.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            what = f"mix can't be started: {error.strerror}."
            raise fail(Code.MIX_MISSING, what, where=program) from None
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill mix and what it started, also when the run is interrupted."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(mix: Mix, process: subprocess.Popen[bytes], log: Path) -> int:
    try:
        return process.wait(mix.limit)
    except subprocess.TimeoutExpired:
        raise _late(mix, log) from None


def _follow(mix: Mix, process: subprocess.Popen[bytes], path: Path, log: Path) -> Iterator[bytes]:
    """Yield each line of the answers as it is complete, until the script has ended."""
    position, rest = 0, b""
    end = None if mix.limit is None else time.monotonic() + mix.limit
    while True:
        running = process.poll() is None
        if path.exists():
            with path.open("rb") as file:
                file.seek(position)
                chunk = file.read()
            position += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines
        if not running:
            return
        if end is not None and time.monotonic() > end:
            raise _late(mix, log)
        time.sleep(_POLL)


def _late(mix: Mix, log: Path) -> ScaffoldError:
    return script_failed(f"It was not done within {mix.limit:.0f} seconds.", _output(mix, log))


def _output(mix: Mix, log: Path) -> str:
    text = _ANSI.sub("", log.read_bytes().decode("utf-8", "replace"))
    for secret in mix.secrets:
        text = text.replace(secret, "***")
    return text


def script_failed(what: str, output: str) -> ScaffoldError:
    """Return the error of a script that came to no end, with the last lines that mix printed."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    shown = "\n".join(lines[-_LAST_LINES:])
    return fail(
        Code.SCRIPT_FAILED,
        f"What was run in the project did not come to its end. {what}",
        todo=f"The last lines that mix printed:\n{shown}" if shown else "mix printed nothing.",
    )


def _compile_error(output: str) -> ScaffoldError:
    where, what = first_error(output)
    todo = "Correct it; `mix compile` shows all of it."
    if "mix deps.get" in output:
        what = "Dependencies are missing or not up to date."
        todo = "Run `mix deps.get`."
    return fail(
        Code.COMPILE_FAILED, f"The project does not compile: {what}", where=where, todo=todo
    )


def first_error(output: str) -> tuple[str, str]:
    """Return where the first error of `mix compile` is (`file:line`) and what it says."""
    header, message = "", ""
    lines = output.splitlines()
    for number, line in enumerate(lines):
        if raised := _RAISED.match(line):
            return f"{raised['file']}:{raised['line']}", raised["what"].strip()
        if error := _ERROR.match(line):
            place = next(filter(None, map(_PLACE.search, lines[number : number + 20])), None)
            if place is not None:
                return f"{place['file']}:{place['line']}", error["what"].strip()
        if unparsed := _UNPARSED.match(line):
            below = (_ERROR.match(text) for text in lines[number + 1 :])
            what = next((error["what"] for error in below if error), "it is not Elixir")
            return f"{unparsed['file']}:{unparsed['line']}", what.strip()
        if found := _HEADER.match(line):
            header = found["file"]
        elif exception := _EXCEPTION.match(line):
            following = [text.strip() for text in lines[number + 1 : number + 6]]
            message = exception["what"] or next((text for text in following if text), "")
            return _frame(header, lines[number:]), f"{exception['kind']}: {message}".strip()
    return header, next(
        (line.strip() for line in reversed(lines) if line.strip()), "no reason given"
    )


def _frame(header: str, lines: list[str]) -> str:
    """Return the place in the file that fails, from the stack below the exception."""
    for line in lines:
        frame = _FRAME.match(line)
        if frame is not None and (not header or frame["file"] == header):
            return f"{frame['file']}:{frame['line']}"
    return header
