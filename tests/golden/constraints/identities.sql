-- A unique index over columns is an identity, by its own name where Ash's guess is wrong.
CREATE TABLE users (
  id bigserial PRIMARY KEY, email text NOT NULL, tenant_id integer NOT NULL, nick text, "loginName" text, badge text,
  UNIQUE (tenant_id, email), CONSTRAINT one_nick UNIQUE NULLS NOT DISTINCT (nick)
);
CREATE UNIQUE INDEX users_badge_index ON users (badge);
CREATE UNIQUE INDEX "users_loginName_index" ON users ("loginName");
CREATE INDEX users_plain ON users (nick);
