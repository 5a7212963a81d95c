"""The values of expressions in the legacy code, as far as the source alone shows them.

Beyond literals: module attributes, `++` and `--`, the calls of `builtin_call`, options of a
macro, and functions of the code base that are a single expression. An unknown part is an
`Unreadable` at its place: the rest of a tuple or a list is still read.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.naming import macro_camelize, macro_underscore
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.syntax.parse import CallSite, call_site, expressions, is_keywords, key_text, pairs
from ash_scaffold.syntax.values import Unreadable, Value, alias_text, read
from ash_scaffold.term import Atom, Capture, Keyword, Module, Sigil

# Deeper nesting than a person writes: Python's own stack is the limit otherwise.
_MAX_DEPTH = 60


class Entries(msgspec.Struct, frozen=True):
    """A map some of whose values may be unreadable; its keys are texts and atoms."""

    items: tuple[tuple[str | Atom, object], ...] = ()


class Pairs(msgspec.Struct, frozen=True):
    """A keyword list some of whose values may be unreadable."""

    items: tuple[tuple[str, object], ...] = ()

    def get(self, name: str, default: object = None) -> object:
        """Return the first value of that key, as `Keyword.get/3` does."""
        return next((value for key, value in self.items if key == name), default)

    def has(self, name: str) -> bool:
        """Whether there is such a key."""
        return any(key == name for key, _ in self.items)


def builtin_call(name: str, arguments: list[object], unknown: Unreadable) -> object:
    """Return the value of a call of Elixir's own, `unknown` for other functions and arguments."""
    if not arguments:
        return unknown
    first, rest = arguments[0], arguments[1:]
    if name == "unquote" and not rest:
        return first
    if name in _ON_LISTS and isinstance(first, list) and first and not rest:
        return _ON_LISTS[name](first)
    if name in _ON_ENTRIES and isinstance(first, Entries) and not rest:
        return _ON_ENTRIES[name](first)
    if name == "Macro.expand":
        return first
    if name in ("Enum.with_index", "Enum.map"):
        items = _items(first)
        found = None if items is None else _each(name, items, rest)
        return unknown if found is None else _as_pairs(found) or found
    if name == "Enum.concat":
        lists = _items(first) if not rest else arguments
        parts = [_items(each) for each in lists or ()]
        joined = [item for part in parts for item in part or ()]
        return unknown if lists is None or None in parts else _as_pairs(joined) or joined
    if name in _MILLISECONDS and isinstance(first, int) and not rest:
        return first * _MILLISECONDS[name]
    if name.startswith("Decimal."):
        number = _decimal(name, arguments)
        return unknown if number is None else number
    if name in _ON_NAMES and not rest:
        text = first.name if isinstance(first, Atom) else first
        return _ON_NAMES[name](text) if isinstance(text, str) else unknown
    if first == [] and name.startswith("Keyword."):
        first = Pairs()
    if not isinstance(first, Pairs):
        return unknown
    if name == "Keyword.keys" and not rest:
        return [Atom(key) for key, _ in first.items]
    if name == "Keyword.values" and not rest:
        return [value for _, value in first.items]
    key = rest[0] if rest else None
    if isinstance(key, Atom):
        if name == "Keyword.get":
            return first.get(key.name, rest[1] if len(rest) > 1 else None)
        if name == "Keyword.fetch!" and first.has(key.name):
            return first.get(key.name)
    if name == "Keyword.merge" and isinstance(key, Pairs):
        own = tuple(item for item in first.items if not key.has(item[0]))
        return Pairs(own + key.items)
    return unknown


def shown(value: object) -> str:
    """Return an option's value as short text."""
    if isinstance(value, Unreadable):
        return value.text
    if isinstance(value, Atom):
        return f":{value.name}"
    if isinstance(value, Module):
        return value.name
    if isinstance(value, str):
        return f'"{value}"'
    if value is None or isinstance(value, bool):
        return {None: "nil", True: "true", False: "false"}[value]
    if isinstance(value, Capture):
        return f"&{value.module}.{value.function}/{value.arity}"
    if isinstance(value, Sigil):
        return f"~{value.name}[{value.text}]"
    if isinstance(value, Entries):
        items = (f"{shown(key)} => {shown(item)}" for key, item in value.items)
        return "%{" + ", ".join(items) + "}"
    if isinstance(value, Pairs):
        return "[" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items) + "]"
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, tuple):
        return "{" + ", ".join(map(shown, value)) + "}"
    return str(value)


