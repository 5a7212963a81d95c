"""Calls of `Ecto.Changeset` as steps, where their arguments say all that there is to say."""

from __future__ import annotations

from tree_sitter import Node

from ash_scaffold.ash.changesets import Constraint
from ash_scaffold.legacy.changesets.literals import Literals, options_of
from ash_scaffold.legacy.changesets.values import Frame
from ash_scaffold.legacy.functions import operator_of
from ash_scaffold.syntax.parse import call_site
from ash_scaffold.term import Atom

# The steps that change what a changeset changes, in the field that they name.
_CHANGING = frozenset({"put_change", "force_change", "update_change", "delete_change"})


def constraint(
    literals: Literals, frame: Frame, node: Node, name: str, rest: tuple[Node, ...], path: str
) -> Constraint | None:
    """Return a call of a constraint, None for one whose field or options can't be read.

    `rest` are the arguments after the changeset.
    """
    value = literals.evaluated(frame, rest[0]) if rest else None
    items = value if isinstance(value, list) else [value]
    fields = tuple(item.name for item in items if isinstance(item, Atom))
    options = options_of(frame, rest[1]) if len(rest) > 1 else {}
    if len(fields) != len(items) or not fields or options is None:
        return None
    known: dict[str, str] = {}
    others: list[str] = []
    for key, each in options.items():
        text: str | None = None
        if key == "message":
            text = literals.message(frame, each)
        elif key == "name":
            value = literals.evaluated(frame, each)
            text = (
                value.name if isinstance(value, Atom) else value if isinstance(value, str) else None
            )
        if text is not None:
            known[key] = text
            continue
        source = literals.source(frame, each)
        if source is None:
            return None
        others.append(f"{key}: {source}")
    return Constraint(
        line=node.start_point.row + 1,
        path=path,
        call=name,
        fields=fields,
        name=known.get("name"),
        message=known.get("message"),
        options=f"[{', '.join(others)}]" if others else "",
    )


def captured(frame: Frame, node: Node) -> tuple[str, str] | None:
    """Return owner as written ("" for none) and name of `&name/2` or `&name(&1, &2)`."""
    operand = node.child_by_field_name("operand")
    if node.type != "unary_operator" or operand is None or not frame.text(node).startswith("&"):
        return None
    parts = operator_of(frame.module.file, operand, "/")
    if parts is None:
        site = call_site(frame.module.file.tree, operand)
        if site is None or [frame.text(each) for each in site.values] != ["&1", "&2"]:
            return None
        name = site.name
    else:
        name = frame.text(parts[0]).removesuffix("()")
    owner, _, plain = name.rpartition(".")
    return "".join(owner.split()), plain


def touched(
    literals: Literals, frame: Frame, name: str, rest: tuple[Node, ...]
) -> frozenset[str] | None:
    """Return the fields whose value a call may change, None where that isn't known."""
    if name.startswith(("validate_", "unsafe_validate_", "add_error")) or name.endswith(
        "_constraint"
    ):
        return frozenset()
    if name in _CHANGING and rest:
        field = literals.evaluated(frame, rest[0])
        return frozenset({field.name}) if isinstance(field, Atom) else None
    return None
