/* ash_scaffold.toml
[tenancy]
strategy = "context"
schema = "tenant_1"
*/
-- The tables of `two_tenants.sql` where each tenant has a schema; `tests/tenants` makes the second.
CREATE TABLE events (id bigserial PRIMARY KEY, kind text NOT NULL);
CREATE SCHEMA tenant_1;
CREATE TABLE tenant_1.users (
  id bigserial PRIMARY KEY,
  email text NOT NULL UNIQUE,
  login text NOT NULL UNIQUE,
  badge text UNIQUE,
  phone text,
  active boolean NOT NULL DEFAULT true,
  boss_id bigint REFERENCES tenant_1.users
);
CREATE UNIQUE INDEX users_phone ON tenant_1.users (phone) WHERE active;
CREATE TABLE tenant_1.settings (key text PRIMARY KEY, value text);
CREATE TABLE tenant_1.projects (
  id bigserial PRIMARY KEY,
  title text NOT NULL UNIQUE,
  owner_id bigint REFERENCES tenant_1.users,
  event_id bigint REFERENCES events
);
CREATE TABLE tenant_1.rooms (number bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE tenant_1.bookings (
  id bigserial PRIMARY KEY,
  room_number bigint NOT NULL REFERENCES tenant_1.rooms ON DELETE CASCADE,
  label text NOT NULL
);
CREATE TABLE tenant_1.tags (id bigserial PRIMARY KEY, label text NOT NULL UNIQUE);
CREATE TABLE tenant_1.users_tags (
  user_id bigint REFERENCES tenant_1.users ON DELETE CASCADE,
  tag_id bigint REFERENCES tenant_1.tags,
  PRIMARY KEY (user_id, tag_id)
);
