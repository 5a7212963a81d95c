defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Shop
  end
end

defmodule App.Core.Shop do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "shops"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :address, App.Types.Address do
      allow_nil? false
      public? true
    end

    attribute :hours, App.Types.HourList do
      public? true
    end

    attribute :branches, {:array, App.Types.AppPoint} do
      public? true
      constraints nil_items?: true
    end

    attribute :settings, App.Types.Settings do
      public? true
    end

    attribute :notes, App.Types.NoteList do
      public? true
    end

    attribute :kept, :map do
      public? true
    end

    attribute :plain, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :odd, :map do
      public? true
    end

    attribute :tree, :map do
      public? true
    end

    attribute :elsewhere, :map do
      public? true
    end
  end
end

defmodule App.Types.Address do
  @moduledoc "The JSON of `App.Address`, as Ecto reads and writes it."
  use Ash.Resource, data_layer: :embedded

  # The types by which Ecto reads and writes the fields.
  @fields [
    id: :binary_id,
    street: :string,
    zip: :integer,
    price: :decimal,
    since: :date,
    seen_at: :utc_datetime_usec,
    local: :naive_datetime_usec,
    opens: :time,
    open: :boolean,
    kind: {Ecto.Enum, [values: [shop: "shop", depot: "depot"]]},
    rank: {Ecto.Enum, [values: [low: 1, high: 2], embed_as: :dumped]},
    level: App.Types.Level,
    owner: Ecto.UUID,
    more: :map,
    any: :any,
    blob: :binary,
    labels: {:array, :string},
    counts: {:map, :integer},
    pin: :string,
    inserted_at: :naive_datetime,
    updated_at: :naive_datetime
  ]
  @ecto_types App.Types.EctoEmbed.types(@fields)

  actions do
    defaults [:read, :destroy, create: [:*, :pin], update: [:*, :pin]]
  end

  attributes do
    uuid_primary_key :id

    attribute :street, :string do
      public? true
      default "none"
      constraints trim?: false, allow_empty?: true
    end

    attribute :zip, :integer do
      source :zipCode
      public? true
    end

    attribute :price, :decimal do
      public? true
      default Decimal.new("1.50")
    end

    attribute :since, :date do
      public? true
    end

    attribute :seen_at, :utc_datetime_usec do
      public? true
    end

    attribute :local, App.Types.NaiveDatetimeUsec do
      public? true
    end

    attribute :opens, :time do
      public? true
    end

    attribute :open, :boolean do
      public? true
      default false
    end

    attribute :kind, :atom do
      public? true
      default :shop
      constraints one_of: [:shop, :depot]
    end

    attribute :rank, :atom do
      public? true
      constraints one_of: [:low, :high]
    end

    attribute :level, App.Types.Level do
      public? true
    end

    attribute :owner, :uuid do
      public? true
    end

    attribute :more, :map do
      public? true
    end

    attribute :any, App.Types.Json do
      public? true
    end

    attribute :blob, :binary do
      public? true
    end

    attribute :labels, {:array, :string} do
      public? true
      default []
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :counts, :map do
      public? true
    end

    attribute :pin, :string do
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :point, App.Types.AppPoint do
      public? true
    end

    attribute :doors, {:array, App.Types.AppPoint} do
      public? true
      default []
    end

    attribute :inserted_at, :naive_datetime do
      public? true
      writable? false
      default {App.Types.EctoEmbed, :now, [:naive_datetime]}
    end

    attribute :updated_at, :naive_datetime do
      public? true
      writable? false
      default {App.Types.EctoEmbed, :now, [:naive_datetime]}
      update_default {App.Types.EctoEmbed, :now, [:naive_datetime]}
    end
  end

  defoverridable cast_from_embedded: 2, dump_to_native: 2

  def cast_from_embedded(value, _constraints),
    do: App.Types.EctoEmbed.load(__MODULE__, @ecto_types, value)

  def dump_to_native(value, _constraints),
    do: App.Types.EctoEmbed.dump(__MODULE__, @ecto_types, value)
end

defmodule App.Types.AppPoint do
  @moduledoc "The JSON of `App.Point`, as Ecto reads and writes it."
  use Ash.Resource, data_layer: :embedded

  # The types by which Ecto reads and writes the fields.
  @fields [lat: :float, lng: :float]
  @ecto_types App.Types.EctoEmbed.types(@fields)

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :lat, :float do
      public? true
    end

    attribute :lng, :float do
      public? true
      default 0.0
    end
  end

  defoverridable cast_from_embedded: 2, dump_to_native: 2

  def cast_from_embedded(value, _constraints),
    do: App.Types.EctoEmbed.load(__MODULE__, @ecto_types, value)

  def dump_to_native(value, _constraints),
    do: App.Types.EctoEmbed.dump(__MODULE__, @ecto_types, value)
end

