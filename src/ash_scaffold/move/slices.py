"""The slices that an application moves in: groups of tables, in an order that respects their keys.

A slice is as small as it can be and still go live alone. Tables that refer to each other are one;
so are tables of a domain that the legacy code writes together, and a table that is only ever used
through its parent. A join table goes with the later of its two ends. Slices of the tables that
others refer to come first; of those that may come next, the one with the fewest users, then the one
with the least to port.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from itertools import pairwise

import msgspec

from ash_scaffold.ash.changesets import Nested
from ash_scaffold.ash.join_tables import join_pair
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.counted import counted
from ash_scaffold.move.facts import MoveFacts, TableMove
from ash_scaffold.postgres.catalog import Action, Name
from ash_scaffold.propose.ties import words

# The most tables of a slice that nothing but habits of the code holds together.
_MOST = 8
# The most tables that refer to each other and stay one slice with all of their keys.
_SMALL_CYCLE = 4
# A table that is written with more others than this is a log of all, and ties none of them.
_PARTNERS = 4


class Reference(msgspec.Struct, frozen=True, order=True):
    """A key of a table to another one: `columns` as `a, b`.

    It is `optional` where a row needs no target; `virtual` is one that only legacy code has.
    """

    table: Name
    target: Name
    columns: str
    optional: bool = False
    virtual: bool = False

    @property
    def text(self) -> str:
        """The key in words."""
        return f"{self.table}.{self.columns} → {self.target}"


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The tables of a slice, the leading one first, with a line of reason for each grouping.

    `needs` are the leading tables of the slices that it refers to. `later` are the keys to tables
    of later slices: optional ones, of tables that refer to each other in a larger ring. `why` says
    why it comes at its place.
    """

    tables: tuple[Name, ...]
    reasons: tuple[str, ...] = ()
    needs: tuple[Name, ...] = ()
    later: tuple[Reference, ...] = ()
    why: str = ""

    @property
    def lead(self) -> Name:
        """The table that the slice is named after."""
        return self.tables[0]


class Cost(msgspec.Struct, frozen=True, order=True):
    """What a slice costs: modules that use its tables, and what is to be ported of them."""

    callers: int
    size: int


def size_of(table: TableMove) -> int:
    """Return how much is to be ported of a table: everything that there is a line about in a brief.

    Its schemas, changeset functions and the steps of them that no action takes over, context
    functions, modules that name it in a query or SQL, fields of custom types that no attribute
    hands over to, and triggers.
    """
    return (
        len(table.schemas)
        + len(table.changesets)
        + sum(len(each.left) for each in table.changesets)
        + len(table.context_functions)
        + len(table.queries)
        + sum(not each.handed_over for each in table.custom_types)
        + len(table.triggers)
    )


def lacks_key(table: TableMove) -> bool:
    """Whether Ash could only read and create rows of a table that has no resource yet."""
    return table.definition.kind.is_table and table.key is None and not table.has_resource


def slices(facts: MoveFacts, is_done: Callable[[TableMove], bool]) -> tuple[Group, ...]:
    """Return the slices in order. `is_done` says that nothing is left to do for a table.

    Every table is in exactly one of them. The result does not hang on the order of anything.
    """
    return _Slicer(facts, is_done).slices()


def references(tables: Mapping[Name, TableMove]) -> tuple[Reference, ...]:
    """Return the keys between tables, those of legacy associations without one included."""
    found: set[Reference] = set()
    for name, each in tables.items():
        nullable = each.definition.nullable
        targets = {name}
        for key in each.definition.foreign_keys:
            if key.target in tables and key.target != name:
                optional = not nullable.isdisjoint(key.columns)
                found.add(Reference(name, key.target, ", ".join(key.columns), optional))
                targets.add(key.target)
        for association in (a for schema in each.schemas for a in schema.associations):
            target = association.table
            belongs = association.kind is RelationshipKind.BELONGS_TO
            if belongs and target in tables and target not in targets:
                found.add(Reference(name, target, association.own, optional=True, virtual=True))
    return tuple(sorted(found))


