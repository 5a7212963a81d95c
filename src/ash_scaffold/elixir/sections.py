"""A resource as DSL entities: each a few lines of Elixir with the database object it stands for.

Options stand in one order everywhere (`description`, `source`, `type`, `primary_key?`,
`allow_nil?`, `sensitive?`, `public?`, `filterable?`, `sortable?`, `generated?`, `writable?`,
`select_by_default?`, `default`, `constraints`), one a line, and only where they differ from Ash's
default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from ash_scaffold.ash.dsl import (
    ATTRIBUTE_DEFAULTS,
    default_destination_attribute,
    default_join_attribute,
    default_join_relationship,
    default_source_attribute,
)
from ash_scaffold.ash.model import (
    ABSENT,
    Absent,
    Actions,
    Attribute,
    AttributeKind,
    CheckConstraint,
    ConstraintName,
    CustomIndex,
    CustomStatement,
    Domain,
    IdentityDef,
    ManagedTable,
    Multitenancy,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.ash.relationship_id import follows_a_key
from ash_scaffold.elixir.entity import (
    STEP,
    Entity,
    Option,
    Section,
    block,
    block_body,
    description,
    indented,
    nested,
    one_by_one,
    option,
    relationship_key,
    with_body,
    write_option,
)
from ash_scaffold.elixir.migration_code import default, execute
from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA
from ash_scaffold.syntax.literal import LINE_LENGTH, atom, comment, fit, flat, string, width
from ash_scaffold.term import Atom, Keyword, Module, Term

_TIMESTAMPS = (AttributeKind.CREATE_TIMESTAMP, AttributeKind.UPDATE_TIMESTAMP)
# The boolean options of an attribute with their fields, in the order in which they are written.
_FLAGS = {
    "primary_key?": "primary_key",
    "allow_nil?": "allow_nil",
    "sensitive?": "sensitive",
    "public?": "public",
    "filterable?": "filterable",
    "sortable?": "sortable",
    "generated?": "generated",
    "writable?": "writable",
    "select_by_default?": "select_by_default",
}


def sections(resource: Resource) -> tuple[Section, ...]:
    """Return the sections of a resource that are not empty, in the formatter's order."""
    found = [
        _postgres(resource),
        _resource(resource),
        _actions(resource.actions),
        _multitenancy(resource.multitenancy),
        one_by_one("attributes", (_attribute(a) for a in resource.attributes)),
        one_by_one("relationships", _relationships(resource)),
        one_by_one("identities", (_identity(i, resource.tenant) for i in resource.identities)),
    ]
    return tuple(section for section in found if section.groups)


def domain_section(domain: Domain) -> Section:
    """Return the section in which a domain lists its resources, each with its code interface."""
    return Section(
        "resources", (tuple(_listed_resource(name, domain) for name in domain.resources),)
    )


def _listed_resource(name: str, domain: Domain) -> Entity:
    lines = domain.interface.get(name, ())
    head = f"resource {name}"
    if not lines:
        return Entity(head, (head,))
    return Entity(head, (f"{head} do", *indented(lines, STEP), "end"))


def embedded_sections(attributes: Sequence[Attribute]) -> tuple[Section, ...]:
    """Return the sections of an embedded resource that has these attributes."""
    private = tuple(each.name for each in attributes if each.writable and not each.public)
    actions = Actions(
        destroy=True, create=True, update=True, create_accept=private, update_accept=private
    )
    found = [_actions(actions), one_by_one("attributes", (_attribute(a) for a in attributes))]
    return tuple(section for section in found if section.groups)


def _postgres(resource: Resource) -> Section:
    managed = resource.managed or ManagedTable()
    place = [option("table", resource.table)]
    if resource.schema != DEFAULT_SCHEMA or managed.names_schema:
        place.append(option("schema", resource.schema))
    place.append(option("repo", Module(resource.repo)))
    if not resource.migrate:
        place.append(option("migrate?", False))
    groups: list[list[Entity]] = [
        [write_option(f"option {each.name}", each, 2) for each in place],
        _column_options(managed),
        _skipped_indexes(managed),
        _index_names(resource),
    ]
    if resource.foreign_key_names:
        groups.append([_names("foreign_key_names", resource.foreign_key_names, _keyed)])
    if resource.references:
        keys = _relationship_keys(resource)
        groups.append(
            [nested("references", [_reference(each, keys) for each in resource.references])]
        )
    if resource.check_constraints:
        checks = [_check(check) for check in resource.check_constraints]
        groups.append([nested("check_constraints", checks)])
    if managed.indexes:
        groups.append([nested("custom_indexes", [_custom_index(each) for each in managed.indexes])])
    if managed.statements:
        groups.append(
            [nested("custom_statements", [_statement(each) for each in managed.statements])]
        )
    return Section("postgres", tuple(tuple(group) for group in groups if group))


