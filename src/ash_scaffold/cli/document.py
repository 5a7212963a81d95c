"""`ash-scaffold document`: writes the schema document, and keeps it up to date."""

from __future__ import annotations

import inspect
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ash_scaffold.cli.arguments import Option
from ash_scaffold.cli.command import Ended, ending, locked_project, progress, telling
from ash_scaffold.cli.options import (
    Dump,
    DumpDatabase,
    Extension,
    Json,
    Legacy,
    NoLegacy,
    Quiet,
    Repo,
    Schema,
    Timeout,
    Url,
    Verbose,
    source_options,
)
from ash_scaffold.counted import counted
from ash_scaffold.postgres.time_limit import DEFAULT_SECONDS
from ash_scaffold.problem import Exit

if TYPE_CHECKING:
    from ash_scaffold.document.run import File, LoadedDocument, Output, OutputOptions
    from ash_scaffold.session import SourceOptions

_DATABASE = "The database"
_FILES = "The files"
_OUTPUT = "The run"
_EXAMPLES = """[bold]Examples[/bold]

Write the document, or bring it up to date:
  ash-scaffold document

In CI, from the dump of mix ecto.dump:
  ash-scaffold document --dump priv/repo/structure.sql --check

An index and a page for each domain, and a page to look at:
  ash-scaffold document --split --html docs/database_schema.html
"""


def document(
    check: Annotated[
        bool,
        Option(
            "--check",
            help="Write nothing; exit 1 when the document is out of date.",
            panel=_OUTPUT,
        ),
    ] = False,
    out: Annotated[
        str | None,
        Option(
            help="The file, relative to mix.exs. Default: docs/database_schema.md.",
            metavar="FILE",
            panel=_FILES,
        ),
    ] = None,
    split: Annotated[
        bool | None,
        Option(
            "--split/--no-split",
            help="An index and a page for each domain, or one file. Default: the present layout.",
            show_default=False,
            panel=_FILES,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        Option(
            help="Write this HTML page too, in the project or elsewhere: one file to look at, with "
            "search and diagrams.",
            metavar="FILE",
            panel=_FILES,
        ),
    ] = None,
    schema: Schema = None,
    url: Url = None,
    dump: Dump = None,
    database: DumpDatabase = None,
    extension: Extension = None,
    timeout: Timeout = DEFAULT_SECONDS,
    repo: Repo = None,
    legacy: Legacy = None,
    no_legacy: NoLegacy = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write the document of the database's schema, or bring it up to date.

    What people wrote into it stays: text between the generated blocks, remarks
    and ticks in its lists. A run with nothing new writes nothing.
    """
    with ending(as_json=json, verbose=verbose, writes=not check):
        from ash_scaffold.document.run import OutputOptions

        source = source_options(
            url,
            dump,
            schema,
            database=database,
            extension=extension,
            timeout=timeout,
            repo=repo,
            legacy=legacy,
            no_legacy=no_legacy,
        )
        code = _run(
            source,
            OutputOptions(out=out, split=split, html=html, check=check),
            json=json,
            quiet=quiet,
            verbose=verbose,
        )
        raise Ended(code)


document.__doc__ = f"{inspect.cleandoc(document.__doc__ or '')}\n\n{_EXAMPLES}"


def _run(
    source: SourceOptions, options: OutputOptions, *, json: bool, quiet: bool, verbose: bool
) -> Exit:
    from ash_scaffold.cli.unchanged import current
    from ash_scaffold.document.run import load_document, make_output
    from ash_scaffold.project.write import write_files

    with locked_project(source.folder, writes=not options.check) as lock:
        with progress(enabled=not quiet and not json and sys.stderr.isatty()) as announce:
            loaded = load_document(source, announce, for_page=options.html is not None)
            output = make_output(loaded, lock.root, options)
        if not options.check:
            with _replacing(output.outside):
                write_files(lock, output.contents, expected=output.before)
    attempt = current()
    with telling(written=not options.check, as_json=json), attempt.telling():
        if json:
            _print_json(loaded, output, check=options.check)
        else:
            _print(loaded, output, check=options.check, quiet=quiet, verbose=verbose)
    # What git says of the page's history is in no file that a record looks at.
    asked_git = options.html is not None and not options.check
    if not verbose and not asked_git and _has_nothing_to_do(loaded, output):
        attempt.keep([lock.root / file.path for file in output.all_files])
    return _code(output, check=options.check)


def _replacing(file: File | None) -> AbstractContextManager[None]:
    """Replace the page outside of the project at the end of a block, if there is a new one."""
    from ash_scaffold.document.run import FileStatus
    from ash_scaffold.project.outside import replacing_outside

    if file is None or file.after is None or file.status is FileStatus.UNCHANGED:
        return nullcontext()
    return replacing_outside(Path(file.path), file.after, f"--html {file.path}")


def _has_nothing_to_do(loaded: LoadedDocument, output: Output) -> bool:
    """Whether a run changes nothing and warns of nothing."""
    from ash_scaffold.document.run import FileStatus
    from ash_scaffold.problem import Severity

    return (
        not output.problems
        and all(file.status is FileStatus.UNCHANGED for file in output.all_files)
        and all(problem.severity is Severity.NOTE for problem in loaded.problems)
    )


def _code(output: Output, *, check: bool) -> Exit:
    from ash_scaffold.document.run import FileStatus

    outdated = any(file.status is not FileStatus.UNCHANGED for file in output.all_files)
    return Exit.FINDINGS if output.problems or (check and outdated) else Exit.OK


def _print(
    loaded: LoadedDocument, output: Output, *, check: bool, quiet: bool, verbose: bool
) -> None:
    from ash_scaffold.cli.output import console, print_diff, print_problems, safe
    from ash_scaffold.document.run import FileStatus

    if not quiet:
        out = console()
        progress = loaded.document.progress
        out.print(f"Read {safe(loaded.source)}")
        owned = f"{progress.owned} owned by Ash, " if progress.owned else ""
        out.print(
            f"{counted(progress.total, 'table')}: {progress.legacy_only} legacy only, "
            f"{progress.shared} shared, {progress.ash_only} Ash only, {owned}"
            f"{progress.neither} neither"
        )
        for file in output.all_files:
            is_page = not file.path.endswith(".md")
            if check and file.status is not FileStatus.UNCHANGED:
                out.print(f"{safe(file.path)} is out of date")
                if not is_page:
                    print_diff(file.diff())
            else:
                out.print(f"{safe(file.path)} {file.status.value}")
    print_problems((*loaded.problems, *output.problems), quiet=quiet, verbose=verbose)


def _print_json(loaded: LoadedDocument, output: Output, *, check: bool) -> None:
    import msgspec

    from ash_scaffold.cli.output import write_json

    write_json(
        {
            "version": 1,
            "check": check,
            "source": loaded.source,
            "files": [
                {"path": file.path, "status": file.status.value} for file in output.all_files
            ],
            "progress": msgspec.to_builtins(loaded.document.progress),
            "problems": msgspec.to_builtins((*loaded.problems, *output.problems)),
        }
    )
