"""The parameters of a function, and what their names stand for where it is read."""

from __future__ import annotations

from collections.abc import Sequence

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
                frame.variables[each] = Local(node, f"{pattern} = {shown}", scope, pattern=True)
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
    """Return the pattern of `pattern = name`."""
    parts = operator_of(frame.module.file, node, "=")
    for part in parts or ():
        if frame.text(part) != name:
            return text_of(frame.module, part)
    return text_of(frame.module, node)
