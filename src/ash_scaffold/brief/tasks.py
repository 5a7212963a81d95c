"""What is left to do for a table, the worst first, and the commands that prove it done."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.action_inputs import cast_fields
from ash_scaffold.ash.changesets import ContextKind
from ash_scaffold.brief.excerpts import without_credentials
from ash_scaffold.brief.model import Command, Task, User, Weight
from ash_scaffold.check.changeset_drift import LEFT
from ash_scaffold.check.guard import Kind as GuardKind
from ash_scaffold.counted import counted
from ash_scaffold.move.facts import ChangesetMove, MoveFacts, TableMove
from ash_scaffold.move.steps import is_used
from ash_scaffold.problem import Problem, Severity
from ash_scaffold.report.finding import Finding

_WEIGHTS = {
    Severity.ERROR: Weight.BREAKS,
    Severity.WARNING: Weight.DIFFERS,
    Severity.NOTE: Weight.NOTE,
}


_SHOWN = 5  # names that a task has
_MODULES = 12  # that have a task of their own

# Told by tasks of their own, with the line of each step.
_TOLD = frozenset({GuardKind.NO_RESOURCE.value, LEFT})


class TaskSources(msgspec.Struct, frozen=True, kw_only=True):
    """What tasks are made of.

    `users` are the modules that use the table, `accepted` the reasons why the team lives with
    something, by its name in `[[accept]]`. `comment` gives the text of a comment in a file.
    """

    move: TableMove
    facts: MoveFacts
    users: Sequence[User]
    accepted: Mapping[str, str]
    comment: Callable[[str, int], str]


def tasks_of(sources: TaskSources) -> Iterator[Task]:
    """Yield the tasks of a table, the worst first, those of one weight as they come."""
    move = sources.move
    found = list(_findings(each for each in move.findings if each.kind not in _TOLD))
    if not move.owned:
        found += [
            *_resource(move, sources.facts),
            *_changesets(sources),
            *_users(move, sources.users),
            *_custom_types(move),
            *(_remark(each) for each in move.remarks if each.severity is not Severity.NOTE),
        ]
    yield from sorted(found, key=lambda task: task.weight)


def _findings(findings: Iterable[Finding]) -> Iterator[Task]:
    """Yield the findings of `check`; of those that one command mends the last has it."""
    every = sorted(findings, key=lambda each: each.severity.rank)
    for number, each in enumerate(every):
        later = {other.command for other in every[number + 1 :]}
        task = _finding(each)
        yield msgspec.structs.replace(task, command="") if task.command in later else task


def _command(facts: MoveFacts, *words: str) -> str:
    return shlex.join(["ash-scaffold", words[0], *facts.options, *words[1:]])


def _finding(finding: Finding) -> Task:
    return Task(
        weight=_WEIGHTS[finding.severity],
        label=finding.kind,
        what=without_credentials(finding.what),
        place=finding.place,
        todo=without_credentials(finding.todo),
        command=finding.command,
    )


def _remark(problem: Problem) -> Task:
    return Task(
        weight=Weight.DIFFERS,
        label=f"{problem.severity.value}: {problem.code.value}",
        what=without_credentials(problem.what),
        place=problem.where,
        todo=without_credentials(problem.todo),
    )


def _resource(move: TableMove, facts: MoveFacts) -> Iterator[Task]:
    table = str(move.table)
    if move.has_resource:
        if move.resource is not None and move.resource.by_hand:
            yield Task(
                weight=Weight.BLOCKS,
                label="resource",
                what="The resource was written by hand, and no run has compared it with the table.",
                place=f"{move.resource.path}:{move.resource.line}",
                command=_command(facts, "resources", "--table", table),
            )
        return
    domain = () if move.domain is None or not move.is_proposed else ("--domain", move.domain)
    yield Task(
        weight=Weight.BLOCKS,
        label="resource",
        what="There is none yet."
        if move.domain is not None
        else "There is none yet, and no domain: choose one with --domain.",
        command=_command(facts, "resources", *domain, "--table", table),
    )


def _changesets(sources: TaskSources) -> Iterator[Task]:
    move = sources.move
    for each in move.changesets:
        yield from _changeset(each, sources)
    waiting = move.open_changesets
    if waiting:
        functions = counted(len(waiting), "changeset function")
        verb = "is" if len(waiting) == 1 else "are"
        yield Task(
            weight=Weight.COMMAND,
            label="changesets to carry over",
            what=f"{functions} {verb} no action yet.",
            command=_command(sources.facts, "actions", "--table", str(move.table)),
        )


def _changeset(move: ChangesetMove, sources: TaskSources) -> Iterator[Task]:
    of = move.of
    if not is_used(move):
        yield _deleting(move) if of.deletes else _unused(move)
        return
    if move.refused and not move.actions:
        yield Task(
            weight=Weight.LEFT,
            label="changeset",
            what=f"{move.label} makes no action: {move.refused}.",
            place=f"{of.path}:{of.line}",
            todo=_instead(move, sources.move),
        )
        return
    for action in move.actions:
        reason = sources.accepted.get(f"{of.table}.actions.{action.name}.todo")
        for line in action.left:
            yield Task(
                weight=Weight.DIFFERS if reason is None else Weight.NOTE,
                label="TODO",
                what=f"The action :{action.name} succeeds without a step of {move.label}.",
                place=f"{action.path}:{line}",
                quoted=sources.comment(action.path, line),
                todo=""
                if reason is None
                else f"The team accepts it: {without_credentials(reason)}",
            )


def _deleting(move: ChangesetMove) -> Task:
    """Return the task of a changeset function that rows are only deleted with."""
    return Task(
        weight=Weight.PORT,
        label="changeset",
        what=f"Rows are deleted with {move.label}.",
        place=move.of.deletes[0],
        todo="Let a destroy action do so there, with what the function checks.",
    )


def _unused(move: ChangesetMove) -> Task:
    """Return the note of a changeset function that goes with its schema."""
    calls = move.of.calls
    called = ", and no call of it was found"
    if calls:
        more = f" and {counted(len(calls) - 1, 'more place')}" if len(calls) > 1 else ""
        called = f"; it is called at {calls[0]}{more}"
    return Task(
        weight=Weight.NOTE,
        label="changeset",
        what=f"Nothing that was read writes with {move.label}{called}.",
        place=f"{move.of.path}:{move.of.line}",
        todo="It goes with the Ecto schema"
        + (", once what calls it is ported." if calls else ".")
        + " If something does write with it, [behaviour] of ash_scaffold.toml says so.",
    )


def _instead(move: ChangesetMove, table: TableMove) -> str:
    """Say what to do in place of the action that can't be made of a changeset function."""
    if move.of.is_step:
        return "Do what it does in the actions of the functions whose changeset it is given."
    lost = {field.name for schema, field in table.without_column if schema.module == move.of.schema}
    cast = dict.fromkeys(name for step in move.of.steps for name in cast_fields(step))
    if cast and lost.issuperset(cast):
        return (
            f"The table has no column for {', '.join(cast)}: if the database is not behind the "
            "code, it can't write, and goes with the Ecto schema."
        )
    return "Write an action that does the same, or do it where the function is called."


