"""Every form of `Ecto.Schema`: the expectations are what Ecto's own `__schema__` says of them."""

from __future__ import annotations

import pytest

from ash_scaffold.ash.hints import (
    CallDefault,
    Comparison,
    Condition,
    DecimalDefault,
    EnumHint,
    LegacyAssociation,
    ListDefault,
    Maker,
    MapDefault,
    ObjectHint,
    Role,
    UnreadDefault,
    Writable,
)
from ash_scaffold.ash.model import RelationshipKind
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.ecto import (
    ArrayType,
    CustomType,
    DateTimeType,
    EctoAssociation,
    EctoField,
    EctoSchema,
    EmbeddedSchema,
    EmbedType,
    FieldType,
    Hints,
    MapType,
    PlainType,
    TypeCode,
    UnknownType,
    Unread,
)
from ash_scaffold.legacy.evaluate import Pairs
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.legacy.types import custom_module, type_hint, why_apart
from ash_scaffold.postgres.catalog import Name
from ash_scaffold.term import Atom, Sigil

UTC, UTC_USEC = DateTimeType(utc=True, usec=False), DateTimeType(utc=True, usec=True)
NAIVE = DateTimeType(utc=False, usec=False)
STRING, ID, BINARY_ID = PlainType("string"), PlainType("id"), PlainType("binary_id")
UUID, MAP = PlainType("uuid"), PlainType("map")
# A library's type that is known to take no options.
PLAIN = TypeCode(is_parameterized=False, compares=False)
BASE = "  use Ecto.Schema\n"


def hints(*sources: str) -> Hints:
    files = [ElixirFile(f"lib/f{n}.ex", text.encode()) for n, text in enumerate(sources)]
    return read_code(CodeBase(files))


def thing(body: str, *others: str, before: str = "", use: str = BASE) -> EctoSchema:
    """Read `App.Thing` over "things", whose key is left out."""
    text = f'defmodule App.Thing do\n{use}{before}  schema "things" do\n{body}  end\nend\n'
    found = hints(text, *others)
    assert found.unread == ()
    return next(schema for schema in found.schemas if schema.module == "App.Thing")


def field(line: str, *others: str, before: str = "") -> EctoField:
    """Read the one field that a line of a schema without a key gives."""
    schema = thing(f"    {line}\n", *others, before=f"  @primary_key false\n{before}")
    (found,) = schema.fields
    return found


def type_of(line: str, *others: str, before: str = "") -> FieldType:
    return field(line, *others, before=before).ecto_type


@pytest.mark.parametrize(
    ("line", "type_"),
    [
        ("field :x", STRING),
        ("field(:x, :integer)", PlainType("integer")),
        ("field :x, :naive_datetime", NAIVE),
        ("field :x, :naive_datetime_usec", DateTimeType(utc=False, usec=True)),
        ("field :x, :utc_datetime", UTC),
        ("field :x, :utc_datetime_usec", UTC_USEC),
        ("field :x, Ecto.UUID", PlainType("uuid")),
        ("field :x, :map", PlainType("map")),
        ("field :x, {:array, :map}", ArrayType(PlainType("map"))),
        ("field :x, {:array, {:array, :integer}}", ArrayType(ArrayType(PlainType("integer")))),
        ("field :x, {:map, :integer}", MapType(PlainType("integer"))),
        ("field :x, Ecto.Enum, values: [:a, :b]", EnumHint((("a", "a"), ("b", "b")))),
        ("field :x, Ecto.Enum, values: ~w(a b)a", EnumHint((("a", "a"), ("b", "b")))),
        ('field :x, Ecto.Enum, values: [a: "A", b: "B"]', EnumHint((("a", "A"), ("b", "B")))),
        ("field :x, Ecto.Enum, values: [low: 1, high: 2]", EnumHint((("low", 1), ("high", 2)))),
        ("field :x, Ecto.Enum, values: [nil, true]", EnumHint((("nil", "nil"), ("true", "true")))),
        ("field :x, {:array, Ecto.Enum}, values: [:a]", ArrayType(EnumHint((("a", "a"),)))),
        ("field :x, EctoNetwork.INET", CustomType("EctoNetwork.INET")),
        ("field :x, {:array, Ecto.ULID}", ArrayType(CustomType("Ecto.ULID", code=PLAIN))),
        (
            'field :x, Prefixed, prefix: "usr", size: 3, default: nil',
            CustomType("Prefixed", options=Pairs((("prefix", "usr"), ("size", 3)))),
        ),
        ("embeds_one :x, App.Note", EmbedType("App.Note", many=False)),
        ("embeds_many :x, App.Note, on_replace: :delete", EmbedType("App.Note", many=True)),
        ("polymorphic_embeds_one :x, types: []", CustomType("PolymorphicEmbed", MAP)),
    ],
)
def test_types(line: str, type_: FieldType) -> None:
    assert field(line) == EctoField(
        name="x",
        column="x",
        path="lib/f0.ex",
        line=5,
        type=type_hint(type_, "App.Thing", "x"),
        custom=custom_module(type_),
        apart=why_apart(type_),
        ecto_type=type_,
    )


