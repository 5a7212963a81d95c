"""`mix format` over generated texts: one subprocess, in a staging folder, no file of the project.

The project's own `.formatter.exs` is used when its dependencies are there; the calls of Ash's and
AshPostgres' DSL stay without parentheses either way.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import resources
from pathlib import Path

import msgspec

from ash_scaffold.problem import Code, Problem, Severity
from ash_scaffold.project.mix_project import Project

DEFAULT_LINE_LENGTH = 98
_STAGE = "ASH_SCAFFOLD_STAGE"
_SETTINGS = "ASH_SCAFFOLD_FORMATTER"
_STAGED_NAME = re.compile(r"\S*?(\d{6})\.ex\b")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Formatted(msgspec.Struct, frozen=True, kw_only=True):
    """The texts, formatted unless there is a problem.

    `project_settings` is set when the project's own settings were used.
    """

    texts: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    project_settings: bool = False


def formatter_calls() -> tuple[str, ...]:
    """Return the calls that Ash and AshPostgres export without parentheses: `accept: 1` …."""
    text = resources.files("ash_scaffold.project").joinpath("formatter_calls.txt").read_text()
    return tuple(text.split("\n")[:-1])


def format_files(
    files: Mapping[str, str],
    project: Project,
    *,
    locals_without_parens: Sequence[str],
    timeout_seconds: float = 120.0,
) -> Formatted:
    """Format Elixir texts, keyed by any name, as the project's formatter does.

    Runs `mix format` once (a second time with plain settings when the project's own fail). It
    asks nothing and uses no network. On any failure the texts come back as they were, with one
    problem: `FORMATTER_MISSING` (a note) or `FORMATTER_FAILED` (a warning).
    """
    if not files:
        return Formatted(texts={})
    mix = shutil.which("mix")
    if mix is None:
        return _unformatted(
            files,
            Code.FORMATTER_MISSING,
            Severity.NOTE,
            "No mix on the PATH: the files are not formatted.",
            "Run `mix format` where Elixir is installed.",
        )
    with tempfile.TemporaryDirectory(prefix="ash_scaffold-") as folder:
        stage = _Stage(Path(folder), mix, timeout_seconds)
        error: str | None = None
        if _loadable(project):
            stage.fill(files, _project_settings(project, locals_without_parens))
            error = stage.run(project, own=True)
            if error is None:
                return Formatted(texts=stage.read(files), project_settings=True)
        stage.fill(files, _plain_settings(project, locals_without_parens))
        error = stage.run(project, own=False)
        if error is None:
            return Formatted(texts=stage.read(files))
    return _unformatted(
        files,
        Code.FORMATTER_FAILED,
        Severity.WARNING,
        f"mix format failed: {_named(error, files)}",
        "The files are written as they are; run `mix format` on them.",
    )


class _Stage:
    """The staging folder and the one command that runs over it."""

    def __init__(self, folder: Path, mix: str, timeout_seconds: float) -> None:
        self.folder = folder
        self.mix = mix
        self.timeout_seconds = timeout_seconds

    @property
    def settings(self) -> Path:
        return self.folder / ".formatter.exs"

    def fill(self, files: Mapping[str, str], settings: str) -> None:
        for number, text in enumerate(files.values()):
            self._path(number).write_bytes(text.encode())
        self.settings.write_text(settings, encoding="utf-8")

    def read(self, files: Mapping[str, str]) -> dict[str, str]:
        return {name: self._path(number).read_bytes().decode() for number, name in enumerate(files)}

    def run(self, project: Project, *, own: bool) -> str | None:
        """Run the formatter from the project's folder (version managers choose by it).

        Returns the error, in one line.
        """
        try:
            process = subprocess.Popen(
                [self.mix, "format", "--dot-formatter", str(self.settings)],
                cwd=project.app_root,
                env=self._environment(project, own=own),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return f"mix can't be started: {error.strerror}"
        try:
            output, _ = process.communicate(timeout=self.timeout_seconds)
        except subprocess.TimeoutExpired:
            return f"it took longer than {self.timeout_seconds:g} seconds"
        finally:
            _end(process)
        return None if process.returncode == 0 else _first_error(output.decode("utf-8", "replace"))

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}.ex"

    def _environment(self, project: Project, *, own: bool) -> dict[str, str]:
        # HEX_OFFLINE keeps Hex off the network; with no standard input mix never waits for an
        # answer; MIX_EXS at a file that is not there makes mix run without a project.
        environment = {
            **os.environ,
            _STAGE: str(self.folder),
            "HEX_OFFLINE": "1",
            "MIX_QUIET": "1",
            "NO_COLOR": "1",
            "ELIXIR_ERL_OPTIONS": f"{os.environ.get('ELIXIR_ERL_OPTIONS', '')} +fnu".strip(),
        }
        if own:
            environment[_SETTINGS] = str(project.root / (project.formatter.path or ""))
        else:
            environment["MIX_EXS"] = str(self.folder / "none.exs")
        return environment


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill mix and its children, also when the run is interrupted."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _loadable(project: Project) -> bool:
    """Whether the project's settings can be loaded: every package they import is fetched."""
    formatter = project.formatter
    if formatter.path is None:
        return False
    deps = project.root / "deps"
    siblings = {app.name for app in project.apps}
    return all(name in siblings or (deps / name).is_dir() for name in formatter.import_deps)


def _project_settings(project: Project, calls: Sequence[str]) -> str:
    """Return settings that take the project's own and add the staged files and Ash's calls.

    Plugins are modules of dependencies: without a build, loading them would compile.
    """
    build = project.root / "_build" / os.environ.get("MIX_ENV", "dev") / "lib"
    dropped = ":inputs, :subdirectories" + ("" if build.is_dir() else ", :plugins")
    return (
        f'{{settings, _}} = Code.eval_file(System.fetch_env!("{_SETTINGS}"))\n'
        "settings\n"
        f"|> Keyword.drop([{dropped}])\n"
        f"|> Keyword.update(:locals_without_parens, [{', '.join(calls)}], fn own ->\n"
        f"  own ++ [{', '.join(calls)}]\n"
        "end)\n"
        f'|> Keyword.put(:inputs, [Path.join(System.fetch_env!("{_STAGE}"), "*.ex")])\n'
    )


def _plain_settings(project: Project, calls: Sequence[str]) -> str:
    line_length = project.formatter.line_length or DEFAULT_LINE_LENGTH
    return (
        "[\n"
        f'  inputs: [Path.join(System.fetch_env!("{_STAGE}"), "*.ex")],\n'
        f"  line_length: {line_length},\n"
        f"  locals_without_parens: [{', '.join(calls)}]\n"
        "]\n"
    )


def _first_error(output: str) -> str:
    lines = [line.strip() for line in _ANSI.sub("", output).splitlines() if line.strip()]
    named = [line for line in lines if line.startswith(("** (", "mix format failed for file"))]
    return "; ".join(named[:2]) or (lines[-1] if lines else "it gave no reason")


def _named(error: str, files: Mapping[str, str]) -> str:
    names = list(files)

    def name(match: re.Match[str]) -> str:
        number = int(match[1])
        return names[number] if number < len(names) else match[0]

    return _STAGED_NAME.sub(name, error)


def _unformatted(
    files: Mapping[str, str], code: Code, severity: Severity, what: str, todo: str
) -> Formatted:
    problem = code.at("", what, todo=todo, severity=severity)
    return Formatted(texts=dict(files), problems=(problem,))
