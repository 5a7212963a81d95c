"""The torture schema holds every construct that is hard to say; this is what comes of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.dsl import faults, load_dsl
from tests.support import Output
from tests.torture.generated import GOLDEN, files, torture

from ash_scaffold.postgres.catalog import Database
from ash_scaffold.project.format import formatter_calls
from ash_scaffold.syntax.parse import parse


def test_the_golden_files_are_what_comes_out(torture_output: Output) -> None:
    found = files(torture_output)
    golden = {path: path.read_text() for path in GOLDEN.rglob("*") if path.is_file()}
    assert sorted(found) == sorted(golden)
    assert found == golden


def test_it_comes_out_the_same_again(torture_database: Database, torture_output: Output) -> None:
    again = torture(torture_database)
    assert (list(again.modules.items()), again.problems()) == (
        list(torture_output.modules.items()),
        torture_output.problems(),
    )


def test_every_column_is_an_attribute_or_reported(
    torture_database: Database, torture_output: Output
) -> None:
    attributes = {
        (item.draft.name, attribute.column)
        for item in torture_output.plan.resources
        for attribute in item.resource.attributes
    }
    reported = {where for _, where, _ in torture_output.problems()}
    lost = [
        f"{table.name}.{column.name}"
        for table in torture_database.tables
        for column in table.columns
        if (table.name, column.name) not in attributes
        and f"{table.name}.{column.name}" not in reported
        and str(table.name) not in reported
    ]
    left_out = {name.name for name in torture_output.plan.scope.skipped}
    assert [column for column in lost if column.split(".")[0] not in left_out] == []


def test_every_table_is_a_resource_or_reported(
    torture_database: Database, torture_output: Output
) -> None:
    planned = {item.draft.name for item in torture_output.plan.resources}
    missing = sorted(str(t.name) for t in torture_database.tables if t.name not in planned)
    assert missing == ["nothing", 'quo"ted', "schema_migrations", "unreadable_types"]
    reported = {where for _, where, _ in torture_output.problems()}
    skipped = {str(name) for name in torture_output.plan.scope.skipped}
    assert {*missing} <= reported | skipped


def test_every_constraint_is_known_by_its_name(torture_output: Output) -> None:
    unknown = []
    for item in torture_output.plan.resources:
        if item.draft.is_view:
            continue
        table, resource = item.draft.table, item.resource
        known = {f"{table.name.name}_pkey"} if table.primary_key else set()
        known |= {identity.index for identity in resource.identities}
        known |= {r.foreign_key for r in resource.references}
        known |= {name for r in resource.relationships for _table, name in r.foreign_keys}
        for names in (
            resource.unique_index_names,
            resource.exclusion_constraint_names,
            resource.foreign_key_names,
            resource.check_constraints,
        ):
            known |= {constraint.name for constraint in names}
        wanted = {index.name for index in table.indexes if index.unique}
        for constraints in (table.checks, table.foreign_keys, table.exclusions):
            wanted |= {constraint.name for constraint in constraints}
        unknown += [f"{table.name}: {name}" for name in sorted(wanted - known)]
    assert unknown == []


def test_every_problem_says_where_what_and_what_to_do(torture_output: Output) -> None:
    problems = torture_output.plan.problems
    assert [p for p in problems if not (p.where and p.what and p.todo)] == []


def test_nothing_of_a_name_is_more_than_a_name(torture_output: Output) -> None:
    for name, text in torture_output.modules.items():
        tree = parse(text.encode())
        assert tree.fault is None, name
        # Whatever tries to run in a name or a comment stands in a literal, its `#{` escaped.
        assert "System.halt" not in text.replace("\\#{System.halt()}", ""), name


def test_no_file_leaves_the_folder_or_meets_another(torture_output: Output) -> None:
    paths = list(files(torture_output))
    assert all(path.resolve().is_relative_to(GOLDEN.resolve()) for path in paths)
    assert len({str(path).casefold() for path in paths}) == len(paths)


def test_the_modules_say_only_what_ash_knows(torture_output: Output) -> None:
    dsl = load_dsl()
    assert {n: f for n, text in torture_output.modules.items() if (f := faults(text, dsl))} == {}


@pytest.mark.skipif(shutil.which("mix") is None, reason="no mix on the PATH")
def test_the_formatter_changes_nothing(tmp_path: Path, torture_output: Output) -> None:
    (tmp_path / ".formatter.exs").write_text(
        f'[inputs: ["*.ex"], locals_without_parens: [{", ".join(formatter_calls())}]]'
    )
    texts = {f"{name}.ex": text for name, text in torture_output.modules.items()}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    subprocess.run(["mix", "format"], cwd=tmp_path, check=True, timeout=120)
    assert {name: (tmp_path / name).read_text() for name in texts} == texts
