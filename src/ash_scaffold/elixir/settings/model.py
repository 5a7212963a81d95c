"""The settings as values, and the Elixir lines that say them."""

from __future__ import annotations

from typing import TypeAlias, assert_never

import msgspec

from ash_scaffold.syntax.literal import flat
from ash_scaffold.term import Atom, Module, Term


class AshDomains(msgspec.Struct, frozen=True, kw_only=True):
    """`ash_domains` of an application: what a config file has, and what it lacks."""

    app: str
    present: tuple[str, ...]
    missing: tuple[str, ...]


class ImportDeps(msgspec.Struct, frozen=True, kw_only=True):
    """`import_deps` of a `.formatter.exs`."""

    present: tuple[str, ...]
    missing: tuple[str, ...]


class UseAshRepo(msgspec.Struct, frozen=True, kw_only=True):
    """`use AshPostgres.Repo` in place of `use Ecto.Repo`, in the module `repo`."""

    repo: str
    app: str


class InstalledExtensions(msgspec.Struct, frozen=True, kw_only=True):
    """`installed_extensions/0` of the module `repo`."""

    repo: str
    present: tuple[str, ...]
    missing: tuple[str, ...]


class MigrateExtensions(msgspec.Struct, frozen=True, kw_only=True):
    """`migrate_extensions?/0` of the module `repo`: false."""

    repo: str


class MinPgVersion(msgspec.Struct, frozen=True, kw_only=True):
    """`min_pg_version/0` of the module `repo`; `major` is None while no server is known."""

    repo: str
    major: int | None


Setting: TypeAlias = (
    AshDomains | ImportDeps | UseAshRepo | InstalledExtensions | MigrateExtensions | MinPgVersion
)

_IMPLEMENTATION = "@impl true"


def items(setting: AshDomains | ImportDeps | InstalledExtensions) -> tuple[str, ...]:
    """Return what a list lacks, each element as it is written."""
    return tuple(flat(_term(setting, name)) for name in setting.missing)


def lines(setting: Setting) -> tuple[str, ...]:
    """Return the lines that a person would write for it, what is there already included."""
    match setting:
        case AshDomains():
            return (f"config {flat(Atom(setting.app))}, ash_domains: {_all(setting)}",)
        case ImportDeps():
            return (f"import_deps: {_all(setting)}",)
        case UseAshRepo():
            return (f"use AshPostgres.Repo, otp_app: {flat(Atom(setting.app))}",)
        case InstalledExtensions():
            return (_IMPLEMENTATION, f"def installed_extensions, do: {_all(setting)}")
        case MigrateExtensions():
            return (_IMPLEMENTATION, "def migrate_extensions?, do: false")
        case MinPgVersion():
            major = "…" if setting.major is None else setting.major
            version = f"%Version{{major: {major}, minor: 0, patch: 0}}"
            return (_IMPLEMENTATION, f"def min_pg_version, do: {version}")
        case _:
            assert_never(setting)


def _all(setting: AshDomains | ImportDeps | InstalledExtensions) -> str:
    return flat([_term(setting, name) for name in (*setting.present, *setting.missing)])


def _term(setting: AshDomains | ImportDeps | InstalledExtensions, name: str) -> Term:
    match setting:
        case AshDomains():
            return Module(name)
        case ImportDeps():
            return Atom(name)
        case InstalledExtensions():
            return name
