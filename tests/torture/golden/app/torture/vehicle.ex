defmodule App.Torture.Vehicle do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "vehicles"
    repo App.Repo
    migrate? false

    check_constraints do
      check_constraint :name, "vehicles_only_here" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
