"""Ties between tables, and the groups that they make."""

from __future__ import annotations

import random
from collections.abc import Callable

from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.propose.ties import Tie, groups, ties, words

ReflectDdl = Callable[..., Database]


def n(name: str) -> Name:
    return Name("public", name)


def tie(source: str, target: str, weight: int = 1) -> Tie:
    return Tie(n(source), n(target), weight, "", "")


def grouped(tables: str, found: list[Tie], **seeds: str) -> list[str]:
    names = [n(name) for name in tables]
    result = groups(names, found, {n(name): seed for name, seed in seeds.items()})
    return ["".join(name.name for name in group) for group in result]


def tied(database: Database) -> list[tuple[str, str, int, str]]:
    return [(str(t.source), str(t.target), t.weight, t.reason) for t in ties(database.tables)]


def test_a_key_counts_for_more_the_closer_the_row_is_to_its_parent(
    reflect_ddl: ReflectDdl,
) -> None:
    database = reflect_ddl("""
        CREATE TABLE a (id int PRIMARY KEY);
        CREATE TABLE b (id int PRIMARY KEY);
        CREATE TABLE c (id int PRIMARY KEY);
        CREATE TABLE d (id int PRIMARY KEY, up int REFERENCES d);
        CREATE TABLE x (a int REFERENCES a);
        CREATE TABLE y (b int REFERENCES b ON DELETE CASCADE);
        CREATE TABLE z (c int PRIMARY KEY REFERENCES c);
        CREATE TABLE d_parts (d int REFERENCES d);
    """)
    assert tied(database) == [
        ("d_parts", "d", 200_000, "foreign key to d"),
        ("x", "a", 100_000, "foreign key to a"),
        ("y", "b", 150_000, "foreign key to b"),
        ("z", "c", 150_000, "foreign key to c"),
        ("d_parts", "d", 100_000, "named after d"),
    ]


def test_what_many_refer_to_ties_less_and_columns_named_as_keys_tie_too(
    reflect_ddl: ReflectDdl,
) -> None:
    database = reflect_ddl("""
        CREATE TABLE users (id int PRIMARY KEY);
        CREATE TABLE a (user_id int REFERENCES users, "userId" int);
        CREATE TABLE b (user_id int REFERENCES users);
        CREATE TABLE c (user_id int REFERENCES users);
        CREATE TABLE d (user_id int, id int, nobody_id int);
        CREATE VIEW v AS SELECT user_id FROM d;
    """)
    assert tied(database) == [
        ("a", "users", 44_722, "foreign key to users"),
        ("b", "users", 44_722, "foreign key to users"),
        ("c", "users", 44_722, "foreign key to users"),
        ("a", "users", 26_833, "column userId"),
        ("d", "users", 26_833, "column user_id"),
        ("v", "users", 26_833, "column user_id"),
    ]


def test_names_tie_where_they_begin_with_a_table_s_or_share_a_word_that_few_have(
    reflect_ddl: ReflectDdl,
) -> None:
    database = reflect_ddl("""
        CREATE TABLE orders (id int); CREATE TABLE order_items (id int);
        CREATE TABLE geo_a (id int); CREATE TABLE geo_b (id int);
        CREATE TABLE reorders (id int);
        CREATE VIEW latest_orders AS SELECT 1;
        CREATE SCHEMA s; CREATE TABLE s.order_logs (id int);
    """)
    every = reflect_ddl("CREATE TABLE wp_a (x int); CREATE TABLE wp_b (x int)")
    assert tied(database) == [
        ("latest_orders", "orders", 100_000, "named after orders"),
        ("order_items", "orders", 100_000, "named after orders"),
        ("geo_b", "geo_a", 40_000, "named geo…"),
    ]
    assert tied(every) == []


def test_words_are_those_of_the_name_in_the_singular() -> None:
    assert [words(n(name)) for name in ("OrderItems", "_people", "a-b", "statuses")] == [
        ("order", "item"),
        ("person",),
        ("a", "b"),
        ("status",),
    ]


def test_two_clusters_joined_by_one_key_are_two_groups() -> None:
    found = [tie(*pair) for pair in ("ab", "bc", "ca", "de", "ef", "fd", "cd")]
    assert grouped("abcdef", found) == ["abc", "def"]


def test_a_table_without_ties_is_alone() -> None:
    assert grouped("abc", [tie("a", "b")]) == ["ab", "c"]


def test_seeds_stay_apart_and_draw_what_is_tied_to_them() -> None:
    found = [tie("a", "b", 9), tie("c", "a", 2), tie("c", "b"), tie("d", "b", 3)]
    assert grouped("abcd", found, a="one", b="two") == ["ac", "bd"]


def test_the_order_of_tables_and_ties_does_not_matter() -> None:
    names = [f"t{number:02}" for number in range(30)]
    chance = random.Random(7)
    found = [
        tie(source, target, weight)
        for source, target in (chance.sample(names, 2) for _ in range(60))
        for weight in (chance.randint(1, 3),)
    ]
    tables = [n(name) for name in names]
    expected = groups(tables, found, {})
    assert 1 < len(expected) < 30
    for _ in range(5):
        chance.shuffle(found)
        chance.shuffle(tables)
        assert groups(tables, found, {}) == expected
