defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Account
    resource App.Core.Invoice
    resource App.Core.Payment
  end
end

defmodule App.Core.Account do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "accounts"
    schema "public"
    repo App.Repo

    foreign_key_names [
      {:id, "invoices_account_id_fkey", "would leave records behind"},
      {:id, "late", "would leave records behind"},
      {:id, "owner", "would leave records behind"},
      {:id, "payer", "would leave records behind"}
    ]
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  relationships do
    has_many :account_invoices, App.Core.Invoice do
      public? true
    end

    has_many :payer_invoices, App.Core.Invoice do
      destination_attribute :payer_id
      public? true
    end

    has_many :payments, App.Core.Payment do
      public? true
    end
  end
end

defmodule App.Core.Invoice do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "invoices"
    schema "billing"
    repo App.Repo

    migration_defaults state: "fragment(\"'open'::billing.state\")"

    skip_unique_indexes [:number]

    identity_index_names number: "invoice_number"

    foreign_key_names [{:account_id, "owner"}]

    references do
      reference :payer do
        name "payer"
      end
    end

    custom_indexes do
      index [:state] do
        name "invoices_state_idx"
      end
    end

    custom_statements do
      statement :unique_invoice_number do
        code? true

        up """
        execute(~S|ALTER TABLE billing.invoices ADD CONSTRAINT invoice_number UNIQUE (number)|)
        """

        down "execute(~S|ALTER TABLE billing.invoices DROP CONSTRAINT invoice_number|)"
      end

      statement :foreign_key_owner do
        code? true

        up """
        execute(~S|ALTER TABLE billing.invoices ADD CONSTRAINT owner FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE SET DEFAULT NOT VALID|)
        """

        down "execute(~S|ALTER TABLE billing.invoices DROP CONSTRAINT owner|)"
      end

      statement :foreign_key_payer do
        code? true

        up """
        execute(~S|ALTER TABLE billing.invoices DROP CONSTRAINT payer|)
        execute(~S|ALTER TABLE billing.invoices ADD CONSTRAINT payer FOREIGN KEY (payer_id) REFERENCES public.accounts(id) DEFERRABLE INITIALLY DEFERRED|)
        """

        down """
        execute(~S|ALTER TABLE billing.invoices DROP CONSTRAINT payer|)
        execute(~S|ALTER TABLE billing.invoices ADD CONSTRAINT payer FOREIGN KEY (payer_id) REFERENCES accounts (id)|)
        """
      end

      statement :comments do
        code? true
        up "execute(~S|COMMENT ON COLUMN billing.invoices.state IS 'its state'|)"
        down "execute(~S|COMMENT ON COLUMN billing.invoices.state IS NULL|)"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :account_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :state, App.Types.BillingState do
      description "its state"
      allow_nil? false
      public? true
      default :open
    end

    attribute :number, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :payer_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :account, App.Core.Account do
      define_attribute? false
      public? true
    end

    belongs_to :payer, App.Core.Account do
      define_attribute? false
      public? true
    end

    has_many :payments, App.Core.Payment do
      public? true
    end
  end

  identities do
    identity :number, [:number]
  end
end

defmodule App.Core.Payment do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "payments"
    repo App.Repo

    references do
      reference :account do
        name "late"
        deferrable :initially
        ignore? true
      end

      reference :invoice do
        on_delete :delete
      end
    end

    custom_statements do
      statement :foreign_key_late do
        code? true

        up """
        execute(~S|ALTER TABLE payments ADD CONSTRAINT late FOREIGN KEY (account_id) REFERENCES public.accounts(id) DEFERRABLE INITIALLY DEFERRED|)
        """

        down "execute(~S|ALTER TABLE payments DROP CONSTRAINT late|)"
        after_tables ["accounts"]
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :invoice_id, :integer do
      public? true
    end

    attribute :account_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :invoice, App.Core.Invoice do
      define_attribute? false
      public? true
    end

    belongs_to :account, App.Core.Account do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Types.BillingState do
  use Ash.Type.Enum, values: [:open, :paid]

  @impl true
  def storage_type, do: :"billing.state"

  defoverridable cast_atomic: 2, apply_atomic_constraints: 2

  # PostgreSQL itself refuses a label that the type does not have; text functions don't know it.
  @impl true
  def cast_atomic(value, constraints) do
    if Ash.Expr.expr?(value), do: {:atomic, value}, else: super(value, constraints)
  end

  @impl true
  def apply_atomic_constraints(value, constraints) do
    if Ash.Expr.expr?(value), do: {:ok, value}, else: apply_constraints(value, constraints)
  end
end

defmodule App.LegacyObjects do
  @moduledoc """
  Types, functions and sequences that tables need before Ash's migrations make them.

  It stands in `installed_extensions` of the repo, and passes over what is there.
  """

  use AshPostgres.CustomExtension, name: "legacy_objects", latest_version: 2

  @impl true
  def install(_version) do
    """
    execute(~S|SET LOCAL check_function_bodies = off|)
    execute(~S|DO $make$
    BEGIN
    CREATE SCHEMA billing;
    EXCEPTION WHEN duplicate_object OR duplicate_schema OR duplicate_table OR duplicate_function THEN NULL;
    END
    $make$|)
    execute(~S|DO $make$
    BEGIN
    CREATE TYPE billing.state AS ENUM ('open', 'paid');
    EXCEPTION WHEN duplicate_object OR duplicate_schema OR duplicate_table OR duplicate_function THEN NULL;
    END
    $make$|)
    """
  end

  @impl true
  def uninstall(_version) do
    """
    execute(~S|DROP TYPE IF EXISTS billing.state|)
    execute(~S|DROP SCHEMA IF EXISTS billing|)
    """
  end
end

# foreign key owner: nothing makes its statement wait for accounts, a table of another schema

# deferred-constraint billing.invoices.payer: It is initially deferred: a violation fails at COMMIT, where Ash can't make a field error of it.
# deferred-constraint payments.late: It is initially deferred: a violation fails at COMMIT, where Ash can't make a field error of it.
