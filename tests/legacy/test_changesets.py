"""Changeset functions as steps: a few lines of Elixir in, the whole structs out."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from ash_scaffold.ash.changesets import (
    Cast,
    Changeset,
    Constraint,
    ContextFunction,
    ContextKind,
    Copied,
    CopiedFunction,
    Nested,
    Parameter,
    ParameterRole,
    Rule,
    Step,
    Todo,
    VirtualField,
)
from ash_scaffold.legacy.changesets import read_changesets
from ash_scaffold.legacy.code_base import CodeBase
from ash_scaffold.legacy.context_functions import read_context_functions
from ash_scaffold.legacy.files import ElixirFile
from ash_scaffold.legacy.read import read_code
from ash_scaffold.postgres.catalog import Name

PATH = "lib/app/user.ex"
HEAD = """defmodule App.User do
  use Ecto.Schema
  import Ecto.Changeset

  schema "users" do
    field :name, :string
    field :email, :string
    field :password, :string, virtual: true, redact: true
    has_many :posts, App.Post, on_replace: :delete
  end
"""
# The line of the first line of a test's code.
FIRST = HEAD.count("\n") + 1


def read_all(*sources: str) -> tuple[Changeset, ...]:
    files = [
        ElixirFile(PATH if n == 0 else f"lib/app/f{n}.ex", text.encode())
        for n, text in enumerate(sources)
    ]
    code = CodeBase(files)
    return read_changesets(code, read_code(code))


def user(body: str, *others: str) -> Changeset:
    """Read the only changeset function of a module over users."""
    (found,) = read_all(f"{HEAD}{body}end\n", *others)
    return found


def without_lines(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(structs.replace(step, line=0) for step in steps)


def steps(body: str, *others: str) -> tuple[Step, ...]:
    """Return the steps of the only function, as if each stood on line 0."""
    found = user(body, *others)
    assert found.refused == ""
    return without_lines(found.steps)


def test_a_changeset_function() -> None:
    found = user(
        "  @required [:name]\n"
        "  def changeset(user, attrs \\\\ %{}) do\n"
        "    user\n"
        "    |> cast(attrs, @required ++ ~w(email password)a)\n"
        "    |> validate_required(@required)\n"
        '    |> validate_length(:name, max: 50, message: "too long")\n'
        '    |> unique_constraint(:email, name: :users_email_index, message: "taken")\n'
        "    |> cast_assoc(:posts, required: true)\n"
        "  end\n"
    )
    assert found == Changeset(
        module="App.User",
        function="changeset",
        arity=2,
        path=PATH,
        line=FIRST + 1,
        table=Name("public", "users"),
        schema="App.User",
        parameters=(
            Parameter(name="user", role=ParameterRole.STRUCT),
            Parameter(name="attrs", role=ParameterRole.ATTRIBUTES, default="%{}"),
        ),
        steps=(
            Cast(line=FIRST + 3, fields=("name", "email", "password")),
            Rule(line=FIRST + 4, call="validate_required", arguments=("[:name]",)),
            Rule(
                line=FIRST + 5,
                call="validate_length",
                arguments=(":name", '[max: 50, message: "too long"]'),
            ),
            Constraint(
                line=FIRST + 6,
                call="unique_constraint",
                fields=("email",),
                name="users_email_index",
                message="taken",
            ),
            Nested(
                line=FIRST + 7,
                call="cast_assoc",
                field="posts",
                module="App.Post",
                embed="App.Post",
                many=True,
                on_replace="delete",
                options="[required: true]",
                source="cast_assoc(:posts, required: true)",
            ),
        ),
        virtual=(VirtualField(name="password", type=":string", redact=True),),
        digest=found.digest,
    )


def test_a_helper_that_only_makes_steps_is_read_in_its_place() -> None:
    found = steps(
        "  def changeset(user, attrs), do: user |> cast(attrs, [:name]) |> named(max: 3)\n"
        "  defp named(changeset, opts), do: validate_length(changeset, :name, opts)\n"
    )
    assert found == (
        Cast(line=0, fields=("name",)),
        Rule(line=0, call="validate_length", arguments=(":name", "[max: 3]")),
    )


@pytest.mark.parametrize(
    "body",
    [
        "  def changeset(user, attrs) do\n    allowed = ~w(name)a\n"
        "    cast(user, attrs, allowed ++ [:email])\n  end\n",
        "  def changeset(user, attrs), do: allowed(user, attrs, [:name])\n"
        "  defp allowed(user, attrs, names), do: cast(user, attrs, names ++ [:email])\n",
        "  @own [:name]\n  def changeset(user, attrs), do: allowed(user, attrs)\n"
        "  defp allowed(user, attrs, own \\\\ @own), do: cast(user, attrs, own ++ [:email])\n",
        "  def changeset(user, attrs) do\n    allowed = Enum.concat([:name], [:email])\n"
        "    cast(user, attrs, allowed)\n  end\n",
        "  def changeset(user, attrs), do: cast(user, attrs, Enum.concat([[:name], [:email]]))\n",
    ],
)
def test_the_fields_of_a_cast_may_be_a_variable(body: str) -> None:
    assert steps(body) == (Cast(line=0, fields=("name", "email")),)


CLAUSES = (
    "  def changeset(%{id: nil} = user, attrs), do: cast(user, attrs, [:name, :email])\n"
    "  def changeset(user, attrs) when user.age > 3, do: user |> cast(attrs, [:name])\n"
)
CLAUSES_OF_CHANGESET = (
    "def changeset(%Ecto.Changeset{data: %{id: nil}} = user, attrs), "
    "do: cast(user, attrs, [:name, :email])\n\n"
    "def changeset(user, attrs) when user.data.age > 3, do: user |> cast(attrs, [:name])"
)
OF_CLAUSES = Copied(line=0, function="changeset", arguments=("attrs",), casts=("name", "email"))


def test_a_function_of_several_clauses_is_copied_with_the_changeset_for_its_struct() -> None:
    found = user(CLAUSES)
    assert (found.refused, without_lines(found.steps)) == ("", (OF_CLAUSES,))
    assert [each.source for each in found.functions] == [CLAUSES_OF_CHANGESET]
    assert [each.role for each in found.parameters] == ["struct", "attributes"]


def test_a_function_that_goes_on_from_one_of_several_clauses() -> None:
    found = read_all(
        f"{HEAD}{CLAUSES}"
        "  def update(user, attrs), do: user |> changeset(attrs) |> validate_required([:name])\n"
        "end\n"
    )
    (_, update) = found
    rule = Rule(line=0, call="validate_required", arguments=("[:name]",))
    assert without_lines(update.steps) == (OF_CLAUSES, rule)
    assert [each.source for each in update.functions] == [CLAUSES_OF_CHANGESET]
    assert [each.role for each in update.parameters] == ["struct", "attributes"]


def test_what_a_copied_function_starts_with_is_given_a_changeset_as_well() -> None:
    found = read_all(
        f"{HEAD}"
        "  def changeset(%__MODULE__{} = user, attrs), do: cast(user, attrs, [:name])\n"
        "  def update(%{id: nil} = user, attrs), do: user |> changeset(attrs)\n"
        "  def update(user, attrs), do: cast(user, attrs, [:email])\n"
        "end\n"
    )
    assert [each.source for each in found[1].functions] == [
        "def update(%Ecto.Changeset{data: %{id: nil}} = user, attrs), "
        "do: user |> changeset(attrs)\n\n"
        "def update(user, attrs), do: cast(user, attrs, [:email])",
        "defp changeset(%Ecto.Changeset{} = user, attrs), do: cast(user, attrs, [:name])",
    ]


def test_clauses_that_start_with_a_struct_of_their_own_are_not_copied() -> None:
    found = user(
        "  def new_changeset(%{name: nil} = attrs), do: %App.User{} |> cast(attrs, [:email])\n"
        "  def new_changeset(attrs), do: %App.User{} |> cast(attrs, [:name])\n"
    )
    assert (found.refused, found.steps) == ("it has 2 clauses", ())


@pytest.mark.parametrize(
    ("call", "source"),
    [
        (
            "own(user, Map.take(attrs, [:name]))",
            "def cast_params(attrs) do\n  attrs = Map.take(attrs, [:name])\n\n  attrs\nend",
        ),
        (
            "user |> own(if user.id, do: %{}, else: attrs)",
            "def cast_params(user, attrs) do\n"
            "  attrs = if user.id, do: %{}, else: attrs\n\n  attrs\nend",
        ),
    ],
)
def test_a_helper_may_be_given_what_is_made_of_the_attributes(call: str, source: str) -> None:
    found = user(
        f"  def changeset(user, attrs), do: {call}\n"
        "  defp own(user, attrs), do: user |> cast(attrs, [:name])\n"
    )
    (cast,) = found.steps
    assert isinstance(cast, Cast)
    assert (cast.fields, cast.prepared) == (("name",), "cast_params")
    assert [each.source for each in found.functions] == [source]


def test_values_that_two_expressions_swap_are_not_mixed_up() -> None:
    found = user(
        "  def changeset(user, attrs, other), do: own(user, f(other), g(attrs))\n"
        "  defp own(user, attrs, other), do: user |> cast(Map.merge(attrs, other), [:name])\n"
    )
    assert "an argument that is no literal" in found.refused


def test_values_of_a_map_are_no_attributes() -> None:
    found = read_all(
        f"{HEAD}"
        "  def changeset(user, attrs), do: cast(user, attrs, [:name])\n"
        "  def new(data), do: changeset(%__MODULE__{}, %{name: data})\n"
        "end\n"
    )
    assert without_lines(found[1].steps) == (
        Copied(line=0, function="cast_in_changeset", arguments=("data",)),
    )
    assert [each.role for each in found[1].parameters] == ["other"]


def test_a_default_may_be_the_struct() -> None:
    found = read_all(
        f"{HEAD}"
        "  def checked(user \\\\ %__MODULE__{}, attrs), do: cast(user, attrs, [:name])\n"
        "  def new_changeset(attrs), do: attrs |> checked() |> validate_required(:name)\n"
        "end\n"
    )
    new = next(each for each in found if each.function == "new_changeset")
    assert without_lines(new.steps) == (
        Cast(line=0, fields=("name",)),
        Rule(line=0, call="validate_required", arguments=(":name",)),
    )


def test_a_function_whose_helper_writes_is_no_changeset_function() -> None:
    found = read_all(
        f"{HEAD}"
        "  def changeset(user, attrs), do: cast(user, attrs, [:name])\n"
        '  def block(user, ""), do: store(user)\n'
        "  def block(user, why), do: user |> change(name: why) |> store()\n"
        "  defp store(user), do: user |> change(email: nil) |> App.Repo.update!()\n"
        "end\n"
    )
    assert [each.function for each in found] == ["changeset"]


def test_a_helper_that_does_more_is_copied_with_what_it_needs() -> None:
    found = user(
        "  alias App.Text\n"
        '  @prefix "x"\n'
        "  def changeset(user, attrs), do: user |> cast(attrs, [:name]) |> slug(attrs)\n"
        "  defp slug(cset, attrs) do\n"
        "    if attrs[:slug], do: put_change(cset, :name, made(attrs)), else: cset\n"
        "  end\n"
        "  defp made(attrs), do: @prefix <> Text.slug(attrs.slug)\n"
    )
    assert found.steps[1] == Copied(line=FIRST + 2, function="slug", arguments=("attrs",))
    assert found.functions == (
        CopiedFunction(
            name="slug",
            arity=2,
            path=PATH,
            line=FIRST + 3,
            source=(
                "def slug(cset, attrs) do\n"
                "  if attrs[:slug], do: put_change(cset, :name, made(attrs)), else: cset\n"
                "end"
            ),
            imports=("import Ecto.Changeset",),
        ),
        CopiedFunction(
            name="made",
            arity=1,
            path=PATH,
            line=FIRST + 6,
            source="defp made(attrs), do: @prefix <> Text.slug(attrs.slug)",
            called=False,
            aliases=(("Text", "App.Text"),),
            attributes=(("prefix", '"x"'),),
        ),
    )


def test_a_condition_becomes_a_function_of_its_own() -> None:
    found = user(
        "  def changeset(user, attrs) do\n"
        "    changeset = cast(user, attrs, [:name])\n"
        "    if get_change(changeset, :name) do\n"
        "      put_change(changeset, :email, user.name)\n"
        "    else\n"
        "      changeset\n"
        "    end\n"
        "  end\n"
    )
    assert without_lines(found.steps[1:]) == (
        Copied(line=0, function="maybe_put_change_email", arguments=("user",)),
    )
    assert found.functions == (
        CopiedFunction(
            name="maybe_put_change_email",
            arity=2,
            path=PATH,
            line=FIRST + 2,
            source=(
                "def maybe_put_change_email(changeset, user) do\n"
                "  if get_change(changeset, :name) do\n"
                "    put_change(changeset, :email, user.name)\n"
                "  else\n"
                "    changeset\n"
                "  end\n"
                "end"
            ),
            made=True,
            imports=("import Ecto.Changeset",),
        ),
    )


def functions(body: str, *others: str) -> dict[str, tuple[str, ...]]:
    """Return the names of the functions that are copied or made, each with its imports."""
    return {each.name: each.imports for each in user(body, *others).functions}


TEXT = """defmodule App.Text do
  import Ecto.Changeset

  def tidy(changeset, field), do: update_change(changeset, field, &String.trim/1)
  def squeeze(text), do: text
