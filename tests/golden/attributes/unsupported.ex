defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Payment
  end
end

defmodule App.Core.Payment do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "payments"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, update: :*]
  end

  attributes do
    integer_primary_key :id
  end
end

# no-create payments: It has no create action: amount must have a value but has no attribute.
# column-unsupported payments.amount: The column has no attribute: Postgrex can't read it.
# column-unsupported payments.note: The column has no attribute: Postgrex can't read it.
# column-unsupported payments.query: The column has no attribute: Postgrex can't read it.