def test_the_stored_type_of_an_own_type_is_what_its_type_function_says() -> None:
    own = (
        "defmodule App.Json do\n  use Ecto.Type\n  def type, do: :jsonb\nend\n"
        "defmodule App.Id do\n  use Ecto.ParameterizedType\n  def type(_), do: :uuid\nend\n"
        "defmodule App.List do\n  use Ecto.Type\n  def type, do: {:array, :string}\nend\n"
        "defmodule App.Odd do\n  use Ecto.Type\n  def type, do: other()\nend\n"
    )
    found = {name: type_of(f"field :x, App.{name}", own) for name in ("Json", "Id", "List", "Odd")}
    stored = {name: type_.stored for name, type_ in found.items() if isinstance(type_, CustomType)}
    assert stored == {
        "Json": PlainType("jsonb"),
        "Id": UUID,
        "List": ArrayType(STRING),
        "Odd": None,
    }


def test_enums_of_the_library_ecto_enum() -> None:
    own = (
        "import EctoEnum\ndefenum App.Level, low: 0, high: 1\n"
        'defenum(App.Mood, :mood, [:happy, "sad"])\n'
        "defmodule App.Color do\n  use EctoEnum, type: :color, enums: [:red]\nend\n"
    )
    assert type_of("field :x, App.Level", own) == EnumHint((("low", 0), ("high", 1)))
    assert type_of("field :x, App.Mood", own) == EnumHint((("happy", "happy"), ("sad", "sad")))
    assert type_of("field :x, App.Color", own) == EnumHint((("red", "red"),))


def test_an_enum_may_be_nested_in_the_module_that_uses_it() -> None:
    other = "defmodule App.Other do\n  use App.Base\n  defenum(State, gone: 2)\nend\n"
    own = "  import EctoEnum\n  defenum(State, low: 0, high: 1)\n"
    assert type_of("field :x, State", other, before=own) == EnumHint((("low", 0), ("high", 1)))
    aliased = "  alias App.Other.State\n"
    assert type_of("field :x, State", other, before=aliased) == EnumHint((("gone", 2),))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("field :x, :string, source: :X", {"column": "X"}),
        ("field :x, :string, redact: true", {"redact": True}),
        ("field :x, :string, primary_key: true", {"maker": Maker.CALLER}),
        ("field :x, :string, read_after_writes: true", {"maker": Maker.DATABASE}),
        ("field :x, :string, writable: :insert", {"writable": Writable.INSERT}),
        ("field :x, :string, writable: :never", {"writable": Writable.NEVER}),
        ("field :x, :string, writable: :always", {"writable": Writable.ALWAYS}),
        ("field :x, :string, load_in_query: false", {"selected": False}),
        ("field :x, :string, @options", {"redact": True, "column": "y"}),
        ("field(:x, :string, null: false) :: String.t()", {}),
        (
            "field :x, :string, autogenerate: {App, :make, []}",
            {"maker": Maker.OTHER, "generator": "{App, :make, []}"},
        ),
    ],
)
def test_options(line: str, expected: dict[str, object]) -> None:
    found = field(line, before="  @options [redact: true, source: :y]\n")
    known = {name: getattr(found, name) for name in expected}
    assert (found.name, found.ecto_type, known) == ("x", STRING, expected)


