"""Which PostgreSQL a dump is loaded into."""

from __future__ import annotations

from pathlib import Path

import pytest

from ash_scaffold.postgres import installation
from ash_scaffold.postgres.installation import (
    Installation,
    choose_installations,
    embedded_installation,
    nearest,
)
from ash_scaffold.problem import Code, ScaffoldError


def of(major: int, *, embedded: bool = False) -> Installation:
    return Installation(
        bin=Path(f"/pg/{major}/bin"), major=major, version_text=f"{major}.1", embedded=embedded
    )


@pytest.mark.parametrize(
    ("majors", "wanted", "chosen"),
    [
        ((13, 15, 17), 15, 15),
        ((13, 15, 17), 14, 15),
        ((17, 13, 15), 12, 13),
        ((13, 15), 18, 15),
        ((13, 17, 15), None, 17),
        ((), 15, None),
    ],
)
def test_the_nearest_major_at_or_above_else_the_newest(
    majors: tuple[int, ...], wanted: int | None, chosen: int | None
) -> None:
    found = nearest([of(major) for major in majors], wanted)

    assert (found.major if found else None) == chosen


@pytest.mark.parametrize(
    ("local", "embedded", "wanted", "chosen"),
    [
        ((of(15),), of(18, embedded=True), 15, (of(15), of(18, embedded=True))),
        ((of(13), of(15), of(16)), None, 14, (of(15), of(16))),
        ((of(15),), of(18, embedded=True), None, (of(18, embedded=True), of(15))),
        ((of(18),), of(18, embedded=True), None, (of(18), of(18, embedded=True))),
        ((), of(18, embedded=True), 15, (of(18, embedded=True),)),
        ((of(15),), of(18, embedded=True), 17, (of(18, embedded=True), of(15))),
        ((of(15),), None, 17, (of(15),)),
    ],
)
def test_a_full_installation_goes_first_unless_it_is_older_than_the_dump(
    local: tuple[Installation, ...],
    embedded: Installation | None,
    wanted: int | None,
    chosen: tuple[Installation, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(installation, "local_installations", lambda: local)
    monkeypatch.setattr(installation, "embedded_installation", lambda: embedded)

    assert choose_installations(wanted) == chosen


def test_says_how_to_install_one_when_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "local_installations", lambda: ())
    monkeypatch.setattr(installation, "embedded_installation", lambda: None)

    with pytest.raises(ScaffoldError) as caught:
        choose_installations(15)

    [problem] = caught.value.problems
    assert problem.code is Code.NO_LOCAL_SERVER
    assert "pip install 'ash-scaffold[embedded]'" in problem.todo


def test_finds_a_full_installation_on_the_path_and_passes_over_clients_and_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(name: str, version: str, *programs: str) -> Path:
        folder = tmp_path / name / "bin"
        folder.mkdir(parents=True)
        for program in programs:
            (folder / program).write_text(f"#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n")
            (folder / program).chmod(0o755)
        return folder

    full = ("postgres", "initdb", "psql")
    newest = install("17", "17.2 (Homebrew)", *full)
    install("12", "12.9", *full)
    install("16", "16.1", "psql", "pg_dump")
    monkeypatch.setattr(installation, "_PLACES", (f"{tmp_path}/*/bin",))
    monkeypatch.setattr("shutil.which", lambda name: str(newest / name))

    assert installation.local_installations() == (
        Installation(bin=newest.resolve(), major=17, version_text="17.2 (Homebrew)"),
    )


def test_finds_the_embedded_one_by_its_package() -> None:
    found = embedded_installation()

    assert found is not None
    assert found.embedded
    assert (found.bin / "initdb").is_file()
    assert found.version_text.startswith(str(found.major))
