defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.WeirdName
  end
end

defmodule App.Core.WeirdName do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "weirdNames"
    repo App.Repo
    migrate? false
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :published_at, AshPostgres.TimestamptzUsec do
      source :publishedAt
      public? true
    end

    attribute :weird_col_2, :string do
      source :"weird-col"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :html_body, :string do
      source :HTMLBody
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :n2nd, :integer do
      source :"2nd"
      public? true
    end

    attribute :a_b, :string do
      source :"a.b"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :as_, :string do
      source :as
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :and_, :string do
      source :and
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :calculations_, :string do
      source :calculations
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :grosse, :string do
      source :größe
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u65e5_672c, :string do
      source :日本
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :active?, :boolean do
      public? true
    end

    attribute :in, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :end, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute false, :boolean do
      public? true
    end

    attribute true, :boolean do
      public? true
    end

    attribute :weird_col, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :weird_col_3, :string do
      source :"Weird Col"
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

# name-unsupported weirdNames.nil: Ecto can't say a column of this name, so it has no attribute.
# name-unsupported weirdNames.with"quote: Ecto can't say a column of this name, so it has no attribute.
# name-changed weirdNames.Weird Col: Its attribute is weird_col_3, because another has the plain name.
# name-changed weirdNames.weird-col: Its attribute is weird_col_2, because another has the plain name.
