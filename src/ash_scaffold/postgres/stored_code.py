"""The code that a database holds: functions, views, rules, policies and triggers, as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class StoredCode(NamedTuple):
    """`advise/stored_code.sql`: a function, view, rule, policy or trigger, as `kind` says."""

    kind: str
    name: str
    text: str


def names_in_code(code: Iterable[StoredCode]) -> frozenset[str]:
    """Return every word that the code holds, which may be names."""
    return frozenset(word for each in code for word in re.findall(r"\w+", each.text))
