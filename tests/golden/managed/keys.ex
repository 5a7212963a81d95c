defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Author
    resource App.Core.Card
    resource App.Core.CardUse
    resource App.Core.Comment
    resource App.Core.Log
    resource App.Core.Loose
    resource App.Core.Post
    resource App.Core.Tag
  end
end

defmodule App.Core.Author do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "authors"
    repo App.Repo

    skip_unique_indexes [:handle]

    identity_index_names handle: "authors_handle_key",
                         tenant_number: "authors_tenant_number_key",
                         email: "one_email"

    unique_index_names [{[:id], "pk_authors"}]

    foreign_key_names [
      {:number, "by_number", "would leave records behind"},
      {:id, "late", "would leave records behind"},
      {:email, "posts_email_fkey", "would leave records behind"},
      {:id, "posts_reviewer_id_fkey", "would leave records behind"}
    ]

    custom_statements do
      statement :primary_key do
        code? true
        up "execute(~S|ALTER TABLE authors RENAME CONSTRAINT authors_pkey TO pk_authors|)"
        down "execute(~S|ALTER TABLE authors RENAME CONSTRAINT pk_authors TO authors_pkey|)"
      end

      statement :unique_authors_handle_key do
        code? true
        up "execute(~S|ALTER TABLE authors ADD CONSTRAINT authors_handle_key UNIQUE (handle)|)"
        down "execute(~S|ALTER TABLE authors DROP CONSTRAINT authors_handle_key|)"
      end

      statement :unique_authors_tenant_number_key do
        code? true

        up """
        execute(~S|ALTER TABLE authors ADD CONSTRAINT authors_tenant_number_key UNIQUE USING INDEX authors_tenant_number_key|)
        """

        down """
        execute(~S|DO $make$
        DECLARE
          leaning text[];
          one text;
        BEGIN
          SELECT array_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) ORDER BY conname) INTO leaning FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND conindid = 'public.authors_tenant_number_key'::regclass;
          ALTER TABLE authors DROP CONSTRAINT authors_tenant_number_key CASCADE;
          CREATE UNIQUE INDEX authors_tenant_number_key ON authors (tenant, number);
          FOREACH one IN ARRAY coalesce(leaning, '{}') LOOP
            EXECUTE one;
          END LOOP;
        END
        $make$|)
        """
      end

      statement :unique_one_email do
        code? true

        up """
        execute(~S|ALTER TABLE authors ADD CONSTRAINT one_email UNIQUE USING INDEX one_email|)
        """

        down """
        execute(~S|DO $make$
        DECLARE
          leaning text[];
          one text;
        BEGIN
          SELECT array_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) ORDER BY conname) INTO leaning FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND conindid = 'public.one_email'::regclass;
          ALTER TABLE authors DROP CONSTRAINT one_email CASCADE;
          CREATE UNIQUE INDEX one_email ON authors (email);
          FOREACH one IN ARRAY coalesce(leaning, '{}') LOOP
            EXECUTE one;
          END LOOP;
        END
        $make$|)
        """
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :email, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :handle, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :tenant, App.Types.Int4 do
      allow_nil? false
      public? true
    end

    attribute :number, App.Types.Int4 do
      allow_nil? false
      public? true
    end
  end

  relationships do
    has_many :author_posts, App.Core.Post do
      source_attribute :number
      destination_attribute :author_number
      filter expr(tenant == parent(tenant))
      public? true
    end

    has_many :author_author_posts, App.Core.Post do
      public? true
    end

    has_many :editor_posts, App.Core.Post do
      destination_attribute :editor_id
      public? true
    end

    has_many :email_author_posts, App.Core.Post do
      source_attribute :email
      destination_attribute :email
      public? true
    end

    has_many :reviewer_posts, App.Core.Post do
      destination_attribute :reviewer_id
      public? true
    end
  end

  identities do
    identity :handle, [:handle]

    identity :tenant_number, [:tenant, :number]

    identity :email, [:email]
  end
end

