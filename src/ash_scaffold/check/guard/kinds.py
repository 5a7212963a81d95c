"""What the guard tells of."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Every kind of finding of the guard. The value is what users see."""

    MIGRATES = "resource migrates"
    ASH_MIGRATION = "migration by Ash"
    ASH_SNAPSHOT = "snapshot by Ash"
    PENDING_MIGRATION = "migration newer than the dump"
    MIGRATES_EXTENSIONS = "repo migrates extensions"
    SEVERAL_RESOURCES = "several resources"
    NO_RESOURCE = "no resource"
    NO_TABLE = "no table"
    UNPARSED = "file unreadable"
    LEGACY_TYPE = "legacy type differs"
