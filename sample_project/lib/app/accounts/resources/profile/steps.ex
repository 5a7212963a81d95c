defmodule App.Accounts.Resources.Profile.Steps do
  @moduledoc """
  Functions that actions of `App.Accounts.Resources.Profile` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def link_changeset(link, attrs) do
    link
    |> cast(attrs, [:label, :url])
    |> validate_required([:url])
    |> validate_format(:url, ~r{^https?://})
  end
end
