defmodule App.User do
  use Ecto.Schema

  schema "users" do
    field :name, :string
    field :code, :string
    has_many :articles, App.Post, foreign_key: :writer_id
    has_many :notes, App.Note
  end
end

defmodule App.Post do
  use Ecto.Schema

  schema "posts" do
    field :title, :string
    belongs_to :writer, App.User
    belongs_to :editor, App.User
    # Only some of the rows: no relationship.
    belongs_to :subject, App.User, where: [name: "x"]
    # The two can't be compared.
    belongs_to :coder, App.User, foreign_key: :code, references: :code, type: :integer
    # There is no such column.
    belongs_to :nobody, App.User
    many_to_many :tags, App.Tag, join_through: "posts_tags"
  end
end

defmodule App.Note do
  use Ecto.Schema

  schema "notes" do
    field :user_id, :integer
  end
end

defmodule App.Tag do
  use Ecto.Schema

  schema "tags" do
    field :name, :string
    many_to_many :posts, App.Post, join_through: "posts_tags"
  end
end

defmodule App.Recent do
  use Ecto.Schema

  schema "recent" do
    belongs_to :writer, App.User
  end
end
