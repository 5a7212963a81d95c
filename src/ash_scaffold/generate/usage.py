"""Who uses the tables that a command is about: what has to be there for that, and what is not seen.

The graph itself is `legacy.usage`.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ash_scaffold.config import Config
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.legacy.files import source_files
from ash_scaffold.problem import Code, Problem, ScaffoldError, fail
from ash_scaffold.project.model import Project
from ash_scaffold.session import SourceOptions

_NAME_IT = "To look elsewhere, name the folder of the legacy code: --legacy DIR."


def require_asked(options: SourceOptions, config: Config) -> None:
    """Refuse to look for users where the options or the configuration leave no code to look at.

    Raises `ScaffoldError`.
    """
    if not options.use_legacy:
        raise fail(
            Code.USAGE,
            "--usage looks through the legacy code, which --no-legacy leaves out.",
            where="--usage",
            todo="Take one of the two away.",
        )
    if options.legacy is None and config.legacy is False:
        raise fail(
            Code.USAGE,
            "--usage looks through the legacy code, which the configuration leaves out.",
            where="legacy of ash_scaffold.toml",
            todo=_NAME_IT,
        )


def require_option(options: SourceOptions, error: ScaffoldError) -> None:
    """Refuse to look for users outside of a mix project, unless an option names the code.

    `error` says what is wrong with the project. Raises `ScaffoldError`.
    """
    require_asked(options, Config())
    if options.legacy is None:
        raise ScaffoldError(
            *(
                msgspec.structs.replace(problem, todo=f"{problem.todo} {_NAME_IT}".lstrip())
                for problem in error.problems
            )
        )


def require_code(project: Project, hints: Hints) -> None:
    """Refuse to say that nobody uses a table where no source file was found.

    Raises `ScaffoldError`.
    """
    if next(source_files(project, hints.folder), None) is None:
        raise fail(
            Code.USAGE,
            "There is no legacy code to look through: no .ex file was found.",
            where="--usage",
            todo=_NAME_IT,
        )


def not_read(hints: Hints) -> Iterator[Problem]:
    """Yield what of the legacy code could not be read, so that users may be missing."""
    known = {schema.module for schema in hints.schemas}
    known |= {embedded.module for embedded in hints.embedded}
    for item in hints.unparsed:
        yield _note(item.path, item.line, "The file can't be read whole.")
    for unread in hints.unread:
        if unread.module not in known:
            what = f"{unread.module} is taken for no schema: {unread.what}."
            yield _note(unread.path, unread.line, what)


def _note(path: str, line: int, what: str) -> Problem:
    return Code.LEGACY_UNREAD.at(
        f"{path}:{line}", what, todo="Modules that use a table there, or by it, are not shown."
    )
