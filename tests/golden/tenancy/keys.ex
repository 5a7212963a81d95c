defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Board
    resource App.Core.Card
    resource App.Core.CardLabel
    resource App.Core.Comment
    resource App.Core.Counter
    resource App.Core.Label
    resource App.Core.Option
    resource App.Core.Organization
  end
end

defmodule App.Core.Board do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "boards"
    repo App.Repo
    migrate? false

    unique_index_names [{[:number], "boards_pkey"}]

    foreign_key_names [{:number, "cards_board_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    attribute :organization_id, :uuid do
      primary_key? true
      allow_nil? false
      public? true
      writable? false
    end

    attribute :number, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :title, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    has_many :cards, App.Core.Card do
      source_attribute :number
      destination_attribute :board_number
      filter expr(organization_id == parent(organization_id))
      public? true
    end
  end
end

defmodule App.Core.Card do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "cards"
    repo App.Repo
    migrate? false

    identity_index_names id: "cards_organization_id_id_key"

    foreign_key_names [{:id, "comments_about_fkey", "would leave records behind"}]

    references do
      reference :board do
        name "cards_board_fkey"
      end

      reference :parent do
        name "cards_parent_fkey"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    uuid_primary_key :id

    attribute :organization_id, :uuid do
      allow_nil? false
      public? true
      writable? false
    end

    attribute :board_number, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :parent_id, :uuid do
      public? true
    end

    attribute :title, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :board, App.Core.Board do
      source_attribute :board_number
      destination_attribute :number
      define_attribute? false
      filter expr(organization_id == parent(organization_id))
      public? true
    end

    belongs_to :parent, App.Core.Card do
      define_attribute? false
      public? true
    end

    has_many :children, App.Core.Card do
      destination_attribute :parent_id
      public? true
    end

    has_many :about_card_comments, App.Core.Comment do
      destination_attribute :about_card_id
      public? true
    end

    has_many :card_comments, App.Core.Comment do
      public? true
    end

    many_to_many :labels, App.Core.Label do
      through App.Core.CardLabel
      public? true
    end
  end

  identities do
    identity :id, [:id]
  end
end

defmodule App.Core.CardLabel do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "cards_labels"
    repo App.Repo
    migrate? false

    unique_index_names [{[:card_id, :label_id], "cards_labels_pkey"}]

    references do
      reference :card do
        name "cards_labels_card_fkey"
        on_delete :delete
      end

      reference :label do
        name "cards_labels_label_fkey"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    attribute :organization_id, :uuid do
      primary_key? true
      allow_nil? false
      public? true
      writable? false
    end

    attribute :card_id, :uuid do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :label_id, :uuid do
      primary_key? true
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :card, App.Core.Card do
      define_attribute? false
      public? true
    end

    belongs_to :label, App.Core.Label do
      define_attribute? false
      public? true
    end

    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Comment do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "comments"
    repo App.Repo
    migrate? false

    references do
      reference :about_card do
        name "comments_about_fkey"
      end

      reference :card do
        name "comments_card_fkey"
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    uuid_primary_key :id

    attribute :organization_id, :uuid do
      allow_nil? false
      public? true
      writable? false
    end

    attribute :card_id, :uuid do
      allow_nil? false
      public? true
    end

    attribute :about_card_id, :uuid do
      public? true
    end

    attribute :body, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :about_card, App.Core.Card do
      define_attribute? false
      public? true
    end

    belongs_to :card, App.Core.Card do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Counter do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "counters"
    repo App.Repo
    migrate? false

    check_constraints do
      check_constraint :last_number, "counters_last_number_check" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    attribute :organization_id, :uuid do
      primary_key? true
      allow_nil? false
      public? true
      writable? false
    end

    attribute :last_number, :integer do
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Label do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "labels"
    repo App.Repo
    migrate? false

    identity_index_names id: "labels_organization_id_id_key"

    foreign_key_names [{:id, "cards_labels_label_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    uuid_primary_key :id

    attribute :organization_id, :uuid do
      allow_nil? false
      public? true
      writable? false
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end

    many_to_many :cards, App.Core.Card do
      through App.Core.CardLabel
      public? true
    end
  end

  identities do
    identity :id, [:id]
  end
end

defmodule App.Core.Option do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "options"
    repo App.Repo
    migrate? false

    unique_index_names [{[:key], "options_pkey"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  multitenancy do
    strategy :attribute
    attribute :organization_id
  end

  attributes do
    attribute :organization_id, :uuid do
      primary_key? true
      allow_nil? false
      public? true
      writable? false
    end

    attribute :key, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :value, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :organization, App.Core.Organization do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Organization do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "organizations"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:id, "boards_organization_id_fkey", "would leave records behind"},
      {:id, "cards_labels_organization_id_fkey", "would leave records behind"},
      {:id, "counters_organization_id_fkey", "would leave records behind"},
      {:id, "labels_organization_id_fkey", "would leave records behind"},
      {:id, "options_organization_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    uuid_primary_key :id

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :boards, App.Core.Board do
      public? true
    end

    has_many :cards_labels, App.Core.CardLabel do
      public? true
    end

    has_one :counter, App.Core.Counter do
      public? true
    end

    has_many :labels, App.Core.Label do
      public? true
    end

    has_many :options, App.Core.Option do
      public? true
    end
  end
end

# tenant-needed organizations: Its relationships boards, cards_labels, counter, labels, options lead from a global table to rows of tenants: without a tenant a load fails, and a filter or `exists` sees the rows of all tenants.
