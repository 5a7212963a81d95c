"""The tables of a legacy database, and the same ones as Ash's migrations make them from nothing.

Every field of every object is compared, by the object's name. Two servers may write one
expression differently (`postgres/canonical.py`); all other texts have to be the same. What no
migration of Ash can make as it was is told apart from what is wrong: `LIMITS` has all of it, each
with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from ash_scaffold.postgres.canonical import canonical
from ash_scaffold.postgres.catalog import Identity, Name
from ash_scaffold.postgres.definitions import one_line
from ash_scaffold.postgres.inventory import (
    ConstraintEntry,
    ConstraintKind,
    Inventory,
    Need,
    NeedKind,
    TableEntry,
)


class ObjectKind(StrEnum):
    """The kinds of objects that are compared, as people call them."""

    TABLE = "table"
    COLUMN = "column"
    KEY = "key"
    CHECK = "check"
    INDEX = "index"
    TRIGGER = "trigger"
    RULE = "rule"
    POLICY = "policy"
    SEQUENCE = "sequence"
    STATISTICS = "statistics"
    NEED = "needed object"


class Limit(StrEnum):
    """The kinds of differences that no migration of Ash can avoid."""

    COLUMN_ORDER = "place of a column without an attribute"
    INHERITED = "columns and constraints that are only inherited"
    DERIVED_KEY = "names of what a key to a partitioned table consists of"
    INVALID_INDEX = "an index that is not valid"
    NO_DEFINITION = "an object that can't be made from the catalog"


# The list of what can't be reached, each with the reason.
LIMITS: Mapping[Limit, str] = {
    Limit.COLUMN_ORDER: "A column of which Ash has no attribute is added by a statement, which "
    "runs when the table is there: it is the last one.",
    Limit.INHERITED: "Whether a column or a constraint is a table's own as well as its parent's "
    "depends on how the two were tied; it shows only when they are parted.",
    Limit.DERIVED_KEY: "PostgreSQL makes a constraint for each partition that a foreign key points "
    "at, and numbers them as the partitions come.",
    Limit.INVALID_INDEX: "CREATE INDEX CONCURRENTLY failed on it; a new index is valid.",
    Limit.NO_DEFINITION: "PostgreSQL has no function that writes its definition (an operator, an "
    "aggregate, a type in C): it is made by a migration of one's own.",
}


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is different: one field of an object, or (`field` empty) that it is there.

    `legacy` and `made` are the values as text, None for none. `limit` is set where it can't be
    avoided. `name` is the object's own, empty for the table.
    """

    kind: ObjectKind
    name: str
    field: str = ""
    legacy: str | None = None
    made: str | None = None
    limit: Limit | None = None


class Count(msgspec.Struct, frozen=True):
    """How many objects of a kind there are in the legacy database, and how many are the same."""

    total: int
    same: int


class TableComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison of one table; `counts` have the kinds of which it has any."""

    table: Name
    counts: Mapping[ObjectKind, Count]
    differences: tuple[Difference, ...] = ()

    @property
    def faults(self) -> tuple[Difference, ...]:
        """The differences that are not on the list of what can't be reached."""
        return tuple(each for each in self.differences if each.limit is None)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What of the list the table is on."""
        return tuple(sorted({each.limit for each in self.differences if each.limit is not None}))

    @property
    def identical(self) -> bool:
        """Whether nothing at all differs."""
        return not self.differences


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison of all tables, and of what they need before they can be made."""

    tables: tuple[TableComparison, ...]
    needs: Count = Count(0, 0)
    need_differences: tuple[Difference, ...] = ()

    @property
    def faults(self) -> tuple[tuple[Name | None, Difference], ...]:
        """All differences that should not be, with their table; None for what tables need."""
        found: list[tuple[Name | None, Difference]] = [
            (each.table, fault) for each in self.tables for fault in each.faults
        ]
        found += [(None, each) for each in self.need_differences if each.limit is None]
        return tuple(found)


