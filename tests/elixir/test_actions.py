"""Each `actions/*.exs` is legacy code; the `.ex` beside it is all that is written for it.

The first lines of the legacy code say what attributes the resource of a table has (`!` marks one
that is required, `=column` one of another name), the writes of each changeset function, and the
style. What nothing is made of is a comment at the end.

`UPDATE_GOLDEN=1` writes what comes out today: read the diff before it is committed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from ash_scaffold.ash.actions import ResourceActions, plan_actions
from ash_scaffold.ash.changesets import Changeset
from ash_scaffold.ash.model import (
    Actions,
    Attribute,
    Relationship,
    RelationshipKind,
    Resource,
)
from ash_scaffold.elixir.actions import Style, action_section, copied_functions, unplaced
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.legacy.changesets import read_changesets
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.format import formatter_calls
from ash_scaffold.term import Atom, Term

CASES = sorted((Path(__file__).parent / "actions").glob("*.exs"))
_SECTION = re.compile(r"^# (table|writes|style) (.*)$", re.MULTILINE)
_RENDERER = Renderer()


def attribute(said: str) -> Attribute:
    """Read `name :string`, with `!` behind what is required and `=column` for a column."""
    name, type_ = said.split()
    name, _, column = name.partition("=")
    array = type_.rstrip("!").startswith("[")
    base: Term = Atom(type_.strip("[]!:"))
    return Attribute(
        name=name,
        column=column or name,
        type=(Atom("array"), base) if array else base,
        allow_nil=not type_.endswith("!"),
    )


def resources(source: str, hints: Hints) -> dict[Name, Resource]:
    """Return the resource of each table that the first lines name."""
    found: dict[Name, Resource] = {}
    for kind, text in _SECTION.findall(source):
        if kind == "table":
            table, _, attributes = text.partition(": ")
            module = next(s.module for s in hints.schemas if s.table.name == table)
            found[Name("public", table)] = Resource(
                module=module.replace("Legacy.", "App."),
                domain="App.Core",
                repo="App.Repo",
                table=table,
                schema="public",
                actions=Actions(destroy=True, create=True, update=True),
                attributes=tuple(attribute(each) for each in attributes.split(", ")),
            )
    return {
        name: structs.replace(each, relationships=tuple(relationships(each, found, hints)))
        for name, each in found.items()
    }


def relationships(
    resource: Resource, all_: dict[Name, Resource], hints: Hints
) -> Iterator[Relationship]:
    """Yield the associations of a schema between tables that have a resource."""
    for schema in hints.schemas:
        for each in schema.associations if schema.table.name == resource.table else ():
            if each.table in all_:
                yield Relationship(
                    name=each.name,
                    kind=RelationshipKind(each.kind),
                    destination=all_[each.table].module,
                    source_attribute=each.own,
                    destination_attribute=each.target,
                )


def changesets(source: str, code: CodeBase, hints: Hints) -> Iterator[Changeset]:
    """Yield the changeset functions, with the writes that the first lines give to them."""
    writes = dict(
        each.split(": ")
        for kind, text in _SECTION.findall(source)
        if kind == "writes"
        for each in text.split(", ")
    )
    for each in read_changesets(code, hints):
        said = writes.get(each.function, "")
        yield structs.replace(
            each,
            creates=("x",) if "create" in said else (),
            updates=("x",) if "update" in said else (),
        )


def planned(source: str) -> tuple[ResourceActions, ...]:
    """Decide the actions of a source of legacy code."""
    code = CodeBase([ElixirFile("lib/app.ex", source.encode())])
    hints = read_code(code)
    return plan_actions(
        list(changesets(source, code, hints)),
        resources(source, hints),
        {schema.module: schema for schema in hints.schemas},
    )


def written(source: str) -> str:
    """Return the modules that are written for a source of legacy code."""
    style = Style(
        next((text for kind, text in _SECTION.findall(source) if kind == "style"), "ecto")
    )
    texts = []
    for each in planned(source):
        copied = copied_functions(each)
        if each.actions:
            texts.append(_RENDERER.actions(each, action_section(each, "App", style)))
        if copied.functions:
            texts.append(_RENDERER.steps(each, copied))
        notes = [f"# {changeset.function}: {reason}\n" for changeset, reason in each.refused]
        notes += [f"# {note.function}: {note.text}\n" for note in each.notes]
        texts += ["".join(notes)] if notes else []
    return "\n".join(texts)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_the_actions_of(case: Path) -> None:
    found = written(case.read_text())
    golden = case.with_suffix(".ex")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found)
    assert found == golden.read_text()


def test_every_golden_file_has_its_case() -> None:
    assert sorted(CASES[0].parent.glob("*.ex")) == [case.with_suffix(".ex") for case in CASES]


@pytest.mark.skipif(shutil.which("mix") is None, reason="no mix on the PATH")
def test_the_formatter_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".formatter.exs").write_text(
        f'[inputs: ["*.ex"], locals_without_parens: [{", ".join(formatter_calls())}]]'
    )
    texts = {case.stem: case.with_suffix(".ex").read_text() for case in CASES}
    for name, text in texts.items():
        (tmp_path / f"{name}.ex").write_text(text)
    subprocess.run(["mix", "format"], cwd=tmp_path, check=True, timeout=60)
    assert {name: (tmp_path / f"{name}.ex").read_text() for name in texts} == texts


def test_a_moved_line_of_the_legacy_code_is_no_difference() -> None:
    assert unplaced(["# TODO lib/a.ex:12, not carried over", "x 1:2"]) == (
        "# TODO lib/a.ex, not carried over",
        "x 1:2",
    )
