"""What two tenants may see and change, in plain Python.

A model of the rules, not of Ash: a tenant sees rows of its own, the database's keys and unique
indexes hold for all rows alike (`BY_COLUMN`, the tables of `two_tenants.sql`) or for those of one
tenant (`BY_SCHEMA`, of `two_schemas.sql`), and whoever says no tenant gets none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

Row = dict[str, Any]
Rows = dict[tuple[str, tuple[Any, ...]], Row]
TENANT = "organization_id"
GLOBAL = "events"


@dataclass(frozen=True)
class Unique:
    """A unique index, and the attribute that its violation is an error of."""

    columns: tuple[str, ...]
    field: str
    active: bool = False

    def of(self, row: Row) -> tuple[Any, ...] | None:
        """What no other row may have, None for a row that the index does not hold apart."""
        values = tuple(row[column] for column in self.columns)
        return None if None in values or (self.active and not row["active"]) else values


@dataclass(frozen=True)
class Key:
    """A foreign key, and the attribute that its violation is an error of."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    field: str
    cascade: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its primary key, its unique indexes by the name of the identity, its keys."""

    primary: tuple[str, ...]
    unique: Mapping[str | None, Unique]
    keys: tuple[Key, ...] = ()

    def at(self, row: Row) -> tuple[Any, ...]:
        """The primary key of a row, with the tenant, since each may have a schema."""
        return (row.get(TENANT), *(row[column] for column in self.primary))


Tables = Mapping[str, Table]
BY_COLUMN: Tables = {
    "users": Table(
        ("id",),
        {
            "email": Unique((TENANT, "email"), "email"),
            "login": Unique((TENANT, "login"), "login"),
            "badge": Unique(("badge",), "badge"),
            "phone": Unique((TENANT, "phone"), "phone", active=True),
        },
        (Key(("boss_id",), "users", ("id",), "boss_id"),),
    ),
    "settings": Table((TENANT, "key"), {None: Unique((TENANT, "key"), "key")}),
    "projects": Table(
        ("id",),
        {"title": Unique((TENANT, "title"), "title")},
        (Key((TENANT, "owner_id"), "users", (TENANT, "id"), "owner_id"),),
    ),
    "rooms": Table((TENANT, "number"), {None: Unique((TENANT, "number"), "number")}),
    "bookings": Table(
        ("id",),
        {},
        (Key((TENANT, "room_number"), "rooms", (TENANT, "number"), "room_number", cascade=True),),
    ),
    "tags": Table(("id",), {"label": Unique((TENANT, "label"), "label")}),
    "users_tags": Table(
        ("user_id", "tag_id"),
        {None: Unique(("user_id", "tag_id"), "user_id")},
        (
            Key(("user_id",), "users", ("id",), "user_id", cascade=True),
            Key(("tag_id",), "tags", ("id",), "tag_id"),
        ),
    ),
    GLOBAL: Table(("id",), {}, (Key(("user_id",), "users", ("id",), "user_id"),)),
}


def _apart(table: Table) -> Table:
    """The same table in a schema of each tenant: nothing in it is of another one."""

    def own(columns: tuple[str, ...]) -> tuple[str, ...]:
        return (TENANT, *(column for column in columns if column != TENANT))

    return Table(
        tuple(column for column in table.primary if column != TENANT),
        {name: replace(each, columns=own(each.columns)) for name, each in table.unique.items()},
        tuple(
            replace(key, columns=own(key.columns), target_columns=own(key.target_columns))
            for key in table.keys
        ),
    )


_OF_ALL = Key(("event_id",), GLOBAL, ("id",), "event_id")
_APART = {name: _apart(table) for name, table in BY_COLUMN.items()}
BY_SCHEMA: Tables = _APART | {
    "projects": replace(_APART["projects"], keys=(*_APART["projects"].keys, _OF_ALL)),
    GLOBAL: Table(("id",), {}),
}
# What leads from a table: the other one, and the columns that are equal.
PATHS = {
    ("users", "boss"): ("users", {"boss_id": "id"}),
    ("users", "boss_users"): ("users", {"id": "boss_id"}),
    ("users", "projects"): ("projects", {"id": "owner_id", TENANT: TENANT}),
    ("projects", "owner"): ("users", {"owner_id": "id", TENANT: TENANT}),
    ("rooms", "bookings"): ("bookings", {"number": "room_number", TENANT: TENANT}),
    ("bookings", "room"): ("rooms", {"room_number": "number", TENANT: TENANT}),
    ("events", "user"): ("users", {"user_id": "id"}),
    ("projects", "event"): ("events", {"event_id": "id"}),
}
JOINED = {
    ("users", "tags"): ("user_id", "tags", "tag_id"),
    ("tags", "users"): ("tag_id", "users", "user_id"),
}


class Refused(Exception):  # noqa: N818 - an answer, no fault of the model
    """An operation that changes nothing: the errors, any of which may be the one that is told."""

    def __init__(self, *errors: tuple[str, str | None]) -> None:
        self.errors = errors


Sees = Callable[[str, Row, int | None], bool]


@dataclass
class World:
    """All rows. `new_ids` are the sequences' next values, by table; `sees` says who sees a row."""

    tables: Tables
    rows: Rows
    new_ids: Mapping[str, Iterable[int]]
    sees: Sees

    def visible(self, table: str, tenant: int | None) -> list[Row]:
        """The rows of a table that a tenant sees."""
        if tenant is None and table != GLOBAL:
            raise Refused(("TenantRequired", None))
        return [
            row for (of, _), row in self.rows.items() if of == table and self.sees(of, row, tenant)
        ]

    def found(self, table: str, key: Sequence[Any], tenant: int | None) -> Row:
        """The row of a key. The tenant's part of it is the one that asks, whatever the key says."""
        wanted = dict(zip(self.tables[table].primary, key, strict=True))
        if TENANT in wanted:
            wanted[TENANT] = tenant
        return self.one(table, wanted, tenant)

    def one(self, table: str, wanted: Row, tenant: int | None) -> Row:
        """The one row that a tenant sees with these values."""
        rows = [row for row in self.visible(table, tenant) if wanted.items() <= row.items()]
        if len(rows) != 1:
            raise Refused(("MultipleResults" if rows else "NotFound", None))
        return rows[0]

    def related(self, table: str, row: Row, path: str, tenant: int | None) -> list[Row]:
        """The rows that a path leads to, as far as a tenant sees them."""
        if (table, path) in JOINED:
            own, other, leads = JOINED[table, path]
            joins = self.visible("users_tags", tenant)
            ids = {join[leads] for join in joins if join[own] == row["id"]}
            return [each for each in self.visible(other, tenant) if each["id"] in ids]
        other, columns = PATHS[table, path]
        return [
            each
            for each in self.visible(other, tenant)
            if all(row[own] is not None and row[own] == each[its] for own, its in columns.items())
        ]

    def insert(self, table: str, given: Row, tenant: int | None) -> Row:
        """Add a row as it would be, without a look at any constraint."""
        if tenant is None and table != GLOBAL:
            raise Refused(("InvalidChanges", None))
        row = dict(given) if table == GLOBAL else {**given, TENANT: tenant}
        if self.tables[table].primary == ("id",):
            row["id"] = next(iter(self.new_ids[table]), None) or 10**6 + len(self.rows)
        key = table, self.tables[table].at(row)
        if key in self.rows:
            self.fail([self.tables[table].unique[None].field])
        self.rows[key] = row
        return row

    def remove(self, table: str, row: Row) -> None:
        """Take a row away, and those that go by cascade."""
        del self.rows[table, self.tables[table].at(row)]
        for other, key, child in self.references():
            if key.cascade and key.target == table and _same(child, key, row):
                self.remove(other, child)

    def references(self) -> list[tuple[str, Key, Row]]:
        """Each row with each of its keys that it fills."""
        return [
            (table, key, row)
            for (table, _), row in list(self.rows.items())
            for key in self.tables[table].keys
            if all(row[column] is not None for column in key.columns)
        ]

    def check(self, *, parents: bool = False) -> None:
        """Refuse what the database would; with `parents` because of a row that is gone."""
        fields = []
        seen: set[tuple[str, Unique, tuple[Any, ...]]] = set()
        for (table, _), row in self.rows.items():
            for unique in self.tables[table].unique.values():
                values = unique.of(row)
                if values is not None:
                    if (table, unique, values) in seen:
                        fields.append(unique.field)
                    seen.add((table, unique, values))
        for _, key, row in self.references():
            targets = (each for (of, _), each in self.rows.items() if of == key.target)
            if not any(_same(row, key, each) for each in targets):
                fields.append("id" if parents else key.field)
        if fields:
            self.fail(fields)

    def keys(self, table: str, rows: Iterable[Row]) -> list[list[Any]]:
        """The primary keys of rows, in order."""
        return sorted([row[column] for column in self.tables[table].primary] for row in rows)

    def fail(self, fields: Iterable[str]) -> None:
        raise Refused(*(("InvalidAttribute", field) for field in fields))