def _each(name: str, items: list[object], rest: Sequence[object]) -> list[object] | None:
    """Return what `Enum.with_index` and `Enum.map` make of a list, None for unknown arguments."""
    if name == "Enum.map":
        found = [apply(rest[0], item) for item in items] if len(rest) == 1 else []
        known = found and not any(isinstance(item, Unreadable) for item in found)
        return found if known else None
    start = rest[0] if rest else 0
    if not isinstance(start, int) or len(rest) > 1:
        return None
    return [(item, start + number) for number, item in enumerate(items)]


def _decimal(name: str, arguments: Sequence[object]) -> Decimal | None:
    """Return the number of `Decimal.new/1`, `Decimal.from_float/1` and `Decimal.new/3`."""
    if any(isinstance(each, bool) for each in arguments):
        return None
    try:
        match name, list(arguments):
            case "Decimal.new", [str() | int() as number]:
                found = Decimal(number)
                return found if found.is_finite() else None
            case "Decimal.from_float", [float() as number]:
                return Decimal(repr(number))
            case "Decimal.new", [int() as sign, int() as digits, int() as exponent]:
                return Decimal((0 if sign > 0 else 1, tuple(map(int, str(abs(digits)))), exponent))
    except InvalidOperation:
        return None
    return None


_ON_LISTS: dict[str, Callable[[list[object]], object]] = {
    "hd": lambda items: items[0],
    "List.first": lambda items: items[0],
    "List.last": lambda items: items[-1],
}
# A map of up to 32 keys is in their order (`maps:keys/1`).
_ON_ENTRIES: dict[str, Callable[[Entries], object]] = {
    "Map.keys": lambda entries: [key for key, _ in _in_order(entries)],
    "Map.values": lambda entries: [value for _, value in _in_order(entries)],
    "Enum.to_list": lambda entries: _as_pairs(_in_order(entries)) or _in_order(entries),
}
_MILLISECONDS = {
    ":timer.seconds": 1000,
    ":timer.minutes": 60_000,
    ":timer.hours": 3_600_000,
}
_ON_NUMBERS: dict[str, Callable[[int | float, int | float], int | float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
# A product of numbers as people write them has fewer digits.
_GREATEST = 10**30
_ON_NAMES: dict[str, Callable[[str], object]] = {
    "to_string": str,
    "Atom.to_string": str,
    "Kernel.to_string": str,
    "String.to_atom": Atom,
    "String.to_existing_atom": Atom,
    "String.upcase": str.upper,
    "String.downcase": str.lower,
    "Macro.camelize": macro_camelize,
    "Macro.underscore": macro_underscore,
}


class Lambda(Unreadable, frozen=True):
    """A function as a value: `fn name -> … end`, `&…` or `&Module.function/1`."""

    place: Place
    node: Node


class Place(msgspec.Struct, frozen=True):
    """The place of an expression: its file, the module it is for, and the values set there.

    `module` differs from the module around in the expansion of a macro. `call` evaluates a
    function of the code base, by module, name and arguments.
    """

    file: ElixirFile
    module: str
    attributes: Mapping[str, object]
    variables: Mapping[str, object]
    call: Callable[[str, str, Sequence[object]], object]

    def text(self, node: Node) -> str:
        """Return the source of a node."""
        return self.file.tree.text(node)

    def line(self, node: Node) -> int:
        """Return the line of a node."""
        return node.start_point.row + 1

    def resolve(self, node: Node, written: str) -> str:
        """Return the full name of an alias that stands at a node."""
        return self.file.resolve(written, node.start_byte, self.module)

    def site(self, node: Node) -> CallSite | None:
        """Return the node as a call."""
        return call_site(self.file.tree, node)


def evaluate(place: Place, node: Node, depth: int = 0) -> object:
    """Return the value of an expression: a `Term`, `Pairs`, or `Unreadable` where it isn't known.

    Lists and tuples may hold any of these.
    """
    if depth > _MAX_DEPTH or node.has_error:
        return Unreadable(place.text(node))
    if is_keywords(node):
        return Pairs(_pairs(place, node, depth))
    kind = node.type
    if kind == "list":
        return _list(place, node, depth)
    if kind == "tuple":
        return tuple(evaluate(place, item, depth + 1) for item in expressions(node))
    if kind == "map":
        return _map(place, node, depth)
    if kind == "block" and len(expressions(node)) == 1:
        return evaluate(place, expressions(node)[0], depth + 1)
    if kind == "unary_operator" and place.text(node)[0] in "@&":
        return _named(place, node)
    if kind == "anonymous_function":
        return Lambda(place.text(node), place, node)
    if kind in ("string", "quoted_atom") and any(c.type == "interpolation" for c in node.children):
        return _interpolated(place, node, depth)
    if kind == "identifier" and place.text(node) != "__MODULE__":
        return place.variables.get(place.text(node), Unreadable(place.text(node)))
    if kind == "binary_operator":
        return _binary(place, node, depth)
    if kind == "access_call":
        return _access(place, node, depth)
    if kind == "call":
        return _call(place, node, depth)
    return widened(read(place.file.tree, node, lambda written: place.resolve(node, written)))


def widened(value: Value) -> object:
    """Return a literal as `evaluate` gives it."""
    if isinstance(value, Keyword):
        return Pairs(tuple((key, widened(item)) for key, item in value.items))
    return value


def _pairs(place: Place, node: Node, depth: int) -> tuple[tuple[str, object], ...]:
    found = []
    for pair in pairs(node):
        key, value = key_text(place.file.tree, pair), pair.child_by_field_name("value")
        if key is not None and value is not None:
            found.append((key, evaluate(place, value, depth + 1)))
    return tuple(found)


def _list(place: Place, node: Node, depth: int) -> object:
    items: list[object] = []
    for child in expressions(node):
        if child.type == "keywords":
            items.extend((Atom(key), value) for key, value in _pairs(place, child, depth))
        elif (tail := _tail(place, child, depth)) is not None:
            items.extend(tail)
        else:
            items.append(evaluate(place, child, depth + 1))
    return _as_pairs(items) or items


def _tail(place: Place, node: Node, depth: int) -> list[object] | None:
    """Return the items of `first | rest`, None for any other expression."""
    sign = node.child_by_field_name("operator") if node.type == "binary_operator" else None
    if sign is None or place.text(sign) != "|":
        return None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    rest = None if right is None else _items(evaluate(place, right, depth + 1))
    if left is None or rest is None:
        return [Unreadable(place.text(node))]
    return [evaluate(place, left, depth + 1), *rest]


def _as_pairs(items: list[object]) -> Pairs | None:
    found: list[tuple[str, object]] = []
    for item in items:
        if not (isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], Atom)):
            return None
        found.append((item[0].name, item[1]))
    return Pairs(tuple(found)) if found else None


