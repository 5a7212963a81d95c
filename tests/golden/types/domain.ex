defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Person
  end
end

defmodule App.Core.Person do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "people"
    repo App.Repo
    migrate? false

    check_constraints do
      check_constraint [:private, :work, :emails], "email_check" do
        message "is invalid"
      end

      check_constraint :tags, "tags_check" do
        message "is invalid"
      end

      check_constraint :work, "work_email_check" do
        message "is invalid"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :private, App.Types.Email do
      public? true
      default "a@b"
    end

    attribute :work, App.Types.WorkEmail do
      allow_nil? false
      public? true
    end

    attribute :size, App.Types.Small do
      public? true
    end

    attribute :tags, {:array, :string} do
      public? true
      constraints nil_items?: true, items: [trim?: false, allow_empty?: true]
    end

    attribute :emails, {:array, App.Types.Email} do
      public? true
      constraints nil_items?: true
    end
  end
end

defmodule App.Types.Email do
  @moduledoc "The domain `email` over `varchar`."
  use Ash.Type.NewType,
    subtype_of: :string,
    constraints: [max_length: 200, trim?: false, allow_empty?: true]

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

defmodule App.Types.Small do
  @moduledoc "The domain `small` over `int2`."
  use Ash.Type.NewType, subtype_of: :integer

  @impl true
  def storage_type(_constraints), do: :int2

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

defmodule App.Types.WorkEmail do
  @moduledoc "The domain `work_email` over `varchar`."
  use Ash.Type.NewType,
    subtype_of: :string,
    constraints: [max_length: 200, trim?: false, allow_empty?: true]

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