def _users(move: TableMove, users: Sequence[User]) -> Iterator[Task]:
    """Yield a task for each module that uses the table, one for all that only refer to it."""
    by_hand: defaultdict[str, list[str]] = defaultdict(list)
    queries: defaultdict[str, list[str]] = defaultdict(list)
    for function in move.context_functions:
        if function.reason:
            of = queries if function.kind is ContextKind.QUERY else by_hand
            of[function.module].append(f"{function.function}/{function.arity}")
    plain, query = "no plain call of a repo", "a read action with a filter"
    working = [each for each in users if not (each.is_association or each.is_pattern)]
    for each in working[:_MODULES]:
        yield Task(
            weight=Weight.PORT,
            label=each.kind,
            what=f"{each.module} uses the table in {counted(len(each.uses), 'line')}"
            f"{_functions(by_hand[each.module], ('is', 'are'), plain)}"
            f"{_functions(queries[each.module], ('needs', 'need'), query)}.",
            place=f"{each.path}:{each.uses[0].line}",
        )
    rest = working[_MODULES:]
    if rest:
        lines = counted(sum(len(each.uses) for each in rest), "line")
        yield Task(
            weight=Weight.PORT,
            label="modules",
            what=f"{len(rest)} more use the table in {lines}, each shown below.",
        )
    types = [each for each in users if each.is_pattern and not each.is_association]
    if types:
        modules = counted(len(types), "module")
        verb = "names" if len(types) == 1 else "name"
        more = f" and {len(types) - _SHOWN} more" if len(types) > _SHOWN else ""
        yield Task(
            weight=Weight.PORT,
            label="struct",
            what=f"{modules} {verb} its struct in types and heads of functions alone: "
            f"{', '.join(each.module for each in types[:_SHOWN])}{more}.",
        )
    schemas = [each.module for each in users if each.is_association]
    if schemas:
        count, verb = (counted(len(schemas), "Ecto schema"), "has" if len(schemas) == 1 else "have")
        yield Task(
            weight=Weight.NOTE,
            label="association",
            what=f"{count} of other tables {verb} an association to it, which goes with those.",
        )


def _functions(functions: Sequence[str], verbs: tuple[str, str], what: str) -> str:
    if not functions:
        return ""
    more = f" and {len(functions) - _SHOWN} more" if len(functions) > _SHOWN else ""
    return f"; {', '.join(functions[:_SHOWN])}{more} {verbs[len(functions) > 1]} {what}"


def _custom_types(move: TableMove) -> Iterator[Task]:
    for each in move.custom_types:
        if each.apart:
            yield Task(
                weight=Weight.LEFT,
                label="custom type",
                what=f"The column {each.column} is read by {each.module} in legacy code, and not "
                f"by the attribute: {each.apart}.",
                place=f"{each.path}:{each.line}",
            )


def commands_of_proof(move: TableMove, facts: MoveFacts, *, with_legacy: bool) -> Iterator[Command]:
    """Yield the commands that prove the table ported, in their order, with what each says then."""
    table = str(move.table)
    yield Command(line="mix compile --warnings-as-errors", says="nothing")
    if with_legacy:
        yield Command(
            line=_command(facts, "check", "--hand-over"),
            says=f"no finding of {table}, and that only Ash uses it",
        )
    else:
        yield Command(line=_command(facts, "check"), says=f"no finding of {table}")
    yield Command(
        line=_command(facts, "verify", "--table", table),
        says="every row is read, and 0 errors",
    )
    if move.actions or any(each.planned for each in move.changesets):
        yield Command(
            line=_command(facts, "verify", "--behaviour", "--table", table),
            says="that each action does what its changeset function did",
        )
    yield Command(line="mix test", says="that the application's own tests pass")
    if with_legacy and not move.owned:
        yield Command(
            line=_command(facts, "cutover", table, "--dry-run"),
            says="that nothing stands against giving the table to Ash",
        )
