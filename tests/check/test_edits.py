"""Edits in the code: each deviation is found, each accepted one listed, harmless ones are not."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest
from tests.check.mutate import Mutated

from ash_scaffold.report.finding import DRIFT_WORDS, Accepted

PERSON, ORDER = "lib/app/core/person.ex", "lib/app/core/order.ex"
LINE, MOOD, DOMAIN = "lib/app/core/line.ex", "lib/app/types/mood.ex", "lib/app/core.ex"
CONFIG, REPO = "ash_scaffold.toml", "lib/app/repo.ex"


class Edit(msgspec.Struct, frozen=True):
    """A text in place of another, and what is found then: severity, kind, table, object, place.

    A place is a path and, behind the @, the text of the line.
    """

    path: str
    old: str
    new: str
    found: tuple[str, ...] = ()
    accept: str = ""


EDITS = {
    "type": Edit(
        PERSON,
        "attribute :last_name, :string do",
        "attribute :last_name, :ci_string do",
        (f"differs type differs people last_name {PERSON}@attribute :last_name",),
        "people.last_name.type",
    ),
    "type of another family": Edit(
        PERSON,
        "attribute :born, :date do",
        "attribute :born, :integer do",
        (f"breaks type differs people born {PERSON}@attribute :born",),
        "people.born.type",
    ),
    "constraint": Edit(
        PERSON,
        "max_length: 40",
        "max_length: 30",
        (f"differs constraints differ people last_name {PERSON}@attribute :last_name",),
        "people.last_name.constraints",
    ),
    "source": Edit(
        PERSON,
        "attribute :born, :date do",
        "attribute :born, :date do\n      source :birthday",
        (f"breaks source differs people born {PERSON}@attribute :born",),
        "people.born.source",
    ),
    "allow_nil?": Edit(
        PERSON,
        "attribute :first_name, :string do\n      allow_nil? false",
        "attribute :first_name, :string do",
        (f"differs allow_nil? differs people first_name {PERSON}@attribute :first_name",),
        "people.first_name.allow_nil?",
    ),
    "default": Edit(
        PERSON,
        "default :happy",
        "default :sad",
        (f"differs default differs people mood {PERSON}@attribute :mood",),
        "people.mood.default",
    ),
    "writable?": Edit(
        PERSON,
        "generated? true\n      writable? false",
        "generated? true",
        (f"breaks writable? differs people full_name {PERSON}@attribute :full_name",),
        "people.full_name.writable?",
    ),
    "an attribute taken out": Edit(
        PERSON,
        "    attribute :share, App.Types.Percent do\n      public? true\n    end\n\n",
        "",
        (f"differs attribute missing people share {PERSON}@defmodule",),
        "people.share",
    ),
    "a required attribute taken out": Edit(
        ORDER,
        "    attribute :code, :string do\n      allow_nil? false\n      public? true\n"
        "      constraints trim?: false, allow_empty?: true\n    end\n\n",
        "",
        (f"breaks attribute missing other.orders code {ORDER}@defmodule",),
        "other.orders.code",
    ),
    "an attribute without a column": Edit(
        PERSON,
        "    attribute :born, :date do",
        "    attribute :nick, :string\n\n    attribute :born, :date do",
        (f"breaks attribute without column people nick {PERSON}@attribute :nick",),
        "people.nick",
    ),
    "primary key": Edit(
        ORDER,
        "      primary_key? true\n",
        "",
        (f"breaks primary_key? differs other.orders id {ORDER}@attribute :id",),
        "other.orders.id.primary_key?",
    ),
    "a relationship taken out": Edit(
        ORDER,
        "\n    has_many :lines, App.Core.Line do\n      public? true\n    end\n",
        "",
        (f"differs relationship missing other.orders lines {ORDER}@defmodule",),
        "other.orders.lines",
    ),
    "a relationship's key": Edit(
        ORDER,
        "has_many :lines, App.Core.Line do",
        "has_many :lines, App.Core.Line do\n      destination_attribute :position",
        (f"differs destination_attribute differs other.orders lines {ORDER}@has_many :lines",),
        "other.orders.lines.destination_attribute",
    ),
    "an identity taken out": Edit(
        PERSON,
        "    identity :email, [:email]\n",
        "",
        (f"differs identity missing people people_email_key {PERSON}@defmodule",),
        "people.identities.email",
    ),
    "an identity's keys": Edit(
        PERSON,
        "identity :email, [:email]",
        "identity :email, [:email, :born]",
        (f"breaks keys differ people people_email_key {PERSON}@identity :email",),
        "people.identities.email.keys",
    ),
    "an identity's condition": Edit(
        ORDER,
        "where expr(is_nil(seen_at))",
        "where expr(is_nil(placed_at))",
        (f"breaks where differs other.orders orders_open {ORDER}@identity :code",),
        "other.orders.identities.code.where",
    ),
    "an identity that nothing makes unique": Edit(
        PERSON,
        "    identity :email, [:email]\n",
        "    identity :email, [:email]\n    identity :born, [:born]\n",
        (f"breaks identity without index people people_born_index {PERSON}@identity :born",),
        "people.identities.born",
    ),
    "an index name": Edit(
        PERSON,
        '    identity_index_names email: "people_email_key"\n\n',
        "",
        (f"differs index name differs people people_email_key {PERSON}@identity :email",),
        "people.identities.email.index_name",
    ),
    "a check taken out": Edit(
        PERSON,
        '      check_constraint :born, "born_late" do\n        message "is invalid"\n      end\n\n',
        "",
        (f"differs constraint unknown people born_late {PERSON}@defmodule",),
        "people.born_late",
    ),
    "a check that is not there": Edit(
        PERSON,
        '      check_constraint :born, "born_late" do',
        '      check_constraint :born, "born_never", message: "x"\n\n'
        '      check_constraint :born, "born_late" do',
        (f'stale no such constraint people born_never {PERSON}@"born_never"',),
        "people.born_never",
    ),
    "an exclusion constraint": Edit(
        ORDER,
        '    exclusion_constraint_names [{:during, "not_at_once"}]\n',
        "",
        (f"differs constraint unknown other.orders not_at_once {ORDER}@defmodule",),
        "other.orders.postgres.exclusion_constraint_names.not_at_once",
    ),
    "what only migrations go by": Edit(
        ORDER,
        "on_delete :delete",
        "on_delete :nothing",
        (f"stale on_delete differs other.orders orders_person_id_fkey {ORDER}@reference :person",),
        "other.orders.references.person.on_delete",
    ),
    "migrate?": Edit(
        PERSON,
        "    migrate? false\n",
        "",
        (f"breaks resource migrates people  {PERSON}@table ",),
        "people.postgres.migrate?",
    ),
    "migrate? true": Edit(
        PERSON,
        "migrate? false",
        "migrate? true",
        (f"breaks resource migrates people  {PERSON}@migrate? true",),
        "people.postgres.migrate?",
    ),
    "another table": Edit(
        LINE,
        'table "lines"',
        'table "nowhere"',
        (f"breaks table differs other.lines  {LINE}@table ",),
        "other.lines.postgres.table",
    ),
    "an enum's label taken out": Edit(
        MOOD,
        ":sad, ",
        "",
        (f"breaks enum label missing  sad {MOOD}@use Ash.Type.Enum",),
        "App.Types.Mood.sad",
    ),
    "an enum's label that the database lacks": Edit(
        MOOD,
        ":sad, ",
        ":sad, :angry, ",
        (f"breaks enum label unknown  angry {MOOD}@use Ash.Type.Enum",),
        "App.Types.Mood.angry",
    ),
    "a resource that its domain does not list": Edit(
        DOMAIN,
        "    resource App.Core.Line\n",
        "",
        (f"breaks resource not listed other.lines  {DOMAIN}@defmodule",),
        "App.Core.App.Core.Line",
    ),
    "a file that is not Elixir": Edit(
        "lib/app/other.ex",
        "",
        "defmodule App.Other do\n  use Ash.Resource, fragments: [\nend\n",
        ("breaks file unreadable   lib/app/other.ex:2",),
        "lib/app/other.ex",
    ),
    "a second resource on a table": Edit(
        "lib/app/people.ex",
        "",
        "defmodule App.Core.Voter do\n"
        "  use Ash.Resource, domain: App.Core, data_layer: AshPostgres.DataLayer\n\n"
        '  postgres do\n    table "people"\n    repo App.Repo\n    migrate? false\n  end\nend\n',
        ("differs several resources people  lib/app/people.ex:1",),
        "people.App.Core.Voter",
    ),
    "a repo that migrates extensions": Edit(
        REPO,
        "  def migrate_extensions?, do: false\n",
        "",
        (f"differs repo migrates extensions   {REPO}@defmodule",),
        "App.Repo.migrate_extensions?",
    ),
    "a repo that migrates the extensions it lists": Edit(
        REPO,
        "  def migrate_extensions?, do: false\n",
        '  def installed_extensions, do: ["citext"]\n',
        (f"breaks repo migrates extensions   {REPO}@defmodule",),
        "App.Repo",
    ),
}
HARMLESS = {
    "a comment": Edit(PERSON, "  attributes do\n", "  # Who they are.\n  attributes do\n"),
    "layout": Edit(
        PERSON, "max_length: 40, trim?: false", "max_length:  40,\n        trim?: false"
    ),
    "order of attributes": Edit(
        PERSON,
        "    attribute :size, App.Types.OtherSize do\n      public? true\n    end\n\n"
        "    attribute :home, App.Types.Address do\n      public? true\n    end\n",
        "    attribute :home, App.Types.Address do\n      public? true\n    end\n\n"
        "    attribute :size, App.Types.OtherSize do\n      public? true\n    end\n",
    ),
    "the form of options": Edit(
        PERSON,
        "attribute :size, App.Types.OtherSize do\n      public? true\n    end",
        "attribute :size, App.Types.OtherSize, public?: true",
    ),
    "own actions": Edit(
        PERSON,
        "    defaults [:read, :destroy, create: :*, update: :*]\n",
        "    defaults [:read]\n\n    create :register do\n      accept [:email]\n    end\n",
    ),
    "an own section": Edit(
        PERSON,
        "  identities do\n",
        "  calculations do\n    calculate :age, :integer, expr(2024 - born)\n  end\n\n"
        "  identities do\n",
    ),
    "an own relationship": Edit(
        PERSON,
        "  relationships do\n",
        "  relationships do\n    has_one :latest, App.Core.Order, sort: [placed_at: :desc]\n\n",
    ),
    "another name of an attribute": Edit(
        PERSON,
        "attribute :settings, App.Types.Json do",
        "attribute :preferences, App.Types.Json do\n      source :settings",
    ),
    "another name of an identity": Edit(
        ORDER,
        "identity :code, [:code] do\n      where",
        'identity :code, [:code] do\n      description "open"\n      where',
    ),
    "descriptions and who may see it": Edit(
        PERSON,
        "attribute :born, :date do\n      public? true",
        'attribute :born, :date do\n      description "the day"\n      sensitive? true',
    ),
    "own messages": Edit(
        PERSON,
        '"born_late" do\n        message "is invalid"',
        '"born_late" do\n        message "was too long ago"',
    ),
    "an own type": Edit(
        PERSON, "attribute :born, :date do", "attribute :born, App.Types.Birthday do"
    ),
    "a type's own functions": Edit(
        MOOD,
        "  @impl true\n  def storage",
        "  def label(:sad), do: 1\n\n  @impl true\n  def storage",
    ),
    "a table that can't be read": Edit(LINE, 'table "lines"', "table @table"),
    "migrate? that can't be read": Edit(LINE, "migrate? false", "migrate? @migrates"),
    "attributes of a macro": Edit(
        PERSON,
        "    attribute :share, App.Types.Percent do\n      public? true\n    end\n",
        "    share_attributes()\n",
    ),
    "a callback that can't be read": Edit(
        REPO, "migrate_extensions?, do: false", "migrate_extensions?, do: @migrate"
    ),
}


def files(project: Mutated, edit: Edit, config: str = "") -> dict[str, str | None]:
    changed: dict[str, str | None] = {edit.path: edit.new}
    if edit.old:
        text = project.read(edit.path)
        assert text.count(edit.old) == 1
        changed[edit.path] = text.replace(edit.old, edit.new)
    if config:
        changed[CONFIG] = project.read(CONFIG) + config
    return changed


def found(project: Mutated, edit: Edit) -> list[str]:
    findings = project.with_files(files(project, edit)).findings
    return [f"{DRIFT_WORDS[f.severity]} {f.kind} {f.table} {f.object} {f.place}" for f in findings]


def expected(project: Mutated, edit: Edit) -> list[str]:
    texts = files(project, edit)
    return [_with_line(each, texts) for each in edit.found]


def _with_line(told: str, texts: Mapping[str, str | None]) -> str:
    rest, _, anchor = told.partition("@")
    if not anchor:
        return told
    lines = (texts[rest.rpartition(" ")[2]] or "").splitlines()
    return f"{rest}:{next(n for n, line in enumerate(lines, 1) if anchor in line)}"


def test_what_was_generated_gives_nothing(odd: Mutated) -> None:
    assert odd.with_files({}).findings == ()
    assert odd.with_files({}).tables == 7


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_deviation_is_found(odd: Mutated, edit: Edit) -> None:
    assert found(odd, edit) == expected(odd, edit)


@pytest.mark.parametrize(
    "edit",
    [each for each in EDITS.values() if each.accept],
    ids=[name for name, each in EDITS.items() if each.accept],
)
def test_an_accepted_deviation_is_listed(odd: Mutated, edit: Edit) -> None:
    entry = f'\n[[accept]]\nobject = "{edit.accept}"\nreason = "agreed"\n'
    (finding,) = odd.with_files(files(odd, edit)).findings
    report = odd.with_files(files(odd, edit, entry))
    assert report.findings == ()
    assert report.accepted == (Accepted(finding=finding, object=edit.accept, reason="agreed"),)


@pytest.mark.parametrize("edit", HARMLESS.values(), ids=HARMLESS)
def test_a_harmless_edit_gives_nothing(odd: Mutated, edit: Edit) -> None:
    assert found(odd, edit) == []


def test_the_todo_of_a_hand_edit_names_no_command(odd: Mutated) -> None:
    (finding,) = odd.with_files(files(odd, EDITS["default"])).findings
    assert (finding.what, finding.todo, finding.command) == (
        "attribute mood: default is :sad; it should be :happy.",
        'It is a hand edit, which no run undoes: edit it, or accept it as "people.mood.default".',
        "",
    )


def test_what_a_person_took_out_is_told_on_every_run(odd: Mutated) -> None:
    edit = EDITS["an attribute taken out"]
    report = odd.after("SELECT 1", files(odd, edit), regenerated=True)
    assert [(f.kind, f.table, f.object) for f in report.findings] == [
        ("attribute missing", "people", "share"),
        # Its check was registered on the attribute.
        ("constraint unknown", "people", "percent_range"),
    ]


EXTRA = """defmodule App.Core.Person.Extra do
  use Spark.Dsl.Fragment, of: Ash.Resource

  identities do
    identity :email, [:email]
  end
