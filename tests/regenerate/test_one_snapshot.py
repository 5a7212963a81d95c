"""A live database, its dump, and the same on another server version give one project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.databases import run_client
from tests.regenerate.project import MixProject, Tree
from tests.support import resources_options
from tests.torture import servers

from ash_scaffold.generate.run import all_contents, prepare
from ash_scaffold.postgres.dump import load, read_dump
from ash_scaffold.postgres.server import Server, throwaway_server
from ash_scaffold.postgres.url import URL
from ash_scaffold.project.local_identity import FOLDER as LOCAL
from ash_scaffold.project.snapshot import FOLDER

pytestmark = pytest.mark.slow

NAME = "one_snapshot"
CONFIG = """\
repo = "App.Repo"
schemas = ["billing", "Odd.Schema #{1}"]

[domains."App.Torture"]
tables = ["*.*"]
"""


@pytest.fixture(scope="module", params=(13, 14, 15, 16, 17))
def older(request: pytest.FixtureRequest, postgres: Server) -> Iterator[Server]:
    major: int = request.param
    installation = servers.installations().get(major)
    if installation is None or major == postgres.installation.major:
        pytest.skip(f"no PostgreSQL {major} here or in {servers.VARIABLE}")
    if not (installation.bin / "pg_dump").exists():
        pytest.skip(f"no pg_dump beside PostgreSQL {major}")
    with throwaway_server(installation) as server:
        yield server


def generated(root: Path, *, url: URL | None = None, dump: Path | None = None) -> Tree:
    """Return the files of a first run."""
    text = url.uri if url else None
    project = MixProject(root, CONFIG)
    options = resources_options(folder=project.root, url=text, dump=dump, use_formatter=False)
    found = all_contents(prepare(options))
    return {path: text for path, text in found.items() if text and not path.startswith(LOCAL)}


def test_a_database_its_dump_and_another_version_give_one_snapshot(
    older: Server, postgres: Server, tmp_path: Path
) -> None:
    live = servers.load(older.url("postgres"), NAME, servers.common())
    dump = older.folder / "dump.sql"
    run_client(older, "pg_dump", NAME, "--schema-only", f"--file={dump}")
    database = f"{NAME}_{older.installation.major}"
    load(postgres, database, [read_dump(dump)])

    first = generated(tmp_path / "live", url=live)
    assert len([path for path in first if path.startswith(FOLDER)]) > 100
    assert generated(tmp_path / "dump", dump=dump) == first
    assert generated(tmp_path / "newer", url=postgres.url(database)) == first
