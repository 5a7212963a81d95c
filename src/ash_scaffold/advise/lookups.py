"""What rows are looked up and sorted by: keys, relationships, identities, tenants, read actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.advise.advice import Reason
from ash_scaffold.ash.model import Place, ReadAction, ReadResource, RelationshipKind
from ash_scaffold.ash.model import Relationship as RelationshipModel
from ash_scaffold.legacy.disagreements import Disagreement
from ash_scaffold.postgres.catalog import Action, Database, ForeignKey, Name, Table
from ash_scaffold.problem import Code

# How pressing: a query of each request, a load, a delete.
TENANT, IDENTITY, LOAD, SORT, DELETE = range(5)
_DIRECTIONS = frozenset(
    "asc desc asc_nils_first asc_nils_last desc_nils_first desc_nils_last".split()
)


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """A query over one table: the columns that are compared by equality, and those of its sort.

    `key` is the foreign key whose delete or update asks it. `filtered` means that there are further
    conditions, which an index could be for as well.
    """

    table: Name
    equal: tuple[str, ...] = ()
    sort: tuple[tuple[str, str], ...] = ()
    rank: int
    reason: Reason
    key: ForeignKey | None = None
    filtered: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of an index that would serve it, in order."""
        return tuple(dict.fromkeys((*self.equal, *(name for name, _ in self.sort))))


def find_lookups(
    database: Database, resources: Iterable[ReadResource], findings: Iterable[Disagreement]
) -> tuple[Lookup, ...]:
    """Return the look-ups of keys and resources, and of associations that no key keeps.

    Those whose columns can't be known for certain are left out.
    """
    finder = _Finder(database, {each.module: each for each in resources})
    found = [*finder.keys(), *finder.of_resources(), *finder.associations(findings)]
    return tuple(dict.fromkeys(found))


