"""`ash-scaffold explain`: what a problem code means, and what ends it."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Argument
from ash_scaffold.cli.command import ending
from ash_scaffold.cli.options import Json

if TYPE_CHECKING:
    from ash_scaffold.problem import Code

_EXAMPLES = """[bold]Examples[/bold]

What stands in brackets before a problem:
  ash-scaffold explain column-unsupported

All codes:
  ash-scaffold explain"""


def explain(
    code: Annotated[
        str | None,
        Argument(
            help="What stands in brackets before a problem; all codes without.", metavar="CODE"
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Say what a problem code means, what to do about it, and which commands say it.

    Reads nothing, neither project nor database.
    """
    with ending(as_json=json):
        codes = None if code is None else (_named(code),)
        if json:
            _print_json(codes)
        elif codes is None:
            _print_all()
        else:
            _print(codes[0])


explain.__doc__ = f"{inspect.cleandoc(explain.__doc__ or '')}\n\n{_EXAMPLES}"


def _named(word: str) -> Code:
    """Return the code that a word is, also with the brackets that problems are printed with."""
    from ash_scaffold.config.faults import did_you_mean
    from ash_scaffold.problem import Code, fail

    name = word.strip().removeprefix("[").removesuffix("]").casefold()
    for code in Code:
        if code.value == name:
            return code
    raise fail(
        Code.UNKNOWN_NAME,
        "No problem has that code.",
        where=word,
        todo=did_you_mean(name, Code) or "`ash-scaffold explain` shows all codes.",
    )


def _print(code: Code) -> None:
    from ash_scaffold.cli.output import console
    from ash_scaffold.explanations import EXPLANATIONS

    out, found = console(), EXPLANATIONS[code]
    out.print(f"{code} ({code.severity})\n\n{found.cause}\n\nWhat to do: {found.cure}")
    if found.example:
        out.print("")
        for line in found.example.split("\n"):
            out.print(f"    {line}".rstrip())
    out.print(f"\nSaid by: {', '.join(found.commands)}")


def _print_all() -> None:
    from ash_scaffold.cli.output import console, print_table
    from ash_scaffold.explanations import EXPLANATIONS, groups

    out = console()
    for title, codes in groups():
        rows = [(code, code.severity, _in_short(EXPLANATIONS[code].cause)) for code in codes]
        print_table(title, ("code", "severity", "what is the case"), rows)
        out.print("")
    out.print("`ash-scaffold explain CODE` says more of one.")


def _in_short(cause: str) -> str:
    """Return what comes before the details."""
    return re.split(r"[.:](?: |$)", cause, maxsplit=1)[0]


def _print_json(codes: tuple[Code, ...] | None) -> None:
    from ash_scaffold.cli.output import write_json
    from ash_scaffold.explanations import EXPLANATIONS, groups

    write_json(
        {
            "version": 1,
            "codes": [
                {
                    "code": code,
                    "severity": code.severity,
                    "group": title,
                    "cause": EXPLANATIONS[code].cause,
                    "cure": EXPLANATIONS[code].cure,
                    "example": EXPLANATIONS[code].example,
                    "language": EXPLANATIONS[code].language,
                    "commands": EXPLANATIONS[code].commands,
                }
                for title, rows in groups()
                for code in rows
                if codes is None or code in codes
            ],
        }
    )
