"""`ash-scaffold verify`, with a `mix` that gives what real Ash answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, Protocol

import pytest
from tests.verify.recording import RECORDED, SCHEMA

from ash_scaffold.postgres.source import DumpOptions
from ash_scaffold.postgres.url import describe_url, parse_url
from ash_scaffold.problem import Code, fail
from ash_scaffold.project.repo_options import ecto_url

MIX = """#!/bin/sh
echo "[info] starting up"
case "$1" in
  compile) cat "$FAKE_MIX/compile" 2>/dev/null && exit 1; exit 0 ;;
esac
answer=$(sed -n 's/.*answer: "\\([^"]*\\)".*/\\1/p' "$ASH_SCAFFOLD_REQUEST")
cp "$ASH_SCAFFOLD_REQUEST" "$FAKE_MIX/request"
echo "$MIX_ENV $DATABASE_URL $*" > "$FAKE_MIX/called"
cat "$FAKE_MIX/answers" > "$answer" 2>/dev/null
test ! -f "$FAKE_MIX/dies" || { echo "** (EXIT) killed by $DATABASE_URL"; exit 137; }
"""
REPO = """defmodule Shop.Repo do
  use AshPostgres.Repo, otp_app: :shop
end
"""


class Done(Protocol):
    code: int
    out: str
    err: str
    failure: tuple[int, str, str]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that says what the fake mix does; it gives the clean answers."""
    folder = tmp_path / "fake"
    folder.mkdir()
    (folder / "mix").write_text(MIX)
    (folder / "mix").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("FAKE_MIX", str(folder))
    monkeypatch.delenv("MIX_ENV", raising=False)
    answer(folder, "clean")
    return folder


@pytest.fixture
def shop(project: Path, database: Callable[..., str], resources: Callable[..., Done]) -> str:
    """The URL of the recorded database, and a project that has its resources."""
    url = database(SCHEMA)
    assert (project / "mix.exs").exists()
    assert resources("--url", url, "--domain", "Shop.Sales").code == 0
    return url


def answer(folder: Path, name: str) -> None:
    (folder / "answers").write_bytes((RECORDED / f"{name}.jsonl").read_bytes())


NOTE = "1 row: NaN or infinity in a float fails the read."


def test_clean_resources_end_with_0(fake: Path, shop: str, run: Callable[..., Done]) -> None:
    done = run("verify", "--url", shop)
    assert (done.code, done.err) == (0, "")
    assert "[info]" not in done.out
    assert "Shop.Sales.Customer   customers   2      11" in done.out
    assert done.out.endswith("2 resources: 0 errors, 0 warnings, 1 note.\n")
    env, url, *called = (fake / "called").read_text().split()
    assert (env, url) == ("dev", ecto_url(parse_url(shop).url))
    assert called[:3] == ["run", "--no-compile", "--no-start"]


def test_the_script_is_asked_what_the_options_say(
    fake: Path, shop: str, run: Callable[..., Done]
) -> None:
    run("verify", "--url", shop, "--table", "orders", "--rows", "all", "--show-values")
    request = (fake / "request").read_text()
    assert 'domains: [], tables: [{"public", "orders"}], rows: :all, show_values: true' in request
    assert "write: false, database: nil" in request


def test_findings_end_with_1(fake: Path, shop: str, run: Callable[..., Done]) -> None:
    answer(fake, "wrong_source")
    done = run("verify", "--url", shop, "--json")
    document = json.loads(done.out)
    assert (done.code, document["version"], document["clean"]) == (1, 1, False)
    assert [(f["severity"], f["kind"], f["column"]) for f in document["findings"]] == [
        ("error", "source", "nam"),
        ("error", "column", "name"),
        ("note", "listed-value", "rating"),
    ]
    assert document["findings"][2]["what"] == NOTE


def test_junit_is_written_beside_the_table(
    fake: Path, shop: str, tmp_path: Path, run: Callable[..., Done]
) -> None:
    answer(fake, "wrong_type")
    done = run("verify", "--url", shop, "--quiet", "--junit", str(tmp_path / "verify.xml"))
    assert done.code == 1
    assert 'tests="3" failures="2"' in (tmp_path / "verify.xml").read_text()


