"""The kinds of tries, and how many of a campaign are of each."""

from __future__ import annotations

import traceback
from random import Random

import msgspec
from tests.campaign import (
    configurations,
    dumps,
    faults,
    journals,
    kills,
    names,
    odd_files,
    outputs,
    saves,
    schema_changes,
    settings,
    signals,
    snapshots,
    together,
)
from tests.campaign.ground import Attempt, Ground, Tried


class Kind(msgspec.Struct, frozen=True):
    """`share` is the number of tries of it in a campaign of `WHOLE`."""

    attempt: Attempt
    share: int


KINDS = {
    "kills": Kind(kills.attempt, 500),
    "faults": Kind(faults.attempt, 250),
    "saves": Kind(saves.attempt, 250),
    "signals": Kind(signals.attempt, 150),
    "together": Kind(together.attempt, 80),
    "snapshots": Kind(snapshots.attempt, 200),
    "journals": Kind(journals.attempt, 120),
    "odd-files": Kind(odd_files.attempt, 150),
    "configurations": Kind(configurations.attempt, 200),
    "names": Kind(names.attempt, 100),
    "dumps": Kind(dumps.attempt, 100),
    "settings": Kind(settings.attempt, 100),
    "schema-changes": Kind(schema_changes.attempt, 80),
    "outputs": Kind(outputs.attempt, 60),
}
WHOLE = sum(kind.share for kind in KINDS.values())


class Result(msgspec.Struct, frozen=True):
    """A try of a campaign, with the seconds that it took."""

    kind: str
    number: int
    tried: Tried
    seconds: float = 0.0


def attempt(ground: Ground, kind: str, seed: int, number: int) -> Tried:
    """Make a try, which the seed, its kind and its number decide."""
    try:
        return KINDS[kind].attempt(ground, Random(f"{seed} {kind} {number}"))
    except Exception:
        return Tried("the campaign itself", (traceback.format_exc(),))
