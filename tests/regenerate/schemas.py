"""Random schemas as catalog structs, and the DDL that makes them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from tests.elixir.merging import Dice

from ash_scaffold.postgres.catalog import (
    Action,
    Check,
    Column,
    Database,
    ForeignKey,
    Identity,
    Index,
    IndexKey,
    Key,
    Name,
    ServerIdentity,
    Table,
    Type,
    TypeKind,
)
from ash_scaffold.postgres.sql import quote_identifier
from ash_scaffold.postgres.type_text import read_type

SCHEMAS = ("public", "shop")
SERVER = ServerIdentity("7000000000000000001", 16384)
MOOD, ADDRESS = Name("public", "mood"), Name("public", "address")
LABELS = ("fine", "so so", "sad")
ADDRESS_CHECK = Check("address_check", (), "(VALUE ~~ '%@%'::text)")
COMMENTS = [None, None, None, "As people call it.", 'Two\nlines, "quoted" #{and}']

# Names of columns, their types, and the defaults that such a column may have.
COLUMNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "email": ("public.address", ()),
    "name": ("varchar(80)", ("'x'::character varying",)),
    "nick": ("text", ("''::text", "'new'::text")),
    "state": ("public.mood", ("'fine'::public.mood",)),
    "total": ("numeric(10,2)", ("0", "9.5")),
    "slug": ("text", ()),
    "kind": ("varchar(20)", ()),
    "count": ("int4", ("0", "7")),
    "active": ("bool", ("true", "false")),
    "data": ("jsonb", ("'{}'::jsonb",)),
    "labels": ("text[]", ("'{}'::text[]",)),
    "born_on": ("date", ("CURRENT_DATE",)),
    "paid_at": ("timestamptz", ("now()",)),
    "inserted_at": ("timestamp(0)", ()),
    "updated_at": ("timestamp", ()),
    "api_token": ("text", ()),
    "camelCase": ("text", ()),
    "select": ("int8", ()),
    "for": ("int4range", ()),
}
# Tables in an order in which each refers to those before it: its key, and the keys' targets.
PLAN: dict[Name, tuple[tuple[str, ...], dict[str, str]]] = {
    Name("public", "users"): (("id",), {}),
    Name("public", "posts"): (("id",), {"author_id": "users", "editor_id": "users"}),
    Name("public", "comments"): (("id",), {"post_id": "posts", "user_id": "users"}),
    Name("public", "tags"): (("code",), {}),
    Name("public", "posts_tags"): (("post_id", "tag_code"), {"post_id": "posts",
                                                             "tag_code": "tags"}),
    Name("public", "orders"): (("region", "number"), {"user_id": "users"}),
    Name("public", "items"): (("id",), {"parent_id": "items", "user_id": "users"}),
    Name("public", "lines"): (("id",), {}),
    Name("public", "notes"): ((), {"user_id": "users"}),
}  # fmt: skip
SETTINGS = Table(
    name=Name("shop", "settings"),
    columns=(Column(name="id", type=read_type("int8"), not_null=True),),
    primary_key=Key(name="settings_pkey", columns=("id",), index_name="settings_pkey"),
    indexes=(
        Index(
            name="settings_pkey",
            method="btree",
            unique=True,
            keys=(IndexKey(column="id"),),
            constraint=True,
        ),
    ),
)


class Schema(msgspec.Struct, frozen=True):
    """All tables, and the types that are made by hand."""

    tables: tuple[Table, ...]
    types: dict[Name, Type]

    @property
    def database(self) -> Database:
        """What is read of it."""
        return database_of(self.tables, self.types)

    def table(self, name: str) -> Table | None:
        """Return the table of that name, in whichever schema."""
        return next((table for table in self.tables if table.name.name == name), None)


def schema_with(tables: Iterable[Table], types: dict[Name, Type]) -> Schema:
    """Return a schema of these tables, in order; what has no oid or attnum yet gets one."""
    numbered = [_numbered(table) for table in tables]
    highest = max([16400, *(table.oid for table in numbered)])
    found = []
    for table in numbered:
        highest += 0 if table.oid else 1
        found.append(table if table.oid else msgspec.structs.replace(table, oid=highest))
    return Schema(tuple(sorted(found, key=lambda table: table.name)), types)


def draw_schema(dice: Dice, most: int = 4) -> Schema:
    """Draw a schema of up to so many tables, and `shop.settings`."""
    chosen = dice.some(list(PLAN), most) or [Name("public", "users")]
    tables: dict[str, Table] = {}
    key_type = dice.one(["int8", "int8", "uuid", "int4"])
    for name in PLAN:
        if name in chosen:
            tables[name.name] = draw_table(dice, name, tables, key_type)
    return schema_with([*tables.values(), SETTINGS], base_types())


def draw_table(dice: Dice, name: Name, others: dict[str, Table], key_type: str) -> Table:
    """Draw one table, its foreign keys only to the others."""
    key, targets = PLAN[name]
    joined = {column: to for column, to in targets.items() if to in others}
    composite = name.name == "lines" and "orders" in others
    columns = [draw_key_column(column, others, joined, key_type) for column in key]
    columns += [
        Column(name=column, type=key_column_of(others[to]).type, not_null=dice.yes())
        for column, to in joined.items()
        if column not in key
    ]
    if composite:
        columns += [Column(name=f"order_{c}", type=read_type("int8")) for c in ("region", "number")]
    drawn = dice.some(list(COLUMNS), 5) or ["slug"]
    columns += [draw_column(dice, column) for column in drawn]
    first = [column for column in columns if column.name in key]
    rest = [column for column in columns if column.name not in key]
    dice.shuffle(rest)
    foreign = [draw_foreign_key(dice, name, (c,), others[to]) for c, to in sorted(joined.items())]
    if composite:
        foreign.append(
            draw_foreign_key(dice, name, ("order_region", "order_number"), others["orders"])
        )
    table = Table(
        name=name,
        comment=dice.one(COMMENTS),
        columns=(*first, *rest),
        primary_key=Key(name=f"{name.name}_pkey", columns=key, index_name=f"{name.name}_pkey")
        if key
        else None,
        foreign_keys=tuple(sorted(foreign, key=lambda each: each.name)),
        indexes=(key_index(f"{name.name}_pkey", key),) if key else (),
    )
    for _ in range(dice.randint(0, 2)):
        index = draw_index(dice, table)
        table = table if index is None else with_index(table, index)
    for column in table.columns:
        check = draw_check(table, column)
        if check is not None and dice.random() < 0.3:
            table = with_check(table, check)
    return table


def draw_key_column(
    column: str, others: dict[str, Table], joined: dict[str, str], key_type: str
) -> Column:
    if column in joined:
        return Column(name=column, type=key_column_of(others[joined[column]]).type, not_null=True)
    if column != "id":
        kind = "text" if column == "code" else "int8"
        return Column(name=column, type=read_type(kind), not_null=True)
    if key_type == "uuid":
        default = "gen_random_uuid()"
        return Column(name=column, type=read_type("uuid"), not_null=True, default=default)
    identity = Identity.BY_DEFAULT
    return Column(name=column, type=read_type(key_type), not_null=True, identity=identity)


def draw_column(dice: Dice, name: str) -> Column:
    kind, defaults = COLUMNS[name]
    return Column(
        name=name,
        type=read_type(kind),
        not_null=dice.random() < 0.4,
        default=dice.one([None, *defaults]),
        comment=dice.one(COMMENTS),
    )


def draw_foreign_key(
    dice: Dice, owner: Name, columns: tuple[str, ...], target: Table
) -> ForeignKey:
    assert target.primary_key is not None
    actions = [Action.NO_ACTION, Action.NO_ACTION, Action.CASCADE, Action.SET_NULL, Action.RESTRICT]
    return ForeignKey(
        name=dice.one([f"{owner.name}_{'_'.join(columns)}_fkey", f"fk_{owner.name}_{columns[0]}"]),
        table=owner,
        columns=columns,
        target=target.name,
        target_columns=target.primary_key.columns,
        on_delete=dice.one(actions),
        on_update=dice.one([Action.NO_ACTION, Action.NO_ACTION, Action.CASCADE]),
    )


def draw_index(dice: Dice, table: Table) -> Index | None:
    """Draw a unique or a plain index, some of them partial or over an expression."""
    columns = [c.name for c in table.columns if c.type.name.name not in ("jsonb", "int4range")]
    chosen = sorted(dice.some(columns, 2) or columns[:1])
    if not chosen:
        return None
    keys = tuple(IndexKey(column=column) for column in chosen)
    texts = [c.name for c in table.columns if c.type == read_type("text") and c.name in chosen]
    predicate: str | None = None
    inside: tuple[str, ...] = ()
    places = [c.name for c in table.columns]
    named = f"{table.name.name}_{'_'.join(chosen)}_index"
    if texts and dice.random() < 0.3:
        keys = (IndexKey(expression=f"lower({quote_identifier(texts[0])})"),)
        inside, named = (texts[0],), f"{table.name.name}_lower_{texts[0]}"
    nullable = [c.name for c in table.columns if not c.not_null]
    if nullable and dice.random() < 0.3:
        predicate = f"({quote_identifier(nullable[0])} IS NULL)"
        inside = tuple(c for c in places if c in (*inside, nullable[0]))
        named += "_open"
    name = dice.one([named, named, f"{table.name.name}_by_{chosen[0]}"])
    return Index(
        name=name,
        method="btree",
        unique=dice.random() < 0.8,
        keys=keys,
        predicate=predicate,
        columns_in_expressions=inside,
    )


def draw_check(table: Table, column: Column) -> Check | None:
    """Give the check that a column of its type can have."""
    name = quote_identifier(column.name)
    expressions = {
        "text": f"({name} <> ''::text)",
        "varchar": f"(({name})::text <> ''::text)",
        "int4": f"({name} > 0)",
        "numeric": f"({name} >= (0)::numeric)",
    }
    expression = expressions.get(column.type.name.name) if not column.type.is_array else None
    if expression is None:
        return None
    return Check(f"{table.name.name}_{column.name}_check", (column.name,), expression)


def with_index(table: Table, index: Index) -> Table:
    """Add an index, unless one of that name is there."""
    if any(index.name == each.name for each in table.indexes):
        return table
    indexes = sorted((*table.indexes, index), key=lambda each: each.name)
    return msgspec.structs.replace(table, indexes=tuple(indexes))


def with_check(table: Table, check: Check) -> Table:
    """Add a check, unless one of that name is there."""
    if any(check.name == each.name for each in table.checks):
        return table
    checks = sorted((*table.checks, check), key=lambda each: each.name)
    return msgspec.structs.replace(table, checks=tuple(checks))


def key_column_of(table: Table) -> Column:
    assert table.primary_key is not None
    return table.column(table.primary_key.columns[0])


def base_types() -> dict[Name, Type]:
    """The types that are made by hand."""
    return {
        ADDRESS: Type(
            name=ADDRESS, kind=TypeKind.DOMAIN, base=read_type("text"), checks=(ADDRESS_CHECK,)
        ),
        MOOD: Type(name=MOOD, kind=TypeKind.ENUM, labels=LABELS),
    }


def database_of(tables: tuple[Table, ...], types: dict[Name, Type]) -> Database:
    """Return what is read of these tables, in order; of the types only those in use."""
    names = {column.type.name for table in tables for column in table.columns}
    if ADDRESS in names:
        names.add(Name("pg_catalog", "text"))
    if Name("pg_catalog", "int4range") in names:
        names.add(Name("pg_catalog", "int4"))
    used = {name: types.get(name) or _plain(name) for name in sorted(names)}
    return Database(server_version=180000, schemas=SCHEMAS, tables=tables, types=used)


def _plain(name: Name) -> Type:
    if name.name == "int4range":
        return Type(name=name, kind=TypeKind.RANGE, subtype=read_type("int4"))
    return Type(name=name, kind=TypeKind.BASE)


def _numbered(table: Table) -> Table:
    highest = max((column.attnum for column in table.columns), default=0)
    columns = []
    for column in table.columns:
        highest += 0 if column.attnum else 1
        new = column if column.attnum else msgspec.structs.replace(column, attnum=highest)
        columns.append(new)
    return msgspec.structs.replace(table, columns=tuple(columns))


def key_index(name: str, columns: tuple[str, ...]) -> Index:
    keys = tuple(IndexKey(column=column) for column in columns)
    return Index(name=name, method="btree", unique=True, keys=keys, constraint=True)