def compare_inventories(
    legacy: Inventory,
    made: Inventory,
    without_attribute: Collection[tuple[Name, str]] = (),
) -> Comparison:
    """Compare each table of the legacy inventory, and what they need, with what was made.

    `without_attribute` are the columns, with their tables, that resources have no attribute of.
    """
    versions = [each.server_version // 10000 for each in (legacy, made)]
    major = min(versions)
    ours, others = legacy.tables, made.tables
    if major < _IDENTITY_OF_PARTITIONS_SINCE <= max(versions):
        ours, others = map(_without_identity_of_partitions, (ours, others))
    theirs = {table.name: table for table in others}
    tables = []
    for table in ours:
        unheld = {column for name, column in without_attribute if name == table.name}
        tables.append(_compare_table(table, theirs.get(table.name), major, unheld))
    differences = tuple(_compare_needs(legacy.needs, made.needs))
    same = len(legacy.needs) - len({each.name for each in differences})
    return Comparison(
        tables=tuple(tables),
        needs=Count(len(legacy.needs), same),
        need_differences=differences,
    )


def _without_identity_of_partitions(tables: Sequence[TableEntry]) -> tuple[TableEntry, ...]:
    """Take away what newer servers note of columns that partitions have from their parent."""
    return tuple(
        msgspec.structs.replace(
            table,
            columns=tuple(
                msgspec.structs.replace(column, identity=Identity.NONE) for column in table.columns
            ),
        )
        if table.partition_of is not None
        else table
        for table in tables
    )


def describe(difference: Difference) -> str:
    """Say a difference on one line, in words."""
    subject = one_line(f"{difference.kind} {difference.name}").rstrip()
    if not difference.field:
        if difference.made is None:
            return f"{subject} is missing: {_shown(difference.legacy)}"
        return f"{subject} is made, and the database has none: {_shown(difference.made)}"
    return (
        f"{subject}: {difference.field.replace('_', ' ')} is {_shown(difference.legacy)}, "
        f"and is made as {_shown(difference.made)}"
    )


def _shown(value: str | None) -> str:
    return "nothing" if value is None else one_line(value)


# Fields that follow from the definition: when that differs, it alone is reported.
_FOLLOWING = {
    "constraints": {
        *(
            "kind",
            "columns",
            "expression",
            "target",
            "target_columns",
            "validated",
            "enforced",
            "no_inherit",
        ),
        *("deferrable", "deferred"),
    },
    "indexes": {"method", "unique", "options"},
}
# Texts that PostgreSQL writes from trees.
_EXPRESSIONS = frozenset(
    "default definition expression using with_check bound partition_key".split()
)
_PARTS = {
    "columns": ObjectKind.COLUMN,
    "constraints": ObjectKind.KEY,
    "indexes": ObjectKind.INDEX,
    "triggers": ObjectKind.TRIGGER,
    "rules": ObjectKind.RULE,
    "policies": ObjectKind.POLICY,
    "sequences": ObjectKind.SEQUENCE,
    "statistics": ObjectKind.STATISTICS,
}
_CHECKS = (ConstraintKind.CHECK, ConstraintKind.NOT_NULL)
# Fields that older servers do not have, and the first major version that has them.
_SINCE = {"compression": 14}
_NOT_NULL_SINCE = 18
_IDENTITY_OF_PARTITIONS_SINCE = 17
_SHOWN_COLUMNS = 4
# Of what is needed: who needs it, and what the definition says again.
_OF_NEEDS = ("kind", "name", "identity", "after", "used_by", "sequence")

StructT = TypeVar("StructT", bound=msgspec.Struct)


def _compare_table(
    legacy: TableEntry, made: TableEntry | None, major: int, unheld: Collection[str]
) -> TableComparison:
    """Compare one table; `major` is the older server's version."""
    if made is None:
        counts = {kind: Count(total, 0) for kind, total in _totals(legacy, major).items()}
        missing = Difference(kind=ObjectKind.TABLE, name="", legacy=str(legacy.name))
        return TableComparison(table=legacy.name, counts=counts, differences=(missing,))
    found = [*_fields(legacy, made, ObjectKind.TABLE, "", major, leave_out=_PARTS)]
    for part, kind in _PARTS.items():
        found += _compare_objects(
            _objects(legacy, part, major),
            _objects(made, part, major),
            _kind_of(kind),
            major,
            _FOLLOWING.get(part, set()),
        )
    found += _column_order(legacy, made, unheld)
    found = _without_doubled(legacy, found)
    found = [_limited(legacy, made, each) for each in found]
    differing = {(each.kind, each.name) for each in found if each.kind is not ObjectKind.TABLE}
    return TableComparison(
        table=legacy.name,
        counts={
            kind: Count(total, total - len(differing & _named(legacy, kind, major)))
            for kind, total in _totals(legacy, major).items()
        },
        differences=tuple(found),
    )


def _objects(table: TableEntry, part: str, major: int) -> dict[str, msgspec.Struct]:
    objects: Sequence[Any] = getattr(table, part)
    if major < _NOT_NULL_SINCE:
        objects = [
            each
            for each in objects
            if not (isinstance(each, ConstraintEntry) and each.kind is ConstraintKind.NOT_NULL)
        ]
    own = {each.name: each for each in objects if isinstance(each, ConstraintEntry)}
    return {_key(each, own): each for each in objects}


def _key(entry: Any, own: Mapping[str, ConstraintEntry]) -> str:
    """Return what an object is recognised by: its name, or what a derived key points at."""
    if not isinstance(entry, ConstraintEntry) or not entry.derived:
        return str(entry.name)
    root = entry
    while root.derived and root.parent in own:
        root = own[root.parent]
    return f"{root.name} to {entry.target}"


def _kind_of(kind: ObjectKind) -> Callable[[msgspec.Struct], ObjectKind]:
    def kind_of(entry: msgspec.Struct) -> ObjectKind:
        if isinstance(entry, ConstraintEntry) and entry.kind in _CHECKS:
            return ObjectKind.CHECK
        return kind

    return kind_of


def _named(table: TableEntry, kind: ObjectKind, major: int) -> set[tuple[ObjectKind, str]]:
    return {
        (found, name)
        for part, usual in _PARTS.items()
        for name, entry in _objects(table, part, major).items()
        if (found := _kind_of(usual)(entry)) is kind
    }


def _totals(table: TableEntry, major: int) -> dict[ObjectKind, int]:
    totals = {kind: len(_named(table, kind, major)) for kind in ObjectKind}
    return {kind: total for kind, total in totals.items() if total}


def _compare_objects(
    legacy: Mapping[str, msgspec.Struct],
    made: Mapping[str, msgspec.Struct],
    kind_of: Callable[[msgspec.Struct], ObjectKind],
    major: int,
    following: set[str],
) -> Iterator[Difference]:
    for name, entry in legacy.items():
        other = made.get(name)
        if other is None:
            yield Difference(kind=kind_of(entry), name=name, legacy=_summary(entry))
            continue
        found = [*_fields(entry, other, kind_of(entry), name, major)]
        if any(each.field == "definition" for each in found):
            found = [each for each in found if each.field not in following]
        yield from found
    for name, entry in made.items():
        if name not in legacy:
            yield Difference(kind=kind_of(entry), name=name, made=_summary(entry))


def _summary(entry: msgspec.Struct) -> str:
    for field in ("definition", "type"):
        text = getattr(entry, field, None)
        if text:
            return str(text)
    return str(entry)


def _fields(
    legacy: StructT,
    made: StructT,
    kind: ObjectKind,
    name: str,
    major: int,
    leave_out: Collection[str] = (),
) -> Iterator[Difference]:
    for field in legacy.__struct_fields__:
        if field in leave_out or major < _SINCE.get(field, 0):
            continue
        one, other = getattr(legacy, field), getattr(made, field)
        if one == other:
            continue
        first, second = _text(one), _text(other)
        if field in _EXPRESSIONS and canonical(first or "") == canonical(second or ""):
            continue
        yield Difference(kind=kind, name=name, field=field, legacy=first, made=second)


def _text(value: object) -> str | None:
    if value is None or value == "" or value == ():
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return str(value)


def _column_order(
    legacy: TableEntry, made: TableEntry, unheld: Collection[str]
) -> Iterator[Difference]:
    names = [column.name for column in legacy.columns]
    others = [column.name for column in made.columns]
    before = [name for name in names if name in others]
    after = [name for name in others if name in names]
    if before == after:
        return
    held, rest = ([name for name in before if (name in unheld) is last] for last in (False, True))
    yield Difference(
        kind=ObjectKind.TABLE,
        name="",
        field="order_of_columns",
        legacy=_from_there(before, after),
        made=_from_there(after, before),
        limit=Limit.COLUMN_ORDER if after[: len(held)] == held and rest else None,
    )


def _from_there(names: Sequence[str], others: Sequence[str]) -> str:
    """Name the columns from the first one on that is another in `others`."""
    first = next(place for place, name in enumerate(names) if name != others[place])
    shown = names[first : first + _SHOWN_COLUMNS]
    more = ["…"] if len(names) > first + len(shown) else []
    return ", ".join([*(["…"] if first else []), *shown, *more])


def _without_doubled(legacy: TableEntry, found: list[Difference]) -> list[Difference]:
    """Leave out what an index has only because its constraint differs."""
    keys = {
        each.name
        for each in found
        if each.kind is ObjectKind.KEY and each.field in ("", "definition")
    }
    owned = {index.name for index in legacy.indexes if index.constraint in keys} | keys
    return [
        each
        for each in found
        if not (
            each.kind is ObjectKind.INDEX
            and each.name in owned
            and each.field in ("", "definition", "constraint")
        )
    ]


def _limited(legacy: TableEntry, made: TableEntry, difference: Difference) -> Difference:
    """Mark a difference that can't be avoided."""
    return msgspec.structs.replace(difference, limit=_limit(legacy, made, difference))


def _limit(legacy: TableEntry, made: TableEntry, difference: Difference) -> Limit | None:
    if difference.field == "local":
        return Limit.INHERITED
    if difference.kind is ObjectKind.KEY and difference.field in ("name", "parent"):
        derived = _key_names(legacy) & _key_names(made)
        return Limit.DERIVED_KEY if difference.name in derived else None
    if difference.kind is ObjectKind.INDEX and difference.field == "valid":
        return Limit.INVALID_INDEX if difference.legacy == "false" else None
    return difference.limit


def _key_names(table: TableEntry) -> set[str]:
    """Return what the keys are recognised by that are derived from another one of the table."""
    own = {each.name: each for each in table.constraints}
    return {_key(each, own) for each in table.constraints if each.derived}


def _compare_needs(legacy: Sequence[Need], made: Sequence[Need]) -> Iterator[Difference]:
    """Compare what the tables need; what is made beside it is no fault of a table."""
    theirs = {need.identity: need for need in made}
    for need in legacy:
        limit = Limit.NO_DEFINITION if need.kind is NeedKind.OTHER else None
        other = theirs.get(need.identity)
        if other is None:
            yield Difference(
                kind=ObjectKind.NEED,
                name=need.identity,
                legacy=need.definition or need.identity,
                limit=limit,
            )
            continue
        for each in _fields(need, other, ObjectKind.NEED, need.identity, 0, _OF_NEEDS):
            yield msgspec.structs.replace(each, limit=limit)
