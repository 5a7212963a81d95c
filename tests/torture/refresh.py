"""Writes the golden files of the torture schema as the tool gives them today.

Read the diff, compile what changed against real Ash, then write its hashes: see CONTRIBUTING.
"""

from __future__ import annotations

import shutil

from tests.torture.generated import GOLDEN, files, torture
from tests.torture.servers import installations, load, read, whole

from ash_scaffold.postgres.server import throwaway_server


def main() -> None:
    installation = max(installations().values(), key=lambda one: one.major)
    with throwaway_server(installation) as server:
        script = whole(installation.major)
        database = read(load(server.url("postgres"), "torture", script))
    shutil.rmtree(GOLDEN, ignore_errors=True)
    for path, text in files(torture(database)).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
