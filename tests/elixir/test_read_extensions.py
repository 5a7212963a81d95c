"""What extensions, a base filter and multitenancy make of the attributes and identities written."""

from __future__ import annotations

import pytest

from ash_scaffold.ash.model import ReadResource
from ash_scaffold.elixir.read import Source, read_resource
from ash_scaffold.syntax.literal import flat


def read(extensions: str, body: str = "") -> ReadResource:
    text = f"""
        defmodule App.Note do
          use Ash.Resource,
            domain: App.Core,
            data_layer: AshPostgres.DataLayer,
            extensions: [{extensions}]

          postgres do
            table "notes"
            repo App.Repo
          end

          {body}

          attributes do
            uuid_primary_key :id
            attribute :secret, :string, allow_nil?: false
          end

          identities do
            identity :title, [:title]
          end
        end
    """
    return read_resource([Source("lib/note.ex", text.encode())], "App.Note")


def attributes(found: ReadResource) -> dict[str, str]:
    return {each.name: f"{flat(each.type)} {each.allow_nil}" for each in found.resource.attributes}


PLAIN = {"id": ":uuid False", "secret": ":string False"}


@pytest.mark.parametrize(
    ("extensions", "body", "added"),
    [
        ("AshPaperTrail.Resource", "", {}),
        ("AshArchival.Resource", "", {"archived_at": ":utc_datetime_usec True"}),
        (
            "AshArchival.Resource",
            "archive do\n  attribute :gone_at\n  attribute_type :utc_datetime\nend",
            {"gone_at": ":utc_datetime True"},
        ),
        ("AshStateMachine", "", {"state": ":atom False"}),
        (
            "AshStateMachine",
            "state_machine do\n  initial_states [:new]\n  state_attribute :status\n"
            "  transitions do\n    transition :close, from: :new, to: :closed\n  end\nend",
            {"status": ":atom False"},
        ),
        (
            "AshArchival.Resource, AshStateMachine",
            "",
            {"archived_at": ":utc_datetime_usec True", "state": ":atom False"},
        ),
    ],
)
def test_a_known_extension_adds_its_attributes(
    extensions: str, body: str, added: dict[str, str]
) -> None:
    found = read(extensions, body)

    assert attributes(found) == PLAIN | added
    assert found.knows("attributes")


def test_an_encrypted_attribute_has_a_column_of_another_name() -> None:
    found = read("AshCloak", "cloak do\n  vault App.Vault\n  attributes [:secret]\nend")

    assert attributes(found) == {"id": ":uuid False", "encrypted_secret": ":binary False"}
    assert found.fields == {"secret"}


@pytest.mark.parametrize(
    ("extensions", "body"),
    [
        ("AshAuthentication", ""),
        ("AshCloak", "cloak do\n  attributes @secrets\nend"),
        ("AshArchival.Resource", "archive do\n  attribute name()\nend"),
    ],
)
def test_what_can_not_be_read_may_be_anything(extensions: str, body: str) -> None:
    assert not read(extensions, body).knows("attributes")


def test_an_identity_is_unique_within_its_tenant() -> None:
    of_tenant = "multitenancy do\n  strategy :attribute\n  attribute :org_id\nend"
    in_schemas = "multitenancy do\n  strategy :context\nend"

    assert read("", of_tenant).resource.identities[0].keys == ("org_id", "title")
    assert read("", in_schemas).resource.identities[0].keys == ("title",)


def test_a_base_filter_is_part_of_the_condition_of_an_identity() -> None:
    found = read("", "resource do\n  base_filter expr(is_nil(archived_at))\nend")

    assert not found.knows("identities", "title", "where")
