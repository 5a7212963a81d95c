"""What people do to the files of a project: random, and every line of theirs has a mark."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache

from tests.elixir import merging
from tests.elixir.merging import Dice, section, units

from ash_scaffold.elixir.merge.units import Unit, module_units
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import parse

Files = dict[str, str]
_MARK = re.compile(r"(?:# |:|\"|\.M)person_\d+(?:_x)?\b")
# A name that somebody gave, where it is given: elsewhere what is generated follows it, as does the
# `attribute` of `multitenancy`, which has no type behind it.
_NAME = re.compile(
    r"\b(?:attribute(?=[ (]:\w+,)|\w+_primary_key|\w+_timestamp|belongs_to|has_one|has_many"
    r"|many_to_many)[ (]:own_person_\d+\b"
)
# What fills a line of its own, and so has to stay as it is.
_WHOLE = re.compile(
    r"\s*(# person_\d+|filterable\? :person_\d+|create :person_\d+ do|accept \[:person_\d+_x\]"
    r"|calculate :person_\d+, :string, expr\(~s\(x\)\))"
)
_RESOURCE = re.compile(r"^  postgres do$", re.MULTILINE)


def person_text(sources: Mapping[str, str]) -> Counter[str]:
    """Count what people wrote, wherever it stands: marks, and whole lines."""
    found: Counter[str] = Counter()
    for text in sources.values():
        found.update(_MARK.findall(text))
        found.update(name.split(":")[1] for name in _NAME.findall(text))
        found.update(line.strip() for line in text.splitlines() if _WHOLE.fullmatch(line))
    return found


def changes(before: Files, after: Files) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def attributes_of(files: Files) -> list[str]:
    """Return the columns that have an attribute."""
    return sorted(name for text in files.values() for name in _attributes_in(text))


@lru_cache(200)
def _attributes_in(text: str) -> tuple[str, ...]:
    tree = parse(text.encode())
    parts = [part for module in modules(tree) for part in module_units(tree, module).parts or ()]
    return tuple(u.key for part in parts if part.word == "attributes" for u in part.parts or ())


def one_liner(text: str, where: float, _mark: str) -> str:
    """Write a section with one statement behind `do:`."""
    source = text.encode()
    sections = [u for u in units(text).parts or () if u.is_section and u.body is not None]
    alone = [u for u in sections if u.body and u.body.pair is None and _is_alone(u)]
    if not alone:
        return text
    unit = alone[int(where * (len(alone) - 1))]
    assert unit.body is not None
    (node,) = unit.body.statements
    word, _, rest = source[node.start_byte : node.end_byte].decode().partition(" ")
    new = f"{unit.word} do: {word}({rest})"
    return (source[: unit.start] + new.encode() + source[unit.end :]).decode()


def _is_alone(unit: Unit) -> bool:
    body = unit.body
    if body is None or len(body.statements) != 1 or unit.comments:
        return False
    node = body.statements[0]
    text = unit.source[node.start_byte : node.end_byte]
    return b"\n" not in text and b" " in text and b"(" not in text.split(b" ")[0]


def renamed_attribute(text: str, where: float, mark: str) -> str:
    """Give an attribute another name, and its column as `source`."""
    found = section(text, "attributes")
    inside = [u for u in (found.parts if found else None) or () if u.body and not u.body.pair]
    if not inside:
        return text
    unit = inside[int(where * (len(inside) - 1))]
    names = [option.word for option in unit.parts or ()]
    assert unit.body is not None
    start, end = unit.head[0].start, unit.head[0].end
    source = text.encode()
    column = unit.key.removeprefix("column ")
    has = "source" in names
    more = "" if has else f"\n      source {_atom(column)}"
    text = (source[: unit.body.start] + more.encode() + source[unit.body.start :]).decode()
    return merging.cut(text, start, end, f":own_{mark}")


def renamed_relationship(text: str, where: float, mark: str) -> str:
    """Give a relationship another name, and say its key where the name did."""
    found = section(text, "relationships")
    inside = [u for u in (found.parts if found else None) or () if u.body and not u.body.pair]
    if not inside:
        return text
    unit = inside[int(where * (len(inside) - 1))]
    names = [option.word for option in unit.parts or ()]
    assert unit.body is not None
    more = ""
    if unit.word == "belongs_to" and "source_attribute" not in names:
        more = f"\n      source_attribute :{unit.name}_id"
    text = merging.cut(text, unit.body.start, unit.body.start, more)
    return merging.cut(text, unit.head[0].start, unit.head[0].end, f":own_{mark}")


def _atom(name: str) -> str:
    return f":{name}" if re.fullmatch(r"[a-z_]\w*", name) else f':"{name}"'


TextEdit = Callable[[str, float, str], str]
PLAIN: list[TextEdit] = [*merging.EDITS, one_liner]
# Without these the resource says what it said, and more.
ADDING: list[TextEdit] = [
    merging.comment_line, merging.own_option, merging.own_action, merging.own_section,
    merging.another_module,
]  # fmt: skip
RENAMES: list[TextEdit] = [renamed_attribute, renamed_relationship]


def edit_text(dice: Dice, files: Files, mark: str, edits: list[TextEdit]) -> Files:
    """Edit a module where it stands; of one that is no resource only the comments."""
    path = dice.one(sorted(files))
    source = files[path].encode()
    found = [m for m in modules(parse(source)) if not m.name.startswith("Other.")]
    if not found:
        return files
    module = dice.one(found)
    start, end = module.span.start, module.span.end
    text = source[start:end].decode()
    edit = dice.one(edits) if _RESOURCE.search(text) else merging.comment_line
    new = source[:start] + edit(text, dice.random(), mark).encode() + source[end:]
    return {**files, path: new.decode()}


def move_file(dice: Dice, files: Files, mark: str) -> Files:
    path = dice.one(sorted(files))
    return {
        **{p: t for p, t in files.items() if p != path},
        f"lib/app/moved/{mark}.ex": files[path],
    }


def join_files(dice: Dice, files: Files, _mark: str) -> Files:
    """Put the modules of one file into another."""
    first, second = dice.sample(sorted(files), 2) if len(files) > 1 else ("", "")
    if not first:
        return files
    rest = {path: text for path, text in files.items() if path != second}
    return {**rest, first: f"{files[first]}\n{files[second]}"}


def rename_module(dice: Dice, files: Files, mark: str) -> Files:
    """Rename a resource, in its own file or wherever it is named."""
    path = dice.one(sorted(files))
    source = files[path].encode()
    found = [m for m in modules(parse(source)) if _pins_table(source, m)]
    if not found:
        return files
    old = dice.one(found).name
    new = f"{old.rpartition('.')[0]}.Own{mark.removeprefix('person_')}"
    word = re.compile(rf"\b{re.escape(old)}\b(?!\.)")
    paths = [path] if dice.yes() else list(files)
    return {**files, **{p: word.sub(new, files[p]) for p in paths}}


def _pins_table(source: bytes, module: ModuleDefinition) -> bool:
    return _RESOURCE.search(source[module.span.start : module.span.end].decode()) is not None


ProjectEdit = Callable[[Dice, Files, str], Files]
PROJECT: list[ProjectEdit] = [move_file, join_files, rename_module]
