"""Which commands run code of the project (mix.exs, configuration, `.formatter.exs`)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from ash_scaffold.cli.arguments import COMMANDS


class Done(Protocol):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Add = Callable[[Path, Mapping[str, str]], None]

needs_mix = pytest.mark.skipif(shutil.which("mix") is None, reason="no mix on the PATH")

# Writes down each process that a run starts, by its program's name and first argument.
TRAP = """
import os, sys
EVENTS = {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.forkpty",
          "os.spawn", "pty.spawn"}
def watch(event, arguments):
    if event in EVENTS:
        command = arguments[1] if event == "subprocess.Popen" else arguments
        words = [os.path.basename(str(word)) for word in command][:2]
        with open(os.environ["TRAPPED"], "a") as file:
            file.write(event + " " + " ".join(words) + "\\n")
sys.addaudithook(watch)
"""
RUN_NO_CODE = {
    "actions": ("--no-format", "--domain", "Shop.Sales"),
    "brief": ("customers",),
    "check": (),
    "document": (),
    "explain": ("column-unsupported",),
    "inspect": (),
    "init": (),
    "plan": (),
    "resources": ("--no-format", "--domain", "Shop.Sales"),
}
START_MIX = {
    "doctor": (),
    "resources": ("--dry-run", "--domain", "Shop.Sales"),
}
# These start the programs of a throw-away server, and no other.
START_SERVER = {
    "advise": (),
}
# These run code of a project, as their documentation says: of the user's, of the sample's.
RUN_CODE = {"verify", "cutover", "demo"}
CANARY = 'File.write!("{path}", System.get_env() |> Enum.map_join("\\n", &inspect/1))\n'


@pytest.fixture
def canaries(project: Path, add: Add, tmp_path: Path) -> Path:
    """Let each file of the project that mix could evaluate leave its environment in a folder."""
    folder = tmp_path / "ran"

    def with_canary(name: str) -> str:
        return CANARY.format(path=folder / name) + (project / name).read_text()

    paths = ("mix.exs", "config/config.exs", ".formatter.exs")
    (folder / "config").mkdir(parents=True)
    add(project, {path: with_canary(path) for path in paths})
    add(project, {"ash_scaffold.toml": '[domains."Shop.Sales"]\ntables = ["*"]\n'})
    computed = "(fn -> [line_length: 40, import_deps: []] end).()\n"
    add(project, {".formatter.exs": CANARY.format(path=folder / ".formatter.exs") + computed})
    return folder


def ran(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_of_each_command_it_is_known_whether_it_runs_code() -> None:
    names = set(COMMANDS)
    assert names == {*RUN_NO_CODE, *START_MIX, *START_SERVER, *RUN_CODE}


@pytest.mark.parametrize("command", RUN_NO_CODE)
def test_a_command_that_starts_no_process(
    canaries: Path,
    shop: str,
    process: Run,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trapped = tmp_path / "trapped"
    monkeypatch.setenv("TRAPPED", str(trapped))
    url = () if command == "explain" else ("--url", shop)
    done = process(command, *RUN_NO_CODE[command], *url, program=TRAP)
    assert done.code in (0, 1), done.err
    assert started(trapped) == set()
    assert ran(canaries) == []


@pytest.mark.skipif(shutil.which("git") is None, reason="no git on the PATH")
def test_a_page_asks_git_alone(
    canaries: Path, shop: str, process: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trapped = tmp_path / "trapped"
    monkeypatch.setenv("TRAPPED", str(trapped))
    done = process("document", "--html", "docs/schema.html", "--url", shop, program=TRAP)
    assert done.code == 0, done.err
    assert started(trapped) == {"subprocess.Popen git --no-optional-locks"}
    trapped.unlink()
    done = process("document", "--html", "docs/schema.html", "--check", "--url", shop, program=TRAP)
    assert done.code == 0, done.err
    assert started(trapped) == set()
    assert ran(canaries) == []


@pytest.mark.parametrize("command", START_SERVER)
def test_a_command_that_starts_a_throw_away_server(
    canaries: Path,
    shop: str,
    process: Run,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trapped = tmp_path / "trapped"
    monkeypatch.setenv("TRAPPED", str(trapped))
    done = process(command, *START_SERVER[command], "--url", shop, program=TRAP)
    assert done.code in (0, 1), done.err
    programs = {line.split()[1] for line in started(trapped)}
    # What initdb makes is kept for the next server.
    assert {"postgres"} <= programs <= {"initdb", "postgres", "pg_config"}
    assert ran(canaries) == []


@needs_mix
@pytest.mark.parametrize("command", START_MIX)
def test_a_command_that_starts_mix_without_the_project(
    canaries: Path,
    shop: str,
    process: Run,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trapped = tmp_path / "trapped"
    monkeypatch.setenv("TRAPPED", str(trapped))
    done = process(command, *START_MIX[command], "--url", shop, program=TRAP)
    assert done.code in (0, 1), done.err
    found = started(trapped)
    assert "subprocess.Popen mix format" in found
    assert found <= {
        "subprocess.Popen mix format",
        "subprocess.Popen mix --version",
        "subprocess.Popen git --no-optional-locks",
    }
    assert ran(canaries) == []


@needs_mix
def test_settings_that_text_does_not_tell_are_run_without_secrets(
    canaries: Path, project: Path, shop: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", shop)
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    monkeypatch.setenv("SECRET_KEY_BASE", "hunter2")
    monkeypatch.setenv("CACHE", "redis://:hunter2@localhost")
    monkeypatch.setenv("PORT", "4000")
    done = run("resources", "--domain", "Shop.Sales")
    assert done.code in (0, 1), done.err
    assert ran(canaries) == [".formatter.exs", "config.exs", "mix.exs"]
    for path in (each for each in canaries.rglob("*") if each.is_file()):
        seen = path.read_text()
        assert "hunter2" not in seen
        assert "DATABASE_URL" not in seen
        assert '{"PORT", "4000"}' in seen
    assert (project / "lib/shop/sales.ex").exists()


@needs_mix
def test_settings_that_are_text_run_no_code(
    canaries: Path, project: Path, shop: str, run: Run, add: Add
) -> None:
    settings = "calls = [own: 1]\n[import_deps: [], line_length: 60, locals_without_parens: calls]"
    add(project, {".formatter.exs": settings})
    assert run("resources", "--domain", "Shop.Sales", "--url", shop).code in (0, 1)
    assert ran(canaries) == []


def started(trapped: Path) -> set[str]:
    """Return what was started, but for copies of the process itself, of which the same is told."""
    lines = trapped.read_text().splitlines() if trapped.exists() else []
    return {line for line in lines if line.split() != ["os.fork"]}
