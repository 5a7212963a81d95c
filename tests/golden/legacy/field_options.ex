defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Doc
  end
end

defmodule App.Core.Doc do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "docs"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [
      :read,
      :destroy,
      create: [:*, :secret_key],
      update: [:number, :body, :reviewed, :secret_key, :position, :parent_id]
    ]
  end

  attributes do
    integer_primary_key :id

    attribute :slug, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :number, :integer do
      allow_nil? false
      public? true
      generated? true
    end

    attribute :body, :binary do
      public? true
      select_by_default? false
    end

    attribute :owner, :string do
      allow_nil? false
      public? true
      generated? true
      writable? false
      constraints trim?: false, allow_empty?: true
    end

    attribute :reviewed, :boolean do
      allow_nil? false
      public? true
      default false
    end

    attribute :secret_key, :string do
      allow_nil? false
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :position, :integer do
      public? true
    end

    attribute :parent_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :parent, App.Core.Doc do
      define_attribute? false
      public? true
    end

    has_many :children, App.Core.Doc do
      destination_attribute :parent_id
      public? true
    end
  end
end

# trigger docs: The trigger num may change a row before insert: a record may not show what was stored.
