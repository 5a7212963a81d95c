defmodule Shop.Types.Plan do
  @moduledoc false
  use Ash.Type.Enum, values: [free: "For a start", team: "For most"]
end
