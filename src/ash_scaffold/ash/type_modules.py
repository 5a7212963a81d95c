"""The modules below `<App>.Types`: names, and the values that fill their templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ash_scaffold.ash.model import SupportType
from ash_scaffold.ash.naming import Names, camelize, singular_name, underscore
from ash_scaffold.ash.types import BASE_TYPES, EXTENSION_TYPES, Family, Mapped, Support, all_rules
from ash_scaffold.postgres.catalog import Name, Type, TypeKind, TypeUse
from ash_scaffold.postgres.sql import quote_name
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.term import Atom, Keyword, Module, Term

# Support types for a length, of which there may be any.
_SIZED = re.compile(r"(?:Bit|Varbit)\d+")
_SUFFIXES = {TypeKind.ENUM: "Enum", TypeKind.DOMAIN: "Domain", TypeKind.COMPOSITE: "Composite"}


def type_modules(types: Mapping[Name, Type]) -> dict[Name, str]:
    """Name the modules of the types that the database defines; support types come first."""
    names = Names(support_names())
    found: dict[Name, str] = {}
    for name in sorted(types):
        kind = types[name].kind
        if kind is TypeKind.BASE or name.schema == "pg_catalog":
            continue
        segment = camelize(underscore(name.name))
        if _SIZED.fullmatch(segment):
            segment += _SUFFIXES.get(kind, "Type")
        prefix = "" if name.schema == "public" else camelize(underscore(name.schema))
        suffixed = prefix + segment + _SUFFIXES.get(kind, "Type")
        found[name] = names.take(prefix + segment, suffixed)
    return found


def support_names() -> list[str]:
    """Return the names that support modules take whatever the database defines."""
    return [
        *(f"{camelize(underscore(name))}Array" for name in (*BASE_TYPES, *EXTENSION_TYPES)),
        *(support.name for rule in all_rules() for support in rule.supports()),
    ]


class SupportModules:
    """Names and fills the modules of one database, under a namespace such as `App.Types`.

    `renamed` are those that a person gave another name, by what they would be called.
    """

    def __init__(
        self, types: Mapping[Name, Type], namespace: str, renamed: Mapping[str, str]
    ) -> None:
        self._namespace = namespace
        self._renamed = renamed
        self._segments = type_modules(types)

    def taken(self) -> list[str]:
        """Return the names that modules of types have, enums of single columns left out."""
        return [*support_names(), *self._segments.values()]

    def called(self, segment: str) -> str:
        """Return the module of a segment, as the person calls it."""
        planned = f"{self._namespace}.{segment}"
        return self._renamed.get(planned, planned)

    def of(self, support: Support) -> SupportType:
        """Return the module that a row of the type map names."""
        values = dict(support.values)
        pg_type = values.pop("type", None)
        return SupportType(
            module=self.called(support.name),
            template=support.template,
            pg_type=pg_type if isinstance(pg_type, str) else "",
            values=values,
        )

    def own(self, type_: Type, template: str, values: dict[str, Term]) -> SupportType:
        """Return the module of a type that the database defines."""
        return SupportType(
            module=self.called(self._segments[type_.name]),
            template=template,
            pg_type=quote_name(type_.name),
            values=values,
        )

    def nested(self, use: TypeUse, item: Mapped) -> SupportType:
        """Return the module for arrays of several dimensions; `item` is what they hold."""
        own = self._segments.get(use.name)
        size = "_".join(re.findall(r"\d+", type_text(use).partition("(")[2]))
        segment = f"{own or camelize(underscore(use.name.name)) + size}Array"
        if segment in self._segments.values():
            segment = f"Nested{segment}"
        named = use.name.name if use.name.schema == "pg_catalog" else quote_name(use.name)
        if use.name.name == "bit":
            named = item.storage
        return SupportType(
            module=self.called(segment),
            template="nested",
            pg_type=f"{named}[]",
            values={
                "storage": Atom(f"{named}[]"),
                "item": item.type,
                "constraints": Keyword(item.constraints),
            },
        )


# These atoms are values of their own in Elixir, so an enum with one of them holds strings.
_BOOLEAN_OR_NIL = frozenset({"nil", "true", "false"})
ColumnId = tuple[Name, str]


def terms_of(names: Sequence[str]) -> dict[str, Term]:
    """Return the values of an enum by name: atoms, unless one of them would be no plain atom."""
    as_text = bool(_BOOLEAN_OR_NIL & set(names))
    return {name: name if as_text else Atom(name) for name in names}


def enum_of(
    module: str, values: Sequence[tuple[str, str | int]], *, is_open: bool = False
) -> Mapped:
    """Map to an enum module of its own: each value's name, and what is stored for it.

    `is_open` allows other values in the database.
    """
    numbers = any(isinstance(stored, int) for _, stored in values)
    fill: dict[str, Term] = {"storage": Atom("integer") if numbers else None}
    if is_open:
        fill["open"] = "integer" if numbers else "binary"
    support = SupportType(
        module=module, template="enum", pg_type="", values={**fill, **enum_values(values)}
    )
    return Mapped(
        type=Module(module),
        family=Family.ENUM,
        storage="bigint" if numbers else "string",
        supports=(support,),
        labels=labels_of(values),
    )


def enum_values(values: Sequence[tuple[str, str | int]]) -> dict[str, Term]:
    """Return the values for the template: their terms, and the stored ones where they differ."""
    terms = terms_of([name for name, _ in values])
    fill: dict[str, Term] = {"labels": list(terms.values())}
    if any(stored != name for name, stored in values):
        as_text = any(isinstance(term, str) for term in terms.values())
        pairs: list[Term] = [(terms[name], stored) for name, stored in values]
        fill["stored"] = pairs if as_text else Keyword(tuple(values))
    return fill


def labels_of(values: Sequence[tuple[str, str | int]]) -> dict[str, Term]:
    """Return the term of each value by what is stored for it."""
    terms = terms_of([name for name, _ in values])
    return {str(stored): terms[name] for name, stored in values}


def renamed_labels(labels: Sequence[str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pair an enum type's labels with the names that the legacy code has for them.

    All keep the label's own name where two would get one name.
    """
    renamed = [names.get(label, label) for label in labels]
    chosen = renamed if len(set(renamed)) == len(renamed) else labels
    return list(zip(chosen, labels, strict=True))


def enum_segment(table: Name, column: str, taken: Iterable[str]) -> str:
    """Name the module of a single column's enum, below the types' namespace."""
    return Names(taken).take(*_enum_segments(table, column))


def enum_segments(
    columns: Iterable[ColumnId],
    taken: Iterable[str],
    pinned: Mapping[ColumnId, str] = {},
    singulars: Mapping[Name, str] = {},
) -> dict[ColumnId, str]:
    """Name the modules of the enums of all the given columns, no two alike.

    `pinned` are those that a project has; `singulars` are the names of tables in the singular,
    where it is known how the project spells them.
    """
    names = Names(taken)
    ordered = sorted(set(columns), key=lambda at: (at[0].schema != "public", at))
    found = {at: pinned[at] for at in ordered if at in pinned and names.free(pinned[at])}
    for segment in found.values():
        names.take(segment)
    for table, column in ordered:
        if (table, column) not in found:
            choices = _enum_segments(table, column, singulars.get(table))
            found[table, column] = names.take(*choices)
    return found


def _enum_segments(table: Name, column: str, singular: str | None = None) -> tuple[str, ...]:
    owner = singular or camelize(singular_name(underscore(table.name)))
    segment = owner + camelize(underscore(column))
    schema = camelize(underscore(table.schema))
    return segment, f"{segment}Enum", f"{schema}{segment}"
