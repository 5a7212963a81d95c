"""What the read actions of a resource look rows up and sort by, as far as that is written out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.model import ReadAction
from ash_scaffold.elixir.read.values import (
    ModuleSource,
    name_of,
    names_in,
    read_term,
    statements,
)
from ash_scaffold.syntax.entities import Entity
from ash_scaffold.syntax.parse import CallSite, call_site
from ash_scaffold.syntax.values import Unreadable, Value
from ash_scaffold.term import Atom, Keyword

_PREFIXES = {"++": "asc_nils_first", "--": "desc_nils_last", "+": "asc", "-": "desc"}


class _Prepared(msgspec.Struct, frozen=True):
    """What `prepare` adds to a query; `known` is false where only running it would show."""

    sort: tuple[tuple[str, str], ...] = ()
    equal: tuple[str, ...] = ()
    filtered: bool = False
    known: bool = True

    def then(self, other: _Prepared) -> _Prepared:
        """Add what comes after."""
        return _Prepared(
            sort=(*self.sort, *other.sort),
            equal=(*self.equal, *other.equal),
            filtered=self.filtered or other.filtered,
            known=self.known and other.known,
        )


_UNKNOWN = _Prepared(known=False)


def read_actions(where: ModuleSource, section: CallSite) -> Iterator[ReadAction]:
    """Yield the read actions of a section `actions`."""
    for item in statements(where, section):
        if item is not None and item.word == "read" and item.args:
            name = name_of(_value(where, item.args[0]))
            if name is not None:
                yield _action(where, item, name)


def has_update(where: ModuleSource, section: CallSite) -> bool:
    """Whether a section `actions` has an update action, one by default included."""
    for item in statements(where, section):
        if item is not None and item.word == "update":
            return True
        if item is not None and item.word == "defaults":
            words = where.tree.text(item.call.node)
            if re.search(r"\bupdate\b", words):
                return True
    return False


def read_preparations(where: ModuleSource, section: CallSite) -> ReadAction:
    """Return what a section `preparations` adds to every read action, as one without a name."""
    found = _Prepared()
    for item in statements(where, section):
        if item is None or item.word != "prepare" or not item.args:
            found = found.then(_UNKNOWN)
        else:
            found = found.then(_prepare(where, item.args[0]))
    return _as_action("", found, where.place(section).line, where.path)


def _action(where: ModuleSource, item: Entity, name: str) -> ReadAction:
    found, paginated = _Prepared(), False
    get_by: tuple[str, ...] = ()
    for setting in item.settings:
        if setting.name == "prepare":
            found = found.then(_prepare(where, setting.values[0]))
        elif setting.name == "filter":
            found = found.then(_filter(where, setting.values[0]))
        elif setting.name == "pagination":
            paginated = where.tree.text(setting.values[0]) != "false"
        elif setting.name in ("manual", "modify_query"):
            found = found.then(_UNKNOWN)
        elif setting.name == "get_by":
            value = _value(where, setting.values[0])
            get_by = () if isinstance(value, Unreadable) else names_in(value) or ()
    for node in item.others:
        call = call_site(where.tree, node)
        if call is not None and call.name == "pagination":
            paginated = True
        elif call is None or call.name not in ("argument", "metadata"):
            found = found.then(_UNKNOWN)
    place = where.place(item.call)
    action = _as_action(name, found, place.line, place.path)
    return msgspec.structs.replace(action, paginated=paginated, get_by=get_by)


def _as_action(name: str, found: _Prepared, line: int, path: str) -> ReadAction:
    return ReadAction(
        name=name,
        path=path,
        line=line,
        sort=found.sort,
        equal=tuple(dict.fromkeys(found.equal)),
        filtered=found.filtered,
        known=found.known,
    )


def _prepare(where: ModuleSource, node: Node) -> _Prepared:
    call = call_site(where.tree, node)
    if call is None or call.name not in ("build", "Ash.Resource.Preparation.Builtins.build"):
        return _UNKNOWN
    found = _Prepared()
    for option in call.options:
        if option.name == "sort":
            sort = _sort(_value(where, option.value))
            found = found.then(_UNKNOWN if sort is None else _Prepared(sort=sort))
        elif option.name == "filter":
            found = found.then(_filter(where, option.value))
        elif option.name not in ("load", "limit", "select", "ensure_selected", "offset"):
            found = found.then(_UNKNOWN)
    return found


def _value(where: ModuleSource, node: Node) -> Value:
    return read_term(where, node)


def _sort(value: Value) -> tuple[tuple[str, str], ...] | None:
    """Read a sort in any of its forms: names, pairs of name and direction, a text."""
    if isinstance(value, Keyword):
        pairs = [(name, direction) for name, direction in value.items]
    elif isinstance(value, Atom):
        pairs = [(value.name, Atom("asc"))]
    elif isinstance(value, str):
        return tuple(map(_written, value.split(",")))
    elif isinstance(value, list):
        pairs = []
        for each in value:
            if isinstance(each, Atom):
                pairs.append((each.name, Atom("asc")))
            elif isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], Atom):
                pairs.append((each[0].name, each[1]))
            else:
                return None
    else:
        return None
    found = [(name, each.name) for name, each in pairs if isinstance(each, Atom)]
    return tuple(found) if len(found) == len(pairs) else None


def _written(text: str) -> tuple[str, str]:
    text = text.strip()
    for prefix, direction in _PREFIXES.items():
        if text.startswith(prefix):
            return text.removeprefix(prefix), direction
    return text, "asc"


def _filter(where: ModuleSource, node: Node) -> _Prepared:
    """Find the attributes that a filter compares by equality, of conditions that all have to hold.

    Whatever else it asks makes it `filtered`.
    """
    call = call_site(where.tree, node)
    if call is not None and call.name in ("expr", "Ash.Expr.expr") and len(call.values) == 1:
        return _condition(where, call.values[0])
    value = _value(where, node)
    if isinstance(value, Keyword):
        equal = tuple(name for name, each in value.items if not isinstance(each, Keyword | list))
        return _Prepared(equal=equal, filtered=len(equal) < len(value.items))
    return _Prepared(filtered=True)


def _condition(where: ModuleSource, node: Node) -> _Prepared:
    if node.type == "block" and len(node.named_children) == 1:
        return _condition(where, node.named_children[0])
    if node.type == "binary_operator":
        left, sign, right = (node.child_by_field_name(f) for f in ("left", "operator", "right"))
        operator = "" if sign is None else where.tree.text(sign)
        if left is not None and right is not None and operator in ("and", "&&"):
            return _condition(where, left).then(_condition(where, right))
        if left is not None and operator == "==" and left.type == "identifier":
            return _Prepared(equal=(where.tree.text(left),))
    return _Prepared(filtered=True)
