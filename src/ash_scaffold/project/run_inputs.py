"""All that decided what a run said: the program, the files that it read, the database's answers.

They are kept as digests, so that a later run sees at once whether all of it is as it was. Nothing
here may import what planning needs.
"""

from __future__ import annotations

import fcntl
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ash_scaffold.postgres.time_limit import time_limit
from ash_scaffold.postgres.url import URL, parse_url
from ash_scaffold.project.kept_records import program_digest
from ash_scaffold.project.watched_files import watch
from ash_scaffold.regular_file import read_file

if TYPE_CHECKING:
    from ash_scaffold.postgres.answers import Answers, Question
    from ash_scaffold.postgres.round_trip import Columns

_CONFIGURATION = "ash_scaffold.toml"
_WRITING = "priv/ash_scaffold/.write"
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
# What takes longer is left to the whole run, which says why.
_SECONDS = 30.0


class RunInputs(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of a project has read.

    `sources` and `places` are files and folders, the first with all that is in them; `files` is
    their digest, `program` that of this program. `catalog` are the statements about the catalog,
    which answer `question` (as JSON), `others` are further ones; `answers` is the digest of what
    all of them gave. `seconds` is how long it had, 0 for no limit.
    """

    root: str
    sources: tuple[str, ...]
    places: tuple[str, ...]
    files: bytes
    program: bytes
    question: bytes
    catalog: tuple[str, ...]
    others: tuple[str, ...]
    answers: bytes
    seconds: float


class OtherAnswers(NamedTuple):
    """What a database says of its catalog now, where it does not say what it said."""

    inputs: RunInputs
    url: URL
    columns: list[Columns]
    encoding: str

    def to(self, question: Question, url: URL) -> Answers | None:
        """Return what is the answer to a question, None where that was not asked."""
        from ash_scaffold.postgres.answers import answers_of

        if self.url != url or msgspec.json.encode(question) != self.inputs.question:
            return None
        return answers_of(question, self.inputs.catalog, self.columns, self.encoding)


def inputs_of(
    root: Path,
    sources: Sequence[str],
    places: Sequence[str],
    answers: Sequence[Answers],
    *,
    since: int,
    seconds: float,
) -> RunInputs | None:
    """Return the inputs of a run that began at a moment (`time.time_ns`).

    `answers` are all that the database has given, last those about the catalog. None where a file
    was changed so late that a further change might not show, and where a run left its journal.
    """
    from ash_scaffold.postgres.round_trip import digest_of

    *others, last = answers
    if last.question is None or (root / _WRITING).exists():
        return None
    watched = watch(places, sources)
    if watched is None or watched.settled >= since:
        return None
    return RunInputs(
        root=str(root),
        sources=tuple(sources),
        places=tuple(places),
        files=watched.digest,
        program=program_digest(),
        question=msgspec.json.encode(last.question),
        catalog=last.statements,
        others=tuple(text for each in others for text in each.statements),
        answers=digest_of(columns for each in (last, *others) for columns in each.columns.values()),
        seconds=seconds,
    )


def are_as_they_were(inputs: RunInputs) -> bool:
    """Whether program and files are those of a run."""
    watched = watch(inputs.places, inputs.sources)
    return (
        watched is not None
        and watched.digest == inputs.files
        and program_digest() == inputs.program
    )


def is_free(inputs: RunInputs) -> bool:
    """Whether no other run holds the lock of the project."""
    descriptor = os.open(inputs.root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def other_answers(inputs: RunInputs, url_text: str) -> OtherAnswers | None:
    """Ask a database once more; return what it says where that is not what it said, else None.

    Raises `ScaffoldError` for a database that can't be asked.
    """
    from ash_scaffold.postgres.connect import read_only
    from ash_scaffold.postgres.round_trip import digest_of, send

    url = parse_url(url_text).url
    limit = time_limit(min(inputs.seconds or _SECONDS, _SECONDS))
    with read_only(url, limit) as connection:
        found = send(connection, (*inputs.catalog, *inputs.others))
        encoding = connection.info.encoding
    if digest_of(found) == inputs.answers:
        return None
    return OtherAnswers(inputs, url, found[: len(inputs.catalog)], encoding)


def configured_url(inputs: RunInputs, environment: Mapping[str, str]) -> str:
    """Return the URL of the configuration, filled in.

    Raises `OSError`, `ValueError` or `KeyError` where there is none.
    """
    text = read_file(Path(inputs.root, _CONFIGURATION)).decode("utf-8-sig")
    configured = str(tomllib.loads(text)["url"])
    return _VARIABLE.sub(lambda match: environment.get(match[1], ""), configured)
