"""Attributes that are handed over to Ecto types, as real Ash described and read them.

The rows were written by Ecto and by Ash: text, integers, an enum, a composite type, JSON, arrays, a
domain, keys, and what Cloak encrypts and hashes. Each was read and written back.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs
from tests.ash.test_golden import GOLDEN, legacy, types_of
from tests.support import PROJECT, generate
from tests.verify.recording import answers, told

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.verify.resources import check_resources, expect
from ash_scaffold.verify.rows import check_rows, checked

CASE = GOLDEN / "legacy" / "ecto_types.sql"


def test_what_was_written_on_either_side_is_read_and_written_back_alike(
    reflect_ddl: Callable[..., Database],
) -> None:
    database = reflect_ddl(CASE.read_text())
    config = (
        '[domains."App.Core"]\ntables = ["*"]\n'
        '[tables.samples.columns]\nplain.type = ":string"\nleft_out.legacy_type = false\n'
    )
    read = legacy(CASE.with_suffix(".exs"), config)
    state = structs.replace(PROJECT, legacy=read, modules=dict.fromkeys(types_of(read), "app.ex"))
    run = answers("ecto_types")
    expected = expect(generate(database, config, state=state).plan, database)
    assert told([*check_resources(run, expected), *check_rows(run, database)]) == []
    assert [(each.table, each.rows, each.values, each.written) for each in checked(run)] == [
        ("owners", 2, 4, 2),
        ("owners_things", 1, 2, 1),
        ("samples", 3, 81, 3),
        ("things", 1, 3, 1),
    ]


def test_each_type_has_the_storage_of_its_column() -> None:
    run = answers("ecto_types")
    (samples,) = (each for each in run.resources if each.table == "samples")
    storages = {
        each.name: each.storage
        for each in samples.attributes
        if "AshTypes" in each.type and each.name not in ("varying", "of_domain")
    }
    assert storages == {
        "version": ":text",
        "versions": "{:array, :text}",
        "versions_json": ":jsonb",
        "named_versions": ":jsonb",
        "level": ":int4",
        "mood": ":mood",
        "price": ":price",
        "payload": ":jsonb",
        "payload_atoms": ":jsonb",
        "counts": ":jsonb",
        "code": ":text",
        "other_code": ":text",
        "own_tag": ":text",
        "folded": ":text",
        "tags": ':"text[]"',
        "ref": ":binary_id",
        "secret": ":bytea",
        "secret_map": ":bytea",
        "secret_hash": ":bytea",
        "digest": ":bytea",
        "library": ":text",
    }
