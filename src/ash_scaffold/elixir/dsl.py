"""A resource as DSL entities: each a few lines of Elixir with the database object it stands for.

Options stand in one order everywhere (`description`, `source`, `type`, `primary_key?`,
`allow_nil?`, `sensitive?`, `public?`, `generated?`, `writable?`, `default`, `constraints`), one a
line, and only where they say something else than Ash's default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.model import (
    Absent,
    Actions,
    Attribute,
    AttributeKind,
    ConstraintName,
    IdentityDef,
    Reference,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.ash.naming import short_name
from ash_scaffold.ash.relationships import (
    default_destination_attribute,
    default_source_attribute,
)
from ash_scaffold.elixir.entity_lines import EntityLines
from ash_scaffold.syntax.literal import LINE_LENGTH, comment, fit, statement, width
from ash_scaffold.term import Atom, Keyword, Module, Term

_STEP = 2
_USEC = Atom("utc_datetime_usec")


class Entity(msgspec.Struct, frozen=True):
    """One entity or option of a section.

    `object` is the database object that it stands for, as a merge knows it, such as
    `column email`; `lines` carry no indent of the section. `inside` are the entities of a section
    within the section.
    """

    object: str
    lines: tuple[str, ...]
    inside: tuple[Entity, ...] = ()


class Section(msgspec.Struct, frozen=True):
    """A section of a resource: groups of entities, with a blank line between groups."""

    name: str
    groups: tuple[tuple[Entity, ...], ...]


class _Option(msgspec.Struct, frozen=True):
    name: str
    args: tuple[Term, ...]
    spread: bool = False


def sections(resource: Resource) -> tuple[Section, ...]:
    """Return the sections of a resource that have something to say, in the formatter's order."""
    found = [
        _postgres(resource),
        _resource(resource),
        _actions(resource.actions),
        _each("attributes", (_attribute(a) for a in resource.attributes)),
        _each("relationships", _relationships(resource)),
        _each("identities", (_identity(i) for i in resource.identities)),
    ]
    return tuple(section for section in found if section.groups)


def entity_lines(parts: Iterable[Section]) -> Iterator[EntityLines]:
    """Give the entities of sections in the form in which generated text is kept."""
    for section in parts:
        for group in section.groups:
            for entity in group:
                if entity.inside:
                    name = f"{section.name}/{entity.object}"
                    yield from (EntityLines(name, e.object, e.lines) for e in entity.inside)
                else:
                    yield EntityLines(section.name, entity.object, entity.lines)


def layout(groups: Iterable[Sequence[Entity]], indent: int) -> str:
    """Lay out groups of entities as the formatter does: a blank line around what has many lines."""
    return "\n".join(_indented(_spaced(groups), indent))


def _spaced(groups: Iterable[Sequence[Entity]]) -> list[str]:
    lines: list[str] = []
    for number, group in enumerate(groups):
        for index, entity in enumerate(group):
            apart = index == 0 or len(entity.lines) > 1 or len(group[index - 1].lines) > 1
            if lines and apart and (index > 0 or number > 0):
                lines.append("")
            lines += entity.lines
    return lines


def _indented(lines: Iterable[str], indent: int) -> list[str]:
    pad = " " * indent
    return [pad + line if line else line for line in lines]


def _option(name: str, *args: Term, spread: bool = False) -> _Option:
    return _Option(name, args, spread)


def _write(object_: str, option: _Option, depth: int) -> Entity:
    return Entity(object_, _lines(option, depth))


def _lines(option: _Option, depth: int) -> tuple[str, ...]:
    """Write an option; lines after the first keep no indent of the section."""
    only = option.args[0]
    if only is True or only is False:
        return (f"{option.name} {'true' if only else 'false'}",)
    text = statement(option.name, option.args, depth * _STEP, spread=option.spread)
    if "\n" not in text:
        return (text,)
    pad = " " * (depth * _STEP)
    return tuple(line.removeprefix(pad) for line in text.split("\n"))


def _block(object_: str, head: _Option, options: Sequence[_Option], depth: int = 2) -> Entity:
    """Write an entity whose options stand in a `do` block, one a line."""
    if not options:
        return _write(object_, head, depth)
    body = _body([_lines(option, depth + 1) for option in options])
    first = _lines(head, depth)
    if len(first) == 1 and depth * _STEP + width(first[0]) + len(" do") > LINE_LENGTH:
        joint = ",\n" + " " * (len(head.name) + 1)
        start = depth * _STEP + len(head.name) + 1
        args = joint.join(fit(arg, start, start, 1) for arg in head.args)
        first = tuple(f"{head.name} {args}".split("\n"))
    return Entity(object_, (*first[:-1], f"{first[-1]} do", *body, "end"))


