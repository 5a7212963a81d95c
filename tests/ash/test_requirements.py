"""The versions that generated code needs, and how versions are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ash_scaffold.ash.model import Attribute, Resource
from ash_scaffold.ash.requirements import (
    REQUIREMENTS,
    Feature,
    Version,
    lower_bound,
    named,
    parse_version,
    requirements_of,
)
from ash_scaffold.term import Atom, Term

ROOT = Path(__file__).parents[2]


def resource(**types: Term) -> Resource:
    return Resource(
        module="App.Booking",
        domain="App",
        repo="App.Repo",
        table="bookings",
        schema="public",
        attributes=tuple(
            Attribute(name=name, column=f"{name}_column", type=type_)
            for name, type_ in types.items()
        ),
    )


def needed(*resources: Resource) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {
        each.requirement.package: (each.requirement.constraint, each.columns)
        for each in requirements_of(resources)
    }


@pytest.mark.parametrize("type_", [Atom("range"), (Atom("array"), Atom("range"))])
def test_ranges_need_a_newer_ash_postgres(type_: Term) -> None:
    assert needed(resource(name=Atom("string"), during=type_)) == {
        "ash": ("~> 3.32", ()),
        "ash_postgres": ("~> 2.13", ("bookings.during_column",)),
    }


def test_other_types_need_what_any_resource_needs() -> None:
    assert needed(resource(name=Atom("string"), tags=(Atom("array"), Atom("string")))) == {
        "ash": ("~> 3.32", ()),
        "ash_postgres": ("~> 2.12", ()),
    }


def test_every_row_of_the_table_has_a_reason_and_every_package_a_floor() -> None:
    assert all(each.why for each in REQUIREMENTS)
    floors = {each.package for each in REQUIREMENTS if each.feature is Feature.RESOURCE}
    assert floors == {each.package for each in REQUIREMENTS}


def test_the_page_and_the_sample_say_what_the_table_says() -> None:
    page = (ROOT / "docs/topics/generated-code.md").read_text()
    rows = [line for line in page.splitlines() if line[:1] == "|"]
    for each in REQUIREMENTS:
        wanted = f"{each.package} {each.version}"
        assert any(str(each.feature).split(" :")[0] in row and wanted in row for row in rows)
    mix = (ROOT / "sample_project/mix.exs").read_text()
    for package, (constraint, _) in needed(resource(during=Atom("range"))).items():
        assert f'{{:{package}, "{constraint}"}}' in mix


def test_only_the_first_columns_are_named() -> None:
    assert named(("a", "b", "c")) == "a, b, c"
    assert named(("a", "b", "c", "d", "e")) == "a, b, c and 2 more"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("2.13.1", (2, 13, 1)),
        ("2.13", (2, 13, 0)),
        ("2.13.1-rc.0", (2, 13, 0)),
        ("2.13.0-rc.0", (2, 12, 999)),
        ("main", None),
    ],
)
def test_versions(text: str, version: Version | None) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize(
    ("requirement", "bound"),
    [
        ("~> 2.12", (2, 12, 0)),
        (">= 2.13.1 and < 3.0.0", (2, 13, 1)),
        ("~> 2.12 and >= 2.13.0", (2, 13, 0)),
        ("~> 2.9 or ~> 2.13", (2, 9, 0)),
        ("< 3.0.0", None),
        ("", None),
    ],
)
def test_the_least_version_that_a_requirement_admits(
    requirement: str, bound: Version | None
) -> None:
    assert lower_bound(requirement) == bound
