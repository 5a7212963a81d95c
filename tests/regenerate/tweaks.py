"""All kinds of tweaks, and one drawn of them."""

from __future__ import annotations

from collections.abc import Sequence

from tests.elixir.merging import Dice
from tests.regenerate.column_tweaks import COLUMN_TWEAKS
from tests.regenerate.schemas import Schema
from tests.regenerate.table_tweaks import TABLE_TWEAKS
from tests.regenerate.tweak import Drawing, Tweak

TWEAKS = {**COLUMN_TWEAKS, **TABLE_TWEAKS}


def draw_tweak(dice: Dice, schema: Schema, kinds: Sequence[str] = tuple(TWEAKS)) -> Tweak:
    """Draw a tweak that the schema allows, of one of these kinds."""
    while True:
        found = TWEAKS[dice.one(kinds)](Drawing(dice, schema, dice.one(schema.tables)))
        if found is not None:
            return found
