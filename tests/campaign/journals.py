"""Journals that no run of the tool has left, in the place where it would leave one."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from tests.campaign.box import Box, Tree
from tests.campaign.disk import killing, watch
from tests.campaign.ground import URL_OPTION, Case, Ground, Tried, command_of, tried
from tests.campaign.oracle import wrong_files, wrong_run, wrong_world
from tests.campaign.projects import AGAIN, DDL, LATER, generated

_FOLDER = "priv/ash_scaffold/.write"
_JOURNAL = f"{_FOLDER}/journal"
_PATHS = (
    *("../other/lib/other.ex", "../../outside/precious.ex", "../../outside/new.ex", "link/new.ex"),
    *("link/precious.ex", "notes.txt", "mix.exs", "lib/shop/evil.ex", ".git/hooks/pre-commit"),
    *("lib/../../other/mix.exs", "", ".", "a\0b", "priv/ash_scaffold/.write/journal", "lib"),
)
_COMMANDS = (AGAIN, AGAIN, ("document", "--url", URL_OPTION), ("init", "--url", URL_OPTION))
_CHECK = ("check", "--url", URL_OPTION)


def attempt(ground: Ground, dice: Random) -> Tried:
    """Forge a journal from nothing or from a true one: it is refused, or changes nothing else."""
    case = msgspec.structs.replace(generated, ddl=LATER)
    with ground.box(case) as box:
        (box.project / "link").symlink_to(box.outside)
        what = _forge(ground, box, case, dice)
        before, world = box.tree(), box.world()
        ran = box.run(*ground.arguments(dice.choice(_COMMANDS), DDL))
        wrong = wrong_run(ran) + _believed(before, box.tree())
        if ran.code == 2:
            wrong += wrong_files(box.tree(), before)
        # The way out that the message names: it must be one.
        said = "journal" in ran.err or "interrupted" in ran.err
        if ran.code == 2 and not said:
            wrong.append(f"refused for another reason: {ran.err.strip()[:200]}")
        check = box.run(*ground.arguments(_CHECK, DDL))
        return tried(f"{what}, {command_of(ran)}", wrong, wrong_run(check), wrong_world(box, world))


def _forge(ground: Ground, box: Box, case: Case, dice: Random) -> str:
    file = box.project / _JOURNAL
    way = dice.choice(["forged", "forged", "forged", "bytes", "link", "folder", "altered"])
    if way == "altered":
        return _alter(ground, box, case, dice)
    file.parent.mkdir(parents=True)
    if way == "bytes":
        file.write_bytes(dice.choice([b"", b"\xc1", b"[" * 10**6, b"\x91" * 10**6, b"{}"]))
    elif way == "link":
        file.symlink_to(dice.choice([box.outside / "private.txt", Path("/dev/zero"), file]))
    elif way == "folder":
        file.mkdir()
    else:
        paths = dice.sample(_PATHS, dice.randint(1, 3))
        entries = [_entry(box, path, dice) for path in paths]
        file.write_bytes(msgspec.msgpack.encode(entries))
        if dice.random() < 0.4:
            (file.parent / "undo").touch()
        return f"a journal of {', '.join(map(repr, paths))}"
    return f"a journal: {way}"


def _entry(box: Box, path: str, dice: Random) -> dict[str, Any]:
    """Return an entry that a reader without suspicion would follow."""
    target = box.project / path.replace("\0", "")
    before = target.read_bytes() if target.is_file() else None
    after = dice.choice([None, b'File.touch!("canary")\n'])
    if dice.random() < 0.3:
        before, after = after, before
    return {
        "path": path,
        "before": before,
        "after": after,
        "mode": dice.choice([None, 0o644, 0o4777]),
        "uid": os.getuid(),
        "gid": os.getgid(),
        "folders": dice.choice([(), ("../new",), ("lib",)]),
    }


def _alter(ground: Ground, box: Box, case: Case, dice: Random) -> str:
    """Kill a run while its journal stands, and change a byte or a path of that."""
    file = box.project / _JOURNAL
    arguments = ground.arguments(case.command, case.ddl)
    for number in range(dice.randint(15, 25), 60):
        box.run(*arguments, before=partial(watch, box.project, killing(number)))
        if file.is_file():
            break
    if not file.is_file():
        return "no journal was left"
    content = bytearray(file.read_bytes())
    if dice.random() < 0.5:
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        file.write_bytes(content)
        return "a true journal with a flipped bit"
    file.write_bytes(bytes(content).replace(b"lib/shop/sales/order.ex", b"lib/shop/sales/ord.exs"))
    return "a true journal with another path"


def _believed(before: Tree, after: Tree) -> list[str]:
    """Return what is wrong of files that only the journal names."""
    named = ("notes.txt", "mix.exs", "lib/shop/evil.ex", ".git/hooks/pre-commit")
    changed = [path for path in named if before.get(path) != after.get(path)]
    return [
        *(f"{path}, which the journal names, was changed" for path in changed),
        *(
            f"{path} has the mode of the journal"
            for path, each in after.items()
            if each[0] == "file" and each[1] & 0o6000
        ),
    ]
