defmodule App.Changes.Step do
  @moduledoc """
  Runs a step of a changeset function of Ecto: it sees fields, changes and errors as it did there.

      change {App.Changes.Step, put_change: [:role, :member]}
      change {App.Changes.Step, fun: &Steps.trim_name/1}
      change {App.Changes.Step, fun: &Steps.put_source/3, arguments: [arg(:opts), context(:params)]}

  The first form calls a function of `Ecto.Changeset`, with what follows the changeset there. In
  `arguments`, `context(:params)` is the input and `context(:record)` the record, as they were given;
  `context(:string_params)` is the input with text for keys, as a form gives it.
  """

  use Ash.Resource.Change

  alias App.Changes.Bridge

  @impl true
  def init(options), do: {:ok, Keyword.replace_lazy(options, :arguments, &Bridge.held/1)}

  @impl true
  def change(changeset, options, _context) do
    {function, arguments} = step(options)
    arguments = Bridge.arguments(changeset, arguments)
    Bridge.update(changeset, &apply(function, [&1 | arguments]))
  end

  defp step([{:fun, function} | options]), do: {function, Keyword.get(options, :arguments, [])}

  defp step([{call, arguments}]),
    do: {Function.capture(Ecto.Changeset, call, length(arguments) + 1), arguments}
end
