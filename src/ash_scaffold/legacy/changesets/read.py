"""The changeset functions of the legacy code, each with its steps and the table that it changes.

A changeset function starts a changeset of a schema with `cast` or `change`, itself or through
another such function, and returns it. It may stand in the schema's module or in any other. One that
is given a changeset is a helper of those, and one that only passes its arguments on is none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.changesets import (
    Changeset,
    Nested,
    Parameter,
    ParameterRole,
    VirtualField,
)
from ash_scaffold.counted import counted
from ash_scaffold.legacy.changesets.copied_text import is_piped
from ash_scaffold.legacy.changesets.parameters import bind
from ash_scaffold.legacy.changesets.read_inputs import keys_read
from ash_scaffold.legacy.changesets.schema_fields import targets, virtual_fields
from ash_scaffold.legacy.changesets.steps import REPO, WORDS, StepReader, may_change
from ash_scaffold.legacy.changesets.struct_values import kept_from_changes
from ash_scaffold.legacy.changesets.values import Flow, Frame, UnreadError
from ash_scaffold.legacy.changesets.write_sites import Sites, write_sites
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.legacy.functions import Function, Key, Module, Modules, operator_of
from ash_scaffold.syntax.parse import call_site

_STARTS = re.compile(rb"(?<![\w.])(?:Ecto\.)?(?:Changeset\.)?(?:cast|change)\s*\(")
_STEPS = re.compile(rb"\b(?:validate|put|update|force)_\w+\s*\(|\w+_constraint\s*\(")
_WRITES = re.compile(rb"[Rr]epo\.|Multi\.|\b(?:conn|socket)\b")
# How far functions that end with others are followed.
_MAX_DEPTH = 3
_CLOSERS = frozenset({"]", "}", ")", ">>"})
_GIVEN_CHANGESET = frozenset({"changeset", "cs", "chset", "changes", "query", "conn", "socket"})


def read_changesets(code: CodeBase, hints: Hints) -> tuple[Changeset, ...]:
    """Return the changeset functions over tables, by module, name and arity.

    `hints` are those of the code base. Nothing is run, and nothing raised on any content of it.
    """
    reader = _Reader(code, hints)
    for file in code.files.values():
        if WORDS.search(file.source):
            for definition in file.modules:
                reader.read_module(reader.modules.of(file, definition))
    reader.place_nested()
    given = reader.given()
    writes = write_sites(reader.modules, map(_key, (*reader.found, *given)), map(_key, given))
    sites = writes.sites
    # One that nothing writes with, and that no other module sees, is a helper of others.
    found = [each for each in reader.found if not each.private or _key(each) in sites]
    found += reader.unreached(found, given)
    return tuple(
        _with_sites(_called(each, writes.calls.get(_key(each), ())), sites.get(_key(each)))
        for each in sorted(found, key=_key)
    )


def _key(changeset: Changeset) -> Key:
    return changeset.module, changeset.function, changeset.arity


def _called(changeset: Changeset, places: tuple[tuple[str, int], ...]) -> Changeset:
    """Return a changeset function with the places that call it, which say what one is given."""
    calls = tuple(f"{path}:{line}" for path, line in places)
    refused = changeset.refused
    if changeset.is_step and calls:
        more = f" and {counted(len(calls) - 1, 'more place')}" if len(calls) > 1 else ""
        refused = f"it is called on the changeset of another function ({calls[0]}{more})"
    return msgspec.structs.replace(changeset, calls=calls, refused=refused)


def _with_sites(changeset: Changeset, sites: Sites | None) -> Changeset:
    if sites is None:
        return changeset
    return msgspec.structs.replace(
        changeset,
        creates=tuple(sorted(sites.creates)),
        updates=tuple(sorted(sites.updates)),
        deletes=tuple(sorted(sites.deletes)),
        added=tuple(sorted(sites.added, key=lambda added: (added.path, added.line))),
    )


class _Reader:
    def __init__(self, code: CodeBase, hints: Hints) -> None:
        self.modules = Modules(code)
        self.found: list[Changeset] = []
        self._schemas = {schema.module: schema for schema in hints.schemas}
        self._targets = targets(self.modules, hints)
        self._virtual: dict[str, tuple[VirtualField, ...]] = {}
        self._places: dict[Key, set[tuple[str, int]]] = {}
        self._given: list[tuple[Module, Function]] = []

    def read_module(self, module: Module) -> None:
        """Read the changeset functions of a module."""
        for function in module.functions.values():
            if not may_change(self.modules, function) or _ends_in_repo(module, function):
                continue
            if _is_given_one(module, function):
                self._note_given(module, function)
                continue
            found = self._read(module, function)
            if found is not None:
                self.found.append(found)

    def place_nested(self) -> None:
        """Take functions that nested changesets are cast with for what the field holds.

        They may stand beside the schema that has the field. Those of an embed have no table.
        """
        held: dict[tuple[str, str], str] = {}
        for each in self.found:
            for step in each.steps:
                if isinstance(step, Nested) and step.embed and step.function:
                    held.setdefault((step.module, step.function), step.embed)
        placed: list[Changeset] = []
        for each in self.found:
            owner = held.get((each.module, each.function), each.schema)
            schema = self._schemas.get(owner)
            if schema is not None and owner != each.schema:
                each = msgspec.structs.replace(
                    each,
                    schema=owner,
                    table=schema.table,
                    virtual=self._virtual_fields(owner),
                )
            if schema is not None:
                placed.append(each)
        self.found = placed

    def given(self) -> list[Changeset]:
        """Return the functions of schemas that are given a changeset, refused."""
        found: list[Changeset] = []
        for module, function in self._given:
            schema = self._schemas.get(module.name)
            if schema is not None:
                reader = StepReader(self.modules, self._targets, module)
                reason = "it is given a changeset, and no call of it was found"
                frame = Frame(module, function, {})
                made = self._made(reader, frame, function, schema, None, [], reason)
                found.append(msgspec.structs.replace(made, is_step=True))
        return found

    def unreached(self, found: Iterable[Changeset], given: Iterable[Changeset]) -> list[Changeset]:
        """Return those that are given a changeset, and that nothing which was found calls."""
        reached = {place for each in found for place in self._places[_key(each)]}
        return [each for each in given if reached.isdisjoint(self._places[_key(each)])]

    def _read(self, module: Module, function: Function) -> Changeset | None:
        reader = StepReader(self.modules, self._targets, module)
        frame = Frame(module, function, {})
        refused = ""
        flow: Flow | None = None
        names: list[str] = []
        try:
            flow, names = self._flow(reader, frame, function)
        except UnreadError as error:
            refused = str(error)
            reader = StepReader(self.modules, self._targets, module)
            if not _may_be_one(module, function):
                return None
            try:
                flow, names = reader.whole(frame, function)
            except UnreadError as whole:
                refused = refused if "struct" in str(whole) else str(whole)
                flow, reader = None, StepReader(self.modules, self._targets, module)
            else:
                refused = ""
        if flow is None and not refused:
            self._note_given(module, function)
            if module.name not in self._schemas or not _makes_one(module, function):
                return None
            refused = reader.unread or "what it returns can't be read"
        schema = self._schema(module, reader, flow)
        if schema is None:
            return None
        if flow is not None:
            own = reader.findings.own or module.name == schema.module
            if flow.data.name in _GIVEN_CHANGESET or not own:
                self._note_given(module, function)
                return None
        return self._made(reader, frame, function, schema, flow, names, refused)

    def _note_given(self, module: Module, function: Function) -> None:
        """Note a function of a schema that has steps for a changeset that it is given."""
        if function.private or module.name not in self._schemas or not function.arity:
            return
        first = module.file.tree.text(function.clauses[0].parameters[0].pattern)
        if re.search(r"\bchangeset\b|Changeset\{", first) and _has_step(module, function):
            self._given.append((module, function))

    def _made(
        self,
        reader: StepReader,
        frame: Frame,
        function: Function,
        schema: EctoSchema,
        flow: Flow | None,
        names: list[str],
        refused: str,
    ) -> Changeset:
        module, findings = frame.module, reader.findings
        copied = tuple(findings.copied.values())
        findings.nodes += [(module, clause.site.node) for clause in function.clauses]
        self._places[module.name, function.name, function.arity] = {
            (m.file.path, node.start_byte) for m, node in findings.nodes
        }
        parameters = _parameters(reader, frame, function, names)
        steps = () if flow is None else kept_from_changes(flow.steps, findings.filled, copied)
        return Changeset(
            module=module.name,
            function=function.name,
            arity=function.arity,
            path=module.file.path,
            line=function.clauses[0].site.span.line,
            table=schema.table,
            schema=schema.module,
            private=function.private,
            parameters=parameters,
            steps=steps,
            functions=copied,
            virtual=self._virtual_fields(schema.module),
            reads=keys_read(parameters, steps, copied),
            refused=refused,
            digest=_digest(reader),
        )

    def _flow(
        self, reader: StepReader, frame: Frame, function: Function
    ) -> tuple[Flow | None, list[str]]:
        bodies = function.bodies
        if len(bodies) != 1:
            raise UnreadError(f"it has {len(bodies)} clauses")
        clause = bodies[0]
        if clause.rescued or clause.body is None:
            raise UnreadError("it has a rescue")
        names = bind(frame, clause, (None,) * function.arity)
        result = reader.body(frame, clause.body)
        return (result if isinstance(result, Flow) and result.started else None), names

    def _schema(self, module: Module, reader: StepReader, flow: Flow | None) -> EctoSchema | None:
        written = reader.findings.schema or (flow.data.schema if flow is not None else "")
        return self._schemas.get(written) or self._schemas.get(module.name)

    def _virtual_fields(self, module: str) -> tuple[VirtualField, ...]:
        if module not in self._virtual:
            self._virtual[module] = tuple(virtual_fields(self.modules, module))
        return self._virtual[module]


def _may_be_one(module: Module, function: Function) -> bool:
    """Whether a function that can't be read is a changeset function all the same.

    It is called so, or starts a changeset, and neither writes nor answers a request.
    """
    if function.name.endswith("changeset"):
        return True
    source = module.file.source
    texts = [source[c.site.span.start : c.site.span.end] for c in function.clauses]
    return any(map(_STARTS.search, texts)) and not any(map(_WRITES.search, texts))


def _makes_one(module: Module, function: Function) -> bool:
    """Whether a function that returns nothing known is a changeset function by its name."""
    return (
        function.name.endswith("changeset")
        and function.arity > 0
        and not _is_given_one(module, function)
    )


def _is_given_one(module: Module, function: Function) -> bool:
    """Whether the first parameter of a function is called as changesets are."""
    if not function.arity:
        return False
    first = function.clauses[0].parameters[0].pattern
    text = module.file.tree.text(first)
    return text in _GIVEN_CHANGESET or "Changeset{" in text


def _ends_in_repo(module: Module, function: Function, depth: int = 0) -> bool:
    """Whether all clauses end with a call of a repo: what they return is no changeset.

    A function of the module that ends so is as good.
    """
    tree = module.file.tree
    bodies = function.bodies
    for clause in bodies:
        last = clause.body[-1] if clause.body else None
        parts = None if last is None else operator_of(module.file, last, "|>")
        last = last if parts is None else parts[1]
        site = None if last is None else call_site(tree, last)
        if last is None or site is None:
            return False
        other = module.function(site.name, len(site.values) + is_piped(last))
        if other is not None and other.key != function.key and depth < _MAX_DEPTH:
            if not _ends_in_repo(module, other, depth + 1):
                return False
        elif other is None and not REPO.search(site.name):
            return False
    return bool(bodies)


def _has_step(module: Module, function: Function) -> bool:
    """Whether a function calls a step of Ecto's."""
    source = module.file.source
    return any(
        _STEPS.search(source, clause.site.span.start, clause.site.span.end) is not None
        for clause in function.clauses
    )


