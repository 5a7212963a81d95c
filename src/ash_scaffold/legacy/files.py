"""The Elixir files of the legacy code, parsed on demand, and the names in force in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

import msgspec
import tree_sitter_elixir
from tree_sitter import Language, Node, Query, QueryCursor

from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.sources import MAX_BYTES, walk_sources
from ash_scaffold.regular_file import read_file
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import CallSite, Tree, call_site, expressions, parse
from ash_scaffold.syntax.values import alias_text

# Folders beside the sources of a code base: dependencies, and code that isn't run.
_OUTSIDE = frozenset({"deps", "_build", "node_modules", "priv", "test", "assets"})
_ALIASES = '((call target: (identifier) @word) @found (#any-of? @word "alias" "require"))'
_BLOCKS = frozenset(
    {"do_block", "else_block", "rescue_block", "catch_block", "after_block", "stab_clause"}
)


class _Binding(msgspec.Struct, frozen=True):
    """A short name for a module, and the range of bytes in which it holds."""

    start: int
    end: int
    full: str


class ElixirFile:
    """A source file: its tree, its modules, and the aliases in force at each place.

    `unread` says why a file can't be read, which then is empty.
    """

    def __init__(self, path: str, source: bytes, unread: str = "") -> None:
        self.path = path
        self.source = source
        self.unread = unread
        self._bindings: dict[str, list[_Binding]] = {}

    @cached_property
    def tree(self) -> Tree:
        """The parsed source."""
        return parse(self.source)

    @cached_property
    def modules(self) -> tuple[ModuleDefinition, ...]:
        """The modules it defines, an outer one before its inner."""
        found = modules(self.tree)
        self._bind(found)
        return found

    def release(self) -> None:
        """Drop the parsed tree: it is parsed again on demand, without the aliases of macros.

        Trees of thousands of files kept alive slow everything down.
        """
        self.__dict__.pop("tree", None)
        self.__dict__.pop("modules", None)
        self._bindings.clear()

    def module_at(self, position: int) -> str:
        """Return the innermost module around a place, "" for none."""
        for module in reversed(self.modules):
            if module.span.start <= position < module.span.end:
                return module.name
        return ""

    def resolve(self, written: str, position: int, module: str | None = None) -> str:
        """Return the full name of an alias as it is written at a place.

        `module` is the meaning of `__MODULE__` when it is not the module around.
        """
        around = self.module_at(position) if module is None else module
        head, dot, rest = written.partition(".")
        if head == "Elixir" and rest:
            return rest
        if head == "__MODULE__":
            return (around or head) + dot + rest
        best: _Binding | None = None
        for binding in self._bindings.get(head, ()):
            inside = binding.start <= position < binding.end
            if inside and (best is None or binding.start >= best.start):
                best = binding
        return (head if best is None else best.full) + dot + rest

    def bind(self, short: str, full: str, start: int, end: int) -> None:
        """Let a short name stand for a module in a range of bytes."""
        self._bindings.setdefault(short, []).append(_Binding(start, end, full))

    def names(self) -> Iterator[Node]:
        """Yield every module name in the file, the outermost node of each, in source order."""
        for node in captured("(alias) @found", self.tree):
            parent = node.parent
            while parent is not None and alias_text(self.tree, parent) is not None:
                node, parent = parent, parent.parent
            yield node

    def alias_calls(self) -> list[Node]:
        """Return every `alias` and `require` call of the file."""
        return captured(_ALIASES, self.tree)

    def strings(self) -> Iterator[Node]:
        """Yield every string of the file, in source order; a `~s` or `~S` sigil is one too."""
        yield from captured("[(string) (sigil)] @found", self.tree)

    def _bind(self, found: tuple[ModuleDefinition, ...]) -> None:
        ends = {module.name: module.span.end for module in found}
        for module in found:
            if module.parent and module.name.startswith(f"{module.parent}."):
                segment = module.name.removeprefix(f"{module.parent}.").partition(".")[0]
                end = ends.get(module.parent, module.span.end)
                self.bind(segment, f"{module.parent}.{segment}", module.span.start, end)
        if b"alias" not in self.source and b"require" not in self.source:
            return
        around = sorted(found, key=lambda module: module.span.start, reverse=True)
        for node in self.alias_calls():
            for short, full in aliases(self, node, around):
                self.bind(short, full, node.end_byte, _block_end(node))


def aliases(
    file: ElixirFile, node: Node, around: list[ModuleDefinition] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield short and full name of each alias that an `alias` (or `require … as:`) call sets."""
    tree = file.tree
    target = node.child_by_field_name("target")
    if target is None or tree.text(target) not in ("alias", "require"):
        return
    call = call_site(tree, node)
    if call is None or not call.args:
        return
    renamed = call.option("as")
    if call.name == "require" and renamed is None:
        return
    module = None
    if around is not None:
        start = node.start_byte
        inside = (m.name for m in around if m.span.start <= start < m.span.end)
        module = next(inside, "")
    for written in _aliased(tree, call.args[0]):
        full = file.resolve(written, node.start_byte, module)
        short = alias_text(tree, renamed) if renamed is not None else full.rpartition(".")[2]
        if short:
            yield short, full


