"""What stops a slice until a person has settled it: drift, keys, tenants, users elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ash_scaffold.ash.tenant_signs import TenantSigns
from ash_scaffold.counted import counted
from ash_scaffold.cutover.refusals import is_finding
from ash_scaffold.legacy.usage import UserKind
from ash_scaffold.move.facts import MoveFacts, TableMove
from ash_scaffold.move.model import Blocker, Module, StepKind
from ash_scaffold.move.slices import lacks_key
from ash_scaffold.move.steps import can_be_owned, kinds_of
from ash_scaffold.problem import Code, Severity
from ash_scaffold.report.finding import DRIFT_WORDS

# What planning a resource says that keeps a table from being used through it.
_LIMITS = frozenset(
    {
        Code.COLUMN_UNSUPPORTED,
        Code.COLUMN_UNREADABLE,
        Code.NAME_UNSUPPORTED,
        Code.NO_COLUMNS,
        Code.NO_CREATE,
        Code.TABLE_UNREADABLE,
    }
)


# Kinds of blockers that say what the plan as a whole, or another line of it, says too.
TENANCY, USERS = "tenancy undecided", "users elsewhere"


def blockers(
    facts: MoveFacts,
    tables: Collection[TableMove],
    modules: Iterable[Module],
    contexts: Collection[str],
) -> Iterator[Blocker]:
    """Yield what stops a slice of these tables, which these legacy modules use.

    `contexts` are those of its Ecto schemas.
    """
    for table in tables:
        yield from _of_table(table)
    signs = undecided_tenancy(facts)
    if signs is not None:
        yield from _of_tenants(tables, signs)
    elsewhere = [e for e in modules if e.elsewhere and e.kind != UserKind.SCHEMA.value]
    # Where there is no context all callers are elsewhere, as other lines say.
    if elsewhere and contexts:
        first = elsewhere[0]
        uses = "uses" if len(elsewhere) == 1 else "use"
        yield Blocker(
            stops=StepKind.CUTOVER,
            kind=USERS,
            where=f"{first.path}:{first.line}",
            what=f"{counted(len(elsewhere), 'module')}{_outside(contexts)} {uses} its tables "
            f"({kinds_of(elsewhere)})",
            todo="Port them with the slice, or let them call a function that does.",
        )


def _outside(contexts: Collection[str]) -> str:
    """Return ` outside of` the contexts by name, without what is inside of another one."""
    outer = sorted(each for each in contexts if not any(each.startswith(f"{o}.") for o in contexts))
    more = f" and {len(outer) - 2} more" if len(outer) > 2 else ""
    return f" outside of {', '.join(outer[:2])}{more}"


def _of_table(table: TableMove) -> Iterator[Blocker]:
    name = str(table.table)
    if lacks_key(table):
        yield Blocker(
            stops=StepKind.RESOURCES,
            kind="no key",
            where=name,
            what="it has no primary key and no unique index that could be one, so Ash can "
            "neither update nor destroy its rows",
            todo="Add a key in a legacy migration, or name its columns: primary_key of "
            f"[tables.{name}] in ash_scaffold.toml.",
        )
    elif table.definition.kind.is_table and table.key is None and table.callers:
        yield Blocker(
            stops=StepKind.CALLERS,
            kind="no key",
            where=name,
            what="it has no key, so its resource can only read and create rows",
            todo="Add a key in a legacy migration where legacy code updates or deletes its rows.",
        )
    for problem in () if table.has_resource else table.remarks:
        if problem.code in _LIMITS and problem.severity is not Severity.NOTE:
            yield Blocker(
                stops=StepKind.RESOURCES,
                kind=problem.code.value,
                where=problem.where,
                what=problem.what,
                todo=problem.todo,
            )
    for finding in table.drift if table.has_resource else ():
        yield Blocker(
            stops=StepKind.CHECK,
            kind=f"drift ({DRIFT_WORDS[finding.severity]})",
            where=finding.place or finding.subject,
            what=finding.what,
            todo=finding.command or finding.todo,
        )
    users = {f"{user.path}:{user.line}" for user in table.user_modules}
    for problem in table.refusals:
        said = problem.where in users or is_finding(problem)
        if not said and can_be_owned(table):
            yield Blocker(
                stops=StepKind.CUTOVER,
                kind=problem.code.value,
                where=problem.where,
                what=problem.what,
                todo=problem.todo,
            )


def undecided_tenancy(facts: MoveFacts) -> TenantSigns | None:
    """Return what speaks for tenants where nothing is said of them and `init` would propose it."""
    signs = facts.tenant_signs
    return signs if signs is not None and signs.is_proposed else None


def _of_tenants(tables: Iterable[TableMove], signs: TenantSigns) -> Iterator[Blocker]:
    concerned = [
        table
        for table in tables
        if not table.has_resource
        and any(
            key.target == signs.tenants and key.columns == (signs.column,)
            for key in table.definition.foreign_keys
        )
    ]
    if concerned:
        yield Blocker(
            stops=StepKind.RESOURCES,
            kind=TENANCY,
            where=", ".join(str(table.table) for table in concerned),
            what=f"rows seem to belong to tenants, by {signs.column}, and ash_scaffold.toml says "
            "nothing of that",
            todo="Decide before the first of these resources is written: [tenancy], as "
            "ash-scaffold init proposes it.",
        )