end
"""


def test_copied_code_imports_what_it_calls_and_nothing_more() -> None:
    body = """\
  import Ecto
  import Ecto.Query
  import App.Text
  def changeset(user, attrs) do
    changeset = cast(user, attrs, [:name])

    if get_change(changeset, :name) do
      query = assoc(changeset.data, :posts)
      count = App.Repo.one(from(p in query, join: c in assoc(p, :comments), select: count(c.id)))
      put_change(changeset, :email, squeeze("#{count}"))
    else
      changeset
    end
  end
"""
    assert functions(body, TEXT) == {
        "maybe_put_change_email": (
            "import App.Text, only: [squeeze: 1]",
            "import Ecto, only: [assoc: 2]",
            "import Ecto.Changeset",
            "import Ecto.Query",
        )
    }


def test_an_association_within_a_query_is_no_call_of_ecto() -> None:
    body = """\
  import Ecto
  import Ecto.Query
  def changeset(user, attrs), do: user |> cast(attrs, [:name]) |> prepare_changes(&counted/1)
  defp counted(changeset) do
    from(p in App.Post, join: c in assoc(p, :comments)) |> changeset.repo.all()
    changeset
  end
"""
    (imports,) = {found for name, found in functions(body).items() if name == "counted"}
    assert imports == ("import Ecto.Query",)


@pytest.mark.parametrize(
    ("call", "helper", "reason"),
    [
        (
            "counted()",
            "defmacrop live(p), do: quote(do: is_nil(unquote(p).gone_at))\n"
            "  defp counted(c), do: if(live(c.data), do: put_change(c, :name, nil), else: c)",
            "it needs the macro live/1, which the legacy code doesn't show",
        ),
        (
            "kept()",
            "defp kept(c), do: if(c.valid?, do: put_assoc(c, :posts, []), else: c)",
            "it calls put_assoc, which can't be copied",
        ),
        (
            "cast_all()",
            "defp cast_all(c), do: if(c.valid?, do: cast_assoc(c, :posts), else: c)",
            "it calls cast_assoc, which can't be copied",
        ),
    ],
)
def test_a_helper_that_would_not_work_as_a_copy_is_left_to_a_person(
    call: str, helper: str, reason: str
) -> None:
    body = f"  def changeset(user, attrs), do: user |> cast(attrs, [:name]) |> {call}\n  {helper}\n"
    cast, left = steps(body)
    assert isinstance(left, Todo)
    assert (cast, left.reason) == (Cast(line=0, fields=("name",)), reason)
    assert left.source == call or left.source in helper
    assert functions(body) == {}


def test_a_record_is_no_struct_of_the_schema() -> None:
    body = """\
  alias App.User
  def changeset(%User{name: name} = user, attrs) do
    user |> cast(attrs, [:name]) |> put_change(:email, App.mail(name)) |> checked(user)
  end
  defp checked(%Ecto.Changeset{data: %User{id: id}} = changeset, %User{} = user) when id != 1 do
    add_error(changeset, :name, user.name)
  end
  defp checked(changeset, nil), do: changeset
