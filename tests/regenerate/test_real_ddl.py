"""With a real server: what is drawn is what its DDL makes, and the whole job keeps its word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.elixir.merging import Dice
from tests.regenerate.cases import STEPS, VARIABLE, first_seed
from tests.regenerate.ddl import schema_ddl
from tests.regenerate.project import MixProject, Run
from tests.regenerate.schemas import SCHEMAS, draw_schema
from tests.regenerate.steps import Person, Team, take_step
from tests.regenerate.tweaks import draw_tweak
from tests.support import reflect, resources_options

from ash_scaffold.generate.run import all_contents, prepare, write
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.facts import facts_of_database, write_facts
from ash_scaffold.postgres.url import URL
from ash_scaffold.project.write import locked

pytestmark = pytest.mark.slow

CASES = 150
HISTORIES = range(CASES // STEPS)
MakeDatabase = Callable[..., URL]


class RealProject(MixProject):
    """A project with a database, and files that the tool itself has written."""

    def __init__(self, root: Path, url: str) -> None:
        super().__init__(root)
        self.url = url

    def look(self, database: Database, **options: object) -> Run:  # noqa: ARG002 - the structs'
        given = resources_options(folder=self.root, url=self.url, use_formatter=False, **options)
        outcome = prepare(given)
        wanted = all_contents(outcome)
        return Run(outcome, {p: c for p, c in wanted.items() if self.files.get(p) != c})

    def run(self, database: Database, **options: object) -> Run:
        done = self.look(database, **options)
        with locked(self.root) as lock:
            written = write(lock, done.outcome)
        assert {*written.created, *written.changed, *written.deleted} == set(done.written)
        for path, content in done.written.items():
            there = self.root / path
            assert (there.read_bytes() if there.exists() else None) == content
            if content is None:
                del self.files[path]
            else:
                self.files[path] = content
        return done


class RealTeam(Team, frozen=True):
    """A team whose schema is in a database."""

    url: str

    @property
    def needs_ddl(self) -> bool:
        return True

    def change(self, statements: Sequence[str]) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(sql.SQL(statement))


def as_typed(url: URL) -> str:
    return url.uri


def facts(database: Database) -> str:
    return "\n".join(map(write_facts, facts_of_database(database).values()))


def read(url: URL) -> Database:
    with read_only(url) as connection:
        return reflect(connection, schemas=SCHEMAS)


@pytest.mark.parametrize("number", HISTORIES)
def test_nothing_of_a_person_is_lost(
    number: int, make_database: MakeDatabase, tmp_path: Path
) -> None:
    seed = first_seed() + number
    print(f"{VARIABLE}={first_seed()}, history {number}")
    dice = Dice(seed)
    schema = draw_schema(dice, 3)
    url = as_typed(make_database(*schema_ddl(schema)))
    project = RealProject(tmp_path, url)
    team = RealTeam(project, Person(dice), remembers=True, prune=dice.yes(), url=url)
    team.run(schema)
    for _ in range(STEPS):
        schema = take_step(team, schema)


@pytest.mark.parametrize("seed", range(10))
def test_a_drawn_tweak_is_what_its_ddl_does(
    seed: int, make_database: MakeDatabase, run_ddl: Callable[..., None]
) -> None:
    dice = Dice(seed)
    schema = draw_schema(dice)
    url = make_database(*schema_ddl(schema))
    before = facts(read(url))
    assert before == facts(schema.database)
    for _ in range(8):
        tweak = draw_tweak(dice, schema)
        run_ddl(url, *tweak.ddl)
        after = facts(read(url))
        assert after == facts(tweak.schema.database), tweak.what
        if tweak.undo is not None:
            run_ddl(url, *tweak.undo)
            assert facts(read(url)) == before, tweak.what
            run_ddl(url, *tweak.ddl)
        schema, before = tweak.schema, after
