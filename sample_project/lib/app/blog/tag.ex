defmodule App.Blog.Tag do
  use Ash.Resource,
    domain: App.Blog,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Blog.Tag.Actions]

  postgres do
    table "tags"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :ci_string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    create_timestamp :inserted_at do
      type :utc_datetime
      public? true
    end
  end

  relationships do
    many_to_many :posts, App.Blog.Post do
      through App.Blog.PostTag
      public? true
    end

    many_to_many :followers, App.Accounts.Resources.User do
      through App.Blog.UserFollowedTag
      public? true
    end
  end

  identities do
    identity :name, [:name] do
      message "is a tag already"
    end
  end
end