end
"""
FRAGMENT = "lib/app/people/extra.ex"


def in_fragment(project: Mutated, extra: str) -> list[str]:
    text = project.read(PERSON).replace("    identity :email, [:email]\n", "")
    text = text.replace(
        "domain: App.Core,", "domain: App.Core, fragments: [App.Core.Person.Extra],"
    )
    findings = project.with_files({PERSON: text, FRAGMENT: extra}).findings
    return [f"{DRIFT_WORDS[f.severity]} {f.kind} {f.table} {f.object} {f.place}" for f in findings]


def test_a_fragment_is_part_of_its_resource(odd: Mutated) -> None:
    assert in_fragment(odd, EXTRA) == []
    assert in_fragment(odd, EXTRA.replace("[:email]", "[:email, :born]")) == [
        f"breaks keys differ people people_email_key {FRAGMENT}:5"
    ]


BASES = {
    "one that is a quote": (
        "quote do\n      use Ash.Resource, unquote(options)\n    end",
        [f"breaks resource migrates people  {PERSON}:7"],
    ),
    "one that has to be run": ("Macro.expand(options, __CALLER__)", []),
}


@pytest.mark.parametrize(("body", "told"), BASES.values(), ids=BASES)
def test_what_a_base_module_says_may_be_unknown(odd: Mutated, body: str, told: list[str]) -> None:
    base = f"defmodule App.Base do\n  defmacro __using__(options) do\n    {body}\n  end\nend\n"
    text = odd.read(PERSON).replace("use Ash.Resource,", "use App.Base,")
    text = text.replace("    migrate? false\n", "")
    config = 'use = "App.Base"\n' + odd.read(CONFIG)
    files = {PERSON: text, "lib/app/base.ex": base, CONFIG: config}
    findings = odd.with_files(files).findings
    assert [
        f"{DRIFT_WORDS[f.severity]} {f.kind} {f.table} {f.object} {f.place}"
        for f in findings
        if f.kind != "text"
    ] == told
