"""The branches of `if`, `case` and their like: what they start with and what they return."""

from __future__ import annotations

from tree_sitter import Node

from ash_scaffold.legacy.changesets import ecto_functions as ecto
from ash_scaffold.legacy.changesets.copied_text import is_piped
from ash_scaffold.legacy.changesets.values import Frame
from ash_scaffold.legacy.functions import operator_of
from ash_scaffold.syntax.parse import call_site, expressions

BRANCHES = frozenset({"if", "unless", "case", "cond", "with", "try", "receive", "for"})


def starts(frame: Frame, node: Node) -> list[Node]:
    """Return what `cast` and `change` are given to start with, in an expression."""
    found: list[Node] = []
    stack = [node]
    while stack:
        current = stack.pop()
        stack.extend(reversed(current.named_children))
        site = call_site(frame.module.file.tree, current) if current.type == "call" else None
        if site is None or site.name.rpartition(".")[2] not in ecto.STARTS:
            continue
        first: Node | None = site.values[0] if site.values else None
        if is_piped(current) and current.parent is not None:
            first = current.parent.child_by_field_name("left")
        if first is not None:
            found.append(first)
    return found


def after_start(frame: Frame, start: Node) -> Node | None:
    """Return what follows the struct that a `cast` is given."""
    holder = start.parent
    if holder is None:
        return None
    if holder.type == "arguments":
        others = expressions(holder)
        return others[1] if len(others) > 2 else None
    right = holder.child_by_field_name("right")
    site = None if right is None else call_site(frame.module.file.tree, right)
    return site.values[0] if site is not None and len(site.values) > 1 else None


def starts_inside(frame: Frame, node: Node) -> bool:
    """Whether a changeset is started in an expression, or made by another function."""
    stack = [node]
    while stack:
        current = stack.pop()
        stack.extend(current.named_children)
        site = call_site(frame.module.file.tree, current) if current.type == "call" else None
        if site is not None:
            plain = site.name.rpartition(".")[2]
            if plain in ecto.STARTS or plain.endswith("changeset"):
                return True
    return False


def branch_patterns(frame: Frame, node: Node) -> list[Node]:
    """Return the patterns that a `case` or a `with` compares what it looks at with."""
    site = call_site(frame.module.file.tree, node)
    first = None if site is None or not site.args else site.args[0]
    parts = None if first is None else operator_of(frame.module.file, first, "<-")
    if parts is not None:
        return [parts[0]]
    found: list[Node] = []
    for block in node.named_children:
        for clause in block.named_children if block.type == "do_block" else ():
            left = clause.child_by_field_name("left")
            guarded = None if left is None else operator_of(frame.module.file, left, "when")
            left = left if guarded is None else guarded[0]
            found += expressions(left)[:1] if left is not None else ()
    return found


def branch_results(frame: Frame, node: Node) -> list[Node]:
    """Return the expressions that end the branches of a condition."""
    found: list[Node] = []
    stack = [child for child in node.named_children if child.type == "do_block"]
    site = call_site(frame.module.file.tree, node)
    if site is not None and not stack:
        found += [option.value for option in site.options]
        found += site.body or ()
    while stack:
        block = stack.pop()
        inner = expressions(block)
        deeper = [
            e for e in inner if e.type in ("stab_clause", "body") or e.type.endswith("_block")
        ]
        plain = [each for each in inner if each not in deeper]
        stack += deeper
        if plain and block.type != "stab_clause":
            found.append(plain[-1])
    return found
