"""The functions of Elixir's own modules that legacy code makes its constants and names with."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from ash_scaffold.syntax.values import Unreadable
from ash_scaffold.term import Atom, Module

_CAPITAL_AFTER = re.compile(r"([a-z\d])([A-Z])|([A-Z]+)([A-Z][a-z])")


class Pairs(msgspec.Struct, frozen=True):
    """A keyword list some of whose values may be unreadable."""

    items: tuple[tuple[str, object], ...] = ()

    def get(self, name: str, default: object = None) -> object:
        """Return the first value of that key, as `Keyword.get/3` does."""
        return next((value for key, value in self.items if key == name), default)

    def has(self, name: str) -> bool:
        """Whether there is such a key."""
        return any(key == name for key, _ in self.items)


def known_call(name: str, given: list[object], unknown: Unreadable) -> object:
    """Return what a call gives, `unknown` when the function or an argument isn't known."""
    if not given:
        return unknown
    first, rest = given[0], given[1:]
    if name == "unquote" and not rest:
        return first
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
        kept = tuple(item for item in first.items if not key.has(item[0]))
        return Pairs(kept + key.items)
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
    if isinstance(value, Pairs):
        return "[" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items) + "]"
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, tuple):
        return "{" + ", ".join(map(shown, value)) + "}"
    return str(value)


def _camelize(text: str) -> str:
    """As `Macro.camelize/1` for names without dots and slashes."""
    words = [word for word in text.split("_") if word]
    return "".join(word[0].upper() + word[1:] for word in words)


def underscored(text: str) -> str:
    """Return a name as `Macro.underscore/1` gives it."""
    return _CAPITAL_AFTER.sub(r"\1\3_\2\4", text).replace("-", "_").lower()


_ON_NAMES: dict[str, Callable[[str], object]] = {
    "to_string": str,
    "Atom.to_string": str,
    "Kernel.to_string": str,
    "String.to_atom": Atom,
    "String.to_existing_atom": Atom,
    "String.upcase": str.upper,
    "String.downcase": str.lower,
    "Macro.camelize": _camelize,
    "Macro.underscore": underscored,
}
