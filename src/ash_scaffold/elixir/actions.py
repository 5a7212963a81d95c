"""Actions of changeset functions as entities of a fragment, and the functions they call.

Each step becomes a line of a `change` or `validate`, in order, or a comment that says what is left
to do. A comment above the action names its function: by that a merge knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias, assert_never

from ash_scaffold.ash.action_errors import ConstraintMessage
from ash_scaffold.ash.action_inputs import Argument, cast_fields
from ash_scaffold.ash.actions import Action, ActionKind, Child, ResourceActions
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
from ash_scaffold.ash.code_interface import Define
from ash_scaffold.elixir.ash_rules import SETTERS, Inputs, ash_rules, fields_of
from ash_scaffold.elixir.copied_functions import CopiedModule, FunctionKey, copied_module
from ash_scaffold.elixir.entity import STEP, Entity, Section, indented
from ash_scaffold.syntax.literal import LINE_LENGTH, atom, comment, fit, flat, key, statement, width
from ash_scaffold.syntax.values import Unreadable, read_literal, read_partly
from ash_scaffold.term import Atom, Call, Capture, Keyword, Map, Module, Source, Term


class Listed(NamedTuple):
    """The arguments of a call as a list, in which keywords keep their brackets."""

    items: list[Term]


Pairs: TypeAlias = "tuple[tuple[str, Term | Listed], ...]"

# The lines of an action's body stand within `defmodule`, `actions` and the action.
_COLUMN = 3 * STEP
_ADDED = "done after the function, where the row is written"
_LINE_NUMBER = re.compile(r"(?<=\.ex):\d+|(?<=\.exs):\d+")


class Style(StrEnum):
    """How steps are written: through Ecto, or as Ash's own where both agree on every input."""

    ECTO = "ecto"
    ASH = "ash"


def action_section(planned: ResourceActions, app: str, style: Style = Style.ECTO) -> Section:
    """Return the actions of a resource, an entity each; `app` is the module of support modules."""
    copied = copied_functions(planned)
    entities = [_Writer(each, planned, copied, app, style).entity() for each in planned.actions]
    return Section("actions", tuple((each,) for each in entities))


class LeftStep(NamedTuple):
    """A step, or a default, that an action leaves to a person: its place, its source and why."""

    action: Action
    path: str
    line: int
    source: str
    reason: str

    @property
    def todo(self) -> str:
        """The comment in the action."""
        return comment(f"TODO {self.path}:{self.line}: {self.reason}")


def left_steps(planned: ResourceActions) -> tuple[LeftStep, ...]:
    """Return what the actions of a resource have as a TODO, in order."""
    copied = copied_functions(planned)
    found: list[LeftStep] = []
    for each in planned.actions:
        writer = _Writer(each, planned, copied, "", Style.ECTO)
        writer.entity()
        found += writer.left
    return tuple(found)


def copied_functions(planned: ResourceActions) -> CopiedModule:
    """Return the functions that the actions of a resource call, and those that these call."""
    return copied_module(_called(each) for each in planned.actions)


def _called(action: Action) -> list[CopiedFunction]:
    """Return the functions of a changeset function but for those that only a TODO would call."""
    children = {(child.line, child.field) for child in action.children}
    wanted: set[str] = set()
    for step in action.changeset.steps:
        match step:
            case Copied(function=name) | Cast(prepared=name):
                wanted.add(name)
            case Nested(copied=name) if (step.line, step.field) in children:
                wanted.add(name)
            case _:
                pass
    functions = action.changeset.functions
    reached = [each for each in functions if each.called and each.name in wanted]
    for each in reached:
        words = set(re.findall(r"[a-z_]\w*[?!]?", each.source))
        reached += [f for f in functions if f.name in words and f not in reached]
    return [each for each in functions if each in reached]


def unplaced(lines: Iterable[str]) -> tuple[str, ...]:
    """Return lines without the line numbers of legacy files, which move with every edit there."""
    return tuple(
        _LINE_NUMBER.sub("", line) if line.lstrip().startswith("#") else line for line in lines
    )