defmodule App.Core.Card do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "cards"
    repo App.Repo

    skip_unique_indexes [:id]

    identity_index_names owner: "cards_owner",
                         id: "cards_pkey"

    foreign_key_names [{:id, "card_uses_card_id_fkey", "would leave records behind"}]

    custom_indexes do
      index [:id] do
        name "cards_pkey_index"
        unique true
      end
    end

    custom_statements do
      statement :primary_key do
        code? true
        up "execute(~S|ALTER TABLE cards DROP CONSTRAINT cards_pkey|)"
        down "execute(~S|ALTER TABLE cards ADD CONSTRAINT cards_pkey PRIMARY KEY (owner)|)"
      end

      statement :index_cards_pkey do
        code? true
        up "execute(~S|ALTER INDEX cards_pkey_index RENAME TO cards_pkey|)"
        down "execute(~S|ALTER INDEX cards_pkey RENAME TO cards_pkey_index|)"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :owner, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :id, :integer do
      allow_nil? false
      public? true
    end
  end

  relationships do
    has_many :uses, App.Core.CardUse do
      public? true
    end
  end

  identities do
    identity :owner, [:owner]

    identity :id, [:id]
  end
end

defmodule App.Core.CardUse do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "card_uses"
    repo App.Repo
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :card_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :card, App.Core.Card do
      define_attribute? false
      public? true
    end
  end
end

defmodule App.Core.Comment do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "comments"
    repo App.Repo

    migration_types id: :integer

    references do
      reference :post do
        name "comments_post_id_post_tenant_fkey"
        on_delete :delete
        match_type :full
        match_with post_tenant: :tenant
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :id, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
      writable? false
    end

    attribute :post_tenant, App.Types.Int4 do
      public? true
    end

    attribute :post_id, :uuid do
      public? true
    end
  end

  relationships do
    belongs_to :post, App.Core.Post do
      define_attribute? false
      filter expr(tenant == parent(post_tenant))
      public? true
    end
  end
end

defmodule App.Core.Log do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "logs"
    repo App.Repo
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read, create: :*]
  end

  attributes do
    attribute :line, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.Loose do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "loose"
    repo App.Repo

    identity_index_names name: "loose_pkey"
  end

  resource do
    require_primary_key? false
  end

  actions do
    defaults [:read, create: :*]
  end

  attributes do
    attribute :name, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :name, [:name]
  end
end

