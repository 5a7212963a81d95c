-- The other side loses the parent's name.
CREATE TABLE users (id uuid PRIMARY KEY);
CREATE TABLE users_tokens (id bigserial PRIMARY KEY, user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE);
CREATE TABLE user_settings (id bigserial PRIMARY KEY, user_id uuid NOT NULL UNIQUE REFERENCES users);
