"""Formatting generated texts with mix."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.dsl import DSL_FILE

from ash_scaffold.problem import Code, Severity
from ash_scaffold.project.format import format_files, formatter_calls
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.read import read_project

needs_mix = pytest.mark.skipif(shutil.which("mix") is None, reason="no mix on the PATH")

SOURCE = "defmodule A do\n  accept [:a,:b]\n  own_call 1\n  other_call 1\nend\n"
FORMATTED = "defmodule A do\n  accept [:a, :b]\n  own_call(1)\n  other_call(1)\nend\n"


def project(root: Path, formatter: str | None = None) -> Project:
    (root / "mix.exs").write_text(
        "defmodule My.MixProject do\n  use Mix.Project\n"
        '  def project, do: [app: :my, version: "0.1.0"]\nend\n'
    )
    if formatter is not None:
        (root / ".formatter.exs").write_text(formatter)
    return read_project(root)


def listing(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


def test_the_calls_are_those_of_the_dsl_listing() -> None:
    listed = json.loads(DSL_FILE.read_text())["locals_without_parens"]
    assert list(formatter_calls()) == sorted({*listed["ash"], *listed["ash_postgres"]})


@needs_mix
def test_ash_calls_stay_without_parentheses(tmp_path: Path) -> None:
    known = project(tmp_path)
    before = listing(tmp_path)
    result = format_files({"lib/a.ex": SOURCE}, known, locals_without_parens=formatter_calls())
    assert (dict(result.texts), result.problems) == ({"lib/a.ex": FORMATTED}, ())
    assert result.project_settings is False
    assert listing(tmp_path) == before


@needs_mix
def test_the_projects_settings_are_used_when_they_load(tmp_path: Path) -> None:
    known = project(
        tmp_path,
        '[inputs: ["lib/**/*.ex"], line_length: 20, subdirectories: ["apps/*"],\n'
        " locals_without_parens: [own_call: 1]]\n",
    )
    result = format_files(
        {"b": SOURCE, "a": "f(aaaaaaaaaa, bbbbbbbbb)\n"},
        known,
        locals_without_parens=formatter_calls(),
    )
    assert dict(result.texts) == {
        "b": FORMATTED.replace("own_call(1)", "own_call 1"),
        "a": "f(\n  aaaaaaaaaa,\n  bbbbbbbbb\n)\n",
    }
    assert result.problems == ()
    assert result.project_settings is True


@needs_mix
def test_dependencies_that_are_fetched_bring_their_settings(tmp_path: Path) -> None:
    dependency = tmp_path / "deps" / "own"
    dependency.mkdir(parents=True)
    (dependency / ".formatter.exs").write_text("[export: [locals_without_parens: [own_call: 1]]]")
    (dependency / "mix.exs").write_text(
        "defmodule Own.MixProject do\n  use Mix.Project\n"
        '  def project, do: [app: :own, version: "0.1.0"]\nend\n'
    )
    project(tmp_path, "[import_deps: [:own], plugins: [Not.Built]]")
    (tmp_path / "mix.exs").write_text(
        "defmodule My.MixProject do\n  use Mix.Project\n"
        '  def project, do: [app: :my, version: "0.1.0", deps: [{:own, path: "deps/own"}]]\nend\n'
    )
    before = listing(tmp_path)
    result = format_files(
        {"a": SOURCE}, read_project(tmp_path), locals_without_parens=formatter_calls()
    )
    assert dict(result.texts) == {"a": FORMATTED.replace("own_call(1)", "own_call 1")}
    assert (result.problems, result.project_settings) == ((), True)
    assert listing(tmp_path) == before


@needs_mix
@pytest.mark.parametrize(
    "settings",
    [
        "[import_deps: [:not_fetched], line_length: 20]",
        '[line_length: 20, locals_without_parens: raise("no")]',
    ],
)
def test_settings_that_do_not_load_leave_ours_with_the_projects_line_length(
    tmp_path: Path, settings: str
) -> None:
    known = project(tmp_path, settings)
    result = format_files({"a": "f(aaaaaaaaaa, bbbbbbbbb)"}, known, locals_without_parens=[])
    assert dict(result.texts) == {"a": "f(\n  aaaaaaaaaa,\n  bbbbbbbbb\n)\n"}
    assert result.problems == ()
    assert result.project_settings is False


@needs_mix
def test_names_that_a_later_elixir_refuses_keep_their_quotes(tmp_path: Path) -> None:
    text = (
        'source :"会社id", :größe, "会社id": :"имяid", größe: :"‿", a: ":会社id"\n'
        "# :会社id is in quotes\n"
    )
    result = format_files({"a": text}, project(tmp_path), locals_without_parens=["source: :*"])
    assert (dict(result.texts), result.problems) == ({"a": text}, ())


@needs_mix
def test_a_text_that_does_not_parse_is_named_and_everything_comes_back(tmp_path: Path) -> None:
    texts = {"lib/a.ex": SOURCE, "lib/b.ex": "defmodule B do\n  (\nend\n"}
    result = format_files(texts, project(tmp_path), locals_without_parens=formatter_calls())
    assert dict(result.texts) == texts
    (problem,) = result.problems
    assert (problem.severity, problem.code) == (Severity.WARNING, Code.FORMATTER_FAILED)
    assert problem.what.startswith("mix format failed: ")
    assert "lib/b.ex" in problem.what
    assert "\n" not in problem.what


def test_without_elixir_the_texts_come_back_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = format_files({"a": "x  =  1"}, project(tmp_path), locals_without_parens=[])
    assert dict(result.texts) == {"a": "x  =  1"}
    assert [(p.severity, p.code) for p in result.problems] == [
        (Severity.NOTE, Code.FORMATTER_MISSING)
    ]


def test_a_formatter_that_hangs_is_stopped_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bin" / "mix"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/child\nwait\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    result = format_files(
        {"a": "x"}, project(tmp_path), locals_without_parens=[], timeout_seconds=0.5
    )
    assert dict(result.texts) == {"a": "x"}
    assert [p.what for p in result.problems] == [
        "mix format failed: it took longer than 0.5 seconds"
    ]
    state = Path(f"/proc/{(tmp_path / 'child').read_text().strip()}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("#!/no/such/shell\n", "mix can't be started: No such file or directory"),
        ("#!/bin/sh\necho no version is set >&2\nexit 126\n", "no version is set"),
    ],
)
def test_a_mix_that_does_not_work_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    fake = tmp_path / "bin" / "mix"
    fake.parent.mkdir()
    fake.write_text(script)
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    result = format_files({"a": "x"}, project(tmp_path), locals_without_parens=[])
    assert dict(result.texts) == {"a": "x"}
    assert [p.what for p in result.problems] == [f"mix format failed: {reason}"]


def test_nothing_to_format_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = format_files({}, project(tmp_path), locals_without_parens=[])
    assert (dict(result.texts), result.problems) == ({}, ())
