-- Keys and other values that the client makes, and the key of a table that has none.
CREATE TABLE plain (id uuid PRIMARY KEY, token uuid NOT NULL, mark text NOT NULL);
CREATE TABLE sevens (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), other uuid);
CREATE TABLE firsts (id uuid PRIMARY KEY DEFAULT md5(now()::text)::uuid);
CREATE TABLE returned (id uuid PRIMARY KEY DEFAULT md5(now()::text)::uuid);
CREATE TABLE given (id uuid PRIMARY KEY, name text);
CREATE TABLE ulids (id uuid PRIMARY KEY, name text);
CREATE TABLE prefixed (id varchar(40) PRIMARY KEY, name text);
CREATE TABLE keyless (seq int NOT NULL, name text);
CREATE VIEW seen AS SELECT id, name FROM given;
