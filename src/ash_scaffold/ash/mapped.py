"""What a type becomes, and the types that the configuration names."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from ash_scaffold.ash.model import SupportType
from ash_scaffold.ash.types import Constraints, Family, Risk
from ash_scaffold.postgres.catalog import Check
from ash_scaffold.term import Atom, Module, Term

_TYPE_TEXT = re.compile(r"\{\s*:array\s*,\s*(.+)\}\s*\Z", re.DOTALL)


class Mapped(msgspec.Struct, frozen=True, kw_only=True):
    """What a type becomes.

    `storage` is the type that Ecto casts to; `supports` are the modules to write for it, those
    they use included. `checks` are a domain's, whose names an error may carry. `labels` are an
    enum's values by label.
    """

    type: Term
    constraints: Constraints = ()
    family: Family = Family.OTHER
    storage: str = ""
    supports: tuple[SupportType, ...] = ()
    risks: tuple[Risk, ...] = ()
    checks: tuple[Check, ...] = ()
    labels: Mapping[str, Term] = {}
    is_array: bool = False
    extension: str = ""
    why: str = ""


class Unmapped(msgspec.Struct, frozen=True, kw_only=True):
    """A type that can't be an attribute: why, and what can be done."""

    reason: str
    todo: str = ""


def parse_type(text: str) -> Term:
    """Read an Ash type from the configuration: `:string`, `App.Types.X`, `{:array, :map}`."""
    text = text.strip()
    array = _TYPE_TEXT.match(text)
    if array:
        return (Atom("array"), parse_type(array[1]))
    return Atom(text[1:].strip('"')) if text.startswith(":") else Module(text)


def configured_type(text: str) -> Mapped:
    """Map to the Ash type that the configuration names."""
    type_ = parse_type(text)
    return Mapped(type=type_, is_array=isinstance(type_, tuple), why="the configuration says so")