@pytest.mark.parametrize(
    ("written", "default"),
    [
        (':string, default: "a"', "a"),
        (":string, default: nil", None),
        (":boolean, default: false", False),
        (":integer, default: @size * 2 - 1", 9),
        (":integer, default: :timer.minutes(2)", 120_000),
        (":integer, default: @huge", UnreadDefault(str(2**63))),
        (":float, default: -0.5", -0.5),
        (':decimal, default: Decimal.new("1.50")', DecimalDefault("1.50")),
        (":decimal, default: Decimal.new(0)", DecimalDefault("0")),
        (":map, default: %{a: [1, nil]}", MapDefault(((Atom("a"), ListDefault((1, None))),))),
        (':map, default: %{"a" => f(1)}', UnreadDefault('%{"a" => f(1)}')),
        (":map, default: %Other{}", UnreadDefault("%Other{}")),
        ("{:array, :string}, default: ~w(a b)", ListDefault(("a", "b"))),
        ("Ecto.Enum, values: [:a, :b], default: List.last([:a, :b])", Atom("b")),
        (":date, default: ~D[2020-01-31]", Sigil("D", "2020-01-31")),
        (":string, default: Other.word()", "word"),
        (":string, default: Other.unknown()", UnreadDefault("Other.unknown()")),
        (":string, default: &Other.word/0", CallDefault("Other", "word")),
        (":string, default: &word/0", CallDefault("App.Thing", "word")),
        (":string, default: &Other.word/1", UnreadDefault("&Other.word/1")),
        (
            ":string, autogenerate: {Other, :make, [1, :a]}",
            CallDefault("Other", "make", (1, Atom("a"))),
        ),
        (":string, autogenerate: {Other, :make, [f()]}", None),
        ("Ecto.UUID, autogenerate: true", None),
    ],
)
def test_the_default_is_what_an_insert_sends(written: str, default: object) -> None:
    other = 'defmodule Other do\n  def word, do: "word"\n  def unknown, do: System.pid()\nend\n'
    found = field(f"field :x, {written}", other, before=f"  @size 5\n  @huge {2**63}\n")
    assert (found.default, type(found.default)) == (default, type(default))


def test_timestamps_have_a_default_only_where_a_function_makes_them() -> None:
    body = "    timestamps autogenerate: {App.Clock, :now, []}\n"
    now = CallDefault("App.Clock", "now")
    assert [f.default for f in thing(body).fields[1:]] == [now, now]
    body = "    timestamps autogenerate: {DateTime, :utc_now, [:second]}\n"
    assert [(f.default, f.maker) for f in thing(body).fields[1:]] == [(None, Maker.UNSAID)] * 2


def test_fields_without_a_column_are_none() -> None:
    schema = thing("    field :password, :string, virtual: true, redact: true\n")
    assert [each.name for each in schema.fields] == ["id"]


