"""The units of a merge: the parts of a module, each under the database object it stands for.

A module is a tree of units: sections, their entities and options, the entities' options, the
entries of lists that are merged one by one. Two units of two versions are the same one when
they have the same `key`; `name`, an Elixir name, pairs units without a key in common.

A column is known by `source`, a relationship by the column of its key and by its target, an
identity by its index, a constraint by its name, an action by the changeset function that the
comment above it names. Defaults are Ash's own: `source` is the name, a
belongs_to's key `<name>_id`, a has_many's `<module>_id` at the destination, and the index of an
identity `<table>_<identity>_index` (AshPostgres).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.dsl import (
    ATTRIBUTE_ENTITIES,
    CONSTRAINT_NAME_OPTIONS,
    RELATIONSHIP_ENTITIES,
    TIMESTAMPS,
    default_destination_attribute,
    default_index_name,
    default_source_attribute,
)
from ash_scaffold.elixir.entity import relationship_key
from ash_scaffold.elixir.read.values import (
    ModuleSource,
    argument_name,
    entities_of,
    name_at,
    name_of,
    option_name,
    text_pairs,
)
from ash_scaffold.syntax.entities import (
    Body,
    Cells,
    Entity,
    Setting,
    body,
    canonical,
    cells,
    comments,
    entity,
    leading_start,
    tokens,
    trailing_comment,
)
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import CallSite, Tree, call_site, module_attribute

# Options with an entry for an attribute, and for an identity.
_BY_ATTRIBUTE = frozenset({"migration_types", "migration_defaults"})
_BY_IDENTITY = frozenset({"identity_wheres_to_sql", "skip_unique_indexes"})
# Options whose value is merged entry by entry; the open ones may lose entries to a person and
# still get new ones.
_OPEN = frozenset({"identity_index_names", *_BY_ATTRIBUTE, *_BY_IDENTITY, *CONSTRAINT_NAME_OPTIONS})
_MERGED = _OPEN | frozenset(
    "constraints defaults extensions fragments values create update".split()
)
_ENTITIES = (
    ATTRIBUTE_ENTITIES
    | RELATIONSHIP_ENTITIES.keys()
    | {"identity", "reference", "check_constraint", "index", "statement", "resource", "timestamps"}
)
_COMMENT = re.compile(rb"#[^\r\n]*")
_DEFINITIONS = frozenset({"def", "defp", "defmacro", "defmacrop"})
_ATTACHED = frozenset({"impl", "doc", "spec", "dialyzer"})
_DIRECTIVES = frozenset({"alias", "import", "require"})
# The actions that come of changeset functions, and the comment that says of which.
_CARRIED = frozenset({"create", "update"})
_FUNCTION = re.compile(r"#\s*((?:[A-Z]\w*\.)+[a-z_]\w*[!?]?/\d+)\b")
# Where a line of legacy code stands: it moves with every edit above it.
_PLACE = re.compile(r"(\.exs?):\d+")
_SLOTS = {"identity": ("name", "keys"), "check_constraint": ("attribute", "name")}


class Form(StrEnum):
    """How a unit stands in its source."""

    STATEMENT = "statement"
    PAIR = "pair"
    ELEMENT = "element"
    ARGUMENT = "argument"


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """A byte range of a source, with the comments in it and behind it on its last line.

    `value` is the range of an option's value, `bare_value` is set for keywords without brackets.
    """

    source: bytes
    start: int
    end: int
    value: tuple[int, int] | None = None
    bare_value: bool = False
    inner: tuple[str, ...] = ()
    trailing: str | None = None

    @property
    def comments(self) -> tuple[str, ...]:
        """The comments in it and behind it on its last line."""
        return self.inner if self.trailing is None else (*self.inner, self.trailing)

    @property
    def lead(self) -> int:
        """Where the comment lines directly above it start, its own start without any."""
        return leading_start(self.source, self.start)

    @property
    def value_range(self) -> tuple[int, int]:
        """The range of an option's value, else of all of it."""
        return self.value if self.value is not None else (self.start, self.end)


