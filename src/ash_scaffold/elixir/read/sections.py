"""The sections of a resource: attributes, relationships, identities, and its `postgres` section.

An option that is not written has Ash's default (`ash.dsl`). Of an entity that is written twice the
first counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from ash_scaffold.ash.dsl import (
    ATTRIBUTE_DEFAULTS,
    ATTRIBUTE_OPTIONS,
    CHECK_OPTIONS,
    CONSTRAINT_NAME_OPTIONS,
    IDENTITY_OPTIONS,
    POSTGRES_OPTIONS,
    QUERY_OPTIONS,
    REFERENCE_OPTIONS,
    RELATIONSHIP_ENTITIES,
    RELATIONSHIP_OPTIONS,
    TIMESTAMPS,
    default_destination_attribute,
    default_join_attribute,
    default_join_relationship,
    default_source_attribute,
)
from ash_scaffold.ash.model import (
    Absent,
    Attribute,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Path,
    Place,
    Reference,
    Relationship,
    RelationshipKind,
)
from ash_scaffold.elixir.read.values import (
    ModuleSource,
    Options,
    name_of,
    names_in,
    read_term,
    statements,
    text_pairs,
)
from ash_scaffold.syntax.entities import Entity, cells
from ash_scaffold.syntax.parse import CallSite
from ash_scaffold.syntax.values import Unreadable, Value
from ash_scaffold.term import Atom, Expr, Keyword, Module, Term

# The sections that `use`, a macro or an extension could add to.
SECTIONS = (
    "attributes",
    "relationships",
    "identities",
    "references",
    "check_constraints",
    *CONSTRAINT_NAME_OPTIONS,
)
_SECTION = "relationships"
_SETTINGS = {"table": "table", "schema": "schema", "repo": "repo", "migrate?": "migrate"}


class Parts:
    """Gathers the parts of a resource from its module and its fragments, in source order."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.read: set[str] = set()
        self.settings: dict[str, Term] = {}
        self.attributes: dict[str, Attribute] = {}
        self.defined: dict[str, Attribute] = {}
        self.relationships: dict[str, Relationship] = {}
        self.identities: dict[str, IdentityDef] = {}
        self.references: dict[str, Reference] = {}
        self.checks: dict[str, CheckConstraint] = {}
        self.constraints: dict[str, dict[str, ConstraintName]] = {}
        self.index_names: dict[str, str | None] = {}
        self.wheres: dict[str, str | None] = {}
        self.unknown: set[Path] = set()
        self.opened: set[str] = set()
        self.places: dict[Path, Place] = {}
        self.fields: set[str] = set()
        self.queries: set[str] = set()
        self.extensions: list[str] = []
        # The sections of extensions, and whether a base filter narrows each index and query.
        self.extension_sections: dict[str, tuple[ModuleSource, CallSite]] = {}
        self.is_filtered = False
        # The sections that say how rows are read, each as often as it is written.
        self.query_sections: dict[str, list[tuple[ModuleSource, CallSite]]] = {}

    def note(self, section: str, name: str, place: Place, unknown: Iterable[str]) -> None:
        """Note the place of an entity, and those of its fields that can't be known."""
        self.places[section, name] = place
        self.unknown.update((section, name, field) for field in unknown)

    def open(self, *sections: str) -> None:
        """Note that sections may hold more than was read; all of them when none is named.

        `postgres` stands for its options, those of identities included.
        """
        self.opened.update(sections or (*SECTIONS, "postgres", "resource", "multitenancy"))


def read_attributes(where: ModuleSource, section: CallSite, parts: Parts) -> None:
    """Read a section of attributes."""
    for item in statements(where, section):
        if item is not None and item.word == "timestamps":
            _timestamps(where, item, parts)
        elif item is None or item.word not in ATTRIBUTE_DEFAULTS:
            parts.open("attributes")
        else:
            _attribute(where, item, parts)


def _attribute(where: ModuleSource, item: Entity, parts: Parts) -> None:
    plain = item.word == "attribute"
    options = Options(where, item, ATTRIBUTE_OPTIONS, 2 if plain else 1)
    name = name_of(options.argument(0))
    if name is None:
        parts.open("attributes")
        return
    start = ATTRIBUTE_DEFAULTS[item.word]
    if plain:
        type_ = options.argument(1, "type")
        start = msgspec.structs.replace(start, type=None if isinstance(type_, Absent) else type_)
    _add(where, item, parts, _with_options(options, start, name), options)


