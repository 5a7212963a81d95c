"""What a plan takes grows with the number of tables, not with its square."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import CodeType

from tests.generate.test_growth import FACTOR, LARGE, MOST, SMALL, steps
from tests.move.moving import move, name, table

from ash_scaffold.move.facts import MoveFacts, WrittenTogether
from ash_scaffold.move.plan import make_plan


def application(tables: int) -> MoveFacts:
    """All tables refer to one, of ten each to the one before; of five one is written with another.

    Of ten one is a part of the one before it, and one joins two.
    """
    found = [table("accounts")]
    for number in range(tables):
        before = f"things_{number - 1:03}" if number % 10 else "accounts"
        keys = ["account_id>accounts", *([f"before_id>{before}"] if number % 10 else [])]
        of = f"things_{number:03}"
        found.append(table(of, *keys))
        if number % 10 == 3:
            found.append(table(f"{of}_part", f"thing_id>{of}", cascade=["thing_id"]))
        if number % 10 == 7:
            pair = (f"a_id>{of}", f"b_id>{before}")
            found.append(table(f"join_{number}", *pair, unique=["a_id", "b_id"]))
    together = [
        WrittenTogether(
            tables=(name(f"things_{number:03}"), name(f"things_{number + 1:03}")),
            function=f"Things.write_{number}/1",
            path="lib/things.ex",
            line=number,
        )
        for number in range(0, tables, 5)
    ]
    users = {each.name.name: [f"Users.Of{number % 7}"] for number, each in enumerate(found)}
    return move(*found, users=users, together=together)


def test_the_steps_of_a_plan_are_proportional_to_the_tables() -> None:
    counts: list[Counter[CodeType]] = []
    for tables in (SMALL, LARGE):
        facts = application(tables)
        counts.append(steps(lambda facts=facts: make_plan(facts)))  # type: ignore[misc]
    small, large = counts
    worse = {
        f"{Path(code.co_filename).name}:{code.co_firstlineno} {code.co_name}": (small[code], count)
        for code, count in large.items()
        if count > 3 * LARGE and count > MOST * small[code]
    }
    assert worse == {}
    assert sum(large.values()) < 1.1 * FACTOR * sum(small.values())
