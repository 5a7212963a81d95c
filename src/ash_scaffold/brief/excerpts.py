"""Pieces of the project's files, as they stand there: a schema, a function, a module, a line.

The one change is that user and password in an address (`postgres://user:secret@host`) are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.functions import Function, Module, Modules
from ash_scaffold.project.mix_project import Project
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import call_site, parse, walk_calls
from ash_scaffold.syntax.values import alias_text

# A password may hold what ends the host of an address, as people write those of databases.
_CREDENTIALS = re.compile(
    r"(?i)(?<=://)[^/?#\s\"']+@"
    r"|(?:(?<=ecto://)|(?<=postgres://)|(?<=postgresql://)|(?<=psql://)|(?<=mysql://)"
    r"|(?<=mongodb://)|(?<=mongodb\+srv://)|(?<=redis://)|(?<=rediss://)|(?<=amqp://)"
    r"|(?<=amqps://))[^\s\"']+@"
)
_CAPTURE = re.compile(r"&([a-z_]\w*[?!]?)/\d")
_SCHEMAS = frozenset({"schema", "typed_schema"})
# What stands above a function and belongs to it: remarks, and attributes of one line.
_ABOVE = re.compile(r"\s*(#|@(spec|impl|doc|deprecated)\b(?!.*\"\"\"))")
_ATTRIBUTE = re.compile(r"@([a-z_]\w*)")
_BY_ASSOCIATION = r"(?:preload|preloads|assoc|cast_assoc|put_assoc|build_assoc|no_assoc_constraint)"
_WRITES = re.compile(r"\b\w*(?:Repo|Multi)\.(?:insert|update|delete)")
_NAMED = 9  # of functions that are not shown
_GAP = "  # …"
_HEREDOC = '"""'


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a file: its path, its first and last line from 1, and its text."""

    path: str
    line: int
    last: int
    text: str

    @property
    def place(self) -> str:
        """The file and the first line, as editors take them."""
        return f"{self.path}:{self.line}"


def without_credentials(text: str) -> str:
    """Leave out user and password of each address in a text."""
    return _CREDENTIALS.sub("***@", text)


class FunctionPlace(NamedTuple):
    """A function of the legacy code: its module, the module's file, its name and arity."""

    module: str
    path: str
    name: str
    arity: int


