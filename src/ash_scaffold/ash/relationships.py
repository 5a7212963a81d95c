"""Relationships of foreign keys: which can be loaded, and names that never collide.

AshPostgres loads a many_to_many, and whatever has a filter that refers to `parent`, by a lateral
join: a SELECT DISTINCT of all attributes of the destination (`lateral_join_query` of
`AshPostgres.DataLayer`). Where PostgreSQL can't compare one of them, every load raises. Only a
many_to_many whose join may hold a pair of keys twice is loaded otherwise (`lateral_join?` of
`Ash.Actions.Read.Relationships`).

Of several rows for a has_one Ash logs a warning and takes any, and means to raise in its next
version. With `from_many? true` it takes the first by `sort`, which only a person can choose. So a
has_many is generated, with a note.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.defaults import condition_value
from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.dsl import default_join_relationship
from ash_scaffold.ash.hints import Comparison, Legacy, LegacyAssociation
from ash_scaffold.ash.keys import plain_columns
from ash_scaffold.ash.links import (
    Link,
    association_id,
    belongs_id,
    has_id,
    has_kind,
    join_id,
    link_keys,
    possible_ids,
    pure_joins,
    rich_joins,
    through_links,
)
from ash_scaffold.ash.model import Absent, Relationship, RelationshipKind
from ash_scaffold.ash.naming import (
    RESERVED,
    Names,
    attribute_name,
    plural_name,
    singular_name,
    underscore,
)
from ash_scaffold.ash.project_state import NO_NAMES, ResourceNames
from ash_scaffold.ash.relationship_id import (
    KnownRelationships,
    RelationshipId,
    follows_a_key,
    pairs_filter,
)
from ash_scaffold.ash.types import row_of
from ash_scaffold.ash.virtual_keys import VirtualKey
from ash_scaffold.postgres.catalog import Column, Name, Type, TypeKind, TypeUse
from ash_scaffold.postgres.type_text import type_text
from ash_scaffold.problem import Code, Problem, Severity
from ash_scaffold.term import Call, Expr, Operator, Ref, Term


class Relationships(msgspec.Struct, frozen=True):
    """Relationships by table, the belongs_to that stands for each key, and what was found."""

    by_table: Mapping[Name, tuple[Relationship, ...]]
    belongs_to: Mapping[tuple[Name, str], Relationship]
    problems: tuple[Problem, ...]


def plan_relationships(
    drafts: Mapping[Name, Draft],
    virtual_keys: Iterable[VirtualKey],
    names: Mapping[Name, ResourceNames],
    legacy: Legacy,
    types: Mapping[Name, Type],
) -> Relationships:
    """Plan the relationships between all drafts; `names` are those that files give.

    After those come the names of the legacy code's associations. `types` are the database's own:
    they decide what Ash can load.

    Names are chosen as if every draft were reachable, so that they don't depend on the order in
    which domains are written; what leads to an unreachable one is then left out.
    """
    links, refused = link_keys(drafts, virtual_keys)
    planner = _Planner(drafts, links, names, legacy, Loads(drafts, types))
    planned = planner.plan()
    return msgspec.structs.replace(planned, problems=(*refused, *planned.problems))


def _has_name(link: Link, kind: RelationshipKind) -> str:
    """Name the other side: the child's table without the parent's name as its prefix."""
    table = underscore(link.child.name.name)
    parent = underscore(link.parent.name.name)
    for prefix in (f"{parent}_", f"{singular_name(parent)}_"):
        if table.startswith(prefix) and len(table) > len(prefix):
            table = table[len(prefix) :]
            break
    return singular_name(table) if kind is RelationshipKind.HAS_ONE else plural_name(table)


class _Planner:
    def __init__(
        self,
        drafts: Mapping[Name, Draft],
        links: list[Link],
        file_names: Mapping[Name, ResourceNames],
        legacy: Legacy,
        loads: Loads,
    ) -> None:
        self._loads = loads
        self._legacy = legacy
        self._drafts = drafts
        self._file_names = file_names
        self._names = RelationshipNames(drafts)
        self._found: dict[Name, list[Relationship]] = defaultdict(list)
        self._belongs_to: dict[tuple[Name, str], Relationship] = {}
        self._links = links
        self._problems: list[Problem] = []

    def plan(self) -> Relationships:
        """Name everything: belongs_to first, in column order, then the other sides."""
        self._assign_names()
        self._name_belongs_to()
        joins = pure_joins(self._drafts, self._links)
        self._name_has(joins)
        self._name_many_to_many(joins)
        self._name_rich_joins(joins)
        self._add_parts()
        return self._reachable()

    def _assign_names(self) -> None:
        """Assign the names of the configuration, then the files', then the legacy code's."""
        for link in self._links:
            belongs_to, inverse = link.configured_names
            self._names.reserve(link.child.name, belongs_to)
            self._names.reserve(link.parent.name, inverse)
        joins = pure_joins(self._drafts, self._links)
        possible = possible_ids(self._links, joins)
        for owner, near, far in rich_joins(self._links, joins, self._drafts, self._legacy):
            possible[owner][join_id(near, far)] = RelationshipKind.MANY_TO_MANY
        for name in self._drafts:
            self._names.assign_from_file(name, self._file_names.get(name, NO_NAMES), possible[name])
            more = self._file_names.get(name, NO_NAMES).more
            said = self._legacy.associations(name)
            self._names.assign_from_legacy(name, said, possible[name], more)

    def _reachable(self) -> Relationships:
        modules = {draft.module for draft in self._drafts.values() if draft.reachable}
        usable = {
            name: tuple(
                r
                for r in found
                if r.destination in modules and (r.through is None or r.through in modules)
            )
            for name, found in self._found.items()
        }
        names = {name: {r.name for r in found} for name, found in usable.items()}
        belongs_to = {
            key: found
            for key, found in self._belongs_to.items()
            if found.name in names.get(key[0], ())
        }
        return Relationships(usable, belongs_to, tuple(self._problems))

    def _name_belongs_to(self) -> None:
        same_role: dict[tuple[Name, str], int] = defaultdict(int)
        for link in self._links:
            same_role[link.child.name, link.role] += 1
        for index, link in enumerate(self._links):
            table = singular_name(underscore(link.parent.name.name))
            stem = link.own[0].removesuffix("_id")
            if not link.has_belongs_to:
                continue
            if not self._loads.follows(link, link.parent):
                kind = RelationshipKind.BELONGS_TO.value
                self._problems.append(self._loads.unfollowed(link, link.child, link.parent, kind))
                continue
            clash = same_role[link.child.name, link.role] > 1
            choices = [f"{stem}_{table}", f"{link.role}_record"]
            if not clash or len(link.own) > 1:
                choices.insert(0, link.role)
            configured, _ = link.configured_names
            name = configured or self._names.choose(link.child.name, belongs_id(link), choices)
            self._links[index] = msgspec.structs.replace(link, role=name)
            found = Relationship(
                name=name,
                kind=RelationshipKind.BELONGS_TO,
                destination=link.parent.module,
                source_attribute=link.own[0],
                destination_attribute=link.target[0],
                allow_nil=True,
                filter=pairs_filter(link.pairs),
                foreign_keys=(link.id,),
            )
            self._belongs_to[link.id] = found
            self._found[link.child.name].append(found)

    def _name_has(self, joins: Mapping[Name, tuple[Link, Link]]) -> None:
        by_pair: dict[tuple[Name, Name], list[Link]] = defaultdict(list)
        for link in self._links:
            if link.has_inverse and self._shows_rows(link, joins):
                by_pair[link.parent.name, link.child.name].append(link)
        for pair in sorted(by_pair):
            links = by_pair[pair]
            for link in links:
                if self._loads.follows(link, link.child):
                    self._found[pair[0]].append(self._has(link, several=len(links) > 1))
                else:
                    kind = has_kind(link).value
                    self._problems.append(
                        self._loads.unfollowed(link, link.parent, link.child, kind)
                    )

    def _shows_rows(self, link: Link, joins: Mapping[Name, tuple[Link, Link]]) -> bool:
        """Whether a parent has its child's rows: those of a pure join table only where it must.

        That is where the legacy code loads them, and where Ash can't load what they lead to.
        """
        pair = joins.get(link.child.name)
        if pair is None or link.id not in (pair[0].id, pair[1].id):
            return True
        if self._names.is_in_legacy(link.parent.name, has_id(link)):
            return True
        near, far = pair if pair[0].key == link.key else pair[::-1]
        return not self._loads.joins(near, far)

    def _has(self, link: Link, *, several: bool) -> Relationship:
        kind = has_kind(link)
        unique = kind is RelationshipKind.HAS_ONE
        base = _has_name(link, kind)
        by_role = f"{link.role.rstrip('_')}_{base}"
        itself = link.parent.name == link.child.name
        if itself and link.role == "parent":
            choices = ["child" if unique else "children", by_role]
        elif several or itself:
            choices = [by_role, f"{by_role}_records"]
        else:
            choices = [base, by_role, f"{base}_records"]
        _, configured = link.configured_names
        name = configured or self._names.choose(link.parent.name, has_id(link), choices)
        self._problems += _several_rows(link, name, self._legacy.associations(link.parent.name))
        return Relationship(
            name=name,
            kind=kind,
            destination=link.child.module,
            source_attribute=link.target[0],
            destination_attribute=link.own[0],
            filter=pairs_filter((target, own) for own, target in link.pairs),
            sort=self._sort(link.parent.name, has_id(link), link.child, kind),
            foreign_keys=(link.id,),
        )

    def _sort(
        self, owner: Name, own: RelationshipId, destination: Draft, kind: RelationshipKind
    ) -> tuple[tuple[str, str], ...]:
        """Return the order that the legacy code loads the rows of a relationship in."""
        association = self._names.legacy(owner, own)
        if association is None or kind is RelationshipKind.HAS_ONE:
            return ()
        return _sorted_by(association, destination)

    def _name_many_to_many(self, joins: Mapping[Name, tuple[Link, Link]]) -> None:
        sides: list[tuple[Name, Name, Name, Link, Link]] = []
        for name, (first, second) in joins.items():
            sides.append((first.parent.name, second.parent.name, name, first, second))
            sides.append((second.parent.name, first.parent.name, name, second, first))
        sides.sort(key=lambda side: (*side[:3], side[3].role))
        count: dict[tuple[Name, Name], int] = defaultdict(int)
        for source, destination, *_ in sides:
            count[source, destination] += 1
        for source, destination, name, near, far in sides:
            if not self._loads.joins(near, far):
                self._problems.append(self._loads.unjoined(near, far, self._shown(near)))
                continue
            several = count[source, destination] > 1
            self._found[source].append(self._many_to_many(near, far, name, several=several))

    def _shown(self, near: Link) -> str | None:
        """Return the name of the has_many to a join table's rows, if there is one."""
        rows = self._found[near.parent.name]
        of_key = (r for r in rows if r.foreign_keys == (near.id,) and follows_a_key(r.filter))
        return next((r.name for r in of_key if r.kind is RelationshipKind.HAS_MANY), None)

    def _name_rich_joins(self, joins: Mapping[Name, tuple[Link, Link]]) -> None:
        """Add the many_to_many of the legacy code, next to the has_many to the join's rows."""
        done: set[tuple[Name, RelationshipId]] = set()
        for name, near, far in rich_joins(self._links, joins, self._drafts, self._legacy):
            own = join_id(near, far)
            if (name, own) in done or self._names.assigned(name, own) is None:
                continue
            done.add((name, own))
            if not self._loads.joins(near, far):
                self._problems.append(self._loads.unjoined(near, far, self._shown(near)))
                continue
            found = self._many_to_many(near, far, near.child.name, several=False)
            self._found[name].append(found)

    def _many_to_many(self, near: Link, far: Link, join: Name, *, several: bool) -> Relationship:
        base = plural_name(underscore(far.parent.name.name))
        by_role = plural_name(far.role)
        by_join = f"{singular_name(underscore(join.name))}_{base}"
        choices = [by_role, by_join] if several else [base, by_role, by_join]
        owner = near.parent.name
        name = self._names.choose(owner, join_id(near, far), choices)
        order = self._sort(owner, join_id(near, far), far.parent, RelationshipKind.MANY_TO_MANY)
        return msgspec.structs.replace(self._joined(near, far, name), sort=order)

    def _joined(self, near: Link, far: Link, name: str) -> Relationship:
        """Return the many_to_many of that name from one link's parent to the other's."""
        owner, through = near.parent.name, self._shown(near)
        return Relationship(
            name=name,
            kind=RelationshipKind.MANY_TO_MANY,
            destination=far.parent.module,
            source_attribute=near.target[0],
            destination_attribute=far.target[0],
            through=near.child.module,
            source_attribute_on_join=near.own[0],
            destination_attribute_on_join=far.own[0],
            join_relationship=through or self._names.take(owner, default_join_relationship(name)),
            foreign_keys=(near.id, far.id),
        )

    def _add_parts(self) -> None:
        """Add the associations of the legacy code over only some of the rows of a key."""
        for owner in self._drafts:
            used = {each.name for each in self._found[owner]}
            for name, association in self._names.parts(owner):
                whole = None if name in used else self._whole(owner, association, name)
                destination = self._drafts.get(association.table)
                if whole is None or destination is None:
                    continue
                where = _conditions(association, destination, self._legacy)
                if where is None:
                    self._problems.append(_untold(owner, association))
                    continue
                self._found[owner].append(
                    msgspec.structs.replace(
                        whole, filter=Expr(where), sort=_sorted_by(association, destination)
                    )
                )

    def _whole(self, owner: Name, association: LegacyAssociation, name: str) -> Relationship | None:
        """Return an association without its conditions, None where no key is behind it."""
        if association.kind is RelationshipKind.MANY_TO_MANY:
            ends = through_links(self._links, owner, association)
            if ends is None or not self._loads.joins(*ends):
                return None
            return self._joined(*ends, name)
        belongs = association.kind is RelationshipKind.BELONGS_TO
        tables, columns = (owner, association.table), (association.own, association.target)
        child, parent = tables if belongs else tables[::-1]
        own, target = columns if belongs else columns[::-1]
        for link in self._links:
            key = link.key
            if (link.child.name, link.parent.name) != (child, parent):
                continue
            if (key.columns, key.target_columns) == ((own,), (target,)):
                return Relationship(
                    name=name,
                    kind=association.kind,
                    destination=(link.parent if belongs else link.child).module,
                    source_attribute=(link.own if belongs else link.target)[0],
                    destination_attribute=(link.target if belongs else link.own)[0],
                    foreign_keys=(link.id,),
                )
        return None


