defmodule App.Packages.Version do
  use Ecto.Type

  def type, do: :string
  def embed_as(_format), do: :dump

  def cast(%Version{} = version), do: {:ok, version}

  def cast(text) when is_binary(text) do
    case Version.parse(text) do
      {:ok, version} -> {:ok, version}
      :error -> {:error, message: "is no version"}
    end
  end

  def cast(_other), do: :error

  def load(text), do: Version.parse(text)

  def dump(%Version{} = version), do: {:ok, to_string(version)}
  def dump(_other), do: :error
end

defmodule App.Level do
  @behaviour Ecto.Type

  @levels [low: 1, high: 2]

  def type, do: :integer
  def embed_as(_format), do: :self
  def equal?(left, right), do: left == right

  def cast(level) when level in [:low, :high], do: {:ok, level}
  def cast("low"), do: {:ok, :low}
  def cast("high"), do: {:ok, :high}
  def cast(_other), do: :error

  def load(number), do: {:ok, Enum.find_value(@levels, fn {level, n} -> n == number && level end)}
  def dump(level), do: Keyword.fetch(@levels, level)
end

defmodule App.Feeling do
  use Ecto.Type

  defstruct [:label]

  def type, do: :mood
  def cast(label) when label in ["sad", "ok", "happy"], do: {:ok, %__MODULE__{label: label}}
  def cast(%__MODULE__{} = feeling), do: {:ok, feeling}
  def cast(_other), do: :error
  def load(label), do: {:ok, %__MODULE__{label: label}}
  def dump(%__MODULE__{label: label}), do: {:ok, label}
  def dump(_other), do: :error
end

defmodule App.Price do
  use Ecto.Type

  defstruct [:amount, :currency]

  def type, do: :price
  def cast(%__MODULE__{} = price), do: {:ok, price}

  def cast(%{"amount" => amount, "currency" => currency}),
    do: {:ok, %__MODULE__{amount: amount, currency: currency}}

  def cast(_other), do: :error
  def load({amount, currency}), do: {:ok, %__MODULE__{amount: amount, currency: currency}}
  def dump(%__MODULE__{} = price), do: {:ok, {price.amount, price.currency}}
  def dump(_other), do: :error
end

defmodule App.Support.Ecto.Payload do
  use Ecto.ParameterizedType

  def type(_parameters), do: :map
  def init(options), do: %{atoms: Keyword.get(options, :keys_as_atoms, false)}

  def cast(data, _parameters) when is_map(data) or is_list(data) or is_nil(data), do: {:ok, data}
  def cast(_data, _parameters), do: :error

  def load(data, _loader, %{atoms: true}) when is_map(data),
    do: {:ok, Map.new(data, fn {key, value} -> {String.to_atom(key), value} end)}

  def load(data, _loader, _parameters), do: {:ok, data}
  def dump(data, _dumper, _parameters), do: {:ok, data}
end

defmodule App.Counts do
  use Ecto.Type

  def type, do: {:map, :integer}
  def embed_as(_format), do: :dump
  def cast(%{} = counts), do: {:ok, counts}
  def cast(_other), do: :error
  def load(%{} = counts), do: {:ok, Map.new(counts, fn {key, count} -> {key, {:count, count}} end)}

  def dump(%{} = counts),
    do: {:ok, Map.new(counts, fn {key, {:count, count}} -> {key, count} end)}
end

defmodule App.PrefixedId do
  use Ecto.ParameterizedType

  def type(_parameters), do: :string
  def init(options), do: %{prefix: Keyword.fetch!(options, :prefix)}

  def cast(nil, _parameters), do: {:ok, nil}

  def cast(text, %{prefix: prefix}) when is_binary(text) do
    if String.starts_with?(text, prefix), do: {:ok, text}, else: {:error, message: "has no #{prefix}"}
  end

  def cast(_other, _parameters), do: :error

  def load(nil, _loader, _parameters), do: {:ok, nil}
  def load(text, _loader, %{prefix: prefix}), do: {:ok, prefix <> text}
  def dump(nil, _dumper, _parameters), do: {:ok, nil}
  def dump(text, _dumper, %{prefix: prefix}), do: {:ok, String.replace_prefix(text, prefix, "")}

  def autogenerate(%{prefix: prefix}),
    do: prefix <> Base.encode16(:crypto.strong_rand_bytes(8), case: :lower)
end

