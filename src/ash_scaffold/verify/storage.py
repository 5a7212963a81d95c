"""The storage type of a compiled attribute against the type of its column."""

from __future__ import annotations

from enum import Enum

from ash_scaffold.ash.types import WHOLE_SECONDS, Family, row_of
from ash_scaffold.postgres.catalog import Database, Name, TypeKind, TypeUse
from ash_scaffold.term import Atom
from ash_scaffold.verify.answers import AttributeAnswer

_CATALOG = "pg_catalog"
_WHOLE_SECONDS = frozenset(
    f":{type_.name}" if isinstance(type_, Atom) else type_.name for type_ in WHOLE_SECONDS
)


class Fit(Enum):
    """How well a storage type fits a column."""

    FITS = ""
    UNKNOWN = "PostgreSQL knows no type of that name"
    OTHER = "reads and writes fail"
    PADDING = "filters miss values that differ in padding or case"
    TIME_ZONE = "filters miss and writes shift when the session's time zone is not UTC"
    SECONDS = "fractions of a second are lost"


def fit(database: Database, column: TypeUse, attribute: AttributeAnswer) -> Fit:
    """Compare the storage type of an attribute, as the server resolved it, with a column's."""
    if attribute.pg_type is None:
        return Fit.UNKNOWN
    schema, name, dimensions = attribute.pg_type
    wanted = base_type(database, column)
    stored = base_type(database, TypeUse(Name(schema, name), dimensions=dimensions))
    if wanted.is_array != stored.is_array:
        return Fit.OTHER
    one, other = wanted.name, stored.name
    rule, other_rule = row_of(one.name), row_of(other.name)
    builtin = one.schema == other.schema == _CATALOG
    alike = rule.facts.alike if builtin else ""
    if one == other or (alike and alike == other_rule.facts.alike):
        return Fit.SECONDS if _loses_fractions(wanted, attribute) else Fit.FITS
    families = {rule.family, other_rule.family}
    if families == {Family.STRING}:
        return Fit.PADDING
    if families == {Family.DATETIME} and rule.facts.fraction and other_rule.facts.fraction:
        return Fit.TIME_ZONE
    return Fit.OTHER


def base_type(database: Database, use: TypeUse) -> TypeUse:
    """Return a domain's base type, which its values are stored and compared as, else the type."""
    type_ = database.types.get(use.name)
    if type_ is None or type_.kind is not TypeKind.DOMAIN or type_.base is None:
        return use
    base = base_type(database, type_.base)
    return TypeUse(base.name, base.typmod, base.dimensions + use.dimensions)


def _loses_fractions(column: TypeUse, attribute: AttributeAnswer) -> bool:
    if not row_of(column.name.name).facts.fraction or column.typmod == 0:
        return False
    storage = attribute.storage.removeprefix("{:array, ").removesuffix("}")
    return not _WHOLE_SECONDS.isdisjoint({storage, attribute.type})
