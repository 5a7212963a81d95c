from __future__ import annotations

from collections.abc import Callable

import pytest

from ash_scaffold.postgres.catalog import (
    Action,
    Check,
    ConstraintKind,
    Database,
    Exclusion,
    ForeignKey,
    Index,
    IndexKey,
    Key,
    Match,
    Name,
    PartitionConstraint,
    RelationKind,
    Table,
)


def table(database: Database, name: str, schema: str = "public") -> Table:
    return database.table(Name(schema, name))


def test_keys_keep_their_own_column_order(reflect_ddl: Callable[..., Database]) -> None:
    (t,) = reflect_ddl("""
        CREATE TABLE t (
          a int, b int, c int, d int,
          PRIMARY KEY (c, a) INCLUDE (d),
          CONSTRAINT z UNIQUE (b, a) DEFERRABLE INITIALLY DEFERRED,
          CONSTRAINT "Y" UNIQUE (d) DEFERRABLE
        )
    """).tables

    assert t.primary_key == Key(
        name="t_pkey", columns=("c", "a"), index_name="t_pkey", include=("d",)
    )
    assert t.unique_keys == (
        Key(name="Y", columns=("d",), index_name="Y", deferrable=True),
        Key(name="z", columns=("b", "a"), index_name="z", deferrable=True, deferred=True),
    )


def test_indexes_come_out_whole(reflect_ddl: Callable[..., Database]) -> None:
    (t,) = reflect_ddl("""
        CREATE TABLE t (id int, email text, name text, at timestamp, tags text[], gone boolean);
        CREATE UNIQUE INDEX a_partial ON t (email, id DESC) INCLUDE (name) WHERE NOT gone;
        CREATE UNIQUE INDEX b_expression ON t (id NULLS FIRST, lower(email), (name || email) DESC);
        CREATE INDEX c_gin ON t USING gin (tags);
        CREATE INDEX d_own_column ON t (at) WHERE at IS NOT NULL;
    """).tables

    assert t.indexes == (
        Index(
            name="a_partial",
            method="btree",
            unique=True,
            keys=(
                IndexKey(column="email"),
                IndexKey(column="id", descending=True, nulls_first=True),
            ),
            include=("name",),
            predicate="(NOT gone)",
            columns_in_expressions=("gone",),
        ),
        Index(
            name="b_expression",
            method="btree",
            unique=True,
            keys=(
                IndexKey(column="id", nulls_first=True),
                IndexKey(expression="lower(email)"),
                IndexKey(expression="((name || email))", descending=True, nulls_first=True),
            ),
            columns_in_expressions=("email", "name"),
        ),
        Index(name="c_gin", method="gin", unique=False, keys=(IndexKey(column="tags"),)),
        Index(
            name="d_own_column",
            method="btree",
            unique=False,
            keys=(IndexKey(column="at"),),
            predicate="(at IS NOT NULL)",
            columns_in_expressions=("at",),
        ),
    )


def test_nulls_not_distinct(reflect_ddl: Callable[..., Database], postgres_major: int) -> None:
    if postgres_major < 15:
        pytest.skip("NULLS NOT DISTINCT came with PostgreSQL 15")
    (t,) = reflect_ddl("""
        CREATE TABLE t (a int, b int, CONSTRAINT k UNIQUE NULLS NOT DISTINCT (a));
        CREATE UNIQUE INDEX i ON t (b) NULLS NOT DISTINCT;
    """).tables

    assert t.unique_keys == (
        Key(name="k", columns=("a",), index_name="k", nulls_not_distinct=True),
    )
    assert [(i.name, i.nulls_not_distinct, i.constraint) for i in t.indexes] == [
        ("i", True, False),
        ("k", True, True),
    ]


def test_checks_name_their_columns_and_their_standing(
    reflect_ddl: Callable[..., Database],
) -> None:
    (t,) = reflect_ddl("""
        CREATE TABLE t (a int, b int);
        ALTER TABLE t ADD CONSTRAINT "two" CHECK (b > a);
        ALTER TABLE t ADD CONSTRAINT later CHECK (a > 0) NOT VALID;
        ALTER TABLE t ADD CONSTRAINT "constant" CHECK (1 < 2);
    """).tables

    assert t.checks == (
        Check("constant", (), "(1 < 2)"),
        Check("later", ("a",), "(a > 0)", validated=False),
        Check("two", ("b", "a"), "(b > a)"),
    )


def test_constraints_that_are_not_enforced(
    reflect_ddl: Callable[..., Database], postgres_major: int
) -> None:
    if postgres_major < 18:
        pytest.skip("NOT ENFORCED came with PostgreSQL 18")
    (t,) = reflect_ddl("""
        CREATE TABLE t (
          a int PRIMARY KEY CONSTRAINT c CHECK (a > 0) NOT ENFORCED,
          b int CONSTRAINT f REFERENCES t NOT ENFORCED
        );
    """).tables

    assert t.checks == (Check("c", ("a",), "(a > 0)", validated=False, enforced=False),)
    assert [(f.name, f.validated, f.enforced) for f in t.foreign_keys] == [("f", False, False)]


