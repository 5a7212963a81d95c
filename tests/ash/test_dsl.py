"""The options that the reader knows are those of the real Ash."""

from __future__ import annotations

import pytest
from tests.dsl import Dsl, Section, load_dsl

from ash_scaffold.ash import dsl


@pytest.fixture(scope="module")
def truth() -> Dsl:
    return load_dsl()


def _section(sections: list[Section], name: str) -> Section:
    return next(section for section in sections if section["name"] == name)


def _options(section: Section) -> set[str]:
    return {option for entity in section["entities"] for option in entity["options"]}


def test_of_the_resource(truth: Dsl) -> None:
    sections = truth["resource"]

    assert _options(_section(sections, "attributes")) == dsl.ATTRIBUTE_OPTIONS
    assert _options(_section(sections, "relationships")) | {"filter"} == dsl.RELATIONSHIP_OPTIONS
    assert _options(_section(sections, "identities")) == dsl.IDENTITY_OPTIONS
    assert set(_section(sections, "resource")["options"]) == dsl.RESOURCE_OPTIONS
    assert dsl.QUERY_OPTIONS < dsl.RELATIONSHIP_OPTIONS


def test_of_the_table(truth: Dsl) -> None:
    (postgres,) = truth["postgres"]
    inside = postgres["sections"]

    assert {*postgres["options"], *(section["name"] for section in inside)} == dsl.POSTGRES_OPTIONS
    assert _options(_section(inside, "references")) == dsl.REFERENCE_OPTIONS
    assert _options(_section(inside, "check_constraints")) == dsl.CHECK_OPTIONS
