"""From a plan to the files that a run would write, each compared with what is there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from ash_scaffold.ash.naming import module_path as lib_path
from ash_scaffold.ash.plan import Plan, PlannedResource
from ash_scaffold.elixir.dsl import sections
from ash_scaffold.elixir.format import format_files, formatter_calls
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, Problem, Severity, fail
from ash_scaffold.project import snapshot as snapshots
from ash_scaffold.project.model import Project
from ash_scaffold.project.snapshot import EntitySnapshot, Snapshot, digest

_NO_NEWLINE = "\n\\ No newline at end of file\n"


class Status(StrEnum):
    """What a run does with a file."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EDITED = "edited, left as it is"


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A module as it was rendered, and the file it belongs in (relative to the project)."""

    name: str
    path: str
    text: str
    table: Name | None = None
    domain: str | None = None
    repo: str | None = None
    entities: tuple[EntitySnapshot, ...] = ()


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A module's file: its text now (None: there is none), and as it should be."""

    module: Module
    status: Status
    before: str | None
    after: str
    snapshot: Snapshot

    def diff(self) -> str:
        """Return the unified diff from what is there to what should be."""
        lines = difflib.unified_diff(
            _lines(self.before or ""),
            _lines(self.after),
            fromfile=f"a/{self.module.path}" if self.before is not None else "/dev/null",
            tofile=f"b/{self.module.path}",
        )
        return "".join(line if line.endswith("\n") else line + _NO_NEWLINE for line in lines)


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a run, in path order, and what is to be said of them."""

    files: tuple[File, ...]
    problems: tuple[Problem, ...]


def render_modules(
    plan: Plan, renderer: Renderer, lib: str, paths: Mapping[str, str]
) -> list[Module]:
    """Render the modules that the run writes. `paths` are those of modules that are there."""
    modules = [_resource(item, renderer, lib, paths) for item in plan.resources if item.written]
    domains = {item.resource.domain for item in plan.resources if item.written}
    modules += [
        _module(domain.module, renderer.domain(domain), lib, paths)
        for domain in plan.domains
        if domain.module in domains
    ]
    modules += [
        _module(support.module, renderer.support(support), lib, paths) for support in plan.supports
    ]
    return sorted(modules, key=lambda module: module.path)


def _module(name: str, text: str, lib: str, paths: Mapping[str, str]) -> Module:
    return Module(name=name, path=paths.get(name) or f"{lib}/{lib_path(name)}", text=text)


def _resource(
    item: PlannedResource, renderer: Renderer, lib: str, paths: Mapping[str, str]
) -> Module:
    resource = item.resource
    parts = sections(resource)
    entities = tuple(
        EntitySnapshot(section.name, entity.object, entity.lines)
        for section in parts
        for group in section.groups
        for entity in group
    )
    module = _module(resource.module, renderer.resource(resource, parts), lib, paths)
    return msgspec.structs.replace(
        module,
        table=item.draft.name,
        domain=resource.domain,
        repo=resource.repo,
        entities=entities,
    )


def compare_files(
    modules: Iterable[Module],
    project: Project,
    known: Mapping[str, Snapshot],
    *,
    use_formatter: bool,
    parses: Callable[[bytes], str | None],
) -> Files:
    """Hold every module against its file.

    Only a file that is byte for byte what was last generated is changed. `parses` tells what is
    wrong with a file that is no Elixir, None when it parses: such a file ends the run.
    """
    modules = list(modules)
    _no_two_paths(modules)
    before = {module.path: _read(project.root, module.path) for module in modules}
    open_: dict[str, str] = {}
    for module in modules:
        old = known.get(module.name)
        text = before[module.path]
        settled = (
            old is not None
            and text is not None
            and old.rendered == digest(module.text)
            and old.written == digest(text)
        )
        if not settled:
            open_[module.path] = module.text
    formatted: Mapping[str, str] = open_
    problems: tuple[Problem, ...] = ()
    if use_formatter and open_:
        result = format_files(open_, project, locals_without_parens=formatter_calls())
        formatted, problems = result.texts, result.problems
    files = []
    for module in modules:
        after = formatted.get(module.path, before[module.path])
        files.append(_file(module, before[module.path], after or module.text, known, parses))
    return Files(files=tuple(files), problems=(*problems, *_edited(files)))


def _file(
    module: Module,
    before: str | None,
    after: str,
    known: Mapping[str, Snapshot],
    parses: Callable[[bytes], str | None],
) -> File:
    old = known.get(module.name)
    if before is None:
        status = Status.CREATED
    elif before == after:
        status = Status.UNCHANGED
    elif old is not None and old.written == digest(before):
        status = Status.CHANGED
    else:
        status = Status.EDITED
        fault = parses(before.encode())
        if fault is not None:
            raise fail(
                Code.UNPARSABLE_FILE,
                f"The file is not valid Elixir: {fault}",
                where=module.path,
                todo="Mend it, or move it away to have it written anew.",
            )
    snapshot = Snapshot(
        module=module.name,
        path=module.path,
        table=module.table,
        domain=module.domain,
        repo=module.repo,
        rendered=digest(module.text),
        written=digest(after),
        entities=module.entities,
    )
    return File(module=module, status=status, before=before, after=after, snapshot=snapshot)


def _no_two_paths(modules: Iterable[Module]) -> None:
    """Refuse two modules for one file, also where a disk takes two names for one."""
    seen: dict[str, Module] = {}
    for module in modules:
        other = seen.setdefault(module.path.casefold(), module)
        if other is not module:
            raise fail(
                Code.MODULE_COLLISION,
                f"{other.name} and {module.name} would have the same file.",
                where=module.path,
                todo='Give one of them another name: [tables.…] resource = "…".',
            )


def _edited(files: Iterable[File]) -> Iterable[Problem]:
    for file in files:
        if file.status is Status.EDITED:
            yield Problem(
                severity=Severity.ERROR,
                code=Code.EDITED_FILE,
                where=file.module.path,
                what="The file is not what was last generated, so it is left as it is; "
                "the diff shows what the database wants.",
                todo="Take over what you need by hand, or move the file away to have it written "
                "anew.",
            )


def _lines(text: str) -> list[str]:
    """Split after newlines only: Elixir's lines don't end at a form feed or U+2028."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _read(root: Path, path: str) -> str | None:
    """Return the text as it is: what it is compared with is bytes, so line ends stay."""
    try:
        return (root / path).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise fail(
            Code.UNPARSABLE_FILE,
            "The file is not UTF-8, so it is no Elixir source.",
            where=path,
            todo="Mend it, or move it away to have it written anew.",
        ) from error
    except OSError as error:
        raise fail(
            Code.NOT_WRITABLE,
            f"The file can't be read: {error.strerror}.",
            where=path,
            todo="Make way for it, or choose another place with --out.",
        ) from error


def contents(files: Files) -> dict[str, bytes | None]:
    """Return what is to be written: files that may be, then the snapshots of those."""
    found: dict[str, bytes | None] = {}
    for file in files.files:
        if file.status is not Status.EDITED:
            found[file.module.path] = file.after.encode()
    for file in files.files:
        if file.status is not Status.EDITED:
            table = file.module.table
            path = (
                snapshots.table_path(table)
                if table is not None
                else snapshots.module_path(file.module.name)
            )
            found[path] = snapshots.encode(file.snapshot)
    return found