def _sorted_by(association: LegacyAssociation, destination: Draft) -> tuple[tuple[str, str], ...]:
    named = [(destination.attribute(column), order) for column, order in association.sort]
    return tuple((name, order) for name, order in named if name is not None)


def _conditions(association: LegacyAssociation, destination: Draft, legacy: Legacy) -> Term | None:
    """Return an association's conditions as an expression, None where one can't be said."""
    found: list[Term] = []
    for each in association.where:
        name = destination.attribute(each.column)
        mapped = destination.columns.mapped.get(each.column)
        if name is None or mapped is None:
            return None
        if each.test in (Comparison.NULL, Comparison.NOT_NULL):
            null = Call("is_nil", (Ref(name),))
            found.append(null if each.test is Comparison.NULL else Operator("not", (null,)))
            continue
        field = legacy.field(destination.name, each.column)
        value = condition_value(each.value, field, mapped)
        if isinstance(value, Absent):
            return None
        found.append(Operator(each.test.value, (Ref(name), value)))
    return _conjunction(found)


def _conjunction(terms: Sequence[Term]) -> Term:
    joined, *rest = terms
    for each in rest:
        joined = Operator("and", (joined, each))
    return joined


def _untold(owner: Name, association: LegacyAssociation) -> Problem:
    place = f" ({association.path}:{association.line})" if association.path else ""
    return Code.NO_RELATIONSHIP.at(
        str(owner),
        f"The Ecto schema's {association.kind} {association.name}{place} is over only some rows, "
        "by a condition that has no form in the attribute's type.",
        todo="Write it into the resource, with `filter expr(…)`.",
        severity=Severity.NOTE,
    )


