"""A materialized view without rows is reported where that is known; it is no fact of the schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

from ash_scaffold.project.snapshot import read_snapshots

DDL = """
CREATE TABLE orders (id bigint PRIMARY KEY, total integer);
CREATE SCHEMA stats;
CREATE MATERIALIZED VIEW "Sums" AS SELECT sum(total) AS total FROM orders WITH NO DATA;
CREATE MATERIALIZED VIEW stats.counts AS SELECT count(*) AS number FROM orders WITH NO DATA;
"""
VERSIONS = 'INSERT INTO public."schema_migrations" (version) VALUES (20240101000000);\n'
WARNINGS = [
    "warning [not-populated] Sums: The materialized view is not populated: every read of it fails "
    'until it is.\n    Run REFRESH MATERIALIZED VIEW "Sums";',
    "warning [not-populated] stats.counts: The materialized view is not populated: every read of "
    "it fails until it is.\n    Run REFRESH MATERIALIZED VIEW stats.counts;",
]
SCHEMAS = ("public", "stats")


def warnings(problems: list[str]) -> list[str]:
    return [each for each in problems if "[not-populated]" in each]


def test_a_live_view_is_reported_until_it_is_refreshed(make_shop: MakeShop) -> None:
    shop = make_shop(DDL)
    done = shop.run(schemas=SCHEMAS)
    assert warnings(done.problems) == WARNINGS
    rests(shop, done, schemas=SCHEMAS)
    before = {name: each.facts for name, each in read_snapshots(shop.root).items()}
    shop.sql('REFRESH MATERIALIZED VIEW "Sums"', "REFRESH MATERIALIZED VIEW stats.counts")
    done = shop.run(schemas=SCHEMAS)
    assert (done.words, done.diff, warnings(done.problems)) == ([], "", [])
    assert {name: each.facts for name, each in read_snapshots(shop.root).items()} == before
    rests(shop, done, schemas=SCHEMAS)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param("", [], id="schema alone"),
        pytest.param(VERSIONS, [], id="schema and versions, as mix ecto.dump writes it"),
        pytest.param("INSERT INTO public.orders VALUES (1, 2);\n", WARNINGS, id="rows"),
        pytest.param('REFRESH MATERIALIZED VIEW public."Sums";\n', WARNINGS[1:], id="refreshed"),
    ],
)
def test_a_dump_says_so_only_with_rows(
    make_shop: MakeShop, tmp_path: Path, more: str, expected: list[str]
) -> None:
    shop: Shop = make_shop("")
    dump = tmp_path / "structure.sql"
    dump.write_text(
        "CREATE TABLE public.schema_migrations (version bigint PRIMARY KEY);\n" + DDL + more
    )
    done = shop.run(url=None, dump=dump, schemas=SCHEMAS)
    assert warnings(done.problems) == expected