class _Writer:
    """Writes one action."""

    def __init__(
        self,
        action: Action,
        planned: ResourceActions,
        copied: CopiedModule,
        app: str,
        style: Style,
    ) -> None:
        self.left: list[LeftStep] = []
        self._lacks_steps = False
        self._action = action
        self._of = action.changeset
        self._app = app
        self._style = style
        self._functions = {
            each.name: copied.names[FunctionKey.of(each)] for each in _called(action)
        }
        self._missing = {(each.line, each.name): each.reason for each in action.missing}
        self._children = {(child.line, child.field): child for child in action.children}
        self._fields = action.fields
        casts = [each for each in self._of.steps if isinstance(each, Cast)]
        self._casts = len(casts)
        self._casts_elsewhere = any(
            isinstance(each, Copied) and each.casts for each in self._of.steps
        )
        self._first = casts[0] if casts else None
        cast = {name for each in self._of.steps for name in cast_fields(each)}
        # An input that only steps read.
        self._reads = any(each.name in {*self._of.reads} - cast for each in action.arguments)
        self._names = Keyword(
            tuple((name, Atom(other)) for name, other in sorted(action.names.items()))
        )
        self._inputs = Inputs(
            {each.name: each.type for each in planned.resource.attributes},
            {each.name: each.type for each in action.arguments},
        )

    def entity(self) -> Entity:
        """Return the action with its comment."""
        action, of = self._action, self._of
        label = f"{of.module}.{of.function}/{of.arity}"
        arguments = [line for each in action.arguments for line in self._argument(each)]
        groups = [self._options(), arguments, self._steps()]
        body = indented(_spaced(groups), STEP)
        head = f"{action.kind.value} {flat(Atom(action.name))} do"
        return Entity(
            f"{action.kind.value} {label}", (comment(f"{label}, {of.path}"), head, *body, "end")
        )

    def _options(self) -> list[list[str]]:
        action = self._action
        lines = []
        if action.primary:
            lines.append(["primary? true"])
        if action.kind is ActionKind.UPDATE:
            lines.append(["require_atomic? false"])
        lines.append(_call("accept", [_atoms(action.accept)]))
        if action.allow_nil_input:
            lines.append(_call("allow_nil_input", [_atoms(action.allow_nil_input)]))
        lines.append(["skip_unknown_inputs :*"])
        if action.messages:
            lines.append(self._error_handler())
        return lines

    def _argument(self, argument: Argument) -> list[list[str]]:
        """Write an argument, and what is left to do where its default is no value."""
        default = None if argument.default is None else _default(argument.default)
        lines = [_argument_lines(argument, default)]
        if argument.default is not None and default is None:
            said = f"{argument.name} \\\\ {argument.default}"
            left = self._left(self._of.path, self._of.line, said, "this default is no literal")
            lines.insert(0, left)
        return lines

    def _error_handler(self) -> list[str]:
        """Write what the function says of constraints where the resource says something else."""
        said = tuple((each.constraint, _told(each)) for each in self._action.messages)
        module = flat(self._module("Changes.Errors"))
        line = f"error_handler {{{module}, :reword, [{flat(Keyword(said))}]}}"
        if _COLUMN + width(line) <= LINE_LENGTH:
            return [line]
        at = _COLUMN + len("error_handler {")
        inner = " " * (at + 2 * STEP)
        rows = f",\n{inner}".join(
            f"{key(name)} " + fit(value, at + 2 * STEP, at + 2 * STEP + width(key(name)) + 1, 1)
            for name, value in said
        )
        pad, less = " " * at, " " * (at + STEP)
        return _split(
            f"error_handler {{{module}, :reword,\n{pad}[\n{less}[\n{inner}{rows}\n{less}]\n{pad}]}}"
        )

    def _steps(self) -> list[list[str]]:
        entries = self._tenant()
        entries += [_given(atom(each)) for each in self._action.given]
        if not self._casts and self._names.items:
            none: Pairs = (("fields", []), ("names", self._names))
            entries.append(_tuple("change", self._module("Changes.Cast"), none))
        for step in self._of.steps:
            match step:
                case Cast():
                    if step.fields or step.options:
                        entries.append(self._cast(step))
                    entries += self._not_cast(step, step.fields)
                case Rule():
                    entries += self._rule(step)
                case Copied() if step.function not in self._functions:
                    said = f"{step.function}({', '.join(step.arguments)})"
                    entries.append(self._todo(step, said, "its text is not known"))
                case Copied():
                    entries.append(self._copied(step))
                    entries += self._not_cast(step, step.casts)
                case Nested():
                    child = self._children.get((step.line, step.field))
                    if child is None:
                        reason = self._missing.get((step.line, step.field), "it can't be read")
                        said = step.source or f"{step.call}({flat(Atom(step.field))})"
                        entries.append(self._todo(step, said, reason))
                    else:
                        entries.append(self._nested(step, child))
                case Todo(source=source, reason=reason):
                    entries.append(self._todo(step, source, reason))
                case Constraint():
                    # The resource knows the constraints of its table, with their messages.
                    pass
                case _:
                    assert_never(step)
        creates = self._action.kind is ActionKind.CREATE
        added = [each for each in self._of.added if (each.creates if creates else each.updates)]
        told: set[str] = set()
        for each in added:
            # Several places may do the same.
            if each.source not in told:
                entries.append(self._left(each.path, each.line, each.source, _ADDED))
            told.add(each.source)
        if self._lacks_steps:
            entries.insert(0, _tuple("change", self._module("Changes.Todo"), ()))
        return entries

    def _tenant(self) -> list[list[str]]:
        """Write how the steps get the tenant's field, which no input has.

        A row stays its tenant's, so an update takes no other one.
        """
        tenant = self._action.tenant
        if tenant is None:
            return []
        if self._action.kind is ActionKind.CREATE:
            return [_tuple("change", self._module("Changes.Tenant"), ())]
        is_cast = any(tenant in cast_fields(step) for step in self._of.steps)
        said = f"{flat(Atom(tenant))} is not cast: a row stays its tenant's."
        return [[comment(said)]] if is_cast else []

    def _not_cast(self, step: Step, names: Iterable[str]) -> Iterator[list[str]]:
        for name in names:
            reason = self._missing.get((step.line, name))
            if reason is not None:
                yield self._todo(step, f"cast of {flat(Atom(name))}", reason)

    def _todo(self, step: Step, source: str, reason: str) -> list[str]:
        """Say what is left to do, and where the legacy code does it.

        Until somebody has done it the action refuses to run: without the step it would write what
        its function would not.
        """
        self._lacks_steps = True
        return self._left(step.path or self._of.path, step.line, source, reason)

    def _left(self, path: str, line: int, source: str, reason: str) -> list[str]:
        left = LeftStep(self._action, path, line, source, reason)
        self.left.append(left)
        lines = [f"  {line}".rstrip() for line in source.strip().split("\n")]
        return [
            left.todo,
            *(f"# {line}".rstrip() if line.isprintable() else comment(line) for line in lines),
        ]

    def _cast(self, step: Cast) -> list[str]:
        options = read_partly(step.options) if step.options else Keyword(())
        pairs: Pairs = options.items if isinstance(options, Keyword) else ()
        types = tuple(
            (each.name, read_partly(each.ecto_type))
            for each in self._action.arguments
            if each.ecto_type and each.name in step.fields
        )
        if types:
            pairs = (("types", Keyword(types)), *pairs)
        if self._names.items and step is self._first:
            pairs = (("names", self._names), *pairs)
        # Of arguments whose type is `:term`, Cast takes those that are named.
        if self._casts > 1 or types or self._casts_elsewhere or self._reads:
            left_out = {self._action.tenant, *(n for line, n in self._missing if line == step.line)}
            names = (name for name in step.fields if name not in left_out)
            pairs = (("fields", _atoms(names)), *pairs)
        if step.prepared:
            pairs = (
                ("params", self._step(step.prepared, len(step.arguments))),
                ("arguments", self._values(step.arguments)),
                *pairs,
            )
        return _tuple("change", self._module("Changes.Cast"), pairs)

    def _rule(self, step: Rule) -> list[list[str]]:
        arguments = [read_partly(each) for each in step.arguments]
        if step.call == "change":
            arguments = [_as_keywords(each) for each in arguments]
        if _does_nothing(step.call, arguments):
            return []
        unknown = [name for name in fields_of(step.call, arguments) if name not in self._fields]
        if unknown:
            said = f"{step.call}({', '.join(step.arguments)})"
            names = ", ".join(flat(Atom(name)) for name in unknown)
            return [self._todo(step, said, f"no attribute has the field {names}")]
        if step.call == "change" and len(arguments) == 1 and isinstance(arguments[0], Keyword):
            return [
                line
                for name, value in arguments[0].items
                for line in self._line_of("put_change", [Atom(name), value])
            ]
        return self._line_of(step.call, arguments)

    def _line_of(self, call: str, arguments: list[Term]) -> list[list[str]]:
        if self._style is Style.ASH or call in SETTERS:
            own = ash_rules(call, self._renamed(arguments), self._inputs)
            if own is not None:
                return [_call(each.name, [each.call], each.options) for each in own]
        pairs: Pairs = ((call, Listed(arguments)),)
        if call.startswith("validate_") or call == "unsafe_validate_unique":
            return [_tuple("validate", self._module("Validations.Ecto"), pairs)]
        return [_tuple("change", self._module("Changes.Step"), pairs)]

    def _renamed(self, arguments: Sequence[Term]) -> list[Term]:
        """Put attributes in the place of fields, as Ash's own need them."""
        names = self._action.names
        match arguments:
            case [Atom(name=name), *rest]:
                return [Atom(names.get(name, name)), *rest]
            case _:
                return list(arguments)

    def _copied(self, step: Copied) -> list[str]:
        pairs: Pairs = (("fun", self._step(step.function, len(step.arguments) + 1)),)
        if step.arguments:
            pairs += (("arguments", self._values(step.arguments)),)
        if step.position:
            pairs += (("position", step.position),)
        return _tuple("change", self._module("Changes.Step"), pairs)

    def _step(self, name: str, arity: int) -> Source:
        """Return the capture of a copied function, by the name that it has among the others."""
        return Source(f"&Steps.{self._functions[name]}/{arity}")

    def _values(self, sources: Sequence[str]) -> Listed:
        roles = {each.name: each.role for each in self._of.parameters}
        return Listed([self._value(each, roles) for each in sources])

    def _value(self, source: str, roles: Mapping[str, ParameterRole]) -> Term:
        match roles.get(source):
            case ParameterRole.STRUCT:
                return Call("context", (Atom("record"),))
            case ParameterRole.ATTRIBUTES:
                # What is read by a text has to be there for code that gives atoms as well.
                return Call("context", (Atom("string_params" if self._of.reads else "params"),))
            case ParameterRole.OTHER:
                return Call("arg", (Atom(self._action.parameters.get(source, source)),))
            case None:
                return read_partly(source)

    def _nested(self, step: Nested, child: Child) -> list[str]:
        said = read_partly(step.options) if step.options else Keyword(())
        kept = said.items if isinstance(said, Keyword) else ()
        pairs: list[tuple[str, Term]] = []
        if child.attribute:
            pairs.append(("embed", Module(child.embed)))
            pairs.append(("cardinality", Atom("many" if child.many else "one")))
            function: Term = Capture(step.module or child.embed, step.function, 2)
            pairs.append(("with", self._step(step.copied, 2) if step.copied else function))
        else:
            pairs += [("create", Atom(child.create)), ("update", Atom(child.update))]
        if child.on_replace:
            pairs.append(("on_replace", Atom(child.on_replace)))
        pairs += [each for each in kept if each[0] != "with"]
        name = child.attribute or child.relationship
        value = Listed([Atom(name), Keyword(tuple(pairs))])
        return _tuple("change", self._module("Changes.Nested"), ((step.call, value),))

    def _module(self, name: str) -> Module:
        return Module(f"{self._app}.{name}")


