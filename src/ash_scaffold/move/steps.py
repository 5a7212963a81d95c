"""The steps of a slice: its commands in order, and what each would say today.

Nothing is run for it: that follows from the facts, and where it takes a run, the step says so.
Ecto schemas are deleted before the cut-over, which refuses a table that legacy code still names.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from ash_scaffold.counted import counted
from ash_scaffold.legacy.usage import UserKind
from ash_scaffold.move.facts import ChangesetMove, MoveFacts, TableMove
from ash_scaffold.move.model import Module, Step, StepKind, StepStatus
from ash_scaffold.report.finding import DRIFT_WORDS

_FEW = 3
# The options of a run that a command of the plan doesn't take, or means something else by.
_ALONE = "--no-legacy"
_NOT_TAKEN = {
    "verify": {"--schema", "--legacy", _ALONE},
    "cutover": {_ALONE},
    "actions": {_ALONE},
}
_NAMES = {
    UserKind.SCHEMA: "schema",
    UserKind.PROCESS: "process module",
    UserKind.GRAPHQL: "GraphQL module",
    UserKind.MODULE: "other module",
}


class Others(msgspec.Struct, frozen=True, kw_only=True):
    """The other slices whose Ecto schemas refer to tables of one: those not live yet, and the rest.

    Both are numbers.
    """

    waiting: tuple[int, ...] = ()
    live: tuple[int, ...] = ()


_NO_OTHERS = Others()


def steps_of(
    facts: MoveFacts,
    tables: Sequence[TableMove],
    modules: Collection[Module],
    others: Others = _NO_OTHERS,
) -> tuple[Step, ...]:
    """Return the steps of a slice of these tables, which these legacy modules use."""
    return tuple(_Steps(facts, tables, modules, others).steps())


def is_past(step: Step) -> bool:
    """Whether a step is nothing to wait for: done, or one that only a run tells of."""
    return step.status is StepStatus.DONE or step.kind is StepKind.VERIFY


def can_be_owned(table: TableMove) -> bool:
    """Whether Ash's migrations can take the table over: no view, and no rows of tenants."""
    tenancy = table.tenancy
    return table.definition.kind.is_table and not (tenancy is not None and tenancy.is_tenant)


def is_used(changeset: ChangesetMove) -> bool:
    """Whether an action has to take its place: somebody writes with it, or may do so.

    One that rows are only deleted with goes where it is called.
    """
    of = changeset.of
    writes = of.creates or of.updates
    if of.is_step:
        return bool(writes or of.calls)
    return bool(changeset.actions or changeset.planned or of.refused or writes)


