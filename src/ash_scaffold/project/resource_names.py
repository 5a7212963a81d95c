"""The names of a resource's objects: in its file, in its snapshot and in the plan."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from ash_scaffold.ash.hints import renamed as legacy_renamed
from ash_scaffold.ash.model import ReadResource
from ash_scaffold.ash.model import Resource as AshResource
from ash_scaffold.ash.naming import short_name
from ash_scaffold.ash.plan import Plan, PlannedResource
from ash_scaffold.ash.project_state import NO_NAMES, ProjectState, ResourceNames
from ash_scaffold.ash.relationship_id import (
    RelationshipId,
    follows_a_key,
    relationship_id,
    same_relationship,
)
from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.hand_edits import Edits, name_nothing, with_edits
from ash_scaffold.elixir.merge import untouched
from ash_scaffold.elixir.read import (
    Source,
    columns_of,
    identity_columns_of,
    read_resources,
    resource_names,
)
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name
from ash_scaffold.postgres.compare import NO_RENAMES, Renames
from ash_scaffold.project.carried_actions import holds_only_actions
from ash_scaffold.project.mix_project import Project, Resource
from ash_scaffold.project.snapshot import (
    HandGivenNames,
    NamesSnapshot,
    RelationshipName,
    Snapshot,
    digest,
)

_COLUMN = "column "
_RELATIONSHIP = re.compile(r'(?:belongs_to|has_many|has_one|many_to_many) :("?)([^\s",]+)\1,')

_Columns = Mapping[str, str]


def with_names(
    state: ProjectState,
    snapshots: Iterable[Snapshot],
    files: Mapping[Name, ResourceNames],
    renames: Renames = NO_RENAMES,
) -> ProjectState:
    """Return the state of the project with the names of its snapshots and files.

    `files` are the names in edited files, by the table that the file pins. Tables, columns and
    constraints get the names that they have after the renames; without renames those of the
    snapshots.
    """
    old = {
        each.table: names_of_snapshot(each.names) for each in snapshots if each.table is not None
    }
    names: dict[Name, ResourceNames] = {}
    for table in {**old, **files}:
        both = overlaid(old.get(table, NO_NAMES), files.get(table, NO_NAMES))
        both = pinned_columns(table, both, renames)
        names[renames.table(table)] = followed(table, both, renames)
    return msgspec.structs.replace(
        state,
        resources={
            renames.table(name): msgspec.structs.replace(each, table=renames.table(name))
            for name, each in state.resources.items()
        },
        names=names,
        generated={renames.table(name): each for name, each in state.generated.items()},
        carried={renames.table(name): each for name, each in state.carried.items()},
        enums={
            (renames.table(name), renames.column(renames.table(name), column)): segment
            for (name, column), segment in state.enums.items()
        },
        legacy=tuple(legacy_renamed(each, renames.table, renames.column) for each in state.legacy),
    )


def names_of_plan(plan: Plan) -> dict[Name, ResourceNames]:
    """Return the names of every planned resource's objects, by its table."""
    names = PlannedNames(plan)
    return {item.draft.name: names.of(item) for item in plan.resources}


class PlannedNames:
    """The names of one planned resource after another."""

    def __init__(self, plan: Plan) -> None:
        self._columns = {item.resource.module: _columns_of_plan(item) for item in plan.resources}
        self._tables = {item.resource.module: item.draft.name for item in plan.resources}

    def of(self, item: PlannedResource) -> ResourceNames:
        """Return the names of a resource's objects."""
        return _names(item, self._columns, self._tables)


def names_snapshot(names: ResourceNames, hand_given: HandGivenNames) -> NamesSnapshot:
    """Return the names of a resource's objects in the form of its snapshot."""
    return NamesSnapshot(
        attributes={
            column: name for column, name in sorted(names.attributes.items()) if name != column
        },
        relationships=tuple(
            RelationshipName.of(name, each)
            for each, name in sorted(names.relationships.items(), key=lambda pair: pair[1])
        ),
        identities=dict(sorted(names.identities.items())),
        removed=tuple(sorted(names.removed)),
        hand_given=hand_given,
    )


