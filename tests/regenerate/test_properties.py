"""Whatever people do to the files, and whatever becomes of the schema: 3,000 cases.

Of every regenerate, that of an undone tweak included: no text of a person's is lost, every file
parses, a second run writes nothing and has the same conflicts, what is generated anew is there
and what is no longer generated is not; accepted conflicts are none. After a tweak and its undoing
the files are as they were.
"""

from __future__ import annotations

import pytest
from tests.regenerate.cases import STEPS, VARIABLE, failures, first_seed, run_history

CASES = 3_000


@pytest.mark.slow
def test_nothing_of_a_person_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    first = first_seed()
    seeds = range(first, first + CASES // STEPS)
    with capsys.disabled():
        print(f" seeds {seeds.start} to {seeds.stop - 1} ({VARIABLE}={first})", end=" ", flush=True)
    assert list(failures(run_history, seeds)) == []
