"""What a module adds to a resource: its `use`, its sections, and what can't be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.model import ABSENT
from ash_scaffold.elixir.read.attributes import read_attributes
from ash_scaffold.elixir.read.base import Quoted, quoted
from ash_scaffold.elixir.read.found import Found
from ash_scaffold.elixir.read.identities import read_identities
from ash_scaffold.elixir.read.options import Options, name_of, names_in
from ash_scaffold.elixir.read.postgres import read_postgres
from ash_scaffold.elixir.read.relationships import read_relationships
from ash_scaffold.elixir.read.scope import Scope, statements
from ash_scaffold.elixir.read.terms import read_term
from ash_scaffold.elixir.read.words import RESOURCE
from ash_scaffold.syntax.entities import entity
from ash_scaffold.syntax.parse import CallSite, call_site, calls, module_attribute
from ash_scaffold.syntax.values import Unreadable
from ash_scaffold.term import Module

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


def read_module(where: Scope, found: Found, modules: Mapping[str, Scope]) -> None:
    """Read a resource's module, its base modules and its fragments.

    `modules` are those that are at hand; any other that is used or named could say anything.
    """
    if where.module.name not in found.read:
        found.read.add(where.module.name)
        _nodes(where, where.module.body, found, modules)


def _nodes(
    where: Scope,
    nodes: Sequence[Node],
    found: Found,
    modules: Mapping[str, Scope],
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


def _statement(where: Scope, node: Node, call: CallSite | None, found: Found) -> None:
    if call is None:
        if module_attribute(where.tree, node) is None and node.type not in ("string", "atom"):
            found.open()
    elif call.name in _SECTIONS and not call.args:
        _SECTIONS[call.name](where, call, found)
    elif call.name == "resource" and not call.args:
        _resource(where, call, found)
    elif call.name in ("calculations", "aggregates") and not call.args:
        _fields(where, call, found)
    elif call.name not in _PLAIN and (
        call.body is None or call.args or call.keywords is not None or call.name in _CODE
    ):
        found.open()


def _use(
    where: Scope,
    call: CallSite,
    found: Found,
    modules: Mapping[str, Scope],
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


def _base(name: str, found: Found, modules: Mapping[str, Scope]) -> None:
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


def _resource(where: Scope, section: CallSite, found: Found) -> None:
    for item in statements(where, section):
        if item is None or item.word not in RESOURCE:
            found.open("resource")
        elif item.word in ("description", "require_primary_key?") and len(item.call.values) == 1:
            field = item.word.rstrip("?")
            value = read_term(where, item.call.values[0])
            found.places[field,] = where.place(item.call)
            if isinstance(value, Unreadable):
                found.unknown.add((field,))
            else:
                found.settings[field] = value


def _fields(where: Scope, section: CallSite, found: Found) -> None:
    for item in statements(where, section):
        value = read_term(where, item.args[0]) if item is not None and item.args else ABSENT
        name = None if isinstance(value, Unreadable) else name_of(value)
        if name is not None:
            found.fields.add(name)
