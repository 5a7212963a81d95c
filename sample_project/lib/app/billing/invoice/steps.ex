defmodule App.Billing.Invoice.Steps do
  @moduledoc """
  Functions that actions of `App.Billing.Invoice` call.

  They are the legacy code's, or were written into its changeset functions.
  """

  import Ecto.Changeset

  def maybe_put_change_status(changeset) do
    with %{valid?: true} = changeset <- changeset do
      changeset
      |> put_change(:status, :void)
      |> validate_required([:notes])
      |> validate_length(:notes, min: 10)
    end
  end
end
