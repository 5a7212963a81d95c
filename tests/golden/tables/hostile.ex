defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Etc
    resource App.Core.UX
  end
end

defmodule App.Core.Etc do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "../../etc"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :new_line, :string do
      source :"new\nline"
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.UX do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "u\#{x}"
    repo App.Repo
    migrate? false

    check_constraints do
      check_constraint :id, "c\#{d}" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :q_system_halt, :string do
      source :"q\#{System.halt()}"
      public? true
      default "v\#{w}"
      constraints trim?: false, allow_empty?: true
    end
  end
end
