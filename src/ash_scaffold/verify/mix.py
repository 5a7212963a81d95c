"""Runs `mix` in the user's project: first the compiler, then the script that answers.

Nothing is added to the project. What it prints goes to a file of the run's own and is shown only
when something fails; answers come through another file.
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

from ash_scaffold.packaged import data_path
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Atom, Keyword, Term
from ash_scaffold.verify.answers import Answer, EndAnswer, FailedAnswer, decode

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
    """How mix is to be called. `secrets` are left out of whatever is shown of its output."""

    folder: Path
    mix_env: str
    variables: Mapping[str, str] = {}
    secrets: tuple[str, ...] = ()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The request to the script.

    `rows` is None for all. `tables` is None for all. `database` are the options that the repo is
    started with in place of its own, None to leave those; `where` identifies the one database that
    may be used. `risks` are table, column and the condition of values that don't count.
    """

    answer: str
    domains: tuple[str, ...] = ()
    tables: tuple[Name, ...] | None = None
    rows: int | None = 100
    show_values: bool = False
    write: bool = False
    database: tuple[tuple[str, Term], ...] | None = None
    where: str
    risks: Sequence[tuple[Name, str, str]] = ()


def question_text(question: Question) -> str:
    """Write the question as an Elixir keyword list."""
    tables: Term = None
    if question.tables is not None:
        tables = [(name.schema, name.name) for name in question.tables]
    risks: list[Term] = [
        ((name.schema, name.name), column, sql) for name, column, sql in question.risks
    ]
    return flat(
        Keyword(
            (
                ("answer", question.answer),
                ("domains", list(question.domains)),
                ("tables", tables),
                ("rows", Atom("all") if question.rows is None else question.rows),
                ("show_values", question.show_values),
                ("write", question.write),
                ("database", None if question.database is None else Keyword(question.database)),
                ("where", question.where),
                ("risks", risks),
            )
        )
    )


def compile_project(mix: Mix) -> None:
    """Compile the project as its team does.

    Raises `ScaffoldError` (`mix-missing`, `compile-failed`) with the first error, its file and
    line.
    """
    with _scratch() as folder:
        log = folder / "output"
        with _started(mix, ["compile"], log) as process:
            code = process.wait()
        if code != 0:
            raise _compile_error(_output(mix, log))


def run_task(mix: Mix, *arguments: str) -> tuple[int, str]:
    """Run a task of mix; return its exit code and what it printed, without secrets.

    Raises `ScaffoldError` (`mix-missing`).
    """
    with _scratch() as folder:
        log = folder / "output"
        with _started(mix, list(arguments), log) as process:
            code = process.wait()
        return code, _output(mix, log)


def ask(mix: Mix, question: Callable[[Path], str], say: Callable[[Answer], None]) -> list[Answer]:
    """Run the script and return its answers, each passed to `say` as it comes.

    `question` gives the text of the request for the path that answers go to. The script may end
    early: the answers say why. Raises `ScaffoldError` (`script-failed`) when it dies or says
    nothing.
    """
    script = data_path("templates") / "verify" / "verify.exs"
    with _scratch() as folder:
        request, answers, log = folder / "request.exs", folder / "answers", folder / "output"
        request.write_text(question(answers), encoding="utf-8")
        arguments = ["run", "--no-compile", "--no-start", str(script)]
        events: list[Answer] = []
        with _started(mix, arguments, log, {_REQUEST: str(request)}) as process:
            for event in _follow(process, answers):
                events.append(event)
                say(event)
        output = _output(mix, log)
    failed = next((event for event in events if isinstance(event, FailedAnswer)), None)
    if failed is not None:
        raise _script_failed(f"It stopped with {failed.error} in {failed.at}.", output)
    if not events:
        raise _script_failed("It gave no answer.", output)
    if not isinstance(events[-1], EndAnswer):
        raise _script_failed(f"It died with exit code {process.returncode}.", output)
    return events


@contextmanager
def _scratch() -> Iterator[Path]:
    # Only this user may enter: the request can hold a password, the answers rows' values.
    with tempfile.TemporaryDirectory(prefix="ash_scaffold-") as name:
        yield Path(name)


@contextmanager
def _started(
    mix: Mix, arguments: list[str], log: Path, variables: Mapping[str, str] = {}
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
        **os.environ,
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


def _follow(process: subprocess.Popen[bytes], path: Path) -> Iterator[Answer]:
    """Yield each answer as its line is complete, until the script has ended."""
    position, rest = 0, b""
    while True:
        running = process.poll() is None
        if path.exists():
            with path.open("rb") as file:
                file.seek(position)
                chunk = file.read()
            position += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield _decoded(line)
        if not running:
            return
        time.sleep(_POLL)


def _decoded(line: bytes) -> Answer:
    try:
        return decode(line)
    except msgspec.DecodeError as error:
        what = f"Its answer can't be read: {error}."
        raise _script_failed(what, "") from None


def _output(mix: Mix, log: Path) -> str:
    text = _ANSI.sub("", log.read_bytes().decode("utf-8", "replace"))
    for secret in mix.secrets:
        text = text.replace(secret, "***")
    return text


def _script_failed(what: str, output: str) -> ScaffoldError:
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    shown = "\n".join(lines[-_LAST_LINES:])
    return fail(
        Code.SCRIPT_FAILED,
        f"The script that asks the project did not come to its end. {what}",
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
