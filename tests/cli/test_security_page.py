"""The page on security knows every command."""

from __future__ import annotations

from pathlib import Path

from ash_scaffold.cli.arguments import COMMANDS

PAGE = (Path(__file__).parents[2] / "docs/security.md").read_text(encoding="utf-8")


def test_it_says_of_each_command_what_it_reads_runs_and_writes() -> None:
    rows = PAGE.split("\n| Command |")[1].partition("\n\n")[0].splitlines()[2:]
    assert {row.count(" | ") for row in rows} == {4}
    told = [row.split("`")[1] for row in rows]
    assert sorted(told) == sorted(COMMANDS)
