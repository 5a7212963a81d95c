defmodule Shop.Sales.Event do
  @moduledoc false
  use Ash.Resource,
    domain: Shop.Sales,
    data_layer: AshPostgres.DataLayer,
    extensions: [AshStateMachine, AshOban]

  postgres do
    table "events"
    repo Shop.Repo
    storage_types contacts: {:array, :map}

    references do
      reference :parent_event, on_delete: :nilify
    end

    check_constraints do
      check_constraint :ends_at, "ends_after_start",
        check: "ends_at > starts_at",
        message: "must be after the start"
    end
  end

  state_machine do
    initial_states [:draft]
    default_initial_state :draft

    transitions do
      transition :publish, from: :draft, to: :open
      transition :close, from: [:open], to: :closed
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]

    update :publish do
      accept []
      require_atomic? false
      change transition_state(:open)
    end

    update :close do
      change transition_state(:closed)
    end
  end

  attributes do
    uuid_primary_key :id

    attribute :title, :string do
      allow_nil? false
      public? true
      constraints max_length: 100
    end

    attribute :body, :string, allow_nil?: true, select_by_default?: false
    attribute :kind, :atom, constraints: [one_of: [:concert, :talk]]
    attribute :starts_at, :utc_datetime, public?: true
    attribute :ends_at, :utc_datetime, public?: true
    attribute :labels, {:array, :string}, default: []
    attribute :stages, {:array, :atom}, constraints: [items: [one_of: [:main, :side]]]
    attribute :opening, :keyword, constraints: [fields: [from: [type: :time], to: [type: :time]]]
    attribute :contacts, {:array, Shop.Types.Contact}, default: []

    timestamps(public?: true)
  end

  relationships do
    belongs_to :venue, Shop.Sales.Venue, attribute_type: :integer
    belongs_to :parent_event, Shop.Sales.Event
    has_many :parts, Shop.Sales.Event, destination_attribute: :parent_event_id
    has_many :tickets, Shop.Sales.Ticket

    has_many :valid_tickets, Shop.Sales.Ticket do
      filter expr(void == false)
    end

    has_many :notes, Shop.Sales.Note

    many_to_many :tags, Shop.Sales.Tag do
      through Shop.Sales.EventTag
      source_attribute_on_join_resource :event_id
      destination_attribute_on_join_resource :tag_id
    end
  end
end