"""
    found = user(body)
    assert {each.name: each.source for each in found.functions} == {
        "put_email": (
            "def put_email(changeset, user) do\n  %{name: name} = user\n\n  changeset\n"
            "  |> put_change(:email, App.mail(name))\nend"
        ),
        "checked": (
            "def checked(%Ecto.Changeset{data: %{id: id}} = changeset, %{} = user) when id != 1 do"
            "\n  add_error(changeset, :name, user.name)\nend\n\n"
            "def checked(changeset, nil), do: changeset"
        ),
    }
    assert [each.aliases for each in found.functions] == [(), ()]


def test_a_helper_that_tells_structs_of_schemas_apart_is_left_to_a_person() -> None:
    body = """\
  def changeset(user, attrs), do: user |> cast(attrs, [:name]) |> by(user)
  defp by(changeset, %__MODULE__{}), do: put_change(changeset, :email, "u")
  defp by(changeset, %App.Team{}), do: put_change(changeset, :email, "t")
"""
    assert steps(body)[1:] == (
        Todo(
            line=0,
            source="by(user)",
            reason="it asks whether its struct is one of the schema or another",
        ),
    )


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("def flag_changeset(user, flag), do: change(user, %{flag => 1})", ["change_in_flag"]),
        ("def verify(user), do: change(user, %{email: App.key(), name: nil})", ["put_email"]),
        ("def verify(user), do: change(user, email: App.key())", ["put_email"]),
        ("def of(other), do: change(%App.User{name: other.name}, %{})", ["put_name"]),
        (
            "def one(user, key), do: user |> change() |> prepare_changes(fn c -> {c, key} end)",
            ["prepare_changes_in_one"],
        ),
    ],
)
def test_the_names_of_functions_that_are_made(body: str, names: list[str]) -> None:
    found = read_all(f"{HEAD}  {body}\nend\n")
    assert [each.name for one in found for each in one.functions] == names


@pytest.mark.parametrize(
    ("embed", "value", "is_set"),
    [
        ("embeds_one :place, App.Place, on_replace: :delete", "nil", True),
        ("embeds_one :place, App.Place, on_replace: :delete", "user.place", False),
        ("embeds_one :place, App.Place", "nil", False),
        ("embeds_many :place, App.Place, on_replace: :delete", "nil", False),
    ],
)
def test_an_embed_that_is_taken_out_is_set_to_nil(embed: str, value: str, is_set: bool) -> None:
    schema = HEAD.replace("    has_many", f"    {embed}\n    has_many")
    body = f"  def clear(user), do: user |> change() |> put_embed(:place, {value})\n"
    (found,) = read_all(f"{schema}{body}end\n")
    rule = Rule(line=0, call="put_change", arguments=(":place", "nil"))
    left = Todo(
        line=0,
        source=f"put_embed(:place, {value})",
        reason="put_embed takes over what is loaded or made elsewhere",
    )
    assert without_lines(found.steps) == ((rule if is_set else left),)


def test_a_parameter_has_the_name_that_a_head_gives_it() -> None:
    found = user(
        "  def changeset(user, type, attrs \\\\ %{})\n"
        "  def changeset(user, :one, attrs), do: cast(user, attrs, [:name])\n"
        "  def changeset(user, :two, attrs), do: cast(user, attrs, [:email])\n"
    )
    assert [each.name for each in found.parameters] == ["user", "type", "attrs"]


@pytest.mark.parametrize(
    "branch",
    [
        "changeset\n    |> get_field(:name)\n    |> App.Names.known?()\n"
        '    |> if(do: changeset, else: add_error(changeset, :name, "unknown"))',
        "App.Names.known?(get_field(changeset, :name))\n    |> case do\n"
        '      true -> changeset\n      _ -> add_error(changeset, :name, "unknown")\n    end',
    ],
)
def test_a_condition_behind_a_pipe_is_copied_with_what_is_piped(branch: str) -> None:
    found = user(
        "  def changeset(user, attrs) do\n    changeset = cast(user, attrs, [:name])\n\n"
        f"    {branch}\n  end\n"
    )
    assert without_lines(found.steps[1:]) == (Copied(line=0, function="maybe_add_error_name"),)
    body = "\n".join(line.removeprefix("  ") for line in branch.split("\n"))
    assert found.functions[0].source == (f"def maybe_add_error_name(changeset) do\n  {body}\nend")


@pytest.mark.parametrize(
    "call",
    [
        "Enum.reduce(@names, cs, fn n, cs -> validate_length(cs, n, max: 3) end)",
        "@names |> Enum.reduce(cs, fn n, cs -> validate_length(cs, n, max: 3) end)",
        "for n <- @names, reduce: cs do\n  cs -> validate_length(cs, n, max: 3)\nend",
    ],
)
def test_a_helper_that_goes_through_a_list_with_the_changeset_is_copied(call: str) -> None:
    found = user(
        "  @names [:name, :email]\n"
        "  def changeset(user, attrs), do: user |> cast(attrs, [:name]) |> short()\n"
        f"  defp short(cs) do\n    {call}\n  end\n"
    )
    assert without_lines(found.steps[1:]) == (Copied(line=0, function="short"),)


@pytest.mark.parametrize(
    ("branches", "is_one"),
    [
        ("%{valid?: true} = cs -> put_change(cs, :email, nil)\n      cs -> cs", True),
        ("cs when cs.valid? -> cs\n      _ -> user", True),
        ("%{valid?: true} -> {:ok, user}\n      cs -> {:error, cs}", False),
    ],
)
def test_a_case_of_a_changeset_is_one_if_a_branch_returns_it(branches: str, is_one: bool) -> None:
    found = read_all(
        f"{HEAD}  def check(user, attrs) do\n"
        f"    case cast(user, attrs, [:name]) do\n      {branches}\n    end\n  end\nend\n"
    )
    assert [len(each.steps) for each in found] == ([2] if is_one else [])


def test_a_function_that_only_passes_its_arguments_on_is_none() -> None:
    found = read_all(
        f"{HEAD}{CLAUSES}end\n",
        "defmodule App.Users do\n"
        "  def change_user(user, attrs), do: App.User.changeset(user, attrs)\nend\n",
    )
    assert [each.function for each in found] == ["changeset"]


def test_a_function_that_only_a_function_nobody_writes_with_calls_is_named() -> None:
    found = user(
        "  def checked(changeset), do: validate_required(changeset, [:name])\n"
        "  defp unused(user, attrs), do: user |> cast(attrs, [:name]) |> checked()\n"
    )
    reason = f"it is called on the changeset of another function ({PATH}:12)"
    assert (found.function, found.refused, found.is_step) == ("checked", reason, True)


def test_a_function_that_is_given_a_changeset_says_where_it_is_called() -> None:
    body = """  def changeset(user, attrs), do: cast(user, attrs, [:name])
  def checked(changeset, word), do: validate_format(changeset, :name, word)
  def left(changeset), do: validate_required(changeset, [:name])
