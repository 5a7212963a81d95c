"""What may stand as a name in Elixir where the configuration gives one."""

from __future__ import annotations

import re

# Aliases are ASCII: https://hexdocs.pm/elixir/syntax-reference.html#aliases
_ALIAS = re.compile(r"[A-Z][A-Za-z0-9_]*(\.[A-Z][A-Za-z0-9_]*)*")
_ATOM = re.compile(r":[a-z_][A-Za-z0-9_]*[?!]?")
_ARRAY = re.compile(r"\{\s*:array\s*,\s*(.+?)\s*\}", re.DOTALL)
_IDENTIFIER = re.compile(r"[^\W\dA-Z]\w*[?!]?")

SPECIAL_TYPES = ("tolerant", "limits", "nested")


def valid_alias(text: str) -> bool:
    """Whether the text is a module's alias, such as `App.Accounts.User`."""
    return _ALIAS.fullmatch(text) is not None


def valid_identifier(text: str) -> bool:
    """Whether the text can name an attribute or a relationship without quotes."""
    return _IDENTIFIER.fullmatch(text) is not None


def valid_type(text: str) -> bool:
    """Whether the text is an Ash type: `:string`, `App.Types.X` or `{:array, …}` of one."""
    if array := _ARRAY.fullmatch(text):
        return valid_type(array[1])
    return _ATOM.fullmatch(text) is not None or valid_alias(text)
