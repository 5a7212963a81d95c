"""The versions of a module: base (its snapshot), ours (the files) and theirs (as rendered).

The entities of a resource and of its fragment are in one snapshot. Each has a `use` of its own, so
the fragment's goes by another name there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ash_scaffold import __version__
from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.ash.project_state import ResourceNames
from ash_scaffold.elixir.entity import EntityLines
from ash_scaffold.elixir.hand_edits import named
from ash_scaffold.elixir.merge import USE, DatabaseObjects, Spread, assemble, entities
from ash_scaffold.generate.modules import (
    Module,
    ModuleText,
    SnapshotContent,
    generated_entities,
)
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.carried_actions import holds_only_actions
from ash_scaffold.project.hand_given_names import still_hand_given
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.schema_changes import SchemaChanges
from ash_scaffold.project.snapshot import (
    OWNED_VERSION,
    VERSION,
    FragmentSnapshot,
    Snapshot,
    digest,
)

FRAGMENT_USE = "use of the fragment"
_PLAIN_USE = "use Ash.Resource,"

_Key = tuple[str, str]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a run regenerates.

    `accepted` are the objects of `[[accept]]`. `old_texts` are modules as this version renders
    them from the facts of the snapshots, for those that another version wrote; without
    `refresh_style` a difference that is only the version's is not written. The formatter runs code
    of the project only with `run_project`. `planned` are the resources by module, for those that
    were written by hand. `names` are those in edited files, by the table that the file pins.
    """

    accepted: frozenset[str] = frozenset()
    old_texts: Mapping[str, str] = {}
    refresh_style: bool = False
    use_formatter: bool = True
    run_project: bool = True
    planned: Mapping[str, PlannedResource] = {}
    names: Mapping[Name, ResourceNames] = {}


class OtherModule(msgspec.Struct, frozen=True):
    """A further module of a resource, a hand-written fragment, and its file."""

    module: str
    path: str


class ModuleVersions(msgspec.Struct, frozen=True, kw_only=True):
    """A rendered module, its snapshot, and the texts of its files, None for no file.

    `others` are modules of the resource that are not generated, or no longer.
    """

    module: Module
    base: Snapshot | None
    ours: str | None
    fragment_ours: str | None = None
    others: tuple[OtherModule, ...] = ()

    @property
    def is_spread(self) -> bool:
        """Whether the resource has more modules than its own."""
        return self.module.fragment is not None or bool(self.others)

    @property
    def is_new(self) -> bool:
        """Whether it was never generated, and nobody has written it."""
        return self.base is None and self.ours is None

    @property
    def is_as_encoded(self) -> bool:
        """Whether the snapshot that was encoded with the rendered module is that of its files."""
        encoded = self.module.encoded
        paths = tuple(part.path for part in self.module.parts)
        return self.base is None and encoded is not None and encoded.files == paths

    @property
    def is_pure(self) -> bool:
        """Whether its files are as they were generated, with no name given by hand."""
        base, fragment = self.base, self.module.fragment
        if base is None or not _is(self.ours, base.written) or self.others or base.names.hand_given:
            return False
        if fragment is None or base.fragment is None:
            return fragment is None and base.fragment is None
        return _is(self.fragment_ours, base.fragment.written)

    def is_known_by_edits(self, project: Project) -> bool:
        """Whether the file is that of an `Ash.Resource`, and mostly as it was generated."""
        base = self.base
        if base is None or base.hand_written or self.ours is None or self.is_spread:
            return False
        return base.path in project.edits and use_of(base.entities, USE[1]).startswith(_PLAIN_USE)

    def by_other_version(self, settings: Settings) -> bool:
        """Whether another version wrote the module, from the same configuration as today."""
        base = self.base
        return (
            base is not None
            and base.tool != __version__
            and self.module.texts.keys() <= settings.old_texts.keys()
            and base.config_digest == self.module.content.config_digest
        )

    def is_settled(self, settings: Settings) -> bool:
        """Whether what is generated is what was generated last, so that any edit may stay."""
        base = self.base
        missing = self.module.fragment is not None and self.fragment_ours is None
        if base is None or self.ours is None or missing or base.unresolved:
            return False
        if base.rendered == self.module.digest:
            return True
        if base.rendered in self.module.earlier_digests and not settings.refresh_style:
            return True
        if settings.refresh_style or not self.by_other_version(settings):
            return False
        return all(settings.old_texts[name] == text for name, text in self.module.texts.items())


