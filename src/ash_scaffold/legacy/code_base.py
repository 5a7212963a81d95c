"""The legacy code base: the facts of its modules, the project's own macros expanded.

`use App.Schema` stands for the content of the `quote` blocks of `App.Schema.__using__/1`: further
`use`s, module attributes, aliases. Nothing is run: a macro is expanded as far as it is
plain quotes, `apply(__MODULE__, which, [])`, local functions that are quotes, and options.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from tree_sitter import Node

from ash_scaffold.legacy.evaluate import Pairs, Place, evaluate
from ash_scaffold.legacy.files import ElixirFile, aliases
from ash_scaffold.project.mix_project import ModuleEntry
from ash_scaffold.syntax.modules import ModuleDefinition, function_clauses
from ash_scaffold.syntax.parse import CallSite, call_site, module_attribute
from ash_scaffold.syntax.values import Unreadable, alias_text
from ash_scaffold.term import Atom, Module

SCHEMA_CALLS = ("schema", "typed_schema", "embedded_schema", "typed_embedded_schema")
_MODULE = re.compile(
    rb"^[ \t]*def(?:module|protocol)[ \t]+(?P<name>[A-Z]\w*(?:\.[A-Z]\w*)*)", re.MULTILINE
)
# The beginnings of expressions that hold no facts: most of a module.
_SKIPPED = (b"def", b"@doc", b"@moduledoc", b"@spec", b"@type", b"@impl", b"@opaque", b"@callback")
# How far macros that use macros, and functions that call functions, are followed.
_MAX_DEPTH = 8


def modules_in(source: bytes) -> Iterator[str]:
    """Yield the names of modules that a source defines, as written there, without a parse."""
    return (match["name"].decode() for match in _MODULE.finditer(source))


class SchemaCall(msgspec.Struct, frozen=True):
    """A `schema … do` of a module, with the attributes at its place."""

    call: CallSite
    place: Place


class ModuleFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a module, those of expanded macros included.

    `uses` and `imports` are module names in order, those that macros use included; `opaque` are
    the used modules that are not in the code base; `roles` are the atoms that modules are used
    with (`use AppWeb, :controller`). `attributes` are the last values of the module's, `functions`
    those that macros define in it, the last clause of each.
    """

    uses: tuple[str, ...]
    roles: tuple[str, ...]
    imports: tuple[str, ...]
    behaviours: tuple[str, ...]
    opaque: tuple[str, ...]
    schemas: tuple[SchemaCall, ...]
    derive: tuple[object, ...]
    attributes: Mapping[str, object] = {}
    functions: Mapping[str, tuple[Place, CallSite]] = {}


class _Gathered:
    def __init__(self, end: int) -> None:
        self.end = end
        self.uses: list[str] = []
        self.roles: list[str] = []
        self.imports: list[str] = []
        self.behaviours: list[str] = []
        self.opaque: list[str] = []
        self.schemas: list[SchemaCall] = []
        self.derive: list[object] = []
        self.functions: dict[str, tuple[Place, CallSite]] = {}
        self.attributes: dict[str, object] = {}


