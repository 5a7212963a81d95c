defmodule App.Torture.AuthorProfile do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "author_profiles"
    repo App.Repo
    migrate? false

    references do
      reference :author do
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :author_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :biography, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    belongs_to :author, App.Torture.Author do
      define_attribute? false
      public? true
    end
  end
end
