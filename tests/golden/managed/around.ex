defmodule App.Core do
  use Ash.Domain

  resources do
    resource App.Core.Cache
    resource App.Core.Note
  end
end

defmodule App.Core.Cache do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "cache"
    repo App.Repo

    custom_statements do
      statement :storage do
        code? true
        up "execute(~S|ALTER TABLE cache SET UNLOGGED|)"
        down "execute(~S|ALTER TABLE cache SET LOGGED|)"
      end
    end
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    attribute :key, :string do
      primary_key? true
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :value, :string do
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end
end

defmodule App.Core.Note do
  use Ash.Resource,
    domain: App.Core,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "notes"
    repo App.Repo

    migration_types updated_at: :timestamptz

    custom_statements do
      statement :statistics_notes_body do
        code? true

        up """
        execute(~S|CREATE STATISTICS public.notes_body ON body, updated_at FROM public.notes|)
        """

        down "execute(~S|DROP STATISTICS notes_body|)"
      end

      statement :trigger_off do
        code? true

        up """
        execute(~S|CREATE TRIGGER off AFTER INSERT ON public.notes FOR EACH ROW WHEN ((new.body = 'it''s \\d \#{x}'::text)) EXECUTE FUNCTION public.stamp()|)
        execute(~S|ALTER TABLE notes DISABLE TRIGGER off|)
        """

        down "execute(~S|DROP TRIGGER off ON notes|)"
      end

      statement :trigger_stamp do
        code? true

        up """
        execute(~S|CREATE TRIGGER stamp BEFORE UPDATE ON public.notes FOR EACH ROW EXECUTE FUNCTION public.stamp()|)
        """

        down "execute(~S|DROP TRIGGER stamp ON notes|)"
      end

      statement :policy_mine do
        code? true
        up "execute(~S|CREATE POLICY mine ON notes FOR SELECT USING ((body <> '\#{p}'::text))|)"
        down "execute(~S|DROP POLICY mine ON notes|)"
      end

      statement :row_security do
        code? true
        up "execute(~S|ALTER TABLE notes ENABLE ROW LEVEL SECURITY|)"
        down "execute(~S|ALTER TABLE notes DISABLE ROW LEVEL SECURITY|)"
      end

      statement :storage do
        code? true

        up """
        execute(~S|ALTER TABLE notes SET (fillfactor = '70')|)
        execute(~S|ALTER TABLE notes ALTER COLUMN body SET STATISTICS 500|)
        execute(~S|ALTER TABLE notes ALTER COLUMN body SET STORAGE EXTERNAL|)
        """

        down """
        execute(~S|ALTER TABLE notes ALTER COLUMN body SET STORAGE EXTENDED|)
        execute(~S|ALTER TABLE notes ALTER COLUMN body SET STATISTICS -1|)
        execute(~S|ALTER TABLE notes RESET (fillfactor)|)
        """
      end

      statement :comments do
        code? true

        up """
        execute(~S/COMMENT ON TABLE notes IS 'One "line", a \\ and a \#{hash}
        two lines | ~S|x| \"\"\"'/)
        execute(~S|COMMENT ON COLUMN notes.body IS 'ends in a backslash \\'|)
        execute("COMMENT ON CONSTRAINT notes_pkey ON notes IS 'key é \\u{202E}'")
        """

        down """
        execute(~S|COMMENT ON CONSTRAINT notes_pkey ON notes IS NULL|)
        execute(~S|COMMENT ON COLUMN notes.body IS NULL|)
        execute(~S|COMMENT ON TABLE notes IS NULL|)
        """
      end
    end
  end

  resource do
    description """
    One "line", a \\ and a \#{hash}
    two lines | ~S|x| \"\"\"\
    """
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :body, :string do
      description "ends in a backslash \\"
      allow_nil? false
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :updated_at, AshPostgres.TimestamptzUsec do
      public? true
      writable? false
      update_default &DateTime.utc_now/0
    end
  end
end

defmodule App.LegacyObjects do
  @moduledoc """
  Types, functions and sequences that tables need before Ash's migrations make them.

  It stands in `installed_extensions` of the repo, and passes over what is there.
  """

  use AshPostgres.CustomExtension, name: "legacy_objects", latest_version: 1

  @impl true
  def install(_version) do
    """
    execute(~S|SET LOCAL check_function_bodies = off|)
    execute(~S/CREATE OR REPLACE FUNCTION public.stamp()
     RETURNS trigger
     LANGUAGE plpgsql
    AS $function$
    BEGIN
      -- it's "\#{x}" \\d | \"\"\"
      NEW.updated_at := now();
      RETURN NEW;
    END $function$/)
    execute(~S|COMMENT ON FUNCTION public.stamp() IS 'stamps \#{it}'|)
    """
  end

  @impl true
  def uninstall(_version) do
    """
    execute(~S|DROP FUNCTION IF EXISTS public.stamp()|)
    """
  end
end

# row-security notes: Row-level security decides which rows the role sees; Ash's policies know nothing of it.
# trigger notes: The trigger stamp may change a row before update: a record may not show what was stored.
