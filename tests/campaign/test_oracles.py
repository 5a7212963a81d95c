"""The campaign finds what is lost: a tool with a planted fault fails it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.campaign import outputs, preload
from tests.campaign.box import SECRET, Ran, sandbox
from tests.campaign.ground import Ground
from tests.campaign.kinds import KINDS, attempt
from tests.campaign.names import tags_of, wrong_elixir, wrong_markdown, wrong_page
from tests.campaign.oracle import wrong_files, wrong_refusal, wrong_run, wrong_world

from ash_scaffold.generate import run as resources
from ash_scaffold.postgres import connect, reflect
from ash_scaffold.postgres.server import Server
from ash_scaffold.project import write

MOST = 150  # tries until a planted fault has to be found: some need the right moment


def careless() -> None:
    """Write file after file in its place: no journal, and no look at what is there."""

    def write_files(lock: write.Lock, files: Mapping[str, bytes | None], **_: object) -> object:
        for path, content in files.items():
            target = lock.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                target.unlink(missing_ok=True)
            else:
                target.write_bytes(content)
        return write.Written()

    vars(resources)["write_files"] = write_files


def without_lock() -> None:
    """Write as carelessly, and slowly, and let others do so at once."""
    careless()
    write._acquire = lambda *_: None
    plain = Path.write_bytes

    def slow(path: Path, data: bytes) -> int:
        plain(path, data[: len(data) // 2])
        time.sleep(0.02)
        return plain(path, data)

    Path.write_bytes = slow  # type: ignore[method-assign, assignment]


def meddlesome() -> None:
    """Change a file of a person, as a snapshot or a journal may want it."""
    Path("mix.exs").write_text("# gone\n")


def straying() -> None:
    """Write a file beside the project."""
    (Path.cwd().parent / "other/lib/new.ex").write_text("")


def running_code() -> None:
    """Leave the mark of code that a dump or a template has brought."""
    (Path.cwd().parents[1] / "canary/mark").touch()


def heedless_of_settings() -> None:
    """Read the catalog as the settings of the database have it written."""
    connect._SETTINGS = "SET LOCAL lock_timeout = 5000"


def crashing() -> None:
    """Meet a value that nobody thought of."""

    def reflected(*_arguments: object, **_options: object) -> object:
        raise TypeError

    reflect.read_catalog = reflected  # type: ignore[assignment]


def talkative() -> None:
    """Tell the password, and move the cursor."""
    sys.stderr.write(f"{SECRET}\x1b[2J")


@pytest.fixture(scope="module")
def server(postgres: Server) -> Server:
    preload.everything()
    return postgres


FOUND = [
    ("kills", careless, "neither as before nor as after"),
    ("faults", careless, "and written"),
    ("signals", careless, "neither as before nor as after"),
    ("saves", careless, "is gone"),
    ("together", without_lock, "neither as before nor as after"),
    ("snapshots", meddlesome, "a person's file: mix.exs changed"),
    ("journals", meddlesome, "mix.exs, which the journal names, was changed"),
    ("odd-files", straying, "outside of the project: work/other/lib/new.ex new"),
    ("configurations", running_code, "code ran: canary/mark"),
    ("names", talkative, "a control character in its output"),
    ("dumps", running_code, "code ran: canary/mark"),
    ("settings", heedless_of_settings, "generated otherwise"),
    ("schema-changes", crashing, "an unexpected error"),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "plant", "expected"), [pytest.param(*each, id=each[0]) for each in FOUND]
)
def test_it_finds_a_planted_fault(
    server: Server, kind: str, plant: Callable[[], None], expected: str
) -> None:
    ground = Ground(server, plant)
    lost = (attempt(ground, kind, 1, number).lost for number in range(MOST))
    assert any(expected in each for some in lost for each in some)


def test_each_kind_has_a_planted_fault() -> None:
    assert sorted([*(each[0] for each in FOUND), "outputs"]) == sorted(KINDS)


@pytest.mark.slow
def test_it_finds_a_wrong_exit_code_beside_a_closed_output(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs, "PROGRAM", ("-c", "raise SystemExit(120)"))
    assert "exit code 120" in attempt(Ground(server), "outputs", 1, 0).lost


@pytest.mark.parametrize(
    ("code", "out", "wrong"),
    [
        (0, "done", []),
        (3, "", ["exit code 3"]),
        (-11, "", ["exit code -11"]),
        (-1000, "", ["it did not end"]),
        (1, "Traceback (most recent call last):\nTypeError: x", ["a traceback: TypeError: x"]),
        (2, "This should not happen: KeyError.", ["an unexpected error: KeyError."]),
        (0, f"read me:{SECRET}@host", ["the password in its output"]),
        (0, "a\x1b[2Jb", ["a control character in its output: 'a\\x1b[2Jb'"]),
        (0, "a\u202eb", ["a control character in its output: 'a\\u202eb'"]),
    ],
)
def test_a_run_is_judged_by_its_end_and_its_output(code: int, out: str, wrong: list[str]) -> None:
    assert wrong_run(Ran(("check",), code, "", out)) == wrong
    assert wrong_run(Ran(("check",), code, out, "")) == wrong


def test_the_project_is_one_of_two_trees_and_exit_code_2_is_the_first() -> None:
    with sandbox() as box:
        box.write({"a.ex": "old", "b.ex": "old"})
        before = box.tree()
        box.write({"a.ex": "new"})
        half = box.tree()
        box.write({"b.ex": "new"})
        after = box.tree()
    assert wrong_files(before, before, after) == []
    assert wrong_files(half, before, after) == [
        "the project is neither as before nor as after: a.ex changed"
    ]
    assert wrong_refusal(Ran((), 2, "", ""), before, before) == []
    assert wrong_refusal(Ran((), 2, "", ""), before, half) == [
        "exit code 2, and written: a.ex changed"
    ]


def test_the_world_around_the_project_stays() -> None:
    with sandbox() as box:
        world = box.world()
        box.write({"a.ex": "new"})
        assert wrong_world(box, world) == []
        (box.outside / "precious.ex").chmod(0o777)
        (box.canary / "mark").touch()
        box.write({"a.ex": (box.outside / "private.txt").read_text()})
        assert wrong_world(box, world) == [
            "code ran: canary/mark",
            "outside of the project: outside/precious.ex changed",
            "a secret in a.ex",
        ]


def test_a_name_that_breaks_out_of_elixir_markdown_or_html_is_found(tmp_path: Path) -> None:
    with sandbox() as box:
        box.write({"lib/a.ex": "~S{Canary.run()}", "lib/b.ex": ":Canary", "docs/a.md": "# a\n"})
        assert (wrong_elixir(box), wrong_markdown(box)) == ([], [])
        box.write(
            {
                "lib/a.ex": '"#{Canary.run()}"',
                "lib/b.ex": "def a do",
                "docs/a.md": "<img src=x> [a](javascript:b) [c](#c)\n",
            }
        )
        found = wrong_elixir(box)
        assert len(found) in (0, 2)  # without Elixir none
        assert wrong_markdown(box) == ["a.md: the tag ('img', ('src',))"]
    page = tmp_path / "page.html"
    plain = tags_of("<p class=a><script>1</script>")
    page.write_text("<p class=b><script>'<b>'</script>")
    assert wrong_page(page, plain) == []
    page.write_text("<p class='b' onclick='c'><script>'</script><b>'</script>")
    assert wrong_page(page, plain) == [
        "page.html: the tag ('b', ())",
        "page.html: the tag ('p', ('class', 'onclick'))",
    ]
