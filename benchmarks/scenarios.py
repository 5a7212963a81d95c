"""What is run and timed: the tool on a schema in the order in which people do, each beside pg_dump.

Every pair has a project of its own: the first run, one with nothing to change, a check, a run after
edits. The program that it is compared with runs right before each.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec
import psycopg

from ash_scaffold.postgres.server import Server
from benchmarks.processes import Spent, run
from benchmarks.schema import GITLAB, PLAIN, RICH, Style, statements

# A transaction that makes more tables than this may run out of locks.
_CHUNK = 400
_SCHEMAS: dict[str, tuple[int, Style]] = {
    "plain": (1000, PLAIN),
    "rich": (1000, RICH),
    "gitlab": (988, GITLAB),
    "large": (10_000, PLAIN),
}
_MIX_EXS = """\
defmodule App.MixProject do
  use Mix.Project

  def project, do: [app: :app, version: "0.1.0", deps: deps()]

  defp deps, do: [{:ash, "~> 3.32"}, {:ash_postgres, "~> 2.12"}]
end
"""
_REPO = """\
defmodule App.Repo do
  use AshPostgres.Repo, otp_app: :app

  def migrate_extensions?, do: false
end
"""
# What somebody writes into every resource: an action, an attribute with a comment, and an option
# that is another.
_EDITS = (
    (
        "\n  end\n\n  attributes do\n",
        "\n\n    read :newest do\n      prepare build(sort: [id: :desc], limit: 10)\n    end\n"
        "  end\n\n  attributes do\n    # Set by the form, never stored.\n"
        "    attribute :draft, :string\n\n",
    ),
    ("      public? true\n", "      public? false\n"),
)
_TABLES = (
    "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND NOT relispartition "
    "AND relnamespace = 'public'::regnamespace ORDER BY 1"
)


class Pair(msgspec.Struct, frozen=True):
    """The program and what ran right before it to be compared with."""

    program: Spent
    rival: Spent | None = None


class Bench:
    """Runs the tools on one server. Databases are made when they are first needed."""

    def __init__(
        self, server: Server, tool: Sequence[str], folder: Path, *, scale: float, reports: bool
    ) -> None:
        self._server = server
        self._tool = tool
        self._folder = folder
        self._scale = scale
        self._reports = reports
        self._urls: dict[str, str] = {}
        pid_file = server.folder / "data" / "postmaster.pid"
        self.server_process = int(pid_file.read_text().split()[0])

    def measure(self, schema: str, steps: Collection[str], pairs: int) -> dict[str, list[Pair]]:
        """Run those steps on a schema, so many times; return the pairs by step."""
        found: dict[str, list[Pair]] = {step: [] for step in steps}
        if schema.startswith("dump "):
            self._dumps(schema.removeprefix("dump "), found, pairs)
        elif schema == "start":
            self._starts(found, pairs)
        else:
            for _ in range(pairs):
                self._days_work(self._url(schema), found)
        return found

    def _starts(self, found: dict[str, list[Pair]], pairs: int) -> None:
        """Run what has nothing much to do; the first of all only warms up."""
        url = self._url("start")
        self._resources(url, self._project())
        for _ in range(pairs):
            for option in {"help", "version"}.intersection(found):
                found[option].append(Pair(run([*self._tool, f"--{option}"])))
            if "whole" in found:
                rival = self._pg_dump(url)
                found["whole"].append(Pair(self._resources(url, self._project()), rival))

    def _days_work(self, url: str, found: dict[str, list[Pair]]) -> None:
        """Generate a project, run again, check it, edit it; only the steps in `found` are kept."""
        project = self._project()

        def take(step: str) -> None:
            rival = self._pg_dump(url)
            program = (
                self._check(url, project, changed=step == "change")
                if step in ("check", "check known", "change")
                else self._resources(url, project)
            )
            found.get(step, []).append(Pair(program, rival))

        take("whole")
        for step in ("again", "check"):
            if step in found or f"{step} known" in found:
                take(step)
            if f"{step} known" in found:
                take(f"{step} known")
        if "change" in found:
            with _added_columns(url, every=None):
                take("change")
        if "edited" in found:
            _edit(project)
            with _added_columns(url, every=10):
                take("edited")

    def _dumps(self, schema: str, found: dict[str, list[Pair]], pairs: int) -> None:
        """Read a dump in a throw-away server, beside psql that loads it into the running one."""
        url = self._url(schema)
        dump = self._folder / f"{schema}.sql"
        if not dump.exists():
            # As `mix ecto.dump` does it.
            options = ["--schema-only", "--no-acl", "--no-owner", f"--file={dump}"]
            run([self._program("pg_dump"), *options, url])
        caches = self._folder / "caches"
        for step in sorted(found, key=("first", "whole").index):
            for _ in range(pairs):
                if step == "first":
                    shutil.rmtree(caches, ignore_errors=True)
                elif not caches.exists():
                    self._resources_from(dump, caches)
                rival = self._psql(dump)
                found[step].append(Pair(self._resources_from(dump, caches), rival))

    def _resources(self, url: str, project: Path) -> Spent:
        command = [*self._tool, "resources", "--domain", "App.All", "--no-format", "--url", url]
        options = ["--json"] if self._reports else []
        return run([*command, *options], project, server=self.server_process)

    def _resources_from(self, dump: Path, caches: Path) -> Spent:
        command = [*self._tool, "resources", "--domain", "App.All", "--no-format"]
        options = ["--json"] if self._reports else []
        environment = {"XDG_CACHE_HOME": str(caches)}
        caches.mkdir(exist_ok=True)
        command += ["--dump", str(dump), *options]
        return run(command, self._project(), environment=environment)

    def _check(self, url: str, project: Path, *, changed: bool) -> Spent:
        options = ["--format", "json"] if self._reports else []
        command = [*self._tool, "check", "--url", url, *options]
        codes = (1,) if changed else (0,)
        return run(command, project, codes=codes, server=self.server_process)

    def _pg_dump(self, url: str) -> Spent:
        command = [self._program("pg_dump"), "--schema-only", "--file=/dev/null", url]
        return run(command, server=self.server_process)

    def _psql(self, dump: Path) -> Spent:
        """Load the dump into an empty database, which is made before and dropped after."""
        _execute(self._address("postgres"), ["CREATE DATABASE loaded TEMPLATE template0"])
        command = [self._program("psql"), "--quiet", "--no-psqlrc", "--output=/dev/null"]
        command += ["--set=ON_ERROR_STOP=1"]
        command += [f"--file={dump}", self._address("loaded")]
        spent = run(command, server=self.server_process)
        _execute(self._address("postgres"), ["DROP DATABASE loaded"])
        return spent

    def _program(self, name: str) -> str:
        return str(self._server.installation.bin / name)

    def _project(self) -> Path:
        project = Path(tempfile.mkdtemp(dir=self._folder))
        (project / "lib" / "app").mkdir(parents=True)
        (project / "mix.exs").write_text(_MIX_EXS)
        (project / "lib" / "app" / "repo.ex").write_text(_REPO)
        return project

    def _url(self, schema: str) -> str:
        """Return the address of a schema's database, with fresh statistics."""
        if schema not in self._urls:
            _execute(self._address("postgres"), [f"CREATE DATABASE {schema}"])
            url = self._address(schema)
            if schema == "start":
                _execute(url, ["CREATE TABLE things (id bigint PRIMARY KEY)"])
            else:
                tables, style = _SCHEMAS[schema]
                ddl = statements(max(1, round(tables * self._scale)), style)
                while chunk := list(islice(ddl, _CHUNK)):
                    _execute(url, [";\n".join(chunk)])
            # A database in use has its catalogs vacuumed and analyzed: all plans depend on it.
            _execute(url, ["VACUUM ANALYZE", "CHECKPOINT"])
            # A run ends with a sync: it is not to wait for what making the database left to write.
            os.sync()
            self._urls[schema] = url
        return self._urls[schema]

    def _address(self, database: str) -> str:
        return self._server.url(database).uri


def _execute(url: str, commands: Sequence[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for command in commands:
            connection.execute(command.encode())


@contextlib.contextmanager
def _added_columns(url: str, every: int | None) -> Iterator[None]:
    """Give one table, or each `every`th, a column more for as long as the context lasts."""
    with psycopg.connect(url) as connection:
        tables = [str(row[0]) for row in connection.execute(_TABLES)]
    changed = tables[::every] if every else tables[:1]
    _execute(url, [f"ALTER TABLE {table} ADD COLUMN remark text" for table in changed])
    try:
        yield
    finally:
        _execute(url, [f"ALTER TABLE {table} DROP COLUMN remark" for table in changed])


def _edit(project: Path) -> None:
    """Write into each resource what people write."""
    for path in (project / "lib" / "app" / "all").glob("*.ex"):
        text = path.read_text()
        for before, after in _EDITS:
            text = text.replace(before, after, 1)
        path.write_text(text)
