"""What a shell completes: asked of the shells themselves, with the script that the tool gives."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Add = Callable[[Path, Mapping[str, str]], None]
Complete = Callable[[str], str]

CONFIG = """[domains."Shop.Sales"]
tables = ["customers", "billing.*", "$(touch stolen)", "or`id`", "a b"]

[domains."Shop.Stock"]
tables = ["crates"]

[tables."billing.invoices"]
description = "x"
"""
# Says what it was called with; asked for what completes a line it is the tool.
PROGRAM = f"""#!/bin/sh
if [ -n "$_ASH_SCAFFOLD_COMPLETE" ]; then
  exec {sys.executable} -c 'import sys; sys.argv[0] = "ash-scaffold"
from ash_scaffold.__main__ import main; main()'
fi
printf 'called: %s\\n' "$*"
"""
START = {
    "bash": ("bash --norc --noprofile -i", ""),
    "zsh": ("zsh -f -i", "autoload -U compinit; compinit -u -D; "),
}
SECONDS = 60


@pytest.fixture
def on_path(project: Path, add: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two domains, and the program on the PATH."""
    add(project, {"ash_scaffold.toml": CONFIG})
    program = tmp_path / "bin" / "ash-scaffold"
    program.parent.mkdir()
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    for name, value in {"HOME": str(tmp_path), "PS1": "", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    return project


@pytest.fixture(params=START)
def shell(request: pytest.FixtureRequest, on_path: Path) -> Complete:
    """Give `complete(line) -> str`: what the shell makes of a line that ends with Tab and Enter."""
    command, before = START[request.param]
    script = f'{before}eval "$(_ASH_SCAFFOLD_COMPLETE=source_{request.param} ash-scaffold)"'
    if shutil.which(request.param) is None:
        pytest.skip(f"there is no {request.param}")

    def complete(line: str) -> str:
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(on_path)
            os.execvp(command.split()[0], command.split())
        try:
            until(terminal, f"{script}; printf 'rea''dy\\n'\n", "ready")
            return until(terminal, f"ash-scaffold {line}\t\n", "called: ").strip()
        finally:
            os.close(terminal)
            os.waitpid(child, 0)

    return complete


def until(terminal: int, typed: str, said: str) -> str:
    """Type, and return the line that begins with something once it is there."""
    os.write(terminal, typed.encode())
    text, end = "", time.monotonic() + SECONDS
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            text += os.read(terminal, 65536).decode("utf-8", "replace")
        lines = [each for each in text.splitlines(keepends=True) if each.startswith(said)]
        if lines and lines[-1].endswith("\n"):
            return lines[-1].removeprefix(said)
    raise AssertionError(f"The shell did not say {said!r}: {text!r}")


LINES = {
    "a command": ("resour", "resources"),
    "an option": ("resources --dom", "resources --domain"),
    "a domain": ("resources --domain Shop.St", "resources --domain Shop.Stock"),
    "a table": ("resources --table crat", "resources --table crates"),
    "a value of several": ("check --url x --fail-on br", "check --url x --fail-on breaks"),
    "a table as a word": ("cutover cust", "cutover customers"),
    "a code": ("explain not-a-mix", "explain not-a-mix-project"),
    "a file": ("check --dump mix.e", "check --dump mix.exs"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("line", "completed"), LINES.values(), ids=LINES)
def test_a_shell_completes(shell: Complete, line: str, completed: str) -> None:
    assert shell(line) == completed


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
@pytest.mark.parametrize(("line", "completed"), LINES.values(), ids=LINES)
def test_fish_completes(on_path: Path, line: str, completed: str) -> None:
    script = "_ASH_SCAFFOLD_COMPLETE=source_fish ash-scaffold | source; complete -C $argv[1]"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script, f"ash-scaffold {line}"],
        cwd=on_path, capture_output=True, text=True, timeout=SECONDS, check=True,
    )  # fmt: skip
    words = [each.split("\t")[0] for each in done.stdout.splitlines()]
    assert words == [completed.split()[-1]]


def answers(line: str) -> list[str]:
    """What the tool answers to bash for a line."""
    words = f"ash-scaffold {line}".split(" ")
    asked = {
        "_ASH_SCAFFOLD_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(
        ["ash-scaffold"], env={**os.environ, **asked}, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.usefixtures("on_path")
def test_a_name_that_a_shell_would_run_is_not_offered() -> None:
    assert answers("resources --table ") == ["billing.invoices", "crates", "customers"]
    assert answers("resources --exclude $") == []


@pytest.mark.usefixtures("on_path")
def test_the_names_of_the_last_run_are_offered_too(
    project: Path, add: Add, shop: str, resources: Callable[..., object]
) -> None:
    add(project, {"ash_scaffold.toml": ""})
    resources("--domain", "Shop.Sales", "--url", shop)
    assert answers("actions --domain ") == ["Shop.Sales"]
    assert answers("advise --table o") == ["orders"]


@pytest.mark.usefixtures("on_path")
@pytest.mark.parametrize("text", ["domains = 1\n", "[", None])
def test_what_can_t_be_read_completes_nothing_and_says_nothing(
    project: Path, text: str | None
) -> None:
    if text is None:
        (project / "mix.exs").unlink()
    else:
        (project / "ash_scaffold.toml").write_text(text)
    assert answers("resources --domain ") == []
