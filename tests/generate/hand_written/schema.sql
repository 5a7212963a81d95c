-- As `mix ash_postgres.migrate` would have made it of the resources beside.
CREATE TABLE orgs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  slug text NOT NULL,
  plan text NOT NULL DEFAULT 'free',
  settings jsonb DEFAULT '{}',
  inserted_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc'),
  updated_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc')
);
CREATE UNIQUE INDEX orgs_unique_slug_index ON orgs (slug);

CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email citext NOT NULL,
  display_name text,
  role text NOT NULL DEFAULT 'member',
  org_id uuid NOT NULL CONSTRAINT users_org_id_fkey REFERENCES orgs ON DELETE CASCADE,
  invited_by_id uuid CONSTRAINT users_invited_by_id_fkey REFERENCES users,
  inserted_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc'),
  updated_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc')
);
CREATE UNIQUE INDEX users_unique_email_index ON users (email);

CREATE TABLE venues (
  id bigserial PRIMARY KEY,
  org_id uuid NOT NULL CONSTRAINT venues_org_id_fkey REFERENCES orgs,
  name text NOT NULL,
  address jsonb,
  capacity bigint NOT NULL DEFAULT 0,
  archived_at timestamp,
  inserted_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc')
);
CREATE UNIQUE INDEX venues_name_in_org_index ON venues (org_id, name);
CREATE INDEX venues_capacity_index ON venues (capacity);

CREATE TABLE events (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  title varchar(120) NOT NULL,
  body text,
  state text NOT NULL DEFAULT 'draft',
  kind text,
  starts_at timestamp(0),
  ends_at timestamp(0),
  labels text[] DEFAULT '{}',
  stages text[],
  opening jsonb,
  contacts jsonb[] DEFAULT '{}',
  venue_id bigint CONSTRAINT events_venue_id_fkey REFERENCES venues,
  parent_event_id uuid CONSTRAINT events_parent_event_id_fkey REFERENCES events ON DELETE SET NULL,
  inserted_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc'),
  updated_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc'),
  CONSTRAINT ends_after_start CHECK (ends_at > starts_at)
);

CREATE TABLE tickets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  code text NOT NULL,
  price_cents bigint NOT NULL DEFAULT 0,
  seat text,
  void boolean NOT NULL DEFAULT false,
  event_id uuid NOT NULL CONSTRAINT tickets_event_id_fkey REFERENCES events ON DELETE CASCADE,
  holder_id uuid CONSTRAINT tickets_holder_id_fkey REFERENCES users ON DELETE SET NULL,
  inserted_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc')
);
CREATE UNIQUE INDEX tickets_code_key ON tickets (code);
CREATE UNIQUE INDEX tickets_seat_of_event_index ON tickets (event_id, seat) WHERE (NOT void);

CREATE TABLE orders (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  number bigint NOT NULL,
  total numeric,
  encrypted_card bytea,
  notes text,
  placed_at timestamptz,
  buyer_id uuid NOT NULL CONSTRAINT orders_buyer_id_fkey REFERENCES users,
  archived_at timestamp
);
CREATE UNIQUE INDEX orders_number_index ON orders (number) WHERE (archived_at IS NULL);

CREATE TABLE order_lines (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL CONSTRAINT order_lines_order_id_fkey REFERENCES orders ON DELETE CASCADE,
  ticket_id uuid NOT NULL CONSTRAINT order_lines_ticket_id_fkey REFERENCES tickets,
  quantity bigint NOT NULL DEFAULT 1
);

CREATE TABLE tags (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL
);

CREATE TABLE event_tags (
  event_id uuid NOT NULL CONSTRAINT event_tags_event_id_fkey REFERENCES events ON DELETE CASCADE,
  tag_id uuid NOT NULL CONSTRAINT event_tags_tag_id_fkey REFERENCES tags ON DELETE CASCADE,
  PRIMARY KEY (event_id, tag_id)
);

CREATE TABLE notes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  text text NOT NULL,
  shape jsonb,
  choice jsonb,
  pair jsonb,
  event_id uuid CONSTRAINT notes_event_id_fkey REFERENCES events ON DELETE CASCADE,
  author_id uuid CONSTRAINT notes_author_id_fkey REFERENCES users,
  inserted_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc'),
  updated_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc')
);

CREATE TABLE tokens (
  id uuid PRIMARY KEY,
  purpose text NOT NULL,
  handler text,
  payload bytea,
  expires_at timestamp(0) NOT NULL,
  extra jsonb
);