def names_of_snapshot(snapshot: NamesSnapshot) -> ResourceNames:
    """Return the names of a snapshot in the form that planning takes."""
    return ResourceNames(
        attributes=snapshot.attributes,
        relationships={each.id: each.name for each in snapshot.relationships},
        identities=snapshot.identities,
    )


def overlaid(snapshot: ResourceNames, file: ResourceNames) -> ResourceNames:
    """Return the names of the snapshot overlaid with those of the file."""
    return ResourceNames(
        attributes={
            **{c: name for c, name in snapshot.attributes.items() if c not in file.removed},
            **file.attributes,
        },
        # The file's first: of two with one name only the first gets it.
        relationships={**file.relationships, **snapshot.relationships, **file.relationships},
        identities={**file.identities, **snapshot.identities, **file.identities},
        identity_columns=file.identity_columns,
        taken=file.taken,
        more=file.more,
        removed=file.removed,
    )


def followed(table: Name, names: ResourceNames, renames: Renames) -> ResourceNames:
    """Return the names of a table's objects, with the objects under today's database names.

    `table` is the old name of the table.
    """
    # The columns of a composite key are put in order.
    if renames.is_empty and not any(each.rest for each in names.relationships):
        gone = names.removed - names.attributes.keys()
        return names if gone == names.removed else msgspec.structs.replace(names, removed=gone)
    now = renames.table(table)
    attributes = {renames.column(now, old): name for old, name in names.attributes.items()}
    return msgspec.structs.replace(
        names,
        attributes=attributes,
        relationships={
            _followed_id(now, each, renames): name for each, name in names.relationships.items()
        },
        identities={renames.constraint(now, old): name for old, name in names.identities.items()},
        identity_columns={
            name: frozenset(renames.column(now, old) for old in columns)
            for name, columns in names.identity_columns.items()
        },
        # A file may name the new column already.
        removed=frozenset(renames.column(now, old) for old in names.removed) - attributes.keys(),
    )


def pinned_columns(table: Name, names: ResourceNames, renames: Renames) -> ResourceNames:
    """Name the attributes of columns that were renamed since: as they were, the column's name.

    `table` is the old name of the table. Names that differ from the column's are there already.
    """
    had = {
        old: old
        for old in renames.columns_of(renames.table(table))
        if old not in names.attributes and old not in names.removed
    }
    return msgspec.structs.replace(names, attributes={**names.attributes, **had}) if had else names


def _followed_id(own: Name, each: RelationshipId, renames: Renames) -> RelationshipId:
    table = renames.table(each.table)
    through = None if each.through is None else renames.table(each.through)
    left, right = (own, table) if through is None else (through, through)
    pairs = [
        (renames.column(left, source), renames.column(right, destination))
        for source, destination in each.pairs
    ]
    return RelationshipId.of(each.many, table, pairs, through)


def _columns_of_plan(item: PlannedResource) -> _Columns:
    """Return the column of each attribute."""
    return {attribute.name: column for column, attribute in item.draft.by_column.items()}


def _names(
    item: PlannedResource, columns: Mapping[str, _Columns], tables: Mapping[str, Name]
) -> ResourceNames:
    return ResourceNames(
        attributes={column: each.name for column, each in item.draft.by_column.items()},
        relationships={
            found: each.name
            for each in item.resource.relationships
            if follows_a_key(each.filter)
            and (found := relationship_id(item.resource.module, each, tables, columns)) is not None
        },
        identities={each.index: each.name for each in item.resource.identities},
        removed=frozenset(item.draft.columns.removed),
    )


