"""The options that the reader knows are those of the real Ash."""

from __future__ import annotations

import pytest
from tests.dsl import Dsl, Section, load_dsl

from ash_scaffold.elixir.read import words


@pytest.fixture(scope="module")
def dsl() -> Dsl:
    return load_dsl()


def _section(sections: list[Section], name: str) -> Section:
    return next(section for section in sections if section["name"] == name)


def _options(section: Section) -> set[str]:
    return {option for entity in section["entities"] for option in entity["options"]}


def test_of_the_resource(dsl: Dsl) -> None:
    sections = dsl["resource"]

    assert _options(_section(sections, "attributes")) == words.ATTRIBUTE
    assert _options(_section(sections, "relationships")) | {"filter"} == words.RELATIONSHIP
    assert _options(_section(sections, "identities")) == words.IDENTITY
    assert set(_section(sections, "resource")["options"]) == words.RESOURCE
    assert words.QUERY < words.RELATIONSHIP


def test_of_the_table(dsl: Dsl) -> None:
    (postgres,) = dsl["postgres"]
    inside = postgres["sections"]

    assert {*postgres["options"], *(section["name"] for section in inside)} == words.POSTGRES
    assert _options(_section(inside, "references")) == words.REFERENCE
    assert _options(_section(inside, "check_constraints")) == words.CHECK
