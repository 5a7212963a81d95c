"""Whatever people do to the files, and whatever becomes of the schema: 3,000 cases.

Of every regenerate, that of an undone tweak included: no text of a person's is lost, every file
parses, a second run writes nothing and has the same conflicts, what is generated anew is there
and what is no longer generated is not; accepted conflicts are none. After a tweak and its undoing
the files are as they were.
"""

from __future__ import annotations

import pytest
from tests.regenerate.cases import STEPS, failures, first_seed, run_history

CASES = 3_000
CHUNK = 20


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, CASES // STEPS, CHUNK))
def test_nothing_of_a_person_is_lost(start: int) -> None:
    first = first_seed() + start
    assert failures(run_history, range(first, first + CHUNK)) == []
