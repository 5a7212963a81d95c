"""What holds after a tweak, and after it has been undone."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec
from tests.regenerate.edits import Files, changes
from tests.regenerate.project import Run

from ash_scaffold.elixir.merge import assemble
from ash_scaffold.elixir.merge.units import Unit, module_units
from ash_scaffold.generate.files import File, Status
from ash_scaffold.project.snapshot import EncodedSnapshot, Snapshot
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse

_ONE_LINER = re.compile(r"^ +\w+ do: ", re.MULTILINE)


def check_arrived(file: File, before: str, after: str) -> None:
    """What is generated anew is there, and what is no longer generated is not.

    But for what is inside of something that a person took out, and for conflicts.
    """
    snapshot = snapshot_of(file)
    if file.base is None or snapshot is None or file.conflicts:
        return
    if file.base.entities == snapshot.entities:
        return
    name = file.module.name
    old, new = (keys_of(units_of(assemble(name, s.entities))) for s in (file.base, snapshot))
    there, now = keys_in(before, name), keys_in(after, name)
    if there is None or now is None or was_cut(file, before):
        return
    for key in sorted(new - old):
        around = key.rpartition(" / ")[0]
        assert key in now or (around not in there and around not in new - old), key
    for key in sorted(old - new):
        assert key not in now or "section " in key.rpartition(" / ")[2], key


def snapshot_of(file: File) -> Snapshot | None:
    """Return the snapshot that a run writes of a module."""
    snapshot = file.snapshot
    return snapshot.decode() if isinstance(snapshot, EncodedSnapshot) else snapshot


@lru_cache(200)
def keys_in(text: str, name: str) -> frozenset[str] | None:
    """Name the parts of a module in a file."""
    tree = parse(text.encode())
    found = next((module for module in modules(tree) if module.name == name), None)
    return None if found is None else frozenset(keys_of(module_units(tree, found)))


def check_undone(before: Files, after: Files, done: Run, back: Run) -> None:
    """After a tweak and its undoing the files are as they were.

    To the byte, but for the place of what the tweak took out, for a blank line beside what was
    taller than a line, and for `section do: …`, to which nothing can be added without making it a
    block. What comes back has the name that is
    generated, and is there again although somebody had deleted it. The module of a table that
    came and is gone again stays as the table was, since nobody has asked to change it.
    """
    after = without_gone(after, before, back)
    lost = {f.path for f in done.outcome.files.files if f.status is Status.DELETED}
    made = {f.path for f in back.outcome.files.files if f.status is Status.CREATED}
    assert after.keys() - made == before.keys() - lost
    gone = {f.module.name for f in done.outcome.files.files if f.status is Status.DELETED}
    again = {f.module.name for f in back.outcome.files.files if f.status is Status.CREATED}
    forgot = gone != again or any(was_renamed(f, back) for f in done.outcome.files.files)
    gone_again = {f.path for f in back.outcome.files.files if f.status is Status.GONE}
    left = gone_again - back.written.keys()
    for path in sorted(changes(before, after) - made - lost - left):
        if one_blank_apart(after[path], before[path]):
            continue
        files = [file for file in done.outcome.files.files if file.path == path]
        taken_out = any(file.base is not None and file.base.names.removed for file in files)
        assert taken_out or any(map(took_out, files)) or _ONE_LINER.search(before[path]), path
        cut = any(was_cut(file, before[path]) for file in files)
        assert cut or forgot or content(after[path]) == content(before[path]), path


def one_blank_apart(text: str, other: str) -> bool:
    """Whether texts differ by a blank line: it has to stand beside what is taller than a line."""
    lines, others = text.split("\n"), other.split("\n")
    same = [line for line in lines if line.strip()] == [line for line in others if line.strip()]
    return same and abs(len(lines) - len(others)) == 1


def module_names(text: str) -> set[str]:
    return {module.name for module in modules(parse(text.encode()))}


def took_out(file: File) -> bool:
    """Whether something that was generated of a module is no longer."""
    snapshot = snapshot_of(file)
    if file.base is None or snapshot is None:
        return snapshot is None
    name = file.module.name
    old, new = (units_of(assemble(name, s.entities)) for s in (file.base, snapshot))
    return not keys_of(old) <= keys_of(new)


def was_cut(file: File, before: str) -> bool:
    """Whether somebody had taken out something that was generated."""
    own = keys_in(before, file.module.name)
    if file.base is None or own is None:
        return False
    if file.base.names.removed:
        return True
    return not keys_of(units_of(assemble(file.module.name, file.base.entities))) <= own


def was_renamed(file: File, back: Run) -> bool:
    """Whether a module's objects have other names than they had before the first run."""
    new = [snapshot_of(f) for f in back.outcome.files.files if f.module.table == file.module.table]
    old = file.base
    return old is not None and any(each is None or each.names != old.names for each in new)


@lru_cache(200)
def units_of(text: str) -> Unit:
    tree = parse(text.encode())
    return module_units(tree, modules(tree)[0])


def keys_of(unit: Unit) -> set[str]:
    """Name every part of a unit, and the parts of those."""
    found = {unit.key}
    for part in unit.parts or ():
        found |= {f"{unit.key} / {key}" for key in keys_of(part)}
    return found


class Said(msgspec.Struct, frozen=True):
    """What a module says, wherever in it."""

    module: str
    keys: set[str]
    says: str
    comments: list[str]


def content(text: str) -> list[Said]:
    """Return what the modules of a file say, and the file's comments."""
    tree = parse(text.encode())
    comments = sorted(re.findall(r"#[^{\"\n][^\n]*", text))
    units = [(module.name, module_units(tree, module)) for module in modules(tree)]
    return [Said(name, keys_of(unit), unit.content, comments) for name, unit in units]


def without_gone(after: Files, before: Files, back: Run) -> Files:
    """Leave out the modules whose tables are gone again: nobody has asked to delete them."""
    gone = {file.module.name for file in back.outcome.files.files if file.status is Status.GONE}
    unused = "App.Types."
    found = {
        path: text
        for path, text in after.items()
        if path in before or not all(n in gone or n.startswith(unused) for n in module_names(text))
    }
    for module in gone:
        line = re.compile(rf"^ *resource {re.escape(module)}\n", re.MULTILINE)
        for path, text in found.items():
            if path in before and len(line.findall(text)) > len(line.findall(before[path])):
                found[path] = line.sub("", text)
    return found
