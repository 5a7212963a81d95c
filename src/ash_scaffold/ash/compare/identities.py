"""Identities, by the unique indexes behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ash_scaffold.ash.compare.difference import Difference, Kind, Value
from ash_scaffold.ash.compare.same import same
from ash_scaffold.ash.model import ABSENT, IdentityDef, Resource
from ash_scaffold.ash.stated import ReadResource

_SECTION = "identities"


def compare_identities(wanted: Resource, has: ReadResource) -> Iterator[Difference]:
    """Compare the identities.

    An index that is no identity but a registered name still gives a field error.
    """
    pairs = _pair(wanted, has)
    paired = {found.name for found in pairs.values() if found is not None}
    registered = {each.name for each in has.resource.unique_index_names}
    sure = has.knows(_SECTION) and has.knows("unique_index_names")
    sure = sure and all(
        each.name in paired or _is_known(each, has) for each in has.resource.identities
    )
    for identity in wanted.identities:
        found = pairs[identity.index]
        if found is not None:
            yield from _options(identity, found, has, identity.index in registered)
        elif sure and identity.index not in registered:
            yield Difference(
                kind=Kind.IDENTITY_MISSING,
                path=(_SECTION,),
                object=identity.index,
                wanted=identity,
                has=ABSENT,
            )
    yield from _extra(wanted, has, paired)


def _is_known(identity: IdentityDef, has: ReadResource) -> bool:
    return all(has.knows(_SECTION, identity.name, field) for field in ("index", "keys"))


def _pair(wanted: Resource, has: ReadResource) -> dict[str, IdentityDef | None]:
    """Pair by index, then by the keys and the condition, then by name; by index in `wanted`."""
    free = {identity.name: identity for identity in has.resource.identities}
    pairs: dict[str, IdentityDef | None] = {each.index: None for each in wanted.identities}
    for alike in (_has_index, _says_the_same, _has_name):
        for identity in wanted.identities:
            if pairs[identity.index] is None:
                matching = (n for n, other in free.items() if alike(identity, other, has))
                pairs[identity.index] = free.pop(next(matching, ""), None)
    return pairs


def _has_index(wanted: IdentityDef, other: IdentityDef, has: ReadResource) -> bool:
    return has.knows(_SECTION, other.name, "index") and other.index == wanted.index


def _says_the_same(wanted: IdentityDef, other: IdentityDef, has: ReadResource) -> bool:
    known = has.knows(_SECTION, other.name, "keys") and has.knows(_SECTION, other.name, "where")
    alike = set(wanted.keys) == set(other.keys) and same(wanted.where, other.where)
    return known and alike


def _has_name(wanted: IdentityDef, other: IdentityDef, _has: ReadResource) -> bool:
    return other.name == wanted.name


def _options(
    wanted: IdentityDef, found: IdentityDef, has: ReadResource, registered: bool
) -> Iterator[Difference]:
    path = (_SECTION, found.name)

    def differ(kind: Kind, field: str, left: Value, right: Value) -> Difference:
        return Difference(
            kind=kind, path=(*path, field), object=wanted.index, wanted=left, has=right
        )

    if has.knows(*path, "index") and wanted.index != found.index and not registered:
        yield differ(Kind.INDEX_NAME, "index_name", wanted.index, found.index)
    if has.knows(*path, "keys") and set(wanted.keys) != set(found.keys):
        yield differ(Kind.KEYS, "keys", wanted.keys, found.keys)
    if has.knows(*path, "where") and not same(wanted.where, found.where):
        yield differ(Kind.WHERE, "where", wanted.where, found.where)
    elif has.knows(*path, "where_sql") and _sql(wanted.where_sql) != _sql(found.where_sql):
        yield differ(Kind.WHERE_SQL, "where_sql", wanted.where_sql, found.where_sql)
    if has.knows(*path, "nils_distinct") and wanted.nils_distinct != found.nils_distinct:
        yield differ(Kind.NILS_DISTINCT, "nils_distinct", wanted.nils_distinct, found.nils_distinct)


def _sql(text: str | None) -> str:
    """Return a condition without what servers of different versions write differently."""
    return re.sub(r"[\s()]", "", text or "")


def _extra(wanted: Resource, has: ReadResource, paired: set[str]) -> Iterator[Difference]:
    """Give identities that no unique index makes so: an upsert by them fails."""
    indexes = {each.name for each in wanted.unique_index_names}
    key = {attribute.name for attribute in wanted.attributes if attribute.primary_key}
    for identity in has.resource.identities:
        path = (_SECTION, identity.name)
        if identity.name in paired or not _is_known(identity, has) or identity.index in indexes:
            continue
        if key and key <= set(identity.keys):
            continue
        yield Difference(
            kind=Kind.IDENTITY_EXTRA,
            path=path,
            object=identity.index,
            wanted=ABSENT,
            has=identity,
        )
