"""Asks real Ash about 1,000 random operations of two tenants, and records what it answers.

`python -m tests.tenants.record FOLDER` writes the golden modules into a mix project with Ash and
AshPostgres. Once that is compiled and its database has `tests/golden/tenancy/two_tenants.sql`,
`python -m tests.tenants.record FOLDER SEED` runs `operations.exs` there.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE.parent / "golden/tenancy/two_tenants.ex"
RECORDED = HERE / "recorded.jsonl"
OPERATIONS = 1_000
_PLACE = "lib/app/core.ex"
_REPO = """\
defmodule App.Repo do
  use AshPostgres.Repo, otp_app: :app, warn_on_missing_ash_functions?: false

  @impl true
  def installed_extensions, do: []

  @impl true
  def migrate_extensions?, do: false

  @impl true
  def min_pg_version, do: %Version{major: 13, minor: 0, patch: 0}
end
"""


def digest(modules: bytes) -> str:
    """What says that answers are about these very modules."""
    return hashlib.sha256(modules).hexdigest()


def write(folder: Path) -> None:
    """Write the modules and their repo."""
    (folder / _PLACE).parent.mkdir(parents=True, exist_ok=True)
    (folder / _PLACE).write_bytes(MODULES.read_bytes())
    (folder / "lib/app/repo.ex").write_text(_REPO)


def record(folder: Path, seed: int) -> None:
    """Run the operations in the compiled project, and write down what they are about."""
    answers = folder / "answers.jsonl"
    command = ["mix", "run", str(HERE / "operations.exs"), str(seed), str(OPERATIONS), str(answers)]
    subprocess.run(command, cwd=folder, check=True)
    head, lines = answers.read_text().split("\n", 1)
    about = json.loads(head) | {"modules": digest((folder / _PLACE).read_bytes())}
    RECORDED.write_text(json.dumps(about) + "\n" + lines)


if __name__ == "__main__":
    place = Path(sys.argv[1]).absolute()
    write(place)
    for number in sys.argv[2:]:
        record(place, int(number))
