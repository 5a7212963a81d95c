defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Account
  end
end

defmodule App.Core.Account do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "accounts"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [
      :read,
      :destroy,
      create: [:*, :hashed_password, :otp_secret],
      update: [:*, :hashed_password, :otp_secret]
    ]
  end

  attributes do
    integer_primary_key :id

    attribute :hashed_password, :string do
      allow_nil? false
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :reset_token, :binary do
      sensitive? true
    end

    attribute :api_key, :string do
      allow_nil? false
      sensitive? true
      default ""
      constraints trim?: false, allow_empty?: true
    end

    attribute :ssn, :string do
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :otp_secret, :string do
      source :otpSecret
      allow_nil? false
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :public_key, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :sort_key, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :key, :string do
      sensitive? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :token_count, :integer do
      public? true
    end

    attribute :password_changed_at, AshPostgres.TimestamptzUsec do
      public? true
    end

    attribute :token_type, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end
