"""One schema with its project: mutated in transactions that are rolled back, and checked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psycopg
from psycopg import sql
from tests.check.ddl import KINDS, Kind, Step
from tests.elixir.merging import Dice
from tests.regenerate.project import MixProject
from tests.support import instead_of_a_server, reflect

from ash_scaffold.check.report import CheckReport
from ash_scaffold.check.run import check
from ash_scaffold.postgres.catalog import Database, Name, RelationKind
from ash_scaffold.postgres.connect import Connection
from ash_scaffold.postgres.url import URL
from ash_scaffold.report.finding import DRIFT_WORDS, Finding
from ash_scaffold.session import SourceOptions

MOST = 5
CONFIG = "ash_scaffold.toml"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one mutation.

    `alarms` are findings that the mutation does not explain, `left` those after regenerating.
    """

    schema: str
    kind: str
    sql: str
    detected: bool
    findings: tuple[str, ...]
    alarms: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def failed(self) -> bool:
        return not self.detected or bool(self.alarms) or bool(self.left)


class Mutated:
    """A project whose resources are those of a database, and the database."""

    def __init__(self, root: Path, name: str, url: URL, schemas: tuple[str, ...]) -> None:
        self._name = name
        self._url = url
        self._schemas = schemas
        patterns = ", ".join(f'"{s}.*"' if s != "public" else '"*"' for s in schemas)
        config = f'repo = "App.Repo"\n\n[domains."App.Core"]\ntables = [{patterns}]\n'
        self._project = MixProject(root, config, **{"lib/app/repo.ex": REPO})
        with self._transaction() as connection:
            self.database = self._reflect(connection)
        self._project.run(self.database)
        self._project.run(self.database)
        self._files = dict(self._project.files)

    def unchanged(self) -> list[str]:
        """Return what is found though nothing was changed."""
        return [_told(finding) for finding in self._check(self.database)]

    def with_files(
        self, changes: Mapping[str, str | None], *, with_hand_over: bool = False
    ) -> CheckReport:
        """Check with files that somebody has changed, added or (None) deleted."""
        changed = {path: None if text is None else text.encode() for path, text in changes.items()}
        self._project.put(changed)
        try:
            return self._report(self.database, with_hand_over=with_hand_over)
        finally:
            self._project.become(self._files)

    def after(
        self, ddl: str, changes: Mapping[str, str | None], *, regenerated: bool = False
    ) -> CheckReport:
        """Check against the database as it would be after some DDL, with changed files."""
        with self._transaction() as connection:
            connection.execute("SET LOCAL search_path = public")
            connection.execute(sql.SQL(ddl))
            connection.execute("SET LOCAL search_path = ''")
            database = self._reflect(connection)
        changed = {path: None if text is None else text.encode() for path, text in changes.items()}
        self._project.put(changed)
        try:
            if regenerated:
                self._project.run(database)
            return self._report(database)
        finally:
            self._project.become(self._files)

    def read(self, path: str) -> str:
        """Return a file of the project as it was generated."""
        return self._files[path].decode()

    def mutations(self, dice: Dice, kinds: Iterable[Kind] = KINDS) -> Iterator[Outcome]:
        """Try up to `MOST` objects of each kind; statements that the server refuses don't count."""
        with self._transaction() as connection:
            for kind in kinds:
                steps = list(dict.fromkeys(kind.make(self.database)))
                dice.shuffle(steps)
                done = 0
                for step in steps:
                    outcome = self._try(connection, kind, step)
                    if outcome is not None:
                        done += 1
                        yield outcome
                    if done == MOST:
                        break

    def _try(self, connection: Connection, kind: Kind, step: Step) -> Outcome | None:
        try:
            with connection.transaction(force_rollback=True):
                connection.execute("SET LOCAL lock_timeout = 5000")
                connection.execute(sql.SQL(step.sql))
                changed = self._reflect(connection)
        except psycopg.Error:
            return None
        found = self._check(changed)
        self._project.put(self._decided(found))
        self._project.run(changed, prune=True)
        left = self._check(changed)
        self._project.become(self._files)
        about = {str(name) for name in self._around(step, changed)}
        return Outcome(
            schema=self._name,
            kind=kind.name,
            sql=step.sql,
            detected=not kind.words or any(_is_it(each, kind, step) for each in found),
            findings=tuple(map(_told, found)),
            alarms=tuple(
                _told(each)
                for each in found
                if not kind.words or (each.table and each.table not in about)
            ),
            left=tuple(map(_told, left)),
        )

    def _decided(self, found: Iterable[Finding]) -> dict[str, bytes]:
        """Return the configuration with the lines that findings ask for: without a memory of the
        database nobody can tell some renames."""
        asked = [each.todo.split("\n", 1)[1] for each in found if each.kind == "rename unclear"]
        text = "\n\n".join([self.read(CONFIG), *asked])
        return {CONFIG: text.encode()} if asked else {}

    def _around(self, step: Step, changed: Database) -> set[Name]:
        """Return the tables that a statement may change: its own, those tied by keys, views."""
        found = {step.about, *step.more}
        for database in (self.database, changed):
            for table in database.tables:
                if step.about in {column.type.name for column in table.columns}:
                    found.add(table.name)
                targets = {key.target for key in table.foreign_keys}
                partitioned = table.kind is RelationKind.PARTITIONED
                view = table.kind.value.endswith("view")
                if not found.isdisjoint(targets) or partitioned or view:
                    found.add(table.name)
                if table.name in (step.about, *step.more):
                    found |= targets
            # So do the keys of partitions, which have no resource themselves.
            found |= {key.table for key in database.outside_foreign_keys if key.target in found}
            # A key of a table that a cascade reaches counts for its parents as well.
            found |= {
                key.target
                for table in database.tables
                if table.name in found
                for key in table.foreign_keys
            }
        return found

    def _check(self, database: Database) -> tuple[Finding, ...]:
        return self._report(database).findings

    def _report(self, database: Database, *, with_hand_over: bool = False) -> CheckReport:
        with instead_of_a_server(database):
            options = SourceOptions(folder=self._project.root)
            return check(options, with_hand_over=with_hand_over)

    def _reflect(self, connection: Connection) -> Database:
        # Without the identity nothing is remembered of the database, as in CI.
        return msgspec.structs.replace(reflect(connection, schemas=self._schemas), identity=None)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with psycopg.connect(self._url.uri) as connection:
            connection.execute("SET LOCAL search_path = ''")
            yield connection
            connection.rollback()


REPO = """defmodule App.Repo do
  use AshPostgres.Repo, otp_app: :app

  def migrate_extensions?, do: false
end
"""


def _is_it(finding: Finding, kind: Kind, step: Step) -> bool:
    about = {str(step.about), *map(str, step.more)}
    return finding.kind in kind.words and bool({finding.table, finding.object} & about)


def _told(finding: Finding) -> str:
    return f"{DRIFT_WORDS[finding.severity]} {finding.kind}: {finding.what}"


@contextmanager
def project_of(name: str, url: URL, schemas: tuple[str, ...]) -> Iterator[Mutated]:
    """Give a database with its project, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="ash-scaffold-mutations-") as folder:
        yield Mutated(Path(folder), name, url, schemas)
