"""Whether two names may be an old and a new name of one object.

The rule is narrow: a wrong answer gives a new column the attribute of a dropped one, a missing
answer costs one line of configuration.
"""

from __future__ import annotations

import re
from collections.abc import Collection

# The words that a rename adds or drops without a change of meaning.
_NEUTRAL = frozenset(
    """
    a an the of is has as at on in by for
    id uuid key ref code no num nr number count cnt qty cents amount value val
    date datetime time timestamp ts text txt string str flag bool json data field col column
    address name label
    old legacy deprecated obsolete unused
    """.split()
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
# Of these one may stand for another: `approved_on` and `approved_at`.
_MOMENT = frozenset({"at", "on", "date", "time", "datetime", "timestamp", "ts"})
# The least length of a word in which one letter may differ, and two.
_ONE_LETTER, _TWO_LETTERS = 5, 9


def similar_names(old: str, new: str, context: Collection[str] = ()) -> bool:
    """Return whether the names have the same words.

    Words may differ by number, by a letter or two, or by being abbreviated; neutral ones (`id`,
    `name`, `old`, and those of `context`, the name of the table) may be added or dropped. Digits
    have to be the same: `line1` and `line2` are two things.
    """
    ours, theirs = _words(old), _words(new)
    if not ours or not theirs:
        return False
    if "".join(ours) == "".join(theirs):
        return True
    neutral = _NEUTRAL | {
        form for name in context for word in _words(name) for form in _forms(word)
    }
    left = list(theirs)
    unmatched = []
    for word in ours:
        match = next((other for other in left if _same(word, other)), None)
        if match is None:
            unmatched.append(word)
        else:
            left.remove(match)
    if len(unmatched) == len(ours) and len(left) == len(theirs):
        return _same("".join(ours), "".join(theirs))
    if unmatched and left:
        return _MOMENT.issuperset((*unmatched, *left))
    return all(word in neutral for word in (*unmatched, *left))


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _forms(word: str) -> tuple[str, ...]:
    return (word, _singular(word))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    if one.isdigit() or other.isdigit():
        return False
    one, other = sorted((_singular(one), _singular(other)), key=len)
    return one == other or _abbreviates(one, other) or _misspelt(one, other)


def _abbreviates(short: str, long: str) -> bool:
    """`desc` of `description`, `qty` of `quantity`; `state` beside `status`."""
    if short[0] != long[0] or len(short) < 3:
        return False
    if long.startswith(short):
        return 4 * len(long) >= 7 * len(short) or long[len(short) :] in ("d", "ed", "ing")
    if len(long) >= 2 * len(short) and not set(short) & set("aeiou"):
        letters = iter(long)
        return short[-1] == long[-1] and all(letter in letters for letter in short)
    pairs = zip(short, long, strict=False)
    common = next((at for at, (a, b) in enumerate(pairs) if a != b), len(short))
    return common >= 4 and 3 * common >= 2 * len(long)


def _misspelt(short: str, long: str) -> bool:
    if long == f"e{short}":
        return True
    if short[0] != long[0] or len(short) < _ONE_LETTER:
        return False
    return _distance(short, long) <= (2 if len(short) >= _TWO_LETTERS else 1)


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
