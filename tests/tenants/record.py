"""Asks real Ash about 1,000 random operations of two tenants, and records what it answers.

`python -m tests.tenants.record CASE FOLDER` writes the modules of a case (`two_tenants` or
`two_schemas`) into a mix project with Ash and AshPostgres. Its database has the tables of
`tests/golden/tenancy/CASE.sql`, those of the schema `tenant_1` once more in `tenant_2`. Once all is
compiled, `python -m tests.tenants.record CASE FOLDER SEED` runs `operations.exs` there.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from tests.tenants.replay import place

HERE = Path(__file__).parent
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


def modules(case: str) -> str:
    """The modules of a case, without the problems that follow them."""
    text = (HERE.parent / f"golden/tenancy/{case}.ex").read_text()
    return "".join(line for line in text.splitlines(True) if not line.startswith("# "))


def digest(text: str) -> str:
    """What says that answers are about these very modules."""
    return hashlib.sha256(text.encode()).hexdigest()


def write(case: str, folder: Path) -> None:
    """Write the modules and their repo."""
    (folder / _PLACE).parent.mkdir(parents=True, exist_ok=True)
    (folder / _PLACE).write_text(modules(case))
    (folder / "lib/app/repo.ex").write_text(_REPO)


def record(case: str, folder: Path, seed: str) -> None:
    """Run the operations in the compiled project, and write down what they are about."""
    answers = folder / "answers.jsonl"
    script = [str(HERE / "operations.exs"), seed, str(OPERATIONS), str(answers)]
    kind = ["schemas"] if case == "two_schemas" else []
    subprocess.run(["mix", "run", *script, *kind], cwd=folder, check=True)
    head, lines = answers.read_text().split("\n", 1)
    about = json.loads(head) | {"modules": digest((folder / _PLACE).read_text())}
    place(case).write_text(json.dumps(about) + "\n" + lines)


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
    for number in sys.argv[3:]:
        record(sys.argv[1], Path(sys.argv[2]).absolute(), number)
