"""What the expressions of a changeset function stand for while it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec
from tree_sitter import Node

from ash_scaffold.ash.changesets import CopiedFunction, ParameterRole, Step
from ash_scaffold.legacy.changesets.struct_values import StructValues
from ash_scaffold.legacy.functions import Function, Module


class UnreadError(Exception):
    """A step, or a function, that can't be read: the reason."""


class Data(msgspec.Struct, frozen=True):
    """The struct that is changed. `name` is the parameter it is, "" for none; `schema` a module.

    `steps` are those that stand for what is done with it before a changeset is made of it.
    """

    name: str
    schema: str = ""
    steps: tuple[Step, ...] = ()


class Flow(msgspec.Struct, frozen=True):
    """A changeset, with the steps that have led to it.

    `touched` are, for each step, the fields whose value it may change, None where that isn't known.
    """

    steps: tuple[Step, ...]
    data: Data
    started: bool = False
    touched: tuple[frozenset[str] | None, ...] = ()


class Text(msgspec.Struct, frozen=True):
    """A value as source in the terms of the changeset function: a literal, or a parameter."""

    source: str
    parameter: bool = False


class Local(msgspec.Struct, frozen=True):
    """A variable that a statement sets: its node, its text, and the variables at its place.

    The node may be the value alone. For a variable in a parameter's `pattern` the text compares
    the pattern with the parameter. `depth` is that of the frame in which it is set.
    """

    statement: Node
    text: str
    scope: Mapping[str, Value]
    pattern: bool = False
    depth: int = 0


Value: TypeAlias = "Data | Flow | Text | Local"


class Frame(msgspec.Struct):
    """A function that is being read: its module, and the values of its variables."""

    module: Module
    function: Function
    variables: dict[str, Value]
    depth: int = 0

    def text(self, node: Node) -> str:
        """Return the source of a node."""
        return self.module.file.tree.text(node)

    def resolve(self, node: Node, written: str) -> str:
        """Return the full name of an alias that stands at a node."""
        return self.module.file.resolve(written, node.start_byte, self.module.name)


class Arguments:
    """The arguments of a call, that of a pipe first, each read when it is asked for."""

    def __init__(self, nodes: tuple[Node, ...], read: Callable[[Node], Value | None]) -> None:
        self.nodes = nodes
        self._read = read
        self._values: dict[int, Value | None] = {}

    def __len__(self) -> int:
        return len(self.nodes)

    def known(self, index: int, value: Value | None) -> Arguments:
        """Note the value of an argument."""
        self._values[index] = value
        return self

    def value(self, index: int) -> Value | None:
        """Return the value of an argument."""
        if index not in self._values:
            self._values[index] = self._read(self.nodes[index])
        return self._values[index]


class Target(msgspec.Struct, frozen=True):
    """What an association or embed holds: the module, whether a list of it, and `on_replace`."""

    module: str
    many: bool = False
    on_replace: str = ""


class Targets(msgspec.Struct, frozen=True):
    """The associations and embeds of schemas, by module and name, and the fields of each."""

    held: Mapping[tuple[str, str], Target] = {}
    fields: Mapping[str, tuple[str, ...]] = {}


class Findings:
    """What reading a function has found beside its steps; a part that fails is taken back.

    `copied` are the functions to copy, `origins` the functions of the legacy code that they are.
    `nodes` is all that was read: the digest is made of it. `module` is that of the function, whose
    schema counts where no other, `schema`, is named. `filled` are the steps that set the values
    of a struct. `own` tells that the function has steps
    of its own, rather than only to pass its arguments on.
    """

    def __init__(self, module: str = "") -> None:
        self.module = module
        self.copied: dict[tuple[str, int], CopiedFunction] = {}
        self.origins: dict[tuple[str, int], tuple[str, str, int]] = {}
        self.roles: dict[str, ParameterRole] = {}
        self.schema = ""
        self.nodes: list[tuple[Module, Node]] = []
        self.own = False
        self.filled: dict[Step, StructValues] = {}

    def kept(self) -> Callable[[], None]:
        """Return what takes back all that is found from now on."""
        copied, origins, roles = dict(self.copied), dict(self.origins), dict(self.roles)
        schema, count, own = self.schema, len(self.nodes), self.own

        def back() -> None:
            self.copied, self.origins, self.roles = dict(copied), dict(origins), dict(roles)
            self.schema, self.own = schema, own
            del self.nodes[count:]

        return back


def short(text: str) -> str:
    """Return a text as one short line."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
