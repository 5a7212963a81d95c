defmodule App.DataCase do
  @moduledoc """
  Tests that use the database: each in a transaction of its own, which is rolled back.
  """
  use ExUnit.CaseTemplate

  alias App.Accounts.Resources.User

  using do
    quote do
      import App.DataCase
    end
  end

  setup tags do
    owner = Ecto.Adapters.SQL.Sandbox.start_owner!(App.Repo, shared: not tags[:async])
    on_exit(fn -> Ecto.Adapters.SQL.Sandbox.stop_owner(owner) end)
  end

  @doc "Create a record through the resource's own create action."
  def create(resource, attributes) do
    resource |> Ash.Changeset.for_create(:create, attributes) |> Ash.create()
  end

  def create!(resource, attributes) do
    {:ok, record} = create(resource, attributes)
    record
  end

  def user!(attributes \\ %{}) do
    number = System.unique_integer([:positive])
    defaults = %{email: "user#{number}@example.com", hashed_password: "$pbkdf2$#{number}"}
    create!(User, Map.merge(defaults, attributes))
  end

  @doc "The messages of an Ecto changeset by field."
  def errors_on(%Ecto.Changeset{} = changeset) do
    Ecto.Changeset.traverse_errors(changeset, fn {message, values} ->
      Regex.replace(~r"%{(\w+)}", message, fn _match, name ->
        values |> Keyword.get(String.to_existing_atom(name), name) |> to_string()
      end)
    end)
  end

  @doc "The fields that an invalid write complains of."
  def error_fields({:error, %Ash.Error.Invalid{errors: errors}}) do
    errors
    |> Enum.flat_map(&(Map.get(&1, :fields) || List.wrap(Map.get(&1, :field))))
    |> Enum.uniq()
    |> Enum.sort()
  end
end
