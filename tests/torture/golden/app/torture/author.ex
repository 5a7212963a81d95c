defmodule App.Torture.Author do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "authors"
    repo App.Repo
    migrate? false

    foreign_key_names [
      {:migration, "authors_migration_fk"},
      {:id, "books_readers_reader_id_fkey", "would leave records behind"},
      {:id, "books_translator_fkey", "would leave records behind"},
      {:id, "crowded_Author-Id_fkey", "would leave records behind"},
      {:id, "crowded_a.b_fkey", "would leave records behind"},
      {:id, "crowded_as_id_fkey", "would leave records behind"},
      {:id, "crowded_author_id_fkey", "would leave records behind"},
      {:id, "crowded_calculations_id_fkey", "would leave records behind"},
      {:id, "crowded_do_id_fkey", "would leave records behind"},
      {:id, "crowded_false_fkey", "would leave records behind"},
      {:id, "crowded_fragment_id_fkey", "would leave records behind"},
      {:id, "crowded_nil_id_fkey", "would leave records behind"},
      {:id, "crowded_not_id_fkey", "would leave records behind"},
      {:id, "crowded_when_id_fkey", "would leave records behind"},
      {:id, "fallbacks_to_first", "would leave records behind"},
      {:id, "fallbacks_unvalidated", "would leave records behind"},
      {:id, "fk_rails_53d51ce16a", "would leave records behind"},
      {:id, "friendships_author_id_fkey", "would leave records behind"},
      {:id, "friendships_friend_id_fkey", "would leave records behind"},
      {:id, "invoices_author_id_fkey", "would leave records behind"},
      {:id, "it's \"the\" \#{key}", "would leave records behind"},
      {:id, "late_children_deferred_id_fkey", "would leave records behind"},
      {:id, "late_children_immediate_id_fkey", "would leave records behind"},
      {:id, "reviews_author_id_fkey", "would leave records behind"}
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

    attribute :migration, :integer do
      public? true
    end
  end

  relationships do
    has_many :user_s, App.Torture.OddSchema1UserS do
      destination_attribute :author_s_id
      public? true
    end

    has_many :invoices, App.Torture.Invoice do
      public? true
    end

    has_one :profile, App.Torture.AuthorProfile do
      public? true
    end

    has_many :author_author_books, App.Torture.Book do
      public? true
    end

    has_many :editor_books, App.Torture.Book do
      destination_attribute :editor_id
      public? true
    end

    has_many :translator_author_books, App.Torture.Book do
      destination_attribute :translator
      public? true
    end

    has_many :author_record_crowdeds, App.Torture.Crowded do
      public? true
    end

    has_many :as_crowdeds, App.Torture.Crowded do
      destination_attribute :as_id
      public? true
    end

    has_many :calculations_crowdeds, App.Torture.Crowded do
      destination_attribute :calculations_id
      public? true
    end

    has_many :fragment_crowdeds, App.Torture.Crowded do
      destination_attribute :fragment_id
      public? true
    end

    has_many :not_crowdeds, App.Torture.Crowded do
      destination_attribute :not_id
      public? true
    end

    has_many :nil_author_crowdeds, App.Torture.Crowded do
      destination_attribute :nil_id
      public? true
    end

    has_many :do_crowdeds, App.Torture.Crowded do
      destination_attribute :do_id
      public? true
    end

    has_many :when_crowdeds, App.Torture.Crowded do
      destination_attribute :when_id
      public? true
    end

    has_many :author_id_2_author_crowdeds, App.Torture.Crowded do
      destination_attribute :author_id_2
      public? true
    end

    has_many :a_b_author_crowdeds, App.Torture.Crowded do
      destination_attribute :a_b
      public? true
    end

    has_many :author_fallbacks, App.Torture.Fallback do
      public? true
    end

    has_many :unvalidated_fallbacks, App.Torture.Fallback do
      destination_attribute :unvalidated_id
      public? true
    end

    has_many :immediate_late_children, App.Torture.LateChild do
      destination_attribute :immediate_id
      public? true
    end

    has_many :deferred_late_children, App.Torture.LateChild do
      destination_attribute :deferred_id
      public? true
    end

    has_many :reviews, App.Torture.Review do
      public? true
    end

    has_many :unenforceds, App.Torture.Unenforced do
      public? true
    end

    many_to_many :friends, App.Torture.Author do
      through App.Torture.Friendship
      destination_attribute_on_join_resource :friend_id
      public? true
    end

    many_to_many :authors, App.Torture.Author do
      through App.Torture.Friendship
      source_attribute_on_join_resource :friend_id
      public? true
    end

    many_to_many :books, App.Torture.Book do
      through App.Torture.BookReader
      source_attribute_on_join_resource :reader_id
      public? true
    end
  end
end
