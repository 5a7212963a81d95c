"""Each `tests/golden/*/*.sql` is a few lines of DDL; the `.ex` beside it is all that comes out.

An `.exs` beside it is the legacy code, which is read as a file of the project. The modules of
`managed` are those of tables that Ash migrates; a comment says what can't be made as it is.

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
from msgspec import structs
from tests.support import PROJECT, Output, generate, managed

from ash_scaffold.ash.embeds import custom_types_in
from ash_scaffold.ash.hints import ArrayHint, EctoTypeHint, EmbedHint, LegacySchema
from ash_scaffold.config.load import parse_config
from ash_scaffold.config.match import Resolver
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.embeds import with_embeds
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.postgres.server import Server
from ash_scaffold.project.format import formatter_calls
from ash_scaffold.session import tenant_schemas

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(GOLDEN.glob("*/*.sql"))
_ALIKE = frozenset(
    f"App.Types.{name}"
    for name in "Bit1 Bit4 Bpchar Char Cidr Float Hstore Inet Int2 Int4 Interval Json Macaddr Oid "
    "PgLsn Point Varbit Timestamptz TimestamptzUsec UtcDatetime UtcDatetimeUsec TimeUsec Int4Range "
    "NumRange TsRange DateMultirange Tsvector NaiveDatetimeUsec".split()
)
# A domain that is not the context of any schema gets its tables by configuration alone.
_ALL = '[domains."App.Core"]\ntables = ["*", "*.*"]\n'
_CONFIG = re.compile(r"/\* ash_scaffold\.toml\n(.*?)\*/\n", re.DOTALL)


def everything(output: Output) -> str:
    """Write the modules, those that every database would get alike left out, and the problems."""
    texts = [text for name, text in output.modules.items() if name not in _ALIKE]
    problems = [f"# {code} {where}: {what}\n" for code, where, what in output.problems()]
    return "\n".join([*texts, "".join(problems)] if problems else texts)


def legacy(source: Path, config: str) -> tuple[LegacySchema, ...]:
    """Read the Ecto schemas of a file, if there is one."""
    if not source.exists():
        return ()
    hints = read_code(CodeBase([ElixirFile("lib/app.ex", source.read_bytes())]))
    wanted = Resolver(parse_config(config))
    return with_embeds(hints, lambda s, column: wanted.embeds_for(s.table, column)).schemas


def types_of(schemas: tuple[LegacySchema, ...]) -> Iterator[str]:
    """Give the modules that the types of fields are in."""
    for schema in schemas:
        for field in schema.fields:
            hint = field.type.item if isinstance(field.type, ArrayHint) else field.type
            if isinstance(hint, EctoTypeHint) and hint.source:
                yield hint.source
            if isinstance(hint, EmbedHint):
                yield from (each.source for each in custom_types_in(hint) if each.source)


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_modules_of(
    case: Path, reflect_scratch: Callable[..., Database], postgres: Server
) -> None:
    ddl = case.read_text()
    config = _CONFIG.search(ddl)
    schemas = ("public", *re.findall(r"CREATE SCHEMA (\w+)", ddl))
    own = config[1] if config else ""
    tenants = tenant_schemas(parse_config(own))
    if tenants is not None:
        schemas = tuple(schema for schema in schemas if not tenants.is_other(schema))
        schemas = (*schemas, tenants.template)
    database = reflect_scratch(ddl, schemas=schemas, tenants=tenants)
    read = legacy(case.with_suffix(".exs"), own)
    there = dict.fromkeys(types_of(read), "lib/app.ex")
    state = structs.replace(PROJECT, legacy=read, modules=there)
    said = own + (_ALL if state.legacy else "")
    output = generate(database, said, state=state)
    if case.parent.name == "managed":
        output = managed(output, database, postgres.url("scratch"))
    found = everything(output)
    golden = case.with_suffix(".ex")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found)
    assert found == golden.read_text()


def test_every_golden_file_has_its_case() -> None:
    assert sorted(GOLDEN.glob("*/*.ex")) == [case.with_suffix(".ex") for case in CASES]
    assert {path.with_suffix(".sql") for path in GOLDEN.glob("*/*.exs")} <= set(CASES)


@pytest.mark.skipif(shutil.which("mix") is None, reason="no mix on the PATH")
def test_the_formatter_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".formatter.exs").write_text(
        f'[inputs: ["*.ex"], locals_without_parens: [{", ".join(formatter_calls())}]]'
    )
    texts = {f"{c.parent.name}_{c.stem}.ex": c.with_suffix(".ex").read_text() for c in CASES}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    subprocess.run(["mix", "format"], cwd=tmp_path, check=True, timeout=60)
    assert {name: (tmp_path / name).read_text() for name in texts} == texts
