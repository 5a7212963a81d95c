defmodule Legacy.Blog.Comment do
  use Ecto.Schema
  import Ecto.Changeset

  schema "comments" do
    field :body, :string

    field :state, Ecto.Enum,
      values: [visible: "visible", hidden: "hidden", awaiting_review: "awaiting review"],
      default: :visible

    field :depth, :integer, default: 0
    field :author_ip, Legacy.Types.Inet
    field :edited_at, :naive_datetime_usec

    belongs_to :post, Legacy.Blog.Post, type: :binary_id
    belongs_to :author, App.Accounts.User
    belongs_to :parent, __MODULE__
    has_many :replies, __MODULE__, foreign_key: :parent_id

    timestamps()
  end

  def changeset(comment, attrs) do
    comment
    |> cast(attrs, [:body, :author_ip])
    |> validate_required([:body, :post_id])
    |> check_constraint(:depth, name: :comments_depth_check, message: "is too deep")
    |> foreign_key_constraint(:post_id)
    |> foreign_key_constraint(:parent_id)
  end
end