class Excerpts:
    """Takes pieces out of the legacy code, and out of the files of the project."""

    def __init__(self, project: Project, code: CodeBase) -> None:
        self._project = project
        self._code = code
        self._modules = Modules(code)

    def line(self, path: str, line: int) -> str:
        """Return a line without its indentation, "" where there is none of that number.

        One that begins a heredoc, as SQL is often written, comes with all of that.
        """
        lines = self._lines(path)[max(0, line - 1) :]
        if not lines or line < 1:
            return ""
        taken = lines[:1]
        if lines[0].rstrip().endswith(_HEREDOC) and lines[0].count(_HEREDOC) == 1:
            for each in lines[1:]:
                taken.append(each)
                if _HEREDOC in each:
                    break
        indent = len(taken[0]) - len(taken[0].lstrip())
        shown = [each.removeprefix(" " * indent).rstrip() for each in taken]
        return without_credentials("\n".join(shown))

    def comment(self, path: str, line: int) -> str:
        """Return the text of the comment that begins at a line, as one line."""
        words = []
        for each in self._lines(path)[max(0, line - 1) :]:
            if not each.lstrip().startswith("#"):
                break
            words += each.lstrip().lstrip("#").split()
        return without_credentials(" ".join(words))

    def module(self, name: str, path: str) -> Excerpt | None:
        """Return a module of the project as its file has it, the whole of the file without it."""
        source = self._project.source(path)
        tree = parse(source)
        found = [each for each in modules(tree) if each.name == name]
        lines = _split(source)
        if not found:
            return self._excerpt(path, lines, [(1, len(lines))]) if lines else None
        first = found[0].span.line
        return self._excerpt(path, lines, [(first, _last_line(source, found[0].span.end))])

    def schema(self, module: str, path: str) -> Excerpt | None:
        """Return a schema's module from its begin to the end of the block of its fields."""
        found = self._definition(module, path)
        if found is None:
            return None
        file, definition = found
        last = _last_line(file.source, definition.span.end)
        for node in definition.body:
            site = call_site(file.tree, node)
            if site is not None and site.name in _SCHEMAS:
                last = _last_line(file.source, site.span.end)
        return self._excerpt(path, _split(file.source), [(definition.span.line, last)])

    def function(self, of: FunctionPlace) -> Excerpt | None:
        """Return all clauses of a function."""
        found = self._function(of)
        if found is None:
            return None
        module, function = found
        lines = _split(module.file.source)
        return self._excerpt(of.path, lines, _spans(module.file, lines, function))

    def called(
        self, functions: Iterable[FunctionPlace], others: Iterable[FunctionPlace], words: set[str]
    ) -> tuple[list[Excerpt], list[str]]:
        """Return what functions call of their own modules and the attributes they name, by file.

        What is called by way of others is there too, the given functions are not. Of what
        `others` call there is only what has one of the words; the rest is named.
        """
        spans: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
        rest: defaultdict[str, set[str]] = defaultdict(set)
        wanted = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b")
        asked = [(of, False) for of in functions]
        asked += [(of, True) for of in others]
        given = {(of.path, of.name, of.arity) for of, _ in asked}
        for of, choosing in asked:
            found = self._function(of)
            if found is None:
                continue
            module, function = found
            lines = _split(module.file.source)
            for helper in _reached(module, function):
                if (of.path, helper.name, helper.arity) in given:
                    continue
                text = "".join(module.file.tree.text(c.site.node) for c in helper.clauses)
                if choosing and not wanted.search(text):
                    rest[of.path].add(f"{helper.name}/{helper.arity}")
                    continue
                spans[of.path].update(_spans(module.file, lines, helper))
                spans[of.path].update(_attributes(module, helper))
            spans[of.path].update(_attributes(module, function))
        return (
            [
                self._excerpt(path, self._lines(path), every)
                for path, every in sorted(spans.items())
                if every
            ],
            [f"{path}: {_some(sorted(names))}" for path, names in sorted(rest.items())],
        )

    def writers(self, places: Iterable[tuple[str, str, int]]) -> list[FunctionPlace]:
        """Return the functions around lines (module, path, line) that write by a repo or a Multi.

        Of which table the write is isn't looked at.
        """
        found: dict[FunctionPlace, None] = {}
        for name, path, line in places:
            definition = self._definition(name, path)
            if definition is None:
                continue
            module = self._modules.of(*definition)
            for function in module.functions.values():
                of = FunctionPlace(name, path, function.name, function.arity)
                for clause in function.clauses:
                    span = clause.site.span
                    inside = span.line <= line <= _last_line(module.file.source, span.end)
                    if inside and _WRITES.search(module.file.tree.text(clause.site.node)):
                        found[of] = None
        return list(found)

    def in_domain(self, domain: str, path: str, resource: str) -> Excerpt | None:
        """Return what a domain says of a resource: its line, or the block with its functions."""
        source = self._project.source(path)
        tree = parse(source)
        for definition in modules(tree):
            if definition.name != domain:
                continue
            for site in walk_calls(tree, definition.call.node, "resource"):
                written = alias_text(tree, site.args[0]) if site.args else None
                if written is not None and definition.aliases.resolve(written) == resource:
                    span = (site.span.line, _last_line(source, site.span.end))
                    return self._excerpt(path, _split(source), [span])
        return None

    def calls(self, functions: Iterable[FunctionPlace]) -> dict[FunctionPlace, list[Excerpt]]:
        """Return the lines of the legacy code that call functions from other modules.

        A call counts for each function of its name, whatever its number of arguments.
        """
        wanted: defaultdict[tuple[str, str], list[FunctionPlace]] = defaultdict(list)
        for of in functions:
            wanted[of.module, of.name].append(of)
        words = [f".{name}".encode() for _, name in wanted]
        found: dict[FunctionPlace, dict[tuple[str, int], Excerpt]] = {}
        for path, file in self._code.files.items():
            if not any(word in file.source for word in words):
                continue
            for site in walk_calls(file.tree, file.tree.root):
                owner, _, name = site.name.rpartition(".")
                owner = "".join(owner.split())
                if not owner[:1].isupper():
                    continue
                for of in wanted.get((file.resolve(owner, site.node.start_byte), name), ()):
                    line = site.span.line
                    text = self.line(path, line)
                    excerpt = Excerpt(path=path, line=line, last=line, text=text)
                    found.setdefault(of, {}).setdefault((path, line), excerpt)
        return {of: [each for _, each in sorted(lines.items())] for of, lines in found.items()}

    def by_association(self, names: Iterable[str]) -> list[Excerpt]:
        """Return the lines that load, join or write by an association of one of the names.

        Which schema the association is of is not looked at.
        """
        words = "|".join(map(re.escape, sorted(set(names))))
        if not words:
            return []
        named = re.compile(rf"\b{_BY_ASSOCIATION}\b.*(?::(?:{words})\b|\b(?:{words}):)".encode())
        found = []
        for path, file in sorted(self._code.files.items()):
            if named.search(file.source) is None:
                continue
            for number, line in enumerate(file.source.split(b"\n"), 1):
                if named.search(line) and not line.lstrip().startswith(b"#"):
                    text = self.line(path, number)
                    found.append(Excerpt(path=path, line=number, last=number, text=text))
        return found

    def dynamic_calls(self, names: Iterable[str]) -> list[str]:
        """Return the places that call a function of a name by a struct, whichever that is."""
        words = "|".join(map(re.escape, sorted(set(names))))
        if not words:
            return []
        called = re.compile(rf"__struct__\.(?:{words})\(".encode())
        return [
            f"{path}:{number}"
            for path, file in sorted(self._code.files.items())
            if b"__struct__." in file.source
            for number, line in enumerate(file.source.split(b"\n"), 1)
            if called.search(line)
        ]

    def _function(self, of: FunctionPlace) -> tuple[Module, Function] | None:
        found = self._definition(of.module, of.path)
        if found is None:
            return None
        module = self._modules.of(*found)
        function = module.functions.get((of.name, of.arity))
        return None if function is None else (module, function)

    def _definition(self, module: str, path: str) -> tuple[ElixirFile, ModuleDefinition] | None:
        file = self._code.files.get(path)
        if file is None:
            return None
        return next(((file, each) for each in file.modules if each.name == module), None)

    def _lines(self, path: str) -> list[str]:
        file = self._code.files.get(path)
        return _split(self._project.source(path) if file is None else file.source)

    def _excerpt(self, path: str, lines: list[str], spans: Iterable[tuple[int, int]]) -> Excerpt:
        """Join ranges of lines; what stands between them is marked."""
        joined = list(_joined(sorted(spans)))
        parts = ["\n".join(lines[start - 1 : end]) for start, end in joined]
        return Excerpt(
            path=path,
            line=joined[0][0],
            last=joined[-1][1],
            text=without_credentials(f"\n\n{_GAP}\n\n".join(parts)),
        )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _reached(module: Module, function: Function) -> Iterator[Function]:
    """Yield the functions of its module that a function calls, directly or by way of others."""
    tree, seen = module.file.tree, {(function.name, function.arity)}
    waiting = [function]
    while waiting:
        each = waiting.pop()
        if each is not function:
            yield each
        for clause in each.clauses:
            text = tree.text(clause.site.node)
            names = {site.name for site in walk_calls(tree, clause.site.node)}
            names.update(_CAPTURE.findall(text))
            for one in (one for name in sorted(names) for one in module.names.get(name, ())):
                if (one.name, one.arity) not in seen:
                    seen.add((one.name, one.arity))
                    waiting.append(one)


