"""What is proposed, as values."""

from __future__ import annotations

import msgspec

from ash_scaffold.postgres.catalog import Name


class Member(msgspec.Struct, frozen=True):
    """A table of a domain, and why it is there."""

    table: Name
    reason: str

    @property
    def pattern(self) -> str:
        """The table as the configuration names it: `users`, `billing.invoices`."""
        if self.table.schema == "public" and "." not in self.table.name:
            return self.table.name
        return f"{self.table.schema}.{self.table.name}"


class DomainProposal(msgspec.Struct, frozen=True):
    """A domain, why there should be one, and its tables by name."""

    module: str
    reason: str
    members: tuple[Member, ...]


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """`new` are entries to add to the configuration.

    `additions` are tables for domains that have an entry: it is the person's to change.
    """

    new: tuple[DomainProposal, ...] = ()
    additions: tuple[DomainProposal, ...] = ()