def _aliased(tree: Tree, node: Node) -> tuple[str, ...]:
    """Return the names as written of `alias A.B`, `alias A.{B, C}`, `alias __MODULE__`."""
    whole = alias_text(tree, node)
    if whole is not None:
        return (whole,)
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "dot" or left is None or right is None or right.type != "tuple":
        return ()
    head = alias_text(tree, left)
    tails = (alias_text(tree, child) for child in expressions(right))
    return () if head is None else tuple(f"{head}.{tail}" for tail in tails if tail)


def _block_end(node: Node) -> int:
    """Return where the block around a node ends."""
    parent = node.parent
    while parent is not None:
        if parent.type in _BLOCKS or parent.parent is None:
            return parent.end_byte
        parent = parent.parent
    return node.end_byte


@cache
def _query(text: str) -> Query:
    return Query(Language(tree_sitter_elixir.language()), text)


def captured(query: str, tree: Tree) -> list[Node]:
    """Return the nodes that a query of the grammar names `found`, in source order."""
    nodes = QueryCursor(_query(query)).captures(tree.root).get("found", [])
    return sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte))


def legacy_folder(project: Project, folder: str | Path | None) -> Path | None:
    """Return the folder that legacy code is looked for in, `None` for the project itself."""
    return None if folder is None else Path(os.path.normpath(project.root / folder))


def source_files(project: Project, folder: str | Path | None = None) -> Iterator[ElixirFile]:
    """Yield every `.ex` file of the project's source folders, or of the folder, by path.

    The folder may be another code base, an umbrella too: its dependencies, tests and `priv` are
    left out.
    """
    base = legacy_folder(project, folder)
    if base is None:
        unread = {each.path: each.text for each in project.unparsed if not each.line}
        for name in sorted({*project.sources, *unread}):
            yield ElixirFile(name, project.sources.get(name, b""), unread.get(name, ""))
        return
    paths = set(walk_sources(base, _OUTSIDE))
    root = str(project.root)
    shown = sorted((Path(os.path.relpath(path, root)).as_posix(), path) for path in paths)
    for name, path in shown:
        try:
            yield ElixirFile(name, read_file(path, MAX_BYTES))
        except FileNotFoundError:
            continue
        except OSError as error:
            yield ElixirFile(name, b"", error.strerror or str(error))


def implementation(file: ElixirFile, node: Node) -> tuple[str, ...]:
    """Return the modules of the implementation around a node, in order; none around, none.

    Named as `Protocol.__impl__/4` does, `defimpl P, for: [A, B]` makes `P.A` and `P.B`.
    """
    current: Node | None = node
    while current is not None:
        site = call_site(file.tree, current) if current.type == "call" else None
        if site is not None and site.name == "defimpl":
            return _modules(file, site)
        current = current.parent
    return ()


def _modules(file: ElixirFile, site: CallSite) -> tuple[str, ...]:
    types = site.option("for")
    if not site.args or types is None:
        return ()
    targets = expressions(types) if types.type == "list" else (types,)
    protocol, *names = (_full(file, node) for node in (site.args[0], *targets))
    return tuple(f"{protocol}.{name}" for name in names if protocol and name)


def _full(file: ElixirFile, node: Node) -> str | None:
    written = alias_text(file.tree, node)
    return None if written is None else file.resolve(written, node.start_byte)
