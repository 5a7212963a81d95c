-- Names of fields and associations; of two schemas the one with more fields, then what only the other knows.
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, "passWord" text, note text, fragment text, nick text);
CREATE TABLE posts (
  id bigserial PRIMARY KEY, author_id bigint REFERENCES users, reviewer_id bigint REFERENCES users,
  parent_id bigint REFERENCES posts, title text
);
CREATE TABLE profiles (id bigserial PRIMARY KEY, user_id bigint UNIQUE REFERENCES users);
CREATE TABLE tags (id bigserial PRIMARY KEY, name text);
CREATE TABLE posts_tags (post_id bigint NOT NULL REFERENCES posts, tag_id bigint NOT NULL REFERENCES tags, PRIMARY KEY (post_id, tag_id));
CREATE TABLE likes (user_id bigint NOT NULL REFERENCES users, post_id bigint NOT NULL REFERENCES posts, weight int NOT NULL, PRIMARY KEY (user_id, post_id));