def _timestamps(where: ModuleSource, item: Entity, parts: Parts) -> None:
    """Read `timestamps`, which is two attributes with the same options."""
    for word, option, default in TIMESTAMPS:
        options = Options(where, item, ATTRIBUTE_OPTIONS | {each[1] for each in TIMESTAMPS}, 0)
        name = options.name(option, default, "name")
        _add(where, item, parts, _with_options(options, ATTRIBUTE_DEFAULTS[word], name), options)


def _add(
    where: ModuleSource, item: Entity, parts: Parts, attribute: Attribute, options: Options
) -> None:
    if attribute.name not in parts.attributes:
        parts.attributes[attribute.name] = attribute
        parts.note("attributes", attribute.name, where.place(item.call), options.unknown)


def _with_options(options: Options, start: Attribute, name: str) -> Attribute:
    type_ = options.term("type") if start.type is not None else start.type
    default, update = options.term("default"), options.term("update_default")
    return msgspec.structs.replace(
        start,
        name=name,
        column=options.name("source", name, "column"),
        type=start.type if isinstance(type_, Absent | None) else type_,
        constraints=options.keywords("constraints"),
        description=options.text("description"),
        primary_key=options.flag("primary_key?", start.primary_key),
        allow_nil=options.flag("allow_nil?", start.allow_nil),
        sensitive=options.flag("sensitive?", start.sensitive),
        public=options.flag("public?", start.public),
        filterable=options.flag("filterable?", start.filterable),
        sortable=options.flag("sortable?", start.sortable),
        generated=options.flag("generated?", start.generated),
        writable=options.flag("writable?", start.writable),
        select_by_default=options.flag("select_by_default?", start.select_by_default),
        default=start.default if isinstance(default, Absent) else default,
        update_default=start.update_default if isinstance(update, Absent) else update,
    )


def read_relationships(where: ModuleSource, section: CallSite, parts: Parts) -> None:
    """Read a section of relationships, and the attributes that its belongs_to define."""
    for item in statements(where, section):
        if item is None or item.word not in RELATIONSHIP_ENTITIES:
            parts.open(_SECTION)
            continue
        options = Options(where, item, RELATIONSHIP_OPTIONS, 2)
        name = name_of(options.argument(0))
        if name is None:
            parts.open(_SECTION)
        elif name not in parts.relationships:
            relationship = _relationship(item, options, name, parts)
            parts.relationships[name] = relationship
            parts.note(_SECTION, name, where.place(item.call), options.unknown)
            if relationship.kind is RelationshipKind.BELONGS_TO:
                _define_attribute(where, item, relationship, parts)


def joined(relationship: Relationship, parts: Parts) -> Relationship:
    """Complete a many_to_many by its join relationship, which has precedence over its options.

    Source: `Ash.Resource.Transformers.CreateJoinRelationship`.
    """
    if relationship.kind is not RelationshipKind.MANY_TO_MANY:
        return relationship
    join = parts.relationships.get(relationship.join_relationship or "")
    path = (_SECTION, relationship.name)
    if join is None:
        if relationship.through is None:
            parts.unknown.add((*path, "through"))
        return relationship
    fields = {
        "through": "destination",
        "source_attribute": "source_attribute",
        "source_attribute_on_join": "destination_attribute",
    }
    for field, other in fields.items():
        parts.unknown.discard((*path, field))
        if (_SECTION, join.name, other) in parts.unknown:
            parts.unknown.add((*path, field))
    return msgspec.structs.replace(
        relationship, **{field: getattr(join, other) for field, other in fields.items()}
    )


def _relationship(item: Entity, options: Options, name: str, parts: Parts) -> Relationship:
    kind = RELATIONSHIP_ENTITIES[item.word]
    if any(options.has(option) for option in QUERY_OPTIONS - {"sort"}):
        parts.queries.add(name)
    destination = options.argument(1, "destination")
    if not isinstance(destination, Module):
        options.unknown.add("destination")
    relationship = Relationship(
        name=name,
        kind=kind,
        destination=destination.name if isinstance(destination, Module) else "",
        source_attribute=options.name("source_attribute", default_source_attribute(kind, name)),
        destination_attribute=options.name(
            "destination_attribute", default_destination_attribute(kind, parts.module)
        ),
        allow_nil=options.flag("allow_nil?", True),
        public=options.flag("public?", False),
        filter=_filter(item, options),
        sort=_sort(options),
        description=options.text("description"),
    )
    if kind is RelationshipKind.MANY_TO_MANY:
        return _joining(relationship, options, parts)
    return relationship


