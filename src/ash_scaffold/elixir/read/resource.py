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
    Path,
    ReadResource,
    Reference,
    Resource,
)
from ash_scaffold.elixir.read.sections import (
    SECTIONS,
    Found,
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


class Quoted(msgspec.Struct, frozen=True):
    """The statements that `use` puts into a module, and where they are read.

    `options` is what the macro calls those that `use` is given.
    """

    where: ModuleSource
    nodes: tuple[Node, ...]
    options: str

    def gives_options(self, node: Node) -> bool:
        """Whether an argument hands on the options of the `use`."""
        text = "".join(self.where.tree.text(node).split())
        return bool(self.options) and text in (self.options, f"unquote({self.options})")


def quoted(base: ModuleSource, module: str) -> Quoted | None:
    """Return what a base module puts into a resource's module, None when that has to be run."""
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
    return Quoted(where, inside[0].body, options if options.isidentifier() else "")


def _head(base: ModuleSource, macro: CallSite) -> CallSite | None:
    """Return the head of a macro that is `__using__` without a guard."""
    head = call_site(base.tree, macro.args[0]) if macro.args else None
    return head if head is not None and head.name == "__using__" else None


FRAGMENT = "Spark.Dsl.Fragment"
_RESOURCE = "Ash.Resource"
_OWN = (_RESOURCE, FRAGMENT)
# Statements of a module that add nothing to its DSL.
_PLAIN = frozenset(
    "alias import require def defp defmacro defmacrop defguard defguardp defdelegate defstruct "
    "defexception defoverridable defmodule defimpl defprotocol".split()
)
# Blocks that decide at compile time what is in the module.
_CODE = frozenset("if unless case cond for with quote try receive".split())
# Extensions that leave attributes, relationships and identities as they are written.
_EXTENSIONS = frozenset(
    "AshAdmin.Resource AshAi AshGraphql.Resource AshJsonApi.Resource AshOban AshPhoenix "
    "AshRateLimiter AshTypescript.Resource Ash.Policy.Authorizer Ash.Notifier.PubSub "
    "AshPostgres.DataLayer".split()
)
_USE = frozenset("authorizers domain extensions data_layer fragments notifiers of otp_app".split())
_SECTIONS = {
    "attributes": read_attributes,
    "relationships": read_relationships,
    "identities": read_identities,
    "postgres": read_postgres,
}


def read_module(where: ModuleSource, found: Found, modules: Mapping[str, ModuleSource]) -> None:
    """Read a resource's module, its base modules and its fragments.

    `modules` are those that are at hand; any other that is used or named could say anything.
    """
    if where.module.name not in found.read:
        found.read.add(where.module.name)
        _nodes(where, where.module.body, found, modules)


def _nodes(
    where: ModuleSource,
    nodes: Sequence[Node],
    found: Found,
    modules: Mapping[str, ModuleSource],
    within: Quoted | None = None,
) -> None:
    """Read the statements of a module, or those that a base module puts into it."""
    fragments: list[str] = []
    for node in nodes:
        call = call_site(where.tree, node)
        if call is not None and call.name == "use":
            fragments += _use(where, call, found, modules, within)
        else:
            _statement(where, node, call, found)
    for name in fragments:
        fragment = modules.get(name)
        if fragment is None or fragment.module.use(FRAGMENT) is None:
            found.open()
        else:
            read_module(fragment, found, modules)


def _statement(where: ModuleSource, node: Node, call: CallSite | None, found: Found) -> None:
    if call is None:
        if module_attribute(where.tree, node) is None and node.type not in ("string", "atom"):
            found.open()
    elif call.name in _SECTIONS and not call.args:
        _SECTIONS[call.name](where, call, found)
    elif call.name == "resource" and not call.args:
        _resource_section(where, call, found)
    elif call.name in ("calculations", "aggregates") and not call.args:
        _fields(where, call, found)
    elif call.name not in _PLAIN and (
        call.body is None or call.args or call.keywords is not None or call.name in _CODE
    ):
        found.open()


def _use(
    where: ModuleSource,
    call: CallSite,
    found: Found,
    modules: Mapping[str, ModuleSource],
    within: Quoted | None,
) -> tuple[str, ...]:
    """Read a `use`; return the fragments that it names."""
    module = read_term(where, call.args[0]) if call.args else None
    name = module.name if isinstance(module, Module) else ""
    own = name in _OWN
    item = entity(where.tree, call)
    if within is not None:
        handed_on = tuple(node for node in item.args if not within.gives_options(node))
        item = msgspec.structs.replace(item, args=handed_on)
    options = Options(where, item, _USE, 1)
    if not own:
        _base(name, found, modules)
    elif options.open:
        found.open()
    if not own and not any(map(options.states, _USE)):
        return ()
    if name != FRAGMENT:
        found.settings.setdefault("base", name)
    domain = name_of(options.term("domain"))
    if domain is not None and domain != "nil":
        found.settings.setdefault("domain", domain)
    elif options.states("domain"):
        found.unknown.add(("domain",))
    return _lists(options, found)


def _base(name: str, found: Found, modules: Mapping[str, ModuleSource]) -> None:
    """Read what a module of the project puts into the one that uses it."""
    base = modules.get(name)
    inside = quoted(base, found.module) if base is not None and name not in found.read else None
    if inside is None:
        found.open()
        return
    found.read.add(name)
    if any(use.args and _is_resource(inside, use) for use in _uses(inside)):
        found.settings.setdefault("base", name)
    _nodes(inside.where, inside.nodes, found, modules, inside)


def _uses(inside: Quoted) -> tuple[CallSite, ...]:
    return calls(inside.where.tree, inside.nodes, "use")


def _is_resource(inside: Quoted, use: CallSite) -> bool:
    return read_term(inside.where, use.args[0]) == Module(_RESOURCE)


def _lists(options: Options, found: Found) -> tuple[str, ...]:
    extensions = names_in(options.term("extensions"))
    if extensions is not None:
        found.extensions += extensions
    elif options.states("extensions"):
        found.unknown.add(("extensions",))
    if (extensions is None and options.states("extensions")) or not _EXTENSIONS.issuperset(
        extensions or ()
    ):
        # Their transformers may add what is written nowhere.
        found.open("attributes", "relationships", "identities")
    fragments = names_in(options.term("fragments"))
    if fragments is None and options.states("fragments"):
        found.open()
    return fragments or ()


def _resource_section(where: ModuleSource, section: CallSite, found: Found) -> None:
    for item in statements(where, section):
        if item is None or item.word not in RESOURCE_OPTIONS:
            found.open("resource")
        elif item.word in ("description", "require_primary_key?") and len(item.call.values) == 1:
            field = item.word.rstrip("?")
            value = read_term(where, item.call.values[0])
            found.places[field,] = where.place(item.call)
            if isinstance(value, Unreadable):
                found.unknown.add((field,))
            else:
                found.settings[field] = value


def _fields(where: ModuleSource, section: CallSite, found: Found) -> None:
    for item in statements(where, section):
        value = read_term(where, item.args[0]) if item is not None and item.args else ABSENT
        name = None if isinstance(value, Unreadable) else name_of(value)
        if name is not None:
            found.fields.add(name)


_FIELDS = {
    "postgres": ("table", "schema", "repo", "migrate"),
    "resource": ("description", "require_primary_key"),
}


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a resource, as its module says it: None for what isn't readable there.

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
    """Read the place of a resource from its own module alone, or from one of its fragments."""
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

    `tables` gives the table of a module whose own source doesn't say it readably. A module that no
    source defines is a resource of which nothing is known.
    """
    return read_resources(sources, [module], tables)[module]


def read_resources(
    sources: Sequence[Source], wanted: Iterable[str], tables: Mapping[str, Name] | None = None
) -> dict[str, ReadResource]:
    """Read several resources, each file parsed once; by module, in the order asked for."""
    at_hand: dict[str, ModuleSource] = {}
    for source in sources:
        tree = parse(source.text)
        for defined in modules(tree):
            at_hand.setdefault(defined.name, ModuleSource(tree, defined, source.path))
    return {name: _read(name, at_hand, (tables or {}).get(name)) for name in wanted}


def _read(module: str, at_hand: Mapping[str, ModuleSource], table: Name | None) -> ReadResource:
    found = Found(module)
    where = at_hand.get(module)
    if where is None:
        found.open()
    else:
        found.places[()] = where.place(where.module.call)
        read_module(where, found, at_hand)
        if where.tree.root.has_error:
            # What does not parse hides what else is there.
            found.open()
    _pin(found, table)
    attributes = _attributes(found)
    resource = _resource(found, attributes)
    return ReadResource(
        resource=resource,
        unknown=frozenset(found.unknown | {(name,) for name in SECTIONS if name in found.opened}),
        places=found.places,
        fields=frozenset(found.fields),
        queries=frozenset(found.queries),
    )


def _pin(found: Found, table: Name | None) -> None:
    """Settle what the `postgres` section leaves open."""
    if table is not None and ("table" not in found.settings or ("schema",) in found.unknown):
        found.settings |= {"table": table.name, "schema": table.schema}
        found.unknown -= {("table",), ("schema",)}
    for section, fields in _FIELDS.items():
        if section in found.opened:
            found.unknown |= {(field,) for field in fields if field not in found.settings}


def _attributes(found: Found) -> tuple[Attribute, ...]:
    """Return the attributes; those that a belongs_to defines stand last, as Ash adds them."""
    added = {n: a for n, a in found.defined.items() if n not in found.attributes}
    for name in found.defined:
        old = ("attributes of relationships", name)
        place = found.places.pop(old)
        unknown = {path for path in found.unknown if path[:2] == old}
        found.unknown -= unknown
        if name in added:
            found.note("attributes", name, place, [path[2] for path in unknown])
    return (*found.attributes.values(), *added.values())


def _resource(found: Found, attributes: tuple[Attribute, ...]) -> Resource:
    def text(field: str, default: str = "") -> str:
        value = found.settings.get(field)
        return value if isinstance(value, str) else default

    def listed(option: str) -> tuple[ConstraintName, ...]:
        return tuple(found.constraints.get(option, {}).values())

    table = text("table")
    schema = text("schema", DEFAULT_SCHEMA)
    description: Term = found.settings.get("description")
    if "domain" not in found.settings:
        found.unknown.add(("domain",))
    return Resource(
        module=found.module,
        domain=text("domain"),
        repo=text("repo"),
        table=table,
        schema=DEFAULT_SCHEMA if schema == "nil" else schema,
        base=text("base"),
        extensions=tuple(found.extensions),
        migrate=found.settings.get("migrate", True) is True,
        description=description if isinstance(description, str) else None,
        require_primary_key=found.settings.get("require_primary_key", True) is not False,
        attributes=attributes,
        relationships=tuple(joined(each, found) for each in found.relationships.values()),
        identities=tuple(_identity(i, table, found) for i in found.identities.values()),
        references=tuple(_reference(r, table, found) for r in found.references.values()),
        check_constraints=tuple(found.checks.values()),
        unique_index_names=listed("unique_index_names"),
        exclusion_constraint_names=listed("exclusion_constraint_names"),
        foreign_key_names=listed("foreign_key_names"),
    )


def _identity(identity: IdentityDef, table: str, found: Found) -> IdentityDef:
    """Add what `postgres` says of an identity; AshPostgres names its index by the table."""
    given, sql = found.index_names.get(identity.name), found.wheres.get(identity.name)
    fields = {
        "index_name": (identity.name, found.index_names),
        "where_sql": (identity.name, found.wheres),
    }
    unknown: set[Path] = set()
    for field, (name, stated) in fields.items():
        if stated.get(name) is None and (name in stated or "postgres" in found.opened):
            unknown.add(("identities", name, field))
    if ("identities", identity.name, "index_name") in unknown or (given is None and not table):
        unknown.add(("identities", identity.name, "index"))
    found.unknown |= unknown
    return msgspec.structs.replace(
        identity,
        index=given or default_index_name(table, identity.name),
        index_name=given,
        where_sql=sql,
    )


def _reference(reference: Reference, table: str, found: Found) -> Reference:
    """Add the name of the key: AshPostgres' own, `<table>_<attribute>_fkey`, if none is stated."""
    relationship = found.relationships.get(reference.relationship)
    path = ("references", reference.relationship)
    if (*path, "name") in found.unknown or relationship is None or not table:
        found.unknown.add((*path, "foreign_key"))
    attribute = relationship.source_attribute if relationship is not None else ""
    computed = default_foreign_key_name(table, attribute)
    return msgspec.structs.replace(reference, foreign_key=reference.name or computed)
