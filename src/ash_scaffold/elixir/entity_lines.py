"""The form in which generated text is kept: one entity after another, each as lines."""

from __future__ import annotations

import msgspec


class EntityLines(msgspec.Struct, frozen=True):
    """A generated entity as lines, without the indent of its section.

    `section` names the sections it is in (`postgres/references`; "" for the module itself),
    `object` is its identity within.
    """

    section: str
    object: str
    lines: tuple[str, ...]
