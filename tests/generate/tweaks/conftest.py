"""One tweak of a database after another, and what a regenerate makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import FORMATTED, Done, Shop, rests

Edit = Callable[[Shop], None]


class Tweak(Protocol):
    def __call__(
        self, ddl: str, tweak: str, edit: Edit | None = ..., files: Mapping[str, str] = ...
    ) -> Done: ...


@pytest.fixture(params=FORMATTED)
def tweak(make_shop: MakeShop, request: pytest.FixtureRequest) -> Tweak:
    """Give `tweak(ddl, tweak, edit=None, files={}) -> Done`.

    The project is generated from the DDL, edited, the tweak done, and the project regenerated; a
    third run must find nothing to do. With `mix format` and without it that is the same.
    """

    def run(
        ddl: str, tweak: str, edit: Edit | None = None, files: Mapping[str, str] | None = None
    ) -> Done:
        made = make_shop(ddl, files or {})
        shop = msgspec.structs.replace(made, use_formatter=request.param)
        assert shop.run().errors == []
        if edit is not None:
            edit(shop)
        shop.sql(tweak)
        done = shop.run()
        rests(shop, done)
        return done

    return run
