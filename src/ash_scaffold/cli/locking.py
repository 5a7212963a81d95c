"""What a command says of other runs in the same project."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ash_scaffold.project.journal import Recovery


def tell_waiting() -> None:
    """Say that another run holds the project's lock."""
    sys.stderr.write("Another run is writing in this project; waiting for it.\n")


def tell_recovery(recovery: Recovery | None) -> None:
    """Say what became of the files of an interrupted run."""
    if recovery is None:
        return
    done = "undone" if recovery.undone else "finished"
    sys.stderr.write(f"The write of an interrupted run was {done}: {len(recovery.paths)} files.\n")
    for path in recovery.kept:
        sys.stderr.write(f"{path} was changed since, and is left as it is.\n")
