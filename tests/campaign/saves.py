"""An editor saves a file while a run is under way: what the person has saved is kept."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.campaign.disk import at, watch
from tests.campaign.ground import Ground, Tried, tried
from tests.campaign.oracle import wrong_refusal, wrong_run, wrong_world
from tests.campaign.projects import CASES

_EDITED = (".ex", ".exs", ".md", ".toml")


def attempt(ground: Ground, dice: Random) -> Tried:
    """Save a file, in place or by renaming, before a step; then run once more."""
    case = dice.choice(CASES)
    known = ground.known(case)
    number, renaming = dice.randint(1, max(1, known.steps)), dice.random() < 0.5
    path = dice.choice(_candidates(known.before, known.after))
    mark = f"# saved {dice.randrange(10**6)}\n" if not path.endswith(".md") else "saved by hand\n"
    saved = known.before[path][2] + f"\n{mark}".encode()
    arguments = ground.arguments(case.command, case.ddl)
    with ground.box(case) as box:
        world = box.world()
        file = box.project / path
        first = box.run(
            *arguments,
            before=lambda: watch(box.project, at(number, lambda: _save(file, saved, renaming))),
        )
        wrong = _kept(file, mark, "at once")
        meant = known.before | {path: ("file", known.before[path][1], saved)}
        if wrong or box.tree().get(path) == meant[path]:
            wrong += wrong_refusal(first, meant, box.tree())
        second = box.run(*arguments)
        return tried(
            f"{case.name}, {path} saved {'by renaming' if renaming else 'in place'} "
            f"before step {number}",
            wrong_run(first),
            wrong,
            wrong_run(second),
            _kept(file, mark, "after the next run"),
            wrong_world(box, world),
        )


def _candidates(before: dict[str, tuple[str, int, bytes]], after: object) -> list[str]:
    """Return the files that a person edits, those that the run changes more often."""
    assert isinstance(after, dict)
    files = [path for path in before if path.endswith(_EDITED) and before[path][0] == "file"]
    changed = [path for path in files if after.get(path) != before[path]]
    return [*files, *changed * 6]


def _save(file: Path, content: bytes, renaming: bool) -> None:
    file.parent.mkdir(exist_ok=True)
    if renaming:
        draft = file.with_name(f".{file.name}.swp")
        draft.write_bytes(content)
        if file.exists():
            draft.chmod(file.stat().st_mode)
        draft.rename(file)
    else:
        file.write_bytes(content)


def _kept(file: Path, mark: str, when: str) -> list[str]:
    if file.is_file() and mark.encode() in file.read_bytes():
        return []
    return [f"what was saved in {file.name} is gone {when}"]
