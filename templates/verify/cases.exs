# Inputs with the function's answer, for tests that need neither the function nor a row.

defmodule AshScaffold.Verify.Cases do
  alias AshScaffold.Verify.{Bases, Inputs, Shown, Sides, Values}

  # How many an action gets in each mode.
  @cases 30

  # One of each kind of answer for each field, and such at a bound.
  def remembered(drawing, cases, input, legacy) do
    signature =
      case legacy do
        %{outcome: :error} -> Enum.map(legacy.errors, &{&1.path, &1.template}) |> Enum.sort()
        %{outcome: :ok} -> Enum.filter(drawing.keys, &Map.has_key?(input.params, &1))
        _raised -> nil
      end

    signature = signature && {signature, input[:bound]}

    cond do
      signature == nil -> cases
      List.keymember?(cases, signature, 0) -> cases
      length(cases) >= @cases -> cases
      true -> [{signature, input} | cases]
    end
  end

  # Their answers without a database: a test should need no row.
  def cases(drawing, state) do
    c = %{drawing.c | unsteady: state.unsteady, checked_only: true}
    shrunk = for {_key, %{best: {input, _answers}}} <- Enum.sort(state.groups), do: input
    agreed = for {_signature, input} <- Enum.reverse(state.cases), do: input
    Inputs.seed(drawing.seed, {c.id, :cases}, 0)
    base = standing_in(c)

    for input <- Enum.uniq(agreed ++ shrunk),
        own?(c, input),
        case = recorded(c, drawing.mode, input, base),
        do: case
  end

  # In place of a row: made up, since values of rows don't belong into a file.
  defp standing_in(%{kind: :create}), do: %{key: %{}, variation: %{}, children: %{}}

  defp standing_in(c) do
    kept =
      for {field, value} <- Map.merge(Bases.made(c.schema), c.struct),
          [own] <- [Map.values(Sides.attributes(c, %{field => value}))],
          written_out(own) != nil,
          into: %{},
          do: {field, value}

    %{key: %{}, variation: kept, children: %{}, synthetic: true}
  end

  defp own?(c, input),
    do:
      not Enum.any?(input.params, fn {key, value} ->
        is_binary(value) and Shown.of_a_row?(c, key, value)
      end)

  defp structs?(value) when is_struct(value), do: true
  defp structs?(value) when is_map(value), do: value |> Map.values() |> structs?()
  defp structs?(value) when is_list(value), do: Enum.any?(value, &structs?/1)
  defp structs?(_value), do: false

  defp recorded(c, mode, input, base) do
    params = Inputs.sent(mode, input.params)
    legacy = Sides.legacy(c, params, base)
    again = Sides.legacy(c, params, base)

    cond do
      legacy.outcome == :raised or again.outcome != legacy.outcome or structs?(params) ->
        nil

      Enum.any?(legacy.errors, &(&1.kind == :unsafe_unique)) ->
        nil

      true ->
        %{
          mode: mode,
          params: params,
          row: if(c.kind == :update, do: written(c, base.variation)),
          struct: if(c.kind == :create and c.forced != %{}, do: written(c, c.forced)),
          arguments: if(c.private_arguments != %{}, do: written_out(c.private_arguments)),
          accepted: legacy.outcome == :ok,
          errors:
            for(
              error <- Enum.sort_by(legacy.errors, &{&1.path, &1.message}),
              do: [Sides.name(error), error.message]
            ),
          values: if(legacy.outcome == :ok, do: changed(c, legacy, again), else: [])
        }
    end
  end

  defp written(c, values) do
    pairs =
      for {name, value} <- Enum.sort(Sides.attributes(c, values)),
          text = written_out(value),
          do: "#{name}: #{text}"

    ("%{" <> Enum.join(pairs, ", ") <> "}") |> Code.format_string!(line_length: 86) |> to_string()
  end

  defp changed(c, legacy, again) do
    for {column, raw} <- Enum.sort(legacy.changed),
        column not in c.clock and column not in c.unsteady,
        raw == again.changed[column],
        name = c.attributes[column],
        {:ok, value} <- [Values.load(c.resource, name, raw)],
        not Sides.now?(value),
        text = written_out(value),
        do: [to_string(name), text |> Code.format_string!(line_length: 60) |> to_string()]
  end

  # A value as Elixir that means the same, nil where there is none.
  defp written_out(%{__struct__: Ash.CiString, string: text}),
    do: "Ash.CiString.new(#{inspect(text, printable_limit: :infinity)})"

  defp written_out(value) do
    text = inspect(value, limit: :infinity, printable_limit: :infinity, charlists: :as_lists)
    if not (text =~ ~r/#[A-Z]/) and match?({:ok, _quoted}, Code.string_to_quoted(text)), do: text
  end
end
