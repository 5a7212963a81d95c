"""Each field of a table's catalog is compared, follows renames, and is kept when it is unknown.

A new field fails here until it has a value in `TABLE` and is taken into account, or a reason in one
of the lists stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from ash_scaffold.postgres import unknown
from ash_scaffold.postgres.catalog import (
    Action,
    Check,
    Column,
    ConstraintKind,
    Database,
    Exclusion,
    Field,
    ForeignKey,
    Generated,
    Identity,
    Index,
    IndexKey,
    Key,
    Match,
    Name,
    PartitionConstraint,
    RelationKind,
    Table,
    Trigger,
    Type,
    TypeKind,
    TypeUse,
)
from ash_scaffold.postgres.compare import Renames, compare, text
from ash_scaffold.postgres.compare.renames import under_new_names
from ash_scaffold.postgres.facts import VERSION, TableFacts, facts_of, write_facts
from ash_scaffold.postgres.unknown import Unknown, with_last_known

# All names of relations, columns and types contain "old", so that a rename is seen.
OLD, PARENT = Name("public", "old_table"), Name("public", "old_parent")
MOOD = Name("public", "old_type")
COLUMN = "old_column"


def _key(name: str) -> Key:
    return Key(
        name=name,
        columns=(COLUMN,),
        index_name=f"{name}_index",
        deferrable=True,
        deferred=True,
        nulls_not_distinct=True,
        without_overlaps=True,
        include=(COLUMN,),
        partition_index_names=("p1_key",),
        comment="a key",
    )


def _foreign_key(table: Name, target: Name) -> ForeignKey:
    return ForeignKey(
        name="fkey",
        table=table,
        columns=(COLUMN,),
        target=target,
        target_columns=(COLUMN,),
        on_delete=Action.SET_NULL,
        on_update=Action.CASCADE,
        set_null_columns=(COLUMN,),
        match=Match.FULL,
        deferrable=True,
        deferred=True,
        validated=False,
        enforced=False,
        period=True,
        clone_names=("fkey_1",),
    )


TABLE = TableFacts(
    version=VERSION,
    name=OLD,
    kind=RelationKind.PARTITIONED,
    oid=1,
    per_tenant=True,
    comment="a table",
    columns=(
        Column(
            name=COLUMN,
            attnum=1,
            type=TypeUse(MOOD, 5, 1),
            not_null=True,
            default=f"'x'::{MOOD.schema}.{MOOD.name}",
            identity=Identity.ALWAYS,
            generated=Generated.STORED,
            collation="C",
            comment="a column",
            readable=False,
        ),
    ),
    primary_key=_key("pkey"),
    unique_keys=(_key("key"),),
    foreign_keys=(_foreign_key(OLD, PARENT),),
    checks=(Check("check", (COLUMN,), f"({COLUMN} > 0)", validated=False, enforced=False),),
    exclusions=(
        Exclusion(
            name="exclusion",
            columns=(COLUMN,),
            definition=f"EXCLUDE USING gist ({COLUMN} WITH &&)",
            deferrable=True,
            deferred=True,
            partition_index_names=("p1_exclusion",),
        ),
    ),
    indexes=(
        Index(
            name="index",
            method="btree",
            unique=True,
            keys=(IndexKey(column=COLUMN, expression=COLUMN, descending=True, nulls_first=True),),
            include=(COLUMN,),
            predicate=f"({COLUMN} > 0)",
            columns_in_expressions=(COLUMN,),
            nulls_not_distinct=True,
            valid=False,
            partition_index_names=("p1_index",),
        ),
    ),
    triggers=(
        Trigger(
            name="trigger",
            on_insert=True,
            on_update=True,
            function=Name("public", "function"),
            columns=(COLUMN,),
            assigns=(COLUMN,),
        ),
    ),
    rules=("rule",),
    row_security=True,
    inherits=(PARENT,),
    partition_of=PARENT,
    partition_constraints=(
        PartitionConstraint(name="p1_check", kind=ConstraintKind.CHECK, columns=(COLUMN,)),
    ),
    readable=False,
    writable=False,
    updatable=False,
    populated=False,
    types=(
        Type(
            name=MOOD,
            kind=TypeKind.DOMAIN,
            oid=2,
            per_tenant=True,
            extension="extension",
            comment="a type",
            labels=("a",),
            base=TypeUse(MOOD),
            not_null=True,
            default=f"'x'::{MOOD.schema}.{MOOD.name}",
            checks=(Check("check", (), f"(VALUE > 'x'::{MOOD.schema}.{MOOD.name})"),),
            fields=(Field("field", TypeUse(MOOD)),),
            subtype=TypeUse(MOOD),
        ),
    ),
    incoming=(_foreign_key(PARENT, OLD),),
)


# Fields without a value in `TABLE`.
UNFILLED = {"indexes.constraint"}  # such an index is compared as its constraint
# Fields that no change is made of, and why.
NOT_COMPARED = {
    "version": "that of the facts' own form",
    "name": "pairs the tables",
    "oid": "serves the detection of renames",
    "per_tenant": "the configuration says which schema stands for those of tenants",
    "columns.attnum": "serves the detection of renames",
    "primary_key.index_name": "follows the constraint's name",
    "primary_key.partition_index_names": "the index has the same",
    "unique_keys.index_name": "follows the constraint's name",
    "unique_keys.partition_index_names": "the index has the same",
    "exclusions.partition_index_names": "the index has the same",
    "types": "a type that no column uses any more is no change",
    "indexes.columns_in_expressions": "follows from the expressions",
    "populated": "is about rows, not about the schema",
    "incoming.clone_names": "the key's own table has no facts",
}
# Names of columns that a rename leaves alone, and why.
NOT_RENAMED = {"triggers.assigns": "the source of a function does not follow a rename"}
# The kind of statement that makes an item of a table, and what comes with the whole table only.
MADE_BY = {
    "columns": unknown.Kind.COLUMN,
    "primary_key": unknown.Kind.CONSTRAINT,
    "unique_keys": unknown.Kind.CONSTRAINT,
    "foreign_keys": unknown.Kind.CONSTRAINT,
    "checks": unknown.Kind.CONSTRAINT,
    "exclusions": unknown.Kind.CONSTRAINT,
    "indexes": unknown.Kind.INDEX,
    "triggers": unknown.Kind.TRIGGER,
    "comment": unknown.Kind.TABLE_COMMENT,
}
WHOLE = {
    *("name", "kind", "oid", "rules", "row_security", "inherits", "partition_of"),
    *("partition_constraints", "readable", "writable", "updatable"),
    *("populated", "per_tenant"),
}


def structs(value: object) -> tuple[msgspec.Struct, ...]:
    items = value if isinstance(value, tuple) else (value,)
    return tuple(each for each in items if isinstance(each, msgspec.Struct))


def fields(struct: msgspec.Struct, prefix: str = "") -> Iterator[tuple[str, msgspec.Struct, Any]]:
    """Give each field by its path: the struct that has it and its value."""
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        yield f"{prefix}{field.name}", struct, field
        for each in structs(value):
            yield from fields(each, f"{prefix}{field.name}.")


# Each kind of type has changes of its own, and `compare/test_changes.py` has them all.
PATHS = [
    path for path, _, _ in fields(TABLE) if path.count(".") < 2 and not path.startswith("types.")
]


def other(value: object) -> object:
    match value:
        case bool():
            return not value
        case Enum():
            return next(each for each in type(value) if each != value)
        case Name():
            return Name("other", value.name)
        case TypeUse():
            return TypeUse(Name("pg_catalog", "text"))
        case str():
            return f"{value}2"
        case int():
            return value + 1
        case tuple():
            return ()
    return None


def changed(path: str) -> TableFacts:
    """Return the table with another value in one field."""
    name, _, part = path.partition(".")
    value = getattr(TABLE, name)
    if not part:
        return replace(TABLE, **{name: other(value)})
    (item,) = structs(value)
    item = replace(item, **{part: other(getattr(item, part))})
    return replace(TABLE, **{name: (item,) if isinstance(value, tuple) else item})


def test_each_field_has_a_value_here() -> None:
    unfilled = {
        path
        for path, struct, field in fields(TABLE)
        if getattr(struct, field.name) == field.default
    }
    assert {path for path in unfilled if not path.startswith("types.checks.")} == UNFILLED


@pytest.mark.parametrize("path", PATHS)
def test_each_field_is_compared_or_has_a_reason(path: str) -> None:
    changes = compare({OLD: TABLE}, {OLD: changed(path)})
    assert bool(changes) is not (path in NOT_COMPARED)
    assert all(text(change) for change in changes)


def leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from leaves(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, TypeUse):
        yield path, str(value.name)
    elif isinstance(value, tuple):
        for each in value:
            yield from leaves(each, path)
    elif isinstance(value, str):
        yield path, value


def test_each_name_follows_a_rename_or_has_a_reason() -> None:
    new, parent = Name("public", "new_table"), Name("public", "new_parent")
    renames = Renames(
        tables={OLD: new, PARENT: parent},
        columns={each: {COLUMN: "new_column"} for each in (new, parent)},
        types={MOOD: Name("public", "new_type")},
    )
    after = under_new_names(TABLE, renames)
    assert {path for path, value in leaves(after) if "old_" in value} == {*NOT_RENAMED}


def database(table: Table) -> Database:
    return Database(server_version=170000, schemas=("public",), tables=(table,), types={})


CATALOG = Table(**{name: getattr(TABLE, name) for name in Table.__struct_fields__})


@pytest.mark.parametrize("name", Table.__struct_fields__)
def test_each_object_of_a_refused_statement_stays_as_it_was(name: str) -> None:
    assert (name in MADE_BY) is not (name in WHOLE)
    if name == "name":
        return
    without = replace(CATALOG, **{name: other(getattr(CATALOG, name))})
    if name == "primary_key":
        without = replace(without, primary_key=None)
    kind = MADE_BY.get(name, unknown.Kind.TABLE)
    item = next(iter(structs(getattr(CATALOG, name))), None) if name in MADE_BY else None
    refused = Unknown(kind=kind, relation=OLD, name=getattr(item, "name", ""))
    restored = with_last_known(database(without), database(CATALOG), [refused])
    assert restored.tables == (CATALOG,)


def test_the_facts_have_each_field_on_lines_of_their_own() -> None:
    decoded = msgspec.json.decode(write_facts(TABLE))
    assert set(decoded) == set(TableFacts.__struct_fields__)
    assert facts_of(CATALOG, {}).primary_key == TABLE.primary_key
