defmodule App.Torture.Crowded do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "crowded"
    repo App.Repo
    migrate? false

    foreign_key_names [{false, "crowded_false_fkey"}]

    references do
      reference :author_id_2_author do
        name "crowded_Author-Id_fkey"
      end

      reference :a_b_author do
        name "crowded_a.b_fkey"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :author, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :author_id, :integer do
      public? true
    end

    attribute :author_author, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :as_id, :integer do
      public? true
    end

    attribute :calculations_id, :integer do
      public? true
    end

    attribute :fragment_id, :integer do
      public? true
    end

    attribute :not_id, :integer do
      public? true
    end

    attribute :nil_id, :integer do
      public? true
    end

    attribute :do_id, :integer do
      public? true
    end

    attribute :when_id, :integer do
      public? true
    end

    attribute false, :integer do
      public? true
    end

    attribute :author_id_2, :integer do
      source :"Author-Id"
      public? true
    end

    attribute :a_b, :integer do
      source :"a.b"
      public? true
    end
  end

  relationships do
    belongs_to :author_record, App.Torture.Author do
      source_attribute :author_id
      define_attribute? false
      public? true
    end

    belongs_to :as_, App.Torture.Author do
      source_attribute :as_id
      define_attribute? false
      public? true
    end

    belongs_to :calculations_, App.Torture.Author do
      source_attribute :calculations_id
      define_attribute? false
      public? true
    end

    belongs_to :fragment_, App.Torture.Author do
      source_attribute :fragment_id
      define_attribute? false
      public? true
    end

    belongs_to :not_, App.Torture.Author do
      source_attribute :not_id
      define_attribute? false
      public? true
    end

    belongs_to :nil_author, App.Torture.Author do
      source_attribute :nil_id
      define_attribute? false
      public? true
    end

    belongs_to :do, App.Torture.Author do
      define_attribute? false
      public? true
    end

    belongs_to :when, App.Torture.Author do
      define_attribute? false
      public? true
    end

    belongs_to :author_id_2_author, App.Torture.Author do
      source_attribute :author_id_2
      define_attribute? false
      public? true
    end

    belongs_to :a_b_author, App.Torture.Author do
      source_attribute :a_b
      define_attribute? false
      public? true
    end
  end
end
