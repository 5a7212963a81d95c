"""Lets Ash write its own snapshots: `mix ash_postgres.generate_migrations` in the user's project.

The generator reads and writes a copy of the snapshots in a scratch folder (`--snapshot-path`), and
writes whatever migrations it makes beside it (`--migration-path`), where nobody misses them. The
project has its new files meanwhile, and gets its old ones back: it is changed for good when all is
known, in one write. So a generator that fails leaves nothing behind, and neither does a kill.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ash_scaffold.postgres.catalog import DEFAULT_SCHEMA, Name
from ash_scaffold.problem import Code, ScaffoldError, fail
from ash_scaffold.project.mix import Mix, compile_project, run_task, scratch_folder
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.ownership import ASH_SNAPSHOTS, table_of_ash_snapshot
from ash_scaffold.project.read_state import find_repo
from ash_scaffold.project.sources import read_source
from ash_scaffold.project.write import Lock, provisional

_TASK = "ash_postgres.generate_migrations"
COMMANDS = (f"mix {_TASK} --snapshots-only", "mix ash.codegen --check")
_SHOWN = 12  # lines of mix


class Contents(msgspec.Struct, frozen=True):
    """Files to write, by path relative to the project, and what they have been before."""

    files: Mapping[str, bytes | None]
    expected: Mapping[str, bytes | None] = {}


@contextmanager
def compiled(lock: Lock, mix: Mix, contents: Contents) -> Iterator[None]:
    """Give the project these contents for the time of the block, and compile it.

    Raises `ScaffoldError` for one that does not compile (`compile-failed`), and as `provisional`
    does.
    """
    with provisional(lock, contents.files, expected=contents.expected):
        compile_project(mix)
        yield


def ash_snapshots_of(
    mix: Mix, project: Project, repo: str, tables: Collection[Name]
) -> dict[str, bytes]:
    """Return the snapshots that Ash makes of tables of the compiled project, by path.

    Where the repo's extensions are Ash's business, its list of them is among them. Raises
    `ScaffoldError` (`cutover-failed`) where the generator fails, has other changes to make, or
    knows nothing of a table.
    """
    priv = f"{_app_of(project, repo)}/priv/{ASH_SNAPSHOTS}".lstrip("/")
    before = _read(project.root / priv)
    with scratch_folder() as scratch:
        snapshots = scratch / ASH_SNAPSHOTS
        for path, content in before.items():
            (snapshots / path).parent.mkdir(parents=True, exist_ok=True)
            (snapshots / path).write_bytes(content)
        _keep_apart(snapshots, tables)
        _generate(mix, scratch, "--snapshots-only")
        after = _read(snapshots)
        made = {path: after[path] for path in after if after[path] != before.get(path)}
        _require_no_others(made, tables)
        _generate(mix, scratch, "--check")
    lacking = set(tables) - {table_of_ash_snapshot(content) for content in after.values()}
    if lacking:
        raise fail(
            Code.CUTOVER_FAILED,
            f"Ash has made no snapshot of {', '.join(map(str, sorted(lacking)))}. Nothing was "
            "written.",
            where=_TASK,
            todo="Is their domain in ash_domains, and the repo the one of their resources?",
        )
    return {f"{priv}/{path}": content for path, content in _at_one_time(made).items()}


def _app_of(project: Project, repo: str) -> str:
    """Return the path of the application that a repo is in: its `priv` holds the snapshots."""
    found = find_repo(project, repo)
    if found is None:
        return project.app.path
    around = [
        app.path for app in project.apps if not app.path or found.path.startswith(f"{app.path}/")
    ]
    return max(around, key=len, default=project.app.path)


def _read(folder: Path) -> dict[str, bytes]:
    """Read the snapshots below a folder, by path relative to it."""
    return {
        path.relative_to(folder).as_posix(): read_source(path) or b""
        for path in sorted(folder.rglob("*.json"))
    }


def _keep_apart(snapshots: Path, tables: Collection[Name]) -> None:
    """Make the folders of tables outside of `public`.

    Without one the generator takes the snapshot of a table of the same name in `public` for an
    earlier one of theirs.
    """
    snapshots.mkdir(exist_ok=True)
    for repo in [path for path in snapshots.iterdir() if path.is_dir()]:
        for table in tables:
            if table.schema != DEFAULT_SCHEMA:
                (repo / str(table)).mkdir(exist_ok=True)


def _generate(mix: Mix, scratch: Path, *options: str) -> None:
    code, output = run_task(
        mix,
        _TASK,
        *options,
        "--snapshot-path",
        str(scratch / ASH_SNAPSHOTS),
        "--migration-path",
        str(scratch / "migrations"),
        "--tenant-migration-path",
        str(scratch / "tenant_migrations"),
    )
    if code:
        lines = [line.rstrip() for line in output.splitlines() if line.strip()]
        shown = "\n".join(lines[-_SHOWN:])
        raise fail(
            Code.CUTOVER_FAILED,
            "Ash's migrations would still change something after it, or they can't be made: "
            f"mix {_TASK} {' '.join(options)} failed. Nothing was written.",
            where=_TASK,
            todo=f"The last lines that mix printed:\n{shown}" if shown else "mix printed nothing.",
        )


def _require_no_others(made: Mapping[str, bytes], tables: Collection[Name]) -> None:
    """Refuse to take changes for done that wait in resources of other tables."""
    others = sorted(
        str(table)
        for content in made.values()
        if (table := table_of_ash_snapshot(content)) is not None and table not in tables
    )
    if others:
        raise ScaffoldError(
            Code.CUTOVER_FAILED.at(
                _TASK,
                f"Ash has migrations to make for {', '.join(others)}. Nothing was written.",
                todo="Make them first: mix ash.codegen NAME",
            )
        )


def _at_one_time(made: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give all snapshots the time of the first.

    The generator counts a second on for each, so that those of many tables would be of a time to
    come, and newer than the next that it makes.
    """
    times = [Path(path).stem for path in made if Path(path).stem.isdecimal()]
    first = min(times, default="")
    return {
        (f"{Path(path).parent.as_posix()}/{first}.json" if Path(path).stem in times else path): text
        for path, text in made.items()
    }
