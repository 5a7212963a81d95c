-- An enum is a module of its own, its labels strings when one could not be told apart.
CREATE SCHEMA billing;
CREATE TYPE user_role AS ENUM ('member', 'admin', 'read only', 'don''t');
CREATE TYPE answer AS ENUM ('true', 'false', 'nil');
CREATE TYPE billing."Odd.Status" AS ENUM ('new', 'old');
CREATE TABLE users (id bigserial PRIMARY KEY, role user_role NOT NULL DEFAULT 'member', answer answer DEFAULT 'nil', status billing."Odd.Status", roles user_role[] DEFAULT '{admin}');