def names_in_files(
    project: Project, snapshots: Mapping[str, Snapshot], changed: Collection[Name]
) -> dict[Name, ResourceNames]:
    """Return the names in the files of resources that are not as they were generated.

    They are by the table that a resource is pinned to; of several on one table the first by
    module name counts, as it does for the planner. Other files have the names of their snapshots.
    `changed` are the tables whose relationships may be dropped by a change of the schema: only
    there it matters which of them were edited.
    """
    written = {
        (each.path, each.written): each for each in snapshots.values() if each.table is not None
    }
    found: dict[Name, ResourceNames] = {}
    columns: dict[str, Mapping[str, str]] = {}
    tables: dict[str, Name] = {}
    edited: dict[Name, Resource] = {}
    visited: set[Name] = set()
    texts: dict[str, bytes] = {}
    for resource in sorted(project.resources, key=lambda resource: resource.module):
        table = resource.table_name
        if table is None:
            continue
        tables[resource.module] = table
        text = _read(project, resource.path)
        snapshot = written.get((resource.path, digest(text.decode("utf-8", "replace"))))
        if snapshot is not None and _is_as_written(project, resource, snapshot, snapshots):
            columns[resource.module] = _columns(snapshot)
            if snapshot.names.removed:
                found[table] = ResourceNames(removed=frozenset(snapshot.names.removed))
        elif table not in visited:
            edited[table] = resource
            texts |= {resource.path: text, **_fragments(project, resource)}
        visited.add(table)
    if not edited:
        return found
    by_table = {each.table: each for each in snapshots.values() if each.table is not None}
    extended = _extended(project, edited, by_table, tables)
    columns |= {module: each.columns for module, each in extended.items()}
    whole = [each for each in edited.values() if each.module not in extended]
    paths = {path for each in whole for path in _paths(project, each)}
    read = _read_whole(whole, {path: texts[path] for path in paths}, tables)
    columns |= {module: columns_of(each) for module, each in read.items()}
    named, columned = _as_before_too(snapshots.values(), tables, columns)
    for table, resource in edited.items():
        if resource.module in extended:
            each = extended[resource.module]
            names = _extended_names(each, by_table, named, columned, goes=table in changed)
            if names is not None:
                found[table] = names
                continue
            read |= _read_whole([resource], texts, tables)
        has = read[resource.module]
        names = msgspec.structs.replace(
            resource_names(has, named, columned), identity_columns=identity_columns_of(has)
        )
        snapshot = by_table.get(table) or snapshots.get(resource.module)
        if snapshot is not None:
            names = _against(
                _with_renamed_identities(names, snapshot),
                has,
                snapshot,
                [texts[path] for path in _paths(project, resource)] if table in changed else None,
            )
        found[table] = names
    return found


def _read_whole(
    resources: Iterable[Resource], texts: Mapping[str, bytes], tables: Mapping[str, Name]
) -> dict[str, ReadResource]:
    sources = [Source(path, text) for path, text in sorted(texts.items())]
    return read_resources(sources, (each.module for each in resources), tables)


class _Extended(msgspec.Struct, frozen=True):
    """A resource of which most is as it was generated; `columns` are those of attributes.

    `read` is the resource without the attributes and relationships that are as they were generated,
    whose names the snapshot has, `text` its source; `relationships` are the others of the
    generated ones, by name.
    `identities` are the columns of the generated ones by index, None where `read` has them.
    """

    snapshot: Snapshot
    text: bytes
    read: ReadResource
    relationships: Mapping[str, EntityLines]
    columns: dict[str, str]
    identities: Mapping[str, frozenset[str]] | None


def _extended(
    project: Project,
    edited: Mapping[Name, Resource],
    snapshots: Mapping[Name, Snapshot],
    tables: Mapping[str, Name],
) -> dict[str, _Extended]:
    """Return the resources whose files are mostly as generated, by module: they are read in part.

    None at all where a resource is pinned to another table than the one it was generated for.
    """
    by_module = {each.module: each for each in snapshots.values()}
    if any(by_module[m].table != table for m, table in tables.items() if m in by_module):
        return {}
    texts: dict[str, bytes] = {}
    bare: dict[str, ReadResource] = {}
    identities: dict[str, Mapping[str, frozenset[str]] | None] = {}
    relationships: dict[str, Mapping[str, EntityLines]] = {}
    for table, resource in edited.items():
        snapshot = snapshots.get(table)
        edits = project.edits.get(resource.path)
        if edits is None or snapshot is None or resource.fragments:
            continue
        changed = _changed_relationships(snapshot, edits)
        if changed is not None and _holds_names(snapshot, resource):
            sections = {each.section for each in edits.added}
            sections |= {each.section for each in edits.changed}
            known = None if "identities" in sections else _identities(snapshot)
            identities[resource.module] = known
            relationships[resource.module] = changed
            if known is not None and name_nothing(edits, snapshot.entities):
                bare[resource.module] = ReadResource(resource=_nothing_of(resource.module))
                continue
            part = with_edits(resource.module, snapshot.entities, edits, identities=known is None)
            texts[resource.module] = part.encode()
    found = {}
    sources = [Source(by_module[module].path, text) for module, text in texts.items()]
    for module, read in {**bare, **read_resources(sources, texts, tables)}.items():
        snapshot = by_module[module]
        columns = _extended_columns(snapshot, read, project.edits[snapshot.path])
        if columns is not None and not read.unknown:
            found[module] = _Extended(
                snapshot,
                texts.get(module, b""),
                read,
                relationships[module],
                columns,
                identities[module],
            )
    return found


