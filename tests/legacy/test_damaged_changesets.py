"""Changeset functions of any content are read without a fault, each file parsed once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ash_scaffold.ash.changesets import Changeset, ContextFunction
from ash_scaffold.legacy import files as legacy_files
from ash_scaffold.legacy.changesets import read_changesets
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.context_functions import read_context_functions
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.syntax.parse import Tree, parse

LEGACY = Path(__file__).parents[2] / "sample_project" / "lib" / "legacy"
SOURCES = {
    str(path.relative_to(LEGACY)): path.read_bytes() for path in sorted(LEGACY.rglob("*.ex"))
}
DAMAGED = sorted(path for path, source in SOURCES.items() if b"changeset" in source)
WORDS = (
    b"user |> cast(attrs, [:name])",
    b"|> change()",
    b"|> cast_assoc(:posts, with: &",
    b"def changeset(%{} = user, attrs \\\\ %{}) when",
    b"|> Enum.reduce(changeset, fn",
    b"case changeset do",
    b"@fields ~w(a b",
    b"if(do: changeset)",
    b"end)",
    b'"""',
    b"\xff",
)
HEAD = (
    b"defmodule A do\n  use Ecto.Schema\n  import Ecto.Changeset\n"
    b'  schema "as" do\n    field :name\n  end\n'
)


def read(sources: dict[str, bytes]) -> tuple[tuple[Changeset, ...], tuple[ContextFunction, ...]]:
    code = CodeBase(ElixirFile(path, source) for path, source in sources.items())
    hints = read_code(code)
    found = read_changesets(code, hints)
    return found, read_context_functions(code, hints, found)


@given(st.binary(max_size=200) | st.lists(st.sampled_from(WORDS), max_size=12).map(b"\n".join))
@settings(deadline=None)
def test_no_bytes_make_it_fail(noise: bytes) -> None:
    source = HEAD + b"  def changeset(user, attrs) do\n" + noise + b"\n  end\nend\n"
    found, _ = read({"lib/a.ex": source})
    lines = source.count(b"\n") + 1
    assert all(0 < step.line <= lines for each in found for step in each.steps)


def damaged(lines: Sequence[bytes], dice: random.Random) -> list[bytes]:
    """Drop, double, cut or move a few lines, or put words between them."""
    made = list(lines)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(made))
        match dice.randrange(5):
            case 0:
                del made[at : at + dice.randint(1, 3)]
            case 1:
                made.insert(at, made[at])
            case 2:
                made[at] = made[at][: dice.randrange(len(made[at]) + 1)]
            case 3:
                made.insert(dice.randrange(len(made)), made.pop(at))
            case _:
                made.insert(at, dice.choice(WORDS))
        made = made or [b""]
    return made


@given(st.sampled_from(DAMAGED), st.integers(min_value=0))
@settings(deadline=None, max_examples=60)
def test_damaged_code_is_read_or_refused(path: str, seed: int) -> None:
    lines = damaged(SOURCES[path].split(b"\n"), random.Random(seed))
    beside = {
        other: SOURCES[other] for other in SOURCES if other.startswith(str(Path(path).parent))
    }
    found, _ = read({**beside, path: b"\n".join(lines)})
    for each in found:
        assert not (each.refused and each.steps)
        assert all(
            0 < step.line <= len(lines) for step in each.steps if (step.path or each.path) == path
        )


def test_the_order_of_files_changes_nothing() -> None:
    backwards = dict(reversed(SOURCES.items()))
    assert read(SOURCES) == read(backwards)


def test_each_file_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: Counter[bytes] = Counter()

    def counted(source: bytes) -> Tree:
        parsed[source] += 1
        return parse(source)

    monkeypatch.setattr(legacy_files, "parse", counted)
    found, _ = read(SOURCES)
    assert len(found) > 10
    assert {path: parsed[source] for path, source in SOURCES.items() if parsed[source] > 1} == {}
