"""The units of a merge: what a module says, each part under the database object it stands for.

A module is a tree of units: sections, their entities and options, the entities' options, the
entries of lists that are merged one by one. `key` is what makes two units of two versions the
same one; `name`, an Elixir name, pairs what has no key in common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec
from tree_sitter import Node

from ash_scaffold.syntax.entities import Body, Cells, leading_start
from ash_scaffold.syntax.modules import ModuleDefinition
from ash_scaffold.syntax.parse import CallSite, Tree


class Form(StrEnum):
    """How a unit stands in its source."""

    STATEMENT = "statement"
    PAIR = "pair"
    ELEMENT = "element"
    ARGUMENT = "argument"


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with its byte range.

    `says` is what it says, layout apart. `parts` are the units inside, None for one that is
    taken as a whole; `head` are the positional arguments of an entity and `word` the name of the
    call or the option. `value` is the range of an option's value. `open` tells that its parts
    may be there although it is not (a section), `home` is the body it is a statement of.
    `inner` and `trailing` are the comments in it and behind it. `label` is what people call it.
    """

    key: str
    label: str
    name: str = ""
    word: str = ""
    form: Form
    says: str
    source: bytes
    start: int
    end: int
    call: CallSite | None = None
    value: tuple[int, int] | None = None
    bare_value: bool = False
    head: tuple[Unit, ...] = ()
    parts: tuple[Unit, ...] | None = None
    cells: Cells | None = None
    body: Body | None = None
    home: Body | None = None
    open: bool = False
    section: bool = False
    inner: tuple[str, ...] = ()
    trailing: str | None = None

    @property
    def comments(self) -> tuple[str, ...]:
        """The comments in it and behind it on its last line."""
        return self.inner if self.trailing is None else (*self.inner, self.trailing)

    @property
    def lead(self) -> int:
        """Where the comment lines directly above it start, its own start without any."""
        return leading_start(self.source, self.start)

    @property
    def value_range(self) -> tuple[int, int]:
        """The range of what it says: an option's value, else all of it."""
        return self.value if self.value is not None else (self.start, self.end)


class Renames(msgspec.Struct, frozen=True):
    """What was renamed in the database since the base: columns, constraints and indexes.

    `followed` says that a text names them by their new names, where it names them at all: what
    is left is the columns of attributes that bear their column's old name.
    """

    columns: Mapping[str, str] = {}
    constraints: Mapping[str, str] = {}
    followed: bool = False


NO_RENAMES = Renames()


class Around(msgspec.Struct, frozen=True):
    """What other modules of the same resource say that a module's units are known by.

    `resource` is the module that they all belong to, "" for the module itself. `columns` gives
    the column of an attribute, `relationships` the key of a relationship, `table` is the table,
    and `indexes` gives the index of an identity where it has a name of its own.
    """

    resource: str = ""
    columns: Mapping[str, str] = {}
    relationships: Mapping[str, str] = {}
    table: str = ""
    indexes: Mapping[str, str] = {}


NOTHING_AROUND = Around()


class Scope(msgspec.Struct, frozen=True):
    """The module that units are read from, and what its database objects are called.

    `columns` gives the column of an attribute, `relationships` the key of a relationship and
    `indexes` the index of an identity, all by their Elixir names. `resource` is the module of the
    resource, which a fragment is not; `renames` are those that its text does not know of.
    """

    tree: Tree
    module: ModuleDefinition
    columns: Mapping[str, str]
    relationships: Mapping[str, str]
    indexes: Mapping[str, str]
    resource: str
    renames: Renames = NO_RENAMES


def same(ours: Unit, base: Unit) -> bool:
    """Whether a person left a unit as it was: they say the same and no comment was added."""
    return ours.says == base.says and set(ours.comments) <= set(base.comments)


def span_of(nodes: Sequence[Node]) -> tuple[int, int]:
    """Return the range that nodes take up together."""
    return nodes[0].start_byte, nodes[-1].end_byte
