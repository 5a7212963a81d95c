defmodule App.Torture.Fine do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "fines"
    repo App.Repo
    migrate? false

    references do
      reference :loan do
        name "FK_fines\#{loans}"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :loan_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :loan, App.Torture.Loan do
      define_attribute? false
      public? true
    end
  end
end
