"""Associations between schemas, told as tables and columns."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ash_scaffold.legacy.ecto import (
    DEFAULT_SCHEMA,
    Association,
    AssociationKind,
    LegacySchema,
    Unread,
)
from ash_scaffold.legacy.schema_body import RawAssociation
from ash_scaffold.postgres.catalog import Name


def resolve(
    schema: LegacySchema, raw: RawAssociation, schemas: Mapping[str, LegacySchema]
) -> tuple[Association, Unread | None]:
    """Return an association in columns, and what could not be told about it.

    A target whose schema isn't known keeps the names of its fields as columns only where the
    association names a table itself.
    """
    if raw.through:
        through = Association(name=raw.name, kind=raw.kind, line=raw.line, through=raw.through)
        return through, None
    target = schemas.get(raw.module or "")
    table = target.name if target is not None else None
    if raw.table is not None:
        table = Name(target.schema or DEFAULT_SCHEMA if target else DEFAULT_SCHEMA, raw.table)
    common = Association(
        name=raw.name,
        kind=raw.kind,
        line=raw.line,
        module=raw.module,
        table=table,
        filtered=raw.filtered,
    )
    problem = None
    if raw.module is not None and target is None:
        what = f"{raw.kind} {raw.name}: {raw.module} is no schema that was read"
        problem = Unread(schema.path, raw.line, schema.module, what)
    if raw.kind is AssociationKind.MANY_TO_MANY:
        return _joined(common, schema, target, raw, schemas), problem
    own, far = raw.foreign_key, raw.references
    if raw.kind is not AssociationKind.BELONGS_TO:
        own, far = far, own
    ends = (_column(schema, own), _column(target, far))
    return msgspec.structs.replace(common, own_column=ends[0], target_column=ends[1]), problem


def _joined(
    common: Association,
    schema: LegacySchema,
    target: LegacySchema | None,
    raw: RawAssociation,
    schemas: Mapping[str, LegacySchema],
) -> Association:
    join = schemas.get(raw.join_module or "")
    table = join.name if join is not None else None
    if raw.join_table is not None:
        table = Name(schema.schema or DEFAULT_SCHEMA, raw.join_table)
    (left, own), (right, far) = raw.join_keys or ((None, None), (None, None))
    known = join is not None or raw.join_table is not None
    return msgspec.structs.replace(
        common,
        own_column=_column(schema, own),
        target_column=_column(target, far),
        join_module=raw.join_module,
        join_table=table,
        join_own_column=(_column(join, left) or left) if known else None,
        join_target_column=(_column(join, right) or right) if known else None,
    )


def _column(schema: LegacySchema | None, field: str | None) -> str | None:
    """Return a field's column; its own name when the schema has no such field."""
    if schema is None or field is None:
        return None
    found = schema.field(field)
    return field if found is None else found.column
