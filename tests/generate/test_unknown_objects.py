"""What a dump does not say is unknown, not dropped: nothing that was generated of it changes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.corpus.corpus import DUMPS
from tests.databases import as_uri
from tests.generate.conftest import Write
from tests.generate.running import Shop

from ash_scaffold import session
from ash_scaffold.postgres.dump import load, read_dump, require_schema
from ash_scaffold.postgres.script import read_script
from ash_scaffold.postgres.server import Server
from ash_scaffold.postgres.source import DumpOptions, Source
from ash_scaffold.problem import Code, Exit, ScaffoldError

NUMBERS = count()
SHOP = """\
CREATE TYPE public.state AS ENUM ('open', 'paid');
CREATE TABLE public.customers (id bigserial PRIMARY KEY, email text NOT NULL);
COMMENT ON TABLE public.customers IS 'People who buy';
COMMENT ON COLUMN public.customers.email IS 'Lower case';
CREATE TABLE public.invoices (
  id bigserial PRIMARY KEY, customer_id bigint NOT NULL, state public.state, at timestamptz
);
ALTER TABLE public.invoices ALTER COLUMN at SET DEFAULT now();
ALTER TABLE public.invoices ADD CONSTRAINT positive CHECK (customer_id > 0);
ALTER TABLE ONLY public.invoices
  ADD CONSTRAINT invoices_customer FOREIGN KEY (customer_id) REFERENCES public.customers(id);
CREATE UNIQUE INDEX customers_email ON public.customers (email);
GRANT SELECT ON public.customers TO PUBLIC;
CREATE FUNCTION public.noise() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""


