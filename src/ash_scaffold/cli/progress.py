"""A progress bar for runs that take long; short ones show none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PHASES = 5


@contextmanager
def progress(*, enabled: bool) -> Iterator[Callable[[str], None]]:
    """Give a function to be told each phase; it draws on standard error when enabled."""
    if not enabled:
        yield lambda _phase: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=_PHASES)

        def say(phase: str) -> None:
            bar.update(task, description=phase, advance=1)

        yield say
