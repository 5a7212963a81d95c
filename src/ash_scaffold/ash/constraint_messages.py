"""The texts and fields of errors for violated constraints, as legacy changesets have them.

Ash has them once per resource, a changeset each time anew: what the first call says holds. Sources:
`Ecto.Changeset` 3.14 for the texts of Ecto, AshPostgres' data layer for what can be said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import msgspec

from ash_scaffold.ash.draft import Draft
from ash_scaffold.ash.hints import ConstraintCall, LegacyConstraint, NameMatch
from ash_scaffold.config.options import Messages
from ash_scaffold.problem import Code, Problem

# Ash has the same texts, but for rows that are left behind.
TAKEN, INVALID, EXCLUDED, ABSENT_KEY = (
    "has already been taken",
    "is invalid",
    "violates an exclusion constraint",
    "does not exist",
)
LEAVES_BEHIND = "would leave records behind"
_ASSOCIATED_ONE = "is still associated with this entry"
_ASSOCIATED_MANY = "are still associated with this entry"
DEFAULTS = frozenset(
    {TAKEN, INVALID, EXCLUDED, ABSENT_KEY, LEAVES_BEHIND, _ASSOCIATED_ONE, _ASSOCIATED_MANY}
)

UNIQUE = frozenset({ConstraintCall.UNIQUE})
CHECK = frozenset({ConstraintCall.CHECK})
EXCLUSION = frozenset({ConstraintCall.EXCLUSION})
OWN_KEY = frozenset({ConstraintCall.FOREIGN_KEY, ConstraintCall.ASSOC})
POINTING_KEY = frozenset({ConstraintCall.NO_ASSOC, ConstraintCall.FOREIGN_KEY})


class Said(msgspec.Struct, frozen=True):
    """The error of a violation: its text, None for the default, and what it is called after.

    `field` is an attribute, or a name that is none; None where the call names the default's.
    """

    message: str | None = None
    field: str | None = None


NOTHING_SAID = Said()


class ConstraintMessages:
    """What legacy changesets say on the constraints of one table's resource.

    `mode` decides the texts where they say none; None means Ecto's where there is a legacy schema.
    """

    def __init__(
        self,
        draft: Draft,
        calls: Sequence[LegacyConstraint],
        mode: Messages | None,
        *,
        legacy: bool,
    ) -> None:
        self._draft = draft
        self._calls = calls
        self._is_ecto = mode == "ecto" or (mode is None and legacy)
        self._unused: dict[tuple[str, int], Problem] = {}

    def on(self, kinds: Collection[ConstraintCall], names: Sequence[str], default: str) -> Said:
        """Return what is said on a constraint of those names; `default` is Ash's own text."""
        call = next(self._about(kinds, names), None)
        if call is None:
            return NOTHING_SAID
        message = None if call.message == default else call.message
        return Said(message, self._draft.attribute(call.column) if call.column else call.key)

    def left_behind(self, name: str, *, single: bool) -> str:
        """Return the text for rows that a delete would leave behind; `single`: at most one."""
        call = next(self._about(POINTING_KEY, (name,)), None)
        if call is not None and call.message is not None:
            return call.message
        if not self._is_ecto:
            return LEAVES_BEHIND
        if call is not None and call.call is ConstraintCall.FOREIGN_KEY:
            return ABSENT_KEY
        if call is not None:
            single = call.single
        return _ASSOCIATED_ONE if single else _ASSOCIATED_MANY

    def shadowed(self, kinds: Collection[ConstraintCall], name: str, default: str) -> None:
        """Note that Ash gives a key a text of its own, where legacy code has another."""
        call = next(self._about(kinds, (name,)), None)
        if call is not None and call.path and call.message not in (None, default):
            self._unused.setdefault(
                (call.path, call.line),
                Code.LEGACY_MESSAGE.at(
                    f"{call.path}:{call.line}",
                    f'The text "{call.message}" on {name} is a matter of actions: Ash says '
                    f'"{default}" for a key of that name, whatever a resource registers.',
                ),
            )

    def problems(self) -> Iterator[Problem]:
        """Yield the calls that another on the same constraint outweighs, and shadowed texts."""
        yield from self._unused.values()
        first: dict[tuple[str, str], LegacyConstraint] = {}
        for call in self._calls:
            kind = _KINDS[call.call]
            other = first.setdefault((kind, call.name), call)
            said = (call.message, call.column, call.key)
            if call.path and (other.message, other.column, other.key) != said:
                yield Code.LEGACY_MESSAGE.at(
                    f"{call.path}:{call.line}",
                    f"{call.call} says {_shown(call)} on {call.name}, but "
                    f"{other.path}:{other.line} says {_shown(other)}: a resource has one text, "
                    "the first.",
                )

    def _about(
        self, kinds: Collection[ConstraintCall], names: Sequence[str]
    ) -> Iterator[LegacyConstraint]:
        for call in self._calls:
            if call.call in kinds and any(_MATCHES[call.match](name, call.name) for name in names):
                yield call


def _shown(call: LegacyConstraint) -> str:
    text = "Ecto's own text" if call.message is None else f'"{call.message}"'
    return f"{text} at {call.key or call.column}"


def _found(name: str, pattern: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False


_MATCHES: Mapping[NameMatch, Callable[[str, str], bool]] = {
    NameMatch.EXACT: str.__eq__,
    NameMatch.SUFFIX: str.endswith,
    NameMatch.PREFIX: str.startswith,
    NameMatch.REGEX: _found,
}
_KINDS: Mapping[ConstraintCall, str] = {
    ConstraintCall.UNIQUE: "unique",
    ConstraintCall.CHECK: "check",
    ConstraintCall.EXCLUSION: "exclusion",
    ConstraintCall.FOREIGN_KEY: "key",
    ConstraintCall.ASSOC: "key",
    ConstraintCall.NO_ASSOC: "pointing key",
}