def _column_options(managed: ManagedTable) -> list[Entity]:
    defaults = [(name, default(sql)) for name, sql in managed.defaults]
    found = []
    for name, pairs in (("migration_types", managed.types), ("migration_defaults", defaults)):
        if pairs:
            listed = option(name, Keyword(tuple(pairs)), spread=True)
            found.append(write_option(f"option {name}", listed, 2))
    if managed.create_table_options is not None:
        options = option("create_table_options", managed.create_table_options)
        found.append(write_option(f"option {options.name}", options, 2))
    return found


def _skipped_indexes(managed: ManagedTable) -> list[Entity]:
    if not managed.skip_unique_indexes:
        return []
    skipped = option("skip_unique_indexes", _atoms(managed.skip_unique_indexes), spread=True)
    return [write_option("option skip_unique_indexes", skipped, 2)]


def _check(check: CheckConstraint) -> Entity:
    options = [option("message", check.message)]
    if check.check is not None:
        options.insert(0, option("check", check.check))
    head = option("check_constraint", _one_or_many(check.attributes), check.name)
    return block(f"constraint {check.name}", head, options, 3)


def _custom_index(index: CustomIndex) -> Entity:
    options = [option("name", index.name)]
    if index.unique:
        options.append(option("unique", True))
    if index.using is not None:
        options.append(option("using", index.using))
    if index.include:
        options.append(option("include", list(index.include)))
    if not index.nulls_distinct:
        options.append(option("nulls_distinct", False))
    if index.where is not None:
        options.append(option("where", index.where))
    return block(f"custom index {index.name}", option("index", list(index.keys)), options, 3)


def _statement(statement: CustomStatement) -> Entity:
    options = [
        option("code?", True),
        _code("up", statement.up),
        _code("down", statement.down),
    ]
    if statement.after_tables:
        options.append(option("after_tables", list(statement.after_tables)))
    name = f"statement {statement.name}"
    return block(name, option("statement", Atom(statement.name)), options, 3)


def _code(name: str, statements: Sequence[str]) -> Option:
    """Write code, that of several lines or a long one as a heredoc."""
    text = execute(statements)
    is_long = 4 * STEP + len(name) + 1 + width(string(text)) > LINE_LENGTH
    return Option(name, (f"{text}\n" if is_long or "\n" in text else text,), code=True)


def _index_names(resource: Resource) -> list[Entity]:
    by_index = sorted(resource.identities, key=lambda each: each.index)
    names = [(i.name, i.index_name) for i in by_index if i.index_name is not None]
    wheres = [(i.name, i.where_sql) for i in by_index if i.where_sql is not None]
    found = []
    for name, pairs in (("identity_index_names", names), ("identity_wheres_to_sql", wheres)):
        if pairs:
            listed = option(name, Keyword(tuple(pairs)), spread=True)
            found.append(write_option(f"option {name}", listed, 2))
    if resource.unique_index_names:
        found.append(_names("unique_index_names", resource.unique_index_names, _listed))
    if resource.exclusion_constraint_names:
        found.append(
            _names("exclusion_constraint_names", resource.exclusion_constraint_names, _keyed)
        )
    return found


def _atoms(names: Iterable[str]) -> list[Term]:
    return [Atom(name) for name in names]


def _one_or_many(names: Sequence[str]) -> Term:
    return Atom(names[0]) if len(names) == 1 else _atoms(names)


def _listed(name: ConstraintName) -> Term:
    first = _atoms(name.attributes)
    return (first, name.name) if name.message is None else (first, name.name, name.message)


def _keyed(name: ConstraintName) -> Term:
    first = Atom(name.attributes[0])
    return (first, name.name) if name.message is None else (first, name.name, name.message)


