"""A resource from its source: its module, base modules and fragments, read and never run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.dsl import RESOURCE_OPTIONS, default_foreign_key_name, default_index_name
from ash_scaffold.ash.model import (
    ABSENT,
    Attribute,
    ConstraintName,
    IdentityDef,
    Multitenancy,
    Path,
    ReadAction,
    ReadResource,
    Reference,
    Resource,
)
from ash_scaffold.elixir.read.extensions import add_attributes, read_multitenancy
from ash_scaffold.elixir.read.reads import has_update, read_actions, read_preparations
from ash_scaffold.elixir.read.sections import (
    SECTIONS,
    Parts,
    joined,
    read_attributes,
    read_identities,
    read_postgres,
    read_relationships,
    setting_value,
)
from ash_scaffold.elixir.read.values import (
    ModuleSource,
    Options,
    name_of,
    names_in,
    read_term,
    statements,
)
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name
from ash_scaffold.syntax.entities import entity
from ash_scaffold.syntax.modules import Aliases, modules
from ash_scaffold.syntax.parse import CallSite, call_site, calls, module_attribute, parse
from ash_scaffold.syntax.values import Unreadable, Value
from ash_scaffold.term import Module, Term

FRAGMENT = "Spark.Dsl.Fragment"
_RESOURCE = "Ash.Resource"
_OWN = (_RESOURCE, FRAGMENT)
# Statements of a module that add nothing to its DSL.
_PLAIN = frozenset(
    "alias import require def defp defmacro defmacrop defguard defguardp defdelegate defstruct "
    "defexception defoverridable defmodule defimpl defprotocol".split()
)
# Blocks whose content is decided at compile time.
_CODE = frozenset("if unless case cond for with quote try receive".split())
_USE = frozenset("authorizers domain extensions data_layer fragments notifiers of otp_app".split())
_SECTIONS = {
    "attributes": read_attributes,
    "relationships": read_relationships,
    "identities": read_identities,
    "postgres": read_postgres,
}
_EXTENSION_SECTIONS = frozenset("archive cloak multitenancy state_machine".split())
_FIELDS = {
    "postgres": ("table", "schema", "repo", "migrate"),
    "resource": ("description", "require_primary_key"),
}


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """Where a resource belongs, read from one module: None where that isn't readable there.

    `fragments` are the modules that the rest of it is in.
    """

    table: str | None = None
    schema: str | None = None
    repo: str | None = None
    domain: str | None = None
    fragments: tuple[str, ...] = ()


class Source(msgspec.Struct, frozen=True):
    """A file: its path, as places shall name it, and its bytes."""

    path: str
    text: bytes


def read_declaration(where: ModuleSource) -> Declaration:
    """Read where a resource belongs from its own module alone, or from one of its fragments."""
    settings: dict[str, str] = {}
    for section in calls(where.tree, where.module.body, "postgres"):
        for call in calls(where.tree, section.body or (), "table", "schema", "repo"):
            value = setting_value(where, call)
            if isinstance(value, str) and value != "nil":
                settings[call.name] = value
    domains = (value.name for value in _use_options(where, "domain") if isinstance(value, Module))
    lists = (value for value in _use_options(where, "fragments") if isinstance(value, list))
    return Declaration(
        table=settings.get("table"),
        schema=settings.get("schema"),
        repo=settings.get("repo"),
        domain=next(domains, None),
        fragments=names_in(next(lists, [])) or (),
    )


def _use_options(where: ModuleSource, name: str) -> Iterator[Value]:
    """Yield the values of an option of the `use`s in a module."""
    for use in where.module.uses:
        node = use.call.option(name)
        if node is not None:
            yield read_term(where, node)


def read_resource(
    sources: Sequence[Source], module: str, tables: Mapping[str, Name] | None = None
) -> ReadResource:
    """Read one resource from the files that define it and its fragments.

    `tables` gives the table of a module whose own source doesn't have it readably. A module that no
    source defines is a resource of which nothing is known.
    """
    return read_resources(sources, [module], tables)[module]


def read_resources(
    sources: Sequence[Source], wanted: Iterable[str], tables: Mapping[str, Name] | None = None
) -> dict[str, ReadResource]:
    """Read several resources, each file parsed once; by module, in the order of `wanted`."""
    sources_by_module: dict[str, ModuleSource] = {}
    for source in sources:
        tree = parse(source.text)
        for defined in modules(tree):
            sources_by_module.setdefault(defined.name, ModuleSource(tree, defined, source.path))
    return {name: _read(name, sources_by_module, (tables or {}).get(name)) for name in wanted}


def _read(
    module: str, sources_by_module: Mapping[str, ModuleSource], table: Name | None
) -> ReadResource:
    parts = Parts(module)
    where = sources_by_module.get(module)
    if where is None:
        parts.open()
    else:
        parts.places[()] = where.place(where.module.call)
        _read_module(where, parts, sources_by_module)
        if not add_attributes(where, parts):
            # Their transformers may add entities that are written nowhere.
            parts.open("attributes", "relationships", "identities")
        if where.tree.root.has_error:
            # A part that does not parse can hide other entities.
            parts.open()
    _pin(parts, table)
    attributes = _attributes(parts)
    resource = _resource(parts, attributes)
    return ReadResource(
        resource=resource,
        unknown=frozenset(parts.unknown | {(name,) for name in SECTIONS if name in parts.opened}),
        places=parts.places,
        fields=frozenset(parts.fields),
        queries=frozenset(parts.queries),
        reads=_reads(parts),
        updates=any(has_update(*each) for each in parts.query_sections.get("actions", ())),
    )


def _reads(parts: Parts) -> tuple[ReadAction, ...]:
    """Return the read actions, with what the resource's preparations add to each."""
    found: dict[str, ReadAction] = {}
    for where, section in parts.query_sections.get("actions", ()):
        for action in read_actions(where, section):
            found.setdefault(action.name, action)
    if not found:
        return ()
    sections = parts.query_sections.get("preparations", ())
    added = [read_preparations(where, section) for where, section in sections]
    return tuple(
        msgspec.structs.replace(
            action,
            sort=(*(pair for each in added for pair in each.sort), *action.sort),
            equal=(*(name for each in added for name in each.equal), *action.equal),
            filtered=parts.is_filtered or any(each.filtered for each in (*added, action)),
            known=all(each.known for each in (*added, action)),
        )
        for action in found.values()
    )