def _attributes(module: Module, function: Function) -> Iterator[tuple[int, int]]:
    """Yield the lines of the module's attributes that a function names."""
    for clause in function.clauses:
        for name in set(_ATTRIBUTE.findall(module.file.tree.text(clause.site.node))):
            value = module.attribute(name, clause.site.span.start)
            if value is not None:
                yield value.start_point.row + 1, _last_line(module.file.source, value.end_byte)


def _spans(file: ElixirFile, lines: list[str], function: Function) -> list[tuple[int, int]]:
    """Return the lines of each clause, with the remarks and attributes right above it."""
    found = []
    for clause in function.clauses:
        span = clause.site.span
        first = span.line
        while first > 1 and _ABOVE.match(lines[first - 2]):
            first -= 1
        found.append((first, _last_line(file.source, span.end)))
    return found


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join ranges that overlap, or that a blank line or two part."""
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current is not None and start <= current[1] + 2:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _last_line(source: bytes, end: int) -> int:
    return source.count(b"\n", 0, max(0, end - 1)) + 1


def _split(source: bytes) -> list[str]:
    """Return the lines; what Python ends a line at besides is a part of one, as in Elixir."""
    text = source.decode("utf-8", "replace").expandtabs(2).removesuffix("\n")
    return [line.removesuffix("\r") for line in text.split("\n")]