class CodeBase:
    """A code base: its files by path, and its modules."""

    def __init__(self, files: Iterable[ElixirFile]) -> None:
        self.files: dict[str, ElixirFile] = {file.path: file for file in files}
        self._paths: dict[str, list[str]] = {}
        self._facts: dict[str, dict[int, ModuleFacts]] = {}
        self._calling: set[tuple[str, str]] = set()
        self._needed: set[str] = set()
        for path, file in self.files.items():
            for name in modules_in(file.source):
                self._paths.setdefault(name, []).append(path)

    def find(self, module: str) -> tuple[ElixirFile, ModuleDefinition] | None:
        """Return a module of the code base and its file."""
        head = module
        while head:
            # A nested module stands in the file of one of those that its name starts with.
            for path in self._paths.get(head, ()):
                for definition in self.files[path].modules:
                    if definition.name == module:
                        self._needed.add(path)
                        return self.files[path], definition
            head = head.rpartition(".")[0]
        return None

    def entry(self, module: str) -> ModuleEntry | None:
        """Return where a module is defined."""
        found = self.find(module) if module else None
        if found is None:
            return None
        return ModuleEntry(module, found[0].path, found[1].span.line)

    def release(self, file: ElixirFile) -> None:
        """Forget a file's tree, unless other modules need it."""
        if file.path not in self._needed:
            self._facts.pop(file.path, None)
            file.release()

    def facts(self, file: ElixirFile, module: ModuleDefinition) -> ModuleFacts:
        """Return the facts of a module; its file then has the aliases of its macros too."""
        cached = self._facts.setdefault(file.path, {})
        key = module.span.start
        if key not in cached:
            found = _Gathered(module.span.end)
            place = self._place(file, module.name, found.attributes, {})
            self._gather(module.body, place, found, file, 0)
            cached[key] = ModuleFacts(
                uses=tuple(found.uses),
                roles=tuple(found.roles),
                imports=tuple(found.imports),
                behaviours=tuple(found.behaviours),
                opaque=tuple(found.opaque),
                schemas=tuple(found.schemas),
                derive=tuple(found.derive),
                attributes=found.attributes,
                functions=found.functions,
            )
        return cached[key]

    def call(self, module: str, function: str, arguments: Sequence[object] = ()) -> object:
        """Return the value of a function that is a single expression, `Unreadable` for others."""
        unknown = Unreadable(f"{module}.{function}")
        if module == "Ecto.Enum":
            return self._ecto_enum(function, arguments, unknown)
        found = self.find(module)
        if found is None or (module, function) in self._calling:
            return unknown
        file, definition = found
        self._calling.add((module, function))
        try:
            clauses = list(_clauses(file, definition, function))
            if not clauses:
                inner = self.facts(file, definition).functions.get(function)
                return unknown if inner is None else _returned(inner[0], inner[1], arguments)
            if len(clauses) > 1:
                return unknown
            attributes = self.attributes(file, definition)
            if b"use " in file.source:
                attributes = {**self.facts(file, definition).attributes, **attributes}
            place = self._place(file, module, attributes, {})
            return _returned(place, clauses[0], arguments)
        finally:
            self._calling.discard((module, function))

    def _ecto_enum(self, function: str, arguments: Sequence[object], unknown: Unreadable) -> object:
        """Return what `Ecto.Enum` says of a field: its values, what is stored for them, or both."""
        if len(arguments) != 2 or function not in ("values", "dump_values", "mappings"):
            return unknown
        schema, field = arguments
        found = self.find(schema.name) if isinstance(schema, Module) else None
        if found is None or not isinstance(field, Atom):
            return unknown
        for each in self.facts(*found).schemas:
            values = _enum_values(each, field.name)
            if isinstance(values, Pairs):
                names = [Atom(name) for name, _ in values.items]
                stored = [value for _, value in values.items]
                return {"values": names, "dump_values": stored, "mappings": values}[function]
            if isinstance(values, list) and all(isinstance(value, Atom) for value in values):
                texts = [value.name for value in values]
                pairs = Pairs(tuple((text, text) for text in texts))
                return {"values": values, "dump_values": texts, "mappings": pairs}[function]
        return unknown

    def macro(
        self, place: Place, site: CallSite, visible: Iterable[str]
    ) -> tuple[Place, tuple[Node, ...]] | None:
        """Return the expansion of a call of a macro of one of the visible modules.

        That is the inside of its `quote`, and where it is to be read. None when there is no such
        macro, or it does more than to quote.
        """
        owner, _, name = site.name.rpartition(".")
        for module in [place.resolve(site.node, owner)] if owner else visible:
            found = self.find(module)
            if found is None:
                continue
            for clause in function_macros(*found, name):
                head = macro_head(found[0], clause)
                parameters = head.values if head is not None else ()
                if len(parameters) != len(site.values):
                    continue
                names = [found[0].tree.text(parameter) for parameter in parameters]
                values = [evaluate(place, value) for value in site.values]
                variables = dict(zip(names, values, strict=True))
                inner = Place(found[0], place.module, place.attributes, variables, self.call)
                last = call_site(found[0].tree, clause.body[-1]) if clause.body else None
                if last is not None and last.name == "quote" and len(clause.body or ()) == 1:
                    return inner, last.body or ()
        return None

    def attributes(self, file: ElixirFile, definition: ModuleDefinition) -> dict[str, object]:
        """Return the last value of each attribute that a module itself sets."""
        found: dict[str, object] = {}
        place = self._place(file, definition.name, found, {})
        for name, node in definition.attributes.items():
            found[name] = evaluate(place, node)
        return found

    def place(self, file: ElixirFile, module: ModuleDefinition) -> Place:
        """Return the place of a module's functions: the attributes have their last values."""
        return self._place(file, module.name, self.attributes(file, module), {})

    def _place(
        self,
        file: ElixirFile,
        module: str,
        attributes: Mapping[str, object],
        variables: Mapping[str, object],
    ) -> Place:
        return Place(file, module, attributes, variables, self.call)

    def _gather(
        self, nodes: Iterable[Node], place: Place, found: _Gathered, user: ElixirFile, depth: int
    ) -> None:
        """Go through the body of a module, or the expansion of a macro in it, in order.

        `user` is the module's own file, in which the aliases of macros come to hold.
        """
        for node in nodes:
            if place.file.source.startswith(_SKIPPED, node.start_byte):
                if depth > 0:
                    _note_function(place, node, found)
                continue
            attribute = module_attribute(place.file.tree, node)
            if attribute is not None:
                value = evaluate(place, attribute.value)
                found.attributes[attribute.name] = value
                if attribute.name == "derive":
                    found.derive.append(value)
                elif attribute.name == "behaviour" and (name := _name(place, attribute.value)):
                    found.behaviours.append(name)
                continue
            site = place.site(node)
            if site is None:
                continue
            if site.name in SCHEMA_CALLS and site.body is not None:
                here = msgspec.structs.replace(place, attributes=dict(found.attributes))
                found.schemas.append(SchemaCall(site, here))
            elif site.name == "use" and depth < _MAX_DEPTH:
                self._use(site, place, found, user, depth)
            elif site.name == "import" and site.args:
                name = _name(place, site.args[0])
                found.imports += [name] if name else []
            elif site.name == "alias" and depth > 0:
                start = _binding_start(user, place.module)
                for short, full in aliases(place.file, node):
                    user.bind(short, full, start, found.end)
            elif site.name == "unquote" and site.args and depth < _MAX_DEPTH:
                self._splice(site.args[0], place, found, user, depth)

    def _use(
        self, site: CallSite, place: Place, found: _Gathered, user: ElixirFile, depth: int
    ) -> None:
        name = _name(place, site.args[0]) if site.args else None
        if name is None:
            return
        found.uses.append(name)
        argument: object = Pairs()
        if len(site.values) > 1:
            argument = evaluate(place, site.values[1])
        if isinstance(argument, Atom):
            found.roles.append(argument.name)
        used = self.find(name)
        if used is None:
            found.opaque.append(name)
            return
        file, definition = used
        for macro in function_macros(file, definition, "__using__"):
            variables = _parameters(file, macro, argument)
            inner = Place(file, place.module, found.attributes, variables, self.call)
            self._expand(macro.body or (), inner, definition, argument, found, user, depth + 1)

    def _expand(
        self,
        nodes: Iterable[Node],
        place: Place,
        definition: ModuleDefinition,
        argument: object,
        found: _Gathered,
        user: ElixirFile,
        depth: int,
    ) -> None:
        """Go through a macro's body, or that of a function it calls, for its quotes."""
        variables = dict(place.variables)
        place = msgspec.structs.replace(place, variables=variables)
        for node in nodes:
            assigned = _assignment(place, node)
            if assigned is not None:
                variables[assigned[0]] = evaluate(place, assigned[1])
                continue
            site = place.site(node)
            if site is None:
                continue
            if site.name == "quote":
                self._gather(site.body or (), place, found, user, depth)
                continue
            function = site.name
            if function in ("apply", "Kernel.apply") and isinstance(argument, Atom):
                function = argument.name
            if depth < _MAX_DEPTH and "." not in function:
                for clause in function_clauses(place.file.tree, definition.body, function):
                    body = clause.body or ()
                    self._expand(body, place, definition, argument, found, user, depth + 1)

    def _splice(
        self, node: Node, place: Place, found: _Gathered, user: ElixirFile, depth: int
    ) -> None:
        """Go through `unquote(function())` inside of a quote."""
        site = place.site(node)
        around = place.file.module_at(node.start_byte)
        definition = next((m for m in place.file.modules if m.name == around), None)
        if site is None or definition is None:
            return
        for clause in function_clauses(place.file.tree, definition.body, site.name):
            body = clause.body or ()
            self._expand(body, place, definition, Pairs(), found, user, depth + 1)


