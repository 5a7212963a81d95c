"""Modules as they are rendered: their entities, told from the plan or read from the text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support import PROJECT

from ash_scaffold.ash.plan import plan
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import Config, Resolver
from ash_scaffold.elixir.merge import DatabaseObjects, entities
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.generate.modules import generated_entities, render_modules
from ash_scaffold.postgres.catalog import Database

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize(
    "folder", ["attributes", "constraints", "keys", "relationships", "tables", "views"]
)
def test_what_the_plan_says_of_the_entities_is_what_the_text_says(
    folder: str, reflect_scratch: Callable[..., Database]
) -> None:
    found = 0
    for case in sorted((GOLDEN / folder).glob("*.sql")):
        ddl = case.read_text()
        if "CREATE SCHEMA" in ddl or "ash_scaffold.toml" in ddl:
            continue
        planned = plan(
            reflect_scratch(ddl), PROJECT, Resolver(Config()), Options(domain="App.Core")
        )
        for layout in (lambda _: "inline", lambda _: "fragment"):
            for module in render_modules(planned, Renderer(), "lib", {}, layout=layout):
                for part in module.parts:
                    read = entities(part.text, DatabaseObjects(part.owner))
                    assert generated_entities(part, part.text) == read, case
                    found += bool(part.sections)
    assert found > 5
