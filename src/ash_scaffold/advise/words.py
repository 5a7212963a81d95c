"""Where the code of a project holds the names of columns and tables, as words of any language.

A word counts wherever it stands: in code, a string, a comment, a template, a test, raw SQL. So
what is found to be named nowhere is named nowhere; what is put together at run time isn't seen.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from tree_sitter import Node

from ash_scaffold.elixir.read import FRAGMENT
from ash_scaffold.project.sources import MAX_BYTES
from ash_scaffold.regular_file import read_file
from ash_scaffold.syntax.entities import cells, entity
from ash_scaffold.syntax.literal import string
from ash_scaffold.syntax.modules import modules
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


def find_words(
    root: Path,
    more: Iterable[Path],
    wanted: Collection[str],
    known: Mapping[str, bytes] = {},
) -> Words:
    """Look for words in all files of code below a project, and below further folders.

    `known` are files that were read before, by path below the root.
    """
    forms_of = {form.encode() for name in wanted for form in forms(name)}
    found: defaultdict[str, list[str]] = defaultdict(list)
    files, unread, folders = 0, [], []
    for start in (root, *more):
        for path in _files(start):
            name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
            if _SCHEMA.search(name):
                continue
            try:
                content = known[name] if name in known else read_file(path, MAX_BYTES)
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


class Declaration(msgspec.Struct, frozen=True):
    """What defines an attribute: its lines without indentation, and the number of the first one."""

    lines: tuple[str, ...]
    line: int


class ResourceFile(msgspec.Struct, frozen=True):
    """The words of a file with a resource, each with how often it stands there.

    `of_attributes` are those in what defines an attribute, and in the types and defaults for
    migrations that are listed by attribute.
    """

    words: Mapping[str, int]
    of_attributes: Mapping[str, Mapping[str, int]]
    declarations: Mapping[str, Declaration]

    def names(self, words: Iterable[str], attributes: Iterable[str]) -> bool:
        """Whether it holds one of the words beside what defines the attributes."""
        own = [self.of_attributes[name] for name in attributes if name in self.of_attributes]
        return any(
            self.words.get(word, 0) > sum(each.get(word, 0) for each in own) for word in words
        )


def read_resource_file(source: bytes, modules_: Collection[str]) -> ResourceFile:
    """Count the words of a file, and of what defines the attributes of these resources."""
    tree = parse(source)
    of_attributes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    declarations: dict[str, Declaration] = {}
    for defined in modules(tree):
        if defined.name not in modules_ and defined.use(FRAGMENT) is None:
            continue
        for section in calls(tree, defined.body, "attributes"):
            for call in calls(tree, section.body or (), *_DECLARING):
                if call.args:
                    name = tree.text(call.args[0]).lstrip(":").strip('"')
                    of_attributes[name] += _count(source, call.node)
                    declarations.setdefault(name, _declaration(tree, call))
        for section in calls(tree, defined.body, "postgres"):
            for call in calls(tree, section.body or (), *_OPTIONS_BY_COLUMN):
                inside = cells(tree, call.values[0]) if call.values else None
                for cell in inside.cells if inside is not None else ():
                    if cell.key is not None:
                        of_attributes[cell.key] += _count(source, cell.node)
    words = Counter(word.decode() for word in _WORD.findall(source))
    return ResourceFile(words, of_attributes, declarations)


def index_lines(source: bytes, module: str, index: str) -> Declaration | None:
    """Find an index by its name in `custom_indexes`, or the statement that makes it."""
    tree = parse(source)
    for defined in modules(tree):
        if defined.name != module and defined.use(FRAGMENT) is None:
            continue
        for section in calls(tree, defined.body, "postgres"):
            inner = calls(tree, section.body or (), "custom_indexes", "custom_statements")
            for call in calls(tree, [n for each in inner for n in each.body or ()]):
                item = entity(tree, call)
                names = [s.values[0] for s in item.settings if s.name == "name" and s.values]
                named = any(tree.text(node) == string(index) for node in names)
                text = tree.text(call.node)
                if named or (call.name == "statement" and f"INDEX {index} ON " in text):
                    return _declaration(tree, call)
    return None


def _count(source: bytes, node: Node) -> Counter[str]:
    found = _WORD.findall(source[node.start_byte : node.end_byte])
    return Counter(word.decode() for word in found)


def _declaration(tree: Tree, call: CallSite) -> Declaration:
    column = call.node.start_point.column
    first, *rest = tree.text(call.node).split("\n")
    lines = (first, *(_without(line, column) for line in rest))
    return Declaration(lines, call.node.start_point.row + 1)


def _without(line: str, column: int) -> str:
    return line[column:] if not line[:column].strip() else line.lstrip()
