"""From a plan to the text of every module that a run writes, and its snapshot's content."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.hints import LegacySchema, memorable
from ash_scaffold.ash.model import Domain, Resource, SupportType
from ash_scaffold.ash.naming import module_path
from ash_scaffold.ash.plan import Plan, PlannedResource
from ash_scaffold.ash.project_state import ProjectState
from ash_scaffold.ash.types import earlier_type
from ash_scaffold.config.match import NO_COLUMN, Resolver
from ash_scaffold.config.options import Layout
from ash_scaffold.elixir.entity import EntityLines, Section, entity_lines
from ash_scaffold.elixir.merge import USE, DatabaseObjects, entities
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.elixir.sections import domain_section, sections
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.facts import TableFacts
from ash_scaffold.project.snapshot import (
    CarriedOver,
    EncodedSnapshot,
    NamesSnapshot,
    Ownership,
    digest,
)
from ash_scaffold.syntax.literal import flat, heredoc
from ash_scaffold.term import Module as Named
from ash_scaffold.term import Term

# The last part of the name of a resource's fragment.
FRAGMENT = "Generated"
# A character for private use, which is no text's own.
_MARK = "\ue000"
_ENCODER = msgspec.json.Encoder(order="deterministic")


class ModuleText(msgspec.Struct, frozen=True, kw_only=True):
    """A module as it was rendered, and the file it belongs in (relative to the project).

    `sections` are those that were rendered, where the packaged templates did it. A fragment's
    `owner` is the resource.
    """

    name: str
    path: str
    text: str
    sections: tuple[Section, ...] = ()
    owner: str = ""


class SnapshotContent(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a snapshot beside what was rendered; fields as in `Snapshot`.

    From `resource` on they are those of a fragment of actions, before that those of a resource.
    """

    planned: str = ""
    config_digest: str = ""
    names: NamesSnapshot = NamesSnapshot()
    facts: TableFacts | None = None
    legacy: tuple[LegacySchema, ...] = ()
    owned: Ownership | None = None
    resource: str = ""
    actions_of: Name | None = None
    attributes: str = ""
    style: str = ""
    interface: tuple[str, ...] = ()
    changesets: tuple[CarriedOver, ...] = ()


class Module(ModuleText, frozen=True, kw_only=True):
    """A resource, domain or type as it was rendered.

    `table`, `domain` and `repo` are a resource's. With the layout `fragment` the text has no
    sections: `fragment` is the module that has them, and `inline` the resource without a fragment.
    A domain that `adopts` is to go into the file of the legacy context of its name. `encoded` is
    the snapshot, in place of its `content`, of a resource that never was generated before.
    `earlier_digests` are those of the same module as it once was written: with every description
    on one line, with the types that were there before a support type was. `rendered_before` is the
    digest of a resource without text: one that would be rendered as it was generated last.
    """

    table: Name | None = None
    domain: str | None = None
    repo: str | None = None
    content: SnapshotContent = SnapshotContent()
    encoded: EncodedSnapshot | None = None
    fragment: ModuleText | None = None
    inline: str = ""
    earlier_digests: tuple[str, ...] = ()
    rendered_before: str = ""
    adopts: bool = False

    @property
    def parts(self) -> tuple[ModuleText, ...]:
        """The module itself and its fragment."""
        return (self,) if self.fragment is None else (self, self.fragment)

    @property
    def texts(self) -> dict[str, str]:
        """The text of each part by the name of its module."""
        return {part.name: part.text for part in self.parts}

    @property
    def digest(self) -> str:
        """The digest of all its text as it was rendered."""
        return self.rendered_before or digest("".join(self.texts.values()))

    @property
    def scope(self) -> str:
        """The prefix of its objects' names: the table that it is about, or the module itself."""
        table = self.content.actions_of if self.table is None else self.table
        return str(table) if table is not None else self.name


def render_modules(
    plan: Plan,
    renderer: Renderer,
    lib: str,
    paths: Mapping[str, str],
    also_listed: Mapping[str, Collection[str]] | None = None,
    layout: Callable[[Name], Layout] = lambda _table: "inline",
) -> list[Module]:
    """Render the modules that the run writes. `paths` are those of modules that are there.

    `also_listed` are further resources of domains: those that stay although they are not planned.
    `layout` is by table.
    """
    modules = [
        resource_module(item, renderer, lib, paths, layout(item.draft.name))
        for item in plan.resources
        if item.written
    ]
    modules += domains_and_types(plan, renderer, lib, paths, also_listed or {})
    return sorted(modules, key=lambda module: (module.path, module.name))


