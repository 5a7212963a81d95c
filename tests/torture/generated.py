"""What the torture schema gives, as files; `python -m tests.torture.refresh` writes them anew."""

from __future__ import annotations

from pathlib import Path

from tests.support import Output, generate
from tests.torture.servers import HERE

from ash_scaffold.ash.naming import module_path
from ash_scaffold.postgres.catalog import Database

GOLDEN = HERE / "golden"
REPORT = GOLDEN / "report.txt"
DOMAIN = "App.Torture"


def torture(database: Database) -> Output:
    """Plan and render one domain with every table of the database."""
    return generate(database, domain=DOMAIN)


def files(output: Output) -> dict[Path, str]:
    """Return the golden files: one for each module, and the report."""
    modules = {GOLDEN / module_path(name): text for name, text in output.modules.items()}
    return {**modules, REPORT: report(output)}


def report(output: Output) -> str:
    """Write every problem as three lines, as the terminal would show them."""
    blocks = []
    for problem in output.plan.problems:
        place = f"{problem.severity} [{problem.code}] {problem.where}"
        blocks.append(f"{place}\n  {problem.what}\n  {problem.todo}\n")
    return "".join(blocks)
