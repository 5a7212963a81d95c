"""A mix project for the job, without the command line around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest
from tests.generate.running import Shop

from ash_scaffold.postgres.url import URL

Write = Callable[[Mapping[str, str]], Path]
MIX = "defmodule Shop.MixProject do\n  def project, do: [app: :shop]\nend\n"
REPO = "defmodule Shop.Repo do\n  use AshPostgres.Repo, otp_app: :shop\nend\n"
FORMATTER = "[import_deps: [:ash, :ash_postgres]]\n"


class MakeShop(Protocol):
    def __call__(self, ddl: str, files: Mapping[str, str] = ...) -> Shop: ...


@pytest.fixture
def make_project(tmp_path: Path) -> Write:
    """Give `make_project(files) -> Path`: a project with a repo, and those files."""

    def make(files: Mapping[str, str]) -> Path:
        root = tmp_path / "shop"
        for path, text in {"mix.exs": MIX, "lib/shop/repo.ex": REPO, **files}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return root

    return make


@pytest.fixture
def make_shop(make_project: Write, make_database: Callable[..., URL]) -> MakeShop:
    """Give `make_shop(ddl, files={}) -> Shop`: a project and its database, nothing generated."""

    def make(ddl: str, files: Mapping[str, str] | None = None) -> Shop:
        url = make_database(ddl)
        root = make_project({".formatter.exs": FORMATTER, **(files or {})})
        return Shop(root, url.uri)

    return make