defmodule App.Types.EctoEmbed do
  @moduledoc "The JSON of embedded resources, read and written as `Ecto.Schema` does it."

  # The JSON that a value was loaded from: it is written back as it is until the value changes.
  @json :ecto_embed_json

  @doc "Prepares the types of fields: those with options, and modules that hand over to one."
  def types(types), do: Enum.map(types, fn {name, type} -> {name, type(type)} end)

  defp type({whole, type}) when whole in [:array, :map], do: {whole, type(type)}
  defp type({module, options}), do: Ecto.ParameterizedType.init(module, options)

  defp type(type) do
    if match?("Elixir." <> _name, Atom.to_string(type)) and
         function_exported?(Code.ensure_compiled!(type), :ecto_delegate, 0),
       do: type.ecto_delegate(),
       else: type
  end

  @doc "Loads a value; a key that is not there has the default of the attribute."
  def load(_resource, _types, nil), do: {:ok, nil}

  def load(resource, types, json) when is_map(json) and not is_struct(json) do
    with {:ok, value} <- load_fields(resource, types, json),
         do: {:ok, Ash.Resource.put_metadata(value, @json, json)}
  end

  def load(_resource, _types, _value), do: :error

  @doc "Dumps a value with all its keys, or the JSON that it was loaded from."
  def dump(_resource, _types, nil), do: {:ok, nil}

  def dump(resource, types, value) when is_struct(value, resource) do
    json = Ash.Resource.get_metadata(value, @json)

    if json != nil and unchanged?(resource, types, value, json),
      do: {:ok, json},
      else: dump_fields(resource, types, value)
  end

  def dump(_resource, _types, _value), do: :error

  @doc "The time of a timestamp, as precise as its type."
  def now(type) do
    now =
      if type in [:utc_datetime, :utc_datetime_usec],
        do: DateTime.utc_now(),
        else: NaiveDateTime.utc_now()

    if type in [:utc_datetime, :naive_datetime], do: %{now | microsecond: {0, 0}}, else: now
  end

  defp unchanged?(resource, types, value, json) do
    case load_fields(resource, types, json) do
      {:ok, loaded} -> plain(loaded) == plain(value)
      _error -> false
    end
  end

  # Of a resource its attributes alone.
  defp plain(%resource{__metadata__: _metadata} = value) do
    for attribute <- Ash.Resource.Info.attributes(resource),
        do: {attribute.name, plain(Map.get(value, attribute.name))}
  end

  defp plain(values) when is_list(values), do: Enum.map(values, &plain/1)
  defp plain(value), do: value

  defp load_fields(resource, types, json) do
    each_attribute(resource, struct(resource), fn attribute, value ->
      with {:ok, found} <- load_field(attribute, types, json),
           do: {:ok, Map.put(value, attribute.name, found)}
    end)
  end

  defp load_field(attribute, types, json) do
    case Map.fetch(json, Atom.to_string(attribute.source)) do
      {:ok, value} -> load_value(attribute, types[attribute.name], value)
      :error -> {:ok, default(attribute.default)}
    end
  end

  # What has no type of Ecto's is an embed, or an attribute of the team's own.
  defp load_value(%{type: {:array, _item}}, nil, nil), do: {:ok, []}

  defp load_value(attribute, nil, value),
    do: Ash.Type.cast_from_embedded(attribute.type, value, attribute.constraints)

  defp load_value(_attribute, type, value), do: Ecto.Type.embedded_load(type, value, :json)

  defp dump_fields(resource, types, value) do
    each_attribute(resource, %{}, fn attribute, json ->
      with {:ok, dumped} <- dump_value(attribute, types[attribute.name], value),
           do: {:ok, Map.put(json, attribute.source, dumped)}
    end)
  end

  defp dump_value(%{name: name} = attribute, nil, value),
    do: Ash.Type.dump_to_embedded(attribute.type, Map.get(value, name), attribute.constraints)

  defp dump_value(%{name: name}, type, value),
    do: Ecto.Type.embedded_dump(type, Map.get(value, name), :json)

  defp each_attribute(resource, start, function) do
    resource
    |> Ash.Resource.Info.attributes()
    |> Enum.reduce_while({:ok, start}, fn attribute, {:ok, found} ->
      case function.(attribute, found) do
        {:ok, found} -> {:cont, {:ok, found}}
        error -> {:halt, Ash.Helpers.error_with_context(error, field: attribute.name)}
      end
    end)
  end

  # What a function makes is for new values alone.
  defp default(default) when is_function(default) or is_tuple(default), do: nil
  defp default(default), do: default
end

