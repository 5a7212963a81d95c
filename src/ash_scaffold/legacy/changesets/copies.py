"""The functions that a changeset function's steps need: copied, or made around an expression."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.changesets import CopiedFunction, Step
from ash_scaffold.legacy.changesets import ecto_functions as ecto
from ash_scaffold.legacy.changesets.conditions import BRANCHES
from ash_scaffold.legacy.changesets.copied_text import (
    Needs,
    definition_text,
    free_names,
    import_for,
    indented,
    is_piped,
    needs,
    text_of,
)
from ash_scaffold.legacy.changesets.ecto_calls import constraint
from ash_scaffold.legacy.changesets.literals import Literals
from ash_scaffold.legacy.changesets.parameters import of_any_map, struct_names
from ash_scaffold.legacy.changesets.values import (
    Data,
    Findings,
    Flow,
    Frame,
    Local,
    Text,
    UnreadError,
    Value,
    short,
)
from ash_scaffold.legacy.functions import Function, Key, Module, Modules
from ash_scaffold.syntax.parse import CallSite, call_name, call_site
from ash_scaffold.syntax.values import read
from ash_scaffold.term import Atom

# What takes an association over can't be said by the changes of one changeset.
_PUTS = frozenset({"put_assoc", "put_embed"})
_NOTED = ecto.CONSTRAINTS | ecto.NESTED | _PUTS | {"cast"}
_READS = frozenset({"get_field", "get_change", "fetch_field", "fetch_field!", "fetch_change"})


class Inside(msgspec.Struct, frozen=True):
    """What stands in copied code besides: steps to list after it, and the fields it casts."""

    steps: tuple[Step, ...] = ()
    casts: tuple[str, ...] = ()


class Closure(msgspec.Struct, frozen=True):
    """What an expression needs of the function around.

    `lines` are the statements before it, by their nodes; `parameters` are names with the source
    that they are given; `subject` is the name of the changeset. `skip` are ids of parts of the
    nodes that the lines don't have.
    """

    lines: tuple[tuple[Node, str], ...]
    parameters: Mapping[str, str]
    subject: str
    skip: frozenset[int] = frozenset()


class Copies:
    """Copies functions, and makes some around expressions."""

    def __init__(self, modules: Modules, literals: Literals, findings: Findings, path: str) -> None:
        self._modules = modules
        self._literals = literals
        self._findings = findings
        self._path = path
        # Whether a function that is copied gets a changeset in the place of its struct.
        self._adapted: dict[tuple[str, int], bool] = {}

    def function(
        self, function: Function, replaced: Mapping[Key, Mapping[Node, str]] | None = None
    ) -> Inside:
        """Copy a function of the legacy code, and those that it calls in its module.

        `replaced` are, by function, parts with other text in their place.
        """
        module = self._modules.get(function.module)
        if module is None:
            raise UnreadError(f"{function.module} can't be found")
        found = self._needed(module, _parts(function))
        inside = self._inside(module, function, [c.site.node for c in function.clauses], found)
        replaced = replaced or {}
        self._add(module, function, called=True, replaced=replaced.get(function.key))
        self._add_needed(found, replaced)
        return inside

    def nested(self, function: Function) -> None:
        """Copy a function that makes changesets of what a field holds."""
        module = self._modules.get(function.module)
        if module is None:
            raise UnreadError(f"{function.module} can't be found")
        found = self._needed(module, _parts(function))
        if found.missing:
            names = ", ".join(dict.fromkeys(found.missing))
            raise UnreadError(f"it needs {names}, which the legacy code doesn't show")
        self._add(module, function, called=True)
        self._add_needed(found)

    def made(
        self, frame: Frame, flow: Flow, node: Node, hint: str, subjects: Collection[Node] = ()
    ) -> tuple[CopiedFunction, tuple[str, ...], Inside]:
        """Make a function around an expression that returns a changeset.

        `subjects` are the parts of it that the changeset stands for, none for a piped call and
        where variables are that. Returns the function, its arguments after the changeset, and its
        inside.
        """
        skip = frozenset(each.id for each in subjects)
        around = self._closure(frame, node, skip, flow)
        text = text_of(frame.module, node, dict.fromkeys(subjects, around.subject))
        if is_piped(node):
            text = f"{around.subject}\n|> {text}"
        nodes = [node, *(each for each, _ in around.lines)]
        found = self._needed(frame.module, nodes, skip)
        inside = self._inside(frame.module, frame.function, nodes, found, skip)
        name = self._name(frame, node, hint)
        function = self._define(
            frame, node, name, (around.subject, *around.parameters), around, text, skip
        )
        self._add_needed(found)
        return function, tuple(around.parameters.values()), inside

    def made_of(
        self,
        frame: Frame,
        node: Node,
        name: str,
        given: Sequence[str] = (),
        replaced: Mapping[Node, str] | None = None,
    ) -> tuple[CopiedFunction, tuple[str, ...]]:
        """Make a function that returns what an expression is, which no changeset is part of.

        `given` are parameters that the expression has already, which come first. `replaced` are
        parts of it with other text in their place.
        """
        around = self._closure(frame, node, (), None, given)
        found = self._needed(frame.module, [node, *(each for each, _ in around.lines)])
        if self._inside(frame.module, frame.function, [node], found).casts and not given:
            raise UnreadError(f"it casts inside of what it casts: {short(frame.text(node))}")
        text = text_of(frame.module, node, replaced)
        names = (*given, *around.parameters)
        function = self._define(frame, node, self._free(frame, name), names, around, text, ())
        self._add_needed(found)
        return function, tuple(around.parameters.values())

    def made_text(
        self, frame: Frame, node: Node, call: str
    ) -> tuple[CopiedFunction, tuple[str, ...]]:
        """Make a function that calls `call` of the changeset with keywords."""
        around = self._closure(frame, node, (), None)
        found = self._needed(frame.module, [node, *(each for each, _ in around.lines)])
        text = f"{call}(changeset, {text_of(frame.module, node)})"
        names = ("changeset", *around.parameters)
        name = self._free(frame, "_".join(["put", *_keys(frame, node)[:1]]))
        function = self._define(frame, node, name, names, around, text, ())
        imports = tuple(sorted({*function.imports, f"import {ecto.CHANGESET}"}))
        function = msgspec.structs.replace(function, imports=imports)
        self._findings.copied[function.name, function.arity] = function
        self._add_needed(found)
        return function, tuple(around.parameters.values())

    def _define(
        self,
        frame: Frame,
        node: Node,
        name: str,
        names: Sequence[str],
        around: Closure,
        text: str,
        skip: Collection[int],
    ) -> CopiedFunction:
        module = frame.module
        parts = [node, *(each for each, _ in around.lines)]
        own = needs(self._modules, module, parts, None, {*skip, *around.skip})
        imports = {each.source for each in own.imports.values()}
        if is_piped(node) and node.type == "identifier":
            source = import_for(module, frame.text(node), 1)
            imports |= {source.source} if source is not None else set()
        lines = [each for _, each in around.lines]
        body = "\n\n".join(["\n".join(lines), text]) if lines else text
        made = CopiedFunction(
            name=name,
            arity=len(names),
            path=module.file.path,
            line=node.start_point.row + 1,
            source=f"def {name}({', '.join(names)}) do\n{indented(body)}\nend",
            made=True,
            aliases=tuple(sorted(own.aliases.items())),
            imports=tuple(sorted(imports)),
            attributes=tuple(own.attributes.items()),
        )
        self._findings.nodes += own.nodes
        # A branch that is read twice makes one function.
        for each in self._findings.copied.values():
            same = each.made and each.source.partition("(")[2] == made.source.partition("(")[2]
            if same and (each.path, each.line) == (made.path, made.line):
                return each
        self._findings.origins[name, len(names)] = (module.name, name, len(names))
        self._findings.copied[name, len(names)] = made
        return made

    # What copied code needs

    def _needed(self, module: Module, nodes: Iterable[Node], skip: Collection[int] = ()) -> Needs:
        """Return what nodes refer to, what the functions they call refer to included."""
        found = needs(self._modules, module, nodes, None, skip)
        done: set[tuple[str, str, int]] = set()
        while waiting := [each for key, each in found.functions.items() if key not in done]:
            for each in waiting:
                done.add(each.key)
                owner = self._modules.get(each.module)
                if owner is not None:
                    needs(self._modules, owner, _parts(each), found)
        return found

    def _add(
        self,
        module: Module,
        function: Function,
        *,
        called: bool,
        replaced: Mapping[Node, str] | None = None,
    ) -> None:
        key = (function.name, function.arity)
        findings = self._findings
        if findings.origins.setdefault(key, function.key) != function.key:
            raise UnreadError(f"two functions are named {function.name}/{function.arity}")
        if key in findings.copied:
            if self._adapted[key] != bool(replaced):
                raise UnreadError(f"{function.name} gets the struct, and the changeset as well")
            if findings.copied[key].called or not called:
                return
        self._adapted[key] = bool(replaced)
        schema = findings.schema or findings.module
        records = of_any_map(Frame(module, function, {}), schema)
        own = needs(self._modules, module, _parts(function), None, struct_names(records))
        replaced = records | dict(replaced or {})
        findings.copied[key] = CopiedFunction(
            name=function.name,
            arity=function.arity,
            path=module.file.path,
            line=function.clauses[0].site.span.line,
            source=definition_text(module, function, called=called, replaced=replaced),
            called=called,
            aliases=tuple(sorted(own.aliases.items())),
            imports=tuple(sorted({each.source for each in own.imports.values()})),
            attributes=tuple(own.attributes.items()),
        )
        findings.nodes += [(module, clause.site.node) for clause in function.clauses]
        findings.nodes += own.nodes

    def _add_needed(
        self, found: Needs, replaced: Mapping[Key, Mapping[Node, str]] | None = None
    ) -> None:
        for function in found.functions.values():
            module = self._modules.get(function.module)
            if module is not None:
                others = (replaced or {}).get(function.key)
                self._add(module, function, called=False, replaced=others)

    def _inside(
        self,
        module: Module,
        function: Function,
        nodes: Sequence[Node],
        found: Needs,
        skip: Collection[int] = (),
    ) -> Inside:
        """Return the constraints, casts and associations of code to copy."""
        if found.missing:
            names = ", ".join(dict.fromkeys(found.missing))
            raise UnreadError(f"it needs {names}, which the legacy code doesn't show")
        parts: list[tuple[Module, Node]] = [(module, node) for node in nodes]
        for each in found.functions.values():
            owner = self._modules.get(each.module)
            if owner is not None:
                parts += [(owner, clause.site.node) for clause in each.clauses]
        steps: list[Step] = []
        casts: list[str] = []
        for owner, part in parts:
            stack = [part]
            while stack:
                node = stack.pop()
                if node.id in skip:
                    continue
                stack.extend(reversed(node.named_children))
                name = call_name(owner.file.tree, node)
                if name is None or name.rpartition(".")[2] not in _NOTED:
                    continue
                site = call_site(owner.file.tree, node)
                if site is not None:
                    frame = Frame(owner, function, {})
                    self._note(frame, node, site, steps, casts)
        return Inside(tuple(steps), tuple(dict.fromkeys(casts)))

    def _note(
        self, frame: Frame, node: Node, site: CallSite, steps: list[Step], casts: list[str]
    ) -> None:
        name = site.name.removeprefix("Ecto.").removeprefix("Changeset.")
        arguments = (node, *site.values) if is_piped(node) else site.values
        if frame.module.function(name, len(arguments)) is not None:
            return
        path = frame.module.file.path
        path = "" if path == self._path else path
        step: Step | None = None
        if name in ecto.CONSTRAINTS:
            step = constraint(self._literals, frame, node, name, arguments[1:], path)
            if step is None:
                raise UnreadError(f"a constraint that can't be read: {short(frame.text(node))}")
        elif name == "cast" and len(arguments) in (3, 4):
            fields = self._literals.atoms(frame, arguments[2])
            if fields is None:
                text = short(frame.text(arguments[2]))
                raise UnreadError(f"the fields of cast can't be read: {text}")
            casts += fields
        elif name in ecto.NESTED or (name in _PUTS and len(arguments) in (3, 4)):
            # Ecto raises there: the copy has no schema that says what the field holds.
            raise UnreadError(f"it calls {name}, which can't be copied")
        if step is not None and step not in steps:
            steps.append(step)

    # What an expression needs of the function around

    def _closure(
        self,
        frame: Frame,
        node: Node,
        skip: Collection[int],
        flow: Flow | None,
        given: Sequence[str] = (),
    ) -> Closure:
        walk = _Closure(frame, flow, given)
        if not (node.type == "identifier" and is_piped(node)):
            walk.visit(node, frame.variables, skip)
        subjects = list(walk.subjects)
        subject = subjects[0] if subjects else "changeset"
        while not subjects and (subject in walk.parameters or subject in walk.names):
            subject = f"{subject}_so_far"
        # What a helper is given is set before its own statements, wherever it stands.
        statements = sorted(
            walk.statements.values(), key=lambda each: (each.depth, each.statement.start_byte)
        )
        lines = [(each.statement, each.text) for each in statements]
        same = [(node, f"{other} = {subject}") for other in subjects[1:]]
        patterns = (each.statement for each in walk.statements.values() if each.pattern)
        return Closure((*same, *lines), walk.parameters, subject, struct_names(patterns))

    # Names

    def _name(self, frame: Frame, node: Node, hint: str) -> str:
        """Return a name for a function that is made: the call, and the field it is for."""
        word = re.sub(r"\W", "", hint.rpartition(".")[2])
        site = call_site(frame.module.file.tree, node) if node.type == "call" else None
        if word in BRANCHES or word in ("then", ""):
            site = _first_step(frame, node)
            word = "maybe_change" if site is None else f"maybe_{site.name.rpartition('.')[2]}"
        fields: list[str] = []
        for value in site.values[:2] if site is not None else ():
            literal = read(frame.module.file.tree, value)
            if isinstance(literal, Atom) and literal.name.isidentifier():
                fields.append(literal.name)
            elif word.endswith("change"):
                fields += _keys(frame, value)
        if word in ("change", "put_change", "force_change") and fields:
            word = "put"
        more = [] if any(word.endswith(f"_{each}") for each in fields[:1]) else fields[:1]
        return self._free(frame, "_".join([word, *more]))

    def _free(self, frame: Frame, base: str) -> str:
        """Return a name that nothing has: that of the function around tells two of them apart."""
        base = re.sub(r"[^a-z0-9_]", "", base.lower()).strip("_") or "step"
        taken = {name for name, _ in self._findings.copied}
        taken |= {name for name, _ in frame.module.functions}
        around = frame.function.name.rstrip("?!").removesuffix("_changeset")
        name, number = base, 1
        while name in taken or name in ecto.STEPS or name in ecto.STARTS or name in ecto.KERNEL:
            name = f"{base}_in_{around}" if number == 1 else f"{base}_in_{around}_{number}"
            number += 1
        return name


class _Closure:
    """Finds the variables that an expression reads, and where their values come from."""

    def __init__(self, frame: Frame, flow: Flow | None, given: Sequence[str]) -> None:
        self._frame = frame
        self._flow = flow
        self._given = frozenset(given)
        self.subjects: dict[str, None] = {}
        self.parameters: dict[str, str] = {}
        self.statements: dict[tuple[int, str], Local] = {}
        self.names: set[str] = set()

    def visit(self, node: Node, scope: Mapping[str, Value], skip: Collection[int]) -> None:
        for name in free_names(self._frame.module, [node], skip):
            if name in self._given or name in ("__MODULE__", "_"):
                continue
            self.names.add(name)
            value = scope.get(name)
            if value is None:
                called = self._frame.module.function(name, 0) is not None
                if not called and name not in ecto.KERNEL:
                    raise UnreadError(f"{name} isn't known where it is used")
            elif isinstance(value, Flow):
                self._changeset(node, name, value)
            elif isinstance(value, Text):
                self._parameter(name, value.source)
            elif isinstance(value, Data):
                if not value.name or value.steps:
                    raise UnreadError(f"it uses the struct {name}, which is made before")
                self._parameter(name, value.name)
            elif (value.statement.id, value.text) not in self.statements:
                self.statements[value.statement.id, value.text] = value
                self.visit_local(value)

    def visit_local(self, value: Local) -> None:
        """Visit what a variable is set to; a parameter's pattern needs the parameter."""
        left, _, right = value.text.rpartition(" = ")
        if value.pattern:
            source = value.scope.get(right)
            if isinstance(source, Text):
                self._parameter(right, source.source)
            elif isinstance(source, Data) and source.name:
                self._parameter(right, source.name)
            else:
                raise UnreadError(f"it uses {left}, which is taken of something made before")
            return
        self.visit(value.statement, value.scope, ())

    def _parameter(self, name: str, source: str) -> None:
        if self.parameters.setdefault(name, source) != source:
            raise UnreadError(f"{name} is set twice")

    def _changeset(self, node: Node, name: str, value: Flow) -> None:
        flow = self._flow
        if flow is None:
            raise UnreadError(f"it reads the changeset ({name}) that it is a part of")
        known = len(value.steps)
        if value.steps != flow.steps[:known]:
            raise UnreadError(f"it uses another changeset ({name})")
        reads = _reads(self._frame, node, name) if known < len(flow.steps) else frozenset()
        for fields in flow.touched[known:]:
            if fields is None or reads is None or not fields.isdisjoint(reads):
                raise UnreadError(f"it uses an earlier changeset ({name})")
        self.subjects.setdefault(name)