@pytest.mark.parametrize(
    ("attribute", "key"),
    [
        ("", ("id", "id", ID, Maker.DATABASE, "")),
        (
            "@primary_key {:id, :binary_id, autogenerate: true}",
            ("id", "id", BINARY_ID, Maker.UUID, ""),
        ),
        (
            "@primary_key {:uid, Ecto.UUID, autogenerate: [version: 7], source: :ID}",
            ("uid", "ID", PlainType("uuid"), Maker.UUID_V7, "[version: 7]"),
        ),
        (
            "@primary_key {:id, Ecto.ULID, autogenerate: true}",
            ("id", "id", CustomType("Ecto.ULID", code=PLAIN), Maker.OTHER, "Ecto.ULID"),
        ),
        (
            '@primary_key {:id, App.Id, autogenerate: true, prefix: "u"}',
            (
                "id",
                "id",
                CustomType("App.Id", options=Pairs((("prefix", "u"),))),
                Maker.OTHER,
                "App.Id",
            ),
        ),
        ("@primary_key {:code, :string, []}", ("code", "code", STRING, Maker.CALLER, "")),
        ("@primary_key false", None),
    ],
)
def test_the_key_is_what_the_attribute_says(attribute: str, key: tuple[object, ...] | None) -> None:
    schema = thing("", before=f"  {attribute}\n")
    found = [(f.name, f.column, f.ecto_type, f.maker, f.generator) for f in schema.fields]
    assert found == ([] if key is None else [key])
    assert schema.primary_key == (() if key is None else (key[1],))


def test_a_key_of_several_fields() -> None:
    schema = thing(
        "    field :a, :integer, primary_key: true\n"
        "    belongs_to :b, B, primary_key: true, source: :bb\n",
        'defmodule B do\n  use Ecto.Schema\n  schema "bs" do\n  end\nend\n',
        before="  @primary_key false\n",
    )
    assert schema.primary_key == ("a", "bb")


@pytest.mark.parametrize(
    ("attribute", "call", "expected"),
    [
        ("", "timestamps()", ("inserted_at", "updated_at", NAIVE)),
        ("", "timestamps", ("inserted_at", "updated_at", NAIVE)),
        ("", "timestamps type: :utc_datetime", ("inserted_at", "updated_at", UTC)),
        ("", "timestamps(updated_at: false)", ("inserted_at", None, NAIVE)),
        ("", "timestamps(inserted_at: :made)", ("made", "updated_at", NAIVE)),
        ("", "timestamps(inserted_at_source: :made)", ("made", "updated_at", NAIVE)),
        ("", "timestamps([type: :utc_datetime_usec])", ("inserted_at", "updated_at", UTC_USEC)),
        ("[type: :utc_datetime_usec]", "timestamps()", ("inserted_at", "updated_at", UTC_USEC)),
        (
            "[type: :utc_datetime_usec, updated_at: :changed]",
            "timestamps(type: :utc_datetime)",
            ("inserted_at", "changed", UTC),
        ),
    ],
)
def test_timestamps(
    attribute: str, call: str, expected: tuple[str | None, str | None, FieldType]
) -> None:
    before = f"  @timestamps_opts {attribute}\n" if attribute else ""
    schema = thing(f"    {call}\n", before=before)
    created, updated, type_ = expected
    roles = ((created, Role.CREATED), (updated, Role.UPDATED))
    own = [(f.column, f.ecto_type, f.role, f.maker) for f in schema.fields[1:]]
    assert own == [(c, type_, role, Maker.UNSAID) for c, role in roles if c is not None]


OWNER = (
    'defmodule App.Shared.Owner do\n  use Ecto.Schema\n  @schema_prefix "people"\n'
    '  @primary_key {:code, :string, source: :Code}\n  schema "owners" do\n'
    "    field :login, :string, source: :log_in\n"
    "    field :thing_id, :integer, source: :t\n  end\nend\n"
)
PEOPLE = Name("people", "owners")
BELONGS_TO, HAS_ONE = RelationshipKind.BELONGS_TO, RelationshipKind.HAS_ONE
HAS_MANY, MANY_TO_MANY = RelationshipKind.HAS_MANY, RelationshipKind.MANY_TO_MANY