def _parameters(
    reader: StepReader, frame: Frame, function: Function, names: list[str]
) -> tuple[Parameter, ...]:
    head = function.clauses[0]
    defaults: list[Node | None] = [None] * function.arity
    found: list[Parameter] = []
    for clause in function.clauses:
        for index, parameter in enumerate(clause.parameters):
            if parameter.default is not None:
                defaults[index] = parameter.default
    for index in range(function.arity):
        name = names[index] if index < len(names) else ""
        if not name:
            name = frame.module.file.tree.text(head.parameters[index].pattern)
        default = defaults[index]
        text = None
        if default is not None:
            text = reader.literals.source(frame, default) or frame.module.file.tree.text(default)
        role = reader.findings.roles.get(name, ParameterRole.OTHER)
        found.append(Parameter(name=name, role=role, default=text))
    return tuple(found)


def _digest(reader: StepReader) -> str:
    """Return a digest of the tokens of all that was read, each part once."""
    found = hashlib.sha256()
    parts = {(m.file.path, n.start_byte, n.end_byte): (m, n) for m, n in reader.findings.nodes}
    for _, (module, node) in sorted(parts.items(), key=lambda item: item[0]):
        found.update(b"\0".join(_tokens(module.file.tree.source, node)) + b"\1")
    return found.hexdigest()[:16]


def _tokens(source: bytes, node: Node) -> Iterator[bytes]:
    """Yield the tokens of code; comments, and commas before a closing bracket, are none."""
    comma = False
    stack = [node]
    while stack:
        current = stack.pop()
        children = current.children
        if children:
            stack.extend(reversed(children))
            continue
        kind = current.type
        if kind == "comment":
            continue
        if comma and kind not in _CLOSERS:
            yield b","
        comma = kind == ","
        if not comma:
            yield source[current.start_byte : current.end_byte].strip()
