defmodule App.KeyedByType do
  use Ecto.Schema

  @primary_key {:id, UUIDv7, autogenerate: true}
  schema "keyed_by_type" do
    field :ref, UUIDv7, autogenerate: true
  end
end

defmodule App.KeyedByOption do
  use Ecto.Schema

  @primary_key {:id, Uniq.UUID, version: 7, autogenerate: true}
  schema "keyed_by_option" do
  end
end

defmodule App.KeyedByFunction do
  use Ecto.Schema

  @primary_key {:id, :binary_id, autogenerate: {UUIDv7, :generate, []}}
  schema "keyed_by_function" do
    field :other, Uniq.UUID, version: 6, autogenerate: true
  end
end

defmodule App.KeyedByUlid do
  use Ecto.Schema

  @primary_key {:id, Ecto.ULID, autogenerate: true}
  schema "keyed_by_ulid" do
  end
end

defmodule App.KeyedByEcto do
  use Ecto.Schema

  @primary_key {:id, Ecto.UUID, autogenerate: [version: 7]}
  schema "keyed_by_ecto" do
  end
end

defmodule App.KeyedAtRandom do
  use Ecto.Schema

  @primary_key {:id, Uniq.UUID, autogenerate: true}
  schema "keyed_at_random" do
  end
end

defmodule App.Avatar do
  use Waffle.Definition
  use Waffle.Ecto.Definition
end

import EctoEnum
defenum(App.Mood, :mood, [:sad, :happy])
defenum(App.Level, low: 0, high: 1)

defmodule App.User do
  use Ecto.Schema
  use Pow.Ecto.Schema
  use Pow.Extension.Ecto.Schema, extensions: [PowEmailConfirmation]

  schema "users" do
    field :level, App.Level
    field :mood, App.Mood
    field :moods, {:array, App.Mood}
    field :state, Ecto.Enum, values: Keyword.keys(Enum.with_index(~w[open closed]a))
    field :ip, EctoNetwork.INET
    field :avatar, App.Avatar.Type
    pow_user_fields()
  end
end