class Unit(Excerpt, frozen=True, kw_only=True):
    """A unit of a module, and its excerpt of the source.

    `content` is its text without layout: equal contents mean equal code. `parts` are the units
    inside, None for one that is taken as a whole; `head` are the positional arguments of an entity
    and `word` the name of the call or the option. `open` is set where its parts may be there
    although it is not (a section), `home` is the body it is a statement of, `cells` or `body` is
    where its parts stand. `label` is its name in messages.
    """

    key: str
    label: str
    name: str = ""
    word: str = ""
    form: Form
    content: str
    head: tuple[Unit, ...] = ()
    parts: tuple[Unit, ...] | None = None
    cells: Cells | None = None
    body: Body | None = None
    home: Body | None = None
    open: bool = False

    @property
    def is_section(self) -> bool:
        """Whether it is a section of the DSL."""
        return self.key == f"section {self.word}"


class TableRenames(msgspec.Struct, frozen=True):
    """The renames of a table's columns, constraints and indexes since the base, by old name.

    `followed` says that a text has the new names already, where it names the objects at all; the
    attributes that have their column's old name are left.
    """

    columns: Mapping[str, str] = {}
    constraints: Mapping[str, str] = {}
    followed: bool = False


NO_RENAMES = TableRenames()


class DatabaseObjects(msgspec.Struct, frozen=True):
    """The database objects behind the Elixir names in a resource.

    `resource` is the resource's module, "" where it is the module that is read itself. `columns`
    gives the column of an attribute, `relationships` the key of a relationship, `table` is the
    table, and `indexes` gives the index of an identity.
    """

    resource: str = ""
    columns: Mapping[str, str] = {}
    relationships: Mapping[str, str] = {}
    table: str = ""
    indexes: Mapping[str, str] = {}


NO_OBJECTS = DatabaseObjects()


class Scope(ModuleSource, frozen=True):
    """The module that units are read from, and the database objects behind its names.

    `renames` are those of the database that the module's text does not know of.
    """

    objects: DatabaseObjects = NO_OBJECTS
    renames: TableRenames = NO_RENAMES


def same(ours: Unit, base: Unit) -> bool:
    """Whether a person left a unit as it was: equal content, and no comment was added."""
    return ours.content == base.content and set(ours.comments) <= set(base.comments)


def span_of(nodes: Sequence[Node]) -> tuple[int, int]:
    """Return the range that nodes take up together."""
    return nodes[0].start_byte, nodes[-1].end_byte


def scope(
    tree: Tree,
    module: ModuleDefinition,
    renames: TableRenames = NO_RENAMES,
    others: DatabaseObjects = NO_OBJECTS,
) -> Scope:
    """Read which database objects the attributes, relationships and identities of a module are.

    `renames` are those of the database that the text does not know of, `others` the objects of the
    resource's other modules: of the indexes only those whose names are written.
    """
    where = ModuleSource(tree, module)
    columns = {name: renames.columns.get(column, column) for name, column in others.columns.items()}
    for item in entities_of(where, "attributes"):
        name = argument_name(where, item, 0)
        if name and item.word in ATTRIBUTE_ENTITIES:
            source = option_name(where, item, "source")
            old = source or name
            is_new = bool(source) and renames.followed
            columns[name] = source if is_new else renames.columns.get(old, old)
    objects = DatabaseObjects(others.resource or module.name, columns)
    here = Scope(tree, module, objects=objects, renames=renames)
    relationships = dict(others.relationships)
    for item in entities_of(where, "relationships"):
        name = argument_name(where, item, 0)
        if name and item.word in RELATIONSHIP_ENTITIES:
            relationships[name] = _relationship_key(here, item, name)
    table, written = _table_and_indexes(where)
    table = table or others.table
    names = (argument_name(where, item, 0) for item in entities_of(where, "identities"))
    computed = {name: default_index_name(table, name) for name in names if name}
    old_indexes = {**computed, **others.indexes}
    indexes = {name: renames.constraints.get(index, index) for name, index in old_indexes.items()}
    indexes |= {name: _constraint_today(here, index) for name, index in written.items()}
    objects = DatabaseObjects(objects.resource, columns, relationships, table, indexes)
    return msgspec.structs.replace(here, objects=objects)


