"""Calls of `Ecto.Changeset`'s own functions as steps."""

from __future__ import annotations

import re

from tree_sitter import Node

from ash_scaffold.ash.changesets import Cast, CopiedFunction, Nested, ParameterRole, Rule
from ash_scaffold.legacy.changesets import ecto_functions as ecto
from ash_scaffold.legacy.changesets.copied_text import free_names, text_of
from ash_scaffold.legacy.changesets.ecto_calls import captured, constraint, touched
from ash_scaffold.legacy.changesets.literals import Literals, options_of
from ash_scaffold.legacy.changesets.step_maker import StepMaker, first_argument, line_of
from ash_scaffold.legacy.changesets.values import (
    Arguments,
    Data,
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
from ash_scaffold.legacy.functions import Modules, operator_of
from ash_scaffold.syntax.parse import CallSite, expressions, pairs
from ash_scaffold.term import Atom

# The names that people give to what is cast.
ATTRIBUTES = re.compile(r"(?:.*_)?(?:attrs|attributes|params|args|changes|data|map|input)(?:_.*)?$")
_PUTS = frozenset({"put_assoc", "put_embed"})


class EctoSteps:
    """Reads the calls of `Ecto.Changeset` in one changeset function."""

    def __init__(
        self,
        modules: Modules,
        targets: Targets,
        literals: Literals,
        maker: StepMaker,
    ) -> None:
        self._modules = modules
        self._targets = targets
        self._literals = literals
        self._copies = maker.copies
        self._findings = maker.findings
        self._make = maker

    def read(self, frame: Frame, site: CallSite, name: str, arguments: Arguments) -> Value | None:
        """Return what a call of one of its functions makes, None for what is no changeset."""
        if not len(arguments) or not (name in ecto.STEPS or name in ecto.STARTS):
            return None
        subject = arguments.value(0)
        rest = arguments.nodes[1:]
        if name in ecto.STARTS:
            subject = self.started(frame, arguments.nodes[0], subject)
        if not isinstance(subject, Flow):
            return None
        self._findings.own = self._findings.own or frame.depth == 0
        if name == "change" and not rest:
            return subject
        try:
            return self._ecto_step(frame, site, name, arguments, subject, rest)
        except UnreadError as error:
            step = self._make.todo(frame, site.node, str(error), arguments.nodes[0])
            # Without the fields that are cast nobody knows what the function takes.
            if name == "cast":
                raise
        return self._make.added(subject, step)

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
        if name == "put_embed" and self._takes_out(frame, flow, rest):
            name = "put_change"
        if name in _PUTS:
            raise UnreadError(f"{name} takes over what is loaded or made elsewhere")
        if name in ecto.CONSTRAINTS:
            step = constraint(
                self._literals, frame, site.node, name, rest, self._make.path_of(frame)
            )
            if step is None:
                raise UnreadError("its field or its options can't be read")
            return self._make.added(flow, step, touches=frozenset())
        if name in ecto.NESTED:
            return self._nested(frame, site, name, flow, rest)
        touches = touched(self._literals, frame, name, rest)
        texts = [self._literals.source(frame, node) for node in rest]
        if all(text is not None for text in texts):
            rule = Rule(
                line=line_of(site.node),
                path=self._make.path_of(frame),
                call=name,
                arguments=tuple(text for text in texts if text is not None),
            )
            return self._make.added(flow, rule, touches=touches)
        return self._make.around(
            frame, flow, site.node, name, first_argument(site, arguments), touches
        )

    def started(self, frame: Frame, node: Node, value: Value | None) -> Flow:
        """Return the changeset that `cast` or `change` starts with."""
        if isinstance(value, Flow):
            return value
        if isinstance(value, Text) and value.parameter:
            value = Data(value.source)
        if isinstance(value, Data):
            if value.name:
                self._findings.roles[value.name] = ParameterRole.STRUCT
            self._findings.schema = self._findings.schema or value.schema
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
        fields = self._literals.atoms(frame, rest[1])
        if fields is None:
            raise UnreadError(f"the fields of cast can't be read: {short(frame.text(rest[1]))}")
        options = ""
        if len(rest) > 2:
            text = self._literals.source(frame, rest[2])
            if text is None:
                raise UnreadError(f"the options of cast can't be read: {frame.text(rest[2])}")
            options = text
        params = arguments.value(1)
        prepared: CopiedFunction | None = None
        given: tuple[str, ...] = ()
        if isinstance(params, Text) and params.parameter:
            self._findings.roles.setdefault(params.source, ParameterRole.ATTRIBUTES)
        elif isinstance(params, Text) and params.source in ("%{}", "[]"):
            fields = ()
        elif self._given_attributes(frame, rest[0]):
            prepared, given = self._copies.made_of(frame, rest[0], "cast_params")
        else:
            # Nothing that a caller passes as attributes is cast.
            replaced = first_argument(site, arguments)
            return self._make.around(
                frame, flow, site.node, "cast", replaced, frozenset(fields), own_casts=True
            )
        step = Cast(
            line=line_of(site.node),
            path=self._make.path_of(frame),
            fields=fields,
            options=options,
            prepared="" if prepared is None else prepared.name,
            arguments=given,
        )
        return self._make.added(flow, step, touches=frozenset(fields))

    def _given_attributes(self, frame: Frame, node: Node) -> bool:
        """Whether an expression makes something of the attributes, which get their role."""
        found: list[str] = []
        waiting: list[tuple[Node, dict[str, Value]]] = [(node, dict(frame.variables))]
        seen: set[int] = set()
        while waiting:
            current, scope = waiting.pop()
            for name in free_names(frame.module, [current], _values_of_maps(frame, current)):
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
        roles = self._findings.roles
        known = [name for name in found if roles.get(name) is ParameterRole.ATTRIBUTES]
        alike = [name for name in found if name not in roles and ATTRIBUTES.match(name)]
        for name in (known or alike)[:1]:
            roles[name] = ParameterRole.ATTRIBUTES
            return True
        return False

    def _takes_out(self, frame: Frame, flow: Flow, rest: tuple[Node, ...]) -> bool:
        """Whether `put_embed` takes out what there is, which its `on_replace` has to allow."""
        field = self._literals.evaluated(frame, rest[0]) if rest else None
        if len(rest) != 2 or not isinstance(field, Atom):
            return False
        target = self._target(frame, flow, field.name)
        deletes = target.on_replace == "delete" and not target.many
        return deletes and self._literals.source(frame, rest[1]) == "nil"

    def _target(self, frame: Frame, flow: Flow, field: str) -> Target:
        owner = self._findings.schema or flow.data.schema or frame.module.name
        return self._targets.held.get((owner, field), Target(""))

    def _nested(
        self, frame: Frame, site: CallSite, name: str, flow: Flow, rest: tuple[Node, ...]
    ) -> Flow:
        field = self._literals.evaluated(frame, rest[0]) if rest else None
        if not isinstance(field, Atom):
            raise UnreadError(f"the field of {name} can't be read")
        target = self._target(frame, flow, field.name)
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
                    self._copies.nested(private)
                    module, function, copied = "", "", private.name
                continue
            literal = self._literals.source(frame, each)
            if literal is None:
                raise UnreadError(f"the options can't be read: {short(frame.text(each))}")
            others.append(f"{key}: {literal}")
        step = Nested(
            line=line_of(site.node),
            path=self._make.path_of(frame),
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
        return self._make.added(flow, step, touches=frozenset({field.name}))

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
                return self._copies.made_of(frame, operand, name, ("struct", "params"), replaced)
        if node.type == "anonymous_function":
            clauses = [c for c in node.named_children if c.type == "stab_clause"]
            parts = clauses[0].named_children if len(clauses) == 1 else []
            if [part.type for part in parts] == ["arguments", "body"]:
                names = [frame.text(each) for each in expressions(parts[0])]
                if len(names) == 2 and all(each.isidentifier() for each in names):
                    return self._copies.made_of(frame, parts[1], name, names)
        raise UnreadError(f"the function that it casts with: {short(frame.text(node))}")


def _values_of_maps(frame: Frame, node: Node) -> frozenset[int]:
    """Return the ids of the variables that are values of a map as they are, in an expression."""
    found: set[int] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        stack.extend(current.named_children)
        if current.type != "map_content":
            continue
        for entry in expressions(current):
            arrow = operator_of(frame.module.file, entry, "=>")
            values = [each.child_by_field_name("value") for each in pairs(entry)]
            values += [] if arrow is None else [arrow[1]]
            found |= {each.id for each in values if each is not None and each.type == "identifier"}
    return frozenset(found)