"""
    context = """defmodule App.Users do
  def update(user, attrs, word) do
    user |> App.User.changeset(attrs) |> App.User.checked(word) |> App.Repo.update()
  end

  def look(user, attrs, word) do
    user
    |> App.User.changeset(attrs)
    |> App.User.checked(word)
    |> Ecto.Changeset.apply_action(:update)
  end
end
"""
    changeset, checked, left = read_all(f"{HEAD}{body}end\n", context)
    place = "lib/app/f1.ex"
    assert checked.updates == (f"{place}:3",)
    assert checked.calls == (f"{place}:3", f"{place}:9")
    assert checked.refused == (
        f"it is called on the changeset of another function ({place}:3 and 1 more place)"
    )
    assert left.refused == "it is given a changeset, and no call of it was found"
    assert (changeset.calls, changeset.is_step) == ((), False)


@pytest.mark.parametrize(
    "call",
    [
        "def form(user), do: App.User.changeset(user, %{})",
        "def forms(users), do: Enum.map(users, &App.User.changeset(&1, %{}))",
        "def with_it(user), do: apply(&App.User.changeset/2, [user, %{}])",
    ],
)
def test_what_nothing_writes_with_says_where_it_is_called(call: str) -> None:
    body = "  def changeset(user, attrs), do: cast(user, attrs, [:name])\n"
    other = f"defmodule App.Users do\n  {call}\nend\n"
    assert user(body, other).calls == ("lib/app/f1.ex:2",)
    assert user(body).calls == ()


def test_a_function_whose_result_is_not_known_is_refused() -> None:
    found = user("  def file_changeset(user, attrs), do: attachments(user, attrs)\n")
    assert found.refused == "what it returns can't be read"


@pytest.mark.parametrize(
    ("steps", "reads"),
    [
        ('put_change(:name, attrs["nick"])', ["nick"]),
        ('put_change(:name, Map.get(attrs, "nick", attrs["name"]))', ["name", "nick"]),
        ('put_change(:name, attrs |> Map.fetch!("nick"))', ["nick"]),
        ('put_change(:name, get_in(attrs, ["nick", "first"]))', ["nick"]),
        ("checked(user, attrs)", ["old", "other"]),
        ("passed_on(attrs)", ["old", "other"]),
        ("of_params()", ["code", "pin", "word"]),
        ('then(&case attrs do\n %{"nick" => _} -> &1\n _ -> change(&1)\n end)', ["nick"]),
        # By an atom, a name that is made, of something else, and as a part of a value.
        ("put_change(:name, attrs[:nick])", []),
        ("put_change(:name, attrs.nick)", []),
        ('put_change(:name, attrs["#{user.name}_old"])', []),
        ('put_change(:name, user.names["nick"])', []),
        ("put_change(:name, inspect(attrs))", []),
    ],
)
def test_the_keys_of_attributes_that_steps_read(steps: str, reads: list[str]) -> None:
    found = user(
        "  def changeset(user, attrs) do\n    user\n    |> cast(attrs, [:name])\n"
        f"    |> {steps}\n  end\n"
        '  defp checked(changeset, _, %{"old" => old} = given) when old != given["other"], do:'
        " add_error(changeset, :name, old)\n"
        "  defp checked(changeset, _, _), do: changeset\n"
        "  defp passed_on(changeset, %{name: name} = rest) do\n"
        "    changeset |> checked(name, rest)\n  end\n"
        "  defp passed_on(changeset, rest), do: rest |> inspect() |> then(fn _ -> changeset end)\n"
        '  defp of_params(%{params: %{"pin" => _}} = changeset) do\n'
        '    if changeset.params["code"], do: changeset |> change() |> of_word(), else: changeset\n'
        "  end\n"
        "  defp of_params(changeset), do: changeset\n"
        '  defp of_word(it), do: put_change(it, :name, Map.get(it.params, "word"))\n'
    )
    assert found.refused == ""
    assert found.reads == tuple(reads)


def test_the_keys_that_what_is_cast_is_made_of() -> None:
    found = user(
        "  def changeset(user, attrs) do\n"
        '    cast(user, Map.put(attrs, "name", attrs["nick"]), [:name])\n  end\n'
    )
    assert found.reads == ("nick",)


@pytest.mark.parametrize(
    ("struct", "later", "seen"),
    [
        ("name: team.name", "update_change(:name, &String.trim/1)", "name"),
        ('name: "x"', "validate_length(:name, min: 3)", "name"),
        ('name: "x", email: team.name', "unsafe_validate_unique([:email, :id], Repo)", "email"),
        ('name: "x"', "delete_change(:name)", "name"),
        ("name: team.name", "then(&if get_change(&1, :name), do: &1, else: &1)", "name"),
        ('name: "x"', "checked(:name)", "name"),
        ('name: "x", email: "y"', "counted()", "name, email"),
        ('name: "x"', "told()", "name"),
        # What is the same for values of the struct, or of other fields.
        ('name: "x"', "validate_required([:name])", ""),
        ('name: "x"', "put_change(:name, nil)", ""),
        ("name: team.name", "validate_length(:email, min: 3)", ""),
        ("name: team.name", "checked(:email)", ""),
        ('name: "x"', "unique_constraint(:name)", ""),
        ("name: team.name", "validate_whole(:name)", ""),
    ],
)
def test_values_of_a_struct_that_would_be_taken_for_changes(
    struct: str, later: str, seen: str
) -> None:
    found = steps(
        "  alias App.Repo\n"
        f"  def changeset(team) do\n    %__MODULE__{{{struct}}}\n    |> change()\n"
        f"    |> {later}\n  end\n"
        "  defp checked(changeset, field) do\n    case get_change(changeset, field) do\n"
        "      nil -> changeset\n      _ -> add_error(changeset, field, to_string(:x))\n"
        "    end\n  end\n"
        "  defp counted(%{changes: all} = changeset) when all == %{}, do: changeset\n"
        "  defp counted(changeset), do: force_change(changeset, :name, nil)\n"
        "  defp told(changeset) when is_map(changeset), do: App.Told.about(changeset)\n"
        "  defp validate_whole(changeset, field) do\n    case get_field(changeset, field) do\n"
        "      nil -> add_error(changeset, field, to_string(:x))\n      _ -> changeset\n"
        "    end\n  end\n",
    )
    reason = f"values of a struct are no changes, and a later step looks at that of {seen}"
    todo = Todo(line=0, source=f"%App.User{{{struct}}}", reason=reason)
    assert [each for each in found if isinstance(each, Todo)] == ([todo] if seen else [])
    first = found[0]
    assert seen or isinstance(first, Copied) or (isinstance(first, Rule) and first.call == "change")


CONTEXT = """defmodule App.Accounts do
  alias App.{Repo, User}
  alias Ecto.Multi