def _as_keywords(term: Term) -> Term:
    """Return a map of fields as keywords, which Ecto takes as well."""
    if isinstance(term, Source) and term.text.startswith("%{"):
        inner = read_partly(f"[{term.text[2:-1]}]")
        return inner if isinstance(inner, Keyword) else term
    return term


def _does_nothing(call: str, arguments: Sequence[Term]) -> bool:
    """Whether a call leaves every changeset as it is."""
    if call == "change":
        return all(each in ([], Keyword(()), Map()) for each in arguments)
    return call == "validate_required" and bool(arguments) and arguments[0] == []


def _atoms(names: Iterable[str]) -> list[Term]:
    return [Atom(name) for name in names]


def _told(told: ConstraintMessage) -> Term:
    return Keyword((("field", Atom(told.field)), ("message", told.message)))


def _default(source: str) -> tuple[Term] | None:
    """Return a default as the DSL takes it, None for what only the function's own module knows."""
    call = re.fullmatch(r"([A-Z][\w.]*)\.([a-z_]\w*[?!]?)\(\)", source)
    if call is not None:
        return (Capture(call[1], call[2], 0),)
    value = read_literal(source)
    return None if isinstance(value, Unreadable) else (value,)


def _argument_lines(argument: Argument, default: tuple[Term] | None) -> list[str]:
    pairs: list[tuple[str, Term]] = []
    if not argument.public:
        pairs.append(("public?", False))
    if not argument.allow_nil:
        pairs.append(("allow_nil?", False))
    if argument.sensitive:
        pairs.append(("sensitive?", True))
    if default is not None:
        pairs.append(("default", default[0]))
    if argument.constraints:
        pairs.append(("constraints", Keyword(argument.constraints)))
    return _call("argument", [Atom(argument.name), argument.type], tuple(pairs))


