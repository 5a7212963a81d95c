defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Member
    resource App.Core.Team
  end
end

defmodule App.Core.Member do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "members"
    repo App.Repo
    migrate? false

    identity_index_names team_id_room: "one_per_room"

    unique_index_names [
      # members_lower_idx: lower(handle)
      {[:handle], "members_lower_idx", "is taken"},
      {[:email], "members_pkey"},
      {[:room], "one_per_room", "is full"}
    ]

    exclusion_constraint_names [{:room, "members_room_excl", "is in use"}]

    foreign_key_names [{:inviter, "fk_inviter", "is gone"}]

    check_constraints do
      check_constraint :until, "members_in_time" do
        message "ends before it starts"
      end

      check_constraint :share, "share_check" do
        message "is more than all"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :team_id, :integer do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :invited_by, :integer do
      public? true
    end

    attribute :email, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :handle, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :share, App.Types.Share do
      public? true
    end

    attribute :since, :integer do
      public? true
    end

    attribute :until, :integer do
      public? true
    end

    attribute :room, App.Types.Int4 do
      public? true
    end
  end

  relationships do
    belongs_to :team, App.Core.Team do
      define_attribute? false
      public? true
    end

    belongs_to :inviter, App.Core.Team do
      source_attribute :invited_by
      define_attribute? false
      public? true
    end
  end

  identities do
    identity :email_handle, [:email, :handle] do
      field_names [:base]
      message "is both taken"
    end

    identity :team_id_room, [:team_id, :room]
  end
end

defmodule App.Core.Team do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "teams"
    repo App.Repo
    migrate? false

    identity_index_names slug: "teams_Slug_index"

    foreign_key_names [
      {:invited, "fk_inviter", "is still associated with this entry"},
      {:id, "members_team_id_fkey", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :slug, :string do
      source :Slug
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :members, App.Core.Member do
      public? true
    end

    has_many :inviter_members, App.Core.Member do
      destination_attribute :invited_by
      public? true
    end
  end

  identities do
    identity :slug, [:slug] do
      message "is somebody's"
    end

    identity :name, [:name] do
      message "is a team already"
    end
  end
end

defmodule App.Types.Share do
  @moduledoc "The domain `share` over `numeric`."
  use Ash.Type.NewType, subtype_of: :decimal

  # Ash.Type.NewType refuses nil in an array even with `nil_items?: true`.
  @impl true
  def apply_constraints_array(values, constraints) do
    with {:ok, _values} <- super(Enum.reject(values, &is_nil/1), constraints), do: {:ok, values}
  end

  @impl true
  def apply_atomic_constraints_array(values, constraints) do
    with {:ok, _values} <- super(Enum.reject(List.wrap(values), &is_nil/1), constraints),
         do: {:ok, values}
  end
end

# legacy-message lib/app.ex:19: The text "are still in it" on members_team_id_fkey is a matter of actions: Ash says "would leave records behind" for a key of that name, whatever a resource registers.
# legacy-message lib/app.ex:24: unique_constraint says "is another's" at name on teams_name_index, but lib/app.ex:17 says "is a team already" at name: a resource has one text, the first.
# legacy-message lib/app.ex:54: The text "is no team" on members_team_id_fkey is a matter of actions: Ash says "does not exist" for a key of that name, whatever a resource registers.
# no-relationship teams: The Ecto schema's has_one invited (lib/app.ex:11) is the has_many inviter_members: nothing makes members.invited_by unique, so that there may be several rows.
