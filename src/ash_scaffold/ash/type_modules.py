"""The modules below `<App>.Types`: names, and the values that fill their templates."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ash_scaffold.ash.mapped import Mapped
from ash_scaffold.ash.model import SupportType
from ash_scaffold.ash.naming import Names, camelize, underscore
from ash_scaffold.ash.types import BASE_TYPES, EXTENSION_TYPES, Support
from ash_scaffold.postgres.catalog import Name, Type, TypeKind, TypeUse
from ash_scaffold.postgres.identifier import quote_name
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.term import Atom, Keyword, Term

# Support types for a length: which lengths there are is not known beforehand.
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
    rules = (*BASE_TYPES.values(), *EXTENSION_TYPES.values())
    supports = (
        support
        for rule in rules
        for support in (
            *(rule.support, rule.key, rule.tolerant),
            *(rule.nil_item, rule.item, rule.domain_base),
        )
    )
    return [
        *(f"{camelize(underscore(name))}Array" for name in (*BASE_TYPES, *EXTENSION_TYPES)),
        *(support.name for support in supports if isinstance(support, Support)),
        *("Varbit", "UtcDatetime", "UtcDatetimeUsec", "Timestamptz", "TimestamptzUsec", "TimeUsec"),
        "NaiveDatetimeUsec",
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
