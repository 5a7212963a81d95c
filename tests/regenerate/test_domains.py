"""Domains can be run one by one, in any order: in the end it is as if all had been run at once."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.elixir.merging import Dice
from tests.regenerate.cases import failures, first_seed
from tests.regenerate.project import MixProject, Tree
from tests.regenerate.schemas import Schema, draw_schema
from tests.regenerate.steps import Person, own_files, put_files
from tests.regenerate.tweaks import TWEAKS, draw_tweak

from ash_scaffold.postgres.catalog import Database, Table
from ash_scaffold.problem import Code

DOMAINS = ("App.Accounts", "App.Blog", "App.Shop")
CONFIG = 'repo = "App.Repo"\nlegacy = false\n'
# Every table of the configuration has to stay, and every table has to be in it.
KINDS = [kind for kind in TWEAKS if not kind.endswith("table")]
ROUNDS = 6


def assigned(dice: Dice, schema: Schema) -> dict[str, list[Table]]:
    """Give every table to a domain."""
    found: dict[str, list[Table]] = {}
    for table in schema.tables:
        found.setdefault(dice.one(DOMAINS), []).append(table)
    return found


def config_of(domains: dict[str, list[Table]]) -> str:
    lines = [CONFIG]
    for domain, tables in domains.items():
        names = ", ".join(f'"{table.name}"' for table in tables)
        lines.append(f'[domains."{domain}"]\ntables = [{names}]\n')
    return "\n".join(lines)


def legacy_of(domains: dict[str, list[Table]]) -> dict[str, str]:
    """Return an Ecto schema for every table, in the context of its domain."""
    files = {}
    for domain, tables in domains.items():
        for table in tables:
            module = f"{domain}.Old{table.name.name.title().replace('_', '')}"
            prefix = f'  @schema_prefix "{table.name.schema}"\n'
            files[f"lib/legacy/{domain}_{table.name.name}.ex"] = (
                f"defmodule {module} do\n  use Ecto.Schema\n{prefix}"
                f'  schema "{table.name.name}" do\n  end\nend\n'
            )
    return files


def run_to_rest(project: MixProject, dice: Dice, database: Database, domains: list[str]) -> None:
    """Run the domains one by one, in another order each time, until nothing is written."""
    for _ in range(ROUNDS):
        order = dice.sample(domains, len(domains))
        written = [project.run(database, domain=domain).written for domain in order]
        if not any(written):
            return
    raise AssertionError(f"no rest after {ROUNDS} rounds")


def check_configured(seed: int) -> None:
    dice = Dice(seed)
    schema = draw_schema(dice, 4)
    domains = assigned(dice, schema)
    config = config_of(domains)
    with TemporaryDirectory() as first, TemporaryDirectory() as second:
        whole = MixProject(Path(first), config)
        single = MixProject(Path(second), config)
        whole.run(schema.database)
        run_to_rest(single, dice, schema.database, list(domains))
        assert single.files == whole.files
        for _ in range(3):
            Person(dice).edit(whole)
            put_files(single, own_files(whole))
            schema = draw_tweak(dice, schema, KINDS).schema
            kept = dict(whole.files)
            done = whole.run(schema.database)
            if Code.RENAME_UNCLEAR in {code for code, _ in done.errors}:
                whole.become(kept)
                return
            run_to_rest(single, dice, schema.database, list(domains))
            assert differing(single.files, whole.files) == []


def differing(files: Tree, others: Tree) -> list[str]:
    return sorted(p for p in files.keys() | others.keys() if files.get(p) != others.get(p))


def check_legacy(seed: int) -> None:
    dice = Dice(seed)
    schema = draw_schema(dice, 4)
    domains = assigned(dice, schema)
    found = []
    for _ in range(2):
        with TemporaryDirectory() as folder:
            project = MixProject(Path(folder), 'repo = "App.Repo"\n', **legacy_of(domains))
            run_to_rest(project, dice, schema.database, list(domains))
            assert dict(project.look(schema.database).written) == {}
            found.append(dict(project.files))
    first, second = found
    assert differing(first, second) == []
    for tables in domains.values():
        for table in tables:
            assert f"priv/ash_scaffold/{table.name.schema}.{table.name.name}.json" in first


def chunks(chunk: int) -> pytest.MarkDecorator:
    """Run a test for 40 seeds, so many at a time; it gets how many were before."""
    return pytest.mark.parametrize(("start", "count"), [(n, chunk) for n in range(0, 40, chunk)])


@pytest.mark.slow
@chunks(10)
def test_configured_domains_one_by_one_are_as_all_at_once(start: int, count: int) -> None:
    first = first_seed() + start
    assert failures(check_configured, range(first, first + count)) == []


@pytest.mark.slow
@chunks(20)
def test_domains_of_legacy_contexts_come_to_one_rest(start: int, count: int) -> None:
    first = first_seed() + start
    assert failures(check_legacy, range(first, first + count)) == []
