"""The run of `ash-scaffold resources`, step by step, without a word of output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from ash_scaffold.ash.plan import Plan
from ash_scaffold.config import (
    Config,
)
from ash_scaffold.generate.adoption import Beside, adoption_problems, leave_beside
from ash_scaffold.generate.advice import Advice, advise
from ash_scaffold.generate.case import Settings
from ash_scaffold.generate.decision import Decision, decide
from ash_scaffold.generate.files import File, Files, contents
from ash_scaffold.generate.gone import unused_types
from ash_scaffold.generate.history import Memory
from ash_scaffold.generate.known import find_repo
from ash_scaffold.generate.past import unclear_problems
from ash_scaffold.generate.reading import Clock, Read, Request
from ash_scaffold.generate.regenerate import regenerate
from ash_scaffold.legacy.disagreements import disagreement_problems
from ash_scaffold.legacy.read import Hints
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.compare import Change, Kind
from ash_scaffold.postgres.facts import facts_of
from ash_scaffold.problem import Code, Problem, Severity
from ash_scaffold.project.model import Project
from ash_scaffold.project.write import Lock, Written, write_files


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found and would write. `timings` are seconds by phase.

    `changes` are those of the database since the snapshots, in the tables that the run writes.
    """

    project: Project
    config: Config
    database: Database
    source: str
    server: str
    plan: Plan
    memory: Memory
    changes: tuple[Change, ...]
    files: Files
    stale: tuple[str, ...]
    advice: tuple[Advice, ...]
    problems: tuple[Problem, ...]
    timings: Mapping[str, float]


def prepare(request: Request, say: Callable[[str], None] = lambda _phase: None) -> Outcome:
    """Compute everything that a run writes. `say` is told each phase as it begins.

    Raises `ScaffoldError` for whatever makes the run impossible.
    """
    clock = Clock()
    decision = decide(request, clock, say)
    read, past, decided, gone = decision.read, decision.past, decision.plan, decision.gone
    say("Comparing")
    held = {change.table for change in past.unclear}
    settings = Settings(
        accepted=decision.accepted,
        old_texts=decision.old_texts,
        refresh_style=request.refresh_style,
        use_formatter=request.use_formatter,
    )
    files = regenerate(
        (m for m in decision.modules if m.table not in held or m.table is None),
        read.project,
        past,
        settings,
    )
    written = (*files.files, *gone.files)
    beside = leave_beside(past, read.project, decided, written, prune=request.prune)
    unused = unused_types(past, decided, read.project, written) if request.prune else ()
    clock.lap("comparing")
    return Outcome(
        project=read.project,
        config=read.config,
        database=read.database,
        source=read.source,
        server=read.server,
        plan=decided,
        memory=read.memory,
        changes=_changes_in_scope(decision),
        files=_all_files(files, gone.files, beside.files, unused),
        stale=decision.stale,
        advice=_advice(read, decided, beside),
        problems=_sorted(
            _unparsed(read.project, read.hints),
            disagreement_problems(read.hints, read.database, decided),
            read.problems,
            decided.problems,
            unclear_problems(past.unclear),
            gone.problems,
            adoption_problems(read, decided),
            beside.problems,
            files.problems,
        ),
        timings=clock.timings,
    )


def write(lock: Lock, outcome: Outcome) -> Written:
    """Write what `prepare` computed. Raises `ScaffoldError`, with nothing written."""
    files = outcome.files.files
    seen = {file.path: None if file.before is None else file.before.encode() for file in files}
    written = [file.module.table for file in files if file.module.table is not None]
    wanted = {**contents(files), **outcome.memory.files(outcome.database, written)}
    return write_files(lock, wanted, seen=seen)


def _changes_in_scope(decision: Decision) -> tuple[Change, ...]:
    """Return the changes in what the run writes, new tables among them but on a first run."""
    past, decided = decision.past, decision.plan
    tables = {*decided.scope.written, *(file.module.table for file in decision.gone.files)}
    found = [c for c in past.changes if c.table is None or c.table in tables]
    if past.resources:
        there = {*past.resources, *decision.project_state.resources}
        new = (item for item in decided.resources if item.draft.name not in there)
        found += [
            Change(
                kind=Kind.VIEW_ADDED if item.draft.is_view else Kind.TABLE_ADDED,
                table=item.draft.name,
                after=facts_of(item.draft.table, decision.read.database.types),
            )
            for item in new
            if item.written
        ]
    return tuple(sorted(found, key=Change.sort_key))


def _all_files(files: Files, *others: Iterable[File]) -> Files:
    every = [*files.files, *(file for group in others for file in group)]
    return Files(
        files=tuple(sorted(every, key=lambda file: (file.path, file.module.name))),
        problems=files.problems,
    )


def _sorted(*groups: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted((p for group in groups for p in group), key=Problem.sort_key))


def _advice(read: Read, decided: Plan, beside: Beside) -> tuple[Advice, ...]:
    repo = read.project_state.repo
    return advise(
        read.project,
        find_repo(read.project, repo),
        decided,
        # A throw-away server's version says nothing of the server that the team runs.
        None if read.server else read.database.server_version,
        beside.obsolete,
    )


def _unparsed(project: Project, hints: Hints) -> Iterable[Problem]:
    """Give a warning for every source file whose modules can't be known."""
    for path, fault in {file.path: file for file in (*project.unparsed, *hints.unparsed)}.items():
        yield Problem(
            severity=Severity.WARNING,
            code=Code.UNPARSABLE_FILE,
            where=f"{path}:{fault.line}",
            what="The file is not valid Elixir, so what it defines is not known.",
            todo="Mend it, and run the command again.",
        )
