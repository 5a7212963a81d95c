"""What the configuration accepts."""

from __future__ import annotations

from collections.abc import Iterable

from ash_scaffold.check.finding import Accepted, Finding
from ash_scaffold.config.options import Accept


def sort_out(
    findings: Iterable[Finding], entries: Iterable[Accept]
) -> tuple[tuple[Finding, ...], tuple[Accepted, ...]]:
    """Part what is to be told from what is accepted, both in order; the same is told once."""
    reasons = {entry.object: entry.reason for entry in entries}
    left: list[Finding] = []
    accepted: list[Accepted] = []
    for finding in sorted(dict.fromkeys(findings), key=Finding.sort_key):
        name = next((name for name in finding.accept if name in reasons), None)
        if name is None:
            left.append(finding)
        else:
            accepted.append(Accepted(finding=finding, object=name, reason=reasons[name]))
    return tuple(left), tuple(accepted)
