"""A small mix project, and the command line run in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from ash_scaffold.cli.app import application
from ash_scaffold.explanations import EXPLANATIONS
from ash_scaffold.postgres.url import URL
from ash_scaffold.problem import Code

MIX = """defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "0.1.0", deps: [{:ash, "~> 3.0"}, {:ash_postgres, "~> 2.0"}]]
  end
end
"""
REPO = """defmodule Shop.Repo do
  use AshPostgres.Repo, otp_app: :shop

  @impl true
  def installed_extensions, do: []

  @impl true
  def migrate_extensions?, do: false

  @impl true
  def min_pg_version, do: %Version{major: 16, minor: 0, patch: 0}
end
"""
FILES = {
    "mix.exs": MIX,
    "lib/shop/repo.ex": REPO,
    ".formatter.exs": "[import_deps: [:ash, :ash_postgres]]\n",
    "config/config.exs": "import Config\n\nconfig :shop, ash_domains: [Shop.Sales]\n",
}
DDL = """
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers
);
"""

_PROBLEM = re.compile(r"^(?:error|warning|note) \[([a-z-]+)\] ", re.MULTILINE)
MAIN = "from ash_scaffold.__main__ import main; main()"


class Done(msgspec.Struct, frozen=True):
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def failure(self) -> tuple[int, str, str]:
        """What a run that can't do its work shows: nothing on standard output."""
        return (self.code, self.out, self.err)


def write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def tree(root: Path) -> dict[str, bytes]:
    """Every file of a folder and its bytes; empty folders count."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else b"(folder)"
        for path in sorted(root.rglob("*"))
        if path.is_file() or not any(path.iterdir())
    }


@pytest.fixture(autouse=True)
def _no_database_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "PGHOST", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGPORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "shop"
    write(root, FILES)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def run() -> Callable[..., Done]:
    """Give `run(*arguments) -> Done`: the command line, in this process."""

    def invoke(*arguments: str) -> Done:
        result = CliRunner().invoke(application(), list(arguments), prog_name="ash-scaffold")
        done = Done(result.exit_code, result.stdout, result.stderr)
        assert unexplained(arguments, done) == set()
        return done

    return invoke


def unexplained(arguments: Sequence[str], done: Done) -> set[str]:
    """The codes that a command has said, and that aren't explained as its own."""
    said = set(_PROBLEM.findall(done.err))
    if done.out.startswith("{"):
        said |= {each["code"] for each in json.loads(done.out).get("problems", ())}
    if not arguments:
        return set()  # without a command it is no command's
    own = {code.value for code in Code if arguments[0] in EXPLANATIONS[code].commands}
    return said - own


@pytest.fixture
def resources(run: Callable[..., Done]) -> Callable[..., Done]:
    """Give `resources(*arguments)`: that command without the formatter, which has its own tests."""
    return lambda *arguments: run("resources", "--no-format", *arguments)


@pytest.fixture
def database(make_database: Callable[..., URL]) -> Callable[..., str]:
    """Give `database(*statements) -> str`: a new database's URL as one types it."""
    return lambda *statements: as_typed(make_database(*statements))


@pytest.fixture
def shop(database: Callable[..., str]) -> str:
    """The URL of a database with customers and their orders."""
    return database(DDL)


@pytest.fixture
def process() -> Callable[..., Done]:
    """Give `process(*arguments, program=…)`: the command line in a process of its own.

    `program` is Python to run before it.
    """

    def start(*arguments: str, program: str = "") -> Done:
        done = subprocess.run(
            [sys.executable, "-c", f"{program}\n{MAIN}", *arguments],
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return start


@pytest.fixture
def files_of() -> Callable[[Path], dict[str, bytes]]:
    """Give `files_of(root)`."""
    return tree


@pytest.fixture
def add() -> Callable[[Path, Mapping[str, str]], None]:
    """Give `add(root, files)`: write texts by path."""
    return write


def as_typed(url: URL) -> str:
    return url.uri
