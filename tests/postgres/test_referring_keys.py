from __future__ import annotations

import pytest

from ash_scaffold.postgres.catalog import Action, ForeignKey, Name
from ash_scaffold.postgres.referring_keys import STOPPING, by_target, met_by_delete


def key(owner: str, target: str, on_delete: Action = Action.NO_ACTION) -> ForeignKey:
    return ForeignKey(
        name=f"{owner}_{target}",
        table=Name("public", owner),
        columns=("id",),
        target=Name("public", target),
        target_columns=("id",),
        on_delete=on_delete,
    )


KEYS = by_target(
    [
        key("logs", "users", Action.CASCADE),
        key("lines", "logs"),
        key("users", "lines", Action.CASCADE),
        key("notes", "users", Action.SET_NULL),
        key("notes", "notes", Action.CASCADE),
        key("posts", "notes"),
    ]
)


@pytest.mark.parametrize(
    ("table", "without", "met"),
    [
        ("users", (), ["lines_logs", "logs_users", "notes_users"]),
        ("users", ("logs",), ["notes_users"]),
        ("notes", (), ["notes_notes", "posts_notes"]),
        ("posts", (), []),
    ],
)
def test_a_delete_meets_the_keys_that_its_cascades_lead_to(
    table: str, without: tuple[str, ...], met: list[str]
) -> None:
    found = met_by_delete(Name("public", table), KEYS, [Name("public", name) for name in without])
    assert sorted(each.name for each in found) == met


def test_a_delete_is_stopped_by_whatever_neither_goes_nor_lets_go() -> None:
    assert set(Action) - STOPPING == {Action.CASCADE, Action.SET_NULL}
