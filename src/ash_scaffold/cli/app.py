"""The typer application: the same commands, for help, completion and what is wrong in a line.

Commands import what they need only when they run.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, get_origin, get_type_hints

import typer

from ash_scaffold import __version__
from ash_scaffold.cli.arguments import COMMANDS, Argument, Option, command_function
from ash_scaffold.cli.completion import completion


def application(only: str | None = None, *, with_options: bool = True) -> typer.Typer:
    """Return the application; with only one of its commands where the line names that.

    Without options the commands are there for the list of them alone.
    """
    app = typer.Typer(
        name="ash-scaffold",
        help="Ash resources for the PostgreSQL tables you already have. Never migrates anything. "
        "Without a command it says what to do next in the project that it is called in.",
        epilog="Exit codes: 0 done; 1 done, and something needs your attention, such as a conflict "
        "with a hand edit; 2 could not do it, nothing was written; 130 interrupted.",
        # Options before the command aren't there then; to read them typer would load pydantic.
        add_completion=only is None,
        add_help_option=only is None,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    for name in COMMANDS if only is None else (only,):
        function = command_function(name)
        app.command(name=name)(_declared(function) if with_options else _described(function))
    return app


def run(words: Sequence[str]) -> None:
    """Read the words after the program's name with typer, and do what they say; it then exits."""
    if "--help" in words or "-h" in words:
        _load_help()
    only = words[0] if words and words[0] in COMMANDS else None
    application(only, with_options=words[:1] not in (["--help"], ["-h"]))()


# What typer's help imports and ours shows nothing of: they bring two libraries with them.
_UNUSED = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}


def _load_help() -> None:
    """Import typer's help with empty classes in place of two that would double the time."""
    absent = [name for name in _UNUSED if name not in sys.modules]
    for name in absent:
        sys.modules[name] = stand_in = ModuleType(name)
        setattr(stand_in, _UNUSED[name], type(_UNUSED[name], (), {}))
    # Where another version of typer wants more of them, it imports them itself, the real ones.
    with contextlib.suppress(ImportError):
        import_module("typer.rich_utils")
    for name in absent:
        del sys.modules[name]


def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Ash resources for the PostgreSQL tables you already have. Never migrates anything.

    Without a command it says what to do next in the project that it is called in.
    """
    if version:
        typer.echo(f"ash-scaffold {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        from ash_scaffold.cli.next_step import show_next_step

        show_next_step()


def _declared(function: Callable[..., None]) -> Callable[..., None]:
    """Return a command's function with its options as typer has them."""

    @functools.wraps(function)
    def command(**arguments: Any) -> None:
        function(**arguments)

    hints = {
        name: _of_typer(hint, completion(name))
        for name, hint in get_type_hints(function, include_extras=True).items()
    }
    given = inspect.signature(function).parameters.values()
    parameters = [each.replace(annotation=hints[each.name]) for each in given]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = hints
    return command


def _described(function: Callable[..., None]) -> Callable[..., None]:
    def command() -> None: ...

    command.__doc__ = function.__doc__
    return command


def _of_typer(hint: Any, values: Callable[[str], list[str]] | None) -> Any:
    option = hint.__metadata__[0] if get_origin(hint) is Annotated else None
    if isinstance(option, Argument):
        word = typer.Argument(help=option.help, metavar=option.metavar, autocompletion=values)
        return Annotated[hint.__origin__, word]
    if not isinstance(option, Option):
        return hint
    declared = typer.Option(
        *option.flags,
        help=option.help,
        metavar=option.metavar,
        rich_help_panel=option.panel,
        min=option.min,
        show_default=option.show_default,
        autocompletion=values,
    )
    return Annotated[hint.__origin__, declared]
