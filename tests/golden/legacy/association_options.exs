defmodule App.Core.List do
  use Ecto.Schema

  schema "lists" do
    field :name, :string
    has_many :items, App.Core.Item, preload_order: [desc_nulls_last: :rank, asc: :position]
    has_many :open_items, App.Core.Item, where: [state: :open], preload_order: [:position]
    has_many :todo, App.Core.Item, where: [done_at: nil, state: {:in, [:open, :late]}]
    has_many :done, App.Core.Item, where: [done_at: {:not, nil}, rank: 0]
    has_one :first_item, App.Core.Item, where: [rank: 1]
    has_many :long, App.Core.Item, where: [state: {:fragment, "length(?) > 4"}]
    has_many :unknown, App.Core.Item, where: [state: :gone]
    many_to_many :tags, App.Core.Tag, join_through: "lists_tags", preload_order: [asc: :label]
    many_to_many :shown_tags, App.Core.Tag, join_through: "lists_tags", where: [hidden: false]
    has_many :children, through: [:items, :children]
  end
end

defmodule App.Core.Item do
  use Ecto.Schema

  schema "items" do
    field :state, Ecto.Enum, values: [:open, :late, :done]
    field :rank, :integer
    field :position, :integer, source: :place
    field :done_at, :utc_datetime
    field :public, :boolean
    belongs_to :list, App.Core.List
    belongs_to :public_parent, __MODULE__, foreign_key: :parent_id, where: [public: true]
    has_many :children, __MODULE__, foreign_key: :parent_id
  end
end

defmodule App.Core.Tag do
  use Ecto.Schema

  schema "tags" do
    field :label, :string
    field :hidden, :boolean
  end
end
