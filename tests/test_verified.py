from __future__ import annotations

from tests.verified import hashes, verified


def test_every_golden_module_is_what_real_ash_compiled() -> None:
    known = verified()
    changed = sorted(path for path, found in hashes().items() if known.get(path) != found)
    assert changed == [], "compile them against real Ash, then: python -m tests.verified write"


def test_no_entry_is_left_of_a_file_that_is_gone() -> None:
    assert sorted(verified().keys() - hashes().keys()) == []
