"""The modules by which actions call Ecto: what they are made of, and what they do on stand-ins."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from ash_scaffold.elixir.render import Renderer
from ash_scaffold.elixir.support_modules import support_modules
from ash_scaffold.syntax.modules import modules
from ash_scaffold.syntax.parse import parse

STAND_INS = Path(__file__).parent / "support" / "ecto_and_ash.exs"
TEXTS = {
    name: Renderer().bridge(name, template, "App") for name, template in support_modules("App")
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_is_a_module_with_documentation(name: str) -> None:
    tree = parse(TEXTS[name].encode())
    assert tree.fault is None
    assert [module.name for module in modules(tree)] == [name]
    assert TEXTS[name].split("\n")[1].startswith("  @moduledoc ")


def test_they_are_below_the_module_of_the_application() -> None:
    text = Renderer().bridge("Big.Shop.Changes.Step", "step", "Big.Shop")
    assert "App." not in text
    assert "change {Big.Shop.Changes.Step, put_change: [:role, :member]}" in text


def test_only_those_that_are_named_are_needed() -> None:
    fragment = "change App.Changes.Cast\nvalidate {App.Validations.Ecto, validate_required: [[:a]]}"
    assert [name for name, _ in support_modules("App", [fragment])] == [
        "App.Changes.Bridge",
        "App.Changes.Cast",
        "App.Changes.Fields",
        "App.Validations.Ecto",
    ]


# An update of a user whose attribute `login` is the field `name` of the legacy code; `phrase` is
# virtual, and `opts` a further parameter of the changeset function.
RUN = """
alias App.Changes.{Bridge, Cast, Errors, Fields, Step}

user = %{login: "Ann", nick: "ann"}
argument = &%{name: &1, type: Ash.Type.Text, constraints: [], public?: &2, default: nil}

start = fn params ->
  %Ash.Changeset{
    data: user,
    params: params,
    arguments: %{opts: :given},
    action: %{
      accept: [:login, :nick],
      arguments: [argument.(:phrase, true), argument.(:opts, false)]
    }
  }
end

cast = fn params ->
  changeset = %{start.(params) | attributes: %{login: :cast_by_ash}, valid?: false}
  Cast.change(changeset, [names: [name: :login]], nil)
end

step = fn changeset, options ->
  {:ok, options} = Step.init(options)
  Step.change(changeset, options, nil)
end

check = fn changeset, options ->
  case App.Validations.Ecto.validate(changeset, options, nil) do
    :ok -> changeset
    {:error, errors} -> Ash.Changeset.add_error(changeset, errors)
  end
end

write = fn changeset -> changeset.before |> Enum.reverse() |> Enum.reduce(changeset, & &1.(&2)) end

errors = fn changeset ->
  for error <- Enum.reverse(changeset.errors),
      do: {Map.get(error, :field) || hd(error.fields), error.message, error.vars}
end

[cases] = System.argv()

for {call, wanted} <- cases |> File.read!() |> Code.eval_string() |> elem(0) do
  answer =
    try do
      {value, _} = Code.eval_string(call, binding(), __ENV__)
      {wanted, _} = Code.eval_string(wanted, binding(), __ENV__)
      if value === wanted, do: "ok", else: inspect(value)
    rescue
      error -> "raised: " <> Exception.message(error)
    end

  IO.puts("answer " <> String.replace(answer, "\\n", " "))
