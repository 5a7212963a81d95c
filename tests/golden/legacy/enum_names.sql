-- Enums of columns whose modules would have one name.
CREATE SCHEMA old;
CREATE TABLE user_roles (id bigserial PRIMARY KEY, kind text);
CREATE TABLE users (id bigserial PRIMARY KEY, role_kind text);
CREATE TABLE old.users (id bigserial PRIMARY KEY, role_kind text);
