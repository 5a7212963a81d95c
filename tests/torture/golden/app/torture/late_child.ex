defmodule App.Torture.LateChild do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "late_children"
    repo App.Repo
    migrate? false

    references do
      reference :deferred do
        deferrable :initially
      end

      reference :immediate do
        deferrable true
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :immediate_id, :integer do
      public? true
    end

    attribute :deferred_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :immediate, App.Torture.Author do
      define_attribute? false
      public? true
    end

    belongs_to :deferred, App.Torture.Author do
      define_attribute? false
      public? true
    end
  end
end