end
"""

CAST = 'cast.(%{"login" => "Bob", "phrase" => "x", "zzz" => 1})'
BLANK = 'cast.(%{"login" => "", "nick" => 1})'
CASES = [
    # What Ash has cast gives way to what Ecto casts, under the field's own name.
    (f"{CAST}.attributes", '%{login: "Bob"}'),
    (f"{CAST}.arguments", '%{opts: :given, phrase: "x"}'),
    (f"{CAST}.valid?", "true"),
    (f"Bridge.to_ecto({CAST}).changes", '%{name: "Bob", phrase: "x"}'),
    (f'Bridge.to_ecto({CAST}).params["name"]', '"Bob"'),
    (f"errors.({BLANK})", '[{:nick, "is invalid", [validation: :cast]}]'),
    (f"{BLANK}.attributes", "%{login: nil}"),
    # Values as they were are no change.
    ('cast.(%{login: "Ann"}).attributes', "%{}"),
    # A validation sees what was cast, and the next step what it found.
    (
        f"errors.(check.({BLANK}, validate_required: [:name]))",
        '[{:nick, "is invalid", [validation: :cast]}, '
        '{:login, "can\'t be blank", [validation: :required]}]',
    ),
    (f"Bridge.to_ecto(check.({BLANK}, validate_required: [:name])).changes", "%{}"),
    (f"Bridge.to_ecto(check.({BLANK}, validate_required: [:name])).valid?", "false"),
    (
        f"Keyword.keys(Bridge.to_ecto(check.({BLANK}, validate_required: [:name])).errors)",
        "[:name, :nick]",
    ),
    # An action that lacks steps does nothing.
    (
        "try do App.Changes.Todo.change(%{resource: App.User, action: %{name: :build}}, [], nil) "
        "rescue error -> Exception.message(error) end",
        '"App.User.build lacks steps of its changeset function: carry over what is marked TODO '
        'there, and delete `change App.Changes.Todo`"',
    ),
    # Steps of Ecto's own and copied ones.
    (f"step.({CAST}, put_change: [:nick, :n]).attributes", '%{login: "Bob", nick: :n}'),
    (f"step.({CAST}, delete_change: [:name]).attributes", "%{}"),
    (f"step.({CAST}, delete_change: [:phrase]).arguments", "%{opts: :given}"),
    (f'step.({CAST}, force_change: [:nick, "ann"]).attributes', '%{login: "Bob", nick: "ann"}'),
    (
        f"step.({CAST}, fun: &Ecto.Changeset.force_change/3, "
        "arguments: [:nick, {:_context, :record}]).attributes.nick",
        "user",
    ),
    (
        f"step.({CAST}, fun: &Ecto.Changeset.force_change/3, "
        'arguments: [:nick, {:_context, :params}]).attributes.nick["login"]',
        '"Bob"',
    ),
    # A copied function that reads text keys gets them from code that gives atoms, too.
    (
        'step.(cast.(%{login: "Bob"}), fun: &Ecto.Changeset.force_change/3, '
        "arguments: [:nick, {:_context, :string_params}]).attributes.nick",
        '%{"login" => "Bob"}',
    ),
    (
        f'errors.(step.({CAST}, add_error: [:other, "no", []]))',
        '[{:other, "no", []}]',
    ),
    (
        f"step.({BLANK}, fun: fn ecto -> %{{ecto | errors: [], valid?: true}} end)"
        " |> Map.take([:errors, :valid?])",
        "%{errors: [], valid?: true}",
    ),
    (f"step.({CAST}, put_change: [:gone, 1])", '"raises"'),
    # What only the attribute refuses is an error at the write, where nothing else was wrong.
    (
        '(changed = cast.(%{"nick" => "refused"}); {changed.errors, changed.attributes.nick})',
        '{[], "refused"}',
    ),
    ('errors.(write.(cast.(%{"nick" => "refused"})))', '[{:nick, "is refused", []}]'),
    ('errors.(write.(step.(cast.(%{"nick" => "refused"}), put_change: [:nick, "x"])))', "[]"),
    # What was set before the first step is a change, but for what a private argument gives: that
    # was in the struct.
    (
        "(changed = Bridge.start(%{start.(%{}) | attributes: %{nick: 1}}); "
        "ecto = Bridge.to_ecto(changed); {ecto.data.nick, ecto.changes, changed.attributes})",
        '{"ann", %{nick: 1}, %{nick: 1}}',
    ),
    (
        "(changed = start.(%{}); own = argument.(:nick, false); "
        "changed = update_in(changed.action.arguments, &[own | &1]); "
        "changed = Bridge.start(%{changed | attributes: %{nick: 1}}); "
        "ecto = Bridge.to_ecto(changed); {ecto.data.nick, ecto.changes, changed.attributes})",
        "{1, %{}, %{nick: 1}}",
    ),
    # What other changes do is seen.
    (
        f'(changed = {CAST}; value = %Ash.CiString{{string: "N"}}; '
        "Bridge.to_ecto(put_in(changed.attributes[:nick], value)).changes.nick)",
        '"N"',
    ),
    (
        f"(changed = {CAST}; Bridge.to_ecto(put_in(changed.arguments[:phrase], 2)).changes.phrase)",
        "2",
    ),
    (
        f"(changed = {CAST}; changed = put_in(changed.attributes[:nick], 1); "
        "Bridge.to_ecto(%{changed | defaults: [:nick]}).changes)",
        '%{name: "Bob", phrase: "x"}',
    ),
    # What is prepared runs once, before the write, with the repo.
    (
        f"(changeset = step.(step.({CAST}, prepare_changes: [&%{{&1 | changes: "
        "Map.put(&1.changes, :nick, {&1.repo, &1.action})}]), prepare_changes: [& &1]); "
        "write.(changeset).attributes.nick)",
        "{App.Repo, :update}",
    ),
    (
        "(changeset = step.(start.(%{}), prepare_changes: [&%{&1 | changes: %{nick: 1}}]); "
        "write.(changeset).attributes)",
        "%{}",
    ),
    ("App.Validations.Changed.validate(%Ash.Changeset{attributes: %{a: 1}}, [], nil)", ":ok"),
    (
        "App.Validations.Changed.validate("
        "%Ash.Changeset{attributes: %{a: 1}, defaults: [:a]}, [], nil)",
        '{:error, "nothing has changed"}',
    ),
    (
        'Errors.reword(nil, %Ash.Error.Changes.InvalidAttribute{field: :a, message: "m", '
        'private_vars: [constraint: "a_fkey"]}, a_fkey: [field: :b, message: "gone"])'
        " |> Map.take([:field, :message])",
        '%{field: :b, message: "gone"}',
    ),
    ('Errors.reword(nil, :another, a_fkey: [message: "gone"])', ":another"),
    ("Fields.value(:string, :an_atom)", '"an_atom"'),
    ("Fields.value({:array, :string}, [:a, nil])", '["a", nil]'),
    ("Fields.value(:string, %Ash.NotLoaded{})", "nil"),
]


@pytest.mark.skipif(shutil.which("elixir") is None, reason="no elixir on the PATH")
def test_what_they_do(tmp_path: Path) -> None:
    code = tmp_path / "modules.exs"
    code.write_text("\n".join([*TEXTS.values(), RUN]))
    cases = tmp_path / "cases.exs"
    cases.write_text(
        "[" + ",\n".join(f"{{{json.dumps(c)}, {json.dumps(w)}}}" for c, w in CASES) + "]"
    )
    done = subprocess.run(
        ["elixir", "-r", str(STAND_INS), str(code), str(cases)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    answers = [line[7:] for line in done.stdout.split("\n") if line.startswith("answer ")]
    assert len(answers) == len(CASES), done.stderr
    wrong = [
        (call, answer)
        for (call, wanted), answer in zip(CASES, answers, strict=True)
        if answer != "ok" and not (wanted == '"raises"' and answer.startswith("raised: "))
    ]
    assert wrong == []