def _joining(relationship: Relationship, options: Options, parts: Parts) -> Relationship:
    """Add the join resource of a many_to_many; `through` a list of relationships has none."""
    through = options.term("through")
    if isinstance(through, list):
        parts.queries.add(relationship.name)
    return msgspec.structs.replace(
        relationship,
        through=through.name if isinstance(through, Module) else None,
        source_attribute_on_join=options.name(
            "source_attribute_on_join_resource",
            default_join_attribute(parts.module),
            "source_attribute_on_join",
        ),
        destination_attribute_on_join=_destination_attribute_on_join(options),
        join_relationship=options.name(
            "join_relationship", default_join_relationship(relationship.name)
        ),
    )


def _destination_attribute_on_join(options: Options) -> str:
    destination = name_of(options.argument(1, "destination")) or ""
    field = "destination_attribute_on_join"
    if not destination and not options.has("destination_attribute_on_join_resource"):
        options.unknown.add(field)
    default = default_join_attribute(destination)
    return options.name("destination_attribute_on_join_resource", default, field)


def _filter(item: Entity, options: Options) -> Expr | None:
    value = options.term("filter")
    several = sum(setting.name == "filter" for setting in item.settings) > 1
    if several or not isinstance(value, Expr | Absent):
        options.unknown.add("filter")
        return None
    return value if isinstance(value, Expr) else None


def _sort(options: Options) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, direction.name)
        for name, direction in options.keywords("sort")
        if isinstance(direction, Atom)
    )


