defmodule App.Plain do
  use Ecto.Schema

  schema "plain" do
    timestamps(inserted_at: :created_on, updated_at: :changed_on)
  end
end

defmodule App.Usec do
  use Ecto.Schema

  @timestamps_opts [type: :naive_datetime_usec]
  schema "usec" do
    timestamps(inserted_at: :made_at, inserted_at_source: :made)
  end
end

defmodule App.Zoned do
  use Ecto.Schema

  schema "zoned" do
    timestamps(type: :utc_datetime)
  end
end

defmodule App.Loose do
  use Ecto.Schema

  schema "loose" do
    timestamps(type: :utc_datetime_usec)
  end
end

defmodule App.Once do
  use Ecto.Schema

  schema "once" do
    timestamps(updated_at: false)
  end
end

defmodule App.Filled do
  use Ecto.Schema

  schema "filled" do
    timestamps(type: :utc_datetime_usec)
  end
end
