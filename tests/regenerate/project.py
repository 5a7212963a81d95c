"""A mix project in a folder of its own, and runs in it against a schema that is no server's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from tests.support import instead_of_a_server, resources_options

from ash_scaffold.elixir.merge import Conflict
from ash_scaffold.generate.run import Outcome, all_contents, prepare
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.problem import Code, Severity

MIX = "defmodule App.MixProject do\n  def project, do: [app: :app]\nend\n"
REPO = "defmodule App.Repo do\n  use AshPostgres.Repo, otp_app: :app\nend\n"
ONE_DOMAIN = 'repo = "App.Repo"\nlegacy = false\n\n[domains."App.Core"]\ntables = ["*", "shop.*"]\n'
CONFIG_PATH = "ash_scaffold.toml"
REPO_PATH = "lib/app/repo.ex"
BASIC = {"mix.exs": MIX, REPO_PATH: REPO}

Tree = dict[str, bytes]


class Run(msgspec.Struct, frozen=True):
    """What a run wrote: bytes by path, None for what it deleted; and what it had to say."""

    outcome: Outcome
    written: Mapping[str, bytes | None]

    @property
    def errors(self) -> list[tuple[Code, str]]:
        return [(p.code, p.where) for p in self.outcome.problems if p.severity is Severity.ERROR]

    @property
    def conflicts(self) -> list[Conflict]:
        """What both sides changed, and where."""
        return [each for file in self.outcome.files.files for each in file.conflicts]

    @property
    def problems(self) -> list[str]:
        return [repr(problem) for problem in self.outcome.problems]


class MixProject:
    """The files of a project, in a folder and as they were last written."""

    def __init__(self, root: Path, config: str = ONE_DOMAIN, **files: str) -> None:
        self.root = root
        self.files: Tree = {}
        texts = {**BASIC, CONFIG_PATH: config, **files}
        self.put({path: text.encode() for path, text in texts.items()})

    def put(self, files: Mapping[str, bytes | None]) -> None:
        """Write files, and delete those that are None."""
        for path, content in files.items():
            place = self.root / path
            if content is None:
                place.unlink()
                del self.files[path]
            else:
                if path not in self.files:
                    place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                self.files[path] = content

    def become(self, files: Tree) -> None:
        """Make the project hold these files, and no others."""
        self.put({path: None for path in self.files if path not in files})
        self.put({p: content for p, content in files.items() if self.files.get(p) != content})

    def look(self, database: Database, **options: object) -> Run:
        """Compute a run against a schema, without writing."""
        given = resources_options(folder=self.root, use_formatter=False, **options)
        with instead_of_a_server(database):
            outcome = prepare(given)
        wanted = all_contents(outcome)
        return Run(outcome, {p: c for p, c in wanted.items() if self.files.get(p) != c})

    def run(self, database: Database, **options: object) -> Run:
        """Run against a schema, and write."""
        done = self.look(database, **options)
        self.put(done.written)
        done.outcome.before.keep()
        return done

    @property
    def sources(self) -> dict[str, str]:
        """The texts of the Elixir files."""
        return {p: c.decode() for p, c in sorted(self.files.items()) if p.endswith(".ex")}
