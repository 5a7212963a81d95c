defmodule App.Core.Doc do
  use Ecto.Schema

  schema "docs" do
    field :slug, :string, writable: :insert
    field :number, :integer, read_after_writes: true
    field :body, :binary, load_in_query: false
    field :owner, :string, writable: :never
    field :reviewed, :boolean, read_after_writes: true
    field :secret_key, :string
    field :position, :integer
    belongs_to :parent, __MODULE__
    has_many :children, __MODULE__, foreign_key: :parent_id
  end
end
