"""From a module to its units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import msgspec
from tree_sitter import Node

from ash_scaffold.elixir.merge import keys
from ash_scaffold.elixir.merge.units import (
    NO_RENAMES,
    NOTHING_AROUND,
    Around,
    Form,
    Renames,
    Scope,
    Unit,
    span_of,
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
    tokens,
    trailing_comment,
)
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import CallSite, Tree, call_site, module_attribute

# Options whose value is merged entry by entry; the open ones may lose entries to a person and
# still get new ones.
_OPEN = frozenset(
    "identity_index_names identity_wheres_to_sql foreign_key_names unique_index_names "
    "exclusion_constraint_names".split()
)
_MERGED = _OPEN | frozenset(
    "constraints defaults extensions fragments values create update".split()
)
_ENTITIES = (
    keys.ATTRIBUTES
    | keys.RELATIONSHIPS
    | {"identity", "reference", "check_constraint", "resource", "timestamps"}
)
_COMMENT = re.compile(rb"#[^\r\n]*")
_DEFINITIONS = frozenset({"def", "defp", "defmacro", "defmacrop"})
_ATTACHED = frozenset({"impl", "doc", "spec", "dialyzer"})


def module_units(
    tree: Tree,
    module: ModuleDefinition,
    renames: Renames = NO_RENAMES,
    uses: Sequence[str] = (),
    around: Around = NOTHING_AROUND,
) -> Unit:
    """Return a module as a unit whose parts are its sections, its `use` and its functions.

    `uses` are the modules that may stand in the generated `use`; without any it is the first.
    `around` is what the resource's other modules say.
    """
    where = keys.scope(tree, module, renames, around)
    holder = body(tree, module.call)
    parts = _module_parts(where, holder, module.body, uses) if holder is not None else []
    return Unit(
        key="",
        label="",
        form=Form.STATEMENT,
        says=_joined(parts),
        source=tree.source,
        start=module.span.start,
        end=module.span.end,
        call=module.call,
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
        attached = []
    return parts


def _is_generated_use(where: Scope, call: CallSite, uses: Sequence[str]) -> bool:
    if not uses or not call.args:
        return True
    name = keys.plain(where, call.args[0])
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
        says=f"{first.says}\n{second.says}",
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
        says="\n".join(" ".join(tokens(where.tree, node)) for node in nodes),
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
                part, parts=both, says=_joined(both), inner=(*part.inner, "# opened again")
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
        says=_joined(parts) + (" " + " ".join(tokens(tree, call.node)) if own else ""),
        source=tree.source,
        start=call.span.start,
        end=call.span.end,
        call=call,
        parts=tuple(parts),
        body=holding,
        home=holder,
        open=True,
        section=True,
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
            for column in keys.timestamp_columns(where, item)
        ]
    if call.name in _ENTITIES or (call.body is not None and call.args):
        key, label = _entity_key(where, item)
        return [_entity(where, item, key, label, holder)]
    if not call.values:
        return []
    return [_option(where, Setting(call.name, call.node, call.values, call), section, holder)]


def _entity_key(where: Scope, item: Entity) -> tuple[str, str]:
    name = keys.argument(where, item, 0)
    if item.word in keys.ATTRIBUTES:
        column = where.columns.get(name, name)
        return f"column {column}", column
    if item.word in keys.RELATIONSHIPS:
        return f"relationship {keys.relationship_key(where, item, name)}", name
    if item.word == "identity":
        # A held base may lack the option that names the index, so the label is the Elixir name.
        return f"index {where.indexes.get(name, name)}", f"identities.{name}"
    if item.word == "reference":
        return f"reference {where.relationships.get(name, name)}", f"references.{name}"
    if item.word == "check_constraint":
        constraint = keys.argument(where, item, 1)
        return f"constraint {keys.constraint(where, constraint)}", constraint
    return f"{item.word} {name}", name


def _entity(
    where: Scope, item: Entity, key: str, label: str, holder: Body | None, *, whole: bool = False
) -> Unit:
    tree, call = where.tree, item.call
    head = tuple(_argument(where, item, index) for index in range(len(item.args)))
    parts = tuple(_option(where, found, item.word, item.body) for found in item.settings)
    others = sorted(" ".join(tokens(tree, node)) for node in item.others)
    says = "\n".join([item.word, *(unit.says for unit in head), _joined(parts), *others])
    check = item.word == "check_constraint"
    return Unit(
        key=key,
        label=label,
        name="" if check or not head else keys.argument(where, item, 0),
        word=item.word,
        form=Form.STATEMENT,
        says=says,
        source=tree.source,
        start=call.span.start,
        end=call.span.end,
        call=call,
        head=head,
        parts=None if whole else parts,
        cells=item.keywords,
        body=item.body,
        home=holder,
        inner=comments(tree, call.node),
        trailing=trailing_comment(tree.source, call.span.end),
    )


_SLOTS = {"identity": ("name", "keys"), "check_constraint": ("attribute", "name")}


def _argument(where: Scope, item: Entity, index: int) -> Unit:
    node = item.args[index]
    second = "destination" if item.word in keys.RELATIONSHIPS else "type"
    names = _SLOTS.get(item.word, ("name", second))
    return Unit(
        key=f"#{index}",
        label=names[index] if index < len(names) else f"argument {index + 1}",
        form=Form.ARGUMENT,
        says=canonical(where.tree, where.module, node),
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
    says = [canonical(tree, where.module, value) for value in found.values]
    return Unit(
        key=f"option {found.name}",
        label=found.name,
        name="",
        word=found.name,
        form=Form.PAIR if found.call is None else Form.STATEMENT,
        says=_joined(parts) if parts is not None else " , ".join(says),
        source=tree.source,
        start=start,
        end=end,
        call=found.call,
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
        key = keys.element_key(where, cell.node)
        says = canonical(tree, where.module, cell.node)
    else:
        key, name = _pair_key(where, option, cell.key or "", value)
        if option in ("constraints", "defaults"):
            deeper = cells(tree, value)
        if deeper is not None and deeper.cells and _is_merged(option, deeper):
            parts = _entries(where, deeper, option)
        elif option == "defaults" and deeper is None:
            # `create: :*` says what `create: [:*]` says.
            parts, deeper = (_single(where, value),), None
        says = canonical(tree, where.module, value) if parts is None else _joined(parts)
        says = f"{cell.key}: {says}"
    return Unit(
        key=key,
        label=(cell.key or key.removeprefix("constraint ")),
        name=name,
        word=cell.key or "",
        form=Form.PAIR if value is not None else Form.ELEMENT,
        says=says,
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
        key=keys.element_key(where, value),
        label=keys.plain(where, value),
        form=Form.ELEMENT,
        says=canonical(where.tree, where.module, value),
        source=where.tree.source,
        start=value.start_byte,
        end=value.end_byte,
    )


def _is_merged(option: str, inside: Cells) -> bool:
    """Lists of accepted attributes are merged, of constraints only keywords are."""
    return option == "defaults" or all(cell.key is not None for cell in inside.cells)


def _pair_key(where: Scope, option: str, key: str, value: Node) -> tuple[str, str]:
    if option == "identity_index_names":
        return f"index {keys.constraint(where, keys.plain(where, value))}", key
    if option == "identity_wheres_to_sql":
        return f"index {where.indexes.get(key, key)}", key
    return key, ""


def _joined(parts: Sequence[Unit]) -> str:
    """Say the parts in an order of their own: moving one is no change."""
    return "{" + "\n".join(sorted(f"{part.key} = {part.says}" for part in parts)) + "}"
