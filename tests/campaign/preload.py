"""Imports all that a run may import, so that a fork of this process has it already."""

from __future__ import annotations

import gc
import importlib
import pkgutil

import ash_scaffold

_LIBRARIES = (
    "jinja2.sandbox psycopg psycopg_binary rich.box rich.console rich.progress rich.table "
    "rich.text sqlalchemy.dialects.postgresql.psycopg sqlglot.dialects.postgres tomlkit tomllib "
    "tree_sitter_elixir difflib typer"
).split()


def everything() -> None:
    """Import it, and keep the collector of garbage from writing into what all forks share."""
    for library in _LIBRARIES:
        importlib.import_module(library)
    for module in pkgutil.walk_packages(ash_scaffold.__path__, "ash_scaffold."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()
