defmodule App.Changes.Cast do
  @moduledoc """
  Casts the input by the rules of `Ecto.Changeset.cast/4`, in place of Ash's own.

  Blank values become nil or the default, and what Ecto's type refuses "is invalid". Options are
  those of `cast/4`, and:

    * `fields` - what to cast; left out, all that the action accepts, and its public arguments but
      those of type `:term`
    * `types` - Ecto's types of fields that their attributes and arguments don't suggest
    * `names` - the attributes of fields that have another name, for the whole action
    * `params` and `arguments` - a function that makes what is cast, and what it is given, as in
      `App.Changes.Step`: `params: &Steps.trim_all/1, arguments: [context(:params)]`
  """

  use Ash.Resource.Change

  alias App.Changes.{Bridge, Fields}

  @impl true
  def init(options), do: {:ok, Keyword.replace_lazy(options, :arguments, &Bridge.held/1)}

  @impl true
  def change(%{action: action} = changeset, options, _context) do
    {names, options} = Keyword.pop(options, :names, [])
    {types, options} = Keyword.pop(options, :types, [])
    changeset = Bridge.start(changeset, names)
    {fields, options} = Keyword.pop_lazy(options, :fields, fn -> inputs(changeset) end)
    {made_by, options} = Keyword.split(options, [:params, :arguments])
    params = params(changeset, made_by)

    Bridge.update(changeset, fn ecto ->
      given = with_defaults(params, action, fields, options)
      cast = ecto |> Fields.retype(types) |> Ecto.Changeset.cast(given, fields, options)
      # What the first cast takes for empty, `validate_required` does as well.
      first = if ecto.params == nil, do: Keyword.take(options, [:empty_values]), else: []
      struct!(%{cast | params: params}, first)
    end)
  end

  defp inputs(%{action: action} = changeset) do
    arguments =
      for %{public?: true, type: type, name: name} <- action.arguments,
          type not in [Ash.Type.Term, {:array, Ash.Type.Term}],
          do: name

    Enum.map(action.accept ++ arguments, &Bridge.field(changeset, &1))
  end

  defp params(changeset, made_by) do
    given =
      if made_by[:params],
        do: apply(made_by[:params], Bridge.arguments(changeset, made_by[:arguments] || [])),
        else: changeset.params

    Map.new(given, fn {name, value} -> {to_string(Bridge.field(changeset, name)), value} end)
  end

  # Ecto takes the default of a blank field from the struct, which has no arguments.
  defp with_defaults(params, action, fields, options) do
    empty = Keyword.get(options, :empty_values, Ecto.Changeset.empty_values())

    for %{name: name, default: default} when default != nil <- action.arguments,
        name in fields,
        {:ok, value} <- [Map.fetch(params, to_string(name))],
        value in empty or (is_binary(value) and String.trim_leading(value) in empty),
        into: params,
        do: {to_string(name), default}
  end
end
