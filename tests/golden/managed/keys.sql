CREATE TABLE authors (
  id bigserial CONSTRAINT pk_authors PRIMARY KEY,
  email text NOT NULL CONSTRAINT one_email UNIQUE,
  handle text UNIQUE,
  tenant int NOT NULL,
  number int NOT NULL,
  UNIQUE (tenant, number)
);
CREATE TABLE posts (
  tenant int NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  author_id bigint NOT NULL REFERENCES authors ON DELETE CASCADE ON UPDATE RESTRICT,
  editor_id bigint CONSTRAINT post_editor REFERENCES authors ON DELETE SET NULL,
  author_number int,
  email text REFERENCES authors (email) ON DELETE SET DEFAULT,
  reviewer_id bigint REFERENCES authors DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (id, tenant),
  CONSTRAINT by_number FOREIGN KEY (tenant, author_number) REFERENCES authors (tenant, number)
);
ALTER TABLE posts ADD CONSTRAINT late FOREIGN KEY (author_id) REFERENCES authors NOT VALID;
CREATE TABLE comments (
  id serial PRIMARY KEY,
  post_tenant int,
  post_id uuid,
  FOREIGN KEY (post_id, post_tenant) REFERENCES posts (id, tenant) MATCH FULL ON DELETE CASCADE
);
CREATE TABLE tags (name text NOT NULL, kind text NOT NULL);
CREATE UNIQUE INDEX tags_name_index ON tags (name);
CREATE TABLE logs (line text);
CREATE TABLE cards (owner text NOT NULL, id bigint NOT NULL);
CREATE UNIQUE INDEX cards_owner ON cards (owner);
CREATE UNIQUE INDEX cards_pkey ON cards (id);
CREATE TABLE card_uses (id bigserial PRIMARY KEY, card_id bigint REFERENCES cards (id));
CREATE TABLE loose (name text);
CREATE UNIQUE INDEX loose_pkey ON loose (name);
