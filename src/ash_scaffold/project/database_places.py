"""Where a project says that its schema is: dumps of its repo, and its database on a laptop.

What is found is shown to a person, who decides; no command reads from it by itself.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from urllib.parse import quote

import msgspec

from ash_scaffold.project.migrations import literal_settings
from ash_scaffold.project.mix_project import Project

_DUMP = "structure.sql"  # `mix ecto.dump`, where nothing else is said
_DEVELOPMENT = "dev.exs"


class DatabasePlaces(msgspec.Struct, frozen=True):
    """`dumps` are paths from the root; `url` is what `config/dev.exs` says, without a password."""

    dumps: tuple[str, ...] = ()
    url: str = ""


def database_places(project: Project, repo: str | None) -> DatabasePlaces:
    """Return the dumps below the application's `priv`, and the database for development."""
    priv = project.app_root / "priv"
    dumps = sorted(path for path in priv.glob(f"*/{_DUMP}") if path.is_file())
    return DatabasePlaces(
        tuple(path.relative_to(project.root).as_posix() for path in dumps),
        "" if repo is None else _url(project, repo),
    )


def _url(project: Project, repo: str) -> str:
    settings = literal_settings(project, repo, _DEVELOPMENT)
    database, user = settings.get("database"), settings.get("username")
    if not isinstance(database, str):
        return ""
    host, port = settings.get("hostname", "localhost"), settings.get("port")
    who = f"{quote(user, safe='')}@" if isinstance(user, str) else ""
    where = f"{host}:{port}" if isinstance(port, int) else f"{host}"
    return f"postgres://{who}{where}/{quote(database, safe='')}"


def how_to_name_it(project: Project, repo: str | None, folder: Path) -> str:
    """Return the options that name what the project has, for a sentence; "" where it has nothing.

    `folder` is where the command is called: options name files from there.
    """
    places = database_places(project, repo)
    dumps = (how_from(folder, project.root / path) for path in places.dumps)
    ways = [f"--dump {shlex.quote(dump)}" for dump in dumps]
    if places.url:
        ways.append(f"--url {shlex.quote(places.url)} (config/{_DEVELOPMENT}, but for a password)")
    return " or ".join(ways)


def how_from(folder: Path, path: Path) -> str:
    """Return how a path is named in a folder: relative where it is below it."""
    try:
        return path.relative_to(folder.absolute()).as_posix()
    except ValueError:
        return str(path)
