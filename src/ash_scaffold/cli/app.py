"""The typer application. Commands import what they need only when they run."""

from __future__ import annotations

from typing import Annotated

import typer

from ash_scaffold import __version__
from ash_scaffold.cli import check, demo, doctor, document, init, inspect, resources, verify

app = typer.Typer(
    name="ash-scaffold",
    help="Ash resources for the PostgreSQL tables you already have. Never migrates anything.",
    epilog="Exit codes: 0 done; 1 done, and something needs your attention, such as a conflict "
    "with a hand edit; 2 could not do it, nothing was written; 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(name="init")(init.init)
app.command(name="resources")(resources.resources)
app.command(name="inspect")(inspect.inspect)
app.command(name="check")(check.check)
app.command(name="doctor")(doctor.doctor)
app.command(name="verify")(verify.verify)
app.command(name="document")(document.document)
app.command(name="demo")(demo.demo)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"ash-scaffold {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version_: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Ash resources for the PostgreSQL tables you already have. Never migrates anything."""
