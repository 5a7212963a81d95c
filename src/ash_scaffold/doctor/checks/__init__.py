"""The checks, one module per group: each judges facts and looks at nothing itself."""

from __future__ import annotations

from ash_scaffold.doctor.checks.elixir import elixir_checks
from ash_scaffold.doctor.checks.postgres import postgres_checks
from ash_scaffold.doctor.checks.project import project_checks
from ash_scaffold.doctor.checks.repo import repo_checks
from ash_scaffold.doctor.checks.snapshots import snapshot_checks
from ash_scaffold.doctor.facts import Facts
from ash_scaffold.doctor.model import Check


def checks(facts: Facts) -> tuple[Check, ...]:
    """Judge everything, in the order in which it is shown."""
    return (
        *elixir_checks(facts),
        *project_checks(facts),
        *repo_checks(facts),
        *snapshot_checks(facts),
        *postgres_checks(facts),
    )