def _in_order(entries: Entries) -> list[Any]:
    """Return keys and values, atoms before texts."""

    def order(item: tuple[str | Atom, object]) -> tuple[bool, str]:
        key = item[0]
        return isinstance(key, str), key if isinstance(key, str) else key.name

    return sorted(entries.items, key=order)


def _items(value: object) -> list[object] | None:
    if isinstance(value, Pairs):
        return [(Atom(key), item) for key, item in value.items]
    return value if isinstance(value, list) else None


def _binary(place: Place, node: Node, depth: int) -> object:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = node.child_by_field_name("operator")
    unknown = Unreadable(place.text(node))
    if left is None or right is None or sign is None:
        return unknown
    name = place.text(sign)
    if name == "|>":
        return _piped(place, left, right, depth)
    if name not in ("++", "--", "<>") and name not in _ON_NUMBERS:
        return unknown
    one, other = evaluate(place, left, depth + 1), evaluate(place, right, depth + 1)
    if name in _ON_NUMBERS:
        if not (_is_number(one) and _is_number(other)):
            return unknown
        number = _ON_NUMBERS[name](one, other)
        return number if abs(number) < _GREATEST else unknown
    if name == "<>":
        return one + other if isinstance(one, str) and isinstance(other, str) else unknown
    first, second = _items(one), _items(other)
    if first is None or second is None:
        return unknown
    joined = first + second if name == "++" else [item for item in first if item not in second]
    return _as_pairs(joined) or joined


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _map(place: Place, node: Node, depth: int) -> object:
    """`%{"a" => 1, b: 2}`; one that updates another, or with other keys, is unreadable."""
    found: list[tuple[str | Atom, object]] = []
    for child in node.named_children:
        if child.type != "map_content":
            return Unreadable(place.text(node))
        for entry in expressions(child):
            if entry.type == "keywords":
                found += [(Atom(key), value) for key, value in _pairs(place, entry, depth)]
                continue
            left, sign, right = (
                entry.child_by_field_name(name) for name in ("left", "operator", "right")
            )
            if left is None or right is None or sign is None or place.text(sign) != "=>":
                return Unreadable(place.text(node))
            key = evaluate(place, left, depth + 1)
            if not isinstance(key, str | Atom):
                return Unreadable(place.text(node))
            found.append((key, evaluate(place, right, depth + 1)))
    return Entries(tuple(found))


def _access(place: Place, node: Node, depth: int) -> object:
    """`opts[:key]`."""
    parts = node.named_children
    if len(parts) != 2:
        return Unreadable(place.text(node))
    value, key = evaluate(place, parts[0], depth + 1), evaluate(place, parts[1], depth + 1)
    if isinstance(value, Pairs) and isinstance(key, Atom):
        return value.get(key.name)
    return Unreadable(place.text(node))


