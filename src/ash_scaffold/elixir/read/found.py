"""What has been gathered of a resource while its modules are read."""

from __future__ import annotations

from collections.abc import Iterable

from ash_scaffold.ash.model import (
    Attribute,
    CheckConstraint,
    ConstraintName,
    IdentityDef,
    Path,
    Place,
    Reference,
    Relationship,
)
from ash_scaffold.term import Term

# What `use`, a macro or an extension could add to.
SECTIONS = (
    "attributes",
    "relationships",
    "identities",
    "references",
    "check_constraints",
    "unique_index_names",
    "exclusion_constraint_names",
    "foreign_key_names",
)


class Found:
    """Gathers the parts of a resource from its module and its fragments, in source order."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.read: set[str] = set()
        self.settings: dict[str, Term] = {}
        self.attributes: dict[str, Attribute] = {}
        self.defined: dict[str, Attribute] = {}
        self.relationships: dict[str, Relationship] = {}
        self.identities: dict[str, IdentityDef] = {}
        self.references: dict[str, Reference] = {}
        self.checks: dict[str, CheckConstraint] = {}
        self.constraints: dict[str, dict[str, ConstraintName]] = {}
        self.index_names: dict[str, str | None] = {}
        self.wheres: dict[str, str | None] = {}
        self.unknown: set[Path] = set()
        self.opened: set[str] = set()
        self.places: dict[Path, Place] = {}
        self.fields: set[str] = set()
        self.queries: set[str] = set()
        self.extensions: list[str] = []

    def note(self, section: str, name: str, place: Place, unknown: Iterable[str]) -> None:
        """Keep where an entity stands and which of its fields can't be known."""
        self.places[section, name] = place
        self.unknown.update((section, name, field) for field in unknown)

    def open(self, *sections: str) -> None:
        """Note that sections may hold more than what was read; all of them when none is named.

        `postgres` stands for its options, those of identities included.
        """
        self.opened.update(sections or (*SECTIONS, "postgres", "resource"))
