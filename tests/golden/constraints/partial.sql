-- A partial index is an identity when its predicate can be said.
CREATE TYPE state AS ENUM ('open', 'closed');
CREATE TABLE tickets (
  id bigserial PRIMARY KEY, code text, deleted_at timestamptz, state state NOT NULL, active boolean, priority integer, kind varchar(10), at date
);
CREATE UNIQUE INDEX tickets_code_index ON tickets (code) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX tickets_open ON tickets (code) WHERE state = 'open' AND active;
CREATE UNIQUE INDEX tickets_kind ON tickets (code, kind) WHERE kind IN ('a', 'b') OR priority >= 3;
CREATE UNIQUE INDEX tickets_inactive ON tickets (code) WHERE NOT active;
CREATE UNIQUE INDEX tickets_not_true ON tickets (code) WHERE active IS NOT TRUE;
CREATE UNIQUE INDEX tickets_lower ON tickets (code) WHERE lower(kind) = 'x';
CREATE UNIQUE INDEX tickets_date ON tickets (code) WHERE at > '2020-01-01';
CREATE UNIQUE INDEX tickets_question ON tickets (code) WHERE kind <> '?';