class _Finder:
    def __init__(self, database: Database, resources: Mapping[str, ReadResource]) -> None:
        self._tables = {table.name: table for table in database.tables if table.kind.is_table}
        self._resources = resources

    def keys(self) -> Iterator[Lookup]:
        """Yield what PostgreSQL asks for when a row that others may refer to is deleted."""
        for table in self._tables.values():
            for key in table.foreign_keys:
                if key.enforced and not key.period:
                    why = f"a delete in {key.target} looks for it ({key.name}{_effect(key)})"
                    yield Lookup(
                        table=table.name,
                        equal=key.columns,
                        rank=DELETE,
                        reason=Reason(why),
                        key=key,
                    )

    def associations(self, findings: Iterable[Disagreement]) -> Iterator[Lookup]:
        """Yield what associations of legacy code go by that no foreign key keeps."""
        for finding in findings:
            if finding.code is Code.LEGACY_NO_FOREIGN_KEY and finding.table in self._tables:
                why = f"{finding.module}'s {finding.association} goes by it"
                yield Lookup(
                    table=finding.table, equal=(finding.column,), rank=LOAD, reason=Reason(why)
                )

    def of_resources(self) -> Iterator[Lookup]:
        """Yield what the resources look up, each over a table that was read."""
        for resource in self._resources.values():
            if resource.table is None:
                continue
            table = self._tables.get(resource.table)
            if table is not None:
                yield from self._tenant(resource, table)
                yield from self._identities(resource, table)
                yield from self._reads(resource, table)
            for relationship in resource.resource.relationships:
                yield from self._loads(resource, relationship)

    def _tenant(self, resource: ReadResource, table: Table) -> Iterator[Lookup]:
        column = self._column(resource, table, resource.tenant or "")
        if column is not None:
            why = f"every query of {resource.module} asks for one tenant"
            yield Lookup(
                table=table.name,
                equal=(column,),
                rank=TENANT,
                reason=_reason(why, resource.place()),
            )

    def _identities(self, resource: ReadResource, table: Table) -> Iterator[Lookup]:
        for identity in resource.resource.identities:
            known = resource.knows("identities", identity.name, "keys")
            columns = self._columns(resource, table, identity.keys)
            if known and columns and identity.where is None and identity.where_sql is None:
                why = f"{resource.module} looks rows up by its identity {identity.name}"
                place = resource.place("identities", identity.name)
                yield Lookup(
                    table=table.name, equal=columns, rank=IDENTITY, reason=_reason(why, place)
                )

    def _reads(self, resource: ReadResource, table: Table) -> Iterator[Lookup]:
        tenant = self._column(resource, table, resource.tenant or "")
        tenants = () if tenant is None else (tenant,)
        for action in resource.reads:
            called = f"{resource.module}.{action.name}"
            if action.get_by:
                columns = self._columns(resource, table, action.get_by)
                if columns:
                    why = f"{called} gets a row by it"
                    yield Lookup(
                        table=table.name,
                        equal=tuple(dict.fromkeys((*tenants, *columns))),
                        rank=IDENTITY,
                        reason=Reason(why, action.path, action.line),
                    )
            if action.paginated and action.known and action.sort:
                yield from self._page(resource, table, action, tenants)

    def _page(
        self, resource: ReadResource, table: Table, action: ReadAction, tenants: tuple[str, ...]
    ) -> Iterator[Lookup]:
        names = [self._column(resource, table, name) for name, _ in action.sort]
        equal = [self._column(resource, table, name) for name in action.equal]
        directions = [direction for _, direction in action.sort]
        if None in names or not _DIRECTIONS.issuperset(directions):
            return
        why = f"{resource.module}.{action.name} is paginated and sorts by it"
        pairs = zip(names, directions, strict=True)
        yield Lookup(
            table=table.name,
            equal=tuple(dict.fromkeys((*tenants, *(name for name in equal if name is not None)))),
            sort=tuple((name, direction) for name, direction in pairs if name is not None),
            rank=SORT,
            reason=Reason(why, action.path, action.line),
            filtered=action.filtered or None in equal,
        )

    def _loads(self, resource: ReadResource, relationship: RelationshipModel) -> Iterator[Lookup]:
        """Yield what is asked of the destination, or of the join table, to load a relationship."""
        name = relationship.name
        if name in resource.queries or not all(
            resource.knows("relationships", name, field)
            for field in ("destination", "destination_attribute", "filter", "through")
        ):
            return
        ends = [(relationship.destination, relationship.destination_attribute)]
        if relationship.kind is RelationshipKind.MANY_TO_MANY:
            ends.append((relationship.through or "", relationship.source_attribute_on_join or ""))
        place = resource.place("relationships", name)
        for module, attribute in ends:
            destination = self._resources.get(module)
            if destination is None or destination.table is None:
                continue
            table = self._tables.get(destination.table)
            column = None if table is None else self._column(destination, table, attribute)
            if table is not None and column is not None:
                why = f"{resource.module}.{name} is loaded by it"
                yield Lookup(
                    table=table.name,
                    equal=(column,),
                    rank=LOAD,
                    reason=_reason(why, place),
                    filtered=relationship.filter is not None,
                )

    def _columns(
        self, resource: ReadResource, table: Table, names: Iterable[str]
    ) -> tuple[str, ...]:
        """Return the columns of attributes, none when that of one is not known."""
        found = [self._column(resource, table, name) for name in names]
        known = tuple(name for name in found if name is not None)
        return known if len(known) == len(found) else ()

    @staticmethod
    def _column(resource: ReadResource, table: Table, name: str) -> str | None:
        for attribute in resource.resource.attributes:
            if attribute.name == name and resource.knows("attributes", name, "column"):
                found = attribute.column
                return found if any(each.name == found for each in table.columns) else None
        return None


def _reason(why: str, place: Place | None) -> Reason:
    return Reason(why) if place is None else Reason(why, place.path, place.line)


def _effect(key: ForeignKey) -> str:
    return "" if key.on_delete is Action.NO_ACTION else f" ON DELETE {key.on_delete.value.upper()}"