defmodule App.Core.Post do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "posts"
    repo App.Repo

    migration_defaults id: "fragment(\"gen_random_uuid()\")"

    foreign_key_names [
      {:id, "comments_post_id_post_tenant_fkey", "would leave records behind"},
      {:author_id, "posts_author_id_fkey"}
    ]

    references do
      reference :author do
        name "by_number"
        ignore? true
      end

      reference :author_author do
        name "late"
        ignore? true
      end

      reference :editor do
        name "post_editor"
        on_delete :nilify
      end

      reference :reviewer do
        deferrable :initially
        ignore? true
      end

      reference :email_author do
        ignore? true
      end
    end

    custom_statements do
      statement :primary_key do
        code? true

        up """
        execute(~S|DO $make$
        DECLARE
          leaning text[];
          one text;
        BEGIN
          SELECT array_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) ORDER BY conname) INTO leaning FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND conindid = 'public.posts_pkey'::regclass;
          ALTER TABLE posts DROP CONSTRAINT posts_pkey CASCADE;
          ALTER TABLE posts ADD CONSTRAINT posts_pkey PRIMARY KEY (id, tenant);
          FOREACH one IN ARRAY coalesce(leaning, '{}') LOOP
            EXECUTE one;
          END LOOP;
        END
        $make$|)
        """

        down """
        execute(~S|DO $make$
        DECLARE
          leaning text[];
          one text;
        BEGIN
          SELECT array_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) ORDER BY conname) INTO leaning FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND conindid = 'public.posts_pkey'::regclass;
          ALTER TABLE posts DROP CONSTRAINT posts_pkey CASCADE;
          ALTER TABLE posts ADD CONSTRAINT posts_pkey PRIMARY KEY (tenant, id);
          FOREACH one IN ARRAY coalesce(leaning, '{}') LOOP
            EXECUTE one;
          END LOOP;
        END
        $make$|)
        """
      end

      statement :foreign_key_by_number do
        code? true

        up """
        execute(~S|ALTER TABLE posts ADD CONSTRAINT by_number FOREIGN KEY (tenant, author_number) REFERENCES public.authors(tenant, number)|)
        """

        down "execute(~S|ALTER TABLE posts DROP CONSTRAINT by_number|)"
        after_tables ["authors"]
      end

      statement :foreign_key_late do
        code? true

        up """
        execute(~S|ALTER TABLE posts ADD CONSTRAINT late FOREIGN KEY (author_id) REFERENCES public.authors(id) NOT VALID|)
        """

        down "execute(~S|ALTER TABLE posts DROP CONSTRAINT late|)"
        after_tables ["authors"]
      end

      statement :foreign_key_posts_author_id_fkey do
        code? true

        up """
        execute(~S|ALTER TABLE posts ADD CONSTRAINT posts_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.authors(id) ON UPDATE RESTRICT ON DELETE CASCADE|)
        """

        down "execute(~S|ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey|)"
        after_tables ["authors"]
      end

      statement :foreign_key_posts_email_fkey do
        code? true

        up """
        execute(~S|ALTER TABLE posts ADD CONSTRAINT posts_email_fkey FOREIGN KEY (email) REFERENCES public.authors(email) ON DELETE SET DEFAULT|)
        """

        down "execute(~S|ALTER TABLE posts DROP CONSTRAINT posts_email_fkey|)"
        after_tables ["authors"]
      end

      statement :foreign_key_posts_reviewer_id_fkey do
        code? true

        up """
        execute(~S|ALTER TABLE posts ADD CONSTRAINT posts_reviewer_id_fkey FOREIGN KEY (reviewer_id) REFERENCES public.authors(id) DEFERRABLE INITIALLY DEFERRED|)
        """

        down "execute(~S|ALTER TABLE posts DROP CONSTRAINT posts_reviewer_id_fkey|)"
        after_tables ["authors"]
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :tenant, App.Types.Int4 do
      primary_key? true
      allow_nil? false
      public? true
    end

    attribute :id, :uuid do
      primary_key? true
      allow_nil? false
      public? true
      generated? true
    end

    attribute :author_id, :integer do
      allow_nil? false
      public? true
    end

    attribute :editor_id, :integer do
      public? true
    end

    attribute :author_number, App.Types.Int4 do
      public? true
    end

    attribute :email, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :reviewer_id, :integer do
      public? true
    end
  end

  relationships do
    belongs_to :author, App.Core.Author do
      source_attribute :author_number
      destination_attribute :number
      define_attribute? false
      filter expr(tenant == parent(tenant))
      public? true
    end

    belongs_to :author_author, App.Core.Author do
      source_attribute :author_id
      define_attribute? false
      public? true
    end

    belongs_to :editor, App.Core.Author do
      define_attribute? false
      public? true
    end

    belongs_to :email_author, App.Core.Author do
      source_attribute :email
      destination_attribute :email
      define_attribute? false
      public? true
    end

    belongs_to :reviewer, App.Core.Author do
      define_attribute? false
      public? true
    end

    has_many :comments, App.Core.Comment do
      filter expr(post_tenant == parent(tenant))
      public? true
    end
  end
end

defmodule App.Core.Tag do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "tags"
    repo App.Repo

    custom_statements do
      statement :primary_key do
        code? true
        up "execute(~S|ALTER TABLE tags DROP CONSTRAINT tags_pkey|)"
        down "execute(~S|ALTER TABLE tags ADD CONSTRAINT tags_pkey PRIMARY KEY (name)|)"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :name, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :kind, :string do
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :name, [:name]
  end
end

# key-chosen cards: It has no primary key; the unique index cards_owner serves as Ash's.
# no-primary-key logs: It has no primary key: rows can't be updated or destroyed.
# no-primary-key loose: It has no primary key: rows can't be updated or destroyed.
# deferred-constraint posts.posts_reviewer_id_fkey: It is initially deferred: a violation fails at COMMIT, where Ash can't make a field error of it.
# key-chosen tags: It has no primary key; the unique index tags_name_index serves as Ash's.
