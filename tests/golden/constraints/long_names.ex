defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.OrganisationMonthlyStatisticsByDepartment
  end
end

defmodule App.Core.OrganisationMonthlyStatisticsByDepartment do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "organisation_monthly_statistics_by_department"
    repo App.Repo
    migrate? false

    identity_index_names organisation_monthly_statistics_by_department_period_unique_idx:
                           "organisation_monthly_statistics_by_department_period_unique_idx"
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :organisation_reference, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :department_reference, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :period, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :organisation_monthly_statistics_by_department_period_unique_idx,
             [:organisation_reference, :department_reference, :period]
  end
end