def _reads(frame: Frame, node: Node, name: str) -> frozenset[str] | None:
    """Return the fields of a changeset that code reads, None where it may read anything."""
    found: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        stack.extend(current.named_children)
        if current.type != "identifier" or frame.text(current) != name:
            continue
        holder = current.parent
        if holder is not None and holder.type == "dot":
            right = holder.child_by_field_name("right")
            if right is None or frame.text(right) != "data":
                return None
            continue
        called, skipped = None, 0
        if holder is not None and holder.type == "arguments":
            called, skipped = holder.parent, 1
        elif holder is not None and holder.type == "binary_operator":
            called = holder.child_by_field_name("right")
        site = None if called is None else call_site(frame.module.file.tree, called)
        values = () if site is None else site.values[skipped:]
        field = read(frame.module.file.tree, values[0]) if values else None
        if site is None or not isinstance(field, Atom):
            return None
        if site.name.rpartition(".")[2] not in _READS:
            return None
        found.add(field.name)
    return frozenset(found)


def _keys(frame: Frame, node: Node) -> list[str]:
    """Return the keys of keywords, or of a map of atoms."""
    content = next((c for c in node.named_children if c.type == "map_content"), None)
    inner = node if content is None or node.type != "map" else content
    if inner.type in ("map_content", "list"):
        inner = next((c for c in inner.named_children if c.type == "keywords"), inner)
    tree = frame.module.file.tree
    keys = [p.child_by_field_name("key") for p in inner.named_children if p.type == "pair"]
    names = ["" if key is None else tree.text(key).strip().removesuffix(":") for key in keys]
    return [name for name in names if name.isidentifier()]


def _first_step(frame: Frame, node: Node) -> CallSite | None:
    stack = [node]
    while stack:
        current = stack.pop()
        stack.extend(reversed(current.named_children))
        name = call_name(frame.module.file.tree, current)
        if name is not None and name.rpartition(".")[2] in ecto.STEPS:
            return call_site(frame.module.file.tree, current)
    return None


def _parts(function: Function) -> list[Node]:
    """Return what a function consists of, its head's name apart."""
    parts: list[Node] = []
    for clause in function.clauses:
        parts += [parameter.pattern for parameter in clause.parameters]
        parts += [p.default for p in clause.parameters if p.default is not None]
        parts += [] if clause.guard is None else [clause.guard]
        blocks = [c for c in clause.site.node.children if c.type == "do_block"]
        parts += blocks or clause.body or ()
    return parts
