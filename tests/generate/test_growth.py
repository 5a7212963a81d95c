"""What a run does grows with the number of tables, not with its square."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop

import ash_scaffold

SMALL, LARGE = 100, 400
FACTOR = LARGE // SMALL
# A sort compares a little more often for each; what looks at all tables for each does it 16 times.
MOST = 1.6 * FACTOR
SOURCE = str(Path(ash_scaffold.__file__).parent)


def schema(tables: int) -> str:
    """Return a schema in which all tables refer to one, and of ten each to the one before it.

    Of four tables one has a type of its own.
    """
    statements = [
        "CREATE TYPE state AS ENUM ('new', 'done')",
        *(f"CREATE TYPE state_{n:03} AS ENUM ('new', 'done')" for n in range(0, tables, 4)),
        "CREATE TABLE accounts (id bigint PRIMARY KEY, name text NOT NULL UNIQUE)",
    ]
    for number in range(tables):
        name = f"things_{number:03}"
        state = "state" if number % 4 else f"state_{number:03}"
        before = f"things_{number - 1:03}" if number % 10 else "accounts"
        statements.append(
            f"CREATE TABLE {name} (id bigint PRIMARY KEY, account_id bigint REFERENCES accounts,"
            f" before_id bigint REFERENCES {before} ON DELETE CASCADE, state {state}, note text"
            " CHECK (char_length(note) < 9), UNIQUE (account_id, note))"
        )
    return ";\n".join(statements)


def steps(work: Callable[[], object]) -> Counter[CodeType]:
    """Return how many lines of each function of ours are run, those of every turn of a loop."""
    counts: Counter[CodeType] = Counter()

    def count(frame: FrameType, event: str, _: Any) -> Any:
        counts[frame.f_code] += event == "line"
        return count

    def enter(frame: FrameType, _event: str, _: Any) -> Any:
        return count if frame.f_code.co_filename.startswith(SOURCE) else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        work()
    finally:
        sys.settrace(before)
    return counts


def edit_all(shop: Shop) -> None:
    for path in shop.elixir():
        text = shop.read(path)
        shop.write({path: text.replace("  attributes do\n", "  attributes do\n    # Ours.\n", 1)})


@pytest.mark.slow
def test_the_steps_of_a_run_are_proportional_to_the_tables(make_shop: MakeShop) -> None:
    found: dict[str, list[Counter[CodeType]]] = {}
    # The first run of a process fills what later ones find.
    for tables in (10, SMALL, LARGE):
        shop = make_shop(schema(tables))
        found.setdefault("first", []).append(steps(shop.run))
        assert len(shop.elixir()) > tables
        found.setdefault("again", []).append(steps(shop.run))
        edit_all(shop)
        shop.sql(*(f"ALTER TABLE things_{each:03} ADD x int" for each in range(0, tables, 10)))
        found.setdefault("edited", []).append(steps(shop.run))
        for path in (*shop.root.glob("lib/shop/sales*"), *shop.root.glob("priv")):
            path.rename(shop.root.parent / f"{tables} {path.name}")
    for run, (_, small, large) in found.items():
        worse = {
            f"{Path(code.co_filename).name}:{code.co_firstlineno} {code.co_name}": (
                small[code],
                count,
            )
            for code, count in large.items()
            if count > 3 * LARGE and count > MOST * small[code]
        }
        assert worse == {}, run
        few, many = sum(small.values()), sum(large.values())
        assert many < 1.05 * FACTOR * few, run
