defmodule App.Blog.PostTag do
  use Ash.Resource,
    domain: App.Blog,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "posts_tags"
    repo App.Repo
    migrate? false

    references do
      reference :post do
        on_delete :delete
      end

      reference :tag do
        on_delete :delete
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :post_id, :uuid do
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
    belongs_to :post, App.Blog.Post do
      define_attribute? false
      public? true
    end

    belongs_to :tag, App.Blog.Tag do
      define_attribute? false
      public? true
    end
  end
end
