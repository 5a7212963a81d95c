defmodule App.Accounts.Resources.Profile.Actions do
  @moduledoc """
  Actions of `App.Accounts.Resources.Profile`.

  Each does what the changeset function named above it does, and as Ecto does it: input that is not
  accepted is ignored (`skip_unknown_inputs`), what is blank gets the message of the function
  (`allow_nil_input`), and steps see the record (`require_atomic? false`). Private arguments are
  what callers had put into the struct; `private_arguments: %{name: value}` gives them.
  """

  use Spark.Dsl.Fragment, of: Ash.Resource

  alias App.Accounts.Resources.Profile.Steps

  actions do
    # App.Accounts.Profile.changeset/2, lib/app/accounts/profile.ex
    create :create do
      primary? true
      accept [:display_name, :bio, :born_on, :time_zone, :digest_at, :avatar_thumb]
      allow_nil_input [:display_name, :time_zone]
      skip_unknown_inputs :*

      argument :links, :term
      argument :user_id, :integer, public?: false

      change set_attribute(:user_id, arg(:user_id), set_when_nil?: false)
      change App.Changes.Cast

      change {App.Changes.Nested,
              cast_embed: [
                :links,
                [
                  embed: App.Accounts.Profile.Link,
                  cardinality: :many,
                  with: &Steps.link_changeset/2,
                  on_replace: :delete
                ]
              ]}

      validate {App.Validations.Ecto, validate_required: [[:user_id, :time_zone]]}
      validate {App.Validations.Ecto, validate_length: [:display_name, [max: 80]]}
      validate {App.Validations.Ecto, validate_length: [:time_zone, [max: 64]]}
    end

    # App.Accounts.Profile.changeset/2, lib/app/accounts/profile.ex
    update :update do
      primary? true
      require_atomic? false
      accept [:display_name, :bio, :born_on, :time_zone, :digest_at, :avatar_thumb]
      allow_nil_input [:display_name, :time_zone]
      skip_unknown_inputs :*

      argument :links, :term

      change App.Changes.Cast

      change {App.Changes.Nested,
              cast_embed: [
                :links,
                [
                  embed: App.Accounts.Profile.Link,
                  cardinality: :many,
                  with: &Steps.link_changeset/2,
                  on_replace: :delete
                ]
              ]}

      validate {App.Validations.Ecto, validate_required: [[:user_id, :time_zone]]}
      validate {App.Validations.Ecto, validate_length: [:display_name, [max: 80]]}
      validate {App.Validations.Ecto, validate_length: [:time_zone, [max: 64]]}
    end
  end
end
