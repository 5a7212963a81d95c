"""The body of a changeset function as steps.

The body is followed as it runs: variables hold the struct, the parameters, or a changeset with its
steps so far. A helper of one clause that only makes steps is read in its place; one that does more
is copied, and so is a condition in the body itself, as a function of its own. Whatever is neither
becomes a `Todo`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.changesets import (
    Cast,
    Copied,
    Nested,
    ParameterRole,
    Rule,
    Step,
    Todo,
)
from ash_scaffold.legacy.changesets import ecto_functions as ecto
from ash_scaffold.legacy.changesets.conditions import (
    BRANCHES,
    after_start,
    branch_patterns,
    branch_results,
    starts,
    starts_inside,
)
from ash_scaffold.legacy.changesets.copied_text import free_names, is_piped, text_of
from ash_scaffold.legacy.changesets.copies import Copies
from ash_scaffold.legacy.changesets.ecto_steps import ATTRIBUTES, EctoSteps
from ash_scaffold.legacy.changesets.literals import Literals
from ash_scaffold.legacy.changesets.parameters import bind, named
from ash_scaffold.legacy.changesets.step_maker import StepMaker, first_argument, line_of, variable
from ash_scaffold.legacy.changesets.struct_values import StructValues
from ash_scaffold.legacy.changesets.values import (
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
from ash_scaffold.legacy.changesets.whole_function import Whole, whole
from ash_scaffold.legacy.functions import (
    Function,
    Module,
    Modules,
    Parameter,
    identifiers,
    operator_of,
)
from ash_scaffold.syntax.parse import (
    CallSite,
    call_name,
    call_site,
    expressions,
    key_text,
    pairs,
)
from ash_scaffold.syntax.values import alias_text
from ash_scaffold.term import Atom

# What the text of a function that makes or takes a changeset has in it.
WORDS = re.compile(rb"cast|[cC]hangeset|(?<![\w-])change\b|_change\b")
# How far helpers that call helpers are followed.
_MAX_DEPTH = 12
# Deeper nesting than a person writes: Python's own stack is the limit otherwise.
_MAX_NESTING = 100
# How many calls are followed for one function: helpers may call each other many times.
_BUDGET = 4000
# What a repo makes of a changeset is no changeset any more.
REPO = re.compile(r"(?:^|\.|_)[Rr]epo\.\w+[!?]?$|^(?:Ecto\.)?Multi\.")
# Functions, and modules of such, that return no changeset though they are given one.
_NO_STEPS = frozenset(
    "to_form inspect assign render Map Enum Keyword Jason Logger Phoenix.Component IO elem is_nil "
    "Process send Oban push_event apply_action! dbg".split()
)
# What goes through a list with the changeset, and returns it.
_REDUCES = frozenset({"Enum.reduce", "Enum.reduce_while", "List.foldl"})
_ON_STRUCTS = frozenset({"Map.put", "Map.merge", "Map.replace!", "struct", "struct!"})
_HOLDERS = frozenset({"stab_clause", "body"})


class StepReader:
    """Reads the steps of one changeset function; `findings` has what else was found."""

    def __init__(self, modules: Modules, targets: Targets, module: Module) -> None:
        path = module.file.path
        self._modules = modules
        self._targets = targets
        self.findings = Findings(module.name)
        self.literals = Literals(modules, targets, self.findings)
        self._make = StepMaker(
            Copies(modules, self.literals, self.findings, path), self.findings, path
        )
        self._ecto = EctoSteps(modules, targets, self.literals, self._make)
        # Why a helper that may start a changeset is not read.
        self.unread = ""
        self._reading: list[tuple[str, str, int]] = []
        self._budget = _BUDGET
        self._nesting = 0

    # Statements

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
                    left.append(self._make.todo(frame, node, "a statement that is no step"))
        return self._make.added(value, *left) if left and isinstance(value, Flow) else value

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
        local = Local(node, text_of(frame.module, node), dict(frame.variables), depth=frame.depth)
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
                return self._make.added(
                    value, self._make.todo(frame, node, "the changeset is changed as a map")
                )
            given = isinstance(value, Text) and value.parameter
            if isinstance(value, Text) and ATTRIBUTES.match(value.source):
                given = False
            if not (isinstance(value, Data) or given or named is not None):
                return None
            step = self._make.todo(frame, node, "the struct is changed before it is cast")
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
        todo = self._make.todo(frame, node, "the struct is made with values")
        if len(inner) != 1 or inner[0].type != "keywords":
            return (todo,)
        step: Rule | Copied
        literal = self.literals.source(frame, inner[0])
        if literal is not None:
            line, path = line_of(node), self._make.path_of(frame)
            step = Rule(line=line, path=path, call="change", arguments=(literal,))
        else:
            back = self.findings.kept()
            try:
                function, given = self._make.copies.made_text(frame, inner[0], "change")
            except UnreadError as error:
                back()
                return (msgspec.structs.replace(todo, reason=f"{todo.reason}: {error}"),)
            step = self._make.copied(frame, node, function, given)
        tree = frame.module.file.tree
        fields = tuple(filter(None, (key_text(tree, pair) for pair in pairs(inner[0]))))
        self.findings.filled[step] = StructValues(fields, todo)
        return (step,)

    def _piped(self, frame: Frame, left: Node, right: Node) -> Value | None:
        first = self.value(frame, left)
        site = call_site(frame.module.file.tree, right)
        if right.type == "identifier":
            # Older code calls a function without parentheses.
            span = frame.module.file.tree.span(right)
            site = CallSite(frame.text(right), right, span)
        if site is None:
            return self._make.around(frame, first, right, "") if isinstance(first, Flow) else None
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
        return self._make.added(
            first, self._make.todo(frame, site.node, reason, arguments.nodes[0])
        )

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
                return self._ecto.read(frame, site, plain, arguments)
            found = self._modules.get(module)
            function = None if found is None else found.function(plain, count)
        else:
            function = (
                frame.module.function(plain, count)
                or frame.module.brought(plain, count)
                or self._modules.imported(frame.module, plain, count)
            )
            if function is None and ecto.is_of_changeset(plain, count):
                return self._ecto.read(frame, site, plain, arguments)
        if name in _REDUCES and count == 3 and isinstance(flow := arguments.value(1), Flow):
            pipe = site.node.parent if is_piped(site.node) else None
            node = site.node if pipe is None else pipe
            return self._make.around(frame, flow, node, "", (arguments.nodes[1],))
        if REPO.search(name):
            return self._of_repo(frame, site, plain, arguments)
        position = self._subject(arguments)
        subject = arguments.value(position) if count else None
        if function is not None:
            return self._function(frame, site, function, arguments, position, subject)
        if isinstance(subject, Flow):
            if position == 0 and plain not in _NO_STEPS and owner not in _NO_STEPS:
                return self._make.around(
                    frame, subject, site.node, plain, first_argument(site, arguments)
                )
            return None
        return self._of_struct(frame, site, plain, arguments)

    def _of_repo(
        self, frame: Frame, site: CallSite, name: str, arguments: Arguments
    ) -> Value | None:
        value = arguments.value(0) if len(arguments) else None
        if name == "preload" and isinstance(value, Text) and value.parameter:
            value = Data(value.source)
        if name == "preload" and isinstance(value, Data):
            step = self._make.todo(
                frame, site.node, "the struct is preloaded first", arguments.nodes[0]
            )
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
            step = self._make.todo(frame, site.node, "the struct is built of another")
            return Data("", held, (step,))
        if site.name in _ON_STRUCTS and isinstance(value, Data):
            reason = "the struct is changed before it is cast"
            step = self._make.todo(frame, site.node, reason, arguments.nodes[0])
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
                if not function.name.endswith("changeset"):
                    self.unread = f"{function.name}/{function.arity}: {error}"
                    return None
                try:
                    return self._started_whole(frame, site, function, arguments)
                except UnreadError:
                    back()
                    raise UnreadError(f"{function.name}/{function.arity}: {error}") from error
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
        probing, self._make.probing = self._make.probing, True
        try:
            for clause in function.bodies:
                inner = Frame(module, function, {}, frame.depth + 1)
                for index, parameter in enumerate(clause.parameters):
                    name, _ = named(inner, parameter.pattern)
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
            self._make.probing = probing
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
                known = self.value(inner, default.default)
                if not isinstance(known, Data | Text):
                    raise UnreadError("a default that is no literal")
                given.append(known)
                continue
            index = next(rest)
            value = subject if index == position else arguments.value(index)
            if isinstance(value, Flow | Data | Text):
                given.append(value)
            elif self._may_be_set(frame, function, parameter, given):
                name = inner.text(parameter.pattern)
                node = arguments.nodes[index]
                known = variable(frame, node)
                if isinstance(known, Local) and frame.text(node) == name:
                    given.append(known)
                    continue
                text = f"{name} = {text_of(frame.module, node)}"
                given.append(Local(node, text, dict(frame.variables), depth=frame.depth))
            elif (
                named(inner, parameter.pattern) == ("", "")
                and parameter.pattern.type == "identifier"
            ):
                given.append(Text("nil"))
            else:
                raise UnreadError("an argument that is no literal")
        self._reading.append(function.key)
        try:
            bind(inner, clause, given)
            result = self.body(inner, clause.body)
        finally:
            self._reading.pop()
        self.findings.nodes.append((module, clause.site.node))
        return result

    def _may_be_set(
        self,
        frame: Frame,
        function: Function,
        parameter: Parameter,
        given: Sequence[Value | None],
    ) -> bool:
        """Whether an argument may stand as a line `parameter = argument` in copied code.

        The code around a call and that of the function then read names of one module. One such
        line only: a further one might read what the first has set.
        """
        return (
            function.module == frame.module.name
            and parameter.pattern.type == "identifier"
            and not frame.text(parameter.pattern).startswith("_")
            and not any(isinstance(each, Local) for each in given)
        )

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
        if self._make.probing:
            return self._make.added(flow, Todo(line=0, source="", reason=""))
        self.findings.own = self.findings.own or frame.depth == 0
        texts: list[str] = []
        for index in range(len(arguments)):
            if index != position:
                value = arguments.value(index)
                text = value.source if isinstance(value, Text) else None
                if isinstance(value, Data) and value.name and not value.steps:
                    text = value.name
                if text is None:
                    replaced = first_argument(site, arguments, position)
                    return self._make.around(frame, flow, site.node, function.name, replaced)
                texts.append(text)
        inside = self._make.copies.function(function)
        step = Copied(
            line=line_of(site.node),
            path=self._make.path_of(frame),
            function=function.name,
            arguments=tuple(texts),
            position=position,
            casts=inside.casts,
        )
        return self._make.added(flow, step, *inside.steps)

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
        return self._make.around(frame, flow, site.node, "then", first_argument(site, arguments))

    def _branch(
        self, frame: Frame, site: CallSite, first: Value | None, *, piped: bool
    ) -> Value | None:
        """A condition, which is copied: it takes a changeset and returns one."""
        flow = first if isinstance(first, Flow) else None
        node = site.node
        if flow is None:
            if piped and not isinstance(first, Data) and node.parent is not None:
                # What is looked at may be read of a changeset, which a branch returns.
                node = node.parent
            names = free_names(frame.module, [node])
            values = [frame.variables[name] for name in names if name in frame.variables]
            flows = [value for value in values if isinstance(value, Flow)]
            if not flows and node is not site.node:
                return None
            if not flows:
                held = self._held(frame, site)
                if held is not None:
                    if not self._returns(frame, site.node, held[1]):
                        return None
                    return self._make.around(frame, held[1], site.node, site.name, (held[0],))
                started = any(isinstance(v, Data | Text) for v in values)
                if started and starts_inside(frame, site.node):
                    return self._started_inside(frame, site)
                return None
            flow = max(flows, key=lambda each: len(each.steps))
            if not self._returns(frame, site.node):
                return None
        back = self.findings.kept()
        try:
            return self._make.around(frame, flow, node, site.name)
        except UnreadError as error:
            back()
            return self._make.added(flow, self._make.todo(frame, node, str(error)))

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
        found = starts(frame, site.node)
        names = {frame.text(each) for each in found}
        value = frame.variables.get(next(iter(names))) if len(names) == 1 else None
        if value is None or isinstance(value, Flow | Local):
            raise UnreadError(f"the changeset starts under a condition ({site.name})")
        flow = self._ecto.started(frame, found[0], value)
        for node in found:
            params = after_start(frame, node)
            given = None if params is None else variable(frame, params)
            if isinstance(given, Text) and given.parameter:
                self.findings.roles.setdefault(given.source, ParameterRole.ATTRIBUTES)
        return self._make.around(frame, flow, site.node, site.name, found)

    def _returns(self, frame: Frame, node: Node, held: Flow | None = None) -> bool:
        """Whether one of the branches ends with a changeset, rather than what it is written to.

        `held` is the changeset that is looked at, for which the patterns have names.
        """
        back = self.findings.kept()
        scope = dict(frame.variables)
        if held is not None:
            names = (named(frame, pattern)[0] for pattern in branch_patterns(frame, node))
            scope |= dict.fromkeys((name for name in names if name), held)
        inner = Frame(frame.module, frame.function, scope, frame.depth + 1)
        probing, self._make.probing = self._make.probing, True
        try:
            return any(
                isinstance(self.value(inner, each), Flow) for each in branch_results(frame, node)
            )
        except UnreadError:
            return True
        finally:
            self._make.probing = probing
            back()

    def whole(self, frame: Frame, function: Function) -> tuple[Flow, list[str]]:
        """Let one step call the function itself, copied, with the changeset for its struct.

        Returns the step and the names of the parameters.
        """
        found = whole(self._modules, frame.module, function)
        names, at = found.names, found.at
        roles = self.findings.roles
        roles[names[at]] = ParameterRole.STRUCT
        if found.attributes < len(names) and found.attributes != at:
            roles[names[found.attributes]] = ParameterRole.ATTRIBUTES
        given = tuple(name for index, name in enumerate(names) if index != at)
        self.findings.own = True
        flow = Flow((), Data(names[at]), started=True)
        return self._call_whole(
            frame, function.clauses[0].site, found, function, flow, given
        ), names

    def _call_whole(
        self,
        frame: Frame,
        site: CallSite,
        found: Whole,
        function: Function,
        flow: Flow,
        given: tuple[str, ...],
    ) -> Flow:
        inside = self._make.copies.function(function, found.replaced)
        step = Copied(
            line=site.span.line,
            path=self._make.path_of(frame),
            function=function.name,
            arguments=given,
            position=found.at,
            casts=inside.casts,
        )
        return self._make.added(flow, step, *inside.steps)

    def _started_whole(
        self, frame: Frame, site: CallSite, function: Function, arguments: Arguments
    ) -> Flow:
        """Let a step call a changeset function that can't be read in the place of its call."""
        module = self._modules.get(function.module)
        if module is None or len(arguments) != function.arity:
            raise UnreadError("it can't be copied")
        found = whole(self._modules, module, function)
        flow = self._ecto.started(frame, arguments.nodes[found.at], arguments.value(found.at))
        given: list[str] = []
        for index in range(len(arguments)):
            value = arguments.value(index)
            if index == found.at:
                continue
            if not isinstance(value, Text):
                raise UnreadError("an argument that is no literal")
            given.append(value.source)
            if index == found.attributes and value.parameter:
                self.findings.roles.setdefault(value.source, ParameterRole.ATTRIBUTES)
        return self._call_whole(frame, site, found, function, flow, tuple(given))


def may_change(modules: Modules, function: Function) -> bool:
    """Whether the text of a function has a word that a changeset can't do without."""
    module = modules.get(function.module)
    source = b"" if module is None else module.file.source
    return any(
        WORDS.search(source, clause.site.span.start, clause.site.span.end) is not None
        for clause in function.clauses
    )


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
