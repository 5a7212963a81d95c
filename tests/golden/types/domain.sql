-- A domain is a new type over its base, its checks are the table's.
CREATE DOMAIN email AS varchar(200) CHECK (VALUE LIKE '%@%');
CREATE DOMAIN work_email AS email NOT NULL CHECK (VALUE LIKE '%@work.example');
CREATE DOMAIN small AS smallint;
CREATE DOMAIN tags AS text[] CHECK (cardinality(VALUE) < 5);
CREATE TABLE people (id bigserial PRIMARY KEY, private email DEFAULT 'a@b', work work_email, size small, tags tags, emails email[]);
