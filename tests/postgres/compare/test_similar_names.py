"""Names that a rename makes of one another, and those of different things."""

from __future__ import annotations

import pytest

from ash_scaffold.postgres.compare.similar_names import similar_names

SIMILAR = """
email mail|state status|price price_cents|user_name username|userName user_name|qty quantity
descr description|email email_old|starts_at started_at|address adress|color colour|user_email email
note notes|country country_code|category cat|e_mail email|approved_on approved_at
"""
DIFFERENT = """
fax biography|weight mass|first_name last_name|line1 line2|active inactive|name nickname|lat lng
billing_address shipping_address|email recovery_email|enabled disabled|starts_on ends_on|a b
created_at updated_at|plan planet|typical atypical|valid_from valid_to|min_age max_age|id key
number name|width height|from form|cost post|state state_reason|sender gender
"""


def pairs(text: str) -> list[tuple[str, str]]:
    found = (pair.split() for line in text.split("\n") for pair in line.split("|") if pair)
    return [(old, new) for old, new in found]


@pytest.mark.parametrize(("old", "new"), pairs(SIMILAR))
def test_similar(old: str, new: str) -> None:
    assert similar_names(old, new, ("users",))
    assert similar_names(new, old, ("users",))


@pytest.mark.parametrize(("old", "new"), pairs(DIFFERENT))
def test_different(old: str, new: str) -> None:
    assert not similar_names(old, new, ("users",))
    assert not similar_names(new, old, ("users",))
