"""The identity of a unit: the database object behind the Elixir name.

A column is known by `source`, a relationship by the column of its key and by its target, an
identity by its index, a constraint by its name. Defaults are Ash's own: `source` is the name, a
belongs_to's key `<name>_id`, a has_many's `<module>_id` at the destination, and the index of an
identity `<table>_<identity>_index` (AshPostgres).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.naming import short_name
from ash_scaffold.elixir.merge.units import (
    NO_RENAMES,
    NOTHING_AROUND,
    Around,
    Renames,
    Scope,
)
from ash_scaffold.syntax.entities import Entity, canonical, entity
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import Tree, calls
from ash_scaffold.syntax.values import Unreadable
from ash_scaffold.term import Atom, Keyword, Module

ATTRIBUTES = frozenset(
    "attribute uuid_primary_key uuid_v7_primary_key integer_primary_key create_timestamp "
    "update_timestamp".split()
)
RELATIONSHIPS = frozenset({"belongs_to", "has_one", "has_many", "many_to_many"})
_TIMESTAMPS = (("inserted_at_field", "inserted_at"), ("updated_at_field", "updated_at"))


def scope(
    tree: Tree,
    module: ModuleDefinition,
    renames: Renames = NO_RENAMES,
    around: Around = NOTHING_AROUND,
) -> Scope:
    """Read what the attributes, relationships and identities of a module stand for.

    `renames` are those of the database that the text does not know of.
    """
    columns = {name: renames.columns.get(column, column) for name, column in around.columns.items()}
    first = Scope(tree, module, columns, {}, {}, around.resource or module.name, renames)
    for item in _entities(tree, module, "attributes"):
        name = argument(first, item, 0)
        if name and item.word in ATTRIBUTES:
            source = setting(first, item, "source")
            old = source or name
            is_new = bool(source) and renames.followed
            columns[name] = source if is_new else renames.columns.get(old, old)
    relationships = dict(around.relationships)
    for item in _entities(tree, module, "relationships"):
        name = argument(first, item, 0)
        if name and item.word in RELATIONSHIPS:
            relationships[name] = relationship_key(first, item, name)
    table, given = _table_and_indexes(first)
    names = [argument(first, item, 0) for item in _entities(tree, module, "identities")]
    computed = {name: f"{table or around.table}_{name}_index" for name in names if name}
    unsaid = computed | {**around.indexes}
    indexes = {name: renames.constraints.get(index, index) for name, index in unsaid.items()}
    indexes |= {name: constraint(first, index) for name, index in given.items()}
    return msgspec.structs.replace(first, relationships=relationships, indexes=indexes)


def around(resource: str, parts: Iterable[tuple[Tree, ModuleDefinition]]) -> Around:
    """Read what the modules of a resource say that the units of each of them are known by."""
    found = Around(resource)
    for tree, module in parts:
        where = scope(tree, module, around=found)
        table, given = _table_and_indexes(where)
        found = Around(
            resource,
            where.columns,
            where.relationships,
            table or found.table,
            {**found.indexes, **given},
        )
    return found


def relationship_key(where: Scope, item: Entity, name: str) -> str:
    """Return the identity of a relationship: the column of its key and its destination."""
    destination = argument(where, item, 1)
    belongs = item.word == "belongs_to"
    source = setting(where, item, "source_attribute") or (f"{name}_id" if belongs else "id")
    column = where.columns.get(source, source)
    if belongs:
        return f"belongs_to {destination} by {column}"
    if item.word == "many_to_many":
        return f"many_to_many {destination} through {setting(where, item, 'through')} by {column}"
    guess = f"{short_name(where.resource)}_id"
    target = setting(where, item, "destination_attribute") or guess
    return f"has {destination}.{target} by {column}"


def timestamp_columns(where: Scope, item: Entity) -> tuple[str, ...]:
    """Return the two columns that `timestamps` stands for."""
    return tuple(setting(where, item, option) or column for option, column in _TIMESTAMPS)


def argument(where: Scope, item: Entity, index: int) -> str:
    """Return a positional argument as a name (atom, string or module), "" when it is none."""
    return plain(where, item.args[index]) if index < len(item.args) else ""


def setting(where: Scope, item: Entity, option: str) -> str:
    """Return an option's value as a name, "" when it has none."""
    for found in item.settings:
        if found.name == option and len(found.values) == 1:
            return plain(where, found.values[0])
    return ""


def plain(where: Scope, node: Node) -> str:
    """Return an atom, a string or a module as its name, "" for anything else."""
    value = where.module.read(where.tree, node)
    if isinstance(value, Atom | Module):
        return value.name
    return value if isinstance(value, str) else _word(value)


def _word(value: object) -> str:
    if value is None:
        return "nil"
    return str(value).lower() if isinstance(value, bool) else ""


def constraint(where: Scope, name: str) -> str:
    """Return what a constraint or an index that the text names is called today."""
    return name if where.renames.followed else where.renames.constraints.get(name, name)


def element_key(where: Scope, node: Node) -> str:
    """Return the identity of a list's element: its name, or the constraint's in a tuple."""
    value = where.module.read(where.tree, node)
    if isinstance(value, tuple):
        names = [item for item in value if isinstance(item, str)]
        if names:
            return f"constraint {constraint(where, names[0])}"
    if isinstance(value, Unreadable):
        return canonical(where.tree, where.module, node)
    return plain(where, node) or canonical(where.tree, where.module, node)


def _entities(tree: Tree, module: ModuleDefinition, section: str) -> list[Entity]:
    found = []
    for call in calls(tree, module.body, section):
        if call.body is not None and not call.args:
            top = entity(tree, call)
            found += [entity(tree, s.call) for s in top.settings if s.call is not None]
    return found


def _table_and_indexes(where: Scope) -> tuple[str, Mapping[str, str]]:
    table, given = "", {}
    for item in _entities(where.tree, where.module, "postgres"):
        if item.word == "table":
            table = argument(where, item, 0)
        if item.word == "identity_index_names" and item.call.keywords is not None:
            value = where.module.read(where.tree, item.call.keywords)
            if isinstance(value, Keyword):
                given = {name: text for name, text in value.items if isinstance(text, str)}
    return table, given
