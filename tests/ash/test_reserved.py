"""The reserved names are Ash's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ash_scaffold.ash.reserved import RESERVED

DSL = Path(__file__).parents[3] / "shared" / "ash" / "dsl.json"


def test_they_are_those_of_the_dsl_listing() -> None:
    if not DSL.is_file():
        pytest.skip("../shared is not there")
    names = json.loads(DSL.read_text())["reserved_names"].strip("[]").split(", ")
    assert {name.removeprefix(":") for name in names} == RESERVED
