-- Names that are hard to say: in SQL, in Elixir, in Ash, on a disk.
CREATE TABLE "camelCase" (
  id bigserial PRIMARY KEY,
  "createdAt" timestamptz,
  created_at timestamptz,
  "CreatedAt" timestamptz,
  "isActive" boolean NOT NULL DEFAULT true,
  "URLValue" text
);
CREATE UNIQUE INDEX "camelCase_urlValue_key" ON "camelCase" ("URLValue") WHERE "isActive";

CREATE TABLE reserved (
  id bigserial PRIMARY KEY,
  "active?" boolean,
  "save!" text,
  "_-1d" text,
  "when" integer,
  "as" text,
  "calculations" text,
  "aggregates" text,
  "relationships" text,
  "and" integer,
  "or" integer,
  "not" boolean,
  "in" integer,
  "true" boolean,
  "false" boolean,
  "nil" text,
  "fragment" text,
  "do" text,
  "end" text,
  "fn" text,
  "after" text,
  "else" text,
  "__struct__" text,
  "__meta__" text,
  "__metadata__" text,
  "*" text,
  "+" text,
  "struct" text,
  "expr" text,
  "ref" text,
  "parent" text,
  "exists" text,
  "type" text,
  "self" text,
  "def" text,
  "module" text,
  "inspect" text,
  UNIQUE ("when", "as")
);
CREATE UNIQUE INDEX reserved_or ON reserved ("or") WHERE "active?" AND NOT "not" AND "when" > 1;
CREATE UNIQUE INDEX reserved_true ON reserved ("and") WHERE "true" AND "false" IS NULL;
CREATE UNIQUE INDEX reserved_in ON reserved ("in") WHERE "fn" IS NOT NULL AND "ref" = 'a"b #{c}';
ALTER TABLE reserved ADD CONSTRAINT reserved_check CHECK ("when" > 0 OR "fragment" IS NULL);

CREATE TABLE hostile (
  id bigserial PRIMARY KEY,
  "a b" text,
  "a-b" text,
  "a_b" text,
  "a.b" text,
  "A_B" text,
  "it's" text,
  "say ""x""" text,
  "#{System.halt()}" text,
  "back\slash" text,
  "new
line" text,
  "tab	stop" text,
  U&"right\202Eleft" text,
  U&"zero\200Bwidth" text,
  "😀" text,
  "名前" text,
  "naïve" text,
  "1st" text,
  "_" text,
  "__" text,
  "?" text,
  "a?b" text,
  "$1" text,
  "%s" text,
  "{{ x }}" text,
  "<%= x %>" text,
  "@doc" text,
  "a:b" text,
  ":" text,
  "," text,
  ";" text,
  "--" text,
  "/*" text,
  " lead" text,
  "trail " text,
  " " text
);
CREATE UNIQUE INDEX "hostile ""idx"" #{1}" ON hostile ("a b", "#{System.halt()}");
CREATE UNIQUE INDEX "hostile
newline" ON hostile ("it's") WHERE "a b" IS NOT NULL AND "back\slash" = 'x\y';
CREATE UNIQUE INDEX "hostile😀" ON hostile ("名前") WHERE "new
line" = 'a' OR "a?b" IS NULL;

CREATE TABLE "table with spaces" (id bigserial PRIMARY KEY, name text UNIQUE);
CREATE TABLE "dotted.name" (id bigserial PRIMARY KEY, name text UNIQUE);
CREATE TABLE "public.looks_qualified" (id bigserial PRIMARY KEY);
CREATE TABLE "../../escape" (id bigserial PRIMARY KEY);
CREATE TABLE "/etc/passwd" (id bigserial PRIMARY KEY);
CREATE TABLE "quo""ted" (id bigserial PRIMARY KEY);
CREATE TABLE "#{injected}" (id bigserial PRIMARY KEY, name text UNIQUE);
CREATE TABLE "new
line" (id bigserial PRIMARY KEY, name text UNIQUE);
CREATE TABLE "back\slash" (id bigserial PRIMARY KEY, name text UNIQUE);
CREATE TABLE U&"right\202Eleft" (id bigserial PRIMARY KEY);
CREATE TABLE "😀" (id bigserial PRIMARY KEY, name text UNIQUE);
CREATE TABLE "名前" (id bigserial PRIMARY KEY);
CREATE TABLE "con" (id bigserial PRIMARY KEY);
CREATE TABLE "1st_table" (id bigserial PRIMARY KEY);
CREATE TABLE "select" (id bigserial PRIMARY KEY, "from" text UNIQUE);
CREATE TABLE "domain" (id bigserial PRIMARY KEY, "resource" text);
CREATE TABLE "types" (id bigserial PRIMARY KEY, name text);
CREATE TABLE "repo" (id bigserial PRIMARY KEY, name text);
CREATE TABLE "schema" (id bigserial PRIMARY KEY, "table" text);
CREATE TABLE "__" (id bigserial PRIMARY KEY);

-- One module name for many.
CREATE TABLE person (id bigserial PRIMARY KEY, name text);
CREATE TABLE people (id bigserial PRIMARY KEY, person_id bigint REFERENCES person);
CREATE TABLE "Person" (id bigserial PRIMARY KEY, people_id bigint REFERENCES people);
CREATE TABLE users (id bigserial PRIMARY KEY, name text);
CREATE TABLE "user" (id bigserial PRIMARY KEY, users_id bigint REFERENCES users);
CREATE TABLE billing.users (id bigserial PRIMARY KEY, user_id bigint REFERENCES public.users);
CREATE TABLE "Odd.Schema #{1}".users (
  id bigserial PRIMARY KEY,
  user_id bigint CONSTRAINT odd_users_user REFERENCES billing.users
);
CREATE TABLE users_accounts (id bigserial PRIMARY KEY, user_id bigint REFERENCES users);
CREATE TABLE user_accounts (id bigserial PRIMARY KEY, user_id bigint REFERENCES users);

-- Text that would end a string, a comment or a heredoc, as a comment.
COMMENT ON TABLE hostile IS E'"""\n#{System.halt()}\n''''''\n\\" \u202e # end\n\n\ttab -- */ <%= x %> {{ y }}';
COMMENT ON COLUMN hostile."a b" IS E'end\n"""\ndefmodule Evil do\nend';
COMMENT ON COLUMN hostile."a-b" IS '#{1}';
COMMENT ON COLUMN hostile."a.b" IS E'\\';
COMMENT ON COLUMN hostile.a_b IS E'  \n  padded \r\n';
COMMENT ON TABLE users IS '';
COMMENT ON COLUMN users.name IS E'Längere Sätze, die weit über das Ende einer Zeile hinausgehen, wie sie in einem Quelltext von achtundneunzig Spalten steht – 名前 😀.';