def _named(place: Place, node: Node) -> object:
    """`@attribute`, `&1`, or a function as a value."""
    text = place.text(node)
    if text in place.variables:
        return place.variables[text]
    if text.startswith("&"):
        return Lambda(text, place, node)
    return place.attributes.get(text[1:].strip(), Unreadable(text))


def _interpolated(place: Place, node: Node, depth: int) -> object:
    parts = []
    for child in node.named_children:
        inner = expressions(child)
        if child.type != "interpolation":
            parts.append(place.text(child))
            continue
        value = evaluate(place, inner[0], depth + 1) if len(inner) == 1 else None
        name = value.name if isinstance(value, Atom) else value
        if not isinstance(name, str):
            return Unreadable(place.text(node))
        parts.append(name)
    text = "".join(parts)
    if "\\" in text:
        return Unreadable(place.text(node))
    return text if node.type == "string" else Atom(text)


def captured(function: Lambda) -> Capture | None:
    """Return the function that `&Module.name/arity` or `&name/arity` names, `None` for others."""
    place, node = function.place, function.node
    literal = read(place.file.tree, node, lambda written: place.resolve(node, written))
    if isinstance(literal, Capture):
        return literal
    operand = node.child_by_field_name("operand")
    name, slash, arity = place.text(operand).partition("/") if operand is not None else ("",) * 3
    if not slash or not name.strip().isidentifier() or not arity.strip().isdecimal():
        return None
    return Capture(place.module, name.strip(), int(arity))


def apply(function: object, value: object) -> object:
    """Return the value of a function of one parameter, `Unreadable` for an unknown one."""
    if not isinstance(function, Lambda):
        return Unreadable("")
    place, node = function.place, function.node
    unknown = Unreadable(function.text)
    if node.type == "anonymous_function":
        clauses = [child for child in node.named_children if child.type == "stab_clause"]
        parts = clauses[0].named_children if len(clauses) == 1 else []
        if [part.type for part in parts] != ["arguments", "body"]:
            return unknown
        variables: dict[str, object] = {place.text(parts[0]).strip("() "): value}
        inner = expressions(parts[1])
        if len(inner) != 1:
            return unknown
        return evaluate(msgspec.structs.replace(place, variables=variables), inner[0])
    literal = read(place.file.tree, node, lambda written: place.resolve(node, written))
    if isinstance(literal, Capture):
        found = builtin_call(f"{literal.module}.{literal.function}", [value], unknown)
        if isinstance(found, Unreadable):
            return place.call(literal.module, literal.function, [value])
        return found
    operand = node.child_by_field_name("operand")
    if operand is None:
        return unknown
    here = msgspec.structs.replace(place, variables={**place.variables, "&1": value})
    site = place.site(operand)
    if operand.type == "binary_operator" and place.text(operand).endswith("/1") and site is None:
        left = operand.child_by_field_name("left")
        name = "" if left is None else place.text(left)
        found = builtin_call(name, [value], unknown)
        return place.call(place.module, name, [value]) if isinstance(found, Unreadable) else found
    return evaluate(here, operand)


def _call(place: Place, node: Node, depth: int) -> object:
    site = place.site(node)
    if site is None:
        return Unreadable(place.text(node))
    arguments = [evaluate(place, value, depth + 1) for value in site.values]
    return _called(place, node, site, arguments, Unreadable(place.text(node)))


def _called(
    place: Place, node: Node, site: CallSite, arguments: list[object], unknown: Unreadable
) -> object:
    found = builtin_call(site.name, arguments, unknown)
    if not isinstance(found, Unreadable) or site.body is not None or site.name == "unquote":
        return found
    if any(isinstance(value, Unreadable) for value in arguments):
        return found
    owner = _owner(place, node)
    name = site.name.rpartition(".")[2]
    result = unknown if owner is None else place.call(owner, name, arguments)
    return unknown if isinstance(result, Unreadable) else result


def _owner(place: Place, node: Node) -> str | None:
    """Return the module of a call without arguments, `None` for one on a value."""
    target = node.child_by_field_name("target")
    if target is None or target.type == "identifier":
        return place.module
    left = target.child_by_field_name("left")
    written = alias_text(place.file.tree, left) if left is not None else None
    return None if written is None else place.resolve(node, written)


def _piped(place: Place, left: Node, right: Node, depth: int) -> object:
    unknown = Unreadable(f"{place.text(left)} |> {place.text(right)}")
    site = place.site(right)
    if site is None:
        return unknown
    arguments = [evaluate(place, value, depth + 1) for value in (left, *site.values)]
    return _called(place, right, site, arguments, unknown)
