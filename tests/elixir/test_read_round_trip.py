"""What is written reads back as what was planned, and names that are read change nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec import structs
from tests.support import PROJECT
from tests.torture import servers
from tests.torture.generated import DOMAIN

from ash_scaffold.ash.compare import compare
from ash_scaffold.ash.model import ConstraintName, ReadResource, Resource
from ash_scaffold.ash.plan import plan
from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.ash.scope import Options
from ash_scaffold.config import Config, Resolver
from ash_scaffold.elixir.read import Source, names_of, read_resources
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.server import Server


@pytest.fixture(scope="module")
def database(postgres: Server) -> Database:
    script = servers.whole(postgres.installation.major)
    return servers.read(servers.load(postgres.url("postgres"), "read_round_trip", script))


@pytest.fixture(scope="module")
def planned(database: Database) -> tuple[Resource, ...]:
    return planned_with(database, {})


def planned_with(database: Database, names: Mapping[Name, ResourceNames]) -> tuple[Resource, ...]:
    state = structs.replace(PROJECT, names=names)
    decided = plan(database, state, Resolver(Config()), Options(domain=DOMAIN))
    return tuple(item.resource for item in decided.resources)


@pytest.fixture(scope="module")
def found(planned: tuple[Resource, ...]) -> dict[str, ReadResource]:
    return written_and_read(planned)


def written_and_read(resources: tuple[Resource, ...]) -> dict[str, ReadResource]:
    renderer = Renderer()
    sources = [Source(each.module, renderer.resource(each).encode()) for each in resources]
    return read_resources(sources, [each.module for each in resources])


def test_what_is_written_reads_back(
    planned: tuple[Resource, ...], found: dict[str, ReadResource]
) -> None:
    assert len(planned) > 40
    assert {name: each.unknown for name, each in found.items() if each.unknown} == {}
    assert [each.resource for each in found.values()] == [_as_text(each) for each in planned]


def test_what_is_written_differs_in_nothing(
    planned: tuple[Resource, ...], found: dict[str, ReadResource]
) -> None:
    assert {each.module: compare(each, found[each.module]) for each in planned} == {
        each.module: () for each in planned
    }


def _as_text(resource: Resource) -> Resource:
    """Leave out what the text of a resource does not hold."""

    def plain(names: tuple[ConstraintName, ...]) -> tuple[ConstraintName, ...]:
        return tuple(dict.fromkeys(structs.replace(name, note=None) for name in names))

    return structs.replace(
        resource,
        actions=None,
        relationships=tuple(
            structs.replace(each, foreign_keys=()) for each in resource.relationships
        ),
        unique_index_names=plain(resource.unique_index_names),
        exclusion_constraint_names=plain(resource.exclusion_constraint_names),
        foreign_key_names=plain(resource.foreign_key_names),
    )


def test_names_that_are_read_change_nothing(
    database: Database, planned: tuple[Resource, ...], found: dict[str, ReadResource]
) -> None:
    assert planned_with(database, names_of(found.values())) == planned


def test_names_that_a_person_gave_are_found_again(
    database: Database, found: dict[str, ReadResource]
) -> None:
    given = {table: _renamed(names) for table, names in names_of(found.values()).items()}
    renamed = planned_with(database, given)
    read = written_and_read(renamed)

    again = names_of(read.values())
    for table, names in given.items():
        assert again[table].attributes == names.attributes
        assert again[table].identities == names.identities
        assert again[table].relationships.items() >= names.relationships.items()
    assert planned_with(database, again) == renamed
    assert [compare(each, read[each.module]) for each in renamed] == [()] * len(renamed)


def _renamed(names: ResourceNames) -> ResourceNames:
    return structs.replace(
        names,
        # What these columns are depends on the names of their attributes.
        attributes={
            column: name if column == "false" or column.endswith("ed_at") else f"{name}_own"
            for column, name in names.attributes.items()
        },
        relationships={own: f"{name}_own" for own, name in names.relationships.items()},
        identities={index: f"{name}_own" for index, name in names.identities.items()},
    )
