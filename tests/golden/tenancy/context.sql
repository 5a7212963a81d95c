/* ash_scaffold.toml
[tenancy]
strategy = "context"
schema = "tenant_acme"
schemas = ["tenant_*"]
*/
-- A schema per tenant, one of which is read, beside tables that all tenants share. Migrations have a
-- table in each of them; keys of other tenants' tables, and an index that a function of the tenant's
-- own decides about, are no part of any resource.
CREATE SCHEMA tenant_acme;
CREATE SCHEMA tenant_globex;
CREATE TABLE plans (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE schema_migrations (version bigint PRIMARY KEY);
CREATE TABLE tenant_acme.schema_migrations (version bigint PRIMARY KEY);
CREATE FUNCTION tenant_acme.kept(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE TABLE tenant_acme.users (
  id bigserial PRIMARY KEY,
  email text NOT NULL UNIQUE,
  plan_id bigint NOT NULL CONSTRAINT users_plan REFERENCES plans,
  boss_id bigint REFERENCES tenant_acme.users,
  code text DEFAULT upper('x'),
  CONSTRAINT has_at CHECK (email LIKE '%@%')
);
CREATE UNIQUE INDEX users_kept ON tenant_acme.users (code) WHERE tenant_acme.kept(email);
CREATE UNIQUE INDEX users_code ON tenant_acme.users (code, plan_id) WHERE code <> 'tenant.x';
CREATE TABLE tenant_acme.tags (id bigserial PRIMARY KEY, name text NOT NULL);
CREATE TABLE tenant_acme.users_tags (
  user_id bigint REFERENCES tenant_acme.users ON DELETE CASCADE,
  tag_id bigint REFERENCES tenant_acme.tags ON DELETE CASCADE,
  PRIMARY KEY (user_id, tag_id)
);
CREATE VIEW tenant_acme.emails AS SELECT id, email FROM tenant_acme.users;
CREATE TABLE audits (id bigint PRIMARY KEY, user_id bigint REFERENCES tenant_acme.users);
CREATE TABLE tenant_globex.users (
  id bigserial PRIMARY KEY,
  plan_id bigint NOT NULL CONSTRAINT globex_plan REFERENCES plans
);
