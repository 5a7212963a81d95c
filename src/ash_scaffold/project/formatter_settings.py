"""The settings of a project's `.formatter.exs`, read as text: no code of the project runs.

The file is a script, but nearly every project's is a list of literals, its calls without
parentheses perhaps in a variable. What its dependencies export is read from their own files in the
same way. Source of the keys: the documentation of `mix format` and `Code.format_string!/2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from tree_sitter import Node

from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.sources import read_source
from ash_scaffold.syntax.literal import flat, key
from ash_scaffold.syntax.parse import Tree, expressions, is_keywords, key_text, pairs, parse
from ash_scaffold.syntax.values import Unreadable, read
from ash_scaffold.term import Atom, Module, Term

FILE = ".formatter.exs"
_APPLICATION = re.compile(r"[a-z][a-z0-9_]*\Z")
_SWITCHES = (
    "force_do_end_blocks",
    "normalize_bitstring_modifiers",
    "normalize_charlists_as_sigils",
    "migrate",
    "migrate_bitstring_modifiers",
    "migrate_charlists_as_sigils",
    "migrate_unless",
)
# Plugins for files and sigils that no generated module has.
_PLUGINS_OF_TEMPLATES = frozenset({"Phoenix.LiveView.HTMLFormatter", "TailwindFormatter"})
# What copies of legacy code call, by the dependency that exports it, for one that isn't fetched.
_CALLS_OF = {"ecto": ("from: 2",)}
_MAX_DEPTH = 20


class FormatterSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What could be read: `calls` without parentheses (`own: 1`), `switches` as written.

    `complete` is set when the project's formatter would go by nothing else.
    """

    calls: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    complete: bool = True


class _NotLiteralError(Exception):
    """A value that only running the file would show."""