def test_the_project_stays_as_it_is(
    fake: Path,
    shop: str,
    project: Path,
    run: Callable[..., Done],
    files_of: Callable[[Path], dict[str, bytes]],
) -> None:
    before = files_of(project)
    assert run("verify", "--url", shop).code == 0
    assert files_of(project) == before
    assert (fake / "called").exists()


def test_a_table_that_is_not_there_is_refused_with_one_that_is(
    fake: Path, shop: str, run: Callable[..., Done]
) -> None:
    done = run("verify", "--url", shop, "--table", "order")
    assert (done.code, done.err) == (
        2,
        "error [unknown-name] --table order: No table fits order.\n    Did you mean orders?\n",
    )
    assert not (fake / "called").exists()


def test_write_is_refused_on_a_database_that_nobody_listed(
    fake: Path, shop: str, run: Callable[..., Done]
) -> None:
    done = run("verify", "--url", shop, "--write")
    assert done.code == 2
    assert "error [write-refused] --write: --write is for throw-away databases" in done.err
    assert not (fake / "called").exists()


@pytest.mark.usefixtures("fake", "shop")
def test_the_rows_of_a_dump_are_loaded_for_it_alone(
    run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def open_source(*_arguments: object, options: DumpOptions, **_others: object) -> NoReturn:
        asked.append((options.rows, sorted(options.extensions)))
        raise fail(Code.NO_LOCAL_SERVER, "Enough.")

    monkeypatch.setattr("ash_scaffold.session.open_source", open_source)
    for command in ("verify", "check", "inspect", "document", "init"):
        given = ("--extension", "mine") if command == "check" else ()
        assert run(command, "--dump", "structure.sql", *given).code == 2
    assert asked == [(True, []), (False, ["mine"]), *[(False, [])] * 3]


def test_without_mix_it_says_so(
    shop: str, run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run("verify", "--url", shop).failure == (
        2,
        "",
        "error [mix-missing] There is no mix on the PATH: it is run in the mix project.\n"
        "    Install Elixir, or run this where it is.\n"
        "`ash-scaffold explain mix-missing` says more.\n",
    )


def test_a_project_that_does_not_compile_shows_its_first_error(
    fake: Path, shop: str, run: Callable[..., Done]
) -> None:
    (fake / "compile").write_text("** (CompileError) lib/shop/a.ex:3: undefined function x/0\n")
    assert run("verify", "--url", shop).failure == (
        2,
        "",
        "error [compile-failed] lib/shop/a.ex:3: The project does not compile: undefined "
        "function x/0\n    Correct it; `mix compile` shows all of it.\n"
        "`ash-scaffold explain compile-failed` says more.\n",
    )


def test_missing_dependencies_are_named(fake: Path, shop: str, run: Callable[..., Done]) -> None:
    (fake / "compile").write_text(
        "Unchecked dependencies for environment dev:\n* ash (Hex package)\n"
        '  the dependency is not available, run "mix deps.get"\n'
        "** (Mix) Can't continue due to errors on dependencies\n"
    )
    assert run("verify", "--url", shop).failure == (
        2,
        "",
        "error [compile-failed] The project does not compile: Dependencies are missing or not up "
        "to date.\n    Run `mix deps.get`.\n"
        "`ash-scaffold explain compile-failed` says more.\n",
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '"ash":null,"ash_postgres":null',
            "error [ash-missing] mix.exs: The project does not have ash.\n"
            '    Add {:ash, "~> 3.5"} to deps, and run `mix deps.get`.\n'
            "`ash-scaffold explain ash-missing` says more.\n",
        ),
        (
            '"ash":"3.32.0","ash_postgres":"2.1.0-rc.1"',
            "error [ash-too-old] mix.exs: The project has ash_postgres 2.1.0-rc.1, and verify "
            "needs 2.5 or newer.\n    Run `mix deps.update ash_postgres`.\n"
            "`ash-scaffold explain ash-too-old` says more.\n",
        ),
    ],
)
def test_ash_that_is_missing_or_too_old_is_named(
    fake: Path, shop: str, run: Callable[..., Done], line: str, message: str
) -> None:
    start = f'{{"event":"project","elixir":"1.18.3","otp":"27",{line}}}\n{{"event":"end"}}\n'
    (fake / "answers").write_text(start)
    assert run("verify", "--url", shop).failure == (2, "", message)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "unlisted_domain",
            ("--domain", "Shop.Sale"),
            "error [domain-unlisted] --domain Shop.Sale: Shop.Sale is not among the application's "
            "ash_domains. Is Shop.Sales meant?\n"
            "    List it in config/config.exs: ash_domains: [Shop.Sales, Shop.Sale].\n"
            "`ash-scaffold explain domain-unlisted` says more.\n",
        ),
        (
            "other_database",
            (),
            "error [other-database] Shop.Repo: Shop.Repo uses localhost:5432/postgres, which is "
            "not the database that was read: {source}.\n"
            "    Give the one that the repo uses, or --reconnect to start the repo with the "
            "other.\n"
            "`ash-scaffold explain other-database` says more.\n",
        ),
        (
            "no_database",
            (),
            "error [repo-unreachable] Shop.Repo: Shop.Repo can't connect to "
            "localhost:5432/nothing: there is no such database.\n"
            "    Start the server or correct the repo's configuration; --reconnect starts the "
            "repo with {source} instead.\n"
            "`ash-scaffold explain repo-unreachable` says more.\n",
        ),
    ],
)
def test_what_keeps_the_script_from_asking_is_told(
    fake: Path,
    shop: str,
    run: Callable[..., Done],
    name: str,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    answer(fake, name)
    source = describe_url(parse_url(shop).url)
    failure = (2, "", message.replace("{source}", source))
    assert run("verify", "--url", shop, *arguments).failure == failure


def test_a_plain_repo_says_what_to_change(
    fake: Path, shop: str, project: Path, run: Callable[..., Done]
) -> None:
    (project / "lib/shop/repo.ex").write_text(REPO.replace("AshPostgres", "Ecto"))
    assert run("verify", "--url", shop).failure == (
        2,
        "",
        "error [plain-repo] lib/shop/repo.ex:1: Shop.Repo is a plain Ecto.Repo, which AshPostgres "
        "can't use.\n    Say `use AshPostgres.Repo, otp_app: :shop` in place of `use Ecto.Repo`: "
        "it serves the legacy code as well.\n"
        "`ash-scaffold explain plain-repo` says more.\n",
    )
    assert not (fake / "called").exists()


def test_a_script_that_dies_is_told_without_the_password(
    fake: Path, shop: str, run: Callable[..., Done]
) -> None:
    (fake / "dies").touch()
    (fake / "answers").write_bytes((RECORDED / "clean.jsonl").read_bytes().splitlines(True)[0])
    assert run("verify", "--url", shop).failure == (
        2,
        "",
        "error [script-failed] What was run in the project did not come to its end. It died "
        "with exit code 137.\n    The last lines that mix printed:\n    [info] starting up\n"
        "    ** (EXIT) killed by ***\n"
        "`ash-scaffold explain script-failed` says more.\n",
    )


def test_a_script_that_says_nothing_is_told(
    fake: Path, shop: str, run: Callable[..., Done]
) -> None:
    (fake / "answers").write_text("")
    assert run("verify", "--url", shop).failure == (
        2,
        "",
        "error [script-failed] What was run in the project did not come to its end. It gave "
        "no answer.\n    The last lines that mix printed:\n    [info] starting up\n"
        "`ash-scaffold explain script-failed` says more.\n",
    )


def test_rows_is_a_number_or_all(fake: Path, shop: str, run: Callable[..., Done]) -> None:
    assert run("verify", "--url", shop, "--rows", "many").failure == (
        2,
        "",
        "error [usage] --rows: --rows is 'many', which is neither a number nor all.\n"
        "    Give --rows 100, --rows 0 to read none, or --rows all.\n",
    )
    assert not (fake / "called").exists()


LEGACY = """defmodule Shop.Customers.Customer do
  use Ecto.Schema
  import Ecto.Changeset

  schema "customers" do
    field :email, :string
    field :name, :string
  end

  def changeset(customer, attrs, source \\\\ "web") do
    customer
    |> cast(attrs, [:email, :name])
    |> validate_required([:email])
    |> validate_length(:name, max: 20)
  end
end

defmodule Shop.Customers do
  alias Shop.Customers.Customer

  def create_customer(attrs), do: %Customer{} |> Customer.changeset(attrs) |> Shop.Repo.insert()
end
"""
BEGINNING = [
    {
        "event": "project",
        "elixir": "1.18.3",
        "otp": "27",
        "ash": "3.32.0",
        "ash_postgres": "2.12.0",
    },
    {"event": "domains", "listed": ["Shop.Sales"]},
]
AGREEING = {
    "event": "behaviour",
    "resource": "Shop.Sales.Customer",
    "table": ["public", "customers"],
    "action": "create",
    "kind": "create",
    "function": "Shop.Customers.Customer.changeset/2",
    "legacy_file": "{project}/lib/customers.ex",
    "legacy_line": 10,
    "action_file": "{project}/lib/shop/sales/customer/actions.ex",
    "action_line": 6,
    "mode": "form",
    "milliseconds": 1234,
    "inputs": 40,
    "accepted": 12,
    "agreed": 40,
    "cases": [
        {
            "mode": "form",
            "params": {"email": "", "tags": ["ä#{1}", 1, 1.5, None, True]},
            "accepted": False,
            "errors": [["name", "%{count}"], ["email", "can't be blank"]],
        },
        {"mode": "json", "params": {"email": "a"}, "accepted": True, "values": [["email", '"a"']]},
    ],
}
LOOSER = {
    **AGREEING,
    "agreed": 37,
    "groups": [
        {
            "class": "ash_looser",
            "fields": ["name"],
            "count": 3,
            "input": '%{"name" => String.duplicate("a", 21)}',
            "row": None,
            "legacy": ["name: should be at most 20 character(s)"],
            "ash": ["accepted"],
            "values": [],
        }
    ],
}


@pytest.fixture
def carried(fake: Path, shop: str, project: Path, run: Callable[..., Done]) -> str:
    """The URL of a project in which a changeset function was carried over; both sides agree."""
    (project / "lib/customers.ex").write_text(LEGACY)
    done = run("actions", "--url", shop, "--domain", "Shop.Sales")
    assert done.code == 0, done.err
    behave(fake, project, AGREEING)
    return shop


def behave(folder: Path, project: Path, *answers: object) -> None:
    """Let the script answer that."""
    lines = (json.dumps(each) for each in (*BEGINNING, *answers, {"event": "end"}))
    text = "".join(f"{line}\n" for line in lines)
    (folder / "answers").write_text(text.replace("{project}", str(project)))


def test_behaviour_asks_for_the_actions_that_were_carried_over(
    fake: Path, carried: str, run: Callable[..., Done]
) -> None:
    done = run("verify", "--behaviour", "--dry", "--url", carried, "--inputs", "40", "--seed", "7")
    assert (done.code, done.err) == (0, "")
    assert "seed 7, nothing was written" in done.out
    assert done.out.endswith("1 action: 40 of 40 inputs agree.\n")
    request = (fake / "request").read_text()
    assert (
        "behaviour: [inputs: 40, seed: 7, modes: [:form, :json], dry: true, show_values: false, "
        'cases: false, actions: [{"create", [resource: "Shop.Sales.Customer", '
        'table: {"public", "customers"}, action: "create", kind: "create", '
        'module: "Shop.Customers.Customer", function: "changeset", '
        'schema: "Shop.Customers.Customer", call: [{"struct", "customer", nil}, '
        '{"attributes", "attrs", nil}], struct: [], leave_out: []]}]]'
    ) in request


def test_behaviour_has_the_arguments_of_the_configuration(
    fake: Path, carried: str, project: Path, run: Callable[..., Done]
) -> None:
    with (project / "ash_scaffold.toml").open("a") as file:
        file.write(
            '[behaviour."customers.changeset"]\narguments = {source = \'"shop"\'}\n'
            'struct = {name = "nil"}\nleave_out = ["name"]\n'
        )
    assert run("verify", "--behaviour", "--dry", "--url", carried, "--params", "form").code == 0
    request = (fake / "request").read_text()
    assert "modes: [:form]" in request
    assert (
        '{"attributes", "attrs", nil}, {"other", "source", "\\"shop\\""}], '
        'struct: [{"name", "nil"}], leave_out: ["name"]'
    ) in request


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            '[behaviour."customers.changset"]\nleave_out = ["name"]',
            "error [unknown-name] behaviour.customers.changset in ash_scaffold.toml: No action was "
            "made of such a function.\n    Did you mean customers.changeset or customers.create?\n",
        ),
        (
            '[behaviour."customers.create"]\narguments = {sourc = "1"}',
            "error [unknown-name] behaviour.customers.create in ash_scaffold.toml: The function "
            "has no parameter sourc after the attributes.\n    Did you mean source?\n",
        ),
    ],
)
def test_behaviour_knows_the_names_of_the_configuration(
    fake: Path, carried: str, project: Path, run: Callable[..., Done], entry: str, message: str
) -> None:
    with (project / "ash_scaffold.toml").open("a") as file:
        file.write(f"{entry}\n")
    assert run("verify", "--behaviour", "--dry", "--url", carried).failure == (2, "", message)
    assert not (fake / "request").exists()


