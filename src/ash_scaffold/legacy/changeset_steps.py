"""The body of a changeset function as steps.

The body is followed as it runs: variables hold the struct, the parameters, or a changeset with its
steps so far. A helper of one clause that only makes steps is read in its place; one that does more
is copied, and so is a condition in the body itself, as a function of its own. Whatever is neither
becomes a `Todo`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.changesets import (
    Cast,
    Constraint,
    Copied,
    CopiedFunction,
    Nested,
    ParameterRole,
    Rule,
    Step,
    Todo,
)
from ash_scaffold.legacy import ecto_changeset as ecto
from ash_scaffold.legacy.copied_functions import (
    Needs,
    definition_text,
    free_names,
    import_for,
    indented,
    is_piped,
    needs,
    text_of,
)
from ash_scaffold.legacy.evaluate import Place, evaluate, shown
from ash_scaffold.legacy.functions import Function, Module, Modules, identifiers, operator_of
from ash_scaffold.syntax.literal import string
from ash_scaffold.syntax.parse import CallSite, call_site, expressions, is_keywords, key_text, pairs
from ash_scaffold.syntax.values import Unreadable, alias_text, read
from ash_scaffold.term import Atom

# How far helpers that call helpers are followed.
_MAX_DEPTH = 12
# Deeper nesting than a person writes: Python's own stack is the limit otherwise.
_MAX_NESTING = 120
# What the text of a function that makes or takes a changeset has in it.
WORDS = (b"cast", b"change")
_BRANCHES = frozenset({"if", "unless", "case", "cond", "with", "try", "receive", "for"})
_LITERALS = frozenset(
    "atom quoted_atom integer float boolean nil char string charlist quoted_content "
    "escape_sequence keyword list tuple map map_content keywords pair sigil sigil_name "
    "sigil_modifiers alias struct".split()
)
_CONTAINERS = frozenset("list tuple map map_content keywords pair struct block".split())
# What a repo makes of a changeset is no changeset any more.
_REPO = re.compile(r"(?:^|\.|_)[Rr]epo\.\w+[!?]?$|^(?:Ecto\.)?Multi\.")
_GETTEXT = frozenset({"gettext", "dgettext", "gettext_noop", "dgettext_noop"})


class Data(msgspec.Struct, frozen=True):
    """The struct that is changed. `name` is the parameter it is, "" for none; `schema` a module."""

    name: str
    schema: str = ""


class Flow(msgspec.Struct, frozen=True):
    """A changeset, with the steps that have led to it."""

    steps: tuple[Step, ...]
    data: Data
    started: bool = False


class Text(msgspec.Struct, frozen=True):
    """A value as source in the terms of the changeset function: a literal, or a parameter."""

    source: str
    parameter: bool = False


class Local(msgspec.Struct, frozen=True):
    """A variable that a statement of the body sets."""

    statement: Node


Value: TypeAlias = "Data | Flow | Text | Local"


class Arguments:
    """The arguments of a call, that of a pipe first, each read when it is asked for."""

    def __init__(self, nodes: tuple[Node, ...], read: Callable[[Node], Value | None]) -> None:
        self.nodes = nodes
        self._read = read
        self._values: dict[int, Value | None] = {}

    def __len__(self) -> int:
        return len(self.nodes)

    def known(self, index: int, value: Value | None) -> Arguments:
        """Note the value of an argument."""
        self._values[index] = value
        return self

    def value(self, index: int) -> Value | None:
        """Return the value of an argument."""
        if index not in self._values:
            self._values[index] = self._read(self.nodes[index])
        return self._values[index]


class Frame(msgspec.Struct):
    """A function that is being read: its module, and the values of its variables."""

    module: Module
    function: Function
    variables: dict[str, Value]
    depth: int = 0


class UnreadError(Exception):
    """A step, or a function, that can't be read: the reason."""


class Target(msgspec.Struct, frozen=True):
    """What an association or embed holds: the module, whether a list of it, and `on_replace`."""

    module: str
    many: bool = False
    on_replace: str = ""


class Targets(msgspec.Struct, frozen=True):
    """The associations and embeds of schemas, by module and name, and the fields of each."""

    held: Mapping[tuple[str, str], Target] = {}
    fields: Mapping[str, tuple[str, ...]] = {}


