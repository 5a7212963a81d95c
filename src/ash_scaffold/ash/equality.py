"""Types whose values PostgreSQL can't compare, and the columns that have them."""

from __future__ import annotations

from collections.abc import Mapping

from ash_scaffold.ash.draft import Draft
from ash_scaffold.postgres.catalog import Column, Name, Type, TypeKind, TypeUse

# Those of `pg_type` that no default operator class of btree or hash (`pg_opclass`) is for: an
# operator `=` that some of them have is not enough.
_INCOMPARABLE = frozenset(
    "json xml jsonpath point line lseg box path polygon circle refcursor pg_snapshot "
    "txid_snapshot".split()
)
_INCOMPARABLE_OF_EXTENSIONS = frozenset({"lquery", "ltxtquery"})


def incomparable_columns(draft: Draft, types: Mapping[Name, Type]) -> tuple[Column, ...]:
    """Return the columns for which a SELECT DISTINCT of a resource's attributes fails."""
    return tuple(
        column
        for column in draft.table.columns
        if column.name in draft.by_column and not _is_comparable(column.type, types)
    )


def _is_comparable(use: TypeUse, types: Mapping[Name, Type]) -> bool:
    """Whether values can be told equal; an array's or a row's are when what they hold is."""
    if use.name.schema == "pg_catalog":
        return use.name.name not in _INCOMPARABLE
    type_ = types.get(use.name)
    if type_ is None or type_.extension:
        return use.name.name not in _INCOMPARABLE_OF_EXTENSIONS
    if type_.kind is TypeKind.DOMAIN and type_.base is not None:
        return _is_comparable(type_.base, types)
    return all(_is_comparable(field.type, types) for field in type_.fields)