def test_behaviour_knows_the_fields_of_the_configuration(
    fake: Path, carried: str, project: Path, run: Callable[..., Done]
) -> None:
    unknown = {"what": "nam", "schema": "Shop.Customers.Customer", "known": ["email", "name"]}
    skipped = {key: AGREEING[key] for key in ("event", "resource", "table", "action")}
    behave(fake, project, {**skipped, "skipped": "", "unknown": unknown})
    assert run("verify", "--behaviour", "--dry", "--url", carried).failure == (
        2,
        "",
        "error [unknown-name] behaviour.customers.create in ash_scaffold.toml: nam is no field of "
        "Shop.Customers.Customer.\n    Did you mean name?\n",
    )


def test_a_difference_is_shown_with_its_input_and_both_places(
    fake: Path, carried: str, project: Path, run: Callable[..., Done], tmp_path: Path
) -> None:
    behave(fake, project, LOOSER, {**LOOSER, "mode": "json"})
    done = run("verify", "--behaviour", "--dry", "--url", carried, "--junit", f"{tmp_path}/b.xml")
    assert done.code == 1
    assert done.out.endswith(
        "error ash-looser customers.create.name: the action accepts it, the function does not\n"
        '    input (form and json): %{"name" => String.duplicate("a", 21)}\n'
        "    function: name: should be at most 20 character(s)\n"
        "    action: accepted\n"
        "    Shop.Customers.Customer.changeset/2 in lib/customers.ex:10, the action in "
        "lib/shop/sales/customer/actions.ex:6\n"
        "1 action: 74 of 80 inputs agree.\n"
    )
    assert 'name="customers.create"' in (tmp_path / "b.xml").read_text()
    assert 'tests="1" failures="1"' in (tmp_path / "b.xml").read_text()
    done = run("verify", "--behaviour", "--dry", "--url", carried, "--json")
    document = json.loads(done.out)
    assert (done.code, document["clean"], document["seed"]) == (1, False, 1)
    (difference,) = document["differences"]
    assert (difference["kind"], difference["severity"], difference["count"]) == (
        "ash-looser",
        "error",
        6,
    )


