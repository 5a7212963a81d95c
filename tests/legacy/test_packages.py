"""Types and macros of well-known packages in Ecto schemas."""

from __future__ import annotations

import pytest
from tests.legacy.test_schema_body import field, hints, thing

from ash_scaffold.ash.hints import (
    ArrayHint,
    CallDefault,
    EctoTypeHint,
    EnumHint,
    Maker,
    decoded,
)
from ash_scaffold.legacy.ecto import EctoField, PlainType
from ash_scaffold.term import Atom, Keyword


def key(attribute: str) -> EctoField:
    (found,) = thing("", before=f"  @primary_key {attribute}\n").fields
    return found


@pytest.mark.parametrize(
    ("attribute", "maker"),
    [
        ("{:id, UUIDv7, autogenerate: true}", Maker.UUID_V7),
        ("{:id, UUIDv7, []}", Maker.CALLER),
        ("{:id, Uniq.UUID, autogenerate: true}", Maker.UUID),
        ("{:id, Uniq.UUID, version: 7, autogenerate: true}", Maker.UUID_V7),
        ("{:id, Ecto.UUID, autogenerate: [version: 7]}", Maker.UUID_V7),
        ("{:id, Ecto.UUID, autogenerate: true}", Maker.UUID),
        ("{:id, :binary_id, autogenerate: {UUIDv7, :generate, []}}", Maker.UUID_V7),
        ("{:id, :binary_id, autogenerate: {Uniq.UUID, :uuid7, []}}", Maker.UUID_V7),
        ("{:id, :binary_id, autogenerate: {Ecto.UUID, :generate, [[version: 7]]}}", Maker.UUID_V7),
        ("{:id, :binary_id, autogenerate: {Ecto.UUID, :generate, []}}", Maker.UUID),
        ("{:id, :binary_id, autogenerate: {App.Ids, :next, []}}", Maker.OTHER),
    ],
)
def test_uuids_of_packages_are_ectos(attribute: str, maker: Maker) -> None:
    found = key(attribute)
    assert (found.type, found.custom, found.maker) == (None, "", maker)


def test_a_uuid_of_another_version_is_made_by_its_package() -> None:
    found = key("{:id, Uniq.UUID, version: 6, autogenerate: true}")
    assert (found.ecto_type, found.default) == (
        PlainType("uuid"),
        CallDefault("Uniq.UUID", "uuid6"),
    )


def test_a_uuid_in_another_form_is_a_type_of_its_own() -> None:
    hint = key("{:id, Uniq.UUID, version: 7, format: :slug, autogenerate: true}").type
    assert isinstance(hint, EctoTypeHint)
    assert (hint.module, hint.is_parameterized, hint.per_field) == ("Uniq.UUID", True, True)
    options = Keyword((("primary_key", True), ("version", 7), ("format", Atom("slug"))))
    assert decoded(hint.options) == options


@pytest.mark.parametrize(
    "type_",
    [
        "EctoNetwork.INET",
        "{:array, EctoNetwork.CIDR}",
        "Pgvector.Ecto.Vector",
        "Geo.PostGIS.Geometry",
    ],
)
def test_a_type_that_holds_what_the_columns_own_does_is_left_to_that(type_: str) -> None:
    found = field(f"field :x, {type_}")
    assert (found.type, found.custom) == (None, "")


def test_polymorphic_embeds_stay_json_with_the_reason() -> None:
    found = field("polymorphic_embeds_one :x, types: [a: App.A]")
    assert (found.type, found.custom) == (None, "PolymorphicEmbed")
    assert found.apart == "which of its structs a value is only its own code says"


def test_what_a_package_makes_of_a_module_is_a_type_of_the_project() -> None:
    own = (
        "defmodule App.Files do\n  defmacro __using__(_) do\n    quote do\n"
        "      use Waffle.Definition\n      use Waffle.Ecto.Definition\n    end\n  end\nend\n"
        "defmodule App.Files.Image do\n  use App.Files, [:png]\nend\n"
    )
    hint = field("field :x, App.Files.Image.Type", own).type
    assert hint == EctoTypeHint(
        module="App.Files.Image.Type", is_parameterized=False, source="App.Files.Image"
    )


