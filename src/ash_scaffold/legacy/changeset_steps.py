"""The body of a changeset function as steps.

The body is followed as it runs: variables hold the struct, the parameters, or a changeset with its
steps so far. A helper of one clause that only makes steps is read in its place; one that does more
is copied, and so is a condition in the body itself, as a function of its own. Whatever is neither
becomes a `Todo`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from tree_sitter import Node

from ash_scaffold.ash.changesets import (
    Cast,
    Copied,
    CopiedFunction,
    Nested,
    ParameterRole,
    Rule,
    Step,
    Todo,
)
from ash_scaffold.ash.naming import macro_underscore
from ash_scaffold.legacy import ecto_changeset as ecto
from ash_scaffold.legacy.changeset_copies import BRANCHES, Copies, Inside
from ash_scaffold.legacy.changeset_values import (
    Arguments,
    Data,
    Findings,
    Flow,
    Frame,
    Local,
    Target,
    Targets,
    Text,
    UnreadError,
    Value,
    short,
)
from ash_scaffold.legacy.copied_functions import free_names, is_piped, text_of
from ash_scaffold.legacy.ecto_calls import captured, constraint, touched
from ash_scaffold.legacy.functions import (
    Clause,
    Function,
    Modules,
    identifiers,
    operator_of,
)
from ash_scaffold.legacy.literal_source import Literals, options_of
from ash_scaffold.syntax.parse import CallSite, call_name, call_site, expressions
from ash_scaffold.syntax.values import alias_text
from ash_scaffold.term import Atom

# What the text of a function that makes or takes a changeset has in it.
WORDS = (b"cast", b"change")
# How far helpers that call helpers are followed.
_MAX_DEPTH = 12
# Deeper nesting than a person writes: Python's own stack is the limit otherwise.
_MAX_NESTING = 100
# How many calls are followed for one function: helpers may call each other many times.
_BUDGET = 4000
# What a repo makes of a changeset is no changeset any more.
REPO = re.compile(r"(?:^|\.|_)[Rr]epo\.\w+[!?]?$|^(?:Ecto\.)?Multi\.")
# The names that people give to what is cast.
_ATTRIBUTES = re.compile(
    r"(?:.*_)?(?:attrs|attributes|params|args|changes|data|map|input)(?:_.*)?$"
)
# Functions, and modules of such, that return no changeset though they are given one.
_NO_STEPS = frozenset(
    "to_form inspect assign render Map Enum Keyword Jason Logger Phoenix.Component IO elem is_nil "
    "Process send Oban push_event apply_action! dbg".split()
)
_ON_STRUCTS = frozenset({"Map.put", "Map.merge", "Map.replace!", "struct", "struct!"})
_HOLDERS = frozenset({"stab_clause", "body"})
_PUTS = frozenset({"put_assoc", "put_embed"})


class StepReader:
    """Reads the steps of one changeset function; `findings` has what else was found."""

    def __init__(self, modules: Modules, targets: Targets, path: str) -> None:
        self._modules = modules
        self._targets = targets
        self._path = path
        self.findings = Findings()
        self.literals = Literals(modules, targets, self.findings)
        self.copies = Copies(modules, self.literals, self.findings, path)
        self._reading: list[tuple[str, str, int]] = []
        self._budget = _BUDGET
        self._nesting = 0
        # Whether only what is returned is asked for, no step.
        self._probing = False

    # Functions

    def bound(self, frame: Frame, clause: Clause, given: Sequence[Value | None]) -> list[str]:
        """Give the parameters of a clause their values; return the names of the parameters.

        A value of None is the parameter itself.
        """
        names: list[str] = []
        for index, (parameter, value) in enumerate(zip(clause.parameters, given, strict=True)):
            node = parameter.pattern
            name, schema = self.named(frame, node)
            shown = name or _made_name(node, schema, index)
            if shown in names:
                shown = f"{shown}_{index + 1}"
            names.append(shown)
            if value is None:
                value = Data(shown, schema) if schema else Text(shown, parameter=True)
            elif isinstance(value, Data) and schema and not value.schema:
                value = Data(value.name, schema, value.steps)
            frame.variables[shown] = value
            inner = [each for each, _ in identifiers(frame.module.file, node) if each != name]
            if isinstance(value, Flow) and [
                each for each in inner if each not in ("_", "__MODULE__")
            ]:
                raise UnreadError(f"a changeset is taken apart: {short(frame.text(node))}")
            scope = dict(frame.variables)
            for each in inner:
                if each != "__MODULE__" and not each.startswith("_"):
                    pattern = _without_name(frame, node, name)
                    frame.variables[each] = Local(node, f"{pattern} = {shown}", scope, pattern=True)
        return names

    def named(self, frame: Frame, node: Node) -> tuple[str, str]:
        """Return the name that a parameter's pattern gives to the whole, and its struct."""
        parts = operator_of(frame.module.file, node, "=")
        if parts is not None:
            left, right = (self.named(frame, part) for part in parts)
            return left[0] or right[0], left[1] or right[1]
        if node.type == "identifier":
            name = frame.text(node)
            return ("" if name == "_" else name), ""
        if node.type == "map":
            named = next((child for child in node.named_children if child.type == "struct"), None)
            inner = None if named is None else named.named_children[0]
            written = None if inner is None else alias_text(frame.module.file.tree, inner)
            if inner is not None and written is not None:
                return "", frame.resolve(inner, written)
        return "", ""

    def body(self, frame: Frame, nodes: Sequence[Node]) -> Value | None:
        """Follow the statements of a body; return the value of the last."""
        value: Value | None = None
        left: list[Step] = []
        for index, node in enumerate(nodes):
            value = self._statement(frame, node)
            last = index == len(nodes) - 1
            if not last and operator_of(frame.module.file, node, "=") is None:
                directive = frame.text(node).startswith(("import ", "require ", "alias ", "use "))
                if not directive:
                    left.append(self._todo(frame, node, "a statement that is no step"))
        return self._with(value, *left) if left and isinstance(value, Flow) else value

    def _statement(self, frame: Frame, node: Node) -> Value | None:
        assigned = operator_of(frame.module.file, node, "=")
        if assigned is None:
            return self.value(frame, node)
        pattern, right = assigned
        value = self.value(frame, right)
        names = [name for name, _ in identifiers(frame.module.file, pattern)]
        if pattern.type == "identifier" and isinstance(value, Flow | Data | Text):
            frame.variables[names[0]] = value
            return value
        if isinstance(value, Flow):
            inner = operator_of(frame.module.file, pattern, "=")
            whole = next((p for p in inner or () if p.type == "identifier"), None)
            if whole is None:
                raise UnreadError(f"a changeset is taken apart: {short(frame.text(pattern))}")
            frame.variables[frame.text(whole)] = value
            return value
        local = Local(node, text_of(frame.module, node), dict(frame.variables))
        for name in names:
            frame.variables[name] = local
        return None

    # Expressions

    def value(self, frame: Frame, node: Node) -> Value | None:
        """Return what an expression is: a changeset, the struct, a text, None for anything else."""
        if self._nesting > _MAX_NESTING:
            raise UnreadError("it is nested too deep")
        self._nesting += 1
        try:
            return self._value(frame, node)
        finally:
            self._nesting -= 1

    def _value(self, frame: Frame, node: Node) -> Value | None:
        kind = node.type
        if kind == "identifier":
            value = frame.variables.get(frame.text(node))
            if value is None and frame.module.function(frame.text(node), 0) is not None:
                # Older code calls a function of no arguments without parentheses.
                span = frame.module.file.tree.span(node)
                bare = CallSite(frame.text(node), node, span)
                return self._call(frame, bare, self._arguments(frame, ()))
            return value
        if kind == "block":
            return self.body(frame, expressions(node))
        if kind == "map":
            return self._struct(frame, node)
        if kind == "binary_operator":
            parts = operator_of(frame.module.file, node, "|>")
            if parts is not None:
                return self._piped(frame, *parts)
            if operator_of(frame.module.file, node, "=") is not None:
                return self._statement(frame, node)
            parts = operator_of(frame.module.file, node, "||")
            if parts is not None:
                first = self.value(frame, parts[0])
                return first if isinstance(first, Data) and first.name else None
        if kind == "call":
            site = call_site(frame.module.file.tree, node)
            if site is not None:
                return self._call(frame, site, self._arguments(frame, site.values))
        literal = self.literals.source(frame, node)
        return None if literal is None else Text(literal)

    def _struct(self, frame: Frame, node: Node) -> Value | None:
        """`%User{}`, also one with values, and `%{user | …}`."""
        named = next((child for child in node.named_children if child.type == "struct"), None)
        content = next((c for c in node.named_children if c.type == "map_content"), None)
        inner = expressions(content) if content is not None else ()
        updated = operator_of(frame.module.file, inner[0], "|") if len(inner) == 1 else None
        if updated is not None:
            value = self.value(frame, updated[0])
            if isinstance(value, Flow):
                return self._with(
                    value, self._todo(frame, node, "the changeset is changed as a map")
                )
            given = isinstance(value, Text) and value.parameter
            if isinstance(value, Text) and _ATTRIBUTES.match(value.source):
                given = False
            if not (isinstance(value, Data) or given or named is not None):
                return None
            step = self._todo(frame, node, "the struct is changed before it is cast")
            known = value if isinstance(value, Data) else Data("")
            if isinstance(value, Text) and value.parameter:
                known = Data(value.source)
            return Data(known.name, known.schema, (*known.steps, step))
        if named is None:
            literal = self.literals.source(frame, node)
            return None if literal is None else Text(literal)
        written = alias_text(frame.module.file.tree, named.named_children[0])
        if written is None:
            return None
        schema = frame.resolve(named, written)
        if content is None or not inner:
            return Data("", schema)
        return Data("", schema, self._filled(frame, node, inner))

    def _filled(self, frame: Frame, node: Node, inner: Sequence[Node]) -> tuple[Step, ...]:
        """Return the steps for a struct that is made with values: they are changes as well."""
        if len(inner) != 1 or inner[0].type != "keywords":
            return (self._todo(frame, node, "the struct is made with values"),)
        literal = self.literals.source(frame, inner[0])
        if literal is not None:
            line = _line(node)
            return (Rule(line=line, path=self._in(frame), call="change", arguments=(literal,)),)
        back = self.findings.kept()
        try:
            function, given = self.copies.made_text(frame, inner[0], "change")
        except UnreadError as error:
            back()
            return (self._todo(frame, node, f"the struct is made with values: {error}"),)
        return (self._step(frame, node, function, given),)

    def _piped(self, frame: Frame, left: Node, right: Node) -> Value | None:
        first = self.value(frame, left)
        site = call_site(frame.module.file.tree, right)
        if right.type == "identifier":
            # Older code calls a function without parentheses.
            span = frame.module.file.tree.span(right)
            site = CallSite(frame.text(right), right, span)
        if site is None:
            return self._around(frame, first, right, "") if isinstance(first, Flow) else None
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
        if site.name in BRANCHES:
            return self._branch(frame, site, arguments.value(0) if piped else None, piped=piped)
        try:
            return self._read_call(frame, site, arguments)
        except UnreadError as error:
            first = arguments.value(0) if len(arguments) else None
            if not isinstance(first, Flow):
                raise
            reason = str(error)
        return self._with(first, self._todo(frame, site.node, reason, arguments.nodes[0]))

    def _read_call(self, frame: Frame, site: CallSite, arguments: Arguments) -> Value | None:
        name = site.name
        count = len(arguments)
        if name in ("then", "Kernel.then") and count == 2:
            first = arguments.value(0)
            if isinstance(first, Flow):
                return self._then(frame, site, first, arguments)
        owner, _, plain = name.rpartition(".")
        function: Function | None = None
        if owner:
            written = "".join(owner.split())
            named = written[:1].isupper() or written.startswith("__MODULE__")
            module = frame.resolve(site.node, written) if named else ""
            if module == ecto.CHANGESET:
                return self._ecto(frame, site, plain, arguments)
            found = self._modules.get(module)
            function = None if found is None else found.function(plain, count)
        else:
            function = (
                frame.module.function(plain, count)
                or frame.module.brought(plain, count)
                or self._modules.imported(frame.module, plain, count)
            )
            if function is None and ecto.is_of_changeset(plain, count):
                return self._ecto(frame, site, plain, arguments)
        if REPO.search(name):
            return self._of_repo(frame, site, plain, arguments)
        position = self._subject(arguments)
        subject = arguments.value(position) if count else None
        if function is not None:
            return self._function(frame, site, function, arguments, position, subject)
        if isinstance(subject, Flow):
            if position == 0 and plain not in _NO_STEPS and owner not in _NO_STEPS:
                return self._around(frame, subject, site.node, plain, _first(site, arguments))
            return None
        return self._of_struct(frame, site, plain, arguments)

    def _of_repo(
        self, frame: Frame, site: CallSite, name: str, arguments: Arguments
    ) -> Value | None:
        value = arguments.value(0) if len(arguments) else None
        if name == "preload" and isinstance(value, Text) and value.parameter:
            value = Data(value.source)
        if name == "preload" and isinstance(value, Data):
            step = self._todo(frame, site.node, "the struct is preloaded first", arguments.nodes[0])
            return Data(value.name, value.schema, (*value.steps, step))
        return None

    def _of_struct(
        self, frame: Frame, site: CallSite, name: str, arguments: Arguments
    ) -> Value | None:
        """Return what Elixir's and Ecto's own functions make of a struct."""
        value = arguments.value(0) if len(arguments) else None
        if name == "struct" and len(arguments) == 1:
            written = alias_text(frame.module.file.tree, arguments.nodes[0])
            schema = "" if written is None else frame.resolve(site.node, written)
            return Data("", schema) if written is not None else value
        if name == "build_assoc" and len(arguments) > 1:
            owner = value.schema if isinstance(value, Data) else ""
            field = self.literals.evaluated(frame, arguments.nodes[1])
            key = owner or frame.module.name, field.name if isinstance(field, Atom) else ""
            held = self._targets.held.get(key, Target("?")).module
            step = self._todo(frame, site.node, "the struct is built of another")
            return Data("", held, (step,))
        if site.name in _ON_STRUCTS and isinstance(value, Data):
            reason = "the struct is changed before it is cast"
            step = self._todo(frame, site.node, reason, arguments.nodes[0])
            return Data(value.name, value.schema, (*value.steps, step))
        given = isinstance(value, Data) or (isinstance(value, Text) and value.parameter)
        if given and name.endswith("changeset"):
            count = len(arguments)
            raise UnreadError(f"{name}/{count} isn't there in the code: a library may define it")
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

    # Steps of Ecto's own

    def _ecto(self, frame: Frame, site: CallSite, name: str, arguments: Arguments) -> Value | None:
        if not len(arguments) or not (name in ecto.STEPS or name in ecto.STARTS):
            return None
        subject = arguments.value(0)
        rest = arguments.nodes[1:]
        if name in ecto.STARTS:
            subject = self._started(frame, arguments.nodes[0], subject)
        if not isinstance(subject, Flow):
            return None
        self.findings.own = self.findings.own or frame.depth == 0
        if name == "change" and not rest:
            return subject
        try:
            return self._ecto_step(frame, site, name, arguments, subject, rest)
        except UnreadError as error:
            step = self._todo(frame, site.node, str(error), arguments.nodes[0])
            # Without the fields that are cast nobody knows what the function takes.
            if name == "cast":
                raise
        return self._with(subject, step)

    def _ecto_step(
        self,
        frame: Frame,
        site: CallSite,
        name: str,
        arguments: Arguments,
        flow: Flow,
        rest: tuple[Node, ...],
    ) -> Flow:
        if name == "cast":
            return self._cast(frame, site, arguments, flow, rest)
        if name == "merge":
            raise UnreadError("it merges two changesets")
        if name in _PUTS:
            raise UnreadError(f"{name} takes over what is loaded or made elsewhere")
        if name in ecto.CONSTRAINTS:
            step = constraint(self.literals, frame, site.node, name, rest, self._in(frame))
            if step is None:
                raise UnreadError("its field or its options can't be read")
            return self._with(flow, step, touches=frozenset())
        if name in ecto.NESTED:
            return self._nested(frame, site, name, flow, rest)
        touches = touched(self.literals, frame, name, rest)
        texts = [self.literals.source(frame, node) for node in rest]
        if all(text is not None for text in texts):
            rule = Rule(
                line=_line(site.node),
                path=self._in(frame),
                call=name,
                arguments=tuple(text for text in texts if text is not None),
            )
            return self._with(flow, rule, touches=touches)
        return self._around(frame, flow, site.node, name, _first(site, arguments), touches)

    def _started(self, frame: Frame, node: Node, value: Value | None) -> Flow:
        """Return the changeset that `cast` or `change` starts with."""
        if isinstance(value, Flow):
            return value
        if isinstance(value, Text) and value.parameter:
            value = Data(value.source)
        if isinstance(value, Data):
            if value.name:
                self.findings.roles[value.name] = ParameterRole.STRUCT
            self.findings.schema = self.findings.schema or value.schema
            unknown = (None,) * len(value.steps)
            return Flow(value.steps, value, started=True, touched=unknown)
        raise UnreadError(f"the struct can't be read: {short(frame.text(node))}")

    def _cast(
        self,
        frame: Frame,
        site: CallSite,
        arguments: Arguments,
        flow: Flow,
        rest: tuple[Node, ...],
    ) -> Flow:
        if len(rest) < 2:
            raise UnreadError("cast without fields")
        fields = self.literals.atoms(frame, rest[1])
        if fields is None:
            raise UnreadError(f"the fields of cast can't be read: {short(frame.text(rest[1]))}")
        options = ""
        if len(rest) > 2:
            text = self.literals.source(frame, rest[2])
            if text is None:
                raise UnreadError(f"the options of cast can't be read: {frame.text(rest[2])}")
            options = text
        params = arguments.value(1)
        prepared: CopiedFunction | None = None
        given: tuple[str, ...] = ()
        if isinstance(params, Text) and params.parameter:
            self.findings.roles.setdefault(params.source, ParameterRole.ATTRIBUTES)
        elif isinstance(params, Text) and params.source in ("%{}", "[]"):
            fields = ()
        elif self._given_attributes(frame, rest[0]):
            prepared, given = self.copies.made_of(frame, rest[0], "cast_params")
        else:
            # Nothing that a caller passes as attributes is cast.
            replaced = _first(site, arguments)
            return self._around(
                frame, flow, site.node, "cast", replaced, frozenset(fields), own_casts=True
            )
        step = Cast(
            line=_line(site.node),
            path=self._in(frame),
            fields=fields,
            options=options,
            prepared="" if prepared is None else prepared.name,
            arguments=given,
        )
        return self._with(flow, step, touches=frozenset(fields))

    def _given_attributes(self, frame: Frame, node: Node) -> bool:
        """Whether an expression makes something of the attributes, which get their role."""
        found: list[str] = []
        waiting: list[tuple[Node, dict[str, Value]]] = [(node, dict(frame.variables))]
        seen: set[int] = set()
        while waiting:
            current, scope = waiting.pop()
            for name in free_names(frame.module, [current]):
                value = scope.get(name)
                if isinstance(value, Text) and value.parameter:
                    found.append(value.source)
                elif isinstance(value, Local) and value.statement.id not in seen:
                    seen.add(value.statement.id)
                    right = value.text.rpartition(" = ")[2]
                    outer = value.scope.get(right)
                    if isinstance(outer, Text) and outer.parameter:
                        found.append(outer.source)
                    waiting.append((value.statement, dict(value.scope)))
        roles = self.findings.roles
        known = [name for name in found if roles.get(name) is ParameterRole.ATTRIBUTES]
        alike = [name for name in found if name not in roles and _ATTRIBUTES.match(name)]
        for name in (known or alike)[:1]:
            roles[name] = ParameterRole.ATTRIBUTES
            return True
        return False

    def _nested(
        self, frame: Frame, site: CallSite, name: str, flow: Flow, rest: tuple[Node, ...]
    ) -> Flow:
        field = self.literals.evaluated(frame, rest[0]) if rest else None
        if not isinstance(field, Atom):
            raise UnreadError(f"the field of {name} can't be read")
        owner = self.findings.schema or flow.data.schema or frame.module.name
        target = self._targets.held.get((owner, field.name), Target(""))
        module, function = target.module, "changeset"
        options = options_of(frame, rest[1]) if len(rest) > 1 else {}
        if options is None:
            raise UnreadError(f"the options can't be read: {short(frame.text(rest[1]))}")
        others: list[str] = []
        copied = ""
        given: tuple[str, ...] = ()
        for key, each in options.items():
            if key == "with":
                named = captured(frame, each)
                if named is None:
                    module = function = ""
                    made, given = self._with_function(frame, each, f"{name}_{field.name}")
                    copied = made.name
                    continue
                module, function = self._owner(frame, each, *named), named[1]
                own = self._modules.get(module)
                private = None if own is None else own.functions.get((function, 2))
                if private is not None and private.private:
                    self.copies.nested(private)
                    module, function, copied = "", "", private.name
                continue
            literal = self.literals.source(frame, each)
            if literal is None:
                raise UnreadError(f"the options can't be read: {short(frame.text(each))}")
            others.append(f"{key}: {literal}")
        step = Nested(
            line=_line(site.node),
            path=self._in(frame),
            call=name,
            field=field.name,
            module=module,
            function=function,
            embed=target.module,
            many=target.many,
            on_replace=target.on_replace,
            copied=copied,
            arguments=given,
            options=f"[{', '.join(others)}]" if others else "",
            source=text_of(frame.module, site.node),
        )
        return self._with(flow, step, touches=frozenset({field.name}))

    def _owner(self, frame: Frame, node: Node, owner: str, name: str) -> str:
        if owner:
            return frame.resolve(node, owner)
        function = frame.module.function(name, 2) or self._modules.imported(frame.module, name, 2)
        return frame.module.name if function is None else function.module

    def _with_function(
        self, frame: Frame, node: Node, name: str
    ) -> tuple[CopiedFunction, tuple[str, ...]]:
        """Make a function of the struct and the parameters around `with: fn a, b -> …`."""
        operand = node.child_by_field_name("operand") if node.type == "unary_operator" else None
        if operand is not None and frame.text(node).startswith("&") and operand.type == "call":
            placeholders = {"&1": "struct", "&2": "params"}
            replaced: dict[Node, str] = {}
            stack = [operand]
            while stack:
                each = stack.pop()
                stack.extend(each.named_children)
                if frame.text(each) in placeholders:
                    replaced[each] = placeholders[frame.text(each)]
            if set(replaced.values()) == set(placeholders.values()):
                return self.copies.made_of(frame, operand, name, ("struct", "params"), replaced)
        if node.type == "anonymous_function":
            clauses = [c for c in node.named_children if c.type == "stab_clause"]
            parts = clauses[0].named_children if len(clauses) == 1 else []
            if [part.type for part in parts] == ["arguments", "body"]:
                names = [frame.text(each) for each in expressions(parts[0])]
                if len(names) == 2 and all(each.isidentifier() for each in names):
                    return self.copies.made_of(frame, parts[1], name, names)
        raise UnreadError(f"the function that it casts with: {short(frame.text(node))}")

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
        findings = self.findings
        if not isinstance(subject, Flow):
            if not may_change(self._modules, function):
                return None
            back = findings.kept()
            try:
                value = self._inline(frame, function, arguments, position, subject)
            except UnreadError as error:
                back()
                if function.name.endswith("changeset"):
                    raise UnreadError(f"{function.name}/{function.arity}: {error}") from error
                return None
            if isinstance(value, Flow | Data):
                return value
            back()
            return None
        back = findings.kept()
        copied = set(findings.copied)
        failed: UnreadError | None = None
        inlined: Value | None = None
        try:
            if _is_condition(self._modules, function):
                raise UnreadError("it is a condition")
            inlined = self._inline(frame, function, arguments, position, subject)
        except UnreadError as error:
            failed = error
        if inlined is not None and not isinstance(inlined, Flow):
            back()
            return None
        if inlined is None and failed is None:
            back()
            return None
        if isinstance(inlined, Flow):
            new = inlined.steps[len(subject.steps) :]
            made = any(e.made for key, e in findings.copied.items() if key not in copied)
            own = any(isinstance(step, Cast | Nested) for step in new)
            todo = any(isinstance(step, Todo) for step in new)
            if not todo and (own or not made):
                return inlined
        back()
        if failed is not None and not self._may_return(frame, function, position, subject):
            return None
        try:
            return self._copied(frame, site, function, arguments, position, subject)
        except UnreadError:
            back()
            if isinstance(inlined, Flow):
                return self._inline(frame, function, arguments, position, subject)
            raise

    def _may_return(self, frame: Frame, function: Function, position: int, flow: Flow) -> bool:
        """Whether a function of several clauses, or with a guard, may return a changeset."""
        module = self._modules.get(function.module)
        if module is None or frame.depth > _MAX_DEPTH or function.key in self._reading:
            return True
        self._reading.append(function.key)
        back = self.findings.kept()
        probing, self._probing = self._probing, True
        try:
            for clause in function.bodies:
                inner = Frame(module, function, {}, frame.depth + 1)
                for index, parameter in enumerate(clause.parameters):
                    name, _ = self.named(inner, parameter.pattern)
                    if name and index == position:
                        inner.variables[name] = flow
                    elif name:
                        inner.variables[name] = Text(name, parameter=True)
                try:
                    value = self.body(inner, clause.body or ())
                except UnreadError:
                    return True
                if isinstance(value, Flow):
                    return True
        finally:
            self._probing = probing
            self._reading.pop()
            back()
        return False

    def _inline(
        self,
        frame: Frame,
        function: Function,
        arguments: Arguments,
        position: int,
        subject: Value | None,
    ) -> Value | None:
        """Read a function in the place of its call."""
        bodies = function.bodies
        module = self._modules.get(function.module)
        if len(bodies) != 1:
            raise UnreadError(f"it has {len(bodies)} clauses")
        clause = bodies[0]
        if frame.depth > _MAX_DEPTH or function.key in self._reading:
            raise UnreadError("it calls itself")
        if module is None or clause.guard is not None or clause.rescued or clause.body is None:
            raise UnreadError("it has a guard or a rescue")
        inner = Frame(module, function, {}, frame.depth + 1)
        given: list[Value | None] = []
        rest = iter(range(len(arguments)))
        for parameter, default in zip(
            clause.parameters, function.given(len(arguments)), strict=True
        ):
            if default is not None and default.default is not None:
                text = self.literals.source(inner, default.default)
                if text is None:
                    raise UnreadError("a default that is no literal")
                given.append(Text(text))
                continue
            index = next(rest)
            value = subject if index == position else arguments.value(index)
            if isinstance(value, Flow | Data | Text):
                given.append(value)
            elif (
                self.named(inner, parameter.pattern) == ("", "")
                and parameter.pattern.type == "identifier"
            ):
                given.append(Text("nil"))
            else:
                raise UnreadError("an argument that is no literal")
        self._reading.append(function.key)
        try:
            self.bound(inner, clause, given)
            result = self.body(inner, clause.body)
        finally:
            self._reading.pop()
        self.findings.nodes.append((module, clause.site.node))
        return result

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
        if self._probing:
            return self._with(flow, Todo(line=0, source="", reason=""))
        self.findings.own = self.findings.own or frame.depth == 0
        texts: list[str] = []
        for index in range(len(arguments)):
            if index != position:
                value = arguments.value(index)
                text = value.source if isinstance(value, Text) else None
                if isinstance(value, Data) and value.name and not value.steps:
                    text = value.name
                if text is None:
                    replaced = _first(site, arguments, position)
                    return self._around(frame, flow, site.node, function.name, replaced)
                texts.append(text)
        inside = self.copies.function(function)
        step = Copied(
            line=_line(site.node),
            path=self._in(frame),
            function=function.name,
            arguments=tuple(texts),
            position=position,
            casts=inside.casts,
        )
        return self._with(flow, step, *inside.steps)

    def _around(
        self,
        frame: Frame,
        flow: Flow,
        node: Node,
        hint: str,
        replaced: Collection[Node] = (),
        touches: frozenset[str] | None = None,
        *,
        own_casts: bool = False,
    ) -> Flow:
        """Let a step call a function that is made around an expression."""
        if self._probing:
            return self._with(flow, Todo(line=0, source="", reason=""))
        self.findings.own = self.findings.own or frame.depth == 0
        if all(isinstance(self._variable(frame, each), Flow) for each in replaced):
            replaced = ()
        function, given, inside = self.copies.made(frame, flow, node, hint, replaced)
        if own_casts:
            inside = Inside(inside.steps)
        step = self._step(frame, node, function, given, inside.casts)
        found = self._with(flow, step, touches=touches)
        return self._with(found, *inside.steps, touches=frozenset()) if inside.steps else found

    def _then(self, frame: Frame, site: CallSite, flow: Flow, arguments: Arguments) -> Value | None:
        """`|> then(fn changeset -> … end)`: the function's body is read in its place."""
        function = arguments.nodes[1]
        back = self.findings.kept()
        try:
            if function.type == "anonymous_function":
                clauses = [c for c in function.named_children if c.type == "stab_clause"]
                parts = clauses[0].named_children if len(clauses) == 1 else []
                if [part.type for part in parts] == ["arguments", "body"]:
                    name = frame.text(parts[0]).strip("() ")
                    variables = {**frame.variables, name: flow}
                    inner = Frame(frame.module, frame.function, variables, frame.depth)
                    value = self.body(inner, expressions(parts[1]))
                    if isinstance(value, Flow) and not _has_todo(value, flow):
                        return value
        except UnreadError:
            pass
        back()
        return self._around(frame, flow, site.node, "then", _first(site, arguments))

    def _branch(
        self, frame: Frame, site: CallSite, first: Value | None, *, piped: bool
    ) -> Value | None:
        """A condition, which is copied: it takes a changeset and returns one."""
        flow = first if isinstance(first, Flow) else None
        if flow is None:
            if piped and not isinstance(first, Data):
                return None
            names = free_names(frame.module, [site.node])
            values = [frame.variables[name] for name in names if name in frame.variables]
            flows = [value for value in values if isinstance(value, Flow)]
            if not flows:
                held = self._held(frame, site)
                if held is not None:
                    return self._around(frame, held[1], site.node, site.name, (held[0],))
                started = any(isinstance(v, Data | Text) for v in values)
                if started and self._starts_inside(frame, site.node):
                    return self._started_inside(frame, site)
                return None
            flow = max(flows, key=lambda each: len(each.steps))
            if not self._returns(frame, site.node):
                return None
        back = self.findings.kept()
        try:
            return self._around(frame, flow, site.node, site.name)
        except UnreadError as error:
            back()
            return self._with(flow, self._todo(frame, site.node, str(error)))

    def _held(self, frame: Frame, site: CallSite) -> tuple[Node, Flow] | None:
        """Return the changeset that `case` or `with` looks at, and its place."""
        if not site.args or site.name not in ("case", "with"):
            return None
        parts = operator_of(frame.module.file, site.args[0], "<-")
        node = site.args[0] if parts is None else parts[1]
        if site.name == "with" and parts is None:
            return None
        value = self.value(frame, node)
        return (node, value) if isinstance(value, Flow) else None

    def _started_inside(self, frame: Frame, site: CallSite) -> Flow:
        """A condition whose branches start the changeset, all of the same struct.

        The changeset takes the place of the struct where it is started.
        """
        starts = _starts(frame, site.node)
        names = {frame.text(each) for each in starts}
        value = frame.variables.get(next(iter(names))) if len(names) == 1 else None
        if value is None or isinstance(value, Flow | Local):
            raise UnreadError(f"the changeset starts under a condition ({site.name})")
        flow = self._started(frame, starts[0], value)
        for node in starts:
            params = _after(frame, node)
            given = None if params is None else self._variable(frame, params)
            if isinstance(given, Text) and given.parameter:
                self.findings.roles.setdefault(given.source, ParameterRole.ATTRIBUTES)
        return self._around(frame, flow, site.node, site.name, starts)

    def _variable(self, frame: Frame, node: Node) -> Value | None:
        return frame.variables.get(frame.text(node)) if node.type == "identifier" else None

    def _returns(self, frame: Frame, node: Node) -> bool:
        """Whether one of the branches ends with a changeset, rather than what it is written to."""
        back = self.findings.kept()
        scope = dict(frame.variables)
        inner = Frame(frame.module, frame.function, scope, frame.depth + 1)
        probing, self._probing = self._probing, True
        try:
            return any(
                isinstance(self.value(inner, each), Flow) for each in _branch_results(frame, node)
            )
        except UnreadError:
            return True
        finally:
            self._probing = probing
            back()

    def _starts_inside(self, frame: Frame, node: Node) -> bool:
        stack = [node]
        while stack:
            current = stack.pop()
            stack.extend(current.named_children)
            site = call_site(frame.module.file.tree, current) if current.type == "call" else None
            if site is not None:
                plain = site.name.rpartition(".")[2]
                if plain in ecto.STARTS or plain.endswith("changeset"):
                    return True
        return False

    # Whole functions

    def whole(self, frame: Frame, function: Function) -> tuple[Flow, list[str]]:
        """Let one step call the function itself, copied, with the changeset in the struct's place.

        Returns the step and the names of the parameters. That is only the same where the function
        does nothing with its struct but to start a changeset of it and to read its fields, which
        are read of the changeset's data then.
        """
        if not function.arity:
            raise UnreadError("it takes no struct")
        head = Frame(frame.module, function, {})
        names = [self.named(head, p.pattern)[0] for p in function.clauses[0].parameters]
        at, attributes = 0, 1
        for clause in function.bodies:
            inner = Frame(frame.module, function, {})
            own = [self.named(inner, p.pattern)[0] for p in clause.parameters]
            for index, parameter in enumerate(clause.parameters):
                struct = self.named(inner, parameter.pattern)[1]
                if not names[index] or names[index].startswith("_"):
                    made = _made_name(parameter.pattern, struct, index)
                    names[index] = own[index] or names[index] or made
            for start, params in _casts(inner, clause):
                at = own.index(start) if start in own else at
                attributes = own.index(params) if params in own else attributes
        replaced: dict[Node, str] = {}
        for clause in function.bodies:
            inner = Frame(frame.module, function, {})
            pattern = clause.parameters[at].pattern
            name, struct = self.named(inner, pattern)
            uses = _uses(inner, clause, name)
            if uses is None or not (struct or pattern.type == "identifier"):
                raise UnreadError("it has several clauses, or a rescue, that use the struct itself")
            replaced |= uses
            if struct not in ("", "Ecto.Changeset"):
                replaced |= _of_changeset(inner, pattern)
        roles = self.findings.roles
        roles[names[at]] = ParameterRole.STRUCT
        if attributes < len(names) and attributes != at:
            roles[names[attributes]] = ParameterRole.ATTRIBUTES
        self.findings.own = True
        inside = self.copies.function(function, replaced)
        step = Copied(
            line=function.clauses[0].site.span.line,
            path=self._in(frame),
            function=function.name,
            arguments=tuple(name for index, name in enumerate(names) if index != at),
            position=at,
            casts=inside.casts,
        )
        flow = Flow((), Data(names[at]), started=True)
        return self._with(flow, step, *inside.steps), names

    # Steps

    def _step(
        self,
        frame: Frame,
        node: Node,
        function: CopiedFunction,
        given: tuple[str, ...],
        casts: tuple[str, ...] = (),
    ) -> Copied:
        return Copied(
            line=_line(node),
            path=self._in(frame),
            function=function.name,
            arguments=given,
            casts=casts,
        )

    def _todo(self, frame: Frame, node: Node, reason: str, skip: Node | None = None) -> Todo:
        """Return a step that is left to a person; `skip` is what the changeset stands for."""
        text = text_of(frame.module, node)
        if skip is not None and not is_piped(node) and skip.type != "identifier":
            text = text_of(frame.module, node, {skip: "changeset"})
        return Todo(line=_line(node), path=self._in(frame), source=text, reason=reason)

    def _with(self, flow: Flow, *steps: Step, touches: frozenset[str] | None = None) -> Flow:
        more = (touches,) * len(steps)
        return Flow((*flow.steps, *steps), flow.data, flow.started, (*flow.touched, *more))

    def _in(self, frame: Frame) -> str:
        path = frame.module.file.path
        return "" if path == self._path else path


