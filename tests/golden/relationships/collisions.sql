-- Names that are taken already are told apart.
CREATE TABLE users (id bigserial PRIMARY KEY, posts integer, tokens text);
CREATE TABLE posts (id bigserial PRIMARY KEY, "user" text, user_id bigint REFERENCES users);
CREATE TABLE users_tokens (id bigserial PRIMARY KEY, user_id bigint REFERENCES users);
