"""The sample project's document is what the tool writes today, and what people wrote is in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ash_scaffold.document.run import (
    File,
    FileStatus,
    OutputOptions,
    load_document,
    make_output,
)
from ash_scaffold.packaged import data_path
from ash_scaffold.postgres import installation as installations
from ash_scaffold.session import SourceOptions

DUMP = Path("priv/repo/structure.sql")
INDEX = "docs/database_schema.md"
HOW = (
    f"The committed document is out of date. In sample_project: ash-scaffold document --dump {DUMP}"
)


def document_files(project: Path, *, check: bool = True) -> tuple[File, ...]:
    loaded = load_document(SourceOptions(folder=project, dump=project / DUMP))
    return make_output(loaded, project, OutputOptions(check=check)).files


def test_the_committed_document_is_up_to_date() -> None:
    found = document_files(data_path("sample_project"), check=False)
    assert [(file.path, file.status) for file in found] == [(INDEX, FileStatus.UNCHANGED)], HOW


def servers() -> list[installations.Installation]:
    embedded = installations.embedded_installation()
    return [*installations.local_installations(), *([embedded] if embedded else [])]


@pytest.mark.slow
@pytest.mark.parametrize("server", servers(), ids=lambda each: each.version_text)
def test_it_is_the_same_on_every_server(
    monkeypatch: pytest.MonkeyPatch, server: installations.Installation
) -> None:
    monkeypatch.setattr(installations, "choose_installations", lambda _major: (server,))
    found = document_files(data_path("sample_project"), check=False)
    assert [(file.path, file.status) for file in found] == [(INDEX, FileStatus.UNCHANGED)], HOW


def test_a_legacy_tweak_changes_only_what_it_is_about(tmp_path: Path) -> None:
    project = tmp_path / "sample"
    ignored = shutil.ignore_patterns("_build", "deps")
    shutil.copytree(data_path("sample_project"), project, ignore=ignored)
    dump = project / DUMP
    text = dump.read_text()
    assert text.count("    display_name character varying(80)") == 1
    dump.write_text(
        text.replace(
            "    display_name character varying(80)", "    display_name character varying(90)"
        )
    )

    (file,) = document_files(project)

    changed = [line for line in file.diff().splitlines() if line[:1] in "+-"][2:]
    marks = [line for line in changed if "ash-scaffold:begin" in line]
    assert [line[:34] for line in changed if line not in marks] == [
        "-  display_name varchar(80) NOT NU",
        "+  display_name varchar(90) NOT NU",
        "-| `display_name` | `varchar(80)` ",
        "+| `display_name` | `varchar(90)` ",
    ]
    assert [line.split()[2] for line in marks if line[0] == "+"] == [
        "table.user_profiles",
        "definition.user_profiles",
        "mapping.user_profiles",
    ]