def module_versions(
    module: Module, changes: SchemaChanges, project: Project, texts: Mapping[str, str | None]
) -> ModuleVersions:
    """Return the versions of a module. `texts` are the files of the run by path."""
    if module.table is not None:
        base = changes.resources.get(module.table)
    else:
        # A context that is adopted is the person's, also where it was adopted once before.
        base = None if module.adopts else changes.modules.get(module.name)
    fragment = module.fragment
    return ModuleVersions(
        module=module,
        base=base,
        ours=texts[module.path],
        fragment_ours=None if fragment is None else texts[fragment.path],
        others=other_modules(module, project, changes.modules),
    )


def other_modules(
    module: Module, project: Project, snapshots: Mapping[str, Snapshot]
) -> tuple[OtherModule, ...]:
    """Return the fragments of a resource that are in the project, but for generated ones.

    `snapshots` are those of modules without a table: one of mere actions has its own.
    """
    resource = project.resource(module.name) if module.table is not None else None
    generated = None if module.fragment is None else module.fragment.name
    return tuple(
        OtherModule(name, project.modules[name].path)
        for name in (resource.fragments if resource is not None else ())
        if name in project.modules and name != generated
        if not holds_only_actions(project, snapshots.get(name))
    )


def _is(text: str | None, written: str) -> bool:
    return text is not None and digest(text) == written


def all_entities(module: Module, texts: Mapping[str, str]) -> tuple[EntityLines, ...]:
    """Return the entities of a module and of its fragment, as they are in a snapshot."""
    own = generated_entities(module, texts[module.name])
    if module.fragment is None:
        return own
    inside = generated_entities(module.fragment, texts[module.fragment.name])
    uses = (EntityLines(each.section, FRAGMENT_USE, each.lines) for each in inside[:1])
    return (*own, *uses, *inside[1:])


def entities_of(
    part: ModuleText, module: Module, found: tuple[EntityLines, ...]
) -> tuple[EntityLines, ...]:
    """Return the entities of a snapshot that belong to a part of the module."""
    if module.fragment is None:
        return tuple(each for each in found if each.object != FRAGMENT_USE)
    if part is module:
        return tuple(each for each in found if (each.section, each.object) == USE)
    return tuple(
        EntityLines(*USE, each.lines) if each.object == FRAGMENT_USE else each
        for each in found
        if (each.section, each.object) != USE
    )


def resource_entities(found: Iterable[EntityLines]) -> list[EntityLines]:
    """Leave out the `use` of each module, which is no entity of the resource."""
    return [e for e in found if (e.section, e.object) != USE and e.object != FRAGMENT_USE]


def use_of(found: Iterable[EntityLines], name: str) -> str:
    """Return the lines of a `use`, "" when there is none."""
    lines = next((each.lines for each in found if not each.section and each.object == name), ())
    return "\n".join(lines)


def merged_uses(found: Iterable[EntityLines], module: Module, spread: Spread) -> list[EntityLines]:
    """Return the `use` of the resource and of its fragment, as a merge leaves them."""
    return [_with_use(item, name, spread) for item in found for name in _module_of(item, module)]


def content_of(module: Module) -> SnapshotContent:
    """Return the content of a module's snapshot beside what was rendered."""
    if module.encoded is None:
        return module.content
    known = module.encoded.decode()
    return SnapshotContent(
        planned=known.planned,
        config_digest=known.config_digest,
        names=known.names,
        facts=known.facts,
        legacy=known.legacy,
        owned=known.owned,
        changesets=known.changesets,
    )


def settled_snapshot(module: Module, base: Snapshot) -> Snapshot:
    """Return the snapshot of a module whose text and entities are those of the base."""
    fragment, content = base.fragment, module.content
    if fragment is not None and module.fragment is not None:
        fragment = msgspec.structs.replace(fragment, path=module.fragment.path)
    return msgspec.structs.replace(
        base,
        version=VERSION if content.owned is None else OWNED_VERSION,
        owned=content.owned,
        fragment=fragment,
        module=module.name,
        planned=content.planned,
        path=module.path,
        table=module.table,
        domain=module.domain,
        repo=module.repo,
        config_digest=content.config_digest,
        names=content.names,
        facts=content.facts,
        legacy=content.legacy,
        resource=content.resource,
        actions_of=content.actions_of,
        attributes=content.attributes,
        style=content.style,
        interface=content.interface,
        changesets=content.changesets,
    )