class StepReader:
    """Reads the steps of one changeset function; holds the functions that it copies."""

    def __init__(self, modules: Modules, targets: Targets) -> None:
        self._modules = modules
        self._targets = targets
        self.copied: dict[tuple[str, int], CopiedFunction] = {}
        self._origins: dict[tuple[str, int], tuple[str, str, int]] = {}
        self.roles: dict[str, ParameterRole] = {}
        self.schema = ""
        # All that was read: the digest is made of it.
        self.nodes: list[tuple[Module, Node]] = []
        self._reading: list[tuple[str, str, int]] = []
        # How many calls are followed for one function: helpers may call each other many times.
        self._budget = 4000
        self._depth = 0
        self.path = ""
        # Whether the function has steps of its own, rather than only to pass its arguments on.
        self.own = False

    # Functions

    def body(self, frame: Frame, nodes: Sequence[Node]) -> Value | None:
        """Follow the statements of a body; return the value of the last."""
        value: Value | None = None
        for index, node in enumerate(nodes):
            last = index == len(nodes) - 1
            value = self._statement(frame, node, last=last)
        return value

    def _statement(self, frame: Frame, node: Node, *, last: bool) -> Value | None:
        assigned = operator_of(frame.module.file, node, "=")
        if assigned is None:
            value = self.value(frame, node)
            if not last and not isinstance(value, Flow | Data):
                self._effect(frame, node)
            return value
        pattern, right = assigned
        value = self.value(frame, right)
        names = [name for name, _ in identifiers(frame.module.file, pattern)]
        if pattern.type == "identifier" and isinstance(value, Flow | Data | Text):
            frame.variables[names[0]] = value
            if isinstance(value, Data) and not value.name:
                frame.variables[names[0]] = Data("", value.schema)
            return value
        if isinstance(value, Flow):
            # `%{valid?: true} = changeset = …` and other patterns of a changeset.
            raise UnreadError(f"a changeset is taken apart: {_short(_text(frame, pattern))}")
        for name in names:
            frame.variables[name] = Local(node)
        return None

    def _effect(self, frame: Frame, node: Node) -> None:
        """A statement whose value is not used: it does something else than to change."""
        if node.type == "call" and _text(frame, node).startswith(("import ", "require ", "alias ")):
            return
        raise UnreadError(f"a statement that is no step: {_short(_text(frame, node))}")

    # Expressions

    def value(self, frame: Frame, node: Node) -> Value | None:
        """Return what an expression is: a changeset, the struct, a text, None for anything else."""
        if self._depth > _MAX_NESTING:
            raise UnreadError("it is nested too deep")
        self._depth += 1
        try:
            return self._value(frame, node)
        finally:
            self._depth -= 1

    def _value(self, frame: Frame, node: Node) -> Value | None:
        kind = node.type
        if kind == "identifier":
            return frame.variables.get(_text(frame, node))
        if kind == "block":
            inner = Frame(frame.module, frame.function, frame.variables, frame.depth)
            return self.body(inner, expressions(node))
        if kind == "map":
            return self._struct(frame, node)
        if kind == "binary_operator":
            parts = operator_of(frame.module.file, node, "|>")
            if parts is not None:
                return self._piped(frame, *parts)
            if operator_of(frame.module.file, node, "=") is not None:
                return self._statement(frame, node, last=True)
        if kind == "call":
            site = call_site(frame.module.file.tree, node)
            if site is not None:
                return self._call(frame, site, self._arguments(frame, site.values))
        literal = self.literal(frame, node)
        return None if literal is None else Text(literal)

    def _struct(self, frame: Frame, node: Node) -> Value | None:
        """`%User{}`, or `%{user | …}` and a struct with values, which can't be carried over."""
        named = next((child for child in node.named_children if child.type == "struct"), None)
        content = next((c for c in node.named_children if c.type == "map_content"), None)
        if named is None:
            held = [frame.variables.get(n) for n, _ in identifiers(frame.module.file, node)]
            if any(isinstance(each, Data | Flow) for each in held):
                raise UnreadError(f"the struct is changed first: {_short(_text(frame, node))}")
            literal = self.literal(frame, node)
            return None if literal is None else Text(literal)
        written = alias_text(frame.module.file.tree, named.named_children[0])
        if written is None:
            return None
        schema = self._resolve(frame, named, written)
        if content is not None:
            raise UnreadError(f"the struct is made with values: {_short(_text(frame, node))}")
        return Data("", schema)

    def _piped(self, frame: Frame, left: Node, right: Node) -> Value | None:
        first = self.value(frame, left)
        site = call_site(frame.module.file.tree, right)
        if right.type == "identifier":
            # Older code calls a function without parentheses.
            span = frame.module.file.tree.span(right)
            site = CallSite(_text(frame, right), right, span)
        if site is None:
            if isinstance(first, Flow):
                return self._made(frame, first, right, f"{_text(frame, right)}")
            return None
        arguments = self._arguments(frame, (left, *site.values)).known(0, first)
        return self._call(frame, site, arguments, piped=True)

    def _arguments(self, frame: Frame, nodes: tuple[Node, ...]) -> Arguments:
        return Arguments(nodes, lambda node: self.value(frame, node))

    def _call(
        self, frame: Frame, site: CallSite, arguments: Arguments, *, piped: bool = False
    ) -> Value | None:
        """Read a call; a step of a changeset that can't be read is left to a person."""
        self._budget -= 1
        if self._budget < 0:
            raise UnreadError("it takes too many calls to read it")
        if site.name in _BRANCHES:
            return self._branch(frame, site, arguments.value(0) if piped else None, piped=piped)
        try:
            return self._read_call(frame, site, arguments)
        except UnreadError as error:
            first = arguments.value(0) if len(arguments) else None
            if not isinstance(first, Flow):
                raise
            reason = str(error)
        return self._with(first, self._todo(frame, site.node, reason))

    def _todo(self, frame: Frame, node: Node, reason: str) -> Todo:
        text = text_of(frame.module, node)
        return Todo(line=self._line(node), path=self._path(frame), source=text, reason=reason)

    def _read_call(self, frame: Frame, site: CallSite, arguments: Arguments) -> Value | None:
        name = site.name
        count = len(arguments)
        if name in ("then", "Kernel.then") and count == 2:
            first = arguments.value(0)
            if isinstance(first, Flow):
                return self._then(frame, site, first, arguments.nodes[1])
        owner, _, plain = name.rpartition(".")
        function: Function | None = None
        if owner:
            written = "".join(owner.split())
            named = written[:1].isupper() or written == "__MODULE__"
            module = self._resolve(frame, site.node, written) if named else ""
            if module == ecto.CHANGESET:
                return self._ecto(frame, site, plain, arguments)
            found = self._modules.get(module)
            function = None if found is None else found.function(plain, count)
        else:
            function = frame.module.function(plain, count)
            if function is None:
                function = self._imported(frame, plain, count)
            if function is None and ecto.is_of_changeset(plain, count):
                return self._ecto(frame, site, plain, arguments)
        position = self._subject(arguments)
        subject = arguments.value(position) if count else None
        if function is not None:
            return self._function(frame, site, function, arguments, position, subject)
        if isinstance(subject, Flow):
            return self._foreign(frame, site, subject)
        if isinstance(subject, Data) and plain == "struct":
            return subject
        return None

    def _imported(self, frame: Frame, name: str, count: int) -> Function | None:
        for each in frame.module.imports:
            if each.module == ecto.CHANGESET or not each.may_have(name, count):
                continue
            module = self._modules.get(each.module)
            found = None if module is None else module.function(name, count)
            if found is not None and not found.private:
                return found
        return None

    def _subject(self, arguments: Arguments) -> int:
        """Return which argument of a call is the changeset, else the struct, else the first."""
        best = 0
        for index, node in enumerate(arguments.nodes):
            if node.type in ("identifier", "call", "binary_operator", "map"):
                value = arguments.value(index)
                if isinstance(value, Flow):
                    return index
                if isinstance(value, Data) and not isinstance(arguments.value(best), Data):
                    best = index
        return best

    def _resolve(self, frame: Frame, node: Node, written: str) -> str:
        return frame.module.file.resolve(written, node.start_byte, frame.module.name)

    # Steps of Ecto's own

    def _ecto(
        self,
        frame: Frame,
        site: CallSite,
        name: str,
        arguments: Arguments,
    ) -> Value | None:
        if not len(arguments) or not (name in ecto.STEPS or name in ecto.STARTS):
            return None
        subject = arguments.value(0)
        rest = arguments.nodes[1:]
        if name in ecto.STARTS:
            subject = self._started(frame, arguments.nodes[0], subject)
        if not isinstance(subject, Flow):
            return None
        self.own = self.own or frame.depth == 0
        if name == "cast":
            return self._cast(frame, site, subject, rest)
        if name == "change" and not rest:
            return subject
        if name == "merge":
            raise UnreadError("merges two changesets")
        if name in ecto.CONSTRAINTS:
            return self._constraint(frame, site, name, subject, rest)
        if name in ecto.NESTED:
            return self._nested(frame, site, name, subject, rest)
        texts = [self.literal(frame, node) for node in rest]
        if all(text is not None for text in texts):
            rule = Rule(
                line=self._line(site.node),
                path=self._path(frame),
                call=name,
                arguments=tuple(text for text in texts if text is not None),
            )
            return self._with(subject, rule)
        return self._made(frame, subject, site.node, name)

    def _started(self, frame: Frame, node: Node, value: Value | None) -> Flow:
        """Return the changeset that `cast` or `change` starts with."""
        if isinstance(value, Flow):
            return value
        if isinstance(value, Text) and value.parameter:
            value = Data(value.source)
        if isinstance(value, Data):
            if value.name:
                self.roles[value.name] = ParameterRole.STRUCT
            self.schema = self.schema or value.schema
            return Flow((), value, started=True)
        raise UnreadError(f"the struct can't be read: {_short(_text(frame, node))}")

    def _cast(self, frame: Frame, site: CallSite, flow: Flow, rest: tuple[Node, ...]) -> Flow:
        if len(rest) < 2:
            raise UnreadError("cast without fields")
        params = self.value(frame, rest[0])
        if isinstance(params, Text) and params.parameter:
            self.roles.setdefault(params.source, ParameterRole.ATTRIBUTES)
        else:
            raise UnreadError(f"casts what it has made itself: {_short(_text(frame, rest[0]))}")
        fields = self._fields(frame, rest[1])
        if fields is None:
            raise UnreadError(f"the fields of cast can't be read: {_short(_text(frame, rest[1]))}")
        options = ""
        if len(rest) > 2:
            text = self.literal(frame, rest[2])
            if text is None:
                raise UnreadError(f"the options of cast can't be read: {_text(frame, rest[2])}")
            options = text
        step = Cast(
            line=self._line(site.node), path=self._path(frame), fields=fields, options=options
        )
        return self._with(flow, step)

    def _fields(self, frame: Frame, node: Node) -> tuple[str, ...] | None:
        value = evaluate(self._place(frame), node)
        if not isinstance(value, list):
            return None
        names = [item.name if isinstance(item, Atom) else item for item in value]
        if not all(isinstance(name, str) for name in names):
            return None
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))

    def _place(self, frame: Frame) -> Place:
        module = frame.module
        attributes = {
            **module.facts.attributes,
            **self._modules.code.attributes(module.file, module.definition),
        }
        variables: dict[str, object] = {}
        place = Place(module.file, module.name, attributes, variables, self._evaluated)
        for name, value in frame.variables.items():
            if isinstance(value, Local):
                parts = operator_of(module.file, value.statement, "=")
                if parts is not None and parts[0].type == "identifier":
                    variables[name] = evaluate(place, parts[1])
        return place

    def _evaluated(self, module: str, function: str, arguments: Sequence[object]) -> object:
        if function == "__schema__" and list(arguments) == [Atom("fields")]:
            fields = self._targets.fields.get(module)
            return Unreadable(module) if fields is None else [Atom(name) for name in fields]
        return self._modules.code.call(module, function, arguments)

    def _constraint(
        self, frame: Frame, site: CallSite, name: str, flow: Flow, rest: tuple[Node, ...]
    ) -> Flow:
        step = self.constraint(frame, site.node, name, rest)
        if step is None:
            text = _short(_text(frame, site.node))
            raise UnreadError(f"the constraint can't be read: {text}")
        return self._with(flow, step)

    def constraint(
        self, frame: Frame, node: Node, name: str, rest: tuple[Node, ...]
    ) -> Constraint | None:
        """Return a call of a constraint, None for one whose field or name can't be read."""
        value = evaluate(self._place(frame), rest[0]) if rest else None
        items = value if isinstance(value, list) else [value]
        fields = tuple(item.name for item in items if isinstance(item, Atom))
        if len(fields) != len(items) or not fields:
            return None
        options = _options(frame, rest[1]) if len(rest) > 1 else {}
        if options is None:
            return None
        found: dict[str, str | None] = {"name": None, "message": None}
        others: list[str] = []
        for key, each in options.items():
            value = evaluate(self._place(frame), each)
            if key == "message" and not isinstance(value, str):
                value = self._translated(frame, each)
            if key in found and isinstance(value, str | Atom):
                found[key] = value.name if isinstance(value, Atom) else value
                continue
            text = self.literal(frame, each)
            if text is None:
                return None
            others.append(f"{key}: {text}")
        return Constraint(
            line=self._line(node),
            path=self._path(frame),
            call=name,
            fields=fields,
            name=found["name"],
            message=found["message"],
            options=f"[{', '.join(others)}]" if others else "",
        )

    def _translated(self, frame: Frame, node: Node) -> object:
        """Return the text of `gettext("…")`."""
        site = call_site(frame.module.file.tree, node)
        if site is None or site.name.rpartition(".")[2] not in _GETTEXT or not site.args:
            return None
        return evaluate(self._place(frame), site.args[-1])

    def _nested(
        self, frame: Frame, site: CallSite, name: str, flow: Flow, rest: tuple[Node, ...]
    ) -> Flow:
        field = evaluate(self._place(frame), rest[0]) if rest else None
        if not isinstance(field, Atom):
            raise UnreadError(f"the field of {name} can't be read")
        owner = self.schema or flow.data.schema or frame.module.name
        target = self._targets.held.get((owner, field.name), Target(""))
        module, function = target.module, "changeset"
        options = _options(frame, rest[1]) if len(rest) > 1 else {}
        if options is None:
            raise UnreadError(f"the options of {name} can't be read: {_text(frame, rest[1])}")
        others: list[str] = []
        for key, each in options.items():
            if key == "with":
                captured = self._captured(frame, each)
                if captured is None:
                    text = _short(_text(frame, each))
                    raise UnreadError(f"{name} of {field.name} with a function of its own: {text}")
                module, function = captured
                continue
            literal = self.literal(frame, each)
            if literal is None:
                raise UnreadError(f"the options of {name} can't be read: {_text(frame, each)}")
            others.append(f"{key}: {literal}")
        step = Nested(
            line=self._line(site.node),
            path=self._path(frame),
            call=name,
            field=field.name,
            module=module,
            function=function,
            many=target.many,
            on_replace=target.on_replace,
            options=f"[{', '.join(others)}]" if others else "",
        )
        return self._with(flow, step)

    def _captured(self, frame: Frame, node: Node) -> tuple[str, str] | None:
        """Return module and function of `&Module.name/2`, `&name/2`, `&Module.name(&1, &2)`."""
        if node.type != "unary_operator" or not _text(frame, node).startswith("&"):
            return None
        operand = node.child_by_field_name("operand")
        if operand is None:
            return None
        parts = operator_of(frame.module.file, operand, "/")
        target = operand if parts is None else parts[0]
        if parts is None:
            site = call_site(frame.module.file.tree, operand)
            if site is None or [_text(frame, each) for each in site.values] != ["&1", "&2"]:
                return None
            name = site.name
        else:
            name = _text(frame, target).removesuffix("()")
        owner, _, plain = name.rpartition(".")
        if not owner:
            function = frame.module.function(plain, 2) or self._imported(frame, plain, 2)
            return (frame.module.name if function is None else function.module), plain
        return self._resolve(frame, node, "".join(owner.split())), plain

    # Helpers

    def _function(
        self,
        frame: Frame,
        site: CallSite,
        function: Function,
        arguments: Arguments,
        position: int,
        subject: Value | None,
    ) -> Value | None:
        """Read a call of a function of the code base, which gets the changeset or the struct."""
        if not isinstance(subject, Flow | Data):
            if not may_change(self._modules, function):
                return None
            made = self._trial(frame, function, arguments, None, None)
            return made if isinstance(made, Data | Flow) else None
        inlined = self._trial(frame, function, arguments, position, subject)
        if isinstance(inlined, Flow) and not _has_todo(inlined, subject):
            return inlined
        if isinstance(subject, Data):
            if isinstance(inlined, Flow):
                return self._inline(frame, function, arguments, position, subject)
            if self._is_changeset_function(function):
                raise UnreadError(f"{function.name}/{function.arity} can't be read")
            return None
        copied = self._attempt(
            lambda: self._copied(frame, site, function, arguments, position, subject)
        )
        if copied is not None:
            return copied
        if isinstance(inlined, Flow):
            return self._inline(frame, function, arguments, position, subject)
        return self._copied(frame, site, function, arguments, position, subject)

    def _is_changeset_function(self, function: Function) -> bool:
        return "changeset" in function.name

    def _trial(
        self,
        frame: Frame,
        function: Function,
        arguments: Arguments,
        position: int | None,
        subject: Value | None,
    ) -> Value | None:
        """Read a function in its place, None where that can't be done; then nothing has changed."""
        copied, origins = dict(self.copied), dict(self._origins)
        roles, schema, count = dict(self.roles), self.schema, len(self.nodes)
        try:
            value = self._inline(frame, function, arguments, position, subject)
        except UnreadError:
            value = None
        else:
            if isinstance(value, Flow) and isinstance(subject, Flow):
                new = value.steps[len(subject.steps) :]
                has_own = any(isinstance(step, Cast | Nested) for step in new)
                made = any(each.made for key, each in self.copied.items() if key not in copied)
                if made and not has_own:
                    value = None
        if value is None or _has_todo(value, subject):
            self.copied, self._origins = copied, origins
            self.roles, self.schema = roles, schema
            del self.nodes[count:]
        return value

    def _inline(
        self,
        frame: Frame,
        function: Function,
        arguments: Arguments,
        position: int | None,
        subject: Value | None,
    ) -> Value | None:
        bodies = function.bodies
        if len(bodies) != 1 or frame.depth > _MAX_DEPTH or function.key in self._reading:
            raise UnreadError("several clauses")
        clause = bodies[0]
        module = self._modules.get(function.module)
        if module is None or clause.guard is not None or clause.rescued or clause.body is None:
            raise UnreadError("a guard")
        variables: dict[str, Value] = {}
        inner = Frame(module, function, variables, frame.depth + 1)
        given = function.given(len(arguments))
        rest = iter(range(len(arguments)))
        for parameter, default in zip(clause.parameters, given, strict=True):
            name, schema = self.pattern(inner, parameter.pattern)
            if default is not None and default.default is not None:
                text = self.literal(inner, default.default)
                if text is None:
                    raise UnreadError("a default that is no literal")
                value: Value | None = Text(text)
            else:
                index = next(rest)
                value = subject if index == position else arguments.value(index)
            if not name:
                continue
            if isinstance(value, Flow | Data | Text):
                if schema and isinstance(value, Data) and not value.schema:
                    value = Data(value.name, schema)
                variables[name] = value
            elif name != "_":
                raise UnreadError("an argument that is no literal")
        self._reading.append(function.key)
        try:
            result = self.body(inner, clause.body)
        finally:
            self._reading.pop()
        self.nodes.append((module, clause.site.node))
        return result

    def pattern(self, frame: Frame, node: Node) -> tuple[str, str]:
        """Return the name that a parameter's pattern sets, and the struct it asks for.

        Raises `UnreadError` for a pattern that takes the value apart.
        """
        parts = operator_of(frame.module.file, node, "=")
        if parts is not None:
            left, right = (self.pattern(frame, part) for part in parts)
            return left[0] or right[0], left[1] or right[1]
        if node.type == "identifier":
            return _text(frame, node), ""
        if node.type == "map":
            named = next((child for child in node.named_children if child.type == "struct"), None)
            if any(child.type == "map_content" for child in node.named_children):
                raise UnreadError(f"a parameter is taken apart: {_short(_text(frame, node))}")
            inner = None if named is None else named.named_children[0]
            written = None if inner is None else alias_text(frame.module.file.tree, inner)
            if inner is None or written is None:
                return "", ""
            return "", self._resolve(frame, inner, written)
        raise UnreadError(f"a parameter is taken apart: {_short(_text(frame, node))}")

    def _copied(
        self,
        frame: Frame,
        site: CallSite,
        function: Function,
        arguments: Arguments,
        position: int,
        flow: Flow,
    ) -> Flow:
        """Let a step call a helper that is copied as it is."""
        self.own = self.own or frame.depth == 0
        module = self._modules.get(function.module)
        texts: list[str] = []
        for index in range(len(arguments)):
            if index != position:
                value = arguments.value(index)
                text = value.source if isinstance(value, Text) else None
                if isinstance(value, Data) and value.name:
                    text = value.name
                if text is None:
                    return self._made(frame, flow, site.node, function.name)
                texts.append(text)
        if module is None:
            raise UnreadError(f"{function.module} can't be found")
        inner = self._needs_of_function(module, function)
        extra = self._inside(frame, module, [c.site.node for c in function.clauses], inner)
        self._add_function(module, function, called=True)
        self._add_needed(inner)
        step = Copied(
            line=self._line(site.node),
            path=self._path(frame),
            function=function.name,
            arguments=tuple(texts),
            position=position,
        )
        return self._with(flow, step, *extra)

    def _needs_of_function(self, module: Module, function: Function) -> Needs:
        found = needs(module, (clause.site.args[0] for clause in function.clauses[:0]))
        return self._needed(module, self._parts(function), found)

    def _parts(self, function: Function) -> list[Node]:
        """Return what a function consists of, its head's name apart."""
        parts: list[Node] = []
        for clause in function.clauses:
            parts += [parameter.pattern for parameter in clause.parameters]
            parts += [p.default for p in clause.parameters if p.default is not None]
            parts += [] if clause.guard is None else [clause.guard]
            parts += [c for c in clause.site.node.children if c.type == "do_block"]
            if not any(c.type == "do_block" for c in clause.site.node.children):
                parts += clause.body or ()
        return parts

    def _needed(self, module: Module, nodes: Iterable[Node], found: Needs | None = None) -> Needs:
        """Return what nodes refer to, the functions that those functions call included."""
        found = needs(module, nodes, found)
        done: set[tuple[str, str, int]] = set()
        while True:
            waiting = [each for key, each in found.functions.items() if key not in done]
            if not waiting:
                return found
            for each in waiting:
                done.add(each.key)
                needs(module, self._parts(each), found)

    def _inside(
        self, frame: Frame, module: Module, nodes: Sequence[Node], found: Needs
    ) -> tuple[Step, ...]:
        """Return the constraints that copied code names; it must not say what is cast."""
        if found.missing:
            names = ", ".join(dict.fromkeys(found.missing))
            raise UnreadError(f"it needs {names}, which the legacy code doesn't show")
        inner = Frame(module, frame.function, {}, frame.depth)
        steps: list[Step] = []
        parts = [*nodes]
        for function in found.functions.values():
            parts += [clause.site.node for clause in function.clauses]
        for part in parts:
            stack = [part]
            while stack:
                node = stack.pop()
                stack.extend(reversed(node.named_children))
                site = call_site(module.file.tree, node) if node.type == "call" else None
                if site is None:
                    continue
                name = site.name.removeprefix("Ecto.Changeset.").removeprefix("Changeset.")
                arguments = site.values
                if is_piped(node):
                    arguments = (node, *arguments)
                if module.function(name, len(arguments)) is not None:
                    continue
                if name in ecto.CONSTRAINTS:
                    step = self.constraint(inner, node, name, arguments[1:])
                    if step is None:
                        text = _short(module.file.tree.text(node))
                        raise UnreadError(f"a constraint under a condition: {text}")
                    if step not in steps:
                        steps.append(step)
                elif (name == "cast" and len(arguments) in (3, 4)) or name in ecto.NESTED:
                    raise UnreadError(f"a {name} under a condition")
        return tuple(steps)

    def _add_function(self, module: Module, function: Function, *, called: bool) -> None:
        key = (function.name, function.arity)
        if self._origins.setdefault(key, function.key) != function.key:
            raise UnreadError(f"two functions are named {function.name}/{function.arity}")
        if key in self.copied and (self.copied[key].called or not called):
            return
        own = needs(module, self._parts(function))
        self.copied[key] = CopiedFunction(
            name=function.name,
            arity=function.arity,
            path=module.file.path,
            line=function.clauses[0].site.span.line,
            source=definition_text(module, function, called=called),
            called=called,
            aliases=tuple(sorted(own.aliases.items())),
            imports=tuple(sorted(own.imports)),
            attributes=tuple(own.attributes.items()),
        )
        self.nodes += [(module, clause.site.node) for clause in function.clauses]
        self.nodes += own.nodes

    def _add_needed(self, found: Needs) -> None:
        for function in found.functions.values():
            module = self._modules.get(function.module)
            if module is not None:
                self._add_function(module, function, called=False)

    # Functions made around a step

    def _foreign(self, frame: Frame, site: CallSite, flow: Flow) -> Value | None:
        """A call of a library's function."""
        if _REPO.search(site.name):
            return None
        return self._made(frame, flow, site.node, site.name.rpartition(".")[2])

    def _then(self, frame: Frame, site: CallSite, flow: Flow, function: Node) -> Value | None:
        """`|> then(fn changeset -> … end)`: the function's body is read in its place."""
        if function.type == "anonymous_function":
            clauses = [c for c in function.named_children if c.type == "stab_clause"]
            parts = clauses[0].named_children if len(clauses) == 1 else []
            if [part.type for part in parts] == ["arguments", "body"]:
                name = _text(frame, parts[0]).strip("() ")
                if name.isidentifier():
                    inner = Frame(
                        frame.module, frame.function, {**frame.variables, name: flow}, frame.depth
                    )
                    value = self._attempt(lambda: self.body(inner, expressions(parts[1])))
                    if isinstance(value, Flow):
                        return value
        if function.type == "unary_operator":
            operand = function.child_by_field_name("operand")
            call = None if operand is None else call_site(frame.module.file.tree, operand)
            if call is not None:
                inner = Frame(
                    frame.module, frame.function, {**frame.variables, "&1": flow}, frame.depth
                )
        return self._made(frame, flow, site.node, "then")

    def _attempt(self, read: Callable[[], Value | None]) -> Value | None:
        copied, origins = dict(self.copied), dict(self._origins)
        roles, count = dict(self.roles), len(self.nodes)
        try:
            return read()
        except UnreadError:
            self.copied, self._origins, self.roles = copied, origins, roles
            del self.nodes[count:]
            return None

    def _branch(
        self, frame: Frame, site: CallSite, first: Value | None, *, piped: bool
    ) -> Value | None:
        """A condition, which is copied: it takes a changeset and returns one."""
        if isinstance(first, Flow):
            return self._made_or_todo(frame, first, site)
        if piped and not isinstance(first, Data):
            return None
        if first is not None:
            raise UnreadError(f"the struct goes through a condition ({site.name})")
        flows = self._flows(frame, site.node)
        if not flows:
            given = any(isinstance(v, Data) for v in self._mentioned(frame, site.node))
            if given and self._starts_inside(frame, site.node):
                raise UnreadError(f"the changeset starts under a condition ({site.name})")
            return None
        return self._made_or_todo(frame, flows[0], site)

    def _made_or_todo(self, frame: Frame, flow: Flow, site: CallSite) -> Flow:
        try:
            return self._made(frame, flow, site.node, site.name)
        except UnreadError as error:
            return self._with(flow, self._todo(frame, site.node, str(error)))

    def _starts_inside(self, frame: Frame, node: Node) -> bool:
        stack = [node]
        while stack:
            current = stack.pop()
            stack.extend(current.named_children)
            site = call_site(frame.module.file.tree, current) if current.type == "call" else None
            if site is not None:
                plain = site.name.rpartition(".")[2]
                if plain in ecto.STARTS or "changeset" in plain:
                    return True
        return False

    def _mentioned(self, frame: Frame, node: Node) -> list[Value]:
        names = free_names(frame.module, [node])
        return [frame.variables[name] for name in names if name in frame.variables]

    def _flows(self, frame: Frame, node: Node) -> list[Flow]:
        """Return the changesets that an expression names, the latest first."""
        found = [value for value in self._mentioned(frame, node) if isinstance(value, Flow)]
        return sorted(found, key=lambda flow: -len(flow.steps))

    def _made(self, frame: Frame, flow: Flow, node: Node, hint: str) -> Flow:
        """Let a step call a function that is made around an expression of the body."""
        self.own = self.own or frame.depth == 0
        module = frame.module
        piped = is_piped(node)
        statements, parameters, subject = self._closure(frame, flow, node)
        inner = self._needed(module, [node, *statements])
        if piped and node.type == "identifier":
            needs(module, [node.parent] if node.parent is not None else [], inner)
        extra = self._inside(frame, module, [node, *statements], inner)
        body = text_of(module, node)
        if piped:
            body = f"{subject}\n|> {body}"
        lines = [text_of(module, each) for each in statements]
        name = self._name(frame, node, hint)
        names = ", ".join([subject, *parameters])
        text = "\n".join(
            [f"def {name}({names}) do", *(indented(each) for each in [*lines, body]), "end"]
        )
        own = needs(module, [node, *statements])
        known = next((n for n, each in self.copied.items() if each.source == text), None)
        key = known or (name, 1 + len(parameters))
        if known is None:
            self._origins[key] = (module.name, name, len(parameters) + 1)
            self.copied[key] = CopiedFunction(
                name=name,
                arity=1 + len(parameters),
                path=module.file.path,
                line=self._line(node),
                source=text,
                made=True,
                aliases=tuple(sorted(own.aliases.items())),
                imports=tuple(sorted(inner_imports(own, module, node))),
                attributes=tuple(own.attributes.items()),
            )
        self._add_needed(inner)
        self.nodes += own.nodes
        step = Copied(
            line=self._line(node),
            path=self._path(frame),
            function=key[0],
            arguments=tuple(parameters.values()),
        )
        return self._with(flow, step, *extra)

    def _closure(
        self, frame: Frame, flow: Flow, node: Node
    ) -> tuple[list[Node], dict[str, str], str]:
        """Return what an expression needs of its function: statements before it, parameters.

        The last is the name of the changeset in it.
        """
        statements: list[Node] = []
        parameters: dict[str, str] = {}
        subjects: list[str] = []
        waiting: list[Node] = [node]
        seen: set[int] = set()
        while waiting:
            current = waiting.pop()
            for name in free_names(frame.module, [current]):
                value = frame.variables.get(name)
                if isinstance(value, Flow):
                    if value.steps != flow.steps:
                        raise UnreadError(f"it uses an earlier changeset ({name})")
                    if name not in subjects:
                        subjects.append(name)
                elif isinstance(value, Text):
                    parameters[name] = value.source
                elif isinstance(value, Data):
                    if not value.name:
                        raise UnreadError(f"it uses the struct {name}, which is made before")
                    parameters[name] = value.name
                elif isinstance(value, Local) and value.statement.id not in seen:
                    seen.add(value.statement.id)
                    statements.append(value.statement)
                    waiting.append(value.statement)
        if len(subjects) > 1:
            raise UnreadError(f"it uses several changesets ({', '.join(subjects)})")
        statements.sort(key=lambda each: each.start_byte)
        subject = subjects[0] if subjects else "changeset"
        if subject in parameters:
            subject = f"{subject}_so_far"
        set_here = {n for each in statements for n, _ in _set_by(frame, each)}
        return statements, {n: s for n, s in parameters.items() if n not in set_here}, subject

    def _name(self, frame: Frame, node: Node, hint: str) -> str:
        """Return a name for a function that is made: the call, and the field it is for."""
        word = re.sub(r"\W", "", hint.rpartition(".")[2])
        site = call_site(frame.module.file.tree, node) if node.type == "call" else None
        found: list[str] = []
        if word in _BRANCHES or word in ("then", ""):
            inner = self._first_step(frame, node)
            word, site = (
                ("maybe_" + inner.name.rpartition(".")[2], inner)
                if inner
                else ("maybe_change", None)
            )
        for value in site.values[:2] if site is not None else ():
            literal = read(frame.module.file.tree, value)
            if isinstance(literal, Atom) and literal.name.isidentifier():
                found.append(literal.name)
        base = "_".join([word, *found[:1]]).strip("_") or "step"
        base = re.sub(r"[^a-z0-9_]", "", base.lower()) or "step"
        name, number = base, 2
        taken = {each for each, _ in self.copied} | {each for each, _ in frame.module.functions}
        while name in taken or name in ecto.STEPS or name in ecto.STARTS or name in ecto.KERNEL:
            name, number = f"{base}_{number}", number + 1
        return name

    def _first_step(self, frame: Frame, node: Node) -> CallSite | None:
        stack = [node]
        while stack:
            current = stack.pop()
            stack.extend(reversed(current.named_children))
            site = call_site(frame.module.file.tree, current) if current.type == "call" else None
            if site is not None and site.name.rpartition(".")[2] in ecto.STEPS:
                return site
        return None

    # Literals

    def literal(self, frame: Frame, node: Node) -> str | None:
        """Return the source of a literal that means the same elsewhere, None for other values.

        Aliases are written in full, module attributes and local literals are put in.
        """
        edits: list[tuple[int, int, str]] = []
        if not self._literal(frame, node, edits, 0):
            return None
        text = _edited(frame, node, edits)
        return f"[{text}]" if node.type == "keywords" else text

    def _literal(
        self, frame: Frame, node: Node, edits: list[tuple[int, int, str]], depth: int
    ) -> bool:
        if depth > 60 or node.has_error:
            return False
        file, kind = frame.module.file, node.type
        written = alias_text(file.tree, node)
        if written is not None:
            full = self._resolve(frame, node, written)
            edits.append((node.start_byte, node.end_byte, full))
            return True
        if kind == "identifier":
            value = frame.variables.get(_text(frame, node))
            if isinstance(value, Text) and not value.parameter:
                edits.append((node.start_byte, node.end_byte, value.source))
                return True
            return False
        if kind == "unary_operator":
            return self._unary(frame, node, edits, depth)
        if kind == "binary_operator":
            parts = operator_of(file, node, "++", "--", "<>", "..", "=>", "//", "|")
            return parts is not None and all(
                self._literal(frame, part, edits, depth + 1) for part in parts
            )
        if kind not in _LITERALS or any(c.type == "interpolation" for c in node.children):
            return False
        if kind in _CONTAINERS:
            return all(self._literal(frame, child, edits, depth + 1) for child in expressions(node))
        return True

    def _unary(
        self, frame: Frame, node: Node, edits: list[tuple[int, int, str]], depth: int
    ) -> bool:
        text = _text(frame, node)
        operand = node.child_by_field_name("operand")
        if operand is None:
            return False
        if text.startswith("-"):
            return self._literal(frame, operand, edits, depth + 1)
        if text.startswith("&"):
            parts = operator_of(frame.module.file, operand, "/")
            target = None if parts is None else parts[0]
            if target is not None and target.type == "call":
                target = target.child_by_field_name("target")
            left = None if target is None else target.child_by_field_name("left")
            written = None if left is None else alias_text(frame.module.file.tree, left)
            if left is None or written is None or written == "__MODULE__":
                return False
            edits.append((left.start_byte, left.end_byte, self._resolve(frame, left, written)))
            return True
        if not text.startswith("@"):
            return False
        name = text[1:].strip()
        value = frame.module.attribute(name, node.start_byte)
        if value is not None:
            source = self.literal(Frame(frame.module, frame.function, {}), value)
            if source is None:
                source = self._computed(frame, value)
            if source is None:
                return False
            self.nodes.append((frame.module, value))
            if value.type == "binary_operator":
                source = f"({source})"
        else:
            known = frame.module.facts.attributes.get(name, Unreadable(name))
            if not _is_known(known):
                return False
            source = shown(known)
        edits.append((node.start_byte, node.end_byte, source))
        return True

    def _computed(self, frame: Frame, node: Node) -> str | None:
        """Return the value of an attribute that isn't a literal but can be computed."""
        value = evaluate(self._place(Frame(frame.module, frame.function, {})), node)
        return written_value(value) if _is_known(value) else None

    # Small things

    def _with(self, flow: Flow, *steps: Step) -> Flow:
        return Flow((*flow.steps, *steps), flow.data, flow.started)

    def _line(self, node: Node) -> int:
        return node.start_point.row + 1

    def _path(self, frame: Frame) -> str:
        path = frame.module.file.path
        return "" if path == self.path else path


