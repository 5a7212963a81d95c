"""Modules that another run would write: domains, types, and what a merge left unresolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ash_scaffold.check.command import Commands
from ash_scaffold.check.enums import enum_drift
from ash_scaffold.check.look import Code
from ash_scaffold.check.report import Source
from ash_scaffold.generate.case import Case, Settings
from ash_scaffold.generate.decision import Decision
from ash_scaffold.generate.regenerate import regenerate
from ash_scaffold.problem import Severity
from ash_scaffold.report.finding import Finding


def module_drift(
    decision: Decision, code: Code, found: Iterable[Finding], commands: Commands
) -> Iterator[Finding]:
    """Yield what is to be said of modules beside the findings that there are."""
    found = list(found)
    yield from _unlisted(decision)
    yield from enum_drift(decision, code)
    yield from _unresolved(decision, found)
    tables = {finding.table for finding in found}
    named = {finding.module for finding in found}
    for case in code.unsettled:
        table = case.module.table
        known = str(table) in tables if table is not None else case.module.name in named
        if known or _is_new(case, decision) or _follows(case, decision, tables):
            continue
        if _changes(case, decision):
            yield _stale(case, commands)


def _follows(case: Case, decision: Decision, tables: set[str]) -> bool:
    """Whether a domain or a type only follows resources of which something is told already."""
    module, project = case.module.name, decision.read.project
    for item in decision.plan.resources:
        new = item.written and project.resource(item.resource.module) is None
        uses = any(support.module == module for support in item.draft.columns.supports)
        if uses and (new or str(item.draft.name) in tables):
            return True
        if new and item.resource.domain == module:
            return True
    return any(snapshot.domain == module for snapshot in decision.past.gone)


def _is_new(case: Case, decision: Decision) -> bool:
    """Whether there is no resource yet, which the guard tells of."""
    return (
        case.module.table is not None and decision.read.project.resource(case.module.name) is None
    )


def _changes(case: Case, decision: Decision) -> bool:
    """Whether another run would change the text: what people wrote may say it already."""
    if case.is_pure or case.old is None or case.before is None:
        return True
    settings = Settings(
        accepted=decision.accepted, old_texts=decision.old_texts, use_formatter=False
    )
    files = regenerate([case.module], decision.read.project, decision.past, settings)
    return any(file.before != file.after or file.conflicts for file in files.files)


def _stale(case: Case, commands: Commands) -> Finding:
    module = case.module
    missing = case.before is None
    if missing:
        what = f"{module.name} is not there."
    elif module.adopts:
        what = f"The configuration makes {module.name} the domain, and no run has done so yet."
    elif case.old is None:
        what = f"{module.name} has no snapshot: nothing tells its hand edits from the rest."
    else:
        what = f"Another run would bring {module.name} up to date."
    needed = missing and case.old is not None
    return Finding(
        severity=Severity.ERROR if needed else Severity.NOTE,
        source=Source.CODE,
        kind="module missing" if missing else "text",
        table=str(module.table) if module.table is not None else "",
        module=module.name,
        path=module.path,
        line=None if missing else 1,
        what=what,
        command=commands.write(*(() if module.table is None else (module.table,))),
        accept=(module.scope,),
    )


def _unlisted(decision: Decision) -> Iterator[Finding]:
    """Give resources that their domain does not list; of one that lists none nothing is known."""
    project = decision.read.project
    for item in decision.plan.resources:
        module, domain = item.resource.module, project.domain(item.resource.domain)
        if domain is None or not domain.resources or project.resource(module) is None:
            continue
        if item.written and module not in domain.resources:
            yield Finding(
                severity=Severity.ERROR,
                source=Source.CODE,
                kind="resource not listed",
                table=str(item.draft.name),
                module=module,
                path=domain.path,
                line=domain.line,
                what=f"The domain {domain.module} does not list {module}.",
                todo=f"Add `resource {module}` to its `resources`.",
                accept=(f"{domain.module}.{module}",),
            )


def _unresolved(decision: Decision, found: Iterable[Finding]) -> Iterator[Finding]:
    """Give conflicts that the last run left behind, and that no difference stands for."""
    told = {name for finding in found for name in finding.accept}
    for table, snapshot in decision.past.resources.items():
        for name in snapshot.unresolved:
            if name not in told and not any(name.startswith(f"{each}.") for each in told):
                yield Finding(
                    severity=Severity.WARNING,
                    source=Source.CODE,
                    kind="conflict",
                    table=str(table),
                    object=name.removeprefix(f"{table}."),
                    module=snapshot.module,
                    path=snapshot.path,
                    line=1,
                    what="The database wants another text, and somebody has edited it here.",
                    todo="`ash-scaffold resources --dry-run` shows the versions.",
                    accept=(name,),
                )
