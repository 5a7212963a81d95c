"""How far the move was at earlier times, by the versions of the document that git has.

Of each version only the table of its block `strategy` counts, which is what its run said then.

The page that a run writes has to be the same after it was committed, though that adds a version. So
states like the present one at the end are left out, those before are chosen by what came first in a
span of time, which no later version changes, and the present has no date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ash_scaffold.document.model import Earlier, Progress
from ash_scaffold.project.git import Repository, find_repository

MOST_POINTS = 200
MOST_TABLES = 1_000_000
_MOST_VERSIONS = 10_000
_MOST_BYTES = 8_000_000
_SECONDS_A_DAY = 86_400
# Spans of so many days each, up to that day after the first version: by day, week and four weeks.
_SPANS = ((1, 28), (7, 364), (28, 10**6))
_BEGIN = re.compile(rb"^<!-- ash-scaffold:begin strategy[ >]", re.MULTILINE)
_END = b"<!-- ash-scaffold:end -->"
_HEAD = re.compile(rb"^\| Domain \|(.*)\|\s*$", re.MULTILINE)
_ALL = re.compile(rb"^\| \*\*All\*\* \|([ \d|]*)\|\s*$", re.MULTILINE)
_COMMIT = re.compile(r"at (\d{1,11})$")
_RAW = re.compile(r":\d{6} 100\d{3} [0-9a-f]+ ([0-9a-f]+) [AMRCT]")
_COLUMNS = {
    b"Legacy only": "legacy_only",
    b"Shared": "shared",
    b"Ash only": "ash_only",
    b"Owned by Ash": "owned",
    b"Neither": "neither",
}


def read_history(root: Path, index: str, now: Progress) -> tuple[Earlier, ...] | None:
    """Return how far the move was before, as the committed versions of a document say it.

    None where git doesn't tell: it is not there, the folder is in no repository, the repository
    lacks a part of its history, or it takes too long.
    """
    repository = find_repository(root)
    if repository is None or repository.shallow:
        return None
    versions = _versions(repository, index)
    if versions is None:
        return None
    chosen = _chosen(versions)
    contents = repository.contents([each.blob for each in chosen], _MOST_BYTES)
    # One version at a time: each may be some megabytes.
    stated = [None if content is None else read_progress(content) for content in contents]
    if len(stated) != len(chosen):
        return None
    found = (
        Earlier(on=version.day.date().isoformat(), progress=progress)
        for version, progress in zip(chosen, stated, strict=True)
        if progress is not None
    )
    return changes(found, now)


def read_progress(content: bytes) -> Progress | None:
    """Return the progress that a document in Markdown states; None where it states none."""
    begin = _BEGIN.search(content)
    if begin is None:
        return None
    block = content[begin.end() : max(content.find(_END, begin.end()), begin.end())]
    head, row = _HEAD.search(block), _ALL.search(block)
    if head is None or row is None:
        return None
    names = [name.strip() for name in head[1].split(b"|")]
    counts = [count.strip() for count in row[1].split(b"|")]
    if len(names) != len(counts) or not all(re.fullmatch(rb"\d{1,6}", count) for count in counts):
        return None
    found = dict(zip(names, map(int, counts), strict=True))
    return Progress(**{field: found.get(name, 0) for name, field in _COLUMNS.items()})


def changes(states: Iterable[Earlier], now: Progress) -> tuple[Earlier, ...]:
    """Return the states that differ from the one before, without those at the end that hold now."""
    found: list[Earlier] = []
    for state in states:
        if not found or state.progress != found[-1].progress:
            found.append(state)
    if found and found[-1].progress == now:
        found.pop()
    return tuple(found)


class _Version(NamedTuple):
    day: datetime
    blob: str


def _versions(repository: Repository, index: str) -> list[_Version] | None:
    """Return the versions of a file, the earliest first, as they came to the present branch."""
    log = repository.ask(
        *("log", "--first-parent", "--diff-merges=first-parent", "--follow", "-M", "-l400"),
        *("--raw", "--no-abbrev", "--no-color", "--no-ext-diff", "--no-textconv"),
        *(f"--max-count={_MOST_VERSIONS}", "--format=at %ct", "--", f":(literal){index}"),
    )
    if log is None or log.returncode != 0:
        return None
    return list(reversed(list(_parsed(log.stdout))))


def _parsed(log: str) -> Iterator[_Version]:
    day = datetime.fromtimestamp(0, UTC)
    for line in log.splitlines():
        if commit := _COMMIT.match(line):
            seconds = int(commit[1])
            day = datetime.fromtimestamp(seconds - seconds % _SECONDS_A_DAY, UTC)
        elif raw := _RAW.match(line):
            yield _Version(day, raw[1])


def _chosen(versions: Iterable[_Version]) -> list[_Version]:
    """Return the first version of each span; time never goes back."""
    chosen: list[_Version] = []
    spans: set[tuple[int, int]] = set()
    for version in versions:
        day = max(version.day, chosen[-1].day) if chosen else version.day
        span = _span((day - chosen[0].day) if chosen else timedelta())
        if span not in spans:
            spans.add(span)
            chosen.append(_Version(day, version.blob))
    return chosen[:MOST_POINTS]


def _span(since: timedelta) -> tuple[int, int]:
    length = next(length for length, end in _SPANS if since.days < end)
    return length, since.days // length
