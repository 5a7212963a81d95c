defmodule App.Torture.HashedChild do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "hashed_children"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:hashed_id, "hashed_children_hashed_id_fkey1"},
      {:hashed_id, "hashed_children_hashed_id_fkey2"},
      {:hashed_id, "hashed_children_hashed_id_fkey_1"},
      {:hashed_id, "hashed_children_hashed_id_fkey_2"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :hashed_id, :uuid do
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :hashed, App.Torture.Hashed do
      define_attribute? false
      public? true
    end
  end
end
