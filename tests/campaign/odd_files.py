"""Files that are none: devices, FIFOs, folders, links in circles, gigabytes, no UTF-8."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.campaign.ground import URL_OPTION, Ground, Tried, command_of, tried
from tests.campaign.oracle import wrong_refusal, wrong_run, wrong_world
from tests.campaign.projects import AGAIN, DDL, FEWER, LATER, generated

_HUGE = 6 << 30  # bytes, of which none is on the disk
_TIMEOUT = 30.0  # seconds: whoever waits for a FIFO waits for ever
_PLACES = (
    *("lib/shop/odd.ex", "lib/shop/repo.ex", "lib/shop/accounts/customer.ex", "mix.exs"),
    *("lib/shop/sales/order.ex", "lib/shop/sales.ex", "mix.lock", "config/config.exs"),
    *("config/runtime.exs", ".formatter.exs", "ash_scaffold.toml", "docs/database_schema.md"),
    *("priv/ash_scaffold/public.orders.json", "priv/ash_scaffold/public.odd.json"),
    *("priv/ash_scaffold/.write/journal", "priv/ash_scaffold/.local/.gitignore", ".gitignore"),
    *("priv/repo/migrations/1_odd.exs", "priv/ash_scaffold", "priv/ash_scaffold/.write", "lib"),
    *("priv/ash_scaffold/.local", "odd.sql", "templates/resource.ex.j2", "page.html", "config"),
    *("priv/resource_snapshots/repo/orders/1.json", "lib/shop/\udcff.ex", "\udcfe/odd.ex"),
)
_COMMANDS = (
    (AGAIN, LATER),
    ((*AGAIN, "--prune"), FEWER),
    ((*AGAIN, "--templates", "templates"), LATER),
    (("check", "--url", URL_OPTION), DDL),
    (("check", "--hand-over", "--format", "json", "--url", URL_OPTION), DDL),
    (("document", "--url", URL_OPTION), DDL),
    (("document", "--html", "page.html", "--url", URL_OPTION), DDL),
    (("doctor", "--fix", "--url", URL_OPTION), DDL),
    (("init", "--url", URL_OPTION), DDL),
    (("inspect", "--usage", "--url", URL_OPTION), DDL),
    (("check", "--dump", "odd.sql"), DDL),
    (("check", "--dump", "lib/shop/odd.ex"), DDL),
)


def attempt(ground: Ground, dice: Random) -> Tried:
    """Put one in the place of a file that is read or written: the run says so, and ends."""
    command, ddl = dice.choice(_COMMANDS)
    place, (name, make) = dice.choice(_PLACES), dice.choice(_KINDS)
    with ground.box(generated) as box:
        target = box.project / place
        _clear(target)
        if not target.parent.is_dir():
            target.parent.unlink(missing_ok=True)
            target.parent.mkdir(parents=True)
        make(target)
        before, world = box.tree(), box.world()
        ran = box.start(*ground.arguments(command, ddl)).end(_TIMEOUT)
        after = box.tree()
        return tried(
            f"{place!a} as {name}, {command_of(ran)}",
            wrong_run(ran),
            wrong_refusal(ran, before, after),
            []
            if before[place] == after.get(place) or name in _ORDINARY
            else [f"{place!a} changed"],
            wrong_world(box, world),
        )


def _clear(target: Path) -> None:
    import shutil

    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)


def _huge(target: Path) -> None:
    target.touch()
    os.truncate(target, _HUGE)


def _in_folder(target: Path) -> None:
    target.mkdir()
    (target / "inside.ex").write_text("defmodule Inside do\nend\n")


def _link(to: str) -> Callable[[Path], None]:
    return lambda target: target.symlink_to(to)


_ORDINARY = ("an empty file", "a file with null bytes", "a file that is no UTF-8")
_KINDS: tuple[tuple[str, Callable[[Path], object]], ...] = (
    ("a FIFO", os.mkfifo),
    ("a link to /dev/zero", _link("/dev/zero")),
    ("a link to /dev/stdin", _link("/dev/stdin")),
    ("a link to itself", lambda target: target.symlink_to(target)),
    ("a link to nothing", _link("nowhere/at/all")),
    ("a link out of the project", _link("/etc/hostname")),
    ("a link to the folder above", _link("..")),
    ("a folder", _in_folder),
    ("a file of 6 GB", _huge),
    ("an empty file", Path.touch),
    ("a file with null bytes", lambda target: target.write_bytes(b"defmodule A do\0end\n")),
    ("a file that is no UTF-8", lambda target: target.write_bytes(b"defmodule \xff\xfe do\nend\n")),
)
