defmodule App.Blog.Comment do
  use Ash.Resource,
    domain: App.Blog,
    data_layer: AshPostgres.DataLayer,
    fragments: [App.Blog.Comment.Actions]

  postgres do
    table "comments"
    repo App.Repo
    migrate? false

    references do
      reference :author do
        on_delete :nilify
      end

      reference :post do
        on_delete :delete
      end
    end

    check_constraints do
      check_constraint :depth, "comments_depth_check" do
        message "is too deep"
      end
    end
  end

  actions do
    defaults [:read, :destroy]
  end

  attributes do
    integer_primary_key :id

    attribute :post_id, :uuid do
      allow_nil? false
      public? true
    end

    attribute :author_id, :integer do
      public? true
    end

    attribute :parent_id, :integer do
      public? true
    end

    attribute :body, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :state, App.Types.CommentState do
      allow_nil? false
      public? true
      default :visible
    end

    attribute :depth, :integer do
      allow_nil? false
      public? true
      default 0
    end

    attribute :author_ip, App.Types.LegacyInet do
      public? true
    end

    attribute :edited_at, App.Types.NaiveDatetimeUsec do
      public? true
    end

    create_timestamp :inserted_at do
      type :naive_datetime
      public? true
    end

    update_timestamp :updated_at do
      type :naive_datetime
      public? true
    end
  end

  relationships do
    belongs_to :post, App.Blog.Post do
      define_attribute? false
      public? true
    end

    belongs_to :author, App.Accounts.Resources.User do
      define_attribute? false
      public? true
    end

    belongs_to :parent, App.Blog.Comment do
      define_attribute? false
      public? true
    end

    has_many :replies, App.Blog.Comment do
      destination_attribute :parent_id
      public? true
    end
  end
end
