from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.check.mutate import Mutated, project_of

from ash_scaffold.postgres.dump import load, read_dump
from ash_scaffold.postgres.server import Server

ODD = Path(__file__).with_name("odd.sql")


@pytest.fixture(scope="session")
def odd(postgres: Server) -> Iterator[Mutated]:
    """The project of `odd.sql`, as it was generated; every use leaves it so."""
    load(postgres, "odd", [read_dump(ODD)])
    with project_of("odd", postgres.url("odd"), ("public", "other")) as project:
        yield project
