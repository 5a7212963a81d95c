"""A changeset function that is copied as it is, and called by one step."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from tree_sitter import Node

from ash_scaffold.legacy.changesets import ecto_functions as ecto
from ash_scaffold.legacy.changesets.copied_text import is_piped
from ash_scaffold.legacy.changesets.parameters import made_name, named
from ash_scaffold.legacy.changesets.values import Frame, UnreadError
from ash_scaffold.legacy.functions import (
    Clause,
    Function,
    Key,
    Module,
    Modules,
    identifiers,
    operator_of,
)
from ash_scaffold.syntax.parse import CallSite, call_site, expressions


class Whole(msgspec.Struct, frozen=True):
    """A function that a changeset is given to in the place of its struct.

    `names` are those of its parameters, `at` is the struct's place among them, `attributes` that of
    what it casts. `replaced` are the places of other text, by the keys of the functions that get
    the changeset: itself, and those that it passes it on to.
    """

    names: list[str]
    at: int
    attributes: int
    replaced: Mapping[Key, Mapping[Node, str]]


def whole(modules: Modules, module: Module, function: Function) -> Whole:
    """Return a function as one that is given a changeset. Raises `UnreadError`.

    That is only the same where the function does nothing with its struct but to start a changeset
    of it and to read its fields, which are read of the changeset's data then.
    """
    if not function.arity:
        raise UnreadError("it takes no struct")
    head = Frame(module, function, {})
    names = [named(head, p.pattern)[0] for p in function.clauses[0].parameters]
    found: list[int] = []
    attributes = 1
    for clause in function.bodies:
        inner = Frame(module, function, {})
        own = [named(inner, p.pattern)[0] for p in clause.parameters]
        for index, parameter in enumerate(clause.parameters):
            struct = named(inner, parameter.pattern)[1]
            if struct and index == 0:
                found.append(index)
            if not names[index] or names[index].startswith("_"):
                made = made_name(parameter.pattern, struct, index)
                names[index] = own[index] or names[index] or made
        for start, params in _casts(inner, clause):
            found += [own.index(start)] if start in own else []
            attributes = own.index(params) if params in own else attributes
    if not found:
        raise UnreadError("it starts with a struct of its own")
    replaced: dict[Key, dict[Node, str]] = {}
    _adapt(modules, function, found[-1], replaced)
    return Whole(names, found[-1], attributes, replaced)


def _adapt(
    modules: Modules, function: Function, at: int, found: dict[Key, dict[Node, str]]
) -> None:
    """Find what to write in a function, and in those it calls, that gets a changeset."""
    module = modules.get(function.module)
    if function.key in found or module is None:
        return
    replaced = found.setdefault(function.key, {})
    for clause in function.bodies:
        inner = Frame(module, function, {})
        pattern = clause.parameters[at].pattern
        name, struct = named(inner, pattern)
        uses = _uses(inner, clause, name)
        if uses is None or not (struct or pattern.type == "identifier" or _is_map(inner, pattern)):
            raise UnreadError("it has several clauses, or a rescue, that use the struct itself")
        for place, called in uses.items():
            if isinstance(called, str):
                replaced[place] = called
                continue
            other = modules.called(module, called.node, called.name, _count(called))
            if other is not None:
                _adapt(modules, other, 0, found)
                if "." in called.name and found[other.key]:
                    raise UnreadError(f"it passes the struct on to {called.name}")
        if struct != "Ecto.Changeset":
            replaced |= _of_changeset(inner, pattern)


def _count(site: CallSite) -> int:
    return len(site.values) + is_piped(site.node)


def _is_map(frame: Frame, pattern: Node) -> bool:
    parts = operator_of(frame.module.file, pattern, "=") or (pattern,)
    return any(part.type == "map" for part in parts)


def _casts(frame: Frame, clause: Clause) -> list[tuple[str, str]]:
    """Return the struct and the parameters of each call that starts a changeset, as written."""
    found: list[tuple[str, str]] = []
    stack = list(clause.body or ())
    while stack:
        node = stack.pop()
        stack.extend(node.named_children)
        site = call_site(frame.module.file.tree, node) if node.type == "call" else None
        plain = "" if site is None else site.name.rpartition(".")[2]
        if site is None or not (plain in ecto.STARTS or plain.endswith("changeset")):
            continue
        values = list(site.values)
        if is_piped(node) and node.parent is not None:
            left = node.parent.child_by_field_name("left")
            values = [left, *values] if left is not None else values
        texts = [*(frame.text(value) for value in values[:2]), "", ""]
        found.append((texts[0], texts[1] if plain != "change" else ""))
    return found


def _uses(frame: Frame, clause: Clause, name: str) -> dict[Node, str | CallSite] | None:
    """Return what to write for a struct where its fields are read, by the places.

    Starting a changeset of it needs nothing; where it is passed on to be started, the call is
    returned. None where it is used otherwise.
    """
    found: dict[Node, str | CallSite] = {}
    parts = [*(clause.body or ()), *(() if clause.guard is None else (clause.guard,))]
    for node in parts if name else ():
        for each, place in identifiers(frame.module.file, node):
            holder = place.parent
            if each != name or holder is None:
                continue
            site = None
            if holder.type == "dot":
                found[place] = f"{name}.data"
                continue
            if holder.type == "binary_operator":
                right = holder.child_by_field_name("right")
                site = None if right is None else call_site(frame.module.file.tree, right)
            elif holder.type == "arguments" and expressions(holder)[0].id == place.id:
                parent = holder.parent
                site = None if parent is None else call_site(frame.module.file.tree, parent)
                site = None if site is None or is_piped(site.node) else site
            plain = "" if site is None else site.name.rpartition(".")[2]
            if site is None or (plain not in ecto.STARTS and not plain.endswith("changeset")):
                return None
            if plain not in ecto.STARTS:
                found[place] = site
    return found


def _of_changeset(frame: Frame, pattern: Node) -> dict[Node, str]:
    """Return the pattern of a changeset for that of its struct, by the place."""
    stack = [pattern]
    while stack:
        node = stack.pop()
        if node.type == "map":
            content = next((c for c in node.named_children if c.type == "map_content"), None)
            inner = "" if content is None else f"data: %{{{frame.text(content)}}}"
            return {node: f"%Ecto.Changeset{{{inner}}}"}
        if operator_of(frame.module.file, node, "=") is not None:
            stack.extend(node.named_children)
    return {}
