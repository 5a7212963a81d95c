"""Holds generated modules to the DSL of the real Ash: its sections, entities, options and types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict, cast

import msgspec
from tree_sitter import Node

from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import CallSite, Tree, call_site, is_keywords, key_text, pairs, parse
from ash_scaffold.syntax.values import read
from ash_scaffold.term import Atom

# Every section, entity, option and type of Ash and AshPostgres, of the versions that it names.
DSL_FILE = Path(__file__).with_name("ash") / "dsl.json"


class Entity(TypedDict):
    name: str
    args: list[str]
    options: dict[str, object]
    entities: list[Entity]


class Section(TypedDict):
    name: str
    options: dict[str, object]
    entities: list[Entity]
    sections: list[Section]


class Type(TypedDict):
    constraints: dict[str, object]


class Dsl(TypedDict):
    domain: list[Section]
    resource: list[Section]
    postgres: list[Section]
    types: dict[str, Type]


def load_dsl(path: Path = DSL_FILE) -> Dsl:
    return cast(Dsl, msgspec.json.decode(path.read_bytes()))


def faults(text: str, dsl: Dsl) -> list[str]:
    """Return what a module says that Ash does not know; nothing for a module without a DSL."""
    tree = parse(text.encode())
    if tree.fault is not None:
        return [f"line {tree.fault.line}: {tree.fault.text}"]
    found: list[str] = []
    for module in modules(tree):
        if module.use("Ash.Domain") is not None:
            sections = dsl["domain"]
        elif any(call.name == "postgres" for call in _calls(tree, module.body)):
            sections = [*dsl["resource"], *dsl["postgres"]]
        else:
            continue
        checker = _Checker(tree, dsl["types"])
        for call in _calls(tree, module.body):
            if call.body is not None:
                checker.section(call, sections)
        found += [f"{module.name}: {fault}" for fault in checker.found]
    return found


def _calls(tree: Tree, nodes: tuple[Node, ...]) -> Iterator[CallSite]:
    for node in nodes:
        call = call_site(tree, node)
        if call is not None:
            yield call


class _Checker:
    def __init__(self, tree: Tree, types: dict[str, Type]) -> None:
        self.found: list[str] = []
        self._tree = tree
        self._types = types

    def section(self, call: CallSite, known: list[Section]) -> None:
        section = next((s for s in known if s["name"] == call.name), None)
        if section is None:
            self.found.append(f"no section {call.name}")
            return
        for inner in _calls(self._tree, call.body or ()):
            entity = next((e for e in section["entities"] if e["name"] == inner.name), None)
            if entity is not None:
                self.entity(inner, entity)
            elif inner.name in section["options"]:
                self.option(inner)
            else:
                self.section(inner, section["sections"])

    def entity(self, call: CallSite, entity: Entity) -> None:
        needed = [arg for arg in entity["args"] if not arg.startswith("{:optional")]
        if not len(needed) <= len(call.values) <= len(entity["args"]):
            self.found.append(f"{call.name} has {len(call.values)} arguments")
        for inner in _calls(self._tree, call.body or ()):
            nested = next((e for e in entity["entities"] if e["name"] == inner.name), None)
            if nested is not None:
                self.entity(inner, nested)
            elif inner.name in entity["options"]:
                self.option(inner)
                if inner.name == "constraints" and call.name == "attribute":
                    self.constraints(call.args[1], inner)
            else:
                self.found.append(f"{call.name} has no option {inner.name}")

    def option(self, call: CallSite) -> None:
        if len(call.values) != 1 or call.body is not None:
            self.found.append(f"the option {call.name} has {len(call.values)} values")

    def constraints(self, type_: Node, call: CallSite) -> None:
        value = read(self._tree, type_)
        names = {option.name: option.value for option in call.options}
        if isinstance(value, tuple):
            known = {"items", "min_length", "max_length", "nil_items?", "remove_nil_items?"}
            items = names.get("items")
            inner = () if items is None else _keys(self._tree, items)
            self.known(value[1], inner)
            unknown = sorted({*names} - known)
            self.found += [f"an array has no constraint {name}" for name in unknown]
        else:
            self.known(value, names)

    def known(
        self, value: object, names: Iterator[str] | dict[str, Node] | tuple[str, ...]
    ) -> None:
        if not isinstance(value, Atom):
            return
        type_ = self._types.get(value.name)
        if type_ is None:
            self.found.append(f"no type {value.name}")
            return
        self.found += [
            f"{value.name} has no constraint {name}"
            for name in names
            if name not in type_["constraints"]
        ]


def _keys(tree: Tree, node: Node) -> tuple[str, ...]:
    if not is_keywords(node):
        node = node.named_children[0]
    return tuple(key_text(tree, pair) or "" for pair in pairs(node))
