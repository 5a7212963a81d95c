defmodule App.Validations.Ecto do
  @moduledoc """
  Calls a validation of `Ecto.Changeset`, with what follows the changeset there.

      validate {App.Validations.Ecto, validate_length: [:name, [min: 3]]}

  Errors have Ecto's messages, such as "should be at least %{count} character(s)", and its values
  for them.
  """

  use Ash.Resource.Validation

  @impl true
  def validate(changeset, [{call, arguments}], _context) do
    case App.Changes.Bridge.errors(changeset, &apply(Ecto.Changeset, call, [&1 | arguments])) do
      [] -> :ok
      errors -> {:error, errors}
    end
  end
end