"""


def sites(body: str, name: str = "changeset") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the lines of a context (its first is 1) that create, and that update, with users."""
    functions = "  def changeset(user, attrs), do: cast(user, attrs, [:name])\n"
    functions += "  def other(user, attrs), do: cast(user, attrs, [:email])\n"
    found = read_all(f"{HEAD}{functions}end\n", f"{CONTEXT}{body}end\n")
    each = next(each for each in found if each.function == name)
    before = f"lib/app/f1.ex:{CONTEXT.count(chr(10))}"
    head, _, first = before.partition(":")

    def lines(places: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(int(p.removeprefix(f"{head}:")) - int(first)) for p in places)

    return lines(each.creates), lines(each.updates)


@pytest.mark.parametrize(
    ("body", "creates", "updates"),
    [
        ("def a(attrs), do: Repo.insert(User.changeset(%User{}, attrs))\n", ("1",), ()),
        ("def a(u, p), do: u |> User.changeset(p) |> Repo.update!()\n", (), ("1",)),
        ("def a(u, p), do: u |> User.changeset(p) |> Repo.insert_or_update\n", ("1",), ("1",)),
        ("def a(u, p), do: u |> User.other(p) |> Repo.insert()\n", (), ()),
        (
            "def a(u, p) do\n  changeset = User.changeset(u, p)\n"
            "  with {:ok, u} <- App.Repo.update(changeset), do: u\nend\n",
            (),
            ("3",),
        ),
        (
            "def a(u, p) do\n  Multi.new()\n  |> Multi.insert(:u, User.changeset(u, p))\n"
            "  |> Multi.update(:v, fn %{u: u} -> User.changeset(u, p) end)\nend\n",
            ("3",),
            ("4",),
        ),
        (
            "def a(u, p), do: Repo.insert(built(u, p))\n"
            "defp built(u, p) do\n  u |> User.changeset(p) |> Map.put(:x, 1)\nend\n",
            ("1",),
            (),
        ),
        (
            "def a(u, p), do: u |> User.changeset(p) |> store(1)\n"
            "defp store(changeset, _), do: Repo.update(changeset)\n",
            (),
            ("1",),
        ),
        (
            "def a(u, p), do: Repo.fetch_and_update(u, with: &User.changeset(&1, p))\n",
            (),
            ("1",),
        ),
        (
            "def a(u, p) do\n  c = if p, do: User.changeset(u, p), else: User.other(u, p)\n"
            "  Repo.insert(c)\nend\n",
            ("3",),
            (),
        ),
        ("def a(u, p), do: Repo.delete(User.changeset(u, p))\n", (), ()),
        # What a repo returns is a row: who is given that writes something else.
        (
            "def a(u, p), do: u |> User.changeset(p) |> Repo.update!() |> told()\n"
            "defp told(user), do: Repo.insert!(App.Token.build(user))\n",
            (),
            ("1",),
        ),
        (
            "def a(u, p) do\n  {:ok, user} = u |> User.changeset(p) |> Repo.update()\n"
            "  told(user)\nend\n"
            "defp told(user), do: Repo.insert!(App.Token.build(user))\n",
            (),
            ("2",),
        ),
        (
            "def a(u, p), do: u |> User.changeset(p) |> stored() |> told()\n"
            "defp stored(changeset) do\n  case Repo.update(changeset) do\n"
            "    {:ok, user} -> user\n    {:error, _} -> nil\n  end\nend\n"
            "defp told(user), do: Repo.insert!(App.Token.build(user))\n",
            (),
            ("1",),
        ),
        # No write updates, or deletes, a row that has no key yet.
        (
            "def a(u, p), do: u |> made(p) |> Repo.update()\n"
            "def made(%User{id: nil} = u, p), do: User.changeset(u, p)\n"
            "def made(u, p), do: User.other(u, p)\n",
            (),
            (),
        ),
        (
            "def a(u, p), do: u |> made(p) |> Repo.insert_or_update()\n"
            "def made(u = %{name: _, id: nil}, p), do: u |> User.changeset(p)\n"
            "def made(u, p), do: made_of(u, p)\ndefp made_of(u, p), do: User.other(u, p)\n",
            ("1",),
            (),
        ),
        (
            "def a(%User{id: nil} = u, p), do: u |> User.changeset(p) |> Repo.insert_or_update()\n"
            "def a(u, p), do: u |> User.other(p) |> Repo.insert_or_update()\n",
            ("1",),
            (),
        ),
        (
            "def a(u, p), do: u |> made(p) |> store()\n"
            "def made(%User{id: nil} = u, p), do: User.changeset(u, p)\n"
            "def made(u, p), do: User.other(u, p)\n"
            "defp store(changeset), do: Repo.update(changeset)\n",
            (),
            (),
        ),
        # Of another row, or of both, that says nothing.
        (
            "def a(u, p), do: u |> made(%App.Team{}, p) |> Repo.update()\n"
            "def made(u, %App.Team{id: nil}, p), do: User.changeset(u, p)\n",
            (),
            ("1",),
        ),
        (
            "def a(u, p), do: u |> made(p) |> Repo.update()\n"
            "def made(%User{id: nil} = u, p), do: User.changeset(u, p)\n"
            "def made(u, p), do: User.changeset(u, p)\n",
            (),
            ("1",),
        ),
        (
            "def a(u, p), do: u |> User.changeset(p) |> noted() |> Repo.update()\n"
            "defp noted(changeset) do\n  Repo.insert!(%App.Note{})\n  changeset\nend\n",
            (),
            ("1",),
        ),
    ],
)
def test_the_places_that_write_with_it(
    body: str, creates: tuple[str, ...], updates: tuple[str, ...]
) -> None:
    assert sites(body) == (creates, updates)