def _same(child: Row, key: Key, parent: Row) -> bool:
    return all(
        child[own] == parent[its] for own, its in zip(key.columns, key.target_columns, strict=True)
    )


def of_own(table: str, row: Row, tenant: int | None) -> bool:
    """The rule: rows of tenants are seen by their own tenant, those of global tables by all."""
    return table == GLOBAL or row[TENANT] == tenant


def of_anybody(_table: str, _row: Row, _tenant: int | None) -> bool:
    """No rule at all, as without tenancy."""
    return True


def perform(world: World, operation: Mapping[str, Any]) -> Any:
    """Give what an operation answers, and change the rows of the world; may raise `Refused`."""
    return _OPERATIONS[operation["op"]](world, operation["table"], operation["tenant"], operation)


def _read(world: World, table: str, tenant: int | None, _: Any) -> Any:
    return world.keys(table, world.visible(table, tenant))


def _count(world: World, table: str, tenant: int | None, _: Any) -> Any:
    return len(world.visible(table, tenant))


def _get(world: World, table: str, tenant: int | None, said: Any) -> Any:
    return world.keys(table, [world.one(table, said["key"], tenant)])


def _filter(world: World, table: str, tenant: int | None, said: Any) -> Any:
    def fits(row: Row) -> bool:
        related = world.related(table, row, said["path"], tenant)
        return any(each[said["field"]] == said["value"] for each in related)

    return world.keys(table, [row for row in world.visible(table, tenant) if fits(row)])


