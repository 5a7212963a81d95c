"""A run whose inputs are those of an earlier one that had nothing to do: its output once more.

A run that found nothing to write and nothing wrong leaves a record: its output, what decided it as
digests, and the questions that it asked the database. The next run of the same command line looks
at files and catalog, and where both are as they were it says the same, without planning anything.
So it needs none of the libraries that planning does: nothing here may import them.

Records lie in the user's state folder (`project/kept_records.py`). Where that can't be written,
each run does all of its work, as each does with `ASH_SCAFFOLD_NO_RECORD`.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ash_scaffold import __version__
from ash_scaffold.cli.streams import Stream, copied, use_utf8
from ash_scaffold.postgres.reader import current_reader
from ash_scaffold.problem import ScaffoldError
from ash_scaffold.project.kept_records import read_record, record_path, write_record
from ash_scaffold.project.run_inputs import (
    OtherAnswers,
    RunInputs,
    are_as_they_were,
    configured_url,
    inputs_of,
    is_free,
    other_answers,
)

if TYPE_CHECKING:
    from ash_scaffold.postgres.answers import Answers, Question
    from ash_scaffold.postgres.url import URL
    from ash_scaffold.session import OpenProject

FOLDER = "unchanged"
_WRITERS = frozenset({"resources", "document"})
_TIMINGS = re.compile(r'("timings": \{)([^{}]*)(\})(?!.*"timings")', re.DOTALL)
# Variables that differ from one terminal or shell to the next, and decide nothing.
_NO_INPUT = re.compile(
    r"_|OLDPWD|PWD|SHLVL|SSH_\w+|STY|TMUX\w*|WINDOWID|XDG_SESSION_ID|\w+_SESSION_ID"
)
_PARENTS = 3  # folders above a project in which an umbrella's mix.exs is looked for


class UrlPlace(StrEnum):
    """Where the database's URL stands."""

    OPTION = "--url"
    VARIABLE = "DATABASE_URL"
    CONFIGURATION = "url"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A run that had nothing to do: what it has read, and what it said of it."""

    inputs: RunInputs
    url: UrlPlace
    output: str
    errors: str
    utf8: bool


class Attempt:
    """One run of a command line: whether an earlier one has said all, else its own record.

    Without words it is a run of which nothing is kept.
    """

    def __init__(self, words: Sequence[str] = (), environment: Mapping[str, str] = {}) -> None:
        self._words = tuple(words)
        self._environment = environment
        self._start = time.time_ns()
        self._opened: OpenProject | None = None
        self._answers: list[Answers] = []
        self._output = self._errors = ""
        self._sessions = _sessions()
        self._known: OtherAnswers | None = None
        self._path: Path | None = None
        if words:
            with suppress(OSError):
                self._path = record_path(FOLDER, self._question(), environment)

    def recall(self) -> bool:
        """Say what the record says, if all is as it was; whether that is so."""
        try:
            record = None if self._path is None else _read(self._path)
            return record is not None and self._say(record)
        except (OSError, ValueError, KeyError):
            return False

    def _say(self, record: Record) -> bool:
        began = time.perf_counter()
        if not self._holds(record):
            return False
        asking = time.perf_counter()
        if not self._answers_hold(record):
            self._sessions = _sessions()
            return False
        times = {"project": asking - began, "reflection": time.perf_counter() - asking}
        if record.utf8:
            use_utf8()
        sys.stdout.write(_with_timings(record.output, times))
        sys.stderr.write(record.errors)
        return True

    def read(self, opened: OpenProject, answers: Answers) -> None:
        """Take note of what a run has read."""
        self._opened = opened
        self._answers.append(answers)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Take note of what a run prints."""
        with copied(sys.stdout) as output, copied(sys.stderr) as errors:
            yield
        self._output, self._errors = "".join(output), "".join(errors)

    def keep(self, places: Sequence[Path] = ()) -> None:
        """Keep the record of a run that had nothing to write, and nothing to warn of.

        `places` are files and folders that it read beside the project and the legacy code. A
        record that can't be kept, or might not hold, is none.
        """
        if self._path is None or self._opened is None:
            return
        with suppress(OSError, ValueError):
            record = self._record(self._opened, places)
            if record is not None:
                write_record(self._path, msgspec.msgpack.encode(record))

    def _record(self, opened: OpenProject, places: Sequence[Path]) -> Record | None:
        if _sessions() - self._sessions != len(self._answers):
            return None  # it has asked for more
        where, stdout = self._url_place(opened), sys.stdout
        if where is None or not isinstance(stdout, Stream) or stdout.fault is not None:
            return None
        project = opened.project
        inputs = inputs_of(
            project.root,
            [str(project.root / lib) for app in project.apps for lib in app.lib],
            _places(opened, places),
            self._answers,
            since=self._start,
            seconds=opened.options.timeout,
        )
        if inputs is None:
            return None
        return Record(
            inputs=inputs,
            url=where,
            output=self._output,
            errors=self._errors,
            utf8=stdout.encoding == "utf-8",
        )

    def _url_place(self, opened: OpenProject) -> UrlPlace | None:
        """Return where the URL stands, None for a dump and where `_url` finds another one."""
        if opened.dump is not None:
            return None
        url = opened.options.url
        if url is not None:
            return UrlPlace.OPTION if _option(self._words, UrlPlace.OPTION) == url else None
        if self._environment.get(UrlPlace.VARIABLE):
            return UrlPlace.VARIABLE
        return UrlPlace.CONFIGURATION

    def _holds(self, record: Record) -> bool:
        """Whether program and files are those of the record, and no other run writes there."""
        if not are_as_they_were(record.inputs):
            return False
        return self._words[0] not in _WRITERS or is_free(record.inputs)

    def _answers_hold(self, record: Record) -> bool:
        """Whether the database answers as it did. If not, what it says is kept for the run."""
        try:
            self._known = other_answers(record.inputs, self._url(record) or "")
        except ScaffoldError:
            return False
        return self._known is None

    def known_answers(self, question: Question, url: URL) -> Answers | None:
        """Return what the database has answered to a question in this run, once."""
        known, self._known = self._known, None
        answers = None if known is None else known.to(question, url)
        if answers is not None:
            self._sessions -= 1
        return answers

    def _url(self, record: Record) -> str | None:
        if record.url is UrlPlace.OPTION:
            return _option(self._words, UrlPlace.OPTION)
        if record.url is UrlPlace.VARIABLE:
            return self._environment.get(UrlPlace.VARIABLE)
        return configured_url(record.inputs, self._environment)

    def _question(self) -> bytes:
        """Return all that a run is given: whoever gives the same again may get the same record."""
        variables = sorted(
            (name, value)
            for name, value in self._environment.items()
            if not _NO_INPUT.fullmatch(name)
        )
        streams = [_stream_facts(stream) for stream in (sys.stdout, sys.stderr)]
        return repr(
            (
                __version__,
                self._words,
                str(Path.cwd()),
                variables,
                streams,
                os.geteuid(),
                os.uname(),
            )
        ).encode(errors="surrogateescape")