@pytest.mark.parametrize(
    ("body", "creates", "updates"),
    [
        (
            "def a(u, p), do: u |> Repo.preload(:posts) |> User.changeset(p) |> put_tags(p) "
            "|> put_change(:name, nil) |> Repo.insert()\n",
            ["put_tags(p)", "put_change(:name, nil)"],
            [],
        ),
        (
            "def a(u, p) do\n  changeset = User.changeset(u, p) |> then(&put_tags(&1, p))\n"
            "  Multi.new() |> Multi.update(:user, changeset)\nend\n",
            [],
            ["then(&put_tags(&1, p))"],
        ),
        (
            "def a(u, p), do: u |> built(p) |> Map.put(:x, 1) |> store()\n"
            "defp built(u, p), do: u |> User.changeset(p) |> put_tags(p)\n"
            "defp store(changeset), do: Repo.insert_or_update(changeset)\n",
            ["Map.put(:x, 1)", "put_tags(p)"],
            ["Map.put(:x, 1)", "put_tags(p)"],
        ),
        # Of a module that has a function for it, which is a step of no other.
        (
            "def a(u, p), do: u |> User.changeset(p) |> User.check(p) |> Repo.update()\n",
            [],
            ["User.check(p)"],
        ),
        # Another changeset function is an action of its own.
        ("def a(u, p), do: u |> User.changeset(p) |> User.other(p) |> Repo.update()\n", [], []),
        # What the resource knows, and what changes nothing.
        (
            "def a(u, p), do: u |> User.changeset(p) |> unique_constraint(:name) |> IO.inspect() "
            "|> Repo.insert()\n",
            [],
            [],
        ),
        ("def a(u, p), do: u |> User.changeset(p) |> put_tags(p)\n", [], []),
    ],
)
def test_what_is_done_to_a_changeset_where_it_is_written(
    body: str, creates: list[str], updates: list[str]
) -> None:
    functions = "  def changeset(user, attrs), do: cast(user, attrs, [:name])\n"
    functions += "  def other(user, attrs), do: cast(user, attrs, [:email])\n"
    functions += "  def check(changeset, _), do: add_error(changeset, :name, to_string(:x))\n"
    found = read_all(f"{HEAD}{functions}end\n", f"{CONTEXT}{body}end\n")
    (added,) = [each.added for each in found if each.function == "changeset"]
    assert [each.source for each in added if each.creates] == creates
    assert [each.source for each in added if each.updates] == updates


