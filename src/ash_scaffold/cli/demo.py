"""`ash-scaffold demo`: the main job on the sample project, in a throw-away PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Keep the sample project in this new folder afterwards."),
    ] = None,
) -> None:
    """Generate the sample project's resources from a throw-away PostgreSQL, and show one."""
    import os
    import shutil
    import tempfile

    from ash_scaffold.cli.output import console
    from ash_scaffold.cli.resources import run
    from ash_scaffold.generate.job import Request
    from ash_scaffold.problem import Code, Exit, fail
    from ash_scaffold.project.sample import copy_sample

    if folder is not None and folder.exists():
        raise fail(
            Code.NOT_WRITABLE,
            "The folder is there already.",
            where=str(folder),
            todo="Name a new one.",
        )
    out = console()
    code = Exit.OK
    temporary = Path(tempfile.mkdtemp(prefix="ash_scaffold-demo-"))
    try:
        project = copy_sample(temporary / "sample_project")
        out.print("A legacy Phoenix application on PostgreSQL, without its Ash side. Now running:")
        for domain in ("App.Accounts", "App.Blog", "App.Billing", "App.Accounts"):
            out.print(f"\n$ ash-scaffold resources --domain {domain}\n")
            request = Request(
                folder=project,
                dump=project / "priv/repo/structure.sql",
                domain=domain,
                environment=dict(os.environ),
            )
            code = max(code, run(request, dry_run=False, as_json=False, quiet=False, verbose=False))
        shown = project / "lib/app/blog/post.ex"
        out.print(f"\n$ cat {shown.relative_to(project)}\n")
        out.print(shown.read_text(encoding="utf-8"))
        if folder is not None:
            shutil.copytree(project, folder)
            out.print(f"The project is in {folder}.")
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    raise typer.Exit(code)
