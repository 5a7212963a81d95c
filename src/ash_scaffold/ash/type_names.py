"""Names of the modules below `<App>.Types`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ash_scaffold.ash.naming import Names, camelize, underscore
from ash_scaffold.ash.types import BASE_TYPES, EXTENSION_TYPES, Support
from ash_scaffold.postgres.catalog import Name, Type, TypeKind

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