def context(body: str) -> tuple[ContextFunction, ...]:
    """Read the functions of a context, without their places."""
    functions = "  def changeset(user, attrs), do: cast(user, attrs, [:name])\n"
    texts = f"{HEAD}{functions}end\n", f"{CONTEXT}{body}end\n"
    code = CodeBase([ElixirFile(f"lib/f{n}.ex", text.encode()) for n, text in enumerate(texts)])
    hints = read_code(code)
    found = read_context_functions(code, hints, read_changesets(code, hints))
    return tuple(structs.replace(each, module="", path="", line=0) for each in found)


def of_users(function: str, kind: ContextKind, *parameters: str, **more: object) -> ContextFunction:
    given: dict[str, object] = {
        "schema": "App.User",
        "table": Name("public", "users"),
        "parameters": parameters,
        **more,
    }
    return msgspec.convert(
        {
            "module": "",
            "function": function,
            "arity": len(parameters),
            "path": "",
            "line": 0,
            "kind": kind,
            **{name: msgspec.to_builtins(value) for name, value in given.items()},
        },
        ContextFunction,
    )


CHANGESET = ("App.User", "changeset", 2)
GET, OTHER = ContextKind.GET, ContextKind.OTHER


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "def get_user!(id), do: Repo.get!(User, id)",
            of_users("get_user!", GET, "id", by=("id",), given=("id",), raises=True),
        ),
        (
            "def get(id), do: User |> Repo.get(id)",
            of_users("get", GET, "id", by=("id",), given=("id",)),
        ),
        (
            "def by_mail(m) when is_binary(m), do: Repo.get_by(User, email: m)",
            of_users("by_mail", GET, "m", by=("email",), given=("m",)),
        ),
        ("def list, do: Repo.all(User)", of_users("list", ContextKind.LIST)),
        (
            "def create(attrs \\\\ %{}), do: %User{} |> User.changeset(attrs) |> Repo.insert()",
            of_users("create", ContextKind.CREATE, "attrs", changeset=CHANGESET),
        ),
        (
            "def update(%User{} = u, a), do: Repo.update!(User.changeset(u, a))",
            of_users("update", ContextKind.UPDATE, "u", "a", raises=True, changeset=CHANGESET),
        ),
        (
            "def delete(%User{} = u), do: Repo.delete(u)",
            of_users("delete", ContextKind.DELETE, "u"),
        ),
        (
            "def drop(%User{} = u), do: u |> User.changeset(%{}) |> Repo.delete()",
            of_users("drop", OTHER, "u", reason="it takes other steps before the delete"),
        ),
        (
            "def drop(%User{} = u), do: Repo.delete(%User{id: u.id})",
            of_users("drop", OTHER, "u", reason="it deletes something else than what it is given"),
        ),
        (
            "def drop(%User{} = u), do: Repo.delete(u, stale_error_field: :id)",
            of_users("drop", OTHER, "u", reason="the delete has options"),
        ),
        (
            "def loaded(id), do: User |> Repo.get(id) |> Repo.preload(:posts)",
            of_users("loaded", OTHER, "id", reason="it calls preload"),
        ),
        (
            "def adults, do: Repo.all(from u in User, where: u.age > 17)",
            of_users("adults", ContextKind.QUERY, reason="it reads by a query"),
        ),
        *(
            (
                f"def any(a), do: User |> where(age: ^a) |> Repo.{call}()",
                of_users("any", ContextKind.QUERY, "a", reason="it reads by a query"),
            )
            for call in ("all", "one", "one!", "exists?")
        ),
        (
            "def count, do: Repo.aggregate(User, :count)",
            of_users("count", OTHER, reason="it calls aggregate"),
        ),
    ],
)
def test_functions_of_a_context(line: str, expected: ContextFunction) -> None:
    assert context(f"  {line}\n") == (expected,)


def test_a_function_over_rows_of_several_schemas_is_about_the_first_that_its_body_names() -> None:
    team = """defmodule App.Team do
  use Ecto.Schema
  schema "teams" do
  end
end
"""
    functions = """  def create(%App.Team{} = team, attrs) do
    %User{} |> change(team_id: team.id) |> User.changeset(attrs) |> Repo.insert()
  end

  def all(%App.Team{id: id}), do: Repo.all(from u in User, join: t in App.Team, where: t.id == ^id)
  def touch(%App.Team{} = team), do: Repo.update(%{team | at: now()})
"""
    changeset = "  def changeset(user, attrs), do: cast(user, attrs, [:name])\n"
    texts = team, f"{HEAD}{changeset}end\n", f"{CONTEXT}{functions}end\n"
    code = CodeBase([ElixirFile(f"lib/f{n}.ex", text.encode()) for n, text in enumerate(texts)])
    hints = read_code(code)
    found = read_context_functions(code, hints, read_changesets(code, hints))
    assert [(each.function, each.kind, each.schema) for each in found] == [
        ("all", ContextKind.QUERY, "App.User"),
        ("create", ContextKind.OTHER, "App.User"),
        ("touch", ContextKind.OTHER, "App.Team"),
    ]