def _nothing_of(module: str) -> AshResource:
    return AshResource(module=module, domain="", repo="", table="", schema=DEFAULT_SCHEMA)


def _changed_relationships(snapshot: Snapshot, edits: Edits) -> dict[str, EntityLines] | None:
    """Return the relationships that are not as they were generated, by name.

    None where others may hang on them: a many_to_many takes from its join relationship.
    """
    found: dict[str, EntityLines] = {}
    known = {each.name for each in snapshot.names.relationships}
    for each in edits.changed:
        if each.section == "relationships":
            match = next(filter(None, map(_RELATIONSHIP.match, each.lines)), None)
            if match is None or match[2] not in known or match[2] in found:
                return None
            found[match[2]] = each
    texts = [each.text for each in edits.added]
    if found:
        texts += [line for each in snapshot.entities for line in each.lines]
    return None if any("join_relationship" in text for text in texts) else found


def _extended_columns(
    snapshot: Snapshot, read: ReadResource, edits: Edits
) -> dict[str, str] | None:
    """Return the columns of all attributes, None where what was edited gets in the way of others.

    `read` has the attributes that are not as they were generated.
    """
    generated, own = _columns_of_entities(snapshot), columns_of(read)
    if generated is None:
        return None
    changed = {each.object for each in edits.changed if each.section == "attributes"}
    kept = {name: column for name, column in generated.items() if _COLUMN + column not in changed}
    # One that has another name now, or is gone, is read with all that it is mentioned by.
    if any(own.get(name) != generated[name] for name in generated.keys() - kept.keys()):
        return None
    if own.keys() & kept.keys() or {*own.values()} & {*kept.values()}:
        return None
    return {**generated, **own}


def _identities(snapshot: Snapshot) -> dict[str, frozenset[str]] | None:
    """Return the columns of the generated identities by index, None where one is not known."""
    indexes = {} if snapshot.facts is None else {each.name: each for each in snapshot.facts.indexes}
    names = snapshot.names.identities
    generated = [each for each in snapshot.entities if each.section == "identities"]
    if len(generated) != len({*names.values()}) or not names.keys() <= indexes.keys():
        return None
    keys = {index: [key.column for key in indexes[index].keys] for index in names}
    found = {index: frozenset(filter(None, columns)) for index, columns in keys.items()}
    whole = all(len(found[index]) == len(columns) for index, columns in keys.items())
    return found if whole else None


def _holds_names(snapshot: Snapshot, resource: Resource) -> bool:
    """Whether a snapshot has the names of all that was generated into a resource's file."""
    names = snapshot.names
    relationships = [each for each in snapshot.entities if each.section == "relationships"]
    return (
        (snapshot.module, snapshot.path) == (resource.module, resource.path)
        and snapshot.fragment is None
        and not snapshot.hand_written
        and not snapshot.unresolved
        and not names.hand_given
        and len({each.name for each in names.relationships}) == len(relationships)
        and len({each.id for each in names.relationships}) == len(relationships)
    )


def _columns_of_entities(snapshot: Snapshot) -> dict[str, str] | None:
    """Return the column of each generated attribute, None where one is not known."""
    had = _attribute_columns(snapshot)
    known = {column: name for name, column in _columns(snapshot).items()}
    if not had <= known.keys():
        return None
    return {known[column]: column for column in known if column in had}


