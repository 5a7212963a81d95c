"""Resources, which all processors share: the same bytes, whoever renders them."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.test_growth import schema

from ash_scaffold.generate import rendered_resources
from ash_scaffold.generate.files import Status, contents
from ash_scaffold.project.snapshot import EncodedSnapshot, encode

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux alone")
TABLES = 12


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give each process two resources or more; what comes back are the processes made."""
    found: list[int] = []
    fork = os.fork

    def counted() -> int:
        found.append(fork())
        return found[-1]

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(rendered_resources, "_LEAST", 2)
    return found


def processors(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(count)))


@pytest.mark.parametrize("layout", ["inline", "fragment"])
def test_the_files_are_those_of_one_process(
    make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch, forks: list[int], layout: str
) -> None:
    shop = make_shop(schema(TABLES))
    found = []
    for count in (1, 3):
        processors(monkeypatch, count)
        outcome = shop.prepare(layout=layout)
        found.append([(each.path, each.after, each.snapshot) for each in outcome.files.files])
        assert len(forks) == count - 1
    assert found[0] == found[1]
    problems = shop.run(layout=layout).problems
    assert not [each for each in problems if each.startswith("error")]
    assert shop.run(layout=layout).diff == ""


@pytest.mark.parametrize("layout", ["inline", "fragment"])
def test_what_becomes_of_files_that_are_there_is_that_of_one_process(
    make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch, forks: list[int], layout: str
) -> None:
    shop = make_shop(schema(TABLES))
    processors(monkeypatch, 1)
    shop.run(layout=layout)
    things = [f"lib/shop/sales/things00{number}.ex" for number in range(8)]
    for path in things[1:4]:
        shop.write({path: f"# Ours.\n{shop.read(path)}"})
    (shop.root / things[4]).unlink()
    for number in (2, 4, 5):
        shop.sql(f"ALTER TABLE things_00{number} ADD COLUMN size int NOT NULL DEFAULT 1")
    shop.sql("DROP TABLE things_008, things_009 CASCADE", "CREATE TABLE late (id bigint)")
    found = []
    for count in (1, 3):
        processors(monkeypatch, count)
        outcome = shop.prepare()
        found.append((contents(outcome.files.files), outcome.changes, outcome.problems))
        assert len(forks) == count - 1
    assert found[0] == found[1]
    statuses = Counter(each.status for each in outcome.files.files)
    assert {Status.CREATED, Status.CHANGED, Status.MERGED, Status.UNCHANGED} < statuses.keys()
    processors(monkeypatch, 3)
    shop.run()
    assert shop.run().diff == ""


def test_the_snapshot_says_what_is_read_back_from_it(make_shop: MakeShop) -> None:
    shop = make_shop(schema(2))
    encoded = [each.snapshot for each in shop.prepare().files.files]
    resources = [each for each in encoded if isinstance(each, EncodedSnapshot)]
    assert len(resources) == 3
    for each in resources:
        assert encode(each.decode()) == each.content


def test_a_file_that_is_taken_gives_the_snapshot_its_path(
    make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch, forks: list[int]
) -> None:
    taken = {"lib/shop/sales/things001.ex": "defmodule Other do\nend\n"}
    shop = make_shop(schema(TABLES), taken)
    processors(monkeypatch, 2)
    shop.run()
    assert forks
    (snapshot,) = shop.root.glob("priv/ash_scaffold/public.things_001.json")
    assert '"path": "lib/shop/sales/things001_ash.ex"' in snapshot.read_text()
    assert shop.run().diff == ""


def test_what_the_formatter_changes_is_in_the_snapshot(
    make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch, forks: list[int]
) -> None:
    shop = make_shop(schema(TABLES))
    processors(monkeypatch, 2)
    monkeypatch.setattr("ash_scaffold.generate.regenerate._format", formatted_otherwise)
    outcome = shop.prepare()
    assert forks
    plain = [each for each in outcome.files.files if isinstance(each.snapshot, EncodedSnapshot)]
    assert plain == []
    for each in outcome.files.files:
        assert each.snapshot is not None
        assert not isinstance(each.snapshot, EncodedSnapshot)
    facts = [each.snapshot.facts for each in outcome.files.files if each.module.table]  # type: ignore[union-attr]
    assert all(facts)


def formatted_otherwise(texts: dict[str, str], *_: object) -> tuple[dict[str, str], tuple[()]]:
    return {name: text.replace("do\n", "do\n\n", 1) for name, text in texts.items()}, ()
