/* ash_scaffold.toml
[tenancy]
strategy = "attribute"
column = "organization_id"
tenants = "organizations"
*/
-- What `tests/tenants` asked real Ash about: rows of two tenants in tables of every kind.
CREATE TABLE organizations (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL REFERENCES organizations,
  email text NOT NULL,
  login text NOT NULL,
  badge text UNIQUE,
  phone text,
  active boolean NOT NULL DEFAULT true,
  boss_id bigint REFERENCES users,
  UNIQUE (organization_id, id)
);
CREATE UNIQUE INDEX users_email ON users (organization_id, email);
CREATE UNIQUE INDEX users_login ON users (login, organization_id);
CREATE UNIQUE INDEX users_phone ON users (organization_id, phone) WHERE active;
CREATE TABLE settings (
  organization_id bigint REFERENCES organizations,
  key text,
  value text,
  PRIMARY KEY (organization_id, key)
);
CREATE TABLE projects (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL REFERENCES organizations,
  title text NOT NULL,
  owner_id bigint,
  CONSTRAINT projects_owner FOREIGN KEY (organization_id, owner_id)
    REFERENCES users (organization_id, id),
  UNIQUE (title, organization_id)
);
CREATE TABLE rooms (
  organization_id bigint REFERENCES organizations,
  number bigint,
  name text NOT NULL,
  PRIMARY KEY (organization_id, number)
);
CREATE TABLE bookings (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL REFERENCES organizations,
  room_number bigint NOT NULL,
  label text NOT NULL,
  FOREIGN KEY (organization_id, room_number) REFERENCES rooms ON DELETE CASCADE
);
CREATE TABLE tags (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL REFERENCES organizations,
  label text NOT NULL,
  UNIQUE (organization_id, label)
);
CREATE TABLE users_tags (
  user_id bigint REFERENCES users ON DELETE CASCADE,
  tag_id bigint REFERENCES tags,
  organization_id bigint NOT NULL REFERENCES organizations,
  PRIMARY KEY (user_id, tag_id)
);
CREATE TABLE events (
  id bigserial PRIMARY KEY,
  kind text NOT NULL,
  user_id bigint REFERENCES users
);
