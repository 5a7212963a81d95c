# The least of Ecto's and Ash's changesets on which the modules that join the two can run.

defmodule Ash.Resource.Change do
  defmacro __using__(_options), do: nil
end

defmodule Ash.Resource.Validation do
  defmacro __using__(_options), do: nil
end

defmodule Ash.CiString do
  defstruct [:string]
  defimpl(String.Chars, do: def(to_string(value), do: value.string))
end

defmodule Ash.NotLoaded, do: defstruct([])

for name <- [InvalidAttribute, InvalidArgument, InvalidChanges] do
  defmodule Module.concat(Ash.Error.Changes, name) do
    fields = if name == InvalidChanges, do: [:fields], else: [:field]
    defstruct fields ++ [:message, :private_vars, vars: [], path: []]
    def exception(options), do: struct(__MODULE__, options)
  end
end

defmodule Ecto.Association.NotLoaded, do: defstruct([:__field__, :__cardinality__])
defmodule Ecto.Association.BelongsTo, do: defstruct([:owner_key, :related_key, :on_replace])
defmodule Ecto.Association.ManyToMany, do: defstruct([:field])
defmodule Ecto.Embedded, do: defstruct([:field, :owner, :related, :cardinality, :on_replace])

defmodule Ecto.Type do
  def base?(type), do: type in [:string, :integer, :any]
end

defmodule Ecto.ParameterizedType do
  def init(module, options), do: {:parameterized, {module, options}}
end

defmodule Ecto.Changeset do
  defstruct data: nil,
            types: %{},
            params: nil,
            changes: %{},
            errors: [],
            valid?: true,
            prepare: [],
            filters: %{},
            repo: nil,
            repo_opts: [],
            action: nil,
            empty_values: [""]

  def change({data, types}), do: %__MODULE__{data: data, types: types}
  def empty_values, do: [""]

  def cast(ecto, params, fields, _options) do
    Enum.reduce(fields, %{ecto | params: params}, fn field, ecto ->
      case Map.fetch(params, to_string(field)) do
        {:ok, ""} -> put_change(ecto, field, nil)
        {:ok, value} when is_binary(value) -> put_change(ecto, field, value)
        {:ok, _value} -> add_error(ecto, field, "is invalid", validation: :cast)
        :error -> ecto
      end
    end)
  end

  def put_change(ecto, field, value) do
    if Map.get(ecto.data, field) == value,
      do: %{ecto | changes: Map.delete(ecto.changes, field)},
      else: force_change(ecto, field, value)
  end

  def force_change(ecto, field, value), do: put_in(ecto.changes[field], value)
  def delete_change(ecto, field), do: %{ecto | changes: Map.delete(ecto.changes, field)}

  def add_error(ecto, field, message, vars),
    do: %{ecto | errors: [{field, {message, vars}} | ecto.errors], valid?: false}

  def validate_required(ecto, field) do
    if Map.get(ecto.changes, field, Map.get(ecto.data, field)) == nil,
      do:
        ecto |> delete_change(field) |> add_error(field, "can't be blank", validation: :required),
      else: ecto
  end

  def prepare_changes(ecto, function), do: %{ecto | prepare: [function | ecto.prepare]}
end

defmodule Ash.Type.Text do
  def storage_type, do: :text
end

defmodule Ash.Type do
  def storage_type(type, _constraints), do: type.storage_type()
  def cast_input(_type, value, _constraints), do: {:ok, value}
end

defmodule Spark do
  def implements_behaviour?(_type, _behaviour), do: false
end

defmodule Ash.Resource.Info do
  def attributes(_resource) do
    for name <- [:login, :nick],
        do: %{name: name, type: Ash.Type.Text, constraints: [], default: nil}
  end

  def attribute(resource, name), do: Enum.find(attributes(resource), &(&1.name == name))
end

defmodule AshPostgres.DataLayer.Info do
  def repo(_resource, :mutate), do: App.Repo
end

defmodule Ash.Changeset do
  defstruct resource: App.User,
            action_type: :update,
            action: nil,
            data: nil,
            params: %{},
            attributes: %{},
            arguments: %{},
            defaults: [],
            errors: [],
            valid?: true,
            context: %{},
            invalid_keys: nil,
            casted_attributes: %{},
            casted_arguments: %{},
            before: [],
            filter: []

  # Like Ash, it leaves out what is as it was, and refuses what the attribute doesn't allow.
  def force_change_attribute(changeset, name, "refused") do
    error = %Ash.Error.Changes.InvalidAttribute{field: name, message: "is refused"}
    add_error(changeset, [error])
  end

  def force_change_attribute(changeset, name, value) do
    if Map.get(changeset.data, name) == value,
      do: %{changeset | attributes: Map.delete(changeset.attributes, name)},
      else: put_in(changeset.attributes[name], value)
  end

  def set_defaults(changeset, type, _lazy? \\ false) when type in [:create, :update],
    do: changeset

  def add_error(changeset, []), do: changeset

  def add_error(changeset, errors),
    do: %{changeset | errors: Enum.reverse(errors) ++ changeset.errors, valid?: false}

  def before_action(changeset, function), do: %{changeset | before: [function | changeset.before]}
  def filter(changeset, filter), do: %{changeset | filter: filter}
end