def _load(world: World, table: str, tenant: int | None, said: Any) -> Any:
    row = world.found(table, said["key"], tenant)
    other = (
        JOINED[table, said["path"]][1]
        if (table, said["path"]) in JOINED
        else PATHS[table, said["path"]][0]
    )
    return world.keys(other, world.related(table, row, said["path"], tenant))


def _create(world: World, table: str, tenant: int | None, said: Any) -> Any:
    if TENANT in said["input"]:
        missing = [("InvalidChanges", None)] if tenant is None else []
        raise Refused(*missing, ("NoSuchInput", TENANT))
    row = world.insert(table, said["input"], tenant)
    world.check()
    return world.keys(table, [row])


def _upsert(world: World, table: str, tenant: int | None, said: Any) -> Any:
    if tenant is None:
        raise Refused(("InvalidChanges", None))
    unique = world.tables[table].unique[said["identity"]]
    wanted = unique.of({**said["input"], TENANT: tenant})
    there = [row for row in world.visible(table, tenant) if unique.of(row) == wanted]
    for row in there:
        row.update({field: said["input"][field] for field in said["fields"]})
    rows = there or [world.insert(table, said["input"], tenant)]
    world.check()
    return world.keys(table, rows)


def _bulk_create(world: World, table: str, tenant: int | None, said: Any) -> Any:
    if tenant is None:
        raise Refused(("TenantRequired", None))
    rows = [world.insert(table, each, tenant) for each in said["inputs"]]
    world.check()
    return world.keys(table, rows)


def _update(world: World, table: str, tenant: int | None, said: Any) -> Any:
    row = world.found(table, said["key"], tenant)
    row.update(said["input"])
    try:
        world.check()
    except Refused as refused:
        # AshPostgres finds the key of a table to itself from the other end first, in an update.
        to_itself = ("InvalidAttribute", "boss_id") in refused.errors
        other = [("InvalidAttribute", "id")] if to_itself else []
        raise Refused(*refused.errors, *other) from None
    return world.keys(table, [row])


