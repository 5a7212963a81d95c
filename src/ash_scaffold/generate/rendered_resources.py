"""Resources as they are rendered, and the snapshots of new ones, encoded with them.

One resource is independent of the next here, so all processors share them. What comes back of most
is text alone: of one that was never generated before the snapshot is written, too, and of one that
is as it was generated last nobody asks for more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
    resource_module,
)
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


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """How resources are rendered.

    `lib` is the folder of new modules, `paths` are those of modules that are there, `bases` the
    snapshots by table. `is_new` tells whether a resource was never generated, and nobody has
    written it; `content` is that of a snapshot.
    """

    renderer: Renderer
    lib: str
    paths: Mapping[str, str]
    layout: Callable[[Name], Layout]
    bases: Mapping[Name, Snapshot]
    is_new: Callable[[PlannedResource], bool]
    content: Callable[[PlannedResource], SnapshotContent]

    def modules(self, items: Sequence[PlannedResource]) -> list[Module]:
        """Render resources. Raises `ScaffoldError` for a template that can't be used."""
        found = map_over_cores(self._render, items, _Rendered, least=_LEAST)
        return [self._module(*each) for each in zip(items, found, strict=True)]

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
        )

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
