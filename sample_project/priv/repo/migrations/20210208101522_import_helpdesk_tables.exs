defmodule App.Repo.Migrations.ImportHelpdeskTables do
  use Ecto.Migration

  # The tables that we took over from the Rails helpdesk, names and all.

  def up do
    execute """
    CREATE TABLE categories (
      id serial PRIMARY KEY,
      name character varying NOT NULL,
      slug character varying NOT NULL,
      position smallint DEFAULT 0 NOT NULL,
      boost double precision DEFAULT 1.0 NOT NULL,
      created_at timestamp(6) without time zone NOT NULL,
      updated_at timestamp(6) without time zone NOT NULL
    )
    """

    execute "CREATE UNIQUE INDEX index_categories_on_slug ON categories (slug)"

    execute """
    CREATE TABLE support_tickets (
      id bigserial PRIMARY KEY,
      requester_id bigint NOT NULL,
      assignee_id bigint,
      subject character varying NOT NULL,
      body text,
      priority integer DEFAULT 0 NOT NULL,
      labels character varying[] DEFAULT '{}' NOT NULL,
      closed_at timestamp(6) without time zone,
      created_at timestamp(6) without time zone NOT NULL,
      updated_at timestamp(6) without time zone NOT NULL,
      CONSTRAINT fk_rails_096f646983 FOREIGN KEY (requester_id) REFERENCES users (id),
      CONSTRAINT fk_rails_9651e4a339 FOREIGN KEY (assignee_id) REFERENCES users (id)
    )
    """

    execute "CREATE INDEX index_support_tickets_on_requester_id ON support_tickets (requester_id)"
    execute "CREATE INDEX index_support_tickets_on_assignee_id ON support_tickets (assignee_id)"
    execute "COMMENT ON TABLE support_tickets IS 'Helpdesk (Rails). Read only from our side.'"
  end

  def down do
    drop table(:support_tickets)
    drop table(:categories)
  end
end
