"""The versions of packages that generated code needs, feature by feature: one table."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from ash_scaffold.ash.model import Resource
from ash_scaffold.term import Atom, Module, Term

Version: TypeAlias = tuple[int, int, int]
"""Major, minor, patch."""


class Feature(StrEnum):
    """A part of the generated code that asks for more than any other."""

    RESOURCE = "any resource"
    RANGE = "attributes of the type :range"


class Requirement(msgspec.Struct, frozen=True):
    """The least version of a package that a feature needs, and what happens with an older one."""

    feature: Feature
    package: str
    least: Version
    why: str

    @property
    def constraint(self) -> str:
        """The requirement as mix.exs has it."""
        major, minor, patch = self.least
        return f"~> {major}.{minor}" if patch == 0 else f"~> {major}.{minor} and >= {self.version}"

    @property
    def version(self) -> str:
        """The least version as text, without a patch level of 0."""
        return ".".join(map(str, self.least if self.least[2] else self.least[:2]))


REQUIREMENTS = (
    Requirement(
        Feature.RESOURCE, "ash", (3, 32, 0), "what is generated is not tried on older versions"
    ),
    Requirement(
        Feature.RESOURCE,
        "ash_postgres",
        (2, 12, 0),
        "what is generated is not tried on older versions",
    ),
    Requirement(Feature.RANGE, "ash", (3, 32, 0), "the type is new in it"),
    Requirement(
        Feature.RANGE,
        "ash_postgres",
        (2, 13, 0),
        "with an older one every read of a row whose range is not NULL fails",
    ),
)


class TenancyFix(msgspec.Struct, frozen=True):
    """The version of a package from which on a fault that concerns tenants is mended."""

    package: str
    fixed: Version
    advisory: str
    fault: str = ""

    @property
    def version(self) -> str:
        """The version as text."""
        return ".".join(map(str, self.fixed))


# The fault of the first was seen on ash 3.32; what the others are is in the advisories.
TENANCY_FIXES = (
    TenancyFix(
        "ash",
        (3, 37, 2),
        "CVE-2026-96581",
        "an upsert by the primary key, or by an identity over all_tenants?, writes another "
        "tenant's row",
    ),
    TenancyFix("ash_postgres", (2, 13, 0), "CVE-2026-78699"),
    TenancyFix("ash_postgres", (2, 15, 2), "CVE-2026-115635"),
)

# Upserts as MERGE, which a concurrent insert makes fail with a unique violation: sent by these
# versions of ash_postgres if min_pg_version is at least this (ash_postgres issue 844).
MERGE_VERSIONS: tuple[Version, Version] = ((2, 10, 0), (2, 13, 0))
MERGE_FIXED = "2.13.1"
MERGE_SERVER = 17

_SHOWN = 3
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_LOWER_BOUND = re.compile(r"(?:~>|>=|==)\s*(\d+)\.(\d+)(?:\.(\d+))?")


class UsedRequirement(msgspec.Struct, frozen=True):
    """A requirement, and the columns (`table.column`) that bring it; none for any resource."""

    requirement: Requirement
    columns: tuple[str, ...] = ()


def requirements_of(resources: Iterable[Resource]) -> tuple[UsedRequirement, ...]:
    """Return what the resources need: of each package the highest version, with its reason."""
    ranges = [
        f"{resource.table}.{attribute.column}"
        for resource in resources
        for attribute in resource.attributes
        if _has_range(attribute.type)
    ]
    return requirements_with({Feature.RANGE: ranges})


def requirements_with(
    columns: Mapping[Feature, Collection[str]],
) -> tuple[UsedRequirement, ...]:
    """Return what resources need in which columns (`table.column`) have features."""
    found: dict[str, UsedRequirement] = {}
    for each in REQUIREMENTS:
        having = tuple(sorted(columns.get(each.feature, ())))
        before = found.get(each.package)
        if before is None or (having and each.least > before.requirement.least):
            found[each.package] = UsedRequirement(each, having)
    return tuple(found.values())


def named(columns: tuple[str, ...]) -> str:
    """Return the first columns, and how many more there are."""
    shown, more = ", ".join(columns[:_SHOWN]), len(columns) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _has_range(type_: Term) -> bool:
    if isinstance(type_, tuple | list):
        return any(_has_range(item) for item in type_)
    return type_ in (Atom("range"), Module("Ash.Type.Range"))


def parse_version(text: str) -> Version | None:
    """Return the numbers of a version; a pre-release counts as the one before it."""
    found = _VERSION.match(text)
    if found is None:
        return None
    version = (int(found[1]), int(found[2]), int(found[3] or 0))
    return _before(version) if "-" in text else version


def _before(version: Version) -> Version:
    major, minor, patch = version
    if patch:
        return major, minor, patch - 1
    return (major, minor - 1, 999) if minor else (major - 1, 999, 999)


def lower_bound(requirement: str) -> Version | None:
    """Return the least version that a requirement of mix.exs admits; None where it has no bound.

    Of alternatives (`or`) it is the least.
    """
    least = []
    for alternative in re.split(r"\bor\b", requirement):
        bounds = [
            (int(found[1]), int(found[2]), int(found[3] or 0))
            for found in _LOWER_BOUND.finditer(alternative)
        ]
        if not bounds:
            return None
        least.append(max(bounds))
    return min(least, default=None)
