-- Bookkeeping tables are left out.
CREATE TABLE schema_migrations (version bigint PRIMARY KEY);
CREATE TABLE oban_jobs (id bigserial PRIMARY KEY);
CREATE TABLE users (id bigserial PRIMARY KEY);
