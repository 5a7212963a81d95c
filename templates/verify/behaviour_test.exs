# What changeset functions answered, held against the actions that were made of them.
#
# Written by `ash-scaffold verify --behaviour --tests`. It needs neither the functions nor a row of
# the database. The file is yours: once it is edited it is never written again.
# DIGEST

defmodule BehaviourTest do
  use ExUnit.Case, async: true

  # Some validations ask the database.
  setup do
    for repo <- repos(), repo.config()[:pool] == Ecto.Adapters.SQL.Sandbox do
      :ok = Ecto.Adapters.SQL.Sandbox.checkout(repo)
    end

    :ok
  end

  # TESTS
  defp repos do
    for(resource <- RESOURCES, do: AshPostgres.DataLayer.Info.repo(resource, :mutate))
    |> Enum.uniq()
  end

  defp create(resource, action, params, given \\ []) do
    resource
    |> Ash.Changeset.new()
    |> Ash.Changeset.force_change_attributes(given[:struct] || %{})
    |> Ash.Changeset.for_create(action, params, options(given))
  end

  defp update(resource, action, params, given) do
    resource
    |> struct(given[:row])
    |> Ecto.put_meta(state: :loaded)
    |> Ash.Changeset.for_update(action, params, options(given))
  end

  defp options(given), do: [authorize?: false, private_arguments: given[:arguments] || %{}]

  # The errors as a form shows them: the field, with its path, and the message.
  defp errors(changeset), do: changeset.errors |> Enum.flat_map(&error/1) |> Enum.sort()

  defp error(%{errors: errors}) when is_list(errors), do: Enum.flat_map(errors, &error/1)

  defp error(error) do
    fields = List.wrap(Map.get(error, :fields) || Map.get(error, :field))
    path = Enum.map(Map.get(error, :path) || [], &to_string/1)

    for field <- if(fields == [], do: [nil], else: fields) do
      {Enum.join(path ++ List.wrap(field && to_string(field)), "."), message(error)}
    end
  end

  defp message(%{message: template} = error) when is_binary(template) do
    Enum.reduce(Map.get(error, :vars) || [], template, fn {key, value}, text ->
      if text =~ "%{#{key}}", do: String.replace(text, "%{#{key}}", to_string(value)), else: text
    end)
  end

  defp message(%{__struct__: Ash.Error.Changes.Required}), do: "is required"
  defp message(error), do: Exception.message(error)

  defp value(changeset, name),
    do: Map.get(changeset.attributes, name, Map.get(changeset.data, name))
end
