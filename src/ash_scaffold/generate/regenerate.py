"""Holds every module against its file: what is written, and how what people wrote stays.

Of each module there are three versions: what was generated last (its snapshot), what is generated
now, and the file. A file that is byte for byte what was generated follows; any other is merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from ash_scaffold.generate.case import Settings, make_case, other_modules
from ash_scaffold.generate.files import File, Files, Status
from ash_scaffold.generate.modules import Module
from ash_scaffold.generate.writer import Writer
from ash_scaffold.problem import Code, Problem, fail
from ash_scaffold.project.format import format_files, formatter_calls
from ash_scaffold.project.model import Project
from ash_scaffold.project.schema_changes import SchemaChanges
from ash_scaffold.project.snapshot import digest
from ash_scaffold.syntax.modules import modules as modules_of
from ash_scaffold.syntax.parse import parse


def regenerate(
    modules: Iterable[Module], project: Project, changes: SchemaChanges, settings: Settings
) -> Files:
    """Compare every module with its file, and merge where somebody has edited it.

    Raises `ScaffoldError` for a file that is no Elixir, or that defines other modules only.
    """
    ordered = list(modules)
    before = _texts(ordered, project)
    cases = [make_case(module, changes, project, before) for module in ordered]
    settled = {case.module.name for case in cases if case.is_settled(settings)}
    wanted = {
        name: text
        for module in ordered
        if module.name not in settled
        for name, text in module.texts.items()
    }
    formatted, problems = _format(wanted, project, settings)
    trusted = {part.name for each in ordered for part in each.parts if part.sections}
    for name, text in formatted.items():
        if name not in trusted:
            _require_module(name, text)
    writer = Writer(changes, settings, formatted, before)
    files: list[File] = []
    for case in cases:
        files += writer.leave(case) if case.module.name in settled else writer.write(case)
    tidied, more = _tidy(writer.merged, before, writer.texts, project, settings)
    files = [_final(file, tidied.get(file.path, writer.texts[file.path])) for file in files]
    return Files(files=tuple(files), problems=(*problems, *more, *writer.problems))


def _texts(modules: list[Module], project: Project) -> dict[str, str | None]:
    """Read the files of all modules. Raises `ScaffoldError` for two new modules in one file."""
    parts = [part for each in modules for part in each.parts]
    paths = {part.path for part in parts}
    paths |= {other.path for each in modules for other in other_modules(each, project)}
    texts = {path: read_text(project.root, path) for path in sorted(paths)}
    _no_two_paths(part for part in parts if texts[part.path] is None)
    return texts


def _final(file: File, after: str | None) -> File:
    """Give a file the text that all its modules came to."""
    snapshot = file.snapshot
    if snapshot is not None and file.status is Status.CHANGED and after is not None:
        snapshot = msgspec.structs.replace(snapshot, written=digest(after))
    return msgspec.structs.replace(file, after=after, snapshot=snapshot)


def _format(
    texts: Mapping[str, str], project: Project, settings: Settings
) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    if not settings.use_formatter or not texts:
        return texts, ()
    result = format_files(texts, project, locals_without_parens=formatter_calls())
    return result.texts, result.problems


def _tidy(
    paths: Iterable[str],
    before: Mapping[str, str | None],
    after: Mapping[str, str | None],
    project: Project,
    settings: Settings,
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Format merged files, but only those that were formatted before."""
    texts = {}
    for path in sorted(paths):
        old, new = before[path], after[path]
        if old is not None and new is not None:
            texts[f"{path} before"], texts[path] = old, new
    formatted, problems = _format(texts, project, settings)
    clean = {
        path: formatted[path]
        for path in sorted(paths)
        if formatted.get(f"{path} before") == before[path] and path in formatted
    }
    return clean, problems


def _require_module(name: str, text: str) -> None:
    """Refuse what a user's template made of a module when it is not that module."""
    tree = parse(text.encode())
    if tree.fault is None and [each.name for each in modules_of(tree)][:1] == [name]:
        return
    what = "is not valid Elixir" if tree.fault is not None else "does not define it first"
    raise fail(
        Code.TEMPLATE_ERROR,
        f"What the templates give for {name} {what}.",
        where=name,
        todo="Mend the template in your folder of templates.",
    )


def _no_two_paths(modules: Iterable[Module]) -> None:
    """Refuse two new modules for one file, also where a disk takes two names for one."""
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


def read_text(root: Path, path: str) -> str | None:
    """Return a file's text as it is, None when there is no file: line ends stay.

    Raises `ScaffoldError` when it can't be read, or is no text.
    """
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
