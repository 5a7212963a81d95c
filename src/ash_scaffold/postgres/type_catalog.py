"""The types that columns use, from the rows of `pg_type`, `pg_enum`, `pg_range` and the like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ash_scaffold.postgres.canonical import canonical
from ash_scaffold.postgres.catalog import Check, Field, Name, Type, TypeKind, TypeUse
from ash_scaffold.postgres.rows import TYPE, DomainCheckRow, EnumLabelsRow, TypeRow

KINDS = {
    "e": TypeKind.ENUM,
    "d": TypeKind.DOMAIN,
    "c": TypeKind.COMPOSITE,
    "r": TypeKind.RANGE,
    "m": TypeKind.MULTIRANGE,
}


class TypeCatalog:
    """Resolves type oids, and remembers which types were asked for, with what they are made of."""

    def __init__(
        self,
        rows: Iterable[TypeRow],
        labels: Iterable[EnumLabelsRow],
        checks: Iterable[DomainCheckRow],
        comments: Mapping[tuple[int, int], str],
    ) -> None:
        self._rows = {row.oid: row for row in rows}
        self._labels = {row.type: tuple(row.labels) for row in labels}
        self._checks = _checks_by_domain(checks)
        self._comments = comments
        self._uses: dict[tuple[int, int, int], TypeUse] = {}
        self._used: dict[int, Type] = {}

    def use(self, oid: int, typmod: int, dimensions: int) -> TypeUse:
        """Return the use of a type: of its element, when it is an array type."""
        key = (oid, typmod, dimensions)
        known = self._uses.get(key)
        if known is None:
            known = self._uses[key] = self._resolve(oid, typmod, dimensions)
        return known

    def not_null(self, oid: int) -> bool:
        """Whether the type is a domain that forbids NULL, itself or through its base domain."""
        row = self._rows[oid]
        return row.kind == "d" and (row.not_null or self.not_null(row.base))

    def used(self) -> dict[Name, Type]:
        """Return every type that was resolved so far, and those they are made of, by name."""
        return {type_.name: type_ for type_ in sorted(self._used.values(), key=lambda t: t.name)}

    def _resolve(self, oid: int, typmod: int, dimensions: int) -> TypeUse:
        row = self._rows[oid]
        if row.element:
            row, dimensions = self._rows[row.element], max(dimensions, 1)
        else:
            dimensions = 0
        self._register(row)
        return TypeUse(name=Name(row.schema, row.name), typmod=typmod, dimensions=dimensions)

    def _register(self, row: TypeRow) -> None:
        if row.oid in self._used:
            return
        # Ends, because PostgreSQL lets no type be made of itself, nor of arrays of itself.
        self._used[row.oid] = Type(
            name=Name(row.schema, row.name),
            kind=KINDS.get(row.kind, TypeKind.BASE),
            oid=row.oid,
            extension=row.extension,
            comment=self._comments.get((row.oid, TYPE)),
            labels=self._labels.get(row.oid, ()),
            base=self._base(row),
            not_null=row.kind == "d" and row.not_null,
            default=row.default and canonical(row.default),
            checks=self._checks.get(row.oid, ()),
            fields=self._fields(row),
            subtype=self._subtype(row),
        )

    def _base(self, row: TypeRow) -> TypeUse | None:
        return self.use(row.base, row.base_typmod, row.base_dimensions) if row.base else None

    def _subtype(self, row: TypeRow) -> TypeUse | None:
        return self.use(row.subtype, -1, 0) if row.subtype else None

    def _fields(self, row: TypeRow) -> tuple[Field, ...]:
        fields = zip(
            row.field_names or (),
            row.field_types or (),
            row.field_typmods or (),
            row.field_dimensions or (),
            strict=True,
        )
        return tuple(
            Field(name, self.use(oid, typmod, dimensions))
            for name, oid, typmod, dimensions in fields
        )


def _checks_by_domain(rows: Iterable[DomainCheckRow]) -> dict[int, tuple[Check, ...]]:
    checks: defaultdict[int, list[Check]] = defaultdict(list)
    for row in rows:
        checks[row.domain].append(
            Check(
                row.name,
                (),
                canonical(row.expression),
                validated=row.validated,
                enforced=row.enforced,
            )
        )
    return {
        domain: tuple(sorted(own, key=lambda check: check.name)) for domain, own in checks.items()
    }
