"""What an action takes in: attributes, and arguments for what no attribute holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import msgspec

from ash_scaffold.ash.changesets import (
    Cast,
    Changeset,
    Copied,
    Parameter,
    ParameterRole,
    Rule,
    Step,
    VirtualField,
)
from ash_scaffold.ash.hints import LegacySchema
from ash_scaffold.ash.model import Absent, Attribute, AttributeKind, Resource
from ash_scaffold.ash.secrets import is_secret_name
from ash_scaffold.term import Atom, Keyword, Term

# Ecto's types of fields without a column, as types of Ash; others are taken as they come.
_VIRTUAL_TYPES = {
    name: name
    for name in (
        "string", "integer", "float", "boolean", "decimal", "date", "time", "time_usec", "map",
        "binary", "utc_datetime", "utc_datetime_usec", "naive_datetime",
    )
} | {"binary_id": "uuid", "id": "integer"}  # fmt: skip
_STRING = (("trim?", False), ("allow_empty?", True))
_MAY_BE_SECRET = (Atom("string"), Atom("binary"), Atom("map"), Atom("term"))


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    """An input of an action that no attribute holds.

    `default` is the source of its value, None for none. One that is not `public` can't be set by
    parameters from outside. `allow_nil` is false for one that has to be given. `ecto_type` is the
    source of the Ecto type where `type` does not tell it.
    """

    name: str
    type: Term
    ecto_type: str = ""
    constraints: tuple[tuple[str, Term], ...] = ()
    sensitive: bool = False
    public: bool = True
    allow_nil: bool = True
    default: str | None = None


class Fields:
    """The fields of a schema as a resource has them."""

    def __init__(
        self, resource: Resource, schema: LegacySchema | None, virtual: Sequence[VirtualField]
    ) -> None:
        by_column = {each.column: each for each in resource.attributes}
        self.virtual = {each.name: each for each in virtual}
        self._attributes = {each.name: each for each in resource.attributes}
        if schema is not None:
            self._attributes = {
                field.name: by_column[field.column]
                for field in schema.fields
                if field.column in by_column
            }

    def get(self, name: str) -> Attribute | VirtualField | None:
        """Return the attribute of a field, or what it is without a column."""
        return self._attributes.get(name) or self.virtual.get(name)

    @property
    def names(self) -> frozenset[str]:
        """All fields, those without a column too."""
        return frozenset(self._attributes.keys() | self.virtual.keys())

    def field(self, attribute: Attribute) -> str:
        """Return the field of an attribute, its own name where there is none."""
        return next(
            (name for name, each in self._attributes.items() if each is attribute), attribute.name
        )

    def column(self, name: str) -> str:
        """Return the column of a field, its own name where it has none."""
        found = self._attributes.get(name)
        return name if found is None else found.column

    def renamed(self, names: Collection[str]) -> dict[str, str]:
        """Return those of the fields whose attribute has another name."""
        return {
            field: attribute.name
            for field, attribute in self._attributes.items()
            if field != attribute.name and field in names
        }


def words(changeset: Changeset) -> frozenset[str]:
    """Return all that a function, its rules and its casts may name: atoms, keys and fields."""
    sources = [each.source for each in changeset.functions]
    words: set[str] = set()
    for step in changeset.steps:
        if isinstance(step, Rule):
            sources += step.arguments
        elif isinstance(step, Cast):
            words.update(step.fields)
    pairs = re.findall(r"[:.]([a-z_]\w*)|\b([a-z_]\w*):", "\n".join(sources))
    return frozenset(words.union(*pairs)) - {""}


def cast_fields(step: Step) -> tuple[str, ...]:
    """Return the fields that a step casts, also within a copied function."""
    match step:
        case Cast(fields=fields) | Copied(casts=fields):
            return fields
        case _:
            return ()


def in_struct(changeset: Changeset, resource: Resource, fields: Fields) -> Iterator[Attribute]:
    """Yield the attributes that a new row needs, and that the function does not set itself."""
    named = words(changeset)
    needed: set[str] = set()
    for step in changeset.steps:
        if isinstance(step, Rule) and step.call == "validate_required" and step.arguments:
            needed.update(re.findall(r":([a-z_]\w*)", step.arguments[0]))
    named -= needed
    for attribute in resource.attributes:
        field = fields.field(attribute)
        required = not attribute.allow_nil and isinstance(attribute.default, Absent)
        if (
            attribute.kind is AttributeKind.ATTRIBUTE
            and attribute.writable
            and not attribute.generated
            and (field in needed or (required and field not in named))
        ):
            yield attribute


def companions(changeset: Changeset) -> Iterator[str]:
    """Yield the inputs that rules look at although no cast names them."""
    for step in changeset.steps:
        if isinstance(step, Rule) and step.arguments and step.arguments[0].startswith(":"):
            name = step.arguments[0][1:]
            if step.call == "validate_confirmation":
                yield f"{name}_confirmation"
            elif step.call == "validate_acceptance":
                yield name


def virtual_argument(field: VirtualField) -> Argument:
    """Return the argument of a field without a column."""
    source = field.type.strip()
    type_, constraints, told = _virtual_type(source)
    return Argument(
        name=field.name,
        type=type_,
        ecto_type="" if told else source,
        constraints=constraints,
        sensitive=field.redact or (type_ in _MAY_BE_SECRET and is_secret_name(field.name)),
        default=field.default,
    )


def _virtual_type(source: str) -> tuple[Term, tuple[tuple[str, Term], ...], bool]:
    """Return Ash's type and constraints for a type of Ecto, and whether they tell which it is."""
    array = re.fullmatch(r"\{\s*:array\s*,\s*(.+)\}", source)
    if array:
        inner, constraints, told = _virtual_type(array[1].strip())
        items: tuple[tuple[str, Term], ...] = ()
        if constraints:
            items = (("items", Keyword(constraints)),)
        return (Atom("array"), inner), items, told
    name = _VIRTUAL_TYPES.get(source.removeprefix(":"))
    if name is None:
        return Atom("term"), (), False
    return Atom(name), (_STRING if name == "string" else ()), True


def any_argument(name: str) -> Argument:
    """Return an argument of any type."""
    return Argument(name=name, type=Atom("term"), sensitive=is_secret_name(name))


def read_argument(name: str, field: Attribute | VirtualField | None) -> Argument:
    """Return the argument of a key that steps read of the input, and its field."""
    match field:
        case VirtualField():
            return virtual_argument(field)
        case Attribute(sensitive=True):
            return msgspec.structs.replace(any_argument(name), sensitive=True)
        case _:
            return any_argument(name)


def parameter_argument(name: str, parameter: Parameter) -> Argument:
    """Return the argument of a parameter, which no input from outside may set."""
    return Argument(
        name=name,
        type=Atom("term"),
        sensitive=is_secret_name(parameter.name),
        public=False,
        allow_nil=parameter.default is not None,
        default=None if parameter.default == "nil" else parameter.default,
    )


def used_parameters(changeset: Changeset) -> list[Parameter]:
    """Return the parameters that a step makes use of."""
    said = " ".join(
        source for step in changeset.steps if isinstance(step, Copied) for source in step.arguments
    )
    words = set(re.findall(r"[a-z_]\w*[?!]?", said))
    return [
        each
        for each in changeset.parameters
        if each.role is ParameterRole.OTHER and each.name in words
    ]