def objects_of(resource: str, sources: Iterable[ModuleSource]) -> DatabaseObjects:
    """Read the database objects behind the names in all modules of a resource.

    Of the indexes only those whose names are written.
    """
    found = DatabaseObjects(resource)
    for source in sources:
        where = scope(source.tree, source.module, others=found)
        _, written = _table_and_indexes(where)
        found = msgspec.structs.replace(where.objects, indexes={**found.indexes, **written})
    return found


def _relationship_key(where: Scope, item: Entity, name: str) -> str:
    kind = RELATIONSHIP_ENTITIES[item.word]
    source = option_name(where, item, "source_attribute") or default_source_attribute(kind, name)
    destination_attribute = option_name(
        where, item, "destination_attribute"
    ) or default_destination_attribute(kind, where.objects.resource)
    return relationship_key(
        kind,
        argument_name(where, item, 1),
        column=where.objects.columns.get(source, source),
        destination_attribute=destination_attribute,
        through=option_name(where, item, "through"),
    )


def _timestamp_columns(where: Scope, item: Entity) -> tuple[str, ...]:
    """Return the two columns that `timestamps` stands for."""
    return tuple(option_name(where, item, option) or column for _, option, column in TIMESTAMPS)


def _constraint_today(where: Scope, name: str) -> str:
    """Return the name that a constraint or an index of the text has today."""
    return name if where.renames.followed else where.renames.constraints.get(name, name)


def _element_key(where: Scope, node: Node) -> str:
    """Return the identity of a list's element: its name, or the constraint's in a tuple."""
    value = where.module.read(where.tree, node)
    if isinstance(value, tuple):
        names = [item for item in value if isinstance(item, str)]
        if names:
            return f"constraint {_constraint_today(where, names[0])}"
    return name_of(value) or canonical(where.tree, where.module, node)


def _table_and_indexes(where: ModuleSource) -> tuple[str, dict[str, str]]:
    """Return the table, and the indexes of the identities whose names are written."""
    table = ""
    indexes: dict[str, str] = {}
    for item in entities_of(where, "postgres"):
        if item.word == "table":
            table = argument_name(where, item, 0)
        elif item.word == "identity_index_names":
            pairs, _ = text_pairs(where, item)
            indexes |= {name: text for name, text in pairs.items() if text is not None}
    return table, indexes


def module_units(
    tree: Tree,
    module: ModuleDefinition,
    renames: TableRenames = NO_RENAMES,
    uses: Sequence[str] = (),
    others: DatabaseObjects = NO_OBJECTS,
) -> Unit:
    """Return a module as a unit whose parts are its sections, its `use` and its functions.

    `uses` are the modules that may stand in the generated `use`; without any it is the first.
    `others` are the database objects of the resource's other modules.
    """
    where = scope(tree, module, renames, others)
    holder = body(tree, module.call)
    parts = _module_parts(where, holder, module.body, uses) if holder is not None else []
    return Unit(
        key="",
        label="",
        form=Form.STATEMENT,
        content=_joined(parts),
        source=tree.source,
        start=module.span.start,
        end=module.span.end,
        parts=tuple(parts),
        body=holder,
        open=True,
    )


def _module_parts(
    where: Scope, holder: Body, nodes: Sequence[Node], uses: Sequence[str]
) -> list[Unit]:
    parts: list[Unit] = []
    attached: list[Node] = []
    used = False
    for node in nodes:
        attribute = module_attribute(where.tree, node)
        if attribute is not None and attribute.name in _ATTACHED:
            attached.append(node)
            continue
        call = call_site(where.tree, node)
        if attribute is not None:
            parts.append(_whole(where, [node], f"@{attribute.name}", holder))
        elif call is not None and call.name == "use":
            if not used and _is_generated_use(where, call, uses):
                used = True
                parts.append(_entity(where, entity(where.tree, call), "use", "use", holder))
        elif call is not None and call.name in _DEFINITIONS:
            _define(where, parts, [*attached, node], call, holder)
        elif call is not None and call.body is not None and not call.args:
            _add_section(parts, _section(where, call, call.name, holder))
        elif call is not None and call.name == "defoverridable":
            parts.append(_whole(where, [node], call.name, holder))
        elif call is not None and call.name in _DIRECTIVES and call.args:
            key = f"{call.name} {where.tree.text(call.args[0])}"
            parts.append(_whole(where, [node], key, holder))
        attached = []
    return parts


