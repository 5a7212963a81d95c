"""The managed form: what becomes of people's files on the way there and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support import generate, managed

from ash_scaffold.ash.compare import Kind, compare
from ash_scaffold.elixir.merge import merge
from ash_scaffold.elixir.read import Source, read_resources
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.server import Server

CASES = sorted((Path(__file__).parents[1] / "golden" / "managed").glob("*.sql"))
_EDITED = [
    ("    repo App.Repo\n", "    # Ours.\n    repo App.Repo\n\n    # And this.\n"),
    ("  actions do\n", "  # Own actions.\n  actions do\n"),
]


@pytest.fixture
def forms(
    reflect_scratch: Callable[..., Database], postgres: Server
) -> Callable[[str], dict[str, tuple[str, str]]]:
    """Give both forms of each resource of a database."""

    def of(ddl: str) -> dict[str, tuple[str, str]]:
        schemas = ("public", "billing") if "SCHEMA billing" in ddl else ("public",)
        database = reflect_scratch(ddl, schemas=schemas)
        shared = generate(database, '[domains."App.Core"]\ntables = ["*", "*.*"]\n')
        both = managed(shared, database, postgres.url("scratch")).modules
        resources = [each.resource.module for each in shared.plan.resources]
        return {name: (shared.modules[name], both[name]) for name in resources}

    return of


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_there_and_back_is_the_same_file(
    case: Path, forms: Callable[[str], dict[str, tuple[str, str]]]
) -> None:
    for module, (shared, theirs) in forms(case.read_text()).items():
        there = merge(shared.encode(), shared, theirs, module=module)
        assert (there.text.decode(), there.conflicts) == (theirs, ())
        back = merge(there.text, theirs, shared, module=module)
        assert (back.text.decode(), back.conflicts) == (shared, ())


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_what_a_person_wrote_stays(
    case: Path, forms: Callable[[str], dict[str, tuple[str, str]]]
) -> None:
    for module, (shared, theirs) in forms(case.read_text()).items():
        ours = shared
        for old, new in _EDITED:
            ours = ours.replace(old, new)
        there = merge(ours.encode(), shared, theirs, module=module)
        assert there.conflicts == ()
        assert "# Ours." in there.text.decode()
        assert "# And this." in there.text.decode()
        back = merge(there.text, theirs, shared, module=module)
        assert back.conflicts == ()
        assert _lines(back.text.decode()) == _lines(ours)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_what_is_written_reads_back(
    case: Path, forms: Callable[[str], dict[str, tuple[str, str]]]
) -> None:
    found = forms(case.read_text())
    both = [
        read_resources([Source(name, texts[form].encode()) for name, texts in found.items()], found)
        for form in (0, 1)
    ]
    for module in found:
        shared, theirs = (each[module] for each in both)
        assert theirs.unknown == frozenset()
        assert theirs.resource.migrate
        kinds = {difference.kind for difference in compare(shared.resource, theirs)}
        assert kinds <= {Kind.MIGRATE, Kind.DEFERRABLE}


def _lines(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if line)


def test_a_statement_that_a_person_changed_is_theirs(
    forms: Callable[[str], dict[str, tuple[str, str]]],
) -> None:
    found = forms(
        "CREATE TABLE t (id bigserial PRIMARY KEY, a text DEFERRED)".replace(
            "a text DEFERRED",
            "a text, CONSTRAINT u UNIQUE (a) DEFERRABLE, b varchar(3) DEFAULT 'x'",
        )
    )
    ((module, (shared, theirs)),) = found.items()
    ours = theirs.replace("varchar(3)", "varchar(4)").replace("DEFERRABLE", "NOT DEFERRABLE")
    assert ours != theirs
    back = merge(ours.encode(), theirs, shared, module=module)
    text = back.text.decode()
    assert back.conflicts
    assert "varchar(4)" in text
    assert "NOT DEFERRABLE" in text