def _multitenancy(parts: Parts) -> Multitenancy | None:
    section = parts.extension_sections.get("multitenancy")
    if section is None:
        # What was not read may have it.
        parts.unknown |= {("multitenancy",)} if "multitenancy" in parts.opened else set()
        return None
    parts.places["multitenancy",] = section[0].place(section[1])
    found = read_multitenancy(section)
    if found is None:
        parts.unknown.add(("multitenancy",))
    return found


def _pin(parts: Parts, table: Name | None) -> None:
    """Add the table where the source leaves it open, and mark the fields that stay unknown."""
    if table is not None and ("table" not in parts.settings or ("schema",) in parts.unknown):
        parts.settings |= {"table": table.name, "schema": table.schema}
        parts.unknown -= {("table",), ("schema",)}
    for section, fields in _FIELDS.items():
        if section in parts.opened:
            parts.unknown |= {(field,) for field in fields if field not in parts.settings}


def _attributes(parts: Parts) -> tuple[Attribute, ...]:
    """Return the attributes; those that a belongs_to defines stand last, as Ash adds them."""
    added = {n: a for n, a in parts.defined.items() if n not in parts.attributes}
    for name in parts.defined:
        old = ("attributes of relationships", name)
        place = parts.places.pop(old)
        unknown = {path for path in parts.unknown if path[:2] == old}
        parts.unknown -= unknown
        if name in added:
            parts.note("attributes", name, place, [path[2] for path in unknown])
    return (*parts.attributes.values(), *added.values())


def _resource(parts: Parts, attributes: tuple[Attribute, ...]) -> Resource:
    def text(field: str, default: str = "") -> str:
        value = parts.settings.get(field)
        return value if isinstance(value, str) else default

    def listed(option: str) -> tuple[ConstraintName, ...]:
        return tuple(parts.constraints.get(option, {}).values())

    table = text("table")
    schema = text("schema", DEFAULT_SCHEMA)
    description: Term = parts.settings.get("description")
    multitenancy = _multitenancy(parts)
    if "domain" not in parts.settings:
        parts.unknown.add(("domain",))
    return Resource(
        module=parts.module,
        domain=text("domain"),
        repo=text("repo"),
        table=table,
        schema=DEFAULT_SCHEMA if schema == "nil" else schema,
        base=text("base"),
        extensions=tuple(parts.extensions),
        migrate=parts.settings.get("migrate", True) is True,
        description=description if isinstance(description, str) else None,
        require_primary_key=parts.settings.get("require_primary_key", True) is not False,
        multitenancy=multitenancy,
        attributes=attributes,
        relationships=tuple(joined(each, parts) for each in parts.relationships.values()),
        identities=tuple(
            _identity(i, table, parts, multitenancy) for i in parts.identities.values()
        ),
        references=tuple(_reference(r, table, parts) for r in parts.references.values()),
        check_constraints=tuple(parts.checks.values()),
        unique_index_names=listed("unique_index_names"),
        exclusion_constraint_names=listed("exclusion_constraint_names"),
        foreign_key_names=listed("foreign_key_names"),
    )


