"""Changeset functions that changed after an action was made of them, and what actions lack."""

from __future__ import annotations

from collections.abc import Iterator

from ash_scaffold.check.report import Commands, Source
from ash_scaffold.counted import counted
from ash_scaffold.generate.run import PlannedRun
from ash_scaffold.legacy.changesets import read_changesets
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Severity
from ash_scaffold.project.carried_actions import action_names, action_snapshots, key_of
from ash_scaffold.project.snapshot import Snapshot
from ash_scaffold.report.finding import Finding
from ash_scaffold.session import Session, read_code_base

KIND = "changeset changed"
LEFT = "action not complete"


def changeset_drift(run: PlannedRun, commands: Commands) -> Iterator[Finding]:
    """Yield a finding for each action whose changeset function has changed since.

    A function that is not found says nothing: it may be gone, with the rest of the legacy code. One
    more is of each action with steps that are left to a person: it succeeds without them.
    """
    session = run.session
    snapshots = action_snapshots(session.project, session.snapshots.values())
    for table, snapshot in sorted(snapshots.items()):
        yield from _not_complete(session, session.schema_changes.renames.table(table), snapshot)
    if not any(each.changesets for each in snapshots.values()) or not session.hints.enabled:
        return
    today = {
        (each.module, each.function, each.arity): each
        for each in read_changesets(read_code_base(session), session.hints)
    }
    for table, snapshot in sorted(snapshots.items()):
        names = action_names(session.project, snapshot)
        if names is None:
            continue
        now = session.schema_changes.renames.table(table)
        for carried in snapshot.changesets:
            of = today.get((carried.module, carried.function, carried.arity))
            name = names.carried.get(key_of(carried))
            if of is None or name is None or of.digest == carried.digest:
                continue
            entry = session.project.modules[snapshot.module]
            function = f"{of.module}.{of.function}/{of.arity} ({of.path}:{of.line})"
            yield Finding(
                severity=Severity.WARNING,
                source=Source.CODE,
                kind=KIND,
                table=str(now),
                object=f"actions.{name}",
                module=snapshot.module,
                path=entry.path,
                line=names.lines.get(name),
                what=f"{function} has changed since the action :{name} was made of it.",
                command=commands.actions(now),
                accept=(f"{now}.actions.{name}",),
            )


def _not_complete(session: Session, table: Name, snapshot: Snapshot) -> Iterator[Finding]:
    names = action_names(session.project, snapshot)
    if names is None:
        return
    functions = {
        names.carried[key_of(each)]: f"{each.module}.{each.function}/{each.arity}"
        for each in snapshot.changesets
        if key_of(each) in names.carried
    }
    for name in sorted(functions.keys() & names.left.keys()):
        lines = names.left[name]
        steps = counted(len(lines), "step")
        yield Finding(
            severity=Severity.WARNING,
            source=Source.CODE,
            kind=LEFT,
            table=str(table),
            object=f"actions.{name}",
            module=snapshot.module,
            path=session.project.modules[snapshot.module].path,
            line=lines[0],
            what=f"The action :{name} succeeds without {steps} of {functions[name]}.",
            todo="Write what each TODO says in its place, and take the TODO out.",
            accept=(f"{table}.actions.{name}.todo", f"{table}.actions.{name}"),
        )