def _is_generated_use(where: Scope, call: CallSite, uses: Sequence[str]) -> bool:
    if not uses or not call.args:
        return True
    name = name_at(where, call.args[0])
    return name in uses or any(option.name in ("domain", "data_layer") for option in call.options)


def _define(
    where: Scope, parts: list[Unit], nodes: list[Node], call: CallSite, holder: Body
) -> None:
    """Add a function; its clauses, one after another, are one unit."""
    head = call_site(where.tree, call.args[0]) if call.args else None
    name = head.name if head is not None else where.tree.text(call.args[0]) if call.args else ""
    key = f"{call.name} {name}/{len(head.values) if head is not None else 0}"
    if parts and parts[-1].key == key and len(nodes) == 1:
        last = parts.pop()
        more = _whole(where, nodes, key, holder)
        parts.append(_joined_unit(last, more))
    else:
        parts.append(_whole(where, nodes, key, holder))


def _joined_unit(first: Unit, second: Unit) -> Unit:
    return msgspec.structs.replace(
        first,
        content=f"{first.content}\n{second.content}",
        end=second.end,
        inner=(*first.inner, *_between(first.source, first.end, second.start), *second.inner),
        trailing=second.trailing,
    )


def _whole(where: Scope, nodes: Sequence[Node], key: str, holder: Body) -> Unit:
    start, end = span_of(nodes)
    source = where.tree.source
    gaps = [
        text
        for node, following in pairwise(nodes)
        for text in _between(source, node.end_byte, following.start_byte)
    ]
    return Unit(
        key=key,
        label=key,
        form=Form.STATEMENT,
        content="\n".join(" ".join(tokens(where.tree, node)) for node in nodes),
        source=where.tree.source,
        start=start,
        end=end,
        home=holder,
        inner=(*comments(where.tree, *nodes), *gaps),
        trailing=trailing_comment(where.tree.source, end),
    )


def _between(source: bytes, start: int, end: int) -> list[str]:
    """Return the comments between two statements."""
    found = _COMMENT.findall(source, start, end)
    return [text.decode("utf-8", "replace").strip() for text in found]


def _add_section(parts: list[Unit], found: Unit) -> None:
    """Add a section; one that is opened again is one with the first."""
    for index, part in enumerate(parts):
        if part.key == found.key:
            both = (*(part.parts or ()), *(found.parts or ()))
            parts[index] = msgspec.structs.replace(
                part, parts=both, content=_joined(both), inner=(*part.inner, "# opened again")
            )
            return
    parts.append(found)


def _section(where: Scope, call: CallSite, name: str, holder: Body | None) -> Unit:
    tree = where.tree
    holding = body(tree, call)
    parts: list[Unit] = []
    for node in holding.statements if holding is not None else ():
        inner = call_site(tree, node)
        if inner is not None:
            parts += _statement(where, name, inner, holding)
    own = holding is not None and len(parts) < len(holding.statements)
    return Unit(
        key=f"section {name}",
        label=name,
        name=name,
        word=name,
        form=Form.STATEMENT,
        content=_joined(parts) + (" " + " ".join(tokens(tree, call.node)) if own else ""),
        source=tree.source,
        start=call.span.start,
        end=call.span.end,
        parts=tuple(parts),
        body=holding,
        home=holder,
        open=True,
        inner=comments(tree, call.node),
        trailing=trailing_comment(tree.source, call.span.end),
    )


