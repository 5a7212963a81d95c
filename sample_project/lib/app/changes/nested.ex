defmodule App.Changes.Nested do
  @moduledoc """
  `cast_assoc` and `cast_embed` of Ecto: what is nested is cast and checked together with its parent.

      change {App.Changes.Nested,
              cast_assoc: [:lines, [create: :create, update: :update, on_replace: :delete]]}

      change {App.Changes.Nested, cast_embed: [:shipping, [embed: Shop.Address, cardinality: :one]]}

  Records of an association are written by actions of their resource: after the parent, those of a
  `belongs_to` before it. An embed is cast by the functions of its Ecto schema. Further options are
  Ecto's own. Errors have the path of what is nested, such as `[:lines, 0]`.
  """

  use Ash.Resource.Change

  alias App.Changes.{Bridge, Fields}
  alias Ash.Error.Changes.InvalidAttribute

  @impl true
  def change(changeset, [cast_assoc: [field, options]], context) do
    {actions, options} = Keyword.split(options, [:create, :update])
    {on_replace, options} = Keyword.pop(options, :on_replace, :raise)
    opts = Ash.Context.to_opts(context)
    relation = %{changeset.resource.__schema__(:association, field) | on_replace: on_replace}
    options = [with: &child(&1, &2, actions, opts)] ++ options

    changeset
    |> cast(:cast_assoc, {:assoc, relation}, records(changeset, relation, opts), options)
    |> write_by(relation, opts)
  end

  def change(changeset, [cast_embed: [field, options]], _context) do
    {embed, options} = Keyword.split(options, [:embed, :cardinality, :on_replace])
    {module, embed} = Keyword.pop!(embed, :embed)

    embed =
      struct!(Ecto.Embedded, [field: field, owner: changeset.resource, related: module] ++ embed)

    attribute = Ash.Resource.Info.attribute(changeset.resource, field)
    current = Fields.load_embed(changeset.data, attribute, embed)
    cast(changeset, :cast_embed, {:embed, embed}, current, options)
  end

  defp cast(changeset, call, {_kind, %{field: field}} = type, current, options) do
    changeset =
      Bridge.update(changeset, fn %{types: types, data: data} = ecto ->
        ecto = %{ecto | types: Map.put(types, field, type), data: Map.put(data, field, current)}
        apply(Ecto.Changeset, call, [ecto, field, options])
      end)

    for {path, errors} <- errors(Bridge.to_ecto(changeset), field), reduce: changeset do
      changeset -> Ash.Changeset.add_error(changeset, errors, path)
    end
  end

  defp records(%{action_type: :create}, %{field: field, cardinality: cardinality}, _opts),
    do: %Ecto.Association.NotLoaded{__field__: field, __cardinality__: cardinality}

  defp records(%{data: record}, %{field: field}, opts),
    do: record |> Ash.load!(field, [lazy?: true] ++ opts) |> Map.fetch!(field)

  # The Ash changeset of a nested record goes along with its Ecto changeset.
  defp child(%resource{} = record, params, actions, opts) do
    changeset =
      if Ecto.get_meta(record, :state) == :built,
        do: Ash.Changeset.for_create(resource, actions[:create], params, opts),
        else: Ash.Changeset.for_update(record, actions[:update], params, opts)

    Map.update!(Bridge.to_ecto(changeset), :repo_opts, &[{:ash, changeset} | &1])
  end

  # The errors of what is nested in a field, with their paths.
  defp errors(%{changes: changes}, field) do
    case changes do
      %{^field => %Ecto.Changeset{} = child} -> child_errors(child, [field])
      %{^field => [_ | _] = children} -> indexed_errors(children, field)
      _nothing -> []
    end
  end

  defp indexed_errors(children, field) do
    for {child, index} <- Enum.with_index(given(children)),
        errors <- child_errors(child, [field, index]),
        do: errors
  end

  defp child_errors(%{repo_opts: [{:ash, changeset} | _]}, path), do: [{path, changeset.errors}]

  defp child_errors(child, path) do
    own =
      for {field, {message, vars}} <- Enum.reverse(child.errors),
          do: InvalidAttribute.exception(field: field, message: message, vars: vars)

    below =
      for {field, {kind, _relation}} when kind in [:assoc, :embed] <- child.types,
          {below, errors} <- errors(child, field),
          do: {path ++ below, errors}

    [{path, own} | below]
  end

  # Those that the input has, in its order.
  defp given(children), do: Enum.reject(children, &(&1.action == :replace))

  defp write_by(_changeset, %Ecto.Association.ManyToMany{field: field}, _opts),
    do: raise(ArgumentError, "`#{field}` goes through a join table, which is not written here")

  defp write_by(changeset, %Ecto.Association.BelongsTo{} = relation, opts) do
    Ash.Changeset.before_action(changeset, fn changeset ->
      case write(changeset, relation, [], opts) do
        {:ok, written} -> put_key(changeset, relation, written)
        {:error, error} -> Ash.Changeset.add_error(changeset, error)
        :unchanged -> changeset
      end
    end)
  end

  defp write_by(changeset, relation, opts) do
    Ash.Changeset.after_action(changeset, fn changeset, record ->
      key = [{relation.related_key, Map.fetch!(record, relation.owner_key)}]

      case write(changeset, relation, key, opts) do
        {:ok, written} -> {:ok, Map.put(record, relation.field, written)}
        :unchanged -> {:ok, record}
        {:error, error} -> {:error, error}
      end
    end)
  end

  defp put_key(changeset, %{owner_key: owner_key, related_key: related_key}, record) do
    key = if record, do: Map.fetch!(record, related_key)
    Ash.Changeset.force_change_attribute(changeset, owner_key, key)
  end

  defp write(changeset, %{field: field} = relation, key, opts) do
    ecto = Bridge.to_ecto(changeset)

    case ecto.changes do
      %{^field => children} when is_list(children) ->
        for child <- children,
            child.action in [:replace, :delete],
            do: remove(child, relation, opts)

        write_all(children, field, key, opts)

      %{^field => %{action: :delete} = child} ->
        remove(child, relation, opts)
        {:ok, nil}

      %{^field => child} ->
        current = Map.get(ecto.data, field)
        if replaced?(current, child), do: replace(current, relation, opts)
        if child, do: write_child(child, [field], key, opts), else: {:ok, nil}

      _unchanged ->
        :unchanged
    end
  end

  defp replaced?(%Ecto.Association.NotLoaded{}, _child), do: false
  defp replaced?(current, child), do: current != nil and (child == nil or child.action == :insert)

  defp write_all(children, field, key, opts) do
    for {child, index} <- Enum.with_index(given(children)),
        child.action != :delete,
        reduce: {:ok, []} do
      {:ok, written} ->
        with {:ok, record} <- write_child(child, [field, index], key, opts),
             do: {:ok, written ++ [record]}

      error ->
        error
    end
  end

  defp write_child(%{action: :update, changes: none} = child, _path, _key, _opts)
       when none == %{},
       do: {:ok, record(child)}

  defp write_child(%{repo_opts: [{:ash, changeset} | _]} = child, path, key, opts) do
    changeset =
      changeset
      |> Bridge.update(fn _before -> child end)
      |> Ash.Changeset.force_change_attributes(key)
      |> errors_at(path)

    if child.action == :insert,
      do: Ash.create(changeset, opts),
      else: Ash.update(changeset, opts)
  end

  # A data layer in a transaction rolls back at once: an error has its place from the start.
  defp errors_at(%{handle_errors: handler} = changeset, path) do
    Ash.Changeset.handle_errors(changeset, fn changeset, error ->
      error = if handler, do: handler.(changeset, error), else: error
      if is_exception(error), do: Ash.Error.set_path(error, path), else: error
    end)
  end

  defp record(%{repo_opts: [{:ash, changeset} | _]}), do: changeset.data

  # A changeset function may mark its record for deletion itself.
  defp remove(%{action: :delete} = child, _relation, opts), do: Ash.destroy!(record(child), opts)
  defp remove(%{data: record}, relation, opts), do: replace(record, relation, opts)

  # The key that a `belongs_to` is about is the parent's own, which changes with the parent.
  defp replace(_record, %Ecto.Association.BelongsTo{on_replace: :nilify}, _opts), do: :ok

  # Past the actions, as in Ecto: there an update may ask for more than the key.
  defp replace(record, %{on_replace: :nilify} = relation, _opts),
    do: Ash.Seed.update!(record, %{relation.related_key => nil})

  defp replace(record, _relation, opts), do: Ash.destroy!(record, opts)
end