@pytest.mark.parametrize(
    ("use", "encrypted"),
    [
        ("use Cloak.Ecto.Map, vault: App.Vault", True),
        ("use Cloak.Ecto.HMAC, otp_app: :app", False),
        ("use Cloak.Ecto.PBKDF2, otp_app: :app", False),
        ("use Cloak.EncryptedBinaryField, vault: App.Vault", True),
        ("use Ecto.Type\n  def dump(v), do: {:ok, App.Vault.encrypt(v)}", True),
        ("use Ecto.Type\n  def dump(v) when is_binary(v), do: {:ok, :crypto.hash(:sha, v)}", False),
    ],
)
def test_encrypted_values_are_known(use: str, encrypted: bool) -> None:
    hint = field("field :x, App.Secret", f"defmodule App.Secret do\n  {use}\nend\n").type
    assert isinstance(hint, EctoTypeHint)
    assert hint.encrypted is encrypted


@pytest.mark.parametrize(
    ("clauses", "compares"),
    [
        ("", False),
        ("def equal?(a, b), do: a == b", False),
        ("def equal?(a, b) do\n    a === b\n  end", False),
        ("def equal?(a, b), do: String.downcase(a) == String.downcase(b)", True),
        ("def equal?(a, b) when is_nil(a), do: is_nil(b)\n  def equal?(a, b), do: a == b", True),
    ],
)
def test_an_equality_of_its_own_is_known(clauses: str, compares: bool) -> None:
    own = f"defmodule App.Own do\n  use Ecto.Type\n  {clauses}\nend\n"
    hint = field("field :x, {:array, App.Own}", own).type
    assert isinstance(hint, ArrayHint)
    assert isinstance(hint.item, EctoTypeHint)
    assert hint.item.compares is compares


def test_the_fields_of_pow_come_with_its_options_and_extensions() -> None:
    use = (
        "  use Ecto.Schema\n  use Pow.Ecto.Schema, user_id_field: :phone\n"
        "  use Pow.Extension.Ecto.Schema,\n"
        "    extensions: [PowEmailConfirmation, PowPersistentSession]\n"
    )
    body = "    field :password_hash, :string, redact: true\n    pow_user_fields()\n"
    found = thing(body, use=use, before="  @primary_key false\n")
    assert [(each.name, each.redact, each.line) for each in found.fields] == [
        ("password_hash", True, 8),
        ("phone", False, 9),
        ("email_confirmation_token", False, 9),
        ("email_confirmed_at", False, 9),
        ("unconfirmed_email", False, 9),
    ]


def test_the_invitation_of_pow_is_an_association_with_the_schema_itself() -> None:
    use = (
        "  use Ecto.Schema\n  use Pow.Ecto.Schema\n"
        "  use Pow.Extension.Ecto.Schema, extensions: [PowInvitation]\n"
    )
    found = thing("    pow_user_fields()\n", use=use)
    assert [(each.name, each.module, each.foreign_key) for each in found.declared] == [
        ("invited_by", "App.Thing", "invited_by_id"),
        ("invited_users", "App.Thing", "invited_by_id"),
    ]


