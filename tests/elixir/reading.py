"""Helpers of the tests that read resources."""

from __future__ import annotations

from textwrap import dedent, indent

from ash_scaffold.ash.model import ReadResource
from ash_scaffold.elixir.read import Source, read_resource, read_resources


def resource(body: str, module: str = "App.Post", table: str = "posts") -> str:
    """Write a resource's module that is pinned to a table and has more sections."""
    return (
        f"defmodule {module} do\n"
        "  use Ash.Resource, domain: App.Blog, data_layer: AshPostgres.DataLayer\n\n"
        f'  postgres do\n    table "{table}"\n    repo App.Repo\n    migrate? false\n  end\n\n'
        f"{indent(dedent(body).strip(), '  ')}\n"
        "end\n"
    )


def read(text: str, module: str = "App.Post") -> ReadResource:
    """Read one module of a file `lib/post.ex`."""
    return read_resource([Source("lib/post.ex", dedent(text).encode())], module)


def read_all(*texts: str, modules: tuple[str, ...]) -> dict[str, ReadResource]:
    """Read modules from several files, `lib/1.ex` and so on."""
    sources = [
        Source(f"lib/{number}.ex", dedent(text).encode()) for number, text in enumerate(texts, 1)
    ]
    return read_resources(sources, modules)