def _names(
    title: str, names: Sequence[ConstraintName], write: Callable[[ConstraintName], Term]
) -> Entity:
    """Write a list of constraint names, each with its note as a comment, one a line."""
    if len(names) == 1:
        entity = write_option(f"option {title}", option(title, [write(names[0])]), 2)
        note = names[0].note
        lines = (comment(note), *entity.lines) if note is not None else entity.lines
        return Entity(entity.object, lines)
    column = 3 * STEP
    body: list[str] = []
    for index, name in enumerate(names):
        if name.note is not None:
            body.append(comment(name.note))
        comma = "" if index == len(names) - 1 else ","
        text = fit(write(name), column, column, len(comma)) + comma
        body += [line.removeprefix(" " * column) for line in text.split("\n")]
    return Entity(f"option {title}", (f"{title} [", *indented(body, STEP), "]"))


def _reference(reference: Reference, keys: Mapping[str, str]) -> Entity:
    options = [
        option(name, value)
        for name, value in (
            ("name", reference.name),
            ("on_delete", reference.on_delete),
            ("on_update", reference.on_update),
            ("deferrable", reference.deferrable),
            ("match_type", reference.match_type),
            ("match_with", Keyword(reference.match_with) if reference.match_with else None),
            ("ignore?", True if reference.ignore else None),
        )
        if value is not None
    ]
    head = option("reference", Atom(reference.relationship))
    object_ = f"reference {keys.get(reference.relationship, reference.relationship)}"
    return block(object_, head, options, 3)


def _resource(resource: Resource) -> Section:
    options = []
    if resource.description is not None:
        options.append(description(resource.description))
    if not resource.require_primary_key:
        options.append(option("require_primary_key?", False))
    entities = tuple(write_option(f"option {each.name}", each, 2) for each in options)
    return Section("resource", (entities,) if entities else ())


def _accept(private: Sequence[str]) -> Term:
    return [Atom("*"), *_atoms(private)] if private else Atom("*")


def _actions(actions: Actions | None) -> Section:
    if actions is None:
        return Section("actions", ())
    defaults: list[Term] = [Atom("read")]
    if actions.destroy:
        defaults.append(Atom("destroy"))
    writes: list[tuple[str, Term]] = []
    if actions.create:
        writes.append(("create", _accept(actions.create_accept)))
    if actions.update:
        only = actions.update_only
        accepted = _accept(actions.update_accept) if only is None else _atoms(only)
        writes.append(("update", accepted))
    if writes:
        defaults.append(Keyword(tuple(writes)))
    return Section(
        "actions", ((write_option("option defaults", option("defaults", defaults), 2),),)
    )


def _multitenancy(multitenancy: Multitenancy | None) -> Section:
    if multitenancy is None:
        return Section("multitenancy", ())
    options = [option("strategy", Atom(multitenancy.strategy))]
    if multitenancy.attribute is not None:
        options.append(option("attribute", Atom(multitenancy.attribute)))
    if multitenancy.is_global:
        options.append(option("global?", True))
    return Section(
        "multitenancy", (tuple(write_option(f"option {each.name}", each, 2) for each in options),)
    )


def _attribute(attribute: Attribute) -> Entity:
    kind = attribute.kind
    plain = kind is AttributeKind.ATTRIBUTE
    args: tuple[Term, ...] = (Atom(attribute.name),)
    if plain:
        args = (*args, attribute.type)
    object_, head = f"column {attribute.column}", Option(kind.value, args)
    is_bare = attribute.default is ABSENT and attribute.update_default is ABSENT
    if not is_bare or attribute.description is not None or attribute.name != attribute.column:
        return block(object_, head, _attribute_options(attribute))
    # Most attributes say what many others of their type do.
    key = (kind, id(attribute.type), id(attribute.constraints), _flags(attribute))
    known = _bodies.get(key)
    if known is None:
        if len(_bodies) > _MOST_BODIES:
            _bodies.clear()
        options = _attribute_options(attribute)
        known = _bodies[key] = _Body(
            attribute.type,
            attribute.constraints,
            f", {flat(attribute.type)}" if plain else "",
            block_body(options) if options else (),
        )
    line = f"{kind.value} {atom(attribute.name)}{known.type_text}"
    if known.lines and 2 * STEP + width(line) + len(" do") <= LINE_LENGTH:
        return Entity(object_, (f"{line} do", *known.lines))
    return with_body(object_, head, known.lines) if known.lines else write_option(object_, head, 2)


class _Body(NamedTuple):
    """What attributes of the same type have in common as text.

    A type and its constraints are known by their places in memory, so they have to stay there.
    """

    type: Term
    constraints: object
    type_text: str
    lines: tuple[str, ...]