def test_the_macros_of_other_packages_are_known() -> None:
    use = "  use Ecto.Schema\n  use PowAssent.Ecto.UserIdentities.Schema, user: App.Thing\n"
    found = thing(
        "    pow_assent_user_identity_fields()\n", use=use, before="  @primary_key false\n"
    )
    assert [each.name for each in found.fields] == ["user_id", "provider", "uid"]
    use = "  use Ecto.Schema\n  use Trans, translates: [:title]\n"
    found = thing("    translations [:es]\n", use=use, before="  @primary_key false\n")
    assert [each.name for each in found.fields] == ["translations"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("Enum.with_index(~w[low high]a)", (("low", 0), ("high", 1))),
        ("Enum.with_index(~w[low high]a, 1)", (("low", 1), ("high", 2))),
        ("~w[low high]a |> Enum.with_index()", (("low", 0), ("high", 1))),
        ("Ecto.Enum.values(App.Org, :role)", (("admin", "admin"), ("view", "view"))),
        ("Ecto.Enum.mappings(App.Org, :rank)", (("one", 1), ("two", 2))),
        ("App.Roles.all()", (("a", "a"), ("b", "b"))),
        ("App.Provider.values()", (("aws", "aws"), ("gcp", "gcp"))),
        ("Map.keys(%{b: App.B, a: App.A})", (("a", "a"), ("b", "b"))),
        ("Map.keys(App.Roles.by_name())", (("a", "a"), ("b", "b"))),
        ("App.Roles.const()", (("x", "x"), ("y", "y"))),
        ("[:z | App.Roles.all()]", (("z", "z"), ("a", "a"), ("b", "b"))),
        ("Enum.map(~w(a b), &String.to_atom/1)", (("a", "a"), ("b", "b"))),
        ("Keyword.keys(App.Roles.pairs())", (("a", "a"), ("b", "b"))),
    ],
)
def test_values_of_an_enum_are_followed(
    values: str, expected: tuple[tuple[str, str | int], ...]
) -> None:
    others = (
        'defmodule App.Org do\n  use Ecto.Schema\n  schema "orgs" do\n'
        "    field :role, Ecto.Enum, values: [:admin, :view]\n"
        "    field :rank, Ecto.Enum, values: [one: 1, two: 2]\n  end\nend\n",
        "defmodule App.Roles do\n  @all [:a, :b]\n  def all, do: @all\n"
        "  def by_name, do: %{a: 1, b: 2}\n  def pairs, do: [a: 1, b: 2]\n"
        "  @const [:x, :y]\n  defmacro const, do: Macro.expand(@const, __CALLER__)\nend\n",
        "defmodule App.Support.Enum do\n  defmacro __using__(opts) do\n"
        "    values = Keyword.fetch!(opts, :values)\n    quote do\n"
        "      defmacro values, do: unquote(values)\n    end\n  end\nend\n",
        "defmodule App.Provider do\n  use App.Support.Enum, values: [:aws, :gcp]\nend\n",
    )
    assert field(f"field :x, Ecto.Enum, values: {values}", *others).type == EnumHint(expected)


@pytest.mark.parametrize(
    ("enum", "expected"),
    [
        ("defenum App.Level, low: 0, high: 1", (("low", 0), ("high", 1))),
        ('defenum App.Level, a: "A"', (("a", "A"),)),
        ('defenum App.Level, ["a", "b"]', (("a", "a"), ("b", "b"))),
        ("defenum App.Level, :level, [:a, :b]", (("a", "a"), ("b", "b"))),
        ("defenum(App.Level, :level, App.Consts.level_const())", (("u", "u"), ("v", "v"))),
        (
            "defmodule App.Level do\n  use EctoEnum, type: :level, enums: [:a]\nend",
            (("a", "a"),),
        ),
    ],
)
def test_ecto_enum_is_an_enum(enum: str, expected: tuple[tuple[str, str | int], ...]) -> None:
    consts = (
        "defmodule App.Consts do\n  use App.Constants\n"
        "  defmacro level_const, do: Macro.expand(@level_const, __CALLER__)\nend\n"
        "defmodule App.Constants do\n  defmacro __using__(_opts) do\n    quote do\n"
        "      @level_const [:u, :v]\n    end\n  end\nend\n"
    )
    own = f"import EctoEnum\n{enum}\n"
    assert field("field :x, App.Level", own, consts).type == EnumHint(expected)
    assert hints(own).unread == ()
