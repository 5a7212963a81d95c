defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Note
  end
end

defmodule App.Core.Note do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "notes"
    repo App.Repo
    migrate? false
  end

  resource do
    description """
    What people say.
    On "two" lines, \#{System.halt()} and \"\"\".\
    """
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :body, :string do
      description "A very long comment that does not fit on one line of ninety-eight columns, which is as much as the formatter has."
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