def test_exclusion_constraints(reflect_ddl: Callable[..., Database]) -> None:
    (t,) = reflect_ddl("""
        CREATE EXTENSION btree_gist;
        CREATE TABLE t (
          room int, starts date, ends date,
          CONSTRAINT no_overlap EXCLUDE USING gist
            (room WITH =, daterange(starts, ends) WITH &&) WHERE (room > 0) DEFERRABLE
        );
    """).tables

    assert t.exclusions == (
        Exclusion(
            name="no_overlap",
            columns=("room",),
            definition="EXCLUDE USING gist (room WITH =, daterange(starts, ends) WITH &&)"
            " WHERE ((room > 0)) DEFERRABLE",
            deferrable=True,
        ),
    )
    assert [(i.name, i.unique, i.constraint) for i in t.indexes] == [("no_overlap", False, True)]
    assert t.unique_keys == ()


def test_foreign_keys_come_out_whole(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl("""
        CREATE TABLE parent (a int, b int, PRIMARY KEY (b, a));
        CREATE TABLE child (
          x int, y int, boss int UNIQUE REFERENCES child (boss) ON DELETE RESTRICT,
          CONSTRAINT f FOREIGN KEY (y, x) REFERENCES parent (a, b) MATCH FULL
            ON DELETE CASCADE ON UPDATE SET DEFAULT DEFERRABLE INITIALLY DEFERRED
        );
        ALTER TABLE child ADD CONSTRAINT g FOREIGN KEY (x, y) REFERENCES parent NOT VALID;
    """)

    child, parent = Name("public", "child"), Name("public", "parent")
    assert table(database, "child").foreign_keys == (
        ForeignKey(
            name="child_boss_fkey",
            table=child,
            columns=("boss",),
            target=child,
            target_columns=("boss",),
            on_delete=Action.RESTRICT,
        ),
        ForeignKey(
            name="f",
            table=child,
            columns=("y", "x"),
            target=parent,
            target_columns=("a", "b"),
            on_delete=Action.CASCADE,
            on_update=Action.SET_DEFAULT,
            match=Match.FULL,
            deferrable=True,
            deferred=True,
        ),
        ForeignKey(
            name="g",
            table=child,
            columns=("x", "y"),
            target=parent,
            target_columns=("b", "a"),
            validated=False,
        ),
    )
    assert database.outside_foreign_keys == ()


def test_on_delete_set_null_of_some_columns(
    reflect_ddl: Callable[..., Database], postgres_major: int
) -> None:
    if postgres_major < 15:
        pytest.skip("SET NULL (columns) came with PostgreSQL 15")
    database = reflect_ddl("""
        CREATE TABLE parent (a int, b int, PRIMARY KEY (a, b));
        CREATE TABLE child (a int, b int, CONSTRAINT f FOREIGN KEY (a, b) REFERENCES parent
          ON DELETE SET NULL (b));
    """)

    (key,) = table(database, "child").foreign_keys
    assert (key.on_delete, key.set_null_columns) == (Action.SET_NULL, ("b",))


def test_temporal_keys(reflect_ddl: Callable[..., Database], postgres_major: int) -> None:
    if postgres_major < 18:
        pytest.skip("temporal keys came with PostgreSQL 18")
    database = reflect_ddl("""
        CREATE EXTENSION btree_gist;
        CREATE TABLE stay (
          room int, during daterange, CONSTRAINT k PRIMARY KEY (room, during WITHOUT OVERLAPS)
        );
        CREATE TABLE bill (room int, during daterange, CONSTRAINT f
          FOREIGN KEY (room, PERIOD during) REFERENCES stay (room, PERIOD during));
    """)

    stay = table(database, "stay")
    assert stay.primary_key == Key(
        name="k", columns=("room", "during"), index_name="k", without_overlaps=True
    )
    assert stay.exclusions == ()
    assert table(database, "bill").foreign_keys == (
        ForeignKey(
            name="f",
            table=Name("public", "bill"),
            columns=("room", "during"),
            target=Name("public", "stay"),
            target_columns=("room", "during"),
            period=True,
        ),
    )


def test_keys_of_other_schemas_are_outside(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl("""
        CREATE SCHEMA audit;
        CREATE TABLE users (gone int, id int PRIMARY KEY);
        ALTER TABLE users DROP COLUMN gone;
        CREATE TABLE audit.z (user_id int CONSTRAINT z_user REFERENCES users, id int PRIMARY KEY);
        CREATE TABLE audit.a (z_id int CONSTRAINT a_z REFERENCES audit.z ON DELETE CASCADE);
        CREATE TABLE mine (z_id int CONSTRAINT mine_z REFERENCES audit.z);
    """)

    assert [str(each.name) for each in database.tables] == ["mine", "users"]
    assert table(database, "mine").foreign_keys == (
        ForeignKey(
            name="mine_z",
            table=Name("public", "mine"),
            columns=("z_id",),
            target=Name("audit", "z"),
            target_columns=("id",),
        ),
    )
    assert database.outside_foreign_keys == (
        ForeignKey(
            name="a_z",
            table=Name("audit", "a"),
            columns=("z_id",),
            target=Name("audit", "z"),
            target_columns=("id",),
            on_delete=Action.CASCADE,
        ),
        ForeignKey(
            name="z_user",
            table=Name("audit", "z"),
            columns=("user_id",),
            target=Name("public", "users"),
            target_columns=("id",),
        ),
    )


PARTITIONS = """
    CREATE TABLE plan (id int PRIMARY KEY);
    CREATE TABLE event (
      id int, day date, plan_id int CONSTRAINT event_plan REFERENCES plan,
      CONSTRAINT event_key PRIMARY KEY (id, day)
    ) PARTITION BY RANGE (day);
    CREATE INDEX event_day ON event (day);
    CREATE TABLE old PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TABLE new PARTITION OF event FOR VALUES FROM ('2021-01-01') TO ('2023-01-01')
      PARTITION BY RANGE (day);
    CREATE TABLE new_1 PARTITION OF new FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
    CREATE TABLE note (event_id int, day date,
      CONSTRAINT note_event FOREIGN KEY (event_id, day) REFERENCES event);
    CREATE TABLE extra (id int UNIQUE);
    ALTER TABLE old ADD CONSTRAINT own FOREIGN KEY (id) REFERENCES extra (id);
"""


def test_partitions_lend_their_names_to_the_parent(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(PARTITIONS)

    assert [str(each.name) for each in database.tables] == ["event", "extra", "note", "plan"]
    event = table(database, "event")
    assert event.kind is RelationKind.PARTITIONED
    assert event.primary_key == Key(
        name="event_key",
        columns=("id", "day"),
        index_name="event_key",
        partition_index_names=("new_1_pkey", "new_pkey", "old_pkey"),
    )
    assert [(i.name, i.partition_index_names) for i in event.indexes] == [
        ("event_day", ("new_1_day_idx", "new_day_idx", "old_day_idx")),
        ("event_key", ("new_1_pkey", "new_pkey", "old_pkey")),
    ]
    (event_plan,) = event.foreign_keys
    assert (event_plan.name, event_plan.clone_names) == ("event_plan", ())
    (note_event,) = table(database, "note").foreign_keys
    assert note_event.target == Name("public", "event")
    assert note_event.clone_names == (
        "note_event_1",
        "note_event_2",
        "note_event_3",
        "note_event_id_day_fkey",
        "note_event_id_day_fkey1",
        "note_event_id_day_fkey2",
    )


def test_what_a_partition_has_of_its_own_is_known_to_the_parent(
    reflect_ddl: Callable[..., Database],
) -> None:
    ddl = f"""{PARTITIONS}
        ALTER TABLE event ADD CHECK (id > 0);
        ALTER TABLE old ADD CONSTRAINT small CHECK (id < 9 AND day IS NOT NULL);
        ALTER TABLE new_1 ADD CONSTRAINT small CHECK (id < 9 AND day IS NOT NULL);
        ALTER TABLE new_1 ADD EXCLUDE USING btree (plan_id WITH =);
        CREATE UNIQUE INDEX new_1_lower ON new_1 (lower(plan_id::text), day) INCLUDE (id);
    """
    assert table(reflect_ddl(ddl), "event").partition_constraints == (
        PartitionConstraint(name="new_1_lower", kind=ConstraintKind.UNIQUE, columns=("day",)),
        PartitionConstraint(
            name="new_1_plan_id_excl", kind=ConstraintKind.EXCLUSION, columns=("plan_id",)
        ),
        PartitionConstraint(name="own", kind=ConstraintKind.FOREIGN_KEY, columns=("id",)),
        PartitionConstraint(name="small", kind=ConstraintKind.CHECK, columns=("id", "day")),
    )
    (old,) = (t for t in reflect_ddl(ddl, partitions=True).tables if t.name.name == "old")
    assert old.partition_constraints == ()


def test_a_partitions_own_key_is_outside(reflect_ddl: Callable[..., Database]) -> None:
    assert reflect_ddl(PARTITIONS).outside_foreign_keys == (
        ForeignKey(
            name="own",
            table=Name("public", "old"),
            columns=("id",),
            target=Name("public", "extra"),
            target_columns=("id",),
        ),
    )


def test_partitions_are_tables_when_asked_for(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(PARTITIONS, partitions=True)

    assert [(str(t.name), t.partition_of and str(t.partition_of)) for t in database.tables] == [
        ("event", None),
        ("extra", None),
        ("new", "event"),
        ("new_1", "new"),
        ("note", None),
        ("old", "event"),
        ("plan", None),
    ]
    old = table(database, "old")
    assert old.inherits == ()
    assert old.primary_key == Key(name="old_pkey", columns=("id", "day"), index_name="old_pkey")
    assert [(f.name, str(f.target)) for f in old.foreign_keys] == [
        ("event_plan", "plan"),
        ("own", "extra"),
    ]
    assert database.outside_foreign_keys == ()
