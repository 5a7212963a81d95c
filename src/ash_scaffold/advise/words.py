"""Where the code of a project holds the names of columns and tables, as words of any language.

A word counts wherever it stands: in code, a string, a comment, a template, a test, raw SQL. So
what is found to be named nowhere is named nowhere; what is put together at run time isn't seen.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from ash_scaffold.elixir.read import FRAGMENT
from ash_scaffold.project.sources import MAX_BYTES
from ash_scaffold.regular_file import read_file
from ash_scaffold.syntax.entities import cells
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import CallSite, Tree, calls, parse

_WORD = re.compile(rb"[A-Za-z_]\w*")
_ENDINGS = tuple(
    ".ex .exs .eex .leex .heex .sface .slime .slim .haml .neex .sql .graphql .gql .erl .hrl .rb "
    ".erb .rake .py .php .go .rs .java .kt .cs .js .jsx .mjs .ts .tsx .vue .svelte .elm .json "
    ".yml .yaml .toml .html .txt .csv".split()
)
_LEFT_OUT = frozenset("deps _build node_modules cover doc docs vendor static".split())
# What stands there is the schema itself, or was made from it.
_SCHEMA = re.compile(
    r"(^|/)(migrations|tenant_migrations|resource_snapshots|ash_scaffold)(/|$)"
    r"|(^|/)(structure|schema)[^/]*\.sql$|(^|/)ash_scaffold\.toml$|(^|/)package-lock\.json$"
)
_DUMP = re.compile(rb"PostgreSQL database dump|^COPY \S+ .*FROM stdin;", re.MULTILINE)
_OPTIONS_BY_COLUMN = ("migration_types", "migration_defaults")
_DECLARING = ("attribute", "create_timestamp", "update_timestamp")


class Words(msgspec.Struct, frozen=True):
    """The files that hold each wanted word, and how many files were looked through.

    `folders` are those below which they are, `unread` files that could not be read.
    """

    by_word: Mapping[str, tuple[str, ...]]
    files: int
    folders: tuple[str, ...]
    unread: tuple[str, ...] = ()

    def files_with(self, names: Iterable[str]) -> frozenset[str]:
        """Return the files that hold one of the names, in snake or camel case."""
        found: set[str] = set()
        for name in names:
            for form in forms(name):
                found.update(self.by_word.get(form, ()))
        return frozenset(found)


def forms(name: str) -> tuple[str, ...]:
    """Return a name as code may have it: as it is, and in camel case."""
    first, *rest = name.split("_")
    camel = first + "".join(part[:1].upper() + part[1:] for part in rest)
    pascal = camel[:1].upper() + camel[1:]
    return tuple(dict.fromkeys((name, camel, pascal) if rest else (name,)))


def is_word(name: str) -> bool:
    """Whether a name would be found as a word."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is not None


def find_words(root: Path, more: Iterable[Path], wanted: Collection[str]) -> Words:
    """Look for words in all files of code below a project, and below further folders."""
    forms_of = {form.encode() for name in wanted for form in forms(name)}
    found: defaultdict[str, list[str]] = defaultdict(list)
    files, unread, folders = 0, [], []
    for start in (root, *more):
        for path in _files(start):
            name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
            if _SCHEMA.search(name):
                continue
            try:
                content = read_file(path, MAX_BYTES)
            except OSError:
                unread.append(name)
                continue
            if name.endswith(".sql") and _DUMP.search(content):
                continue
            files += 1
            folder = name.partition("/")[0] if "/" in name else "."
            if folder not in folders:
                folders.append(folder)
            for word in forms_of.intersection(_WORD.findall(content)):
                found[word.decode()].append(name)
    by_word = {word: tuple(sorted(names)) for word, names in found.items()}
    return Words(by_word, files, tuple(sorted(folders)), tuple(sorted(unread)))


def _files(start: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(start):
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n not in _LEFT_OUT)
        for name in sorted(names):
            if name.endswith(_ENDINGS) and not name.startswith("."):
                yield Path(parent, name)


def named_beside_declaration(
    source: bytes, module: str, attributes: Collection[str]
) -> frozenset[str]:
    """Return the words that the file of a resource holds, declarations left out.

    Those are the entities that define `attributes`, and the types and defaults for migrations that
    are listed by attribute.
    """
    tree = parse(source)
    ranges = [
        (each.node.start_byte, each.node.end_byte)
        for each in _declarations(tree, module)
        if _name(tree, each) in attributes
    ]
    for defined in _of_resource(tree, module):
        for section in calls(tree, defined.body, "postgres"):
            for call in calls(tree, section.body or (), *_OPTIONS_BY_COLUMN):
                inside = cells(tree, call.values[0]) if call.values else None
                ranges += [
                    (cell.node.start_byte, cell.node.end_byte)
                    for cell in (inside.cells if inside is not None else ())
                    if cell.key in attributes
                ]
    parts, position = [], 0
    for start, end in sorted(ranges):
        parts.append(source[position:start])
        position = max(position, end)
    parts.append(source[position:])
    return frozenset(word.decode() for part in parts for word in _WORD.findall(part))


def declaration_lines(source: bytes, module: str, attribute: str) -> tuple[tuple[str, ...], int]:
    """Return the lines that define an attribute, without indentation, and the first one's number.

    Empty where they are not in this source.
    """
    tree = parse(source)
    for each in _declarations(tree, module):
        if _name(tree, each) == attribute:
            column = each.node.start_point.column
            first, *rest = tree.text(each.node).split("\n")
            lines = (first, *(_without(line, column) for line in rest))
            return lines, each.node.start_point.row + 1
    return (), 0


def _of_resource(tree: Tree, module: str) -> Iterator[ModuleDefinition]:
    """Yield the modules of a file that may define a part of a resource."""
    for defined in modules(tree):
        if defined.name == module or defined.use(FRAGMENT) is not None:
            yield defined


def _declarations(tree: Tree, module: str) -> Iterator[CallSite]:
    """Yield the entities that define an attribute each."""
    for defined in _of_resource(tree, module):
        for section in calls(tree, defined.body, "attributes"):
            for call in calls(tree, section.body or (), *_DECLARING):
                if call.args:
                    yield call


def _name(tree: Tree, call: CallSite) -> str:
    return tree.text(call.args[0]).lstrip(":").strip('"')


def _without(line: str, column: int) -> str:
    return line[column:] if not line[:column].strip() else line.lstrip()