def _extended_names(
    each: _Extended,
    snapshots: Mapping[Name, Snapshot],
    tables: Mapping[str, Name],
    columns: Mapping[str, Mapping[str, str]],
    *,
    goes: bool,
) -> ResourceNames | None:
    """Return the names of an edited resource, as reading all of its file would give them.

    With `goes` a generated relationship goes with its key. None where an edit has to do with
    what was generated, or a relationship with what was edited elsewhere.
    """
    snapshot, read = each.snapshot, each.read
    added = resource_names(read, tables, columns)
    own = {relationship.name for relationship in read.resource.relationships}
    generated = {
        relationship.id: relationship.name
        for relationship in snapshot.names.relationships
        if relationship.name not in each.relationships
    }
    if own & {*generated.values()}:
        return None
    if any(same_relationship(found, generated) for found in added.relationships):
        return None
    for found in generated:
        if same_relationship(found, added.relationships) or not _leads(found, snapshots, columns):
            return None
    identities, identity_columns = (
        added.identities,
        {
            identity.name: frozenset(each.columns.get(key, key) for key in identity.keys)
            for identity in read.resource.identities
        },
    )
    if each.identities is not None:
        identities = snapshot.names.identities
        identity_columns = {name: each.identities[index] for index, name in identities.items()}
    taken = {*own, *generated.values()}
    if goes:
        changed = [*each.relationships.values()]
        taken = own
        if changed:
            taken -= untouched("relationships", changed, [each.text], {snapshot.module})
    names = ResourceNames(
        attributes={column: name for name, column in reversed(each.columns.items())},
        relationships={**generated, **added.relationships},
        identities=identities,
        identity_columns=identity_columns,
        taken=added.taken | taken,
        more=added.more,
        removed=frozenset(snapshot.names.removed) - {*each.columns.values()},
    )
    return _with_renamed_identities(names, snapshot)


def _leads(
    found: RelationshipId,
    snapshots: Mapping[Name, Snapshot],
    columns: Mapping[str, Mapping[str, str]],
) -> bool:
    """Whether the attributes that a generated relationship leads to are those of its columns."""
    there = snapshots.get(found.through or found.table)
    if there is None or found.table not in snapshots:
        return False
    now = columns.get(there.module, {})
    wanted = [column for _, column in found.pairs]
    wanted += [column for column, _ in found.pairs] if found.through is not None else []
    names = there.names.attributes
    return all(now.get(names.get(column, column)) == column for column in wanted)


def _against(
    names: ResourceNames, has: ReadResource, snapshot: Snapshot, texts: Sequence[bytes] | None
) -> ResourceNames:
    """Add the names that stay taken, and the columns without an attribute.

    A relationship that is as it was generated goes with its key; the name of any other stays
    taken. A column that had an attribute, and has none, was taken out. Without `texts` no
    relationship goes.
    """
    removed = _removed(has, snapshot)
    own = {each.name for each in has.resource.relationships}
    if texts is None:
        return msgspec.structs.replace(names, taken=names.taken | own, removed=removed)
    modules = [snapshot.module, *([snapshot.fragment.module] if snapshot.fragment else [])]
    as_generated = untouched("relationships", snapshot.entities, texts, {has.module, *modules})
    as_generated -= snapshot.names.hand_given.get("relationships", {}).keys()
    return msgspec.structs.replace(names, taken=names.taken | (own - as_generated), removed=removed)


def _with_renamed_identities(names: ResourceNames, snapshot: Snapshot) -> ResourceNames:
    """Recognise an identity that has another name, and does not name its index.

    It is the only one over the columns of an index whose identity is no longer there.
    """
    facts = snapshot.facts
    if facts is None:
        return names
    over = names.identity_columns
    there = {index.name: index for index in facts.indexes}
    new = {index: name for index, name in names.identities.items() if index not in there}
    renamed = {}
    for index, name in snapshot.names.identities.items():
        if index in there and index not in names.identities and name not in over:
            columns = frozenset(key.column for key in there[index].keys)
            found = [each for each in new.items() if over.get(each[1]) == columns]
            if len(found) == 1:
                renamed[index] = found[0]
    if len({computed for computed, _ in renamed.values()}) < len(renamed):
        return names
    replaced = {computed for computed, _ in renamed.values()}
    others = {index: name for index, name in names.identities.items() if index not in replaced}
    followed = {index: name for index, (_, name) in renamed.items()}
    return msgspec.structs.replace(names, identities={**others, **followed})


