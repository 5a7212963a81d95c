defmodule App.Accounts.Resources.User do
  use Ash.Resource,
    domain: App.Accounts.Domain,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Accounts.Resources.User.Actions]

  postgres do
    table "users"
    repo App.Repo
    migrate? false

    # users_lower_handle_index: lower((handle)::text)
    unique_index_names [{[:handle], "users_lower_handle_index", "is somebody else's"}]

    foreign_key_names [
      {:id, "customers_user_id_fkey", "would leave records behind"},
      {:id, "fk_rails_096f646983", "are still associated with this entry"},
      {:id, "fk_rails_9651e4a339", "are still associated with this entry"},
      {:id, "posts_author_id_fkey", "would leave records behind"}
    ]

    check_constraints do
      check_constraint :role, "users_role_check" do
        message "is no role"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: [:*, :hashed_password], update: [:*, :hashed_password]]
  end

  attributes do
    integer_primary_key :id

    attribute :email, :ci_string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :hashed_password, :string do
      allow_nil? false
      sensitive? true
      constraints max_length: 255, trim?: false, allow_empty?: true
    end

    attribute :confirmed_at, :utc_datetime do
      public? true
    end

    create_timestamp :inserted_at do
      type :utc_datetime
      public? true
    end

    update_timestamp :updated_at do
      type :utc_datetime
      public? true
    end

    attribute :handle, :string do
      public? true
      constraints max_length: 39, trim?: false, allow_empty?: true
    end

    attribute :role, App.Types.UserRole do
      allow_nil? false
      public? true
      default :member
    end

    attribute :last_sign_in_at, AshPostgres.TimestamptzUsec do
      public? true
    end

    attribute :last_sign_in_ip, App.Types.LegacyInet do
      public? true
    end
  end

  relationships do
    has_many :entries, App.Billing.LedgerEntry do
      destination_attribute :recorded_by_id
      public? true
    end

    has_many :comments, App.Blog.Comment do
      destination_attribute :author_id
      public? true
    end

    has_many :coupons, App.Billing.Coupon do
      destination_attribute :created_by_id
      public? true
    end

    has_one :customer, App.Billing.Customer do
      public? true
    end

    has_many :login_attempts, App.Accounts.Resources.LoginAttempt do
      public? true
    end

    has_many :posts, App.Blog.Post do
      destination_attribute :author_id
      public? true
    end

    has_many :reviews, App.Blog.Post do
      destination_attribute :reviewer_id
      public? true
    end

    has_one :profile, App.Accounts.Resources.Profile do
      public? true
    end

    has_many :tokens, App.Accounts.Resources.UserToken do
      public? true
    end

    many_to_many :followed_tags, App.Blog.Tag do
      through App.Blog.UserFollowedTag
      public? true
    end
  end

  identities do
    identity :email, [:email]
  end
end
