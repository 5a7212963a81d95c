defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.AllowedChange
    resource App.Core.State
    resource App.Core.StateChange
  end
end

defmodule App.Core.AllowedChange do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "allowed_changes"
    repo App.Repo
    migrate? false

    references do
      reference :next_state_state do
        name "states_next_fkey"
      end

      reference :prior_state_state do
        name "states_prior_fkey"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :prior_state, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :next_state, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :prior_state_state, App.Core.State do
      source_attribute :prior_state
      destination_attribute :name
      define_attribute? false
      public? true
    end

    belongs_to :next_state_state, App.Core.State do
      source_attribute :next_state
      destination_attribute :name
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.State do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "states"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:name, "states_next_fkey", "would leave records behind"},
      {:name, "states_prior_fkey", "would leave records behind"},
      {:name, "states_state_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :name, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :prior_state_state_changes, App.Core.StateChange do
      source_attribute :name
      destination_attribute :prior_state
      public? true
    end

    has_many :state_state_changes, App.Core.StateChange do
      source_attribute :name
      destination_attribute :state
      public? true
    end

    many_to_many :prior_state_states, App.Core.State do
      through App.Core.AllowedChange
      source_attribute_on_join_resource :next_state
      destination_attribute_on_join_resource :prior_state
      source_attribute :name
      destination_attribute :name
      public? true
    end

    many_to_many :next_state_states, App.Core.State do
      through App.Core.AllowedChange
      source_attribute_on_join_resource :prior_state
      destination_attribute_on_join_resource :next_state
      source_attribute :name
      destination_attribute :name
      public? true
    end
  end
end

defmodule App.Core.StateChange do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "state_changes"
    repo App.Repo
    migrate? false

    references do
      reference :prior_state_state do
        name "states_prior_fkey"
      end

      reference :state_state do
        name "states_state_fkey"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :prior_state, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :state, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :prior_state_state, App.Core.State do
      source_attribute :prior_state
      destination_attribute :name
      define_attribute? false
      public? true
    end

    belongs_to :state_state, App.Core.State do
      source_attribute :state
      destination_attribute :name
      define_attribute? false
      public? true
    end
  end
end
