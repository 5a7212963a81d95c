"""Snapshots and files of one machine, edited by hand or damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.campaign.ground import URL_OPTION, Ground, Tried, command_of, tried
from tests.campaign.oracle import changes, wrong_refusal, wrong_run, wrong_world
from tests.campaign.projects import AGAIN, DDL, FEWER, LATER, generated

_PATHS = (
    *("mix.exs", "notes.txt", "lib/shop/repo.ex", "lib/shop/accounts/customer.ex", ".gitignore"),
    *("../other/lib/other.ex", "/etc/hostname", "config/config.exs", "lib/../mix.exs", "", "lib"),
    *("priv/ash_scaffold/.write/journal", "lib/\0.ex", "lib/\u202e.ex", "a" * 5000),
)
_VALUES: tuple[object, ...] = (
    *(None, True, -1, 10**400, 1e308, "", "\0", "x" * 10**6, [], {}, [[]], {"": {}}, "é\ud800"),
    *("#{Canary.run()}", "System.halt()", "../../x", ["a", "a"], "Elixir.System", "\u202e"),
)
_COMMANDS = (
    (AGAIN, DDL),
    ((*AGAIN, "--prune"), FEWER),
    ((*AGAIN, "--refresh-style"), LATER),
    ((*AGAIN, "--layout", "fragment"), LATER),
    (("check", "--url", URL_OPTION), DDL),
    (("check", "--hand-over", "--format", "json", "--url", URL_OPTION), LATER),
    (("document", "--url", URL_OPTION), DDL),
    (("doctor", "--url", URL_OPTION), DDL),
)


def attempt(ground: Ground, dice: Random) -> Tried:
    """Damage one or two of the files, and run: nobody's file is touched."""
    command, ddl = dice.choice(_COMMANDS)
    known = ground.known(generated)
    with ground.box(generated) as box:
        stored = sorted(path for path in known.before if path.endswith(".json"))
        done = []
        for path in dice.sample(stored, dice.randint(1, 2)):
            name, change = dice.choice(_CHANGES)
            file = box.project / path
            file.write_bytes(change(file.read_bytes(), dice))
            done.append(f"{path} {name}")
        before, world = box.tree(), box.world()
        ran = box.run(*ground.arguments(command, ddl))
        after = box.tree()
        return tried(
            f"{' and '.join(done)}, {command_of(ran)}",
            wrong_run(ran),
            wrong_refusal(ran, before, after),
            _touched(before, after),
            wrong_world(box, world),
        )


def _touched(before: Any, after: Any) -> list[str]:
    """Return what is wrong of the files that no run of the tool has made."""
    nobody = {
        path: each
        for path, each in before.items()
        if not path.startswith(("lib/shop/sales", "lib/shop/types", "priv", "docs"))
    }
    same = {path: after.get(path) for path in nobody}
    return [f"a person's file: {each}" for each in changes(nobody, same)]


def _truncated(content: bytes, dice: Random) -> bytes:
    return content[: dice.randrange(len(content))]


def _flipped(content: bytes, dice: Random) -> bytes:
    found = bytearray(content)
    for _ in range(dice.randint(1, 5)):
        found[dice.randrange(len(found))] = dice.randrange(256)
    return bytes(found)


def _deep(_content: bytes, dice: Random) -> bytes:
    depth = dice.choice([1000, 100_000, 2_000_000])
    return dice.choice([b"[" * depth, b'{"a":' * depth, b'{"version": 1, "x": ' + b"[" * depth])


def _other_path(content: bytes, dice: Random) -> bytes:
    document = json.loads(content)
    if "path" in document:
        document["path"] = dice.choice(_PATHS)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _other_value(content: bytes, dice: Random) -> bytes:
    document = json.loads(content)
    for _ in range(dice.randint(1, 3)):
        holder, key = _place(document, dice)
        holder[key] = dice.choice(_VALUES)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _place(document: Any, dice: Random) -> tuple[Any, Any]:
    """Return an object or list at any depth, and a key of it."""
    holder = document
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = dice.choice(keys)
        inner = holder[key]
        if not isinstance(inner, (dict, list)) or not inner or dice.random() < 0.3:
            return holder, key
        holder = inner


_CHANGES: tuple[tuple[str, Callable[[bytes, Random], bytes]], ...] = (
    ("cut off", _truncated),
    ("with flipped bytes", _flipped),
    ("too deep", _deep),
    ("with another path", _other_path),
    ("with another path", _other_path),
    ("with other values", _other_value),
    ("with other values", _other_value),
    ("with other values", _other_value),
)
