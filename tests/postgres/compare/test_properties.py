"""What holds for any two schemas."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ash_scaffold.postgres.catalog import (
    Check,
    Column,
    ForeignKey,
    Index,
    IndexKey,
    Key,
    Name,
    Table,
    Type,
    TypeKind,
    TypeUse,
)
from ash_scaffold.postgres.compare import compare, detect_renames, text
from ash_scaffold.postgres.facts import TableFacts, facts_of, table_of, write_facts
from ash_scaffold.postgres.sql import quote_identifier
from ash_scaffold.postgres.type_text import decode_type, read_type, write_type

NAMES = st.sampled_from(["a", "b", "c", "Odd name", 'q"q', "select", "d"])
ENUM = Name("public", "mood")
USES = st.sampled_from(
    [
        TypeUse(Name("pg_catalog", "int8")),
        TypeUse(Name("pg_catalog", "varchar"), 44),
        TypeUse(Name("pg_catalog", "text"), -1, 1),
        TypeUse(ENUM),
    ]
)
LABELS = st.lists(st.sampled_from("xyz"), unique=True, min_size=1).map(tuple)


@st.composite
def tables(draw: st.DrawFn, name: Name) -> Table:
    columns = tuple(
        Column(
            name=column,
            type=draw(USES),
            not_null=draw(st.booleans()),
            default=draw(
                st.sampled_from([None, "'x'::text", f"nextval('{name.schema}.s'::regclass)"])
            ),
            comment=draw(st.sampled_from([None, "a\nb"])),
        )
        for column in draw(st.lists(NAMES, unique=True, min_size=1, max_size=5))
    )
    names = [column.name for column in columns]
    some = st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=2).map(tuple)
    key = draw(st.none() | some)
    checked = draw(some)
    return Table(
        name=name,
        columns=columns,
        primary_key=None if key is None else Key(name="pk", columns=key, index_name="pk"),
        foreign_keys=(
            ForeignKey(name="fk", table=name, columns=draw(some), target=name, target_columns=()),
        ),
        checks=(
            Check("ck", checked, " AND ".join(f"({quote_identifier(c)} > 0)" for c in checked)),
        ),
        indexes=tuple(
            Index(
                name=index,
                method="btree",
                unique=draw(st.booleans()),
                keys=tuple(IndexKey(column=column) for column in draw(some)),
            )
            for index in sorted(draw(st.lists(NAMES, unique=True, max_size=2)))
        ),
    )


@st.composite
def schemas(draw: st.DrawFn) -> dict[Name, TableFacts]:
    mood = Type(name=ENUM, kind=TypeKind.ENUM, labels=draw(LABELS))
    names = draw(
        st.lists(st.builds(Name, st.sampled_from(["public", "x"]), NAMES), unique=True, max_size=3)
    )
    return {name: facts_of(draw(tables(name)), {ENUM: mood}) for name in sorted(names)}


@given(schemas())
@settings(max_examples=200, deadline=None)
def test_a_schema_is_no_change_from_itself_nor_from_what_is_read_back(
    schema: dict[Name, TableFacts],
) -> None:
    assert compare(schema, schema) == ()
    again = {
        name: msgspec.json.decode(write_facts(facts), type=TableFacts, dec_hook=decode_type)
        for name, facts in schema.items()
    }
    assert again == schema
    assert compare(schema, again) == ()
    for facts in schema.values():
        table, types = table_of(facts)
        assert facts_of(table, types) == facts


@given(schemas(), schemas())
@settings(max_examples=400, deadline=None)
def test_any_difference_is_told_and_always_in_the_same_words(
    old: dict[Name, TableFacts], new: dict[Name, TableFacts]
) -> None:
    changes = compare(old, new)
    assert (changes == ()) == (old == new)
    backwards = compare(dict(reversed(old.items())), dict(reversed(new.items())))
    lines = [text(change) for change in changes]
    assert lines == [text(change) for change in backwards]
    assert len(set(lines)) == len(lines)
    assert all(line.splitlines() == [line] for line in lines)


@given(schemas(), schemas())
@settings(max_examples=200, deadline=None)
def test_nothing_is_two_things(old: dict[Name, TableFacts], new: dict[Name, TableFacts]) -> None:
    renames = detect_renames(old, new).renames
    assert len(set(renames.tables.values())) == len(renames.tables)
    assert len(set(renames.types.values())) == len(renames.types)
    assert all(len(set(pairs.values())) == len(pairs) for pairs in renames.columns.values())
    assert set(renames.tables) <= set(old)
    assert set(renames.tables.values()) <= set(new)


@given(
    st.builds(
        TypeUse,
        st.builds(Name, st.sampled_from(["pg_catalog", "public", 'a."b"']), st.text(min_size=1)),
        st.integers(-1, 2**31 - 1),
        st.integers(0, 1),
    )
)
def test_the_notation_of_a_type_loses_nothing(use: TypeUse) -> None:
    assert read_type(write_type(use)) == use


@given(
    st.sampled_from(["varchar", "bpchar", "numeric", "timestamptz", "bit", "interval", "int8"]),
    st.integers(-1, 2**31 - 1),
)
def test_the_notation_of_a_length_loses_nothing(name: str, typmod: int) -> None:
    use = TypeUse(Name("pg_catalog", name), typmod)
    assert read_type(write_type(use)) == use
