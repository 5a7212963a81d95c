"""What a run does with each file, by what is there and what was last generated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ash_scaffold.generate.files import Files, Module, Status, compare_files, contents
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.problem import Code, ScaffoldError
from ash_scaffold.project.model import App, Project
from ash_scaffold.project.snapshot import Snapshot, digest

PATH = "lib/app/user.ex"
OLD, NEW, OWN = "old\n", "new\n", "old, and a line of my own\n"


def project(root: Path, text: str | None) -> Project:
    if text is not None:
        (root / PATH).parent.mkdir(parents=True, exist_ok=True)
        (root / PATH).write_bytes(text.encode())
    app = App(name="app", path="", namespace="App", lib=("lib",))
    return Project(root=root, app=app, apps=(app,), modules={})


def module(text: str, name: str = "App.User", path: str = PATH) -> Module:
    return Module(name=name, path=path, text=text, table=Name("public", "users"))


def snapshot(text: str) -> Mapping[str, Snapshot]:
    known = Snapshot(module="App.User", path=PATH, rendered=digest(text), written=digest(text))
    return {"App.User": known}


def compared(root: Path, there: str | None, last: str | None, wanted: str) -> Files:
    return compare_files(
        [module(wanted)],
        project(root, there),
        snapshot(last) if last is not None else {},
        use_formatter=False,
        parses=lambda _source: None,
    )


@pytest.mark.parametrize(
    ("there", "last", "wanted", "status"),
    [
        (None, None, NEW, Status.CREATED),
        (None, OLD, NEW, Status.CREATED),
        (OLD, OLD, OLD, Status.UNCHANGED),
        (OLD, OLD, NEW, Status.CHANGED),
        (NEW, OLD, NEW, Status.UNCHANGED),
        (NEW, None, NEW, Status.UNCHANGED),
        (OWN, OLD, NEW, Status.EDITED),
        (OWN, OLD, OLD, Status.EDITED),
        (OLD, None, NEW, Status.EDITED),
        ("old\r\n", OLD, NEW, Status.EDITED),
    ],
)
def test_only_a_file_as_it_was_last_generated_is_changed(
    tmp_path: Path, there: str | None, last: str | None, wanted: str, status: Status
) -> None:
    files = compared(tmp_path, there, last, wanted)
    [file] = files.files
    writes = {} if status is Status.EDITED else {PATH: wanted.encode()}
    assert (file.status, file.before) == (status, there)
    assert [p.code for p in files.problems] == [Code.EDITED_FILE] * (status is Status.EDITED)
    assert {path: text for path, text in contents(files).items() if path == PATH} == writes


def test_the_snapshot_of_an_edited_file_is_kept(tmp_path: Path) -> None:
    assert contents(compared(tmp_path, OWN, OLD, NEW)) == {}


def test_the_snapshot_of_a_written_file_says_what_was_written(tmp_path: Path) -> None:
    files = compared(tmp_path, OLD, OLD, NEW)
    assert list(contents(files)) == [PATH, "priv/ash_scaffold/public.users.json"]
    assert files.files[0].snapshot == Snapshot(
        module="App.User",
        path=PATH,
        table=Name("public", "users"),
        rendered=digest(NEW),
        written=digest(NEW),
    )


def test_a_diff_ends_lines_only_where_elixir_does(tmp_path: Path) -> None:
    [file] = compared(tmp_path, "a\u2028b\x0cc\nx\n", None, "a\u2028b\x0cc\ny").files
    assert file.diff() == (
        f"--- a/{PATH}\n+++ b/{PATH}\n@@ -1,2 +1,2 @@\n a\u2028b\x0cc\n-x\n+y\n"
        "\\ No newline at end of file\n"
    )


def test_two_modules_never_share_a_file_on_any_disk(tmp_path: Path) -> None:
    modules = [module("", "App.User"), module("", "App.USER", "lib/app/USER.ex")]
    with pytest.raises(ScaffoldError) as caught:
        compare_files(
            modules, project(tmp_path, None), {}, use_formatter=False, parses=lambda _: None
        )
    [problem] = caught.value.problems
    assert (problem.code, problem.where, problem.what) == (
        Code.MODULE_COLLISION,
        "lib/app/USER.ex",
        "App.User and App.USER would have the same file.",
    )


def test_a_file_that_is_no_elixir_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError) as caught:
        compare_files(
            [module(NEW)],
            project(tmp_path, OLD),
            {},
            use_formatter=False,
            parses=lambda source: f"line 1: {source.decode()!r}",
        )
    [problem] = caught.value.problems
    assert (problem.code, problem.where, problem.what) == (
        Code.UNPARSABLE_FILE,
        PATH,
        "The file is not valid Elixir: line 1: 'old\\n'",
    )
