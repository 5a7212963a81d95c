"""What a shell completes beside commands and options: names, by the project's own files.

No database is asked and no code is run: domains and tables are those of the configuration and of
the snapshots. A shell puts what is completed into its line as it stands, where Enter would run it,
so only names that no shell takes for anything else are offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

_PLAIN = re.compile(r"\w[\w.-]*")


def completion(parameter: str) -> Callable[[str], list[str]] | None:
    """Return what completes the values of a parameter, by the name that all commands have it by."""
    names = _NAMES.get(parameter)
    if names is None:
        return None

    def complete(incomplete: str) -> list[str]:
        try:
            found = sorted(set(names()))
        except Exception:  # there is no place for a message in a line that is being typed
            return []
        return [each for each in found if each.startswith(incomplete) and _PLAIN.fullmatch(each)]

    return complete


def _domains() -> Iterator[str]:
    from ash_scaffold.config import load_config
    from ash_scaffold.project.read import find_root
    from ash_scaffold.project.snapshot import read_snapshots

    root = find_root(Path.cwd())
    yield from load_config(root).domains
    for snapshot in read_snapshots(root).values():
        if snapshot.domain:
            yield snapshot.domain.removesuffix(".Domain")


def _tables() -> Iterator[str]:
    from ash_scaffold.config import load_config
    from ash_scaffold.project.read import find_root
    from ash_scaffold.project.snapshot import read_snapshots

    root = find_root(Path.cwd())
    config = load_config(root)
    yield from config.tables
    for domain in config.domains.values():
        yield from domain.tables
    for snapshot in read_snapshots(root).values():
        if snapshot.table is not None:
            yield str(snapshot.table)


def _codes() -> Iterator[str]:
    from ash_scaffold.problem import Code

    yield from (code.value for code in Code)


_NAMES: dict[str, Callable[[], Iterable[str]]] = {
    "code": _codes,
    "domain": _domains,
    "exclude": _tables,
    "table": _tables,
}
