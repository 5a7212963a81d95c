-- Tables of another schema say so.
CREATE SCHEMA billing;
CREATE TABLE users (id bigserial PRIMARY KEY);
CREATE TABLE billing.invoices (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users);
CREATE TABLE billing.users (id bigserial PRIMARY KEY, user_id bigint REFERENCES users);
