"""Legacy contexts that become domains, and the domains that stood in for them before.

The file of such a context is written by `regenerate`, as of any other module.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from ash_scaffold.ash.plan import Plan
from ash_scaffold.elixir.adopt import without_entries
from ash_scaffold.elixir.merge import USE
from ash_scaffold.generate.dropped import is_named, texts_after
from ash_scaffold.generate.files import File, Status, read_text
from ash_scaffold.generate.module_versions import use_of
from ash_scaffold.generate.modules import Module
from ash_scaffold.generate.options import ResourcesOptions
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.project.mix_project import Domain, Project
from ash_scaffold.project.schema_changes import SchemaChanges
from ash_scaffold.project.snapshot import Snapshot, digest
from ash_scaffold.session import Session

_OPTION = "--adopt-context"


class FormerDomains(msgspec.Struct, frozen=True, kw_only=True):
    """The domains `X.Domain` of contexts `X` that are the domain now: their files and problems.

    `obsolete` are those that list no resource any more, or were removed and are still in
    `ash_domains`.
    """

    files: tuple[File, ...] = ()
    problems: tuple[Problem, ...] = ()
    obsolete: frozenset[str] = frozenset()


def require_adoptable(session: Session, plan: Plan, options: ResourcesOptions) -> None:
    """Raise `ScaffoldError` for a context that this run can't make the domain."""
    for domain in sorted(_written(plan)):
        path = plan.modules.adopted.get(domain)
        if path is None:
            _require_inside(session, domain, options)
            continue
        inside = f"{session.project.app.path}/" if session.project.app.path else ""
        if not path.startswith(inside):
            raise fail(
                Code.LEGACY_COLLISION,
                f"{domain} is in another application of the umbrella than {inside}, "
                "where the resources go.",
                where=path,
                todo="Run it in the folder of that application.",
            )
        _require_all(session, plan, domain)


def _require_inside(session: Session, domain: str, options: ResourcesOptions) -> None:
    """Refuse a context that an option or entry names and that is outside of the project."""
    entry = session.config.domains.get(domain)
    flag = options.adopt_context and options.domain == domain
    if not flag and not (entry is not None and entry.adopt_context):
        return
    for schema in session.hints.schemas:
        there = schema.context_module
        if schema.context == domain and there is not None and there.path.startswith("../"):
            raise fail(
                Code.LEGACY_COLLISION,
                f"{domain} is defined outside of this project, whose files alone are written.",
                where=there.path,
                todo=f"Leave {_OPTION} out: nothing is in the domain's way here.",
            )


def _require_all(session: Session, plan: Plan, domain: str) -> None:
    """Refuse to move some resources of a domain that is there, and to leave others behind."""
    former = f"{domain}.Domain"
    unclear = {change.table for change in session.schema_changes.unclear}
    left = [
        name
        for name, resource in sorted(session.state.resources.items())
        if resource.domain == former
        and plan.scope.domains.get(name) == domain
        and (name not in plan.scope.written or name in unclear)
    ]
    if left:
        raise fail(
            Code.USAGE,
            f"{domain} can only become the domain with all resources of {former} at once: this "
            f"run would leave {_listed(left)}.",
            where=_OPTION,
            todo="Run it without --table, with no rename left to decide.",
        )


def _listed(names: list[Name]) -> str:
    return ", ".join(map(str, names))


def adoption_problems(session: Session, plan: Plan, options: ResourcesOptions) -> Iterator[Problem]:
    """Give a note for each context that becomes a domain, and for an option without effect."""
    written = _written(plan)
    found = {domain: path for domain, path in plan.modules.adopted.items() if domain in written}
    for domain, path in sorted(found.items()):
        yield _note(
            path, f"{domain} becomes the domain: it lists the resources, and keeps all that it has."
        )
    if not options.adopt_context or found:
        return
    there = {domain for domain in written if domain in session.state.domains}
    for domain in sorted(written):
        yield _note(
            _OPTION,
            f"{domain} is a domain already: there is nothing to adopt."
            if domain in there
            else f"There is no legacy context {domain} to adopt.",
        )


def _note(where: str, what: str) -> Problem:
    return Code.CONTEXT_ADOPTED.at(where, what)