# Atoms that Ash's functions take for an answer or an absence: `load(post, nil)`.
_NO_NAMES = frozenset({"nil", "true", "false"})

_Possible = Mapping[RelationshipId, RelationshipKind]


def _incomparable_columns(draft: Draft, types: Mapping[Name, Type]) -> tuple[Column, ...]:
    """Return the columns for which a SELECT DISTINCT of a resource's attributes fails."""
    return tuple(
        column
        for column in draft.table.columns
        if column.name in draft.by_column and not _is_comparable(column.type, types)
    )


def _is_comparable(use: TypeUse, types: Mapping[Name, Type]) -> bool:
    """Whether values can be compared; those of an array or a row as their parts can."""
    if use.name.schema == "pg_catalog":
        return row_of(use.name.name).facts.comparable
    type_ = types.get(use.name)
    if type_ is None or type_.extension:
        return row_of(use.name.name).facts.comparable
    if type_.kind is TypeKind.DOMAIN and type_.base is not None:
        return _is_comparable(type_.base, types)
    return all(_is_comparable(field.type, types) for field in type_.fields)


class Loads:
    """The relationships that Ash can load, by the resource that they lead to."""

    def __init__(self, drafts: Mapping[Name, Draft], types: Mapping[Name, Type]) -> None:
        self._columns = {
            name: columns
            for name, draft in drafts.items()
            if (columns := _incomparable_columns(draft, types))
        }

    def joins(self, near: Link, far: Link) -> bool:
        """Whether a many_to_many from one link's parent to the other's can be loaded."""
        return far.parent.name not in self._columns or not _is_pair_unique(near, far)

    def follows(self, link: Link, destination: Draft) -> bool:
        """Whether a link can be loaded from one of its ends to the other, the destination."""
        return link.is_plain or destination.name not in self._columns

    def unjoined(self, near: Link, far: Link, rows: str | None) -> Problem:
        """Report the lack of a many_to_many; `rows` is the has_many to the rows of the join."""
        owner, join, destination = near.parent.name, near.child.name, far.parent.name
        return Code.NO_RELATIONSHIP.at(
            str(owner),
            f"It has no many_to_many to {destination} through {join}: Ash loads one by "
            f"SELECT DISTINCT, and PostgreSQL can't compare the values of "
            f"{self._named(destination)}.",
            todo=f"Load {rows}: :{far.role} instead, or {self._change(destination)}"
            if rows is not None
            else self._by_query(destination),
        )

    def unfollowed(self, link: Link, owner: Draft, destination: Draft, kind: str) -> Problem:
        """Report that a key of several columns gives no relationship of a kind to its owner."""
        return Code.NO_RELATIONSHIP.at(
            str(owner.name),
            f"The foreign key {link.key.name} gives no {kind}: Ash loads one over several "
            f"columns by SELECT DISTINCT, and PostgreSQL can't compare the values of "
            f"{self._named(destination.name)}.",
            todo=self._by_query(destination.name),
        )

    def _named(self, table: Name) -> str:
        columns = self._columns[table]
        return " and ".join(f"{table}.{each.name} ({type_text(each.type)})" for each in columns)

    def _by_query(self, table: Name) -> str:
        return f"Load the other side by a query of your own, or {self._change(table)}"

    def _change(self, table: Name) -> str:
        columns = self._columns[table]
        what = "column" if len(columns) == 1 else "columns"
        return (
            f"change the {what} in legacy code{' (json to jsonb)' * all(map(_is_json, columns))}."
        )


