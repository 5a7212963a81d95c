"""The page of commands: the functions of `cli` with their texts, and the options they declare."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import typer
from tests.docs.reference.words import cell, first_lines, marked, page, table, texts_below

from ash_scaffold import problem
from ash_scaffold.cli import options as shared_options
from ash_scaffold.cli.app import application
from ash_scaffold.cli.arguments import COMMANDS, Argument, Option, command_function
from ash_scaffold.problem import Exit

_SHARED = "Options that commands share"
_ANCHOR = "#options-that-commands-share"


def commands() -> str:
    """Return the page."""
    lines = first_lines("Commands", "the declarations in `cli`")
    lines += ["Every command takes `--help`. `ash-scaffold` itself has these options:", ""]
    lines += table(("Option", "Meaning"), _program())
    lines += table(("Command", "What it does"), map(_summary, COMMANDS))
    for name in COMMANDS:
        lines += _command(name)
    lines += [f"## {_SHARED}", "", "They mean the same wherever they are.", ""]
    lines += table(
        ("Option", "Meaning", "Commands"),
        (
            (_flags(name, hint), cell(_help(hint, _defaults(name))), ", ".join(_having(hint)))
            for name, hint in _shared().items()
        ),
    )
    lines += ["## Exit codes", "", "Commands with codes of their own say so in their text.", ""]
    texts = texts_below(problem, "Exit")
    lines += table(
        ("Code", "Meaning"), ((str(code.value), cell(texts[code.name])) for code in Exit)
    )
    return page(lines)


def _summary(name: str) -> tuple[str, str]:
    text = inspect.cleandoc(command_function(name).__doc__ or "").partition("\n\n")[0]
    return f"[`{name}`](#ash-scaffold-{name})", cell(marked(text))


def _program() -> Iterator[tuple[str, str]]:
    for parameter in typer.main.get_command(application()).params:
        flags = ", ".join(f"`{flag}`" for flag in parameter.opts)
        yield flags, cell(marked(getattr(parameter, "help", "") or ""))


def _command(name: str) -> list[str]:
    function = command_function(name)
    text, _, examples = inspect.cleandoc(function.__doc__ or "").partition("[bold]Examples[/bold]")
    lines = [f"## `ash-scaffold {name}`", "", *marked(text.strip()).splitlines(), ""]
    example, after = _examples(examples)
    lines += ["```sh", *example, "```", ""] if example else []
    lines += [marked(after), ""] if after else []
    hints = _hints(function)
    defaults = {key: each.default for key, each in inspect.signature(function).parameters.items()}
    common = set(map(id, (_of(hint) for hint in _shared().values())))
    own = {key: hint for key, hint in hints.items() if id(_of(hint)) not in common}
    others = [_flags(key, hint) for key, hint in hints.items() if id(_of(hint)) in common]
    rows = [(_flags(key, hint), cell(_help(hint, defaults[key]))) for key, hint in own.items()]
    if others:
        rows.append((", ".join(others), f"[options that commands share]({_ANCHOR})"))
    return lines + table(("Option", "Meaning"), rows)


def _examples(text: str) -> tuple[list[str], str]:
    """Return the lines of the examples, and the paragraph behind them."""
    lines, after = list[str](), ""
    for paragraph in text.strip().split("\n\n"):
        words = paragraph.splitlines()
        typed = [line.strip() for line in words if line.startswith("  ")]
        if typed:
            about = " ".join(line for line in words if not line.startswith("  "))
            lines += [*([""] if lines else []), f"# {about.removesuffix(':')}", *typed]
        else:
            after = paragraph
    return lines, after


def _shared() -> dict[str, Any]:
    """Return the options that `cli/options.py` declares for all, by the name of a parameter."""
    declared = {id(_of(hint)) for hint in vars(shared_options).values() if _of(hint) is not None}
    found: dict[str, Any] = {}
    for command in COMMANDS:
        for name, hint in _hints(command_function(command)).items():
            if id(_of(hint)) in declared:
                found.setdefault(name, hint)
    return found


def _having(hint: Any) -> list[str]:
    return [
        f"`{command}`"
        for command in COMMANDS
        if any(_of(each) is _of(hint) for each in _hints(command_function(command)).values())
    ]


def _defaults(name: str) -> Any:
    found = (
        parameters[name].default
        for command in COMMANDS
        if name in (parameters := inspect.signature(command_function(command)).parameters)
    )
    return next(found)


def _hints(function: Callable[..., None]) -> dict[str, Any]:
    hints = get_type_hints(function, include_extras=True)
    return {name: hint for name, hint in hints.items() if _of(hint) is not None}


def _of(hint: Any) -> Option | Argument | None:
    """Return the declaration of an option or a word, None where a hint has none."""
    declared = getattr(hint, "__metadata__", (None,))[0]
    return declared if isinstance(declared, Option | Argument) else None


def _flags(name: str, hint: Any) -> str:
    """Return an option as one types it, with the word for its value."""
    declared = _of(hint)
    if isinstance(declared, Argument):
        return f"`{declared.metavar}`"
    assert declared is not None
    kind = _kind(hint)
    given = declared.flags or (f"--{name.replace('_', '-')}",)
    flags = [flag for each in given for flag in each.split("/")]
    if kind is bool:
        return ", ".join(f"`{flag}`" for flag in flags)
    word = declared.metavar or "VALUE"
    if issubclass(kind, Enum):
        word = "|".join(each.value for each in kind)
    return ", ".join(f"`{flag} {cell(word)}`" for flag in flags)


def _kind(hint: Any) -> Any:
    [kind] = [
        each for each in get_args(hint.__origin__) or (hint.__origin__,) if each is not NoneType
    ]
    return get_args(kind)[0] if get_origin(kind) is list else kind


def _help(hint: Any, default: Any) -> str:
    declared = _of(hint)
    assert declared is not None
    text = declared.help
    if (
        isinstance(declared, Option)
        and declared.show_default
        and not (default is None or isinstance(default, bool) or default in ((), []))
    ):
        shown = f"{default:g}" if isinstance(default, float) else str(default)
        text += f" Default: {shown}."
    return marked(text)
