"""Each `actions/*.exs` is legacy code; the `.ex` beside it is all that is written for it.

The first lines of the legacy code say what attributes the resource of a table has (`!` marks one
that is required, `=column` one of another name), which of them is the tenant's, the writes of each
changeset function, and the style. What nothing is made of is a comment at the end.

`UPDATE_GOLDEN=1` writes what comes out today: read the diff before it is committed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from ash_scaffold.ash.actions import ResourceActions, plan_actions, written_together
from ash_scaffold.ash.changesets import (
    Cast,
    Changeset,
    Copied,
    CopiedFunction,
    Nested,
    Rule,
    Step,
    Todo,
)
from ash_scaffold.ash.model import (
    Actions,
    Attribute,
    CheckConstraint,
    IdentityDef,
    Multitenancy,
    Relationship,
    RelationshipKind,
    Resource,
    Strategy,
)
from ash_scaffold.elixir.actions import (
    Style,
    action_section,
    copied_functions,
    left_steps,
    unplaced,
)
from ash_scaffold.elixir.render import Renderer
from ash_scaffold.legacy.changesets import read_changesets
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.ecto import Hints
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.project.format import formatter_calls
from ash_scaffold.syntax.literal import flat
from ash_scaffold.syntax.values import read_partly
from ash_scaffold.term import Atom, Term

CASES = sorted((Path(__file__).parent / "actions").glob("*.exs"))
_SECTION = re.compile(r"^# (table|tenant|writes|style) (.*)$", re.MULTILINE)
_RENDERER = Renderer()
# What the resource of `members` says of its constraints.
_IDENTITIES = (
    IdentityDef(name="email", keys=("email",), index="members_email_index", message="is ours"),
    IdentityDef(name="named", keys=("team_id", "email"), index="members_team_id_email_index"),
)
_CHECKS = (CheckConstraint(attributes=("email",), name="email_has_at", message="no @"),)


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
        generated=name == "id",
    )


def resources(source: str, hints: Hints) -> dict[Name, Resource]:
    """Return the resource of each table that the first lines name."""
    found: dict[Name, Resource] = {}
    tenant = next((text for kind, text in _SECTION.findall(source) if kind == "tenant"), None)
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
                multitenancy=of_tenants(tenant),
                attributes=tuple(
                    structs.replace(each, writable=each.name != tenant)
                    for each in map(attribute, attributes.split(", "))
                ),
                identities=_IDENTITIES if table == "members" else (),
                check_constraints=_CHECKS if table == "members" else (),
            )
    return {
        name: structs.replace(each, relationships=tuple(relationships(each, found, hints)))
        for name, each in found.items()
    }


def of_tenants(attribute: str | None) -> Multitenancy | None:
    if attribute is None:
        return None
    return Multitenancy(strategy=Strategy.ATTRIBUTE, attribute=attribute)


def relationships(
    resource: Resource, all_: dict[Name, Resource], hints: Hints
) -> Iterator[Relationship]:
    """Yield the associations of a schema between tables that have a resource."""
    table = Name("public", resource.table)
    for schema in hints.schemas:
        for each in schema.associations if schema.table.name == resource.table else ():
            if each.table in all_:
                yield Relationship(
                    name=each.name,
                    kind=RelationshipKind(each.kind),
                    destination=all_[each.table].module,
                    source_attribute=each.own,
                    destination_attribute=each.target,
                    foreign_keys=((table, f"{resource.table}_{each.own}_fkey"),),
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
            creates=("lib/app.ex:1",) if "create" in said else (),
            updates=("lib/app.ex:1",) if "update" in said else (),
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


# One step of each kind, whose field or line tells it from the others.
_STEPS = (
    lambda n: Cast(line=n, fields=(f"f{n}",)),
    lambda n: Cast(line=n, fields=(f"f{n}", f"gone{n}")),
    lambda n: Rule(line=n, call="validate_length", arguments=(f":f{n}", "[max: 5]")),
    lambda n: Rule(line=n, call="validate_format", arguments=(f":f{n}", "~r/x/")),
    lambda n: Rule(line=n, call="validate_number", arguments=(f":f{n}", "less_than: 5")),
    lambda n: Rule(line=n, call="put_change", arguments=(f":f{n}", '"x"')),
    lambda n: Rule(line=n, call="put_change", arguments=(f":f{n}", "%{\n  a: 1\n}")),
    lambda n: Rule(line=n, call="update_change", arguments=(f":f{n}", "&String.trim/1")),
    lambda n: Rule(line=n, call="change", arguments=(f"f{n}: nil",)),
    lambda n: Rule(line=n, call="validate_required", arguments=(f"[:gone{n}]",)),
    lambda n: Copied(line=n, function="step", arguments=(f":f{n}",)),
    lambda n: Nested(line=n, call="cast_assoc", field=f"f{n}"),
    lambda n: Todo(line=n, source=f"odd(:f{n},\n  1)", reason="it is odd"),
)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(_STEPS), min_size=1, max_size=12),
    st.sampled_from(Style),
    st.sampled_from(["create", "update"]),
)
def test_each_step_is_written_in_its_place(
    makers: list[Callable[[int], Step]], style: Style, kind: str
) -> None:
    steps = tuple(make(number) for number, make in enumerate(makers, 1))
    changeset = Changeset(
        module="Legacy.User",
        function="changeset",
        arity=2,
        path="lib/user.ex",
        line=1,
        table=Name("public", "users"),
        schema="Legacy.User",
        steps=steps,
        functions=(
            CopiedFunction(
                name="step", arity=2, path="lib/user.ex", line=1, source="def step(c, _), do: c"
            ),
        ),
        creates=("x",) if kind == "create" else (),
        updates=("x",) if kind == "update" else (),
    )
    text = Atom("string")
    resource = Resource(
        module="App.User",
        domain="App.Core",
        repo="App.Repo",
        table="users",
        schema="public",
        actions=Actions(create=True, update=True),
        attributes=tuple(Attribute(name=f"f{n}", column=f"f{n}", type=text) for n in range(1, 13)),
    )
    (found,) = plan_actions([changeset], {Name("public", "users"): resource}, {})
    if not found.actions:
        return
    ((entity,),) = action_section(found, "App", style).groups
    body = "\n".join(entity.lines).partition("skip_unknown_inputs :*")[2]
    one_cast = sum(isinstance(step, Cast) for step in steps) == 1
    position = 0
    for step in steps:
        bare = isinstance(step, Cast) and one_cast
        said = "App.Changes.Cast" if bare else rf":f{step.line}\b|\bf{step.line}:|ex:{step.line}:"
        match = re.search(said, body[position:])
        assert match is not None, step
        position += match.end()
    for step in steps:
        if isinstance(step, Cast) and len(step.fields) > 1:
            assert f"cast of :gone{step.line}" in body


@given(
    st.permutations(["changeset", "create_changeset", "edit_changeset", "edit", "read_changeset"])
)
def test_names_do_not_depend_on_the_order_of_functions(functions: list[str]) -> None:
    def named(order: list[str]) -> dict[str, str]:
        made = [
            Changeset(
                module="Legacy.User",
                function=each,
                arity=2,
                path="lib/user.ex",
                line=order.index(each),
                table=Name("public", "users"),
                schema="Legacy.User",
                creates=("x",),
                updates=("x",),
            )
            for each in order
        ]
        resource = Resource(
            module="App.User",
            domain="App.Core",
            repo="App.Repo",
            table="users",
            schema="public",
            actions=Actions(create=True, update=True),
        )
        (found,) = plan_actions(made, {Name("public", "users"): resource}, {})
        return {action.name: action.changeset.function for action in found.actions}

    assert named(functions) == named(sorted(functions))
    assert len(named(functions)) == 2 * len(functions)


@settings(deadline=None)
@given(st.text(alphabet=" abc:1~r/[]{}(),.\"'%&\\#\n|@", max_size=40))
def test_no_source_of_an_argument_is_too_odd(source: str) -> None:
    flat(read_partly(source))


def test_functions_that_write_in_one_place_are_found() -> None:
    source = (CASES[0].parent / "names.exs").read_text()
    (found,) = planned(source)
    assert [
        (place, [action.name for action in actions]) for place, actions in written_together(found)
    ] == [
        ("lib/app.ex:1", ["create", "create_by_changeset", "create_role", "invite"]),
        ("lib/app.ex:1", ["update", "promote", "role", "update_name", "update_read"]),
    ]


def test_what_is_left_is_listed_as_it_stands_in_the_actions() -> None:
    for case in CASES:
        source = case.read_text()
        for each in planned(source):
            entities = [entity for (entity,) in action_section(each, "App").groups]
            said = [
                line.strip().removeprefix("# TODO ")
                for entity in entities
                for line in entity.lines
                if "# TODO " in line
            ]
            left = left_steps(each)
            assert said == [f"{one.path}:{one.line}: {one.reason}" for one in left]
            assert all(one.source for one in left)
