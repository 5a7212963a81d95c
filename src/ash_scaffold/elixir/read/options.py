"""The options of one entity, each with Ash's default where it is not stated."""

from __future__ import annotations

from tree_sitter import Node

from ash_scaffold.ash.model import ABSENT, Absent
from ash_scaffold.elixir.read.scope import Scope
from ash_scaffold.elixir.read.terms import read_term
from ash_scaffold.syntax.entities import Entity
from ash_scaffold.syntax.values import Unreadable
from ash_scaffold.term import Atom, Keyword, Module, Term


class Options:
    """Reads the options of an entity, and collects the fields that can't be known.

    `known` are the entity's options and `positional` the number of its arguments; a word that is
    no option is a macro, after which nothing is known of what is not stated.
    """

    def __init__(self, where: Scope, item: Entity, known: frozenset[str], positional: int) -> None:
        self.unknown: set[str] = set()
        self._where = where
        self._args = item.args[:positional]
        self._nodes: dict[str, tuple[Node, ...]] = {}
        self._open = bool(item.others) or len(item.args) > positional
        for setting in item.settings:
            self._open = self._open or setting.name not in known
            self._nodes.setdefault(setting.name, setting.values)

    @property
    def open(self) -> bool:
        """Whether it may have options that are not seen."""
        return self._open

    def states(self, option: str) -> bool:
        """Whether the option stands there, readable or not."""
        return option in self._nodes

    def argument(self, index: int, field: str = "") -> Term | Absent:
        """Return a positional argument, `ABSENT` when it can't be known."""
        value = read_term(self._where, self._args[index]) if index < len(self._args) else None
        if index < len(self._args) and not isinstance(value, Unreadable):
            return value
        self.unknown.add(field)
        return ABSENT

    def term(self, option: str, field: str = "") -> Term | Absent:
        """Return an option's value, `ABSENT` when it is not stated or can't be known."""
        nodes = self._nodes.get(option)
        if nodes is not None and len(nodes) == 1:
            value = read_term(self._where, nodes[0])
            if not isinstance(value, Unreadable):
                return value
        if nodes is not None or self._open:
            self.unknown.add(field or option.rstrip("?"))
        return ABSENT

    def flag(self, option: str, default: bool, field: str = "") -> bool:
        """Return a boolean option."""
        value = self.term(option, field)
        return value if isinstance(value, bool) else default

    def name(self, option: str, default: str, field: str = "") -> str:
        """Return an option that is an atom or a module, by its name; nil and false are none."""
        value = self.term(option, field)
        if isinstance(value, Absent) or value is None or value is False:
            return default
        found = name_of(value)
        if found is None:
            self.unknown.add(field or option)
        return default if found is None else found

    def text(self, option: str, field: str = "") -> str | None:
        """Return an option that is a string."""
        value = self.term(option, field)
        return value if isinstance(value, str) else None

    def keywords(self, option: str) -> tuple[tuple[str, Term], ...]:
        """Return an option that is a keyword list."""
        value = self.term(option)
        return value.items if isinstance(value, Keyword) else ()


def name_of(value: Term | Absent) -> str | None:
    """Return what an atom, a module or a string names; None for any other value.

    Atoms that are Elixir's own words (`:nil`, `:true`) are names as well where a name has to be.
    """
    if isinstance(value, Atom | Module):
        return value.name
    if value is None or isinstance(value, bool):
        return {None: "nil", True: "true", False: "false"}[value]
    return value if isinstance(value, str) else None


def names_in(value: Term | Absent) -> tuple[str, ...] | None:
    """Return the names of a list, or of a single one; None for any other value."""
    if isinstance(value, list):
        names = [name_of(item) for item in value]
        return tuple(n for n in names if n is not None) if None not in names else None
    name = None if isinstance(value, Absent) else name_of(value)
    return None if name is None else (name,)
