defmodule App.Changes.Bridge do
  @moduledoc """
  An Ash changeset as an Ecto changeset, and back.

  Actions that were carried over from changeset functions of Ecto call `Ecto.Changeset` itself, by
  way of `App.Changes.Cast`, `App.Changes.Step` and `App.Validations.Ecto`. Between two steps the
  Ecto changeset is kept in the context, under `:ecto`, beside what Ash knew at that time: a step
  sees what other changes and validations did.
  """

  alias App.Changes.Fields
  alias Ash.Error.Changes.{InvalidArgument, InvalidAttribute, InvalidChanges}

  @doc """
  Takes over from Ash, which has cast the input by rules of its own: that is undone, for `cast`.

  `names` are the fields whose attribute has another name. An attribute that was set from a private
  argument of its name is the record's own, as it was in the struct; any other one is a change.
  """
  def start(changeset, names \\ [])
  def start(%{context: %{ecto: _kept}} = changeset, _names), do: changeset

  def start(changeset, names) do
    {public, private} = Enum.split_with(changeset.action.arguments, & &1.public?)
    inputs = Enum.map(public, & &1.name) ++ changeset.action.accept
    own = Map.take(changeset.attributes, Enum.map(private, & &1.name))
    errors = Enum.reject(changeset.errors, &(Map.get(&1, :field) in inputs))
    given = MapSet.new(changeset.params, fn {name, _value} -> to_string(name) end)

    %{changeset | errors: errors, valid?: errors == [], invalid_keys: MapSet.new()}
    |> Map.merge(%{casted_attributes: %{}, casted_arguments: %{}})
    |> reset(Enum.filter(inputs, &(to_string(&1) in given)))
    |> then(&keep(&1, Fields.changeset(&1, own, names), names))
    |> put_in([Access.key!(:context), :ecto, :attributes], own)
    |> Ash.Changeset.before_action(&refuse/1)
  end

  @doc """
  Keeps `context(:params)` and the like of a step from being looked up in the context.

  They stand for the input and the record, as the changeset function got them.
  """
  def held(arguments) do
    Enum.map(arguments, fn
      {:_context, name} when name in [:params, :string_params, :record] -> {__MODULE__, name}
      argument -> argument
    end)
  end

  @doc "Returns the arguments of a step for a changeset."
  def arguments(changeset, arguments) do
    Enum.map(arguments, fn
      {__MODULE__, :params} -> changeset.params
      {__MODULE__, :string_params} -> string_keys(changeset.params)
      {__MODULE__, :record} -> changeset.data
      argument -> argument
    end)
  end

  defp string_keys(params), do: Map.new(params, fn {name, value} -> {to_string(name), value} end)

  @doc "Runs a function of an Ecto changeset, and takes over what it changes, finds and prepares."
  def update(changeset, function) do
    %{context: %{ecto: %{names: names}}} = changeset = start(changeset)
    before = to_ecto(changeset)
    ecto = function.(before)
    gone = Map.keys(before.changes) -- Map.keys(ecto.changes)

    changeset
    |> reset(Enum.map(gone, &Keyword.get(names, &1, &1)))
    |> put_changes(ecto, names, Map.reject(ecto.changes, &(&1 in before.changes)))
    |> drop_errors(to_errors(changeset, before.errors -- ecto.errors))
    |> Ash.Changeset.add_error(to_errors(changeset, ecto.errors -- before.errors))
    |> prepare_once(before, ecto)
    |> touch(ecto)
    |> keep(ecto, names)
  end

  @doc "Returns what a function of an Ecto changeset finds wrong, as errors of Ash."
  def errors(changeset, function) do
    before = to_ecto(changeset)
    to_errors(changeset, function.(before).errors -- before.errors)
  end

  @doc "Returns the Ecto changeset, with what has happened in Ash since the last step."
  def to_ecto(%{context: %{ecto: kept}} = changeset) do
    errors =
      for %{path: []} = error <- changeset.errors -- kept.errors,
          {name, message} = ecto_error(error),
          do: {field(changeset, name), message}

    # `validate_required` takes back the change of a field that it finds missing.
    missing = for {field, {_message, [validation: :required]}} <- errors, do: field

    ecto =
      for {name, value} <- changes_since(changeset, kept), reduce: kept.ecto do
        ecto ->
          field = field(changeset, name)
          Ecto.Changeset.put_change(ecto, field, Fields.value(ecto.types[field], value))
      end

    %{
      ecto
      | changes: Map.drop(ecto.changes, missing),
        errors: errors ++ ecto.errors,
        valid?: ecto.valid? and changeset.valid?
    }
  end

  def to_ecto(changeset), do: changeset |> start() |> to_ecto()

  @doc "Returns the field of an attribute or argument, which may be given as text."
  def field(%{context: %{ecto: %{names: names}}}, name) do
    Enum.find_value(names, name, fn {field, attribute} ->
      if to_string(attribute) == to_string(name), do: field
    end)
  end

  defp keep(changeset, ecto, names) do
    kept = Map.take(changeset, [:attributes, :arguments, :errors])
    refused = get_in(changeset.context, [:ecto, :refused]) || []
    kept = Map.merge(kept, %{ecto: ecto, names: names, refused: refused})
    put_in(changeset.context[:ecto], kept)
  end

  defp changes_since(changeset, kept) do
    changeset.attributes
    |> Map.drop(changeset.defaults)
    |> Map.reject(&(&1 in kept.attributes))
    |> Map.merge(Map.reject(changeset.arguments, &(&1 in kept.arguments)))
  end

  defp put_changes(changeset, ecto, names, changes) do
    Enum.reduce(changes, changeset, fn {field, value}, changeset ->
      name = Keyword.get(names, field, field)
      attribute = Ash.Resource.Info.attribute(changeset.resource, name)

      case ecto.types do
        %{^field => {:assoc, _relation}} -> changeset
        %{^field => {:embed, embed}} -> put_embed(changeset, ecto, attribute, embed)
        %{^field => _type} when attribute == nil -> put_in(changeset.arguments[name], value)
        %{^field => _type} -> put_attribute(changeset, attribute, value)
        _unknown -> raise ArgumentError, "no attribute or argument of the action is `#{field}`"
      end
    end)
  end

  # What Ecto takes for a change is written, also where Ash sees none. What Ash alone refuses would
  # fail in Ecto at the write: it waits until then, and is an error where nothing else is wrong.
  defp put_attribute(changeset, %{name: name} = attribute, value) do
    changed = Ash.Changeset.force_change_attribute(changeset, name, value)

    cond do
      changed.errors != changeset.errors ->
        refused = put_in(changeset.attributes[name], value)
        update_in(refused.context.ecto.refused, &[name | &1])

      is_map_key(changed.attributes, name) ->
        changed

      true ->
        {:ok, value} = Ash.Type.cast_input(attribute.type, value, attribute.constraints)
        put_in(changed.attributes[name], value)
    end
  end

  defp refuse(%{context: %{ecto: %{refused: names}}} = changeset) do
    for name <- Enum.uniq(names), is_map_key(changeset.attributes, name), reduce: changeset do
      changeset ->
        value = changeset.attributes[name]
        Ash.Changeset.force_change_attribute(changeset, name, value)
    end
  end

  defp put_embed(changeset, %{valid?: false}, _attribute, _embed), do: changeset

  defp put_embed(changeset, ecto, attribute, embed) do
    value = Fields.dump_embed(ecto, action(changeset), attribute, embed)
    put_attribute(changeset, attribute, value)
  end

  defp reset(changeset, names) do
    defaults =
      for %{name: name, default: default} when default != nil <- changeset.action.arguments,
          name in names,
          into: %{},
          do: {name, default}

    %{
      changeset
      | attributes: Map.drop(changeset.attributes, names),
        arguments: Map.merge(Map.drop(changeset.arguments, names), defaults),
        defaults: changeset.defaults -- names
    }
    |> Ash.Changeset.set_defaults(changeset.action_type)
  end

  defp drop_errors(changeset, []), do: changeset

  defp drop_errors(changeset, dropped) do
    dropped = Enum.map(dropped, &ecto_error/1)
    errors = Enum.reject(changeset.errors, &(&1.path == [] and ecto_error(&1) in dropped))
    %{changeset | errors: errors, valid?: errors == []}
  end

  defp to_errors(%{context: %{ecto: %{names: names}}} = changeset, errors) do
    for {field, {message, vars}} <- Enum.reverse(errors) do
      name = Keyword.get(names, field, field)
      options = [field: name, message: message, vars: vars]

      cond do
        Ash.Resource.Info.attribute(changeset.resource, name) ->
          InvalidAttribute.exception(options)

        Enum.any?(changeset.action.arguments, &(&1.name == name)) ->
          InvalidArgument.exception(options)

        true ->
          InvalidChanges.exception([fields: [name]] ++ options)
      end
    end
  end

  defp ecto_error(%{fields: [name | _], message: message, vars: vars}),
    do: {name, {message, vars}}

  defp ecto_error(%{field: name, message: message, vars: vars}), do: {name, {message, vars}}
  defp ecto_error(error), do: {:base, {Exception.message(error), []}}

  # What `prepare_changes` and `optimistic_lock` ask for is done where there is something to write.
  defp prepare_once(changeset, %{prepare: [], filters: none}, ecto)
       when none == %{} and (ecto.prepare != [] or ecto.filters != %{}),
       do: Ash.Changeset.before_action(changeset, &prepare/1)

  defp prepare_once(changeset, _before, _ecto), do: changeset

  defp prepare(changeset) do
    ecto = to_ecto(changeset)
    action = action(changeset)

    if action == :insert or ecto.changes != %{} do
      changeset
      |> Ash.Changeset.filter(if action == :insert, do: [], else: filter(changeset, ecto))
      |> update(fn ecto ->
        repo = AshPostgres.DataLayer.Info.repo(changeset.resource, :mutate)
        ecto = %{ecto | repo: repo, action: action}
        ecto.prepare |> Enum.reverse() |> Enum.reduce(ecto, & &1.(&2))
      end)
    else
      changeset
    end
  end

  defp filter(%{context: %{ecto: %{names: names}}}, ecto),
    do: for({field, value} <- ecto.filters, do: {Keyword.get(names, field, field), value})

  # Of a parent of which only nested records change, the timestamp changes, too.
  defp touch(%{action_type: :update} = changeset, %{valid?: true, repo_opts: options}),
    do:
      if(options[:force],
        do: Ash.Changeset.set_defaults(changeset, :update, true),
        else: changeset
      )

  defp touch(changeset, _ecto), do: changeset

  defp action(%{action_type: :create}), do: :insert
  defp action(_changeset), do: :update
end