class DumpShop:
    """A project whose database is a dump, loaded into the server that all tests share."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.path = shop.root / "structure.sql"

    def run(self, text: str, **options: object) -> tuple[Exit, list[str], str]:
        """Run on a dump; return how it ended, its problems, and the diff of all Elixir."""
        self.path.write_text(text)
        done = self.shop.run(url=None, dump=self.path, domain=None, **options)
        code = Exit.FINDINGS if done.errors else Exit.OK
        return code, [each.replace(str(self.path), "dump") for each in done.problems], done.diff


@pytest.fixture
def dump_shop(
    make_project: Write, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DumpShop]:
    made: list[str] = []

    @contextmanager
    def open_source(
        _url: str | None,
        dump: Path,
        *,
        options: DumpOptions,
        **_others: object,
    ) -> Iterator[Source]:
        read = read_dump(dump, options.database)
        require_schema(read)
        made.append(f"unknown_{next(NUMBERS)}")
        loaded = load(postgres, made[-1], [read])
        yield Source(
            url=postgres.plain_url(made[-1]),
            description=str(dump),
            server_version_text="18",
            problems=loaded.problems,
            refusals=loaded.refusals,
        )

    monkeypatch.setattr(session, "open_source", open_source)
    root = make_project({"ash_scaffold.toml": '[domains."Shop.Core"]\ntables = ["*"]\n'})
    yield DumpShop(Shop(root, ""))
    with psycopg.connect(as_uri(postgres.url("postgres")), autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


@pytest.mark.parametrize(
    ("statement", "refused", "unknown"),
    [
        ("CREATE TYPE public.state AS ENUM", "CREATE TYPE nosuch.state AS ENUM", None),
        ("public.customers (id", "public.customers (x nosuch, id", "customers"),
        ("PRIMARY KEY, customer_id", "PRIMARY KEY, x nosuch, customer_id", "invoices"),
        ("COLUMN at SET DEFAULT now()", "COLUMN at SET DEFAULT nosuch()", "invoices.at"),
        ("CHECK (customer_id > 0)", "CHECK (nosuch(customer_id))", "invoices.positive"),
        ("REFERENCES public.customers", "REFERENCES public.no", "invoices.invoices_customer"),
        ("customers (email)", "customers (nosuch(email))", "customers.customers_email"),
        ("IS 'People who buy'", "IS nosuch", "customers"),
        ("IS 'Lower case'", "IS nosuch", "customers.email"),
    ],
)  # fmt: skip
def test_what_hangs_on_a_refused_statement_stays_as_it_was(
    statement: str, refused: str, unknown: str | None, dump_shop: DumpShop
) -> None:
    assert SHOP.count(statement) == 1
    assert dump_shop.run(SHOP)[0] is Exit.OK
    before = dump_shop.shop.tree()

    code, problems, diff = dump_shop.run(SHOP.replace(statement, refused))

    assert (code, diff) == (Exit.FINDINGS, "")
    after = dump_shop.shop.tree()
    assert {**after, "structure.sql": b""} == {**before, "structure.sql": b""}
    errors = [each for each in problems if each.startswith("error ")]
    assert all(each.startswith("error [unknown-object] dump:") for each in errors)
    if unknown is not None:
        assert any(f": {unknown}: unknown, because the server refused" in each for each in errors)


@pytest.mark.parametrize(
    "statement",
    [
        "GRANT SELECT ON public.customers TO nobody_here",
        "CREATE FUNCTION public.noise() RETURNS nosuch",
    ],
)
def test_what_can_t_touch_a_table_is_no_more_than_a_note(
    statement: str, dump_shop: DumpShop
) -> None:
    dump_shop.run(SHOP)
    start = statement[:25]
    text = re.sub(rf"(?m)^{re.escape(start)}.*$", f"{statement};", SHOP)
    assert text != SHOP

    code, problems, diff = dump_shop.run(text)

    assert (code, diff) == (Exit.OK, "")
    assert [each.split()[0] for each in problems] in ([], ["note"])


def test_what_is_known_follows_beside_what_is_not(dump_shop: DumpShop) -> None:
    dump_shop.run(SHOP)
    text = SHOP.replace("email text NOT NULL", "email text NOT NULL, phone text").replace(
        "CHECK (customer_id > 0)", "CHECK (nosuch(customer_id))"
    )

    code, _problems, diff = dump_shop.run(text)

    assert code is Exit.FINDINGS
    assert "+    attribute :phone, :string do" in diff
    assert "\n-" not in diff.replace("\n--- ", "\n")


def test_a_refusal_that_the_team_lives_with_is_accepted_by_its_object(dump_shop: DumpShop) -> None:
    dump_shop.run(SHOP)
    config = dump_shop.shop.read("ash_scaffold.toml")
    dump_shop.shop.write(
        {"ash_scaffold.toml": f'{config}[[accept]]\nobject = "invoices.positive"\nreason = "odd"\n'}
    )

    code, problems, diff = dump_shop.run(
        SHOP.replace("CHECK (customer_id > 0)", "CHECK (nosuch(customer_id))")
    )

    assert (code, diff) == (Exit.OK, "")
    assert [each.split(" dump:")[0] for each in problems] == ["note [unknown-object]"]


def test_prune_refuses_where_tables_are_unknown(dump_shop: DumpShop) -> None:
    dump_shop.run(SHOP)
    before = dump_shop.shop.tree()
    refused = SHOP.replace(
        "CREATE TABLE public.customers (id", "CREATE TABLE public.customers (x no, id"
    )

    with pytest.raises(ScaffoldError) as caught:
        dump_shop.run(refused, prune=True)

    assert [each.code for each in caught.value.problems][-1] is Code.USAGE
    assert dump_shop.shop.tree() == {**before, "structure.sql": refused.encode()}


def test_a_dump_that_is_behind_the_migrations_removes_nothing(dump_shop: DumpShop) -> None:
    table = "CREATE TABLE public.schema_migrations (version bigint PRIMARY KEY);\n"
    rows = "INSERT INTO public.schema_migrations (version) VALUES (1), (2);\n"
    body = "create table(:invoices) do\n      add :customer_id, references(:customers)\n    end"
    text = (
        "defmodule Shop.Repo.Migrations.A do\n  use Ecto.Migration\n\n"
        f"  def change do\n    {body}\n  end\nend\n"
    )
    dump_shop.shop.write({f"priv/repo/migrations/{v}_invoices.exs": text for v in (1, 2, 3)})
    whole = SHOP + table + rows.replace("(2)", "(2), (3)")
    assert dump_shop.run(whole)[:2] == (Exit.OK, [])
    before = dump_shop.shop.tree()
    start, end = SHOP.index("CREATE TABLE public.invoices"), SHOP.index("CREATE UNIQUE INDEX")
    old = SHOP[:start] + SHOP[end:] + table + rows

    code, problems, diff = dump_shop.run(old.replace(", (2)", ""))

    assert (code, diff) == (Exit.FINDINGS, "")
    assert {**dump_shop.shop.tree(), "structure.sql": b""} == {**before, "structure.sql": b""}
    assert problems == [
        "error [database-behind] : The dump lacks 2 migrations of priv/repo/migrations: from "
        "2_invoices to 3_invoices. What they change stays as the last run has read it: customers, "
        "invoices.\n    Run mix ecto.migrate && mix ecto.dump. To take it for what it is: "
        "ash-scaffold resources --behind."
    ]


def test_a_schema_that_a_dump_lacks_is_unknown(dump_shop: DumpShop) -> None:
    """`pg_dump --schema` leaves the others out."""
    billing = (
        "CREATE SCHEMA billing;\nCREATE TABLE billing.fees (id bigserial PRIMARY KEY,\n"
        "  customer_id bigint REFERENCES public.customers);\n"
    )
    dump_shop.run(SHOP)
    dump_shop.shop.write(
        {"ash_scaffold.toml": '[domains."Shop.Core"]\ntables = ["*", "billing.*"]\n'}
    )
    dump_shop.run(SHOP + billing)
    dump_shop.shop.write({"ash_scaffold.toml": '[domains."Shop.Core"]\ntables = ["*"]\n'})
    dump_shop.run(SHOP + billing)
    before = dump_shop.shop.tree()
    assert b"has_many :fees" in before["lib/shop/core/customer.ex"]

    code, problems, diff = dump_shop.run(SHOP)

    assert (code, diff) == (Exit.FINDINGS, "")
    assert dump_shop.shop.tree() == {**before, "structure.sql": SHOP.encode()}
    assert problems == [
        "error [unknown-object] dump: billing: unknown, because the dump has no such schema. Its "
        "table stays as the last run has read it.\n    Dump all schemas, without --schema of "
        "pg_dump; where it was dropped indeed, read the database with --url."
    ]


def test_a_dump_of_which_all_is_refused_says_why_there_are_no_tables(dump_shop: DumpShop) -> None:
    with pytest.raises(ScaffoldError) as caught:
        dump_shop.run("CREATE TABLE a (id int primary key, x nosuchtype);\n")

    problems = caught.value.problems
    assert [each.code for each in problems][:1] == [Code.UNKNOWN_OBJECT]
    assert 'type "nosuchtype" does not exist' in problems[0].what


def test_a_dump_that_lost_all_keys_is_refused_though_nothing_in_it_says_so(
    dump_shop: DumpShop,
) -> None:
    keyed = "CREATE TABLE public.a (id int NOT NULL);\nALTER TABLE public.a ADD PRIMARY KEY (id);\n"
    dump_shop.run(keyed)
    before = dump_shop.shop.tree()
    text = keyed.splitlines()[0]

    with pytest.raises(ScaffoldError) as caught:
        dump_shop.run(text)

    [problem] = caught.value.problems
    assert (problem.code, problem.what) == (
        Code.DUMP_UNREADABLE,
        "It holds not one key or index, and 1 of its tables had a primary key at the last run.",
    )
    assert dump_shop.shop.tree() == {**before, "structure.sql": text.encode()}


HANGS = re.compile(
    r"CREATE (TABLE|VIEW|MATERIALIZED|(UNIQUE )?INDEX|TYPE|DOMAIN|TRIGGER)"
    r"|COMMENT ON (TABLE|COLUMN)"
    r"|ALTER TABLE .*(ADD CONSTRAINT|SET DEFAULT|ATTACH)"
)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(20))
def test_nothing_is_lost_whatever_is_refused_or_cut_off(chunk: int, dump_shop: DumpShop) -> None:
    whole = DUMPS["boats"].path.read_text()
    statements = read_script(whole.encode()).statements
    code, _problems, _diff = dump_shop.run(whole)
    assert code is Exit.OK
    dump_shop.shop.edit(
        "lib/shop/core/boat.ex",
        ("attribute :title, :string do", "attribute :title, :string do # the name"),
        ("defaults [:read, :destroy, create: :*, update: :*]", "defaults [:read, create: :*]"),
    )
    dump_shop.run(whole)
    before = {path: body for path, body in dump_shop.shop.tree().items() if path != "structure.sql"}
    assert len(before) > 30
    for case in range(25):
        seed = f"{chunk}/{case}"
        dice = random.Random(seed)
        if dice.random() < 0.3:
            text = whole[: dice.randrange(len(whole))]
            hangs = False
            cut_off = text.rstrip() != whole.rstrip()
        else:
            chosen = dice.sample(statements, dice.choice([1, 1, 2, 5, 40]))
            raw = bytearray(whole.encode())
            for statement in sorted(chosen, key=lambda each: -each.start):
                raw[statement.end - 1 : statement.end] = b" REFUSED;"
            text, cut_off = raw.decode(), False
            # The schema archive is not read.
            hangs = any(HANGS.match(e.head) and "archive." not in e.head for e in chosen)
        if cut_off:
            with pytest.raises(ScaffoldError) as caught:
                dump_shop.run(text)
            assert {each.code for each in caught.value.problems} == {Code.DUMP_UNREADABLE}, seed
        else:
            code, problems, _diff = dump_shop.run(text)
            assert code is Exit.FINDINGS or not hangs, (seed, problems)
        after = {p: body for p, body in dump_shop.shop.tree().items() if p != "structure.sql"}
        changed = [path for path in before if after.get(path) != before[path]]
        assert (changed, after.keys()) == ([], before.keys()), seed