def _note_function(place: Place, node: Node, found: _Gathered) -> None:
    """Keep a function that a macro defines in the module that uses it."""
    clause = place.site(node)
    if clause is None or clause.name not in ("def", "defmacro") or not clause.args:
        return
    head = macro_head(place.file, clause)
    name = head.name if head is not None else place.text(clause.args[0])
    found.functions[name] = (place, clause)


def _clauses(file: ElixirFile, definition: ModuleDefinition, name: str) -> Iterator[CallSite]:
    """Yield the clauses of a function or a macro of a module."""
    yield from function_clauses(file.tree, definition.body, name)
    yield from function_macros(file, definition, name)


def _returned(place: Place, clause: CallSite, arguments: Sequence[object]) -> object:
    """Return the value of a clause that is a single expression, a quoted one for a macro."""
    unknown = Unreadable(place.text(clause.node))
    head = call_site(place.file.tree, clause.args[0])
    parameters = head.values if head is not None else ()
    body = clause.body or ()
    if len(parameters) != len(arguments) or len(body) != 1:
        return unknown
    quoted = call_site(place.file.tree, body[0])
    if quoted is not None and quoted.name == "quote" and quoted.body is not None:
        body = quoted.body
    names = [place.text(parameter) for parameter in parameters]
    variables = {**place.variables, **dict(zip(names, arguments, strict=True))}
    place = msgspec.structs.replace(place, variables=variables)
    return evaluate(place, body[0]) if len(body) == 1 else unknown


