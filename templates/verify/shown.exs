# A difference as people read it: without secrets, and without what rows have unless that was asked for.

defmodule AshScaffold.Verify.Shown do
  alias AshScaffold.Verify.{Bases, Inputs, Sides}

  def told(drawing, %{
        key: {class, fields},
        count: count,
        best: {input, {legacy, ash, difference}}
      }) do
    before = Sides.before(drawing.c, input.base)
    sent = shown_input(drawing, input)

    %{
      class: class,
      fields: fields,
      count: count,
      input: sent,
      row: shown_row(drawing, input),
      legacy: answered(drawing, input, legacy),
      ash: answered(drawing, input, ash),
      values:
        for(
          {column, one, other} <- elem(difference, 2),
          do: %{
            column: column,
            legacy: value(drawing.c, column, one, {before, sent}),
            ash: value(drawing.c, column, other, {before, sent})
          }
        )
    }
  end

  # What a row had, or rows that belong to it, is shown only when asked for.
  defp value(c, column, text, {before, sent}) do
    field = Map.get(c.fields, column, column |> String.split(".") |> List.last())

    cond do
      MapSet.member?(c.secret, field) and text != "nil" ->
        "***"

      c.show_values or text == "nil" or sent =~ text ->
        clipped(text)

      text == before[column] ->
        "(as it was)"

      column =~ "." and not (text =~ ~r/\A(new|\?|now|\d+ rows|.*(inserted|written).*)\z/) ->
        "(not shown)"

      true ->
        clipped(text)
    end
  end

  defp answered(drawing, input, %{outcome: :error, errors: errors}) do
    for error <- Enum.sort_by(errors, &{&1.path, &1.message}) do
      shown =
        if error.variables == [] or (error.template == error.message and error.variables == []),
          do: error.message,
          else:
            error.message <>
              " (" <>
              error.template <>
              ", " <>
              Enum.map_join(error.variables, ", ", fn {key, value} -> "#{key}: #{value}" end) <>
              ")"

      without_secrets(drawing, input, "#{Sides.name(error)}: #{shown}")
    end
  end

  defp answered(_drawing, _input, %{outcome: :raised, error: error}), do: ["raised " <> error]
  defp answered(_drawing, _input, %{outcome: :ok}), do: ["accepted"]

  defp without_secrets(drawing, input, text) do
    Enum.reduce(secrets(drawing.c, input.params), text, &String.replace(&2, &1, "***"))
  end

  defp secrets(_c, struct) when is_struct(struct), do: []

  defp secrets(c, params) when is_map(params) do
    Enum.flat_map(params, fn {key, value} ->
      cond do
        MapSet.member?(c.secret, key) and is_binary(value) and byte_size(value) > 2 -> [value]
        true -> secrets(c, value)
      end
    end)
  end

  defp secrets(c, items) when is_list(items), do: Enum.flat_map(items, &secrets(c, &1))
  defp secrets(_c, _value), do: []

  def shown_input(drawing, input) do
    params = Inputs.sent(drawing.mode, input.params)
    drawing |> masked(params, nil) |> term_text()
  end

  # Values of rows that are there are shown only when asked for; keys always.
  defp masked(_drawing, struct, _key) when is_struct(struct), do: struct

  defp masked(drawing, params, _key) when is_map(params) do
    Map.new(params, fn {key, value} ->
      key = to_string(key)

      if MapSet.member?(drawing.c.secret, secret_name(key)) and value not in [nil, "", %{}, []],
        do: {key, {:text, "***"}},
        else: {key, masked(drawing, value, key)}
    end)
  end

  defp masked(drawing, items, key) when is_list(items),
    do: Enum.map(items, &masked(drawing, &1, key))

  defp masked(drawing, value, key) do
    if not drawing.c.show_values and is_binary(value) and of_a_row?(drawing.c, key, value),
      do: {:text, "(the #{key} of a row)"},
      else: value
  end

  defp secret_name(key), do: String.replace_suffix(key, "_confirmation", "")

  def of_a_row?(c, key, value) do
    field = key && Enum.find(c.schema.__schema__(:fields), &(to_string(&1) == key))

    field != nil and field not in c.schema.__schema__(:primary_key) and
      c.schema.__schema__(:type, field) == :string and value in remembered_rows(c, field)
  end

  defp remembered_rows(c, field) do
    key = {__MODULE__, c.id, field}

    with nil <- Process.get(key) do
      found = Bases.known(c, c.schema, field)
      Process.put(key, found)
      found
    end
  end

  defp shown_row(%{c: %{kind: :create} = c}, _input) do
    if c.struct == %{}, do: nil, else: c.struct |> inspected(c)
  end

  defp shown_row(%{c: c}, %{base: base}) do
    keys =
      if Map.get(base, :synthetic),
        do: [],
        else: for({field, value} <- base.key, do: "#{field}: #{inspect(value)}")

    variation = if base.variation == %{}, do: [], else: [inspected(base.variation, c)]
    Enum.join(keys ++ variation, ", ")
  end

  defp inspected(values, c) do
    Enum.map_join(Enum.sort(values), ", ", fn {field, value} ->
      if MapSet.member?(c.secret, to_string(field)),
        do: "#{field}: ***",
        else: "#{field}: #{of_row(c, field, value)}"
    end)
  end

  defp of_row(c, field, value) do
    if not c.show_values and is_binary(value) and of_a_row?(c, to_string(field), value),
      do: "(that of a row)",
      else: clipped(inspect(value))
  end

  @doc false
  def term_text(params) when is_map(params) and not is_struct(params) do
    "%{" <>
      Enum.map_join(Enum.sort(params), ", ", fn {key, value} ->
        "#{inspect(key)} => #{term_text(value)}"
      end) <> "}"
  end

  def term_text({:text, text}), do: text

  def term_text(items) when is_list(items),
    do: "[" <> Enum.map_join(items, ", ", &term_text/1) <> "]"

  def term_text(text) when is_binary(text) do
    case String.graphemes(text) do
      [one | _] = all when length(all) > 20 ->
        if Enum.all?(all, &(&1 == one)),
          do: "String.duplicate(#{inspect(one)}, #{length(all)})",
          else: clipped(inspect(text, printable_limit: :infinity))

      _few ->
        inspect(text)
    end
  end

  def term_text(value), do: inspect(value)

  defp clipped(text) when is_binary(text) do
    if String.length(text) > 120,
      do: String.slice(text, 0, 100) <> "… (#{String.length(text)} characters)",
      else: text
  end

  defp clipped(other), do: clipped(inspect(other))
end
