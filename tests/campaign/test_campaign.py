"""A sample of the campaign; all of it is `python -m tests.campaign --seed 1`."""

from __future__ import annotations

import os

import pytest
from tests.campaign import preload
from tests.campaign.ground import Ground
from tests.campaign.kinds import KINDS, attempt

from ash_scaffold.postgres.server import Server

pytestmark = pytest.mark.slow
SEED = int(os.environ.get("ASH_SCAFFOLD_SEED", "1"))
TRIES = 2


@pytest.fixture(scope="module")
def ground(postgres: Server) -> Ground:
    preload.everything()
    return Ground(postgres)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost(ground: Ground, kind: str) -> None:
    tries = {n: attempt(ground, kind, SEED, n) for n in range(TRIES)}
    assert {n: each for n, each in tries.items() if each.lost} == {}
