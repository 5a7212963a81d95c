defmodule App.Changes.Errors do
  @moduledoc """
  Says violations of constraints as one action of several has to, by the constraint's name.

      error_handler {App.Changes.Errors, :reword, [[users_org_id_fkey: [field: :org, message: "is gone"]]]}
  """

  @doc "Gives an error the field and the message of its constraint."
  def reword(_changeset, %{private_vars: vars} = error, constraints) when is_list(vars) do
    case Enum.find(constraints, fn {name, _} ->
           to_string(name) == to_string(vars[:constraint])
         end) do
      {_name, said} -> struct(error, said)
      nil -> error
    end
  end

  def reword(_changeset, error, _constraints), do: error
end
