"""Associations between schemas as tables and columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import msgspec

from ash_scaffold.ash.hints import LegacyAssociation, LegacySchema
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.legacy.ecto import EctoAssociation, EctoSchema
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name


class Ends(msgspec.Struct, frozen=True):
    """The tables and columns of an association, `None` for each that isn't known.

    `own` is on the schema's table and `target` on `table`. A many_to_many has a join table
    `through`, whose two columns refer to those.
    """

    table: Name | None = None
    own: str | None = None
    target: str | None = None
    through: Name | None = None
    through_own: str | None = None
    through_target: str | None = None


def ends(
    schema: EctoSchema, association: EctoAssociation, schemas: Mapping[str, EctoSchema]
) -> Ends:
    """Return the tables and columns of an association that goes through no others.

    `schemas` are all, by module. A target whose schema isn't known has no columns that are known.
    """
    if association.through:
        return Ends()
    target = schemas.get(association.module or "")
    table = target.table if target is not None else None
    if association.table is not None:
        table = Name(target.table.schema if target else DEFAULT_SCHEMA, association.table)
    if association.kind is RelationshipKind.MANY_TO_MANY:
        return _joined(schema, association, target, table, schemas)
    own, far = association.foreign_key, association.references
    if association.kind is not RelationshipKind.BELONGS_TO:
        own, far = far, own
    return Ends(table, _column(schema, own), _column(target, far))


def _joined(
    schema: EctoSchema,
    association: EctoAssociation,
    target: EctoSchema | None,
    table: Name | None,
    schemas: Mapping[str, EctoSchema],
) -> Ends:
    join = schemas.get(association.join_module or "")
    through = join.table if join is not None else None
    if association.join_table is not None:
        through = Name(schema.table.schema, association.join_table)
    (left, own), (right, far) = association.join_keys or ((None, None), (None, None))
    if through is None:
        left = right = None
    return Ends(
        table=table,
        own=_column(schema, own),
        target=_column(target, far),
        through=through,
        through_own=_column(join, left) or left,
        through_target=_column(join, right) or right,
    )


def _column(schema: EctoSchema | None, field: str | None) -> str | None:
    return None if schema is None or field is None else schema.column(field)


def resolve(
    schema: EctoSchema,
    schemas: Mapping[str, EctoSchema],
    before: Mapping[tuple[str, str], LegacyAssociation] | None = None,
) -> tuple[LegacyAssociation, ...]:
    """Return the associations of a schema whose tables and columns are known, in order.

    `before` are those of an earlier run, by module and name: they stand in for an association with
    a schema that was removed since.
    """
    return tuple(_resolve(schema, schemas, before or {}))


def _resolve(
    schema: EctoSchema,
    schemas: Mapping[str, EctoSchema],
    before: Mapping[tuple[str, str], LegacyAssociation],
) -> Iterator[LegacyAssociation]:
    for association in schema.declared:
        found = _resolved(schema, association, schemas)
        was = before.get((schema.module, association.name))
        if found is None and was is not None and _is_broken(schema, association, schemas):
            found = msgspec.structs.replace(was, path=schema.path, line=association.line)
        if found is not None:
            yield found


def with_removed_targets(
    schemas: Collection[EctoSchema], remembered: Collection[LegacySchema]
) -> tuple[EctoSchema, ...]:
    """Return the schemas with their associations to schemas that were removed.

    `remembered` are the hints of earlier runs, which those associations are taken from.
    """
    before = {
        (schema.module, each.name): each for schema in remembered for each in schema.associations
    }
    by_module = {schema.module: schema for schema in schemas}
    return tuple(
        msgspec.structs.replace(schema, associations=resolve(schema, by_module, before))
        for schema in schemas
    )


def _is_broken(
    schema: EctoSchema, association: EctoAssociation, schemas: Mapping[str, EctoSchema]
) -> bool:
    """Whether a schema that an association names, or one on its way, does not exist."""
    at: EctoSchema | None = schema
    for name in association.through or (association.name,):
        step = at.association(name) if at is not None else None
        at = schemas.get(step.module or "") if step is not None else None
        if step is not None and step.module is not None and at is None:
            return True
    return False


def _resolved(
    schema: EctoSchema, association: EctoAssociation, schemas: Mapping[str, EctoSchema]
) -> LegacyAssociation | None:
    if association.through:
        return _through(schema, association, schemas)
    found = ends(schema, association, schemas)
    if found.table is None or found.own is None or found.target is None:
        return None
    target = schemas.get(association.module or "")
    joins = association.kind is RelationshipKind.MANY_TO_MANY
    if joins and not (found.through and found.through_own and found.through_target):
        return None
    return LegacyAssociation(
        name=association.name,
        kind=association.kind,
        table=found.table,
        own=found.own,
        target=found.target,
        path=schema.path,
        line=association.line,
        filtered=association.filtered,
        where=tuple(
            msgspec.structs.replace(each, column=_column(target, each.column) or each.column)
            for each in association.where
        ),
        sort=tuple((_column(target, name) or name, order) for name, order in association.sort),
        through=found.through,
        through_own=found.through_own or "",
        through_target=found.through_target or "",
    )


def _through(
    schema: EctoSchema, association: EctoAssociation, schemas: Mapping[str, EctoSchema]
) -> LegacyAssociation | None:
    """Read `has_many through: [:post_tags, :tag]` as a many_to_many, where it leads that way.

    That is over the rows of a table of its own, and then to what those belong to.
    """
    if len(association.through) != 2 or association.kind is not RelationshipKind.HAS_MANY:
        return None
    first = schema.association(association.through[0])
    join = schemas.get(first.module or "") if first is not None else None
    second = join.association(association.through[1]) if join is not None else None
    if first is None or join is None or second is None:
        return None
    if (
        first.kind is not RelationshipKind.HAS_MANY
        or second.kind is not RelationshipKind.BELONGS_TO
    ):
        return None
    near, far = ends(schema, first, schemas), ends(join, second, schemas)
    if near.own is None or near.target is None:
        return None
    if far.table is None or far.own is None or far.target is None:
        return None
    return LegacyAssociation(
        name=association.name,
        kind=RelationshipKind.MANY_TO_MANY,
        table=far.table,
        own=near.own,
        target=far.target,
        path=schema.path,
        line=association.line,
        filtered=first.filtered or second.filtered,
        through=join.table,
        through_own=near.target,
        through_target=far.own,
    )
