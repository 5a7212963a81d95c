"""Whatever people do to the legacy code and to the actions, run after run.

Of every run of `actions`: no text of a person's is lost and every file parses; a second run writes
nothing and has the same conflicts; what nobody edited is as a project that is generated today has
it, what somebody edited is as it was, what somebody took out stays out, and what the legacy code
does not show any more stays; `check` speaks of the actions that the run changes, and afterwards of
those in conflict alone. `resources` leaves the actions alone.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.actions.acting import DDL
from tests.actions.histories import run_history
from tests.regenerate.cases import failures, first_seed

from ash_scaffold.postgres.catalog import Database

CHUNK = 4


@pytest.mark.parametrize(
    "start", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in range(CHUNK, 40, CHUNK))]
)
def test_nothing_of_a_person_is_lost(start: int, reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(DDL)
    first = first_seed() + start
    assert failures(lambda seed: run_history(seed, database), range(first, first + CHUNK)) == []
