defmodule App.Repo do
  @moduledoc """
  The one repo. The Ecto schemas and the Ash resources use it side by side.
  """

  use AshPostgres.Repo,
    otp_app: :app,
    warn_on_missing_ash_functions?: false

  # Ash needs to know of citext, or filters on such columns fail.
  @impl true
  def installed_extensions, do: ["citext", "btree_gist"]

  @impl true
  def min_pg_version, do: %Version{major: 13, minor: 0, patch: 0}

  # The Ecto migrations own the schema, extensions too. With Ash's default,
  # `mix ash.codegen` would write a migration for every extension named above.
  @impl true
  def migrate_extensions?, do: false
end