def _given(name: str) -> list[str]:
    line = f"change set_attribute({name}, arg({name}), set_when_nil?: false)"
    if _COLUMN + width(line) <= LINE_LENGTH:
        return [line]
    pad = " " * len("change ")
    head = f"change set_attribute({name}, arg({name}),"
    return [head, f"{pad}{' ' * STEP}set_when_nil?: false", f"{pad})"]


def _spaced(groups: Iterable[Iterable[list[str]]]) -> list[str]:
    """Put entries one below the other as the formatter does: those of many lines stand apart."""
    lines: list[str] = []
    last: list[str] | None = None
    for group in groups:
        for number, entry in enumerate(group):
            if last is not None and (number == 0 or len(entry) > 1 or len(last) > 1):
                lines.append("")
            lines += entry
            last = entry
    return lines


def _call(name: str, args: Sequence[Term], pairs: Pairs = ()) -> list[str]:
    """Write a call without parentheses; its keywords go to lines of their own if it's too long."""
    texts = [*(flat(each) for each in args), *map(_pair, pairs)]
    line = f"{name} {', '.join(texts)}"
    if _COLUMN + width(line) <= LINE_LENGTH:
        return [line]
    if not pairs:
        return _split(statement(name, tuple(args), _COLUMN))
    inner = _COLUMN + STEP
    head = f"{name} {', '.join(flat(each) for each in args)},"
    if _COLUMN + width(head) > LINE_LENGTH and len(args) == 1 and isinstance(args[0], Call):
        # The formatter puts what follows a broken call below its beginning.
        inner = _COLUMN + width(name) + 1
        *first, last = args[0].args
        before = ", ".join([*(flat(each) for each in first), ""])
        head = f"{name} {args[0].name}({before}{fit(last, inner, LINE_LENGTH)}),"
    return _split(f"{head}\n{' ' * inner}{_rows(pairs, inner)}")


