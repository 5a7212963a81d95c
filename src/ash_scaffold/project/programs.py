"""Programs of the machine that are asked something: without input, secrets and network."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from ash_scaffold.project.mix_environment import without_secrets

_TIMEOUT_SECONDS = 60.0


def quiet_environment() -> dict[str, str]:
    """Return the environment of a program that is asked: no secrets, no colours, no network."""
    return {
        **without_secrets(os.environ),
        "HEX_OFFLINE": "1",
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
    }


def ask_program(
    command: Sequence[str],
    folder: Path,
    *,
    more: Mapping[str, str] = {},
    seconds: float = _TIMEOUT_SECONDS,
) -> subprocess.CompletedProcess[str] | None:
    """Run a command in a folder; None when it can't be run, or takes too long.

    `more` are further variables of its environment.
    """
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env={**quiet_environment(), **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