def _enum_values(schema: SchemaCall, name: str) -> object:
    """Return the values of a field of a schema, None where they are not there."""
    tree = schema.place.file.tree
    for node in schema.call.body or ():
        site = call_site(tree, node)
        if site is None or site.name != "field" or not site.args:
            continue
        values = site.option("values")
        if values is not None and evaluate(schema.place, site.args[0]) == Atom(name):
            return evaluate(schema.place, values)
    return None


def function_macros(
    file: ElixirFile, definition: ModuleDefinition, name: str
) -> Iterator[CallSite]:
    """Yield the clauses of a macro of a module."""
    for node in definition.body:
        clause = call_site(file.tree, node)
        if clause is None or clause.name not in ("defmacro", "defmacrop") or not clause.args:
            continue
        head = macro_head(file, clause)
        if (head.name if head is not None else file.tree.text(clause.args[0])) == name:
            yield clause


def macro_head(file: ElixirFile, clause: CallSite) -> CallSite | None:
    """Return name and parameters of a clause without its guard."""
    head = clause.args[0]
    if head.type == "binary_operator":
        head = head.child_by_field_name("left") or head
    return call_site(file.tree, head)


def _parameters(file: ElixirFile, clause: CallSite, argument: object) -> dict[str, object]:
    """Bind the macro's parameter to the argument of `use`."""
    head = macro_head(file, clause)
    if head is None or not head.args:
        return {}
    parameter = head.args[0]
    if parameter.type == "binary_operator":
        parameter = parameter.child_by_field_name("left") or parameter
    return {file.tree.text(parameter): argument} if parameter.type == "identifier" else {}


def _assignment(place: Place, node: Node) -> tuple[str, Node] | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = node.child_by_field_name("operator")
    if node.type != "binary_operator" or left is None or right is None or sign is None:
        return None
    if left.type != "identifier" or place.text(sign) != "=":
        return None
    return place.text(left), right


def _name(place: Place, node: Node) -> str | None:
    written = alias_text(place.file.tree, node)
    return None if written is None else place.resolve(node, written)


def _binding_start(user: ElixirFile, module: str) -> int:
    """Return where the aliases that macros bring begin to hold: the body of the module."""
    return next((m.span.start for m in user.modules if m.name == module), 0)
