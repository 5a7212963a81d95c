"""What AshPostgres needs of a repo's module."""

from __future__ import annotations

from typing import TypeAlias

from ash_scaffold.elixir.merge.edits import Edit, apply
from ash_scaffold.elixir.settings.model import (
    InstalledExtensions,
    MigrateExtensions,
    MinPgVersion,
    UseAshRepo,
    items,
    lines,
)
from ash_scaffold.elixir.settings.place import extend, put_behind
from ash_scaffold.project.mix import function_clauses
from ash_scaffold.syntax.modules import ModuleDefinition, modules
from ash_scaffold.syntax.parse import Tree, parse
from ash_scaffold.term import Module

Callback: TypeAlias = InstalledExtensions | MigrateExtensions | MinPgVersion

_ECTO = "Ecto.Repo"
# The options of Ecto.Repo that AshPostgres.Repo hands on.
_HANDED_ON = frozenset({"otp_app", "adapter"})


def put_use(source: bytes, setting: UseAshRepo) -> bytes | None:
    """Put `AshPostgres.Repo` in the place of `Ecto.Repo` in the `use` of the module.

    None where an option would be lost by it, or the database is not PostgreSQL's.
    """
    tree, module = _module(source, setting.repo)
    use = module.use(_ECTO) if module is not None else None
    if module is None or use is None:
        return None
    name = use.call.args[0]
    options = {option.name: option.value for option in use.call.options}
    if tree.text(name) != _ECTO or "otp_app" not in options or not options.keys() <= _HANDED_ON:
        return None
    adapter = options.get("adapter")
    if adapter is not None and module.read(tree, adapter) != Module("Ecto.Adapters.Postgres"):
        return None
    return apply(source, [Edit(name.start_byte, name.end_byte, b"AshPostgres.Repo")])


def put_extensions(source: bytes, setting: InstalledExtensions) -> bytes | None:
    """Put extensions into the list that the function gives, or the function into the module."""
    tree, module = _module(source, setting.repo)
    if module is None:
        return None
    clauses = list(function_clauses(tree, module.body, "installed_extensions"))
    if not clauses:
        return put_function(source, setting, "installed_extensions")
    body = clauses[0].body
    if len(clauses) > 1 or not body:
        return None
    return extend(tree, body[-1], items(setting))


def put_function(source: bytes, setting: Callback, function: str) -> bytes | None:
    """Put a callback at the end of the module, None when it has a function of that name."""
    tree, module = _module(source, setting.repo)
    if module is None or not module.body:
        return None
    if any(True for _ in function_clauses(tree, module.body, function)):
        return None
    return put_behind(tree, module.body[-1], lines(setting))


def _module(source: bytes, name: str) -> tuple[Tree, ModuleDefinition | None]:
    tree = parse(source)
    return tree, next((module for module in modules(tree) if module.name == name), None)