def may_change(modules: Modules, function: Function) -> bool:
    """Whether the text of a function has a word that a changeset can't do without."""
    module = modules.get(function.module)
    source = b"" if module is None else module.file.source
    return any(
        source.find(word, clause.site.span.start, clause.site.span.end) >= 0
        for clause in function.clauses
        for word in WORDS
    )


def _first(site: CallSite, arguments: Arguments, position: int = 0) -> tuple[Node, ...]:
    """Return the argument that the changeset is, none where a pipe gives it."""
    return () if is_piped(site.node) else (arguments.nodes[position],)


def _starts(frame: Frame, node: Node) -> list[Node]:
    """Return what `cast` and `change` are given to start with, in an expression."""
    found: list[Node] = []
    stack = [node]
    while stack:
        current = stack.pop()
        stack.extend(reversed(current.named_children))
        site = call_site(frame.module.file.tree, current) if current.type == "call" else None
        if site is None or site.name.rpartition(".")[2] not in ecto.STARTS:
            continue
        first: Node | None = site.values[0] if site.values else None
        if is_piped(current) and current.parent is not None:
            first = current.parent.child_by_field_name("left")
        if first is not None:
            found.append(first)
    return found


def _after(frame: Frame, start: Node) -> Node | None:
    """Return what follows the struct that a `cast` is given."""
    holder = start.parent
    if holder is None:
        return None
    if holder.type == "arguments":
        others = expressions(holder)
        return others[1] if len(others) > 2 else None
    right = holder.child_by_field_name("right")
    site = None if right is None else call_site(frame.module.file.tree, right)
    return site.values[0] if site is not None and len(site.values) > 1 else None


