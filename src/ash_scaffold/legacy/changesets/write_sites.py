"""The places that insert, update or delete with a changeset, by the functions that made it.

The argument of each write (`Repo.insert`, `Repo.update!`, `Ecto.Multi.insert` …) is followed back
through pipes, variables and branches to the calls that it comes of. A function that writes what it
is given counts as a write itself, and one that only returns a changeset of another is looked into.
What the name of a repo's own function says counts, too: `Repo.insert_with_log`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.changesets import Added
from ash_scaffold.legacy.changesets.copied_text import is_piped
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.files import ElixirFile, captured
from ash_scaffold.legacy.functions import (
    Clause,
    Function,
    Key,
    Module,
    Modules,
    identifiers,
    operator_of,
)
from ash_scaffold.syntax.parse import CallSite, call_site, expressions, key_text, pairs

_WRITES = re.compile(rb"(?:[Rr]epo|Multi)\s*\.\s*\w*(?:insert|update|upsert|create|save|delete)")
_NAMES = "insert|update|upsert|create|save|delete"
_IS_WRITE = re.compile(rf"(?:{_NAMES})(?!.*_all\b)")
_REPO = re.compile(r"(?:^|\.|_)(?:\w*Repo|repo)$")
_MULTI = frozenset({"Ecto.Multi", "Multi"})
_CALLS = '((call target: (dot right: (identifier) @word)) @found (#match? @word "{}"))'
_CALL = rb"(?<![\w@:&])(?:(?P<owner>\w+)\s*\.\s*)?(?P<name>%s)[ \t]*\("
# Possessive, or each character of a word that nothing calls would be a start.
_CALLED = re.compile(rb"\b(\w++[!?]?+)[ \t]*+\(")
_CAPTURE = re.compile(rb"&\s*(?:(?P<owner>[A-Z_][\w.]*)\.)?(?P<name>\w+[!?]?)/(?P<count>\d)")
_BRINGS = re.compile(rb"\b(?:import|use)[ \t]")
_BRANCHES = frozenset({"if", "unless", "case", "cond", "with", "try"})
# How far functions that write what they are given, or return what another made, are followed.
_LEVELS = 3
_MAX_DEPTH = 40
# Constraints are the resource's, and what only shows a changeset leaves it as it is.
_SAYS_NOTHING = re.compile(r"_constraint\Z|(?:\A|\.)inspect\Z|\Adbg\Z|\A[\w.]*[Rr]epo\.")


class Kind(msgspec.Struct, frozen=True, order=True):
    """What a write does: it creates a row, it updates one, or either; or it deletes one."""

    creates: bool
    updates: bool
    deletes: bool = False


class Origins(msgspec.Struct):
    """The functions that an expression comes of, and the parameters of the function around.

    `new` are those of the functions that only get rows which the database does not have yet.
    """

    functions: dict[Key, Function]
    parameters: set[int]
    new: set[Key] = set()

    def add(self, other: Origins, *, new: bool) -> None:
        """Take in what an expression may come of as well; `new` says that its row is a new one."""
        known = self.functions.keys() - self.new
        self.new |= other.functions.keys() if new else other.new
        self.functions |= other.functions
        self.parameters |= other.parameters
        self.new -= known | (set() if new else other.functions.keys() - other.new)


class Sites(msgspec.Struct):
    """The places, as `path:line`, that create, update and delete with a changeset function.

    `added` are the steps that those which create and update take after the function.
    """

    creates: set[str] = set()
    updates: set[str] = set()
    deletes: set[str] = set()
    added: dict[Added, None] = {}


class Found(msgspec.Struct, frozen=True):
    """The places that write with each changeset function.

    Where there are none, and of those that are given a changeset, `calls` are the other places
    that call or capture it, as path and line.
    """

    sites: Mapping[Key, Sites]
    calls: Mapping[Key, tuple[tuple[str, int], ...]]


def write_sites(modules: Modules, wanted: Iterable[Key], steps: Iterable[Key] = ()) -> Found:
    """Return the places that write with each of the changeset functions.

    Those of them that only change a changeset that they are given are `steps`, too.
    """
    given = frozenset(steps)
    finder = _Finder(modules, frozenset(wanted), given)
    finder.search()
    return Found(finder.found, finder.calls((finder.wanted - finder.found.keys()) | given))


class _Finder:
    def __init__(self, modules: Modules, wanted: frozenset[Key], steps: frozenset[Key]) -> None:
        self._modules = modules
        self._code: CodeBase = modules.code
        self.wanted = wanted
        self._whole = wanted - steps
        self.found: dict[Key, Sites] = {}
        self._writers: dict[Key, tuple[int, Kind]] = {}
        self._set: dict[tuple[str, int], dict[str, list[Node]]] = {}
        self._returned: dict[Key, Origins] = {}
        # The names that are called in each file.
        self._called: dict[str, frozenset[bytes]] = {}

    def search(self) -> None:
        """Go through all writes, then through the calls of the functions that write."""
        for file in self._code.files.values():
            likely = b"epo" in file.source or b"Multi" in file.source
            if not likely or not _WRITES.search(file.source):
                continue
            for node in captured(_CALLS.format(_NAMES), file.tree):
                self._write(file, node)
        searched: set[Key] = set()
        for _ in range(_LEVELS):
            new = {key: how for key, how in self._writers.items() if key not in searched}
            if not new:
                return
            searched |= set(new)
            self._calls_of(new)

    def _write(self, file: ElixirFile, node: Node) -> None:
        site = call_site(file.tree, node)
        if site is None:
            return
        owner, _, name = site.name.rpartition(".")
        if not _IS_WRITE.search(name) or name.rstrip("!").endswith("_all"):
            return
        full = owner
        if owner[:1].isupper():
            full = file.resolve("".join(owner.split()), node.start_byte)
        if full not in _MULTI and not _REPO.search(full):
            return
        around = self._around(file, node)
        if around is None:
            return
        arguments = _arguments(node, site)
        if full in _MULTI:
            # `insert(multi, name, changeset_or_function)`.
            subjects = arguments[2:3]
        elif name.rstrip("!") in ("insert", "update", "insert_or_update", "delete"):
            subjects = arguments[:1]
        else:
            subjects = arguments
        self._note(file, node, around, subjects, _kind(name))

    def _calls_of(self, writers: Mapping[Key, tuple[int, Kind]]) -> None:
        for file, node, around, arguments, function in self._calls(writers):
            how = writers.get(function.key)
            if how is not None and how[0] < len(arguments):
                self._note(file, node, around, (arguments[how[0]],), how[1])

    def _calls(
        self, keys: Iterable[Key]
    ) -> Iterator[
        tuple[ElixirFile, Node, tuple[Module, Function, Clause], tuple[Node, ...], Function]
    ]:
        """Yield the calls that may be of the functions, with what each reaches."""
        modules: dict[bytes, set[bytes]] = {}
        for module, name, _ in keys:
            modules.setdefault(name.encode(), set()).add(module.rpartition(".")[2].encode())
        for file in self._code.files.values():
            if file.path not in self._called:
                self._called[file.path] = frozenset(_CALLED.findall(file.source))
            names = modules.keys() & self._called[file.path]
            for node in _likely_calls(file, names, modules) if names else ():
                site = call_site(file.tree, node)
                around = None if site is None else self._around(file, node)
                if site is None or around is None:
                    continue
                arguments = _arguments(node, site)
                function = self._modules.called(around[0], node, site.name, len(arguments))
                if function is not None:
                    yield file, node, around, arguments, function

    def calls(self, keys: Collection[Key]) -> Mapping[Key, tuple[tuple[str, int], ...]]:
        """Return the places that call or capture functions, others than themselves."""
        found: dict[Key, set[tuple[str, int]]] = {key: set() for key in keys}
        for file, node, around, _, function in self._calls(keys) if keys else ():
            if function.key in found and around[1].key != function.key:
                found[function.key].add((file.path, node.start_point.row + 1))
        names = {name.encode() for _, name, _ in keys}
        for file in self._code.files.values() if keys else ():
            for match in _CAPTURE.finditer(file.source):
                if match["name"] not in names:
                    continue
                module = file.module_at(match.start())
                if match["owner"] is not None:
                    module = file.resolve(match["owner"].decode(), match.start(), module)
                owner = self._modules.get(module)
                name, count = match["name"].decode(), int(match["count"])
                meant = None if owner is None else owner.function(name, count)
                if meant is not None and meant.key in found:
                    line = file.source.count(b"\n", 0, match.start()) + 1
                    found[meant.key].add((file.path, line))
        return {key: tuple(sorted(places)) for key, places in found.items()}

    def _note(
        self,
        file: ElixirFile,
        node: Node,
        around: tuple[Module, Function, Clause],
        subjects: tuple[Node, ...],
        kind: Kind,
    ) -> None:
        origins = Origins({}, set())
        for subject in subjects:
            self._origins(around, subject, origins, 0)
        place = f"{file.path}:{node.start_point.row + 1}"
        if _is_new(around[0].file, around[2], origins):
            # Ecto raises for an update or a delete of a row without its key.
            kind = Kind(creates=kind.creates, updates=False)
        for key in self._makers(origins, 0) if kind.creates else ():
            self.found.setdefault(key, Sites()).creates.add(place)
        for key in self._makers(origins, 0, stored=True):
            sites = self.found.setdefault(key, Sites())
            if kind.updates:
                sites.updates.add(place)
            if kind.deletes:
                sites.deletes.add(place)
        if kind.creates or kind.updates:
            for subject in subjects:
                for key, added in self._added(around, subject, kind, 0):
                    self.found.setdefault(key, Sites()).added.setdefault(added)
        # What goes through a changeset function is its struct, no changeset.
        if not self.wanted.isdisjoint(origins.functions):
            return
        for index in origins.parameters:
            self._writers.setdefault(around[1].key, (index, kind))

    def _added(
        self, around: tuple[Module, Function, Clause], node: Node, kind: Kind, level: int
    ) -> Iterator[tuple[Key, Added]]:
        """Yield what is done to the changeset of a wanted function before it is written.

        That is what follows the call in its pipe, through variables and functions that return it.
        """
        if level > _LEVELS:
            return
        module = around[0]
        if node.type == "identifier":
            for right in self._settings(module, around[2]).get(module.file.tree.text(node), ()):
                if right.end_byte <= node.start_byte:
                    yield from self._added(around, right, kind, level + 1)
            return
        keys: set[Key] = set()
        for step in _piped(module.file, node):
            site = call_site(module.file.tree, step)
            count = 0 if site is None else len(site.values) + is_piped(step)
            function = (
                None if site is None else self._modules.called(module, step, site.name, count)
            )
            if function is not None and function.key in self._whole:
                keys = {function.key}
                continue
            found = set() if function is None else set(self._makers_of(function)) & self._whole
            if function is not None and found:
                keys = found
                for clause in function.bodies if level < _LEVELS else ():
                    place = self._modules.get(function.module)
                    if place is not None and clause.body:
                        inside = place, function, clause
                        yield from self._added(inside, clause.body[-1], kind, level + 1)
                continue
            if site is not None and not _SAYS_NOTHING.search(site.name):
                added = Added(
                    path=module.file.path,
                    line=step.start_point.row + 1,
                    source=module.file.tree.text(step),
                    creates=kind.creates,
                    updates=kind.updates,
                )
                yield from ((key, added) for key in keys)

    def _makers_of(self, function: Function) -> Iterator[Key]:
        return self._makers(Origins({function.key: function}, set()), 1)

    def _makers(self, origins: Origins, level: int, *, stored: bool = False) -> Iterator[Key]:
        """Yield the wanted functions among origins, those behind other functions included.

        With `stored` without those that only get new rows.
        """
        for key, function in origins.functions.items():
            if stored and key in origins.new:
                continue
            if key in self.wanted:
                yield key
            elif level < _LEVELS:
                yield from self._makers(self._returned_by(function), level + 1, stored=stored)

    def _returned_by(self, function: Function) -> Origins:
        found = self._returned.get(function.key)
        if found is None:
            found = self._returned[function.key] = Origins({}, set())
            module = self._modules.get(function.module)
            for clause in function.bodies if module is not None else ():
                if module is not None and clause.body:
                    own = Origins({}, set())
                    self._origins((module, function, clause), clause.body[-1], own, 0)
                    found.add(own, new=_is_new(module.file, clause, own))
        return found

    def _around(self, file: ElixirFile, node: Node) -> tuple[Module, Function, Clause] | None:
        """Return the function around a call."""
        name = file.module_at(node.start_byte)
        definition = next(
            (
                each
                for each in file.modules
                if each.name == name and each.span.start <= node.start_byte < each.span.end
            ),
            None,
        )
        if definition is None:
            return None
        module = self._modules.of(file, definition)
        for function in module.functions.values():
            for clause in function.clauses:
                if clause.site.span.start <= node.start_byte < clause.site.span.end:
                    return module, function, clause
        return None

    def _origins(
        self,
        around: tuple[Module, Function, Clause],
        node: Node,
        found: Origins,
        depth: int,
    ) -> None:
        if depth > _MAX_DEPTH:
            return
        module = around[0]
        kind = node.type
        if kind == "identifier":
            self._variable(around, node, found, depth)
        elif kind in ("block", "body", "do_block", "else_block", "rescue_block"):
            for inner in _results(node):
                self._origins(around, inner, found, depth + 1)
        elif kind == "anonymous_function":
            for each in node.named_children:
                for inner in _results(each):
                    self._origins(around, inner, found, depth + 1)
        elif kind == "unary_operator":
            operand = node.child_by_field_name("operand")
            if operand is not None:
                self._captured(around, operand, found, depth)
        elif kind == "binary_operator":
            parts = operator_of(module.file, node, "|>", "=", "<-")
            if parts is None:
                return
            piped = operator_of(module.file, node, "|>") is not None
            if piped and not self._returns_row(module, parts[1]):
                self._origins(around, parts[0], found, depth + 1)
            self._origins(around, parts[1], found, depth + 1)
        elif kind == "map":
            for each in node.named_children:
                self._origins(around, each, found, depth + 1)
        elif kind == "map_content":
            first = next(iter(expressions(node)), None)
            updated = None if first is None else operator_of(module.file, first, "|")
            if updated is not None:
                self._origins(around, updated[0], found, depth + 1)
        elif kind in ("keywords", "pair"):
            for each in node.named_children:
                self._origins(around, each, found, depth + 1)
        elif kind == "call":
            self._call(around, node, found, depth)

    def _captured(
        self, around: tuple[Module, Function, Clause], node: Node, found: Origins, depth: int
    ) -> None:
        module = around[0]
        parts = operator_of(module.file, node, "/")
        arity = "" if parts is None else module.file.tree.text(parts[1])
        if parts is None or not arity.isdecimal():
            self._origins(around, node, found, depth + 1)
            return
        name = module.file.tree.text(parts[0]).removesuffix("()")
        function = self._modules.called(module, node, name, int(arity))
        if function is not None:
            found.functions.setdefault(function.key, function)

    def _call(
        self, around: tuple[Module, Function, Clause], node: Node, found: Origins, depth: int
    ) -> None:
        module = around[0]
        site = call_site(module.file.tree, node)
        if site is None:
            return
        if site.name in _BRANCHES:
            for child in node.named_children:
                if child.type == "do_block":
                    for inner in _results(child):
                        self._origins(around, inner, found, depth + 1)
            for option in site.options if site.body is not None else ():
                self._origins(around, option.value, found, depth + 1)
            for each in site.body or ():
                if each.type != "stab_clause" and not _has_block(node):
                    self._origins(around, each, found, depth + 1)
            return
        count = len(site.values) + is_piped(node)
        function = self._modules.called(module, node, site.name, count)
        if function is not None:
            found.functions.setdefault(function.key, function)
        values = site.values[:1]
        if site.name.startswith(("Enum.", "Stream.", "then", "Kernel.then", "tap")):
            values = site.values
        for value in () if self._returns_row(module, node) else values:
            self._origins(around, value, found, depth + 1)

    def _returns_row(self, module: Module, node: Node) -> bool:
        """Whether a call is a repo's, or of a function that writes and returns nothing it is given.

        What it returns is no changeset any more.
        """
        site = call_site(module.file.tree, node)
        if site is None or site.name in _BRANCHES:
            return False
        owner = site.name.rpartition(".")[0]
        if owner[:1].isupper():
            owner = module.file.resolve("".join(owner.split()), node.start_byte, module.name)
        if _REPO.search(owner):
            return True
        count = len(site.values) + is_piped(node)
        function = self._modules.called(module, node, site.name, count)
        place = None if function is None else self._modules.get(function.module)
        if function is None or place is None:
            return False
        writes = any(
            _WRITES.search(place.file.source, clause.site.span.start, clause.site.span.end)
            for clause in function.bodies
        )
        return writes and not self._returned_by(function).parameters

    def _variable(
        self, around: tuple[Module, Function, Clause], node: Node, found: Origins, depth: int
    ) -> None:
        module, _, clause = around
        name = module.file.tree.text(node)
        for right in self._settings(module, clause).get(name, ()):
            # What a variable is set to may name the variable itself, as it was before.
            if right.start_byte <= node.start_byte < right.end_byte:
                continue
            if right.start_byte < node.start_byte:
                self._origins(around, right, found, depth + 1)
        for index, parameter in enumerate(clause.parameters):
            if any(name == each for each, _ in identifiers(module.file, parameter.pattern)):
                found.parameters.add(index)

    def _settings(self, module: Module, clause: Clause) -> dict[str, list[Node]]:
        """Return what each variable of a clause is set to."""
        key = module.file.path, clause.site.span.start
        if key not in self._set:
            found: dict[str, list[Node]] = {}
            stack = list(clause.body or ())
            while stack:
                node = stack.pop()
                stack.extend(node.named_children)
                parts = operator_of(module.file, node, "=", "<-")
                if parts is not None:
                    for name, _ in identifiers(module.file, parts[0]):
                        found.setdefault(name, []).append(parts[1])
            self._set[key] = found
        return self._set[key]


def _is_new(file: ElixirFile, clause: Clause, origins: Origins) -> bool:
    """Whether a clause takes its row only where it has no key yet: `%User{id: nil} = user`."""
    return any(
        _has_no_key(file, clause.parameters[index].pattern)
        for index in origins.parameters
        if index < len(clause.parameters)
    )


def _has_no_key(file: ElixirFile, pattern: Node) -> bool:
    parts = operator_of(file, pattern, "=")
    if parts is not None:
        return any(_has_no_key(file, part) for part in parts)
    content = next((c for c in pattern.named_children if c.type == "map_content"), None)
    if pattern.type != "map" or content is None:
        return False
    for pair in (each for inner in expressions(content) for each in pairs(inner)):
        value = pair.child_by_field_name("value")
        if key_text(file.tree, pair) == "id" and value is not None:
            return file.tree.text(value) == "nil"
    return False


def _piped(file: ElixirFile, node: Node) -> Iterator[Node]:
    """Yield what a pipe starts with and each of its steps; of any other expression itself."""
    parts = operator_of(file, node, "|>")
    if parts is None:
        yield node
    else:
        yield from _piped(file, parts[0])
        yield parts[1]


def _likely_calls(
    file: ElixirFile, names: Iterable[bytes], modules: Mapping[bytes, set[bytes]]
) -> Iterator[Node]:
    """Yield the calls of the names that may be of the functions: few files are parsed for that.

    `modules` are, by the name of a function, the last parts of the names of its modules.
    """
    source = file.source
    alternatives = b"|".join(map(re.escape, sorted(names, reverse=True)))
    for match in re.finditer(_CALL % alternatives, source):
        owner, last = match["owner"], modules[match["name"]]
        if owner is None:
            # By an import, if the module is not the one around.
            near = _BRINGS.search(source) or any(each in source for each in last)
        else:
            near = owner in last or owner == b"__MODULE__" or b"as: " + owner in source
        if not near or source.endswith((b"def ", b"defp "), 0, match.start()):
            continue
        name = file.tree.root.descendant_for_byte_range(match.start("name"), match.end("name"))
        call = None if name is None else name.parent
        if call is not None and call.type == "dot":
            call = call.parent
        target = None if call is None else call.child_by_field_name("target")
        if call is not None and target is not None and target.end_byte == match.end("name"):
            yield call


def _arguments(node: Node, site: CallSite) -> tuple[Node, ...]:
    parent = node.parent
    if is_piped(node) and parent is not None:
        left = parent.child_by_field_name("left")
        if left is not None:
            return (left, *site.values)
    return site.values


def _kind(name: str) -> Kind:
    """Return what a function of a repo does by its name."""
    if re.search(r"insert_or_update|create_or_update|upsert|save", name):
        return Kind(creates=True, updates=True)
    creates = bool(re.search(r"insert|create", name))
    return Kind(creates=creates, updates="update" in name, deletes="delete" in name)


def _has_block(node: Node) -> bool:
    return any(child.type == "do_block" for child in node.children)


def _results(node: Node) -> Iterator[Node]:
    """Yield the expressions that a block may return: the last one, or that of each clause."""
    inner = expressions(node)
    clauses = [each for each in inner if each.type == "stab_clause"]
    blocks = [each for each in inner if each.type.endswith("_block")]
    plain = [each for each in inner if each not in clauses and each not in blocks]
    if node.type == "stab_clause":
        for each in inner:
            if each.type == "body":
                yield from _results(each)
        return
    for clause in clauses:
        yield from _results(clause)
    if plain and not clauses:
        yield plain[-1]
    for block in blocks:
        yield from _results(block)