@pytest.mark.parametrize(
    ("line", "kind", "own", "target", "filtered"),
    [
        ("belongs_to :x, Owner", BELONGS_TO, "x_id", "id", False),
        ("belongs_to :x, Owner, references: :code", BELONGS_TO, "x_id", "Code", False),
        ("belongs_to :x, Owner, foreign_key: :o, source: :oo", BELONGS_TO, "oo", "id", False),
        ("belongs_to(:x, Owner, references: :login)", BELONGS_TO, "x_id", "log_in", False),
        ("has_one :x, Owner", HAS_ONE, "id", "t", False),
        ("has_many :x, Owner, where: [up: true]", HAS_MANY, "id", "t", True),
        ("has_many :x, Owner, foreign_key: :made_by", HAS_MANY, "id", "made_by", False),
    ],
)
def test_associations_are_told_in_columns(
    line: str, kind: RelationshipKind, own: str, target: str, filtered: bool
) -> None:
    schema = thing(f"    {line}\n", OWNER, before="  alias App.Shared.{Owner, Other}\n")
    assert schema.associations == (
        LegacyAssociation(
            name="x",
            kind=kind,
            table=PEOPLE,
            own=own,
            target=target,
            path="lib/f0.ex",
            line=5,
            filtered=filtered,
            where=(Condition(column="up", test=Comparison.IS, value=True),) if filtered else (),
        ),
    )


@pytest.mark.parametrize(
    ("module", "key"),
    [
        ("UserToken", "user_token_id"),
        ("APIKey", "api_key_id"),
        ("PlanBItem", "plan_b_item_id"),
        ("Oauth2Token", "oauth2_token_id"),
    ],
)
def test_the_key_that_a_has_many_derives_is_that_of_macro_underscore(module: str, key: str) -> None:
    found = hints(
        f'defmodule App.{module} do\n  use Ecto.Schema\n  schema "as" do\n'
        "    has_many :owners, App.Shared.Owner\n  end\nend\n",
        OWNER,
    )
    keys = {each.module: [a.target for a in each.associations] for each in found.schemas}
    assert keys[f"App.{module}"] == [key]


def test_the_key_of_a_belongs_to_is_a_field_of_its_type() -> None:
    schema = thing(
        "    belongs_to :a, Owner\n    belongs_to :b, Owner, type: :string\n"
        "    field :c_id, :integer\n    belongs_to :c, Owner, define_field: false\n",
        OWNER,
        before="  alias App.Shared.Owner\n  @foreign_key_type :binary_id\n",
    )
    assert [(f.name, f.ecto_type) for f in schema.fields[1:]] == [
        ("a_id", BINARY_ID),
        ("b_id", STRING),
        ("c_id", PlainType("integer")),
    ]


def test_associations_through_others_and_join_tables() -> None:
    join = (
        'defmodule App.Share do\n  use Ecto.Schema\n  schema "shares" do\n'
        "    belongs_to :thing, App.Thing, source: :tid\n"
        "    belongs_to :owner, App.Shared.Owner, references: :code, type: :string\n  end\nend\n"
    )
    schema = thing(
        "    has_many :a, through: [:shares, :owner]\n"
        '    many_to_many :b, Owner, join_through: "things_owners"\n'
        "    many_to_many :c, Owner, join_through: App.Share,\n"
        "      join_keys: [thing_id: :id, owner_id: :code]\n"
        '    has_one :d, {"old_owners", Owner}\n',
        OWNER,
        join,
        before="  alias App.Shared.Owner\n",
    )
    assert schema.declared[0] == EctoAssociation(
        name="a", kind=HAS_MANY, line=5, through=("shares", "owner")
    )
    assert [each.module for each in schema.declared[1:]] == ["App.Shared.Owner"] * 3
    assert [each.join_module for each in schema.declared] == [None, None, "App.Share", None]
    assert schema.associations == (
        LegacyAssociation(
            name="b",
            kind=MANY_TO_MANY,
            table=PEOPLE,
            own="id",
            target="id",
            path="lib/f0.ex",
            line=6,
            through=Name("public", "things_owners"),
            through_own="thing_id",
            through_target="owner_id",
        ),
        LegacyAssociation(
            name="c",
            kind=MANY_TO_MANY,
            table=PEOPLE,
            own="id",
            target="Code",
            path="lib/f0.ex",
            line=7,
            through=Name("public", "shares"),
            through_own="tid",
            through_target="owner_id",
        ),
        LegacyAssociation(
            name="d",
            kind=HAS_ONE,
            table=Name("people", "old_owners"),
            own="id",
            target="t",
            path="lib/f0.ex",
            line=9,
        ),
    )


