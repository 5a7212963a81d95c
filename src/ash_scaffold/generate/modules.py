"""From a plan to the text of every module that a run writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import msgspec

from ash_scaffold.ash.hints import LegacySchema
from ash_scaffold.ash.model import Domain
from ash_scaffold.ash.naming import module_path
from ash_scaffold.ash.plan import Plan, PlannedResource
from ash_scaffold.config.options import Layout
from ash_scaffold.elixir.entity import EntityLines, Section, entity_lines
from ash_scaffold.elixir.merge import USE, DatabaseObjects, entities
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.elixir.sections import sections
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.facts import TableFacts
from ash_scaffold.project.snapshot import NamesSnapshot, digest

# The last part of the name of a resource's fragment.
FRAGMENT = "Generated"


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A module as it was rendered, and the file it belongs in (relative to the project).

    Of a resource also what its snapshot keeps beside the text; `planned` is what a module that
    somebody has renamed would be called. `sections` are those that were rendered, where the
    packaged templates did it. With the layout
    `fragment` the text has none: `fragment` is the module that holds them, its `owner` is the
    resource, and `inline` the resource as it would be without it. A domain that `adopts` is to
    go into the file of the legacy context of its name.
    """

    name: str
    path: str
    text: str
    table: Name | None = None
    domain: str | None = None
    repo: str | None = None
    choices: str = ""
    names: NamesSnapshot = NamesSnapshot()
    facts: TableFacts | None = None
    legacy: tuple[LegacySchema, ...] = ()
    planned: str = ""
    sections: tuple[Section, ...] = ()
    owner: str = ""
    fragment: Module | None = None
    inline: str = ""
    adopts: bool = False

    @property
    def parts(self) -> tuple[Module, ...]:
        """The module itself and its fragment."""
        return (self,) if self.fragment is None else (self, self.fragment)

    @property
    def texts(self) -> dict[str, str]:
        """The text of each of its parts."""
        return {part.name: part.text for part in self.parts}

    @property
    def digest(self) -> str:
        """The digest of all its text as it was rendered."""
        return digest("".join(self.texts.values()))

    @property
    def scope(self) -> str:
        """What the names of its objects begin with: the table, or the module itself."""
        return str(self.table) if self.table is not None else self.name


def render_modules(
    plan: Plan,
    renderer: Renderer,
    lib: str,
    paths: Mapping[str, str],
    listed: Mapping[str, Collection[str]] | None = None,
    layout: Callable[[Name], Layout] = lambda _table: "inline",
) -> list[Module]:
    """Render the modules that the run writes. `paths` are those of modules that are there.

    `listed` are resources by domain that it lists besides: their table is gone, they are not.
    `layout` is by table.
    """
    besides = listed or {}
    modules = [
        resource_module(item, renderer, lib, paths, layout(item.draft.name))
        for item in plan.resources
        if item.written
    ]
    planned = {name: planned for planned, name in plan.modules.renamed.items()}
    domains = {item.resource.domain for item in plan.resources if item.written} | besides.keys()
    modules += [
        msgspec.structs.replace(
            _module(domain.module, renderer.domain(_with(domain, besides)), lib, paths),
            adopts=domain.module in plan.modules.adopted,
        )
        for domain in plan.domains
        if domain.module in domains
    ]
    modules += [
        msgspec.structs.replace(
            _module(support.module, renderer.support(support), lib, paths),
            planned=planned.get(support.module, ""),
        )
        for support in plan.supports
    ]
    return sorted(modules, key=lambda module: (module.path, module.name))


def resource_module(
    item: PlannedResource, renderer: Renderer, lib: str, paths: Mapping[str, str], layout: Layout
) -> Module:
    """Render one resource."""
    resource = item.resource
    parts = sections(resource)
    text = renderer.resource(resource, parts)
    module = msgspec.structs.replace(
        _module(resource.module, text, lib, paths),
        table=item.draft.name,
        domain=resource.domain,
        repo=resource.repo,
        sections=parts if renderer.packaged else (),
    )
    if layout == "inline":
        return module
    name = f"{resource.module}.{FRAGMENT}"
    fragment = msgspec.structs.replace(
        _module(name, renderer.fragment(name, resource, parts), lib, paths),
        sections=module.sections,
        owner=resource.module,
    )
    holder = renderer.holder(resource, [name])
    return msgspec.structs.replace(module, text=holder, sections=(), fragment=fragment, inline=text)


def generated_entities(module: Module, text: str) -> tuple[EntityLines, ...]:
    """Return the entities of a module's text; without reading it where it is as it was rendered."""
    if not module.sections or text != module.text:
        return entities(text, DatabaseObjects(module.owner))
    start = text.index("\n") + 1
    lines = text[start : text.index("\n\n", start)].split("\n")
    use = EntityLines(*USE, tuple(line.removeprefix("  ") for line in lines))
    return (use, *entity_lines(module.sections))


def _with(domain: Domain, besides: Mapping[str, Collection[str]]) -> Domain:
    more = besides.get(domain.module, ())
    return Domain(module=domain.module, resources=tuple(sorted({*domain.resources, *more})))


def _module(name: str, text: str, lib: str, paths: Mapping[str, str]) -> Module:
    return Module(name=name, path=paths.get(name) or f"{lib}/{module_path(name)}", text=text)
