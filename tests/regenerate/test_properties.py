"""Whatever people do to the files, and whatever becomes of the schema: 3,000 cases.

Of every regenerate, that of an undone tweak included: no text of a person's is lost, every file
parses, a second run writes nothing and has the same conflicts, what is generated anew is there
and what is no longer generated is not; accepted conflicts are none. After a tweak and its undoing
the files are as they were.
"""

from __future__ import annotations

from unittest.mock import patch

import pytest
from tests.regenerate.cases import STEPS, failures, first_seed, run_history
from tests.regenerate.project import MixProject, Run

from ash_scaffold.ash.plan import PlannedResource
from ash_scaffold.generate import regenerate
from ash_scaffold.generate.modules import Module
from ash_scaffold.generate.rendered_resources import Resources
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.project import sources
from ash_scaffold.project.kept_records import NO_RECORD

CASES = 3_000
CHUNK = 20


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, CASES // STEPS, CHUNK))
def test_nothing_of_a_person_is_lost(start: int) -> None:
    first = first_seed() + start
    assert failures(run_history, range(first, first + CHUNK)) == []


def look_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold every run with files that are read in part to the same run with whole ones."""
    look = MixProject.look

    def both(project: MixProject, database: Database, **options: object) -> Run:
        run = look(project, database, **options)
        with (
            patch.object(sources, "edits_of", lambda *_: None),
            patch.object(regenerate, "merge_narrow", lambda *_, **_options: None),
        ):
            whole = look(project, database, **options)
        assert run.written == whole.written
        assert run.problems == whole.problems
        return run

    monkeypatch.setattr(MixProject, "look", both)


@pytest.mark.parametrize("start", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in (3, 40))])
def test_a_file_that_is_not_parsed_whole_is_treated_as_one_that_is(
    start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_both_ways(monkeypatch)
    first = first_seed() + start
    assert failures(run_history, range(first, first + (CHUNK if start else 3))) == []


@pytest.mark.parametrize("start", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in (3, 40))])
def test_what_was_rendered_before_is_what_it_would_be(
    start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, unrendered = MixProject.look, Resources._unrendered
    taken = []

    def both(project: MixProject, database: Database, **options: object) -> Run:
        run = look(project, database, **options)
        whole = look(project, database, environment={NO_RECORD: "1"}, **options)
        assert run.written == whole.written
        assert run.problems == whole.problems
        assert run.outcome.stale == whole.outcome.stale
        return run

    def noted(resources: Resources, item: PlannedResource) -> Module:
        taken.append(item)
        return unrendered(resources, item)

    monkeypatch.setattr(MixProject, "look", both)
    monkeypatch.setattr(Resources, "_unrendered", noted)
    first = first_seed() + start
    assert failures(run_history, range(first, first + (CHUNK if start else 3))) == []
    assert taken