class _File:
    """One `.formatter.exs`: the pairs of its list, and what its variables stand for."""

    def __init__(self, source: bytes) -> None:
        self.tree: Tree = parse(source)
        self.variables: dict[str, Node] = {}
        for node in self.tree.expressions:
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if node.type != "binary_operator" or left is None or right is None:
                continue
            if left.type == "identifier" and _operator(self.tree, node) == "=":
                self.variables[self.tree.text(left)] = right
        last = self.tree.expressions[-1:]
        if self.tree.fault is not None or not last or last[0].type != "list":
            raise _NotLiteralError
        self.pairs = _pairs(self.tree, last[0])

    def value(self, name: str) -> Term:
        """Return the literal under a key, None without the key."""
        node = self.pairs.get(name)
        if node is None:
            return None
        return self._literal(self._followed(node))

    def calls(self, pairs: Mapping[str, Node]) -> tuple[str, ...]:
        """Return `locals_without_parens` of some pairs, `()` where they have none."""
        node = pairs.get("locals_without_parens")
        return () if node is None else tuple(self._calls(node, 0))

    def exported(self) -> Mapping[str, Node]:
        """Return the pairs of `export`."""
        node = self.pairs.get("export")
        return {} if node is None else _pairs(self.tree, self._followed(node))

    def _calls(self, node: Node, depth: int) -> Iterator[str]:
        if depth > _MAX_DEPTH:
            raise _NotLiteralError
        node = self._followed(node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type == "binary_operator" and left is not None and right is not None:
            if _operator(self.tree, node) != "++":
                raise _NotLiteralError
            yield from self._calls(left, depth + 1)
            yield from self._calls(right, depth + 1)
            return
        if node.type != "list":
            raise _NotLiteralError
        for item in expressions(node):
            head, tail = item.child_by_field_name("left"), item.child_by_field_name("right")
            if item.type == "binary_operator" and head is not None and tail is not None:
                if _operator(self.tree, item) != "|":
                    raise _NotLiteralError
                yield _call(self._literal(head))
                yield from self._calls(tail, depth + 1)
            elif is_keywords(item):
                for name, value in _pairs_of(self.tree, item):
                    yield _call((Atom(name), self._literal(value)))
            else:
                yield _call(self._literal(item))

    def _followed(self, node: Node) -> Node:
        for _ in range(_MAX_DEPTH):
            if node.type != "identifier":
                return node
            found = self.variables.get(self.tree.text(node))
            if found is None:
                break
            node = found
        raise _NotLiteralError

    def _literal(self, node: Node) -> Term:
        value = read(self.tree, node)
        if isinstance(value, Unreadable):
            raise _NotLiteralError
        return value


def read_formatter_settings(project: Project) -> FormatterSettings:
    """Read the settings that `mix format` would load for the project, dependencies included."""
    formatter = project.formatter
    if formatter.path is None:
        return FormatterSettings()
    try:
        file = _File(read_source(project.root / formatter.path) or b"")
    except _NotLiteralError:
        return FormatterSettings(complete=False)
    complete = True
    calls: list[str] = []
    switches: list[str] = []
    try:
        calls += file.calls(file.pairs)
    except _NotLiteralError:
        complete = False
    for name in ("line_length", *_SWITCHES):
        try:
            value = file.value(name)
        except _NotLiteralError:
            complete = False
            continue
        if isinstance(value, int):
            switches.append(f"{key(name)} {flat(value)}")
        elif value is not None:
            complete = False
    try:
        names = _names(file.value("import_deps"))
        complete &= set(_modules(file.value("plugins"))) <= _PLUGINS_OF_TEMPLATES
    except _NotLiteralError:
        return FormatterSettings(calls=tuple(calls), switches=tuple(switches), complete=False)
    for name in names:
        exported = _exported(project, name)
        complete &= exported is not None
        calls += _CALLS_OF.get(name, ()) if exported is None else exported
    return FormatterSettings(
        calls=tuple(dict.fromkeys(calls)), switches=tuple(switches), complete=complete
    )


def _exported(project: Project, application: str) -> tuple[str, ...] | None:
    """Return the calls that a dependency exports, None where that can't be read."""
    if _APPLICATION.match(application) is None:
        return None
    folder = next(
        (project.root / app.path for app in project.apps if app.name == application),
        project.root / "deps" / application,
    )
    return _exports_of(folder)


def _exports_of(folder: Path) -> tuple[str, ...] | None:
    if not folder.is_dir():
        return None
    source = read_source(folder / FILE)
    if source is None:
        return ()
    try:
        file = _File(source)
        return file.calls(file.exported())
    except _NotLiteralError:
        return None


def _call(value: object) -> str:
    """Write one entry of `locals_without_parens`: `name: arity`, or `name: :*`."""
    match value:
        case (Atom(name=name), int() as arity) if not isinstance(arity, bool):
            return f"{key(name)} {arity}"
        case (Atom(name=name), Atom(name="*")):
            return f"{key(name)} :*"
        case _:
            raise _NotLiteralError


def _names(value: Term) -> tuple[str, ...]:
    items = [] if value is None else value
    if not isinstance(items, list) or not all(isinstance(item, Atom) for item in items):
        raise _NotLiteralError
    return tuple(item.name for item in items if isinstance(item, Atom))


def _modules(value: Term) -> tuple[str, ...]:
    items = [] if value is None else value
    if not isinstance(items, list) or not all(isinstance(item, Module) for item in items):
        raise _NotLiteralError
    return tuple(item.name for item in items if isinstance(item, Module))


def _operator(tree: Tree, node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return "" if operator is None else tree.text(operator)


def _pairs(tree: Tree, node: Node) -> dict[str, Node]:
    """Return the pairs of a keyword list by name; the first of a name counts, as in Elixir."""
    found: dict[str, Node] = {}
    for name, value in _pairs_of(tree, node):
        found.setdefault(name, value)
    return found


def _pairs_of(tree: Tree, node: Node) -> Iterator[tuple[str, Node]]:
    if expressions(node) and not is_keywords(node):
        raise _NotLiteralError
    for pair in pairs(node):
        name, value = key_text(tree, pair), pair.child_by_field_name("value")
        if name is None or value is None:
            raise _NotLiteralError
        yield name, value