@pytest.mark.parametrize(
    "accepted", ["customers.create.name.ash-looser", "customers.create.name", "customers.create"]
)
def test_a_difference_is_accepted_by_its_name(
    fake: Path, carried: str, project: Path, run: Callable[..., Done], accepted: str
) -> None:
    behave(fake, project, LOOSER)
    with (project / "ash_scaffold.toml").open("a") as file:
        file.write(f'[[accept]]\nobject = "{accepted}"\nreason = "Names may be long."\n')
    done = run("verify", "--behaviour", "--dry", "--url", carried)
    assert done.code == 0
    assert "accepted ash-looser customers.create.name: Names may be long.\n" in done.out


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"skipped": "changeset/2 is private"}, "Changeset/2 is private."),
        ({"stopped": "no answer within 30 seconds"}, "No answer within 30 seconds."),
        (
            {"mode": "form", "inputs": 40, "agreed": 40},
            "No input (form) was found that the function accepts.",
        ),
    ],
)
def test_what_was_not_compared_is_never_counted_as_agreed(
    fake: Path,
    carried: str,
    project: Path,
    run: Callable[..., Done],
    told: dict[str, object],
    what: str,
) -> None:
    about = {key: AGREEING[key] for key in ("event", "resource", "table", "action")}
    behave(fake, project, {**about, **told})
    done = run("verify", "--behaviour", "--dry", "--url", carried)
    assert done.code == 1
    assert f"warning not-compared customers.create: {what}\n" in done.out