class _Slicer:
    def __init__(self, facts: MoveFacts, is_done: Callable[[TableMove], bool]) -> None:
        self._facts = facts
        self._tables = facts.tables
        self._is_done = is_done
        self._references = references(facts.tables)
        self._of: defaultdict[Name, list[Reference]] = defaultdict(list)
        for reference in self._references:
            self._of[reference.table].append(reference)
        self._joins = self._join_tables()
        self._home: dict[Name, int] = {}
        self._members: dict[int, list[Name]] = {}
        self._reasons: defaultdict[int, list[str]] = defaultdict(list)
        self._ahead: set[Reference] = set()
        # The groups that each group refers to, and those that refer to it.
        self._needs: defaultdict[int, set[int]] = defaultdict(set)
        self._needed: defaultdict[int, set[int]] = defaultdict(set)

    def slices(self) -> tuple[Group, ...]:
        """Group the tables, and order the groups."""
        self._rings()
        for reference in self._references:
            if reference not in self._ahead and reference.table not in self._joins:
                own, other = self._home[reference.table], self._home[reference.target]
                if own != other:
                    self._needs[own].add(other)
                    self._needed[other].add(own)
        for first, second, reason in self._ties():
            self._merge(first, second, reason)
        return tuple(self._ordered())

    # ---- tables that refer to each other ----

    def _rings(self) -> None:
        """Make a group of each table, or of those that refer to each other."""
        nodes = sorted(self._tables.keys() - self._joins.keys())
        edges = [r for r in self._references if not {r.table, r.target} & self._joins.keys()]
        number = 0
        for ring in _components(nodes, edges):
            parts = [ring]
            if len(ring) > _SMALL_CYCLE:
                inside = [r for r in edges if r.table in ring and r.target in ring]
                self._ahead.update(r for r in inside if r.optional)
                parts = _components(sorted(ring), [r for r in inside if not r.optional])
            for part in parts:
                members = sorted(part)
                self._members[number] = members
                self._home.update(dict.fromkeys(members, number))
                if len(members) > 1:
                    keys = [r for r in edges if r.table in part and r.target in part]
                    self._reasons[number].append(_ring_reason(members, keys))
                number += 1

    # ---- tables that the legacy code holds together ----

    def _ties(self) -> Iterator[tuple[Name, Name, str]]:
        """Yield pairs of tables that belong together, the strongest reasons first."""
        yield from sorted(self._nested())
        yield from self._together()
        yield from self._children()

    def _nested(self) -> Iterator[tuple[Name, Name, str]]:
        """Yield the tables that a changeset of another one casts with it."""
        for name, each in self._tables.items():
            associations = {a.name: a for schema in each.schemas for a in schema.associations}
            for changeset in each.changesets:
                for step in changeset.of.steps:
                    found = (
                        associations.get(step.field)
                        if isinstance(step, Nested) and step.call == "cast_assoc"
                        else None
                    )
                    if found is not None and found.table in self._tables and found.table != name:
                        reason = f"{found.table}: {changeset.label} casts it with {name}"
                        yield name, found.table, reason

    def _together(self) -> Iterator[tuple[Name, Name, str]]:
        """Yield the tables that one function writes; one that is written with many ties none."""
        partners: defaultdict[Name, set[Name]] = defaultdict(set)
        for each in self._facts.together:
            for table in each.tables:
                partners[table].update(each.tables)
        for each in sorted(self._facts.together, key=lambda each: (len(each.tables), each)):
            tables = [
                t for t in each.tables if t in self._tables and len(partners[t]) <= _PARTNERS + 1
            ]
            for first, second in pairwise(tables):
                place = f"{each.path}:{each.line}"
                yield first, second, f"{first} and {second}: {each.function} writes both ({place})"

    def _children(self) -> Iterator[tuple[Name, Name, str]]:
        """Yield the tables that are only used where their parent is."""
        words_of = {name: words(name) for name in sorted(self._tables)}
        callers = {name: _callers(each) for name, each in self._tables.items()}
        for name, own in words_of.items():
            each, users = self._tables[name], callers[name]
            found: list[tuple[bool, Reference, bool]] = []
            for reference in self._of[name]:
                if reference.optional:
                    continue
                others, parent = callers[reference.target], words_of[reference.target]
                named = own[: len(parent)] == parent
                alone = users <= others
                if (named and (alone or users & others)) or (
                    alone and self._lives_with(each, reference)
                ):
                    found.append((not named, reference, alone))
            if not found:
                continue
            unnamed, best, alone = min(found)
            if unnamed and len(found) > 1:
                continue
            how = "its rows live and die with it" if unnamed else "named after it"
            reason = f"{name}: a part of {best.target}, {how}"
            if self._facts.with_legacy and alone:
                who = "no module uses it without that" if users else "no module uses it itself"
                reason = f"{reason}; {who}"
            yield best.target, name, reason

    def _lives_with(self, table: TableMove, reference: Reference) -> bool:
        """Whether rows are deleted with the row that they refer to, and are known by it."""
        definition = table.definition
        columns = set(reference.columns.split(", "))
        key = definition.primary_key
        if key is not None and columns < set(key.columns):
            return True
        return not table.referring and any(
            each.on_delete is Action.CASCADE and set(each.columns) == columns
            for each in definition.foreign_keys
            if each.target == reference.target
        )

    def _merge(self, first: Name, second: Name, reason: str) -> None:
        """Make one group of two, unless they are of two domains, too many, or would make a ring."""
        if first in self._joins or second in self._joins:
            return
        one, other = self._home[first], self._home[second]
        if one == other:
            return
        members = [*self._members[one], *self._members[other]]
        domains = {self._tables[name].domain for name in members}
        if len(members) > _MOST or len(domains) > 1 or self._makes_ring(one, other):
            return
        self._members[one] = sorted(members)
        self._reasons[one] += [*self._reasons.pop(other, []), reason]
        for name in self._members.pop(other):
            self._home[name] = one
        for ways, back in ((self._needs, self._needed), (self._needed, self._needs)):
            for group in ways.pop(other, ()):
                back[group].discard(other)
                if group != one:
                    back[group].add(one)
                    ways[one].add(group)

    def _makes_ring(self, one: int, other: int) -> bool:
        """Whether a way leads from one group to the other by way of a third."""
        needs = self._needs
        for start, end in ((one, other), (other, one)):
            seen: set[int] = set()
            waiting = list(needs[start] - {end})
            while waiting:
                group = waiting.pop()
                if group == end:
                    return True
                if group not in seen:
                    seen.add(group)
                    waiting += needs[group]
        return False

    # ---- join tables ----

    def _join_tables(self) -> dict[Name, tuple[Name, ...]]:
        """Return the two ends of each pure join table that no other table refers to."""
        referred = {reference.target for reference in self._references}
        found: dict[Name, tuple[Name, ...]] = {}
        for name, each in self._tables.items():
            if name in referred:
                continue
            keys = {
                (key.target, key.columns): key
                for key in reversed(each.definition.foreign_keys)
                if key.target in self._tables and key.target != name
            }
            pair = join_pair(each.definition, list(keys.values())[::-1])
            if pair is not None:
                found[name] = tuple(dict.fromkeys(key.target for key in pair))
        return found

    # ---- the order ----

    def _ordered(self) -> Iterator[Group]:
        needs = self._needs
        cost = {group: self._cost(group) for group in self._members}
        open_ = {group: len(needs[group]) for group in self._members}
        followers: defaultdict[int, list[int]] = defaultdict(list)
        for group in self._members:
            for other in needs[group]:
                followers[other].append(group)
        rank = {group: self._rank(group, cost[group]) for group in self._members}
        possible = [(rank[group], group) for group, count in open_.items() if not count]
        heapify(possible)
        place: dict[int, int] = {}
        order: list[int] = []
        while possible:
            _, group = heappop(possible)
            place[group] = len(order)
            order.append(group)
            for other in followers[group]:
                open_[other] -= 1
                if not open_[other]:
                    heappush(possible, (rank[other], other))
        joined: defaultdict[int, list[Name]] = defaultdict(list)
        for join, ends in sorted(self._joins.items()):
            last = max((self._home[end] for end in ends), key=lambda each: place[each])
            joined[last].append(join)
            self._reasons[last].append(_join_reason(join, ends))
        leads = {group: self._lead(self._members[group]) for group in order}
        home = {**self._home, **{join: group for group, own in joined.items() for join in own}}
        for group in order:
            lead = leads[group]
            rest = sorted({*self._members[group], *joined[group]} - {lead})
            tables = (lead, *rest)
            own = [r for name in tables for r in self._of[name]]
            before = {home[r.target] for r in own if place[home[r.target]] < place[group]}
            yield Group(
                tables=tables,
                reasons=tuple(dict.fromkeys(self._reasons[group])),
                needs=tuple(leads[each] for each in sorted(before, key=lambda g: place[g])),
                later=tuple(r for r in own if place[home[r.target]] > place[group]),
                why=self._why(tables, bool(before), cost[group], place[group]),
            )

    def _cost(self, group: int) -> Cost:
        tables = [self._tables[name] for name in self._members[group]]
        callers = {module for each in tables for module in _callers(each)}
        return Cost(len(callers), sum(map(size_of, tables)))

    def _rank(self, group: int, cost: Cost) -> tuple[bool, bool, bool, Cost, tuple[str, ...], Name]:
        """Order the groups that may come next; one that lacks a key waits for the others."""
        members = self._members[group]
        tables = [self._tables[name] for name in members]
        done = all(map(self._is_done, tables))
        unused = self._facts.with_legacy and self._is_unused(tables)
        domains = tuple(sorted({table.domain or "" for table in tables}))
        return not done, unused, any(map(lacks_key, tables)), cost, domains, members[0]

    def _is_unused(self, tables: Collection[TableMove]) -> bool:
        """Whether no legacy code uses tables and no others refer to them."""
        names = {each.table for each in tables}
        return not any(
            each.users or any(key.table not in names for key in each.referring) for each in tables
        )

    def _lead(self, members: Collection[Name]) -> Name:
        """Return the table that most others of the group refer to, and that refers to least."""
        inside = [r for name in members for r in self._of[name] if r.target in members]

        def rank(name: Name) -> tuple[int, int, int, Name]:
            to = len({r.table for r in inside if r.target == name})
            out = len({r.target for r in inside if r.table == name})
            return out - to, -len(self._tables[name].referring), -size_of(self._tables[name]), name

        return min(members, key=rank)

    def _why(self, tables: tuple[Name, ...], needs: bool, cost: Cost, place: int) -> str:
        found = [self._tables[name] for name in tables]
        if all(map(self._is_done, found)):
            return "nothing is left to do"
        keys = "comes once those are there" if needs else "refers to no other slice"
        if not self._facts.with_legacy:
            return f"{keys}; without legacy code the keys alone decide"
        if self._is_unused(found):
            return (
                "no legacy code names it and no table refers to it: last, since it may be unused, "
                "or a library's"
            )
        uses = f"{counted(cost.callers, 'module')} use{'s' * (cost.callers == 1)} it"
        if cost.callers:
            uses = f"{uses} besides Ecto schemas"
        elif any(table.schemas for table in found):
            uses = "only Ecto schemas name it"
        else:
            uses = "no legacy code names it, so see whether it is still used"
        most = "" if place else ", the fewest of all that may come first"
        late = "; it lacks a key, so others come first" if any(map(lacks_key, found)) else ""
        return f"{keys}; {uses}{most}; {counted(cost.size, 'thing')} to port{late}"


