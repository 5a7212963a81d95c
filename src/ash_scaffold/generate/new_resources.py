"""Resources of which nothing was generated before: rendered, and their snapshots encoded with them.

Most runs have few, the first one of a schema has nothing else. One resource is independent of the
next here, so all processors share them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from ash_scaffold import __version__
from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.config.options import Layout
from ash_scaffold.cores import map_over_cores
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.generate.module_versions import all_entities, new_snapshot
from ash_scaffold.generate.modules import (
    Module,
    ModuleText,
    SnapshotContent,
    resource_module,
)
from ash_scaffold.project.snapshot import EncodedSnapshot, encode, snapshot_path

# What a copy of the process costs is what so many resources take to be rendered.
_LEAST = 50


class _Rendered(msgspec.Struct, frozen=True):
    """A module as text: all that is needed of it where it is written as it is."""

    name: str
    path: str
    text: str
    fragment: ModuleText | None
    inline: str
    earlier_digests: tuple[str, ...]
    encoded: EncodedSnapshot


def new_modules(
    items: Sequence[PlannedResource],
    renderer: Renderer,
    lib: str,
    paths: Mapping[str, str],
    layout: Layout,
    content: Callable[[PlannedResource], SnapshotContent],
) -> list[Module]:
    """Render new resources by the packaged templates; `content` is that of their snapshots."""

    def render(item: PlannedResource) -> _Rendered:
        module = resource_module(item, renderer, lib, paths, layout)
        module = msgspec.structs.replace(module, content=content(item))
        texts = module.texts
        found = all_entities(module, texts)
        snapshot = new_snapshot(module, None, __version__, texts, found, (), hand_written=False)
        files = tuple(part.path for part in module.parts)
        fragment = module.fragment
        return _Rendered(
            name=module.name,
            path=module.path,
            text=module.text,
            fragment=fragment and msgspec.structs.replace(fragment, sections=()),
            inline=module.inline,
            earlier_digests=module.earlier_digests,
            encoded=EncodedSnapshot(snapshot_path(snapshot), files, encode(snapshot)),
        )

    rendered = map_over_cores(render, items, _Rendered, least=_LEAST)
    return [
        Module(
            name=each.name,
            path=each.path,
            text=each.text,
            table=item.draft.name,
            domain=item.resource.domain,
            repo=item.resource.repo,
            fragment=each.fragment,
            inline=each.inline,
            earlier_digests=each.earlier_digests,
            encoded=each.encoded,
        )
        for item, each in zip(items, rendered, strict=True)
    ]
