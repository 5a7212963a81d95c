CREATE TYPE mood AS ENUM ('sad', 'happy');

CREATE TABLE keyed_by_type (id uuid PRIMARY KEY, ref uuid NOT NULL);
CREATE TABLE keyed_by_option (id uuid PRIMARY KEY);
CREATE TABLE keyed_by_function (id uuid PRIMARY KEY, other uuid);
CREATE TABLE keyed_by_ulid (id uuid PRIMARY KEY);
CREATE TABLE keyed_by_ecto (id uuid PRIMARY KEY);
CREATE TABLE keyed_at_random (id uuid PRIMARY KEY);

CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email varchar(255) NOT NULL,
  password_hash varchar(255),
  email_confirmed_at timestamp(0),
  level integer,
  mood mood,
  moods mood[],
  state text,
  ip inet,
  avatar text
);
