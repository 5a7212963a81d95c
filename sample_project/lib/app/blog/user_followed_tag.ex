defmodule App.Blog.UserFollowedTag do
  use Ash.Resource,
    domain: App.Blog,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "users_followed_tags"
    repo App.Repo
    migrate? false

    references do
      reference :tag do
        on_delete :delete
      end

      reference :user do
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :user_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :tag_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end
  end

  relationships do
    belongs_to :user, App.Accounts.Resources.User do
      define_attribute? false
      public? true
    end

    belongs_to :tag, App.Blog.Tag do
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :user_id_tag_id, [:user_id, :tag_id]
  end
end
