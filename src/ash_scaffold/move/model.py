"""The plan of a move as frozen structs: slices, their steps, what stops them, how far they are."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from ash_scaffold.legacy.usage import UserKind
from ash_scaffold.move.slices import Reference
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Problem


class StepKind(StrEnum):
    """The steps of a slice, in order."""

    INIT = "init"
    RESOURCES = "resources"
    CHECK = "check"
    ACTIONS = "actions"
    VERIFY = "verify"
    CALLERS = "callers"
    DELETE = "delete"
    CUTOVER = "cutover"


class StepStatus(StrEnum):
    """How a step is: done, to do, stopped by steps before it, or only known when it is run.

    One waits for other slices.
    """

    DONE = "done"
    TODO = "to do"
    STOPPED = "stopped"
    WAITS = "waits"
    UNKNOWN = "has to be run"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a slice: its command, "" for one by hand, and what it would say or find today.

    The command of the callers' step is one that helps with it: it lists every line.
    `places` are `path:line` and a text each: what is to be done by hand.
    """

    kind: StepKind
    status: StepStatus
    command: str = ""
    says: str
    places: tuple[tuple[str, str], ...] = ()


class Blocker(msgspec.Struct, frozen=True, kw_only=True):
    """Something that stops a slice at a step until a person has settled it."""

    stops: StepKind
    kind: str
    where: str
    what: str
    todo: str = ""


class Part(msgspec.Struct, frozen=True):
    """A part of how far a slice is: what is counted, how many of it are done, of how many."""

    name: str
    done: int
    of: int


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A legacy module that has to be ported with a slice, and the first place where it uses it.

    `elsewhere` is one that stands in none of the contexts of the slice's own schemas.
    """

    module: str
    kind: str
    path: str
    line: int
    tables: tuple[Name, ...]
    elsewhere: bool = False


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be ported of a slice, in numbers.

    Of the `calls` in changeset functions `counterparts` have one in an action, `copied` are copies
    of legacy code that an action calls, `left` are left to a person. No action can be made of
    `refused` ones of the functions, whose calls are not counted; nothing inserts or updates
    with `unused` more.
    """

    schemas: int = 0
    changesets: int = 0
    refused: int = 0
    unused: int = 0
    calls: int = 0
    counterparts: int = 0
    copied: int = 0
    left: int = 0
    context_functions: int = 0
    queries: int = 0
    custom_types: int = 0
    triggers: int = 0


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """A slice: tables that go live together, and alone.

    `name` is that of its leading table, by which it is known whatever its `number` is. `needs` are
    the numbers of the slices that it refers to; `later` are optional keys to tables of later ones.
    `reasons` say why the tables are one slice, `why` why it comes at its place. `stage` is the
    first step that is not done, None when all are.
    """

    number: int
    name: Name
    tables: tuple[Name, ...]
    domains: tuple[str, ...]
    proposed: bool
    why: str
    reasons: tuple[str, ...]
    needs: tuple[int, ...]
    later: tuple[Reference, ...]
    size: Size
    modules: tuple[Module, ...]
    blockers: tuple[Blocker, ...]
    steps: tuple[Step, ...]
    stage: StepKind | None
    parts: tuple[Part, ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.stage is None

    @property
    def is_live(self) -> bool:
        """Whether only Ash works with its tables: what is left is to delete and to cut over.

        Without legacy code nobody knows until Ash owns them.
        """
        if self.stage in (None, StepKind.DELETE):
            return True
        known = any(step.kind is StepKind.CALLERS for step in self.steps)
        return known and self.stage is StepKind.CUTOVER

    @property
    def open_step(self) -> Step | None:
        """The first step that is not done and that somebody can take today."""
        for step in self.steps:
            if step.kind is self.stage:
                return None if step.status is StepStatus.WAITS else step
        return None

    @property
    def done(self) -> int:
        """The parts that are done."""
        return sum(part.done for part in self.parts)

    @property
    def total(self) -> int:
        """All parts."""
        return sum(part.of for part in self.parts)

    @property
    def callers(self) -> tuple[Module, ...]:
        """The modules that use its tables and are no Ecto schemas."""
        return tuple(each for each in self.modules if each.kind != UserKind.SCHEMA.value)


class MovePlan(msgspec.Struct, frozen=True, kw_only=True):
    """The whole plan: the slices in order, and what stops every one of them.

    `next` is the number of the slice to do now: the first with a step that somebody can take; None
    when all are done. `begun` are others that are past their resources and not live.
    """

    application: str
    source: str
    with_legacy: bool
    checked: bool
    slices: tuple[Slice, ...]
    next: int | None
    begun: tuple[int, ...] = ()
    left_out: tuple[Name, ...] = ()
    first: tuple[str, ...] = ()
    refusals: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    timings: Mapping[str, float] = {}

    def slice(self, number: int) -> Slice:
        """Return the slice of a number."""
        return self.slices[number - 1]

    @property
    def tables(self) -> int:
        """The number of tables of all slices."""
        return sum(len(each.tables) for each in self.slices)
