"""One tweak of a database after another, and what a regenerate makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec
import pytest
from tests.generate.conftest import MakeShop
from tests.generate.running import FORMATTED, Done, Shop, rests

from ash_scaffold.generate import regenerate
from ash_scaffold.postgres.answers import Answers
from ash_scaffold.project.format import Formatted, format_files
from ash_scaffold.project.mix_project import Project
from ash_scaffold.project.watched_files import watch
from ash_scaffold.session import OpenProject

Edit = Callable[[Shop], None]


class Tweak(Protocol):
    def __call__(
        self, ddl: str, tweak: str, edit: Edit | None = ..., files: Mapping[str, str] = ...
    ) -> Done: ...


@pytest.fixture(params=FORMATTED)
def tweak(
    make_shop: MakeShop, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Tweak:
    """Give `tweak(ddl, tweak, edit=None, files={}) -> Done`.

    The project is generated from the DDL, edited, the tweak done, and the project regenerated; a
    third run must find nothing to do. With `mix format` and without it that is the same. What the
    record of a run goes by tells the edit, and the tweak, from what was there before.
    """
    monkeypatch.setattr(regenerate, "format_files", _format_once)

    def run(
        ddl: str, tweak: str, edit: Edit | None = None, files: Mapping[str, str] | None = None
    ) -> Done:
        made = make_shop(ddl, files or {})
        shop = msgspec.structs.replace(made, use_formatter=request.param)
        answers: list[Answers] = []

        def note(_opened: OpenProject, found: Answers) -> None:
            answers.append(found)

        assert shop.run(on_read=note).errors == []
        before = watch([str(shop.root)])
        if edit is not None:
            edit(shop)
            assert watch([str(shop.root)]) != before
        shop.sql(tweak)
        done = shop.run(on_read=note)
        if done.words:
            assert answers[0].digest != answers[1].digest
        rests(shop, done, on_read=note)
        same = [each for each in answers[2:] if each.statements == answers[1].statements]
        assert {each.digest for each in same} <= {answers[1].digest}
        return done

    return run


_formatted: dict[object, Formatted] = {}


def _format_once(
    files: Mapping[str, str],
    project: Project,
    *,
    locals_without_parens: Sequence[str],
    run_project: bool = True,
) -> Formatted:
    """Run `mix format` once for the same texts, which most tests have several times.

    No project here has its dependencies, so nothing of it counts but its settings.
    """
    key = (tuple(files.items()), project.formatter, tuple(locals_without_parens), run_project)
    if key not in _formatted:
        done = format_files(
            files,
            project,
            locals_without_parens=locals_without_parens,
            run_project=run_project,
        )
        assert not done.project_settings
        _formatted[key] = done
    return _formatted[key]