def _identity(
    identity: IdentityDef, table: str, parts: Parts, multitenancy: Multitenancy | None
) -> IdentityDef:
    """Add the options of `postgres` to an identity; AshPostgres names its index by the table.

    Its index has the tenant's column before the keys, and the base filter as its condition.
    """
    given, sql = parts.index_names.get(identity.name), parts.wheres.get(identity.name)
    fields = {
        "index_name": (identity.name, parts.index_names),
        "where_sql": (identity.name, parts.wheres),
    }
    unknown: set[Path] = set()
    for field, (name, texts) in fields.items():
        if texts.get(name) is None and (name in texts or "postgres" in parts.opened):
            unknown.add(("identities", name, field))
    keys = identity.keys
    if not identity.all_tenants:
        if ("multitenancy",) in parts.unknown:
            unknown.add(("identities", identity.name, "keys"))
        elif multitenancy is not None and multitenancy.attribute not in (None, *keys):
            keys = (str(multitenancy.attribute), *keys)
    if parts.is_filtered:
        unknown |= {("identities", identity.name, field) for field in ("where", "where_sql")}
    if ("identities", identity.name, "index_name") in unknown or (given is None and not table):
        unknown.add(("identities", identity.name, "index"))
    parts.unknown |= unknown
    return msgspec.structs.replace(
        identity,
        keys=keys,
        index=given or default_index_name(table, identity.name),
        index_name=given,
        where_sql=sql,
    )


def _reference(reference: Reference, table: str, parts: Parts) -> Reference:
    """Add the name of the key: AshPostgres' own, `<table>_<attribute>_fkey`, if none is written."""
    relationship = parts.relationships.get(reference.relationship)
    path = ("references", reference.relationship)
    if (*path, "name") in parts.unknown or relationship is None or not table:
        parts.unknown.add((*path, "foreign_key"))
    attribute = relationship.source_attribute if relationship is not None else ""
    computed = default_foreign_key_name(table, attribute)
    return msgspec.structs.replace(reference, foreign_key=reference.name or computed)


def _read_module(where: ModuleSource, parts: Parts, modules: Mapping[str, ModuleSource]) -> None:
    """Read a resource's module, its base modules and its fragments.

    `modules` are those that were read; any other that is used or named could add anything.
    """
    if where.module.name not in parts.read:
        parts.read.add(where.module.name)
        _nodes(where, where.module.body, parts, modules)


def _nodes(
    where: ModuleSource,
    nodes: Sequence[Node],
    parts: Parts,
    modules: Mapping[str, ModuleSource],
    within: _Quoted | None = None,
) -> None:
    """Read the statements of a module, or those that a base module puts into it."""
    fragments: list[str] = []
    for node in nodes:
        call = call_site(where.tree, node)
        if call is not None and call.name == "use":
            fragments += _use(where, call, parts, modules, within)
        else:
            _statement(where, node, call, parts)
    for name in fragments:
        fragment = modules.get(name)
        if fragment is None or fragment.module.use(FRAGMENT) is None:
            parts.open()
        else:
            _read_module(fragment, parts, modules)


def _statement(where: ModuleSource, node: Node, call: CallSite | None, parts: Parts) -> None:
    if call is None:
        if module_attribute(where.tree, node) is None and node.type not in ("string", "atom"):
            parts.open()
    elif call.name in _SECTIONS and not call.args:
        _SECTIONS[call.name](where, call, parts)
    elif call.name == "resource" and not call.args:
        _resource_section(where, call, parts)
    elif call.name in _EXTENSION_SECTIONS and not call.args:
        parts.extension_sections.setdefault(call.name, (where, call))
    elif call.name in ("calculations", "aggregates") and not call.args:
        _fields(where, call, parts)
    elif call.name in ("actions", "preparations") and not call.args:
        parts.query_sections.setdefault(call.name, []).append((where, call))
    elif call.name not in _PLAIN and (
        call.body is None or call.args or call.keywords is not None or call.name in _CODE
    ):
        parts.open()