def domains_and_types(
    plan: Plan,
    renderer: Renderer,
    lib: str,
    paths: Mapping[str, str],
    also: Mapping[str, Collection[str]],
) -> list[Module]:
    """Render what a run writes beside resources, as `render_modules` does."""
    planned = {name: planned for planned, name in plan.modules.renamed.items()}
    known = {support.module for support in plan.supports}
    domains = {item.resource.domain for item in plan.resources if item.written} | also.keys()
    modules = [
        msgspec.structs.replace(
            _domain_module(_with(domain, also), renderer, lib, paths),
            adopts=domain.module in plan.modules.adopted,
        )
        for domain in plan.domains
        if domain.module in domains
    ]
    modules += [
        msgspec.structs.replace(
            _module(support.module, renderer.support(support), lib, paths),
            content=SnapshotContent(planned=planned.get(support.module, "")),
            earlier_digests=_earlier_digests(support, renderer, known),
        )
        for support in plan.supports
    ]
    return modules


def _earlier_digests(
    support: SupportType, renderer: Renderer, types: Collection[str]
) -> tuple[str, ...]:
    """Return the digest of a type over others as it was before one of these had its module."""
    values = {key: earlier_type(value, types) for key, value in support.values.items()}
    if values == support.values:
        return ()
    return (digest(renderer.support(msgspec.structs.replace(support, values=values))),)


def resource_module(
    item: PlannedResource, renderer: Renderer, lib: str, paths: Mapping[str, str], layout: Layout
) -> Module:
    """Render one resource."""
    module = _resource_module(item, item.resource, renderer, lib, paths, layout)
    once = []
    if any("\n" in text for text in _descriptions(item.resource)):
        plain = _resource_module(item, _marked(item.resource), renderer, lib, paths, layout)
        once.append("".join(plain.texts.values()).replace(f"\\u{{{ord(_MARK):X}}}", "\\n"))
    if types := earlier_types(support.module for support in item.draft.columns.supports):
        once += [_in_types(text, types) for text in ("".join(module.texts.values()), *once)]
    if not once:
        return module
    return msgspec.structs.replace(module, earlier_digests=tuple(map(digest, once)))


def unrendered_module(
    item: PlannedResource, lib: str, paths: Mapping[str, str], layout: Layout
) -> Module:
    """Return the module of a resource with the files of its parts, and without their text."""
    own, *others = part_names(item.resource, layout)
    return Module(
        name=own,
        path=_path(own, lib, paths),
        text="",
        table=item.draft.name,
        domain=item.resource.domain,
        repo=item.resource.repo,
        fragment=next(
            (
                ModuleText(name=name, path=_path(name, lib, paths), text="", owner=own)
                for name in others
            ),
            None,
        ),
    )


def part_names(resource: Resource, layout: Layout) -> tuple[str, ...]:
    """Return the modules that a resource is rendered as: itself, and with a fragment that."""
    own = resource.module
    return (own,) if layout == "inline" else (own, f"{own}.{FRAGMENT}")


def earlier_types(modules: Iterable[str]) -> dict[str, Term]:
    """Return by module what was written before there was this support type, where anything was."""
    found = {name: earlier_type(Named(name), (name,)) for name in modules}
    return {name: term for name, term in found.items() if term != Named(name)}


def _in_types(text: str, types: Mapping[str, Term]) -> str:
    """Return a text of code with other types, by their modules."""
    for name, other in types.items():
        text = re.sub(rf"\b{re.escape(name)}\b(?!\.)", flat(other), text)
    return text


def _descriptions(resource: Resource) -> Iterator[str]:
    yield resource.description or ""
    yield from (each.description or "" for each in resource.attributes)
    yield from (each.description or "" for each in resource.relationships)


def _marked(resource: Resource) -> Resource:
    """Return a resource with a mark for each line break of its descriptions."""

    def marked(text: str | None) -> str | None:
        return text if text is None or heredoc(text) is None else text.replace("\n", _MARK)

    replace = msgspec.structs.replace
    return replace(
        resource,
        description=marked(resource.description),
        attributes=tuple(
            replace(each, description=marked(each.description)) for each in resource.attributes
        ),
        relationships=tuple(
            replace(each, description=marked(each.description)) for each in resource.relationships
        ),
    )