def _body(options: Sequence[tuple[str, ...]]) -> list[str]:
    """Indent the lines of a block; an option of many lines stands between blank ones."""
    if max(map(len, options)) == 1:
        return ["  " + lines[0] for lines in options]
    return _indented(_spaced([[Entity("", lines) for lines in options]]), _STEP)


def _each(name: str, entities: Iterable[Entity]) -> Section:
    return Section(name, tuple((entity,) for entity in entities))


def _postgres(resource: Resource) -> Section:
    place = [_option("table", resource.table)]
    if resource.schema != "public":
        place.append(_option("schema", resource.schema))
    place.append(_option("repo", Module(resource.repo)))
    if not resource.migrate:
        place.append(_option("migrate?", False))
    groups: list[list[Entity]] = [
        [_write(f"option {option.name}", option, 2) for option in place],
        _index_names(resource),
    ]
    if resource.foreign_key_names:
        groups.append([_names("foreign_key_names", resource.foreign_key_names, _keyed)])
    if resource.references:
        keys = _relationship_keys(resource)
        groups.append(
            [_nested("references", [_reference(each, keys) for each in resource.references])]
        )
    if resource.check_constraints:
        checks = [
            _block(
                f"constraint {check.name}",
                _option("check_constraint", _one_or_many(check.attributes), check.name),
                [_option("message", check.message)],
                3,
            )
            for check in resource.check_constraints
        ]
        groups.append([_nested("check_constraints", checks)])
    return Section("postgres", tuple(tuple(group) for group in groups if group))


def _index_names(resource: Resource) -> list[Entity]:
    names = [(i.name, i.index_name) for i in resource.identities if i.index_name is not None]
    wheres = [(i.name, i.where_sql) for i in resource.identities if i.where_sql is not None]
    found = []
    for name, pairs in (("identity_index_names", names), ("identity_wheres_to_sql", wheres)):
        if pairs:
            option = _option(name, Keyword(tuple(pairs)), spread=True)
            found.append(_write(f"option {name}", option, 2))
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
    return (_atoms(name.attributes), name.name)


def _keyed(name: ConstraintName) -> Term:
    first = Atom(name.attributes[0])
    return (first, name.name) if name.message is None else (first, name.name, name.message)


def _names(
    option: str, names: Sequence[ConstraintName], write: Callable[[ConstraintName], Term]
) -> Entity:
    """Write a list of constraint names, each with its note as a comment, one a line."""
    if len(names) == 1:
        entity = _write(f"option {option}", _option(option, [write(names[0])]), 2)
        note = names[0].note
        lines = (comment(note), *entity.lines) if note is not None else entity.lines
        return Entity(entity.object, lines)
    column = 3 * _STEP
    body: list[str] = []
    for index, name in enumerate(names):
        if name.note is not None:
            body.append(comment(name.note))
        comma = "" if index == len(names) - 1 else ","
        text = fit(write(name), column, column, len(comma)) + comma
        body += [line.removeprefix(" " * column) for line in text.split("\n")]
    return Entity(f"option {option}", (f"{option} [", *_indented(body, _STEP), "]"))


def _nested(name: str, entities: Sequence[Entity]) -> Entity:
    body = _indented(_spaced([(entity,) for entity in entities]), _STEP)
    return Entity(name, (f"{name} do", *body, "end"), tuple(entities))


def _reference(reference: Reference, keys: Mapping[str, str]) -> Entity:
    options = [
        _option(name, value)
        for name, value in (
            ("name", reference.name),
            ("on_delete", reference.on_delete),
            ("on_update", reference.on_update),
            ("deferrable", reference.deferrable),
            ("match_type", reference.match_type),
        )
        if value is not None
    ]
    head = _option("reference", Atom(reference.relationship))
    object_ = f"reference {keys.get(reference.relationship, reference.relationship)}"
    return _block(object_, head, options, 3)


def _resource(resource: Resource) -> Section:
    options = []
    if resource.description is not None:
        options.append(_option("description", resource.description))
    if not resource.require_primary_key:
        options.append(_option("require_primary_key?", False))
    entities = tuple(_write(f"option {option.name}", option, 2) for option in options)
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
        writes.append(("update", _accept(actions.update_accept)))
    if writes:
        defaults.append(Keyword(tuple(writes)))
    return Section("actions", ((_write("option defaults", _option("defaults", defaults), 2),),))


_PUBLIC_KINDS = (AttributeKind.UUID_PRIMARY_KEY, AttributeKind.INTEGER_PRIMARY_KEY)
_TIMESTAMPS = (AttributeKind.CREATE_TIMESTAMP, AttributeKind.UPDATE_TIMESTAMP)