def _tuple(name: str, module: Module, pairs: Pairs) -> list[str]:
    """Write `change {Module, key: value}`, `change Module` where there are no pairs."""
    if not pairs:
        return [f"{name} {flat(module)}"]
    line = f"{name} {{{flat(module)}, {', '.join(map(_pair, pairs))}}}"
    if _COLUMN + width(line) <= LINE_LENGTH:
        return [line]
    inner = _COLUMN + width(name) + 2
    rest = f"{', '.join(map(_pair, pairs))}}}"
    # The formatter does not count the brace.
    if inner + width(rest) - 1 <= LINE_LENGTH:
        return [f"{name} {{{flat(module)},", " " * (inner - _COLUMN) + rest]
    return _split(f"{name} {{{flat(module)},\n{' ' * inner}{_rows(pairs, inner)}}}")


def _pair(pair: tuple[str, Term | Listed]) -> str:
    name, value = pair
    if isinstance(value, Listed):
        return f"{key(name)} [{', '.join(flat(_closed(each)) for each in value.items)}]"
    return f"{key(name)} {flat(value)}"


def _rows(pairs: Pairs, column: int) -> str:
    """Write pairs, one a line, those that are too long for theirs broken."""
    rows = []
    for name, value in pairs:
        text = _pair((name, value))
        if column + width(text) + 1 > LINE_LENGTH:
            text = f"{key(name)} {_broken(value, column, column + width(key(name)) + 1)}"
        rows.append(text)
    return (",\n" + " " * column).join(rows)


def _broken(value: Term | Listed, indent: int, column: int) -> str:
    if not isinstance(value, Listed):
        return fit(_closed(value), indent, column, 1)
    inner = indent + STEP
    items = [fit(_closed(each), inner, inner, 1) for each in value.items]
    joint = ",\n" + " " * inner
    return f"[\n{' ' * inner}{joint.join(items)}\n{' ' * indent}]"


def _closed(term: Term) -> Term:
    """Keep the brackets of keywords at the end of a list: without, they are a part of the list."""
    if isinstance(term, list) and term and isinstance(term[-1], Keyword):
        return Source(f"[{', '.join(flat(_closed(each)) for each in term)}]")
    return term


def _split(text: str) -> list[str]:
    first, *rest = text.split("\n")
    return [first, *(line.removeprefix(" " * _COLUMN) for line in rest)]


def define_line(define: Define) -> str:
    """Write a function of a domain's code interface, on one line."""
    line = f"define {flat(Atom(define.name))}, action: {flat(Atom(define.action))}"
    if define.get_by:
        line += f", get_by: {flat(_atoms(define.get_by))}"
        if define.optional:
            line += ", not_found_error?: false"
    return line
