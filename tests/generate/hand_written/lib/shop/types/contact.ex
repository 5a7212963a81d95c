defmodule Shop.Types.Contact do
  @moduledoc "Whom to call."
  use Ash.Type.NewType,
    subtype_of: :map,
    constraints: [fields: [name: [type: :string], phone: [type: :string]]]
end