def _callers(table: TableMove) -> frozenset[str]:
    return frozenset(user.module for user in table.callers)


def _ring_reason(members: list[Name], keys: Iterable[Reference]) -> str:
    names = f"{', '.join(map(str, members[:-1]))} and {members[-1]}"
    texts = list(dict.fromkeys(each.text for each in keys))
    shown = "; ".join(texts[:3]) + (f"; and {len(texts) - 3} more" if len(texts) > 3 else "")
    return f"{names}: refer to each other ({shown})"


def _join_reason(join: Name, ends: tuple[Name, ...]) -> str:
    if len(ends) == 1:
        return f"{join}: joins {ends[0]} with itself"
    return f"{join}: joins {ends[0]} and {ends[1]}, so it goes with the later of them"


def _components(nodes: Iterable[Name], edges: Iterable[Reference]) -> list[frozenset[Name]]:
    """Return the strongly connected components, in order of their first table.

    R. Tarjan, "Depth-first search and linear graph algorithms" (1972), without recursion.
    """
    targets: defaultdict[Name, list[Name]] = defaultdict(list)
    for edge in edges:
        targets[edge.table].append(edge.target)
    index: dict[Name, int] = {}
    low: dict[Name, int] = {}
    stack: list[Name] = []
    on_stack: set[Name] = set()
    found: list[frozenset[Name]] = []
    for start in nodes:
        if start in index:
            continue
        work: list[tuple[Name, Iterator[Name]]] = []

        def enter(node: Name) -> None:
            index[node] = low[node] = len(index)
            stack.append(node)
            on_stack.add(node)
            work.append((node, iter(targets[node])))  # noqa: B023

        enter(start)
        while work:
            node, rest = work[-1]
            target = next(rest, None)
            if target is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = set()
                    while True:
                        each = stack.pop()
                        on_stack.discard(each)
                        part.add(each)
                        if each == node:
                            break
                    found.append(frozenset(part))
            elif target not in index:
                enter(target)
            elif target in on_stack:
                low[node] = min(low[node], index[target])
    return sorted(found, key=min)
