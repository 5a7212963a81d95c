/* ash_scaffold.toml
[tenancy]
strategy = "attribute"
column = "organization_id"
tenants = "organizations"
*/
CREATE TABLE organizations (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE);

-- Unique within the tenant, in either order of columns, and for all tenants.
CREATE TABLE members (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
  email text NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  badge integer NOT NULL,
  handle text,
  code text,
  is_active boolean NOT NULL DEFAULT true,
  CONSTRAINT members_organization_id_email_index UNIQUE (organization_id, email),
  CONSTRAINT members_name_key UNIQUE (first_name, last_name, organization_id),
  UNIQUE (badge)
);
CREATE UNIQUE INDEX members_handle_index ON members (organization_id, handle) WHERE is_active;
CREATE UNIQUE INDEX members_code_index ON members (code) WHERE code IS NOT NULL;
CREATE UNIQUE INDEX members_lower_email_index ON members (organization_id, lower(email));

-- The tenant alone: no identity, which would have no keys.
CREATE TABLE settings (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL UNIQUE REFERENCES organizations,
  theme text NOT NULL
);
