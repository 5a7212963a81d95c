"""Modules whose table was dropped: reported by every run, deleted by `--prune` alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from posixpath import normpath

import msgspec

from ash_scaffold.ash.plan import Plan
from ash_scaffold.generate.files import File, Status, read_text
from ash_scaffold.generate.modules import Module
from ash_scaffold.problem import Code, Problem, ScaffoldError, Severity
from ash_scaffold.project.mix_project import Project, Resource
from ash_scaffold.project.schema_changes import SchemaChanges
from ash_scaffold.project.snapshot import Snapshot, digest, snapshot_path
from ash_scaffold.session import Session
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """The files of modules whose table was dropped, and their problems.

    `listed` are the resources that stay, by domain, which goes on listing them.
    """

    files: tuple[File, ...] = ()
    problems: tuple[Problem, ...] = ()
    listed: Mapping[str, Collection[str]] = {}


def find_dropped(
    session: Session, plan: Plan, snapshots: Iterable[Snapshot], *, prune: bool
) -> Dropped:
    """Find the resources of `snapshots` whose table was dropped, and those left out by now."""
    changes, project = session.schema_changes, session.project
    files: list[File] = []
    problems: list[Problem] = []
    listed: dict[str, set[str]] = {}
    wanted = {each.module for each in snapshots}
    for snapshot in changes.dropped:
        resource = _resource(project, snapshot)
        pruned = prune and snapshot.module in wanted
        stays = resource is not None and not (pruned and _is_pure(project, resource, snapshot))
        if resource is not None and stays:
            for domain in _domains(project, resource):
                listed.setdefault(domain, set()).add(resource.module)
        if snapshot.module not in wanted:
            continue
        files.append(_file(project, snapshot, resource, stays=stays))
        if resource is not None and not stays:
            files += _fragment(project, snapshot)
        if resource is not None and stays and str(snapshot.table) not in session.accepted:
            problems.append(_problem(snapshot, resource, prune=prune))
    for snapshot, resource in _left_out(changes, project, plan):
        for domain in _domains(project, resource):
            listed.setdefault(domain, set()).add(resource.module)
        problems.append(_left_out_problem(snapshot, resource))
    return Dropped(files=tuple(files), problems=tuple(problems), listed=listed)


def unused_types(
    changes: SchemaChanges, plan: Plan, project: Project, files: Iterable[File]
) -> tuple[File, ...]:
    """Return the unedited files of types that are no longer used.

    A type is used by planned resources, and by whatever stays in the project and names it.
    `files` are those of the run: they count as they will be.
    """
    used = {
        support.module for item in plan.resources for support in item.draft.columns.supports
    } | {domain.module for domain in plan.domains}
    found = {}
    for module, snapshot in sorted(changes.modules.items()):
        if not module.startswith(f"{plan.modules.types}.") or module in used:
            continue
        text = read_text(project, snapshot.path)
        if text is None or (digest(text) == snapshot.written and not snapshot.planned):
            found[module] = _deleted(snapshot, snapshot.path, text)
    texts = texts_after(project, files) if found else {}
    while named := [
        module
        for module, file in found.items()
        if is_named(module, texts, {file.path, *(each.path for each in found.values())})
    ]:
        for module in named:
            del found[module]
    return tuple(found.values())


def require_deletable(files: Iterable[File], project: Project, out: str) -> None:
    """Refuse to delete what is no source file of the module that goes, and of that alone.

    A snapshot says where a module is, and a snapshot can be edited. `out` is the folder of new
    modules. Raises `ScaffoldError`.
    """
    folders = [*(folder for app in project.apps for folder in app.lib), out]
    problems = []
    for file in files:
        if file.before is None or file.after is not None:
            continue
        plain = normpath(file.path) == file.path and file.path.endswith(".ex")
        if not plain or not any(file.path.startswith(f"{folder}/") for folder in folders):
            fault = f"it is no .ex file below {' or '.join(dict.fromkeys(folders))}"
        elif not _is_alone(file.module.name, file):
            fault = "the file does not define that module, or others as well"
        else:
            continue
        where = file.path if file.base is None else snapshot_path(file.base)
        problems.append(
            Code.SNAPSHOT_INVALID.at(
                where,
                f"{file.module.name} goes, and with it {file.path}, by what is said here; but "
                f"{fault}. Nothing is deleted.",
                todo="Restore the snapshot from version control; if it is so there, delete the "
                "snapshot alone.",
            )
        )
    if problems:
        raise ScaffoldError(*problems)


def _is_alone(module: str, file: File) -> bool:
    """Whether a file defines a module and no other; a fragment's file stands for its module."""
    found = modules(parse((file.before or "").encode()))
    names = [each.name for each in found if not each.parent]
    return names == [module] or (module == file.path and len(names) == 1)


