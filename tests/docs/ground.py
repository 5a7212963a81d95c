"""Where the blocks of a page happen: a project in a new folder, its database, and a shell.

The shell sees what a reader has: `ash-scaffold`, the usual programs, and a `mix` that formats
nothing, since what is generated has the formatter's form (`tests/elixir` holds it to that).
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from tests.databases import run_ddl

from ash_scaffold.cli.demo import copy_sample
from ash_scaffold.packaged import data_path
from ash_scaffold.postgres.url import URL

MakeDatabase = Callable[..., URL]

# What the pages call the database.
SHOWN_URL = "postgres://me@localhost/app_dev"
SHOWN_SOURCE = "me@localhost:5432/app_dev"
_VERSION = re.compile(r"PostgreSQL \d+(\.\d+)?( \([^)]*\))?")
_SHOWN_VERSION = "PostgreSQL 18.1"
_ELIXIR = "1.18.4"
_PROGRAMS = {
    "ash-scaffold": f'#!/bin/sh\nexec "{sys.executable}" -m ash_scaffold "$@"\n',
    "python3": f'#!/bin/sh\nexec "{sys.executable}" "$@"\n',
    "mix": f'#!/bin/sh\ntest "$1" != --version || echo "Mix {_ELIXIR} (compiled with OTP 27)"\n',
}
_SHOP = {
    "mix.exs": """defmodule App.MixProject do
  use Mix.Project

  def project do
    [app: :app, version: "0.1.0", deps: [{:ash, "~> 3.32"}, {:ash_postgres, "~> 2.13"}]]
  end
end
""",
    "lib/app/repo.ex": """defmodule App.Repo do
  use AshPostgres.Repo, otp_app: :app

  def installed_extensions, do: []

  def migrate_extensions?, do: false

  def min_pg_version, do: %Version{major: 16, minor: 0, patch: 0}
end
""",
    ".formatter.exs": "[import_deps: [:ash, :ash_postgres]]\n",
    "config/config.exs": "import Config\n\nconfig :app, ash_domains: [App.Sales]\n",
}


def _moved_sample(folder: Path) -> None:
    built = shutil.ignore_patterns("_build", "deps", ".elixir_ls", ".local")
    shutil.copytree(data_path("sample_project"), folder, ignore=built)


def _shop(folder: Path) -> None:
    for path, text in _SHOP.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


# By the name that a page gives: fills a folder that is not there yet.
PROJECTS: Mapping[str, Callable[[Path], object]] = {
    "sample": copy_sample,  # the sample project before ash-scaffold came, with its dump
    "moved-sample": _moved_sample,  # with its Ash side, as it is committed
    "shop": _shop,  # a repo, and an empty database that $DATABASE_URL names
    "empty": Path.mkdir,  # no project
}
_DUMP = "priv/repo/structure.sql"


def _statements(dump: Path) -> str:
    """Return a dump without the lines that are psql's own."""
    if not dump.exists():
        return ""
    lines = dump.read_text().splitlines()
    return "\n".join(line for line in lines if not line.startswith("\\"))


class Done(msgspec.Struct, frozen=True):
    """How a command line ended: both of its outputs, as they came."""

    code: int
    out: str


class Ground:
    """A project, its database, and what the shell keeps from one command to the next."""

    def __init__(self, place: Path, name: str, make_database: MakeDatabase) -> None:
        """Make the project in a new folder below `place`."""
        self.folder = place / name
        PROJECTS[name](self.folder)
        self._state = place / "state"
        self._make_database = make_database
        programs = place / "bin"
        programs.mkdir()
        for program, text in _PROGRAMS.items():
            (programs / program).write_text(text)
            (programs / program).chmod(0o755)
        (place / "home").mkdir()
        own = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._environment = {
            **own,
            "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(place / "home"),
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "PYTHONUNBUFFERED": "1",  # both outputs in the order in which a terminal has them
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "me" for who in _WHO for what in ("NAME", "EMAIL")},
            **{f"GIT_{who}_DATE": "2026-01-01T12:00:00Z" for who in _WHO},
        }
        if name == "shop":
            self._environment["DATABASE_URL"] = self._url.uri

    @functools.cached_property
    def _url(self) -> URL:
        """The project's database, as its dump makes it; made when something first needs it."""
        return self._make_database(_statements(self.folder / _DUMP))

    def sql(self, text: str) -> None:
        """Change the schema: in the dump, where the project has one, else in the database."""
        if not (self.folder / _DUMP).exists():
            run_ddl(self._url, text)
            return
        with (self.folder / _DUMP).open("a") as dump:
            dump.write(f"\n{text}\n")
        if "_url" in self.__dict__:
            run_ddl(self._url, text)

    def shell(self, command: str) -> Done:
        """Run a command line where the last one ended, with the variables that it exported."""
        state = self._state
        before = f". {state}" if state.exists() else f"cd {self.folder}"
        after = f'{{ export -p; printf "cd %q\\n" "$PWD"; }} > {state}'
        typed = command.replace(SHOWN_URL, self._url.uri) if SHOWN_URL in command else command
        done = subprocess.run(
            ["bash", "-c", f"{before}\n{typed}\ncode=$?\n{after}\nexit $code"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return Done(done.returncode, self._as_shown(done.stdout))

    def _as_shown(self, output: str) -> str:
        """Return an output as the pages have it: another database, no blanks at the end of lines.

        A reader has another version of PostgreSQL and another folder.
        """
        shown = _VERSION.sub(_SHOWN_VERSION, output.replace(str(self.folder.parent), "~"))
        # The name that the tool gives a database that is reached through a socket.
        shown = re.sub(r"\S*ash_scaffold\S*/test_\d+", SHOWN_SOURCE, shown)
        return "".join(f"{line.rstrip()}\n" for line in shown.splitlines())


_WHO = ("AUTHOR", "COMMITTER")
_KEPT = ("PYTHONPATH", "XDG_CACHE_HOME", "TMPDIR")
