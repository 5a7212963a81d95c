"""`ash-scaffold demo`: the main job on the sample project, in a throw-away PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Option
from ash_scaffold.cli.command import Ended, ending
from ash_scaffold.problem import Exit

if TYPE_CHECKING:
    from ash_scaffold.cli.output import Printer
    from ash_scaffold.session import SourceOptions

_DUMP = "priv/repo/structure.sql"
_SHOWN = ("lib/app/blog/comment.ex", "lib/app/blog/tag/actions.ex")
_INTRODUCTION = """\
The sample project is a legacy Phoenix-style application: Ecto contexts for accounts, a blog and
billing, and 23 tables in priv/repo/structure.sql. That dump is loaded into a throw-away
PostgreSQL, and the Ash side is written beside the old code, in a temporary copy: the resources,
then actions that do what the changesets do."""


def demo(
    folder: Annotated[
        Path | None,
        Option(
            "--folder",
            help="Keep the project with its Ash side in this new folder.",
            metavar="FOLDER",
        ),
    ] = None,
) -> None:
    """Run the main job on a sample project in a throw-away PostgreSQL, and show a module."""
    with ending(writes=True):
        raise Ended(_demo(folder))


def _demo(folder: Path | None) -> Exit:
    import shutil
    import tempfile

    from ash_scaffold.cli.output import console
    from ash_scaffold.problem import Code, fail

    if folder is not None and os.path.lexists(folder):
        raise fail(
            Code.NOT_WRITABLE,
            "The folder is there already.",
            where=str(folder),
            todo="Name a new one.",
        )
    out = console()
    with tempfile.TemporaryDirectory(prefix="ash-scaffold-demo-") as temporary:
        project = copy_sample(Path(temporary) / "sample_project")
        out.print(_INTRODUCTION)
        codes = (_resources(out, project, "App.Accounts"), _resources(out, project, None))
        code = max(*codes, _actions(out, project))
        for shown in _SHOWN:
            out.print(f"\n$ cat {shown}\n")
            out.print((project / shown).read_text(encoding="utf-8"))
        if folder is not None:
            try:
                shutil.copytree(project, folder)
            except OSError as error:
                raise fail(
                    Code.NOT_WRITABLE,
                    f"The folder can't be written: {error.strerror or 'some files failed'}.",
                    where=str(folder),
                ) from error
            out.print(f"The project with its Ash side is in {folder}.")
    if folder is None:
        out.print("To keep the project and look around: ash-scaffold demo --folder sample")
    return code


def _resources(out: Printer, project: Path, domain: str | None) -> Exit:
    import contextlib

    from ash_scaffold.cli.resources import run
    from ash_scaffold.generate.options import ResourcesOptions

    option = f" --domain {domain}" if domain else ""
    out.print(f"\n$ ash-scaffold resources{option} --dump {_DUMP}\n")
    options = ResourcesOptions(source=_source(project), domain=domain)
    with contextlib.chdir(project):
        return run(options, dry_run=False, as_json=False, quiet=False, verbose=False)


def _actions(out: Printer, project: Path) -> Exit:
    import contextlib

    from ash_scaffold.actions.run import ActionsOptions
    from ash_scaffold.cli.actions import run

    out.print(f"\n$ ash-scaffold actions --dump {_DUMP}\n")
    options = ActionsOptions(source=_source(project))
    with contextlib.chdir(project):
        return run(options, dry_run=False, as_json=False, quiet=False, verbose=False)


def _source(project: Path) -> SourceOptions:
    """Return the sample's dump, to look the same whatever the environment says of a database."""
    from ash_scaffold.session import SourceOptions

    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    return SourceOptions(folder=project, dump=Path(_DUMP), environment=environment)


def copy_sample(folder: Path) -> Path:
    """Copy the sample project to a new folder as it is without its Ash side; return it."""
    import shutil

    from ash_scaffold.packaged import data_path
    from ash_scaffold.project.snapshot import FOLDER, read_snapshots

    built = shutil.ignore_patterns("_build", "deps", ".elixir_ls", "node_modules")
    shutil.copytree(data_path("sample_project"), folder, ignore=built)
    for snapshot in read_snapshots(folder).values():
        (folder / snapshot.path).unlink(missing_ok=True)
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    return folder
