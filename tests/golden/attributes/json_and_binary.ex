defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Document
  end
end

defmodule App.Core.Document do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "documents"
    repo App.Repo
    migrate? false

    check_constraints do
      check_constraint :object_k, "both_object" do
        message "is invalid"
      end

      check_constraint :object_too, "documents_objectToo_check" do
        message "is invalid"
      end

      check_constraint :object, "documents_object_check" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :anything, App.Types.Json do
      public? true
    end

    attribute :old, App.Types.Json do
      public? true
    end

    attribute :options, App.Types.Json do
      allow_nil? false
      public? true
      default %{}
    end

    attribute :tag_list, App.Types.Json do
      source :tagList
      public? true
      generated? true
    end

    attribute :object, :map do
      public? true
    end

    attribute :object_too, :map do
      source :objectToo
      public? true
    end

    attribute :object_k, App.Types.Json do
      public? true
    end

    attribute :content, :binary do
      public? true
    end

    attribute :active, :boolean do
      allow_nil? false
      public? true
      default true
    end
  end
end
