-- Foreign keys in all their forms.
CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp(0));

CREATE TABLE authors (id bigserial PRIMARY KEY, name text NOT NULL, migration bigint
  CONSTRAINT authors_migration_fk REFERENCES schema_migrations);
CREATE TABLE author_profiles (
  author_id bigint PRIMARY KEY REFERENCES authors ON DELETE CASCADE,
  biography text
);
CREATE TABLE books (
  id serial PRIMARY KEY,
  title text NOT NULL,
  author_id bigint NOT NULL CONSTRAINT fk_rails_53d51ce16a REFERENCES authors,
  editor_id bigint REFERENCES authors ON DELETE SET NULL,
  translator bigint REFERENCES authors ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE TABLE loans (
  id bigserial PRIMARY KEY,
  book_id integer NOT NULL REFERENCES books ON DELETE CASCADE,
  CONSTRAINT loans_book_again FOREIGN KEY (book_id) REFERENCES books
);
CREATE TABLE fines (
  id bigserial PRIMARY KEY,
  loan_id bigint CONSTRAINT "FK_fines#{loans}" REFERENCES loans
);
CREATE TABLE categories (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text,
  parent_id integer REFERENCES categories ON DELETE CASCADE
);
CREATE TABLE employees (
  id bigserial PRIMARY KEY,
  name text,
  manager_id bigint REFERENCES employees,
  mentor_id bigint CONSTRAINT employees_mentor REFERENCES employees ON DELETE SET NULL
);
-- To unique keys that are not primary, with other types than theirs, across schemas.
CREATE TABLE countries (
  id bigserial PRIMARY KEY,
  iso char(2) NOT NULL UNIQUE,
  name varchar(80) NOT NULL,
  number smallint NOT NULL
);
CREATE UNIQUE INDEX countries_name ON countries (name);
CREATE UNIQUE INDEX countries_number ON countries (number);
CREATE TABLE cities (
  id bigserial PRIMARY KEY,
  iso char(2) REFERENCES countries (iso) ON UPDATE CASCADE,
  country_name text REFERENCES countries (name),
  country_number bigint REFERENCES countries (number),
  numeric_key_id integer REFERENCES numeric_keys
);
CREATE TABLE billing.invoices (
  id bigserial PRIMARY KEY,
  author_id bigint REFERENCES public.authors,
  tenant integer,
  number integer,
  swapped_number integer,
  swapped_tenant integer,
  CONSTRAINT invoices_composite FOREIGN KEY (number, tenant)
    REFERENCES public.composite_keys (number, tenant_id) MATCH FULL,
  CONSTRAINT invoices_swapped FOREIGN KEY (swapped_tenant, swapped_number)
    REFERENCES public.composite_keys (tenant_id, number) ON DELETE SET NULL
);
CREATE TABLE late_children (
  id bigserial PRIMARY KEY,
  immediate_id bigint REFERENCES authors DEFERRABLE,
  deferred_id bigint REFERENCES authors DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE fallbacks (
  id bigserial PRIMARY KEY,
  author_id bigint DEFAULT 1 CONSTRAINT fallbacks_to_first REFERENCES authors
    ON DELETE SET DEFAULT ON UPDATE SET NULL,
  unvalidated_id bigint
);
ALTER TABLE fallbacks ADD CONSTRAINT fallbacks_unvalidated
  FOREIGN KEY (unvalidated_id) REFERENCES authors NOT VALID;
-- The other side of a key is the view of a table that a role may not have.
CREATE TABLE "Odd.Schema #{1}"."user's" (
  id bigserial PRIMARY KEY,
  "author's id" bigint CONSTRAINT "it's ""the"" #{key}" REFERENCES authors
);

-- Pure join tables: plain, to itself, with timestamps and a key of its own, by unique index only.
CREATE TABLE genres (id smallserial PRIMARY KEY, name text);
CREATE TABLE books_genres (
  book_id integer REFERENCES books ON DELETE CASCADE,
  genre_id smallint REFERENCES genres,
  PRIMARY KEY (genre_id, book_id)
);
CREATE TABLE friendships (
  author_id bigint REFERENCES authors,
  friend_id bigint REFERENCES authors,
  PRIMARY KEY (author_id, friend_id)
);
CREATE TABLE books_readers (
  id bigserial PRIMARY KEY,
  book_id integer NOT NULL REFERENCES books,
  reader_id bigint NOT NULL REFERENCES authors,
  inserted_at timestamp NOT NULL,
  updated_at timestamp NOT NULL,
  UNIQUE (book_id, reader_id)
);
CREATE TABLE books_shelves (
  book_id integer NOT NULL REFERENCES books,
  employee_id bigint NOT NULL REFERENCES employees
);
CREATE UNIQUE INDEX books_shelves_pair ON books_shelves (employee_id, book_id);
-- No pure join: it says something of the pair.
CREATE TABLE reviews (
  book_id integer REFERENCES books,
  author_id bigint REFERENCES authors,
  stars integer NOT NULL,
  PRIMARY KEY (book_id, author_id)
);

-- Relationships whose plain names are taken, or can't be said.
CREATE TABLE crowded (
  id bigserial PRIMARY KEY,
  author text,
  author_id bigint REFERENCES authors,
  author_author text,
  as_id bigint REFERENCES authors,
  calculations_id bigint REFERENCES authors,
  fragment_id bigint REFERENCES authors,
  not_id bigint REFERENCES authors,
  nil_id bigint REFERENCES authors,
  do_id bigint REFERENCES authors,
  when_id bigint REFERENCES authors,
  "false" bigint REFERENCES authors,
  "Author-Id" bigint REFERENCES authors,
  "a.b" bigint REFERENCES authors
);
