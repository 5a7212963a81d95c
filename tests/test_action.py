"""The GitHub Action: its steps, run as GitHub runs them, in the sample project."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ash_scaffold.cli.demo import copy_sample

ROOT = Path(__file__).resolve().parents[1]
ACTION: dict[str, Any] = import_module("yaml").safe_load(
    (ROOT / "action.yml").read_text(encoding="utf-8")
)
STEPS: dict[str, dict[str, Any]] = {each["name"]: each for each in ACTION["runs"]["steps"]}
EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
DUMP = "priv/repo/structure.sql"
HOSTILE = "$(touch stolen) `touch stolen` ; touch stolen #'\"\\ --json"
# The program that the first step installs: this source tree's.
PROGRAM = f'#!/bin/sh\nexec {sys.executable} -m ash_scaffold "$@"\n'
# A Python that says what it was called with, and makes what venv would.
PYTHON = """#!/bin/sh
printf '%s\\n' "$@" >> "$CALLS"
case "$2" in venv) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;; esac
"""


def step(name: str, where: Path, inputs: Mapping[str, str], **context: str) -> tuple[int, str]:
    """Run a step's script with what GitHub would give it; return exit code and output."""
    values = {f"inputs.{key}": str(each["default"]) for key, each in ACTION["inputs"].items()}
    values |= {f"inputs.{key}": value for key, value in inputs.items()} | context
    found = STEPS[name]

    def filled(text: str) -> str:
        return EXPRESSION.sub(lambda match: values[match[1]], text)

    runner = where.parent / "runner"
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment = {key: filled(value) for key, value in found["env"].items()}
    github = {
        "RUNNER_TEMP": str(runner),
        "GITHUB_WORKSPACE": str(where),
        "CALLS": f"{runner}/calls",
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", found["run"]],
        cwd=where / filled(found.get("working-directory", ".")),
        env={**kept, "PYTHONPATH": str(ROOT / "src"), **environment, **github},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The sample project in a folder of a checkout, with the program where the action puts it."""
    program = tmp_path / "runner/ash-scaffold/bin/ash-scaffold"
    program.parent.mkdir(parents=True)
    program.write_text(PROGRAM)
    program.chmod(0o755)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    copy_sample(checkout / "app")
    subprocess.run(
        [program, "resources", "--no-format", "--dump", DUMP],
        cwd=checkout / "app",
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=True,
    )
    return checkout


def test_no_input_is_pasted_into_a_script() -> None:
    assert [name for name, each in STEPS.items() if EXPRESSION.search(each.get("run", ""))] == []


def test_every_input_is_used_and_described() -> None:
    used = set(EXPRESSION.findall((ROOT / "action.yml").read_text(encoding="utf-8")))
    assert {each for each in used if each.startswith("inputs.")} == {
        f"inputs.{name}" for name in ACTION["inputs"]
    }
    assert all(each["description"].endswith(".") for each in ACTION["inputs"].values())


def test_the_guide_has_a_row_for_each_input() -> None:
    page = (ROOT / "docs/guide/ci.md").read_text(encoding="utf-8")
    rows = page.split("\n| Input | |\n|---|---|\n")[1].split("\n\n")[0].splitlines()
    assert [row.split("`")[1] for row in rows] == list(ACTION["inputs"])


def test_every_script_says_which_shell_reads_it() -> None:
    assert {each.get("shell") for each in STEPS.values() if "run" in each} == {"bash"}


def test_a_project_that_agrees_passes_without_a_word(sample: Path) -> None:
    given = {"dump": DUMP, "working-directory": "app"}
    assert step("Check", sample, given) == (0, "")


def test_a_fault_fails_the_step_with_an_annotation_at_its_line(sample: Path) -> None:
    resource = sample / "app/lib/app/blog/post.ex"
    text = resource.read_text()
    assert "    migrate? false\n" in text
    resource.write_text(text.replace("    migrate? false\n", ""))
    given = {"dump": DUMP, "working-directory": "app", "fail-on": "breaks"}
    code, said = step("Check", sample, given)
    assert code == 1
    assert said.startswith("::error file=app/lib/app/blog/post.ex,line=")
    assert "does not say `migrate? false`" in said


def test_further_arguments_are_one_a_line(sample: Path) -> None:
    given = {"dump": DUMP, "working-directory": "app", "args": "--hand-over\n\n--format\njson"}
    code, said = step("Check", sample, given)
    assert (code, json.loads(said)["clean"]) == (0, True)


@pytest.mark.parametrize("name", ["dump", "url", "fail-on", "args"])
def test_an_input_is_no_code(sample: Path, name: str) -> None:
    given = {"working-directory": "app", **({} if name == "url" else {"dump": DUMP}), name: HOSTILE}
    code, said = step("Check", sample, given)
    assert code == 2
    assert not list(sample.rglob("stolen"))
    assert "syntax error" not in said


def test_a_url_is_no_argument(sample: Path) -> None:
    program = sample.parent / "runner/ash-scaffold/bin/ash-scaffold"
    program.write_text('#!/bin/sh\necho "$*"; echo "$DATABASE_URL"\n')
    given = {"url": "postgres://me:s3cret@localhost/shop", "working-directory": "app"}
    assert step("Check", sample, given) == (
        0,
        "check --format github --fail-on=stale\npostgres://me:s3cret@localhost/shop\n",
    )


def test_a_dump_and_a_url_are_one_too_many(sample: Path) -> None:
    code, said = step("Check", sample, {"dump": DUMP, "url": "postgres://localhost/shop"})
    assert (code, said) == (
        2,
        "::error title=ash-scaffold::Both inputs are given, dump and url: one of them holds the "
        "schema to check against.\n",
    )


@pytest.mark.parametrize(
    ("version", "source"),
    [
        ("", "/actions/ash scaffold[embedded]"),
        ("v1.2.0", "ash-scaffold[embedded] @ git+https://github.example/o/r@v1.2.0"),
    ],
)
def test_what_is_installed(tmp_path: Path, version: str, source: str) -> None:
    assert installed(tmp_path, version) == (0, "")
    runner = tmp_path / "runner"
    assert (runner / "calls").read_text().splitlines() == [
        *("-m", "venv", str(runner / "ash-scaffold")),
        *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", source),
    ]


@pytest.mark.parametrize("version", [HOSTILE, "-e /tmp", "v1 ; x", "v1\n--index-url=x", "@v1"])
def test_a_version_that_is_none_installs_nothing(tmp_path: Path, version: str) -> None:
    assert installed(tmp_path, version) == (
        2,
        "::error title=ash-scaffold::The input version is no tag, branch or commit.\n",
    )
    assert not (tmp_path / "runner/calls").exists()
    assert not list(tmp_path.rglob("stolen"))


def installed(folder: Path, version: str) -> tuple[int, str]:
    """Run the step that installs, with a Python that only writes down what it is called with."""
    python = folder / "runner/python"
    python.parent.mkdir()
    python.write_text(PYTHON)
    python.chmod(0o755)
    context = {
        "steps.python.outputs.python-path": str(python),
        "github.action_path": "/actions/ash scaffold",
        "github.server_url": "https://github.example",
        "github.action_repository": "o/r",
    }
    (folder / "checkout").mkdir()
    return step("Install ash-scaffold", folder / "checkout", {"version": version}, **context)
