"""Calls of Ecto.Changeset as validations and changes of Ash's own, where both agree on every input.

Which do was measured on real Ash over random and boundary values, of forms and of JSON. A call that
isn't here goes through Ecto. Ecto checks only what changes, hence `where: [changing(…)]`; messages
are Ecto's, with the names that Ash gives to their variables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ash_scaffold.syntax.literal import flat, integer
from ash_scaffold.term import Atom, Call, Keyword, Source, Term


class AshRule(NamedTuple):
    """A line of an action: `change` or `validate`, what it is given, and its options."""

    name: str
    call: Call | Source
    options: tuple[tuple[str, Term], ...] = ()


class Inputs(NamedTuple):
    """The types of what an action changes, by name."""

    attributes: Mapping[str, Term]
    arguments: Mapping[str, Term]

    def type_of(self, name: str) -> Term:
        """Return the type of an input, None for an unknown one."""
        return self.arguments.get(name, self.attributes.get(name))


# Calls that set fields, which Ash does alike.
SETTERS = frozenset({"put_change", "force_change"})
_TEXT = (Atom("string"), Atom("ci_string"))
_SCALAR = (*_TEXT, Atom("integer"), Atom("boolean"))
# What Ecto says, and what Ash calls the option and the variable of the message.
_LENGTHS = {
    "is": ("exact", "should be %{count} character(s)"),
    "min": ("min", "should be at least %{count} character(s)"),
    "max": ("max", "should be at most %{count} character(s)"),
}


def fields_of(call: str, arguments: Sequence[Term]) -> tuple[str, ...]:
    """Return the fields that a call names."""
    first = arguments[0] if arguments else None
    if call == "change":
        return tuple(name for name, _ in first.items) if isinstance(first, Keyword) else ()
    if call == "add_error":
        return ()
    named = first if isinstance(first, list) else [first]
    return tuple(each.name for each in named if isinstance(each, Atom))


def ash_rules(call: str, arguments: Sequence[Term], inputs: Inputs) -> tuple[AshRule, ...] | None:
    """Return a call as Ash's own, None where the two don't agree on every input."""
    make = _RULES.get(call)
    if make is None or not arguments or not isinstance(arguments[0], Atom):
        return None
    name, rest = arguments[0].name, list(arguments[1:])
    if inputs.type_of(name) is None:
        return None
    found = make(name, rest, inputs)
    return None if found is None else tuple(found)


def _set(name: str, rest: list[Term], inputs: Inputs) -> list[AshRule] | None:
    """Set an attribute to a literal that is a value of its type already: Ecto casts none."""
    if len(rest) != 1 or name not in inputs.attributes or name in inputs.arguments:
        return None
    value, type_ = rest[0], inputs.attributes[name]
    match value:
        case None:
            fits = True
        case bool():
            fits = type_ == Atom("boolean")
        case str():
            fits = type_ in _TEXT
        case int():
            fits = type_ == Atom("integer")
        case []:
            fits = isinstance(type_, tuple)
        case _:
            fits = False
    return [AshRule("change", Call("set_attribute", (Atom(name), value)))] if fits else None


def _length(name: str, rest: list[Term], inputs: Inputs) -> list[AshRule] | None:
    options = _options(rest)
    if options is None or inputs.type_of(name) not in _TEXT:
        return None
    if any(each not in (*_LENGTHS, "message") for each in options):
        return None
    said = options.pop("message", None)
    if not isinstance(said, str | None) or not options:
        return None
    rules = []
    for option, number in options.items():
        if not isinstance(number, int) or isinstance(number, bool):
            return None
        own, default = _LENGTHS[option]
        message = (default if said is None else said).replace("%{count}", f"%{{{own}}}")
        length = Source(f"string_length({flat(Atom(name))}, {own}: {integer(number)})")
        rules.append(_validate(name, length, message, inputs))
    return rules


def _format(name: str, rest: list[Term], inputs: Inputs) -> list[AshRule] | None:
    message = _message(rest[1:], "has invalid format")
    regex = rest[0] if rest else None
    if message is None or not isinstance(regex, Source) or not regex.text.startswith("~r"):
        return None
    if inputs.type_of(name) not in _TEXT:
        return None
    return [_validate(name, Call("match", (Atom(name), regex)), message, inputs)]


def _inclusion(name: str, rest: list[Term], inputs: Inputs) -> list[AshRule] | None:
    message = _message(rest[1:], "is invalid")
    if message is None or not rest or not _are_plain(rest[0], name, inputs):
        return None
    return [_validate(name, Call("one_of", (Atom(name), rest[0])), message, inputs)]


def _exclusion(name: str, rest: list[Term], inputs: Inputs) -> list[AshRule] | None:
    message = _message(rest[1:], "is reserved")
    if message is None or not rest or not _are_plain(rest[0], name, inputs):
        return None
    # An argument would take `argument_does_not_equal`, whose error is not of a field.
    if name in inputs.arguments or not isinstance(rest[0], list):
        return None
    return [
        _validate(name, Call("attribute_does_not_equal", (Atom(name), value)), message, inputs)
        for value in rest[0]
    ]


def _acceptance(name: str, rest: list[Term], inputs: Inputs) -> list[AshRule] | None:
    message = _message(rest, "must be accepted")
    # Of another type, what Ecto takes for true would have been cast before.
    if message is None or inputs.arguments.get(name) != Atom("term"):
        return None
    accepted: list[Term] = [True, "true", "1"]
    call = Call("argument_in", (Atom(name), accepted))
    return [AshRule("validate", call, (("message", message),))]


def _validate(name: str, call: Call | Source, message: str, inputs: Inputs) -> AshRule:
    options: tuple[tuple[str, Term], ...] = (("message", message),)
    # What is given as an argument always changes.
    if name not in inputs.arguments:
        options = (("where", [Call("changing", (Atom(name),))]), *options)
    return AshRule("validate", call, options)


def _options(rest: list[Term]) -> dict[str, Term] | None:
    match rest:
        case [Keyword(items=items)]:
            return dict(items) if len(dict(items)) == len(items) else None
        case [] | [[]]:
            return {}
        case _:
            return None


def _message(rest: list[Term], default: str) -> str | None:
    """Return the message of a call, None where it has options of another kind."""
    options = _options(rest)
    if options is None or options.keys() - {"message"}:
        return None
    said = options.get("message", default)
    return said if isinstance(said, str) else None


def _are_plain(values: Term, name: str, inputs: Inputs) -> bool:
    """Whether values are a list of literals of the input's own type, which is one of Ash's."""
    type_ = inputs.type_of(name)
    if not isinstance(values, list) or not values or type_ not in _SCALAR:
        return False
    wanted: type = str if type_ in _TEXT else bool if type_ == Atom("boolean") else int
    return all(type(each) is wanted for each in values)


_RULES: dict[str, Callable[[str, list[Term], Inputs], list[AshRule] | None]] = {
    "put_change": _set,
    "force_change": _set,
    "validate_length": _length,
    "validate_format": _format,
    "validate_inclusion": _inclusion,
    "validate_exclusion": _exclusion,
    "validate_acceptance": _acceptance,
}