def _is_json(column: Column) -> bool:
    return column.type.name == Name("pg_catalog", "json")


def _is_pair_unique(near: Link, far: Link) -> bool:
    """Whether Ash takes a join's two keys for unique: by its key, or by any identity."""
    join, pair = near.child, {near.telling[0], far.telling[0]}
    if join.key is None or pair.issuperset(join.key.columns):
        return True
    # The keys of an identity are without the tenant's.
    pair |= {join.tenant_column or ""}
    unique = (plain_columns(index) for index in join.table.indexes if index.unique)
    return any(columns is not None and pair.issuperset(columns) for columns in unique)


class RelationshipNames:
    """Keeps the names of all relationships, by the table of their resource; none twice.

    Names are assigned in the order of the calls; those of attributes are taken from the start.
    """

    def __init__(self, drafts: Mapping[Name, Draft]) -> None:
        self._names = {
            name: Names({a.name for a in draft.by_column.values()} | RESERVED | _NO_NAMES)
            for name, draft in drafts.items()
        }
        self._assigned: dict[Name, dict[RelationshipId, str]] = {name: {} for name in drafts}
        self._in_legacy: dict[tuple[Name, RelationshipId], LegacyAssociation] = {}
        self._parts: dict[Name, list[tuple[str, LegacyAssociation]]] = {}

    def reserve(self, owner: Name, name: str | None) -> None:
        """Keep a name that the configuration gives from all others."""
        if name is not None:
            self._names[owner].take(name)

    def assign_from_file(self, owner: Name, file_names: ResourceNames, possible: _Possible) -> None:
        """Give the names of a file to those of its relationships that there can be.

        The name of a dropped one is free, unless the file uses it for something else.
        """
        names, assigned = self._names[owner], self._assigned[owner]
        known = KnownRelationships(possible)
        for each in sorted(file_names.relationships, key=lambda each: each not in possible):
            name, own = file_names.relationships[each], known.same(each)
            if own is not None and own not in assigned and names.free(name):
                assigned[own] = names.take(name)
        for name in sorted(file_names.taken):
            if names.free(name):
                names.take(name)

    def assign_from_legacy(
        self,
        owner: Name,
        associations: Iterable[LegacyAssociation],
        possible: _Possible,
        more: Collection[str] = (),
    ) -> None:
        """Take the names of all associations, and use those of relationships that there can be.

        The others are taken too, so that names don't depend on which domains exist yet. `more` are
        the names that the file has for relationships beside others over the same columns.
        """
        names, assigned = self._names[owner], self._assigned[owner]
        known = KnownRelationships(possible)
        for association in associations:
            own = known.same(association_id(association))
            name = attribute_name(association.name)
            free = names.free(name)
            if free:
                names.take(name)
            if association.filtered:
                parts = self._parts.setdefault(owner, [])
                told = any(name == other for other, _ in parts)
                if association.where and not told and (free or name in more):
                    parts.append((name, association))
                continue
            if own is None or possible[own] is not association.kind:
                continue
            self._in_legacy.setdefault((owner, own), association)
            if own not in assigned and free:
                assigned[own] = name

    def is_in_legacy(self, owner: Name, relationship: RelationshipId) -> bool:
        """Whether the legacy code has an association that is this relationship."""
        return (owner, relationship) in self._in_legacy

    def legacy(self, owner: Name, relationship: RelationshipId) -> LegacyAssociation | None:
        """Return the association of the legacy code that is this relationship."""
        return self._in_legacy.get((owner, relationship))

    def parts(self, owner: Name) -> Sequence[tuple[str, LegacyAssociation]]:
        """Return the associations over only some of the rows, each with its name."""
        return self._parts.get(owner, ())

    def assigned(self, owner: Name, relationship: RelationshipId) -> str | None:
        """Return the name that a file or the legacy code has for a relationship."""
        return self._assigned[owner].get(relationship)

    def choose(self, owner: Name, relationship: RelationshipId, choices: Sequence[str]) -> str:
        """Return the assigned name, else the first choice that is free."""
        return self.assigned(owner, relationship) or self.take(owner, *choices)

    def take(self, owner: Name, *choices: str) -> str:
        """Take the first choice that is free."""
        return self._names[owner].take(*map(attribute_name, choices))


