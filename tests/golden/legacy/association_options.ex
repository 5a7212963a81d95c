defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Item
    resource App.Core.List
    resource App.Core.ListTag
    resource App.Core.Tag
  end
end

defmodule App.Core.Item do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "items"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :list_id, :integer do
      public? true
    end

    attribute :state, App.Types.ItemState do
      allow_nil? false
      public? true
    end

    attribute :rank, :integer do
      public? true
    end

    attribute :position, :integer do
      source :place
      public? true
    end

    attribute :done_at, :utc_datetime do
      public? true
    end

    attribute :public, :boolean do
      allow_nil? false
      public? true
      default false
    end

    attribute :parent_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :list, App.Core.List do
      define_attribute? false
      public? true
    end

    belongs_to :parent, App.Core.Item do
      define_attribute? false
      public? true
    end

    has_many :children, App.Core.Item do
      destination_attribute :parent_id
      public? true
    end

    belongs_to :public_parent, App.Core.Item do
      source_attribute :parent_id
      define_attribute? false
      filter expr(public == true)
      public? true
    end
  end
end

defmodule App.Core.List do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "lists"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:id, "items_list_id_fkey", "would leave records behind"},
      {:id, "lists_tags_list_id_fkey", "are still associated with this entry"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :items, App.Core.Item do
      sort rank: :desc_nils_last, position: :asc
      public? true
    end

    many_to_many :tags, App.Core.Tag do
      through App.Core.ListTag
      sort label: :asc
      public? true
    end

    has_many :open_items, App.Core.Item do
      filter expr(state == :open)
      sort position: :asc
      public? true
    end

    has_many :todo, App.Core.Item do
      filter expr(is_nil(done_at) and state in [:open, :late])
      public? true
    end

    has_many :done, App.Core.Item do
      filter expr(not is_nil(done_at) and rank == 0)
      public? true
    end

    has_one :first_item, App.Core.Item do
      filter expr(rank == 1)
      public? true
    end

    many_to_many :shown_tags, App.Core.Tag do
      through App.Core.ListTag
      filter expr(hidden == false)
      public? true
    end
  end
end

defmodule App.Core.ListTag do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "lists_tags"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :list_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :tag_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :list, App.Core.List do
      define_attribute? false
      public? true
    end

    belongs_to :tag, App.Core.Tag do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Tag do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "tags"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "lists_tags_tag_id_fkey", "are still associated with this entry"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :label, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :hidden, :boolean do
      allow_nil? false
      public? true
    end
  end

  relationships do
    many_to_many :lists, App.Core.List do
      through App.Core.ListTag
      public? true
    end
  end
end

defmodule App.Types.ItemState do
  use Ash.Type.Enum, values: [:open, :late, :done]

  # Nothing keeps the column to these values: others are read as they are stored.
  @impl true
  def cast_stored(value, _constraints) do
    {:ok, Enum.find(values(), value, &(to_string(&1) == value))}
  end

  defoverridable cast_atomic: 2, apply_atomic_constraints: 2

  # PostgreSQL itself refuses a label that the type does not have; text functions don't know it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: super(value, constraints)
  end

  @impl true
  def apply_atomic_constraints(value, constraints) do
    if Ash.Expr.expr?(value), do: {:ok, value}, else: apply_constraints(value, constraints)
  end
end

# no-relationship lists: The Ecto schema's has_many unknown (lib/app.ex:12) is over only some rows, by a condition that has no form in the attribute's type.
