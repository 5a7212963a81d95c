"""The tool over the schemas of real applications, and over the example of the design."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.corpus.corpus import DUMPS, Dump
from tests.dsl import faults, load_dsl
from tests.support import Output, generate, reflect

from ash_scaffold.ash.tenant_signs import tenant_signs
from ash_scaffold.postgres.catalog import Database, Name
from ash_scaffold.postgres.connect import read_only
from ash_scaffold.postgres.dump import load, read_dump
from ash_scaffold.postgres.server import Server
from ash_scaffold.project.format import formatter_calls
from ash_scaffold.syntax.parse import parse

EXAMPLE = Dump(Path(__file__).parent / "example" / "structure.sql", ("billing", "public"))
DOMAINS = """
[domains."App.Accounts"]
tables = ["users", "users_tokens"]
[domains."App.Blog"]
tables = ["posts", "tags", "posts_tags"]
[domains."App.Billing"]
tables = ["billing.*"]
"""


@pytest.fixture(scope="session")
def databases(postgres: Server) -> Callable[[Dump], Database]:
    """Give `databases(dump) -> Database`, each dump loaded once."""
    found: dict[Dump, Database] = {}

    def read(dump: Dump) -> Database:
        if dump not in found:
            load(postgres, f"corpus_{dump.name}", [read_dump(dump.path)])
            with read_only(postgres.url(f"corpus_{dump.name}")) as connection:
                found[dump] = reflect(connection, schemas=dump.schemas)
        return found[dump]

    return read


@pytest.fixture(scope="session")
def outputs(
    databases: Callable[[Dump], Database],
) -> Callable[[str], Output]:
    """Give `outputs(name) -> Output` of a dump of the corpus."""
    found: dict[str, Output] = {}

    def read(name: str) -> Output:
        if name not in found:
            found[name] = generate(databases(DUMPS[name]))
        return found[name]

    return read


@pytest.mark.slow
@pytest.mark.parametrize("name", DUMPS)
class TestCorpus:
    def test_each_column_is_an_attribute_or_a_problem(
        self, name: str, outputs: Callable[[str], Output]
    ) -> None:
        plan = outputs(name).plan
        told = {problem.where for problem in plan.problems}
        missing = []
        for item in plan.resources:
            sources = {attribute.column for attribute in item.resource.attributes}
            for column in item.draft.table.columns:
                where = f"{item.draft.name}.{column.name}"
                if column.name not in sources and where not in told:
                    missing.append(where)
        assert missing == []
        assert plan.resources

    def test_each_table_is_a_resource_or_skipped(
        self,
        name: str,
        outputs: Callable[[str], Output],
        databases: Callable[[Dump], Database],
    ) -> None:
        plan = outputs(name).plan
        tables = databases(DUMPS[name]).tables
        resources: set[Name] = {item.draft.name for item in plan.resources}
        assert resources.isdisjoint(plan.scope.skipped)
        assert resources | set(plan.scope.skipped) == {table.name for table in tables}

    def test_every_module_parses(self, name: str, outputs: Callable[[str], Output]) -> None:
        texts = outputs(name).modules
        assert {m: parse(t.encode()).fault for m, t in texts.items()} == dict.fromkeys(texts)

    def test_every_module_says_only_what_ash_knows(
        self, name: str, outputs: Callable[[str], Output]
    ) -> None:
        dsl = load_dsl()
        assert [
            fault for text in outputs(name).modules.values() for fault in faults(text, dsl)
        ] == []

    def test_a_second_run_gives_the_same_bytes(
        self, name: str, outputs: Callable[[str], Output], postgres: Server
    ) -> None:
        first = outputs(name).modules
        with read_only(postgres.url(f"corpus_{name}")) as connection:
            again = reflect(connection, schemas=DUMPS[name].schemas)
        assert generate(again).modules == first

    @pytest.mark.skipif(shutil.which("mix") is None, reason="no mix on the PATH")
    def test_the_formatter_changes_nothing(
        self, name: str, outputs: Callable[[str], Output], tmp_path: Path
    ) -> None:
        texts = outputs(name).modules
        assert formatted(tmp_path, texts) == texts


@pytest.fixture(scope="module")
def output(databases: Callable[[Dump], Database]) -> Output:
    return generate(databases(EXAMPLE), DOMAINS, domain=None)


class TestExample:
    """`example/lib` holds what a senior Ash developer would have written for its database."""

    def test_the_modules_are_those_of_the_example(self, output: Output) -> None:
        # The type of numeric(p,s), see BETTER.
        assert sorted(output.modules) == sorted([*wanted(), "App.Types.Numeric"])

    def test_resources_and_domains_are_those_of_the_example(self, output: Output) -> None:
        # Support types do more here than there.
        ours = {n: t for n, t in output.modules.items() if not n.startswith("App.Types.")}
        theirs = {n: t for n, t in wanted().items() if not n.startswith("App.Types.")}
        for name, before, after in BETTER:
            assert theirs[name].count(before) == 1
            theirs[name] = theirs[name].replace(before, after)
        assert ours == theirs


# Where the output is not the example's, and why.
BETTER = [
    # Ash's own guess is the index' real name.
    ("App.Accounts.User", '    identity_index_names email: "users_email_index"\n', ""),
    (
        "App.Accounts.UserToken",
        '\n    identity_index_names context_token: "users_tokens_context_token_index"\n',
        "",
    ),
    # Ash knows a belongs_to of a resource to itself on both of its sides.
    (
        "App.Blog.Post",
        '\n    foreign_key_names [{:id, "posts_parent_id_fkey", "would leave records behind"}]\n',
        "",
    ),
    # Ash's decimal raises for NaN where there are limits.
    (
        "App.Billing.Invoice",
        "attribute :total, :decimal do",
        "attribute :total, App.Types.Numeric do",
    ),
    (
        "App.Blog.Post",
        "attribute :rating, :decimal do",
        "attribute :rating, App.Types.Numeric do",
    ),
    # A view's column has the typmod of its table's.
    (
        "App.Billing.Unpaid",
        "    attribute :total, :decimal do\n      public? true\n",
        "    attribute :total, App.Types.Numeric do\n      public? true\n      constraints "
        'min: Decimal.new("-9999999999.99"), max: Decimal.new("9999999999.99")\n',
    ),
]


def wanted() -> dict[str, str]:
    texts = [path.read_text() for path in (EXAMPLE.path.parent / "lib").rglob("*.ex")]
    return {text.split()[1]: text for text in texts}


def formatted(folder: Path, texts: dict[str, str]) -> dict[str, str]:
    """Run `mix format` with Ash's calls over texts."""
    calls = ", ".join(formatter_calls())
    (folder / ".formatter.exs").write_text(f'[inputs: ["*.ex"], locals_without_parens: [{calls}]]')
    for name, text in texts.items():
        (folder / f"{name}.ex").write_text(text)
    subprocess.run(["mix", "format"], cwd=folder, check=True, timeout=120)
    return {name: (folder / f"{name}.ex").read_text() for name in texts}


@pytest.mark.parametrize("name", ["boats", "records", "registry", "signing", "survey"])
def test_no_database_without_tenants_seems_to_have_some(
    name: str, databases: Callable[[Dump], Database]
) -> None:
    assert tenant_signs(databases(DUMPS[name])) is None
