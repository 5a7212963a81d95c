CREATE TABLE organizations (id bigserial PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (
  id bigserial PRIMARY KEY, organization_id bigint NOT NULL REFERENCES organizations,
  email text NOT NULL, badge text, boss_id bigint REFERENCES users,
  UNIQUE (organization_id, id), CONSTRAINT users_email UNIQUE (email, organization_id), UNIQUE (badge)
);
CREATE TABLE settings (
  organization_id bigint NOT NULL REFERENCES organizations, key text NOT NULL, value text,
  PRIMARY KEY (organization_id, key)
);
CREATE TABLE notes (
  id bigserial PRIMARY KEY, organization_id bigint NOT NULL REFERENCES organizations, author_id bigint,
  CONSTRAINT notes_author FOREIGN KEY (organization_id, author_id) REFERENCES users (organization_id, id)
);
INSERT INTO organizations (name) VALUES ('a'), ('b');
INSERT INTO users (organization_id, email, badge, boss_id)
  VALUES (1, 'x', 'A', NULL), (1, 'y', 'B', 1), (2, 'x', 'C', 1), (2, 'y', NULL, 3);
INSERT INTO settings VALUES (1, 'theme', 'dark'), (1, 'size', NULL), (2, 'theme', NULL);
INSERT INTO notes (organization_id, author_id) VALUES (1, 1), (1, NULL), (2, 3);