def _attribute(attribute: Attribute) -> Entity:
    kind = attribute.kind
    plain = kind is AttributeKind.ATTRIBUTE
    args: tuple[Term, ...] = (Atom(attribute.name),)
    if plain:
        args = (*args, attribute.type)
    return _block(
        f"column {attribute.column}", _Option(kind.value, args), _attribute_options(attribute)
    )


def _attribute_options(attribute: Attribute) -> list[_Option]:
    kind = attribute.kind
    plain, stamp = kind is AttributeKind.ATTRIBUTE, kind in _TIMESTAMPS
    flags: list[tuple[str, bool, bool]] = [
        ("primary_key?", attribute.primary_key, kind in _PUBLIC_KINDS),
        ("allow_nil?", attribute.allow_nil, plain),
        ("sensitive?", attribute.sensitive, False),
        ("public?", attribute.public, kind in _PUBLIC_KINDS),
        ("generated?", attribute.generated, kind is AttributeKind.INTEGER_PRIMARY_KEY),
        ("writable?", attribute.writable, plain),
    ]
    options = []
    if attribute.description is not None:
        options.append(_option("description", attribute.description))
    if attribute.name != attribute.column:
        options.append(_option("source", Atom(attribute.column)))
    if stamp and attribute.type != _USEC:
        options.append(_option("type", attribute.type))
    options += [_option(name, value) for name, value, default in flags if value is not default]
    for name, value in (
        ("default", attribute.default),
        ("update_default", attribute.update_default),
    ):
        if not isinstance(value, Absent):
            options.append(_option(name, value))
    if attribute.constraints:
        options.append(_option("constraints", Keyword(attribute.constraints)))
    return options


def _relationships(resource: Resource) -> Iterator[Entity]:
    keys = _relationship_keys(resource)
    counts = Counter(keys.values())
    for each in resource.relationships:
        key = keys[each.name]
        # Two keys may join the same first columns.
        name = f"relationship {key}" if counts[key] == 1 else f"relationship {key} as {each.name}"
        yield _relationship(each, resource, name)


def _relationship_keys(resource: Resource) -> dict[str, str]:
    """Return what a merge knows each relationship by: see `elixir.merge.keys`."""
    columns = {attribute.name: attribute.column for attribute in resource.attributes}
    found = {}
    for each in resource.relationships:
        column = columns.get(each.source_attribute, each.source_attribute)
        kind = each.kind.value
        if each.kind is RelationshipKind.BELONGS_TO:
            key = f"{kind} {each.destination} by {column}"
        elif each.kind is RelationshipKind.MANY_TO_MANY:
            key = f"{kind} {each.destination} through {each.through} by {column}"
        else:
            key = f"has {each.destination}.{each.destination_attribute} by {column}"
        found[each.name] = key
    return found


def _relationship(relationship: Relationship, resource: Resource, object_: str) -> Entity:
    kind = relationship.kind
    options = []
    if relationship.description is not None:
        options.append(_option("description", relationship.description))
    if kind is RelationshipKind.MANY_TO_MANY:
        options += _join_options(relationship, resource)
    if relationship.source_attribute != default_source_attribute(relationship):
        options.append(_option("source_attribute", Atom(relationship.source_attribute)))
    default = default_destination_attribute(relationship, resource.module)
    if relationship.destination_attribute != default:
        options.append(_option("destination_attribute", Atom(relationship.destination_attribute)))
    if kind is RelationshipKind.BELONGS_TO:
        options.append(_option("define_attribute?", False))
    if relationship.filter is not None:
        options.append(_option("filter", relationship.filter))
    if relationship.public:
        options.append(_option("public?", True))
    head = _option(kind.value, Atom(relationship.name), Module(relationship.destination))
    return _block(object_, head, options)


def _join_options(relationship: Relationship, resource: Resource) -> list[_Option]:
    options = [_option("through", Module(relationship.through or ""))]
    near, far = relationship.source_attribute_on_join, relationship.destination_attribute_on_join
    if near is not None and near != f"{short_name(resource.module)}_id":
        options.append(_option("source_attribute_on_join_resource", Atom(near)))
    if far is not None and far != f"{short_name(relationship.destination)}_id":
        options.append(_option("destination_attribute_on_join_resource", Atom(far)))
    join = relationship.join_relationship
    if join is not None and join != f"{relationship.name}_join_assoc":
        options.append(_option("join_relationship", Atom(join)))
    return options


def _identity(identity: IdentityDef) -> Entity:
    options = []
    if not identity.nils_distinct:
        options.append(_option("nils_distinct?", False))
    if identity.where is not None:
        options.append(_option("where", identity.where))
    head = _option("identity", Atom(identity.name), _atoms(identity.keys))
    return _block(f"index {identity.index}", head, options)