def _casts(frame: Frame, clause: Clause) -> list[tuple[str, str]]:
    """Return the first two arguments of each `cast` of a clause, as written."""
    found: list[tuple[str, str]] = []
    stack = list(clause.body or ())
    while stack:
        node = stack.pop()
        stack.extend(node.named_children)
        site = call_site(frame.module.file.tree, node) if node.type == "call" else None
        if site is None or site.name.rpartition(".")[2] not in ("cast", "change"):
            continue
        values = list(site.values)
        if is_piped(node) and node.parent is not None:
            left = node.parent.child_by_field_name("left")
            values = [left, *values] if left is not None else values
        texts = [*(frame.text(value) for value in values[:2]), "", ""]
        found.append((texts[0], texts[1] if site.name.endswith("cast") else ""))
    return found


def _uses(frame: Frame, clause: Clause, name: str) -> dict[Node, str] | None:
    """Return what to write for a struct where its fields are read, by the places.

    Starting a changeset of it, or passing it on to be started, needs nothing. None where it is
    used otherwise.
    """
    found: dict[Node, str] = {}
    parts = [*(clause.body or ()), *(() if clause.guard is None else (clause.guard,))]
    for node in parts if name else ():
        for each, place in identifiers(frame.module.file, node):
            holder = place.parent
            if each != name or holder is None:
                continue
            site = None
            if holder.type == "dot":
                found[place] = f"{name}.data"
                continue
            if holder.type == "binary_operator":
                right = holder.child_by_field_name("right")
                site = None if right is None else call_site(frame.module.file.tree, right)
            elif holder.type == "arguments" and expressions(holder)[0].id == place.id:
                parent = holder.parent
                site = None if parent is None else call_site(frame.module.file.tree, parent)
            plain = "" if site is None else site.name.rpartition(".")[2]
            if plain not in ecto.STARTS and not plain.endswith("changeset"):
                return None
    return found


