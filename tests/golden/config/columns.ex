defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.User
  end
end

defmodule App.Core.User do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :email, :string do
      source :mail
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :password, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :data, :map do
      public? true
    end

    attribute :ratio, App.Types.Float do
      public? true
    end

    attribute :age, :integer do
      public? true
      constraints min: -32768, max: 32767
    end

    attribute :nick, :string do
      public? true
      constraints trim?: false, allow_empty?: true, max_length: 5, match: "x"
    end

    attribute :flags, {:array, App.Flag}
  end
end

# column-excluded users.junk: The configuration leaves the column out.