def _sessions() -> int:
    """Return how many sessions with databases this process has had."""
    module = sys.modules.get("ash_scaffold.postgres.connect")
    reader = current_reader()
    own = 0 if module is None else int(module.sessions())
    return own + (0 if reader is None else reader.answered)


_current = Attempt()


def begin(words: Sequence[str], environment: Mapping[str, str]) -> Attempt:
    """Return the attempt of this process's command line."""
    global _current
    _current = Attempt(words, environment)
    return _current


def current() -> Attempt:
    """Return the attempt that has begun; of a command that was called otherwise one of nothing."""
    return _current


def _stream_facts(stream: object) -> tuple[object, ...]:
    """Return what decides how text is printed to a stream."""
    if not isinstance(stream, Stream):
        return ()
    columns = 0
    if stream.isatty():
        with suppress(OSError):
            columns = os.get_terminal_size(stream.fileno()).columns
    return stream.encoding, stream.isatty(), columns


def _option(words: Sequence[str], name: str) -> str | None:
    """Return the last value of an option on a command line."""
    found = None
    for word, following in zip(words, (*words[1:], None), strict=True):
        if word == name:
            found = following
        elif word.startswith(f"{name}="):
            found = word.partition("=")[2]
    return found


def _places(opened: OpenProject, others: Sequence[Path]) -> tuple[str, ...]:
    """Return the project, what lies beside it, and what `watch` leaves out unless it is named."""
    root, config, options = opened.project.root, opened.config, opened.options
    found = [root, *(folder / "mix.exs" for folder in list(root.parents)[:_PARENTS])]
    found += [root / "priv/ash_scaffold", *others]
    found += [root / each for each in (options.legacy, config.legacy) if isinstance(each, str)]
    if config.templates:
        found.append(root / config.templates)
    return tuple(dict.fromkeys(str(each.absolute()) for each in found))


def _with_timings(output: str, times: Mapping[str, float]) -> str:
    """Put the times of this run in the place of those that were recorded."""

    def now(match: re.Match[str]) -> str:
        return re.sub(
            r'"(\w+)": [\d.e+-]+', lambda each: f'"{each[1]}": {times.get(each[1], 0.0)}', match[0]
        )

    return _TIMINGS.sub(now, output) if output.startswith("{") else output


def _read(path: Path) -> Record | None:
    body = read_record(path)
    try:
        return None if body is None else msgspec.msgpack.decode(body, type=Record)
    except msgspec.DecodeError:
        return None