@pytest.mark.parametrize(
    ("before", "written"),
    [
        ("alias App.Shared.Owner", "Owner"),
        ("alias App.Shared.Owner, as: Boss", "Boss"),
        ("alias App.{Other, Shared.Owner}", "Owner"),
        ("alias App.Shared", "Shared.Owner"),
        ("alias __MODULE__, as: T", "App.Shared.Owner"),
        ("require App.Shared.Owner, as: R", "R"),
        ("@owner App.Shared.Owner", "@owner"),
        ("", "Elixir.App.Shared.Owner"),
    ],
)
def test_names_of_modules(before: str, written: str) -> None:
    schema = thing(f"    belongs_to :x, {written}\n", OWNER, before=f"  {before}\n")
    assert [each.module for each in schema.declared] == ["App.Shared.Owner"]


def test_a_module_that_refers_to_itself_and_to_one_inside_of_it() -> None:
    schema = thing(
        "    belongs_to :parent, __MODULE__\n    embeds_one :note, Note\n",
        before="  defmodule Note do\n    use Ecto.Schema\n    embedded_schema do\n    end\n  end\n",
    )
    assert schema.declared[0].module == "App.Thing"
    assert schema.fields[-1].ecto_type == EmbedType("App.Thing.Note", many=False)


@pytest.mark.parametrize(
    ("written", "module"),
    [
        ("Note", "App.Thing.Note"),
        ("Other.Note", "App.Thing.Other.Note"),
        ("__MODULE__.Note", "App.Thing.Note"),
        ("Elixir.Note", "Note"),
    ],
)
def test_the_module_of_an_embed_in_place(written: str, module: str) -> None:
    schema = thing(
        f"    embeds_one :note, {written} do\n    end\n", before="  alias Else.{Note, Other}\n"
    )
    assert schema.fields[-1].ecto_type == EmbedType(module, many=False)


def test_embedded_schemas_on_their_own_and_in_place() -> None:
    found = hints(
        "defmodule App.Thing do\n  use Ecto.Schema\n  @primary_key {:id, :id, []}\n"
        '  schema "things" do\n    embeds_many :lines, Line, primary_key: false do\n'
        "      field :text, :string\n      embeds_one :place, Place do\n      end\n    end\n"
        "  end\nend\n",
        "defmodule App.Note do\n  use Ecto.Schema\n  @primary_key false\n"
        "  embedded_schema do\n    field :at, :utc_datetime\n  end\nend\n",
    )
    place_key = EctoField(
        name="id",
        column="id",
        path="lib/f0.ex",
        line=7,
        maker=Maker.UUID,
        ecto_type=BINARY_ID,
    )
    place = EmbedType("App.Thing.Line.Place", many=False)
    assert found.embedded == (
        EmbeddedSchema(
            module="App.Note",
            path="lib/f1.ex",
            line=1,
            fields=(
                EctoField(
                    name="at",
                    column="at",
                    path="lib/f1.ex",
                    line=5,
                    type=type_hint(UTC),
                    ecto_type=UTC,
                ),
            ),
        ),
        EmbeddedSchema(
            module="App.Thing.Line",
            path="lib/f0.ex",
            line=5,
            fields=(
                EctoField(name="text", column="text", path="lib/f0.ex", line=6, ecto_type=STRING),
                EctoField(
                    name="place",
                    column="place",
                    path="lib/f0.ex",
                    line=7,
                    type=ObjectHint(),
                    ecto_type=place,
                ),
            ),
        ),
        EmbeddedSchema(
            module="App.Thing.Line.Place",
            path="lib/f0.ex",
            line=7,
            fields=(place_key,),
            primary_key=("id",),
        ),
    )