def _of_changeset(frame: Frame, pattern: Node) -> dict[Node, str]:
    """Return the pattern of a changeset for that of its struct, by the place."""
    stack = [pattern]
    while stack:
        node = stack.pop()
        named = next((c for c in node.named_children if c.type == "struct"), None)
        if node.type == "map" and named is not None:
            content = next((c for c in node.named_children if c.type == "map_content"), None)
            inner = "" if content is None else f"data: %{{{frame.text(content)}}}"
            return {node: f"%Ecto.Changeset{{{inner}}}"}
        if operator_of(frame.module.file, node, "=") is not None:
            stack.extend(node.named_children)
    return {}


def _is_condition(modules: Modules, function: Function) -> bool:
    """Whether a function ends in a condition, and casts nothing: it can only be copied whole."""
    module = modules.get(function.module)
    bodies = function.bodies
    last = bodies[0].body[-1] if len(bodies) == 1 and bodies[0].body else None
    if module is None or last is None or call_name(module.file.tree, last) not in BRANCHES:
        return False
    span = bodies[0].site.span
    return module.file.source.find(b"cast", span.start, span.end) < 0


def _has_todo(value: Flow, subject: Flow) -> bool:
    return any(isinstance(step, Todo) for step in value.steps[len(subject.steps) :])