_SEVERAL_ROWS_TODO = (
    "Make it unique in legacy code, or write a has_one of your own with `sort` and "
    "`from_many? true`: without them Ash warns whenever there is a second row, and takes an "
    "arbitrary one."
)


def _several_rows(
    link: Link, name: str, associations: Iterable[LegacyAssociation]
) -> Iterator[Problem]:
    """Give a note for every has_one that is the has_many of this name.

    `associations` are those of the parent's Ecto schemas.
    """
    if has_kind(link) is RelationshipKind.HAS_ONE:
        return
    if link.virtual is not None and link.virtual.one:
        yield _several_rows_note(link, name, f"The configured has_one {link.virtual.inverse}")
    for each in associations:
        one = each.kind is RelationshipKind.HAS_ONE and not each.filtered
        if one and association_id(each) == has_id(link):
            place = f" ({each.path}:{each.line})" if each.path else ""
            yield _several_rows_note(link, name, f"The Ecto schema's has_one {each.name}{place}")


def _several_rows_note(link: Link, name: str, called: str) -> Problem:
    child = link.child.name
    columns = ", ".join(f"{child}.{column}" for column in link.key.columns)
    return Code.NO_RELATIONSHIP.at(
        str(link.parent.name),
        f"{called} is the has_many {name}: nothing makes {columns} unique, so that there "
        "may be several rows.",
        todo=_SEVERAL_ROWS_TODO,
        severity=Severity.NOTE,
    )
