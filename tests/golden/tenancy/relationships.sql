/* ash_scaffold.toml
[tenancy]
strategy = "attribute"
column = "organization_id"
tenants = "organizations"
except = ["audits"]
[tables.invoices]
tenancy = "account_id"
[tables.open_tasks]
tenancy = "organization_id"
primary_key = ["id"]
*/
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
CREATE TABLE organizations (
  id bigserial PRIMARY KEY,
  name text NOT NULL,
  parent_id bigint REFERENCES organizations,
  country_code text REFERENCES countries
);
CREATE TABLE members (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL REFERENCES organizations,
  country_code text REFERENCES countries,
  manager_id bigint REFERENCES members ON DELETE SET NULL,
  name text NOT NULL
);
CREATE TABLE tasks (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL REFERENCES organizations,
  assignee_id bigint REFERENCES members,
  title text NOT NULL,
  is_done boolean NOT NULL DEFAULT false
);
CREATE TABLE tags (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL REFERENCES organizations,
  label text NOT NULL,
  UNIQUE (organization_id, label)
);

-- Join tables with the tenant: by the pair, by the tenant and the pair, by a key of their own.
CREATE TABLE tasks_tags (
  organization_id bigint NOT NULL REFERENCES organizations,
  task_id bigint NOT NULL REFERENCES tasks ON DELETE CASCADE,
  tag_id bigint NOT NULL REFERENCES tags ON DELETE CASCADE,
  PRIMARY KEY (task_id, tag_id)
);
CREATE TABLE watchers (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL REFERENCES organizations,
  task_id bigint NOT NULL REFERENCES tasks,
  member_id bigint NOT NULL REFERENCES members,
  UNIQUE (organization_id, task_id, member_id)
);

-- Another column of the same kind, and global: nullable, without the column, excepted, a view.
CREATE TABLE invoices (
  id bigserial PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES organizations,
  number text NOT NULL,
  UNIQUE (account_id, number)
);
CREATE TABLE templates (
  id bigserial PRIMARY KEY,
  organization_id bigint REFERENCES organizations,
  name text NOT NULL
);
CREATE TABLE sessions (
  id bigserial PRIMARY KEY,
  member_id bigint NOT NULL REFERENCES members,
  token text NOT NULL UNIQUE
);
CREATE TABLE audits (
  id bigserial PRIMARY KEY,
  organization_id bigint NOT NULL REFERENCES organizations,
  what text NOT NULL
);
CREATE VIEW open_tasks AS SELECT id, organization_id, title FROM tasks WHERE NOT is_done;
CREATE VIEW labels AS SELECT organization_id, label FROM tags;