def _resource_module(
    item: PlannedResource,
    resource: Resource,
    renderer: Renderer,
    lib: str,
    paths: Mapping[str, str],
    layout: Layout,
) -> Module:
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
    _, name = part_names(resource, layout)
    fragment = ModuleText(
        name=name,
        path=_path(name, lib, paths),
        text=renderer.fragment(name, resource, parts),
        sections=module.sections,
        owner=resource.module,
    )
    holder = renderer.holder(resource, [name])
    return msgspec.structs.replace(module, text=holder, sections=(), fragment=fragment, inline=text)


def generated_entities(module: ModuleText, text: str) -> tuple[EntityLines, ...]:
    """Return the entities of a module's text; without reading it where it is as it was rendered."""
    if not module.sections or text != module.text:
        return entities(text, DatabaseObjects(module.owner))
    start = text.index("\n") + 1
    lines = text[start : text.index("\n\n", start)].split("\n")
    use = EntityLines(*USE, tuple(line.removeprefix("  ") for line in lines))
    return (use, *entity_lines(module.sections))


def _with(domain: Domain, also: Mapping[str, Collection[str]]) -> Domain:
    more = also.get(domain.module, ())
    resources = tuple(sorted({*domain.resources, *more}))
    return msgspec.structs.replace(domain, resources=resources)


def extra_module(name: str, text: str, lib: str, paths: Mapping[str, str]) -> Module:
    """Return a module that is neither a resource nor a domain nor a type; `paths` as above."""
    return _module(name, text, lib, paths)


def _domain_module(
    domain: Domain, renderer: Renderer, lib: str, paths: Mapping[str, str]
) -> Module:
    module = _module(domain.module, renderer.domain(domain), lib, paths)
    if not renderer.packaged or not domain.resources:
        return module
    return msgspec.structs.replace(module, sections=(domain_section(domain),))


def _module(name: str, text: str, lib: str, paths: Mapping[str, str]) -> Module:
    return Module(name=name, path=_path(name, lib, paths), text=text)


def _path(name: str, lib: str, paths: Mapping[str, str]) -> str:
    return paths.get(name) or f"{lib}/{module_path(name)}"


def config_digest(
    facts: TableFacts,
    domain: str,
    state: ProjectState,
    config: Resolver,
    legacy: Sequence[LegacySchema] | None = None,
) -> str:
    """Return the digest of configuration and legacy code for one table of a (logical) domain.

    `legacy` are the Ecto schemas of the table, for callers that have them by table.

    The text of a module changes with the schema, with configuration and legacy code, and with the
    version of the tool. The facts tell the first, and this digest the second from the third.

    Names in people's files are not in it: what is generated from the old facts has them as well.
    """
    table = facts.name
    schemas = [each for each in state.legacy if each.table == table] if legacy is None else legacy
    entry = msgspec.structs.asdict(
        msgspec.structs.replace(config.for_table(table), renamed_from=None)
    )
    # Where it decides nothing, the digest is that of versions without the option.
    del entry["embeds"]
    del entry["tenancy"]
    content = (
        entry,
        config.actions_for(table, domain),
        config.use_for(table),
        config.extensions_for(table),
        config.owned_by_ash(table),
        domain,
        state.repo_of(table),
        list(_configured_columns(facts, config)),
        [(str(each.name), config.type_for(each.name)) for each in facts.types],
        [memorable(schema) for schema in schemas],
        *((False,) if config.config.legacy_types is False else ()),
        *(("messages", each) for each in (config.config.messages,) if each is not None),
        *_embeds(facts, domain, schemas, config),
        *_tenancy(table, config),
    )
    return digest(_ENCODER.encode(content).decode())


def _embeds(
    facts: TableFacts, domain: str, schemas: Sequence[LegacySchema], config: Resolver
) -> Iterable[object]:
    """Yield the columns whose Ecto embed is to be a resource, where one is."""
    context = schemas[0].context if schemas else domain
    for column in facts.columns:
        if config.embeds_for(facts.name, column.name, context):
            yield column.name, "embeds"


def _tenancy(table: Name, config: Resolver) -> Iterable[object]:
    """Yield what the configuration says of tenants, but for the schemas, which are all alike."""
    own, said = config.for_table(table).tenancy, config.config.tenancy
    if own is not None:
        yield "tenancy of the table", own
    if said is not None:
        yield "tenancy", msgspec.structs.replace(said, schema=None, schemas=())


def _configured_columns(facts: TableFacts, config: Resolver) -> Iterable[object]:
    for column in facts.columns:
        entry = config.for_column(facts.name, column.name)
        kind = config.type_for(column.type.name)
        if entry is not NO_COLUMN or kind is not None:
            yield column.name, msgspec.structs.replace(entry, renamed_from=None), kind
