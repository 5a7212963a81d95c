-- Views are read only.
CREATE TABLE users (id bigserial PRIMARY KEY, name text NOT NULL, password text);
CREATE VIEW named AS SELECT id, name FROM users;
CREATE MATERIALIZED VIEW counted AS SELECT name, count(*) AS number FROM users GROUP BY name;
CREATE UNIQUE INDEX counted_name ON counted (name);
COMMENT ON VIEW named IS 'Who is who.';
