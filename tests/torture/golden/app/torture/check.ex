defmodule App.Torture.Check do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "checks"
    repo App.Repo
    migrate? false

    check_constraints do
      check_constraint :settings, "checks_settings_check" do
        message "is invalid"
      end

      check_constraint [:low, :high, :middle], "in_order" do
        message "is invalid"
      end

      check_constraint :state, "known_state" do
        message "is invalid"
      end

      check_constraint :low, "low_again" do
        message "is invalid"
      end

      check_constraint :low, "low_positive" do
        message "is invalid"
      end

      check_constraint :id, "no_column" do
        message "is invalid"
      end

      check_constraint :name, "not \"blank\" \#{name}" do
        message "is invalid"
      end

      check_constraint :high, "not_valid_yet" do
        message "is invalid"
      end

      check_constraint [:count, :few], "positive_check" do
        message "is invalid"
      end

      check_constraint :code, "required_code_check" do
        message "is invalid"
      end

      check_constraint :few, "small \#{x}" do
        message "is invalid"
      end

      check_constraint :id, "whole_row" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :low, :integer do
      allow_nil? false
      public? true
    end

    attribute :high, :integer do
      allow_nil? false
      public? true
    end

    attribute :middle, :integer do
      public? true
    end

    attribute :state, :string do
      allow_nil? false
      public? true
      constraints max_length: 10, trim?: false, allow_empty?: true
    end

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :count, App.Types.Positive do
      public? true
    end

    attribute :few, App.Types.SmallPositive do
      public? true
    end

    attribute :code, App.Types.RequiredCode do
      allow_nil? false
      public? true
    end

    attribute :settings, :map do
      allow_nil? false
      public? true
    end
  end
end
