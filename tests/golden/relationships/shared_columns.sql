-- A composite key relates the column that its table's other keys don't have: a managed relationship
-- fills only that one.
CREATE TABLE organizations (id bigserial PRIMARY KEY);
CREATE TABLE users (
  organization_id bigint REFERENCES organizations, id bigint, manager_id bigint,
  PRIMARY KEY (organization_id, id),
  CONSTRAINT users_manager FOREIGN KEY (organization_id, manager_id) REFERENCES users
);
CREATE TABLE projects (
  organization_id bigint REFERENCES organizations, id bigint PRIMARY KEY, owner_id bigint,
  UNIQUE (organization_id, id),
  CONSTRAINT projects_owner_id_fkey FOREIGN KEY (organization_id, owner_id) REFERENCES users
);
-- Other keys don't tell, the primary key of the table does.
CREATE TABLE memberships (
  organization_id bigint, id bigint, user_id bigint,
  PRIMARY KEY (organization_id, id),
  CONSTRAINT memberships_user FOREIGN KEY (organization_id, user_id) REFERENCES users ON DELETE CASCADE
);
-- Nor does that: what the key refers to is unique by itself.
CREATE TABLE tasks (
  id bigserial PRIMARY KEY, organization_id bigint, project_id bigint,
  CONSTRAINT tasks_project FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id)
);
-- Nor is it: another key of the other table has the first.
CREATE TABLE notes (
  id bigserial PRIMARY KEY, organization_id bigint, user_id bigint,
  FOREIGN KEY (organization_id, user_id) REFERENCES users
);
-- Nothing tells: the first. The name of the key is Ash's own, where the relationship is as before.
CREATE TABLE years (year integer, number integer, PRIMARY KEY (year, number));
CREATE TABLE pages (
  id bigserial PRIMARY KEY, year integer, number integer,
  CONSTRAINT pages_year_fkey FOREIGN KEY (year, number) REFERENCES years
);
