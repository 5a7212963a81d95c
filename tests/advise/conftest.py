"""A small mix project beside a database, and what is advised for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from ash_scaffold.advise import run
from ash_scaffold.advise.advice import AdviceReport
from ash_scaffold.advise.run import AdviseOptions, advise
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.postgres.url import URL
from ash_scaffold.session import SourceOptions

MIX = """defmodule Shop.MixProject do
  use Mix.Project
  def project, do: [app: :shop, version: "0.1.0"]
end
"""
REPO = """defmodule Shop.Repo do
  use AshPostgres.Repo, otp_app: :shop
end
"""


@pytest.fixture
def advised(
    tmp_path: Path, make_database: Callable[..., URL], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AdviceReport]:
    """Give `advised(ddl, files={}, **options) -> AdviceReport`; options are of the source.

    Without `copied=True` plans are asked of the database itself, which is a throw-away one here.
    """

    @contextmanager
    def itself(
        _found: object, _session: object, _details: object, url: URL
    ) -> Iterator[tuple[URL, frozenset[Name]]]:
        yield url, frozenset()

    def of(ddl: str, files: Mapping[str, str] | None = None, **options: object) -> AdviceReport:
        root = tmp_path / "shop"
        for path, text in {"mix.exs": MIX, "lib/shop/repo.ex": REPO, **(files or {})}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        if not options.pop("copied", False):
            monkeypatch.setattr(run, "_place_to_plan", itself)
        url = make_database(ddl)
        source = SourceOptions(
            folder=root,
            url=url.uri,
            **options,  # type: ignore[arg-type]
        )
        return advise(AdviseOptions(source=source))

    return of