def _statement(where: Scope, section: str, call: CallSite, holder: Body | None) -> list[Unit]:
    tree = where.tree
    if call.body is not None and not call.args:
        return [_section(where, call, call.name, holder)]
    item = entity(tree, call)
    if call.name == "timestamps" and section == "attributes":
        return [
            _entity(where, item, f"column {column}", column, holder, whole=True)
            for column in _timestamp_columns(where, item)
        ]
    if section == "actions" and call.name in _CARRIED and call.body is not None and call.args:
        return [_action(where, item, holder)]
    if call.name in _ENTITIES or (call.body is not None and call.args):
        key, label = _entity_key(where, item)
        return [_entity(where, item, key, label, holder)]
    if not call.values:
        return []
    return [_option(where, Setting(call.name, call.node, call.values, call), section, holder)]


def _action(where: Scope, item: Entity, holder: Body | None) -> Unit:
    """Make the unit of an action, which is taken as a whole: the order of its steps counts.

    So do comments in it: one stands for a step that is left to a person.
    """
    tree, call = where.tree, item.call
    name = argument_name(where, item, 0)
    unit = _entity(where, item, f"{item.word} {name}", f"actions.{name}", holder, whole=True)
    above = tree.source[unit.lead : unit.start].decode("utf-8", "replace")
    function = _FUNCTION.search(above)
    inside = (_PLACE.sub(r"\1", text) for text in comments(tree, call.node))
    return msgspec.structs.replace(
        unit,
        key=unit.key if function is None else f"{item.word} {function[1]}",
        content="\n".join((" ".join(tokens(tree, call.node)), *inside)),
        head=(),
    )


def _entity_key(where: Scope, item: Entity) -> tuple[str, str]:
    name = argument_name(where, item, 0)
    if item.word in ATTRIBUTE_ENTITIES:
        column = where.objects.columns.get(name, name)
        return f"column {column}", column
    if item.word in RELATIONSHIP_ENTITIES:
        return f"relationship {_relationship_key(where, item, name)}", name
    if item.word == "identity":
        # A held base may lack the option that names the index, so the label is the Elixir name.
        return f"index {where.objects.indexes.get(name, name)}", f"identities.{name}"
    if item.word == "reference":
        return f"reference {where.objects.relationships.get(name, name)}", f"references.{name}"
    if item.word == "check_constraint":
        label = argument_name(where, item, 1)
        return f"constraint {_constraint_today(where, label)}", label
    if item.word == "index":
        label = option_name(where, item, "name") or " ".join(
            canonical(where.tree, where.module, node) for node in item.args
        )
        return f"custom index {_constraint_today(where, label)}", f"custom_indexes.{label}"
    return f"{item.word} {name}", name


def _entity(
    where: Scope, item: Entity, key: str, label: str, holder: Body | None, *, whole: bool = False
) -> Unit:
    tree, call = where.tree, item.call
    head = tuple(_argument(where, item, index) for index in range(len(item.args)))
    parts = tuple(_setting(where, found, item) for found in item.settings)
    others = sorted(" ".join(tokens(tree, node)) for node in item.others)
    content = "\n".join([item.word, *(unit.content for unit in head), _joined(parts), *others])
    check = item.word == "check_constraint"
    return Unit(
        key=key,
        label=label,
        name="" if check or not head else argument_name(where, item, 0),
        word=item.word,
        form=Form.STATEMENT,
        content=content,
        source=tree.source,
        start=call.span.start,
        end=call.span.end,
        head=head,
        parts=None if whole else parts,
        cells=item.keywords,
        body=item.body,
        home=holder,
        inner=comments(tree, call.node),
        trailing=trailing_comment(tree.source, call.span.end),
    )


def _setting(where: Scope, found: Setting, item: Entity) -> Unit:
    """Make the unit of an option of an entity, or of a definition of a domain's code interface."""
    unit = _option(where, found, item.word, item.body)
    if item.word != "resource" or not found.name.startswith("define"):
        return unit
    name = f"{found.name} {name_at(where, found.values[0])}"
    return msgspec.structs.replace(unit, key=name, label=name)


def _argument(where: Scope, item: Entity, index: int) -> Unit:
    node = item.args[index]
    second = "destination" if item.word in RELATIONSHIP_ENTITIES else "type"
    names = _SLOTS.get(item.word, ("name", second))
    return Unit(
        key=f"#{index}",
        label=names[index] if index < len(names) else f"argument {index + 1}",
        form=Form.ARGUMENT,
        content=canonical(where.tree, where.module, node),
        source=where.tree.source,
        start=node.start_byte,
        end=node.end_byte,
        inner=comments(where.tree, node),
    )


