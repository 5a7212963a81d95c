"""A project with legacy code beside its database."""

from __future__ import annotations

from tests.generate.conftest import make_project, make_shop

__all__ = ["make_project", "make_shop"]