def test_typed_schemas() -> None:
    found = hints(
        "defmodule A do\n  use TypedEctoSchema\n  @primary_key false\n"
        '  typed_schema "as", null: false do\n    field(:x, :integer) :: pos_integer()\n'
        "    field :y, :string, enforce: true\n  end\nend\n"
        "defmodule B do\n  use TypedEctoSchema\n  @primary_key false\n"
        "  typed_embedded_schema do\n    field :z\n  end\nend\n"
    )
    assert [(s.table.name, [f.name for f in s.fields]) for s in found.schemas] == [
        ("as", ["x", "y"])
    ]
    assert [(e.module, [f.name for f in e.fields]) for e in found.embedded] == [("B", ["z"])]
    assert found.unread == ()


@pytest.mark.parametrize(
    ("mapper", "column"),
    [
        ("&String.upcase/1", None),
        ("&String.to_atom(String.upcase(to_string(&1)))", "FIRST_NAME"),
        ('&String.to_atom("usr_" <> Atom.to_string(&1))', "usr_first_name"),
        ('&:"usr_#{&1}"', "usr_first_name"),
        (
            "fn n -> n |> Atom.to_string() |> Macro.camelize() |> String.to_atom() end",
            "FirstName",
        ),
        ("&App.Names.column/1", "X_first_name"),
        ("&Other.column/1", None),
    ],
)
def test_the_mapper_of_columns(mapper: str, column: str | None) -> None:
    names = 'defmodule App.Names do\n  def column(name), do: :"X_#{name}"\nend\n'
    text = (
        "defmodule App.Thing do\n  use Ecto.Schema\n  @primary_key false\n"
        f"  @field_source_mapper {mapper}\n"
        '  schema "things" do\n    field :first_name\n    field :b, :string, source: :c\n'
        "  end\nend\n"
    )
    found = hints(text, names)
    (schema,) = found.schemas
    columns = [f.column for f in schema.fields]
    if column is None:
        assert (columns, schema.partial) == (["c"], True)
        what = "the column of first_name can't be read"
        assert found.unread == (Unread("lib/f0.ex", 6, "App.Thing", what),)
    else:
        assert (columns, schema.partial, found.unread) == ([column, "c"], False, ())


def test_what_inspect_hides_counts_as_redacted() -> None:
    body = "    field :a\n    field :b\n    field :c, :string, redact: false\n"
    derived = thing(body, before="  @derive [Jason.Encoder, {Inspect, except: [:a]}]\n")
    assert [f.name for f in derived.fields if f.redact] == ["a"]
    general = thing(body, before="  @schema_redact :all_except_primary_keys\n")
    assert [f.name for f in general.fields if f.redact] == ["a", "b"]


MACROS = (
    "defmodule App.Base do\n  defmacro __using__(opts) do\n"
    "    key = Keyword.get(opts, :key, :binary_id)\n    quote do\n      use Ecto.Schema\n"
    "      import App.Fields\n      alias App.Shared.Owner\n"
    "      @primary_key {:uid, unquote(key), autogenerate: true}\n"
    "      @timestamps_opts [type: :utc_datetime_usec]\n    end\n  end\nend\n"
    "defmodule App.Fields do\n  defmacro audit(who) do\n    quote do\n"
    "      field :audited_by, :string, source: unquote(who)\n    end\n  end\n"
    "  defmacro odd(x) do\n    if x, do: quote(do: field(:a))\n  end\nend\n"
    "defmodule AppKit do\n  def schema do\n    quote do\n      use App.Base, key: :id\n"
    "      unquote(more())\n    end\n  end\n"
    "  defp more do\n    quote do\n      @foreign_key_type :string\n    end\n  end\n"
    "  defmacro __using__(which) when is_atom(which), do: apply(__MODULE__, which, [])\nend\n"
)