def _line(node: Node) -> int:
    return node.start_point.row + 1


def _made_name(node: Node, schema: str, index: int) -> str:
    """Return a name for a parameter that has none."""
    if schema:
        return macro_underscore(schema.rpartition(".")[2])
    return "attrs" if node.type == "map" else f"argument_{index + 1}"


def _without_name(frame: Frame, node: Node, name: str) -> str:
    """Return the pattern of `pattern = name`."""
    parts = operator_of(frame.module.file, node, "=")
    for part in parts or ():
        if frame.text(part) != name:
            return text_of(frame.module, part)
    return text_of(frame.module, node)


def _branch_results(frame: Frame, node: Node) -> list[Node]:
    """Return the expressions that end the branches of a condition."""
    found: list[Node] = []
    stack = [child for child in node.named_children if child.type == "do_block"]
    site = call_site(frame.module.file.tree, node)
    if site is not None and not stack:
        found += [option.value for option in site.options]
        found += site.body or ()
    while stack:
        block = stack.pop()
        inner = expressions(block)
        deeper = [
            e for e in inner if e.type in ("stab_clause", "body") or e.type.endswith("_block")
        ]
        plain = [each for each in inner if each not in deeper]
        stack += deeper
        if plain and block.type != "stab_clause":
            found.append(plain[-1])
    return found
