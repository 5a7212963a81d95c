"""A project with changesets in its legacy code, beside its database."""

from __future__ import annotations

import pytest
from tests.actions.acting import DDL, LEGACY, acting_shop
from tests.generate.conftest import MakeShop, make_project, make_shop
from tests.generate.running import Shop

__all__ = ["make_project", "make_shop", "shop"]


@pytest.fixture
def shop(make_shop: MakeShop) -> Shop:
    """The project with its resources, and no actions yet."""
    return acting_shop(make_shop(DDL, LEGACY))
