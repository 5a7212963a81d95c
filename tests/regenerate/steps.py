"""One case: a person edits, the schema changes, the tool runs; and what has to hold then."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from tests.elixir.merging import Dice
from tests.regenerate.edits import (
    PLAIN,
    PROJECT,
    RENAMES,
    Files,
    attributes_of,
    changes,
    edit_text,
    person_text,
)
from tests.regenerate.project import CONFIG_PATH, REPO_PATH, MixProject, Run
from tests.regenerate.schemas import SERVER, Schema
from tests.regenerate.tweaks import draw_tweak
from tests.regenerate.undone import check_arrived, check_undone

from ash_scaffold.elixir.merge import Conflict
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.problem import Code, ScaffoldError
from ash_scaffold.syntax.parse import parse


class Person:
    """Edits a project; every mark is another."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.marks = 0

    def mark(self) -> str:
        self.marks += 1
        return f"person_{self.marks}"

    def edit(self, project: MixProject, most: int = 4) -> bool:
        """Edit the files; tell whether generated text follows: names, attributes taken out."""
        files = own_files(project)
        renames = False
        for _ in range(self.dice.randint(0, most)):
            chance = self.dice.random()
            if chance < 0.7:
                plain = edit_text(self.dice, files, self.mark(), PLAIN)
                renames = renames or attributes_of(plain) != attributes_of(files)
                files = plain
            elif chance < 0.85:
                files = self.dice.one(PROJECT)(self.dice, files, self.mark())
                renames = True
            else:
                files = edit_text(self.dice, files, self.mark(), RENAMES)
                renames = True
        put_files(project, files)
        return renames


def own_files(project: MixProject) -> Files:
    """Return the sources that people edit."""
    return {path: text for path, text in project.sources.items() if path != REPO_PATH}


def put_files(project: MixProject, files: Files) -> None:
    there = own_files(project)
    project.put({path: None for path in there if path not in files})
    project.put({p: t.encode() for p, t in files.items() if there.get(p) != t})


class Team(msgspec.Struct, frozen=True):
    """A project, who edits it, and how the tool is run in it.

    `remembers` tells whether it meets one database again and again, or a copy each time.
    """

    project: MixProject
    person: Person
    remembers: bool
    prune: bool

    @property
    def needs_ddl(self) -> bool:
        """Whether the schema is changed by DDL alone."""
        return False

    def run(self, schema: Schema, *, twice: bool = True) -> Run:
        """Run, and hold what has to hold after every run."""
        before = own_files(self.project)
        database = self._database(schema)
        done = self.project.run(database, prune=self.prune)
        after = own_files(self.project)
        gone = {path for path in before if path not in after}
        assert person_text(after) == person_text(before)
        assert not gone or self.prune
        for path in changes(before, after) - gone:
            assert parse(after[path].encode()).fault is None, path
        for file in done.outcome.files.files:
            accepts = done.outcome.session.config.accept
            if not accepts and file.path in before and file.path in after:
                check_arrived(file, before[file.path], after[file.path])
        if twice:
            again = self.project.look(database, prune=self.prune)
            assert dict(again.written) == {}, sorted(again.written)
            assert again.conflicts == done.conflicts
        return done

    def accept(self, schema: Schema, conflicts: list[Conflict]) -> None:
        """Accept what is in conflict: then nothing is, and the files stay as they are."""
        before = dict(self.project.files)
        names = sorted({each.name for each in conflicts})
        lines = "".join(f"\n[[accept]]\nobject = '{name}'\nreason = \"ours\"\n" for name in names)
        config = before[CONFIG_PATH] + lines.encode()
        self.project.put({CONFIG_PATH: config})
        there = own_files(self.project)
        done = self.run(schema)
        assert done.conflicts == []
        assert own_files(self.project) == there
        self.project.become(before)

    def change(self, statements: Sequence[str]) -> None:
        """Run DDL, where there is a database to run it on."""

    def _database(self, schema: Schema) -> Database:
        identity = SERVER if self.remembers else None
        return msgspec.structs.replace(schema.database, identity=identity)

    def regenerate(self, schema: Schema, *, twice: bool = True) -> Run | None:
        """Run; None, with nothing written, where the configuration has to decide something."""
        before = dict(self.project.files)
        try:
            done = self.run(schema, twice=twice)
        except ScaffoldError as error:
            asked = [problem.code for problem in error.problems]
            if set(asked) != {Code.RENAME_UNCLEAR}:
                raise
            assert self.project.files == before
            return None
        if Code.RENAME_UNCLEAR in {code for code, _ in done.errors}:
            self.project.become(before)
            return None
        return done


def take_step(team: Team, schema: Schema) -> Schema:
    """Edit, tweak and regenerate; undo the tweak or go on with it."""
    dice = team.person.dice
    before = own_files(team.project)
    renames = team.person.edit(team.project)
    edited = own_files(team.project)
    if edited != before:
        team.run(schema, twice=dice.random() < 0.3)
        before = own_files(team.project)
        assert renames or before == edited, changes(edited, before)
    tweak = draw_tweak(dice, schema)
    team.change(tweak.ddl)
    done = team.regenerate(tweak.schema)
    if done is None:
        team.change(tweak.undo or ())
        return schema
    if done.conflicts and dice.random() < 0.3:
        team.accept(tweak.schema, done.conflicts)
    if dice.yes() or (team.needs_ddl and tweak.undo is None):
        return tweak.schema
    team.change(tweak.undo or ())
    back = team.regenerate(schema, twice=dice.random() < 0.3)
    if back is None:
        team.change(tweak.ddl)
        return tweak.schema
    check_undone(before, own_files(team.project), done, back)
    return schema
