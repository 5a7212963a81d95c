"""The attributes that well-known extensions add to a resource, or put in place of its own.

Sources: `AshArchival.Resource`, `AshCloak` and `AshStateMachine`, their sections and transformers.
What any other extension adds is unknown (`CHANGE_NOTHING` has those that add nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from ash_scaffold.ash.model import Attribute, Multitenancy, Strategy
from ash_scaffold.elixir.read.sections import Parts
from ash_scaffold.elixir.read.values import (
    ModuleSource,
    name_of,
    names_in,
    read_term,
    statements,
)
from ash_scaffold.syntax.parse import CallSite
from ash_scaffold.syntax.values import Unreadable
from ash_scaffold.term import Atom, Term

# Extensions that leave attributes, relationships by a key and identities as they are written.
CHANGE_NOTHING = frozenset(
    "AshAdmin.Resource AshAi AshEvents.Events AshGraphql.Resource AshJsonApi.Resource AshOban "
    "AshPaperTrail.Resource AshPhoenix AshRateLimiter AshTypescript.Resource "
    "Ash.Policy.Authorizer Ash.Notifier.PubSub AshPostgres.DataLayer".split()
)


def add_attributes(where: ModuleSource, parts: Parts) -> bool:
    """Add what the extensions of a resource add; False when one of them is not known."""
    known = True
    for name in dict.fromkeys(parts.extensions):
        add = _ADDING.get(name)
        if add is not None:
            add(where, parts)
        elif name not in CHANGE_NOTHING:
            known = False
    return known


def _settings(section: tuple[ModuleSource, CallSite] | None) -> Mapping[str, Term] | None:
    """Return the options of a section, None when they can't be read."""
    found: dict[str, Term] = {}
    if section is None:
        return found
    for item in statements(*section):
        if item is None:
            return None
        if item.call.body is None and len(item.call.values) == 1:
            value = read_term(section[0], item.call.values[0])
            if isinstance(value, Unreadable):
                return None
            found[item.word] = value
    return found


def _archive(where: ModuleSource, parts: Parts) -> None:
    options = _settings(parts.extension_sections.get("archive"))
    if options is None:
        parts.open("attributes")
        return
    name = name_of(options.get("attribute", Atom("archived_at"))) or "archived_at"
    type_ = options.get("attribute_type", Atom("utc_datetime_usec"))
    _add(where, parts, Attribute(name=name, column=name, type=type_, public=False), ())
    if options.get("base_filter?") is True:
        parts.is_filtered = True


def _state_machine(where: ModuleSource, parts: Parts) -> None:
    options = _settings(parts.extension_sections.get("state_machine"))
    if options is None:
        parts.open("attributes")
        return
    name = name_of(options.get("state_attribute", Atom("state"))) or "state"
    attribute = Attribute(name=name, column=name, type=Atom("atom"), allow_nil=False)
    # The states are those of the transitions, the default is the first of the initial ones.
    _add(where, parts, attribute, ("constraints", "default"))


def _cloak(where: ModuleSource, parts: Parts) -> None:
    """Each encrypted attribute becomes a calculation over `encrypted_<name>`."""
    options = _settings(parts.extension_sections.get("cloak"))
    names = names_in(options.get("attributes", [])) if options is not None else None
    if names is None:
        parts.open("attributes")
        return
    for name in names:
        plain = parts.attributes.pop(name, None)
        parts.fields.add(name)
        stored = Attribute(
            name=f"encrypted_{name}",
            column=f"encrypted_{name}",
            type=Atom("binary"),
            allow_nil=plain is None or plain.allow_nil,
            sensitive=True,
            public=False,
        )
        unknown = {path for path in parts.unknown if path[:2] == ("attributes", name)}
        parts.unknown -= unknown
        _add(where, parts, stored, () if plain is not None else ("allow_nil",))


_ADDING: Mapping[str, Callable[[ModuleSource, Parts], None]] = {
    "AshArchival.Resource": _archive,
    "AshCloak": _cloak,
    "AshStateMachine": _state_machine,
}


def _add(where: ModuleSource, parts: Parts, attribute: Attribute, unknown: tuple[str, ...]) -> None:
    if attribute.name not in parts.attributes:
        parts.attributes[attribute.name] = attribute
        parts.note("attributes", attribute.name, where.place(where.module.call), unknown)


def read_multitenancy(section: tuple[ModuleSource, CallSite]) -> Multitenancy | None:
    """Read a section `multitenancy`, None where it can't be read; its default is a schema each."""
    options = _settings(section)
    if options is None:
        return None
    strategy, attribute = options.get("strategy", Atom("context")), options.get("attribute")
    if strategy == Atom(Strategy.CONTEXT):
        found = Multitenancy(strategy=Strategy.CONTEXT)
    elif strategy == Atom(Strategy.ATTRIBUTE) and name_of(attribute):
        found = Multitenancy(strategy=Strategy.ATTRIBUTE, attribute=name_of(attribute))
    else:
        return None
    return msgspec.structs.replace(found, is_global=options.get("global?") is True)
