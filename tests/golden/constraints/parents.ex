defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.A
    resource App.Core.B
    resource App.Core.C
    resource App.Core.D
  end
end

defmodule App.Core.A do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "a"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "d_c_id_fkey", "would leave records behind"}]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id
  end

  relationships do
    has_many :bs, App.Core.B do
      public? true
    end

    has_many :ds, App.Core.D do
      public? true
    end
  end
end

defmodule App.Core.B do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "b"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "d_c_id_fkey", "would leave records behind"}]

    references do
      reference :a do
        on_delete :delete
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
  end

  relationships do
    belongs_to :a, App.Core.A do
      define_attribute? false
      public? true
    end

    has_many :cs, App.Core.C do
      public? true
    end
  end
end

defmodule App.Core.C do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "c"
    repo App.Repo
    migrate? false

    foreign_key_names [{:id, "d_c_id_fkey", "would leave records behind"}]

    references do
      reference :b do
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :b_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :b, App.Core.B do
      define_attribute? false
      public? true
    end

    has_many :ds, App.Core.D do
      public? true
    end
  end
end

defmodule App.Core.D do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "d"
    repo App.Repo
    migrate? false

    references do
      reference :a do
        on_delete :nilify
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :c_id, :integer do
      public? true
    end

    attribute :a_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :c, App.Core.C do
      define_attribute? false
      public? true
    end

    belongs_to :a, App.Core.A do
      define_attribute? false
      public? true
    end
  end
end
