"""Every option of Ecto's macros: a resource follows it, Ash does so anyway, or it is reported."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs
from tests.support import PROJECT, generate

from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.disagreements import disagreement_problems
from ash_scaffold.legacy.ecto import EctoSchema, Hints
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.legacy.schema_options import ADVICE, OPTIONS, Meaning
from ash_scaffold.postgres.catalog import Database
from ash_scaffold.problem import Code

# The options that `Ecto.Schema` of Ecto 3.14 takes.
OF_ECTO = {
    "field": "default source autogenerate read_after_writes virtual primary_key load_in_query "
    "redact foreign_key on_replace defaults type where references skip_default_validation writable "
    "on_writable_violation",
    "timestamps": "inserted_at updated_at inserted_at_source inserted_at_writable "
    "inserted_at_on_writable_violation updated_at_source type autogenerate",
    "belongs_to": "foreign_key references define_field type on_replace defaults primary_key source "
    "where",
    "has_one": "foreign_key references through on_delete defaults on_replace where",
    "has_many": "foreign_key references through on_delete defaults on_replace where preload_order",
    "many_to_many": "join_through join_defaults join_keys on_delete defaults on_replace "
    "on_join_through_conflict unique where join_where preload_order",
    "embeds_one": "on_replace source load_in_query defaults_to_struct primary_key",
    "embeds_many": "on_replace source load_in_query primary_key",
}


def hints(body: str, before: str = "") -> Hints:
    text = (
        f'defmodule App.Doc do\n  use Ecto.Schema\n{before}  schema "docs" do\n{body}\n  end\nend\n'
        'defmodule App.Tag do\n  use Ecto.Schema\n  schema "tags" do\n'
        "    belongs_to :doc, App.Doc\n  end\nend\n"
    )
    return read_code(CodeBase([ElixirFile("lib/app.ex", text.encode())]))


def doc(body: str, before: str = "") -> EctoSchema:
    found = hints(body, before)
    assert found.unread == ()
    return next(schema for schema in found.schemas if schema.module == "App.Doc")


@pytest.mark.parametrize("macro", OF_ECTO)
def test_every_option_has_a_meaning(macro: str) -> None:
    assert set(OF_ECTO[macro].split()) <= OPTIONS[macro].keys()
    told = {option for option, meaning in OPTIONS[macro].items() if meaning is Meaning.TOLD}
    assert told <= ADVICE.keys()


_BARE = {
    "field": "    field :a, :string",
    "timestamps": "    timestamps []",
    "belongs_to": "    belongs_to :a, App.Tag",
    "has_one": "    has_one :a, App.Tag",
    "has_many": "    has_many :a, App.Tag",
    "many_to_many": '    many_to_many :a, App.Tag, join_through: "docs_tags"',
    "embeds_one": "    embeds_one :a, App.Tag",
    "embeds_many": "    embeds_many :a, App.Tag",
}
_VALUES = {
    "default": '"x"',
    "source": ":b",
    "autogenerate": "{App.Clock, :now, []}",
    "virtual": "true",
    "primary_key": "true",
    "read_after_writes": "true",
    "load_in_query": "false",
    "redact": "true",
    "writable": ":insert",
    "on_writable_violation": ":warn",
    "inserted_at": ":made",
    "updated_at": "false",
    "inserted_at_source": ":made",
    "updated_at_source": ":made",
    "type": ":binary_id",
    "foreign_key": ":other_id",
    "references": ":number",
    "define_field": "false",
    "where": "[state: 1]",
    "through": "[:a, :b]",
    "preload_order": "[asc: :id]",
    "join_through": "App.Tag",
    "join_keys": "[x: :id, y: :id]",
    "on_replace": ":update",
    "on_delete": ":delete_all",
    "defaults": "[x: 1]",
    "join_defaults": "[x: 1]",
    "join_where": "[x: 1]",
    "defaults_to_struct": "true",
}


@pytest.mark.parametrize(
    ("macro", "option"),
    [
        (macro, option)
        for macro, rows in OPTIONS.items()
        for option, meaning in rows.items()
        if meaning is not Meaning.ALIKE
        and option not in ("values", "join_through")
        # The key of an embed is read with its fields in place.
        and not (macro.startswith("embeds_") and option == "primary_key")
    ],
)
def test_an_option_changes_what_is_read_or_is_told(macro: str, option: str) -> None:
    bare = _BARE[macro]
    plain = doc(bare)
    separator = " " if macro == "timestamps" else ", "
    with_option = doc(f"{bare.removesuffix(' []')}{separator}{option}: {_VALUES[option]}")
    told = OPTIONS[macro][option] is Meaning.TOLD
    assert [each.name for each in with_option.remarks] == (
        (["timestamps"] if macro == "timestamps" else ["a"]) if told else []
    )
    assert plain.remarks == ()
    if not told:
        assert structs.replace(with_option, remarks=()) != plain


@pytest.mark.parametrize("macro", OPTIONS)
def test_an_option_that_is_none_of_ectos_is_told(macro: str) -> None:
    separator = " " if macro == "timestamps" else ", "
    found = doc(f"{_BARE[macro].removesuffix(' []')}{separator}strange: 1")
    assert [(each.option, each.value) for each in found.remarks] == [("unknown", "strange: 1")]


def test_parameters_of_a_type_are_no_options_of_ecto() -> None:
    assert doc("    field :a, App.Prefixed, prefix: 1").remarks == ()


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("has_many :a, App.Tag, on_replace: :raise", None),
        ("has_many :a, App.Tag, on_delete: :nothing", None),
        ("embeds_one :a, App.Tag, on_replace: :delete", None),
        ("embeds_one :a, App.Tag, on_replace: :update", ":update"),
        ("field :a, :string, virtual: true, strange: 1", None),
    ],
)
def test_a_value_that_asks_for_what_ash_does_is_not_told(line: str, value: str | None) -> None:
    assert [each.value for each in doc(f"    {line}").remarks] == ([value] if value else [])


@pytest.mark.parametrize(
    ("attribute", "differs"),
    [
        ("@primary_key {:key, :binary_id, autogenerate: true}", True),
        ('@schema_prefix "other"', True),
        ("@foreign_key_type :binary_id", True),
        ("@timestamps_opts [type: :utc_datetime]", True),
        ("@schema_redact :all_except_primary_keys", True),
        ("@field_source_mapper &String.to_atom(String.upcase(to_string(&1)))", True),
        ("@derive {Inspect, except: [:a]}", True),
        ("@derive Jason.Encoder", True),
        ("@derive [{Jason.Encoder, only: [:a]}, {Phoenix.Param, key: :a}]", True),
        # No SQL adapter makes use of it; it is about inspect; the default of what is told.
        ("@schema_context :other", False),
        ("@derive_inspect_for_redacted_fields false", False),
    ],
)
def test_the_attributes_of_a_schema_are_read(attribute: str, differs: bool) -> None:
    body = "    field :a, :string\n    belongs_to :b, App.Tag\n    timestamps()"
    assert (doc(body, f"  {attribute}\n") != doc(body, "  @nothing 1\n")) is differs


@pytest.mark.parametrize("option", ["virtual", "writable", "redact", "load_in_query"])
def test_a_switch_that_cant_be_read_is_reported(option: str) -> None:
    (unread,) = hints(f"    field :a, :string, {option}: Some.where()").unread
    assert unread.what == f"the option {option} of a can't be read: Some.where()"


DDL = """
CREATE TABLE docs (id bigserial PRIMARY KEY);
CREATE TABLE tags (id bigserial PRIMARY KEY, doc_id bigint REFERENCES docs{});
"""


@pytest.mark.parametrize(
    ("on_delete", "said", "told"),
    [
        (" ON DELETE CASCADE", ":delete_all", False),
        (" ON DELETE SET NULL", ":nilify_all", False),
        (" ON DELETE SET NULL", ":delete_all", True),
        ("", ":delete_all", True),
        ("", ":nilify_all", True),
        ("", ":nothing", False),
    ],
)
def test_what_the_foreign_key_does_with_rows_of_the_past_is_not_told(
    reflect_ddl: Callable[..., Database], on_delete: str, said: str, told: bool
) -> None:
    database = reflect_ddl(DDL.format(on_delete))
    found = hints(f"    has_many :tags, App.Tag, on_delete: {said}")
    plan = generate(database, '[domains."App.Core"]\ntables = ["*"]\n', state=PROJECT).plan
    problems = disagreement_problems(found, database, plan)
    assert [each.code for each in problems] == [Code.LEGACY_OPTION] * told


def test_there_is_one_note_of_a_kind(reflect_ddl: Callable[..., Database]) -> None:
    database = reflect_ddl(DDL.format(""))
    found = hints(
        "    has_many :tags, App.Tag, on_replace: :delete\n"
        "    has_one :tag, App.Tag, on_replace: :update\n",
        "  @derive {Jason.Encoder, only: [:id]}\n",
    )
    plan = generate(database, '[domains."App.Core"]\ntables = ["*"]\n', state=PROJECT).plan
    problems = disagreement_problems(found, database, plan)
    assert [(each.where, each.what) for each in problems] == [
        (
            "lib/app.ex:5",
            "on_replace is a matter of actions that manage a relationship, and no generated one "
            "does: App.Doc.tags (:delete, lib/app.ex:5), App.Doc.tag (:update, lib/app.ex:6).",
        ),
        (
            "lib/app.ex:1",
            "The structs of App.Doc implement Jason.Encoder by `@derive`; the records of their "
            "resources don't.",
        ),
    ]


def test_an_association_over_the_columns_of_another_is_told(
    reflect_ddl: Callable[..., Database],
) -> None:
    database = reflect_ddl(DDL.format(""))
    found = hints(
        "    has_many :tags, App.Tag\n"
        "    has_many :newest_tags, App.Tag, preload_order: [desc: :id]\n"
        "    has_many :good_tags, App.Tag, where: [id: 1]\n"
    )
    plan = generate(database, '[domains."App.Core"]\ntables = ["*"]\n', state=PROJECT).plan
    problems = disagreement_problems(found, database, plan)
    assert [(each.where, each.what) for each in problems] == [
        (
            "lib/app.ex:5",
            "An association that joins the same columns as one before it becomes no relationship: "
            "newest_tags (as tags, line 5).",
        )
    ]
