"""What schemas say of the fields that changesets name: what they hold, and which have no column."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ash_scaffold.ash.changesets import VirtualField
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.legacy.changesets.literals import is_known, written
from ash_scaffold.legacy.changesets.values import Target, Targets
from ash_scaffold.legacy.ecto import EctoSchema, EmbeddedSchema, EmbedType, Hints
from ash_scaffold.legacy.evaluate import Place, evaluate
from ash_scaffold.legacy.functions import Modules
from ash_scaffold.syntax.parse import CallSite, call_site
from ash_scaffold.term import Atom
from ash_scaffold.term import Module as ModuleName

# The options of any field; others are given to its type.
_FIELD_OPTIONS = frozenset(
    "autogenerate default load_in_query primary_key read_after_writes redact "
    "skip_default_validation source virtual writable".split()
)


def targets(modules: Modules, hints: Hints) -> Targets:
    """Return what associations and embeds hold, and the fields of each schema."""
    held: dict[tuple[str, str], Target] = {}
    fields: dict[str, tuple[str, ...]] = {}
    every: list[EctoSchema | EmbeddedSchema] = [*hints.schemas, *hints.embedded]
    for each in every:
        fields[each.module] = tuple(field.name for field in each.fields)
        for field in each.fields:
            type_ = field.ecto_type
            if isinstance(type_, EmbedType):
                held[each.module, field.name] = Target(type_.module, type_.many)
    for schema in hints.schemas:
        for association in schema.declared:
            many = association.kind in (RelationshipKind.HAS_MANY, RelationshipKind.MANY_TO_MANY)
            if association.module is not None:
                held[schema.module, association.name] = Target(association.module, many)
    for each in every:
        for place, site, name in _declared(modules, each.module, "on_replace"):
            option = site.option("on_replace")
            value = None if option is None else evaluate(place, option)
            key = each.module, name
            if isinstance(value, Atom) and key in held:
                held[key] = msgspec.structs.replace(held[key], on_replace=value.name)
    return Targets(held, fields)


def virtual_fields(modules: Modules, name: str) -> Iterator[VirtualField]:
    """Yield the fields of a schema that have no column."""
    for place, site, field in _declared(modules, name, "virtual"):
        virtual = site.option("virtual")
        if site.name != "field" or virtual is None or evaluate(place, virtual) is not True:
            continue
        default, redact = site.option("default"), site.option("redact")
        yield VirtualField(
            name=field,
            type=_type(place, site),
            default=None if default is None else place.text(default),
            redact=redact is not None and evaluate(place, redact) is True,
        )


def _type(place: Place, site: CallSite) -> str:
    """Return the type of a field as source, with the options of one that takes any."""
    if len(site.args) < 2:
        return ":string"
    node = site.args[1]
    value = evaluate(place, node)
    type_ = written(value) if is_known(value) else place.text(node)
    kinds = (value[1] if isinstance(value, tuple) and len(value) == 2 else value,)
    if not isinstance(kinds[0], ModuleName):
        return type_
    given = []
    for option in site.options:
        if option.name not in _FIELD_OPTIONS:
            inner = evaluate(place, option.value)
            text = written(inner) if is_known(inner) else place.text(option.value)
            given.append(f"{option.name}: {text}")
    return f"{{{type_}, [{', '.join(given)}]}}" if given else type_


def _declared(modules: Modules, name: str, option: str) -> Iterator[tuple[Place, CallSite, str]]:
    """Yield the calls in the body of a schema that have an option, with their first argument."""
    module = modules.get(name)
    for schema in module.facts.schemas if module is not None else ():
        place = schema.place
        span = schema.call.span
        if place.file.source.find(option.encode(), span.start, span.end) < 0:
            continue
        for node in schema.call.body or ():
            inner = node.child_by_field_name("left") if node.type == "binary_operator" else node
            site = None if inner is None else call_site(place.file.tree, inner)
            if site is None or not site.args or site.option(option) is None:
                continue
            field = evaluate(place, site.args[0])
            if isinstance(field, Atom):
                yield place, site, field.name
