"""A changeset function that is copied as it is, and called by one step."""

from __future__ import annotations

from tree_sitter import Node

from ash_scaffold.ash.changesets import Copied, ParameterRole
from ash_scaffold.legacy.changesets import ecto_functions as ecto
from ash_scaffold.legacy.changesets.copied_text import is_piped
from ash_scaffold.legacy.changesets.parameters import made_name, named
from ash_scaffold.legacy.changesets.step_maker import StepMaker
from ash_scaffold.legacy.changesets.values import Data, Flow, Frame, UnreadError
from ash_scaffold.legacy.functions import Clause, Function, identifiers, operator_of
from ash_scaffold.syntax.parse import call_site, expressions


def whole(maker: StepMaker, frame: Frame, function: Function) -> tuple[Flow, list[str]]:
    """Let one step call the function itself, copied, with the changeset in the struct's place.

    Returns the step and the names of the parameters. That is only the same where the function
    does nothing with its struct but to start a changeset of it and to read its fields, which
    are read of the changeset's data then.
    """
    if not function.arity:
        raise UnreadError("it takes no struct")
    head = Frame(frame.module, function, {})
    names = [named(head, p.pattern)[0] for p in function.clauses[0].parameters]
    at, attributes = 0, 1
    for clause in function.bodies:
        inner = Frame(frame.module, function, {})
        own = [named(inner, p.pattern)[0] for p in clause.parameters]
        for index, parameter in enumerate(clause.parameters):
            struct = named(inner, parameter.pattern)[1]
            if not names[index] or names[index].startswith("_"):
                made = made_name(parameter.pattern, struct, index)
                names[index] = own[index] or names[index] or made
        for start, params in _casts(inner, clause):
            at = own.index(start) if start in own else at
            attributes = own.index(params) if params in own else attributes
    replaced: dict[Node, str] = {}
    for clause in function.bodies:
        inner = Frame(frame.module, function, {})
        pattern = clause.parameters[at].pattern
        name, struct = named(inner, pattern)
        uses = _uses(inner, clause, name)
        if uses is None or not (struct or pattern.type == "identifier"):
            raise UnreadError("it has several clauses, or a rescue, that use the struct itself")
        replaced |= uses
        if struct not in ("", "Ecto.Changeset"):
            replaced |= _of_changeset(inner, pattern)
    roles = maker.findings.roles
    roles[names[at]] = ParameterRole.STRUCT
    if attributes < len(names) and attributes != at:
        roles[names[attributes]] = ParameterRole.ATTRIBUTES
    maker.findings.own = True
    inside = maker.copies.function(function, replaced)
    step = Copied(
        line=function.clauses[0].site.span.line,
        path=maker.path_of(frame),
        function=function.name,
        arguments=tuple(name for index, name in enumerate(names) if index != at),
        position=at,
        casts=inside.casts,
    )
    flow = Flow((), Data(names[at]), started=True)
    return maker.added(flow, step, *inside.steps), names


def _casts(frame: Frame, clause: Clause) -> list[tuple[str, str]]:
    """Return the first two arguments of each `cast` of a clause, as written."""
    found: list[tuple[str, str]] = []
    stack = list(clause.body or ())
    while stack:
        node = stack.pop()
        stack.extend(node.named_children)
        site = call_site(frame.module.file.tree, node) if node.type == "call" else None
        if site is None or site.name.rpartition(".")[2] not in ("cast", "change"):
            continue
        values = list(site.values)
        if is_piped(node) and node.parent is not None:
            left = node.parent.child_by_field_name("left")
            values = [left, *values] if left is not None else values
        texts = [*(frame.text(value) for value in values[:2]), "", ""]
        found.append((texts[0], texts[1] if site.name.endswith("cast") else ""))
    return found


def _uses(frame: Frame, clause: Clause, name: str) -> dict[Node, str] | None:
    """Return what to write for a struct where its fields are read, by the places.

    Starting a changeset of it, or passing it on to be started, needs nothing. None where it is
    used otherwise.
    """
    found: dict[Node, str] = {}
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
            plain = "" if site is None else site.name.rpartition(".")[2]
            if plain not in ecto.STARTS and not plain.endswith("changeset"):
                return None
    return found


def _of_changeset(frame: Frame, pattern: Node) -> dict[Node, str]:
    """Return the pattern of a changeset for that of its struct, by the place."""
    stack = [pattern]
    while stack:
        node = stack.pop()
        named = next((c for c in node.named_children if c.type == "struct"), None)
        if node.type == "map" and named is not None:
            content = next((c for c in node.named_children if c.type == "map_content"), None)
            inner = "" if content is None else f"data: %{{{frame.text(content)}}}"
            return {node: f"%Ecto.Changeset{{{inner}}}"}
        if operator_of(frame.module.file, node, "=") is not None:
            stack.extend(node.named_children)
    return {}
