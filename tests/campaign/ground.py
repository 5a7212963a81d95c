"""What all tries of a process stand on: a server with databases, the projects, their references."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import TypeAlias

import msgspec
from tests.campaign.box import SECRET, Box, Content, Ran, Tree, nothing, sandbox
from tests.campaign.disk import counting, watch
from tests.databases import Databases, run_ddl

from ash_scaffold.postgres.server import Server

URL_OPTION = "URL"
ROLE = "campaign"
_MAKE_ROLE = f"""
DO $$ BEGIN
  CREATE ROLE {ROLE} SUPERUSER LOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""
_grounds = itertools.count()


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A run: the steps that make the project, each a command or files, then the command itself.

    A command is on the database of its DDL: `URL` in it stands for that database's URL.
    """

    name: str
    files: Mapping[str, Content]
    earlier: tuple[tuple[tuple[str, ...], str], ...] = ()
    edits: Mapping[str, tuple[str, str]] = {}
    modes: Mapping[str, int] = {}
    command: tuple[str, ...]
    ddl: str


class Known(msgspec.Struct, frozen=True):
    """A case without interruption: the project before and after, the exit code, the steps."""

    before: Tree
    after: Tree
    code: int
    steps: int


class Ground:
    """`plant` is put into every run: the fault with which a test tries the oracles."""

    def __init__(self, server: Server, plant: Callable[[], None] = nothing) -> None:
        self.server = server
        self._databases = Databases(
            server, server.installation.major, prefix=f"c{os.getpid()}_{next(_grounds)}"
        )
        run_ddl(server.url("postgres"), _MAKE_ROLE)
        self._plant = plant
        self._urls: dict[str, str] = {}
        self._known: dict[str, Known] = {}
        self._made: dict[str, Mapping[str, Content]] = {}

    def url(self, ddl: str) -> str:
        """Return the URL, with a password, of a database that has this schema."""
        if ddl not in self._urls:
            self._urls[ddl] = self.new_url(ddl)
        return self._urls[ddl]

    def new_url(self, ddl: str) -> str:
        """Return the URL of a database of its own."""
        url = self._databases.take()
        run_ddl(url, ddl)
        # The server asks this role for no password, so that it may be any.
        return url.set(username=ROLE, password=SECRET).uri

    def give_back(self, url: str) -> None:
        """Drop or empty a database that `new_url` has made."""
        from ash_scaffold.postgres.url import parse_url

        self._databases.give_back(parse_url(url).url)

    def arguments(self, command: tuple[str, ...], ddl: str) -> tuple[str, ...]:
        """Return a command with the URL filled in."""
        return tuple(self.url(ddl) if each == URL_OPTION else each for each in command)

    @contextlib.contextmanager
    def empty_box(self) -> Iterator[Box]:
        """Give a sandbox without files in the project."""
        with sandbox(self._plant) as box:
            yield box

    @contextlib.contextmanager
    def box(self, case: Case) -> Iterator[Box]:
        """Give a sandbox with the project of a case as it is before its command."""
        if case.name not in self._made:
            self._made[case.name] = self._make(case)
        with sandbox(self._plant) as box:
            box.write(self._made[case.name])
            for path, mode in case.modes.items():
                (box.project / path).chmod(mode)
            yield box

    def known(self, case: Case) -> Known:
        """Run a case without interruption, once."""
        if case.name not in self._known:
            with self.box(case) as box:
                before, counter = box.tree(), box.root / "tmp/steps"
                counter.write_bytes(b"0")
                ran = box.run(
                    *self.arguments(case.command, case.ddl),
                    before=lambda: watch(box.project, counting(counter)),
                )
                steps = int(counter.read_text())
                self._known[case.name] = Known(before, box.tree(), ran.code, steps)
        return self._known[case.name]

    def _make(self, case: Case) -> dict[str, Content]:
        with sandbox() as box:
            box.write(case.files)
            for command, ddl in case.earlier:
                ran = box.run(*self.arguments(command, ddl))
                assert ran.code in (0, 1), (case.name, command, ran)
            for path, (old, new) in case.edits.items():
                text = (box.project / path).read_text()
                assert old in text, (case.name, path, old, text)
                (box.project / path).write_text(text.replace(old, new))
            return {path: each[2] for path, each in box.tree().items() if each[0] == "file"}


class Tried(msgspec.Struct, frozen=True):
    """A try: what it was in words, and what was lost, nothing if all held."""

    what: str
    lost: tuple[str, ...] = ()


Attempt: TypeAlias = Callable[[Ground, Random], Tried]


def tried(what: str, *lost: list[str]) -> Tried:
    """Return a try with all that is wrong."""
    return Tried(what, tuple(each for some in lost for each in some))


def command_of(ran: Ran) -> str:
    """Return a run's command in words."""
    return " ".join("URL" if "://" in word else word for word in ran.command)