def _use(
    where: ModuleSource,
    call: CallSite,
    parts: Parts,
    modules: Mapping[str, ModuleSource],
    within: _Quoted | None,
) -> tuple[str, ...]:
    """Read a `use`; return the fragments that it names."""
    module = read_term(where, call.args[0]) if call.args else None
    name = module.name if isinstance(module, Module) else ""
    own = name in _OWN
    item = entity(where.tree, call)
    if within is not None:
        handed_on = tuple(node for node in item.args if not within.passes_options(node))
        item = msgspec.structs.replace(item, args=handed_on)
    options = Options(where, item, _USE, 1)
    if not own:
        _base(name, parts, modules)
    elif options.open:
        parts.open()
    if not own and not any(map(options.has, _USE)):
        return ()
    if name != FRAGMENT:
        parts.settings.setdefault("base", name)
    domain = name_of(options.term("domain"))
    if domain is not None and domain != "nil":
        parts.settings.setdefault("domain", domain)
    elif options.has("domain"):
        parts.unknown.add(("domain",))
    return _lists(options, parts)


def _base(name: str, parts: Parts, modules: Mapping[str, ModuleSource]) -> None:
    """Read the statements that a module of the project adds to the one that uses it."""
    base = modules.get(name)
    inside = _quoted(base, parts.module) if base is not None and name not in parts.read else None
    if inside is None:
        parts.open()
        return
    parts.read.add(name)
    if any(use.args and _is_resource(inside, use) for use in _uses(inside)):
        parts.settings.setdefault("base", name)
    _nodes(inside.where, inside.nodes, parts, modules, inside)


def _uses(inside: _Quoted) -> tuple[CallSite, ...]:
    return calls(inside.where.tree, inside.nodes, "use")


def _is_resource(inside: _Quoted, use: CallSite) -> bool:
    return read_term(inside.where, use.args[0]) == Module(_RESOURCE)


def _lists(options: Options, parts: Parts) -> tuple[str, ...]:
    extensions = names_in(options.term("extensions"))
    if extensions is not None:
        parts.extensions += extensions
    elif options.has("extensions"):
        parts.unknown.add(("extensions",))
        parts.open("attributes", "relationships", "identities")
    fragments = names_in(options.term("fragments"))
    if fragments is None and options.has("fragments"):
        parts.open()
    return fragments or ()


def _resource_section(where: ModuleSource, section: CallSite, parts: Parts) -> None:
    for item in statements(where, section):
        if item is None or item.word not in RESOURCE_OPTIONS:
            parts.open("resource")
        elif item.word == "base_filter":
            parts.is_filtered = True
        elif item.word in ("description", "require_primary_key?") and len(item.call.values) == 1:
            field = item.word.rstrip("?")
            value = read_term(where, item.call.values[0])
            parts.places[field,] = where.place(item.call)
            if isinstance(value, Unreadable):
                parts.unknown.add((field,))
            else:
                parts.settings[field] = value


def _fields(where: ModuleSource, section: CallSite, parts: Parts) -> None:
    for item in statements(where, section):
        value = read_term(where, item.args[0]) if item is not None and item.args else ABSENT
        name = None if isinstance(value, Unreadable) else name_of(value)
        if name is not None:
            parts.fields.add(name)


class _Quoted(msgspec.Struct, frozen=True):
    """The statements that `use` puts into a module, and where they are read.

    `options` is the macro's parameter for the options of the `use`.
    """

    where: ModuleSource
    nodes: tuple[Node, ...]
    options: str

    def passes_options(self, node: Node) -> bool:
        """Whether an argument hands on the options of the `use`."""
        text = "".join(self.where.tree.text(node).split())
        return bool(self.options) and text in (self.options, f"unquote({self.options})")


def _quoted(base: ModuleSource, module: str) -> _Quoted | None:
    """Return the statements that a base module adds to a resource, None if it has to be run."""
    heads = [
        (macro, head)
        for macro in calls(base.tree, base.module.body, "defmacro")
        for head in [_head(base, macro)]
        if head is not None
    ]
    if len(heads) != 1:
        return None
    macro, head = heads[0]
    inside = calls(base.tree, macro.body or ())
    if len(macro.body or ()) != 1 or len(inside) != 1 or inside[0].name != "quote":
        return None
    if inside[0].body is None or inside[0].args:
        return None
    # `__MODULE__` in a quote is the module that it is put into.
    aliases = Aliases(base.module.aliases.names, module)
    where = msgspec.structs.replace(
        base, module=msgspec.structs.replace(base.module, aliases=aliases)
    )
    options = base.tree.text(head.args[0]) if len(head.args) == 1 else ""
    return _Quoted(where, inside[0].body, options if options.isidentifier() else "")


def _head(base: ModuleSource, macro: CallSite) -> CallSite | None:
    """Return the head of a macro that is `__using__` without a guard."""
    head = call_site(base.tree, macro.args[0]) if macro.args else None
    return head if head is not None and head.name == "__using__" else None
