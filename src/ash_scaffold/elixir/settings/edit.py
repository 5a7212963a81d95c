"""Settings put into the source of a file by edits of byte ranges.

Nothing that a person wrote goes, save the words `Ecto.Repo` that become `AshPostgres.Repo`. What
can't be put in with certainty is left to the person.
"""

from __future__ import annotations

from typing import assert_never

from ash_scaffold.elixir.settings.config_file import put_domains
from ash_scaffold.elixir.settings.formatter_file import put_import_deps
from ash_scaffold.elixir.settings.model import (
    AshDomains,
    ImportDeps,
    InstalledExtensions,
    MigrateExtensions,
    MinPgVersion,
    Setting,
    UseAshRepo,
)
from ash_scaffold.elixir.settings.repo_file import put_extensions, put_function, put_use
from ash_scaffold.syntax.parse import parse


def put(source: bytes | None, setting: Setting) -> bytes | None:
    """Return the file with the setting in it, None where that can't be done safely.

    `source` is None for a file that isn't there; a repo is never made.
    """
    if source is not None and parse(source).fault is not None:
        return None
    after = _put(source, setting)
    return None if after is None or parse(after).fault is not None else after


def _put(source: bytes | None, setting: Setting) -> bytes | None:
    match setting:
        case AshDomains():
            return put_domains(source, setting)
        case ImportDeps():
            return put_import_deps(source, setting)
        case UseAshRepo():
            return None if source is None else put_use(source, setting)
        case InstalledExtensions():
            return None if source is None else put_extensions(source, setting)
        case MigrateExtensions():
            return None if source is None else put_function(source, setting, "migrate_extensions?")
        case MinPgVersion():
            if source is None or setting.major is None:
                return None
            return put_function(source, setting, "min_pg_version")
        case _:
            assert_never(setting)