def new_snapshot(
    module: Module,
    base: Snapshot | None,
    tool: str,
    written: Mapping[str, str],
    found: Sequence[EntityLines],
    unresolved: tuple[str, ...],
    *,
    hand_written: bool,
) -> Snapshot:
    """Return the snapshot of a module. `written` are the texts of its parts, formatted."""
    fragment, content = module.fragment, content_of(module)
    names = content.names
    if base is not None and unresolved:
        hand_given = still_hand_given(
            names.hand_given, base.names.hand_given, resource_entities(found)
        )
        names = msgspec.structs.replace(names, hand_given=hand_given)
    return Snapshot(
        version=VERSION if content.owned is None else OWNED_VERSION,
        owned=content.owned,
        module=module.name,
        planned=content.planned,
        path=module.path,
        table=module.table,
        domain=module.domain,
        repo=module.repo,
        tool=tool,
        config_digest=content.config_digest,
        rendered=module.digest,
        written=digest(written[module.name]),
        fragment=None
        if fragment is None
        else FragmentSnapshot(fragment.name, fragment.path, digest(written[fragment.name])),
        unresolved=unresolved,
        hand_written=hand_written,
        names=names,
        facts=content.facts,
        legacy=content.legacy,
        resource=content.resource,
        actions_of=content.actions_of,
        attributes=content.attributes,
        style=content.style,
        interface=content.interface,
        changesets=content.changesets,
        entities=tuple(found),
    )


def _module_of(item: EntityLines, module: Module) -> Iterable[str]:
    """Give the module whose `use` an entity is."""
    if (item.section, item.object) == USE:
        yield module.name
    elif item.object == FRAGMENT_USE and module.fragment is not None:
        yield module.fragment.name


def _with_use(item: EntityLines, name: str, spread: Spread) -> EntityLines:
    lines = spread.uses.get(name)
    return item if lines is None else EntityLines("", item.object, tuple(lines.split("\n")))


def in_old_style(
    module: str,
    base: tuple[EntityLines, ...],
    before: str,
    now: str,
    formatted: str,
    *,
    owner: str = "",
) -> str:
    """Return today's module with every entity that the schema left alone as it was written.

    `base` are the entities that the other version wrote. `before` and `now` are the module as
    this version renders it from the old facts and from those of today, `formatted` is `now` after
    the formatter; `owner` is the resource that a fragment belongs to. Where the first two agree,
    only the version could have changed the entity.
    """
    around = DatabaseObjects(owner)
    old, new, wanted = (_by_key(entities(text, around)) for text in (before, now, formatted))
    written = _keyed_as(old, base)
    found: dict[_Key, EntityLines] = {}
    for key, item in wanted.items():
        if old.get(key) != new[key]:
            found[key] = item
        elif key in written:
            found[key] = written[key]
    last: _Key | None = None
    for key, item in written.items():
        if key not in found and key not in old and key not in new:
            found = _after(found, last, item)
        last = key if key in found else last
    return assemble(module, tuple(found.values()))


def _by_key(items: tuple[EntityLines, ...]) -> dict[_Key, EntityLines]:
    return {(item.section, item.object): item for item in items}


def _keyed_as(
    rendered: Mapping[_Key, EntityLines], written: tuple[EntityLines, ...]
) -> dict[_Key, EntityLines]:
    """Return what another version wrote by the keys that this one gives.

    The two may see another column of a composite key as that of its relationship, so one that this
    version has no key of goes by its name.
    """
    keys = {(item.section, named(*item.lines)): key for key, item in rendered.items()}
    found: dict[_Key, EntityLines] = {}
    for item in written:
        key = item.section, item.object
        if key not in rendered:
            key = keys.get((item.section, named(*item.lines)), key)
        found[key] = item
    return found


def _after(
    found: dict[_Key, EntityLines], last: _Key | None, item: EntityLines
) -> dict[_Key, EntityLines]:
    """Put an entity after the one that it was written after."""
    out: dict[_Key, EntityLines] = {}
    key = (item.section, item.object)
    if last is None:
        return {key: item, **found}
    for other, value in found.items():
        out[other] = value
        if other == last:
            out[key] = item
    return out