def texts_after(project: Project, files: Iterable[File]) -> dict[str, str]:
    """Return the project's files as the run leaves them."""
    after = {file.path: file.after for file in files}
    paths = {entry.path for entry in project.modules.values()} - after.keys()
    after |= {path: read_text(project, path) for path in paths}
    return {path: text for path, text in after.items() if text is not None}


def is_named(module: str, texts: Mapping[str, str], going: Collection[str]) -> bool:
    """Whether a file names the module, but for those that go."""
    return any(module in text for path, text in texts.items() if path not in going)


def _resource(project: Project, snapshot: Snapshot) -> Resource | None:
    """Find the resource by its table, whatever its module is called by now."""
    for resource in project.resources:
        if snapshot.table is not None and resource.table_name == snapshot.table:
            return resource
    return None


def _domains(project: Project, resource: Resource) -> Iterable[str]:
    """Give the domains that a resource names, or that list it."""
    if resource.domain is not None:
        yield resource.domain
    for domain in project.domains:
        if resource.module in domain.resources and domain.module != resource.domain:
            yield domain.module


def _is_pure(project: Project, resource: Resource, snapshot: Snapshot) -> bool:
    """Whether the resource is as it was generated, its fragment and the names too."""
    if snapshot.planned or snapshot.names.hand_given:
        return False
    text = read_text(project, resource.path)
    fragment = snapshot.fragment
    for file in _fragment(project, snapshot):
        if fragment is None or digest(file.before or "") != fragment.written:
            return False
    return text is not None and digest(text) == snapshot.written


def _fragment(project: Project, snapshot: Snapshot) -> Iterator[File]:
    """Give the file of the fragment that was generated with a resource, as deleted."""
    entry = None if snapshot.fragment is None else project.modules.get(snapshot.fragment.module)
    if snapshot.fragment is not None and entry is not None:
        yield File(
            module=Module(name=snapshot.fragment.module, path=entry.path, text=""),
            status=Status.DELETED,
            before=read_text(project, entry.path),
            after=None,
            snapshot=None,
        )


def _file(project: Project, snapshot: Snapshot, resource: Resource | None, *, stays: bool) -> File:
    path = snapshot.path if resource is None else resource.path
    text = None if resource is None else read_text(project, path)
    if not stays:
        return _deleted(snapshot, path, text)
    return File(
        module=_module(snapshot, path, text),
        status=Status.GONE,
        before=text,
        after=text,
        snapshot=snapshot,
        base=snapshot,
    )


def _deleted(snapshot: Snapshot, path: str, text: str | None) -> File:
    return File(
        module=_module(snapshot, path, text),
        status=Status.DELETED,
        before=text,
        after=None,
        snapshot=None,
        base=snapshot,
    )


def _module(snapshot: Snapshot, path: str, text: str | None) -> Module:
    return Module(name=snapshot.module, path=path, text=text or "", table=snapshot.table)


def _left_out(
    changes: SchemaChanges, project: Project, plan: Plan
) -> Iterator[tuple[Snapshot, Resource]]:
    """Give the resources whose table is there and gets none any more: excluded, or unreadable."""
    planned = {item.draft.name for item in plan.resources}
    for table, snapshot in sorted(changes.resources.items()):
        resource = _resource(project, snapshot) if table not in planned else None
        if resource is not None:
            yield snapshot, resource


def _left_out_problem(snapshot: Snapshot, resource: Resource) -> Problem:
    return Code.TABLE_SKIPPED.at(
        resource.path,
        f"The table {snapshot.table} gets no resource any more; {resource.module} stays as "
        "it is, and in its domain.",
        todo="Delete the file, its line in the domain and its snapshot if it is not needed.",
        severity=Severity.WARNING,
    )


def _problem(snapshot: Snapshot, resource: Resource, *, prune: bool) -> Problem:
    todo = (
        "The file was edited by hand, so it is not deleted: remove it yourself."
        if prune
        else "Delete it and its line in the domain, or have that done: "
        "ash-scaffold resources --prune"
    )
    return Code.TABLE_GONE.at(
        resource.path,
        f"The table {snapshot.table} is no longer in the database; {resource.module} "
        "can't read it.",
        todo=todo,
    )
