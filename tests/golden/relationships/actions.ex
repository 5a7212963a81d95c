defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Child
    resource App.Core.Parent
  end
end

defmodule App.Core.Child do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "children"
    repo App.Repo
    migrate? false

    references do
      reference :a do
        on_delete :delete
      end

      reference :b do
        on_delete :restrict
      end

      reference :c do
        on_delete :nilify
      end

      reference :e do
        deferrable true
      end

      reference :f do
        deferrable :initially
      end

      reference :g do
        name "named"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :a_id, :integer do
      public? true
    end

    attribute :b_id, :integer do
      public? true
    end

    attribute :c_id, :integer do
      public? true
    end

    attribute :d_id, :integer do
      public? true
    end

    attribute :e_id, :integer do
      public? true
    end

    attribute :f_id, :integer do
      public? true
    end

    attribute :g_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :a, App.Core.Parent do
      define_attribute? false
      public? true
    end

    belongs_to :b, App.Core.Parent do
      define_attribute? false
      public? true
    end

    belongs_to :c, App.Core.Parent do
      define_attribute? false
      public? true
    end

    belongs_to :d, App.Core.Parent do
      define_attribute? false
      public? true
    end

    belongs_to :e, App.Core.Parent do
      define_attribute? false
      public? true
    end

    belongs_to :f, App.Core.Parent do
      define_attribute? false
      public? true
    end

    belongs_to :g, App.Core.Parent do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Parent do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "parents"
    repo App.Repo
    migrate? false

    identity_index_names name: "parents_name_key"

    foreign_key_names [
      {:id, "children_b_id_fkey", "would leave records behind"},
      {:id, "children_d_id_fkey", "would leave records behind"},
      {:id, "children_e_id_fkey", "would leave records behind"},
      {:id, "children_f_id_fkey", "would leave records behind"},
      {:id, "named", "would leave records behind"}
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
    has_many :a_children, App.Core.Child do
      destination_attribute :a_id
      public? true
    end

    has_many :b_children, App.Core.Child do
      destination_attribute :b_id
      public? true
    end

    has_many :c_children, App.Core.Child do
      destination_attribute :c_id
      public? true
    end

    has_many :d_children, App.Core.Child do
      destination_attribute :d_id
      public? true
    end

    has_many :e_children, App.Core.Child do
      destination_attribute :e_id
      public? true
    end

    has_many :f_children, App.Core.Child do
      destination_attribute :f_id
      public? true
    end

    has_many :g_children, App.Core.Child do
      destination_attribute :g_id
      public? true
    end
  end

  identities do
    identity :name, [:name]
  end
end

# deferred-constraint children.children_f_id_fkey: It is initially deferred: a violation fails at COMMIT, where Ash can't make a field error of it.
