"""Resources as they stand in files, held against the planned ones: what differs, what is missing.

A resource that a person wrote before anything was generated of it is adopted: it gets what the
database demands and the file lacks. What the database has no opinion on is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from ash_scaffold.ash.compare import Difference, Kind, compare, demanded
from ash_scaffold.ash.model import ReadResource, Resource
from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.elixir.merge import Adoption
from ash_scaffold.elixir.read import Source, columns_of, read_resources
from ash_scaffold.elixir.read.sections import SECTIONS
from ash_scaffold.generate.files import read_text
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, Problem
from ash_scaffold.project import mix_project
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.snapshot import Snapshot, is_hand_written

_USE = re.compile(r"\buse\s*\(?\s*([A-Z][\w.]*)")
_OPTIONS = {
    Kind.TABLE: "table",
    Kind.SCHEMA: "schema",
    Kind.REPO: "repo",
    Kind.MIGRATE: "migrate?",
}
_REFERENCES = frozenset(
    {Kind.REFERENCE_NAME, Kind.ON_DELETE, Kind.ON_UPDATE, Kind.DEFERRABLE, Kind.MATCH_TYPE}
)
# What is missing when it differs: an entry of `postgres` for an identity that is there.
_ENTRIES = frozenset({Kind.INDEX_NAME, Kind.WHERE_SQL})


def read_files(
    project: Project, resources: Iterable[mix_project.Resource]
) -> dict[str, ReadResource]:
    """Read resources with their fragments and base modules."""
    wanted = list(resources)
    texts: dict[str, bytes] = {}
    for path in _paths(project, wanted):
        text = read_text(project, path)
        if text is not None:
            texts[path] = text.encode()
    sources = [Source(path, text) for path, text in sorted(texts.items())]
    tables = {each.module: each.table_name for each in wanted if each.table_name is not None}
    return read_resources(sources, (each.module for each in wanted), tables)


def _paths(project: Project, resources: Iterable[mix_project.Resource]) -> Iterator[str]:
    """Yield the files of resources, of their fragments and of the modules that these `use`."""
    ends: dict[str, list[str]] = {}
    for name in project.modules:
        ends.setdefault(name.rpartition(".")[2], []).append(name)
    seen: set[str] = set()
    queue = [each.path for each in resources]
    queue += [
        project.modules[name].path
        for each in resources
        for name in each.fragments
        if name in project.modules
    ]
    while queue:
        path = queue.pop()
        if path in seen:
            continue
        seen.add(path)
        yield path
        text = read_text(project, path) or ""
        for used in set(_USE.findall(text)):
            # An alias may stand for the first parts of the name.
            for name in ends.get(used.rpartition(".")[2], ()):
                queue.append(project.modules[name].path)


def differences_of(
    item: PlannedResource, found: ReadResource, types: Collection[str], *, hand_written: bool
) -> tuple[Difference, ...]:
    """Return where a resource differs from the planned one; `types` are those the tool writes."""
    columns = {column.name for column in item.draft.table.columns} - item.draft.by_column.keys()
    differences = compare(
        item.resource,
        found,
        columns=columns,
        types=types,
        filled=item.draft.filled(),
        nullable=item.draft.table.nullable,
    )
    return demanded(differences, item.draft) if hand_written else differences


def adoption_of(resource: Resource, differences: Iterable[Difference]) -> Adoption:
    """Return what a merge puts into a hand-written resource, and what it says of it."""
    relationships = {each.foreign_key: each.relationship for each in resource.references}
    missing: set[str] = set()
    differing: set[str] = set()
    for each in differences:
        if each.path == ("multitenancy",):
            # Whoever calls its actions has to know of it: `check` tells it.
            continue
        marks = set(_marks(each, relationships))
        missing |= marks
        if each.kind not in _ENTRIES:
            differing |= marks
    return Adoption(frozenset(missing), frozenset(differing))


def _marks(difference: Difference, relationships: Mapping[str, str]) -> Iterator[str]:
    """Yield the places of a difference, as `Adoption` has them."""
    kind, object_ = difference.kind, difference.object
    if kind in _OPTIONS:
        yield f"postgres option {_OPTIONS[kind]}"
    elif kind is Kind.REQUIRE_PRIMARY_KEY:
        yield "resource option require_primary_key?"
    elif kind in _REFERENCES:
        yield f"postgres {relationships.get(object_, '')}"
    elif kind in _ENTRIES:
        yield f"postgres index {object_}"
    elif difference.path[0] == "attributes":
        yield f"attributes column {object_}"
    elif difference.path[0] == "relationships":
        yield f"relationships {object_}"
    elif difference.path[0] == "identities":
        yield f"identities index {object_}"
        if kind is Kind.IDENTITY_MISSING:
            yield f"postgres index {object_}"
    else:
        yield f"postgres constraint {object_}"


def unneeded_types(
    planned: Iterable[PlannedResource],
    read: Mapping[str, ReadResource],
    snapshots: Mapping[Name, Snapshot],
) -> frozenset[str]:
    """Return the types that only hand-written resources would use, which have one of their own.

    `read` are the resources in edited files by module, `snapshots` those of resources by table.
    """
    every: set[str] = set()
    needed: set[str] = set()
    for item in planned:
        found = read.get(item.resource.module)
        own = found is not None and is_hand_written(snapshots.get(item.draft.name))
        there = present_columns(found) if found is not None and own else frozenset()
        for column, mapped in item.draft.columns.mapped.items():
            names = {support.module for support in mapped.supports}
            every |= names
            if column not in there:
                needed |= names
    return frozenset(every - needed)


def as_written(found: ReadResource) -> ReadResource:
    """Return a resource with nothing in its sections but what is written there.

    An extension or macro that can't be read may add to each. Of attributes that is likely, and one
    too many does not compile; what else the database demands is put in all the same.
    """
    known = {(section,) for section in (*SECTIONS, "migrate") if section != "attributes"}
    return msgspec.structs.replace(found, unknown=found.unknown - known)


def present_columns(found: ReadResource) -> frozenset[str]:
    """Return the columns that have an attribute, by whatever means."""
    return frozenset(columns_of(found).values())


def unsure_problems(item: PlannedResource, found: ReadResource) -> Iterator[Problem]:
    """Give a note of the columns of which it is not known whether they have an attribute."""
    if found.knows("attributes"):
        return
    there = present_columns(found)
    columns = [each.column for each in item.resource.attributes if each.column not in there]
    if columns:
        yield Code.ATTRIBUTES_UNKNOWN.at(
            item.resource.module,
            f"An extension or macro that can't be read may define the attributes of "
            f"{', '.join(columns)}.",
        )
