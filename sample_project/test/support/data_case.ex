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

  @doc "Create a record through the resource's own create action, which code may give more than a form."
  def create(resource, attributes) do
    arguments = Ash.Resource.Info.action(resource, :create).arguments
    private = for %{public?: false, name: name} <- arguments, do: name
    {given, input} = Map.split(attributes, private)

    resource
    |> Ash.Changeset.for_create(:create, input, private_arguments: given)
    |> Ash.create()
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
    Ecto.Changeset.traverse_errors(changeset, fn {message, values} -> filled(message, values) end)
  end

  @doc "The messages of an invalid write by field; of a nested record by the path to its field."
  def messages({:error, %Ash.Error.Invalid{errors: errors}}) do
    places = for error <- errors, field <- fields(error), do: {place(error.path, field), error}

    Enum.group_by(places, &elem(&1, 0), fn {_place, error} ->
      filled(error.message, error.vars)
    end)
  end

  defp place([], field), do: field
  defp place(path, field), do: path ++ [field]

  defp filled(message, values) do
    Regex.replace(~r"%{(\w+)}", message, fn _match, name ->
      values |> Keyword.get(String.to_existing_atom(name), name) |> to_string()
    end)
  end

  @doc "The fields that an invalid write complains of."
  def error_fields({:error, %Ash.Error.Invalid{errors: errors}}) do
    errors |> Enum.flat_map(&fields/1) |> Enum.uniq() |> Enum.sort()
  end

  defp fields(error), do: Map.get(error, :fields) || List.wrap(Map.get(error, :field))
end