def _option(where: Scope, found: Setting, owner: str, holder: Body | None) -> Unit:
    """Make the unit of an option; one that is merged by entries has those as parts."""
    tree = where.tree
    start, end = found.node.start_byte, found.node.end_byte
    parts, inside = None, None
    if len(found.values) == 1 and found.name in _MERGED:
        inside = cells(tree, found.values[0])
        if inside is not None:
            parts = _entries(where, inside, found.name)
    content = [canonical(tree, where.module, value) for value in found.values]
    return Unit(
        key=f"option {found.name}",
        label=found.name,
        name="",
        word=found.name,
        form=Form.PAIR if found.call is None else Form.STATEMENT,
        content=_joined(parts) if parts is not None else " , ".join(content),
        source=tree.source,
        start=start,
        end=end,
        value=span_of(found.values),
        bare_value=found.values[-1].type == "keywords",
        parts=parts,
        cells=inside,
        home=holder if found.call is not None else None,
        open=(found.name in _OPEN and owner == "postgres") or found.name == "fragments",
        inner=comments(tree, found.node),
        trailing=trailing_comment(tree.source, end),
    )


def _entries(where: Scope, inside: Cells, option: str) -> tuple[Unit, ...]:
    return tuple(_entry(where, inside, index, option) for index in range(len(inside.cells)))


def _entry(where: Scope, inside: Cells, index: int, option: str) -> Unit:
    tree, cell = where.tree, inside.cells[index]
    value = cell.node.child_by_field_name("value") if cell.key is not None else None
    name, parts, deeper = "", None, None
    if value is None:
        key = _element_key(where, cell.node)
        if option in _BY_IDENTITY:
            key = f"index {where.objects.indexes.get(key, key)}"
        content = canonical(tree, where.module, cell.node)
    else:
        key, name = _pair_key(where, option, cell.key or "", value)
        if option in ("constraints", "defaults"):
            deeper = cells(tree, value)
        if deeper is not None and deeper.cells and _is_merged(option, deeper):
            parts = _entries(where, deeper, option)
        elif option == "defaults" and deeper is None:
            # `create: :*` means `create: [:*]`.
            parts, deeper = (_single(where, value),), None
        content = canonical(tree, where.module, value) if parts is None else _joined(parts)
        content = f"{cell.key}: {content}"
    return Unit(
        key=key,
        label=(cell.key or key.removeprefix("constraint ")),
        name=name,
        word=cell.key or "",
        form=Form.PAIR if value is not None else Form.ELEMENT,
        content=content,
        source=tree.source,
        start=cell.start,
        end=cell.end,
        value=None if value is None else (value.start_byte, value.end_byte),
        parts=parts,
        cells=deeper if parts is not None else None,
        inner=comments(tree, cell.node),
        trailing=trailing_comment(tree.source, cell.end),
    )


def _single(where: Scope, value: Node) -> Unit:
    return Unit(
        key=_element_key(where, value),
        label=name_at(where, value),
        form=Form.ELEMENT,
        content=canonical(where.tree, where.module, value),
        source=where.tree.source,
        start=value.start_byte,
        end=value.end_byte,
    )


def _is_merged(option: str, inside: Cells) -> bool:
    """Lists of accepted attributes are merged, of constraints only keywords are."""
    return option == "defaults" or all(cell.key is not None for cell in inside.cells)


def _pair_key(where: Scope, option: str, key: str, value: Node) -> tuple[str, str]:
    if option == "identity_index_names":
        return f"index {_constraint_today(where, name_at(where, value))}", key
    if option in _BY_IDENTITY:
        return f"index {where.objects.indexes.get(key, key)}", key
    if option in _BY_ATTRIBUTE:
        return f"column {where.objects.columns.get(key, key)}", key
    return key, ""


def _joined(parts: Sequence[Unit]) -> str:
    """Join the contents of parts in an order of their own: moving one is no change."""
    return "{" + "\n".join(sorted(f"{part.key} = {part.content}" for part in parts)) + "}"
