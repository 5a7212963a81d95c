-- Views, foreign tables, rules, triggers, row-level security, rights, a table without columns.
CREATE TABLE nothing ();
CREATE TABLE only_money (id bigserial PRIMARY KEY, amount money, price money NOT NULL);
CREATE TABLE unreadable_types (
  document xml,
  pattern jsonpath,
  query tsquery,
  hardware macaddr8,
  clock timetz
);

CREATE VIEW author_names AS SELECT id, name FROM authors WHERE name <> '';
CREATE VIEW book_counts AS
  SELECT a.id AS author_id, count(b.id) AS books, max(b.title) AS "last ""title"""
  FROM authors AS a LEFT JOIN books AS b ON b.author_id = a.id GROUP BY a.id;
CREATE VIEW checked_authors AS SELECT id, name FROM authors WHERE id < 1000 WITH CHECK OPTION;
CREATE MATERIALIZED VIEW book_totals AS
  SELECT author_id, count(*) AS total FROM books GROUP BY author_id;
CREATE UNIQUE INDEX book_totals_author ON book_totals (author_id);
CREATE UNIQUE INDEX book_totals_partial ON book_totals (total) WHERE total > 100;
CREATE MATERIALIZED VIEW never_filled AS SELECT id FROM books WITH NO DATA;

CREATE FOREIGN DATA WRAPPER torture_nowhere;
CREATE SERVER torture_nowhere FOREIGN DATA WRAPPER torture_nowhere;
CREATE FOREIGN TABLE far_away (id bigint NOT NULL, name varchar(20) DEFAULT 'x')
  SERVER torture_nowhere;

CREATE TABLE ruled (id bigserial PRIMARY KEY, name text);
CREATE RULE keep_ruled AS ON DELETE TO ruled DO INSTEAD NOTHING;
CREATE RULE "log ""it"" #{x}" AS ON UPDATE TO ruled DO ALSO SELECT 1;

CREATE TABLE triggered (
  id bigserial PRIMARY KEY,
  name text NOT NULL,
  slug text NOT NULL,
  inserted_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE FUNCTION triggered_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.slug := lower(NEW.name);
  NEW.inserted_at := coalesce(NEW.inserted_at, now());
  NEW.updated_at = now();
  RETURN NEW;
END $$;
CREATE TRIGGER "fill ""it""" BEFORE INSERT OR UPDATE ON triggered
  FOR EACH ROW EXECUTE FUNCTION triggered_fill();

CREATE TABLE guarded (id bigserial PRIMARY KEY, owner text);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON guarded USING (owner = CURRENT_USER);

CREATE TABLE closed (id bigserial PRIMARY KEY, name text);
CREATE TABLE half_open (id bigserial PRIMARY KEY, name text, hidden text);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'torture_reader') THEN
    CREATE ROLE torture_reader LOGIN;
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO torture_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO torture_reader;
REVOKE ALL ON closed, half_open FROM torture_reader;
GRANT SELECT (id, name) ON half_open TO torture_reader;