@pytest.mark.parametrize(
    ("use", "key", "foreign"),
    [
        ("use App.Base", BINARY_ID, ID),
        ("use App.Base, key: :string", STRING, ID),
        ("use AppKit, :schema", ID, STRING),
    ],
)
def test_what_the_projects_own_base_sets_applies(
    use: str, key: FieldType, foreign: FieldType
) -> None:
    schema = thing(
        "    audit(:nobody)\n    belongs_to :owner, Owner\n    timestamps()\n",
        MACROS,
        OWNER,
        use=f"  {use}\n",
    )
    assert [(f.name, f.ecto_type, f.column, f.line) for f in schema.fields] == [
        ("uid", key, "uid", 3),
        ("audited_by", STRING, "nobody", 4),
        ("owner_id", foreign, "owner_id", 5),
        ("inserted_at", UTC_USEC, "inserted_at", 6),
        ("updated_at", UTC_USEC, "updated_at", 6),
    ]
    assert schema.declared[0].module == "App.Shared.Owner"


def test_values_that_functions_and_attributes_give() -> None:
    states = "defmodule App.States do\n  @all [:on, :off]\n  def all, do: @all\nend\n"
    before = "  @base [:a]\n  @more @base ++ ~w(b)a\n  @pairs [x: 1]\n"
    assert type_of("field :x, Ecto.Enum, values: @more", before=before) == EnumHint(
        (("a", "a"), ("b", "b"))
    )
    assert type_of("field :x, Ecto.Enum, values: App.States.all()", states) == EnumHint(
        (("on", "on"), ("off", "off"))
    )
    assert type_of("field :x, Ecto.Enum, values: Keyword.keys(@pairs)", before=before) == (
        EnumHint((("x", "x"),))
    )


@pytest.mark.parametrize(
    ("line", "what", "partial"),
    [
        ("field name, :string", "its name can't be read: field name, :string", True),
        ("for f <- @fs, do: field(f)", "a macro that can't be expanded: for f <- @fs, do: "
         "field(f)", True),
        ("App.unknown()", "a macro that can't be expanded: App.unknown()", True),
        ("odd true", "a macro that can't be expanded: odd true", True),
        ("field :x, Ecto.Enum, values: load()", "the type of x can't be read: Ecto.Enum", False),
        ("field :x, type()", "the type of x can't be read: type()", False),
        ("field :x, :string, opts()", "options that can't be read: opts()", False),
        ("field :x, :string, source: c()", "the column of x can't be read", True),
        ("belongs_to :x, mod()", "the schema of an association can't be read: belongs_to :x, mod()",
         False),
        ("belongs_to :x, Gone", "belongs_to x: Gone is no schema that was read", False),
    ],
)  # fmt: skip
def test_what_cant_be_read_is_reported(line: str, what: str, partial: bool) -> None:
    found = hints(
        "defmodule App.Thing do\n  use Ecto.Schema\n  import App.Fields\n"
        f'  schema "things" do\n    {line}\n  end\nend\n',
        MACROS,
    )
    (schema,) = found.schemas
    (unread,) = found.unread
    assert unread == Unread("lib/f0.ex", 5, "App.Thing", what, target=unread.target)
    assert unread.target == ("Gone" if "Gone" in line else "")
    assert schema.partial is partial


def test_an_unread_type_is_kept_as_written() -> None:
    found = hints(
        'defmodule A do\n  use Ecto.Schema\n  schema "as" do\n    field :x, kind()\n  end\nend\n'
    )
    assert found.schemas[0].fields[1].ecto_type == UnknownType("kind()")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("  @primary_key key()\n", "@primary_key can't be read: key()"),
        ("  @schema_prefix env()\n", "@schema_prefix can't be read: env()"),
    ],
)
def test_attributes_that_cant_be_read_are_reported(text: str, what: str) -> None:
    found = hints(f'defmodule A do\n  use Ecto.Schema\n{text}  schema "as" do\n  end\nend\n')
    assert [item.what for item in found.unread] == [what]
