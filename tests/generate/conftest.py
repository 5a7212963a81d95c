"""A mix project for the job, without the command line around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Write = Callable[[Mapping[str, str]], Path]
MIX = "defmodule Shop.MixProject do\n  def project, do: [app: :shop]\nend\n"
REPO = "defmodule Shop.Repo do\n  use AshPostgres.Repo, otp_app: :shop\nend\n"


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
