"""Resources as they are rendered, and the snapshots of new ones, encoded with them.

One resource is independent of the next here, so all processors share them. What comes back of most
is text alone: of one that was never generated before the snapshot is written, too, and of one that
is as it was generated last nobody asks for more. Not even for the text, where an earlier run has
rendered the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from ash_scaffold import __version__
from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.config.options import Layout
from ash_scaffold.cores import map_over_cores
from ash_scaffold.elixir.entity import Section
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.generate.module_versions import all_entities, new_snapshot
from ash_scaffold.generate.modules import (
    Module,
    ModuleText,
    SnapshotContent,
    part_names,
    resource_module,
    unrendered_module,
)
from ash_scaffold.generate.rendered_before import RenderedBefore, Subject
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.snapshot import EncodedSnapshot, Snapshot, encode, snapshot_path

# What a copy of the process costs is what so many resources take to be rendered.
_LEAST = 50


class _Rendered(msgspec.Struct, frozen=True):
    """A module as text, with what else is needed of it."""

    name: str
    path: str
    text: str
    sections: tuple[Section, ...]
    fragment: ModuleText | None
    inline: str
    earlier_digests: tuple[str, ...]
    encoded: EncodedSnapshot | None
    key: bytes


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """How resources are rendered.

    `lib` is the folder of new modules, `paths` are those of modules that are there, `bases` the
    snapshots by table. `is_new` tells whether a resource was never generated, and nobody has
    written it; `content` is that of a snapshot. `before` is what earlier runs have rendered;
    whatever names one of `new_modules` is rendered all the same, to see who needs these.
    """

    renderer: Renderer
    lib: str
    paths: Mapping[str, str]
    layout: Callable[[Name], Layout]
    bases: Mapping[Name, Snapshot]
    is_new: Callable[[PlannedResource], bool]
    content: Callable[[PlannedResource], SnapshotContent]
    before: RenderedBefore = RenderedBefore()
    new_modules: Collection[str] = ()

    def modules(self, items: Sequence[PlannedResource]) -> tuple[list[Module], list[bytes]]:
        """Render resources; return them in their order, and what they add to `before`.

        Raises `ScaffoldError` for a template that can't be used.
        """
        known = {item.draft.name: key for item in items if (key := self._known(item)) is not None}
        rest = [item for item in items if item.draft.name not in known]
        rendered = map_over_cores(self._render, rest, _Rendered, least=_LEAST)
        left = iter(rendered)
        modules = [
            self._unrendered(item) if item.draft.name in known else self._module(item, next(left))
            for item in items
        ]
        return modules, [*known.values(), *(each.key for each in rendered if each.key)]

    def _known(self, item: PlannedResource) -> bytes | None:
        """Return the key of a resource that would be rendered as it was generated last.

        None where that is not known, or its files are not all there.
        """
        base, layout = self.bases.get(item.draft.name), self.layout(item.draft.name)
        if not self.before.known or base is None or base.unresolved:
            return None
        if not all(part in self.paths for part in part_names(item.resource, layout)):
            return None
        subject = Subject.of(item.resource, layout)
        key = subject.key(base.rendered)
        if key not in self.before.known or subject.names_any(self.new_modules):
            return None
        return key

    def _unrendered(self, item: PlannedResource) -> Module:
        """Return the module of a known resource, without its text."""
        layout = self.layout(item.draft.name)
        module = unrendered_module(item, self.lib, self.paths, layout)
        return msgspec.structs.replace(
            module,
            rendered_before=self.bases[item.draft.name].rendered,
            content=self.content(item),
        )

    def _render(self, item: PlannedResource) -> _Rendered:
        layout = self.layout(item.draft.name)
        module = resource_module(item, self.renderer, self.lib, self.paths, layout)
        encoded = self._encoded(item, module)
        fragment, sections = module.fragment, module.sections
        if encoded is not None or self._is_settled(module):
            # They are in the snapshot.
            fragment = fragment and msgspec.structs.replace(fragment, sections=())
            sections = ()
        return _Rendered(
            name=module.name,
            path=module.path,
            text=module.text,
            sections=sections,
            fragment=fragment,
            inline=module.inline,
            earlier_digests=module.earlier_digests,
            encoded=encoded,
            key=self._key(item, module),
        )

    def _key(self, item: PlannedResource, module: Module) -> bytes:
        """Return what tells later runs of a text; nothing of one by somebody's own templates."""
        if not self.renderer.packaged or self.before.path is None:
            return b""
        return Subject.of(item.resource, self.layout(item.draft.name)).key(module.digest)

    def _encoded(self, item: PlannedResource, module: Module) -> EncodedSnapshot | None:
        """Return the snapshot of a new resource that was rendered by the packaged templates."""
        if not self.renderer.packaged or not self.is_new(item):
            return None
        module = msgspec.structs.replace(module, content=self.content(item))
        texts = module.texts
        found = all_entities(module, texts)
        snapshot = new_snapshot(module, None, __version__, texts, found, (), hand_written=False)
        files = tuple(part.path for part in module.parts)
        return EncodedSnapshot(snapshot_path(snapshot), files, encode(snapshot))

    def _is_settled(self, module: Module) -> bool:
        """Whether the module is there, and what is generated is what was generated last."""
        base = None if module.table is None else self.bases.get(module.table)
        if base is None or base.unresolved or base.rendered != module.digest:
            return False
        return all(part.name in self.paths for part in module.parts)

    def _module(self, item: PlannedResource, rendered: _Rendered) -> Module:
        return Module(
            name=rendered.name,
            path=rendered.path,
            text=rendered.text,
            sections=rendered.sections,
            table=item.draft.name,
            domain=item.resource.domain,
            repo=item.resource.repo,
            content=self.content(item) if rendered.encoded is None else SnapshotContent(),
            fragment=rendered.fragment,
            inline=rendered.inline,
            earlier_digests=rendered.earlier_digests,
            encoded=rendered.encoded,
        )