def test_behaviour_writes_only_where_it_may(
    fake: Path, carried: str, run: Callable[..., Done]
) -> None:
    done = run("verify", "--behaviour", "--url", carried)
    assert done.code == 2
    assert "error [write-refused] --behaviour: --behaviour writes rows, which is for" in done.err
    assert "Use --dump, or --dry to write nothing, or list it" in done.err
    assert not (fake / "request").exists()


def test_behaviour_without_an_action_says_how_to_make_one(
    fake: Path, shop: str, run: Callable[..., Done]
) -> None:
    assert run("verify", "--behaviour", "--dry", "--url", shop).failure == (
        2,
        "",
        "error [no-changesets] No action of the project was made of a changeset function.\n"
        "    Make them with ash-scaffold actions --domain App.Accounts.\n"
        "`ash-scaffold explain no-changesets` says more.\n",
    )
    assert not (fake / "request").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--behaviour", "--write"), "--write goes without --behaviour"),
        (("--seed", "3"), "--seed goes with --behaviour only"),
        (("--dry",), "--dry goes with --behaviour only"),
        (("--params", "form"), "--params goes with --behaviour only"),
    ],
)
def test_options_of_behaviour_go_with_it_alone(
    fake: Path, shop: str, run: Callable[..., Done], words: tuple[str, ...], message: str
) -> None:
    done = run("verify", "--url", shop, *words)
    assert done.code == 2
    assert f"error [usage] {words[-1] if '--' in words[-1] else words[0]}: {message}" in done.err
    assert not (fake / "request").exists()


