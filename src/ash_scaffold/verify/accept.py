"""What the configuration accepts is told as a note, and fails nothing."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ash_scaffold.config.options import Accept
from ash_scaffold.problem import Severity
from ash_scaffold.verify.finding import Finding, Kind

# What `[[accept]]` calls the option that a finding is about.
_OPTIONS = {
    Kind.TYPE: "type",
    Kind.NULLABLE: "allow_nil?",
    Kind.SOURCE: "source",
    Kind.CONSTRAINTS: "constraints",
    Kind.GENERATED: "generated?",
    Kind.WRITABLE: "writable?",
}


def with_accepted(findings: Iterable[Finding], entries: Iterable[Accept]) -> list[Finding]:
    """Return the findings, those that an entry names as notes with its reason."""
    reasons = {entry.object: entry.reason for entry in entries}
    found = []
    for each in findings:
        name = next((name for name in _names(each) if name in reasons), None)
        if name is not None:
            each = msgspec.structs.replace(
                each, severity=Severity.NOTE, todo=f"Accepted: {reasons[name]}"
            )
        found.append(each)
    return found


def _names(finding: Finding) -> list[str]:
    names = [finding.place]
    if finding.column and finding.kind in _OPTIONS:
        names.append(f"{finding.place}.{_OPTIONS[finding.kind]}")
    return names