def _define_attribute(
    where: ModuleSource, item: Entity, relationship: Relationship, parts: Parts
) -> None:
    """Add the attribute that a belongs_to defines, unless the resource has it already.

    Without a type of its own it has the application's default, which can't be known.
    """
    options = Options(where, item, RELATIONSHIP_OPTIONS, 2)
    defines = options.term("define_attribute?")
    name = relationship.source_attribute
    if defines is False or "source_attribute" in options.unknown:
        return
    if "define_attribute" in options.unknown:
        parts.open("attributes")
        return
    type_ = options.term("attribute_type", "type")
    if isinstance(type_, Absent):
        options.unknown.add("type")
    key = options.flag("primary_key?", False)
    parts.defined.setdefault(
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
    parts.note("attributes of relationships", name, where.place(item.call), unknown)


def read_identities(where: ModuleSource, section: CallSite, parts: Parts) -> None:
    """Read a section of identities; their indexes stand in `postgres`."""
    for item in statements(where, section):
        if item is None or item.word != "identity":
            parts.open("identities")
            continue
        options = Options(where, item, IDENTITY_OPTIONS, 2)
        name = name_of(options.argument(0))
        if name is None:
            parts.open("identities")
        elif name not in parts.identities:
            parts.identities[name] = _identity(options, name)
            parts.note("identities", name, where.place(item.call), options.unknown)


def _identity(options: Options, name: str) -> IdentityDef:
    keys = names_in(options.argument(1, "keys"))
    condition = options.term("where")
    if keys is None:
        options.unknown.add("keys")
    if not isinstance(condition, Expr | Absent):
        options.unknown.add("where")
    return IdentityDef(
        name=name,
        keys=keys or (),
        index="",
        where=condition if isinstance(condition, Expr) else None,
        nils_distinct=options.flag("nils_distinct?", True),
        message=options.text("message"),
        field_names=names_in(options.term("field_names")) or (),
        all_tenants=options.flag("all_tenants?", False),
    )


def read_postgres(where: ModuleSource, section: CallSite, parts: Parts) -> None:
    """Read a `postgres` section."""
    for item in statements(where, section):
        if item is None:
            parts.open("postgres", *CONSTRAINT_NAME_OPTIONS, "references", "check_constraints")
        elif item.word in _SETTINGS:
            _setting(where, item, parts)
        elif item.word == "identity_index_names":
            _texts(where, item, parts, parts.index_names)
        elif item.word == "identity_wheres_to_sql":
            _texts(where, item, parts, parts.wheres)
        elif item.word in CONSTRAINT_NAME_OPTIONS:
            _constraint_names(where, item, parts)
        elif item.word == "references":
            _each(where, item, parts, "reference", _reference)
        elif item.word == "check_constraints":
            _each(where, item, parts, "check_constraint", _check)
        elif item.word not in POSTGRES_OPTIONS:
            parts.open("postgres", *CONSTRAINT_NAME_OPTIONS, "references", "check_constraints")


def setting_value(where: ModuleSource, call: CallSite) -> Value:
    """Return the name that `table`, `schema` or `repo` gives, the boolean of `migrate?`."""
    value = read_term(where, call.values[0]) if len(call.values) == 1 else Unreadable("")
    if isinstance(value, Unreadable):
        return value
    name = value if call.name == "migrate?" else name_of(value)
    is_readable = isinstance(name, bool if call.name == "migrate?" else str)
    return name if is_readable else Unreadable("")


def _setting(where: ModuleSource, item: Entity, parts: Parts) -> None:
    field = _SETTINGS[item.word]
    value = setting_value(where, item.call)
    parts.places[field,] = where.place(item.call)
    if isinstance(value, Unreadable):
        parts.unknown.add((field,))
    else:
        parts.settings[field] = value


def _texts(where: ModuleSource, item: Entity, parts: Parts, into: dict[str, str | None]) -> None:
    pairs, complete = text_pairs(where, item)
    if not complete:
        parts.open("postgres")
    for name, text in pairs.items():
        into.setdefault(name, text)


def _constraint_names(where: ModuleSource, item: Entity, parts: Parts) -> None:
    values = item.call.values
    inside = cells(where.tree, values[0]) if len(values) == 1 else None
    if inside is None:
        parts.open(item.word)
        return
    names = parts.constraints.setdefault(item.word, {})
    for cell in inside.cells:
        node = cell.node.child_by_field_name("value") if cell.key is not None else cell.node
        value = read_term(where, node) if node is not None else Unreadable("")
        name = None
        if not isinstance(value, Unreadable):
            name = _constraint_name(value if cell.key is None else (cell.key, value))
        if name is None:
            parts.open(item.word)
        else:
            names.setdefault(name.name, name)
            place = where.place(item.call)
            line = cell.node.start_point.row + 1
            parts.note(item.word, name.name, type(place)(place.path, line), ())


def _constraint_name(value: Term) -> ConstraintName | None:
    """Read `{attributes, name}` or `{attributes, name, message}`."""
    if isinstance(value, Keyword) and len(value.items) == 1:
        value = value.items[0]
    if not isinstance(value, tuple) or len(value) not in (2, 3):
        return None
    attributes, name = names_in(value[0]), name_of(value[1])
    message = value[2] if len(value) == 3 else None
    if attributes is None or name is None:
        return None
    return ConstraintName(
        attributes=attributes, name=name, message=message if isinstance(message, str) else None
    )


def _each(
    where: ModuleSource,
    section: Entity,
    parts: Parts,
    word: str,
    read: Callable[[ModuleSource, Entity, Parts], bool],
) -> None:
    for item in statements(where, section.call):
        if item is not None and item.word.startswith("polymorphic_"):
            continue
        if item is None or item.word != word or not read(where, item, parts):
            parts.open(section.word)


def _reference(where: ModuleSource, item: Entity, parts: Parts) -> bool:
    options = Options(where, item, REFERENCE_OPTIONS, 1)
    relationship = name_of(options.argument(0))
    if relationship is None:
        return False
    parts.references.setdefault(
        relationship,
        Reference(
            relationship=relationship,
            foreign_key="",
            name=options.text("name"),
            on_delete=_action(options.term("on_delete")),
            on_update=_action(options.term("on_update")),
            deferrable=_action(options.term("deferrable")),
            match_type=_action(options.term("match_type")),
            match_with=options.keywords("match_with"),
            ignore=options.flag("ignore?", False, "ignore"),
        ),
    )
    parts.note("references", relationship, where.place(item.call), options.unknown)
    return True


def _action(value: Term | Absent) -> Term:
    return None if isinstance(value, Absent) or value is False else value


def _check(where: ModuleSource, item: Entity, parts: Parts) -> bool:
    options = Options(where, item, CHECK_OPTIONS, 2)
    attributes, name = names_in(options.argument(0)), name_of(options.argument(1))
    if name is None:
        return False
    if attributes is None:
        options.unknown.add("attributes")
    message = options.text("message")
    check = CheckConstraint(attributes=attributes or (), name=name, check=options.text("check"))
    if message is not None:
        check = msgspec.structs.replace(check, message=message)
    parts.checks.setdefault(name, check)
    parts.note("check_constraints", name, where.place(item.call), options.unknown)
    return True