def test_tests_are_written_once_and_are_a_persons_then(
    fake: Path, carried: str, project: Path, run: Callable[..., Done]
) -> None:
    file = project / "test/customer_behaviour_test.exs"
    words = ("verify", "--behaviour", "--dry", "--url", carried, "--tests", str(file))
    assert run(*words).code == 0
    text = file.read_text()
    assert "defmodule CustomerBehaviourTest do" in text
    assert (
        '  describe "Shop.Sales.Customer create" do\n'
        '    test "1: refuses email, name (form)" do\n'
        '      params = %{"email" => "", "tags" => ["ä\\#{1}", 1, 1.5, nil, true]}\n'
        "      changeset = create(Shop.Sales.Customer, :create, params)\n"
        "\n"
        '      assert errors(changeset) == [{"email", "can\'t be blank"}, {"name", "%{count}"}]\n'
        "    end\n"
        "\n"
        '    test "2: accepts email (json)" do\n'
        '      params = %{"email" => "a"}\n'
        "      changeset = create(Shop.Sales.Customer, :create, params)\n"
        "\n"
        "      assert errors(changeset) == []\n"
        '      assert value(changeset, :email) == "a"\n'
        "    end\n"
        "  end\n"
    ) in text
    assert run(*words).code == 0
    file.write_text(text + "# mine\n")
    (fake / "request").unlink()
    done = run(*words)
    assert done.failure == (
        2,
        "",
        f"error [edited-file] {file}: The file is there, and it is not as the tool wrote it.\n"
        "    Give another name with --tests: what you wrote stays.\n"
        "`ash-scaffold explain edited-file` says more.\n",
    )
    assert file.read_text() == text + "# mine\n"
    assert not (fake / "request").exists()