def _removed(has: ReadResource, snapshot: Snapshot) -> frozenset[str]:
    """Return the columns whose attribute was removed, no new ones if the file is partly unknown."""
    attributes = has.resource.attributes
    before = frozenset(snapshot.names.removed) - set(columns_of(has).values())
    known = all(has.knows("attributes", each.name, "column") for each in attributes)
    if not known or not has.knows("attributes"):
        return before
    return before | (_attribute_columns(snapshot) - {each.column for each in attributes})


def _attribute_columns(snapshot: Snapshot) -> set[str]:
    """Return the columns that have a generated attribute."""
    return {
        each.object.removeprefix(_COLUMN)
        for each in snapshot.entities
        if each.section == "attributes" and each.object.startswith(_COLUMN)
    }


def _is_as_written(
    project: Project,
    resource: Resource,
    snapshot: Snapshot,
    snapshots: Mapping[str, Snapshot],
) -> bool:
    """Whether the other files of a resource, its fragments, have no more than was generated."""
    fragment = snapshot.fragment
    if snapshot.module != resource.module:
        return False
    others = (f for f in resource.fragments if fragment is None or f != fragment.module)
    if not all(holds_only_actions(project, snapshots.get(name)) for name in others):
        return False
    if fragment is None:
        return True
    return digest(_read(project, fragment.path).decode("utf-8", "replace")) == fragment.written


def _as_before_too(
    snapshots: Iterable[Snapshot],
    tables: Mapping[str, Name],
    columns: Mapping[str, Mapping[str, str]],
) -> tuple[Mapping[str, Name], Mapping[str, Mapping[str, str]]]:
    """Add the modules and attributes as they were called when they were generated.

    A file may name a module or an attribute that was renamed in another file: it follows with this
    very run.
    """
    modules = {table: module for module, table in reversed([*tables.items()])}
    all_tables, all_columns = dict(tables), dict(columns)
    pinned = [(each, each.table) for each in snapshots if each.table is not None]
    # A has_many without its attribute means the one that is named after its own module.
    defaults = {
        f"{short_name(modules.get(table, each.module))}_id": f"{short_name(each.module)}_id"
        for each, table in pinned
    }
    follow: dict[str, list[tuple[int, str]]] = {}
    for place, (new, old) in enumerate(defaults.items()):
        follow.setdefault(old, []).append((place, new))
    for each, table in pinned:
        module = modules.get(table, each.module)
        both = {**_columns(each), **columns.get(module, {})}
        # Those of its own columns, in the order of all: not all of them for each table.
        own = sorted((*new, old) for old in both for new in follow.get(old, ()))
        both = {new: both[old] for _, new, old in own} | both
        for name in (module, each.module):
            if all_tables.setdefault(name, table) == table:
                all_columns[name] = both
    return all_tables, all_columns


def _read(project: Project, path: str) -> bytes:
    try:
        return project.source(path)
    except OSError:
        return b""


def _fragments(project: Project, resource: Resource) -> dict[str, bytes]:
    return {path: _read(project, path) for path in _paths(project, resource)[1:]}


def _paths(project: Project, resource: Resource) -> list[str]:
    """Return the file of a resource, then those of its fragments."""
    others = [project.modules[name].path for name in resource.fragments if name in project.modules]
    return [resource.path, *others]


def _columns(snapshot: Snapshot) -> dict[str, str]:
    """Return the column of each attribute, as it was generated."""
    facts = snapshot.facts
    names = [column.name for column in facts.columns] if facts is not None else []
    return {snapshot.names.attributes.get(name, name): name for name in names}
