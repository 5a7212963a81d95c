"""The `relationships` section.

Defaults are Ash's own: a belongs_to's key is `<name>_id`, that of the others `<module>_id` at the
destination or in the join resource, and the other side is `id`.
"""

from __future__ import annotations

import msgspec

from ash_scaffold.ash.model import Absent, Attribute, Relationship, RelationshipKind
from ash_scaffold.ash.naming import short_name
from ash_scaffold.elixir.read.found import Found
from ash_scaffold.elixir.read.options import Options, name_of
from ash_scaffold.elixir.read.scope import Scope, statements
from ash_scaffold.elixir.read.words import QUERY, RELATIONSHIP
from ash_scaffold.syntax.entities import Entity
from ash_scaffold.syntax.parse import CallSite
from ash_scaffold.term import Atom, Expr, Module

_SECTION = "relationships"
_KINDS = {kind.value: kind for kind in RelationshipKind}


def read_relationships(where: Scope, section: CallSite, found: Found) -> None:
    """Read a section of relationships, and the attributes that its belongs_to define."""
    for item in statements(where, section):
        if item is None or item.word not in _KINDS:
            found.open(_SECTION)
            continue
        options = Options(where, item, RELATIONSHIP, 2)
        name = name_of(options.argument(0))
        if name is None:
            found.open(_SECTION)
        elif name not in found.relationships:
            relationship = _relationship(item, options, name, found)
            found.relationships[name] = relationship
            found.note(_SECTION, name, where.place(item.call), options.unknown)
            if relationship.kind is RelationshipKind.BELONGS_TO:
                _define_attribute(where, item, relationship, found)


def joined(relationship: Relationship, found: Found) -> Relationship:
    """Complete a many_to_many by its join relationship, which outweighs what it says itself.

    Source: `Ash.Resource.Transformers.CreateJoinRelationship`.
    """
    if relationship.kind is not RelationshipKind.MANY_TO_MANY:
        return relationship
    join = found.relationships.get(relationship.join_relationship or "")
    path = (_SECTION, relationship.name)
    if join is None:
        if relationship.through is None:
            found.unknown.add((*path, "through"))
        return relationship
    fields = {
        "through": "destination",
        "source_attribute": "source_attribute",
        "source_attribute_on_join": "destination_attribute",
    }
    for field, other in fields.items():
        found.unknown.discard((*path, field))
        if (_SECTION, join.name, other) in found.unknown:
            found.unknown.add((*path, field))
    return msgspec.structs.replace(
        relationship, **{field: getattr(join, other) for field, other in fields.items()}
    )


def _relationship(item: Entity, options: Options, name: str, found: Found) -> Relationship:
    kind = _KINDS[item.word]
    if any(options.states(option) for option in QUERY):
        found.queries.add(name)
    destination = options.argument(1, "destination")
    if not isinstance(destination, Module):
        options.unknown.add("destination")
    own, other = _default_attributes(kind, name, found.module)
    relationship = Relationship(
        name=name,
        kind=kind,
        destination=destination.name if isinstance(destination, Module) else "",
        source_attribute=options.name("source_attribute", own),
        destination_attribute=options.name("destination_attribute", other),
        allow_nil=options.flag("allow_nil?", True),
        public=options.flag("public?", False),
        filter=_filter(item, options),
        description=options.text("description"),
    )
    if kind is RelationshipKind.MANY_TO_MANY:
        return _joining(relationship, options, found)
    return relationship


def _default_attributes(kind: RelationshipKind, name: str, module: str) -> tuple[str, str]:
    if kind is RelationshipKind.BELONGS_TO:
        return f"{name}_id", "id"
    if kind is RelationshipKind.MANY_TO_MANY:
        return "id", "id"
    return "id", f"{short_name(module)}_id"


def _joining(relationship: Relationship, options: Options, found: Found) -> Relationship:
    """Add what a many_to_many says of its join resource; a list of relationships is none."""
    through = options.term("through")
    if isinstance(through, list):
        found.queries.add(relationship.name)
    return msgspec.structs.replace(
        relationship,
        through=through.name if isinstance(through, Module) else None,
        source_attribute_on_join=options.name(
            "source_attribute_on_join_resource",
            f"{short_name(found.module)}_id",
            "source_attribute_on_join",
        ),
        destination_attribute_on_join=_far(options),
        join_relationship=options.name("join_relationship", f"{relationship.name}_join_assoc"),
    )


def _far(options: Options) -> str:
    destination = name_of(options.argument(1, "destination")) or ""
    field = "destination_attribute_on_join"
    if not destination and not options.states("destination_attribute_on_join_resource"):
        options.unknown.add(field)
    default = f"{short_name(destination)}_id"
    return options.name("destination_attribute_on_join_resource", default, field)


def _filter(item: Entity, options: Options) -> Expr | None:
    value = options.term("filter")
    several = sum(setting.name == "filter" for setting in item.settings) > 1
    if several or not isinstance(value, Expr | Absent):
        options.unknown.add("filter")
        return None
    return value if isinstance(value, Expr) else None


def _define_attribute(where: Scope, item: Entity, relationship: Relationship, found: Found) -> None:
    """Add the attribute that a belongs_to defines, unless the resource has it already.

    Its type is the application's default when none is stated, so that it is not known.
    """
    options = Options(where, item, RELATIONSHIP, 2)
    defines = options.term("define_attribute?")
    name = relationship.source_attribute
    if defines is False or "source_attribute" in options.unknown:
        return
    if "define_attribute" in options.unknown:
        found.open("attributes")
        return
    type_ = options.term("attribute_type", "type")
    if isinstance(type_, Absent):
        options.unknown.add("type")
    key = options.flag("primary_key?", False)
    found.defined.setdefault(
        name,
        Attribute(
            name=name,
            column=name,
            type=Atom("uuid") if isinstance(type_, Absent) else type_,
            primary_key=key,
            allow_nil=relationship.allow_nil and not key,
            public=options.flag("attribute_public?", relationship.public, "public"),
            writable=options.flag(
                "attribute_writable?", options.flag("writable?", True), "writable"
            ),
        ),
    )
    unknown = options.unknown & {"type", "primary_key", "allow_nil", "public", "writable"}
    found.note("attributes of relationships", name, where.place(item.call), unknown)
