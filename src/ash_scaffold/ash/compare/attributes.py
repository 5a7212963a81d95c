"""Attributes, by the columns they are pinned to.

What a team decides for itself is no difference: the name, `public?`, `sensitive?`, descriptions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ash_scaffold.ash.compare.difference import Difference, Kind, Value
from ash_scaffold.ash.compare.same import (
    default_of,
    plain_type,
    same,
    same_constraints,
    update_default_of,
)
from ash_scaffold.ash.model import ABSENT, Attribute, Resource
from ash_scaffold.ash.stated import ReadResource
from ash_scaffold.term import Module, Term

_SECTION = "attributes"
_OWNERS = ("Ash.", "AshPostgres.")


def compare_attributes(
    wanted: Resource, has: ReadResource, columns: Collection[str], types: Collection[str]
) -> Iterator[Difference]:
    """Compare the attributes.

    `columns` have no attribute in `wanted`, but an own one may use them; `types` are the type
    modules that the tool writes. Of any other module nobody knows what it stores.
    """
    pairs = _pair(wanted, has)
    paired = {each.name for each in pairs.values() if each is not None}
    # What can't be read may be what is missing.
    sure = has.knows(_SECTION) and all(
        has.knows(_SECTION, each.name, "column") or each.name in paired
        for each in has.resource.attributes
    )
    for attribute in wanted.attributes:
        found = pairs[attribute.column]
        if found is not None:
            yield from _options(attribute, found, has, types)
        elif sure:
            yield Difference(
                kind=Kind.ATTRIBUTE_MISSING,
                path=(_SECTION,),
                object=attribute.column,
                wanted=attribute,
                has=ABSENT,
            )
    for extra in has.resource.attributes:
        known = has.knows(_SECTION, extra.name, "column")
        if extra.name not in paired and known and extra.column not in columns:
            if extra.column in pairs:
                continue
            yield Difference(
                kind=Kind.ATTRIBUTE_EXTRA,
                path=(_SECTION, extra.name),
                object=extra.column,
                wanted=ABSENT,
                has=extra,
            )


def _pair(wanted: Resource, has: ReadResource) -> dict[str, Attribute | None]:
    """Pair by column; then by name what has no column, or one that is not in the table."""
    planned = {attribute.column for attribute in wanted.attributes}
    by_column: dict[str, Attribute] = {}
    by_name: dict[str, Attribute] = {}
    for attribute in has.resource.attributes:
        known = has.knows(_SECTION, attribute.name, "column")
        if known and attribute.column in planned:
            by_column.setdefault(attribute.column, attribute)
        else:
            by_name.setdefault(attribute.name, attribute)
    return {
        attribute.column: by_column.get(attribute.column) or by_name.get(attribute.name)
        for attribute in wanted.attributes
    }


def _options(
    wanted: Attribute, found: Attribute, has: ReadResource, types: Collection[str]
) -> Iterator[Difference]:
    def knows(*fields: str) -> bool:
        return all(has.knows(_SECTION, found.name, field) for field in fields)

    def differ(kind: Kind, field: str, left: Value, right: Value) -> Difference:
        return Difference(
            kind=kind,
            path=(_SECTION, found.name, field),
            object=wanted.column,
            wanted=left,
            has=right,
        )

    if knows("column") and wanted.column != found.column:
        yield differ(Kind.SOURCE, "column", wanted.column, found.column)
    if knows("type") and not _is_own(found.type, wanted.type, types):
        if plain_type(wanted.type) != plain_type(found.type):
            yield differ(Kind.TYPE, "type", wanted.type, found.type)
        elif knows("constraints") and not same_constraints(wanted.constraints, found.constraints):
            yield differ(
                Kind.CONSTRAINTS, "constraints", list(wanted.constraints), list(found.constraints)
            )
    if knows("primary_key") and wanted.primary_key != found.primary_key:
        yield differ(Kind.PRIMARY_KEY, "primary_key", wanted.primary_key, found.primary_key)
    key = wanted.primary_key and found.primary_key
    if not key and knows("allow_nil") and wanted.allow_nil != found.allow_nil:
        yield differ(Kind.ALLOW_NIL, "allow_nil", wanted.allow_nil, found.allow_nil)
    if knows("writable") and wanted.writable != found.writable:
        yield differ(Kind.WRITABLE, "writable", wanted.writable, found.writable)
    if knows("default", "generated"):
        left, right = default_of(wanted), default_of(found)
        # Whether Ash gives the default or leaves it to the database comes to the same.
        if not same(left, right) and not (right is ABSENT and found.generated):
            yield differ(Kind.DEFAULT, "default", left, right)
        elif left is ABSENT and right is ABSENT and wanted.generated != found.generated:
            yield differ(Kind.GENERATED, "generated", wanted.generated, found.generated)
    left, right = update_default_of(wanted), update_default_of(found)
    if knows("update_default") and not same(left, right):
        yield differ(Kind.UPDATE_DEFAULT, "update_default", left, right)


def _is_own(type_: Term, wanted: Term, types: Collection[str]) -> bool:
    """Whether a type is a module of the team's own, in an array or not."""
    if isinstance(type_, tuple):
        inner = wanted[-1] if isinstance(wanted, tuple) and wanted else wanted
        return any(_is_own(part, inner, types) for part in type_)
    return (
        isinstance(type_, Module)
        and type_ != wanted
        and type_.name not in types
        and not type_.name.startswith(_OWNERS)
    )
