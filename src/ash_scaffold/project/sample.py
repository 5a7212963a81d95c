"""The sample project, copied without its generated side."""

from __future__ import annotations

import shutil
from pathlib import Path

from ash_scaffold.project.snapshot import FOLDER, read_snapshots
from ash_scaffold.resources import data_path

_BUILD = shutil.ignore_patterns("_build", "deps", ".elixir_ls", "node_modules")


def copy_sample(folder: Path) -> Path:
    """Copy the sample project to a new folder as it was before ash-scaffold came; return it."""
    shutil.copytree(data_path("sample_project"), folder, ignore=_BUILD)
    for snapshot in read_snapshots(folder).values():
        (folder / snapshot.path).unlink(missing_ok=True)
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    return folder
