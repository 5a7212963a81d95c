"""A project beside its database, generated run after run."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import psycopg
import pytest
from psycopg import sql
from tests.support import resources_options

from ash_scaffold.cli.resources import _code
from ash_scaffold.generate.run import Outcome, prepare, write
from ash_scaffold.postgres.compare import text
from ash_scaffold.problem import Exit, Problem
from ash_scaffold.project.write import locked, recover

DOMAIN = "Shop.Sales"
MIX_IS_THERE = shutil.which("mix") is not None


class Done(msgspec.Struct, frozen=True):
    """What a run came to: the change of the schema in words, the diff of all Elixir, the problems.

    The diff has the standard three lines of context, without line numbers; a blank line is blank.
    """

    words: list[str]
    diff: str
    problems: list[str]

    @property
    def errors(self) -> list[str]:
        return [problem for problem in self.problems if problem.startswith("error ")]


class Shop(msgspec.Struct, frozen=True):
    """The project of `Shop.Sales` at `root`, and the URL of its database."""

    root: Path
    url: str
    use_formatter: bool = False

    def sql(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(sql.SQL(statement))

    def prepare(self, **options: object) -> Outcome:
        """Compute a run without writing it. `options` are those of `resources_options`."""
        said = {"domain": DOMAIN, "url": self.url, "use_formatter": self.use_formatter, **options}
        return prepare(resources_options(folder=self.root, **said))

    def run(self, **options: object) -> Done:
        """Run it as the command does, and compare the Elixir files with those before."""
        before = self.elixir()
        with locked(self.root) as lock:
            recover(lock)
            outcome = self.prepare(**options)
            write(lock, outcome)
        return Done(
            words=[text(change) for change in outcome.changes],
            diff=diff_of(before, self.elixir()),
            problems=[told(problem) for problem in outcome.problems],
        )

    def exit_code(self, **options: object) -> Exit:
        """Return how the command would end."""
        return _code(self.prepare(**options))

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def write(self, files: Mapping[str, str]) -> None:
        for path, content in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(content.encode())

    def edit(self, path: str, *changes: tuple[str, str]) -> None:
        """Put a text in place of another one, which the file must hold once."""
        content = self.read(path)
        for old, new in changes:
            assert content.count(old) == 1, f"{content.count(old)} × {old!r} in\n{content}"
            content = content.replace(old, new)
        self.write({path: content})

    def move(self, old: str, new: str) -> None:
        (self.root / new).parent.mkdir(parents=True, exist_ok=True)
        (self.root / old).rename(self.root / new)

    def elixir(self) -> dict[str, str]:
        """Return every Elixir file by path."""
        return {path: body.decode() for path, body in self.tree().items() if path[-3:] == ".ex"}

    def tree(self, *, local: bool = False) -> dict[str, bytes]:
        """Return every file by path; those that belong to one database only when asked for."""
        files = sorted(path for path in self.root.rglob("*") if path.is_file())
        found = {path.relative_to(self.root).as_posix(): path.read_bytes() for path in files}
        return {path: body for path, body in found.items() if local or "/.local/" not in path}

    def times(self) -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in self.root.rglob("*")}


def edited(path: str, *changes: tuple[str, str]) -> Callable[[Shop], None]:
    """Return what a person does to a file: texts in place of others."""
    return lambda shop: shop.edit(path, *changes)


def told(problem: Problem) -> str:
    """Return a problem as it is printed, on lines of its own."""
    first = f"{problem.severity.value} [{problem.code.value}] {problem.where}: {problem.what}"
    return "\n".join([first, *(f"    {line}" for line in problem.todo.splitlines())])


def conflict(path: str, name: str, *, gone: bool = False) -> str:
    """Return what is said of what both sides changed, or of what lost its object (`gone`)."""
    what = (
        "It was dropped from the database, and it was edited here by hand: it stays, "
        "but has nothing to refer to."
        if gone
        else "The schema now calls for different code here, where it was edited by hand: "
        "the edit stays."
    )
    return (
        f"error [conflict] {path}: {name}: {what}\n"
        "    Edit it to what you want, or say that it stays, in ash_scaffold.toml:\n"
        f'    [[accept]]\n    object = "{name}"\n    reason = "…"'
    )


def diff_of(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return the diff of two sets of files: the path, then its hunks."""
    return "".join(_diff(path, before, after) for path in sorted({*before, *after}))


def _diff(path: str, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    old, new = before.get(path), after.get(path)
    if old == new:
        return ""
    name = path if old and new else f"{path} ({'deleted' if new is None else 'new'})"
    lines = list(difflib.unified_diff(_lines(old), _lines(new), lineterm=""))[2:]
    shown = ["@@" if line.startswith("@@") else line.rstrip(" ") for line in lines]
    return "\n".join([name, *shown, ""])


def _lines(content: str | None) -> list[str]:
    return (content or "").split("\n")[:-1]


def rests(shop: Shop, done: Done, **options: object) -> None:
    """Check that a further run writes nothing at all, and says what is still wrong."""
    before, times = shop.tree(local=True), shop.times()
    again = shop.run(**options)
    assert (again.diff, again.errors) == ("", done.errors)
    assert shop.tree(local=True) == before
    assert shop.times() == times
    assert shop.exit_code(**options) is (Exit.FINDINGS if done.errors else Exit.OK)


FORMATTED = [
    pytest.param(False, id="plain"),
    pytest.param(
        True,
        id="formatted",
        marks=[
            pytest.mark.slow,
            pytest.mark.skipif(not MIX_IS_THERE, reason="mix is not on PATH"),
        ],
    ),
]
