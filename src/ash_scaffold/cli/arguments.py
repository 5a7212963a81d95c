"""The options that commands declare, and the reading of a command line that is as it should be.

typer knows all the forms of a command line, help, completion and what is wrong. It takes a quarter
of a run on a small database to load, so it is left the lines that need it: `app.py` hands it the
same declarations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

COMMANDS = tuple(
    "init plan brief resources actions inspect check doctor verify document cutover advise "
    "explain demo".split()
)

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)


class Option:
    """What follows the type of a command's parameter: its flags, if they aren't its name, and help.

    `panel` is the box of the help that it stands in, `min` the least number.
    """

    def __init__(
        self,
        *flags: str,
        help: str,
        metavar: str | None = None,
        panel: str | None = None,
        min: float | None = None,
        show_default: bool = True,
    ) -> None:
        self.flags = flags
        self.help = help
        self.metavar = metavar
        self.panel = panel
        self.min = min
        self.show_default = show_default


class Argument:
    """What follows the type of a parameter that is a word without a flag: its help."""

    def __init__(self, *, help: str, metavar: str) -> None:
        self.help = help
        self.metavar = metavar


def command_function(name: str) -> Callable[..., None]:
    """Return the function of a command: that of its name, in the module of its name."""
    name = name.replace("-", "_")
    function: Callable[..., None] = getattr(import_module(f"ash_scaffold.cli.{name}"), name)
    return function


def read_arguments(function: Callable[..., None], words: Sequence[str]) -> dict[str, Any] | None:
    """Return the keyword arguments that words after a command's name mean to its function.

    None where typer is to read them: for a word that is no option or no value of it, for an
    option that is given twice, for a command that needs a word, and for every form that isn't
    `--name value`, `--name=value`, or `-n` of an option without a value.
    """
    if needs_word(function):
        return None
    parameters = _by_flag(function)
    read: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        flag, has_value, value = word.partition("=")
        if flag not in parameters:
            return None
        name, kind, option = parameters[flag]
        if kind is bool:
            if has_value or name in read:
                return None
            read[name] = True
            continue
        many = get_origin(kind) is list
        if not has_value:
            value = next(rest, "")
        if not flag.startswith("--") or value[:1] in ("", "-") or (name in read and not many):
            return None
        try:
            found = _value(get_args(kind)[0] if many else kind, value, option)
        except ValueError:
            return None
        read[name] = [*read.get(name, ()), found] if many else found
    return read


def needs_word(function: Callable[..., None]) -> bool:
    """Whether a command has a parameter that a line has to give, which only a word can be."""
    return function.__code__.co_argcount > len(function.__defaults__ or ())


def _by_flag(function: Callable[..., None]) -> dict[str, tuple[str, Any, Option]]:
    """Return name, type and declaration of the parameters, by the flags that are read here."""
    found: dict[str, tuple[str, Any, Option]] = {}
    for name, hint in get_type_hints(function, include_extras=True).items():
        if get_origin(hint) is not Annotated or not isinstance(hint.__metadata__[0], Option):
            continue
        kind, option = hint.__origin__, hint.__metadata__[0]
        if get_origin(kind) is UnionType:
            kind = get_args(kind)[0]
        flags = option.flags or (() if kind is bool else (f"--{name.replace('_', '-')}",))
        # One with two flags, for yes and no, is typer's as well.
        found |= {flag: (name, kind, option) for flag in flags if "/" not in flag}
    return found


def _value(kind: Any, word: str, option: Option) -> object:
    """Return what a word means; raises `ValueError` where typer has to say what is wrong."""
    if kind is str or kind is Path or issubclass(kind, Enum):
        return kind(word)
    if kind is float and _NUMBER.fullmatch(word) and float(word) >= (option.min or 0):
        return float(word)
    if kind is int and word.isascii() and word.isdigit() and int(word) >= (option.min or 0):
        return int(word)
    raise ValueError(word)
