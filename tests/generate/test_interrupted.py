"""A run that is killed at any moment, and two runs at once."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import Shop, rests

from ash_scaffold.generate.run import write
from ash_scaffold.problem import Code, ScaffoldError
from ash_scaffold.project.write import locked

DDL = """
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint REFERENCES customers);
CREATE TABLE tags (name text PRIMARY KEY)
"""
ORDER = "lib/shop/sales/order.ex"
_WRITES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"}


@pytest.fixture
def tweaked(make_shop: MakeShop) -> Shop:
    """A project with an edited file, and a tweak that makes, merges and deletes files."""
    shop = make_shop(DDL)
    shop.run()
    shop.edit(ORDER, ("  actions do\n", "  # Mine.\n  actions do\n"))
    shop.sql(
        "DROP TABLE tags",
        "CREATE TABLE labels (name text, text text, PRIMARY KEY (name, text))",
        "ALTER TABLE orders ADD note text",
        "ALTER TABLE customers RENAME email TO mail",
    )
    return shop


def killed(shop: Shop, number: int) -> bool:
    """Run in a child that kills itself before its nth write; tell whether it came to that."""
    pid = os.fork()
    if pid == 0:
        left = [number]

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if _is_write(event, arguments) and str(shop.root) in str(arguments[0]):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        code = 1
        try:
            shop.run(prune=True)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def _is_write(event: str, arguments: tuple[object, ...]) -> bool:
    if event == "open":
        flags = arguments[2]
        return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
    return event in _WRITES


@pytest.fixture
def restored(tweaked: Shop, tmp_path: Path) -> Callable[[], None]:
    """Give a function that puts the project back to before the run."""
    kept = tmp_path / "kept"
    shutil.copytree(tweaked.root, kept)

    def restore() -> None:
        shutil.rmtree(tweaked.root)
        shutil.copytree(kept, tweaked.root)

    return restore


@pytest.mark.slow
def test_after_a_kill_before_any_write_the_next_run_ends_as_if_nothing_was(
    tweaked: Shop, restored: Callable[[], None]
) -> None:
    before = tweaked.tree(local=True)
    tweaked.run(prune=True)
    wanted = tweaked.tree(local=True)
    assert {path for path in before.keys() - wanted.keys() if path[:3] == "lib"} == {
        "lib/shop/sales/tag.ex"
    }
    restored()
    number = 1
    while killed(tweaked, number):
        done = tweaked.run(prune=True)
        assert tweaked.tree(local=True) == wanted, f"killed before write {number}"
        assert done.errors == []
        restored()
        number += 1
    assert number > 2 * len([path for path in wanted if wanted[path] != before.get(path)])
    assert tweaked.tree(local=True) == wanted


@pytest.mark.slow
def test_a_kill_leaves_what_people_wrote(tweaked: Shop, restored: Callable[[], None]) -> None:
    number = 1
    while killed(tweaked, number):
        assert "  # Mine.\n" in tweaked.read(ORDER)
        restored()
        number += 3


def test_a_second_run_waits_for_the_first_and_goes_by_what_it_wrote(tweaked: Shop) -> None:
    waiting = threading.Event()
    done = []

    def second() -> None:
        with locked(tweaked.root, on_wait=waiting.set):
            pass
        done.append(tweaked.run(prune=True))

    with locked(tweaked.root):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(30)
        tweaked.edit(ORDER, ("  # Mine.\n", "  # Written meanwhile.\n"))
    thread.join(60)
    assert "  # Written meanwhile.\n" in tweaked.read(ORDER)
    rests(tweaked, done[0], prune=True)


@pytest.mark.parametrize(
    "path",
    [ORDER, "priv/ash_scaffold/public.orders.json", "priv/ash_scaffold/public.labels.json"],
)
def test_what_is_saved_while_the_run_computes_is_not_overwritten(tweaked: Shop, path: str) -> None:
    before = tweaked.tree(local=True)
    with locked(tweaked.root) as lock:
        outcome = tweaked.prepare()
        there = (tweaked.root / path).exists()
        pulled = tweaked.read(path).replace("orders", "orders ") if there else "{}"
        tweaked.write({path: pulled})
        with pytest.raises(ScaffoldError) as caught:
            write(lock, outcome)
    assert [(p.code, p.where) for p in caught.value.problems] == [(Code.EDITED_FILE, path)]
    assert tweaked.tree(local=True) == before | {path: pulled.encode()}
