-- Both sides of a key get one type.
CREATE EXTENSION citext;
CREATE TABLE users (id serial PRIMARY KEY, email citext UNIQUE);
CREATE TABLE posts (id bigserial PRIMARY KEY, user_id bigint REFERENCES users, small_id smallint REFERENCES users, email text);
CREATE TABLE orders (id serial PRIMARY KEY, user_id integer REFERENCES users, code varchar(10) UNIQUE);
CREATE TABLE lines (id serial PRIMARY KEY, order_code text REFERENCES orders (code));