_flags = attrgetter(*_FLAGS.values())
_bodies: dict[tuple[object, ...], _Body] = {}
_MOST_BODIES = 2000


def _attribute_options(attribute: Attribute) -> list[Option]:
    default = ATTRIBUTE_DEFAULTS[attribute.kind.value]
    options = []
    if attribute.description is not None:
        options.append(description(attribute.description))
    if attribute.name != attribute.column:
        options.append(option("source", Atom(attribute.column)))
    if default.kind in _TIMESTAMPS and attribute.type != default.type:
        options.append(option("type", attribute.type))
    for name, field in _FLAGS.items():
        value = getattr(attribute, field)
        if value is not getattr(default, field):
            options.append(option(name, value))
    for name, value in (
        ("default", attribute.default),
        ("update_default", attribute.update_default),
    ):
        if not isinstance(value, Absent):
            options.append(option(name, value))
    if attribute.constraints:
        options.append(option("constraints", Keyword(attribute.constraints)))
    return options


def _relationships(resource: Resource) -> Iterator[Entity]:
    keys = _relationship_keys(resource)
    whole = [each.name for each in resource.relationships if follows_a_key(each.filter)]
    counts = Counter(keys[name] for name in whole)
    for each in resource.relationships:
        key = keys[each.name]
        # Two keys may join the same first columns; of one key there may be parts of the rows.
        alone = each.name in whole and counts[key] == 1
        name = f"relationship {key}" if alone else f"relationship {key} as {each.name}"
        yield _relationship(each, resource, name)


def _relationship_keys(resource: Resource) -> dict[str, str]:
    """Return the identity of each relationship, by its name."""
    columns = {attribute.name: attribute.column for attribute in resource.attributes}
    return {
        each.name: relationship_key(
            each.kind,
            each.destination,
            column=columns.get(each.source_attribute, each.source_attribute),
            destination_attribute=each.destination_attribute,
            through=each.through,
        )
        for each in resource.relationships
    }


def _relationship(relationship: Relationship, resource: Resource, object_: str) -> Entity:
    kind = relationship.kind
    options = []
    if relationship.description is not None:
        options.append(description(relationship.description))
    if kind is RelationshipKind.MANY_TO_MANY:
        options += _join_options(relationship, resource)
    if relationship.source_attribute != default_source_attribute(kind, relationship.name):
        options.append(option("source_attribute", Atom(relationship.source_attribute)))
    default = default_destination_attribute(kind, resource.module)
    if relationship.destination_attribute != default:
        options.append(option("destination_attribute", Atom(relationship.destination_attribute)))
    if kind is RelationshipKind.BELONGS_TO:
        options.append(option("define_attribute?", False))
    if relationship.filter is not None:
        options.append(option("filter", relationship.filter))
    if relationship.sort:
        order = tuple((name, Atom(direction)) for name, direction in relationship.sort)
        options.append(option("sort", Keyword(order)))
    if relationship.public:
        options.append(option("public?", True))
    head = option(kind.value, Atom(relationship.name), Module(relationship.destination))
    return block(object_, head, options)


def _join_options(relationship: Relationship, resource: Resource) -> list[Option]:
    options = [option("through", Module(relationship.through or ""))]
    near, far = relationship.source_attribute_on_join, relationship.destination_attribute_on_join
    if near is not None and near != default_join_attribute(resource.module):
        options.append(option("source_attribute_on_join_resource", Atom(near)))
    if far is not None and far != default_join_attribute(relationship.destination):
        options.append(option("destination_attribute_on_join_resource", Atom(far)))
    join = relationship.join_relationship
    if join is not None and join != default_join_relationship(relationship.name):
        options.append(option("join_relationship", Atom(join)))
    return options


def _identity(identity: IdentityDef, tenant: str | None) -> Entity:
    options = []
    if identity.all_tenants:
        options.append(option("all_tenants?", True))
    if not identity.nils_distinct:
        options.append(option("nils_distinct?", False))
    if identity.where is not None:
        options.append(option("where", identity.where))
    if identity.field_names:
        options.append(option("field_names", _atoms(identity.field_names)))
    if identity.message is not None:
        options.append(option("message", identity.message))
    head = option("identity", Atom(identity.name), _atoms(identity.own_keys(tenant)))
    return block(f"index {identity.index}", head, options)