class _Steps:
    def __init__(
        self,
        facts: MoveFacts,
        tables: Sequence[TableMove],
        modules: Collection[Module],
        others: Others,
    ) -> None:
        self._others = others
        self._facts = facts
        self._tables = tables
        self._modules = modules
        self._changesets = [each for table in tables for each in table.changesets]

    def steps(self) -> Iterator[Step]:
        """Yield them in order."""
        if any(table.is_proposed for table in self._tables):
            yield self._init()
        yield self._resources()
        if self._facts.checked:
            yield self._check()
        actions = self._actions()
        if actions is not None:
            yield actions
        yield self._verify()
        if self._facts.with_legacy:
            yield self._callers()
            yield self._delete()
        if any(map(can_be_owned, self._tables)):
            yield self._cutover()

    def _command(self, command: str, tables: Iterable[TableMove] = (), *words: str) -> str:
        """Return a command line for tables, with the options of this run that the command takes."""
        options: list[str] = []
        rest = iter(self._facts.options)
        for option in rest:
            pair = (option,) if option == _ALONE else (option, next(rest))
            if option not in _NOT_TAKEN.get(command, ()):
                options += pair
        named = [str(table.table) for table in tables]
        if command not in ("cutover", "brief"):
            named = [word for name in named for word in ("--table", name)]
        return shlex.join(["ash-scaffold", command, *words, *options, *named])

    def _init(self) -> Step:
        domains = sorted({t.domain for t in self._tables if t.is_proposed and t.domain})
        proposed = sum(table.is_proposed for table in self._tables)
        return Step(
            kind=StepKind.INIT,
            status=StepStatus.TODO,
            command=self._command("init"),
            says=f"proposes {' and '.join(domains)} for {counted(proposed, 'table')} of this slice "
            "that no domain has; the entry is yours to change",
        )

    def _resources(self) -> Step:
        missing = [table for table in self._tables if not table.has_resource]
        by_hand = [t for t in self._tables if t.resource is not None and t.resource.by_hand]
        modules = [t.resource.module for t in missing if t.resource is not None]
        status = StepStatus.TODO if missing or by_hand else StepStatus.DONE
        said = []
        if modules:
            said.append(f"writes {counted(len(modules), 'resource')}: {_listed(modules)}")
        nothing = [str(t.table) for t in missing if t.resource is None]
        if nothing:
            said.append(f"can write none for {_listed(nothing)}")
        if by_hand:
            one = "resource was" if len(by_hand) == 1 else "resources were"
            said.append(f"{len(by_hand)} {one} written by hand: adds what the table demands")
        if not said:
            said.append("all are there")
        command = self._command("resources", self._tables)
        return Step(kind=StepKind.RESOURCES, status=status, command=command, says="; ".join(said))

    def _check(self) -> Step:
        findings = [each for table in self._tables for each in table.findings]
        command = self._command("check")
        if not all(table.has_resource for table in self._tables):
            status, says = StepStatus.UNKNOWN, "says more once the resources are there"
        elif findings:
            count = Counter(DRIFT_WORDS[each.severity] for each in findings)
            words = ", ".join(f"{count[w]} {w}" for w in DRIFT_WORDS.values() if count[w])
            drift = any(table.drift for table in self._tables)
            status = StepStatus.TODO if drift else StepStatus.DONE
            says = f"{counted(len(findings), 'finding')} for its tables ({words})"
        else:
            status, says = StepStatus.DONE, "nothing to report for its tables"
        places = tuple((each.place or each.subject, each.what) for each in findings)
        return Step(kind=StepKind.CHECK, status=status, command=command, says=says, places=places)

    def _actions(self) -> Step | None:
        changesets = self._changesets
        if not changesets:
            return None
        used = [each for each in changesets if is_used(each)]
        there = [each for each in used if each.actions]
        open_ = [each for each in used if each.planned and not each.actions]
        refused = [each for each in used if not each.planned and not each.actions]
        todos = [(action, line) for c in there for action in c.actions for line in action.left]
        said = [f"{len(there)} of {counted(len(used), 'changeset function')} have actions"]
        if not used:
            said = ["nothing inserts or updates with its changeset functions"]
        elif len(used) == 1:
            said = ["its changeset function has an action" if there else "no action yet"]
        if open_:
            makes = sum(each.planned for each in open_)
            left = sum(len(each.left) for each in open_)
            steps = f", {counted(left, 'step')} left to you as TODO" if left else ""
            said.append(
                f"makes {counted(makes, 'action')} of {counted(len(open_), 'function')}{steps}"
            )
        if todos:
            said.append(f"{counted(len(todos), 'TODO')} in the actions")
        if refused:
            one = "function is" if len(refused) == 1 else "functions are"
            said.append(f"{len(refused)} {one} left to you")
        unused = len(changesets) - len(used)
        if unused and used:
            said.append(f"nothing inserts or updates with {unused} more")
        places = [
            *(
                (f"{step.path}:{step.line}", f"{each.label}: {step.reason}")
                for each in open_
                for step in each.left
            ),
            *((f"{action.path}:{line}", f"TODO in :{action.name}") for action, line in todos),
            *(
                (f"{each.of.path}:{each.of.line}", f"{each.label}: {each.refused}")
                for each in refused
            ),
        ]
        with_functions = [t for t in self._tables if t.changesets]
        return Step(
            kind=StepKind.ACTIONS,
            status=StepStatus.TODO if open_ or todos or refused else StepStatus.DONE,
            command=self._command("actions", with_functions) if open_ else "",
            says="; ".join(said),
            places=tuple(dict.fromkeys(places)),
        )

    def _verify(self) -> Step:
        says = "compiles the project with mix, asks its resources, and reads rows through Ash"
        if any(each.actions for each in self._changesets):
            says += "; --behaviour compares actions and changeset functions"
        return Step(
            kind=StepKind.VERIFY,
            status=StepStatus.UNKNOWN,
            command=self._command("verify", self._tables),
            says=says,
        )

    def _callers(self) -> Step:
        callers = [each for each in self._modules if each.kind != UserKind.SCHEMA.value]
        uses = "uses" if len(callers) == 1 else "use"
        says = (
            f"{counted(len(callers), 'legacy module')} {uses} its tables ({kinds_of(callers)})"
            if callers
            else "no legacy module names its tables, apart from Ecto schemas; what reaches them by "
            "an association alone is not seen"
        )
        return Step(
            kind=StepKind.CALLERS,
            command=self._command("brief", self._tables[:1]) if callers else "",
            status=StepStatus.TODO if callers else StepStatus.DONE,
            says=says,
            places=tuple((f"{m.path}:{m.line}", f"{m.module} ({_kind(m.kind)})") for m in callers),
        )

    def _delete(self) -> Step:
        schemas = [schema for table in self._tables for schema in table.schemas]
        own = {schema.module for schema in schemas}
        naming = {
            user.module: user
            for table in self._tables
            for user in table.user_modules
            if user.kind is UserKind.SCHEMA and user.module not in own
        }
        waiting, live = self._others.waiting, self._others.live
        said = []
        status = StepStatus.TODO if schemas or naming else StepStatus.DONE
        if schemas:
            said.append(f"delete {_listed([schema.module for schema in schemas])}")
        if waiting:
            status = StepStatus.WAITS
            said.append(f"once {_numbered(waiting)} is live, whose Ecto schemas refer to it")
        elif live:
            said.append(f"with the schemas of {_numbered(live)}, which refer to it")
        elif naming:
            refer = "refers" if len(naming) == 1 else "refer"
            said.append(f"{counted(len(naming), 'other schema')} {refer} to its tables")
        places = [(f"{schema.path}:{schema.line}", schema.module) for schema in schemas]
        places += [(f"{u.path}:{u.line}", f"{u.module} names {u.via}") for u in naming.values()]
        return Step(
            kind=StepKind.DELETE,
            status=status,
            says=", ".join(said) or "no Ecto schema names its tables any more",
            places=tuple(places),
        )

    def _cutover(self) -> Step:
        ownable = [table for table in self._tables if can_be_owned(table)]
        open_ = [table for table in ownable if not table.owned]
        command = self._command("cutover", open_ or ownable, "--dry-run")
        if not open_:
            return Step(
                kind=StepKind.CUTOVER,
                status=StepStatus.DONE,
                command="",
                says="Ash owns its tables",
            )
        reasons = [*(each for table in open_ for each in table.refusals), *self._facts.refusals]
        refused = len(reasons)
        # While legacy code uses the tables, most reasons are that.
        told = () if any(table.users for table in self._tables) else reasons
        without = [table for table in open_ if not table.has_resource]
        if without:
            says = "refuses tables without a resource"
        elif refused:
            says = f"refuses today, for {counted(refused, 'reason')}"
            says += "" if told else ": the steps before it"
        else:
            says = "nothing that is known stands against it; its proof has to be run"
        if self._others.waiting:
            says += f"; the Ecto schemas of {_numbered(self._others.waiting)} still refer to it"
        left = len(self._tables) - len(ownable)
        if left:
            says += f"; {counted(left, 'table')} of the slice Ash doesn't migrate"
        status = StepStatus.STOPPED if without or refused else StepStatus.TODO
        return Step(
            kind=StepKind.CUTOVER,
            status=status,
            command=command,
            says=says,
            places=tuple((each.where, each.what) for each in told),
        )


def kinds_of(modules: Iterable[Module]) -> str:
    """Return how many modules there are of each kind."""
    count = Counter(each.kind for each in modules)
    return ", ".join(
        counted(count[kind.value], _NAMES.get(kind, kind.value))
        for kind in UserKind
        if count[kind.value]
    )


def _kind(value: str) -> str:
    return "GraphQL" if value == UserKind.GRAPHQL.value else value


def _numbered(numbers: Collection[int]) -> str:
    """Return slices by their numbers."""
    first, *rest = sorted(numbers)
    if not rest:
        return f"slice {first}"
    if len(rest) < _FEW:
        return f"each of slices {', '.join(map(str, (first, *rest)))}"
    return f"each of slices {first}, {rest[0]}, {rest[1]} and {len(rest) - 2} more"


def _listed(names: Collection[str]) -> str:
    shown = list(dict.fromkeys(names))
    more = f" and {len(shown) - _FEW} more" if len(shown) > _FEW else ""
    return ", ".join(shown[:_FEW]) + more
