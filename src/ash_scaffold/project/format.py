"""`mix format` over generated texts: one subprocess, in a staging folder, no file of the project.

The settings are the project's, read as text; mix then runs without the project. Where text is not
enough (plugins, computed settings) and the caller allows it, mix loads the project and its
`.formatter.exs`, which is code. The calls of Ash's and AshPostgres' DSL stay without parentheses
either way.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import resources
from pathlib import Path

import msgspec
from tree_sitter import Node

from ash_scaffold.problem import Code, Problem, Severity
from ash_scaffold.project.formatter_settings import FormatterSettings, read_formatter_settings
from ash_scaffold.project.mix_environment import without_secrets
from ash_scaffold.project.mix_project import Project
from ash_scaffold.syntax.literal import atom, key
from ash_scaffold.syntax.parse import parse

_STAGE = "ASH_SCAFFOLD_STAGE"
_SETTINGS = "ASH_SCAFFOLD_FORMATTER"
_NO_PROJECT = "mix.exs"
_NO_CONFIG = "config.exs"
_NO_PROJECT_TEXT = f"""\
defmodule AshScaffold.Stage.MixProject do
  use Mix.Project

  def project do
    stage = System.fetch_env!("{_STAGE}")

    [
      app: :ash_scaffold_stage,
      version: "0.0.0",
      config_path: Path.join(stage, "{_NO_CONFIG}"),
      build_path: Path.join(stage, "_build"),
      deps_path: Path.join(stage, "deps"),
      lockfile: Path.join(stage, "mix.lock")
    ]
  end
end
"""
_STAGED_NAME = re.compile(r"\S*?(\d{6})\.ex\b")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Formatted(msgspec.Struct, frozen=True, kw_only=True):
    """The texts, formatted unless there is a problem.

    `project_settings` is set when the project's own settings were used.
    """

    texts: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    project_settings: bool = False


_uses: list[int] = []


def was_used() -> bool:
    """Whether this process had texts to format."""
    return bool(_uses)


def formatter_calls() -> tuple[str, ...]:
    """Return the calls that Ash and AshPostgres export without parentheses: `accept: 1` …."""
    text = resources.files("ash_scaffold.project").joinpath("formatter_calls.txt").read_text()
    return tuple(text.split("\n")[:-1])


def format_files(
    files: Mapping[str, str],
    project: Project,
    *,
    locals_without_parens: Sequence[str],
    run_project: bool = True,
    timeout_seconds: float = 120.0,
) -> Formatted:
    """Format Elixir texts, keyed by any name, as the project's formatter does.

    Runs `mix format` once (a second time with plain settings when the project's own fail). It
    asks nothing and uses no network. Without `run_project` no code of the project runs. On any
    failure the texts come back as they were, with one problem: `FORMATTER_MISSING` (a note) or
    `FORMATTER_FAILED` (a warning).
    """
    if not files:
        return Formatted(texts={})
    _uses.append(len(files))
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
        settings = read_formatter_settings(project)
        if run_project and not settings.complete and _loadable(project):
            stage.fill(files, _project_settings(project, locals_without_parens))
            error = stage.run(project, own=True)
            if error is None:
                return Formatted(texts=stage.read(files), project_settings=True)
        stage.fill(files, _plain_settings(settings, locals_without_parens))
        error = stage.run(project, own=False)
        if error is None:
            own = project.formatter.path is not None and settings.complete
            return Formatted(texts=stage.read(files), project_settings=own)
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
        (self.folder / _NO_PROJECT).write_text(_NO_PROJECT_TEXT, encoding="utf-8")
        (self.folder / _NO_CONFIG).write_text("[]\n", encoding="utf-8")

    def read(self, files: Mapping[str, str]) -> dict[str, str]:
        return {
            name: _with_quotes(self._path(number).read_bytes()).decode()
            for number, name in enumerate(files)
        }

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
        # answer. Without any project mix would still load the config/config.exs of the folder
        # that it runs in, so MIX_EXS is a project that has nothing.
        environment = {
            **without_secrets(os.environ),
            _STAGE: str(self.folder),
            "HEX_OFFLINE": "1",
            "MIX_QUIET": "1",
            "NO_COLOR": "1",
            "ELIXIR_ERL_OPTIONS": f"{os.environ.get('ELIXIR_ERL_OPTIONS', '')} +fnu".strip(),
        }
        if own:
            environment[_SETTINGS] = str(project.root / (project.formatter.path or ""))
        else:
            environment["MIX_EXS"] = str(self.folder / _NO_PROJECT)
        return environment


def _with_quotes(source: bytes) -> bytes:
    """Put the atoms in quotes that an older Elixir's formatter took out of them.

    To 1.14 a name of several scripts is an identifier, to later versions it is an error.
    """
    if source.isascii():
        return source
    tree = parse(source)
    parts, position = [], 0
    for node in _bare_names(tree.root):
        text = tree.text(node)
        name = text.rstrip().removeprefix(":").removesuffix(":")
        written = atom(name) if node.type == "atom" else text.replace(f"{name}:", key(name), 1)
        if not name.isascii() and written != text:
            parts += [source[position : node.start_byte], written.encode()]
            position = node.end_byte
    return b"".join((*parts, source[position:]))


def _bare_names(node: Node) -> Iterator[Node]:
    """Yield the atoms and keys without quotes, in their order."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if found.type in ("atom", "keyword"):
            yield found
        else:
            waiting += reversed(found.children)


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


def _plain_settings(settings: FormatterSettings, calls: Sequence[str]) -> str:
    """Return settings that are data: those that were read, and Ash's calls."""
    switches = "".join(f"  {switch},\n" for switch in settings.switches)
    return (
        "[\n"
        f'  inputs: [Path.join(System.fetch_env!("{_STAGE}"), "*.ex")],\n'
        f"{switches}"
        f"  locals_without_parens: [{', '.join((*settings.calls, *calls))}]\n"
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