defmodule App.Types.Hour do
  @moduledoc "The JSON of `App.Hour`, as Ecto reads and writes it."
  use Ash.Resource, data_layer: :embedded

  # The types by which Ecto reads and writes the fields.
  @fields [day: :string, opens: :time]
  @ecto_types App.Types.EctoEmbed.types(@fields)

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :day, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :opens, :time do
      public? true
    end
  end

  defoverridable cast_from_embedded: 2, dump_to_native: 2

  def cast_from_embedded(value, _constraints),
    do: App.Types.EctoEmbed.load(__MODULE__, @ecto_types, value)

  def dump_to_native(value, _constraints),
    do: App.Types.EctoEmbed.dump(__MODULE__, @ecto_types, value)
end

defmodule App.Types.HourList do
  @moduledoc "A list of `App.Types.Hour`, in one JSON value."
  use Ash.Type

  @items {:array, App.Types.Hour}

  @impl true
  def storage_type(_constraints), do: :jsonb

  @impl true
  def cast_input(value, constraints), do: Ash.Type.cast_input(@items, value, constraints)

  @impl true
  def cast_stored(value, constraints),
    do: Ash.Type.cast_from_embedded(@items, value, constraints)

  @impl true
  def dump_to_native(value, constraints),
    do: Ash.Type.dump_to_embedded(@items, value, constraints)

  @impl true
  def prepare_change(old, new, constraints),
    do: Ash.Type.prepare_change(@items, old, new, constraints)

  @impl true
  def handle_change(old, new, constraints),
    do: Ash.Type.handle_change(@items, old, new, constraints)
end

defmodule App.Types.Level do
  @moduledoc "A PostgreSQL `jsonb` as the Ecto type `App.Level` has it."
  use Ash.Type

  @ecto App.Level

  @doc "The Ecto type that reads and writes the values."
  def ecto_delegate, do: @ecto

  @impl true
  def storage_type(_constraints), do: :jsonb

  @impl true
  def cast_input(value, _constraints) do
    with {:error, reason} <- Ecto.Type.cast(@ecto, value),
         do: {:error, Keyword.put_new(reason, :message, "is invalid")}
  end

  @impl true
  def cast_stored(value, _constraints), do: Ecto.Type.load(@ecto, value)

  @impl true
  def dump_to_native(value, _constraints), do: Ecto.Type.dump(@ecto, value)

  @impl true
  def dump_to_embedded(value, _constraints), do: Ecto.Type.embedded_dump(@ecto, value, :json)

  @impl true
  def cast_from_embedded(value, _constraints), do: Ecto.Type.embedded_load(@ecto, value, :json)
end

defmodule App.Types.Note do
  @moduledoc "The JSON of `App.Shop.Note`, as Ecto reads and writes it."
  use Ash.Resource, data_layer: :embedded

  # The types by which Ecto reads and writes the fields.
  @fields [id: :binary_id, text: :string, inserted_at: :utc_datetime]
  @ecto_types App.Types.EctoEmbed.types(@fields)

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    uuid_primary_key :id

    attribute :text, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :inserted_at, :utc_datetime do
      public? true
      writable? false
      default {App.Types.EctoEmbed, :now, [:utc_datetime]}
    end
  end

  defoverridable cast_from_embedded: 2, dump_to_native: 2

  def cast_from_embedded(value, _constraints),
    do: App.Types.EctoEmbed.load(__MODULE__, @ecto_types, value)

  def dump_to_native(value, _constraints),
    do: App.Types.EctoEmbed.dump(__MODULE__, @ecto_types, value)
end

defmodule App.Types.NoteList do
  @moduledoc "A list of `App.Types.Note`, in one JSON value."
  use Ash.Type

  @items {:array, App.Types.Note}

  @impl true
  def storage_type(_constraints), do: :jsonb

  @impl true
  def cast_input(value, constraints), do: Ash.Type.cast_input(@items, value, constraints)

  @impl true
  def cast_stored(value, constraints),
    do: Ash.Type.cast_from_embedded(@items, value, constraints)

  @impl true
  def dump_to_native(value, constraints),
    do: Ash.Type.dump_to_embedded(@items, value, constraints)

  @impl true
  def prepare_change(old, new, constraints),
    do: Ash.Type.prepare_change(@items, old, new, constraints)

  @impl true
  def handle_change(old, new, constraints),
    do: Ash.Type.handle_change(@items, old, new, constraints)
end

defmodule App.Types.Settings do
  @moduledoc "The JSON of `App.Shop.Settings`, as Ecto reads and writes it."
  use Ash.Resource, data_layer: :embedded

  # The types by which Ecto reads and writes the fields.
  @fields [theme: :string]
  @ecto_types App.Types.EctoEmbed.types(@fields)

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :theme, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  defoverridable cast_from_embedded: 2, dump_to_native: 2

  def cast_from_embedded(value, _constraints),
    do: App.Types.EctoEmbed.load(__MODULE__, @ecto_types, value)

  def dump_to_native(value, _constraints),
    do: App.Types.EctoEmbed.dump(__MODULE__, @ecto_types, value)
end