defmodule App.OwnTag do
  use Ecto.ParameterizedType

  def type(_parameters), do: :string
  def init(options), do: "#{inspect(options[:schema])}.#{options[:field]}:"
  def cast(text, _start) when is_binary(text) or is_nil(text), do: {:ok, text}
  def cast(_other, _start), do: :error
  def load(nil, _loader, _start), do: {:ok, nil}
  def load(text, _loader, start), do: {:ok, String.replace_prefix(text, start, "")}
  def dump(nil, _dumper, _start), do: {:ok, nil}
  def dump(text, _dumper, start), do: {:ok, start <> text}
end

defmodule App.Folded do
  use Ecto.Type

  def type, do: :string
  def cast(text) when is_binary(text), do: {:ok, text}
  def cast(_other), do: :error
  def load(text), do: {:ok, text}
  def dump(text), do: {:ok, text}

  def equal?(left, right) when is_binary(left) and is_binary(right),
    do: String.downcase(left) == String.downcase(right)

  def equal?(left, right), do: left == right
end

defmodule App.Types.Tag do
  use Ecto.Type

  def type, do: {:array, :string}
  def cast(text) when is_binary(text), do: {:ok, String.split(text, ",", trim: true)}
  def cast(tags) when is_list(tags), do: {:ok, tags}
  def cast(_other), do: :error
  def load(tags), do: {:ok, tags}
  def dump(tags) when is_list(tags), do: {:ok, tags}
end

defmodule App.Ref do
  use Ecto.Type

  def type, do: :binary_id
  def cast("ref-" <> _id = ref), do: {:ok, ref}
  def cast(_other), do: :error
  def load(id), do: {:ok, "ref-" <> id}
  def dump("ref-" <> id), do: {:ok, id}
end

defmodule App.Encrypted.Binary do
  use Cloak.Ecto.Binary, vault: App.Vault
end

defmodule App.Encrypted.Map do
  use Cloak.Ecto.Map, vault: App.Vault
end

defmodule App.Hashed do
  use Cloak.Ecto.HMAC, otp_app: :app

  @impl Cloak.Ecto.HMAC
  def init(config), do: {:ok, Keyword.merge(config, algorithm: :sha256, secret: "a key")}
end

defmodule App.Core.Note do
  use Ecto.Schema

  embedded_schema do
    field :ref, App.Ref
    field :version, App.Packages.Version
    field :secret, App.Encrypted.Map
    field :level, App.Level
  end
end

defmodule App.Core.Sample do
  use Ecto.Schema

  schema "samples" do
    field :version, App.Packages.Version
    field :varying, App.Packages.Version
    field :of_domain, App.Packages.Version
    field :versions, {:array, App.Packages.Version}
    field :versions_json, {:array, App.Packages.Version}
    field :named_versions, {:map, App.Packages.Version}
    field :level, App.Level, default: :low
    field :mood, App.Feeling
    field :price, App.Price
    field :payload, App.Support.Ecto.Payload
    field :payload_atoms, App.Support.Ecto.Payload, keys_as_atoms: true
    field :counts, App.Counts
    field :code, App.PrefixedId, prefix: "usr_"
    field :other_code, App.PrefixedId, prefix: "org_"
    field :own_tag, App.OwnTag
    field :folded, App.Folded
    field :tags, App.Types.Tag
    field :ref, App.Ref
    field :secret, App.Encrypted.Binary
    field :secret_map, App.Encrypted.Map
    field :secret_hash, App.Hashed
    field :digest, Cloak.Ecto.SHA256
    field :library, Money.Ecto.Composite.Type
    field :plain, App.Packages.Version
    field :left_out, App.Packages.Version
    field :told, App.PrefixedId, prefix: System.get_env("PREFIX")
  end
end

defmodule App.Core.Owner do
  use Ecto.Schema

  @primary_key {:id, App.PrefixedId, prefix: "own_", autogenerate: true}
  schema "owners" do
    field :name, :string
    has_many :things, App.Core.Thing
    many_to_many :shared, App.Core.Thing, join_through: "owners_things"
  end
end

defmodule App.Core.Thing do
  use Ecto.Schema

  @primary_key {:id, Ecto.ULID, autogenerate: true}
  schema "things" do
    belongs_to :owner, App.Core.Owner, type: App.PrefixedId, prefix: "own_"
    field :version, App.Packages.Version
  end
end
