"""Each field of each object is compared, or a reason says why not; what can't be made is named."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import msgspec
import pytest
from msgspec.structs import replace

from ash_scaffold.cutover.compare import (
    LIMITS,
    Comparison,
    Count,
    Difference,
    Limit,
    ObjectKind,
    compare_inventories,
    describe,
)
from ash_scaffold.postgres.catalog import Generated, Identity, Name
from ash_scaffold.postgres.inventory import (
    ColumnEntry,
    ConstraintEntry,
    ConstraintKind,
    Enabled,
    IndexEntry,
    Inventory,
    Need,
    NeedKind,
    Persistence,
    PolicyEntry,
    ReplicaIdentity,
    RuleEntry,
    SequenceEntry,
    StatisticsEntry,
    TableEntry,
    TriggerEntry,
)

ORDERS = Name("public", "orders")
SEQUENCE = SequenceEntry(
    name=Name("public", "orders_id_seq"),
    type="bigint",
    start=2,
    increment=3,
    minimum=1,
    maximum=9,
    cache=5,
    cycle=True,
    persistence=Persistence.UNLOGGED,
    column="id",
    identity=True,
    comment="a sequence",
)
TABLE = TableEntry(
    name=ORDERS,
    persistence=Persistence.UNLOGGED,
    access_method="heap",
    tablespace="fast",
    options=("fillfactor=70",),
    toast_options=("autovacuum_enabled=false",),
    partition_key="RANGE (id)",
    partition_of=Name("public", "all_orders"),
    bound="FOR VALUES FROM (1) TO (2)",
    inherits=(Name("public", "things"),),
    of_type="public.order_type",
    replica_identity=ReplicaIdentity.FULL,
    row_security=True,
    force_row_security=True,
    comment="a table",
    columns=(
        ColumnEntry(
            name="id",
            type="bigint",
            collation='pg_catalog."C"',
            not_null=True,
            default="1",
            generated=Generated.STORED,
            identity=Identity.ALWAYS,
            statistics=5,
            compression="lz4",
            storage="plain",
            options=("n_distinct=5",),
            local=False,
            comment="a column",
        ),
    ),
    constraints=(
        ConstraintEntry(
            name="orders_check",
            kind=ConstraintKind.CHECK,
            definition="CHECK (id > 0)",
            columns=("id",),
            expression="(id > 0)",
            target=Name("public", "customers"),
            target_columns=("id",),
            validated=False,
            enforced=False,
            no_inherit=True,
            deferrable=True,
            deferred=True,
            local=False,
            parent="all_orders_check",
            derived=True,
            comment="a check",
        ),
    ),
    indexes=(
        IndexEntry(
            name="orders_idx",
            definition="CREATE INDEX orders_idx ON public.orders USING btree (id)",
            method="btree",
            unique=True,
            valid=False,
            constraint="orders_key",
            parent="all_orders_idx",
            options=("fillfactor=50",),
            tablespace="fast",
            clustered=True,
            replica_identity=True,
            statistics=((1, 5),),
            comment="an index",
        ),
    ),
    triggers=(
        TriggerEntry(
            name="tg",
            definition="CREATE TRIGGER tg …",
            enabled=Enabled.ALWAYS,
            parent="tg",
            comment="a trigger",
        ),
    ),
    rules=(
        RuleEntry(
            name="ru", definition="CREATE RULE ru …", enabled=Enabled.DISABLED, comment="a rule"
        ),
    ),
    policies=(
        PolicyEntry(
            name="pol",
            command="select",
            permissive=False,
            roles=("reader",),
            using="(id > 0)",
            with_check="(id > 1)",
            comment="a policy",
        ),
    ),
    sequences=(SEQUENCE,),
    statistics=(
        StatisticsEntry(
            name=Name("public", "st"),
            definition="CREATE STATISTICS public.st …",
            target=5,
            comment="statistics",
        ),
    ),
)
NEED = Need(
    kind=NeedKind.SEQUENCE,
    name=Name("public", "free"),
    identity="SEQUENCE public.free",
    definition="CREATE SEQUENCE public.free",
    comments=(("SEQUENCE public.free", "numbers"),),
    after=(ORDERS,),
    used_by=(ORDERS,),
    sequence=SEQUENCE,
)
INVENTORY = Inventory(server_version=180000, tables=(TABLE,), needs=(NEED,), extensions=("citext",))

# Fields that are not compared, and why.
NOT_COMPARED = {
    "server_version": "the servers may be of different versions",
    "extensions": "the proof has made them itself",
    "needs.kind": "the identity has it",
    "needs.name": "the identity has it",
    "needs.after": "tells the order only",
    "needs.used_by": "tells who needs it",
    "needs.sequence": "the definition has its options",
}


def structs(value: object) -> tuple[msgspec.Struct, ...]:
    items = value if isinstance(value, tuple) else (value,)
    return tuple(each for each in items if isinstance(each, msgspec.Struct))


def fields(struct: msgspec.Struct, prefix: str = "") -> Iterator[str]:
    for name in struct.__struct_fields__:
        yield f"{prefix}{name}"
        if f"{prefix}{name}" not in NOT_COMPARED:
            for each in structs(getattr(struct, name)):
                yield from fields(each, f"{prefix}{name}.")


PATHS = list(fields(INVENTORY))


def other(value: object) -> object:
    match value:
        case bool():
            return not value
        case Enum():
            return next(each for each in type(value) if each != value)
        case Name():
            return Name("other", value.name)
        case str():
            return f"{value}2"
        case int():
            return value + 1
        case tuple():
            return ()
    return None


def changed(struct: msgspec.Struct, path: str) -> msgspec.Struct:
    """Return the struct with another value in the field of that path."""
    name, _, rest = path.partition(".")
    value = getattr(struct, name)
    if not rest:
        return replace(struct, **{name: other(value)})
    (item,) = structs(value)
    item = changed(item, rest)
    return replace(struct, **{name: (item,) if isinstance(value, tuple) else item})


def differences(found: Comparison) -> list[Difference]:
    return [each for table in found.tables for each in table.differences] + [
        *found.need_differences
    ]


def test_each_field_has_a_value_here() -> None:
    def unfilled(struct: msgspec.Struct) -> Iterator[str]:
        for field in msgspec.structs.fields(type(struct)):
            value = getattr(struct, field.name)
            if value == field.default:
                yield f"{type(struct).__name__}.{field.name}"
            for each in structs(value):
                yield from unfilled(each)

    assert set(unfilled(INVENTORY)) == set()


def test_the_same_is_the_same() -> None:
    found = compare_inventories(INVENTORY, INVENTORY)
    assert differences(found) == []
    assert found.tables[0].identical
    assert found.tables[0].counts == {
        kind: Count(1, 1)
        for kind in ObjectKind
        if kind not in (ObjectKind.TABLE, ObjectKind.KEY, ObjectKind.NEED)
    }
    assert found.needs == Count(1, 1)


@pytest.mark.parametrize("path", PATHS)
def test_each_field_is_compared_or_has_a_reason(path: str) -> None:
    made = changed(INVENTORY, path)
    assert isinstance(made, Inventory)
    found = differences(compare_inventories(INVENTORY, made))
    assert bool(found) is not (path in NOT_COMPARED)
    assert all(describe(each) for each in found)


@pytest.mark.parametrize(
    "part",
    [
        *("columns", "constraints", "indexes", "triggers", "rules", "policies", "sequences"),
        "statistics",
    ],
)
def test_an_object_that_is_missing_or_too_much_is_found(part: str) -> None:
    without = replace(INVENTORY, tables=(replace(TABLE, **{part: ()}),))
    (missing,) = differences(compare_inventories(INVENTORY, without))
    (extra,) = differences(compare_inventories(without, INVENTORY))
    assert (missing.field, missing.made, extra.field, extra.legacy) == ("", None, "", None)
    assert "is missing" in describe(missing)
    assert "the database has none" in describe(extra)
    assert missing.limit is extra.limit is None


def test_a_table_that_is_missing_is_found() -> None:
    found = compare_inventories(INVENTORY, replace(INVENTORY, tables=()))
    assert [describe(each) for _, each in found.faults] == ["table is missing: orders"]
    assert found.tables[0].counts[ObjectKind.COLUMN] == Count(1, 0)


def one_table(**parts: object) -> Inventory:
    return Inventory(server_version=150000, tables=(TableEntry(name=ORDERS, **parts),))  # type: ignore[arg-type]


def constraint(definition: str, *columns: str) -> ConstraintEntry:
    kind = next(kind for kind in ConstraintKind if definition.lower().startswith(kind))
    return ConstraintEntry(name="orders_it", kind=kind, definition=definition, columns=columns)


def test_two_spellings_of_one_expression_are_no_difference() -> None:
    first = "CHECK (((a)::text = ANY ((ARRAY['x'::character varying])::text[])))"
    second = "CHECK (((a)::text = ANY (ARRAY[('x'::character varying)::text])))"
    found = compare_inventories(
        one_table(constraints=(constraint(first, "a"),)),
        one_table(constraints=(constraint(second, "a"),)),
    )
    assert found.tables[0].identical


def key(*columns: str, kind: str = "PRIMARY KEY") -> Inventory:
    listed = ", ".join(columns)
    return one_table(
        constraints=(constraint(f"{kind} ({listed})", *columns),),
        indexes=(
            IndexEntry(
                name="orders_it",
                definition=f"CREATE UNIQUE INDEX orders_it ON public.orders USING btree ({listed})",
                method="btree",
                unique=True,
                constraint="orders_it",
            ),
        ),
    )


def test_the_order_of_a_primary_key_is_a_fault() -> None:
    found = compare_inventories(key("b", "a"), key("a", "b"))
    (difference,) = found.tables[0].differences
    assert [fault for _, fault in found.faults] == [difference]
    assert describe(difference) == (
        "key orders_it: definition is PRIMARY KEY (b, a), and is made as PRIMARY KEY (a, b)"
    )
    assert found.tables[0].counts == {
        ObjectKind.KEY: Count(1, 0),
        ObjectKind.INDEX: Count(1, 1),
    }


@pytest.mark.parametrize(
    ("legacy", "made"),
    [
        (key("b", "a"), key("a", "c")),
        (key("b", "a", kind="UNIQUE"), key("a", "b", kind="UNIQUE")),
    ],
)
def test_other_differences_of_keys_are_not(legacy: Inventory, made: Inventory) -> None:
    assert len(compare_inventories(legacy, made).faults) == 1


def key_to_partitions(*numbers: int) -> Inventory:
    definition = "FOREIGN KEY (a) REFERENCES parts(id)"
    root = ConstraintEntry(
        name="fkey",
        kind=ConstraintKind.FOREIGN_KEY,
        definition=definition,
        target=Name("public", "parts"),
    )
    derived = [
        replace(
            root,
            name=f"fkey{number}",
            target=Name("public", f"part_{part}"),
            definition=f"FOREIGN KEY (a) REFERENCES part_{part}(id)",
            parent="fkey",
            derived=True,
        )
        for number, part in zip(numbers, "abc", strict=False)
    ]
    return one_table(constraints=(root, *derived))


def test_the_numbers_of_derived_keys_are_on_the_list() -> None:
    legacy = key_to_partitions(1, 2, 3)
    found = compare_inventories(legacy, key_to_partitions(3, 2, 1))
    assert (found.faults, found.tables[0].limits) == ((), (Limit.DERIVED_KEY,))
    assert describe(found.tables[0].differences[0]) == (
        "key fkey to part_a: name is fkey1, and is made as fkey3"
    )
    (_, fault) = compare_inventories(legacy, key_to_partitions(1, 2)).faults[0]
    assert describe(fault) == (
        "key fkey to part_c is missing: FOREIGN KEY (a) REFERENCES part_c(id)"
    )


def columns(*names: str) -> Inventory:
    return one_table(columns=tuple(ColumnEntry(name=name, type="text") for name in names))


def test_a_column_without_an_attribute_may_be_the_last_one() -> None:
    legacy, made = columns("a", "m", "b"), columns("a", "b", "m")
    found = compare_inventories(legacy, made, [(ORDERS, "m")])
    assert found.tables[0].limits == (Limit.COLUMN_ORDER,)
    assert [describe(each) for each in found.tables[0].differences] == [
        "table: order of columns is …, m, b, and is made as …, b, m"
    ]
    assert len(compare_inventories(legacy, made, [(Name("x", "orders"), "m")]).faults) == 1
    assert len(compare_inventories(legacy, columns("b", "a", "m"), [(ORDERS, "m")]).faults) == 1


def test_what_a_server_does_not_have_is_not_compared() -> None:
    not_null = constraint("NOT NULL a", "a")
    newer = replace(
        one_table(
            constraints=(not_null,),
            columns=(ColumnEntry(name="a", type="text", compression="lz4"),),
        ),
        server_version=180000,
    )
    older = replace(one_table(columns=(ColumnEntry(name="a", type="text"),)), server_version=130000)
    assert compare_inventories(newer, older).tables[0].identical
    same = replace(older, server_version=180000)
    assert len(compare_inventories(newer, same).faults) == 2


def test_newer_servers_note_the_identity_in_partitions_too() -> None:
    column = ColumnEntry(name="id", type="bigint", identity=Identity.ALWAYS)
    parent = Name("public", "all_orders")
    newer = replace(
        one_table(partition_of=parent, columns=(column,)),
        server_version=170000,
    )
    older = one_table(partition_of=parent, columns=(replace(column, identity=Identity.NONE),))
    assert compare_inventories(older, newer).tables[0].identical
    assert len(compare_inventories(replace(older, server_version=170000), newer).faults) == 1


def test_an_operator_is_on_the_list() -> None:
    need = Need(kind=NeedKind.OTHER, name=Name("public", "==="), identity="OPERATOR public.===()")
    found = compare_inventories(
        Inventory(server_version=150000, tables=(), needs=(need,)),
        Inventory(server_version=150000, tables=()),
    )
    assert [each.limit for each in found.need_differences] == [Limit.NO_DEFINITION]
    assert (found.faults, found.needs) == ((), Count(1, 0))


def test_a_difference_is_told_on_one_line() -> None:
    difference = Difference(
        kind=ObjectKind.NEED,
        name="FUNCTION public.f()",
        field="definition",
        legacy="CREATE FUNCTION public.f()\n LANGUAGE sql\nAS 'a\nb'",
    )
    assert describe(difference) == (
        "needed object FUNCTION public.f(): definition is CREATE FUNCTION public.f() LANGUAGE sql "
        "AS 'a\\nb', and is made as nothing"
    )


def test_each_limit_has_its_reason() -> None:
    assert set(LIMITS) == set(Limit)
