defmodule Shop.Types.Address do
  @moduledoc "Where a venue is."
  use Ash.Resource, data_layer: :embedded

  attributes do
    attribute :street, :string, public?: true
    attribute :city, :string, allow_nil?: false, public?: true
  end
end
