"""Elixir values as data: the values in a resource, before they are written as text.

Python's own values stand for Elixir's: `str` for a binary, `bool`, `int`, `float`,
`decimal.Decimal`, `None` for `nil`, a `tuple` for a tuple, a `list` for a list, `Keyword` for a
keyword list, a `dict` for a map. The rest has a struct here. `syntax.literal` writes them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

import msgspec


class Atom(msgspec.Struct, frozen=True, tag=True):
    """The atom of that name, whatever characters it holds."""

    name: str


class Module(msgspec.Struct, frozen=True, tag=True):
    """A module's alias, such as `App.Accounts.User`."""

    name: str


class Capture(msgspec.Struct, frozen=True, tag=True):
    """A remote function captured by name and arity: `&DateTime.utc_now/0`."""

    module: str
    function: str
    arity: int


class Keyword(msgspec.Struct, frozen=True, tag=True):
    """A keyword list, in the given order."""

    items: tuple[tuple[str, Term], ...]


class Map(msgspec.Struct, frozen=True, tag=True):
    """A map with string keys, in the given order."""

    items: tuple[tuple[str, Term], ...] = ()


class Sigil(msgspec.Struct, frozen=True, tag=True):
    """A date or a time as a sigil of Elixir's own: `D`, `T`, `N` or `U`, and its ISO 8601 text."""

    name: str
    text: str


class Ref(msgspec.Struct, frozen=True, tag=True):
    """An attribute inside an expression."""

    name: str


class Parent(msgspec.Struct, frozen=True, tag=True):
    """An attribute of the parent, inside a relationship's filter: `parent(name)`."""

    name: str


class Call(msgspec.Struct, frozen=True, tag=True):
    """A function call inside an expression, such as `is_nil(deleted_at)` or `fragment(…)`."""

    name: str
    args: tuple[Term, ...]


class Operator(msgspec.Struct, frozen=True, tag=True):
    """A binary operator (`and or == != < <= > >= in`), or `not` with one operand."""

    name: str
    operands: tuple[Term, ...]


class Expr(msgspec.Struct, frozen=True, tag=True):
    """An Ash expression: `expr(…)`."""

    body: Term


class Source(msgspec.Struct, frozen=True, tag=True):
    """Elixir as it was written elsewhere, for what no other term says: a regex, a range."""

    text: str


Term: TypeAlias = (
    "str | bool | int | float | Decimal | Atom | Module | Capture | Keyword | Map | Sigil | Ref"
    " | Parent | Call | Operator | Expr | Source | tuple[Term, ...] | list[Term] | None"
)
