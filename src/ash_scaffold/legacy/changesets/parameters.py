"""The parameters of a function, and what their names stand for where it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tree_sitter import Node

from ash_scaffold.ash.naming import macro_underscore
from ash_scaffold.legacy.changesets.copied_text import text_of
from ash_scaffold.legacy.changesets.values import (
    Data,
    Flow,
    Frame,
    Local,
    Text,
    UnreadError,
    Value,
    short,
)
from ash_scaffold.legacy.functions import Clause, identifiers, operator_of
from ash_scaffold.syntax.values import alias_text


def bind(frame: Frame, clause: Clause, given: Sequence[Value | None]) -> list[str]:
    """Give the parameters of a clause their values; return the names of the parameters.

    A value of None is the parameter itself.
    """
    names: list[str] = []
    for index, (parameter, value) in enumerate(zip(clause.parameters, given, strict=True)):
        node = parameter.pattern
        name, schema = named(frame, node)
        shown = name or made_name(node, schema, index)
        if shown in names:
            shown = f"{shown}_{index + 1}"
        names.append(shown)
        if value is None:
            value = Data(shown, schema) if schema else Text(shown, parameter=True)
        elif isinstance(value, Data) and schema and not value.schema:
            value = Data(value.name, schema, value.steps)
        frame.variables[shown] = value
        inner = [each for each, _ in identifiers(frame.module.file, node) if each != name]
        if isinstance(value, Flow) and [each for each in inner if each not in ("_", "__MODULE__")]:
            raise UnreadError(f"a changeset is taken apart: {short(frame.text(node))}")
        scope = dict(frame.variables)
        for each in inner:
            if each != "__MODULE__" and not each.startswith("_"):
                pattern = _without_name(frame, node, name)
                frame.variables[each] = Local(
                    node, f"{pattern} = {shown}", scope, pattern=True, depth=frame.depth
                )
    return names


def named(frame: Frame, node: Node) -> tuple[str, str]:
    """Return the name that a parameter's pattern gives to the whole, and its struct."""
    parts = operator_of(frame.module.file, node, "=")
    if parts is not None:
        left, right = (named(frame, part) for part in parts)
        return left[0] or right[0], left[1] or right[1]
    if node.type == "identifier":
        name = frame.text(node)
        return ("" if name == "_" else name), ""
    if node.type == "map":
        struct = next((child for child in node.named_children if child.type == "struct"), None)
        inner = None if struct is None else struct.named_children[0]
        written = None if inner is None else alias_text(frame.module.file.tree, inner)
        if inner is not None and written is not None:
            return "", frame.resolve(inner, written)
    return "", ""


def made_name(node: Node, schema: str, index: int) -> str:
    """Return a name for a parameter that has none."""
    if schema:
        return macro_underscore(schema.rpartition(".")[2])
    return "attrs" if node.type == "map" else f"argument_{index + 1}"


def _without_name(frame: Frame, node: Node, name: str) -> str:
    """Return the pattern of `pattern = name`, of a struct as one of any map.

    An action is given a record, which is no struct of the legacy schema.
    """
    parts = operator_of(frame.module.file, node, "=")
    for part in parts or (node,):
        if frame.text(part) != name:
            content = _struct_content(frame, part)
            return text_of(frame.module, part) if content is None else f"%{{{content}}}"
    return text_of(frame.module, node)


def of_any_map(frame: Frame, schema: str) -> dict[Node, str]:
    """Return what to write in the heads of a function for patterns of a schema's struct.

    There the record is of the resource, which has the same fields. Raises `UnreadError` where the
    function tells structs of several schemas from each other.
    """
    found: dict[Node, str] = {}
    for index in range(frame.function.arity):
        heads = [clause.parameters[index].pattern for clause in frame.function.clauses]
        structs = {named(frame, head)[1] for head in heads} - {"", "Ecto.Changeset"}
        if schema in structs and len(structs) > 1:
            raise UnreadError("it asks whether its struct is one of the schema or another")
        for head in heads:
            stack = [head]
            while stack:
                node = stack.pop()
                if node.type == "map" and named(frame, node)[1] == schema:
                    found[node] = f"%{{{_struct_content(frame, node) or ''}}}"
                else:
                    stack.extend(node.named_children)
    return found


def struct_names(nodes: Iterable[Node]) -> frozenset[int]:
    """Return the ids of the names of structs in patterns that are written without them."""
    found: set[int] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node.type == "map":
            found |= {child.id for child in node.named_children if child.type == "struct"}
        elif node.type == "binary_operator":
            stack += node.named_children
    return frozenset(found)


def _struct_content(frame: Frame, node: Node) -> str | None:
    """Return what stands between the braces of a struct's pattern, None for any other."""
    if node.type != "map" or not named(frame, node)[1]:
        return None
    content = next((c for c in node.named_children if c.type == "map_content"), None)
    return "" if content is None else text_of(frame.module, content)