def _written(plan: Plan) -> set[str]:
    """Return the logical domains that the run writes something of."""
    return {plan.scope.domains[name] for name in plan.scope.written}


def leave_former_domains(
    changes: SchemaChanges, project: Project, plan: Plan, files: Collection[File], *, prune: bool
) -> FormerDomains:
    """Take resources out of the former domain of a context which is the domain now.

    `files` are those of the run. With `prune` such a domain is deleted when it lists nothing any
    more, is unedited and no other file names it. Raises `ScaffoldError` for an entry with
    hand-written options.
    """
    deleted = {file.module.name for file in files if file.status is Status.DELETED}
    found: list[File] = []
    problems: list[Problem] = []
    obsolete: set[str] = set()
    for domain in sorted(_written(plan)):
        name = f"{domain}.Domain"
        if plan.modules.domains[domain] != domain or name in plan.modules.domains:
            continue
        there = project.domain(name)
        if there is None:
            if name not in project.modules and name in project.config.ash_domains:
                obsolete.add(name)
                problems.append(_still_listed(project, name))
            continue
        own = {i.resource.module for i in plan.resources if i.resource.domain == domain} | deleted
        leaving = [module for module in there.resources if module in own]
        snapshot = changes.modules.get(name)
        if snapshot is None and not leaving:
            continue
        empty = set(there.resources) <= own
        goes = empty and prune and _is_unused(project, there, snapshot, files)
        found += _files(project, there, snapshot, leaving, goes=goes)
        if empty:
            obsolete.add(name)
            if not goes:
                problems.append(_obsolete(there, domain))
            elif name in project.config.ash_domains:
                problems.append(_still_listed(project, name))
    return FormerDomains(files=tuple(found), problems=tuple(problems), obsolete=frozenset(obsolete))


def _is_unused(
    project: Project, domain: Domain, snapshot: Snapshot | None, files: Iterable[File]
) -> bool:
    """Whether a domain's file is unedited, and no other file names it."""
    text = read_text(project, domain.path)
    if snapshot is None or text is None or digest(text) != snapshot.written:
        return False
    return not is_named(domain.module, texts_after(project, files), {domain.path})


def _files(
    project: Project, domain: Domain, old: Snapshot | None, leaving: Collection[str], *, goes: bool
) -> Iterator[File]:
    before = read_text(project, domain.path) or ""
    if not goes and not leaving:
        return
    after, snapshot = None, None
    pure = old is not None and digest(before) == old.written
    if not goes:
        use = use_of(old.entities, USE[1]) if old is not None else ""
        after = _without(before, domain, leaving, use)
        snapshot = None if old is None else _snapshot(old, leaving, after if pure else None)
    yield File(
        module=Module(name=domain.module, path=domain.path, text=after or ""),
        status=Status.DELETED if goes else Status.CHANGED if pure else Status.MERGED,
        before=before,
        after=after,
        snapshot=snapshot,
        base=old,
    )


def _without(text: str, domain: Domain, leaving: Collection[str], use: str) -> str:
    try:
        return without_entries(text.encode(), domain.module, leaving, use).decode()
    except ScaffoldError as error:
        problems = (msgspec.structs.replace(each, where=domain.path) for each in error.problems)
        raise ScaffoldError(*problems) from error


def _snapshot(old: Snapshot, leaving: Collection[str], written: str | None) -> Snapshot:
    """Return the snapshot of a domain without its entries; `written` is its file's text."""
    entries = {f"resource {module}" for module in leaving}
    return msgspec.structs.replace(
        old,
        written=old.written if written is None else digest(written),
        entities=tuple(each for each in old.entities if each.lines[0] not in entries),
    )


def _obsolete(domain: Domain, context: str) -> Problem:
    return Code.DOMAIN_OBSOLETE.at(
        domain.path,
        f"{context} is the domain now; {domain.module} lists no resource any more.",
        todo="Take it out of ash_domains and delete it. If it is unedited and no other module "
        "names it, `--prune` deletes it: ash-scaffold resources --prune",
    )


def _still_listed(project: Project, module: str) -> Problem:
    return Code.DOMAIN_OBSOLETE.at(
        project.config.domains_path or "ash_domains",
        f"{module} was removed, and ash_domains still lists it.",
        todo="Take it out of the list.",
    )