def may_change(modules: Modules, function: Function) -> bool:
    """Whether the text of a function has a word that a changeset can't do without."""
    module = modules.get(function.module)
    source = b"" if module is None else module.file.source
    return any(
        source.find(word, clause.site.span.start, clause.site.span.end) >= 0
        for clause in function.clauses
        for word in WORDS
    )


def inner_imports(own: Needs, module: Module, node: Node) -> set[str]:
    """Return the imports of a made function, that of the piped call included."""
    found = set(own.imports)
    if is_piped(node) and node.type == "identifier":
        each = import_for(module, module.file.tree.text(node), 1)
        found |= {each.source} if each is not None else set()
    return found


def written_value(value: object) -> str:
    """Return an evaluated value as Elixir source."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(written_value, value)) + "]"
    if isinstance(value, tuple):
        return "{" + ", ".join(map(written_value, value)) + "}"
    return shown(value)


def _is_known(value: object) -> bool:
    if isinstance(value, Unreadable):
        return False
    if isinstance(value, list | tuple):
        return all(_is_known(item) for item in value)
    items = getattr(value, "items", None)
    if isinstance(items, tuple):
        return all(_is_known(item) for item in items)
    return True


def _has_todo(value: Value | None, subject: Value | None) -> bool:
    known = len(subject.steps) if isinstance(subject, Flow) else 0
    return isinstance(value, Flow) and any(isinstance(s, Todo) for s in value.steps[known:])


def _set_by(frame: Frame, statement: Node) -> list[tuple[str, Node]]:
    parts = operator_of(frame.module.file, statement, "=")
    return [] if parts is None else list(identifiers(frame.module.file, parts[0]))


def _options(frame: Frame, node: Node) -> dict[str, Node] | None:
    """Return the options of a call by name, None for what is no keyword list."""
    if not is_keywords(node):
        return {} if node.type == "list" and not expressions(node) else None
    found: dict[str, Node] = {}
    for pair in pairs(node):
        key, value = key_text(frame.module.file.tree, pair), pair.child_by_field_name("value")
        if key is None or value is None:
            return None
        found.setdefault(key, value)
    return found


def _text(frame: Frame, node: Node) -> str:
    return frame.module.file.tree.text(node)


def _edited(frame: Frame, node: Node, edits: list[tuple[int, int, str]]) -> str:
    source, start = frame.module.file.tree.source, node.start_byte
    parts: list[str] = []
    for begin, end, text in sorted(edits):
        parts += [source[start:begin].decode("utf-8", "replace"), text]
        start = end
    parts.append(source[start : node.end_byte].decode("utf-8", "replace"))
    return "".join(parts)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
