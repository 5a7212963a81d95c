"""The reserved names are Ash's own."""

from __future__ import annotations

import json

from tests.dsl import DSL_FILE

from ash_scaffold.ash.naming import RESERVED


def test_they_are_those_of_the_dsl_listing() -> None:
    names = json.loads(DSL_FILE.read_text())["reserved_names"].strip("[]").split(", ")
    assert {name.removeprefix(":") for name in names} == RESERVED