def _update_record(world: World, table: str, tenant: int | None, said: Any) -> Any:
    row, asks = _of_record(world, table, tenant, said)
    if said["input"].items() <= row.items():
        return _unchanged(world, table, row, asks, said)
    if world.tables is BY_COLUMN:
        _of_own(world, table, row, asks)
    try:
        world.found(table, said["key"], asks)
    except Refused:
        raise Refused(("StaleRecord", None)) from None
    return _update(world, table, asks, said)


def _unchanged(world: World, table: str, row: Row, asks: int | None, said: Any) -> Any:
    """Write nothing: by a column the record is read again for the one that asks."""
    if world.tables is BY_COLUMN:
        with suppress(Refused):
            return world.keys(table, [world.found(table, said["key"], asks)])
        raise Refused(("StaleRecord", None))
    return world.keys(table, [row])


def _destroy(world: World, table: str, tenant: int | None, said: Any) -> Any:
    world.remove(table, world.found(table, said["key"], tenant))
    world.check(parents=True)
    return []


def _destroy_record(world: World, table: str, tenant: int | None, said: Any) -> Any:
    row, asks = _of_record(world, table, tenant, said)
    if world.tables is BY_COLUMN:
        _of_own(world, table, row, asks)
    # A record that was read from a schema is destroyed there, whatever tenant is said.
    return _destroy(world, table, said["of"], said)


def _of_record(world: World, table: str, tenant: int | None, said: Any) -> tuple[Row, int | None]:
    """The row of a record that was read for one tenant, and for whom it is changed now."""
    row = world.found(table, said["key"], said["of"])
    return row, said["of"] if tenant is None else tenant


def _of_own(world: World, table: str, row: Row, asks: int | None) -> None:
    if not world.sees(table, row, asks):
        raise Refused(("StaleRecord", None))


def _bulk_update(world: World, table: str, tenant: int | None, said: Any) -> Any:
    rows = world.visible(table, tenant)
    for row in rows:
        row.update(said["input"])
    world.check()
    return world.keys(table, rows)


def _bulk_destroy(world: World, table: str, tenant: int | None, said: Any) -> Any:
    rows = [row for row in world.visible(table, tenant) if said["where"].items() <= row.items()]
    for row in rows:
        world.remove(table, row)
    world.check(parents=True)
    return world.keys(table, rows)


def _managed(world: World, table: str, tenant: int | None, said: Any) -> Any:
    """Make a row and the one that it belongs to in one go."""
    key = world.tables[table].keys[0]
    parent = world.insert(key.target, said["new"], tenant)
    filled = dict(zip(key.columns, (parent[its] for its in key.target_columns), strict=True))
    row = world.insert(table, {**said["input"], **filled}, tenant)
    world.check()
    return world.keys(table, [row])


def _retag(world: World, table: str, tenant: int | None, said: Any) -> Any:
    user = world.found(table, said["key"], tenant)
    known = {row["id"] for row in world.visible("tags", tenant)}
    wanted = set(said["tags"])
    if wanted - known:
        raise Refused(*[("NotFound", None)] * len(wanted - known))
    joins = [row for row in world.visible("users_tags", tenant) if row["user_id"] == user["id"]]
    for row in joins:
        # What leads to the tag of another tenant is out of sight, and stays.
        if row["tag_id"] in known - wanted:
            world.remove("users_tags", row)
    for tag in sorted(wanted - {row["tag_id"] for row in joins}):
        world.insert("users_tags", {"user_id": user["id"], "tag_id": tag}, tenant)
    return world.keys(table, [user])


_OPERATIONS = {
    "read": _read,
    "count": _count,
    "get": _get,
    "filter": _filter,
    "exists": _filter,
    "load": _load,
    "create": _create,
    "upsert": _upsert,
    "bulk_create": _bulk_create,
    "update": _update,
    "update_record": _update_record,
    "destroy": _destroy,
    "destroy_record": _destroy_record,
    "bulk_update": _bulk_update,
    "bulk_destroy": _bulk_destroy,
    "managed": _managed,
    "retag": _retag,
}
