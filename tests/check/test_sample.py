"""The sample project, as it is committed, is clean."""

from __future__ import annotations

import pytest

from ash_scaffold.check.run import check
from ash_scaffold.packaged import data_path
from ash_scaffold.session import SourceOptions


@pytest.mark.slow
def test_the_sample_project_agrees_with_its_dump() -> None:
    sample = data_path("sample_project")
    dump = sample / "priv" / "repo" / "structure.sql"
    report = check(SourceOptions(folder=sample, dump=dump), with_hand_over=True)
    assert report.findings == ()
    # What the old contexts still do beside their changeset functions.
    assert sorted(each.object for each in report.accepted) == [
        "comments.actions.update.todo",
        "posts.actions.create.todo",
        "posts.actions.update.todo",
        "users.actions.password.todo",
    ]
    assert report.hand_over is not None
    assert report.tables == len(report.hand_over) == 23
    assert [each.table for each in report.hand_over if not each.legacy] == []
